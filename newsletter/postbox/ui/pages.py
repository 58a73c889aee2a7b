"""The pages of the inbox. Their whole state is in the URL; they need no script."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import orjson

from newsletter.postbox.requests.context import PostboxContext
from newsletter.postbox.requests.http_messages import Reply, Request, error_reply
from newsletter.postbox.store import batch_ids, mailbox_queries, recipient_copies
from newsletter.postbox.store.mime import headers, raw
from newsletter.postbox.store.recipient_copies import RecipientCopy
from newsletter.postbox.ui import letter_frame
from newsletter.postbox.ui.page_templates import FILES, page

LETTERS_PER_PAGE = 25
COPIES_PER_PAGE = 50
CALLS_PER_PAGE = 100
TABS = ("html", "text", "headers", "source", "call")
GMAIL_CLIP_BYTES = 102_000  # Gmail shows only the beginning of larger HTML


def show_list(context: PostboxContext, request: Request) -> Reply:
    """List letters, newest first."""
    search, number = request.query.get("q", "").strip(), _page_number(request)
    with context.mailbox.reading() as reader:
        found = mailbox_queries.letters(
            reader, search=search, skip=(number - 1) * LETTERS_PER_PAGE, limit=LETTERS_PER_PAGE + 1
        )
        statuses = mailbox_queries.status_counts(reader, [row["letter"] for row in found], now=request.now)
        newest = mailbox_queries.newest_call(reader)
    return page(
        "list.html",
        **_common(context, request),
        letters=found[:LETTERS_PER_PAGE],
        statuses=statuses,
        search=search,
        number=number,
        more=len(found) > LETTERS_PER_PAGE,
        newest=newest,
    )


def show_letter(context: PostboxContext, request: Request) -> Reply:
    """Show one letter: its recipients, and the copy that `copy` names, else the first in the list."""
    key, query, number = request.path_parts["letter"], request.query, _page_number(request)
    where: dict[str, object] = {"letter": key}
    search = query.get("q", "").strip()
    filters = where | ({"search": search} if search else {})
    with context.mailbox.reading() as reader:
        letter = mailbox_queries.letter(reader, key)
        if letter is None:
            return page("not_found.html", status=404, **_common(context, request))
        people = list(
            recipient_copies.received(
                reader,
                now=request.now,
                where=filters,
                newest=True,
                skip=(number - 1) * COPIES_PER_PAGE,
                limit=COPIES_PER_PAGE,
                bodies=False,
            )
        )
        twice = mailbox_queries.duplicate_recipients(reader, key)
        many = recipient_copies.count_copies(reader, where=filters)
        default = people[0].id if people else ""  # the first in the list
        call, _, position = query.get("copy", default).partition(".")
        one = {"call": call[:15], "position": position[:15]} if call and position else {}
        shown = next(recipient_copies.received(reader, now=request.now, where=where | one, newest=True, limit=1), None)
        statuses = mailbox_queries.status_counts(reader, [key], now=request.now).get(key, {})
    return page(
        "letter.html",
        **_common(context, request),
        letter=letter,
        people=people,
        many=many,
        twice=twice,
        number=number,
        pages=max(1, -(-many // COPIES_PER_PAGE)),
        search=search,
        shown=shown,
        statuses=statuses,
        **_copy_view(shown, request),
    )


def show_html(context: PostboxContext, request: Request) -> Reply:
    """Return the HTML of a copy for the frame on the page of the letter. It cannot run or load anything."""
    found = _find(context, request)
    if not found or not found.copy or not found.copy.html:
        return error_reply(404, "Not Found")
    remote = request.query.get("images") == "1"
    body = letter_frame.add_base_target(found.copy.html).encode()
    return Reply(200, body, "text/html; charset=utf-8", letter_frame.security_headers(remote=remote))


def download_message(context: PostboxContext, request: Request) -> Reply:
    """Return the whole message, to open in an email client."""
    found = _find(context, request)
    if not found or not found.copy:
        return error_reply(404, "Not Found")
    source = raw(found.copy, message_id=found.row["message_id"], at=found.at)
    name = {"Content-Disposition": f'attachment; filename="letter-{found.id}.eml"', "X-Content-Type-Options": "nosniff"}
    return Reply(200, source, "message/rfc822", name)


def show_calls(context: PostboxContext, request: Request) -> Reply:
    """List all calls, with paused and cancelled batches and active faults."""
    number = _page_number(request)
    with context.mailbox.reading() as reader:
        rows = mailbox_queries.latest_calls(reader, skip=(number - 1) * CALLS_PER_PAGE, limit=CALLS_PER_PAGE + 1)
        held = batch_ids.held_batches(reader, now=request.now)
    calls = [{**dict(row), "notes": orjson.loads(row["notes"])} for row in rows[:CALLS_PER_PAGE]]
    return page(
        "calls.html",
        **_common(context, request),
        calls=calls,
        held=held,
        number=number,
        more=len(rows) > CALLS_PER_PAGE,
    )


def clear_faults(context: PostboxContext, _: Request) -> Reply:
    """Remove all faults: the button beside their list."""
    context.faults.clear()
    return Reply(303, headers={"Location": "/calls"})


def serve_file(_: PostboxContext, request: Request) -> Reply:
    """Return the style sheet, script or icon."""
    body, kind = FILES[request.path_parts["file"]]
    return Reply(200, body, kind, {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"})


def _common(context: PostboxContext, request: Request) -> dict[str, Any]:
    return {"faults": context.faults.active(), "host": request.headers.get("host", ""), "now": request.now}


def _copy_view(shown: RecipientCopy | None, request: Request) -> dict[str, Any]:
    """Return what the page shows of a copy: the tab, width and colours of the frame, sizes."""
    query = request.query
    state = {name: query[name] for name in ("q", "page", "copy", "tab", "view", "dark", "images") if query.get(name)}

    def here(**changes: str) -> str:
        return f"{request.path}?{urlencode({name: v for name, v in (state | changes).items() if v})}"

    copy = shown.copy if shown else None
    if not shown or not copy:
        return {"here": here, "tab": "call", "sizes": {}, "lines": [], "source": "", "view": "desktop", "remote": False}
    tab = query.get("tab", "")
    message_id = shown.row["message_id"]
    source = raw(copy, message_id=message_id, at=shown.at)
    return {
        "here": here,
        "tab": tab if tab in TABS else ("html" if copy.html else "text"),
        "view": "phone" if query.get("view") == "phone" else "desktop",
        "dark": query.get("dark") == "1",
        "images": query.get("images") == "1",
        "remote": letter_frame.has_remote_pictures(copy.html),
        "lines": headers(copy, message_id=message_id, at=shown.at),
        "source": source.decode("utf-8", "replace"),
        "sizes": {"html": len(copy.html.encode()), "text": len(copy.text.encode()), "whole": len(source)},
        "clipped": len(copy.html.encode()) > GMAIL_CLIP_BYTES,
        "send_at": datetime.fromtimestamp(shown.row["send_at"], UTC) if shown.row["send_at"] else None,
        "notes": orjson.loads(shown.row["notes"]),
    }


def _find(context: PostboxContext, request: Request) -> RecipientCopy | None:
    where: dict[str, object] = {"call": request.path_parts["call"], "position": request.path_parts["position"]}
    with context.mailbox.reading() as reader:
        return next(recipient_copies.received(reader, now=request.now, where=where, limit=1), None)


def _page_number(request: Request) -> int:
    given = request.query.get("page", "")
    return int(given) if given.isascii() and given.isdigit() and 0 < len(given) < 8 and int(given) else 1
