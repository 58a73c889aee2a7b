"""The kinds of notices, who may get them, and how they are delivered unless a person chooses otherwise."""

from typing import NamedTuple

from django.db import models

from newsletter.accounts.permissions import Permission
from newsletter.notices.kind_names import NoticeKind


class DeliveryChoice(models.TextChoices):
    """How somebody gets the notices of a kind."""

    EMAIL = "email", "On the page and by email"
    DIGEST = "digest", "On the page and in one email a day"
    PAGE = "page", "On the page only"
    NONE = "none", "Not at all"


class KindRule(NamedTuple):
    """A kind in words. `may_choose` is False for what protects an account."""

    label: str
    explanation: str
    default: DeliveryChoice
    permissions: tuple[Permission, ...] = ()  # who has one of them somewhere can get such notices
    is_personal: bool = False
    may_choose: bool = True


KINDS: dict[NoticeKind, KindRule] = {
    NoticeKind.APPROVAL: KindRule(
        "Waiting for review or approval",
        "An email is built and needs somebody who submits it for review, or who approves it.",
        DeliveryChoice.EMAIL,
        (Permission.CURATE, Permission.APPROVE),
    ),
    NoticeKind.HELD: KindRule(
        "Held by the service",
        "Preflight found a problem, or an edition cannot be sent as planned.",
        DeliveryChoice.EMAIL,
        (Permission.APPROVE,),
    ),
    NoticeKind.THIN_QUEUE: KindRule(
        "Too few stories",
        "An edition takes stories for a few hours only and does not have enough.",
        DeliveryChoice.EMAIL,
        (Permission.CURATE,),
    ),
    NoticeKind.DEADLINE: KindRule(
        "Deadline missed",
        "An edition was held or skipped because it was not ready in time.",
        DeliveryChoice.EMAIL,
        (Permission.APPROVE, Permission.CURATE),
    ),
    NoticeKind.SENT: KindRule(
        "Edition sent",
        "An edition was sent or stopped, with numbers of readers.",
        DeliveryChoice.PAGE,
        (Permission.CURATE,),
    ),
    NoticeKind.ATTENTION: KindRule(
        "Needs attention",
        "Sending stopped by itself, or some readers did not get an edition.",
        DeliveryChoice.EMAIL,
        (Permission.OPERATE, Permission.SEND),
    ),
    NoticeKind.EVENTS: KindRule(
        "Delivery events stopped",
        "The provider’s events do not arrive, or are rejected.",
        DeliveryChoice.EMAIL,
        (Permission.OPERATE,),
    ),
    NoticeKind.WEBHOOK: KindRule(
        "Webhook switched off",
        "A webhook failed for three days, or its receiver wants no more, so it was switched off.",
        DeliveryChoice.EMAIL,
        (Permission.CONFIGURE,),
    ),
    NoticeKind.MENTION: KindRule(
        "Mentioned in a comment",
        "A colleague mentions you in a comment that you have not seen yet.",
        DeliveryChoice.EMAIL,
        (Permission.CURATE,),
        is_personal=True,
    ),
    NoticeKind.ROLE: KindRule(
        "Your role changed", "Somebody gave you a role or took one away.", DeliveryChoice.EMAIL, is_personal=True
    ),
    NoticeKind.SIGN_IN: KindRule(
        "Sign-in from a new browser",
        "Somebody signed in to your account in a browser in which you had not signed in before.",
        DeliveryChoice.EMAIL,
        is_personal=True,
        may_choose=False,
    ),
}
PERSONAL = [kind for kind, rule in KINDS.items() if rule.is_personal]
FOR_WEBHOOKS = [kind for kind in KINDS if kind not in PERSONAL]
OF_SERVICE = [NoticeKind.EVENTS]  # of no publication, so only webhooks of all publications get them
