"""Score each line by its measures: above zero, it is more likely a paragraph of the article than not. Pure.

The weights were fitted (logistic regression) to half of a set of copied pages; docs/decisions/0033 says how. The first
pass knows nothing of the article. The second knows the words of the lines that the first chose: a sentence that shares
none of them belongs to another story.
"""

from collections.abc import Sequence

from newsletter.stories.pasted_text.choose_lines import best_runs
from newsletter.stories.pasted_text.detect_datelines import parse_dateline
from newsletter.stories.pasted_text.measure_lines import NAMES, Line, measure_lines, topic_words

RUN_COST = 1.5  # of each end of a run
FIRST_RUN_COST = 2.0
BOX_LINES = 8  # of an advertisement or a sign-up box between two paragraphs
DATELINE = 4.0  # "CARROW, Maine (AP) —" opens an article
INTERRUPTION = -0.5  # what a line costs at most that is surely no paragraph: advertisements stand between paragraphs
# A text of few lines was selected by hand: most of its lines are meant. The shorter it is, the more a line needs to be
# left out.
FEW_LINES, SELECTED = 40, 6.0

WEIGHTS = {  # measure: weight without, and with the words of the presumed article
    "one": (0.41, 0.11),
    "size": (0.20, -0.37),
    "size_squared": (0.46, 0.43),
    "sentence": (0.53, 0.50),
    "sentence_size": (0.55, 1.03),
    "inner_ends": (-0.43, -0.55),
    "commas": (-0.09, -0.08),
    "colon_end": (1.26, 1.06),
    "ellipsis_end": (0.31, 0.29),
    "frequent": (-0.15, -0.11),
    "frequent_size": (0.07, 0.16),
    "capitals": (-0.23, -0.33),
    "digits": (-0.43, -0.27),
    "opening_brief": (-1.02, -0.70),
    "opening_long": (-1.32, -0.96),
    "afterwards": (-0.08, -0.06),
    "date": (-0.85, -0.38),
    "credit": (-0.46, -0.44),
    "quote": (0.53, 0.41),
    "address": (1.25, 1.21),
    "signs": (0.56, 0.35),
    "bullet": (2.59, 2.03),
    "repeated": (-0.18, -0.37),
    "gap_both": (0.77, 0.60),
    "gap_none": (-0.05, -0.07),
    "page_prose": (-1.69, -1.51),
    "page_lines": (-0.77, -0.79),
    "page_lines_unended": (0.18, 0.31),
    "prose_1_above": (0.32, 0.31),
    "prose_1_below": (0.32, 0.26),
    "prose_3": (0.26, 0.18),
    "prose_8": (-0.07, -0.10),
    "place_early": (0.04, 0.09),
    "place_late": (0.34, 0.58),
    "below_marker": (-0.70, -0.59),
    "after_marker": (-0.98, -0.85),
    "below_comments": (-2.05, -1.57),
    "topic": (0.00, 0.81),
    "topic_size": (0.00, 0.80),
}


def choose_paragraphs(lines: Sequence[Line], excluded: Sequence[bool]) -> list[bool]:
    """Return which lines are paragraphs of the article. `excluded` lines are none, and they do not end a run."""
    if all(excluded):
        return [False] * len(lines)
    opens = [DATELINE if line.prose and any(parse_dateline(line.text)) else 0.0 for line in lines]
    scores = _add(_scores(measure_lines(lines), 0), opens)
    chosen = _choose(scores, excluded, FIRST_RUN_COST)
    topic = topic_words(line for line, is_chosen in zip(lines, chosen, strict=True) if is_chosen)
    scores = _add(_scores(measure_lines(lines, topic), 1), opens)
    chosen = _choose(scores, excluded, RUN_COST)
    return _extend(lines, excluded, chosen)


def _extend(lines: Sequence[Line], excluded: Sequence[bool], chosen: Sequence[bool]) -> list[bool]:
    """Add the sentence that follows a run, if there is only a box or an advertisement between.

    The last paragraphs of an article are often short.
    """
    extended = list(chosen)
    reach = -1  # the last line to which the run may be extended
    for n, line in enumerate(lines):
        if chosen[n]:
            reach = n + BOX_LINES
        elif line.afterwards:
            reach = -1
        elif not excluded[n]:
            extended[n] = n <= reach and line.prose > 0 and not line.opening
            reach = -1
    return extended


def _scores(measures: Sequence[Sequence[float]], which: int) -> list[float]:
    weights = [WEIGHTS[name][which] for name in NAMES]
    selected = SELECTED * max(0.0, 1 - len(measures) / FEW_LINES)
    return [selected + sum(weight * value for weight, value in zip(weights, line, strict=True)) for line in measures]


def _add(scores: Sequence[float], more: Sequence[float]) -> list[float]:
    return [score + other for score, other in zip(scores, more, strict=True)]


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
