"""Typed readers of the environment. A wrong value stops the start with one clear sentence.

Only `settings.py` calls these: no other module asks the environment.
"""

import codecs
import os
from pathlib import Path

from newsletter.lib.errors import BadSetting

QUOTES = frozenset("\"'“”„‘’«»`")
YES, NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


def text(name: str, default: str = "") -> str:
    """The value of `name`, or the content of the file that `name`_FILE points to.

    The file form is how Docker and systemd hand over secrets. An empty file is an error: what would take the place
    of a secret that got lost is worse than no start.
    """
    if file := os.environ.get(f"{name}_FILE"):
        given, source = _content(f"{name}_FILE", Path(file)), f"{name}_FILE"
    else:
        given, source = os.environ.get(name, default).strip(), name
    if given[:1] in QUOTES and given[-1:] in QUOTES:
        raise BadSetting(source, "is wrapped in quotation marks.", "Give the value alone, without them.")
    return given


def _content(name: str, file: Path) -> str:
    try:
        content = file.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = error.strerror if isinstance(error, OSError) else "no path"
        raise BadSetting(name, f"cannot be read ({reason}).", "Check the path.") from None
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content:
        raise BadSetting(name, "is a file in UTF-16.", "Save it as UTF-8.")
    try:
        given = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise BadSetting(name, "is a file that is not UTF-8.", "Save it as UTF-8.") from None
    if not given:
        raise BadSetting(name, "is an empty file.", f"Write the value into it, or unset {name}.")
    return given


def number(name: str, default: float, *, least: float, most: float) -> float:
    """A number from `least` to `most`, both included."""
    given = text(name)
    if not given:
        return default
    try:
        value = float(given)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise BadSetting(name, f"is {given!r}.", f"Give a number from {least:g} to {most:g}.")
    return value


def count(name: str, default: int, *, least: int, most: int) -> int:
    """A whole number from `least` to `most`, both included."""
    value = number(name, default, least=least, most=most)
    if value != int(value):
        raise BadSetting(name, f"is {value:g}.", "Give a whole number.")
    return int(value)


def flag(name: str, default: bool) -> bool:
    """yes/no, true/false, on/off or 1/0."""
    given = text(name).lower()
    if not given:
        return default
    if given in YES:
        return True
    if given in NO:
        return False
    raise BadSetting(name, f"is {given!r}.", "Give yes or no.")


def words(name: str, default: str = "") -> list[str]:
    """A list parted by commas, blanks around the words taken off."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def choice(name: str, default: str, options: tuple[str, ...]) -> str:
    """One of `options`."""
    given = text(name, default)
    if given not in options:
        raise BadSetting(name, f"is {given!r}.", f"Give one of: {', '.join(options)}.")
    return given
