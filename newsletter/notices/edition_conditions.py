"""Conditions of editions: waiting, held, skipped, sent, needing attention."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial

from newsletter.accounts.permissions import Permission
from newsletter.audit.acts import Act, Door
from newsletter.audit.models import Record
from newsletter.delivery.ledger.progress import Progress, progress
from newsletter.delivery.models import Dispatch
from newsletter.delivery.states import DispatchState
from newsletter.editions.models import Edition, EditionState
from newsletter.letters.edition_decisions import PUBLICATION_PAUSED, SKIPPED, TOO_FEW_STORIES, TOO_LATE
from newsletter.lib.display_text import pluralize, with_full_stop
from newsletter.notices.conditions import Condition, NoticeText
from newsletter.notices.kind_names import NoticeKind

RECENT = timedelta(days=1)  # an event becomes a notice for so long, should the workers have been away
HELD_FOR = timedelta(days=7)  # after its time, a held edition is history
MAX_EDITIONS = 500  # looked at
MAX_FINDINGS = 3  # named
MISSED = (*TOO_LATE.values(), PUBLICATION_PAUSED, TOO_FEW_STORIES)


def waiting_editions() -> Iterator[Condition]:
    """Yield the editions that wait for a submission or an approval, in one query."""
    found = Edition.objects.filter(state=EditionState.ASSEMBLED, publication__is_active=True)
    for edition in found.select_related("publication").order_by("due_at", "pk")[:MAX_EDITIONS]:
        submits = edition.publication.two_people and not edition.is_submitted
        yield Condition(
            NoticeKind.APPROVAL,
            f"edition:{edition.pk}:{edition.content_hash[:16]}{'' if submits else ':approve'}",
            partial(_waiting, edition, submits=submits),
            edition.publication_id,
            edition.pk,
            not_to=None if submits or not edition.publication.two_people else edition.submitted_by_id,
        )


def held_editions(*, now: datetime) -> Iterator[Condition]:
    """Yield the editions that the service held, also while a person rebuilt them on a page, in two queries.

    What a person held needs no notice. At the command line the two look alike, so neither becomes one.
    """
    held = Edition.objects.filter(state=EditionState.HELD, due_at__gt=now - HELD_FOR).select_related("publication")
    editions = list(held.order_by("due_at", "pk")[:MAX_EDITIONS])
    acts = Record.objects.filter(
        subject="edition", subject_id__in=[edition.pk for edition in editions], act=Act.EDITION_HELD
    )
    last = {record.subject_id: record for record in acts.order_by("pk")} if editions else {}
    for edition in editions:
        record = last.get(edition.pk)
        if record is None or record.user_id or record.door == Door.COMMAND:
            continue
        yield Condition(
            NoticeKind.DEADLINE if edition.reason.startswith(MISSED) else NoticeKind.HELD,
            f"edition:{edition.pk}:held:{record.pk}",
            partial(_held, edition),
            edition.publication_id,
            edition.pk,
        )


def past_editions(*, now: datetime) -> Iterator[Condition]:
    """Yield the editions that were sent, stopped or skipped within a day, in two queries."""
    sent = Edition.objects.filter(dispatched_at__gt=now - RECENT)  # by the index: nearly all editions are dispatched
    for edition in sent.select_related("publication", "dispatch").order_by("dispatched_at")[:MAX_EDITIONS]:
        yield Condition(
            NoticeKind.SENT,
            f"edition:{edition.pk}:sent",
            partial(_sent, edition),
            edition.publication_id,
            edition.pk,
            is_event=True,
            happened_at=edition.dispatched_at,
        )
    skipped = Edition.objects.filter(
        state=EditionState.CANCELLED, reason__startswith=SKIPPED, due_at__gt=now - RECENT, due_at__lte=now
    )
    for edition in skipped.select_related("publication").order_by("due_at")[:MAX_EDITIONS]:
        yield Condition(
            NoticeKind.DEADLINE,
            f"edition:{edition.pk}:skipped",
            partial(_skipped, edition),
            edition.publication_id,
            edition.pk,
            is_event=True,
        )


def dispatches_in_trouble() -> Iterator[Condition]:
    """Yield the dispatches that need attention or paused themselves, in two queries."""
    states = [DispatchState.ATTENTION, DispatchState.PAUSED]
    found = Dispatch.objects.filter(state__in=states, sending_pause=None).select_related("edition__publication")
    dispatches = list(found.order_by("pk")[:MAX_EDITIONS])
    paused = [dispatch.pk for dispatch in dispatches if dispatch.state == DispatchState.PAUSED]
    acts = Record.objects.filter(subject="dispatch", subject_id__in=paused, act__in=PAUSE_ACTS).order_by("pk")
    by_person = {record.subject_id: record.act == Act.DISPATCH_PAUSED for record in acts} if paused else {}
    for dispatch in dispatches:
        if dispatch.state == DispatchState.PAUSED and by_person.get(dispatch.pk):
            continue
        yield Condition(
            NoticeKind.ATTENTION,
            f"dispatch:{dispatch.pk}:{dispatch.state}",
            partial(_trouble, dispatch),
            dispatch.edition.publication_id,
            dispatch.edition_id,
        )


PAUSE_ACTS = [Act.DISPATCH_PAUSED, Act.DISPATCH_RESUMED]


def name_of(edition: Edition) -> str:
    """Return `The Morning Post of Mon 23 Nov 2026`."""
    return f"{edition.publication.name} of {day_text(edition.day)}"


def day_text(value: date) -> str:
    """Return the date with its year, because a notice is read on any day."""
    return f"{value:%a} {value.day} {value:%b %Y}"


def edition_paths(edition: Edition, *permissions: Permission) -> dict[str, str]:
    """Return the page of the edition for each of `permissions`."""
    return {permission.value: f"/editions/{edition.pk}/" for permission in permissions}


def _waiting(edition: Edition, *, submits: bool) -> NoticeText:
    letter = edition.letters.order_by("pk").only("subject", "findings").first()
    lines = [f"Subject: {letter.subject}"] if letter else []
    warnings = len([finding for finding in edition.findings if finding["severity"] == "warn"])
    lines.append(f"Preflight: {pluralize(warnings, 'warning')}." if warnings else "Preflight found no problem.")
    if submits:
        lines.append("Two people have to agree on it: one submits it for review, another approves it.")
        paths = edition_paths(edition, Permission.CURATE)
        return NoticeText(f"{name_of(edition)} waits to be submitted for review", lines, "Open the email", paths)
    if edition.publication.two_people and edition.submitted_by:
        lines.append(f"{edition.submitted_by} submitted it for review.")
    paths = edition_paths(edition, Permission.APPROVE)
    return NoticeText(f"{name_of(edition)} waits for approval", lines, "Review the email", paths)


def _held(edition: Edition) -> NoticeText:
    found = [finding for finding in edition.findings if finding["severity"] == "stop"]
    lines = [with_full_stop(edition.reason)]
    lines += [f"{finding['place']}: {finding['hint']}" for finding in found[:MAX_FINDINGS]]
    if len(found) > MAX_FINDINGS:
        lines.append(f"And {pluralize(len(found) - MAX_FINDINGS, 'further problem')}.")
    paths = edition_paths(edition, Permission.APPROVE)
    if edition.reason.startswith(MISSED):
        return NoticeText(f"{name_of(edition)} missed its time and was held", lines, "Open the edition", paths)
    return NoticeText(f"{name_of(edition)} was held", lines, "Open the edition", paths)


def _skipped(edition: Edition) -> NoticeText:
    lines = [with_full_stop(edition.reason), "No reader got it. Its stories are in the queue again."]
    paths = edition_paths(edition, Permission.CURATE)
    return NoticeText(f"{name_of(edition)} missed its time and was skipped", lines, "Open the edition", paths)


def _sent(edition: Edition) -> NoticeText:
    dispatch = getattr(edition, "dispatch", None)
    done = progress(dispatch) if dispatch else None
    lines = [with_full_stop(edition.reason)] if edition.reason else []
    lines += _numbers(done) if done else []
    what = "was stopped" if edition.reason else "was sent"
    paths = edition_paths(edition, Permission.CURATE)
    return NoticeText(f"{name_of(edition)} {what}", lines, "Open the edition", paths)


def _numbers(done: Progress) -> list[str]:
    """Return the numbers of readers of a dispatch in sentences."""
    lines = [f"Accepted by the provider: {pluralize(done.accepted, 'reader')} of {done.planned:,}."]
    if done.refused:
        lines.append(f"Refused: {pluralize(done.refused, 'reader')}.")
    if done.uncertain:
        lines.append(f"Uncertain: {pluralize(done.uncertain, 'reader')}.")
    if done.waiting:
        lines.append(f"Not sent: {pluralize(done.waiting, 'reader')}.")
    if done.left_since:
        lines.append(f"Unsubscribed or suppressed before their email was sent: {pluralize(done.left_since, 'reader')}.")
    return lines


def _trouble(dispatch: Dispatch) -> NoticeText:
    edition = dispatch.edition
    lines = [with_full_stop(dispatch.reason)] if dispatch.reason else []
    lines += _numbers(progress(dispatch))
    paths = {Permission.OPERATE.value: "/ops/", **edition_paths(edition, Permission.SEND)}
    what = "stopped sending by itself" if dispatch.state == DispatchState.PAUSED else "needs attention"
    return NoticeText(f"{name_of(edition)} {what}", lines, "Open the edition", paths)
