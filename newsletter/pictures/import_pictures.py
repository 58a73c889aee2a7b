"""Pictures on their way to us: asked for by their address, or handed over; fetched, made fit, stored.

A row is the order. What cannot be fetched is tried again a few times, later each time; who is to print it does not
wait for that: `give_up` ends it. A try that ends its worker counts as one (lib/claims.py).
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog

from newsletter.lib.claim_rows import claim
from newsletter.lib.errors import BadInput
from newsletter.pictures import picture_storage
from newsletter.pictures.encode_in_subprocess import encode
from newsletter.pictures.encode_picture import Encoded, Limits
from newsletter.pictures.models import Picture, State, Use
from newsletter.pictures.safe_fetch import MAX_FILE_BYTES, PictureFetchError, fetch

log = structlog.get_logger()

# Twice as wide as a letter is, for sharp screens; a letter is read on phones, and paid for by the megabyte.
LIMITS = {Use.STORY: Limits(1200, 1600, 200_000), Use.LOGO: Limits(1200, 600, 100_000)}
LEASE = timedelta(seconds=60)  # a worker that takes longer was lost
# After each try that failed. A site that is down for longer than all of them is a person's matter.
WAITS = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 3600))
MAX_TRIES = len(WAITS) + 1
Fetch = Callable[[str], bytes]


def request_picture(source_url: str, use: Use) -> Picture:
    """An order, not yet in the database, for the picture at a web address."""
    return Picture(use=use, source_url=source_url)


def save_upload(data: bytes, use: Use, *, now: datetime) -> Picture:
    """Make a handed over file fit, store it, and write its row; raises `BadInput`."""
    if len(data) > MAX_FILE_BYTES:
        raise BadInput("picture", "is too large.", f"Use a file under {MAX_FILE_BYTES // 1_000_000} MB.")
    picture = Picture(use=use)
    _fill(picture, encode(data, LIMITS[use]), now)
    picture.save()
    return picture


def fetch_next(*, now: datetime, fetch: Fetch = fetch) -> bool:
    """Fetch one picture that is due, or note why that failed. False when none is due."""
    found, spent = claim(Picture.objects.due(now), now=now, lease=LEASE, max_rows=1, max_tries=MAX_TRIES)
    for picture in spent:
        _note(picture, "Every attempt to process it failed.", "Use another picture.", again=False, now=now)
        _record(picture)
    if not found:
        return bool(spent)
    picture = found[0]
    try:
        _fill(picture, encode(fetch(picture.source_url), LIMITS[Use(picture.use)]), now)
    except PictureFetchError as error:
        _note(picture, error.problem, error.hint, again=not error.is_final, now=now)
    except BadInput as error:
        _note(picture, f"The file at this address {error.problem}", error.hint, again=False, now=now)
    except Exception:
        log.exception("picture.not_stored", picture=picture.pk)
        _note(picture, "The picture could not be stored.", "Contact your administrator.", again=True, now=now)
    _record(picture)
    return True


def abandon_pending(pictures: Iterable[Picture]) -> None:
    """What is still on its way comes too late; asked for again, it is fetched again."""
    late = Picture.objects.filter(pk__in=[picture.pk for picture in pictures], state=State.COMING)
    late.exclude(problem="").update(state=State.FAILED)
    late.filter(problem="").update(
        state=State.FAILED,
        problem="The picture had not arrived when the email was built.",
        hint="Save again to retry.",
    )


def _fill(picture: Picture, made: Encoded, now: datetime) -> None:
    picture.digest = picture_storage.store(made.data, made.kind)
    picture.kind, picture.width, picture.height = made.kind, made.width, made.height
    picture.weight, picture.note = len(made.data), made.note
    picture.state, picture.stored_at, picture.try_at = State.STORED, now, None
    picture.problem = picture.hint = ""


def _note(picture: Picture, problem: str, hint: str, *, again: bool, now: datetime) -> None:
    log.info("picture.not_fetched", picture=picture.pk, tries=picture.tries, problem=problem)
    picture.problem, picture.hint = problem, hint
    if again and picture.tries < MAX_TRIES:
        picture.try_at = now + WAITS[picture.tries - 1]
    else:
        picture.state, picture.try_at = State.FAILED, None


def _record(picture: Picture) -> None:
    """Write down what became of it, unless it was given up or claimed by another meanwhile."""
    fields = ("state", "try_at", "problem", "hint", "digest", "kind", "width", "height", "weight", "note", "stored_at")
    Picture.objects.filter(pk=picture.pk, state=State.COMING, tries=picture.tries).update(
        **{name: getattr(picture, name) for name in fields}
    )
