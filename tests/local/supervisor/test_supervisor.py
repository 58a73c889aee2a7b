"""The supervisor, with small real processes."""

import errno
import json
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any, Never

import pytest

from newsletter.lib.errors import NewsletterError
from newsletter.local.supervisor import log_files, stale_processes
from newsletter.local.supervisor.managed_process import describe_exit
from newsletter.local.supervisor.supervisor import LOG_CHECK_SECONDS
from tests.local import little
from tests.local.conftest import System
from tests.local.little import keep_until, lives, part, wait_for_word
from tests.support.waiting import wait_until


def test_a_killed_process_is_restarted_with_one_message(system: System) -> None:
    system.start(part("web", little.SLEEPS), part("beat", little.SLEEPS))
    web, beat = system.pids()
    os.kill(web, signal.SIGKILL)
    keep_until(system, lambda: len(system.pids()) == 2 and web not in system.pids())
    assert beat in system.pids()
    assert len(system.said) == 1
    assert system.said[0].startswith("web stopped unexpectedly (SIGKILL). Restarting in 0.05 s.")
    assert str(system.log_path("web")) in system.said[0]


def test_pauses_between_restarts_grow(system: System) -> None:
    system.start(part("web", little.SLEEPS))
    for _ in range(3):
        seen = system.pids()
        os.kill(seen[0], signal.SIGKILL)
        keep_until(system, lambda seen=seen: system.pids() not in ([], seen))  # type: ignore[misc]  # bound at once
    assert [sentence.partition("Restarting in ")[2].split()[0] for sentence in system.said] == ["0.05", "0.1", "0.2"]


def test_a_full_disk_does_not_keep_a_process_from_being_started_again(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    system.start(part("web", little.SLEEPS), part("beat", little.SLEEPS))
    web, beat = system.pids()
    with monkeypatch.context() as full:
        full.setattr(stale_processes, "record_processes", raise_disk_full)
        os.kill(web, signal.SIGKILL)
        keep_until(system, lambda: len(system.pids()) == 2 and web not in system.pids())
    assert beat in system.pids()
    assert system.said[-1].endswith("processes.json cannot be written: No space left on device.")
    system._logs_checked_at = -LOG_CHECK_SECONDS  # the next look is due
    keep_until(system, lambda: {entry["pid"] for entry in noted(system)} == set(system.pids()))


def test_a_start_that_a_full_disk_refuses_is_tried_again_and_the_others_go_on(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    system.start(part("web", little.SLEEPS), part("beat", little.SLEEPS))
    web, beat = system.pids()
    with monkeypatch.context() as full:
        full.setattr(log_files, "open_log", raise_disk_full)
        os.kill(web, signal.SIGKILL)
        keep_until(system, lambda: len(system.said) == 3)
        assert system.pids() == [beat]
    assert system.said[1] == "web cannot be started: No space left on device. Trying again in 0.1 s."
    keep_until(system, lambda: len(system.pids()) == 2)
    assert beat in system.pids()


def test_a_first_start_that_a_full_disk_refuses_is_one_sentence(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_files, "open_log", raise_disk_full)
    with pytest.raises(NewsletterError, match=r"^web could not be started: No space left on device\.$"):
        system.start(part("web", little.SLEEPS))


def raise_disk_full(*_: object) -> Never:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def noted(system: System) -> Any:
    return json.loads((system.log_path("x").parent.parent / "processes.json").read_text())


def test_restarts_go_on_after_days_of_failures(system: System) -> None:
    system.start(part("web", little.SLEEPS))
    [web] = system.pids()
    next(system._all()).failures = 5_000
    os.kill(web, signal.SIGKILL)
    keep_until(system, lambda: len(system.said) == 1)
    assert "Restarting in 30 s." in system.said[0]


def test_a_stop_ends_every_process(system: System) -> None:
    system.start(part("broker", little.SLEEPS))
    system.start(part("web", little.SLEEPS), part("worker", little.SLEEPS))
    pids = system.pids()
    assert len(pids) == 3
    system.stop()
    assert not any(lives(pid) for pid in pids)
    assert system.pids() == []
    assert system.said == []


def test_a_later_tier_is_stopped_before_an_earlier_one(system: System, tmp_path: Path) -> None:
    order = tmp_path / "order"
    notes = (
        "import signal, sys, time\n"
        f"def end(*_):\n    open({str(order)!r}, 'a').write(NAME); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); print('ready', flush=True); time.sleep(600)"
    )
    system.start(part("broker", notes.replace("NAME", "'broker '")))
    system.start(part("worker", "import atexit, time\n" + notes.replace("NAME", "'worker '")))
    for name in ("broker", "worker"):
        wait_for_word(system.log_path(name), "ready")
    system.stop()
    assert order.read_text().split() == ["worker", "broker"]


def test_a_process_that_ignores_sigterm_is_killed_after_its_grace(system: System) -> None:
    system.start(part("worker", little.IGNORES_TERM, grace=0.3))
    wait_for_word(system.log_path("worker"), "deaf")
    (pid,) = system.pids()
    system.stop()
    assert not lives(pid)
    assert system.said == ["worker did not stop in time and was killed."]


def test_a_second_stop_request_shortens_the_grace(system: System) -> None:
    system.start(part("worker", little.IGNORES_TERM, grace=3600))
    wait_for_word(system.log_path("worker"), "deaf")
    (pid,) = system.pids()
    system.wishes = [1, 1, 2]
    system.stop()
    assert not lives(pid)


def test_children_of_a_process_end_with_it(system: System) -> None:
    system.start(part("web", little.HAS_A_CHILD))
    child = int(wait_for_word(system.log_path("web"), "child").split()[1])
    os.kill(system.pids()[0], signal.SIGKILL)
    keep_until(system, lambda: bool(system.said))
    wait_until(lambda: not lives(child))


def test_a_service_that_cannot_start_is_reported_with_the_end_of_its_log(system: System) -> None:
    never = part("web", little.FAILS)
    with pytest.raises(NewsletterError, match=r"web could not be started: status 3\.(?s:.*)out of luck"):
        system.start(replace(never, ready=lambda: False))


def test_a_service_that_does_not_get_ready_fails_after_its_start_timeout(system: System) -> None:
    slow = part("web", little.SLEEPS)
    with pytest.raises(NewsletterError, match=r"not ready after 0\.2 s"):
        system.start(replace(slow, ready=lambda: False, start_timeout=0.2))


def test_a_stop_request_ends_the_wait_for_a_start(system: System) -> None:
    slow = part("web", little.SLEEPS)

    def ready() -> bool:
        system.wishes = [1]
        return False

    system.start(replace(slow, ready=ready, start_timeout=3600))
    assert len(system.pids()) == 1


def test_a_missing_program_is_named_in_the_log(system: System) -> None:
    part_ = part("web", "")
    with pytest.raises(NewsletterError, match="/no/such/program cannot be started: No such file or directory"):
        system.start(replace(part_, command=("/no/such/program",), ready=lambda: False))


@pytest.mark.parametrize(("status", "words"), [(0, "status 0"), (3, "status 3"), (-9, "SIGKILL"), (-99, "signal 99")])
def test_an_exit_status_in_words(status: int, words: str) -> None:
    assert describe_exit(status) == words


def test_a_process_that_may_lose_a_sigterm_gets_another_one(system: System) -> None:
    ends_at_the_second = (
        "import signal, sys, time\n"
        "received = []\n"
        "signal.signal(signal.SIGTERM, lambda *_: received.append(1) or len(received) > 1 and sys.exit())\n"
        "print('ready', flush=True)\n"
        "while True: time.sleep(600)"
    )
    beat = part("beat", ends_at_the_second, grace=60)
    system.start(replace(beat, needs_repeated_sigterm=True))
    wait_for_word(system.log_path("beat"), "ready")
    system.stop()
    assert system.said == []
