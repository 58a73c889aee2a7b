"""The supervisor, with real little processes."""

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
from newsletter.local.supervisor.managed_process import how_it_ended
from newsletter.local.supervisor.supervisor import LOG_LOOK
from tests.local import little
from tests.local.conftest import House
from tests.local.little import keep_until, lives, part, wait_for_word
from tests.support.waiting import wait_until


def test_a_killed_process_is_started_again_and_one_sentence_says_so(house: House) -> None:
    house.start(part("web", little.SLEEPS), part("beat", little.SLEEPS))
    web, beat = house.leaders()
    os.kill(web, signal.SIGKILL)
    keep_until(house, lambda: len(house.leaders()) == 2 and web not in house.leaders())
    assert beat in house.leaders()
    assert len(house.said) == 1
    assert house.said[0].startswith("web stopped unexpectedly (SIGKILL); it is started again in 0.05 s.")
    assert str(house.log("web")) in house.said[0]


def test_pauses_between_tries_grow(house: House) -> None:
    house.start(part("web", little.SLEEPS))
    for _ in range(3):
        seen = house.leaders()
        os.kill(seen[0], signal.SIGKILL)
        keep_until(house, lambda seen=seen: house.leaders() not in ([], seen))  # type: ignore[misc]  # bound at once
    assert [sentence.partition(" again in ")[2].split()[0] for sentence in house.said] == ["0.05", "0.1", "0.2"]


def test_a_full_disk_does_not_keep_a_process_from_being_started_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.start(part("web", little.SLEEPS), part("beat", little.SLEEPS))
    web, beat = house.leaders()
    with monkeypatch.context() as full:
        full.setattr(stale_processes, "remember", raise_disk_full)
        os.kill(web, signal.SIGKILL)
        keep_until(house, lambda: len(house.leaders()) == 2 and web not in house.leaders())
    assert beat in house.leaders()
    assert house.said[-1].endswith("processes.json cannot be written: No space left on device.")
    house._logs_seen = -LOG_LOOK  # the next look is due
    keep_until(house, lambda: {entry["pid"] for entry in noted(house)} == set(house.leaders()))


def test_a_start_that_a_full_disk_refuses_is_tried_again_and_the_others_go_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.start(part("web", little.SLEEPS), part("beat", little.SLEEPS))
    web, beat = house.leaders()
    with monkeypatch.context() as full:
        full.setattr(log_files, "open_log", raise_disk_full)
        os.kill(web, signal.SIGKILL)
        keep_until(house, lambda: len(house.said) == 3)
        assert house.leaders() == [beat]
    assert house.said[1] == "web cannot be started: No space left on device; it is tried again in 0.1 s."
    keep_until(house, lambda: len(house.leaders()) == 2)
    assert beat in house.leaders()


def test_a_first_start_that_a_full_disk_refuses_is_one_sentence(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_files, "open_log", raise_disk_full)
    with pytest.raises(NewsletterError, match=r"^web could not be started: No space left on device\.$"):
        house.start(part("web", little.SLEEPS))


def raise_disk_full(*_: object) -> Never:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def noted(house: House) -> Any:
    return json.loads((house.log("x").parent.parent / "processes.json").read_text())


def test_after_days_of_failures_it_is_still_tried_again(house: House) -> None:
    house.start(part("web", little.SLEEPS))
    [web] = house.leaders()
    next(house._all()).failures = 5_000
    os.kill(web, signal.SIGKILL)
    keep_until(house, lambda: len(house.said) == 1)
    assert "it is started again in 30 s." in house.said[0]


def test_a_stop_ends_every_process(house: House) -> None:
    house.start(part("broker", little.SLEEPS))
    house.start(part("web", little.SLEEPS), part("worker", little.SLEEPS))
    pids = house.leaders()
    assert len(pids) == 3
    house.stop()
    assert not any(lives(pid) for pid in pids)
    assert house.leaders() == []
    assert house.said == []


def test_what_stands_on_something_is_stopped_before_it(house: House, tmp_path: Path) -> None:
    order = tmp_path / "order"
    notes = (
        "import signal, sys, time\n"
        f"def end(*_):\n    open({str(order)!r}, 'a').write(NAME); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); print('ready', flush=True); time.sleep(600)"
    )
    house.start(part("broker", notes.replace("NAME", "'broker '")))
    house.start(part("worker", "import atexit, time\n" + notes.replace("NAME", "'worker '")))
    for name in ("broker", "worker"):
        wait_for_word(house.log(name), "ready")
    house.stop()
    assert order.read_text().split() == ["worker", "broker"]


def test_a_stubborn_process_is_ended_by_force_after_its_grace(house: House) -> None:
    house.start(part("worker", little.IGNORES_TERM, grace=0.3))
    wait_for_word(house.log("worker"), "deaf")
    (pid,) = house.leaders()
    house.stop()
    assert not lives(pid)
    assert house.said == ["worker did not stop in time and is ended by force."]


def test_asking_twice_waits_for_no_grace(house: House) -> None:
    house.start(part("worker", little.IGNORES_TERM, grace=3600))
    wait_for_word(house.log("worker"), "deaf")
    (pid,) = house.leaders()
    house.wishes = [1, 1, 2]
    house.stop()
    assert not lives(pid)


def test_children_of_a_process_end_with_it(house: House) -> None:
    house.start(part("web", little.HAS_A_CHILD))
    child = int(wait_for_word(house.log("web"), "child").split()[1])
    os.kill(house.leaders()[0], signal.SIGKILL)
    keep_until(house, lambda: bool(house.said))
    wait_until(lambda: not lives(child))


def test_what_cannot_start_is_told_with_the_end_of_its_log(house: House) -> None:
    never = part("web", little.FAILS)
    with pytest.raises(NewsletterError, match=r"web could not be started: status 3\.(?s:.*)out of luck"):
        house.start(replace(never, ready=lambda: False))


def test_what_does_not_get_ready_is_not_waited_for_for_ever(house: House) -> None:
    slow = part("web", little.SLEEPS)
    with pytest.raises(NewsletterError, match=r"not ready after 0\.2 s"):
        house.start(replace(slow, ready=lambda: False, patience=0.2))


def test_a_start_is_given_up_when_a_person_asks_for_the_end(house: House) -> None:
    slow = part("web", little.SLEEPS)

    def ready() -> bool:
        house.wishes = [1]
        return False

    house.start(replace(slow, ready=ready, patience=3600))
    assert len(house.leaders()) == 1


def test_a_program_that_is_not_there_is_a_sentence_in_the_log(house: House) -> None:
    part_ = part("web", "")
    with pytest.raises(NewsletterError, match="/no/such/program cannot be started: No such file or directory"):
        house.start(replace(part_, command=("/no/such/program",), ready=lambda: False))


@pytest.mark.parametrize(("status", "words"), [(0, "status 0"), (3, "status 3"), (-9, "SIGKILL"), (-99, "signal 99")])
def test_an_exit_status_in_words(status: int, words: str) -> None:
    assert how_it_ended(status) == words


def test_a_forgetful_process_is_told_again(house: House) -> None:
    hears_the_second = (
        "import signal, sys, time\n"
        "heard = []\n"
        "signal.signal(signal.SIGTERM, lambda *_: heard.append(1) or len(heard) > 1 and sys.exit())\n"
        "print('ready', flush=True)\n"
        "while True: time.sleep(600)"
    )
    beat = part("beat", hears_the_second, grace=60)
    house.start(replace(beat, forgetful=True))
    wait_for_word(house.log("beat"), "ready")
    house.stop()
    assert house.said == []
