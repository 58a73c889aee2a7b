"""The API with its resources, and the addresses of its operations."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from ninja.errors import HttpError, ValidationError

from newsletter.api.v1 import (
    consents,
    editions,
    problems,
    publications,
    reference_page,
    segments,
    sign_ups,
    stories,
    subscribers,
    subscriptions,
)
from newsletter.api.v1.callers import Token
from newsletter.api.v1.document import Api
from newsletter.api.v1.problems import ApiError
from newsletter.api.v1.request_guard import guarded
from newsletter.lib.errors import NewsletterError

PREFIX = "api/v1/"
api = Api(
    title="Newsletter API",
    version="1",
    description="Readers, sign-ups, segments, stories and editions, for programs of the newsroom.",
    openapi_url=None,
    docs_url=None,
    auth=Token(),
)
for module in (publications, subscribers, subscriptions, consents, sign_ups, segments, stories, editions):
    api.add_router("", module.router)


@api.exception_handler(ApiError)
def _problem(_request: HttpRequest, error: ApiError) -> HttpResponse:
    return problems.response(error)


@api.exception_handler(NewsletterError)
def _domain_problem(_request: HttpRequest, error: NewsletterError) -> HttpResponse:
    return problems.response(problems.of_error(error))


@api.exception_handler(ValidationError)
def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problems.response(problems.of_validation(error.errors))


@api.exception_handler(HttpError)
def _invalid_json(_request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code != 400:
        raise error
    return problems.response(ApiError("invalid-json", "Send a JSON object in UTF-8."))


@csrf_exempt
@require_safe
def document(_request: HttpRequest) -> HttpResponse:
    """Answer with the OpenAPI document. Anybody may read it."""
    return JsonResponse(api.document())


@csrf_exempt
@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """Show the document as a page for people."""
    return reference_page.page(request, api.document())


def _elsewhere(_request: HttpRequest) -> HttpResponse:
    return problems.response(ApiError("not-found", "The API has no such address."))


def _addresses() -> list[URLPattern]:
    """Return the addresses of all operations, each with the guard of all."""
    found = {str(one.pattern): one for one in reversed(api.urls[0]) if isinstance(one, URLPattern) and str(one.pattern)}
    return [
        path(f"{PREFIX}{route}", guarded(one.callback), name=f"api-{str(one.name).replace('_', '-')}")
        for route, one in reversed(found.items())
    ]


API = [
    path(PREFIX, reference, name="api-reference"),
    path(f"{PREFIX}openapi.json", document, name="api-document"),
    *_addresses(),
    re_path(rf"^{PREFIX}", guarded(_elsewhere), name="api-elsewhere"),
]
