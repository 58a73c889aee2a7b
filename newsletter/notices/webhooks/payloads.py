"""What a webhook posts: JSON that is signed, or text for a chat service."""

import json
from datetime import UTC, datetime

from django.conf import settings

from newsletter.notices.models import StaffNotice
from newsletter.notices.webhook_models import WebhookFormat

Payload = dict[str, object]


def payload(notice: StaffNotice, form: WebhookFormat, *, if_nobody_acts: str) -> str:
    """Return the body of the message about `notice`."""
    link = settings.BASE_URL + next(iter(notice.paths.values()))
    if form == WebhookFormat.SLACK:
        return _dumped({"text": _text(notice, link, if_nobody_acts)})
    publication = notice.publication
    data: Payload = {
        "notice": notice.pk,
        "title": notice.title,
        "lines": notice.lines,
        "if_nobody_acts": if_nobody_acts,
        "publication": publication.slug if publication else None,
        "edition": notice.edition_id,
        "link": link,
    }
    return _dumped({"type": f"notice.{notice.kind}", "timestamp": _iso(notice.happened_at), "data": data})


def test_payload(form: WebhookFormat, *, now: datetime) -> str:
    """Return the body of a message that says only that it is a test."""
    title = "This is a test of a webhook."
    if form == WebhookFormat.SLACK:
        return _dumped({"text": f"{title} <{settings.BASE_URL}/|Newsletter>"})
    return _dumped({"type": "test", "timestamp": _iso(now), "data": {"title": title, "link": f"{settings.BASE_URL}/"}})


def _text(notice: StaffNotice, link: str, if_nobody_acts: str) -> str:
    lines = [f"*{_escaped(notice.title)}*", *(_escaped(line) for line in notice.lines)]
    if if_nobody_acts:
        lines.append(f"If nobody acts: {_escaped(if_nobody_acts)}")
    return "\n".join([*lines, f"<{link}|{_escaped(notice.label)}>"])


def _escaped(text: str) -> str:
    """Escape as Slack asks, so that a headline is no link and no mention of a channel."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _dumped(payload: Payload) -> str:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
