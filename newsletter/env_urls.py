"""URLs in environment variables: normalise valid ones; an invalid one stops the start.

Only `settings.py` calls these functions, as with `env.py`.
"""

from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from newsletter import env
from newsletter.lib.errors import BadSetting

# Redis, Redis Sentinel, RabbitMQ. `newsletter check` says what does not work with the last two.
BROKER_SCHEMES = ("redis", "rediss", "redis+socket", "sentinel", "amqp", "amqps", "pyamqp")


def web_url(name: str, default: str = "", *, example: str) -> str:
    """Return the http or https URL in `name`, without a trailing slash; empty only when `default` is.

    Scheme and host are lower case, so that derived settings can compare strings.
    """
    given = env.text(name) or default
    if not given:
        return ""
    hint = f"Give a URL such as {example}."
    parts = _split(name, given, hint=hint)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadSetting(name, f"is {_without_password(given)}, which is not an http or https URL.", hint)
    if "?" in given or "#" in given:
        raise BadSetting(
            name, f"is {_without_password(given)}; paths are appended to it.", "Remove the ? or # and what follows."
        )
    if "@" in parts.netloc:
        raise BadSetting(name, "contains a user name.", hint)
    if not given.isascii():
        raise BadSetting(name, f"is {given!r}.", "Write the host in its DNS form: müller.de is xn--mller-kva.de.")
    return parts._replace(netloc=parts.netloc.lower()).geturl().rstrip("/")


def broker_url(name: str) -> str:
    """Return the broker URL, or several separated by semicolons for Redis Sentinel; empty when unset.

    Error messages do not contain the URL, because it may contain a password.
    """
    given = env.text(name)
    hint = "Give a URL such as redis://localhost:6379/0."
    for url in given.split(";") if given else ():
        parts = _split(name, url, hint=hint, is_secret=True)
        if parts.scheme not in BROKER_SCHEMES or "://" not in url:
            raise BadSetting(
                name, f"does not begin with {', '.join(f'{scheme}://' for scheme in BROKER_SCHEMES)}.", hint
            )
        if parts.scheme == "redis+socket":
            if not parts.path.strip("/"):
                raise BadSetting(name, "names no socket.", "Give one such as redis+socket:///run/redis/redis.sock.")
        elif not parts.hostname:
            raise BadSetting(name, "names no host.", hint)
        elif parts.scheme in ("redis", "rediss") and parts.path.strip("/") and not parts.path.strip("/").isdigit():
            raise BadSetting(name, "ends in a database that is not a number.", hint)
    return given


def host_names(name: str, *, default: Sequence[str]) -> list[str]:
    """Return comma-separated host names. Each is a bare name: no scheme, port or path."""
    hosts = env.comma_separated(name) or list(default)
    for host in hosts:
        if "/" in host or (":" in host and not host.startswith("[")) or "]:" in host:
            raise BadSetting(name, f"contains {host!r}.", "Give host names only, such as news.example.org.")
    return hosts


def host_of(url: str) -> str:
    """Return the host of a validated URL as in a Host header: an IPv6 address in brackets."""
    host = urlsplit(url).hostname or ""
    return f"[{host}]" if ":" in host else host


def origin_of(url: str) -> str:
    """Return scheme, host and port of a validated URL, as in an Origin header."""
    parts = urlsplit(url)
    is_default_port = parts.port == {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host_of(url) if is_default_port else parts.netloc}"


def _split(name: str, given: str, *, hint: str, is_secret: bool = False) -> SplitResult:
    if not given.isprintable() or " " in given:
        raise BadSetting(name, "contains a space or a control character.", hint)
    shown = "" if is_secret else f"is {_without_password(given)}; "
    try:
        parts = urlsplit(given)
        port = parts.port
    except ValueError as error:
        problem = "its port is not a number from 1 to 65535" if "ort" in str(error) else "it is not a valid URL"
        raise BadSetting(name, f"{shown}{problem}.", hint) from None
    if port == 0 or parts.netloc.endswith(":"):
        raise BadSetting(name, f"{shown}its port is not a number from 1 to 65535.", hint)
    return parts


def _without_password(given: str) -> str:
    """Return the URL for an error message, without the part before an @, which may be a password."""
    return repr(given if "@" not in given else f"…@{given.rpartition('@')[2]}")
