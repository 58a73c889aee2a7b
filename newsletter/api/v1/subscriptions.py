"""How subscriptions to a publication began and ended, and unsubscribing somebody who asked for it."""

from datetime import date, datetime

from ninja import Router, Schema
from pydantic import Field

from newsletter.api.v1.callers import ApiRequest
from newsletter.api.v1.pages import Paging, page_of
from newsletter.api.v1.problems import fields_named
from newsletter.api.v1.repeatable import repeatable
from newsletter.api.v1.scoped import needs
from newsletter.api.v1.subscribers import STATUSES, StatusFilter, subscription_of, subscriptions_of
from newsletter.api.v1.values import Body, Email, Id, Slug, Text
from newsletter.api_tokens.scopes import ApiScope
from newsletter.audience import suppression_list
from newsletter.audience.models import ConsentMethod, Subscription, SubscriptionStatus
from newsletter.lib import clock
from newsletter.mail.email_address import normalise_email

router = Router(tags=["Subscriptions"])


class SubscriptionOut(Schema):
    """The subscription of one person to the publication."""

    subscriber_id: int
    status: SubscriptionStatus = Field(description=STATUSES)
    paused_until: date | None = Field(description="The first day with emails again, in the publication’s time zone.")
    consent_source: str = Field(description="Where consent was given.")
    consent_at: datetime | None = Field(description="When it was given; null if it never was.")
    unsubscribed_at: datetime | None
    unsubscribed_via: str = Field(description="Such as one-click, page, api or complaint; empty while subscribed.")


class SubscriptionPage(Schema):
    """A page of subscriptions, in the order of their subscribers' numbers."""

    items: list[SubscriptionOut]
    next_cursor: str | None


class UnsubscribeIn(Body):
    """Who asked to be unsubscribed."""

    email: Email
    note: Text = Field("", max_length=200, description="For the audit log, such as “asked by phone”. No addresses.")


@router.get(
    "/publications/{slug}/subscriptions",
    response=SubscriptionPage,
    summary="List subscriptions",
    openapi_extra=needs(ApiScope.SUBSCRIPTIONS_READ),
)
def list_subscriptions(
    request: ApiRequest, slug: Slug, paging: Paging, status: StatusFilter = None
) -> SubscriptionPage:
    """List subscriptions without names and addresses, with any status or with one."""
    publication = request.auth.publication(slug, ApiScope.SUBSCRIPTIONS_READ)
    rows, cursor = page_of(subscriptions_of(publication, status), paging, key="subscriber_id")
    return SubscriptionPage(items=[_described(one) for one in rows], next_cursor=cursor)


@router.get(
    "/publications/{slug}/subscriptions/{int:subscriber_id}",
    response=SubscriptionOut,
    summary="Get a subscription",
    openapi_extra=needs(ApiScope.SUBSCRIPTIONS_READ),
)
def get_subscription(request: ApiRequest, slug: Slug, subscriber_id: Id) -> SubscriptionOut:
    """Get the subscription of the subscriber with a number."""
    publication = request.auth.publication(slug, ApiScope.SUBSCRIPTIONS_READ)
    return _described(subscription_of(publication, subscriber_id))


@router.post(
    "/publications/{slug}/subscriptions/unsubscribe",
    response=SubscriptionOut,
    summary="Unsubscribe an address",
    openapi_extra=needs(ApiScope.SUBSCRIPTIONS_WRITE),
)
@repeatable
def unsubscribe(request: ApiRequest, slug: Slug, body: UnsubscribeIn) -> SubscriptionOut:
    """Unsubscribe an address at once, also from batches that are not submitted yet. Repeating it does no harm.

    An address that is not known is stored as unsubscribed, so that no import adds it. Only the person can return, by
    signing up and confirming.
    """
    publication = request.auth.publication(slug, ApiScope.SUBSCRIPTIONS_WRITE)
    with fields_named(otherwise="email"):
        address = normalise_email(body.email)
        suppression_list.add(
            address,
            publication=publication,
            reason="",
            detail=body.note,
            by=request.auth.owner,
            now=clock.now(),
            via=ConsentMethod.API,
        )
    return _described(subscriptions_of(publication).get(subscriber__email=address))


def _described(one: Subscription) -> SubscriptionOut:
    return SubscriptionOut(
        subscriber_id=one.subscriber_id,
        status=SubscriptionStatus(one.status),
        paused_until=one.paused_until,
        consent_source=one.consent_source,
        consent_at=one.consent_at,
        unsubscribed_at=one.unsubscribed_at,
        unsubscribed_via=one.unsubscribed_via,
    )
