"""How the command line speaks: data to stdout as JSON or a table, talk to stderr, questions to a person."""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TextIO, TypeVar

import orjson
from rich.console import Console
from rich.table import Table

from newsletter.cli.support import output_streams
from newsletter.lib import replace_file
from newsletter.lib.errors import BadInput

JSON = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS
UNCUT = 10_000  # columns
SHOWN = 100  # characters
LONG = re.compile(rf"\S{{{2 * SHOWN},}}")
STEP = 1000
Thing = TypeVar("Thing")


def data(value: Any) -> None:
    """`value` as JSON. Moments are ISO 8601 in UTC, ending in Z."""
    output_streams.write_data([orjson.dumps(value, option=JSON).decode() + "\n"])


def as_line(value: Any) -> str:
    """`value` as one line of JSON, for long lists (JSON Lines)."""
    return orjson.dumps(value, option=JSON & ~orjson.OPT_INDENT_2).decode() + "\n"


def lines(each: Iterable[str], *, out: Path | None) -> None:
    """`each` to stdout, or to a file that is readable by its owner alone: such lists hold personal data.

    The file is there when all of them are in it; until then an earlier one stays.
    """
    if out is None or str(out) == "-":
        output_streams.write_data(each)
        return
    try:
        with replace_file.replace_file(out, mode=replace_file.OWNER_ONLY) as file:
            file.writelines(line.encode() for line in each)
    except OSError as error:
        raise BadInput("--out", f"cannot be written ({error.strerror}).") from None
    print_note(f"Written to {out}.")


def document(words: str) -> None:
    """A whole letter or template to stdout, in UTF-8: `… > letter.html` makes a file of it."""
    output_streams.write_data([words if words.endswith("\n") else words + "\n"])


def text(words: str) -> None:
    """`words` for a person, to stdout."""
    sys.stdout.write(words if words.endswith("\n") else words + "\n")


def print_note(words: str) -> None:
    """One remark to the person at the terminal."""
    sys.stderr.write(printable(words) + "\n")


class Problem(Protocol):
    """What an import tells of a row."""

    @property
    def line(self) -> int: ...
    @property
    def problem(self) -> str: ...


def problems(known: Sequence[Problem], count: int) -> None:
    """What is wrong with rows of a file, by line; `count` is how many there are, of which not all may be known."""
    for each in known:
        print_note(f"line {each.line}: {each.problem}")
    if count > len(known):
        print_note(f"… and {count - len(known)} more.")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, talk: bool = False) -> None:
    """A table to stdout, or to stderr when it is `talk`; with no rows, nothing but its header."""
    made = Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for row in rows:
        made.add_row(*map(_spoken, row))
    _show(made, sys.stderr if talk else sys.stdout)


def print_fields(pairs: Iterable[tuple[str, object]]) -> None:
    """Names and values below each other, to stdout; values that say nothing are left out."""
    made = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in pairs:
        if value not in (None, "", [], {}):
            made.add_row(name, _spoken(value))
    _show(made, sys.stdout)


def _spoken(value: object) -> str:
    """A value as people read it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M %Z}"
    return printable(str(value))


def _show(made: Table, stream: TextIO) -> None:
    """In a pipe nothing is cut to a terminal's width, and no line ends in blanks."""
    console = Console(
        file=stream,
        markup=False,  # what people typed is never taken for markup
        emoji=False,
        highlight=False,
        width=None if stream.isatty() else UNCUT,
    )
    with console.capture() as shown:
        console.print(made)
    stream.writelines(f"{line.rstrip()}\n" for line in shown.get().splitlines())


def with_progress(things: Iterable[Thing], words: str) -> Iterator[Thing]:
    """`things`, while a person at the terminal sees how many there were: `12,000 lines read`."""
    with Console(stderr=True).status("") as shown:
        for number, thing in enumerate(things, start=1):
            if number % STEP == 0:
                shown.update(f"{number:,} {words}")
            yield thing


def shortened(words: str) -> str:
    """`words` without what is too long to be a word: a refusal names what was typed, and that may be anything."""
    return LONG.sub(lambda found: f"{found[0][:SHOWN]}…", words)


def printable(words: str) -> str:
    """`words` without control characters: a headline must not be able to steer a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in words)


def is_interactive() -> bool:
    """True when somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def confirm(question: str, *, yes: bool, instead: str) -> bool:
    """The person's answer to `question`; True at once when they said --yes.

    With nobody there to be asked, `BadInput` says what to give `instead`.
    """
    if yes:
        return True
    if not is_interactive():
        raise BadInput("question", "nobody is at the terminal to be asked.", instead)
    sys.stderr.write(f"{printable(question)} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def answer(question: str, *, default: str) -> str:
    """What the person types, or `default`; with nobody there, `default` at once."""
    if not is_interactive():
        return default
    sys.stderr.write(f"{printable(question)}{f' [{default}]' if default else ''}: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip() or default
