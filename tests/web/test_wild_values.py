"""Whatever stands in an address, a query or a form: no page answers that something broke on our side."""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver

from newsletter import urls, web
from newsletter.accounts.models import Role
from newsletter.audience.import_models import SubscriberImport
from newsletter.audience.imports import import_orders
from newsletter.audience.models import Subscriber
from newsletter.delivery.dispatches import open_dispatch
from newsletter.delivery.models import Batch, Dispatch
from newsletter.delivery.recipients import reader_links
from newsletter.editions.comment_models import Comment, CommentThread
from newsletter.editions.models import Edition
from newsletter.editions.snippet_models import Snippet
from newsletter.editions.story_correction_models import StoryCorrection
from newsletter.giving.models import Appeal
from newsletter.notices import write_notices
from newsletter.notices.models import StaffNotice, Webhook
from newsletter.notices.personal_conditions import new_sign_in
from newsletter.publications.models import Publication
from newsletter.segments.models import Segment
from newsletter.stories.feed_models import Feed, Suggestion
from newsletter.stories.models import Story, StoryState
from tests.support import factories as make
from tests.web.browsing import PageForm, forms_in
from tests.web.conftest import signed_in

pytestmark = pytest.mark.long

Some = Callable[[Sequence[str], int], Sequence[str]]

WILD = ("", "-1", "0", "9" * 30, "9" * 5000, "²", "٣", "1.5", "1e9", "x" * 3000, "\x00", "’%00<b>")
MOMENTS = ("0001-01-01T00:00", "9999-12-31T23:59:59", "2026-11-01T01:30", "2027-03-14T02:30", "2026-02-30T00:00")
NUMBERS = (0, 1, 2**31, 2**63 - 1, 2**63, 10**30)
WORDS = ("morning", "x" * 300, "-", "again", "accepted")
TOKENS = ("x", "²", "%00", "%ff", "a/b", ".", "x" * 3000, "٣")
PARTS = {"int": NUMBERS, "slug": WORDS, "str": TOKENS, "path": TOKENS}
PART = re.compile(r"<(?:(\w+):)?(\w+)>")
USUAL = {"int": "1", "slug": "morning", "str": "x", "path": "x"}
FIRST: dict[str, Any] = {"story_id": Story, "edition_id": Edition, "dispatch_id": Dispatch, "batch_id": Batch}
FIRST |= {"snippet_id": Snippet, "thread_id": CommentThread, "comment_id": Comment}
FIRST |= {"story_correction_id": StoryCorrection}
FIRST |= {"appeal_id": Appeal, "feed_id": Feed, "suggestion_id": Suggestion, "import_id": SubscriberImport}
FIRST |= {"segment_id": Segment, "notice_id": StaffNotice, "webhook_id": Webhook}
SLOW = {"template", "template-preview", "template-version"}  # each try of a template is a process
QUERY = re.compile(
    r"""request\.GET(?:\.get\(|\[)["']([\w-]+)|values\.get\(["']([\w-]+)|["']([\w-]+)["'] in request\.GET"""
)


def ours(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from ours(pattern.url_patterns)
        elif pattern.lookup_str.startswith("newsletter."):
            yield pattern


PATTERNS = list(ours(urls.urlpatterns))


def usual_address(pattern: URLPattern) -> str:
    """The address with the first of each thing that there is."""
    return re.sub(PART, lambda m: _usual(m[1] or "str", m[2]), "/" + str(pattern.pattern))


def _usual(kind: str, name: str) -> str:
    if name == "pitch_id":
        return str(Story.objects.exclude(pitch="").values_list("pk", flat=True).first() or 1)
    if name in FIRST:
        return str(FIRST[name].objects.order_by("pk").values_list("pk", flat=True).first() or 1)
    return "again" if name == "decision" else USUAL[kind]


def addresses(pattern: URLPattern) -> list[str]:
    """The address with each part as it should be and, one part after the other, as it should not."""
    text = "/" + str(pattern.pattern)
    parts = re.findall(PART, text)

    def filled(values: dict[str, str]) -> str:
        return re.sub(PART, lambda m: values.get(m[2]) or _usual(m[1] or "str", m[2]), text)

    found = [usual_address(pattern)]
    for kind, name in parts:
        found += [filled({name: str(value)}) for value in PARTS[kind or "str"]]
    return list(dict.fromkeys(found))


def query_names() -> set[str]:
    """Every name that a view asks a query for."""
    files = Path(web.__file__).parent.rglob("*.py")
    return {
        name for file in files for found in QUERY.findall(file.read_text(encoding="utf-8")) for name in found if name
    }


@pytest.fixture
def ada(publication: Publication, settings: Any) -> Client:
    """An administrator, and one of everything with the number 1."""
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    make.readers(publication, 2)
    edition = make.approved_edition(publication)
    open_dispatch.open_dispatch(edition.pk, now=make.MONDAY)
    for _ in range(2):
        make.story(publication)
    make.edition(publication, due_at=make.MONDAY.replace(day=25))
    make.appeal(publication)
    ada = make.person(Role.ADMIN, "Ada")
    make.story(publication, state=StoryState.PITCHED, pitch="It matters.", created_by=ada)
    import_orders.upload(publication, io.BytesIO(b"email\nr@example.org\n"), name="r.csv", by=ada, now=make.MONDAY)
    write_notices.write(new_sign_in(ada, browser="Firefox", network="192.0.2.0", now=make.MONDAY), now=make.MONDAY)
    return signed_in(ada)


def fine(answer: Any, *asked: object) -> bool:
    if answer.streaming:
        answer.getvalue()  # reading to the end closes the file
    assert answer.status_code != 500, asked
    return bool(answer.status_code == 200 and "text/html" in answer.headers.get("Content-Type", ""))


def test_the_names_that_views_ask_queries_for_are_found() -> None:
    assert {"page", "dropped", "shown", "more", "look", "state"} <= query_names()


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: str(pattern.name))
def test_no_part_of_an_address_and_no_query_breaks_a_page(ada: Client, pattern: URLPattern, some: Some) -> None:
    usual, *others = addresses(pattern)
    for address in [usual, *some(others, 2)]:
        fine(ada.get(address), address)
        fine(ada.post(address), address)
    usual = usual_address(pattern)
    answer = ada.get(usual)
    fine(answer, usual)
    if pattern.name in SLOW or answer.status_code >= 400:
        return
    for value in some(WILD, 1):
        query = dict.fromkeys(query_names(), value)
        for headers in ({}, {"HX-Request": "true"}):
            fine(ada.get(usual, query, headers=headers), usual, value[:40])


def reader_address() -> str:
    """The page of a reader's own preferences."""
    return "/p/" + reader_links.token_signer(Edition.objects.earliest("pk").pk)(Subscriber.objects.earliest("pk").pk)


def every_form(client: Client) -> Iterator[PageForm]:
    """One form of each kind that the site has, those that try templates left out."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    last = Edition.objects.latest("pk").pk
    more = [f"/editions/{last}/", f"/stories/{Story.objects.latest('pk').pk}/", reader_address()]
    for address in [*(usual_address(p) for p in PATTERNS if p.name not in SLOW), *more]:
        answer = client.get(address)
        if not fine(answer, address):
            continue
        for form in forms_in(answer, address):
            known = re.sub(r"\d+", "1", form.action.partition("?")[0]), tuple(sorted(form.names))
            if form.method == "post" and known not in seen and "/template/" not in form.action:
                seen.add(known)
                yield form


def send(client: Client, form: PageForm, changed: dict[str, Any]) -> None:
    fine(
        client.post(form.action, form.data | changed),
        form.action,
        {name: str(value)[:40] for name, value in changed.items()},
    )


def test_no_field_of_a_form_breaks_a_page(ada: Client, some: Some) -> None:
    forms = list(every_form(ada))
    names = {name for form in forms for name in form.names}
    assert {"headline", "text", "due_at", "reason", "logo_width", "source", "first_name"} <= names
    for form in forms:
        names = set(form.names) - {"csrfmiddlewaretoken"}
        for value in some(("9" * 30, "²", "\x00", "x" * 3000, *MOMENTS), 2):
            send(ada, form, dict.fromkeys(names, value))
        for name in names - form.hidden:
            for value in some(("9" * 30, MOMENTS[0]), 1):
                send(ada, form, {name: value})


def test_no_file_breaks_a_page(ada: Client) -> None:
    forms = [form for form in every_form(ada) if form.files]
    assert {"picture_file", "logo", "file"} <= {name for form in forms for name in form.files}
    for form in forms:
        for content in (b"", b"\x00" * 10, b"a,b\n\xff", b"GIF89a"):
            send(ada, form, {name: SimpleUploadedFile("x.png", content) for name in form.files})


@pytest.mark.parametrize("way", ["move", "drop", "restore"])
def test_no_field_of_an_act_on_the_queue_breaks_it(ada: Client, publication: Publication, way: str) -> None:
    story = publication.stories.last()
    assert story
    for value in WILD:
        answer = ada.post(f"/stories/{story.pk}/{way}/", dict.fromkeys(("to", "shown", "stamp"), value))
        fine(answer, value[:40])
        given = dict.fromkeys(("beside", "side", "shown", "stamp"), value)
        fine(ada.post(f"/stories/{story.pk}/{way}/", given, headers={"HX-Request": "true"}), value[:40])
