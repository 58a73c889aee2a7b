"""One width for all buttons of an appeal, chosen by the longest of their words."""

import pytest

from newsletter.letters.content.amount_buttons import HALF, THIRD, ButtonLayout, button_layout


@pytest.mark.parametrize(
    ("labels", "layout"),
    [
        (["Give $5", "Give $15", "Give $40"], ButtonLayout(THIRD, stacked=False)),
        (["Give $5"], ButtonLayout(THIRD, stacked=False)),
        (["25\u00a0€ geben", "1.000\u00a0€ geben", "1.000.000\u00a0€ geben"], ButtonLayout(THIRD, stacked=False)),
        (["Donar $5.000", "Donar $100.000.000"], ButtonLayout(HALF, stacked=False)),
        (["Donar $500", "Donar $5.000", "Donar $100.000.000"], ButtonLayout(HALF, stacked=True)),
        (["تبرّع بمبلغ 10", "تبرّع بمبلغ 25", "تبرّع بمبلغ 50"], ButtonLayout(THIRD, stacked=False)),
        (["100,000円を寄付する"], ButtonLayout(HALF, stacked=False)),
        (["Give the whole amount of $100,000"], ButtonLayout(0, stacked=True)),
        ([], ButtonLayout(THIRD, stacked=False)),
    ],
)
def test_the_longest_label_decides_how_wide_all_are(labels: list[str], layout: ButtonLayout) -> None:
    assert button_layout(labels) == layout
