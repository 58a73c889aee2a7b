"""Sessions of signed-in browsers: their list, their end from elsewhere, and their limits of time.

The times are in the session itself, so that a request within a minute of the last one asks the database nothing.
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction

from newsletter.accounts import manage_users
from newsletter.accounts.models import BrowserSession, User
from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act

SIGNED_IN_AT, USED_AT = "signed_in_at", "used_at"  # keys in a session; seconds since 1970
WRITE_INTERVAL = timedelta(minutes=1)


def begin(session: SessionBase, user: User, *, browser: str, network: str, now: datetime) -> None:
    """Note that somebody signed in with this session."""
    session[SIGNED_IN_AT] = session[USED_AT] = int(now.timestamp())
    _write(session, user, browser=browser, network=network, now=now)


def is_over(session: SessionBase, *, now: datetime) -> bool:
    """Return True if the session was not used for `SESSION_IDLE_HOURS`, or began `SESSION_MAX_HOURS` ago."""
    idle, whole = timedelta(hours=settings.SESSION_IDLE_HOURS), timedelta(hours=settings.SESSION_MAX_HOURS)
    return now - _time(session, USED_AT, now) > idle or now - _time(session, SIGNED_IN_AT, now) > whole


def note_use(session: SessionBase, user: User, *, browser: str, network: str, now: datetime) -> None:
    """Note that the session is used, at most once a minute. Raises `UpdateError` if it has just ended."""
    if USED_AT in session and now - _time(session, USED_AT, now) < WRITE_INTERVAL:
        return
    session.setdefault(SIGNED_IN_AT, int(now.timestamp()))
    session[USED_AT] = int(now.timestamp())
    if isinstance(session, SessionStore) and session.session_key:
        session.save()  # at once: saved after the view, it could undo what another request stores meanwhile
        session.modified = False
    _write(session, user, browser=browser, network=network, now=now)


def follow_new_key(session: SessionBase) -> None:
    """Write the row with the next request, because the session got a new key and lost its row."""
    session.pop(USED_AT, None)


def sessions_of(user: User, *, now: datetime) -> list[BrowserSession]:
    """Return the sessions of this user that are not over, the last used first."""
    idle, whole = timedelta(hours=settings.SESSION_IDLE_HOURS), timedelta(hours=settings.SESSION_MAX_HOURS)
    rows = BrowserSession.objects.filter(user=user, session__expire_date__gt=now)
    return list(rows.filter(last_used_at__gte=now - idle, signed_in_at__gte=now - whole))


def end_one(user: User, session_id: int, *, now: datetime) -> bool:
    """End one session of this user. Return False if it has ended already or is somebody else's."""
    with transaction.atomic():
        found = BrowserSession.objects.filter(user=user, pk=session_id).first()
        if found is None:
            return False
        Session.objects.filter(pk=found.session_id).delete()
        audit_trail.record(user, Act.SESSIONS_ENDED, user, now=now, browser=found.browser, count=1)
    return True


def end_others(user: User, session: SessionBase, *, now: datetime) -> int:
    """End all sessions of this user but this one. Return how many there were."""
    with transaction.atomic():
        count = manage_users.end_sessions(user, but=session.session_key)
        if count:
            audit_trail.record(user, Act.SESSIONS_ENDED, user, now=now, count=count)
    return count


def end_all(user: User, *, by: User | None, now: datetime) -> int:
    """End all sessions of this user, as an administrator. Return how many there were."""
    require(by, Permission.CONFIGURE)
    with transaction.atomic():
        count = manage_users.end_sessions(user)
        audit_trail.record(by, Act.SESSIONS_ENDED, user, now=now, count=count)
    return count


def browser_name(user_agent: str) -> str:
    """Return browser and system in words: `Firefox on Windows`; what is not recognised is left out."""
    browsers = {"Edg": "Edge", "OPR/": "Opera", "Firefox": "Firefox", "FxiOS": "Firefox", "CriOS": "Chrome"}
    browsers |= {"Chrome": "Chrome", "Safari": "Safari"}
    systems = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS X": "macOS"}
    systems |= {"CrOS": "ChromeOS", "Linux": "Linux"}
    browser = next((name for mark, name in browsers.items() if mark in user_agent), "A browser")
    system = next((name for mark, name in systems.items() if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser


def _write(session: SessionBase, user: User, *, browser: str, network: str, now: datetime) -> None:
    if not isinstance(session, SessionStore):
        return  # sessions in cookies have no rows
    if session.session_key is None:
        session.save()
    values = {"user": user, "browser": browser[:60], "network": network[:50], "last_used_at": now}
    signed_in = {"signed_in_at": _time(session, SIGNED_IN_AT, now)}
    try:
        with transaction.atomic():
            BrowserSession.objects.update_or_create(
                session_id=session.session_key, defaults=values, create_defaults=values | signed_in
            )
    except IntegrityError:  # the session ended in this moment, or two requests wrote its first row
        return


def _time(session: SessionBase, name: str, default: datetime) -> datetime:
    return datetime.fromtimestamp(session[name], UTC) if name in session else default
