"""Has a file made into a picture by a process of its own, so that no file can keep ours busy or fill the memory."""

import json
import threading
from pathlib import Path

import structlog

from newsletter.lib.bounded_process import Ending, command_of, run
from newsletter.lib.errors import BadInput, NewsletterError
from newsletter.pictures import encoding_limits
from newsletter.pictures.encode_picture import Encoded, Limits

COMMAND = command_of(Path(__file__).with_name("encoder_main.py"))
FIELD = "picture"
HINT = "Open it in a picture editor and save it again."

log = structlog.get_logger()
_free = threading.BoundedSemaphore(encoding_limits.MAX_AT_ONCE)


class PictureEncoderUnavailable(NewsletterError):
    """A picture could not be read, and it is not to blame: the same may work in a moment."""


def encode(data: bytes, limits: Limits) -> Encoded:
    """A picture within `limits`. Raises `BadInput`, or `PictureEncoderUnavailable`."""
    if not _free.acquire(timeout=encoding_limits.MAX_WAIT_SECONDS):
        raise PictureEncoderUnavailable("Other pictures are being processed. Try again in a minute.")
    try:
        answer = run([*COMMAND, *map(str, limits)], data, bounds=encoding_limits.BOUNDS)
    finally:
        _free.release()
    match answer.ending:
        case Ending.ANSWERED:
            return _read(answer.output)
        case Ending.TOO_LONG:
            raise BadInput(FIELD, f"takes more than {encoding_limits.BOUNDS.cpu_seconds} seconds to process.", HINT)
        case Ending.NO_MEMORY:
            raise BadInput(FIELD, "needs too much memory to process.", HINT)
        case Ending.BROKEN:
            raise _not_tried(answer.trouble)


def _read(output: bytes) -> Encoded:
    head, _, body = output.partition(b"\n")
    try:
        told = json.loads(head)
    except ValueError as error:
        raise _not_tried(f"gave no answer: {error}") from error
    if "problem" in told:
        raise BadInput(FIELD, told["problem"], told["hint"])
    return Encoded(body, told["kind"], told["width"], told["height"], told["note"])


def _not_tried(why: str) -> PictureEncoderUnavailable:
    log.error("picture.not_tried", why=why)
    return PictureEncoderUnavailable("The picture could not be processed. Try again in a minute.")
