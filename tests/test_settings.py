"""Settings: an invalid value stops the start with a sentence that names the setting and gives a hint."""

import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

from newsletter.__main__ import main
from newsletter.accounts.models import Role
from newsletter.lib.errors import BadSetting
from tests.support.surroundings import ROOT

WEB_SETTINGS = ("BASE_URL", "PICTURES_URL", "SENDGRID_API_BASE")


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Read the settings like a process that starts with these variables."""

    def settings(**variables: str) -> dict[str, Any]:
        monkeypatch.setenv("NEWSLETTER_DATA", str(tmp_path / "data"))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        for module in ("newsletter.ops_settings", "newsletter.sign_in_settings"):
            monkeypatch.delitem(sys.modules, module, raising=False)
        return runpy.run_path(str(ROOT / "newsletter" / "settings.py"))

    return settings


@pytest.mark.parametrize("name", WEB_SETTINGS)
@pytest.mark.parametrize(
    "url",
    [
        "news.example.org",
        "ftp://news.example.org",
        "https://",
        "https:news.example.org",
        "http://[::1",
        "http://[zz]/",
        "https://news.example.org:https",
        "https://news.example.org:99999",
        "https://news.example.org:0",
        "https://news.example.org:",
        "https://news.example.org/?page=1",
        "https://news.example.org/#top",
        "https://news.example.org?",
        "https://news .example.org",
        "https://name:word@news.example.org",
        "https://zeitung-für-alle.example",
        '"https://news.example.org"',
        "“https://news.example.org”",
    ],
)
def test_an_invalid_url_stops_the_start(read: Any, name: str, url: str) -> None:
    with pytest.raises(BadSetting) as stopped:
        read(**{name: url})
    assert stopped.value.name == name
    assert str(stopped.value).startswith(f"{name} ")
    assert "word" not in str(stopped.value)


@pytest.mark.parametrize(
    ("given", "base", "host", "origin"),
    [
        ("https://news.example.org/", "https://news.example.org", "news.example.org", "https://news.example.org"),
        ("HTTPS://News.Example.org", "https://news.example.org", "news.example.org", "https://news.example.org"),
        ("https://example.org/news", "https://example.org/news", "example.org", "https://example.org"),
        ("https://example.org:443", "https://example.org:443", "example.org", "https://example.org"),
        ("http://[2001:db8::1]:8000", "http://[2001:db8::1]:8000", "[2001:db8::1]", "http://[2001:db8::1]:8000"),
        ("http://[::1]:8000", "http://[::1]:8000", "[::1]", "http://[::1]:8000"),
    ],
)
def test_the_base_url_gives_the_allowed_host_and_the_trusted_origin(
    read: Any, given: str, base: str, host: str, origin: str
) -> None:
    settings = read(BASE_URL=given)
    assert settings["BASE_URL"] == base
    assert settings["ALLOWED_HOSTS"][0] == host
    assert settings["CSRF_TRUSTED_ORIGINS"] == [origin]
    assert settings["HTTPS"] == base.startswith("https:")


@pytest.mark.parametrize(
    "url",
    [
        "localhost:6379",
        "localhost",
        "broker/0",
        "reds://:hidden@broker",
        "redis:broker",
        "redis://",
        "redis://:hidden@broker:99999/0",
        "redis://:hidden@broker/first",
        "redis://[::1/0",
        "redis+socket://",
        "unix:///run/redis.sock",
        "sentinel://one:26379;two:26379",
        "'redis://:hidden@broker/0'",
    ],
)
def test_an_invalid_broker_url_stops_the_start(read: Any, url: str) -> None:
    with pytest.raises(BadSetting) as stopped:
        read(REDIS_URL=url)
    assert stopped.value.name == "REDIS_URL"
    assert "hidden" not in str(stopped.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "redis://:hidden@broker:6379/0",
        "rediss://[::1]:6379",
        "redis+socket:///run/redis/redis.sock",
        "sentinel://:hidden@one:26379;sentinel://:hidden@two:26379",
        "amqps://name:hidden@rabbit/newsletter",
    ],
)
def test_a_valid_broker_url_is_kept_unchanged(read: Any, url: str) -> None:
    assert read(REDIS_URL=url)["REDIS_URL"] == url


@pytest.mark.parametrize("name", ["SENDGRID_API_KEY", "SECRET_KEY", "DATABASE_URL", "ALLOWED_HOSTS"])
def test_a_value_in_quotation_marks_stops_the_start(read: Any, name: str) -> None:
    with pytest.raises(BadSetting, match="quotation marks") as stopped:
        read(**{name: '"hidden"'})
    assert stopped.value.name == name
    assert "hidden" not in str(stopped.value)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("SG.".encode("utf-16"), "UTF-16"),
        ("SG.".encode("utf-16-le"), "UTF-16"),
        ("SG.schlüssel".encode("latin-1"), "not UTF-8"),
        (b"", "empty"),
        (b" \n", "empty"),
        (b"'SG.x'\n", "quotation marks"),
    ],
)
@pytest.mark.parametrize("name", ["SENDGRID_API_KEY", "SECRET_KEY", "REDIS_URL"])
def test_an_invalid_secret_file_stops_the_start(
    read: Any, tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    file = tmp_path / "value"
    file.write_bytes(content)
    with pytest.raises(BadSetting, match=problem) as stopped:
        read(**{f"{name}_FILE": str(file)})
    assert stopped.value.name == f"{name}_FILE"
    assert not (tmp_path / "data" / "secret-key").exists() or name != "SECRET_KEY"


def test_a_file_with_a_byte_order_mark_in_utf8_is_read(read: Any, tmp_path: Path) -> None:
    (tmp_path / "value").write_bytes(b"\xef\xbb\xbfSG.x\r\n")
    assert read(SENDGRID_API_KEY_FILE=str(tmp_path / "value"))["SENDGRID_API_KEY"] == "SG.x"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe"])
def test_a_damaged_generated_key_is_not_replaced(read: Any, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret-key").write_bytes(content)
    with pytest.raises(BadSetting, match="secret-key is empty or damaged"):
        read()
    assert (tmp_path / "data" / "secret-key").read_bytes() == content


@pytest.mark.parametrize("port", ["0", "65536", "http", "80.5", "nan", "inf", "-1"])
def test_an_invalid_port_stops_the_start(read: Any, port: str) -> None:
    with pytest.raises(BadSetting, match="WEB_PORT"):
        read(WEB_PORT=port)


@pytest.mark.parametrize(
    "url",
    ["mysql://host/name", "host/name", "postgres://[::1/name", "postgres://host:99999/name", "x"],
)
def test_an_invalid_database_url_stops_the_start(read: Any, url: str) -> None:
    with pytest.raises(BadSetting, match="DATABASE_URL"):
        read(DATABASE_URL=url)


@pytest.mark.parametrize(("prepares", "is_disabled"), [("yes", False), ("no", True)])
def test_a_pooler_gets_neither_prepared_statements_nor_cursors(read: Any, prepares: str, is_disabled: bool) -> None:
    database = read(DATABASE_URL="postgres://host/name", DATABASE_PREPARES=prepares)["DATABASES"]["default"]
    assert database["DISABLE_SERVER_SIDE_CURSORS"] is is_disabled
    assert (database["OPTIONS"]["prepare_threshold"] is None) is is_disabled


@pytest.mark.parametrize("hosts", ["https://news.example.org", "news.example.org:443", "news.example.org/"])
def test_an_allowed_host_with_more_than_a_name_stops_the_start(read: Any, hosts: str) -> None:
    with pytest.raises(BadSetting, match="ALLOWED_HOSTS"):
        read(ALLOWED_HOSTS=hosts)


def test_check_names_the_setting_that_stops_the_start(
    read: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def start(**_: Any) -> None:
        read(BASE_URL="https://news.example.org?")

    monkeypatch.setattr("newsletter.cli.app.app", start)
    with pytest.raises(SystemExit) as left:
        main(["check"])
    assert left.value.code == 1
    assert capsys.readouterr().err.startswith("BASE_URL is 'https://news.example.org?'; paths are appended to it.")


@pytest.mark.parametrize("days", ["1", "29"])
def test_batches_are_kept_for_ever_or_for_thirty_days_at_least(read: Any, days: str) -> None:
    with pytest.raises(BadSetting, match="at least 30"):
        read(BATCHES_KEPT_DAYS=days)
    assert read(BATCHES_KEPT_DAYS="0")["BATCHES_KEPT_DAYS"] == 0
    assert read(BATCHES_KEPT_DAYS="30")["BATCHES_KEPT_DAYS"] == 30


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REQUIRE_SECOND_FACTOR", "admin,boss"),
        ("STAFF_EMAIL_SENDER", "desk"),
        ("STAFF_EMAIL_SENDER", "Desk <desk@example.org>"),
        ("STAFF_EMAILS_PER_MINUTE", "0"),
        ("SESSION_IDLE_HOURS", "0"),
        ("SESSION_MAX_HOURS", "for ever"),
    ],
)
def test_an_invalid_setting_of_accounts_stops_the_start(read: Any, name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        read(**{name: value})


def test_every_role_may_be_named_as_one_that_must_have_a_second_factor(read: Any) -> None:
    assert read(REQUIRE_SECOND_FACTOR=",".join(Role.values))["REQUIRE_SECOND_FACTOR"] == Role.values


def test_over_https_other_hosts_of_the_domain_cannot_set_our_cookies(read: Any) -> None:
    settings = read(BASE_URL="https://news.example.org")
    assert settings["SESSION_COOKIE_NAME"] == "__Host-sessionid"
    assert settings["CSRF_COOKIE_NAME"] == "__Host-csrftoken"
    assert settings["SESSION_COOKIE_SECURE"]
    assert "SESSION_COOKIE_NAME" not in read(BASE_URL="http://127.0.0.1:8000")  # browsers refuse that name there
