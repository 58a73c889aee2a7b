"""Choose the lines of the article: the runs with the largest sum of scores, by dynamic programming. Pure."""

from collections.abc import Sequence


def best_runs(scores: Sequence[float], *, start_cost: float, end_cost: float) -> list[bool]:
    """Return which lines are in the runs that have the largest sum of scores, less the cost of each run's two ends."""
    outside, inside = 0.0, -start_cost
    steps: list[tuple[bool, bool]] = []  # for outside and inside: was the line before inside?
    for score in scores:
        leave, enter = inside - end_cost, outside - start_cost
        steps.append((leave > outside, inside >= enter))
        outside, inside = max(outside, leave), max(inside, enter) + score
    chosen = [False] * len(scores)
    here = inside - end_cost > outside
    for n in range(len(scores) - 1, -1, -1):
        chosen[n] = here
        here = steps[n][here]
    return chosen
