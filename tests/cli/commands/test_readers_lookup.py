"""newsletter readers proof."""

from newsletter.audience import subscriptions, suppressions
from newsletter.audience.import_subscribers import import_subscribers
from newsletter.audience.models import Subscriber
from newsletter.publications.models import Publication
from tests.cli.conftest import Command
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
