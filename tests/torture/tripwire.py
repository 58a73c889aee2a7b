"""Names every moment of the send path as this process passes it, and kills the process at one of them.

The moments are before and after each statement and commit of the database connection, and the steps
of a call as `http.client` takes them. They are found by watching, so the list is never out of date.
"""

import http.client
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any
from unittest.mock import patch

from django.db import connection

VERB = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|BEGIN|SAVEPOINT|RELEASE|ROLLBACK)\b", re.IGNORECASE)
TABLE = re.compile(r'\b(?:FROM|INTO|UPDATE)\s+"?(\w+)', re.IGNORECASE)
ROOM = "newsletter.delivery."


class Tripwire:
    """`say` gets the name of each moment; at the one with the number `dies_at`, counted from 0, all ends."""

    def __init__(self, say: Callable[[str], None], dies_at: int = -1) -> None:
        self._say, self._dies_at, self._passed = say, dies_at, 0
        self._names: Counter[str] = Counter()

    def touch(self, moment: str) -> None:
        self._names[moment] += 1
        again = self._names[moment]
        self._say(moment if again == 1 else f"{moment} ({again})")
        if self._passed == self._dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self._passed += 1

    @contextmanager
    def strung(self) -> Iterator[None]:
        """Along the database connection of this thread, and along all calls."""
        connection.ensure_connection()
        with connection.execute_wrapper(self._statement), self._own_statements(), self._commits(), self._calls():
            yield

    def _statement(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        what = f"{step()}: {shown(sql)}"
        self.touch(f"{what} – before")
        result = execute(sql, params, many, context)
        self.touch(f"{what} – after")
        return result

    @contextmanager
    def _own_statements(self) -> Iterator[None]:
        """Those that the product hands to PostgreSQL itself (lib/sql.py): outside a transaction each is a commit."""
        if connection.vendor != "postgresql":
            yield
            return
        from psycopg import Cursor

        execute = Cursor.execute

        def executing(cursor: Any, sql: Any, *values: Any, **how: Any) -> Any:
            what = f"{step()}: {shown(str(sql))}"
            self.touch(f"{what} – before")
            result = execute(cursor, sql, *values, **how)
            self.touch(f"{what} – after")
            return result

        with patch.object(Cursor, "execute", executing):
            yield

    @contextmanager
    def _commits(self) -> Iterator[None]:
        commit = connection._commit  # type: ignore[attr-defined]  # the one place through which all commits go

        def committing() -> None:
            what = f"{step()}: COMMIT"
            self.touch(f"{what} – before")
            commit()
            self.touch(f"{what} – after")

        with patch.object(connection, "_commit", committing):
            yield

    @contextmanager
    def _calls(self) -> Iterator[None]:
        line, answer = http.client.HTTPConnection, http.client.HTTPResponse
        connect, send, getresponse = line.connect, line.send, line.getresponse
        read_status, begin, read = answer._read_status, answer.begin, answer.read  # type: ignore[attr-defined]
        touch = self.touch

        def connecting(self: Any) -> None:
            touch("call: connect – before")
            connect(self)
            touch("call: connect – after")

        def sending(self: Any, data: Any) -> None:
            if b" HTTP/1.1\r\n" in bytes(data[:1000]):
                touch("call: the head – before it is written")
                send(self, data)
                touch("call: the head – written")
            elif len(data) > 1:  # the client holds back the last byte
                send(self, data[: len(data) // 2])
                touch("call: the body – in the middle")
                send(self, data[len(data) // 2 :])
                touch("call: the body – all but the last byte")
            else:
                send(self, data)
                touch("call: the body – after the last byte")

        def waiting(self: Any) -> Any:
            touch("call: the answer – before it is awaited")
            return getresponse(self)

        def status(self: Any) -> Any:
            found = read_status(self)
            touch("call: the answer – after the status line")
            return found

        def head(self: Any) -> None:
            begin(self)
            touch("call: the answer – after its head")

        def body(self: Any, *size: int) -> Any:
            found = read(self, *size)
            touch("call: the answer – read to its end")
            return found

        with (
            patch.multiple(line, connect=connecting, send=sending, getresponse=waiting),
            patch.multiple(answer, _read_status=status, begin=head, read=body),
        ):
            yield


def step() -> str:
    """The innermost function of the delivery room that is running: `sending.claim_all`."""
    frame: FrameType | None = sys._getframe(1)
    while frame:
        module = frame.f_globals.get("__name__", "")
        name = frame.f_code.co_name
        if module.startswith(ROOM) and not name.startswith("<") and module != f"{ROOM}models":
            return f"{module.removeprefix(ROOM)}.{name}"
        frame = frame.f_back
    return "elsewhere"


def shown(sql: str) -> str:
    """A statement in two words: what it does, and to which table."""
    verb, table = VERB.match(sql), TABLE.search(sql)
    words = [verb[1].upper() if verb else sql.split(maxsplit=1)[0], table[1] if table else ""]
    return " ".join(filter(None, words))
