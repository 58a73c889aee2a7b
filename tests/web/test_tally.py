"""What became of the letters, on the pages where a dispatch is shown."""

from datetime import timedelta

import pytest
from django.test import Client

from newsletter.delivery.dispatches import open_dispatch
from newsletter.insights import reader_outcomes
from newsletter.insights.models import DeliveryStage
from newsletter.insights.reader_outcomes import NOTHING
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.web.asking import words


@pytest.mark.django_db
def test_what_was_heard_of_the_letters_stands_on_the_ops_page_and_on_that_of_the_edition(
    otto: Client, eddie: Client, publication: Publication
) -> None:
    make.readers(publication, 4)
    edition = make.approved_edition(publication, due_at=clock.now() - timedelta(minutes=1))
    dispatch = open_dispatch.open_dispatch(edition.pk, now=clock.now())
    assert dispatch
    pages = ((otto, "/ops/"), (eddie, f"/editions/{edition.pk}/"))
    for person, page in pages:
        assert "Delivery reports:" not in words(person.get(page))
    reached = (DeliveryStage.DELIVERED, DeliveryStage.DELIVERED, DeliveryStage.BOUNCED)
    rows = {(dispatch.pk, subscriber): [each.value, *NOTHING] for subscriber, each in enumerate(reached, start=1)}
    reader_outcomes.upsert(rows)
    for person, page in pages:
        assert "Delivery reports: 3. 2 delivered, 1 bounced." in words(person.get(page))
