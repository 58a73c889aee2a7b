"""Sentences about the progress of an edition, from two snapshots of it. Pure."""

from datetime import datetime

from newsletter.delivery.ledger.progress import Progress
from newsletter.editions.models import EditionState
from newsletter.local.console.edition_snapshot import EditionSnapshot


def first_message(snapshot: EditionSnapshot, *, stories: int, readers: int) -> str:
    """Return the first sentence about an edition."""
    what = f"{_name(snapshot)} of {snapshot.publication}"
    if snapshot.state == EditionState.PLANNED:
        return f"{what}: {counted(stories, 'story', 'stories')} queued for {counted(readers, 'reader', 'readers')}."
    return f"{what} was already in progress at this start."


def changes(before: EditionSnapshot | None, after: EditionSnapshot, *, now: datetime) -> list[str]:
    """Return a sentence for each change since `before`; None means that nothing was reported yet."""
    messages: list[str] = []
    if before and before.letter and not after.letter:
        messages.append(f"{_name(after)}: content changed, rebuilding.")
    if after.letter and (before is None or before.letter != after.letter):
        messages.append(_assembled(after))
    if before is None or before.state != after.state:
        messages.extend(_state(after, now))
    if after.progress and after.progress.phase not in ("sending", "finished"):
        was = before.progress.phase if before and before.progress else ""
        if after.progress.phase != was:
            messages.append(f"{_name(after)}: sending is {_standstill(after.progress)}")
    return messages


def verdict(progress: Progress | None) -> tuple[bool, str]:
    """Return whether the provider accepted the email for every planned reader, and a sentence with the counts.

    The counts must also add up: candidates, planned and the results of batches.
    """
    if progress is None:
        return False, "nothing was sent."
    parts = [f"{progress.accepted:,} of {progress.planned:,} accepted"]
    parts += [
        f"{number:,} {label}"
        for number, label in (
            (progress.refused, "refused"),
            (progress.uncertain, "uncertain"),
            (progress.waiting, "still waiting"),
            (progress.left_since, "unsubscribed meanwhile"),
        )
        if number
    ]
    sums = "totals match" if progress.adds_up else "totals do NOT match"
    return progress.complete and progress.phase == "finished", f"{', '.join(parts)}; {sums}."


def progress_bar(snapshot: EditionSnapshot, *, began: datetime, now: datetime) -> tuple[str, float, float]:
    """Return a label, what is done and the total: seconds until the edition is due, then readers."""
    if snapshot.progress:
        done = snapshot.progress.planned - snapshot.progress.waiting
        return (
            f"{_name(snapshot)}: sending, {done:,} of {snapshot.progress.planned:,}",
            done,
            max(snapshot.progress.planned, 1),
        )
    left = (snapshot.due_at - now).total_seconds()
    if left <= 0:
        return f"{_name(snapshot)}: due, waiting for a worker", 1, 1
    whole = max((snapshot.due_at - began).total_seconds(), 1)
    done_so_far = "queued" if snapshot.state == EditionState.PLANNED else snapshot.state
    return f"{_name(snapshot)}: {done_so_far}, will be sent in {left:.0f} s", max(whole - left, 0), whole


def clock_time(moment: datetime) -> str:
    """Return the time of day in the time zone of this machine."""
    return f"{moment.astimezone():%H:%M:%S}"


def counted(number: int, one: str, many: str) -> str:
    """Return the number with the noun in its form."""
    return f"{number:,} {one if number == 1 else many}"


def _name(snapshot: EditionSnapshot) -> str:
    return f"Edition {snapshot.edition}"


def _assembled(snapshot: EditionSnapshot) -> str:
    assert snapshot.letter is not None  # noqa: S101 - checked by the caller
    letter = snapshot.letter
    found = f"preflight: {'; '.join(letter.findings)}" if letter.findings else "preflight: no problems"
    stories = counted(letter.stories, "story", "stories")
    return f"{_name(snapshot)} is assembled: “{letter.subject}”, {stories}, {letter.size / 1000:.0f} KB; {found}."


def _state(snapshot: EditionSnapshot, now: datetime) -> list[str]:
    match snapshot.state:
        case EditionState.ASSEMBLED:
            return [
                f"{_name(snapshot)} is waiting for approval on the desk. It is due at {clock_time(snapshot.due_at)}."
            ]
        case EditionState.APPROVED:
            when = "and will be sent" if snapshot.due_at > now else "and was due"
            return [f"{_name(snapshot)} is approved {when} at {clock_time(snapshot.due_at)}."]
        case EditionState.DISPATCHED:
            return [f"{_name(snapshot)} is sent: {verdict(snapshot.progress)[1]}"]
        case EditionState.HELD:
            return [f"{_name(snapshot)} is held: {snapshot.reason}"]
        case EditionState.CANCELLED:
            return [f"{_name(snapshot)} was not sent: {snapshot.reason}"]
    return []


def _standstill(progress: Progress) -> str:
    label = {"needs attention": "finished except for batches that a person must settle"}.get(
        progress.phase, progress.phase
    )
    return f"{label}: {progress.reason or 'see the ops page'}"
