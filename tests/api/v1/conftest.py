"""A program with a token, and a publication for it to work on."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from newsletter.accounts.models import User
from newsletter.api_tokens.manage_tokens import make_token
from newsletter.api_tokens.scopes import ApiScope, scopes_open_to
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.support import factories as make

ROOT = "/api/v1"
ORIGIN = "203.0.113.9"


class Answer:
    """What the API answered."""

    def __init__(self, response: Any) -> None:
        self.response, self.status, self.headers = response, response.status_code, response.headers
        self.json: Any = json.loads(response.content) if response.content else None

    @property
    def kind(self) -> str:
        """Of a problem."""
        assert self.headers["Content-Type"] == "application/problem+json", self.response.content
        assert self.json["status"] == self.status
        return str(self.json["type"]).rpartition("#")[2]

    @property
    def fields(self) -> list[str]:
        return [one["field"] for one in self.json["errors"]]


class Program:
    """A client of the API: `program("POST", "/publications/morning/stories", {…})`."""

    def __init__(self, text: str, slug: str = "") -> None:
        self.text, self.slug, self.client = text, slug, Client(enforce_csrf_checks=True, REMOTE_ADDR=ORIGIN)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Paths that begin with a slash are whole; others are those of the publication."""
        address = f"{ROOT}{path}" if path.startswith("/") else f"{ROOT}/publications/{self.slug}/{path}"
        sent = {"Authorization": f"Bearer {self.text}"} if self.text else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return Answer(self.client.generic(method, address, data, "application/json", headers=sent))


Programs = Callable[..., Program]


def program_of(
    owner: User, publication: Publication, *scopes: ApiScope, publications: list[Publication] | None = None
) -> Program:
    """A program with these scopes, or with all that its owner may give."""
    made = make_token(
        owner,
        name=f"program {owner.api_tokens.count() + 1}",
        scopes=scopes or scopes_open_to(owner),
        publications=publications,
        expires_at=None,
        now=clock.now(),
    )
    return Program(made.text, publication.slug)


@pytest.fixture
def publication(db: None) -> Publication:
    return make.publication(slug="morning")


@pytest.fixture
def program(publication: Publication) -> Program:
    """Eddie's, who may curate, approve and see readers."""
    return program_of(make.eddie(), publication)
