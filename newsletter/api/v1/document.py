"""The OpenAPI document of the API, with the problems, headers and scopes that every operation has."""

import re
from functools import lru_cache
from typing import Any

from django.conf import settings
from ninja import NinjaAPI
from ninja.operation import Operation

from newsletter.api.v1.problems import CONTENT_TYPE, KINDS, ProblemOut
from newsletter.api.v1.repeatable import KEY
from newsletter.api_tokens.kept_replies import MAX_KEY_CHARS

ROOT = "/api/v1"
METHODS = ("get", "post", "put", "patch", "delete")
SUMMARIES = {status: title for kind in reversed(KINDS.values()) for status, title in [kind]}
ALWAYS = (401, 429)
IN_PUBLICATION = (403, 404, 422)
WITH_BODY = (400, 413, 422)
WRITES = (409,)
KEY_PARAMETER = {
    "name": KEY,
    "in": "header",
    "required": False,
    "description": "A new value, such as a UUID, for each request and the same for its repeats. A repeat within"
    " 24 hours gets the earlier reply, and nothing is done twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY_CHARS, "pattern": "^[!-~]+$"},
}
LIMIT_HEADERS = {
    "RateLimit-Limit": "Requests that the token may make in a minute.",
    "RateLimit-Remaining": "How many are left in this minute.",
    "RateLimit-Reset": "Seconds until the next minute.",
}


class Api(NinjaAPI):
    """The API with its own document."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the name of the function, which is unique."""
        return str(operation.view_func.__name__)

    def document(self) -> dict[str, Any]:
        """Return the OpenAPI document, of version 3.1."""
        return _document(self, settings.BASE_URL)


@lru_cache(maxsize=4)
def _document(api: Api, base_url: str) -> dict[str, Any]:
    found: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=""))
    found["servers"] = [{"url": f"{base_url}{ROOT}"}]
    schema = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
    found["components"]["schemas"] |= schema.pop("$defs") | {"ProblemOut": schema}
    found["components"]["headers"] = {
        name: {"description": text, "schema": {"type": "integer"}} for name, text in LIMIT_HEADERS.items()
    }
    repeatable = {
        api.get_openapi_operation_id(one)
        for bound in api._get_bound_routers()
        for view in bound.path_operations.values()
        for one in view.operations
        if getattr(one.view_func, "is_repeatable", False)
    }
    for path, operations in found["paths"].items():
        for method in METHODS:
            if method in operations:
                _complete(
                    operations[method], path, method, is_repeatable=operations[method]["operationId"] in repeatable
                )
    return found


def _complete(operation: dict[str, Any], path: str, method: str, *, is_repeatable: bool) -> None:
    statuses = {
        *ALWAYS,
        *(IN_PUBLICATION if "{slug}" in path else ()),
        *(WITH_BODY if "requestBody" in operation else ()),
        *(() if method == "get" else WRITES),
    }
    if is_repeatable:
        operation["parameters"].append(KEY_PARAMETER)
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in LIMIT_HEADERS}
    for answer in operation["responses"].values():
        answer["headers"] = headers
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}}
    for status in sorted(statuses):
        operation["responses"][status] = {"description": SUMMARIES[status], "content": content}
    operation["description"] = re.sub(r"\s*\n(?!\n)\s*", " ", operation.get("description", ""))
