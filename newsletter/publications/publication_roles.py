"""Grant and revoke roles for single publications, and find the publications in which a user has a permission."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import Permission, permitted, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.publications.models import Publication
from newsletter.publications.role_models import PublicationRole


def publications_with(user: User, *permissions: Permission) -> QuerySet[Publication]:
    """Return the publications, inactive ones too, in which this user has one of `permissions`; without: any role."""
    return Publication.objects.filter(permitted(user, *permissions, publication="pk"))


def grant_publication_role(
    user: User, publication: Publication, *, role: Role, by: User | None, now: datetime
) -> PublicationRole:
    """Give this user `role` for `publication`, in place of the one they had for it. Needs the right to do so for all.

    Takes effect with the user's next request. Granting the same role again changes and records nothing.
    """
    require(by, Permission.CONFIGURE)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two grants at once
        granted = PublicationRole.objects.filter(user=user, publication=publication).first()
        before = granted.role if granted else ""
        if granted is None:
            granted = PublicationRole(user=user, publication=publication)
        if before != role:
            granted.role = role
            granted.save()
            details = {"publication": publication.slug, "before": before, "after": role.value}
            audit_trail.record_in(publication, by, Act.ROLE_GRANTED, user, now=now, **details)
    _forget_cached_roles(user)
    return granted


def revoke_publication_role(user: User, publication: Publication, *, by: User | None, now: datetime) -> None:
    """Take the role for `publication` from this user. `User.role` goes on to count. Twice does no harm."""
    require(by, Permission.CONFIGURE)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        granted = PublicationRole.objects.filter(user=user, publication=publication).first()
        if granted is not None:
            granted.delete()
            details = {"publication": publication.slug, "before": granted.role}
            audit_trail.record_in(publication, by, Act.ROLE_REVOKED, user, now=now, **details)
    _forget_cached_roles(user)


def _forget_cached_roles(user: User) -> None:
    user.__dict__.pop("role_by_publication", None)
