"""The story of an edition in plain words: from two looks at it to the sentences about what changed. Pure."""

from datetime import datetime

from newsletter.delivery.ledger.progress import Progress
from newsletter.editions.models import State
from newsletter.local.console.edition_snapshot import EditionSnapshot


def beginning(scene: EditionSnapshot, *, stories: int, readers: int) -> str:
    """The first sentence about an edition."""
    what = f"{_name(scene)} of {scene.publication}"
    if scene.state == State.PLANNED:
        return f"{what}: {counted(stories, 'story', 'stories')} queued for {counted(readers, 'reader', 'readers')}."
    return f"{what} was begun before this start."


def changes(before: EditionSnapshot | None, after: EditionSnapshot, *, now: datetime) -> list[str]:
    """What has come about since `before`; None stands for a time when nothing had."""
    told: list[str] = []
    if before and before.letter and not after.letter:
        told.append(f"{_name(after)}: something in it has changed, so it is assembled anew.")
    if after.letter and (before is None or before.letter != after.letter):
        told.append(_assembled(after))
    if before is None or before.state != after.state:
        told.extend(_state(after, now))
    if after.progress and after.progress.phase not in ("sending", "finished"):
        was = before.progress.phase if before and before.progress else ""
        if after.progress.phase != was:
            told.append(f"{_name(after)}: its dispatch is {_still(after.progress)}")
    return told


def verdict(progress: Progress | None) -> tuple[bool, str]:
    """Whether every planned reader's letter was accepted and the ledger adds up, and a sentence that says so."""
    if progress is None:
        return False, "nothing of it left."
    parts = [f"{progress.accepted:,} of {progress.planned:,} accepted"]
    parts += [
        f"{number:,} {words}"
        for number, words in (
            (progress.refused, "refused"),
            (progress.uncertain, "uncertain"),
            (progress.waiting, "still waiting"),
            (progress.left_since, "left meanwhile"),
        )
        if number
    ]
    sums = "the ledger adds up" if progress.adds_up else "the ledger does NOT add up"
    return progress.complete and progress.phase == "finished", f"{', '.join(parts)}; {sums}."


def on_the_bar(scene: EditionSnapshot, *, began: datetime, now: datetime) -> tuple[str, float, float]:
    """For a progress bar: words, how much is done, of how much. Seconds until it is due, then readers."""
    if scene.progress:
        done = scene.progress.planned - scene.progress.waiting
        return (
            f"{_name(scene)}: dispatching, {done:,} of {scene.progress.planned:,}",
            done,
            max(scene.progress.planned, 1),
        )
    left = (scene.due_at - now).total_seconds()
    if left <= 0:
        return f"{_name(scene)}: due, waits for a worker", 1, 1
    whole = max((scene.due_at - began).total_seconds(), 1)
    done_so_far = "queued" if scene.state == State.PLANNED else scene.state
    return f"{_name(scene)}: {done_so_far}, leaves in {left:.0f} s", max(whole - left, 0), whole


def clock_time(moment: datetime) -> str:
    """As on a clock of this machine."""
    return f"{moment.astimezone():%H:%M:%S}"


def counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _name(scene: EditionSnapshot) -> str:
    return f"Edition {scene.edition}"


def _assembled(scene: EditionSnapshot) -> str:
    assert scene.letter is not None  # noqa: S101 - the caller has looked
    letter = scene.letter
    found = f"preflight found {'; '.join(letter.findings)}" if letter.findings else "preflight found nothing amiss"
    stories = counted(letter.stories, "story", "stories")
    return f"{_name(scene)} is assembled: “{letter.subject}”, {stories}, {letter.size / 1000:.0f} KB; {found}."


def _state(scene: EditionSnapshot, now: datetime) -> list[str]:
    match scene.state:
        case State.ASSEMBLED:
            return [
                f"{_name(scene)} waits for somebody's approval at the desk; it is due at {clock_time(scene.due_at)}."
            ]
        case State.APPROVED:
            leaves = "and leaves" if scene.due_at > now else "and was due"
            return [f"{_name(scene)} is approved {leaves} at {clock_time(scene.due_at)}."]
        case State.DISPATCHED:
            return [f"{_name(scene)} is dispatched: {verdict(scene.progress)[1]}"]
        case State.HELD:
            return [f"{_name(scene)} is held: {scene.reason}"]
        case State.CANCELLED:
            return [f"{_name(scene)} was not sent: {scene.reason}"]
    return []


def _still(progress: Progress) -> str:
    words = {"needs attention": "finished but for what a person must settle", "paused": "paused", "stopped": "stopped"}
    return f"{words.get(progress.phase, progress.phase)}: {progress.reason or 'see the ops page'}"
