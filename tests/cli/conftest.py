"""The command line called as the console script calls it, in this process; and the cast."""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from newsletter.__main__ import main
from newsletter.accounts.models import User
from newsletter.publications.models import Publication
from tests.support import factories as make


@dataclass(frozen=True)
class Answer:
    """What a command left behind: its exit status and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Its standard output, read as JSON; the command must have gone well."""
        assert self.status == 0, self.err
        return json.loads(self.out)

    @property
    def words(self) -> str:
        """Its standard output with single blanks, for tables."""
        assert self.status == 0, self.err
        return " ".join(self.out.split())


Command = Callable[..., Answer]


@pytest.fixture
def newsletter(db: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """`newsletter("stories", "list")` runs that command; `stdin` is what is piped into it."""

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
