"""When scheduled mail leaves, is held, is thrown away: every documented case, and the worst of the undocumented."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.postbox.store.scheduling_rules import (
    BATCH_ID_LIFETIME_SECONDS,
    CANCEL_CUTOFF_SECONDS,
    MAX_PAUSE_SECONDS,
    STOPPED,
    BatchHistory,
    CopyStatus,
    StatusChange,
    copy_status,
)

DUE = 1_000_000
EARLY = DUE - CANCEL_CUTOFF_SECONDS  # the last moment at which a status still counts


def at(now: float, *changes: tuple[float, str], accepted: float = DUE - 3600, send_at: int | None = DUE) -> CopyStatus:
    batch = BatchHistory(DUE - 7200, [StatusChange(*change) for change in changes])
    return copy_status(accepted=accepted, send_at=send_at, batch=batch, now=now)


def test_mail_without_a_time_leaves_at_once() -> None:
    assert at(DUE - 3600, send_at=None) is CopyStatus.SENT


def test_mail_waits_until_its_time() -> None:
    assert [at(DUE - 1), at(DUE)] == [CopyStatus.WAITING, CopyStatus.SENT]


def test_a_time_in_the_past_means_at_once_even_when_the_batch_is_cancelled() -> None:
    assert at(DUE + 5, (EARLY - 1, "cancel"), accepted=DUE + 5) is CopyStatus.SENT


def test_a_cancelled_batch_is_thrown_away_at_its_time() -> None:
    assert [at(DUE - 1, (EARLY, "cancel")), at(DUE, (EARLY, "cancel"))] == [CopyStatus.WAITING, CopyStatus.CANCELLED]


def test_mail_that_comes_after_the_cancel_is_thrown_away_too() -> None:
    assert at(DUE, (DUE - 3000, "cancel"), accepted=DUE - 2000) is CopyStatus.CANCELLED


def test_a_status_later_than_ten_minutes_before_does_not_hold() -> None:
    assert at(DUE, (EARLY + 1, "cancel")) is CopyStatus.SENT
    assert at(DUE, (EARLY + 1, "pause")) is CopyStatus.SENT


def test_a_paused_batch_is_kept_for_72_hours_and_then_thrown_away() -> None:
    paused = (EARLY, "pause")
    assert [at(DUE + MAX_PAUSE_SECONDS, paused), at(DUE + MAX_PAUSE_SECONDS + 1, paused)] == [
        CopyStatus.PAUSED,
        CopyStatus.EXPIRED,
    ]


def test_taking_a_cancel_away_in_time_brings_the_mail_back_to_life() -> None:
    assert at(DUE, (EARLY - 9, "cancel"), (DUE - 1, "")) is CopyStatus.SENT


def test_taking_a_pause_away_after_its_time_sends_at_once() -> None:
    changes = (EARLY, "pause"), (DUE + 60, "")
    assert [at(DUE + 59, *changes), at(DUE + 60, *changes)] == [CopyStatus.PAUSED, CopyStatus.SENT]


def test_taking_a_cancel_away_after_its_time_brings_nothing_back() -> None:
    assert at(DUE + 99, (EARLY, "cancel"), (DUE + 60, "")) is CopyStatus.CANCELLED


def test_what_expired_does_not_come_back() -> None:
    assert at(DUE + MAX_PAUSE_SECONDS + 99, (EARLY, "pause"), (DUE + MAX_PAUSE_SECONDS + 1, "")) is CopyStatus.EXPIRED


def test_a_pause_may_become_a_cancel_after_its_time() -> None:
    assert at(DUE + 99, (EARLY, "pause"), (DUE + 60, "cancel"), (DUE + 70, "")) is CopyStatus.CANCELLED


def test_a_status_that_was_taken_away_and_set_again_counts_from_then_on() -> None:
    assert at(DUE, (EARLY - 99, "cancel"), (EARLY - 50, ""), (EARLY + 1, "cancel")) is CopyStatus.SENT


def test_mail_under_a_batch_id_that_has_ended_is_lost() -> None:
    old = BatchHistory(DUE - BATCH_ID_LIFETIME_SECONDS - 1)
    assert copy_status(accepted=DUE, send_at=None, batch=old, now=DUE) is CopyStatus.LOST


histories = st.lists(
    st.tuples(st.integers(-7200, MAX_PAUSE_SECONDS + 7200), st.sampled_from(["pause", "cancel", ""])), max_size=5
).map(lambda changes: [(DUE + offset, status) for offset, status in sorted(changes)])


@given(changes=histories, first=st.integers(-3600, MAX_PAUSE_SECONDS + 9000), later=st.integers(0, MAX_PAUSE_SECONDS))
def test_an_end_is_an_end(changes: list[tuple[float, str]], first: int, later: int) -> None:
    before, after = at(DUE + first, *changes), at(DUE + first + later, *changes)
    if before in {CopyStatus.SENT, *STOPPED}:
        assert after is before


@given(changes=histories, now=st.integers(-3600, MAX_PAUSE_SECONDS + 9000))
def test_nothing_is_held_longer_than_72_hours(changes: list[tuple[float, str]], now: int) -> None:
    assert (at(DUE + now, *changes) is CopyStatus.WAITING) == (now < 0)
    assert now <= MAX_PAUSE_SECONDS or at(DUE + now, *changes) is not CopyStatus.PAUSED


@given(changes=histories, now=st.integers(0, MAX_PAUSE_SECONDS))
def test_the_future_changes_nothing(changes: list[tuple[float, str]], now: int) -> None:
    known = [change for change in changes if change[0] <= DUE + now]
    assert at(DUE + now, *changes) is at(DUE + now, *known)
