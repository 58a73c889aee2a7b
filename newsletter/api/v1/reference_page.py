"""The reference page: the OpenAPI document as a page for people, from a template like all pages and without scripts."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from markupsafe import Markup, escape

from newsletter.api.v1.document import METHODS
from newsletter.api.v1.pages import MAX_ID
from newsletter.api.v1.problems import KINDS
from newsletter.api.v1.scoped import SCOPE
from newsletter.api_tokens.scopes import SCOPES

MAX_DEPTH = 4  # objects within objects


class DescribedValue(NamedTuple):
    """A value of a request or an answer: its name, with those of the objects that it is in."""

    name: str
    type: str
    is_required: bool
    description: Markup


class DescribedAnswer(NamedTuple):
    """An answer that is no problem."""

    status: int
    values: list[DescribedValue]


class DescribedOperation(NamedTuple):
    """An operation."""

    id: str
    method: str
    path: str
    summary: str
    description: Markup
    scope: str
    parameters: list[DescribedValue]
    body: list[DescribedValue]
    answers: list[DescribedAnswer]
    problems: list[int]


def page(request: HttpRequest, document: Mapping[str, Any]) -> HttpResponse:
    """Render the page."""
    groups: dict[str, list[DescribedOperation]] = {}
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                described = _operation(document, method, path, operations[method])
                groups.setdefault(operations[method]["tags"][0], []).append(described)
    context = {
        "document": document,
        "root": document["servers"][0]["url"],
        "groups": groups,
        "scopes": SCOPES,
        "kinds": KINDS,
    }
    return render(request, "api/reference.html", context)


def _operation(document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any]) -> DescribedOperation:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    answers, problems = [], []
    for status, answer in operation["responses"].items():
        if int(status) >= 400:
            problems.append(int(status))
            continue
        schema = answer.get("content", {}).get("application/json", {}).get("schema")
        answers.append(DescribedAnswer(int(status), list(_values(document, schema)) if schema else []))
    return DescribedOperation(
        id=f"{method}-{path.strip('/').replace('/', '-').translate({ord(char): None for char in '{}'})}",
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=_marked(operation["description"]),
        scope=operation.get(SCOPE, ""),
        parameters=[_parameter(document, one) for one in operation["parameters"]],
        body=list(_values(document, body)) if body else [],
        answers=answers,
        problems=problems,
    )


def _parameter(document: Mapping[str, Any], one: Mapping[str, Any]) -> DescribedValue:
    place = {"path": "in the path", "query": "in the query", "header": "header"}[one["in"]]
    kind = _type(document, one["schema"]).removesuffix(" or null")  # what is left out
    text = f"{kind}; {place}"
    described = one.get("description") or _resolved(document, one["schema"]).get("description", "")
    return DescribedValue(one["name"], text, one["required"], _marked(described))


def _values(
    document: Mapping[str, Any], schema: Mapping[str, Any], within: str = "", depth: int = 0
) -> Iterator[DescribedValue]:
    """Yield the values of an object, those of objects in it after it."""
    found = _resolved(document, schema)
    required = found.get("required", [])
    for name, inner in found.get("properties", {}).items():
        full = f"{within}{name}"
        own = _resolved(document, inner)
        description = inner.get("description") or (own.get("description", "") if "enum" in own else "")
        yield DescribedValue(full, _type(document, inner), name in required, _marked(description))
        if depth < MAX_DEPTH:
            for part in _objects(document, inner):
                mark = "[]." if part.get("is_item") else "."
                yield from _values(document, part["schema"], f"{full}{mark}", depth + 1)


def _objects(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the objects with named values that a value may be, or has as items."""
    for option in schema.get("anyOf", [schema]):
        found = _resolved(document, option)
        if found.get("type") == "array":
            item = _resolved(document, found["items"])
            if "properties" in item:
                yield {"schema": item, "is_item": True}
        elif "properties" in found:
            yield {"schema": found}


def _type(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Return the type in words: `text, at most 80 characters`."""
    if "anyOf" in schema:
        names = [_type(document, one) for one in schema["anyOf"]]
        return " or ".join(names)
    found = _resolved(document, schema)
    if "enum" in found:
        return "one of " + ", ".join(str(value) or "(empty)" for value in found["enum"])
    if "const" in found:
        return str(found["const"])
    kind: str = found.get("type", "any value")
    if kind == "array":
        items = _type(document, found["items"])
        return "list of objects" if items == "object" else f"list of: {items}"
    words = {"string": "text", "integer": "whole number", "boolean": "true or false", "null": "null"}
    formats = {"date-time": "time with time zone", "date": "date", "time": "time of day"}
    text: str = formats.get(found.get("format", ""), words.get(kind, kind))
    if longest := found.get("maxLength"):
        text += f", at most {longest:,} characters"
    if "maximum" in found and found["maximum"] < MAX_ID:
        text += f" from {found.get('minimum', 0):,} to {found['maximum']:,}"
    if schema.get("default"):
        text += f"; without it {schema['default']}"
    return text


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow the reference of a schema, if it is one."""
    if "allOf" in schema and len(schema["allOf"]) == 1:
        return _resolved(document, schema["allOf"][0])
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: Mapping[str, Any] = document["components"]["schemas"][reference.rpartition("/")[2]]
    return found


def _marked(text: str) -> Markup:
    """Return a description as HTML: what stands in backticks is code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 — escaped
