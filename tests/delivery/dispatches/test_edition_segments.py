"""An edition that is sent to a segment, or leaves one out: everybody is planned, or left out for one cause."""

from datetime import time, timedelta
from typing import Any

import pytest

from newsletter.audience import suppressions
from newsletter.audience.models import Subscriber, Subscription, SubscriptionStatus, SuppressionReason
from newsletter.delivery.dispatches import open_dispatch
from newsletter.delivery.ledger.packed_ids import unpack
from newsletter.delivery.models import Dispatch
from newsletter.editions import plan_editions
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition, edition_audience, edition_decisions
from newsletter.letters.edit_edition import SaveEffect
from newsletter.letters.edition_decisions import ApprovalNeeded
from newsletter.lib.errors import BadInput, InvalidState, VersionConflict
from newsletter.publications.models import Publication
from newsletter.segments import edit_segment
from newsletter.segments.models import Segment
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def publication(db: None) -> Publication:
    return make.publication()


def segment(publication: Publication, name: str, kind: str, test: str, value: Any) -> Segment:
    definition = {"groups": [{"conditions": [{"kind": kind, "test": test, "value": value}]}]}
    return edit_segment.add_segment(publication, name=name, definition=definition, now=MONDAY)


def approved(publication: Publication, **chosen: Segment | None) -> Edition:
    make.story(publication)
    planned = make.edition(publication, local_send_time=time(7) if publication.local_time else None)
    choose(planned, **chosen)
    assembled = assemble_edition.assemble(planned.pk, now=MONDAY - HOUR)
    return edition_decisions.approve(
        assembled, content_hash=assembled.content_hash, by=make.eddie(), now=MONDAY - HOUR / 2
    )


def choose(edition: Edition, **chosen: Any) -> Edition:
    chosen = {"send_to": None, "leave_out": None, "by": make.cora(), "now": MONDAY - HOUR} | chosen
    return edition_audience.choose_segments(edition, **chosen)


def opened(edition: Edition) -> Dispatch:
    dispatch = open_dispatch.open_dispatch(edition.pk, now=MONDAY)
    assert dispatch
    while open_dispatch.continue_opening(dispatch.pk):
        pass
    dispatch.refresh_from_db()
    return dispatch


def planned_readers(dispatch: Dispatch) -> list[int]:
    return sorted(reader for batch in dispatch.batches.all() for reader in unpack(batch.subscribers))


def people(publication: Publication) -> dict[str, Subscriber]:
    """One of each: near and far, donors and not, and some whom nobody mails."""
    made = {
        name: make.reader(publication, email=f"{name}@near.example") for name in ("ann", "ben", "cat", "dan", "eva")
    }
    made |= {name: make.reader(publication, email=f"{name}@far.example") for name in ("fay", "gus")}
    for donor in ("ann", "ben", "cat", "gus"):
        make.gift(made[donor].email)
    suppressions.suppress(made["cat"].email, reason=SuppressionReason.DESK)
    Subscription.objects.filter(subscriber=made["dan"]).update(status=SubscriptionStatus.UNSUBSCRIBED)
    return made


@pytest.mark.parametrize("chunk", [2, 5000])
@pytest.mark.parametrize("thanks", [0, 30])
@pytest.mark.parametrize("local", [False, True])
def test_readers_outside_and_readers_left_out_are_counted_by_cause(
    publication: Publication, monkeypatch: pytest.MonkeyPatch, chunk: int, thanks: int, local: bool
) -> None:
    monkeypatch.setattr(open_dispatch, "CHUNK_SIZE", chunk)
    if thanks:
        make.appeal(publication, thanks_days=thanks, thanks_heading="Thank you", thanks_lead="You keep us going.")
    publication.local_time = local
    publication.save()
    made = people(publication)
    near = segment(publication, "near", "domain", "is", "near.example")
    donors = segment(publication, "donors", "gave", "within", 30)
    edition = approved(publication, send_to=near, leave_out=donors)
    dispatch = opened(edition)
    assert planned_readers(dispatch) == [made["eva"].pk]
    assert dispatch.left_out == {
        "suppressed": 1, "left": 1, "not in the segment": 2, "in the segment left out": 2,
    }  # fmt: skip
    assert dispatch.candidates == 7 == dispatch.planned + sum(dispatch.left_out.values())


def test_an_edition_may_only_leave_a_segment_out(publication: Publication) -> None:
    made = people(publication)
    dispatch = opened(approved(publication, leave_out=segment(publication, "near", "domain", "is", "near.example")))
    assert planned_readers(dispatch) == sorted([made["fay"].pk, made["gus"].pk])


def test_all_parts_are_judged_by_the_moment_of_the_opening(
    publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_dispatch, "CHUNK_SIZE", 1)
    ids = make.readers(publication, 6)
    Subscription.objects.update(consent_at=MONDAY - timedelta(hours=13))  # still of this day in New York
    edition = approved(publication, send_to=segment(publication, "new", "joined", "within", 1))
    dispatch = open_dispatch.open_dispatch(edition.pk, now=MONDAY)
    assert dispatch
    assert dispatch.frozen_up_to_id is not None
    assert opened(edition).planned == len(ids)


def test_who_is_in_the_segment_is_found_when_the_dispatch_opens(publication: Publication) -> None:
    edition = approved(publication, send_to=segment(publication, "near", "domain", "is", "near.example"))
    late = make.reader(publication, email="late@near.example")
    make.reader(publication, email="late@far.example")
    assert planned_readers(opened(edition)) == [late.pk]


def test_a_segment_that_changes_after_the_approval_ends_it(publication: Publication) -> None:
    make.readers(publication, 2)
    near = segment(publication, "near", "domain", "is", "near.example")
    edition = approved(publication, send_to=near)
    definition = {"groups": [{"conditions": [{"kind": "domain", "test": "is", "value": "far.example"}]}]}
    edit_segment.change_segment(near, definition=definition, now=MONDAY)
    assert assemble_edition.refresh_stale() == [edition.pk]
    edition.refresh_from_db()
    assert (edition.state, edition.approved_hash) == (EditionState.PLANNED, "")


def test_a_change_inside_a_segment_that_it_names_ends_the_approval_too(publication: Publication) -> None:
    make.readers(publication, 2)
    inner = segment(publication, "inner", "domain", "is", "near.example")
    edition = approved(publication, leave_out=segment(publication, "outer", "segment", "not-in", inner.pk))
    definition = {"groups": [{"conditions": [{"kind": "domain", "test": "is", "value": "far.example"}]}]}
    edit_segment.change_segment(inner, definition=definition, now=MONDAY)
    assert open_dispatch.open_dispatch(edition.pk, now=MONDAY) is None  # also before a tick has looked
    edition.refresh_from_db()
    assert edition.state == EditionState.PLANNED


def test_an_untouched_segment_keeps_the_approval(publication: Publication) -> None:
    near = segment(publication, "near", "domain", "is", "near.example")
    edition = approved(publication, send_to=near)
    edit_segment.change_segment(near, name="near", definition=near.definition, now=MONDAY)
    assert assemble_edition.refresh_stale() == []
    edition.refresh_from_db()
    assert edition.state == EditionState.APPROVED


def test_other_readers_for_an_approved_edition_need_a_word_that_the_approval_ends(publication: Publication) -> None:
    near = segment(publication, "near", "domain", "is", "near.example")
    edition = approved(publication)
    with pytest.raises(ApprovalNeeded):
        choose(edition, send_to=near)
    edition.refresh_from_db()
    assert (edition.state, edition.send_to) == (EditionState.APPROVED, None)
    changed = choose(edition, send_to=near, announced=SaveEffect.UNAPPROVED)
    assert changed.state == EditionState.ASSEMBLED
    assert changed.content_hash != edition.content_hash
    letter = changed.letters.get()
    assert letter.audience["send_to"]["name"] == "near"


def test_two_people_who_choose_at_once_are_told(publication: Publication) -> None:
    near = segment(publication, "near", "domain", "is", "near.example")
    edition = make.edition(publication)
    choose(edition, send_to=near, seen=(None, None))
    with pytest.raises(VersionConflict):
        choose(edition, leave_out=near, seen=(None, None))


def test_a_segment_cannot_get_an_edition_and_be_left_out(publication: Publication) -> None:
    near = segment(publication, "near", "domain", "is", "near.example")
    with pytest.raises(BadInput):
        choose(make.edition(publication), send_to=near, leave_out=near)


def test_a_segment_that_was_just_removed_is_refused(publication: Publication) -> None:
    near = segment(publication, "near", "domain", "is", "near.example")
    edition = approved(publication)
    edition_audience.remove_segment(Segment.objects.get(), now=MONDAY)
    with pytest.raises(BadInput, match="does not exist any more"):
        choose(edition, send_to=near, announced=SaveEffect.UNAPPROVED)


def test_readers_that_are_chosen_for_a_held_edition_are_shown_and_get_it(publication: Publication) -> None:
    near = segment(publication, "near", "domain", "is", "near.example")
    held = edition_decisions.hold(approved(publication), reason="The lawyers are reading.", now=MONDAY)
    held = choose(held, send_to=near)
    assert edition_audience.current_audience(held)["send_to"]["name"] == "near"
    released = edition_decisions.release(held, now=MONDAY)
    built = assemble_edition.assemble(released.pk, now=MONDAY)
    assert edition_audience.current_audience(built) == edition_audience.current_audience(held)


def test_a_segment_of_another_publication_is_refused(publication: Publication) -> None:
    other = segment(make.publication(), "near", "domain", "is", "near.example")
    with pytest.raises(BadInput):
        choose(make.edition(publication), send_to=other)


def test_a_segment_is_kept_while_an_edition_to_come_needs_it(publication: Publication) -> None:
    make.readers(publication, 1)
    everybody = segment(publication, "all", "domain", "is", "readers.example")
    edition = approved(publication, send_to=everybody)
    with pytest.raises(InvalidState):
        edition_audience.remove_segment(everybody, now=MONDAY)
    opened(edition)
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.DISPATCHED)
    edition_audience.remove_segment(everybody, now=MONDAY)
    edition_audience.remove_segment(everybody, now=MONDAY)  # a repeated click
    letter = edition.letters.get()
    assert letter.audience["send_to"]["name"] == "all"
    assert not Segment.objects.exists()


def test_an_edition_whose_segments_match_nobody_is_held_with_its_stories_and_no_reader_counts(
    publication: Publication,
) -> None:
    people(publication)
    edition = approved(publication, send_to=segment(publication, "Islands", "domain", "is", ["island.example"]))
    assert open_dispatch.open_dispatch(edition.pk, now=MONDAY) is None
    edition.refresh_from_db()
    assert edition.state == EditionState.HELD
    assert edition.reason == (
        "Nobody would get it: it is for only readers in the segment “Islands”, and no reader is among them. "
        "Choose other readers."
    )
    assert edition.placements.count() == 1
    assert not Dispatch.objects.exists()


def test_an_extra_edition_has_its_readers_from_the_beginning(publication: Publication) -> None:
    publication.auto_approve = True
    publication.save()
    made, near = people(publication), segment(publication, "Near", "domain", "is", ["near.example"])
    make.story(publication)
    with pytest.raises(BadInput, match="leave out"):
        plan_editions.add_extra(publication, due_at=MONDAY, now=MONDAY - HOUR, send_to=near, leave_out=near)
    other = segment(make.publication(), "Elsewhere", "domain", "is", ["near.example"])
    with pytest.raises(BadInput, match="does not exist"):
        plan_editions.add_extra(publication, due_at=MONDAY, now=MONDAY - HOUR, send_to=other)
    edition = plan_editions.add_extra(publication, due_at=MONDAY, now=MONDAY - HOUR, send_to=near)
    assert assemble_edition.assemble(edition.pk, now=MONDAY - HOUR / 2).state == EditionState.APPROVED
    assert planned_readers(opened(edition)) == sorted(made[name].pk for name in ("ann", "ben", "eva"))
