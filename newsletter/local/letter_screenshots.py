"""Screenshots of a letter as readers see it, taken by an installed Chromium. No package is needed.

The module controls the browser over two pipes, with the DevTools protocol: JSON with a zero byte behind each
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
TOOLS = Path(__file__).resolve().parents[2] / ".tools"  # where the tests install a Chromium
FLAGS = (
    *("--headless", "--remote-debugging-pipe", "--no-first-run", "--hide-scrollbars"),
    *("--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"),
)
NO_SANDBOX = "No usable sandbox"  # Chromium, content/browser/zygote_host/zygote_host_impl_linux.cc
ANSWER_TIMEOUT_SECONDS = 60.0  # generous, for a busy machine
PICTURES_TIMEOUT_MS = 15_000
PICTURES_LOADED = f"""Promise.race([new Promise(done => setTimeout(done, {PICTURES_TIMEOUT_MS})),
    Promise.all([...document.images].map(image => image.decode().catch(() => null)))]).then(() => true)"""


class View(NamedTuple):
    """One rendering of a letter; `width` in CSS pixels."""

    name: str
    width: int
    dark: bool = False
    pictures: bool = True


VIEWS = (View("600", 600), View("375", 375), View("dark", 600, dark=True), View("images-off", 600, pictures=False))


class ScreenshotError(NewsletterError):
    """The browser does not start, or a command failed."""


def find_browser() -> Path:
    """Return the first Chromium on this machine. Raises `BadInput` when there is none."""
    found = [Path(program) for name in NAMES if (program := shutil.which(name))]
    found += [place for place in (*PLACES, *sorted(TOOLS.glob("chromium-*/chromium"))) if place.exists()]
    if not found:
        raise BadInput("browser", "no Chromium or Chrome was found.", "Install one, or give its path with --browser.")
    return found[0]


def take_screenshots(html: str, views: tuple[View, ...] = VIEWS, *, program: Path) -> dict[str, bytes]:
    """Return a PNG of the whole letter for each view, by its name. Raises `ScreenshotError`."""
    with _running(program) as connection:
        return {view.name: _picture(connection, html, view) for view in views}


class _Browser:
    """Our ends of the two pipes to the browser."""

    def __init__(self, commands: int, answers: int, log: Path) -> None:
        self._commands, self._answers, self._number, self._received = commands, answers, 0, b""
        self._log = log

    def call(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """Return the result of one command; events of the browser are ignored."""
        self._number += 1
        command = {"id": self._number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        try:
            left = json.dumps(command).encode() + b"\0"
            while left:
                left = left[os.write(self._commands, left) :]
        except BrokenPipeError:
            raise _ended(self._log) from None
        deadline = time.monotonic() + ANSWER_TIMEOUT_SECONDS
        while True:
            answer = self._message(deadline)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise ScreenshotError(f"The browser refused {method}: {answer['error'].get('message', '')}")
                return dict(answer["result"])

    def _message(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._received:
            ready, _, _ = select.select([self._answers], [], [], max(0.0, deadline - time.monotonic()))
            more = os.read(self._answers, 1 << 20) if ready else b""
            if not more:
                raise _ended(self._log) if ready else ScreenshotError("The browser does not answer.")
            self._received += more
        message, _, self._received = self._received.partition(b"\0")
        return dict(json.loads(message))


def _ended(log: Path) -> ScreenshotError:
    """Explain why the browser has ended, from its standard error."""
    with suppress(OSError):
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
        if any(NO_SANDBOX in line for line in lines):
            return ScreenshotError(
                "The browser cannot start its sandbox: this machine does not allow user namespaces. "
                "Use another browser (such as the distribution's own) with --browser, or allow them: "
                "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
            )
        if output := [line.strip() for line in lines if line.strip()]:
            return ScreenshotError(f"The browser has ended: {output[-1][:200]}")
    return ScreenshotError("The browser has ended.")


def _picture(connection: _Browser, html: str, view: View) -> bytes:
    target = connection.call("Target.createTarget", url="about:blank")["targetId"]
    session = connection.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    scheme = {"name": "prefers-color-scheme", "value": "dark" if view.dark else "light"}
    connection.call("Emulation.setEmulatedMedia", session, features=[scheme])
    size: dict[str, Any] = {"width": view.width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    connection.call("Emulation.setDeviceMetricsOverride", session, **size)
    if not view.pictures:
        connection.call("Network.enable", session)
        connection.call("Network.setBlockedURLs", session, urls=["http*"])
    frame = connection.call("Page.getFrameTree", session)["frameTree"]["frame"]["id"]
    connection.call("Page.setDocumentContent", session, frameId=frame, html=html)
    connection.call("Runtime.evaluate", session, expression=PICTURES_LOADED, awaitPromise=True)
    height = connection.call("Page.getLayoutMetrics", session)["cssContentSize"]["height"]
    connection.call("Emulation.setDeviceMetricsOverride", session, **size | {"height": int(height)})
    shot = connection.call("Page.captureScreenshot", session, format="png")["data"]
    connection.call("Target.closeTarget", targetId=target)
    return base64.b64decode(shot)


@contextmanager
def _running(program: Path) -> Iterator[_Browser]:
    """Run a browser with a temporary profile, and end it with the block."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        their_in, commands = _pipe()
        answers, their_out = _pipe()
        flags = ("--no-sandbox",) if os.geteuid() == 0 else ()  # Chromium's sandbox does not run as root
        log = Path(profile) / "stderr"
        quiet = [(os.POSIX_SPAWN_OPEN, each, os.devnull, os.O_RDWR, 0) for each in (0, 1)]
        stderr = (os.POSIX_SPAWN_OPEN, 2, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        ends = [(os.POSIX_SPAWN_DUP2, their_in, 3), (os.POSIX_SPAWN_DUP2, their_out, 4)]
        line = [str(program), *FLAGS, *flags, f"--user-data-dir={profile}"]
        try:
            pid = os.posix_spawn(program, line, os.environ, file_actions=[*quiet, stderr, *ends], setpgroup=0)
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
    """Return both ends, with descriptors above 4, because the browser uses 3 and 4."""
    ends = []
    for end in os.pipe():
        ends.append(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10))
        os.close(end)
    return ends[0], ends[1]
