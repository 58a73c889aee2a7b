"""Whatever is typed for an option or an argument is taken, or refused in one sentence: never with a traceback."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models import IntegerField
from typer.core import TyperArgument
from typer.main import get_command

from newsletter.cli.app import app
from newsletter.delivery.dispatches import open_dispatch
from newsletter.delivery.models import BatchState
from newsletter.giving.models import Appeal
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.cli.conftest import Answer, Command
from tests.support import factories as make
from tests.support.factories import MONDAY

NUMBERS = ("", "0", "-1", "9" * 30, "NaN", "1e400", "٣", "²")
WORDS = (
    *("", "0", "true", "3=9=4", "||", "%s{0}{amount}", "0001-01-01T00:00", "9999-12-31", "9999-12-31T23:59-12:00"),
    *("2026-13-40", "٢٠٢٦-١٢-٠١", "x" * 5000, "\u202e<b>\x1b[31m\u2028", "\udcff", "/", "FREQ=SECONDLY"),
)
LASTING = frozenset({"run", "postbox", "migrate", "manage"})  # these serve, or hand on what they are given
RENDERING = frozenset(  # takes a while each time
    {"editions screenshot", "editions preview", "publications template check", "publications template set"}
)
LONGEST_SENTENCE = 1000  # characters


def every_command(group: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from every_command(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


PROGRAM = get_command(app)
COMMANDS = {name: command for name, command in every_command(PROGRAM) if name not in LASTING}


def values(command: Any) -> list[Any]:
    """The options and arguments that take a value."""
    return [one for one in command.params if not getattr(one, "is_flag", False)]


def wild(command: str, option: Any) -> tuple[str, ...]:
    few = NUMBERS if option.type_descriptor.annotation is int else WORDS
    return few if command not in RENDERING else ("", "9" * 30, "x" * 5000, "\udcff")


@pytest.fixture
def needed(publication: Publication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A value that is right for everything that has to be given, by its name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("typer.main.get_command", lambda _: PROGRAM)  # made once, not for each of thousands of calls
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
    """What command `name` cannot do without."""
    given = {one.name: needed.get(one.name, "1") for one in values(COMMANDS[name]) if one.required}
    if name.startswith("dispatches"):
        given["edition"] = needed["dispatch"]
    if name == "publications add":
        given["slug"] = "evening"
    return given


def called(newsletter: Command, name: str, given: dict[str, str]) -> Answer:
    """The answer to command `name` with `given`, in JSON where it has that; what it changed is undone."""
    command, words, last = COMMANDS[name], name.split(), []
    for one in values(command):
        if one.name in given:
            value = given[one.name]
            if isinstance(one, TyperArgument):
                last.append(value)
            else:
                words.append(f"{one.opts[0]}={value}")
    flags = {flag for one in command.params for flag in one.opts if getattr(one, "is_flag", False)}
    words += [flag for flag in ("--yes", "--json", "--password-stdin") if flag in flags]
    with transaction.atomic():
        answer = newsletter(*words, "--", *last, stdin="a long enough sentence\n")
        transaction.set_rollback(True)
    if answer.status == 0 and "--json" in words:
        for line in [answer.out] if not answer.out.startswith('{"') else answer.out.splitlines():
            assert not line or json.loads(line) is not None
    return answer


def complaint(answer: Answer) -> str:
    """What is wrong with an answer; empty when nothing is."""
    if answer.status == 0:
        return ""
    if answer.status not in (1, 2):
        return f"status {answer.status}"
    if "Traceback" in answer.err or not answer.err.strip() + answer.out.strip():
        return "no sentence"
    if answer.status == 1 and max(map(len, answer.err.splitlines()), default=0) > LONGEST_SENTENCE:
        return "a very long sentence"
    if any(not (letter.isprintable() or letter == "\n") for letter in answer.err):
        return "control characters"
    return ""


@pytest.mark.parametrize("name", COMMANDS)
def test_a_wild_value_is_taken_or_refused_in_a_sentence(newsletter: Command, needed: dict[str, str], name: str) -> None:
    said = {}
    if name not in RENDERING:  # what is right is taken, or a wild value would be refused for want of another one
        right = called(newsletter, name, base(name, needed))
        assert right.status in (0, 1), right.err
    for one in values(COMMANDS[name]):
        for value in wild(name, one):
            try:
                said[one.opts[0], value[:40]] = complaint(
                    called(newsletter, name, base(name, needed) | {one.name: value})
                )
            except Exception as error:  # noqa: BLE001 — all of them are result at once
                said[one.opts[0], value[:40]] = repr(error)[:200]
    assert {which: why for which, why in said.items() if why} == {}


@pytest.mark.parametrize("model", [Appeal, Publication])
def test_a_wild_value_for_any_field_is_taken_or_refused_in_a_sentence(
    newsletter: Command, needed: dict[str, str], model: type[Appeal] | type[Publication]
) -> None:
    name = "appeals set" if model is Appeal else "publications set"
    said = {}
    for field in model._meta.concrete_fields:
        for value in NUMBERS if isinstance(field, IntegerField) else WORDS:
            given = base(name, needed) | {"assignments": f"{field.name}={value}"}
            try:
                said[field.name, value[:40]] = complaint(called(newsletter, name, given))
            except Exception as error:  # noqa: BLE001 — all of them are result at once
                said[field.name, value[:40]] = repr(error)[:200]
    assert {which: why for which, why in said.items() if why} == {}
