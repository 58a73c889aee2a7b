"""The postbox for killed processes: one of its own, calls to it, what it counted, and how it is told to misbehave."""

import json
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ANSWER = 5.0  # seconds
FILE = "postbox.sqlite3"


@contextmanager
def postbox(folder: Path) -> Iterator[str]:
    """One in a process of its own; its address."""
    command = [sys.executable, "-m", "newsletter.postbox", "--port=0", f"--file={folder / FILE}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        address = re.search(r"http://[^/\s]+", line)
        assert address, line
        yield address[0]
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def client_of(url: str) -> Any:
    from newsletter.mail.sendgrid.mail_send_client import Client

    return Client(key="torture", base=url, connect_timeout=ANSWER, answer_timeout=ANSWER)


def copies_by_batch(url: str) -> dict[int, int]:
    """How many copies the postbox accepted, by the id of the batch."""
    values = json.loads(_ask(url, "GET", "/postbox/counts?by=nl_batch"))["values"]
    return {int(batch): counts["accepted"] for batch, counts in values.items() if batch}


def provider_of(url: str) -> Any:
    from newsletter.mail.sendgrid.scheduled_send_api import ScheduledSendApi

    return ScheduledSendApi(key="torture", base=url, connect_timeout=ANSWER, answer_timeout=ANSWER)


def copies_of(file: Path, dispatch: int) -> Counter[str]:
    """How often the postbox with this file accepted each address for one dispatch, in lower case.

    Calls with a batch id that is cancelled do not count: nothing of them is sent.
    """
    reader = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=20)
    try:
        rows = reader.execute(
            "SELECT lower(r.address), count(*) FROM recipients r JOIN calls c ON c.id = r.call "
            "WHERE c.accepted AND json_extract(c.args, '$.nl_dispatch') = ? AND c.batch_id NOT IN ("
            "  SELECT batch FROM changes GROUP BY batch HAVING number = max(number) AND status = 'cancel'"
            ") GROUP BY 1",
            (str(dispatch),),
        )
        return Counter(dict(rows.fetchall()))
    finally:
        reader.close()


def order(url: str, **fault: object) -> None:
    """The next call is treated so: `order(url, do="drop", accept=True)`."""
    _ask(url, "POST", "/postbox/faults", json.dumps(fault))


def _ask(url: str, method: str, path: str, body: str = "") -> str:
    there = urlsplit(url)
    line = HTTPConnection(there.hostname or "", there.port, timeout=30)
    try:
        line.request(method, path, body=body.encode())
        answer = line.getresponse()
        said = answer.read().decode()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {said}")
        return said
    finally:
        line.close()
