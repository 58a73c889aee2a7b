"""What a curator may write to keep preflight busy: it is read once, however long it is."""

import time

import pytest

from newsletter.letters import preflight
from newsletter.mail.message import Letter
from tests.golden.editions import PICTURES, rich

pytestmark = pytest.mark.long

MANY = 60_000


def _nested(start: str, words: str, end: str = "</div>") -> str:
    return f"<body>{start * 200}{words}{end * 200}</body>"


TRAPS = {
    "conditions without an end": Letter("", "", f"<style>{'@media ' * MANY}</style>"),
    "nights without an end": Letter("", "", f"<style>@media {'prefers-color-scheme:dark ' * MANY}</style>"),
    "comments without an end": Letter("", "", f"<style>{'/*' * MANY}</style>"),
    "blanks in a style": Letter("", "", f'<p style="color:red{" " * MANY}x">x</p>'),
    "a long query": Letter("", "", f'<a href="https://example.org/?{"a" * MANY}">x</a>'),
    "addresses in a row": Letter("", "https://" * MANY, "<p>x</p>"),
    "long styles around many lines": Letter("", "", _nested(f'<div style="{"x" * 700}">', "a<br>" * 20_000)),
    "many classes around many words": Letter(
        "",
        "",
        "<style>@media (prefers-color-scheme:dark) { .a { color: red } }</style>"
        + _nested(f'<div class="{"x " * 350}">', "<p>a</p>" * 5_000),
    ),
    "tables in tables": Letter("", "", _nested("<table>", "<p>a</p>" * 5_000, "</table>")),
    "marks in a row": Letter("", "__nl_" * MANY, "__nl_" * MANY),
}


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_costs_no_time(name: str) -> None:
    began = time.process_time()
    preflight.findings(TRAPS[name], links=rich().links, postal_address="x", pictures_at=PICTURES)
    assert time.process_time() - began < 5  # seconds; each took many more, or far too many
