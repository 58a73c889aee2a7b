"""The worker queues, the queue of each task, and the modules of tasks that a worker needs."""

from collections.abc import Sequence

WORKER_QUEUES = {
    "assembly": "Editions are planned and their emails assembled: stories, rendering, inlining, preflight.",
    "dispatch": "Due editions are opened as dispatches, and due batches are looked for.",
    "sending": "Batches are sent, in slices. A queue of its own, so that many slices do not delay the other tasks.",
    "insights": "Webhook posts from the provider are processed.",
    "pictures": "Pictures are fetched, fitted for emails and stored.",
    "reading": "Pages and feeds are read, links of emails looked up, files of readers imported.",
    "maintenance": "Readings of the worker queues, recovery of lost work, single emails, clean-up.",
}

ROUTES = {"workers.tasks.dispatch.send": {"queue": "sending"}} | {
    f"workers.tasks.{name}.*": {"queue": name} for name in WORKER_QUEUES if name != "sending"
}


def queue_of(task: str) -> str:
    """Return the queue of a task, by its name; empty for a task that is not ours."""
    if task in ROUTES:
        return ROUTES[task]["queue"]
    route = ROUTES.get(f"{task.rpartition('.')[0]}.*")
    return route["queue"] if route else ""


def task_modules(words: Sequence[str]) -> list[str]:
    """Return the modules of the tasks in the queues that a command line names with `--queues=`; all without one.

    A worker loads no others: fetching pictures needs neither premailer nor the ledger, some 30 MB.
    """
    named = next((word.partition("=")[2].split(",") for word in words if word.startswith("--queues=")), [])
    names = [name for name in WORKER_QUEUES if not named or name in named]
    # dispatch has the task of `sending`, too
    return list(dict.fromkeys(f"workers.tasks.{'dispatch' if name == 'sending' else name}" for name in names))
