"""The evidence of a person's consent to a publication."""

from datetime import datetime

from ninja import Router, Schema
from pydantic import Field

from newsletter.api.v1.callers import ApiRequest
from newsletter.api.v1.pages import Paging, page_of
from newsletter.api.v1.scoped import needs
from newsletter.api.v1.subscribers import subscription_of
from newsletter.api.v1.values import Id, Slug
from newsletter.api_tokens.scopes import ApiScope
from newsletter.audience.models import ConsentAct, ConsentBasis, ConsentEvent, ConsentMethod

router = Router(tags=["Consents"])


class WordingOut(Schema):
    """A text that people agree to."""

    version: int
    sha256: str = Field(description="Of the text in UTF-8.")
    text: str


class ConsentEventOut(Schema):
    """Something that happened to the consent. Events are added and never changed."""

    id: int
    act: ConsentAct
    method: ConsentMethod
    purpose: str
    basis: ConsentBasis | None = Field(description="Null if it was withdrawn.")
    form: str = Field(description="The page, link, file or source.")
    actor: str = Field(description="Who did it: reader, provider, a name of staff, or an API token.")
    network: str = Field(description="The reader’s network, without the last part of the address.")
    wording: WordingOut | None = Field(description="The text that the person saw, if it is known.")
    at: datetime
    recorded_at: datetime


class ConsentPage(Schema):
    """A page of consent events, in the order in which they were recorded."""

    items: list[ConsentEventOut]
    next_cursor: str | None


@router.get(
    "/publications/{slug}/subscribers/{int:subscriber_id}/consents",
    response=ConsentPage,
    summary="List consent events",
    openapi_extra=needs(ApiScope.CONSENTS_READ),
)
def list_consents(request: ApiRequest, slug: Slug, subscriber_id: Id, paging: Paging) -> ConsentPage:
    """List how consent was requested, given, withdrawn and restored, with the text that the person saw."""
    publication = request.auth.publication(slug, ApiScope.CONSENTS_READ)
    subscription_of(publication, subscriber_id)
    events = ConsentEvent.objects.filter(subscriber=subscriber_id, publication=publication).select_related("wording")
    rows, cursor = page_of(events, paging)
    return ConsentPage(items=[_described(one) for one in rows], next_cursor=cursor)


def _described(event: ConsentEvent) -> ConsentEventOut:
    wording = event.wording
    return ConsentEventOut(
        id=event.pk,
        act=ConsentAct(event.act),
        method=ConsentMethod(event.method),
        purpose=event.purpose,
        basis=ConsentBasis(event.basis) if event.basis else None,
        form=event.form,
        actor=event.actor,
        network=event.network,
        wording=WordingOut(version=wording.version, sha256=wording.text_hash, text=wording.text) if wording else None,
        at=event.at,
        recorded_at=event.recorded_at,
    )
