"""Encode a picture in a subprocess, so that no file can block a worker or fill its memory."""

import json
import threading
from pathlib import Path

import structlog

from newsletter.lib.bounded_process import Ending, command_of, run
from newsletter.lib.errors import BadInput, NewsletterError
from newsletter.pictures import encoding_limits
from newsletter.pictures.encode_picture import Encoded, SizeLimits

COMMAND = command_of(Path(__file__).with_name("encoder_main.py"))
FIELD = "picture"
HINT = "Open it in a picture editor and save it again."

log = structlog.get_logger()
_slots = threading.BoundedSemaphore(encoding_limits.MAX_CONCURRENT)


class PictureEncoderUnavailable(NewsletterError):
    """A picture could not be processed for a reason other than the file; a retry may help."""


def encode(data: bytes, limits: SizeLimits) -> Encoded:
    """Return a picture within `limits`. Raises `BadInput` or `PictureEncoderUnavailable`."""
    if not _slots.acquire(timeout=encoding_limits.MAX_WAIT_SECONDS):
        raise PictureEncoderUnavailable("Other pictures are being processed. Try again in a minute.")
    try:
        answer = run([*COMMAND, *map(str, limits)], data, bounds=encoding_limits.BOUNDS)
    finally:
        _slots.release()
    match answer.ending:
        case Ending.ANSWERED:
            return _read(answer.output)
        case Ending.TOO_LONG:
            raise BadInput(FIELD, f"takes more than {encoding_limits.BOUNDS.cpu_seconds} seconds to process.", HINT)
        case Ending.NO_MEMORY:
            raise BadInput(FIELD, "needs too much memory to process.", HINT)
        case Ending.BROKEN:
            raise _unavailable(answer.trouble)


def _read(output: bytes) -> Encoded:
    head, _, body = output.partition(b"\n")
    try:
        header = json.loads(head)
    except ValueError as error:
        raise _unavailable(f"returned no result: {error}") from error
    if "problem" in header:
        raise BadInput(FIELD, header["problem"], header["hint"])
    return Encoded(body, header["kind"], header["width"], header["height"], header["note"], header["dark_share"])


def _unavailable(reason: str) -> PictureEncoderUnavailable:
    log.error("picture.not_tried", why=reason)
    return PictureEncoderUnavailable("The picture could not be processed. Try again in a minute.")
