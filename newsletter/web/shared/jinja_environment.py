"""Jinja environment of the web pages: everything is escaped; undefined names are errors."""

from datetime import date, datetime
from typing import Any

from django.contrib.messages import get_messages
from django.db.models import Q
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, StrictUndefined, pass_environment
from markupsafe import Markup

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission, has_permission_somewhere, permitted
from newsletter.delivery.dispatches import active_pauses
from newsletter.delivery.pause_models import SendingPause
from newsletter.editions.comments import read_comments
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.notices import read_notices
from newsletter.publications.models import Publication
from newsletter.rendering.markup.isolated_values import fill_isolated
from newsletter.web.shared import display_formats

SOMEWHERE = object()


def environment(**options: Any) -> Environment:
    """Return the Jinja environment of web pages, with strict undefined names."""
    options |= {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    env = Environment(**options)  # noqa: S701 — Django turns autoescape on; checked below
    if not env.autoescape:
        raise ValueError("web pages must be escaped")
    env.globals.update(
        static=static,
        url=_url,
        messages_for=get_messages,
        count_waiting=_count_waiting,
        count_unread=read_notices.count_unread,
        sending_pauses=_sending_pauses,
        is_sending_paused=_is_sending_paused,
        may=_may,
        Step=Permission,
        icon=_icon,
        fill_isolated=fill_isolated,
    )
    env.filters.update(
        when=_when,
        away=_away,
        date_text=_date_text,
        counted=display_formats.pluralize,
        ended=display_formats.with_full_stop,
        host=display_formats.host,
        leaves=_leaves,
        remaining=_remaining,
        span=display_formats.duration,
        thousands=_thousands,
        upfirst=_upfirst,
    )
    return env


def _url(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)


@pass_environment
def _icon(env: Environment, name: str) -> Markup:
    """Render an icon. A global, because included templates and blocks do not see the imports of other templates."""
    icon: Markup = env.get_template("web/shared/icons.html").module.icon(name)  # type: ignore[attr-defined]  # its macro
    return icon


def _may(user: object, step: Permission, publication: Publication | int | object | None = SOMEWHERE) -> bool:
    """Return True if the user has a permission in a publication; with None in all, without one in any."""
    if not isinstance(user, User):
        return False
    if isinstance(publication, Publication | int | None):
        return has_permission(user, step, publication)
    return has_permission_somewhere(user, step)


def _when(value: datetime, publication: Publication) -> str:
    """Format in the publication's time zone, with its abbreviation."""
    tz = display_formats.clock_of(publication)
    return f"{display_formats.moment(value, tz, now=clock.now())} {display_formats.zone_name(value, tz)}"


def _date_text(value: date, today: date) -> str:
    return display_formats.day(value, today=today)


def _leaves(edition: Edition) -> str:
    return display_formats.leaves(edition, now=clock.now())


def _away(value: datetime) -> str:
    return display_formats.relative_time(value, now=clock.now())


def _remaining(until: datetime) -> str:
    return display_formats.duration((until - clock.now()).total_seconds())


def _count_waiting(user: User) -> int:
    return read_comments.count_waiting(user)


def _sending_pauses(user: User) -> list[SendingPause]:
    """Return the pauses of all sending, and those of publications in which the user has a role."""
    return list(active_pauses.active_pauses(now=clock.now()).filter(Q(publication=None) | permitted(user)))


def _is_sending_paused(publication_id: int) -> bool:
    return active_pauses.pause_of(publication_id, now=clock.now()) is not None


def _thousands(number: int) -> str:
    return f"{number:,}"


def _upfirst(text: str) -> str:
    """Capitalise the first character only: `Today, 07:00`."""
    return text[:1].upper() + text[1:]
