"""The worker queues, and which task rides where."""

WORKER_QUEUES = {
    "assembly": "Editions become letters: planning, taking stories, rendering, inlining, preflight.",
    "dispatch": "Editions are due: dispatches are opened, and what is to be sent is looked for.",
    "sending": "Letters leave: slices of batches. There may be many of these, so the others do not stand behind them.",
    "insights": "What came back from the provider is taken in.",
    "pictures": "Pictures are fetched, made fit for letters and kept.",
    "house": "Looking after the rest: readings of the worker queues, recovery of lost work.",
}

ROUTES = {"workers.tasks.dispatch.send": {"queue": "sending"}} | {
    f"workers.tasks.{name}.*": {"queue": name} for name in WORKER_QUEUES if name != "sending"
}
