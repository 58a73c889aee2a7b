"""Who calls: the token of a request, its limit, and the publications and scopes that it is for."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja.security import HttpBearer

from newsletter.accounts.models import User
from newsletter.accounts.permissions import permitted
from newsletter.api.v1.problems import ApiError
from newsletter.api_tokens.check_token import RequestQuota, count_request, find_token
from newsletter.api_tokens.models import ApiToken
from newsletter.api_tokens.scopes import ApiScope, owner_may
from newsletter.audit import audit_trail
from newsletter.lib import clock
from newsletter.lib.errors import BadToken
from newsletter.publications.models import Publication


@dataclass(frozen=True)
class Caller:
    """A program with a token. It may do what the token and the owner's roles both permit, at this moment."""

    token: ApiToken

    @property
    def owner(self) -> User:
        """The staff user for whom the program acts."""
        owner: User = self.token.owner
        return owner

    def publications(self) -> list[Publication]:
        """Return the publications that the token is for and in which its owner has a role."""
        return list(self._publications().order_by("slug"))

    def publication(self, slug: str, scope: ApiScope) -> Publication:
        """Return this publication, for a request that needs `scope`. Raises `ApiError`."""
        publication = self._publications().filter(slug=slug).first()
        if publication is None:
            raise ApiError("not-found", "There is no such publication, or this token is not for it.")
        if scope not in self.token.scopes:
            raise ApiError("no-scope", f"This request needs the scope {scope}, which the token does not have.")
        if not owner_may(self.owner, scope, publication.pk):
            raise ApiError("not-permitted", f"The role of the token’s owner no longer permits {scope} here.")
        return publication

    def scopes_in(self, publication: Publication) -> list[ApiScope]:
        """Return the scopes that count in this publication now."""
        scopes = [scope for scope in ApiScope if scope in self.token.scopes]
        return [scope for scope in scopes if owner_may(self.owner, scope, publication.pk)]

    def _publications(self) -> QuerySet[Publication]:
        found = Publication.objects.filter(permitted(self.owner, publication="pk"))
        return found if self.token.for_all else found.filter(pk__in=self.token.publications.values("pk"))


class ApiRequest(HttpRequest):
    """A request with a token, inside an operation."""

    auth: Caller
    quota: RequestQuota | None


class Token(HttpBearer):
    """Authentication by `Authorization: Bearer nlt_…`. Sessions of browsers do not count here."""

    openapi_description = "A token that a staff user creates on the page of their account."

    def __call__(self, request: HttpRequest) -> Any:
        """Return the caller. Raises `ApiError` for a missing or void token, and over the limit."""
        if "Authorization" not in request.headers:
            raise ApiError("no-token", "Send a token: Authorization: Bearer nlt_… You create one on your account page.")
        scheme, _, text = request.headers["Authorization"].partition(" ")
        if scheme.lower() != "bearer":
            raise ApiError("no-token", "Send the token as: Authorization: Bearer nlt_…")
        return self.authenticate(request, text.strip())

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """Return the caller of a request with this token."""
        now = clock.now()
        try:
            found = find_token(token, now=now)
        except BadToken as error:
            raise ApiError("no-token", str(error)) from None
        audit_trail.use_means(str(found))
        quota = count_request(found, now=now)
        request.quota = quota  # type: ignore[attr-defined]  # for the headers of the answer
        if not quota.is_admitted:
            raise ApiError("too-many", f"This token may make {quota.limit} requests a minute. Try again later.")
        return Caller(found)
