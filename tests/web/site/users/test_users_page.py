"""Administrators see who works here, change roles, close and reopen accounts."""

import re
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from newsletter.accounts import manage_users, password_reset
from newsletter.accounts.models import Role, User
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState
from tests.support import factories as make
from tests.web.asking import words
from tests.web.conftest import signed_in
from tests.web.site.mailbox import emails_to


@pytest.fixture
def ada(db: None) -> User:
    return make.person(Role.ADMIN, "Ada")


@pytest.fixture
def admin(ada: User) -> Client:
    return signed_in(ada)


def test_a_role_change_counts_from_the_next_request_and_a_closed_account_is_out_at_once(admin: Client) -> None:
    otto = make.otto()
    his = signed_in(otto)
    assert his.get("/ops/").status_code == 200
    admin.post(f"/users/{otto.pk}/end-sessions/")
    assert his.get("/ops/").status_code == 302
    his = signed_in(otto)
    admin.post(f"/users/{otto.pk}/", {"role": "curator"})
    assert his.get("/ops/").status_code == 403
    admin.post(f"/users/{otto.pk}/close/")
    assert his.get("/").status_code == 302
    admin.post(f"/users/{otto.pk}/reopen/")
    assert his.get("/").status_code == 302  # the old session does not come to life again
    assert {Act.ROLE_CHANGED, Act.USER_CLOSED, Act.USER_REOPENED} <= set(Record.objects.values_list("act", flat=True))


def test_the_last_administrator_is_neither_closed_nor_demoted(admin: Client, ada: User) -> None:
    assert "last administrator" in words(admin.post(f"/users/{ada.pk}/", {"role": "editor"}))
    assert "last administrator" in words(admin.post(f"/users/{ada.pk}/close/", follow=True))
    another = make.person(Role.ADMIN, "Another")
    manage_users.close_account(another, by=ada, now=clock.now())  # a closed one does not count
    with pytest.raises(InvalidState, match="last administrator"):
        manage_users.change_role(ada, role=None, by=None, now=clock.now())
    ada.refresh_from_db()
    assert (ada.role, ada.is_active) == (Role.ADMIN, True)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_demote_each_other_leave_one() -> None:
    pair = [make.person(Role.ADMIN, "Ada"), make.person(Role.ADMIN, "Bea")]
    start = threading.Barrier(2)

    def demote(one: User) -> None:
        start.wait()
        try:
            manage_users.change_role(one, role=Role.EDITOR, by=None, now=clock.now())
        except InvalidState:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=demote, args=(one,)) for one in pair]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert User.objects.filter(role=Role.ADMIN).count() == 1


def test_whoever_was_demoted_while_their_act_waited_demotes_nobody(ada: User) -> None:
    bea = make.person(Role.ADMIN, "Bea")
    make.person(Role.ADMIN, "Cleo")
    manage_users.change_role(ada, role=Role.EDITOR, by=bea, now=clock.now())
    ada.role = Role.ADMIN  # as her request has read it
    with pytest.raises(InvalidState, match="does not permit"):
        manage_users.change_role(bea, role=None, by=ada, now=clock.now())
    with pytest.raises(InvalidState, match="does not permit"):
        manage_users.close_account(bea, by=ada, now=clock.now())
    bea.refresh_from_db()
    assert (bea.role, bea.is_active) == (Role.ADMIN, True)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_nobody_else_reaches_the_pages_of_users(role: Role, db: None) -> None:
    person, other = make.person(role, "Somebody"), make.person(Role.ADMIN, "Ada")
    browser = signed_in(person)
    for path in ("/users/", "/users/invite/", f"/users/{other.pk}/"):
        assert browser.get(path).status_code == 403
    for path in (f"/users/{person.pk}/", f"/users/{other.pk}/close/", "/users/invite/", "/users/invitations/1/again/"):
        assert browser.post(path, {"role": "admin", "email": "a@example.org"}).status_code == 403
    with pytest.raises(InvalidState, match="does not permit"):
        manage_users.change_role(person, role=Role.ADMIN, by=person, now=clock.now())


def test_an_administrator_signed_in_an_hour_ago_confirms_who_they_are_first(ada: User) -> None:
    ada.set_password(make.PASSWORD)
    ada.save()
    browser = Client()
    browser.force_login(ada)
    otto = make.otto()
    answer = browser.post(f"/users/{otto.pk}/close/")
    assert answer["Location"] == f"/account/confirm/?next=%2Fusers%2F{otto.pk}%2F"
    assert browser.get("/users/invite/")["Location"] == "/account/confirm/?next=%2Fusers%2Finvite%2F"
    otto.refresh_from_db()
    assert otto.is_active
    back = browser.post("/account/confirm/", {"password": make.PASSWORD, "next": f"/users/{otto.pk}/"})
    assert back["Location"] == f"/users/{otto.pk}/"
    browser.post(f"/users/{otto.pk}/close/")
    otto.refresh_from_db()
    assert not otto.is_active


def test_an_administrator_sends_somebody_a_link_to_a_new_password(admin: Client) -> None:
    otto = make.otto()
    admin.post(f"/users/{otto.pk}/reset-link/")
    assert "/password/reset/" in emails_to(otto.email)[0]["link"]
    with pytest.raises(InvalidState, match="does not permit"):
        password_reset.send_reset_link(otto, by=make.eddie(), now=clock.now())
    manage_users.close_account(otto, by=None, now=clock.now())
    assert emails_to(otto.email) == []
    assert "Reopen it first" in words(admin.post(f"/users/{otto.pk}/reset-link/", follow=True))


def test_each_label_on_the_page_of_a_user_is_that_of_one_field(admin: Client) -> None:
    page = admin.get(f"/users/{make.otto().pk}/").content.decode()
    ids, labels = re.findall(r'\bid="([^"]+)"', page), re.findall(r'<label for="([^"]+)"', page)
    assert len(set(ids)) == len(ids)
    assert set(labels) <= set(ids)


def test_the_list_costs_the_same_with_many_users(admin: Client, settings: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            admin.get("/users/")
        return len(seen)

    admin.get("/users/")
    few = queries()
    for number in range(12):
        make.person(Role.CURATOR, f"Person{number}")
    assert queries() == few
