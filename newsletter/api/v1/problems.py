"""Errors of the API as `application/problem+json` (RFC 9457). No answer repeats an address that was sent."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from ninja import Schema
from pydantic import Field

from newsletter.accounts.permissions import NotPermitted
from newsletter.api_tokens.kept_replies import RequestInProgress
from newsletter.lib.errors import BadInput, NewsletterError, VersionConflict

CONTENT_TYPE = "application/problem+json"
MAX_ERRORS = 50


class ProblemKind(NamedTuple):
    """A kind of problem: its status, and what it means."""

    status: int
    title: str


# by the last part of the `type`, which stays the same in later versions
KINDS = {
    "invalid-json": ProblemKind(400, "The body is not JSON"),
    "bad-request": ProblemKind(400, "The request cannot be read"),
    "no-token": ProblemKind(401, "A valid token is needed"),
    "no-scope": ProblemKind(403, "The token lacks a scope"),
    "not-permitted": ProblemKind(403, "The owner of the token is not permitted to do this"),
    "not-found": ProblemKind(404, "There is no such thing, or the token is not for it"),
    "method-not-allowed": ProblemKind(405, "This address does not answer to this method"),
    "conflict": ProblemKind(409, "The present state does not permit this"),
    "version-conflict": ProblemKind(409, "It was changed since it was read"),
    "in-progress": ProblemKind(409, "The same request is being answered"),
    "no-length": ProblemKind(411, "The length of the body is missing"),
    "too-large": ProblemKind(413, "The body is too large"),
    "invalid": ProblemKind(422, "A value cannot be used"),
    "too-many": ProblemKind(429, "Too many requests"),
    "failed": ProblemKind(500, "The request failed for a reason of ours"),
}
# of the error pages that Django and middleware return
OF_STATUS = {400: "bad-request", 404: "not-found", 405: "method-not-allowed", 411: "no-length", 413: "too-large"}
REQUEST_FIELDS = {"email_address": "email", "link": "url", "consent_given_at": "given_at", "preview_text": "preheader"}
REQUEST_FIELDS |= {"note": "intro"}


class FieldError(Schema):
    """What is wrong with one value."""

    field: str
    problem: str
    hint: str = ""


class ProblemOut(Schema):
    """An error: `type` names its kind, `detail` says what is wrong, `errors` names the values."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] = Field(default_factory=list)


class ApiError(Exception):
    """A problem to answer with. `kind` is one of `KINDS`."""

    def __init__(self, kind: str, detail: str, *, errors: list[FieldError] | None = None) -> None:
        super().__init__(kind)
        self.kind, self.detail, self.errors = kind, detail, errors or []


@contextmanager
def fields_named(names: Mapping[str, str] | None = None, *, otherwise: str = "") -> Iterator[None]:
    """Name values of a `BadInput` as the request does: by `names`, or else `otherwise`."""
    try:
        yield
    except BadInput as error:
        name = (names or {}).get(error.field) or otherwise or field_name(error.field)
        detail = error.problem if name == error.field or not otherwise else f"{error.field} {error.problem}"
        raise BadInput(name, detail, error.hint) from error


def field_name(label: str) -> str:
    """Return the name that requests have for the value with this label: `preview text` is `preheader`."""
    name = label.replace(" ", "_")
    return REQUEST_FIELDS.get(name, name)


def of_error(error: NewsletterError) -> ApiError:
    """Return the problem for an error of the domain."""
    match error:
        case BadInput():
            name = field_name(error.field)
            found = FieldError(field=name, problem=error.problem, hint=error.hint)
            return ApiError("invalid", f"{name} {error.problem} {error.hint}".strip(), errors=[found])
        case VersionConflict():
            return ApiError("version-conflict", str(error))
        case NotPermitted():
            return ApiError("not-permitted", str(error))
        case RequestInProgress():
            return ApiError("in-progress", str(error))
    return ApiError("conflict", str(error))


def of_validation(errors: list[dict[str, Any]]) -> ApiError:
    """Return the problem for values that do not have the declared type. Values themselves are not repeated."""
    found = [FieldError(field=_place(error["loc"]), problem=_sentence(error["msg"])) for error in errors[:MAX_ERRORS]]
    return ApiError(
        "invalid", f"{found[0].field}: {found[0].problem}" if found else "A value is invalid.", errors=found
    )


def of_page(found: HttpResponseBase) -> HttpResponse:
    """Return the problem in place of an error page."""
    kind = OF_STATUS.get(found.status_code, "failed")
    allowed = found.headers.get("Allow", "")
    details = {
        "bad-request": "Check the host name and the headers of the request.",
        "method-not-allowed": f"Use {allowed}.",
        "no-length": "Send the length of the body in Content-Length.",
        "too-large": f"Send at most {settings.API_MAX_BODY_BYTES:,} bytes.",
    }
    answer = response(ApiError(kind, details.get(kind, f"{KINDS[kind].title}.")))
    if allowed:
        answer["Allow"] = allowed
    return answer


def response(error: ApiError) -> HttpResponse:
    """Return the answer for a problem."""
    kind = KINDS[error.kind]
    problem = ProblemOut(
        type=f"{settings.BASE_URL}/api/v1/#{error.kind}",
        title=kind.title,
        status=kind.status,
        detail=error.detail,
        errors=error.errors,
    )
    content = json.dumps(problem.model_dump(), ensure_ascii=False, allow_nan=False).encode(errors="replace")
    answer = HttpResponse(content, status=kind.status, content_type=CONTENT_TYPE)
    if kind.status == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="newsletter"'
    if error.kind == "in-progress":
        answer["Retry-After"] = "1"
    return answer


def _place(location: tuple[str | int, ...]) -> str:
    """Return the way to a value, without where the request carries it and without the name of our parameter."""
    names = [str(part) for part in location[1:]]
    if location[0] == "body" and names[:1] == ["body"]:
        names = names[1:]
    return ".".join(names) or str(location[0])


def _sentence(message: str) -> str:
    text = message.removeprefix("Value error, ").strip()
    return text if text.endswith(".") else f"{text}."
