import re

import pytest

from newsletter.publications.models import Publication
from tests.cli.conftest import Command
from tests.support.redis import RedisServer

KEY = "SG.not-a-real-key.but-one-that-must-never-be-shown"
SECRET = "another secret of 50 characters, never to be printed"


def test_a_new_installation_is_not_ready_and_the_check_says_why(newsletter: Command) -> None:
    result = newsletter("check")
    assert (result.status, result.err) == (1, "Not ready: 4 problems to fix.\n")
    assert (
        "stop: BASE_URL points to this machine: readers cannot unsubscribe. Set BASE_URL=https://… (base-url-local)"
        in result.out
    )


def test_a_ready_installation_passes_and_no_secret_is_shown(
    newsletter: Command, publication: Publication, settings: pytest.FixtureRequest, redis_server: RedisServer
) -> None:
    publication.sender_email, publication.auto_approve = "post@lantern.io", True
    publication.save()
    for name, value in {
        "BASE_URL": "https://news.lantern.io", "ALLOWED_HOSTS": ["news.lantern.io"], "SENDGRID_API_KEY": KEY,
        "SENDGRID_API_BASE": "", "SECRET_KEY": SECRET, "REDIS_URL": redis_server.url,
    }.items():  # fmt: skip
        setattr(settings, name, value)
    result = newsletter("check", "--json").data
    assert result["ready"] is True
    assert {finding["severity"] for finding in result["findings"]} <= {"warn"}
    assert newsletter("check").err == "Ready for real readers.\n"
    strict = newsletter("check", "--strict")
    assert strict.status == (1 if result["findings"] else 0)
    for secret in (KEY, SECRET):
        assert secret not in strict.out + strict.err


def test_the_versions_of_database_and_broker_are_shown(
    newsletter: Command, settings: pytest.FixtureRequest, redis_server: RedisServer
) -> None:
    settings.REDIS_URL = redis_server.url  # type: ignore[attr-defined]
    shown = newsletter("check").out
    assert re.search(r"^ok: The database is reachable: (SQLite|PostgreSQL) \d+\.[\d.]+\.$", shown, re.M)
    assert re.search(r"^ok: The broker is reachable: (Redis|Valkey) \d+\.[\d.]+\.$", shown, re.M)


@pytest.mark.parametrize("url", ["redis://:hidden@127.0.0.1:1/0", "amqp://name:hidden@127.0.0.1:1//"])
def test_a_broker_that_does_not_answer_is_a_stop_without_its_password(
    newsletter: Command, settings: pytest.FixtureRequest, url: str
) -> None:
    settings.REDIS_URL = url  # type: ignore[attr-defined]
    result = newsletter("check")
    assert result.status == 1
    assert re.search(r"^stop: Cannot use the broker: .*refused.* \(broker-unreachable\)$", result.out, re.M)
    assert "hidden" not in result.out + result.err
