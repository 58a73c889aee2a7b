"""One edition from due to the last batch accepted, by any fleet: how long, and what it cost."""

import time
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks import watching
from benchmarks.fleets import Fleet
from benchmarks.stage import Stage

LIMIT = 300  # seconds for one edition
IDLE = 3.0  # seconds of watching what the fleet costs when it has nothing to do
FEWEST = 10_000  # readers for whom it is worth watching
LOOK = 0.02  # seconds between two looks


@dataclass(frozen=True)
class Run:
    """Seconds are counted from the moment at which the edition was `due` (Unix time). CPU is in seconds, memory in MB.

    `idle_cpu` is what the fleet uses in a second with nothing to do. `waited` is the time until a tick opened the
    edition: up to a second, by chance. The floor does not wait.
    """

    fleet: str
    database: str
    readers: int
    accepted: int
    unique: int
    due: float
    first: float
    seconds: float
    idle_cpu: float
    app_cpu: float
    backing_cpu: float
    sink_cpu: float
    first_part_cpu: float
    last_part_cpu: float
    app_memory: float
    senders_memory: float
    bytes: int
    waited: float = 0.0

    @property
    def rate(self) -> float:
        """Readers per second, opening included."""
        return self.readers / self.seconds

    @property
    def rate_from_tick(self) -> float:
        """The same without the wait for the tick, which for few readers is most of the time."""
        return self.readers / (self.seconds - self.waited)

    @property
    def cpu(self) -> float:
        """CPU seconds per 100,000 readers, of everything but the sink."""
        return (self.app_cpu + self.backing_cpu) / self.readers * 100_000

    @property
    def net(self) -> float:
        """The same without what the fleet costs when idle."""
        return self.cpu - self.idle_cpu * (self.seconds + 0.3) / self.readers * 100_000

    def figures(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "rate": self.rate,
            "rate_from_tick": self.rate_from_tick,
            "cpu": self.cpu,
            "net": self.net,
        }


def send(stage: Stage, fleet: Fleet, edition: int, *, readers: int, latency: float = 0, part: int = 100_000) -> Run:
    """Let `edition` leave and wait until the sink has all of its `readers`.

    `first_part_cpu` is what it cost from the first call until `part` readers were in, `last_part_cpu` the same for
    the last so many; both 0 when there are not two such parts.
    """
    stage.reset(latency=latency)
    app, backing = fleet.app(), stage.backing()
    senders = [process.pid for process in fleet.senders]
    whole = [*app, *backing]
    idle = watching.cpu(whole)
    watched = IDLE if readers >= FEWEST else LOOK
    time.sleep(watched)
    idle = (watching.cpu(whole) - idle) / watched
    app_before, backing_before = watching.cpu(app), watching.cpu(backing)
    due = fleet.ring(edition)
    marks: dict[str, float] = {}
    highest_app = highest_senders = 0.0
    next_memory = 0.0
    ends = due + LIMIT
    while (now := stage.watch.now()).recipients < readers:
        if time.time() > ends:
            raise RuntimeError(f"{fleet.name}: {now.recipients} of {readers} were accepted in {LIMIT} s")
        if readers >= 2 * part:
            for name, count in (("begin", 1), ("first", part), ("last", readers - part)):
                if now.recipients >= count and name not in marks:
                    marks[name] = watching.cpu(whole)
        if time.time() > next_memory:
            highest_app = max(highest_app, watching.memory(app))
            highest_senders = max(highest_senders, watching.memory(senders))
            next_memory = time.time() + 0.5
        time.sleep(LOOK)
    last = stage.watch.now().last
    time.sleep(0.3)  # the books of the last batches are still being written
    app_cpu, backing_cpu = watching.cpu(app) - app_before, watching.cpu(backing) - backing_before
    marks["end"] = watching.cpu(whole)
    highest_app, highest_senders = (
        max(highest_app, watching.memory(app)),
        max(highest_senders, watching.memory(senders)),
    )
    summary = stage.summary()
    return Run(
        fleet=fleet.name,
        database=stage.kind,
        readers=readers,
        accepted=summary["recipients"],
        unique=summary["unique"],
        due=due,
        first=summary["first"] - due,
        seconds=last - due,
        idle_cpu=idle,
        app_cpu=app_cpu,
        backing_cpu=backing_cpu,
        sink_cpu=summary["cpu"],
        first_part_cpu=marks["first"] - marks["begin"] if "last" in marks else 0.0,
        last_part_cpu=marks["end"] - marks["last"] if "last" in marks else 0.0,
        app_memory=highest_app,
        senders_memory=highest_senders,
        bytes=summary["bytes"],
    )
