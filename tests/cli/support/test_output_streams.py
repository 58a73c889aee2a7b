"""Standard streams of commands: encodings, and output that cannot be written."""

import errno
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import pytest

from newsletter.audience import export_subscribers
from newsletter.cli.support import output, output_streams
from newsletter.publications.models import Publication
from tests.cli.conftest import Command
from tests.support import factories as make


def start(words: str, **settings: str) -> "subprocess.CompletedProcess[bytes]":
    """`words` as a shell runs them, `newsletter` being the command line."""
    command = words.replace("newsletter", f"{sys.executable} -m newsletter")
    return subprocess.run(
        ["sh", "-c", command], env=os.environ | settings, capture_output=True, check=False, timeout=60
    )


@contextmanager
def latin() -> Iterator[io.BytesIO]:
    """What a terminal or a file gets in a locale that is not UTF-8."""
    written = io.BytesIO()
    with redirect_stdout(io.TextIOWrapper(written, encoding="latin-1", errors="backslashreplace")) as stream:
        yield written
        stream.flush()


def test_data_is_utf8_in_every_locale_and_talk_is_made_to_fit() -> None:
    name = "عمر 👩‍👧"
    with latin() as written:
        output.print_json({"name": name})
        assert json.loads(written.getvalue()) == {"name": name}
        output.write_lines([f"{name}\r\n"], out=None)
        output.print_document(f"<p>{name}</p>")
        assert written.getvalue().decode().endswith(f"{name}\r\n<p>{name}</p>\n")
        before = len(written.getvalue())
        output.print_fields([("name", name)])
        sys.stdout.flush()
        assert written.getvalue()[before:].startswith(b"name  \\u0639")


def test_an_export_has_the_same_bytes_in_every_locale(publication: Publication) -> None:
    make.reader(publication, first_name="عمر")
    with latin() as written:
        output.write_lines(export_subscribers.lines(export_subscribers.rows(publication)), out=None)
        assert "عمر" in written.getvalue().decode()


@pytest.mark.parametrize("words", ["newsletter --version", "newsletter --help", "newsletter appeals platforms --json"])
@pytest.mark.parametrize(
    ("to", "reason"), [(">&-", b"(Bad file descriptor)"), (">/dev/full", b"(No space left on device)")]
)
def test_output_that_is_closed_or_full_is_one_sentence(words: str, to: str, reason: bytes) -> None:
    result = start(f"{words} {to}")
    assert (result.returncode, result.stderr) == (1, b"Cannot write the output " + reason + b".\n")


def test_closed_stdin_is_empty_and_closed_stderr_does_no_harm() -> None:
    assert start("newsletter --version <&- 2>&-").returncode == 0
    result = start("newsletter publications template check - <&-")
    assert b"Traceback" not in result.stderr


def test_a_file_error_is_not_mistaken_for_an_output_error() -> None:
    assert output_streams.is_output_error(OSError(errno.ENOSPC, "full"))
    assert not output_streams.is_output_error(OSError(errno.ENOSPC, "full", "picture.jpg"))
    assert not output_streams.is_output_error(OSError(errno.ECONNREFUSED, "refused"))


def test_an_argument_in_another_encoding_is_named(newsletter: Command, publication: Publication) -> None:
    result = newsletter("stories", "add", "--url", "https://example.org/a", "--headline", "Caf\udce9")
    assert (result.status, result.err) == (
        1, "--headline: is not UTF-8. Set the terminal to UTF-8 and try again.\n",
    )  # fmt: skip


def test_a_file_whose_name_is_in_another_encoding_is_read(
    newsletter: Command, publication: Publication, tmp_path: Path
) -> None:
    file = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.csv")
    Path(file).write_text("email\nrita@example.org\n", encoding="utf-8")
    assert newsletter("readers", "import", file, "--source", "form", "--consent-date", "2026-01-02").status == 0


def test_stdin_in_another_encoding_is_refused_in_a_sentence(newsletter: Command, publication: Publication) -> None:
    for words in (
        ["users", "add", "cora@example.org", "--password-stdin"],
        ["publications", "template", "check", "-"],
        ["stories", "add", "--url", "https://example.org/a", "--headline", "A", "--body-file", "-"],
        ["gifts", "import", "-", "--source", "form"],
    ):
        result = newsletter(*words, stdin=b"Gr\xfc\xdfe\n")
        assert result.status == 1
        assert re.search("is not (in )?UTF-8", result.err), words


def test_shell_completion_is_offered_and_knows_the_commands(
    newsletter: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "--install-completion" in newsletter("--help").out
    monkeypatch.setenv("_NEWSLETTER_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "newsletter readers ex")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert newsletter().out.split() == ["export"]
