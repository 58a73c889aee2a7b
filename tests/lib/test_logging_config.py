"""What may stand in a log: no reader's token, and no traceback for an answer that was meant."""

import logging
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from gunicorn.config import Config

from newsletter import settings as written
from newsletter.lib import logging_config
from newsletter.lib.signed_tokens import TokenSigner
from newsletter.web.site.gunicorn_logs import Logger
from tests.support import factories as make

TOKEN = TokenSigner(["secret"], purpose="reader", count=2).sign(7, 42)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"GET /u/{TOKEN} 200", "GET /u/… 200"),
        (f"Not Found: /p/{TOKEN[:20]}", "Not Found: /p/…"),
        (f"/v/{TOKEN}?letter=thanks and more", "/v/… and more"),
        (f"GET /c/{TOKEN} 200", "GET /c/… 200"),
        (f"GET /d/{TOKEN} 200", "GET /d/… 200"),
        (f"<https://news.example.org/u/{TOKEN}>", "<https://news.example.org/u/…>"),
        (f"'/U/{TOKEN}'", "'/U/…'"),
        (f"next=%2Fu%2F{TOKEN}", "next=%2Fu%2F…"),
        (f"/u/{TOKEN}/more/{TOKEN} end", "/u/… end"),
        (f"/u/{TOKEN[:9]}%3D{TOKEN[9:]}", "/u/…"),
        (f"Gone: /invitations/{TOKEN}", "Gone: /invitations/…"),
        (f"GET /password/reset/1-{TOKEN} 410", "GET /password/reset/… 410"),
        ("/users/invitations/12/again/", "/users/invitations/12/again/"),
        ("/usr/lib/python3/site-packages", "/usr/lib/python3/site-packages"),
        ("/srv/v/x.py", "/srv/v/x.py"),
        ("/stories/12/", "/stories/12/"),
    ],
)
def test_tokens_and_nothing_else_are_removed_from_a_line(text: str, shown: str) -> None:
    assert logging_config.without_tokens(text) == shown


def record(message: str, *args: object, problem: BaseException | None = None) -> logging.LogRecord:
    told = (type(problem), problem, problem.__traceback__) if problem else None
    return logging.LogRecord("x", logging.ERROR, "x", 1, message, args, told)


def test_neither_a_message_its_arguments_nor_a_traceback_shows_a_token() -> None:
    line = logging_config.LineFormatter(logging_config.LINE).format(
        record("%s failed", f"/u/{TOKEN}", problem=ValueError(f"/p/{TOKEN}"))
    )
    assert TOKEN not in line
    assert "/u/… failed" in line
    assert "ValueError: /p/…" in line


@pytest.mark.parametrize("newline", ["\n", "\\n"])  # of a traceback, and of one in a field of an event
def test_no_line_has_the_values_of_a_row_that_the_database_names(newline: str) -> None:
    error = [
        "UniqueViolation: duplicate key",
        "DETAIL:  Failing row contains (7, rita@example.org,",
        "Riverside 5).",
        "HINT:  Look.",
        "CONTEXT:  COPY readers, line 3: rita@example.org",
        "",
        "The above exception was the direct cause of the following exception:",
        "IntegrityError: duplicate key",
        "DÉTAIL : La clé (email)=(rita@example.org) existe déjà.",
        "",
    ]
    line = logging_config.LineFormatter("%(message)s").format(record("%s", newline.join(error)))
    assert line.split(newline) == [
        "UniqueViolation: duplicate key", "DETAIL: [row]", "HINT:  Look.", "CONTEXT: [row]", "", error[6], error[7],
        "DÉTAIL: [row]",
    ]  # fmt: skip


def test_the_logging_setting_uses_only_this_formatter() -> None:
    assert {made["()"] for made in written.LOGGING["formatters"].values()} == {logging_config.LineFormatter}
    assert written.LOGGING["loggers"]["django"] == {"handlers": []}


def test_gunicorn_uses_the_same_formatter(tmp_path: Path) -> None:
    file = tmp_path / "log"
    config = Config()
    config.set("errorlog", str(file))
    config.set("accesslog", str(file))
    logger = Logger(config)
    logger.error("Error handling request %s", f"/u/{TOKEN}")
    logger.access_log.info('"GET /v/%s HTTP/1.1" 200', TOKEN)
    for handler in [*logger.error_log.handlers, *logger.access_log.handlers]:
        handler.close()
    assert file.read_text().count("…") == 2
    assert TOKEN not in file.read_text()


@pytest.mark.django_db
def test_a_forbidden_page_is_one_log_line_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    client = Client()
    client.force_login(make.cora())
    keep = logging_config.ExpectedAnswers()
    log = logging.getLogger("django.request")
    log.addFilter(keep)
    try:
        assert client.get("/ops/").status_code == 403
    finally:
        log.removeFilter(keep)
    [told] = [one for one in caplog.records if one.name == "django.request"]
    assert (told.levelname, told.exc_info) == ("WARNING", None)
    assert "Traceback" not in logging_config.LineFormatter(logging_config.LINE).format(told)


def test_an_internal_error_keeps_its_traceback() -> None:
    told = record("Internal Server Error", problem=PermissionDenied())
    told.status_code = 500
    assert logging_config.ExpectedAnswers().filter(told)
    assert told.exc_info
