"""The stable shapes that `--json` prints, one function each.

Names are those of the models (see docs/glossary.md). Times are UTC; dates are local to the publication. Unknown
values are null; texts that were not given are "". Later versions may add names. The changelog announces every name
that is removed or changes its meaning.
"""

from __future__ import annotations  # models are imported inside, once Django is set up

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.conf import settings

from newsletter.lib import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from newsletter.accounts.models import User
    from newsletter.api_tokens.models import ApiToken
    from newsletter.audience.subscriber_counts import SubscriberCounts
    from newsletter.audience.subscriber_import_report import SubscriberImportReport
    from newsletter.delivery.ledger.progress import Progress
    from newsletter.delivery.models import Dispatch, WarmUp
    from newsletter.editions.models import Edition
    from newsletter.editions.snippet_models import Snippet
    from newsletter.giving.models import Appeal
    from newsletter.ops.system_status import SystemStatus
    from newsletter.pictures.models import Picture
    from newsletter.publications.invitation_models import Invitation
    from newsletter.publications.models import Publication
    from newsletter.segments.models import Segment
    from newsletter.stories.feed_models import Feed
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
FEED = (
    "id url title section kicker auto_queue max_suggestions max_age_days read_at content_at try_at tries problem hint "
    "created_at"
)
SNIPPET = "id name title body url picture_alt place story_number starts_on ends_on is_active created_at"
PUBLICATION = (
    "slug name tagline website sender_name sender_email reply_to postal_address fallback_name language accent_colour "
    "accent_colour_dark logo_url logo_dark_url logo_width fonts layout corners footer_text social_links sponsor_name "
    "sponsor_text sponsor_url corrections_place greeting reading_time phrases utm_tags utm_excluded_hosts "
    "click_tracking time_zone recurrence starts_on send_time lead_minutes local_time pace_per_minute pace_per_hour "
    "quiet_from quiet_until "
    "schedule_ahead_minutes minimum_stories maximum_stories teaser_paragraphs on_empty lateness_limit_minutes "
    "auto_approve two_people sign_up_open archive_open is_active created_at"
)
EDITION = (
    "id local_date due_at local_send_time assemble_at state reason subject preheader intro content_hash assembled_at "
    "submitted_at approved_at dispatched_at"
)
DISPATCH = "id reason opened_at finished_at final_at"


def story(story: Story, *, place: int | None) -> JsonObject:
    """Describe a story. `publication` is a slug; `picture` is the stored file, or why there is none yet, or null.

    `position` is its place in the queue from 1, or null for a story that is not queued.
    """
    extra = {"position": place, "publication": story.publication.slug, "picture": picture(story.picture)}
    return _named(story, STORY) | extra


def segment(segment: Segment) -> JsonObject:
    """Describe a segment. `publication` is a slug; `means` is its definition in words."""
    from newsletter.segments.segment_content import content_of, sentence

    means = {"means": sentence(content_of(segment)), "publication": segment.publication.slug}
    return _named(segment, "id name version definition created_at changed_at") | means


def picture(picture: Picture | None) -> JsonObject | None:
    """Describe a picture. `address` is its URL in emails, null until it is stored."""
    if picture is None:
        return None
    address = f"{settings.PICTURES_URL}/{picture.name}" if picture.is_stored else None
    return _named(picture, "state width height weight note problem hint") | {"address": address}


def appeal(appeal: Appeal) -> JsonObject:
    """Describe an appeal. `publication` is a slug."""
    return _named(appeal, APPEAL) | {"publication": appeal.publication.slug}


def snippet(snippet: Snippet) -> JsonObject:
    """Describe a snippet. `publication` is a slug, `body` HTML."""
    shown = _named(snippet, SNIPPET) | {"publication": snippet.publication.slug}
    return shown | {"picture": picture(snippet.picture)}


def feed(feed: Feed) -> JsonObject:
    """Describe a feed. `publication` is a slug, `suggestions` counts its open ones."""
    suggested = feed.suggestions.filter(state="open").count()
    return _named(feed, FEED) | {"publication": feed.publication.slug, "suggestions": suggested}


def publication(publication: Publication) -> JsonObject:
    """Describe a publication. `accent_in_letters` is the accent colour as emails use it, adjusted to be legible."""
    from newsletter.letters.style import palette

    return _named(publication, PUBLICATION) | {
        "accent_in_letters": palette.light_palette(publication.accent_colour).accent,
        "accent_in_letters_dark": palette.dark_palette(
            publication.accent_colour, chosen=publication.accent_colour_dark
        ).accent,
    }


def with_contents(editions: QuerySet[Edition]) -> QuerySet[Edition]:
    """Prefetch what `edition` and the tables show, in a constant number of queries."""
    from django.db.models import Prefetch

    from newsletter.editions.models import FrozenLetter, Placement

    letters = FrozenLetter.objects.order_by("pk").defer("html", "text")
    placements = Placement.objects.select_related("story").order_by("position")
    return editions.select_related("publication", "approved_by").prefetch_related(
        Prefetch("letters", letters), Prefetch("placements", placements)
    )


def edition(edition: Edition) -> JsonObject:
    """Describe an edition. `stories` are in order, `findings` are from preflight, `approved_by` is an address or null.

    Read several editions through `with_contents`.
    """
    letter = next(iter(edition.letters.all()), None)
    placements = edition.placements.all()
    return _named(edition, EDITION) | {
        "publication": edition.publication.slug,
        "subject": letter.subject if letter else edition.subject,
        "approved_by": edition.approved_by.email if edition.approved_by else None,
        "stories": [
            {"position": p.position, "id": p.story_id, "headline": p.headline or p.story.headline} for p in placements
        ],
        "findings": edition.findings,
    }


def dispatch(dispatch: Dispatch) -> JsonObject:
    """Describe a dispatch with its `progress` and its `uncertain` and `refused` batches.

    `tally` counts readers by delivery event, or is null before the first event. `waits` (`next_at`, `done_at`,
    `sentences`) explains a delay. Since `final_at` only numbers are left, and no batches.
    """
    from newsletter.delivery.dispatches.delay_reasons import delay_of
    from newsletter.delivery.ledger import progress as derived
    from newsletter.delivery.states import BatchState
    from newsletter.insights import dispatch_stats

    def batches_in(state: BatchState) -> list[JsonObject]:
        if dispatch.final_at:
            return []
        rows = dispatch.batches.filter(state=state).order_by("number").values_list("number", "submitted")
        return [{"batch": number, "readers": readers} for number, readers in rows]

    tally = dispatch_stats.dispatch_stats(dispatch.pk)
    waits = delay_of(dispatch, now=clock.now())
    return _named(dispatch, DISPATCH) | {
        "edition": dispatch.edition_id,
        "publication": dispatch.edition.publication.slug,
        "state": str(dispatch.state),
        "progress": progress(derived.progress(dispatch)),
        "tally": tally and asdict(tally),
        "waits": waits and asdict(waits),
        "uncertain": batches_in(BatchState.UNCERTAIN),
        "refused": batches_in(BatchState.REFUSED),
    }


def status(status: SystemStatus) -> JsonObject:
    """System status: `level` is well, busy or broken; then problems, worker queues and open editions."""
    return {
        "level": status.verdict.level,
        "sentence": status.verdict.sentence,
        "problems": [asdict(problem) for problem in status.verdict.problems],
        "queues": [asdict(queue) for queue in status.queues],
        "editions": [
            {
                "id": item.edition.pk,
                "publication": item.edition.publication.slug,
                "due_at": item.edition.due_at,
                "state": item.edition.state,
                "reason": item.edition.reason,
                "progress": item.progress and progress(item.progress),
            }
            for item in status.editions
        ],
        "read_at": status.read_at,
    }


def progress(progress: Progress) -> JsonObject:
    """Progress of a dispatch in numbers of readers; `share` is from 0 to 1."""
    return asdict(progress) | {
        "phase": progress.phase,
        "share": progress.share,
        "adds_up": progress.adds_up,
        "complete": progress.complete,
    }


def warm_up(warm_up: WarmUp) -> JsonObject:
    """Describe a warm-up plan: the most readers a day for a domain, from `starts_on` (UTC)."""
    return _named(warm_up, "domain starts_on daily")


def user(user: User) -> JsonObject:
    """Describe a staff user. `publication_roles` are those for single publications, by slug."""
    return _named(user, "email name role is_active created_at") | {"publication_roles": publication_roles(user)}


def invitation(invitation: Invitation) -> JsonObject:
    """Describe an invitation. Without `publications`, its role counts for all of them."""
    from newsletter.publications.invitations import VALID, email_state

    return _named(invitation, "email name role invited_at") | {
        "publications": [one.slug for one in invitation.publications.all()],
        "valid_until": invitation.invited_at + VALID,
        "email_state": email_state(invitation),
    }


def api_token(token: ApiToken) -> JsonObject:
    """Describe an API token, without its text. `publications` are slugs, or null for all that its owner may."""
    slugs = None if token.for_all else [one.slug for one in token.publications.all()]
    shape = _named(token, "id name prefix scopes created_at expires_at last_used_at")
    return shape | {"owner": token.owner.email, "publications": slugs, "void": token.is_void_because()}


def publication_roles(user: User) -> dict[str, str]:
    """Return the roles of a user for single publications, by slug. Prefetch `publication_roles__publication`."""
    return {one.publication.slug: one.role for one in user.publication_roles.all()}


def counts(counts: SubscriberCounts) -> JsonObject:
    """Readers by status, and their `total`."""
    return asdict(counts) | {"total": counts.total}


def report(report: SubscriberImportReport) -> JsonObject:
    """Describe the result of an import: numbers of rows, and up to 100 `problems` (line, problem)."""
    return asdict(report) | {"adds_up": report.adds_up}


def _named(row: Any, names: str) -> JsonObject:
    return {name: getattr(row, name) for name in names.split()}
