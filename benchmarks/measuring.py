"""The parts of the bench: each sets its stage, measures, and gives lines of the table."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks import (
    dispatching,
    fleets,
    import_lines,
    joining,
    newsrooms,
    reading,
    reading_pages,
    soaking,
    watching,
    webhooks,
)
from benchmarks.data import WARM, slug
from benchmarks.dispatching import Run
from benchmarks.fleets import Fleet
from benchmarks.stage import Stage
from benchmarks.table import Line

SMALL = 10_000  # readers of the edition whose memory the largest is held against
PART = 100_000  # readers of whose cost the growth is judged
FAR = 150.0  # milliseconds until a far API answers
CALLS = 16  # in flight to it
# How many readers each peer mails; their figures are scaled linearly.
PEERS = {"anymail": 20_000, "helper": 10_000, "tasks": 2_000, "naive": 100}


@dataclass
class Plan:
    """What to measure with: readers of the large edition, rounds of product and floor in turn, processes of each."""

    readers: int = 1_000_000
    rounds: int = 3
    processes: int = field(default_factory=lambda: os.cpu_count() or 1)
    scale: float = 1.0  # of the peers' and the webhook's counts
    articles: Path | None = None  # folder of real web pages with the texts that they hold
    minutes: float = 0.0  # of the soak; 0: half an hour
    cases: Path | None = None  # folder of pasted articles with the fields that should be found
    runs: list[dict[str, Any]] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)

    def sizes(self) -> list[int]:
        return sorted({min(SMALL, self.readers), min(PART, self.readers), self.readers})

    def saw(self, stage: Stage) -> None:
        """Remember what the stage is made of."""
        if stage.postgres:
            self.versions["postgresql"] = f"PostgreSQL {stage.postgres.version()}"

    def note(self, run: Run) -> Run:
        self.runs.append(run.figures())
        return run


Part = Callable[[Plan], Iterator[Line]]


def dispatch(plan: Plan) -> Iterator[Line]:
    """Product and floor in turn on PostgreSQL; the peers on the same readers; growth, memory, ledger, latency."""
    small, part, large = plan.sizes()[0], min(PART, plan.readers), plan.readers
    with Stage("postgresql") as stage:
        plan.saw(stage)
        reached = stage.readers(WARM, *plan.sizes())
        floors: dict[int, list[Run]] = {large: []}
        products: dict[int, list[Run]] = {size: [] for size in (small, part, large)}
        ledger: dict[str, int] = {}
        firsts: dict[int, float] = {}
        for number in range(plan.rounds):
            with _warm(stage, fleets.floor(stage, processes=plan.processes)) as fleet:
                floors[large].append(plan.note(_send(stage, fleet, large, reached)))
            with _warm(stage, fleets.product(stage, processes=plan.processes)) as fleet:
                for size in dict.fromkeys((small, part, large) if number == 0 else (part, large)):
                    before = stage.do("-m", "benchmarks.product", "size")
                    run = plan.note(_send(stage, fleet, size, reached))
                    products[size].append(run)
                    firsts[size] = run.first - run.waited
                    after = stage.do("-m", "benchmarks.product", "size")
                    ledger = {name: after[name] - before[name] for name in after}
        sent = [run for runs in (*floors.values(), *products.values()) for run in runs]
        yield from _counted("dispatch", sent)
        yield from _against_floor("dispatch", products[large], floors[large], large)
        rate = statistics.median(run.rate for run in products[large])
        yield from _growth(products, small, part, large)
        yield from _ledger(ledger, large)
        for size in (part, large):
            yield Line("send now", f"first accepted after the tick, {size:,} readers", firsts[size], "s", most=0.5)
        yield Line("send now", "the same, large / small", firsts[large] / firsts[part], "x", most=2)
        yield Line(
            "send now", f"first accepted after “send now”, {large:,} readers", products[large][-1].first, "s", most=1.5
        )
        yield from _peers(plan, stage, rate, reached)


def sqlite(plan: Plan) -> Iterator[Line]:
    """Product and floor on SQLite, which has one writer at a time. With few readers the wait for the tick is most."""
    sizes = sorted({min(PART, plan.readers), plan.readers})
    with Stage("sqlite") as stage:
        reached = stage.readers(WARM, *sizes)
        floors: dict[int, list[Run]] = {size: [] for size in sizes}
        products: dict[int, list[Run]] = {size: [] for size in sizes}
        for _ in range(plan.rounds):
            with _warm(stage, fleets.floor(stage, processes=plan.processes)) as fleet:
                for size in sizes:
                    floors[size].append(plan.note(_send(stage, fleet, size, reached)))
            with _warm(stage, fleets.product(stage, processes=plan.processes)) as fleet:
                for size in sizes:
                    products[size].append(plan.note(_send(stage, fleet, size, reached)))
        yield from _counted("sqlite", [run for runs in (*floors.values(), *products.values()) for run in runs])
        for size in sizes:
            yield from _against_floor("sqlite", products[size], floors[size], size, judged=size == max(sizes))


def far(plan: Plan) -> Iterator[Line]:
    """An API that takes its time: calls in flight decide."""
    with Stage("postgresql") as stage:
        reached = stage.readers(WARM, plan.readers)
        connections = max(1, CALLS // plan.processes)
        with _warm(stage, fleets.product(stage, processes=plan.processes, connections=connections)) as fleet:
            run = plan.note(_send(stage, fleet, plan.readers, reached, latency=FAR))
        yield from _counted("far API", [run])
        possible = connections * plan.processes / (FAR / 1000) * 1000
        steady = run.readers / (run.seconds - run.first + FAR / 1000)  # from the first call to the last answer
        yield Line(
            "far API",
            f"of what {connections * plan.processes} calls in flight at {FAR:g} ms allow",
            steady / possible,
            "x",
            least=0.75,
            aim=0.9,
            note=f"{steady:,.0f} of {possible:,.0f} readers/s",
        )


def assembly(_: Plan) -> Iterator[Line]:
    """How often a letter is rendered and inlined, whatever the number of readers."""
    with Stage("sqlite") as stage:
        counts = [1000, 20_000]
        stage.readers(*counts)
        made = [stage.do("-m", "benchmarks.assembling", slug(count)) for count in counts]
        for count, told in zip(counts, made, strict=True):
            for what in ("renders", "inlinings"):
                figure = told[what] / told["variants"]
                yield Line("assembly", f"{what} a variant for {count:,} readers", figure, "", least=1, most=1)
        yield Line(
            "assembly",
            "variants: the letter that asks, the one that thanks, and one without either",
            made[-1]["variants"],
        )
        yield Line("assembly", "one assembly, preflight included", made[-1]["milliseconds"], "ms of CPU")
        yield Line("assembly", "HTML of the letter", made[-1]["html"] / 1000, "KB")


def audience(plan: Plan) -> Iterator[Line]:
    """Searches, pages and counts of segments among all readers, imports, and many who join and leave at once."""
    for kind in ("postgresql", "sqlite"):
        with Stage(kind) as stage:
            plan.saw(stage)
            stage.readers(plan.readers)
            took = stage.do("-m", "benchmarks.searching", slug(plan.readers))
            where = f"among {took['readers']:,} readers, {kind}"
            yield Line("audience", f"search {where}", took["search"], "ms", most=200)
            yield Line("audience", f"record of one reader {where}", took["record"], "ms", most=200)
            yield Line("audience", f"sign-up page, {kind}", took["page"], "ms", most=50)
            yield Line("audience", f"sign-up, {kind}", took["sign_up"], "ms")
            yield Line("audience", f"CPU of a one-click post, {kind}", took["one_click"], "ms", most=10)
            for name, one in stage.do("-m", "benchmarks.counting", slug(plan.readers)).items():
                shown = f"live count of a segment ({name}) {where}"
                yield Line("audience", shown, one["live"], "ms", most=300)
                yield Line("audience", f"the same exactly ({name})", one["exact"], "ms")
        yield from import_lines.measure(kind, plan)
    with Stage("postgresql") as stage:
        yield from joining.measure(stage, plan)


def webhook(plan: Plan) -> Iterator[Line]:
    """What comes back, over HTTP, until it stands in the books."""
    with Stage("postgresql") as stage:
        plan.saw(stage)
        yield from webhooks.measure(stage, plan)


def pages(plan: Plan) -> Iterator[Line]:
    """What is read from real news pages, held against what they hold, and what that costs."""
    yield from reading_pages.measure(plan.articles, scale=plan.scale)


def read(plan: Plan) -> Iterator[Line]:
    """How well articles are read."""
    yield from reading.measure(articles=plan.articles, cases=plan.cases)


def desk(plan: Plan) -> Iterator[Line]:
    """What pages, acts and periodic tasks cost in a large newsroom."""
    for kind, readers in (("postgresql", plan.readers), ("sqlite", min(PART, plan.readers))):
        with Stage(kind) as stage:
            plan.saw(stage)
            yield from newsrooms.desk(stage, plan.scale, readers)


def idle(plan: Plan) -> Iterator[Line]:
    """What the fleet costs while nothing is due, without publications and with many."""
    for publications, must, aim in ((0, 0.04, 0.02), (newsrooms.PUBLICATIONS, 0.08, 0.04)):
        with Stage("postgresql") as stage:
            plan.saw(stage)
            newsrooms.fill(stage, min(1.0, plan.scale), min(SMALL, plan.readers) if publications else 0)
            fleet = fleets.product(stage, processes=1, pictures=True)
            try:
                what = f"{publications} publications with waiting editions" if publications else "nothing in it"
                yield from newsrooms.idle(stage, plan.scale, fleet, what, must=must, aim=aim)
            finally:
                fleet.end()


def fairness(plan: Plan) -> Iterator[Line]:
    """Editions of all publications due at one moment."""
    with Stage("postgresql") as stage:
        plan.saw(stage)
        yield from newsrooms.fairness(stage, plan.scale, plan.readers, plan.processes)


def soak(plan: Plan) -> Iterator[Line]:
    """Half an hour of ordinary life, with an eye on what the ops page says."""
    with Stage("postgresql") as stage:
        plan.saw(stage)
        yield from soaking.measure(stage, plan)


PARTS: dict[str, Part] = {
    "dispatch": dispatch,
    "sqlite": sqlite,
    "far": far,
    "assembly": assembly,
    "webhook": webhook,
    "pages": pages,
    "reading": read,
    "desk": desk,
    "idle": idle,
    "fairness": fairness,
    "soak": soak,
    "audience": audience,
}
ON_REQUEST = {"soak"}  # too long to be run with all others


# --- dispatching -------------------------------------------------------------------------------


@contextmanager
def _warm(stage: Stage, fleet: Fleet) -> Iterator[Fleet]:
    """A fleet that has sent a small edition, so that nothing is measured that happens once a process."""
    try:
        warm = stage.edition(slug(WARM))["edition"]
        dispatching.send(stage, fleet, warm, readers=WARM)
        if fleet.name == "product":
            _books(stage, warm)
        yield fleet
    finally:
        fleet.end()


TICKS_WAITED = 20  # one ends a dispatch a second after its last call, later on a busy machine


def _send(stage: Stage, fleet: Fleet, size: int, reached: dict[str, int], *, latency: float = 0) -> Run:
    edition = stage.edition(slug(size))["edition"]
    run = dispatching.send(stage, fleet, edition, readers=reached[slug(size)], latency=latency)
    if fleet.name == "product":
        run = replace(run, waited=_books(stage, edition)["opened"] - run.due)
    return run


def _books(stage: Stage, edition: int) -> dict[str, Any]:
    """What the ledger says once a tick has found the dispatch finished; it must add up."""
    for _ in range(TICKS_WAITED):
        books: dict[str, Any] = stage.do("-m", "benchmarks.product", "books", str(edition))
        if books["state"] != "open":
            break
        time.sleep(1)
    if books["state"] != "finished" or books["accepted"] != books["planned"]:
        raise RuntimeError(f"The ledger does not add up: {books}")
    return books


def _counted(part: str, runs: list[Run]) -> Iterator[Line]:
    """Nothing counts unless every reader got it, and got it once."""
    for run in runs:
        if not run.readers == run.accepted == run.unique:
            raise RuntimeError(f"{run.fleet}: {run.accepted} accepted of {run.readers}, {run.unique} different")
    share = max(run.sink_cpu / run.seconds for run in runs)
    yield Line(part, "readers accepted, each once, in every run", sum(run.unique for run in runs))
    yield Line(part, "sink: share of one core, at most", share, "", most=0.5, note="it is not the bottleneck")


def _against_floor(
    part: str, products: list[Run], floors: list[Run], readers: int, *, judged: bool = True
) -> Iterator[Line]:
    def middle(ratio: Callable[[Run, Run], float]) -> float:
        return statistics.median(ratio(p, f) for p, f in zip(products, floors, strict=True))

    note = f"{readers:,} readers, median of {len(products)} pairs"
    for name, runs in (("product", products), ("floor", floors)):
        rate, cpu = (statistics.median(getattr(run, which) for run in runs) for which in ("rate", "cpu"))
        app, backing = (statistics.median(getattr(run, w) for run in runs) for w in ("app_cpu", "backing_cpu"))
        split = f"{app / readers * 1e5:.2f} app + {backing / readers * 1e5:.2f} database and broker"
        yield Line(part, f"{name}: readers per second", rate, "/s", note=note)
        yield Line(part, f"{name}: CPU per 100,000", cpu, "s", note=split)
    yield Line(
        part,
        "rate, product / floor",
        middle(lambda p, f: p.rate / f.rate),
        "x",
        least=0.5 if judged else None,
        aim=0.7 if judged else None,
    )
    wait, whole = (statistics.median(getattr(run, which) for run in products) for which in ("waited", "seconds"))
    yield Line(
        part,
        "rate from the tick, product / floor",
        middle(lambda p, f: p.rate_from_tick / f.rate_from_tick),
        "x",
        note=f"the product waited {wait:.2f} of {whole:.2f} s for the tick",
    )
    yield Line(
        part,
        "CPU, product / floor",
        middle(lambda p, f: p.cpu / f.cpu),
        "x",
        most=2 if judged else None,
        aim=1.3 if judged else None,
    )


def _growth(products: dict[int, list[Run]], small: int, part: int, large: int) -> Iterator[Line]:
    def net(size: int) -> float:
        return statistics.median(run.net for run in products[size])

    yield Line(
        "growth",
        f"CPU per 100,000 at {large:,} / at {part:,}",
        net(large) / net(part),
        "x",
        most=1.1,
        note="without what the fleet costs when idle",
    )
    halves = [run.last_part_cpu / run.first_part_cpu for run in products[large] if run.first_part_cpu]
    if halves:
        yield Line("growth", "CPU of the last 100,000 / of the first", statistics.median(halves), "x", most=1.15)
    whole, before = max(run.app_memory for run in products[large]), max(run.app_memory for run in products[small])
    what = f"whole app at {large:,} / at {small:,}"
    yield Line("memory", what, whole / before, "x", most=1.1, note=f"{whole:.0f} MB")
    senders = max(run.senders_memory for run in products[large])
    yield Line("memory", "dispatch workers, peak", senders, "MB", most=300)


def _ledger(grown: dict[str, int], readers: int) -> Iterator[Line]:
    ids = f"{grown['ids'] / readers:.1f} bytes of packed ids, which the database compresses"
    yield Line("ledger", "grown by, a reader", grown["all"] / readers, "bytes", most=12, note=ids)
    yield Line("ledger", "batches", grown["batches"], note="indexes and dead rows are in the figure above")


# --- peers -------------------------------------------------------------------------------------


def _peers(plan: Plan, stage: Stage, rate: float, reached: dict[str, int]) -> Iterator[Line]:
    """How many readers a second each peer mails, and how often the product's rate that goes in."""
    targets = {"anymail": (8, 15), "tasks": (200, 400)}
    names = {
        "anymail": "anymail, merge data and headers, 1,000 a call",
        "helper": "sendgrid helper, 1,000 personalizations a call",
        "tasks": "a Celery task a reader, with the sendgrid helper",
        "naive": "sendgrid helper and premailer, a call a reader",
    }
    edition = stage.edition(slug(plan.readers))["edition"]
    most = reached[slug(plan.readers)]
    for name, count in PEERS.items():
        those = min(most, max(10, int(count * plan.scale)))
        stage.reset()
        worker = None
        before = 0.0
        if name == "tasks":
            worker = fleets.celery(stage, "benchmarks.peers", processes=plan.processes)
            before = watching.cpu([worker.pid])
        backing = watching.cpu(stage.backing())
        told = stage.do("-m", "benchmarks.peers", name, str(edition), str(those))
        last = stage.wait_for(those)
        cpu = told["cpu"] + watching.cpu(stage.backing()) - backing
        if worker:
            cpu += watching.cpu([worker.pid]) - before
            worker.end()
        summary = stage.summary()
        if summary["unique"] != those:
            raise RuntimeError(f"{name}: {summary['unique']} of {those} readers")
        theirs = those / (last - told["began"])
        plan.runs.append({"fleet": name, "readers": those, "rate": theirs, "cpu": cpu / those * 1e5})
        yield Line("peers", f"{names[name]}: readers per second", theirs, "/s", note=f"{those:,} readers, scaled")
        least, aim = targets.get(name, (None, None))
        yield Line("peers", f"product / {name}", rate / theirs, "x", least=least, aim=aim)
        yield Line("peers", f"{name}: CPU per 100,000", cpu / those * 1e5, "s")
