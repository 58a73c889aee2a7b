"""Output of commands: JSON, tables and text on stdout; notes, progress and questions on stderr."""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO, TypeVar

import orjson
from rich.console import Console
from rich.table import Table

from newsletter.cli.support import output_streams
from newsletter.lib import replace_file
from newsletter.lib.csv_reader import RowProblem
from newsletter.lib.errors import BadInput

JSON = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS
PIPE_WIDTH = 10_000  # columns
MAX_SHOWN_LENGTH = 100  # characters
LONG_TOKEN = re.compile(rf"\S{{{2 * MAX_SHOWN_LENGTH},}}")
PROGRESS_INTERVAL = 1000  # items
Item = TypeVar("Item")


def print_json(value: Any) -> None:
    """Print `value` as JSON. Times are ISO 8601 in UTC, ending in Z."""
    output_streams.write_data([orjson.dumps(value, option=JSON).decode() + "\n"])


def json_line(value: Any) -> str:
    """Return `value` as one line of JSON, for long lists (JSON Lines)."""
    return orjson.dumps(value, option=JSON & ~orjson.OPT_INDENT_2).decode() + "\n"


def write_lines(lines: Iterable[str], *, out: Path | None) -> None:
    """Write `lines` to stdout, or to a file that only its owner can read: the lists hold personal data.

    The file is replaced once all lines are written. Until then an earlier file stays.
    """
    if out is None or str(out) == "-":
        output_streams.write_data(lines)
        return
    try:
        with replace_file.replace_file(out, mode=replace_file.OWNER_ONLY) as file:
            file.writelines(line.encode() for line in lines)
    except OSError as error:
        raise BadInput("--out", f"cannot be written ({error.strerror}).") from None
    print_note(f"Written to {out}.")


def print_document(content: str) -> None:
    """Print a whole email or template to stdout in UTF-8, so that `… > email.html` saves it."""
    output_streams.write_data([content if content.endswith("\n") else content + "\n"])


def print_text(text: str) -> None:
    """Print `text` to stdout."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def print_note(text: str) -> None:
    """Print a note to stderr."""
    sys.stderr.write(printable(text) + "\n")


def print_problems(known: Sequence[RowProblem], count: int) -> None:
    """Print problems with rows of a file, by line. `count` is their full number; `known` may hold fewer."""
    for problem in known:
        print_note(f"line {problem.line}: {problem.problem}")
    if count > len(known):
        print_note(f"… and {count - len(known)} more.")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, to_stderr: bool = False) -> None:
    """Print a table to stdout, or to stderr. Without rows, print the header only."""
    table = Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for row in rows:
        table.add_row(*map(_format_value, row))
    _show(table, sys.stderr if to_stderr else sys.stdout)


def print_fields(pairs: Iterable[tuple[str, object]]) -> None:
    """Print one name and value a line to stdout, leaving out empty values."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs:
        if value not in (None, "", [], {}):
            table.add_row(name, _format_value(value))
    _show(table, sys.stdout)


def _format_value(value: object) -> str:
    """Format a value for a person."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M %Z}"
    return printable(str(value))


def _show(table: Table, stream: TextIO) -> None:
    """Print a table. In a pipe nothing is cut to a terminal's width; no line ends in spaces."""
    console = Console(
        file=stream,
        markup=False,  # user text is never markup
        emoji=False,
        highlight=False,
        width=None if stream.isatty() else PIPE_WIDTH,
    )
    with console.capture() as captured:
        console.print(table)
    stream.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def with_progress(items: Iterable[Item], label: str) -> Iterator[Item]:
    """Yield `items` and show the count on a terminal: `12,000 lines read`."""
    with Console(stderr=True).status("") as status:
        for number, item in enumerate(items, start=1):
            if number % PROGRESS_INTERVAL == 0:
                status.update(f"{number:,} {label}")
            yield item


def shorten_long_tokens(text: str) -> str:
    """Cut tokens that are too long to be words: errors quote user input, which can be anything."""
    return LONG_TOKEN.sub(lambda found: f"{found[0][:MAX_SHOWN_LENGTH]}…", text)


def printable(text: str) -> str:
    """Replace control characters with spaces, so that a headline cannot control the terminal."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)


def is_interactive() -> bool:
    """Return whether a person at a terminal can answer questions."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def confirm(question: str, *, yes: bool, hint: str) -> bool:
    """Ask a yes/no question and return the answer; return True at once with --yes.

    Without a terminal, raise `BadInput` with `hint`: the option to give instead.
    """
    if yes:
        return True
    if not is_interactive():
        raise BadInput("confirmation", "there is no terminal to ask on.", hint)
    sys.stderr.write(f"{printable(question)} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def prompt(question: str, *, default: str) -> str:
    """Ask a question and return the answer, or `default` when it is empty or there is no terminal."""
    if not is_interactive():
        return default
    sys.stderr.write(f"{printable(question)}{f' [{default}]' if default else ''}: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip() or default
