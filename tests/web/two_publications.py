"""Two publications with one object of each kind in each, and the address of every page for either."""

from datetime import timedelta
from typing import Any

from django.urls import URLPattern

from newsletter.accounts.models import Role, User
from newsletter.audience.import_models import ImportState, SubscriberImport
from newsletter.delivery.dispatches import open_dispatch
from newsletter.delivery.models import Attempt, Dispatch
from newsletter.delivery.pause_models import SendingPause
from newsletter.delivery.states import AttemptStatus, BatchState
from newsletter.editions.comments import write_comments
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.snippet_models import Snippet
from newsletter.editions.story_correction_models import StoryCorrection
from newsletter.letters import assemble_edition, correct_story, edition_decisions
from newsletter.lib import clock
from newsletter.notices.models import Webhook
from newsletter.notices.webhook_models import WebhookFormat
from newsletter.notices.webhooks import edit_webhook
from newsletter.ops.failures.record_failure import record_failure
from newsletter.ops.models import Failure
from newsletter.publications import invitations
from newsletter.publications.models import Publication, Template
from newsletter.segments import edit_segment
from newsletter.segments.models import Segment
from newsletter.stories.correction_models import SiteCorrection
from newsletter.stories.feed_models import Feed, Suggestion
from newsletter.stories.models import DraftState, Story, StoryDraft, StoryState
from tests.support import factories as make

MARKS = {"morning": "Aardvark", "evening": "Zanzibar"}  # in every text of a publication


def filled_publication(slug: str) -> dict[str, int]:
    """Make a publication with one object of each kind; their ids by the names that addresses have for them."""
    now, mark = clock.now(), MARKS[slug]
    publication = make.publication(slug=slug, name=f"{mark} Post", sender_name=f"{mark} Post")
    subscriber = make.reader(publication, email=f"{mark.lower()}@readers.example", first_name=mark)
    sent = _sending(publication, mark)
    batch = sent.batches.get()
    batch.state, batch.submitted = BatchState.UNCERTAIN, 1
    batch.save()
    Attempt.objects.create(
        batch=batch, ordinal=1, fence=1, began_at=now, ended_at=now, status=AttemptStatus.UNCERTAIN, detail="No answer."
    )
    story = make.story(publication, headline=f"{mark} opens")
    feed = Feed.objects.create(
        publication=publication, url=f"https://{mark.lower()}.example.org/feed", title=mark, page_key=f"{mark:0<32}"
    )
    order = SubscriberImport(publication=publication, file_name=f"{mark}.csv", actor=mark, created_at=now)
    order.file, order.lines, order.state = b"email\nada@readers.example\n", 1, ImportState.READY
    order.save()
    template = Template.objects.create(publication=publication, number=1, body=f"<p>{mark}</p>", saved_at=now)
    assert template.pk
    assembled = make.edition(publication, due_at=now + timedelta(days=2), subject=f"{mark} today")
    assemble_edition.assemble(assembled.pk, now=now)
    cora = User.objects.get(pk=make.person(Role.CURATOR, "Cora").pk)
    thread = write_comments.open_thread(
        story, text=f"{mark} says", by=cora, key=f"{publication.pk:032x}", team=Role.EDITOR, now=now
    )
    return {
        "story_id": story.pk,
        "thread_id": thread.pk,
        "comment_id": thread.comments.get().pk,
        "snippet_id": Snippet.objects.create(publication=publication, name=f"{mark} events", title=mark).pk,
        "story_correction_id": _correction(publication, mark).pk,
        "pitch_id": _pitch(publication, mark).pk,
        "draft_id": StoryDraft.objects.create(
            publication=publication, state=DraftState.FAILED, url=f"https://{mark.lower()}.example.org/1"
        ).pk,
        "correction_id": SiteCorrection.objects.create(
            publication=publication, site=f"{mark.lower()}.example.org", name="byline", text=mark, value=""
        ).pk,
        "feed_id": feed.pk,
        "invitation_id": invitations.invite(
            f"{mark.lower()}@example.org", name=mark, role=Role.EDITOR, publications=[publication], by=None, now=now
        ).pk,
        "suggestion_id": _suggestion(publication, feed, mark).pk,
        "edition_id": assembled.pk,
        "appeal_id": make.appeal(publication, name=f"{mark} appeal", heading=f"{mark} asks").pk,
        "import_id": order.pk,
        "dispatch_id": sent.pk,
        "segment_id": _segment(publication, mark).pk,
        "batch_id": batch.pk,
        "webhook_id": _webhook(publication, mark).pk,
        "pause_id": SendingPause.objects.create(
            publication=publication, reason=f"{mark} reason", by="Somebody", since=now
        ).pk,
        "subscriber_id": subscriber.pk,
        "failure_id": _failure(),
        "user_id": make.person("curator", "Cora").pk,  # type: ignore[arg-type]
        "number": 1,
    }


def address_in(pattern: URLPattern, slug: str, ids: dict[str, int], person: User) -> str:
    """Return the address of a page for the objects of a publication. The pitch is that of `person`."""
    path = (
        str(pattern.pattern)
        .replace("<slug:slug>", slug)
        .replace("<slug:decision>", "reopen" if pattern.name == "user-change" else "again")
    )
    path = path.replace("<path:token>", "x").replace("<str:name>", "x")
    if "pitch_id" in path:
        Story.objects.filter(pk=ids["pitch_id"]).update(created_by=person)
    for name, number in ids.items():
        path = path.replace(f"<int:{name}>", str(number))
    query = f"?due_at={(clock.now() + timedelta(days=3)).strftime('%Y-%m-%dT%H:%M')}%2B00:00"
    return f"/{path}{query if pattern.name == 'new-time' else ''}"


def _sending(publication: Publication, mark: str) -> Dispatch:
    due_at = clock.now() - timedelta(minutes=1)
    make.story(publication, headline=f"{mark} was opened")
    planned = make.edition(publication, due_at=due_at, subject=f"{mark} yesterday")
    edition = assemble_edition.assemble(planned.pk, now=due_at - timedelta(hours=1))
    edition_decisions.approve(edition, content_hash=edition.content_hash, by=make.eddie(), now=due_at)
    dispatch = open_dispatch.open_dispatch(edition.pk, now=clock.now())
    assert dispatch
    return dispatch


def _correction(publication: Publication, mark: str) -> StoryCorrection:
    story = make.story(publication, headline=f"{mark} was wrong")
    edition = make.approved_edition(publication, due_at=clock.now() - timedelta(days=3), stories=0)
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.DISPATCHED)
    return correct_story.correct_story(story, text=f"{mark} is right.", by=None, now=clock.now())


def _pitch(publication: Publication, mark: str) -> Story:
    return make.story(
        publication, headline=f"{mark} proposed", state=StoryState.PITCHED, pitch=f"{mark} matters", created_by=None
    )


def _suggestion(publication: Publication, feed: Feed, mark: str) -> Suggestion:
    now = clock.now()
    return Suggestion.objects.create(
        publication=publication,
        feed=feed,
        key=f"{mark:0<32}",
        page_key=f"{mark:1<32}",
        url=f"https://{mark.lower()}.example.org/2",
        summary=f"{mark} summary",
        dated_at=now,
        seen_at=now,
    )


def _segment(publication: Publication, mark: str) -> Segment:
    definition = {"groups": [{"conditions": [{"kind": "source", "test": "is", "value": mark}]}]}
    return edit_segment.add_segment(publication, name=f"{mark} readers", definition=definition, now=clock.now())


def _webhook(publication: Publication, mark: str) -> Webhook:
    said: dict[str, Any] = {"address": f"https://{mark.lower()}.example.org/in", "form": WebhookFormat.SIGNED}
    return edit_webhook.add_webhook(publication, name=f"{mark} chat", kinds=["sent"], by=None, now=clock.now(), **said)[
        0
    ]


def _failure() -> int:
    if not Failure.objects.exists():
        try:
            raise ValueError("no such story")
        except ValueError as error:
            record_failure(error, source="task", name="workers.tasks.assembly.assemble", now=clock.now())
    return Failure.objects.get().pk
