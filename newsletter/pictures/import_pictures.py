"""Import pictures: request them by URL or upload them, then fetch, encode and store them.

A row orders the fetch. A failed fetch is retried a few times at growing intervals. Assembly does not wait for that:
`abandon_pending` ends it. A try that crashes its worker is counted too (lib/claim_rows.py).
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog
from django.db.models import QuerySet

from newsletter.lib.claim_rows import claim
from newsletter.lib.errors import BadInput
from newsletter.lib.safe_connection import FetchError
from newsletter.pictures import picture_storage
from newsletter.pictures.encode_in_subprocess import encode
from newsletter.pictures.encode_picture import Encoded, SizeLimits
from newsletter.pictures.fetch_picture import MAX_FILE_BYTES, fetch_picture
from newsletter.pictures.models import Picture, PictureState, Use

log = structlog.get_logger()

# Twice the width of an email, for high-resolution screens. The byte limits consider phones with metered data.
LIMITS = {Use.STORY: SizeLimits(1200, 1600, 200_000), Use.LOGO: SizeLimits(1200, 600, 100_000)}
LEASE = timedelta(seconds=60)  # a worker that takes longer is considered lost
# Pauses after each failed try. If a site is down for longer, a person must act.
RETRY_PAUSES = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 3600))
MAX_TRIES = len(RETRY_PAUSES) + 1
Fetch = Callable[[str], bytes]


def request_picture(source_url: str, use: Use) -> Picture:
    """Return an unsaved row that orders the picture at a URL."""
    return Picture(use=use, source_url=source_url)


def save_upload(data: bytes, use: Use, *, now: datetime) -> Picture:
    """Encode and store an uploaded file and save its row; raise `BadInput`."""
    if len(data) > MAX_FILE_BYTES:
        raise BadInput("picture", "is too large.", f"Use a file under {MAX_FILE_BYTES // 1_000_000} MB.")
    picture = Picture(use=use)
    _set_file(picture, encode(data, LIMITS[use]), now)
    picture.save()
    return picture


def fetch_next(*, now: datetime, fetch: Fetch = fetch_picture) -> bool:
    """Fetch one due picture, or record why that failed. Return False if none is due."""
    found, spent = claim(Picture.objects.due(now), now=now, lease=LEASE, max_rows=1, max_tries=MAX_TRIES)
    for picture in spent:
        _note(picture, "Every attempt to process it failed.", "Use another picture.", again=False, now=now)
        _record(picture)
    if not found:
        return bool(spent)
    picture = found[0]
    try:
        _set_file(picture, encode(fetch(picture.source_url), LIMITS[Use(picture.use)]), now)
    except FetchError as error:
        _note(picture, error.problem, error.hint, again=not error.is_final, now=now)
    except BadInput as error:
        _note(picture, f"The file at this address {error.problem}", error.hint, again=False, now=now)
    except Exception:
        log.exception("picture.not_stored", picture=picture.pk)
        _note(picture, "The picture could not be stored.", "Contact your administrator.", again=True, now=now)
    _record(picture)
    return True


def abandon_pending(pictures: Iterable[Picture]) -> None:
    """Give up pictures that are still pending, because they are too late. A new request fetches them again."""
    pending = Picture.objects.filter(pk__in=[picture.pk for picture in pictures], state=PictureState.PENDING)
    pending.exclude(problem="").update(state=PictureState.FAILED)
    pending.filter(problem="").update(
        state=PictureState.FAILED,
        problem="The picture had not arrived when the email was built.",
        hint="Save again to retry.",
    )


def fetch_again(failed: QuerySet[Picture], *, now: datetime) -> int:
    """Let workers fetch these failed pictures again, and return how many."""
    again = failed.exclude(source_url="")
    return again.update(state=PictureState.PENDING, tries=0, try_at=now, problem="", hint="")


def discard(failed: QuerySet[Picture]) -> int:
    """Keep these failed pictures as they are, out of the list of what ops could try again. Return how many."""
    return failed.update(state=PictureState.DISCARDED)


def _set_file(picture: Picture, made: Encoded, now: datetime) -> None:
    picture.digest = picture_storage.store(made.data, made.kind)
    picture.kind, picture.width, picture.height = made.kind, made.width, made.height
    picture.weight, picture.note, picture.dark_share = len(made.data), made.note, made.dark_share
    picture.state, picture.stored_at, picture.try_at = PictureState.STORED, now, None
    picture.problem = picture.hint = ""


def _note(picture: Picture, problem: str, hint: str, *, again: bool, now: datetime) -> None:
    log.info("picture.not_fetched", picture=picture.pk, tries=picture.tries, problem=problem)
    picture.problem, picture.hint = problem, hint
    if again and picture.tries < MAX_TRIES:
        picture.try_at = now + RETRY_PAUSES[picture.tries - 1]
    else:
        picture.state, picture.try_at = PictureState.FAILED, None


def _record(picture: Picture) -> None:
    """Save the result, unless the picture was given up or claimed again in the meantime."""
    fields = (
        *("state", "try_at", "problem", "hint", "stored_at"),
        *("digest", "kind", "width", "height", "weight", "note", "dark_share"),
    )
    Picture.objects.filter(pk=picture.pk, state=PictureState.PENDING, tries=picture.tries).update(
        **{name: getattr(picture, name) for name in fields}
    )
