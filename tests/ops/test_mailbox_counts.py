"""Delivery, bounces and complaints by mailbox provider."""

from datetime import timedelta

import pytest

from newsletter.delivery.dispatches import open_dispatch
from newsletter.delivery.models import Dispatch
from newsletter.insights import outcome_counts, reader_outcomes
from newsletter.insights.models import DeliveryStage
from newsletter.insights.reader_outcomes import NOTHING
from newsletter.ops.health.health_facts import MailboxRates
from newsletter.ops.mailbox_counts import OTHER, count_mailboxes, mailbox_rates
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
ADDRESSES = ("ann@gmail.com", "bob@googlemail.com", "cy@notgmail.com", "dee@hotmail.com")


@pytest.fixture
def publication() -> Publication:
    return make.publication()


def sent(publication: Publication, *stages: DeliveryStage) -> Dispatch:
    """A dispatch with one reader for each address, whose letters got that far."""
    readers = [make.reader(publication, email=address) for address in ADDRESSES]
    dispatch = open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
    assert dispatch
    outcomes(dispatch, [reader.pk for reader in readers], *stages)
    return dispatch


def outcomes(dispatch: Dispatch, readers: list[int], *stages: DeliveryStage) -> None:
    outcome_counts.locked([dispatch.pk])
    rows = {(dispatch.pk, pk): [stage.value, *NOTHING] for pk, stage in zip(readers, stages, strict=True)}
    reader_outcomes.upsert(rows)


def test_readers_are_counted_by_the_domain_of_their_address(publication: Publication) -> None:
    sent(publication, DeliveryStage.DELIVERED, DeliveryStage.BOUNCED, DeliveryStage.BLOCKED, DeliveryStage.DEFERRED)
    count_mailboxes(now=MONDAY)
    assert {each.mailbox_provider: each for each in mailbox_rates(now=MONDAY)} == {
        "Gmail": MailboxRates("Gmail", delivered=1, bounced=1),
        OTHER: MailboxRates(OTHER, blocked=1),
        "Microsoft": MailboxRates("Microsoft", deferred=1),
    }


def test_later_events_are_counted_and_a_week_later_the_dispatch_counts_no_more(publication: Publication) -> None:
    stages = [DeliveryStage.DEFERRED] * 4
    dispatch = sent(publication, *stages)
    count_mailboxes(now=MONDAY)
    readers = list(publication.subscriptions.values_list("subscriber", flat=True))
    outcomes(dispatch, readers, *[DeliveryStage.DELIVERED] * 4)
    count_mailboxes(now=MONDAY)
    assert sum(each.delivered for each in mailbox_rates(now=MONDAY)) == 4
    assert sum(each.deferred for each in mailbox_rates(now=MONDAY)) == 0
    assert mailbox_rates(now=MONDAY + timedelta(days=8)) == []


def test_erased_readers_still_count(publication: Publication) -> None:
    dispatch = sent(publication, *[DeliveryStage.DELIVERED] * 4)
    outcomes(dispatch, [999_999], DeliveryStage.BOUNCED)
    count_mailboxes(now=MONDAY)
    assert sum(each.total for each in mailbox_rates(now=MONDAY)) == 5
