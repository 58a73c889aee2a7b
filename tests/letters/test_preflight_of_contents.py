"""Each finding about what people wrote or set: an email that has it, and one that has not."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.letters import preflight
from newsletter.letters.content.letter_content import LetterContent
from newsletter.letters.render_letter import render
from tests.golden.looks import letter, twelve

LETTER = letter()
TWELVE = twelve()


def found(contents: LetterContent) -> dict[str, preflight.Finding]:
    """The findings for the email made of `contents`, by their codes."""
    return {finding.code: finding for finding in preflight.check(render(contents), contents)}


def logo(*, plate: bool) -> LetterContent:
    own = LETTER.brand.logo
    assert own
    return replace(LETTER, brand=replace(LETTER.brand, logo=replace(own, plate=plate)))


FAULTS: list[tuple[str, Callable[[], LetterContent], Callable[[], LetterContent]]] = [
    ("logo.dark", lambda: logo(plate=True), lambda: logo(plate=False)),
]


@pytest.mark.parametrize(("code", "fault", "whole"), FAULTS)
def test_what_an_editor_would_see_is_found_and_nothing_else(
    code: str, fault: Callable[[], LetterContent], whole: Callable[[], LetterContent]
) -> None:
    finding = found(fault())[code]
    assert finding.severity == "warn"
    assert finding.place
    assert finding.hint.endswith(".")
    assert code not in found(whole())


CHECKS = ("check_brand",)


def test_every_code_of_these_checks_is_tried_above() -> None:
    folder = Path(preflight.__file__).parent
    source = "".join((folder / f"{name}.py").read_text(encoding="utf-8") for name in CHECKS)
    assert set(re.findall(r'"([a-z]+\.[a-z_]+)"', source)) == {code for code, _, _ in FAULTS}
