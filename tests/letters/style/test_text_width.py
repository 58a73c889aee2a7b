"""Sizes chosen by how wide a text is."""

import pytest

from newsletter.letters.style.text_width import size_to_fit, text_width


@pytest.mark.parametrize(("text", "width"), [("", 0), ("Give $5", 67), ("円円", 32), ("e\u0301\u200b", 10)])
def test_wide_letters_take_more_room_and_marks_none(text: str, width: int) -> None:
    assert text_width(text) == width


def test_a_long_name_is_set_smaller_within_bounds() -> None:
    sizes = [
        size_to_fit(name, 160, smallest=13, largest=34) for name in ("Ox", "The Coast Road", "The Coast Road " * 4)
    ]
    assert sizes == [34, 18, 13]
