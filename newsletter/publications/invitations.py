"""Invite people by email. The link is valid for seven days and once; the invited person chooses a password.

The row orders the email (`accounts/staff_emails.py`), and the link is made when it is sent.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.db import IntegrityError, transaction

from newsletter.accounts import security_notes, staff_emails
from newsletter.accounts.models import Role, StaffEmail, User
from newsletter.accounts.permissions import Permission, require
from newsletter.accounts.staff_email_models import StaffEmailKind
from newsletter.accounts.staff_emails import StaffEmailContent
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.lib.errors import BadToken, InvalidState
from newsletter.lib.signed_tokens import TokenSigner
from newsletter.mail.email_address import normalise_email
from newsletter.publications.invitation_models import Invitation
from newsletter.publications.models import Publication
from newsletter.publications.publication_roles import grant_publication_role

VALID = timedelta(days=7)
KEPT = timedelta(days=90)  # of one that was not accepted
MIN_RESEND_INTERVAL = timedelta(minutes=1)  # a double click sends one email
HAS_ACCOUNT = "There is already a user with this address."
VOID = "This invitation was already used, was withdrawn or has expired."


@lru_cache(maxsize=1)
def _signer() -> TokenSigner:
    return TokenSigner([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS], purpose="invitation", count=2)


def invite(
    email: str,
    *,
    name: str,
    role: Role,
    publications: Sequence[Publication] = (),
    by: User | None,
    now: datetime,
) -> Invitation:
    """Invite somebody and order the email. Without publications, the role counts for all of them.

    Raises `BadInput` for an address that cannot be mailed, and `InvalidState` if it has an account or an open
    invitation.
    """
    require(by, Permission.CONFIGURE)
    address = normalise_email(email)
    at = now.replace(microsecond=0)
    try:
        with transaction.atomic():
            if User.objects.filter(email=address).exists():
                raise InvalidState(HAS_ACCOUNT)
            invitation = Invitation.objects.create(
                email=address,
                name=name.strip()[:100],
                role=role,
                for_all=not publications,
                invited_by=by,
                invited_at=at,
                staff_email=staff_emails.order_link(StaffEmailKind.INVITATION, address, now=now),
            )
            invitation.publications.set(publications)
            audit_trail.record_in(
                publications[0] if len(publications) == 1 else None,
                by,
                Act.USER_INVITED,
                invitation,
                now=now,
                role=role.value,
                publications=", ".join(one.slug for one in publications),
            )
    except IntegrityError:
        raise InvalidState("This address has an open invitation. Send it again, or withdraw it first.") from None
    return invitation


def send_again(invitation: Invitation, *, by: User | None, now: datetime) -> Invitation:
    """Order the email again, with a new link that is valid for seven days; the links of before are void."""
    require(by, Permission.CONFIGURE)
    with transaction.atomic():
        invitation = _locked_open(invitation.pk)
        if User.objects.filter(email=invitation.email).exists():
            raise InvalidState(HAS_ACCOUNT)
        if not is_for_something(invitation):
            raise InvalidState("The publications of this invitation are gone. Withdraw it, and invite for others.")
        if now - invitation.invited_at < MIN_RESEND_INTERVAL:
            return invitation
        invitation.invited_at, invitation.invited_by = now.replace(microsecond=0), by
        invitation.staff_email = staff_emails.order_link(StaffEmailKind.INVITATION, invitation.email, now=now)
        invitation.save(update_fields=["invited_at", "invited_by", "staff_email"])
        audit_trail.record(by, Act.INVITATION_SENT_AGAIN, invitation, now=now)
    return invitation


def withdraw(invitation: Invitation, *, by: User | None, now: datetime) -> Invitation:
    """Make the link of this invitation void. Twice does no harm; an accepted one raises `InvalidState`."""
    require(by, Permission.CONFIGURE)
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if invitation.accepted_at:
            raise InvalidState("This invitation was accepted. Close the account instead.")
        if invitation.withdrawn_at is None:
            invitation.withdrawn_at = now
            invitation.save(update_fields=["withdrawn_at"])
            audit_trail.record(by, Act.INVITATION_WITHDRAWN, invitation, now=now)
    return invitation


def delete_old(*, now: datetime) -> None:
    """Delete invitations that were not accepted and are older than `KEPT`, and with them the addresses."""
    Invitation.objects.filter(accepted_at=None, invited_at__lt=now - KEPT).delete()


def create_token(invitation: Invitation) -> str:
    """Return the token for the link in the email."""
    return _signer().sign(invitation.pk, int(invitation.invited_at.timestamp()))


def open_invitation(token: str, *, now: datetime) -> Invitation:
    """Return the invitation of this token.

    Raises `BadToken` if it was used, withdrawn, replaced by a newer one or has expired, when whoever invited may not
    invite any more, and when its publications are gone.
    """
    number, at = _signer().read(token)
    return _checked(Invitation.objects.select_related("invited_by").filter(pk=number).first(), at, now=now)


def accept(token: str, *, name: str, password: str, now: datetime) -> User:
    """Make the account of this invitation, with its roles. The caller has checked the password's rules.

    Raises `BadToken` as `open_invitation` does, and `InvalidState` if the address has an account by now.
    """
    number, at = _signer().read(token)
    with transaction.atomic():
        invitation = _checked(Invitation.objects.select_for_update(of=("self",)).filter(pk=number).first(), at, now=now)
        if User.objects.filter(email=invitation.email).exists():
            raise InvalidState(HAS_ACCOUNT)
        publications = list(invitation.publications.order_by("pk"))
        user = User(
            email=invitation.email,
            name=name.strip()[:100] or invitation.name,
            role=invitation.role if invitation.for_all else "",
        )
        user.set_password(password)
        user.save()
        invitation.accepted_at = now
        invitation.save(update_fields=["accepted_at"])
        audit_trail.record(user, Act.INVITATION_ACCEPTED, invitation, now=now)
        audit_trail.record(invitation.invited_by, Act.USER_ADDED, user, now=now, role=user.role)
        for publication in publications:
            grant_publication_role(user, publication, role=Role(invitation.role), by=invitation.invited_by, now=now)
        if invitation.invited_by:
            security_notes.note_invitation_accepted(invitation.invited_by, user, now=now)
    return user


def email_content(order: StaffEmail, now: datetime) -> StaffEmailContent | None:
    """Return the email of this order; None if its invitation was withdrawn, replaced or has expired meanwhile."""
    invitation = Invitation.objects.open().select_related("invited_by").filter(staff_email=order).first()
    if invitation is None or now - invitation.invited_at > VALID or not _may_invite(invitation.invited_by):
        return None
    if not is_for_something(invitation):
        return None
    names = ", ".join(invitation.publications.order_by("name").values_list("name", flat=True))
    until = invitation.invited_at + VALID
    inviter = str(invitation.invited_by) if invitation.invited_by else "An administrator"
    return StaffEmailContent(
        subject="Your account for the newsletter desk",
        heading="You are invited to the newsletter desk",
        lines=[
            f"{inviter} invites you to work on {names or 'the newsletters'}, as {Role(invitation.role).label.lower()}.",
            "Choose a password to open your account.",
        ],
        label="Choose a password",
        link=f"{settings.BASE_URL}/invitations/{create_token(invitation)}",
        after=[
            f"The link works once, until {until:%-d %B %Y, %H:%M} UTC.",
            "If you did not expect this, ignore this email: no account is made.",
        ],
    )


def is_for_something(invitation: Invitation) -> bool:
    """Return False once none of the publications that it was for exists any more: then it is void, and not for all."""
    return invitation.for_all or invitation.publications.exists()


def email_state(invitation: Invitation) -> str:
    """Return what became of the invitation's email, in words; empty when its order was deleted."""
    order = invitation.staff_email
    if order is None:
        return ""
    if order.sent_at:
        return "email sent"
    return f"email not sent: {order.problem}" if order.problem else "email is waiting to be sent"


def _may_invite(by: User | None) -> bool:
    try:
        require(by, Permission.CONFIGURE)
    except InvalidState:
        return False
    return True


def _locked_open(number: int) -> Invitation:
    found = Invitation.objects.select_for_update(of=("self",)).open().filter(pk=number).first()
    if found is None:
        raise InvalidState("This invitation was accepted or withdrawn meanwhile.")
    return found


def _checked(invitation: Invitation | None, at: int, *, now: datetime) -> Invitation:
    is_open = invitation is not None and not invitation.accepted_at and not invitation.withdrawn_at
    if invitation is None or not is_open or int(invitation.invited_at.timestamp()) != at:
        raise BadToken(VOID)
    if now - datetime.fromtimestamp(at, UTC) > VALID or not _may_invite(invitation.invited_by):
        raise BadToken(VOID)
    if not is_for_something(invitation):
        raise BadToken(VOID)
    return invitation
