"""The bell follows, reading is remembered, and each button leads to where one acts, after a sign-in."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from newsletter.accounts.models import Role, StaffEmail, User
from newsletter.audit.models import Record
from newsletter.editions.models import Edition
from newsletter.letters import assemble_edition
from newsletter.lib import clock
from newsletter.notices import notice_emails, read_notices, write_notices
from newsletter.notices.kind_names import NoticeKind
from newsletter.notices.models import NoticeChoice, StaffNotice
from newsletter.publications.models import Publication
from newsletter.publications.publication_roles import grant_publication_role
from tests.support import factories as make
from tests.web.asking import follow, words
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(publication: Publication) -> Edition:
    make.story(publication)
    edition = make.edition(publication, due_at=clock.now() + timedelta(hours=2))
    made = assemble_edition.assemble(edition.pk, now=clock.now())
    make.eddie()
    assert write_notices.write_new(now=clock.now()) == 1
    return made


def test_the_bell_counts_and_the_page_says_what_happened_what_comes_and_where_to_act(
    eddie: Client, waiting: Edition
) -> None:
    assert 'aria-label="Notices, 1 unread"' in eddie.get("/account/").content.decode()
    page = words(eddie.get("/notices/"))
    assert "The Morning Post of" in page
    assert "If nobody acts: Without an approval by" in page
    notice = StaffNotice.objects.get()
    answer = eddie.post(f"/notices/{notice.pk}/", {"do": "open"})
    assert answer["Location"] == f"/editions/{waiting.pk}/"
    assert 'aria-label="Notices, 0 unread"' in eddie.get("/notices/").content.decode()
    assert "No unread notices" in words(eddie.get("/notices/?show=unread"))


def test_the_polling_of_any_page_brings_the_count_along(eddie: Client, waiting: Edition) -> None:
    part = eddie.get(f"/editions/{waiting.pk}/", headers={"HX-Request": "true"})
    assert part["X-Unread-Notices"] == "1"
    assert "X-Unread-Notices" not in eddie.get(f"/editions/{waiting.pk}/")
    assert "X-Unread-Notices" not in Client().get("/sign-in/", headers={"HX-Request": "true"})


def test_a_notice_is_marked_as_unread_again_and_all_as_read(eddie: Client, waiting: Edition) -> None:
    notice, user = StaffNotice.objects.get(), make.eddie()
    eddie.post(f"/notices/{notice.pk}/", {"do": "read"})
    assert read_notices.count_unread(user) == 0
    back = eddie.post(f"/notices/{notice.pk}/", {"do": "unread", "back": "https://evil.example/"})
    assert back["Location"] == "/notices/"
    assert read_notices.count_unread(user) == 1
    assert "All notices are read." in follow(eddie.post("/notices/"), eddie)


def test_nobody_reads_the_notices_of_others(eddie: Client, cora: Client, waiting: Edition) -> None:
    assert cora.post(f"/notices/{StaffNotice.objects.get().pk}/", {"do": "read"}).status_code == 404
    assert read_notices.count_unread(make.eddie()) == 1
    assert "No notices" in words(cora.get("/notices/"))


def test_the_link_of_the_email_asks_to_sign_in_and_then_leads_to_where_one_acts(waiting: Edition) -> None:
    User.objects.filter(email="eddie@example.org").update(
        password=User.objects.create_user("x@example.org", make.PASSWORD).password
    )
    notice_emails.order_due(now=clock.now())
    link = StaffEmail.objects.get(to="eddie@example.org").content["link"].removeprefix("http://127.0.0.1:8000")
    client = Client()
    asked = client.get(link)
    assert asked["Location"] == f"/sign-in/?next={link}"
    signed = client.post(asked["Location"], {"username": "eddie@example.org", "password": make.PASSWORD})
    assert signed["Location"] == link
    page = client.get(link)
    assert "Approve" in words(page)
    form = {"content_hash": waiting.content_hash}
    assert client.post(f"{link}approve/", form).status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == "approved"


def test_a_sign_in_in_a_new_browser_is_a_notice_and_in_a_known_one_is_none(publication: Publication) -> None:
    user = make.eddie(make.PASSWORD)
    form = {"username": user.email, "password": make.PASSWORD}
    first = Client()
    assert first.post("/sign-in/", form).status_code == 302
    assert not user.notices.exists(), "the first sign-in of all is no surprise"
    first.post("/sign-out/")
    first.post("/sign-in/", form)
    assert not user.notices.exists()
    agent = "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"
    Client().post("/sign-in/", form, headers={"User-Agent": agent}, REMOTE_ADDR="192.0.2.77")
    notice = user.notices.get().notice
    assert notice.kind == NoticeKind.SIGN_IN
    assert notice.lines[0].startswith("Firefox on Windows, network 192.0.2.")
    assert notice_emails.order_due(now=clock.now() + timedelta(seconds=1)) == 1


def test_a_person_chooses_among_the_kinds_that_their_roles_can_get(cora: Client, otto: Client) -> None:
    page = cora.get("/account/notices/").content.decode()
    assert re.findall(r'<select name="([\w-]+)"', page) == [
        "approval", "thin-queue", "deadline", "sent", "mention", "role",
    ]  # fmt: skip
    assert re.findall(r'<select name="([\w-]+)"', otto.get("/account/notices/").content.decode()) == [
        "attention", "events", "role",
    ]  # fmt: skip
    chosen = {"approval": "digest", "thin-queue": "none", "deadline": "email", "sent": "page", "mention": "email"} | {
        "role": "email"
    }
    assert "Your choices are saved." in follow(cora.post("/account/notices/", chosen), cora)
    stored = dict(NoticeChoice.objects.values_list("kind", "choice"))
    assert stored == {"approval": "digest", "thin-queue": "none"}, "only what differs"
    record = Record.objects.get(act="notices-chosen")
    assert (record.who, record.door) == ("cora@example.org", "page")
    wrong = cora.post("/account/notices/", chosen | {"sent": "pigeon"})
    assert wrong.status_code == 422
    assert "Select a valid choice" in words(wrong)


def test_somebody_without_a_role_for_all_sees_the_notices_of_their_publication(waiting: Edition) -> None:
    other = make.publication(slug="evening", name="Zanzibar Post")
    emma = User.objects.create_user("emma@example.org", name="Emma", role="")
    grant_publication_role(emma, other, role=Role.EDITOR, by=None, now=clock.now())
    make.story(other)
    edition = make.edition(other, due_at=clock.now() + timedelta(hours=2))
    assemble_edition.assemble(edition.pk, now=clock.now())
    write_notices.write_new(now=clock.now())
    page = words(signed_in(emma).get("/notices/"))
    assert "Zanzibar Post of" in page
    assert "The Morning Post" not in page
