"""Game days: parts of a running system are taken away, and the verdict is watched. `python -m tests.game_days`

Writes docs/game-days.md between its marks. It takes about ten minutes, most of them waiting. A part is frozen (SIGSTOP)
where it is to stay away, because the supervisor starts again what was killed.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.journeys.conftest import Newsroom
from tests.support.crashing import CrashingPostgres
from tests.support.surroundings import ROOT
from tests.support.system import System

PAGE = ROOT / "docs" / "game-days.md"
BEGIN, END = "<!-- game days: written by python -m tests.game_days -->", "<!-- end of game days -->"
READERS, BATCH = 400, 10
WITHIN, BACK_WITHIN = 90.0, 180.0  # seconds after which a day has failed
SETTINGS = {
    "DISPATCH_BATCH_SIZE": str(BATCH),
    "DISPATCH_SLICE": "4",
    "DISPATCH_CONNECTIONS": "2",
    "DISPATCH_CONNECT_TIMEOUT": "1",
}
WORKERS, BEAT, REDIS = "workers.app", "workers.beat", "broker.conf"


@dataclass
class Row:
    """What was seen on one day. `said` is None where the verdict was not broken."""

    what: str
    said: str | None
    after: float | None
    back: float | None
    note: str = ""


def verdict(system: System) -> tuple[str, list[str]]:
    """Return the level and the rules of the problems; `none` while the database gives no answer."""
    said = system.say("status", "--json")
    found = re.search(r"\{.*\}", said.out, re.DOTALL)
    if not found:
        return "none", ["database"]
    status = json.loads(found[0])
    return status["level"], [problem["rule"] for problem in status["problems"]]


def until(system: System, condition: Callable[[str, list[str]], bool], seconds: float) -> tuple[float, list[str]]:
    """Return after how many seconds the verdict fulfilled the condition, and its rules. Raises `TimeoutError`."""
    began = time.monotonic()
    while True:
        level, rules = verdict(system)
        passed = time.monotonic() - began
        if condition(level, rules):
            return passed, rules
        if passed > seconds:
            raise TimeoutError(f"{level} {rules} after {passed:.0f} s")
        time.sleep(0.5)


def is_up(level: str, _rules: list[str]) -> bool:
    return level in ("well", "busy")


@contextmanager
def frozen(system: System, words: str) -> Iterator[None]:
    """Freeze these processes with their children, and let them go on in the end."""
    pids = [pid for parent in system.pids(words) for pid in (parent, *children(parent))]
    assert pids, words
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def away(system: System, what: str, taken: Any, rule: str) -> Row:
    """A day on which something is away until the verdict says so, and then comes back."""
    until(system, is_up, BACK_WITHIN)
    with taken:
        after, _ = until(system, lambda _, rules: rule in rules, WITHIN)
    back, _ = until(system, is_up, BACK_WITHIN)
    return Row(what, rule, after, back)


def killed(system: System, what: str, *words: str) -> Row:
    """A day on which processes are killed and started again by the supervisor, while an edition leaves."""
    until(system, is_up, BACK_WITHIN)
    for each in words:
        for pid in system.pids(each):
            os.kill(pid, signal.SIGKILL)
    back, said = watched(system, 45)
    return Row(what, said, None, back)


def watched(system: System, seconds: float) -> tuple[float, str | None]:
    """Watch for so long. Return when the verdict was last broken, and the rules that it named."""
    began, last, named = time.monotonic(), 0.0, set[str]()
    while (passed := time.monotonic() - began) < seconds:
        level, rules = verdict(system)
        if not is_up(level, rules):
            last, named = passed, named | set(rules)
    return last, ", ".join(sorted(named)) or None


def begin_edition(desk: Newsroom) -> int:
    """Let an edition leave slowly, and return its id once its first batches are accepted."""
    system = desk.system
    number = int(time.time())
    words = ("--url", f"https://harbour.example/{number}", "--headline", f"Tide {number}", "--body", "It turned.")
    system.tell("stories", "add", *words)
    edition = int(system.tell("editions", "plan")["id"])
    before = system.counts()["accepted"]
    system.order(do="late", seconds=0.4, times=None)
    system.tell("editions", "send", edition, "--yes")
    desk.wait(lambda: system.counts()["accepted"] >= before + 3 * BATCH, what="the first batches")
    return edition


def end_edition(desk: Newsroom, edition: int, *, settle: str = "count-as-accepted") -> str:
    """Let the edition come to its end; a person settles what is uncertain. Return how readers fared at the postbox."""
    system = desk.system
    system.take_orders_back()
    desk.wait(lambda: desk.progress(edition)["waiting"] == 0, timeout=150, what="all batches to have an outcome")
    uncertain = desk.progress(edition)["uncertain"]
    if uncertain:
        system.tell("dispatches", "settle", edition, settle, "--by", desk.otto, "--yes")
        desk.wait(lambda: desk.progress(edition)["accepted"] == READERS, timeout=150, what="what is settled to be sent")
    progress, dispatches = desk.progress(edition), system.counts(by="nl_dispatch")["values"]
    assert progress["adds_up"]
    assert progress["accepted"] == READERS, progress
    assert not any(each["accepted_twice"] for each in dispatches.values()), dispatches
    got = dispatches[max(dispatches, key=int)]["addresses"]
    doubt = f"; {uncertain} were uncertain and settled ({settle})" if uncertain else ""
    return f"{got} of {READERS}, none twice{doubt}"


def of_one_machine(folder: Path) -> Iterator[Row]:
    """The days of a system on SQLite."""
    system = System(folder, DISPATCH_ANSWER_TIMEOUT="2", DISPATCH_LEASE="12", **SETTINGS)
    with running(system) as desk:
        yield away(system, "All workers frozen", frozen(system, WORKERS), "no-worker")
        yield away(system, "Beat frozen", frozen(system, BEAT), "no-beat")
        yield away(system, "Redis frozen", frozen(system, REDIS), "no-broker")
        for what, words in (
            ("All workers killed while an edition leaves", (WORKERS,)),
            ("Redis killed while an edition leaves, and back empty", (REDIS,)),
            ("Beat, workers and Redis killed while an edition leaves", (BEAT, WORKERS, REDIS)),
        ):
            edition = begin_edition(desk)
            row = killed(system, what, *words)
            row.note = end_edition(desk, edition)
            yield row
        command = [sys.executable, "-m", "celery", "-A", "workers.beat", "beat", "--loglevel=ERROR"]
        environment = beats_environment(system)
        second = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            edition = begin_edition(desk)
            _, said = watched(system, 15)
            yield Row("Two beats while an edition leaves", said, None, None, end_edition(desk, edition))
        finally:
            second.terminate()
            second.wait(20)


def beats_environment(system: System) -> dict[str, str]:
    """Return the environment of the running beat, for a second one."""
    [pid] = system.pids(BEAT)
    lines = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return dict(line.decode().split("=", 1) for line in lines if b"=" in line)


def of_a_slow_provider(folder: Path) -> Iterator[Row]:
    """The days of a provider that is slow or away. Answers of ten seconds are awaited, as by default."""
    system = System(folder, DISPATCH_ANSWER_TIMEOUT="30", DISPATCH_LEASE="75", **SETTINGS)
    with running(system) as desk:
        edition = begin_edition(desk)
        system.take_orders_back()
        system.order(do="late", seconds=10, times=None)
        last, said = watched(system, 60)
        yield Row("Provider answers after 10 s", said, None, last or None, end_edition(desk, edition))
        edition = begin_edition(desk)
        system.take_orders_back()
        system.order(do="unread", times=None)
        last, said = watched(system, 60)
        note = end_edition(desk, edition, settle="send-again")  # the postbox has not read them
        yield Row("Provider resets every connection for a minute", said, None, last or None, note)


def of_a_full_disk(folder: Path) -> Iterator[Row]:
    """The day of a disk without room: a data folder in memory, filled to its last byte."""
    data = folder / "data"
    data.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=700m,mode=0700", "tmpfs", str(data)], check=True)
    try:
        system = System(folder, **SETTINGS)
        with running(system) as desk:
            yield away(system, "Disk with 300 MB left", filled(data, 300), "full-disk")
            edition = begin_edition(desk)
            until(system, is_up, BACK_WITHIN)
            with filled(data, 0):
                _, named = watched(system, 40)
            back, _ = until(system, is_up, BACK_WITHIN)
            yield Row(
                "Disk full to the last byte while an edition leaves", named, None, back, end_edition(desk, edition)
            )
    finally:
        subprocess.run(["umount", "--lazy", str(data)], check=False)


@contextmanager
def filled(folder: Path, left: int) -> Iterator[None]:
    """Fill the disk of `folder` until so many MB are left, or none."""
    file = folder / "filling"
    try:
        with file.open("wb") as writing:
            while os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize > max(left * 1_000_000, 4096):
                writing.write(b"x" * min(1_000_000, 4096 if left == 0 else 1_000_000))
                writing.flush()
    except OSError:
        pass  # full
    try:
        yield
    finally:
        file.unlink()


def of_postgresql(folder: Path) -> Iterator[Row]:
    """The day of a database that is killed and started again."""
    server = CrashingPostgres.make()
    try:
        system = System(folder, DATABASE_URL=server.new(), **SETTINGS)
        with running(system) as desk:
            edition = begin_edition(desk)
            server.kill()
            time.sleep(20)
            server.awake()
            back, _ = until(system, is_up, BACK_WITHIN)
            note = end_edition(desk, edition)
            yield Row("PostgreSQL killed for 20 s while an edition leaves", "no answer", 0, back, note)
    finally:
        server.stop()


@contextmanager
def running(system: System) -> Iterator[Newsroom]:
    """Run the system with its readers and events that come at once."""
    said = system.say("migrate")
    assert said.status == 0, said.err
    desk = Newsroom(system, readers=READERS)
    system.tell("publications", "set", "harbour", "auto_approve=yes")
    system.start()
    try:
        until(system, is_up, BACK_WITHIN)
        yield desk
    finally:
        system.close()


def table(rows: list[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = [
        "| What happened | Verdict broken by | after | well or busy again after | Readers |",
        "|---|---|---:|---:|---|",
    ]
    for row in rows:
        after = "" if row.after is None else f"{row.after:.0f} s"
        back = "" if not row.back else f"{row.back:.0f} s"
        said = "" if row.said is None else f"`{row.said}`" if row.said != "no answer" else row.said
        lines.append(f"| {row.what} | {said or 'not broken'} | {after} | {back} | {row.note} |")
    return "\n".join(lines)


def main(names: list[str]) -> None:
    """Hold the days of these groups, or all, and write the page if all were held."""
    groups = {
        "machine": of_one_machine,
        "provider": of_a_slow_provider,
        "disk": of_a_full_disk,
        "postgresql": of_postgresql,
    }
    rows = []
    for name in names or groups:
        with tempfile.TemporaryDirectory(prefix="newsletter-game-days-", ignore_cleanup_errors=True) as folder:
            for row in groups[name](Path(folder)):
                sys.stderr.write(f"{row}\n")
                rows.append(row)
    if names:
        sys.stdout.write(table(rows) + "\n")
        return
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{table(rows)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
