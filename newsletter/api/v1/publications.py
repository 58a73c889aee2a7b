"""The publications that a token is for."""

from ninja import Router, Schema
from pydantic import Field

from newsletter.api.v1.callers import ApiRequest
from newsletter.api_tokens.scopes import ApiScope

router = Router(tags=["Publications"])


class PublicationOut(Schema):
    """A publication, and what the token may do in it."""

    slug: str
    name: str
    language: str
    time_zone: str
    is_active: bool
    sign_up_open: bool = Field(description="Whether people can sign up.")
    scopes: list[ApiScope] = Field(
        description="The scopes that count here now: those of the token that its owner may use."
    )


class PublicationList(Schema):
    """All of them: there are never many."""

    items: list[PublicationOut]


@router.get("/publications", response=PublicationList, summary="List publications")
def list_publications(request: ApiRequest) -> PublicationList:
    """List the publications that the token is for, in the order of their slugs. Needs no scope."""
    return PublicationList(
        items=[
            PublicationOut(
                slug=one.slug,
                name=one.name,
                language=one.language,
                time_zone=one.time_zone,
                is_active=one.is_active,
                sign_up_open=one.sign_up_open,
                scopes=request.auth.scopes_in(one),
            )
            for one in request.auth.publications()
        ]
    )
