from datetime import timedelta

from newsletter.lib import clock
from newsletter.ops import heartbeats
from newsletter.ops.system_status import WORKER_QUEUES
from newsletter.publications.models import Publication
from tests.cli.conftest import Command
from tests.support import factories as make


def all_alive() -> None:
    now = clock.now()
    heartbeats.record_worker("worker-1", queues=WORKER_QUEUES, now=now)
    for queue in WORKER_QUEUES:
        heartbeats.record_queue(queue, waiting=3 if queue == "dispatch" else 0, oldest_seconds=1.5, now=now)


def test_a_house_without_workers_is_broken_and_says_so(newsletter: Command) -> None:
    told = newsletter("status")
    assert told.status == 1
    assert told.out.startswith("No worker has reported yet.")


def test_a_healthy_system_shows_its_worker_queues_and_editions(newsletter: Command, publication: Publication) -> None:
    all_alive()
    edition = make.edition(publication, due_at=clock.now() + timedelta(hours=1))
    words = newsletter("status").text
    assert words.startswith("All systems normal.")
    assert "dispatch 3 2 s 1" in words
    assert f"{edition.pk} morning" in words
    result = newsletter("status", "--json").data
    assert result["level"] == "well"
    assert [queue["name"] for queue in result["queues"]] == list(WORKER_QUEUES)
    assert result["editions"][0] | {"due_at": ""} == {
        "id": edition.pk, "publication": "morning", "due_at": "", "state": "planned", "reason": "", "progress": None,
    }  # fmt: skip


def test_a_broken_system_gives_json_and_status_1(newsletter: Command) -> None:
    result = newsletter("status", "--json")
    assert result.status == 1
    assert '"level": "broken"' in result.out
