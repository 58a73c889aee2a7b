"""What surrounds every test process, made before Django reads its settings.

pytest loads this first (`-p` in pyproject.toml). The settings that a developer's shell may hold
are taken away, data goes to a folder of its own, and the outside network is closed.
"""

import atexit
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
from ipaddress import ip_address
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BASE = "NEWSLETTER_TESTS"  # names the folder that all processes of one test run share
LOOKUPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
SENDINGS = {"socket.connect", "socket.sendto"}


class OutsideNetwork(RuntimeError):
    """A test tried to reach a machine other than this one. Not an OSError, so that nobody takes it for bad luck."""


def forget_settings() -> None:
    """Take every setting out of the environment, then put in what tests are told on purpose."""
    named = re.findall(
        r'env(?:_urls)?\.\w+\(\s*"(\w+)"', (ROOT / "newsletter" / "settings.py").read_text(encoding="utf-8")
    )
    for name in named:
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)
    if url := os.environ.get("TEST_DATABASE_URL"):
        os.environ["DATABASE_URL"] = url


def make_data_folder() -> Path:
    """A folder for this process below the one of this run. Who makes the run's folder removes it."""
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        os.environ[BASE] = tempfile.mkdtemp(prefix="newsletter-tests-")
        atexit.register(shutil.rmtree, os.environ[BASE], ignore_errors=True)
    folder = Path(os.environ[BASE]) / os.environ.get("PYTEST_XDIST_WORKER", "alone")
    folder.mkdir(exist_ok=True)
    os.environ["NEWSLETTER_DATA"] = str(folder)
    return folder


def is_here(host: object) -> bool:
    """True for this machine: nothing, its name, or a loopback address."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
    if name in ("", "localhost", "0.0.0.0", "::", socket.gethostname()):  # noqa: S104 nothing is bound here
        return True
    try:
        return ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def watch(event: str, args: tuple[object, ...]) -> None:
    """An audit hook: the interpreter itself asks before it looks a name up or connects."""
    if event in LOOKUPS:
        host = args[0]
    elif event in SENDINGS and isinstance(args[1], tuple):  # other addresses are those of local sockets
        host = args[1][0]
    else:
        return
    if not is_here(host):
        raise OutsideNetwork(f"A test may not reach {host!r}: it must run on this machine alone.")


def hear_hangups() -> None:
    """Under `nohup` this process would ignore SIGHUP, and so would each process that a test starts.

    A handler is not inherited: this process still survives a closed terminal, and its children start as usual.
    """
    if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda _number, _frame: None)


forget_settings()
DATA = make_data_folder()
hear_hangups()
sys.addaudithook(watch)
