"""An invitation opens one account, once, for a week, for the address it was sent to."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from newsletter.accounts import manage_users
from newsletter.accounts.models import Role, User
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.delivery.recipients import staff_email_sending
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState
from newsletter.publications import invitations
from newsletter.publications.invitation_models import Invitation
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.web.asking import words
from tests.web.conftest import signed_in
from tests.web.site.mailbox import emails_to, link_to

PASSWORD = "nine words are better than one"
FORM = {"name": "Nora", "password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture
def ada(db: None) -> User:
    return make.person(Role.ADMIN, "Ada")


@pytest.fixture
def admin(ada: User) -> Client:
    return signed_in(ada)


def invited(admin: Client, **said: Any) -> str:
    """Invite Nora on the page, and return the path of her link."""
    form = {"email": "nora@example.org", "name": "Nora", "role": "editor"} | said
    assert admin.post("/users/invite/", form).status_code == 302
    return link_to(str(form["email"]))


def test_an_invited_person_chooses_a_password_and_is_signed_in(admin: Client, client: Client, ada: User) -> None:
    link = invited(admin)
    assert Client().get(link).status_code == 200  # a mail scanner opens it first
    key = client.session.session_key
    answer = client.post(link, FORM)
    assert answer["Location"] == "/"
    nora = User.objects.get(email="nora@example.org")
    assert (nora.name, nora.role, nora.check_password(PASSWORD)) == ("Nora", Role.EDITOR, True)
    assert client.get("/account/").status_code == 200
    assert client.session.session_key != key
    acts = set(Record.objects.values_list("act", flat=True))
    assert {Act.USER_INVITED, Act.INVITATION_ACCEPTED, Act.USER_ADDED, Act.SIGNED_IN} <= acts
    assert "Nora" in emails_to(ada.email)[0]["subject"]


def test_a_used_link_opens_nothing_for_whoever_finds_it_in_the_mailbox(admin: Client, client: Client) -> None:
    link = invited(admin)
    client.post(link, FORM)
    for answer in (Client().get(link), Client().post(link, FORM | {"password1": "x" * 20, "password2": "x" * 20})):
        assert answer.status_code == 410
        assert "If you have opened your account already, sign in." in words(answer)  # a double click ends here
    assert User.objects.get(email="nora@example.org").check_password(PASSWORD)


def test_publications_of_an_invitation_become_roles_for_them_and_no_role_for_all(
    admin: Client, client: Client, publication: Publication
) -> None:
    other = make.publication(slug="evening", name="The Evening Post")
    link = invited(admin, publications=[publication.pk])
    page = client.get(link)
    assert "The Morning Post" in words(page)
    assert "The Evening Post" not in words(page)
    client.post(link, FORM)
    nora = User.objects.get(email="nora@example.org")
    assert (nora.role, nora.role_by_publication) == ("", {publication.pk: Role.EDITOR})
    assert client.get("/desk/morning/").status_code == 200
    assert client.get(f"/desk/{other.slug}/").status_code == 404


def test_links_that_were_withdrawn_replaced_or_grew_old_are_void(admin: Client, client: Client) -> None:
    first = invited(admin)
    number = Invitation.objects.get().pk
    Invitation.objects.update(invited_at=clock.now().replace(microsecond=0) - timedelta(hours=1))
    first = link_to("nora@example.org")
    admin.post(f"/users/invitations/{number}/again/")
    second = link_to("nora@example.org")
    assert first != second
    assert client.get(first).status_code == 410
    assert client.get(second).status_code == 200
    Invitation.objects.update(invited_at=clock.now().replace(microsecond=0) - timedelta(days=7, seconds=1))
    assert client.get(f"/invitations/{invitations.create_token(Invitation.objects.get())}").status_code == 410
    assert emails_to("nora@example.org") == []  # and an email that still waits is not sent any more
    Invitation.objects.update(invited_at=clock.now().replace(microsecond=0))
    third = f"/invitations/{invitations.create_token(Invitation.objects.get())}"
    admin.post(f"/users/invitations/{number}/withdraw/")
    assert client.get(third).status_code == 410
    assert client.post(third, FORM).status_code == 410
    assert not User.objects.filter(email="nora@example.org").exists()


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "é", "%00", "A" * 5000])
def test_a_made_up_link_is_void(client: Client, db: None, token: str) -> None:
    assert client.get(f"/invitations/{token}").status_code in (404, 410)


def test_the_invitations_of_an_administrator_end_with_their_rights(admin: Client, client: Client, ada: User) -> None:
    link = invited(admin)
    make.person(Role.ADMIN, "Another")
    manage_users.change_role(ada, role=Role.EDITOR, by=None, now=clock.now())
    assert client.get(link).status_code == 410
    manage_users.change_role(ada, role=Role.ADMIN, by=None, now=clock.now())
    manage_users.close_account(ada, by=None, now=clock.now())
    assert client.post(link, FORM).status_code == 410


def test_an_address_with_an_account_is_not_invited_and_its_older_link_sends_it_to_sign_in(
    admin: Client, client: Client
) -> None:
    link = invited(admin)
    make.person(Role.CURATOR, "Nora")
    answer = client.post(link, FORM)
    assert answer.status_code == 409
    assert "You have an account already" in words(answer)
    assert User.objects.get(email="nora@example.org").role == Role.CURATOR
    again = admin.post("/users/invite/", {"email": "NORA@example.org", "role": "ops"})
    assert (again.status_code, "already a user" in words(again)) == (422, True)


def test_one_invitation_for_an_address_however_often_the_button_is_pressed(admin: Client) -> None:
    invited(admin)
    again = admin.post("/users/invite/", {"email": "nora@example.org", "role": "admin"})
    assert "has an open invitation" in words(again)
    number = Invitation.objects.get().pk
    too_soon = admin.post(f"/users/invitations/{number}/again/", follow=True)
    assert "was invited less than a minute ago" in words(too_soon)
    assert "void" not in words(too_soon)
    Invitation.objects.update(invited_at=clock.now().replace(microsecond=0) - timedelta(hours=1))
    for _ in range(3):
        admin.post(f"/users/invitations/{number}/again/")
    assert Record.objects.filter(act=Act.INVITATION_SENT_AGAIN).count() == 1


def test_an_invitation_that_nobody_accepted_is_forgotten_after_three_months(admin: Client, client: Client) -> None:
    client.post(invited(admin), FORM)
    invited(admin, email="rosa@example.org")
    invitations.delete_old(now=clock.now() + timedelta(days=89))
    assert Invitation.objects.count() == 2
    invitations.delete_old(now=clock.now() + timedelta(days=91))
    assert [one.email for one in Invitation.objects.all()] == ["nora@example.org"]


def test_a_weak_password_is_refused_and_nothing_typed_is_lost(admin: Client, client: Client) -> None:
    link = invited(admin)
    for password in ("short", "password123", "nora@example.org"):
        answer = client.post(link, FORM | {"name": "Nora N.", "password1": password, "password2": password})
        assert answer.status_code == 422
        assert 'value="Nora N."' in answer.content.decode()
    assert not User.objects.filter(email="nora@example.org").exists()


def test_the_email_names_who_invites_as_what_and_no_row_holds_the_link(admin: Client, publication: Publication) -> None:
    link = invited(admin, publications=[publication.pk])
    [email] = emails_to("nora@example.org")
    assert email["lines"][0] == "Ada invites you to work on The Morning Post, as editor."
    order = Invitation.objects.get().staff_email
    assert order is not None
    assert order.content == {}
    assert link.rpartition("/")[2] not in str(vars(order))
    assert staff_email_sending.EMAILS.letter(order, clock.now()).subject == email["subject"]


def test_whoever_is_signed_in_already_is_signed_out_when_somebody_else_opens_an_account(
    admin: Client, cora: Client
) -> None:
    link = invited(admin)
    before = cora.session.session_key
    assert "You are signed in as Cora" in words(cora.get(link))
    cora.post(link, FORM)
    assert "nora@example.org" in words(cora.get("/account/"))
    assert cora.session.session_key != before


def test_an_invitation_whose_publications_are_gone_is_void_and_not_for_all(admin: Client, client: Client) -> None:
    morning, evening = make.publication(slug="morning"), make.publication(slug="evening")
    link = invited(admin, publications=[morning.pk, evening.pk])
    morning.delete()
    assert "The Morning Post" in words(client.get(link))  # evening is left
    evening.delete()
    assert client.get(link).status_code == 410
    assert client.post(link, FORM).status_code == 410
    assert not User.objects.filter(email="nora@example.org").exists()
    assert "publications that are gone: the invitation is void" in words(admin.get("/users/"))
    invitation = Invitation.objects.get()
    with pytest.raises(InvalidState, match="Withdraw it, and invite for others"):
        invitations.send_again(invitation, by=None, now=clock.now())
    order = invitation.staff_email
    assert order is not None
    assert staff_email_sending.content_of(order, now=clock.now()) is None
