"""The units for machines without containers start what `newsletter run` and the compose file start."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from newsletter.local.services import service_definitions
from newsletter.local.supervisor.managed_process import ServiceSpec
from tests.support.factories import MONDAY
from tests.support.surroundings import ROOT
from workers.queues import WORKER_QUEUES

UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
PYTHON = "/opt/newsletter/.venv/bin/"


def unit(path: Path) -> configparser.RawConfigParser:
    parsed = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parsed.optionxform = str  # type: ignore[assignment,method-assign]  # keeps capitals
    parsed.read(path, encoding="utf-8")
    return parsed


def command(name: str) -> str:
    return unit(UNITS / f"newsletter-{name}.service")["Service"]["ExecStart"].replace("%%", "%")


def test_workers_take_from_every_worker_queue_once() -> None:
    taken = re.findall(r"--queues=(\S+)", " ".join(path.read_text(encoding="utf-8") for path in SERVICES))
    assert sorted(",".join(taken).split(",")) == sorted(WORKER_QUEUES)


@pytest.mark.parametrize("part", service_definitions.workers(MONDAY), ids=lambda part: part.name)
def test_workers_and_beat_have_the_options_of_one_machine(part: ServiceSpec) -> None:
    words = [word for word in part.command[2:] if not word.startswith("--concurrency=")]
    assert [word for word in command(part.name).split() if not word.startswith("--concurrency=")][1:] == words[1:]


def test_the_target_starts_every_service_that_stays() -> None:
    wanted = set(re.findall(r"newsletter-[\w-]+\.service", (UNITS / "newsletter.target").read_text(encoding="utf-8")))
    assert wanted == {path.name for path in SERVICES} - {"newsletter-backup.service"}


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_no_unit_runs_as_root_or_has_a_secret(path: Path) -> None:
    service = unit(path)["Service"]
    assert service["User"] == "newsletter"
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert "KEY" not in path.read_text(encoding="utf-8")
    if path.stem != "newsletter-backup":
        assert service["Restart"] == "always"


def test_systemd_itself_accepts_the_units(tmp_path: Path) -> None:
    """Where systemd is not installed, the tests above still read the files."""
    for path in UNITS.iterdir():
        text = path.read_text(encoding="utf-8")
        text = re.sub(rf"ExecStart={PYTHON}\S+", "ExecStart=/bin/true", text)
        (tmp_path / path.name).write_text(text.replace("User=newsletter\nGroup=newsletter\n", ""), encoding="utf-8")
    if analyze := shutil.which("systemd-analyze"):
        files = [str(path) for path in sorted(tmp_path.iterdir()) if path.suffix != ".example"]
        done = subprocess.run([analyze, "verify", *files], capture_output=True, text=True, check=False)
        said = [line for line in done.stderr.splitlines() if "newsletter" in line and "Failed to" not in line]
        assert said == []
    assert len(list(tmp_path.iterdir())) == len(SERVICES) + 3
