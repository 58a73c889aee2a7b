"""The task that sends confirmation emails, and the clean-up that erases what nobody confirmed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from newsletter.audience.consent_events import ConsentEvidence
from newsletter.audience.models import Confirmation, ConsentMethod, Subscriber
from newsletter.audience.sign_up import sign_up
from newsletter.lib import clock
from newsletter.postbox.postbox import Postbox
from tests.support import factories as make
from workers.queues import ROUTES
from workers.tasks import maintenance

pytestmark = pytest.mark.django_db
PAGE = ConsentEvidence(ConsentMethod.SIGN_UP_PAGE, "/j/morning")


@pytest.fixture(autouse=True)
def _fresh_process() -> Iterator[None]:
    """Nothing that this process remembers of the provider belongs to another test."""
    maintenance._mail_client.cache_clear()
    maintenance._provider_away["until"] = 0.0
    yield
    if maintenance._mail_client.cache_info().currsize:
        maintenance._mail_client().close()
    maintenance._mail_client.cache_clear()
    maintenance._provider_away["until"] = 0.0


def test_the_task_sends_what_is_ordered_on_the_maintenance_queue(settings: Any, postbox: Postbox) -> None:
    settings.SENDGRID_API_BASE = postbox.url
    sign_up(make.publication(), email="rita@example.org", evidence=PAGE, now=clock.now())
    maintenance.send_confirmations()
    assert len(postbox.letters()) == 1
    maintenance.send_confirmations()
    assert len(postbox.letters()) == 1
    assert ROUTES["workers.tasks.maintenance.*"] == {"queue": "maintenance"}


def test_while_the_provider_is_away_the_worker_does_other_things(settings: Any) -> None:
    settings.SENDGRID_API_BASE = "http://127.0.0.1:1"
    publication = make.publication()
    for number in range(3):
        sign_up(publication, email=f"reader{number}@example.org", evidence=PAGE, now=clock.now())
    for _ in range(5):
        maintenance.send_confirmations()
    assert sorted(Confirmation.objects.values_list("tries", flat=True)) == [0, 0, 1]


def test_the_clean_up_erases_what_nobody_confirmed() -> None:
    sign_up(make.publication(), email="rita@example.org", evidence=PAGE, now=clock.now() - timedelta(days=8))
    maintenance.clean_up()
    assert not Subscriber.objects.exists()


def test_a_step_of_the_clean_up_that_fails_does_not_keep_the_others_from_their_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*, now: object) -> None:
        raise RuntimeError(now)

    sign_up(make.publication(), email="rita@example.org", evidence=PAGE, now=clock.now() - timedelta(days=8))
    monkeypatch.setattr(maintenance, "CLEAN_UP", (fail, *maintenance.CLEAN_UP))
    maintenance.clean_up()
    assert not Subscriber.objects.exists()
