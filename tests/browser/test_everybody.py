"""Every page of ours in a real browser: by day and by night, on a small phone, by finger, for those who do not see."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import resolve
from playwright.sync_api import Page, expect

from newsletter.accounts import password_reset
from newsletter.accounts.models import Role, User
from newsletter.api_tokens.manage_tokens import make_token
from newsletter.audience import data_requests, subscription_confirmation
from newsletter.audience.consent_events import ConsentEvidence
from newsletter.audience.import_models import SubscriberImport
from newsletter.audience.imports import import_orders
from newsletter.audience.models import Confirmation, ConsentMethod, Subscriber
from newsletter.audience.sign_up import sign_up
from newsletter.delivery.dispatches import open_dispatch, pause_sending
from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.recipients import reader_links
from newsletter.delivery.states import AttemptStatus, BatchState
from newsletter.editions.comments import write_comments
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.snippet_models import Snippet
from newsletter.insights.models import WebhookPost, WebhookPostState
from newsletter.letters import assemble_edition
from newsletter.lib import clock
from newsletter.notices import write_notices
from newsletter.notices.kind_names import NoticeKind
from newsletter.notices.models import Webhook, WebhookDelivery
from newsletter.notices.webhook_models import WebhookFormat
from newsletter.notices.webhooks import edit_webhook
from newsletter.ops import heartbeats
from newsletter.ops.failures.record_failure import record_failure
from newsletter.ops.models import Failure
from newsletter.pictures import import_pictures
from newsletter.pictures.models import Use
from newsletter.publications import invitations
from newsletter.publications.models import Publication
from newsletter.publications.publication_roles import grant_publication_role
from newsletter.segments import edit_segment
from newsletter.stories import story_claims
from newsletter.stories.duplicate_links import page_key
from newsletter.stories.feed_models import Feed, Suggestion
from newsletter.stories.feeds import edit_feed
from newsletter.stories.models import Story, StoryState
from newsletter.stories.reading import story_drafts
from tests.audience.imports import exports
from tests.browser.opened import PASTED, Opened
from tests.pictures.drawn import file, plain
from tests.support import factories as make
from tests.web.test_roles import POSTED, STAFF

pytestmark = pytest.mark.django_db(transaction=True)
# it leads to another page, is a part of one, stands in its frame, looks as `send` does, or is a file
NO_PAGES = {"appeals", "draft", "editions", "story-picture", "letter", "template-preview", "new-time", "missing-file"}
NO_PAGES |= {"edition-panel", "pitches", "reader-import-rows", "readers-export", "consent-export"}
NEAR = {
    "groups": [
        {
            "match": "any",
            "conditions": [
                {"kind": "domain", "test": "is", "value": "near.example"},
                {"kind": "clicked", "test": "in-editions", "value": 5},
            ],
        }
    ]
}
PAGE_OF_OURS = ConsentEvidence(ConsentMethod.SIGN_UP_PAGE, "/j/morning")
SMALLEST = 44  # CSS pixels, of what a finger must hit


def confirmation_token(publication: Publication) -> str:
    """In the email to somebody who signed up."""
    sign_up(publication, email="nora@readers.example", evidence=PAGE_OF_OURS, now=clock.now())
    return subscription_confirmation.create_token(Confirmation.objects.get())


def suggest(publication: Publication, *links: str) -> Feed:
    """A feed that broke after it had suggested these links."""
    feed = edit_feed.add_feed(publication, url="https://post.example.org/feed", section="Region", auto_queue=True)
    fields = {"headline": ["Harbour to be dredged", "feed"], "dek": ["After the storm of March.", "feed"]}
    for link in links:
        Suggestion.objects.create(
            publication=publication, feed=feed, key=page_key(link), page_key=page_key(link), url=link,
            fields=fields, dated_at=clock.now(), seen_at=clock.now(),
        )  # fmt: skip
    Feed.objects.filter(pk=feed.pk).update(problem="The server takes too long.", hint="Check it.", read_at=clock.now())
    return feed


def own_data_token(reader: Subscriber) -> str:
    """In the email to somebody who asked for their data."""
    publication = reader.subscriptions.get().publication
    return data_requests.create_token(data_requests.request_data(reader, publication, now=clock.now()))


def uploaded_export(publication: Publication) -> SubscriberImport:
    """Of three files, not imported yet."""
    content, anton = io.BytesIO(exports.zipped(exports.MAILCHIMP)), make.person(Role.AUDIENCE, "Anton")
    return import_orders.upload(publication, content, name="export.zip", by=anton, now=clock.now())


def pitched(publication: Publication) -> Story:
    """By the contributor: one that was accepted, one that was declined, and this one, which waits."""
    carl = make.person(Role.CONTRIBUTOR, Role.CONTRIBUTOR.value)
    pitch: dict[str, Any] = {"pitch": "Many readers asked about it.", "created_by": carl}
    make.story(publication, **pitch)
    make.story(publication, state=StoryState.DECLINED, declined_because="We ran it in May.", **pitch)
    twice = publication.stories.filter(state=StoryState.USED).earliest("pk")
    return make.story(publication, state=StoryState.PITCHED, url=twice.url, **pitch)


def with_a_role(publication: Publication) -> User:
    rosa = User.objects.create_user("rosa@example.org", name="Rosa", role="")
    grant_publication_role(rosa, publication, role=Role.EDITOR, by=None, now=clock.now())
    return rosa


def invitation_token(publication: Publication) -> str:
    """In the email to somebody who is invited."""
    now = clock.now()
    invited = invitations.invite(
        "invited@example.org", name="Inga", role=Role.EDITOR, publications=[publication], by=None, now=now
    )
    return invitations.create_token(invited)


def failed_post() -> int:
    """A webhook post that was given up; its id."""
    values = {"received_at": clock.now(), "digest": "a" * 64, "state": WebhookPostState.FAILED, "problem": "Not JSON."}
    return WebhookPost.objects.create(body=b"x", **values).pk


def api_token(publication: Publication) -> None:
    """That of an editor."""
    editor = make.person(Role.EDITOR, Role.EDITOR.value)
    make_token(
        editor, name="Our CMS", scopes=["stories:read", "stories:write", "sign-ups:write"], publications=[publication],
        expires_at=None, now=clock.now(),
    )  # fmt: skip


def webhook_with_a_log(publication: Publication) -> Webhook:
    """Whose first call failed, with the notices of its publication."""
    said: dict[str, Any] = {"address": "https://hooks.example.org/in", "form": WebhookFormat.SIGNED}
    kinds = [NoticeKind.APPROVAL, NoticeKind.HELD]
    hook, _ = edit_webhook.add_webhook(publication, name="Chat", kinds=kinds, by=None, now=clock.now(), **said)
    make.person(Role.EDITOR, Role.EDITOR.value)  # who looks at the notices
    write_notices.write_new(now=clock.now())
    delivery = edit_webhook.send_test(hook, by=None, now=clock.now())
    delivery.attempts.create(at=clock.now(), seconds=0.2, status=500, problem="The receiver answered with status 500.")
    WebhookDelivery.objects.filter(pk=delivery.pk).update(given_up_at=clock.now())
    return hook


@pytest.fixture
def everything(three: Publication) -> dict[str, Role | None]:
    """Every page, with something of everything on it, and who looks at it."""
    make.publication(slug="weekend", name="The Weekend Letter", accent_colour="#f5d76e")
    now = clock.now()
    api_token(three)
    sent = make.approved_edition(three, due_at=now - timedelta(minutes=1))
    dispatch = open_dispatch.open_dispatch(sent.pk, now=now)
    assert dispatch
    batch = dispatch.batches.get()
    Attempt.objects.create(
        batch=batch, ordinal=1, fence=1, began_at=now, status=AttemptStatus.UNCERTAIN, detail="No answer."
    )
    Batch.objects.update(state=BatchState.UNCERTAIN, submitted=12)
    Dispatch.objects.update(state="attention", reason="Settle them.")
    archived = make.approved_edition(three, due_at=now - timedelta(days=3))
    Edition.objects.filter(pk=archived.pk).update(state=EditionState.DISPATCHED, dispatched_at=now)
    Publication.objects.filter(pk=three.pk).update(archive_open=True)
    heartbeats.record_queue("dispatch", waiting=7, oldest_seconds=3, now=now)
    story = make.story(
        three,
        kicker="City",
        is_sensitive=True,
        picture=import_pictures.save_upload(file(plain(300, 200)), Use.STORY, now=clock.now()),
        picture_alt="Rain",
        embargo_until=now + timedelta(days=2),
        expires_at=now + timedelta(days=3),
    )
    make.story(three)
    ahead = make.edition(three, due_at=now + timedelta(days=1))
    assemble_edition.assemble(ahead.pk, now=now)
    make.edition(three, due_at=now - timedelta(days=1), state=EditionState.HELD, reason="The lawyers are reading.")
    story_drafts.order_links(three, ["https://post.example.org/harbour"])
    feed = suggest(three, "https://post.example.org/harbour")
    appeal = three.appeals.earliest("pk")
    snippet = Snippet.objects.create(publication=three, name="events", title="This week", body="<p>Fish.</p>")
    make.appeal(three, name="Winter", starts_on=(now + timedelta(days=40)).date(), is_active=False)
    pause = pause_sending.pause_sending(three, reason="Wrong headline", until=None, by="Otto", now=now)
    record_failure(ValueError("no such story"), source="task", name="workers.tasks.assembly.assemble", now=now)
    near = edit_segment.add_segment(three, name="Near", definition=NEAR, now=now)
    Edition.objects.filter(pk=ahead.pk).update(leave_out=near)
    rita = make.rita(three)
    token = reader_links.token_signer(sent.pk)(rita.pk)
    Edition.objects.filter(pk=ahead.pk).update(approved_at=now)
    cora = make.cora()
    write_comments.open_thread(
        story, text="@Eddie, see https://example.org/", by=cora, key="1" * 32, now=now, team="editor"
    )
    story_claims.claim(story, by=make.person(Role.EDITOR, Role.EDITOR.value), now=now)
    write_comments.open_thread(ahead, text="Is the number right?", by=cora, key="2" * 32, now=now)
    return {
        "/sign-in/": None,
        "/": Role.EDITOR,
        "/undo/": Role.EDITOR,
        "/comments/": Role.EDITOR,  # before a page that shows what is unread
        "/desk/weekend/": Role.CURATOR,
        f"/stories/{story.pk}/": Role.CURATOR,
        f"/stories/{archived.placements.earliest('pk').story_id}/correct/": Role.EDITOR,
        f"/stories/{story.pk}/comments/": Role.EDITOR,
        f"/editions/{ahead.pk}/comments/": Role.EDITOR,
        "/desk/morning/pitches/": Role.CURATOR,
        "/desk/morning/pitches/?own=1": Role.CONTRIBUTOR,
        "/desk/morning/pitches/new/": Role.CONTRIBUTOR,
        f"/pitches/{pitched(three).pk}/": Role.CONTRIBUTOR,
        f"/users/{with_a_role(three).pk}/roles/": Role.ADMIN,
        "/desk/morning/new/": Role.CURATOR,
        "/desk/morning/paste/": Role.EDITOR,
        "/desk/morning/logos/": Role.EDITOR,
        "/desk/morning/editions/": Role.CURATOR,
        "/desk/morning/editions/calendar/": Role.CURATOR,
        "/desk/morning/gifts/": Role.EDITOR,
        "/desk/morning/template/": Role.EDITOR,
        f"/editions/{ahead.pk}/": Role.EDITOR,
        f"/editions/{ahead.pk}/?look=text": Role.EDITOR,
        f"/editions/{ahead.pk}/?thanks=1": Role.EDITOR,
        "/publications/": Role.ADMIN,
        "/publications/morning/": Role.ADMIN,
        "/new-publication/": Role.ADMIN,
        "/audit/": Role.ADMIN,
        "/publications/morning/feeds/": Role.ADMIN,
        "/publications/morning/feeds/new/": Role.ADMIN,
        f"/feeds/{feed.pk}/": Role.ADMIN,
        "/desk/morning/suggestions/": Role.CURATOR,
        "/desk/morning/appeals/": Role.CURATOR,
        "/desk/morning/snippets/": Role.EDITOR,
        "/desk/morning/snippets/new/": Role.EDITOR,
        f"/snippets/{snippet.pk}/": Role.EDITOR,
        "/desk/morning/appeals/new/": Role.EDITOR,
        f"/appeals/{appeal.pk}/": Role.EDITOR,
        f"/editions/{ahead.pk}/texts/": Role.CURATOR,
        f"/editions/{ahead.pk}/stories/{ahead.placements.earliest('position').story_id}/": Role.CURATOR,
        f"/editions/{ahead.pk}/stop/": Role.EDITOR,
        f"/editions/{ahead.pk}/test/": Role.EDITOR,
        f"/editions/{ahead.pk}/send/": Role.EDITOR,
        f"/editions/{sent.pk}/": Role.ADMIN,
        "/ops/": Role.OPS,
        "/ops/pause/": Role.OPS,
        "/ops/failures/": Role.OPS,
        "/ops/given-up/": Role.OPS,
        "/ops/given-up/feeds/retry/": Role.OPS,
        f"/ops/given-up/webhook-posts/discard/{failed_post()}/": Role.OPS,
        "/ops/deliverability/": Role.OPS,
        f"/ops/failures/{Failure.objects.get().pk}/": Role.OPS,
        f"/ops/pauses/{pause.pk}/resume/": Role.EDITOR,
        f"/ops/batches/{batch.pk}/again/": Role.OPS,
        f"/ops/dispatches/{dispatch.pk}/stop/": Role.OPS,
        f"/ops/dispatches/{dispatch.pk}/missing/": Role.OPS,
        "/readers/": Role.AUDIENCE,
        "/readers/imports/": Role.AUDIENCE,
        "/readers/suppressions/": Role.AUDIENCE,
        "/readers/segments/morning/": Role.AUDIENCE,
        "/readers/segments/morning/new/": Role.AUDIENCE,
        f"/readers/segment/{near.pk}/": Role.AUDIENCE,
        f"/editions/{ahead.pk}/readers/": Role.CURATOR,
        f"/readers/imports/{uploaded_export(three).pk}/": Role.AUDIENCE,
        f"/readers/{rita.pk}/": Role.EDITOR,
        "/account/": Role.OPS,
        "/account/sessions/": Role.OPS,
        "/account/confirm/": Role.OPS,
        "/account/tokens/": Role.EDITOR,
        "/account/tokens/new/": Role.EDITOR,
        "/api/v1/": None,
        "/account/second-factor/": Role.OPS,
        "/account/second-factor/app/": Role.OPS,
        "/account/second-factor/passkeys/new/": Role.OPS,
        "/password/forgotten/": None,
        "/password/asked/": None,
        f"/password/reset/{password_reset.create_token(make.otto())}": None,
        f"/invitations/{invitation_token(three)}": None,
        "/notices/": Role.EDITOR,
        "/account/notices/": Role.EDITOR,
        "/webhooks/": Role.ADMIN,
        "/publications/morning/webhooks/": Role.ADMIN,
        f"/webhooks/{webhook_with_a_log(three).pk}/": Role.ADMIN,
        "/users/": Role.ADMIN,
        "/users/invite/": Role.ADMIN,
        f"/users/{make.otto().pk}/": Role.ADMIN,
        "/password/": Role.OPS,
        f"/u/{token}": None,
        f"/p/{token}": None,
        f"/d/{own_data_token(rita)}": None,
        "/j/morning": None,
        "/a/morning/": None,
        f"/a/morning/{archived.pk}/": None,
        f"/c/{confirmation_token(three)}": None,
    }


def test_every_page_of_staff_is_opened_below(everything: dict[str, Role | None]) -> None:
    opened = {resolve(path.partition("?")[0]).url_name for path in everything}
    assert {pattern.name for pattern in STAFF} - POSTED - NO_PAGES - opened == set()


def each_page(opened: Opened, everything: dict[str, Role | None]) -> Iterator[tuple[str, Page]]:
    """One after the other, the pasted text's second step as well; all that can be unfolded is."""
    pages: dict[Role | None, Page] = {}
    for path, role in everything.items():
        page = (
            pages[role] if role in pages else pages.setdefault(role, opened("/healthz", role, reduced_motion="reduce"))
        )
        page.goto(path)
        page.evaluate(UNFOLD)
        expect(page.locator(".htmx-request")).to_have_count(0, timeout=30_000)  # parts that are being loaded are pale
        yield path, page
        if path.endswith("/paste/"):
            page.get_by_label("Copied text").fill(PASTED)
            page.get_by_role("button", name="Continue").click()
            expect(page.locator("#line-3")).to_be_visible()
            page.wait_for_load_state()
            page.evaluate(UNFOLD)
            yield "pasted", page


UNFOLD = "document.querySelectorAll('details').forEach(element => element.open = true)"
TOO_SMALL = """least => [...document.querySelectorAll(
    'button, .button, nav a, summary, input:not([type=hidden]), select')]
    .filter(e => e.checkVisibility() && e.type !== 'checkbox')
    .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
    .filter(([_, box]) => box.height < least - 0.5 || box.width < 24).map(([html]) => html)"""


def shut_out(page: Page, **options: object) -> list[tuple[str, str, list[str]]]:
    """What axe finds: its rule, how grave it is, and where."""
    found = Axe().run(page, options={"resultTypes": ["violations"], "iframes": False, **options}).response
    return [(v["id"], v["impact"], [node["html"] for node in v["nodes"]]) for v in found["violations"]]


def test_every_page_is_fit_for_everybody(opened: Opened, everything: dict[str, Role | None]) -> None:
    """By day and by night, on a small phone, by finger: all in one round, because each page is opened for it."""
    troubles: dict[str, object] = {}
    for path, page in each_page(opened, everything):
        page.emulate_media(color_scheme="light")
        troubles[f"{path} by day"] = shut_out(page)
        page.emulate_media(color_scheme="dark")
        troubles[f"{path} by night"] = shut_out(page, runOnly=["color-contrast"])
        wide = page.viewport_size
        assert wide
        page.set_viewport_size({"width": 360, "height": 740})
        troubles[f"{path} is wider than a phone"] = page.evaluate("document.documentElement.scrollWidth > 360")
        troubles[f"{path} is too small for a finger"] = page.evaluate(TOO_SMALL, SMALLEST)
        page.set_viewport_size(wide)
    assert len(troubles) == 4 * (len(everything) + 1)
    assert {what: trouble for what, trouble in troubles.items() if trouble} == {}


def test_the_links_of_the_bar_are_one_row_on_a_phone_that_a_keyboard_scrolls(
    opened: Opened, publication: Publication
) -> None:
    page = opened("/ops/", Role.ADMIN, viewport={"width": 360, "height": 740})
    links = page.get_by_role("navigation", name="Main").get_by_role("link")
    expect(links).to_have_count(9)
    boxes = [box for box in (link.bounding_box() for link in links.all()) if box]
    assert len(boxes) == 9
    assert len({box["y"] for box in boxes}) == 1
    expect(links.last).to_be_in_viewport(ratio=1)  # the page that is open
    expect(links.first).not_to_be_in_viewport()
    page.keyboard.press("Tab")  # to the content
    page.keyboard.press("Tab")  # the name of the service
    page.keyboard.press("Tab")
    expect(links.first).to_be_focused()
    expect(links.first).to_be_in_viewport(ratio=1)
