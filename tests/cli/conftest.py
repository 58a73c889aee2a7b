"""Fixtures: the command line, called in this process like the console script, and the rows most tests need."""

import functools
import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import typer.main

from newsletter.__main__ import main
from newsletter.accounts.models import User
from newsletter.publications.models import Publication
from tests.support import factories as make


@dataclass(frozen=True)
class Answer:
    """The result of a command: exit status and output."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Return standard output parsed as JSON. The command must have succeeded."""
        assert self.status == 0, self.err
        return json.loads(self.out)

    @property
    def text(self) -> str:
        """Return standard output with single spaces, for tables."""
        assert self.status == 0, self.err
        return " ".join(self.out.split())


Command = Callable[..., Answer]

# Typer makes the objects of all commands for each call. A process of its own makes one call, this one hundreds.
typer.main.get_command = functools.cache(typer.main.get_command)


@pytest.fixture
def newsletter(db: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return a function that runs a command: `newsletter("stories", "list", stdin="piped text")`."""

    def call(*arguments: object, stdin: str | bytes = b"") -> Answer:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        written = capsys.readouterr()
        status = left.value.code
        return Answer(status if isinstance(status, int) else int(status is not None), written.out, written.err)

    return call


@pytest.fixture
def publication(db: None) -> Publication:
    return make.publication(slug="morning")


@pytest.fixture
def eddie(db: None) -> User:
    return make.eddie()


@pytest.fixture
def otto(db: None) -> User:
    return make.otto()
