"""Roles for single publications: who has which permission where, and that every change is recorded once."""

from typing import Any

import pytest

from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import (
    NotPermitted,
    Permission,
    has_permission,
    has_permission_somewhere,
    permitted,
    require,
)
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.lib.errors import BadInput
from newsletter.publications.edit_publication import update_publication
from newsletter.publications.models import Publication
from newsletter.publications.publication_roles import (
    grant_publication_role,
    publications_with,
    revoke_publication_role,
)
from newsletter.publications.role_models import PublicationRole
from newsletter.stories.models import Story
from tests.support import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def rosa() -> User:
    """Has no role for all publications."""
    return User.objects.create_user("rosa@example.org", name="Rosa", role="")


def granted(user: User, publication: Publication, role: Role) -> User:
    grant_publication_role(user, publication, role=role, by=None, now=make.MONDAY)
    return User.objects.get(pk=user.pk)


def test_a_role_for_a_publication_counts_there_and_nowhere_else(rosa: User) -> None:
    morning, evening = make.publication(), make.publication()
    rosa = granted(rosa, morning, Role.EDITOR)
    assert has_permission(rosa, Permission.APPROVE, morning)
    assert has_permission(rosa, Permission.APPROVE, morning.pk)
    assert not has_permission(rosa, Permission.APPROVE, evening)
    assert not has_permission(rosa, Permission.APPROVE)  # what concerns all publications
    assert has_permission_somewhere(rosa, Permission.APPROVE)
    assert not has_permission_somewhere(rosa, Permission.OPERATE)
    assert list(publications_with(rosa, Permission.APPROVE)) == [morning]


def test_what_either_role_permits_is_permitted(rosa: User) -> None:
    morning, evening = make.publication(), make.publication()
    rosa.role = Role.CURATOR
    rosa.save()
    rosa = granted(rosa, morning, Role.AUDIENCE)
    assert has_permission(rosa, Permission.CURATE, morning)
    assert has_permission(rosa, Permission.AUDIENCE, morning)
    assert set(publications_with(rosa, Permission.CURATE)) == {morning, evening}
    assert set(publications_with(rosa, Permission.AUDIENCE)) == {morning}


def test_rows_of_other_publications_are_not_found(rosa: User) -> None:
    morning, evening = make.publication(), make.publication()
    ours, _theirs = make.story(morning), make.story(evening)
    rosa = granted(rosa, morning, Role.CURATOR)
    assert list(Story.objects.filter(permitted(rosa, Permission.CURATE))) == [ours]
    assert not Story.objects.filter(permitted(rosa, Permission.APPROVE)).exists()
    rosa.is_active = False
    assert not Story.objects.filter(permitted(rosa, Permission.CURATE)).exists()


def test_all_questions_of_a_request_read_the_roles_once(rosa: User, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    publications = [make.publication() for _ in range(4)]
    for publication in publications:
        rosa = granted(rosa, publication, Role.CURATOR)
    with django_assert_num_queries(1):
        for publication in publications:
            assert has_permission(rosa, Permission.CURATE, publication)
            assert not has_permission(rosa, Permission.SEND, publication)


def test_an_act_refuses_and_names_the_role(rosa: User) -> None:
    morning, evening = make.publication(), make.publication()
    rosa = granted(rosa, morning, Role.CURATOR)
    require(rosa, Permission.CURATE, publication=morning)
    with pytest.raises(NotPermitted, match="the role curator for this publication"):
        require(rosa, Permission.APPROVE, publication=morning)
    with pytest.raises(NotPermitted, match="no role for this publication"):
        require(rosa, Permission.CURATE, publication=evening)
    with pytest.raises(NotPermitted, match="no role for all publications"):
        require(rosa, Permission.CURATE)


def test_each_change_is_recorded_once_with_what_was_before(rosa: User) -> None:
    morning, ada = make.publication(), make.person(Role.ADMIN, "Ada")
    for role in (Role.CURATOR, Role.CURATOR, Role.EDITOR):
        grant_publication_role(rosa, morning, role=role, by=ada, now=make.MONDAY)
    for _ in range(2):
        revoke_publication_role(rosa, morning, by=ada, now=make.MONDAY)
    rows = Record.objects.filter(subject="user", subject_id=rosa.pk).order_by("pk")
    assert [(row.act, row.details) for row in rows] == [
        (Act.ROLE_GRANTED, {"publication": morning.slug, "after": "curator"}),
        (Act.ROLE_GRANTED, {"publication": morning.slug, "before": "curator", "after": "editor"}),
        (Act.ROLE_REVOKED, {"publication": morning.slug, "before": "editor"}),
    ]
    assert not PublicationRole.objects.exists()


def test_a_change_takes_effect_on_the_object_that_was_passed(rosa: User) -> None:
    morning = make.publication()
    assert not has_permission(rosa, Permission.CURATE, morning)
    grant_publication_role(rosa, morning, role=Role.CURATOR, by=None, now=make.MONDAY)
    assert has_permission(rosa, Permission.CURATE, morning)


def test_the_administrator_of_one_publication_grants_no_roles(rosa: User) -> None:
    morning = make.publication()
    ada = granted(make.person(Role.CURATOR, "Ada"), morning, Role.ADMIN)
    with pytest.raises(NotPermitted):
        grant_publication_role(rosa, morning, role=Role.CURATOR, by=ada, now=make.MONDAY)
    with pytest.raises(NotPermitted):
        revoke_publication_role(ada, morning, by=ada, now=make.MONDAY)


def test_the_sender_of_emails_to_staff_is_changed_only_with_a_role_for_all(rosa: User, settings: Any) -> None:
    oldest, other = make.publication(), make.publication()
    rosa = granted(granted(rosa, oldest, Role.ADMIN), other, Role.ADMIN)
    with pytest.raises(BadInput, match="sender email: is also the sender of invitations and other emails to staff"):
        update_publication(oldest, sender_email="rosa@evil.example", by=rosa)
    assert update_publication(oldest, sender_email=oldest.sender_email, name="The Post", by=rosa).name == "The Post"
    assert update_publication(other, sender_email="rosa@example.org", by=rosa).sender_email == "rosa@example.org"
    ada = make.person(Role.ADMIN, "Ada")
    assert update_publication(oldest, sender_email="ada@example.org", by=ada).sender_email == "ada@example.org"
    settings.STAFF_EMAIL_SENDER = "staff@example.org"
    assert update_publication(oldest, sender_email="rosa@example.org", by=rosa).sender_email == "rosa@example.org"
