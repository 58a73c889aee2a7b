import re

import pytest

from newsletter.publications.models import Publication
from tests.cli.conftest import Command
from tests.support.redis import RedisServer

KEY = "SG.not-a-real-key.but-one-that-must-never-be-shown"
SECRET = "another secret of 50 characters, never to be printed"


def test_a_new_house_is_not_ready_and_says_why(newsletter: Command) -> None:
    told = newsletter("check")
    assert (told.status, told.err) == (1, "Not ready: 4 to hint.\n")
    assert (
        "stop: BASE_URL is this machine: no reader could unsubscribe. Set BASE_URL=https://… (base-url-local)"
        in told.out
    )


def test_a_house_that_is_ready_is_told_so_and_no_secret_is_shown(
    newsletter: Command, publication: Publication, settings: pytest.FixtureRequest, redis_server: RedisServer
) -> None:
    publication.sender_email, publication.auto_approve = "post@lantern.io", True
    publication.save()
    for name, value in {
        "BASE_URL": "https://news.lantern.io", "ALLOWED_HOSTS": ["news.lantern.io"], "SENDGRID_API_KEY": KEY,
        "SENDGRID_API_BASE": "", "SECRET_KEY": SECRET, "REDIS_URL": redis_server.url,
    }.items():  # fmt: skip
        setattr(settings, name, value)
    told = newsletter("check", "--json").data
    assert told["ready"] is True
    assert {finding["severity"] for finding in told["findings"]} <= {"warn"}
    assert newsletter("check").err == "Ready for real readers.\n"
    strict = newsletter("check", "--strict")
    assert strict.status == (1 if told["findings"] else 0)
    for secret in (KEY, SECRET):
        assert secret not in strict.out + strict.err


def test_what_database_and_broker_answer_is_said(
    newsletter: Command, settings: pytest.FixtureRequest, redis_server: RedisServer
) -> None:
    settings.REDIS_URL = redis_server.url  # type: ignore[attr-defined]
    said = newsletter("check").out
    assert re.search(r"^ok: The database answers: (SQLite|PostgreSQL) \d+\.[\d.]+\.$", said, re.M)
    assert re.search(r"^ok: The broker answers: (Redis|Valkey) \d+\.[\d.]+\.$", said, re.M)


@pytest.mark.parametrize("url", ["redis://:hidden@127.0.0.1:1/0", "amqp://name:hidden@127.0.0.1:1//"])
def test_a_broker_that_does_not_answer_is_a_stop_without_its_password(
    newsletter: Command, settings: pytest.FixtureRequest, url: str
) -> None:
    settings.REDIS_URL = url  # type: ignore[attr-defined]
    told = newsletter("check")
    assert told.status == 1
    assert re.search(r"^stop: The broker cannot be used: .*refused.* \(broker-silent\)$", told.out, re.M)
    assert "hidden" not in told.out + told.err
