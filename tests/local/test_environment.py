"""`.ci/environment`, the first step of `make run`: what it creates, what it keeps, and its error messages."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.surroundings import ROOT

TOOLS = ("sh", "dirname", "cat", "cksum", "rm", "mkdir", "chmod")
NO_VENV = '#!/bin/sh\ncase "$*" in *ensurepip*) exit 1;; esac\nexec "{python}" "$@"\n'
OLD = "#!/bin/sh\nexit 1\n"  # what a version check, or a pointer to nothing, answers
LOCK = "requirements.lock"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A project of two files, in a folder whose name is not easy, with an empty lock."""
    folder = tmp_path / "our news & views"
    (folder / ".ci").mkdir(parents=True)
    (folder / "newsletter").mkdir()
    shutil.copy(ROOT / ".ci" / "environment", folder / ".ci")
    (folder / ".ci" / "pip.lock").write_text("# nothing yet\n")
    (folder / LOCK).write_text("# nothing yet\n")
    (folder / "newsletter" / "__main__.py").write_text("import sys; print('newsletter', *sys.argv[1:])")
    return folder


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A PATH with the few tools it needs, and no Python."""
    folder = tmp_path / "bare"
    folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found
        (folder / tool).symlink_to(found)
    return folder


def prepare(checkout: Path, path: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run it from somewhere else, for somebody without a home."""
    return subprocess.run(
        [checkout / ".ci" / "environment", LOCK],
        cwd="/",
        env={"PATH": path, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


def test_without_a_python_one_sentence_says_so(checkout: Path, bare: Path) -> None:
    put(bare, "python3", OLD)
    done = prepare(checkout, str(bare))
    assert done.returncode == 1
    assert done.stderr.startswith("Python 3.11 or newer is required, and none was found.")
    assert len(done.stderr.splitlines()) == 1
    assert not (checkout / ".venv").exists()


def test_without_the_venv_module_one_sentence_names_the_package(checkout: Path, bare: Path) -> None:
    put(bare, "python3", NO_VENV.format(python=sys.executable))
    done = prepare(checkout, str(bare))
    assert done.returncode == 1
    assert done.stderr.startswith("python3 has no venv module.")
    assert "apt install python3-venv" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_python_that_does_not_work_is_named(checkout: Path, bare: Path) -> None:
    done = prepare(checkout, str(bare), PYTHON="/no/such/python")
    assert done.returncode == 1
    assert done.stderr == "PYTHON is /no/such/python, which is not a working Python 3.11 or newer.\n"


def test_it_is_created_once_and_again_after_an_interruption(checkout: Path, bare: Path) -> None:
    put(bare, "python3", OLD)
    # the next name is tried when the first does not serve
    put(bare, "python3.13", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    made = prepare(checkout, str(bare))
    assert made.returncode == 0, made.stderr
    assert [line.split()[0] for line in made.stdout.splitlines()] == ["Creating", "Installing"]
    assert made.stderr == ""
    marker = checkout / ".venv" / "marker"
    marker.touch()

    again = prepare(checkout, str(bare))
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")

    moved = checkout.rename(checkout.with_name("moved"))
    launcher = moved / ".venv" / "bin" / "newsletter"
    called = subprocess.run([launcher, "status"], cwd="/", capture_output=True, text=True, check=True)
    assert called.stdout == "newsletter status\n"

    (moved / LOCK).write_text("# another\n")
    changed = prepare(moved, str(bare))
    assert [line.split()[0] for line in changed.stdout.splitlines()] == ["Installing"]
    assert (moved / ".venv" / "marker").exists()

    wheel(moved)
    (moved / LOCK).write_text(f"thing==1.0 --hash=sha256:{'0' * 64}\n")
    tampered = prepare(moved, str(bare), PIP_FIND_LINKS=".")
    assert tampered.returncode == 1
    assert "DO NOT MATCH THE HASHES" in tampered.stderr
    assert tampered.stderr.endswith("See the error above, then run the command again.\n")

    (moved / LOCK).write_text("# repaired\n")
    redone = prepare(moved, str(bare))
    assert [line.split()[0] for line in redone.stdout.splitlines()] == ["Creating", "Installing"]
    assert not (moved / ".venv" / "marker").exists()


def wheel(folder: Path) -> None:
    """A package to install, small and ours."""
    about = "thing-1.0.dist-info"
    with zipfile.ZipFile(folder / "thing-1.0-py3-none-any.whl", "w") as file:
        file.writestr("thing.py", "")
        file.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
        file.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{about}/RECORD", f"thing.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n")
