"""Words that the project does not use, because a newcomer cannot guess their meaning (docs/glossary.md)."""

import re
from pathlib import Path

import pytest

from tests.support.surroundings import ROOT

# By word, the plain one to use.
BANNED = {
    "absorb": "process",
    "absorbed": "processed",
    "absorbs": "processes",
    "amiss": "wrong",
    "blanks": "spaces",
    "doorbell": "task",
    "kin": "similar",
    "mend": "hint, fix",
    "mended": "fixed",
    "mends": "fixes",
    "rung": "enqueued",
    "tongue": "language",
}
# Words that some package still uses: not allowed in CLEAN, to be removed elsewhere.
UNFINISHED = frozenset(BANNED) - {"absorbs"}
CLEAN = ("newsletter/local", "newsletter/postbox", "templates/postbox")
SUFFIXES = {".py", ".html", ".txt", ".js", ".css", ".toml"}
FOLDERS = ("newsletter", "workers", "templates")


def files(folders: tuple[str, ...]) -> list[Path]:
    found = [file for folder in folders for file in (ROOT / folder).rglob("*") if file.suffix in SUFFIXES]
    return sorted(file for file in found if "migrations" not in file.parts)


@pytest.mark.parametrize("word", BANNED)
def test_a_banned_word_is_not_used(word: str) -> None:
    # as a whole word, also inside an identifier: mend_url, but not recommend
    pattern = re.compile(rf"(?<![a-z]){word}(?![a-z])", re.IGNORECASE)
    offenders = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in files(CLEAN if word in UNFINISHED else FOLDERS)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert offenders == [], f"say {BANNED[word]!r} in place of {word!r}"
