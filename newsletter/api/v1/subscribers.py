"""Readers of a publication. Addresses stand in bodies, never in a URL, which proxies write into their logs."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from django.db.models import QuerySet
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from newsletter.api.v1.callers import ApiRequest
from newsletter.api.v1.pages import Paging, page_of
from newsletter.api.v1.problems import ApiError, fields_named
from newsletter.api.v1.repeatable import repeatable
from newsletter.api.v1.scoped import needs
from newsletter.api.v1.values import Body, Email, Id, Moment, Slug, Stripped, Text
from newsletter.api_tokens.scopes import ApiScope
from newsletter.audience import suppressions
from newsletter.audience.add_subscriber import StatedConsent, add_subscriber
from newsletter.audience.models import Subscription, SubscriptionStatus
from newsletter.audience.subscriber_import_report import RowOutcome
from newsletter.lib import clock
from newsletter.mail.email_address import normalise_email
from newsletter.publications.models import Publication

router = Router(tags=["Subscribers"])
ABSENT = "No reader of this publication has this {}."
StatusFilter = Annotated[SubscriptionStatus | None, Query(description="Only subscriptions with this status.")]
STATUSES = "`pending` has not confirmed, `active` is mailed, `paused` is mailed after the pause, `left` unsubscribed."


class SubscriberOut(Schema):
    """A person with a subscription to the publication."""

    id: int
    email: str
    first_name: str
    time_zone: str = Field(description="Such as `Europe/Berlin`; empty if it is not known.")
    no_appeals: bool = Field(description="They chose emails without appeals for donations.")
    status: SubscriptionStatus = Field(description=STATUSES)
    is_suppressed: bool = Field(description="The address must not be mailed, whatever the status.")
    created_at: datetime


class SubscriberPage(Schema):
    """A page of subscribers, in the order in which they were first stored."""

    items: list[SubscriberOut]
    next_cursor: str | None


class ConsentIn(Body):
    """Evidence that the person agreed to get this publication by email."""

    source: Text = Field(max_length=500, description="Where they agreed, such as “membership form on the website”.")
    given_at: Moment = Field(description="When they agreed.")
    wording: Stripped = Field("", max_length=2000, description="The text that they agreed to, word for word.")


class SubscriberIn(Body):
    """A person who agreed elsewhere to get the publication."""

    email: Email
    first_name: Text = Field("", max_length=500)
    time_zone: Text = Field("", max_length=64, description="Such as `Europe/Berlin`.")
    no_appeals: bool = False
    consent: ConsentIn


class AddedOutcome(StrEnum):
    """`known`: subscribed already; `updated`: also, and a missing name or time zone was filled in."""

    ADDED = "added"
    UPDATED = "updated"
    KNOWN = "known"


class AddedOut(Schema):
    """What happened."""

    id: int
    outcome: AddedOutcome


class AddressIn(Body):
    """An address."""

    email: Email


@router.get(
    "/publications/{slug}/subscribers",
    response=SubscriberPage,
    summary="List subscribers",
    openapi_extra=needs(ApiScope.SUBSCRIBERS_READ),
)
def list_subscribers(request: ApiRequest, slug: Slug, paging: Paging, status: StatusFilter = None) -> SubscriberPage:
    """List the people with a subscription to the publication, whatever its status, or those with one."""
    publication = request.auth.publication(slug, ApiScope.SUBSCRIBERS_READ)
    rows, cursor = page_of(subscriptions_of(publication, status), paging, key="subscriber_id")
    return SubscriberPage(items=_described(rows), next_cursor=cursor)


@router.post(
    "/publications/{slug}/subscribers/find",
    response=SubscriberOut,
    summary="Find a subscriber by address",
    openapi_extra=needs(ApiScope.SUBSCRIBERS_READ),
)
def find_subscriber(request: ApiRequest, slug: Slug, body: AddressIn) -> SubscriberOut:
    """Find the subscriber with an address, in any spelling. A POST, so that the address stands in no URL."""
    publication = request.auth.publication(slug, ApiScope.SUBSCRIBERS_READ)
    with fields_named(otherwise="email"):
        address = normalise_email(body.email)
    found = subscriptions_of(publication).filter(subscriber__email=address).first()
    if found is None:
        raise ApiError("not-found", ABSENT.format("address"))
    return _described([found])[0]


@router.get(
    "/publications/{slug}/subscribers/{int:subscriber_id}",
    response=SubscriberOut,
    summary="Get a subscriber",
    openapi_extra=needs(ApiScope.SUBSCRIBERS_READ),
)
def get_subscriber(request: ApiRequest, slug: Slug, subscriber_id: Id) -> SubscriberOut:
    """Get the subscriber with a number."""
    publication = request.auth.publication(slug, ApiScope.SUBSCRIBERS_READ)
    return _described([subscription_of(publication, subscriber_id)])[0]


@router.post(
    "/publications/{slug}/subscribers",
    response={200: AddedOut, 201: AddedOut},
    summary="Add a subscriber",
    openapi_extra=needs(ApiScope.SUBSCRIBERS_WRITE),
)
@repeatable
def create_subscriber(request: ApiRequest, slug: Slug, body: SubscriberIn) -> Status[AddedOut]:
    """Subscribe a person who agreed elsewhere, with the evidence of it. They get no email that asks to confirm.

    A person who unsubscribed, has not confirmed or must not be mailed is not added: the answer is 409, and only the
    person can change it. For visitors of your site, use sign-ups instead. What is stored about a known reader stays;
    a missing first name or time zone is filled in.
    """
    publication = request.auth.publication(slug, ApiScope.SUBSCRIBERS_WRITE)
    consent = StatedConsent(body.consent.source, body.consent.given_at, body.consent.wording)
    with fields_named({"email address": "email", "source": "consent.source", "consent given at": "consent.given_at"}):
        added = add_subscriber(
            publication,
            email=body.email,
            first_name=body.first_name,
            time_zone=body.time_zone,
            no_appeals=body.no_appeals,
            consent=consent,
            by=request.auth.owner,
            now=clock.now(),
        )
    status = 201 if added.outcome == RowOutcome.ADDED else 200
    return Status(status, AddedOut(id=added.subscriber_id, outcome=AddedOutcome(added.outcome.value)))


def subscriptions_of(publication: Publication, status: SubscriptionStatus | None = None) -> QuerySet[Subscription]:
    """Return the subscriptions to a publication, with their subscribers."""
    rows = Subscription.objects.filter(publication=publication).select_related("subscriber")
    return rows.filter(status=status) if status else rows


def subscription_of(publication: Publication, subscriber_id: int) -> Subscription:
    """Return the subscription of this subscriber. Raises `ApiError`."""
    found: Subscription | None = subscriptions_of(publication).filter(subscriber=subscriber_id).first()
    if found is None:
        raise ApiError("not-found", ABSENT.format("number"))
    return found


def _described(rows: Iterable[Subscription]) -> list[SubscriberOut]:
    found = list(rows)
    barred = suppressions.suppressed([one.subscriber.email for one in found])
    return [
        SubscriberOut(
            id=one.subscriber_id,
            email=one.subscriber.email,
            first_name=one.subscriber.first_name,
            time_zone=one.subscriber.time_zone,
            no_appeals=one.subscriber.no_appeals,
            status=SubscriptionStatus(one.status),
            is_suppressed=one.subscriber.email in barred,
            created_at=one.subscriber.created_at,
        )
        for one in found
    ]
