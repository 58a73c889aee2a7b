"""One edition of a publication from its stories to the last call, in one process, with a count of what it took.

    python -m benchmarks.assembling SLUG

A script, in the environment of a stage. Prints the renders, the inlinings and the CPU of the assembly.
"""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")

counts: Counter[str] = Counter()


def counting(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def counted(*args: Any, **kwargs: Any) -> Any:
        counts[name] += 1
        return function(*args, **kwargs)

    return counted


def main() -> None:
    django.setup()

    from premailer import Premailer

    from benchmarks import data
    from newsletter.delivery.dispatches import open_dispatch
    from newsletter.delivery.models import Batch
    from newsletter.delivery.sending import send_batches
    from newsletter.editions.models import Edition, FrozenLetter
    from newsletter.letters import edition_decisions, render_letter
    from newsletter.lib import clock
    from workers.tasks import dispatch

    render_letter.render = counting("renders", render_letter.render)
    Premailer.transform = counting("inlinings", Premailer.transform)
    began = time.process_time()
    made = data.edition(sys.argv[1])
    milliseconds = (time.process_time() - began) * 1000
    edition_decisions.send_now(Edition.objects.get(pk=made["edition"]), now=clock.now())
    opened = open_dispatch.open_dispatch(made["edition"], now=clock.now())
    if opened is None:
        raise RuntimeError("The dispatch did not open.")
    while open_dispatch.continue_opening(opened.pk):
        pass
    batches = list(Batch.objects.filter(dispatch=opened).values_list("pk", flat=True))
    send_batches.send_all(batches, client=dispatch._client(), clock=clock.now, connections=4)
    left = Batch.objects.filter(dispatch=opened).exclude(state="accepted").count()
    if left:
        raise RuntimeError(f"{left} batches were not accepted.")
    variants = FrozenLetter.objects.filter(edition=made["edition"]).count()
    told = {**made, "variants": variants, "milliseconds": milliseconds, **counts}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
