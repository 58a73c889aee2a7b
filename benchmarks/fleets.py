"""The processes that send: the product's own, as `newsletter run` starts them, and the floor's beside them."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from celery import Celery

from benchmarks.stage import Stage
from tests.support.kept import Kept
from tests.support.waiting import wait_until

START = 90  # seconds for a fleet to be ready


@dataclass(frozen=True)
class Fleet:
    """`senders` are the processes that dispatch, `others` the rest of the app. `ring` makes an edition leave now
    and returns when that was, in Unix seconds."""

    name: str
    senders: list[Kept]
    others: list[Kept]
    ring: Callable[[int], float]

    def app(self) -> list[int]:
        return [process.pid for process in (*self.senders, *self.others)]

    def end(self) -> None:
        for process in (*self.others, *self.senders):
            process.end()


def product(stage: Stage, *, processes: int, connections: int = 4, pictures: bool = False) -> Fleet:
    """Its dispatch workers, one a core, the worker for everything else, and the beat; with `pictures`, theirs too."""
    environment = {**stage.environment, "DISPATCH_CONNECTIONS": str(connections)}
    commands: dict[str, list[str]] = stage.do("-m", "benchmarks.product", "commands", environment=environment)
    senders = []
    for number in range(1, processes + 1):
        words = [word.replace("dispatch-worker@", f"dispatch-worker-{number}@") for word in commands["dispatch-worker"]]
        senders.append(stage.run("dispatch-worker", *words, environment=environment))
    names = [name for name in commands if name.endswith("worker") and name != "dispatch-worker"]
    if not pictures:
        names.remove("pictures-worker")
    others = [stage.run(name, *commands[name], environment=environment) for name in names]
    for worker in (*senders, *others):
        _wait_until_ready(worker)
    others.append(stage.run("beat", *commands["beat"], environment=environment))

    def ring(edition: int) -> float:
        return float(stage.do("-m", "benchmarks.product", "send-now", str(edition))["due"])

    return Fleet("product", senders, others, ring)


def processing(stage: Stage) -> Fleet:
    """The worker that processes webhook posts, and the beat that enqueues its tasks."""
    commands: dict[str, list[str]] = stage.do("-m", "benchmarks.product", "commands")
    worker = stage.run("worker", *commands["worker"], environment=stage.environment)
    _wait_until_ready(worker)
    beat = stage.run("beat", *commands["beat"], environment=stage.environment)
    return Fleet("product", [], [worker, beat], lambda _: time.time())


def floor(stage: Stage, *, processes: int, connections: int = 4) -> Fleet:
    """One Celery worker with a process a core. It is told at once: nothing ticks."""
    worker = celery(stage, "benchmarks.floor", processes=processes, connections=connections)
    app = Celery("bench", broker=stage.redis.url)
    app.conf.update(broker_transport_options={"global_keyprefix": "floor:"}, task_default_queue="floor")

    def ring(edition: int) -> float:
        now = time.time()
        app.send_task("floor.open", (edition,))
        return now

    return Fleet("floor", [worker], [], ring)


def celery(stage: Stage, app: str, *, processes: int, connections: int = 4) -> Kept:
    """A Celery worker of that app with so many processes, ready."""
    words = ["-m", "celery", "-A", app, "worker", "--loglevel=INFO", "--pool=prefork", f"--concurrency={processes}"]
    words += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    environment = {**stage.environment, "DISPATCH_CONNECTIONS": str(connections)}
    worker = stage.run(app.rpartition(".")[2], *words, environment=environment)
    _wait_until_ready(worker)
    return worker


def _wait_until_ready(worker: Kept) -> None:
    def ready() -> bool:
        if not worker.is_running:
            sys.stderr.write(worker.log.read_text(errors="replace"))
            raise RuntimeError("A worker did not start.")
        return worker.log.exists() and " ready." in worker.log.read_text(errors="replace")

    wait_until(ready, timeout=START, what="a worker to be ready")
