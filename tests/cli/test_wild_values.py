"""Any value of an option or argument is accepted or refused in one sentence, never with a traceback.

All commands run in one test, because building the rows they need takes longer than most of them. A parameter that
several commands share, such as --publication, has one parser: the first command with it gets every value, the others
get two each, in rotation. The parameters of commands that render an email get four.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models import IntegerField
from typer.core import TyperArgument
from typer.main import get_command

from newsletter.cli.app import app
from newsletter.delivery.dispatches import open_dispatch
from newsletter.delivery.states import BatchState
from newsletter.giving.models import Appeal
from newsletter.lib import clock
from newsletter.local import letter_screenshots
from newsletter.publications.models import Publication
from tests.cli.conftest import Answer, Command
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.long

NUMBER_VALUES = ("", "0", "-1", "9" * 30, "NaN", "1e400", "٣", "²")
TEXT_VALUES = (
    *("", "0", "true", "3=9=4", "||", "%s{0}{amount}", "0001-01-01T00:00", "9999-12-31", "9999-12-31T23:59-12:00"),
    *("2026-13-40", "٢٠٢٦-١٢-٠١", "x" * 5000, "\u202e<b>\x1b[31m\u2028", "\udcff", "/", "FREQ=SECONDLY"),
)
EXCLUDED = frozenset({"run", "postbox", "migrate", "manage"})  # they serve until stopped, or pass on their arguments
RENDERING = frozenset(  # slow
    {"editions screenshot", "editions preview", "publications template check", "publications template set"}
)
RENDERING_VALUES = ("", "9" * 30, "x" * 5000, "\udcff")
MAX_FULL_FIELDS = 3  # of one type in a model get every value
UNSHARED = frozenset({"file", "assignments"})  # the same help, but each command has its own parser
MAX_SENTENCE_LENGTH = 1500  # characters; the choices of an option are listed, such as all acts


def every_command(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from every_command(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


PROGRAM = get_command(app)
COMMANDS = {name: command for name, command in every_command(PROGRAM) if name not in EXCLUDED}


def parameters(command: Any) -> list[Any]:
    """Return the options and arguments that take a value."""
    return [parameter for parameter in command.params if not getattr(parameter, "is_flag", False)]


def wild_values(command: str, parameter: Any, seen: Counter[tuple[str, str]]) -> tuple[str, ...]:
    """Return the values to try. `seen` counts the earlier commands with the same parameter."""
    values = NUMBER_VALUES if parameter.type_descriptor.annotation is int else TEXT_VALUES
    key = (parameter.opts[0], parameter.help)
    seen[key] += 1
    if (turn := seen[key] - 1) and key[0] not in UNSHARED:
        return values[2 * turn % len(values) :][:2]
    return RENDERING_VALUES if command in RENDERING else values


@pytest.fixture
def needed(publication: Publication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A valid value for every required parameter, by name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("typer.main.get_command", lambda _: PROGRAM)  # built once, not for each of a thousand calls
    # `editions screenshot` is tried here for its options; taking a screenshot has its own test
    monkeypatch.setattr("newsletter.local.letter_screenshots.find_browser", lambda: Path("chromium"))
    take = letter_screenshots.take_screenshots
    monkeypatch.setattr(
        "newsletter.local.letter_screenshots.take_screenshots",
        lambda html, *, program: {"600": b"PNG"} if program == Path("chromium") else take(html, program=program),
    )
    make.eddie()
    make.otto()
    file = tmp_path / "readers.csv"
    file.write_text("email,date,amount,currency\nrita@example.org,2026-11-20,25,USD\n", encoding="utf-8")
    make.readers(publication, 2)
    dispatch = open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
    assert dispatch
    dispatch.batches.update(state=BatchState.REFUSED)
    make.story(publication)
    edition = make.edition(publication, due_at=clock.now() + timedelta(minutes=30))
    return {
        "story": str(make.story(publication).pk),
        "to": "1",
        "appeal": str(make.appeal(publication).pk),
        "edition": str(edition.pk),
        "dispatch": str(dispatch.edition_id),
        "assignments": "name=Another",
        "file": str(file),
        "source": "a form",
        "email": "eddie@example.org",
        "role": "curator",
        "reason": "because",
        "at": "2026-12-01T06:00",
        "resolution": "send-again",
        "batch": "1",
        "tokens": "A" * 43,
        "version": "1",
        "domain": "example.org",
        "slug": "morning",
        "name": "Another",
        "heading": "Heading",
        "button": "Give",
        "url": "https://example.org/give",
        "sender_name": "The Post",
        "sender_email": "post@example.org",
        "postal_address": "1 Main Street",
        "send_time": "07:00",
    }


def base(name: str, needed: dict[str, str]) -> dict[str, str]:
    """Return valid values for the required parameters of command `name`."""
    given = {each.name: valid_value(each, needed) for each in parameters(COMMANDS[name]) if each.required}
    if name.startswith("dispatches"):
        given["edition"] = needed["dispatch"]
    if name == "publications add":
        given["slug"] = "evening"
    return given


def valid_value(parameter: Any, needed: dict[str, str]) -> str:
    """Return the first choice of a parameter that has choices, and otherwise the value by its name."""
    kind = parameter.type_descriptor.annotation
    if isinstance(kind, type) and issubclass(kind, Enum) and needed.get(parameter.name) not in [*kind]:
        return str(next(iter(kind)).value)
    return needed.get(parameter.name, "1")


MONITORING = ("ops queues", "ops failures")  # status 2 says that something is broken, as monitoring programs expect


def run_command(newsletter: Command, name: str, given: dict[str, str]) -> Answer:
    """Run command `name` with `given`, with --json where it has that, and roll back its changes."""
    command, options, arguments = COMMANDS[name], name.split(), []
    for parameter in parameters(command):
        if parameter.name in given:
            value = given[parameter.name]
            if isinstance(parameter, TyperArgument):
                arguments.append(value)
            else:
                options.append(f"{parameter.opts[0]}={value}")
    flags = {flag for each in command.params for flag in each.opts if getattr(each, "is_flag", False)}
    options += [flag for flag in ("--yes", "--json", "--password-stdin") if flag in flags]
    with transaction.atomic():
        answer = newsletter(*options, "--", *arguments, stdin="a long enough sentence\n")
        transaction.set_rollback(True)
    if answer.status == 0 and "--json" in options:
        for line in [answer.out] if not answer.out.startswith('{"') else answer.out.splitlines():
            assert not line or json.loads(line) is not None
    return answer


def problem_of(answer: Answer) -> str:
    """Return what is wrong with an answer, or an empty string."""
    if answer.status == 0:
        return ""
    if answer.status not in (1, 2):
        return f"status {answer.status}"
    if "Traceback" in answer.err or not answer.err.strip() + answer.out.strip():
        return "no sentence"
    if answer.status == 1 and max(map(len, answer.err.splitlines()), default=0) > MAX_SENTENCE_LENGTH:
        return "a very long sentence"
    if any(not (character.isprintable() or character == "\n") for character in answer.err):
        return "control characters"
    return ""


def problem_with(newsletter: Command, name: str, given: dict[str, str]) -> str:
    """Run a command and return what is wrong, or an empty string."""
    try:
        return problem_of(run_command(newsletter, name, given))
    except Exception as error:  # noqa: BLE001 — the test reports all of them at once
        return repr(error)[:200]


def test_any_value_of_any_parameter_is_accepted_or_refused_in_a_sentence(
    newsletter: Command, needed: dict[str, str], some: Callable[[Sequence[str], int], Sequence[str]]
) -> None:
    problems, seen = {}, Counter[tuple[str, str]]()
    for name, command in COMMANDS.items():
        given = base(name, needed)
        if name not in RENDERING:  # valid values are accepted, or a wild value could be refused because of another one
            valid = run_command(newsletter, name, given)
            assert valid.status in (0, 1) or name in MONITORING, f"{name} {given}: {valid.err}"
        for parameter in parameters(command):
            for value in some(wild_values(name, parameter, seen), 3):
                problem = problem_with(newsletter, name, given | {parameter.name: value})
                problems[name, parameter.opts[0], value[:40]] = problem
    assert {key: problem for key, problem in problems.items() if problem} == {}


@pytest.mark.parametrize("model", [Appeal, Publication])
def test_any_value_of_any_field_is_accepted_or_refused_in_a_sentence(
    newsletter: Command, needed: dict[str, str], model: type[Appeal] | type[Publication]
) -> None:
    name = "appeals set" if model is Appeal else "publications set"
    problems, seen = {}, Counter[str]()
    for field in model._meta.concrete_fields:
        kind = type(field).__name__
        values: tuple[str, ...] = NUMBER_VALUES if isinstance(field, IntegerField) else TEXT_VALUES
        if seen[kind] >= MAX_FULL_FIELDS:  # one parser a type of field: every value went to the fields before
            values = values[2 * seen[kind] % len(values) :][:2]
        seen[kind] += 1
        for value in values:
            given = base(name, needed) | {"assignments": f"{field.name}={value}"}
            problems[field.name, value[:40]] = problem_with(newsletter, name, given)
    assert {key: problem for key, problem in problems.items() if problem} == {}
