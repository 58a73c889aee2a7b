"""Hearing that a person wants the end."""

import os
import signal

import pytest

from newsletter.local.supervisor import stop_signals
from newsletter.local.supervisor.stop_signals import count_stop_requests


@pytest.mark.parametrize("number", stop_signals.STOP_SIGNALS)
def test_each_way_of_asking_is_heard_and_ends_nothing_by_itself(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with count_stop_requests() as asked:
        os.kill(os.getpid(), number)
        assert asked() == 1
    assert signal.getsignal(number) is before


def test_one_wish_passed_on_as_two_signals_counts_once() -> None:
    with count_stop_requests() as asked:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        assert asked() == 1


def test_asking_again_later_counts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop_signals, "SAME_REQUEST_SECONDS", -1.0)
    with count_stop_requests() as asked:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        assert asked() == 2


def test_a_closed_terminal_means_nothing_under_nohup() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with count_stop_requests() as asked:
            os.kill(os.getpid(), signal.SIGHUP)
            assert asked() == 0
    finally:
        signal.signal(signal.SIGHUP, before)
