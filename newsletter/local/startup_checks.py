"""What must hold before anything is started: one house a data folder, a folder to write to, free ports."""

import errno
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newsletter.lib.errors import BadSetting, NewsletterError

CHOOSE = "Name a folder of your own in NEWSLETTER_DATA, such as: make run NEWSLETTER_DATA=$HOME/newsletter-data"

OF_THE_FILE_SYSTEM = frozenset({"lost+found", ".snapshot"})  # where the data folder is the top of a volume


def require_writable(folder: Path) -> None:
    """Raises `BadSetting` when the data folder, or something that lies in it, is not ours to write to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        children = [folder, *(child for child in folder.iterdir() if child.name not in OF_THE_FILE_SYSTEM)]
    except OSError as error:
        raise BadSetting("NEWSLETTER_DATA", f"is {folder}, which cannot be used ({error.strerror}).", CHOOSE) from None
    for path in children:
        if not os.access(path, os.W_OK | (os.X_OK if path.is_dir() else 0)):
            raise BadSetting("NEWSLETTER_DATA", f"is {folder}, but {path} cannot be written to by this user.", CHOOSE)


@contextmanager
def only_instance(folder: Path, *, address: str) -> Iterator[None]:
    """Hold the data folder for this process; raises `NewsletterError` when another one holds it.

    The lock belongs to the open file, so it ends with its process, however that ends.
    """
    path = folder / "running"
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NewsletterError(_taken(file.read(), folder)) from None
        file.truncate()
        file.write(json.dumps({"pid": os.getpid(), "address": address}))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _taken(note: str, folder: Path) -> str:
    try:
        other = json.loads(note)
        which = (
            f"It is process {other['pid']}, at {other['address']}. Stop that one first (Ctrl-C, or kill {other['pid']})"
        )
    except (ValueError, KeyError, TypeError):  # it has not written its note yet
        which = "Stop that one first"
    return f"The newsletter already runs on the data in {folder}. {which}, or name another folder in NEWSLETTER_DATA."


def require_free(ports: dict[str, int]) -> None:
    """Raises `BadSetting` for the first of these settings whose loopback port cannot be listened on."""
    for name, port in ports.items():
        if others := [other for other, number in ports.items() if number == port and other != name]:
            raise BadSetting(name, f"and {others[0]} are both {port}.", "Give them different ports.")
        if problem := _problem(port):
            raise BadSetting(
                name,
                f"is {port}, a port that {problem}.",
                f"Choose another, such as: make run {name}={_free_after(port, taken=set(ports.values()))}",
            )


def _problem(port: int) -> str:
    with socket.socket() as listener:
        # as the servers do: what a closed one left in TIME_WAIT is no obstacle
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen()
        except OSError as error:
            if error.errno == errno.EACCES:
                return "only the system's administrator may use"
            return "another program uses" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
    return ""


def _free_after(port: int, *, taken: set[int]) -> int:
    start = max(port, 1024)
    return next((p for p in range(start + 1, min(start + 200, 65536)) if p not in taken and not _problem(p)), 8001)
