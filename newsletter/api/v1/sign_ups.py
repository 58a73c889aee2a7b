"""Sign-ups from the newsroom's own site: the person confirms from the mailbox, as after our own sign-up page."""

from typing import Annotated

from ninja import Router, Schema
from ninja.responses import Status
from pydantic import AfterValidator, Field

from newsletter.api.v1.callers import ApiRequest
from newsletter.api.v1.problems import ApiError, FieldError, fields_named
from newsletter.api.v1.repeatable import repeatable
from newsletter.api.v1.scoped import needs
from newsletter.api.v1.values import Body, Email, Slug, Stripped, Text
from newsletter.api_tokens.scopes import ApiScope
from newsletter.audience import consent_events, sign_up_limits, typing_slips
from newsletter.audience.consent_events import ConsentEvidence
from newsletter.audience.models import ConsentMethod
from newsletter.audience.sign_up import sign_up
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.lib.ip_networks import network_of, normalise_ip
from newsletter.mail.email_address import normalise_email

router = Router(tags=["Sign-ups"])


def _ip_address(value: str) -> str:
    if not (address := normalise_ip(value)):
        raise ValueError("is not an IP address. Send the visitor’s, as your site sees it.")
    return address


class SignUpIn(Body):
    """A visitor of your site who typed an address into a form."""

    email: Email
    wording: Stripped = Field(
        min_length=1, max_length=2000, description="The text beside the form that they agreed to, word for word."
    )
    form: Stripped = Field(min_length=1, max_length=200, description="The address of the page with the form.")
    visitor_address: Annotated[Text, AfterValidator(_ip_address)] = Field(
        max_length=60, description="The visitor’s IP address. It counts for the limits; only its network is stored."
    )
    as_typed: bool = Field(False, description="The visitor was asked about a likely slip and keeps the address.")


class SignUpOut(Schema):
    """The same for every address, so that nobody learns who is subscribed."""

    message: str


ACCEPTED = SignUpOut(message="If this address may be mailed, it gets an email with a link to confirm.")


@router.post(
    "/publications/{slug}/sign-ups",
    response={202: SignUpOut},
    summary="Sign somebody up",
    openapi_extra=needs(ApiScope.SIGN_UPS_WRITE),
)
@repeatable
def add_sign_up(request: ApiRequest, slug: Slug, body: SignUpIn) -> Status[SignUpOut]:
    """Ask the mailbox to confirm. The subscription begins when the person opens the link in the email and confirms.

    The answer is the same for new, subscribed and suppressed addresses. Visitors have the limits of the sign-up page,
    by network and by address. An address that looks like a slip (gmial.com) is refused with a suggestion: ask the
    visitor, and send it again with `as_typed` if they keep it.
    """
    publication, now = request.auth.publication(slug, ApiScope.SIGN_UPS_WRITE), clock.now()
    if not (publication.is_active and publication.sign_up_open):
        raise InvalidState("Nobody can sign up for this publication at present.")
    with fields_named(otherwise="email"):
        address = normalise_email(body.email)
    if not body.as_typed and (meant := typing_slips.suggest_address(address)):
        domain = meant.rpartition("@")[2]
        raise BadInput("email", "looks mistyped.", f"Did they mean {domain}? If not, send as_typed.")
    if not sign_up_limits.admit_network(body.visitor_address, now=now):
        found = FieldError(field="visitor_address", problem="has signed up too often.", hint="Try again in an hour.")
        raise ApiError("too-many", "Too many sign-ups from the network of this visitor.", errors=[found])
    evidence = ConsentEvidence(
        ConsentMethod.SITE_FORM,
        body.form,
        consent_events.wording(publication, body.wording),
        network_of(body.visitor_address),
    )
    sign_up(publication, email=address, evidence=evidence, now=now)
    return Status(202, ACCEPTED)
