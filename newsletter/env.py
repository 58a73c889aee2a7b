"""Typed readers of the environment. A wrong value stops the start with one clear sentence.

Only `settings.py` calls these: no other module asks the environment.
"""

import os
from pathlib import Path

from newsletter.lib.errors import BadSetting

YES, NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


def text(name: str, default: str = "") -> str:
    """The value of `name`, or the content of the file that `name`_FILE points to.

    The file form is how Docker and systemd hand over secrets.
    """
    if file := os.environ.get(f"{name}_FILE"):
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadSetting(f"{name}_FILE", f"cannot be read ({error.strerror}).", "Check the path.") from None
    return os.environ.get(name, default).strip()


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
