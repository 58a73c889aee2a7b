"""Readers who chose no appeals get the letter without one; recent donors are thanked all the same; both are counted."""

from datetime import time, timedelta

import pytest

from newsletter.audience import appeal_choices
from newsletter.delivery.dispatches import open_dispatch
from newsletter.delivery.ledger.packed_ids import unpack
from newsletter.delivery.ledger.progress import progress
from newsletter.delivery.models import Dispatch
from newsletter.delivery.recipients import letter_choice
from newsletter.delivery.sending import send_batches
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def publication(db: None) -> Publication:
    return make.publication()


def opened(publication: Publication) -> Dispatch:
    dispatch = open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
    assert dispatch
    while open_dispatch.continue_opening(dispatch.pk):
        pass
    dispatch.refresh_from_db()
    return dispatch


def by_variant(dispatch: Dispatch) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for batch in dispatch.batches.select_related("letter").order_by("number"):
        found.setdefault(batch.letter.variant, []).extend(unpack(batch.subscribers))
    return found


@pytest.mark.parametrize("chunk", [1, 5000])
@pytest.mark.parametrize("local", [False, True])
def test_each_reader_gets_the_letter_of_their_choice(
    publication: Publication, monkeypatch: pytest.MonkeyPatch, chunk: int, local: bool
) -> None:
    monkeypatch.setattr(open_dispatch, "CHUNK_SIZE", chunk)
    make.appeal(publication, thanks_days=30)
    ann, ben, cat, dan = (make.reader(publication) for _ in range(4))
    for reader in (ben, cat):
        appeal_choices.choose_appeals(reader.pk, wanted=False)
    for donor in (cat, dan):
        make.gift(donor.email)
    make.story(publication)
    edition = make.approved_edition(publication)
    if local:
        edition.local_send_time = time(7)
        edition.save()
    dispatch = open_dispatch.open_dispatch(edition.pk, now=MONDAY)
    assert dispatch
    while open_dispatch.continue_opening(dispatch.pk):
        pass
    assert by_variant(dispatch) == {"default": [ann.pk], "plain": [ben.pk], "thanks": [cat.pk, dan.pk]}
    dispatch.refresh_from_db()
    assert progress(dispatch).versions == {"plain": 1, "thanks": 2}
    assert progress(dispatch).adds_up


def test_a_choice_that_is_taken_back_holds_from_the_next_edition_on(publication: Publication) -> None:
    make.appeal(publication, thanks_days=0)
    ann = make.reader(publication)
    appeal_choices.choose_appeals(ann.pk, wanted=False)
    assert by_variant(opened(publication)) == {"plain": [ann.pk]}
    appeal_choices.choose_appeals(ann.pk, wanted=True)
    due_at = MONDAY + timedelta(days=1)
    edition = make.approved_edition(publication, due_at=due_at)
    dispatch = open_dispatch.open_dispatch(edition.pk, now=due_at)
    assert dispatch
    assert by_variant(dispatch) == {"default": [ann.pk]}


def test_an_edition_without_an_appeal_is_one_letter_for_all(publication: Publication) -> None:
    ann = make.reader(publication)
    appeal_choices.choose_appeals(ann.pk, wanted=False)
    dispatch = opened(publication)
    assert by_variant(dispatch) == {"default": [ann.pk]}
    assert dispatch.versions == {}


def test_where_nobody_chose_it_nobody_is_looked_up(publication: Publication) -> None:
    make.appeal(publication, thanks_days=30)
    make.readers(publication, 3)
    dispatch = opened(publication)
    variants = [letter.variant for letter in dispatch.edition.letters.all()]
    assert sorted(variants) == ["default", "plain", "thanks"]
    assert letter_choice.letter_choice(dispatch, publication.pk, variants=variants) is None


def test_somebody_who_gives_after_the_opening_is_thanked_also_with_this_choice(publication: Publication) -> None:
    make.appeal(publication, thanks_days=30)
    ann, ben = (make.reader(publication) for _ in range(2))
    for reader in (ann, ben):
        appeal_choices.choose_appeals(reader.pk, wanted=False)
    dispatch = opened(publication)
    later = MONDAY + timedelta(minutes=1)
    make.gift(ben.email, recorded_at=later)
    [claimed] = send_batches.claim_batches([dispatch.batches.get().pk], now=later)
    assert list(claimed.subscribers) == [ann.pk]
    assert by_variant(dispatch) == {"plain": [ann.pk], "thanks": [ben.pk]}
