"""The definition of a segment: conditions in groups, as validated JSON.

    {"version": 1, "match": "all", "groups": [{"match": "any", "conditions": [{"kind": …, "test": …, "value": …}]}]}

A group is fulfilled by readers who fulfil all or any of its conditions, the segment by those who fulfil all or any of
its groups. A condition on another segment stores that segment's id; `segment_content.py` puts its definition there.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from newsletter.lib.errors import BadInput
from newsletter.segments import gift_conditions, reader_conditions, sample_condition
from newsletter.segments.condition_kinds import KINDS, Control, Test, register, whole_number

VERSION = 1
MATCHES = {"all": "all", "any": "any"}
MAX_GROUPS, MAX_CONDITIONS = 5, 10
SEGMENT = "segment"  # the kind of a condition on another segment

Definition = dict[str, Any]
Condition = dict[str, Any]


def _register_all() -> None:
    clean = whole_number("segment", 1, 10**9)
    for module in (reader_conditions, gift_conditions, sample_condition):
        module.register_all()
    register(
        SEGMENT,
        "Other segment",
        Test(
            "in", "are in the segment …", Control.SEGMENT, clean, lambda value: f"are in the segment “{value['name']}”"
        ),
        Test(
            "not-in",
            "are not in the segment …",
            Control.SEGMENT,
            clean,
            lambda value: f"are not in the segment “{value['name']}”",
        ),
        build=_unresolved,
    )


def _unresolved(_test: str, _value: Any, _scope: Any) -> Any:
    raise TypeError("a condition on another segment is compiled by matching_readers.py")


_register_all()


class BadCondition(BadInput):
    """A condition cannot be used; `group` and `number` count from 0 and say which one."""

    def __init__(self, group: int, number: int, error: BadInput) -> None:
        self.group, self.number, self.error = group, number, error
        place = f"condition {number + 1} of group {group + 1}: {error.field}"
        super().__init__(place, error.problem, error.hint)


def clean_definition(data: object) -> Definition:
    """Return the definition as it is stored. Raises `BadInput`, and `BadCondition` for a condition."""
    if not isinstance(data, Mapping):
        raise BadInput("segment", "is not a definition.", 'Give {"match": "all", "groups": […]}.')
    if data.get("version", VERSION) != VERSION:
        raise BadInput("version", "of this definition is not known here.", f"It must be {VERSION}.")
    _no_others(data, {"version", "match", "groups"})
    groups = _list(data.get("groups"), "groups", MAX_GROUPS)
    return {
        "version": VERSION,
        "match": _match(data),
        "groups": [_clean_group(group, number) for number, group in enumerate(groups)],
    }


def _clean_group(data: object, number: int) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise BadInput(f"group {number + 1}", "is not a group.", 'Give {"match": "all", "conditions": […]}.')
    _no_others(data, {"match", "conditions"})
    conditions = _list(data.get("conditions"), "conditions", MAX_CONDITIONS)
    found = []
    for place, condition in enumerate(conditions):
        try:
            found.append(clean_condition(condition))
        except BadInput as error:
            raise BadCondition(number, place, error) from None
    return {"match": _match(data), "conditions": found}


def clean_condition(data: object) -> Condition:
    """Return one condition as it is stored. Raises `BadInput`."""
    if not isinstance(data, Mapping):
        raise BadInput("condition", "is not a condition.", 'Give {"kind": …, "test": …, "value": …}.')
    _no_others(data, {"kind", "test", "value"})
    test = test_of(data)
    return {"kind": str(data["kind"]), "test": test.name, "value": test.clean(data.get("value", ""))}


def test_of(condition: Mapping[str, Any]) -> Test:
    """Return the test of a condition. Raises `BadInput` for an unknown one."""
    kind = KINDS.get(str(condition.get("kind")))
    if kind is None:
        raise BadInput(
            "kind", f"{str(condition.get('kind'))[:40]!r} is not known.", f"Give one of: {', '.join(KINDS)}."
        )
    test = kind.tests.get(str(condition.get("test")))
    if test is None:
        names = ", ".join(kind.tests)
        raise BadInput("test", f"{str(condition.get('test'))[:40]!r} is not known.", f"Give one of: {names}.")
    return test


def conditions_of(definition: Definition) -> Iterator[Condition]:
    """Yield the conditions of all groups."""
    for group in definition["groups"]:
        yield from group["conditions"]


def segments_named(definition: Definition) -> set[int]:
    """Return the ids of the segments that the conditions name."""
    return {each["value"] for each in conditions_of(definition) if each["kind"] == SEGMENT}


def _match(data: Mapping[str, Any]) -> str:
    match = data.get("match", "all")
    if match not in MATCHES:
        raise BadInput("match", f"{str(match)[:20]!r} is not possible.", "Give all or any.")
    return str(match)


def _list(data: object, word: str, most: int) -> list[Any]:
    if not isinstance(data, list) or not data:
        raise BadInput(word, "are missing.", "A segment needs at least one condition.")
    if len(data) > most:
        raise BadInput(word, f"are {len(data)}.", f"Use at most {most}.")
    return data


def _no_others(data: Mapping[str, Any], names: set[str]) -> None:
    if others := sorted(str(name)[:40] for name in data.keys() - names):
        raise BadInput(others[0], "is not known.", f"Known are: {', '.join(sorted(names))}.")
