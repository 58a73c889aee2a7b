"""Webhooks: signed, tried again, replayed; an endpoint that is slow, hostile or gone costs nobody else anything."""

import base64
import hashlib
import hmac
import json
import re
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Receiver
from standardwebhooks.webhooks import WebhookVerificationError

from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import NotPermitted
from newsletter.audit.models import Record
from newsletter.editions.models import EditionState
from newsletter.lib import clock, safe_post
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.lib.safe_connection import PUBLIC_ONLY, FetchPolicy
from newsletter.notices import write_notices
from newsletter.notices.conditions import Condition, NoticeText
from newsletter.notices.kind_names import NoticeKind
from newsletter.notices.models import StaffNotice, Webhook, WebhookAttempt, WebhookDelivery
from newsletter.notices.webhook_models import WebhookFormat
from newsletter.notices.webhooks import edit_webhook
from newsletter.notices.webhooks.call_webhooks import MAX_TRIES, WAITS, call_next
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.factories import MONDAY
from tests.support.surroundings import ROOT
from tests.support.website import Website, dripping, status

pytestmark = pytest.mark.django_db
KINDS = [NoticeKind.APPROVAL]
HOUR = timedelta(hours=1)


def add(publication: Publication | None, url: str = "", form: WebhookFormat = WebhookFormat.SIGNED) -> Any:
    """A webhook that is not on loopback when it is added, as none can be; then it is."""
    address, kinds = "https://hooks.example.org/in", KINDS if publication else [*KINDS, NoticeKind.EVENTS]
    hook, secret = edit_webhook.add_webhook(
        publication,
        name=f"Chat {Webhook.objects.count()}",
        address=address,
        form=form,
        kinds=kinds,
        by=None,
        now=MONDAY,
    )
    if url:
        hook.address = url
        hook.save()
    return hook, secret


def tell(publication: Publication | None, title: str = "The Morning Post waits", *, now: datetime = MONDAY) -> None:
    text = NoticeText(title, ["Subject: <Tide> & time"], "Review the email", {"approve": "/editions/5/"})
    kind = NoticeKind.APPROVAL if publication else NoticeKind.EVENTS
    name = f"{title}:{StaffNotice.objects.count()}"
    assert write_notices.write(Condition(kind, name, lambda: text, publication.pk if publication else None), now=now)


def run(site: Website, *, now: datetime, most: int = 20, **said: Any) -> int:
    calls = 0
    while calls < most and call_next(now=now, policy=site.reach(**said)):
        calls += 1
    return calls


def test_a_notice_arrives_with_a_signature_that_the_receiver_s_library_accepts(
    publication: Publication, site: Website
) -> None:
    now = clock.now()
    _, secret = add(publication, site.url("/in"))
    site.pages["/in"] = status(204)
    tell(publication, now=now)
    assert run(site, now=now) == 1
    [(_, headers)], [body] = site.asked, site.posted
    message = Receiver(secret).verify(body, headers)
    assert message["type"] == "notice.approval"
    assert message["data"] == {
        "notice": StaffNotice.objects.get().pk,
        "title": "The Morning Post waits",
        "lines": ["Subject: <Tide> & time"],
        "if_nobody_acts": "",
        "publication": "morning",
        "edition": None,
        "link": "http://127.0.0.1:8000/editions/5/",
    }
    with pytest.raises(WebhookVerificationError):
        Receiver(secret).verify(body + b" ", headers)
    assert WebhookDelivery.objects.get().delivered_at == now
    assert run(site, now=now + HOUR) == 0, "once"


def test_the_example_in_the_docs_checks_a_signature() -> None:
    text = (ROOT / "docs" / "notices.md").read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    scope: dict[str, Any] = {}
    exec(code, scope)  # noqa: S102 — our own example
    secret, body, now = edit_webhook.new_secret(), b'{"type":"test"}', int(time.time())
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(key, f"msg_1.{now}.".encode() + body, hashlib.sha256)).decode()
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(now), "webhook-signature": f"v1,AAAA v1,{signature}"}
    check = scope["is_genuine"]
    assert check(secret, headers, body)
    assert not check(secret, headers, body + b" ")
    assert not check(edit_webhook.new_secret(), headers, body)
    assert not check(secret, headers | {"webhook-timestamp": str(now - 600)}, body)


def test_while_a_secret_is_replaced_both_sign_and_a_day_later_only_the_new_one(
    publication: Publication, site: Website
) -> None:
    now = clock.now()
    hook, old = add(publication, site.url("/in"))
    site.pages["/in"] = status(200)
    new = edit_webhook.rotate_secret(hook, by=None, now=now)
    tell(publication, now=now)
    run(site, now=now)
    for secret in (old, new):
        Receiver(secret).verify(site.posted[0], site.asked[0][1])
    hook.refresh_from_db()
    assert len(hook.secrets(now=now + 25 * HOUR)) == 1
    assert old not in str(Webhook.objects.values()) + str(Record.objects.values())
    assert new not in str(Webhook.objects.values()) + str(Record.objects.values()), "encrypted in the database"


def test_a_chat_service_gets_text_in_which_nothing_is_a_link_but_ours(publication: Publication, site: Website) -> None:
    add(publication, site.url("/in"), WebhookFormat.SLACK)
    site.pages["/in"] = status(200)
    tell(publication, "Post <!channel>")
    run(site, now=MONDAY)
    assert json.loads(site.posted[0])["text"].splitlines() == [
        "*Post &lt;!channel&gt;*",
        "Subject: &lt;Tide&gt; &amp; time",
        "<http://127.0.0.1:8000/editions/5/|Review the email>",
    ]
    assert not any(name.lower().startswith("webhook-") for name in site.asked[0][1])


def test_it_gets_the_kinds_that_were_chosen_of_its_publication_only(publication: Publication) -> None:
    hook, _ = add(publication)
    everything, _ = add(None)
    tell(make.publication(), "Another")
    tell(publication, "Ours")
    tell(None, "Events")
    edit_webhook.change_webhook(everything, name="Chat", kinds=[NoticeKind.SENT], by=None, now=MONDAY)
    tell(publication, "Ours again")
    titles = [{one.notice.title for one in each.deliveries.all() if one.notice} for each in (hook, everything)]
    assert titles == [{"Ours", "Ours again"}, {"Another", "Ours", "Events"}]


def test_what_fails_is_tried_further_and_further_apart_and_given_up_and_can_be_replayed(
    publication: Publication, site: Website
) -> None:
    hook, _ = add(publication, site.url("/in"))
    site.pages["/in"] = status(500)
    tell(publication)
    now = MONDAY
    for wait in WAITS[:7]:
        assert run(site, now=now) == 1
        assert run(site, now=now + wait - timedelta(seconds=1)) == 0
        now += wait
    while WebhookDelivery.objects.get().is_waiting:
        assert run(site, now=now, most=1)
        now += WAITS[-1]
    assert len(site.posted) == WebhookAttempt.objects.count() == MAX_TRIES
    assert WebhookAttempt.objects.all()[0].problem == "The receiver answered with status 500."
    hook.refresh_from_db()
    assert hook.is_on, "only a failure of three days switches it off"
    site.pages["/in"] = status(200)
    assert edit_webhook.replay(hook, by=None, now=now) == 1
    assert run(site, now=now + HOUR * 15) == 1
    ids = {headers["webhook-id"] for _, headers in site.asked}
    assert len(ids) == 1, "so that the receiver can tell a repeat"
    hook.refresh_from_db()
    assert (hook.failures, hook.failing_since) == (0, None)


def test_a_test_a_replay_and_a_new_address_do_not_wait_for_the_end_of_a_rest(
    publication: Publication, site: Website
) -> None:
    hook, _ = add(publication, site.url("/in"))
    site.pages["/in"] = status(500)
    tell(publication)
    run(site, now=MONDAY)
    Webhook.objects.update(rest_until=MONDAY + 14 * HOUR, failures=7)
    assert run(site, now=MONDAY + HOUR) == 0
    edit_webhook.send_test(hook, by=None, now=MONDAY + HOUR)
    assert run(site, now=MONDAY + HOUR, most=1) == 1
    assert Webhook.objects.get().rest_until == MONDAY + HOUR + WAITS[-1], "after a failure it rests as before"
    WebhookDelivery.objects.update(given_up_at=MONDAY)
    edit_webhook.replay(hook, by=None, now=MONDAY + 2 * HOUR)
    assert run(site, now=MONDAY + 2 * HOUR) == 1
    address = "https://hooks.example.org/new"
    edit_webhook.change_webhook(hook, name="Chat", kinds=KINDS, address=address, by=None, now=MONDAY)
    hook.refresh_from_db()
    assert (hook.rest_until, hook.failing_since, hook.failures) == (None, None, 0)


def test_a_call_that_ends_after_its_lease_changes_nothing_of_a_later_one(
    publication: Publication, site: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(publication, site.url("/in"))
    tell(publication)

    def post(*_: Any, **__: Any) -> int:
        WebhookDelivery.objects.update(tries=2, delivered_at=MONDAY)
        return 500

    monkeypatch.setattr(safe_post, "post", post)
    assert run(site, now=MONDAY) == 1
    delivery = WebhookDelivery.objects.get()
    assert (delivery.delivered_at, delivery.given_up_at, delivery.attempts.count()) == (MONDAY, None, 1)


def test_after_three_days_of_failures_it_is_switched_off_and_that_is_a_notice(
    publication: Publication, site: Website
) -> None:
    ada = make.person(Role.ADMIN, "Ada")
    hook, _ = add(publication, site.url("/in"))
    site.pages["/in"] = status(500)
    now = MONDAY
    while Webhook.objects.get().is_on and now < MONDAY + timedelta(days=10):
        tell(publication, now=now)
        run(site, now=now, most=1)
        now += HOUR * 6
    assert timedelta(days=3) < now - MONDAY < timedelta(days=4)
    write_notices.write_new(now=now)
    notice = ada.notices.get(notice__kind=NoticeKind.WEBHOOK).notice
    assert notice.lines[0] == "Every call failed for three days."
    edit_webhook.switch(hook, is_on=True, by=ada, now=now)
    write_notices.write_new(now=now + HOUR)
    notice.refresh_from_db()
    assert notice.ended_at == now + HOUR


def test_a_receiver_that_is_gone_is_not_called_again(publication: Publication, site: Website) -> None:
    hook, _ = add(publication, site.url("/in"))
    site.pages["/in"] = status(410)
    tell(publication)
    assert run(site, now=MONDAY) == 1
    tell(publication, "later")
    assert run(site, now=MONDAY + HOUR) == 0
    hook.refresh_from_db()
    assert hook.off_reason.startswith("The receiver answered with status 410")


def test_a_slow_receiver_delays_no_other_and_is_called_once_in_each_pause(
    publication: Publication, site: Website
) -> None:
    add(publication, site.url("/slow"))
    add(publication, site.url("/in"))
    site.pages |= {"/slow": dripping(b"HTTP/1.1 2", b"0"), "/in": status(200)}
    for number in range(5):
        tell(publication, f"Notice {number}")
    began = time.monotonic()
    assert run(site, now=MONDAY, timeout_seconds=0.3) == 6
    assert time.monotonic() - began < 2
    assert [path for path, _ in site.asked].count("/slow") == 1, "it rests, with all that waits for it"
    assert WebhookDelivery.objects.filter(delivered_at=None).count() == 5


def test_redirects_are_not_followed_and_private_addresses_are_not_called(
    publication: Publication, site: Website
) -> None:
    hook, _ = add(publication, site.url("/in"))
    site.pages["/in"] = status(307, Location=site.url("/inside"))
    tell(publication)
    run(site, now=MONDAY)
    assert [path for path, _ in site.asked] == ["/in"]
    for address in ("https://127.0.0.1/", "https://169.254.169.254/latest", "https://[::1]/", "https://localhost/"):
        hook.address = address
        hook.save()
        Webhook.objects.update(rest_until=None)
        WebhookDelivery.objects.update(try_at=None)
        assert call_next(now=MONDAY, policy=PUBLIC_ONLY)
        assert WebhookAttempt.objects.latest("pk").problem == "The address is in a private network."


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("http://hooks.example.org/", "is not an https address"),
        ("https://", "not a web address"),
        ("https://user:word@hooks.example.org/", "not a web address"),
        ("https://hooks.example.org:6379/", "port"),
        ("ftp://hooks.example.org/", "is not an https address"),
    ],
)
def test_an_address_that_cannot_be_called_is_refused_when_it_is_entered(
    publication: Publication, address: str, problem: str
) -> None:
    with pytest.raises(BadInput, match=problem):
        edit_webhook.add_webhook(
            publication, name="Chat", address=address, form=WebhookFormat.SIGNED, kinds=KINDS, by=None, now=MONDAY
        )


def test_a_webhook_of_a_publication_is_not_offered_what_it_can_never_get(publication: Publication) -> None:
    hook, _ = add(publication)
    with pytest.raises(BadInput, match="kinds: has “events”"):
        edit_webhook.change_webhook(hook, name="Chat", kinds=[NoticeKind.EVENTS], by=None, now=MONDAY)
    with pytest.raises(BadInput, match="kinds: is empty"):
        edit_webhook.change_webhook(hook, name="Chat", kinds=[], by=None, now=MONDAY)


def test_every_act_needs_the_right_and_is_recorded(publication: Publication) -> None:
    ada, eddie = make.person(Role.ADMIN, "Ada"), make.eddie()
    said: dict[str, Any] = {"name": "Chat", "address": "https://hooks.example.org/T0/secret", "kinds": KINDS}
    with pytest.raises(NotPermitted):
        edit_webhook.add_webhook(publication, form=WebhookFormat.SLACK, by=eddie, now=MONDAY, **said)
    hook, _ = edit_webhook.add_webhook(publication, form=WebhookFormat.SIGNED, by=ada, now=MONDAY, **said)
    for by in (eddie, ada):
        acts: list[Any] = [
            lambda by=by: edit_webhook.change_webhook(hook, name="Desk", kinds=KINDS, by=by, now=MONDAY),
            lambda by=by: edit_webhook.rotate_secret(hook, by=by, now=MONDAY),
            lambda by=by: edit_webhook.send_test(hook, by=by, now=MONDAY),
            lambda by=by: hook.deliveries.update(given_up_at=MONDAY),
            lambda by=by: edit_webhook.replay(hook, by=by, now=MONDAY),
            lambda by=by: edit_webhook.switch(hook, is_on=False, by=by, now=MONDAY),
            lambda by=by: edit_webhook.remove_webhook(hook, by=by, now=MONDAY),
        ]
        for act in acts:
            try:
                act()
            except NotPermitted:
                assert by == eddie
    assert list(Record.objects.order_by("pk").values_list("act", "who")) == [
        (f"webhook-{act}", "ada@example.org")
        for act in ("added", "changed", "secret-rotated", "tested", "replayed", "changed", "removed")
    ]
    assert "secret" not in str(list(Record.objects.values_list("details", flat=True))), "the address is a secret"


def test_there_are_ten_webhooks_at_most(publication: Publication) -> None:
    for _ in range(10):
        add(publication)
    with pytest.raises(InvalidState, match="10 webhooks"):
        add(publication)
    add(None)


def test_nothing_of_an_edition_s_readers_is_in_a_message(publication: Publication, site: Website) -> None:
    add(publication, site.url("/in"))
    make.readers(publication, 2)
    make.edition(publication, due_at=MONDAY, state=EditionState.ASSEMBLED, content_hash="1" * 64)
    write_notices.write_new(now=MONDAY - HOUR)
    body = WebhookDelivery.objects.get().body
    assert "Without an approval by today, 10:00 EST it is held" in body
    assert "@" not in body
    assert isinstance(site.reach(), FetchPolicy)
    assert User.objects.count() == 0
