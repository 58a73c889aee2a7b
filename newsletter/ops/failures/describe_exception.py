"""Describe an exception without the data that it was about. Pure."""

import hashlib
import re
import traceback
from dataclasses import dataclass
from pathlib import Path

from newsletter.audit.audit_trail import ADDRESS
from newsletter.lib.logging_config import without_rows, without_tokens

LONG_TOKEN = re.compile(r"[\w+/=~-]{32,}")  # keys and signed links; no word is as long
MAX_TRACE = 20_000
OURS = ("newsletter", "workers")
ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class ExceptionDescription:
    """The texts of an exception. `place` is the last line of ours; `group` is equal for the same error."""

    exception: str
    message: str
    place: str
    trace: str
    group: str


def describe_exception(error: BaseException, *, name: str) -> ExceptionDescription:
    """Return the description of an exception that ended `name`, such as a task."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _is_ours(frame.filename)] or list(frames)
    last = ours[-1] if ours else None
    where = f"{_shown(last.filename)} in {last.name}" if last else "unknown"
    place = f"{_shown(last.filename)}:{last.lineno} in {last.name}" if last else "unknown"
    trace = "".join(traceback.TracebackException.from_exception(error, capture_locals=False).format())
    trace = trace.replace(f"{ROOT}/", "")
    group = hashlib.blake2b(f"{name}\n{kind}\n{where}".encode(), digest_size=16).hexdigest()
    return ExceptionDescription(kind[:200], hidden(str(error))[:300], place[:300], hidden(trace)[-MAX_TRACE:], group)


def hidden(text: str) -> str:
    """Return `text` without addresses, readers' tokens and other long tokens."""
    text = without_tokens(ADDRESS.sub("[address]", without_rows(text))).replace("\0", "")
    return LONG_TOKEN.sub("[token]", text)


def _is_ours(file: str) -> bool:
    path = Path(file)
    return path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in OURS


def _shown(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else "/".join(path.parts[-3:])
