"""Submitting ahead under whatever happens, in any order: lost answers, lost workers, lost cancels, a person's word.

The seeded runs of `tests/torture/timed.py` take the same steps by the hundred.
"""

from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.delivery.dispatches import control_dispatch
from newsletter.delivery.states import DispatchState
from tests.delivery.living import living
from tests.torture.story import Story, breaches

pytestmark = pytest.mark.django_db


def honest(order: dict[str, Any]) -> dict[str, Any]:
    """Who refuses a call has not taken it: one that says 400 and sends all the same cannot be found out."""
    refuses = order["do"] == "status" and order["status"] < 500
    return {**order, "accept": order["accept"] and not refuses}


bad = st.fixed_dictionaries(
    {
        "call": st.sampled_from(["send", "send", "batch", "scheduled_sends", "scheduled_sends"]),
        "status": st.sampled_from([500, 429, 401, 400]),
        "do": st.sampled_from(["drop", "reset", "cut", "status"]),
        "accept": st.booleans(),
        "times": st.sampled_from([1, 2, 5, None]),
    }
).map(honest)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("go on"), st.integers(1, 12)),
        st.tuples(st.just("misbehave"), bad),
        st.tuples(
            st.sampled_from(
                [
                    "live",
                    "open",
                    "tend",
                    "send",
                    "lose a worker",
                    "wake it",
                    "evidence",
                    "recover",
                    "take in hand",
                    "give back",
                ]
            ),
            st.none(),
        ),
        st.tuples(st.sampled_from(["stop", "pause", "resume"]), st.none()),
    ),
    max_size=20,
)
luck = st.fixed_dictionaries(
    {
        "readers": st.integers(1, 4),
        "ahead": st.sampled_from([30, 60]),  # minutes
        # to the first calls, and to all about cancels until five minutes before: whether they were taken
        "answers_lost": st.lists(st.booleans(), min_size=1, max_size=2),
        "cancels_lost": st.sampled_from([None, True, False]),
    }
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, luck=luck)
def test_nobody_gets_two_and_nobody_is_missed_unless_named(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Any]], luck: dict[str, Any]
) -> None:
    file = tmp_path_factory.mktemp("ahead") / "postbox.sqlite3"
    with transaction.atomic(), override_settings(DISPATCH_BATCH_SIZE=1, DISPATCH_LEASE=120), living(file) as system:
        system.prepare(readers=luck["readers"], ahead=luck["ahead"])
        system.at(-luck["ahead"])
        system.open()
        system.tend()
        for taken in luck["answers_lost"]:
            system.postbox.order(do="drop", accept=taken)
        if luck["cancels_lost"] is not None:
            system.postbox.order(call="scheduled_sends", do="drop", accept=luck["cancels_lost"], times=None)
        story = Story(system)
        for what, how in steps:
            story.take(what, how)
        system.live()
        system.live_until(-5, step=4)
        system.postbox.clear_orders()
        for dispatch in system.dispatches.filter(state=DispatchState.PAUSED):
            control_dispatch.resume(dispatch)
        system.live()
        system.live_until(80, step=10)
        story.wake()
        system.live_until(100, step=10)  # what a woken worker did not call for is sent by another
        assert breaches(system) == []
        transaction.set_rollback(True)
