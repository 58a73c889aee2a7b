"""The Jinja environment of the web pages. Escapes everything; an undefined name is an error."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from jinja2 import Environment, StrictUndefined


def environment(**options: Any) -> Environment:
    options |= {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    env = Environment(**options)  # noqa: S701 — Django turns autoescape on; the assertion keeps it so
    if not env.autoescape:
        raise ValueError("web pages must be escaped")
    env.globals.update(static=static, url=_url, now=timezone.now)
    return env


def _url(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)
