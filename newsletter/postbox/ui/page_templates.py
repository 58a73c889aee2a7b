"""Renders page templates as replies, escaped and with strict security headers."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from newsletter.postbox.requests.http_messages import Reply

FOLDER = Path(__file__).resolve().parents[3] / "templates" / "postbox"
MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
FILES = {
    file.name: (file.read_bytes(), MEDIA_TYPES[file.suffix]) for file in FOLDER.iterdir() if file.suffix in MEDIA_TYPES
}
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # not no-referrer: browsers would then send no Origin with a form
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def page(name: str, *, status: int = 200, **values: Any) -> Reply:
    """Render the page `name` with `values`."""
    body = ENVIRONMENT.get_template(name).render(**values).encode()
    return Reply(status, body, "text/html; charset=utf-8", SECURITY_HEADERS)


def when(at: datetime | float) -> str:
    """Format a moment in the time zone of this machine, such as `23 Nov 2026, 19:41:05`."""
    moment = at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)
    return moment.astimezone().strftime("%d %b %Y, %H:%M:%S").lstrip("0")


def size(bytes_: int) -> str:
    """Format a size in units of 1,000: `812 bytes`, `61.3 KB` or `2.4 MB`."""
    if bytes_ < 1000:
        return f"{bytes_} bytes"
    return f"{bytes_ / 1000:.1f} KB" if bytes_ < 1_000_000 else f"{bytes_ / 1_000_000:.1f} MB"


def plural(number: int, one: str, more: str = "") -> str:
    """Format a number with its noun: `1 reader`, `1,000 readers`."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


ENVIRONMENT = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters.update(when=when, size=size, plural=plural)
