"""What every page tells the browser, and that our pages keep to it themselves."""

import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import get_resolver

from newsletter import settings as written
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.web.shared.error_pages import stale_form
from newsletter.web.shared.security_headers import PAGE, PolicyMiddleware
from tests.support import factories as make
from tests.web.asking import words


@pytest.fixture
def pages(eddie: Client, otto: Client, client: Client, publication: Publication) -> dict[str, str]:
    """The source of every kind of page that is ours."""
    story = make.story(publication)
    edition = make.edition(publication, due_at=clock.now() + timedelta(days=1))
    desk = ["/", f"/stories/{story.pk}/", "/desk/morning/new/", "/desk/morning/paste/", "/desk/morning/editions/"]
    desk += [f"/editions/{edition.pk}/", f"/editions/{edition.pk}/send/", "/password/", "/ops/", "/nowhere"]
    found = {path: eddie.get(path) for path in desk} | {"ops": otto.get("/ops/")}
    found |= {path: client.get(path) for path in ("/sign-in/", "/u/damaged")}
    for path, response in found.items():
        assert response["Content-Security-Policy"] == PAGE, path
        assert response["X-Frame-Options"] == "SAMEORIGIN"
        assert response["X-Content-Type-Options"] == "nosniff"
    return {path: response.content.decode() for path, response in found.items()}


def test_our_pages_hold_no_script_style_or_resource_that_the_policy_forbids(pages: dict[str, str]) -> None:
    for path, page in pages.items():
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), path
        assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=|javascript:", page), path
        loaded = re.findall(r'<(?:script|link|img|iframe)\b[^>]*?\s(?:src|href)="([^"]*)"', page)
        assert loaded, path
        assert all(address.startswith("/") and not address.startswith("//") for address in loaded), path


def test_what_our_pages_load_is_there(client: Client, pages: dict[str, str]) -> None:
    files = {a for page in pages.values() for a in re.findall(r'"(/static/[^"]+)"', page)}
    assert "/static/django_htmx/htmx-2.min.js" in files
    for file in files:
        answer = client.get(file)
        answer.close()  # it holds the file open
        assert answer.status_code == 200, file


def test_pages_are_not_kept_by_others_and_vary_on_htmx(eddie: Client, publication: Publication) -> None:
    page = eddie.get("/")
    assert page["Cache-Control"] == "private, no-store"
    assert "HX-Request" in page["Vary"]
    assert "Cookie" in page["Vary"]


def test_a_policy_that_a_view_sets_stays() -> None:
    answer = PolicyMiddleware(lambda _: HttpResponse(headers={"Content-Security-Policy": "x"}))(
        RequestFactory().get("/")
    )
    assert answer["Content-Security-Policy"] == "x"


def test_the_settings_switch_it_on_and_name_our_page_for_stale_forms() -> None:
    assert "newsletter.web.shared.security_headers.PolicyMiddleware" in written.MIDDLEWARE
    assert getattr(written, "CSRF_FAILURE_VIEW", "") == "newsletter.web.shared.error_pages.stale_form"


def test_a_stale_form_is_a_page_of_ours() -> None:
    answer = stale_form(RequestFactory().post("/"))
    assert answer.status_code == 403
    assert "Your session has expired" in words(answer)


@pytest.mark.django_db
def test_our_own_fault_is_a_page_of_ours_that_needs_no_database() -> None:
    request = RequestFactory().get("/")  # nobody is known in it, and nothing may be asked of it
    answer = get_resolver().resolve_error_handler(500)(request)
    assert answer.status_code == 500
    assert "Something went wrong on our side" in words(answer)


@override_settings(ALLOWED_HOSTS=["testserver"])
@pytest.mark.django_db
def test_the_web_server_says_that_it_works(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content, dict(answer.cookies)) == (200, b"ok\n", {})
    assert client.post("/healthz").status_code == 405
