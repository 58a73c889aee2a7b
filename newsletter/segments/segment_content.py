"""What a segment means at a moment: its definition with those of the segments that it names, as one JSON value.

The email of an edition is frozen with this content, so that an approval is for one audience.
"""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from newsletter.lib.errors import BadInput
from newsletter.segments.condition_kinds import KINDS, Scope
from newsletter.segments.definitions import SEGMENT, Definition, conditions_of, segments_named, test_of
from newsletter.segments.models import Segment

Content = dict[str, Any]  # name, salt, match, groups; in place of the id of another segment stands its content
MAX_DEPTH = 4  # segments within segments
MAX_CONTENT = 200  # conditions of a segment and all within it: each level could have fifty times those above it


def content_of(segment: Segment) -> Content:
    """Return the content of a stored segment. Raises `BadInput` if it names a segment that is gone, or itself."""
    return content_of_definition(segment, segment.definition)


def content_of_definition(segment: Segment, definition: Definition) -> Content:
    """Return the content of a segment with another definition, such as one that is being edited."""
    named: dict[int, Segment] = {}
    if segments_named(definition):
        named = {each.pk: each for each in Segment.objects.filter(publication=segment.publication_id)}
    return _resolve(segment, definition, named, above=(), numbers=count(1))


def check_all(publication_id: int) -> None:
    """Raise `BadInput` if a segment of the publication names one that is gone, or itself, or contains too much."""
    segments = {each.pk: each for each in Segment.objects.filter(publication=publication_id)}
    for segment in segments.values():
        _resolve(segment, segment.definition, segments, above=(), numbers=count(1))


def _resolve(
    segment: Segment,
    definition: Definition,
    named: Mapping[int, Segment],
    above: tuple[int, ...],
    numbers: Iterator[int],
) -> Content:
    path = (*above, segment.pk) if segment.pk else above

    def resolved(condition: dict[str, Any]) -> dict[str, Any]:
        if next(numbers) > MAX_CONTENT:
            raise BadInput(
                "segment", f"has more than {MAX_CONTENT} conditions with those of the segments in it.", "Use fewer."
            )
        if condition["kind"] != SEGMENT:
            return condition
        other = named.get(condition["value"])
        if other is None:
            raise BadInput("segment", "does not exist any more.", "Choose another one.")
        if other.pk in path:
            raise BadInput("segment", f"“{other.name}” would then contain itself.", "Choose another one.")
        if len(path) >= MAX_DEPTH:
            raise BadInput("segment", "contains too many segments within each other.", f"At most {MAX_DEPTH}.")
        return condition | {"value": _resolve(other, other.definition, named, path, numbers)}

    groups = [
        {"match": group["match"], "conditions": [resolved(each) for each in group["conditions"]]}
        for group in definition["groups"]
    ]
    return {"name": segment.name, "salt": segment.salt, "match": definition["match"], "groups": groups}


def sentence(content: Content) -> str:
    """Return in plain words which readers are in it."""
    groups = [_group(group) for group in content["groups"]]
    several = len(groups) > 1
    texts = [f"({text})" if several and compound else text for text, compound in groups]
    word = " and " if content["match"] == "all" else " or "
    return f"Readers who {word.join(texts)}."


def _group(group: Mapping[str, Any]) -> tuple[str, bool]:
    texts = [test_of(each).phrase(each["value"]) for each in group["conditions"]]
    return (" and " if group["match"] == "all" else " or ").join(texts), len(texts) > 1


def explanations(content: Content, scope: Scope) -> list[str]:
    """Return what a person must know to read the counts: what the data cannot say. Also of segments within."""
    found: dict[str, None] = {}
    for each in conditions_of(content):
        if each["kind"] == SEGMENT:
            inner = each["value"]
            found |= dict.fromkeys([f"“{inner['name']}”: {sentence(inner)}", *explanations(inner, scope)])
        else:
            found |= dict.fromkeys(KINDS[each["kind"]].notes(each["test"], each["value"], scope))
    return list(found)
