"""`make` lists every target, the pages name every target, and they name no other."""

import re

from tests.support.surroundings import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)) - {"help"}
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "tests" / "README.md"]
# in code: of a sentence the word may be a verb
NAMED = re.compile(r"(?:`|^ {4})make ([a-z-]+)", re.MULTILINE)


def test_make_lists_every_target() -> None:
    listed = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE)) - {"help"}
    assert listed == TARGETS


def test_the_pages_name_every_target_and_no_other() -> None:
    named = {target for page in PAGES for target in NAMED.findall(page.read_text(encoding="utf-8"))}
    assert named == TARGETS
