"""Typed readers of environment variables. An invalid value stops the start with one sentence.

Only `settings.py` calls these functions; no other module reads the environment.
"""

import codecs
import os
from pathlib import Path

from newsletter.lib.errors import BadSetting

QUOTES = frozenset("\"'“”„‘’«»`")
YES, NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


def text(name: str, default: str = "") -> str:
    """Return the value of `name`, or the content of the file that `name`_FILE names.

    Docker and systemd pass secrets as files. An empty file is an error: a default in place of a lost secret is worse
    than no start.
    """
    if file := os.environ.get(f"{name}_FILE"):
        value, source = _read_file(f"{name}_FILE", Path(file)), f"{name}_FILE"
    else:
        value, source = os.environ.get(name, default).strip(), name
    if value[:1] in QUOTES and value[-1:] in QUOTES:
        raise BadSetting(source, "is wrapped in quotation marks.", "Remove them.")
    return value


def _read_file(name: str, file: Path) -> str:
    try:
        content = file.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise BadSetting(name, f"cannot be read ({reason}).", "Check the path.") from None
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content:
        raise BadSetting(name, "is a UTF-16 file.", "Save it as UTF-8.")
    try:
        value = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise BadSetting(name, "is a file that is not UTF-8.", "Save it as UTF-8.") from None
    if not value:
        raise BadSetting(name, "is an empty file.", f"Write the value to it, or unset {name}.")
    return value


def number(name: str, default: float, *, minimum: float, maximum: float) -> float:
    """Return a number from `minimum` to `maximum`, both inclusive."""
    given = text(name)
    if not given:
        return default
    try:
        value = float(given)
    except ValueError:
        value = float("nan")
    if not minimum <= value <= maximum:
        raise BadSetting(name, f"is {given!r}.", f"Give a number from {minimum:g} to {maximum:g}.")
    return value


def count(name: str, default: int, *, minimum: int, maximum: int) -> int:
    """Return a whole number from `minimum` to `maximum`, both inclusive."""
    value = number(name, default, minimum=minimum, maximum=maximum)
    if value != int(value):
        raise BadSetting(name, f"is {value:g}.", "Give a whole number.")
    return int(value)


def days_kept(name: str, default: int, *, least: int) -> int:
    """Return after how many days something is deleted, at least `least`; 0 means never."""
    days = count(name, default, minimum=0, maximum=36_500)
    if 0 < days < least:
        raise BadSetting(name, f"is {days}.", f"Give at least {least}, or 0, which keeps everything.")
    return days


def flag(name: str, default: bool) -> bool:
    """Return whether the value is yes, true, on or 1; no, false, off and 0 are False."""
    given = text(name).lower()
    if not given:
        return default
    if given in YES:
        return True
    if given in NO:
        return False
    raise BadSetting(name, f"is {given!r}.", "Give yes or no.")


def comma_separated(name: str, default: str = "") -> list[str]:
    """Return the items of a comma-separated list, trimmed, without empty ones."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def choice(name: str, default: str, options: tuple[str, ...]) -> str:
    """Return one of `options`."""
    given = text(name, default)
    if given not in options:
        raise BadSetting(name, f"is {given!r}.", f"Give one of: {', '.join(options)}.")
    return given
