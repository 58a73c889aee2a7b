"""newsletter readers suppress, lift and erase."""

import pytest

from newsletter.audience import import_subscribers, sign_up_limits, subscriptions
from newsletter.audience.models import ConsentEvent, SignUpCount, Subscriber, Subscription, Suppression
from newsletter.audience.reachable_subscribers import reachable
from newsletter.audit.models import Record
from newsletter.giving.models import Gift
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.cli.conftest import Command
from tests.support import factories as make
from tests.support.factories import MONDAY

ADDRESS = "rita@readers.example"


def test_a_suppressed_reader_is_not_mailed_until_it_is_lifted(newsletter: Command, publication: Publication) -> None:
    rita = make.rita(publication)
    result = newsletter("readers", "suppress", " Rita@Readers.example", "--detail", "asked by phone")
    assert result.text == "suppressed yes reason desk"
    assert reachable(publication.pk, [rita.pk], day=clock.now().date()) == []
    assert newsletter("readers", "suppress", ADDRESS, "--reason", "person", "--json").data["reason"] == "desk"
    lifted = newsletter("readers", "lift", ADDRESS)
    assert lifted.text == "lifted yes"
    assert "SendGrid keeps its own lists" in lifted.err
    assert [row[0] for row in reachable(publication.pk, [rita.pk], day=clock.now().date())] == [rita.pk]
    assert newsletter("readers", "lift", ADDRESS).status == 1


@pytest.mark.parametrize("reason", ["erased", "mood", ""])
def test_a_reason_that_nobody_gives_is_refused(newsletter: Command, reason: str) -> None:
    result = newsletter("readers", "suppress", ADDRESS, "--reason", reason)
    assert result.status == 1
    assert "Use one of: hard-bounce, complaint, person, desk, provider." in result.err
    assert "rita" not in result.err


def test_an_erased_person_is_gone_everywhere_and_no_import_brings_them_back(
    newsletter: Command, publication: Publication
) -> None:
    rita, other = make.rita(publication), make.reader(publication)
    make.gift(ADDRESS)
    make.gift(other.email)
    sign_up_limits.admit_confirmation(ADDRESS, now=MONDAY)
    subscriptions.unsubscribe(subscriber_id=rita.pk, publication_id=publication.pk, by="page", now=MONDAY)
    result = newsletter("readers", "erase", "-", "--yes", "--json", stdin=f"{ADDRESS}\n").data
    assert result == {"subscriptions": 1, "gifts": 1}
    assert list(Subscriber.objects.values_list("email", flat=True)) == [other.email]
    assert list(Gift.objects.values_list("email", flat=True)) == [other.email]
    assert not Subscription.objects.filter(subscriber_id=rita.pk).exists()
    assert not ConsentEvent.objects.exists()
    assert not SignUpCount.objects.exists()
    assert list(Suppression.objects.values_list("email", "reason")) == [(None, "erased")]
    report = import_subscribers.import_subscribers(publication, ["email", ADDRESS], source="an old list", now=MONDAY)
    assert (report.added, report.suppressed) == (0, 1)


def test_erasing_needs_confirmation(newsletter: Command, publication: Publication) -> None:
    make.rita(publication)
    assert newsletter("readers", "erase", ADDRESS).status == 1
    assert newsletter("readers", "erase", "-", "--yes", stdin="a b").status == 1
    assert Subscriber.objects.count() == 1


def test_erasing_somebody_who_is_not_there_keeps_them_away(newsletter: Command) -> None:
    assert newsletter("readers", "erase", ADDRESS, "--yes").text == "subscriptions removed 0 gifts removed 0"
    assert newsletter("readers", "erase", ADDRESS, "--yes").status == 0
    assert Suppression.objects.count() == 1


def test_a_whole_domain_is_suppressed_and_lifted(newsletter: Command, publication: Publication) -> None:
    rita, other = make.rita(publication), make.reader(publication, email="rita@sub.readers.example")
    day = clock.now().date()
    assert newsletter("readers", "suppress", "@Readers.example").status == 1  # nobody confirmed
    assert newsletter("readers", "suppress", "@readers.example", "--detail", "letter of 3 May", "--yes").status == 0
    assert [row[0] for row in reachable(publication.pk, sorted([rita.pk, other.pk]), day=day)] == [other.pk]
    listed = newsletter("readers", "suppressions", "--json").data
    assert {(one["what"], one["detail"]) for one in listed} == {
        ("@readers.example", "letter of 3 May"),
        (ADDRESS, "domain readers.example"),
    }
    assert "more than 1" in newsletter("readers", "suppressions", "--limit", "1").err
    refused = newsletter("readers", "lift", ADDRESS)
    assert (refused.status, "whole domain" in refused.err) == (1, True)
    assert [row[0] for row in reachable(publication.pk, sorted([rita.pk, other.pk]), day=day)] == [other.pk]
    assert newsletter("readers", "lift", "@readers.example").status == 0
    assert len(reachable(publication.pk, sorted([rita.pk, other.pk]), day=day)) == 2
    assert newsletter("readers", "suppress", "@gmail.com", "--yes").status == 1


def test_what_staff_do_to_readers_is_in_the_audit_trail_without_addresses(
    newsletter: Command, publication: Publication
) -> None:
    make.rita(publication)
    newsletter("readers", "suppress", ADDRESS, "--detail", f"letter of {ADDRESS}")
    newsletter("readers", "lift", ADDRESS)
    newsletter("readers", "lift", ADDRESS)  # nothing to lift
    newsletter("readers", "suppress", "@readers.example", "--yes")
    newsletter("readers", "lift", "@readers.example")
    newsletter("readers", "export")
    newsletter("readers", "erase", ADDRESS, "--yes")
    acts = list(Record.objects.order_by("pk").values_list("act", "door"))
    assert acts == [
        ("suppression-added", "command"),
        ("suppression-lifted", "command"),
        ("suppression-added", "command"),
        ("suppression-lifted", "command"),
        ("readers-exported", "command"),
        ("reader-erased", "command"),
    ]
    assert "rita" not in str(list(Record.objects.values()))
