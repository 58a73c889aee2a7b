"""The page of a user's roles for single publications."""

import pytest
from django.test import Client

from newsletter.accounts.models import Role, User
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.web.asking import follow, words
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Client:
    return signed_in(make.person(Role.ADMIN, "Ada"))


def test_a_role_is_set_changed_and_removed_and_counts_from_the_next_click(
    ada: Client, publication: Publication
) -> None:
    rosa = User.objects.create_user("rosa@example.org", name="Rosa", role="")
    client, page = signed_in(rosa), f"/users/{rosa.pk}/roles/"
    assert client.get("/desk/morning/").status_code == 403
    shown = follow(ada.post(page, {"publication": publication.pk, "role": "curator"}), ada)
    assert "Rosa has the role curator for The Morning Post." in shown
    assert client.get("/desk/morning/").status_code == 200
    assert "You are signed in as rosa@example.org." in words(client.get("/password/"))
    follow(ada.post(page, {"publication": publication.pk, "role": "contributor"}), ada)
    assert "The Morning Post Contributor" in words(ada.get(page))
    assert client.get("/desk/morning/").status_code == 403
    for _ in range(2):  # a repeated click
        assert "Rosa has no role" in follow(ada.post(page, {"publication": publication.pk, "role": "none"}), ada)
    assert "You have no role yet" in words(client.get("/"))


def test_what_is_not_a_role_or_a_publication_is_said_at_its_field(ada: Client, publication: Publication) -> None:
    page = f"/users/{make.cora().pk}/roles/"
    answer = ada.post(page, {"publication": "99", "role": "queen"})
    assert answer.status_code == 422
    assert "2 fields need correction" in words(answer)
    assert "The role curator counts for all publications. A role below adds to it." in words(answer)
