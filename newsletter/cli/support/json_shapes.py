"""What `--json` prints: the stable shapes of the command line, one function each.

Names are those of the models (docs/glossary.md has the words). Moments are UTC, days are local to
the publication; what is not known is null, a text that was not given is "". Names may be added in
later versions; none is taken away or changes its meaning without a word in the changelog.
"""

from __future__ import annotations  # models are imported inside, once Django is set up

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.conf import settings

from newsletter.lib import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from newsletter.accounts.models import User
    from newsletter.audience.subscriber_counts import SubscriberCounts
    from newsletter.audience.subscriber_import_report import SubscriberImportReport
    from newsletter.delivery.ledger.progress import Progress
    from newsletter.delivery.models import Dispatch, WarmUp
    from newsletter.editions.models import Edition
    from newsletter.giving.models import Appeal
    from newsletter.ops.system_status import Status
    from newsletter.pictures.models import Picture
    from newsletter.publications.models import Publication
    from newsletter.stories.models import Story

JsonObject = dict[str, Any]

STORY = (
    "id state version kind section kicker headline byline source_name url body quote quote_by "
    "picture_url picture_alt picture_decorative picture_credit language direction is_sensitive embargo_until "
    "expires_at created_at changed_at"
)
APPEAL = (
    "id name heading lead points closing button url amounts currency amount_url goal raised raised_on match "
    "match_ends_at thanks_heading thanks_lead thanks_days "
    "starts_on ends_on priority place story_number paragraph_number is_active created_at"
)
PUBLICATION = (
    "slug name tagline website sender_name sender_email reply_to postal_address fallback_name language accent_colour "
    "accent_colour_dark logo_url logo_dark_url logo_width fonts look corners footer_text social_links sponsor_name "
    "sponsor_text sponsor_url utm_tags utm_excluded_hosts click_tracking time_zone recurrence "
    "starts_on send_time lead_minutes local_time pace_per_minute pace_per_hour quiet_from quiet_until "
    "schedule_ahead_minutes minimum_stories maximum_stories on_empty lateness_limit_minutes auto_approve is_active "
    "created_at"
)
EDITION = (
    "id local_date due_at local_send_time assemble_at state reason subject preheader content_hash assembled_at "
    "approved_at dispatched_at"
)
DISPATCH = "id reason opened_at finished_at"


def story(story: Story, *, place: int | None) -> JsonObject:
    """A story; `publication` is a slug, `picture` the file that we keep, or why there is none yet, or null.

    `position` is its place in the queue, counted from 1, and null for a story that does not wait there.
    """
    more = {"position": place, "publication": story.publication.slug, "picture": picture(story.picture)}
    return _named(story, STORY) | more


def picture(picture: Picture | None) -> JsonObject | None:
    """`address` is where letters find it, null until it is stored."""
    if picture is None:
        return None
    address = f"{settings.PICTURES_URL}/{picture.name}" if picture.is_stored else None
    return _named(picture, "state width height weight note problem hint") | {"address": address}


def appeal(appeal: Appeal) -> JsonObject:
    """An appeal; `publication` is a slug."""
    return _named(appeal, APPEAL) | {"publication": appeal.publication.slug}


def publication(publication: Publication) -> JsonObject:
    """A publication, with its accent as letters have it: mended where it could not be read."""
    from newsletter.letters.style import palette

    return _named(publication, PUBLICATION) | {
        "accent_in_letters": palette.light_palette(publication.accent_colour).accent,
        "accent_in_letters_dark": palette.dark_palette(publication.accent_colour_dark).accent,
    }


def with_contents(editions: QuerySet[Edition]) -> QuerySet[Edition]:
    """`editions` with what their shapes and lines show, in a constant number of queries."""
    from django.db.models import Prefetch

    from newsletter.editions.models import FrozenLetter, Placement

    light = FrozenLetter.objects.order_by("pk").defer("html", "text")
    placed = Placement.objects.select_related("story").order_by("position")
    return editions.select_related("publication", "approved_by").prefetch_related(
        Prefetch("letters", light), Prefetch("placements", placed)
    )


def edition(edition: Edition) -> JsonObject:
    """An edition; `stories` in their order, `findings` of preflight, `approved_by` an address or null.

    Several are read `with_contents`.
    """
    letter = next(iter(edition.letters.all()), None)
    placements = edition.placements.all()
    return _named(edition, EDITION) | {
        "publication": edition.publication.slug,
        "subject": letter.subject if letter else edition.subject,
        "approved_by": edition.approved_by.email if edition.approved_by else None,
        "stories": [{"position": p.position, "id": p.story_id, "headline": p.story.headline} for p in placements],
        "findings": edition.findings,
    }


def dispatch(dispatch: Dispatch) -> JsonObject:
    """A dispatch with its `progress` and, once the provider told of it, its `tally` in numbers of readers, and the
    batches that are `uncertain` or `refused`; `waits` (`next_at`, `done_at`, `sentences`) while it is held back."""
    from newsletter.delivery.dispatches.delay_reasons import delay_of
    from newsletter.delivery.ledger import progress as derived
    from newsletter.delivery.models import BatchState
    from newsletter.insights import dispatch_stats

    def standing(state: BatchState) -> list[JsonObject]:
        found = dispatch.batches.filter(state=state).order_by("number").values_list("number", "submitted")
        return [{"batch": number, "readers": readers} for number, readers in found]

    tally = dispatch_stats.dispatch_stats(dispatch.pk)
    waits = delay_of(dispatch, now=clock.now())
    return _named(dispatch, DISPATCH) | {
        "edition": dispatch.edition_id,
        "publication": dispatch.edition.publication.slug,
        "state": str(dispatch.state),
        "progress": progress(derived.progress(dispatch)),
        "tally": tally and asdict(tally),
        "waits": waits and asdict(waits),
        "uncertain": standing(BatchState.UNCERTAIN),
        "refused": standing(BatchState.REFUSED),
    }


def status(status: Status) -> JsonObject:
    """The verdict (`level`: well, busy or broken), the worker queues, and where editions stand."""
    return {
        "level": status.verdict.level,
        "sentence": status.verdict.sentence,
        "problems": [asdict(problem) for problem in status.verdict.problems],
        "queues": [asdict(queue) for queue in status.queues],
        "editions": [
            {
                "id": standing.edition.pk,
                "publication": standing.edition.publication.slug,
                "due_at": standing.edition.due_at,
                "state": standing.edition.state,
                "reason": standing.edition.reason,
                "progress": standing.progress and progress(standing.progress),
            }
            for standing in status.editions
        ],
        "read_at": status.read_at,
    }


def progress(progress: Progress) -> JsonObject:
    """How far a dispatch is, in numbers of readers; `share` is from 0 to 1."""
    return asdict(progress) | {
        "phase": progress.phase,
        "share": progress.share,
        "adds_up": progress.adds_up,
        "complete": progress.complete,
    }


def warm_up(warm_up: WarmUp) -> JsonObject:
    """How many readers a domain may have on each of its first days, the first being `starts_on` (UTC)."""
    return _named(warm_up, "domain starts_on daily")


def user(user: User) -> JsonObject:
    """Somebody who works here."""
    return _named(user, "email name role is_active created_at")


def counts(counts: SubscriberCounts) -> JsonObject:
    """Readers by how things stand, and their `total`."""
    return asdict(counts) | {"total": counts.total}


def report(report: SubscriberImportReport) -> JsonObject:
    """What became of an import: numbers of rows, and `problems` (line, problem), a hundred at most."""
    return asdict(report) | {"adds_up": report.adds_up}


def _named(thing: Any, names: str) -> JsonObject:
    return {name: getattr(thing, name) for name in names.split()}
