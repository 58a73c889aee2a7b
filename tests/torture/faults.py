"""What is done to a system, and when: drawn from a seed, so that a run that fails can be had again. Pure."""

import random
from dataclasses import dataclass, field
from typing import Any

DATABASES = ("sqlite", "postgres")
# The system of a run: many small batches, answered slowly, so that faults meet calls in flight.
READERS = 500
BATCH = 10
CONNECT, ANSWER = 0.5, 1.0  # seconds a worker waits
LEASE = 9.5  # seconds; the shortest that goes with these time-outs
SETTINGS = {
    "DISPATCH_BATCH_SIZE": str(BATCH),
    "DISPATCH_SLICE": "4",
    "DISPATCH_CONNECTIONS": "2",
    "DISPATCH_CONNECT_TIMEOUT": str(CONNECT),
    "DISPATCH_ANSWER_TIMEOUT": str(ANSWER),
    "DISPATCH_LEASE": str(LEASE),
    "LOG_LEVEL": "INFO",
}
LASTS = 9.0  # seconds in which faults begin

# Part → words in its command, as the supervisor notes it.
PARTS = {
    "dispatch worker": "--queues=dispatch",
    "worker": "--queues=assembly",
    "beat": " beat ",
    "Redis": "broker.conf",
    "web": "newsletter.web.site.web_server",
    "postbox": "newsletter.postbox",
}
# Beside the parts: the supervisor with what it keeps; a child of the worker; really everything.
KILLED = {"dispatch worker": 6, "worker": 2, "worker's child": 2, "beat": 1, "Redis": 2, "web": 2, "postbox": 3,
          "supervisor": 2, "everything": 1}  # fmt: skip
FROZEN = {"dispatch worker": LEASE + 1.5, "worker": 4.0, "beat": 4.0, "Redis": 2.0, "web": 4.0, "postbox": 2.5}  # s
ANSWERS: tuple[dict[str, Any], ...] = (
    {"do": "drop", "accept": True},
    {"do": "drop", "accept": False},
    {"do": "reset", "accept": True},
    {"do": "reset", "accept": False},
    {"do": "cut", "accept": True},
    {"do": "hang", "accept": True, "seconds": 3 * ANSWER},
    {"do": "hang", "accept": False, "seconds": 3 * ANSWER},
    {"do": "late", "accept": True, "seconds": 2 * ANSWER},
    {"do": "late", "accept": False, "seconds": 2 * ANSWER},
    {"do": "status", "accept": True, "status": 500},
    {"do": "status", "accept": False, "status": 503},
    {"do": "unread"},
)
# To PostgreSQL, in each run on it: all its processes killed and started again after so long; stopped for so long;
# all its connections ended. SQLite has no process of its own.
DATABASE = {"crash": 4, "hang up": 3, "halt": 2}
DOWN, HALTED = (0.2, 3.0), (1.0, 4.0)  # seconds
BAD_RUNS, MOST_BAD = 0.35, 3  # how many runs have readers whom the provider refuses for their address, and how many
REFUSED = 0.08  # of the bad answers; three refusals would pause the edition, as they should
REFUSAL: dict[str, Any] = {"do": "status", "accept": False, "status": 413}


@dataclass(frozen=True, slots=True)
class Fault:
    """`at` is in seconds since the first batch was accepted. `what` is kill, freeze, answer, repeat or empty;
    for the database crash, halt or hang up."""

    at: float
    what: str
    target: str = ""
    seconds: float = 0
    order: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        match self.what:
            case "kill":
                return f"kill -9 {self.target}"
            case "freeze":
                return f"freeze {self.target} for {self.seconds:g} s"
            case "answer":
                more = ", ".join(f"{name} {value}" for name, value in self.order.items() if name != "do")
                return f"answer badly: {self.order['do']} ({more})"
            case "crash":
                return f"kill -9 PostgreSQL, and start it again after {self.seconds:g} s"
            case "halt":
                return f"freeze PostgreSQL for {self.seconds:g} s"
            case "hang up":
                return "end all connections to PostgreSQL"
        return {"empty": "empty Redis", "repeat": "ring again for every batch, done or not"}[self.what]


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. `events` is how the postbox tells its events: held back when there is to be no evidence."""

    seed: int
    database: str
    pace: float  # seconds until an answer
    events: dict[str, Any]
    faults: tuple[Fault, ...]
    bad: tuple[int, ...] = ()  # places of readers, counted from 0, whose addresses the provider refuses

    @property
    def has_evidence(self) -> bool:
        return not self.events["hold"]


def plan(seed: int, *, database: str = "") -> Plan:
    """The run that belongs to this seed; seeds take the databases in turn."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    held = {"hold": True}
    told = {
        "hold": False,
        "shuffle": True,
        "duplicate": chance.choice([0.2, 0.6]),
        "lose": chance.choice([0.0, 0.2, 0.5]),
        "delay": chance.choice([0.0, 1.0, 3.0]),
        "seed": seed,
    }
    pace = round(chance.uniform(0.35, 0.6), 2)
    events: dict[str, Any] = chance.choice([held, told])
    faults = [_fault(chance) for _ in range(chance.randint(3, 7))]
    chosen = database or DATABASES[seed % 2]
    if chosen == "postgres":
        faults += [_database_fault(chance) for _ in range(chance.randint(1, 2))]
    bad = chance.sample(range(READERS), chance.randint(1, MOST_BAD)) if chance.random() < BAD_RUNS else []
    return Plan(
        seed=seed,
        database=chosen,
        pace=pace,
        events=events,
        faults=tuple(sorted(faults, key=lambda fault: fault.at)),
        bad=tuple(sorted(bad)),
    )


def _database_fault(chance: random.Random) -> Fault:
    at = round(chance.uniform(0, LASTS), 2)
    what = chance.choices(list(DATABASE), weights=list(DATABASE.values()))[0]
    seconds = {"crash": DOWN, "halt": HALTED, "hang up": (0.0, 0.0)}[what]
    return Fault(at, what, "PostgreSQL", seconds=round(chance.uniform(*seconds), 1))


def _fault(chance: random.Random) -> Fault:
    at = round(chance.uniform(0, LASTS), 2)
    what = chance.choices(["kill", "answer", "freeze", "empty", "repeat"], weights=[9, 7, 3, 1, 2])[0]
    match what:
        case "kill":
            return Fault(at, what, chance.choices(list(KILLED), weights=list(KILLED.values()))[0])
        case "freeze":
            target = chance.choice(list(FROZEN))
            return Fault(at, what, target, seconds=FROZEN[target])
        case "answer":
            badly = {**chance.choice(ANSWERS), "times": chance.randint(1, 3)}
            order = REFUSAL if chance.random() < REFUSED else badly
            return Fault(at, what, order=order)
    return Fault(at, what)
