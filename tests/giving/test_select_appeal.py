"""Which appeal an edition carries."""

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsletter.giving.select_appeal import select_appeal

DAY = date(2026, 11, 24)


@dataclass(frozen=True)
class Stub:
    """An appeal as choosing sees it."""

    id: int
    priority: int = 0
    is_active: bool = True
    starts_on: date | None = None
    ends_on: date | None = None


DAYS = st.one_of(st.none(), st.integers(-3, 3).map(lambda days: DAY + timedelta(days=days)))
APPEALS = st.lists(
    st.builds(Stub, st.integers(1, 99), st.integers(-2, 2), st.booleans(), DAYS, DAYS), unique_by=lambda a: a.id
)


def is_on(appeal: Stub) -> bool:
    return appeal.is_active and (appeal.starts_on or DAY) <= DAY <= (appeal.ends_on or DAY)


@given(APPEALS)
def test_the_chosen_one_is_on_and_none_that_is_on_comes_before_it(appeals: list[Stub]) -> None:
    best = select_appeal(appeals, on=DAY)
    others = [appeal for appeal in appeals if is_on(appeal)]
    assert (best is None) == (not others)
    if best:
        assert best in others
        assert all((appeal.priority, -appeal.id) <= (best.priority, -best.id) for appeal in others)


@given(APPEALS.flatmap(lambda appeals: st.tuples(st.just(appeals), st.permutations(appeals))))
def test_the_order_in_which_they_are_stored_does_not_matter(orders: tuple[list[Stub], list[Stub]]) -> None:
    assert select_appeal(orders[0], on=DAY) == select_appeal(orders[1], on=DAY)


def test_the_first_and_the_last_day_count() -> None:
    only = Stub(1, starts_on=DAY, ends_on=DAY)
    assert select_appeal([only], on=DAY) is only
    assert select_appeal([only], on=DAY - timedelta(days=1)) is None
    assert select_appeal([only], on=DAY + timedelta(days=1)) is None


def test_the_highest_priority_wins_and_of_equals_the_oldest() -> None:
    assert select_appeal([Stub(1, 1), Stub(3, 5), Stub(2, 5), Stub(4, 9, is_active=False)], on=DAY) == Stub(2, 5)


def test_without_appeals_there_is_none() -> None:
    assert select_appeal([], on=DAY) is None
