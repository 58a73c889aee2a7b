"""Pictures of a letter as readers see it, taken by a Chromium of this machine. No package is needed for it.

The browser is spoken to over two pipes, in its DevTools protocol: JSON with a zero byte behind each
message (chromedevtools.github.io/devtools-protocol, “--remote-debugging-pipe”).
"""

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from newsletter.lib.errors import BadInput, NewsletterError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "chrome-headless-shell")
PLACES = (Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),)
TOOLS = Path(__file__).resolve().parents[2] / ".tools"  # where the tests keep theirs
FLAGS = (
    *("--headless", "--remote-debugging-pipe", "--no-first-run", "--hide-scrollbars"),
    *("--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"),
)
NO_SANDBOX = "No usable sandbox"  # Chromium, content/browser/zygote_host/zygote_host_impl_linux.cc
PATIENCE = 60.0  # seconds for one answer, on a busy machine
LOADING = 15_000  # milliseconds for the pictures of a letter
SETTLED = f"""Promise.race([new Promise(done => setTimeout(done, {LOADING})),
    Promise.all([...document.images].map(image => image.decode().catch(() => null)))]).then(() => true)"""


class View(NamedTuple):
    """One way to look at a letter; `width` in CSS pixels."""

    name: str
    width: int
    dark: bool = False
    pictures: bool = True


VIEWS = (View("600", 600), View("375", 375), View("dark", 600, dark=True), View("images-off", 600, pictures=False))


class ScreenshotError(NewsletterError):
    """The browser does not start, or does not do what it is told."""


def browser() -> Path:
    """The first Chromium on this machine; `BadInput` when there is none."""
    found = [Path(program) for name in NAMES if (program := shutil.which(name))]
    found += [place for place in (*PLACES, *sorted(TOOLS.glob("chromium-*/chromium"))) if place.exists()]
    if not found:
        raise BadInput("browser", "there is no Chromium or Chrome here.", "Install one, or name it with --browser.")
    return found[0]


def take(html: str, views: tuple[View, ...] = VIEWS, *, program: Path) -> dict[str, bytes]:
    """A PNG of the whole letter for each of `views`, by their names. Raises `ScreenshotError`."""
    with _running(program) as told:
        return {view.name: _picture(told, html, view) for view in views}


class _Browser:
    """The two ends that we hold of its pipes."""

    def __init__(self, commands: int, answers: int, log: Path) -> None:
        self._commands, self._answers, self._number, self._heard = commands, answers, 0, b""
        self._log = log

    def ask(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """The result of one command; what the browser says unasked is not listened to."""
        self._number += 1
        order = {"id": self._number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        try:
            left = json.dumps(order).encode() + b"\0"
            while left:
                left = left[os.write(self._commands, left) :]
        except BrokenPipeError:
            raise _ended(self._log) from None
        until = time.monotonic() + PATIENCE
        while True:
            answer = self._message(until)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise ScreenshotError(f"The browser refused {method}: {answer['error'].get('message', '')}")
                return dict(answer["result"])

    def _message(self, until: float) -> dict[str, Any]:
        while b"\0" not in self._heard:
            ready, _, _ = select.select([self._answers], [], [], max(0.0, until - time.monotonic()))
            more = os.read(self._answers, 1 << 20) if ready else b""
            if not more:
                raise _ended(self._log) if ready else ScreenshotError("The browser does not answer.")
            self._heard += more
        message, _, self._heard = self._heard.partition(b"\0")
        return dict(json.loads(message))


def _ended(log: Path) -> ScreenshotError:
    """Why the browser has ended, from what it wrote to its standard error."""
    with suppress(OSError):
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
        if any(NO_SANDBOX in line for line in lines):
            return ScreenshotError(
                "The browser cannot start its sandbox: this machine keeps ordinary users from making user namespaces. "
                "Name a browser that is allowed to (such as the distribution's own) with --browser, or allow it: "
                "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
            )
        if said := [line.strip() for line in lines if line.strip()]:
            return ScreenshotError(f"The browser has ended: {said[-1][:200]}")
    return ScreenshotError("The browser has ended.")


def _picture(told: _Browser, html: str, view: View) -> bytes:
    target = told.ask("Target.createTarget", url="about:blank")["targetId"]
    session = told.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    scheme = {"name": "prefers-color-scheme", "value": "dark" if view.dark else "light"}
    told.ask("Emulation.setEmulatedMedia", session, features=[scheme])
    size: dict[str, Any] = {"width": view.width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    told.ask("Emulation.setDeviceMetricsOverride", session, **size)
    if not view.pictures:
        told.ask("Network.enable", session)
        told.ask("Network.setBlockedURLs", session, urls=["http*"])
    frame = told.ask("Page.getFrameTree", session)["frameTree"]["frame"]["id"]
    told.ask("Page.setDocumentContent", session, frameId=frame, html=html)
    told.ask("Runtime.evaluate", session, expression=SETTLED, awaitPromise=True)
    height = told.ask("Page.getLayoutMetrics", session)["cssContentSize"]["height"]
    told.ask("Emulation.setDeviceMetricsOverride", session, **size | {"height": int(height)})
    shot = told.ask("Page.captureScreenshot", session, format="png")["data"]
    told.ask("Target.closeTarget", targetId=target)
    return base64.b64decode(shot)


@contextmanager
def _running(program: Path) -> Iterator[_Browser]:
    """A browser with a profile of its own, ended and forgotten afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        their_in, commands = _pipe()
        answers, their_out = _pipe()
        rights = ("--no-sandbox",) if os.geteuid() == 0 else ()  # its own sandbox does not run as root
        log = Path(profile) / "stderr"
        quiet = [(os.POSIX_SPAWN_OPEN, each, os.devnull, os.O_RDWR, 0) for each in (0, 1)]
        said = (os.POSIX_SPAWN_OPEN, 2, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        ends = [(os.POSIX_SPAWN_DUP2, their_in, 3), (os.POSIX_SPAWN_DUP2, their_out, 4)]
        line = [str(program), *FLAGS, *rights, f"--user-data-dir={profile}"]
        try:
            pid = os.posix_spawn(program, line, os.environ, file_actions=[*quiet, said, *ends], setpgroup=0)
        except OSError as error:
            raise ScreenshotError(f"{program} does not start: {error.strerror}.") from None
        finally:
            os.close(their_in)
            os.close(their_out)
        try:
            yield _Browser(commands, answers, log)
        finally:
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            os.close(commands)
            os.close(answers)


def _pipe() -> tuple[int, int]:
    """Both ends above the numbers that the browser's own will have."""
    ends = []
    for end in os.pipe():
        ends.append(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10))
        os.close(end)
    return ends[0], ends[1]
