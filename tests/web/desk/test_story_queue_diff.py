"""What an act changed on the page, carried out on a list of cards, gives the page that a reload would show."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.web.desk.story_queue_diff import Changes, changes
from newsletter.web.desk.story_queue_page import CardMark, Shown

Card = tuple[int, tuple[bool, bool, bool, CardMark]]


def cards(shown: Shown) -> list[Card]:
    return [(pk, shown.look(pk)) for pk in shown.ids]


def carried_out(page: list[Card], found: Changes, after: Shown) -> list[Card]:
    """As the browser does it, card by card."""
    page = [card for card in page if card[0] not in found.gone]
    for run in found.runs:
        where = 0 if run.after is None else [pk for pk, _ in page].index(run.after) + 1
        page[where:where] = [(pk, after.look(pk)) for pk in run.ids]
    return [(pk, after.look(pk)) if pk in found.redrawn else (pk, look) for pk, look in page]


def first(order: list[int], count: int, taken: int) -> Shown:
    return Shown(tuple(order[:count]), len(order), frozenset(order[:taken]))


@given(
    st.tuples(st.integers(1, 12), st.integers(1, 12), st.integers(0, 4)),
    st.sampled_from(["move", "drop", "restore", "more"]),
    st.integers(0, 11),
    st.integers(0, 11),
)
def test_the_page_comes_to_show_what_a_reload_would(sizes: tuple[int, int, int], way: str, which: int, to: int) -> None:
    length, count, taken = sizes
    order = list(range(1, length + 1))
    before = first(order, count, taken)
    pk, moved = order[which % length], None
    if way in ("move", "drop"):
        order.remove(pk)
    if way == "move":
        order.insert(to, pk)
        moved = pk
    elif way == "restore":
        order.append(99)
    after = first(order, len(before.ids) + (before.is_whole or way == "more"), taken)
    found = changes(before, after, moved=moved)
    if not after.ids:
        assert found is None
        return
    assert found is not None
    assert carried_out(cards(before), found, after) == cards(after)
    assert len(found.drawn) <= 2 * taken + 6  # however long the page is


@given(st.permutations(range(6)))
def test_what_others_have_moved_meanwhile_is_not_patched(order: list[int]) -> None:
    before, after = Shown(tuple(range(6)), 6), Shown(tuple(order), 6)
    found = changes(before, after, moved=None)
    assert (found is None) == (order != list(range(6)))
