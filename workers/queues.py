"""The worker queues, and which task rides where."""

WORKER_QUEUES = {
    "assembly": "Editions become letters: planning, taking stories, rendering, inlining, preflight.",
    "dispatch": "Letters leave: opening dispatches and sending batches. Nothing slow may stand before these.",
    "insights": "What came back from the provider is taken in.",
    "pictures": "Pictures are fetched, made fit for letters and kept.",
    "house": "Looking after the rest: readings of the worker queues, recovery of lost work.",
}

ROUTES = {f"workers.tasks.{name}.*": {"queue": name} for name in WORKER_QUEUES}
