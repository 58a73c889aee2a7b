"""Words that the project does not use, because a newcomer cannot guess their meaning (docs/glossary.md)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.surroundings import ROOT

# By word, the plain one to use.
BANNED = {
    "absorb": "process",
    "absorbed": "processed",
    "absorbing": "processing",
    "absorbs": "processes",
    "amiss": "wrong",
    "anew": "again",
    "blanks": "spaces",
    "doorbell": "task",
    "fate": "status",
    "fates": "statuses",
    "heard": "received",
    "house": "installation",
    "kin": "similar",
    "lately": "recently",
    "lot": "chunk",
    "mend": "hint, fix",
    "mended": "fixed",
    "mends": "fixes",
    "rung": "enqueued",
    "set aside": "mark as failed",
    "told": "informed, or the name of what it is",
    "tongue": "language",
}
# Words that stay words of sentences and say too little as names: what is it?
BANNED_NAMES = {"heard", "lot", "lots", "said", "standing", "standings", "told"}
ALLOWED = {
    # words of the articles that it reads
    ("newsletter/stories/pasted_text/detect_appeal.py", "told"),
    ("newsletter/stories/pasted_text/page_words/english_words.py", "heard"),
    ("newsletter/stories/pasted_text/page_words/english_words.py", "told"),
    ("newsletter/stories/pasted_text/page_words/italian_words.py", "fate"),
}
SUFFIXES = {".py", ".html", ".txt", ".js", ".css", ".toml", ".md", ".conf", ".yml"}
FOLDERS = ("newsletter", "workers", "templates", "docs", "deploy")
SOURCE = ("newsletter", "workers")


def files() -> list[Path]:
    found = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*")] + list(ROOT.glob("*"))
    return sorted(file for file in found if file.suffix in SUFFIXES and "migrations" not in file.parts)


def names(source: str) -> Iterator[tuple[int, str]]:
    """The line and text of every name that `source` gives to something."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.FunctionDef(name=name):
                yield node.lineno, name
            case ast.ClassDef(name=name):
                yield node.lineno, name


@pytest.mark.parametrize("word", BANNED)
def test_a_banned_word_is_not_used(word: str) -> None:
    # as a whole word, also inside an identifier: mend_url, but not recommend
    pattern = re.compile(rf"(?<![a-z]){word}(?![a-z])", re.IGNORECASE)
    offenders = [
        f"{name}:{number}: {line.strip()}"
        for file in files()
        if ((name := file.relative_to(ROOT).as_posix()), word) not in ALLOWED
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert offenders == [], f"say {BANNED[word]!r} in place of {word!r}"


def test_names_say_what_a_value_is() -> None:
    offenders = [
        f"{file.relative_to(ROOT)}:{number}: {name}"
        for folder in SOURCE
        for file in sorted((ROOT / folder).rglob("*.py"))
        for number, name in names(file.read_text(encoding="utf-8"))
        if BANNED_NAMES & set(name.casefold().split("_"))
    ]
    assert offenders == []
