"""Addresses in the environment: what can be used is put into one form, what cannot stops the start.

Only `settings.py` calls these, as with `env.py`.
"""

from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from newsletter import env
from newsletter.lib.errors import BadSetting

# What Celery's broker library speaks and an operator may run: Redis, Redis Sentinel, RabbitMQ.
BROKER_SCHEMES = ("redis", "rediss", "redis+socket", "sentinel", "amqp", "amqps", "pyamqp")


def web_url(name: str, default: str = "", *, example: str) -> str:
    """The http or https address in `name`, without a slash at its end; empty only when `default` is.

    Scheme and host come in lower case, so that settings derived from them can compare strings.
    """
    given = env.text(name) or default
    if not given:
        return ""
    hint = f"Give an address such as {example}."
    parts = _split(name, given, hint=hint)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadSetting(name, f"is {_shown(given)}, which is no http or https address.", hint)
    if "?" in given or "#" in given:
        raise BadSetting(name, f"is {_shown(given)}; paths are appended to it.", "Remove the ? or # and what follows.")
    if "@" in parts.netloc:
        raise BadSetting(name, "contains a user name.", hint)
    if not given.isascii():
        raise BadSetting(
            name, f"is {given!r}.", "Write the host as DNS knows it: a name such as müller.de is xn--mller-kva.de."
        )
    return parts._replace(netloc=parts.netloc.lower()).geturl().rstrip("/")


def broker_url(name: str) -> str:
    """The broker's address, or several with semicolons between them, as Redis Sentinel has; empty when unset.

    The address itself is in no message: it may contain a password.
    """
    given = env.text(name)
    hint = "Give an address such as redis://localhost:6379/0."
    for one in given.split(";") if given else ():
        parts = _split(name, one, hint=hint, is_secret=True)
        if parts.scheme not in BROKER_SCHEMES or "://" not in one:
            raise BadSetting(
                name, f"does not begin with {', '.join(f'{scheme}://' for scheme in BROKER_SCHEMES)}.", hint
            )
        if parts.scheme == "redis+socket":
            if not parts.path.strip("/"):
                raise BadSetting(name, "names no socket.", "Give one such as redis+socket:///run/redis/redis.sock.")
        elif not parts.hostname:
            raise BadSetting(name, "names no host.", hint)
        elif parts.scheme in ("redis", "rediss") and parts.path.strip("/") and not parts.path.strip("/").isdigit():
            raise BadSetting(name, "ends in a database that is no number.", hint)
    return given


def host_names(name: str, *, default: Sequence[str]) -> list[str]:
    """Host names by commas. Each is a bare name: no scheme, port or path."""
    found = env.words(name) or list(default)
    for host in found:
        if "/" in host or (":" in host and not host.startswith("[")) or "]:" in host:
            raise BadSetting(name, f"contains {host!r}.", "Give host names only, such as news.example.org.")
    return found


def host_of(url: str) -> str:
    """The host of a checked address as a Host header has it: an IPv6 address stands in brackets."""
    host = urlsplit(url).hostname or ""
    return f"[{host}]" if ":" in host else host


def origin_of(url: str) -> str:
    """Scheme, host and port of a checked address, as an Origin header has them."""
    parts = urlsplit(url)
    is_usual_port = parts.port == {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host_of(url) if is_usual_port else parts.netloc}"


def _split(name: str, given: str, *, hint: str, is_secret: bool = False) -> SplitResult:
    if not given.isprintable() or " " in given:
        raise BadSetting(name, "contains a blank or a control character.", hint)
    shown = "" if is_secret else f"is {_shown(given)}; "
    try:
        parts = urlsplit(given)
        port = parts.port
    except ValueError as error:
        problem = "its port is not a number from 1 to 65535" if "ort" in str(error) else "it cannot be read"
        raise BadSetting(name, f"{shown}{problem}.", hint) from None
    if port == 0 or parts.netloc.endswith(":"):
        raise BadSetting(name, f"{shown}its port is not a number from 1 to 65535.", hint)
    return parts


def _shown(given: str) -> str:
    """The address as it may be shown: what stands before an @ may be a password."""
    return repr(given if "@" not in given else f"…@{given.rpartition('@')[2]}")
