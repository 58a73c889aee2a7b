"""A segment as its page shows it: what is typed, with the problem of each condition beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission
from newsletter.lib.errors import BadInput
from newsletter.segments.condition_kinds import KINDS, Test
from newsletter.segments.definitions import (
    MATCHES,
    MAX_CONDITIONS,
    MAX_GROUPS,
    Definition,
    clean_condition,
    clean_definition,
)

FIRST_CHOICE = "joined:within"
MAX_TYPED = 4000  # characters of a value
ACTION = re.compile(r"(add|remove)-(\d{1,2})(?:-(\d{1,2}))?")


@dataclass
class DraftCondition:
    """A condition as typed. `choice` is its kind and test."""

    choice: str = FIRST_CHOICE
    text: str = ""
    problem: str = ""

    @property
    def test(self) -> Test:
        """The chosen test, or the first one if the choice is unknown."""
        kind, _, name = self.choice.partition(":")
        return KINDS[kind].tests[name] if kind in KINDS and name in KINDS[kind].tests else _test(FIRST_CHOICE)

    @property
    def control(self) -> str:
        """How the value is entered."""
        return self.test.control.value

    def raw(self) -> dict[str, Any]:
        """Return the condition as `clean_condition` takes it."""
        kind, _, name = self.choice.partition(":")
        return {"kind": kind, "test": name, "value": self.text}


@dataclass
class DraftGroup:
    """A group as typed."""

    match: str = "all"
    conditions: list[DraftCondition] = field(default_factory=lambda: [DraftCondition()])


@dataclass
class SegmentDraft:
    """A whole segment as typed."""

    name: str = ""
    match: str = "all"
    groups: list[DraftGroup] = field(default_factory=lambda: [DraftGroup()])
    problems: list[str] = field(default_factory=list)
    name_problem: str = ""

    @property
    def has_problems(self) -> bool:
        """Whether something has to be corrected."""
        marked = any(each.problem for group in self.groups for each in group.conditions)
        return bool(self.problems or self.name_problem or marked)

    def definition(self) -> Definition | None:
        """Return the definition; None if a condition cannot be used, and then its problem stands beside it."""
        for group in self.groups:
            for each in group.conditions:
                try:
                    clean_condition(each.raw())
                except BadInput as error:
                    each.problem = _sentence(error)
        if self.has_problems:
            return None
        try:
            return clean_definition(self._raw())
        except BadInput as error:
            self.problems.append(str(error))
            return None

    def _raw(self) -> dict[str, Any]:
        groups = [{"match": one.match, "conditions": [each.raw() for each in one.conditions]} for one in self.groups]
        return {"match": self.match, "groups": groups}

    def apply(self, action: str) -> None:
        """Add or remove a condition or a group, as the pressed button says. Other actions change nothing."""
        if action == "add-group" and len(self.groups) < MAX_GROUPS:
            self.groups.append(DraftGroup())
        elif (found := ACTION.fullmatch(action)) and int(found[2]) < len(self.groups):
            group = self.groups[int(found[2])]
            if found[1] == "add" and len(group.conditions) < MAX_CONDITIONS:
                group.conditions.append(DraftCondition())
            elif found[1] == "remove" and found[3] and int(found[3]) < len(group.conditions):
                del group.conditions[int(found[3])]
                self.groups = [one for one in self.groups if one.conditions] or [DraftGroup()]


def draft_of_stored(name: str, definition: Definition) -> SegmentDraft:
    """Return what the page shows of a stored segment."""
    groups = [
        DraftGroup(
            group["match"],
            [DraftCondition(f"{one['kind']}:{one['test']}", _typed(one["value"])) for one in group["conditions"]],
        )
        for group in definition["groups"]
    ]
    return SegmentDraft(name, definition["match"], groups)


def draft_of_post(posted: Mapping[str, str]) -> SegmentDraft:
    """Return what was typed; what is missing or impossible becomes a usual value."""
    draft = SegmentDraft(posted.get("name", "")[:200], _match(posted.get("match")), [])
    for number in range(MAX_GROUPS):
        conditions = [
            DraftCondition(posted[f"test-{number}-{place}"][:60], posted.get(f"value-{number}-{place}", "")[:MAX_TYPED])
            for place in range(MAX_CONDITIONS)
            if f"test-{number}-{place}" in posted
        ]
        if conditions:
            draft.groups.append(DraftGroup(_match(posted.get(f"match-{number}")), conditions))
    draft.groups = draft.groups or [DraftGroup()]
    return draft


def choices(user: User) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the choices of a condition that this user has, grouped by kind."""
    asks_about_all = has_permission(user, Permission.AUDIENCE)
    return [
        (kind.label, [(f"{kind.name}:{test.name}", test.label) for test in kind.tests.values()])
        for kind in KINDS.values()
        if asks_about_all or not kind.is_about_all
    ]


def _match(value: str | None) -> str:
    return value if value in MATCHES else "all"


def _typed(value: Any) -> str:
    return ", ".join(one or "none" for one in value) if isinstance(value, list) else str(value)


def _test(choice: str) -> Test:
    kind, _, name = choice.partition(":")
    return KINDS[kind].tests[name]


def _sentence(error: BadInput) -> str:
    return f"The {error.field} {error.problem} {error.hint}".strip()
