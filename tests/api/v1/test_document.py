"""The OpenAPI document, and what it promises: tried with generated requests, valid and invalid ones."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from jsonschema import Draft202012Validator

from newsletter.accounts.models import Role
from newsletter.api.v1.api import api
from newsletter.api.v1.document import METHODS
from newsletter.publications.models import Publication
from tests.api.v1.conftest import ROOT, program_of
from tests.support import factories as make

EXAMPLES = 6  # valid requests for each operation, and as many invalid ones
OPERATIONS_TRIED = 4  # of a short run
OPERATIONS = [
    (method.upper(), path)
    for path, described in api.document()["paths"].items()
    for method in METHODS
    if method in described
]


def test_the_document_is_openapi_3_1_and_names_every_operation_once() -> None:
    document = json.loads(Client().get(f"{ROOT}/openapi.json").content)
    assert document["openapi"] == "3.1.0"
    assert document["servers"][0]["url"].endswith(ROOT)
    names = [document["paths"][path][method.lower()]["operationId"] for method, path in OPERATIONS]
    assert len(names) == len(set(names)) == len(OPERATIONS) >= 24
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.fixture
def filled(publication: Publication) -> Publication:
    """A publication with something of each kind under the number 1."""
    make.rita(publication)
    make.story(publication)
    make.edition(publication)
    return publication


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """Requests do not close the test's connection to the database, as with Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.long
def test_generated_requests_get_answers_that_the_document_describes(
    filled: Publication, kept_connection: None, settings: Any, some: Callable[[Any, int], Any]
) -> None:
    import schemathesis  # here: it takes seconds, and only this test needs it
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    settings.API_REQUESTS_PER_MINUTE = 100_000
    program = program_of(make.person(Role.ADMIN, "Ada"), filled)
    described = schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", get_wsgi_application())
    promises = [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_headers_conformance,
        checks.response_schema_conformance,
    ]

    def tried(case: Any) -> None:
        case.path_parameters = _existing(case.path_parameters or {}, filled.slug)
        answer = case.call(headers={"Authorization": f"Bearer {program.text}"})
        case.validate_response(answer, checks=promises)

    for method, path in some(OPERATIONS, OPERATIONS_TRIED):
        valid = described[path][method].as_strategy()
        invalid = described[path][method].as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)
        for cases in (valid, invalid):
            AS_GENERATED(given(case=cases)(tried))()


AS_GENERATED = hypothesis_settings(
    max_examples=EXAMPLES,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
    deadline=None,
    database=None,
)


def _existing(generated: dict[str, Any], slug: str) -> dict[str, Any]:
    """Return the parameters in the path for a publication that exists, and often for the first thing in it."""
    numbers = {name: 1 if isinstance(value, int) and value % 2 else value for name, value in generated.items()}
    return numbers | ({"slug": slug} if "slug" in numbers else {})
