import pytest

from newsletter.publications.models import Publication
from tests.cli.conftest import Command

KEY = "SG.not-a-real-key.but-one-that-must-never-be-shown"
SECRET = "another secret of 50 characters, never to be printed"


def test_a_new_house_is_not_ready_and_says_why(newsletter: Command) -> None:
    told = newsletter("check")
    assert (told.status, told.err) == (1, "Not ready: 4 to mend.\n")
    assert (
        "stop: BASE_URL is this machine: no reader could unsubscribe. Set BASE_URL=https://… (base-url-local)"
        in told.out
    )


def test_a_house_that_is_ready_is_told_so_and_no_secret_is_shown(
    newsletter: Command, publication: Publication, settings: pytest.FixtureRequest
) -> None:
    publication.sender_email, publication.approves_itself = "post@lantern.io", True
    publication.save()
    for name, value in {
        "BASE_URL": "https://news.lantern.io", "ALLOWED_HOSTS": ["news.lantern.io"], "SENDGRID_API_KEY": KEY,
        "SENDGRID_API_BASE": "", "SECRET_KEY": SECRET, "REDIS_URL": "redis://:hidden@broker/0",
    }.items():  # fmt: skip
        setattr(settings, name, value)
    told = newsletter("check", "--json").data
    assert told["ready"] is True
    assert {finding["severity"] for finding in told["findings"]} <= {"warn"}
    assert newsletter("check").err == "Ready for real readers.\n"
    strict = newsletter("check", "--strict")
    assert strict.status == (1 if told["findings"] else 0)
    for secret in (KEY, SECRET, "hidden"):
        assert secret not in strict.out + strict.err
