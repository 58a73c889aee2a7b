"""The Jinja environment of the web pages. Escapes everything; an undefined name is an error."""

from datetime import datetime
from typing import Any

from django.contrib.messages import get_messages
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, StrictUndefined, pass_environment
from markupsafe import Markup

from newsletter.accounts.models import User
from newsletter.accounts.roles import Step, may
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.web import phrases


def environment(**options: Any) -> Environment:
    options |= {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    env = Environment(**options)  # noqa: S701 — Django turns autoescape on; the assertion keeps it so
    if not env.autoescape:
        raise ValueError("web pages must be escaped")
    env.globals.update(static=static, url=_url, messages_for=get_messages, may=_may, Step=Step, icon=_icon)
    env.filters.update(
        when=_when,
        away=_away,
        counted=phrases.counted,
        ended=phrases.ended,
        host=phrases.host,
        leaves=_leaves,
        span=phrases.span,
        thousands=_thousands,
        upfirst=_upfirst,
    )
    return env


def _url(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)


@pass_environment
def _icon(env: Environment, name: str) -> Markup:
    """Everywhere at hand, because included templates and blocks do not see the imports of others."""
    icon: Markup = env.get_template("web/parts/icons.html").module.icon(name)  # type: ignore[attr-defined]  # its macro
    return icon


def _may(user: object, step: Step) -> bool:
    return isinstance(user, User) and may(user, step)


def _when(value: datetime, publication: Publication) -> str:
    """On the publication's own clock, with the clock's name."""
    wall = phrases.clock_of(publication)
    return f"{phrases.moment(value, wall, now=clock.now())} {phrases.zone_words(value, wall)}"


def _leaves(edition: Edition) -> str:
    return phrases.leaves(edition, now=clock.now())


def _away(value: datetime) -> str:
    return phrases.away(value, now=clock.now())


def _thousands(number: int) -> str:
    return f"{number:,}"


def _upfirst(words: str) -> str:
    """For a line that begins with a day: `Today, 07:00`."""
    return words[:1].upper() + words[1:]
