"""The lines in the head of a letter as the postbox gets it, and how they follow the settings."""

from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from typing import Any

import pytest

from newsletter.audience.models import Subscriber
from newsletter.delivery.models import Dispatch
from newsletter.delivery.recipients import batch_recipients, reader_links
from newsletter.delivery.sending import send_batches
from newsletter.editions.models import FrozenLetter
from newsletter.letters import assemble_edition
from newsletter.mail.sendgrid.mail_send_client import Client
from newsletter.postbox.postbox import Postbox
from newsletter.postbox.store import mime
from newsletter.postbox.store.merged_message import MergedMessage
from newsletter.publications import edit_publication
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
Opener = Callable[..., Dispatch]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """A process makes what all readers of a letter share once; settings do not change under it but here."""
    batch_recipients._payload.cache_clear()
    yield
    batch_recipients._payload.cache_clear()


def head(dispatch: Dispatch, client: Client, postbox: Postbox) -> dict[str, str]:
    """The header lines of the one letter that arrived."""
    send_batches.send(dispatch.batches.get().pk, client=client, clock=lambda: MONDAY)
    [letter] = postbox.letters()
    return dict(letter["headers"])


def test_without_settings_there_are_three_lines(opened: Opener, client: Client, postbox: Postbox) -> None:
    dispatch = opened(readers=1)
    lines = head(dispatch, client, postbox)
    assert {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"} <= set(lines)
    assert "mailto" not in lines["List-Unsubscribe"]
    assert "Feedback-ID" not in lines


def test_with_settings_all_five_arrive_in_a_whole_message(
    opened: Opener, client: Client, postbox: Postbox, settings: Any
) -> None:
    settings.UNSUBSCRIBE_MAILBOX, settings.FEEDBACK_ID = "leave@news.example.org", "ledgernews"
    settings.OWN_MESSAGE_IDS = True
    dispatch = opened(readers=1)
    lines = head(dispatch, client, postbox)
    reader, edition = Subscriber.objects.get().pk, dispatch.edition_id
    slug, domain = dispatch.edition.publication.slug, dispatch.edition.publication.sender_email.partition("@")[2]
    token = reader_links.token_signer(edition)(reader)
    assert lines["List-Unsubscribe"].endswith(
        f"/u/{token}>, <mailto:leave@news.example.org?subject=unsubscribe%20{token}>"
    )
    assert lines["Feedback-ID"] == f"{edition}:{slug}:newsletter:ledgernews"
    assert lines["Message-ID"] == f"<edition-{edition}-reader-{reader}@{domain}>"


def test_header_lines_of_a_message_are_whole_and_there_once() -> None:
    token = "A" * 43
    own = {
        "Message-ID": "<edition-7-reader-1@news.example.org>",
        "List-Unsubscribe": f"<https://example.org/u/{token}>, <mailto:l@example.org?subject=unsubscribe%20{token}>",
        "Feedback-ID": "7:ledger:newsletter:ledgernews",
    }
    body = {
        "personalizations": [{"to": [{"email": "rita@example.org"}], "headers": own}],
        "from": {"email": "news@example.org"},
        "subject": "News",
        "content": [{"type": "text/plain", "value": "x"}],
    }
    message = message_from_bytes(
        mime.raw(MergedMessage(body, 0), message_id="theirs", at=MONDAY), policy=policy.compat32
    )
    for name, value in own.items():
        assert message.get_all(name) == [value]


def test_whether_clicks_are_counted_is_frozen_with_the_letter_and_reopens_a_waiting_one() -> None:
    edition = make.approved_edition(make.publication())
    assert FrozenLetter.objects.get().click_tracking is False
    edit_publication.update_publication(Publication.objects.get(), click_tracking=True)
    assert assemble_edition.refresh_stale() == [edition.pk]
    again = assemble_edition.assemble(edition.pk, now=MONDAY)
    letter = again.letters.get()
    assert letter.click_tracking
    assert 'clicktracking="off"' in letter.html


def test_tags_reopen_a_waiting_edition_and_hosts_are_kept_tidy() -> None:
    edition = make.approved_edition(make.publication())
    edit_publication.update_publication(
        Publication.objects.get(), utm_tags=True, utm_excluded_hosts=" Give.Example.org,  b.example "
    )
    assert Publication.objects.get().utm_excluded_hosts == "give.example.org b.example"
    assert assemble_edition.refresh_stale() == [edition.pk]
    assert "utm_source=" in assemble_edition.assemble(edition.pk, now=MONDAY).letters.get().html


@pytest.mark.parametrize("name", ["Ålesund <i dag>", 'The "Post", daily', "رسالة الصباح", "{{x}} & <b>", "%recipient%"])
def test_a_receiver_finds_the_list_id_whatever_the_publication_is_called(
    opened: Opener, client: Client, postbox: Postbox, name: str
) -> None:
    dispatch = opened(readers=1)
    publication = dispatch.edition.publication
    Publication.objects.filter(pk=publication.pk).update(name=name)
    line = head(dispatch, client, postbox)["List-Id"]
    domain = publication.sender_email.partition("@")[2]
    assert line.isascii()
    assert line.endswith(f" <{publication.slug}.{domain}>")
    assert [call["notes"] for call in postbox.calls()] == ["[]"]
