"""Score each line by its measures: above zero, it is more likely a paragraph of the article than not. Pure.

The weights were fitted (logistic regression) to half of a set of copied pages; docs/decisions/0033 says how. The first
pass knows nothing of the article. The second knows the words of the lines that the first chose: a sentence that shares
none of them belongs to another story.
"""

from collections.abc import Sequence

from newsletter.stories.pasted_text.choose_lines import best_runs
from newsletter.stories.pasted_text.measure_lines import NAMES, Line, measure_lines, topic_words

RUN_COST = 1.0  # of each end of a run, in both passes
FIRST_RUN_COST = 2.0
INTERRUPTION = -1.0  # what a line costs at most that is surely no paragraph: advertisements stand between paragraphs
# A text of few lines was selected by hand: most of its lines are meant. The shorter it is, the more a line needs to be
# left out.
FEW_LINES, SELECTED = 40, 6.0

WEIGHTS = {  # measure: weight without, and with the words of the presumed article
    "one": (0.51, 0.23),
    "size": (0.14, -0.32),
    "size_squared": (0.56, 0.54),
    "sentence": (0.41, 0.47),
    "sentence_size": (0.60, 0.94),
    "inner_ends": (-0.41, -0.51),
    "commas": (-0.12, -0.08),
    "colon_end": (1.30, 1.08),
    "ellipsis_end": (0.15, 0.16),
    "frequent": (-0.10, -0.07),
    "frequent_size": (0.05, 0.09),
    "capitals": (-0.16, -0.28),
    "digits": (-0.35, -0.28),
    "opening_brief": (-0.95, -0.64),
    "opening_long": (-0.80, -0.72),
    "afterwards": (-0.00, 0.01),
    "date": (-0.91, -0.47),
    "credit": (-0.43, -0.42),
    "quote": (0.66, 0.51),
    "address": (1.23, 1.19),
    "signs": (0.56, 0.36),
    "bullet": (2.57, 2.26),
    "repeated": (-0.08, -0.24),
    "gap_both": (0.75, 0.54),
    "gap_none": (-0.09, -0.13),
    "page_prose": (-1.54, -1.44),
    "page_lines": (-0.78, -0.79),
    "page_lines_unended": (0.19, 0.28),
    "prose_1_above": (0.34, 0.33),
    "prose_1_below": (0.33, 0.28),
    "prose_3": (0.27, 0.19),
    "prose_8": (-0.11, -0.12),
    "place_early": (0.01, 0.04),
    "place_late": (0.30, 0.57),
    "below_marker": (-0.74, -0.62),
    "after_marker": (-1.28, -1.14),
    "topic": (0.00, 0.75),
    "topic_size": (0.00, 0.70),
}


def choose_paragraphs(lines: Sequence[Line], excluded: Sequence[bool]) -> list[bool]:
    """Return which lines are paragraphs of the article. `excluded` lines are none, and they do not end a run."""
    if all(excluded):
        return [False] * len(lines)
    scores = _scores(measure_lines(lines), 0)
    chosen = _choose(scores, excluded, FIRST_RUN_COST)
    topic = topic_words(line for line, is_chosen in zip(lines, chosen, strict=True) if is_chosen)
    return _choose(_scores(measure_lines(lines, topic), 1), excluded, RUN_COST)


def _scores(measures: Sequence[Sequence[float]], which: int) -> list[float]:
    weights = [WEIGHTS[name][which] for name in NAMES]
    selected = SELECTED * max(0.0, 1 - len(measures) / FEW_LINES)
    return [selected + sum(weight * value for weight, value in zip(weights, line, strict=True)) for line in measures]


def _choose(scores: Sequence[float], excluded: Sequence[bool], cost: float) -> list[bool]:
    limited = [
        min(0.0, max(score, INTERRUPTION)) if is_excluded else score
        for score, is_excluded in zip(scores, excluded, strict=True)
    ]
    raised = 2 * cost + 1 - max(score for score, is_excluded in zip(limited, excluded, strict=True) if not is_excluded)
    chosen = best_runs(limited, start_cost=cost, end_cost=cost)
    if not any(is_chosen and not out for is_chosen, out in zip(chosen, excluded, strict=True)):
        # no line is likely; there is text, so the likeliest lines are the article
        limited = [score if out else score + raised for score, out in zip(limited, excluded, strict=True)]
        chosen = best_runs(limited, start_cost=cost, end_cost=cost)
    return [is_chosen and not out for is_chosen, out in zip(chosen, excluded, strict=True)]
