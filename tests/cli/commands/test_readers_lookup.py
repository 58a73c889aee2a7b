"""newsletter readers find, show and proof."""

from newsletter.audience import subscriptions, suppressions
from newsletter.audience.import_subscribers import import_subscribers
from newsletter.audience.models import Subscriber
from newsletter.publications.models import Publication
from tests.cli.conftest import Command
from tests.support import factories as make
from tests.support.factories import MONDAY

ADDRESS = "rita@readers.example"


def test_the_proof_shows_every_event_and_the_suppression(newsletter: Command, publication: Publication) -> None:
    import_subscribers(publication, [f"{ADDRESS}\n"], source="fair in May", now=MONDAY)
    rita = Subscriber.objects.get(email=ADDRESS)
    subscriptions.unsubscribe(subscriber_id=rita.pk, publication_id=publication.pk, by="one-click", now=MONDAY)
    suppressions.suppress(ADDRESS, reason="person")
    shown = newsletter("readers", "proof", ADDRESS).text
    for words in ("gave consent", "imported file", "fair in May", "withdrew consent", "one-click", "asked never"):
        assert words in shown
    data = newsletter("readers", "proof", "-", "--json", stdin=f"{ADDRESS}\n").data
    assert [event["act"] for event in data["events"]] == ["gave consent", "withdrew consent"]
    assert data["suppressed_because"] == "asked never to be mailed"


def test_somebody_unknown_has_no_proof(newsletter: Command) -> None:
    result = newsletter("readers", "proof", "nobody@example.org")
    assert result.status == 1
    assert "consent events  0" in result.out


def test_readers_are_found_by_the_beginning_of_their_address(newsletter: Command, publication: Publication) -> None:
    rita = make.rita(publication)
    assert f"{rita.pk} {ADDRESS} Rita {publication.slug}: receives it" in newsletter("readers", "find", "rita").text
    [found] = newsletter("readers", "find", "-", "--json", stdin="RITA@\n").data
    assert found["statuses"] == {publication.slug: "receives it"}
    assert newsletter("readers", "find", "nobody").status == 1
    assert "at least the first two characters" in newsletter("readers", "find", "r").err


def test_a_reader_is_shown_with_everything(newsletter: Command, publication: Publication) -> None:
    import_subscribers(publication, [f"{ADDRESS}\n"], source="fair in May", now=MONDAY)
    make.gift(ADDRESS)
    shown = newsletter("readers", "show", ADDRESS).text
    for words in (ADDRESS, "subscriptions", "receives it", "consent events", "fair in May", "gifts", "USD"):
        assert words in shown
    data = newsletter("readers", "show", ADDRESS, "--json").data
    assert [row["status"] for row in data["subscriptions"]] == ["receives it"]
    missing = newsletter("readers", "show", "nobody@example.org")
    assert missing.status == 1
    assert "Nobody with this address" in missing.err


def test_a_list_that_is_cut_says_so(newsletter: Command, publication: Publication) -> None:
    make.readers(publication, 3)
    beginning = Subscriber.objects.order_by("email").values_list("email", flat=True)[0][:2]
    cut = newsletter("readers", "find", beginning, "--limit", "2", "--json")
    assert (len(cut.data), "more than 2" in cut.err) == (2, True)
    assert "more than" not in newsletter("readers", "find", beginning, "--limit", "3").err
