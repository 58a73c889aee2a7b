"""Segments of editions are chosen, changed and removed by several people at once. PostgreSQL alone has row locks."""

import pytest

from newsletter.editions.models import Edition, EditionState
from newsletter.letters import edition_audience
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.publications.models import Publication
from newsletter.segments import edit_segment
from newsletter.segments.models import Segment
from newsletter.stories import story_queue
from tests.support import factories as make
from tests.support.factories import MONDAY
from tests.support.lock_waits import act_during, needs_row_locks

pytestmark = [needs_row_locks, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def publication() -> Publication:
    return make.publication()


def segment(publication: Publication, domain: str = "near.example") -> Segment:
    return edit_segment.add_segment(publication, name=domain, definition=of_domain(domain), now=MONDAY)


def of_domain(domain: str) -> dict[str, object]:
    return {"groups": [{"conditions": [{"kind": "domain", "test": "is", "value": domain}]}]}


def test_a_segment_is_changed_while_another_person_removes_it(publication: Publication) -> None:
    """The one who removes waits for the publication before they have locked the segment that the other one needs."""
    near = segment(publication)
    act_during(
        lambda: edit_segment.lock_segments(publication.pk),  # as a change begins
        lambda: edition_audience.remove_segment(near, now=MONDAY),
        then=lambda: edit_segment.change_segment(near, definition=of_domain("far.example"), now=MONDAY),
    )
    assert not Segment.objects.exists()


def test_a_segment_is_chosen_again_for_an_edition_while_another_person_removes_it(publication: Publication) -> None:
    near = segment(publication)
    edition = make.edition(publication)
    Edition.objects.filter(pk=edition.pk).update(send_to=near, state=EditionState.CANCELLED, reason="Snow")
    act_during(
        lambda: Edition.objects.locked(edition.pk),
        lambda: edition_audience.remove_segment(near, now=MONDAY),
        then=lambda: Segment.objects.select_for_update(nowait=True).get(pk=near.pk),
    )
    edition.refresh_from_db()
    assert edition.send_to_id is None


def test_a_segment_that_is_being_removed_cannot_be_chosen(publication: Publication) -> None:
    near = segment(publication)
    edition = make.edition(publication)

    def choose() -> str:
        with pytest.raises(BadInput) as refused:
            edition_audience.choose_segments(edition, send_to=near, leave_out=None, by=None, now=MONDAY)
        return str(refused.value)

    refusal = act_during(lambda: edition_audience.remove_segment(near, now=MONDAY), choose)
    assert "does not exist any more" in refusal


def test_a_segment_is_removed_while_an_edition_that_is_sent_to_it_takes_its_stories(publication: Publication) -> None:
    """Whoever assembles has the edition and then needs the publication."""
    near = segment(publication)
    edition = make.edition(publication, send_to=near)

    def remove() -> str:
        with pytest.raises(InvalidState) as refused:
            edition_audience.remove_segment(near, now=MONDAY)
        return str(refused.value)

    refusal = act_during(
        lambda: Edition.objects.locked(edition.pk), remove, then=lambda: story_queue.lock(publication.pk)
    )
    assert f"is chosen for edition {edition.pk}" in refusal
