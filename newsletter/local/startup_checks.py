"""Checks before a start: one instance per data folder, a writable folder, free ports."""

import errno
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newsletter.lib.errors import BadSetting, NewsletterError

HINT = "Set NEWSLETTER_DATA to a folder you can write to, such as: make run NEWSLETTER_DATA=$HOME/newsletter-data"

FILE_SYSTEM_FOLDERS = frozenset({"lost+found", ".snapshot"})  # present where the data folder is the root of a volume


def require_writable(folder: Path) -> None:
    """Raise `BadSetting` if this user cannot write to the data folder or to something in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        children = [folder, *(child for child in folder.iterdir() if child.name not in FILE_SYSTEM_FOLDERS)]
    except OSError as error:
        raise BadSetting("NEWSLETTER_DATA", f"is {folder}, which cannot be used ({error.strerror}).", HINT) from None
    for path in children:
        if not os.access(path, os.W_OK | (os.X_OK if path.is_dir() else 0)):
            raise BadSetting("NEWSLETTER_DATA", f"is {folder}, but {path} cannot be written to by this user.", HINT)


@contextmanager
def only_instance(folder: Path, *, address: str) -> Iterator[None]:
    """Lock the data folder for this process. Raises `NewsletterError` when another process holds it.

    The lock belongs to the open file, so it ends with the process, even when that is killed.
    """
    path = folder / "running"
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NewsletterError(_already_running(file.read(), folder)) from None
        file.truncate()
        file.write(json.dumps({"pid": os.getpid(), "address": address}))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _already_running(note: str, folder: Path) -> str:
    try:
        other = json.loads(note)
        which = f"It is process {other['pid']}, at {other['address']}. Stop it first (Ctrl-C, or kill {other['pid']})"
    except (ValueError, KeyError, TypeError):  # the other process has not written the file yet
        which = "Stop the other one first"
    return (
        f"The newsletter is already running with the data in {folder}. "
        f"{which}, or set NEWSLETTER_DATA to another folder."
    )


def require_free_ports(ports: dict[str, int]) -> None:
    """Raise `BadSetting` for the first of these settings whose port cannot be opened on loopback."""
    for name, port in ports.items():
        if others := [other for other, number in ports.items() if number == port and other != name]:
            raise BadSetting(name, f"and {others[0]} are both {port}.", "Use two different ports.")
        if problem := _port_problem(port):
            raise BadSetting(
                name,
                f"is {port}, and that port {problem}.",
                f"Use another port: make run {name}={_next_free_port(port, taken=set(ports.values()))}",
            )


def _port_problem(port: int) -> str:
    with socket.socket() as listener:
        # as the servers do: connections in TIME_WAIT do not matter
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen()
        except OSError as error:
            if error.errno == errno.EACCES:
                return "is reserved for the administrator"
            return (
                "is in use by another program"
                if error.errno == errno.EADDRINUSE
                else f"cannot be used ({error.strerror})"
            )
    return ""


def _next_free_port(port: int, *, taken: set[int]) -> int:
    start = max(port, 1024)
    return next((p for p in range(start + 1, min(start + 200, 65536)) if p not in taken and not _port_problem(p)), 8001)
