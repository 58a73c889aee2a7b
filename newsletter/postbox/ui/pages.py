"""The pages: a mailbox to look into. Everything they show is in their address; they need no script."""

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

LETTERS = 25  # on a page
PEOPLE = 50
CALLS = 100
TABS = ("html", "text", "headers", "source", "call")
CLIPPED = 102_000  # bytes of HTML beyond which Gmail shows only the beginning


def show_list(office: PostboxContext, request: Request) -> Reply:
    """Letters, the newest first."""
    search, number = request.query.get("q", "").strip(), _page_number(request)
    with office.mailbox.reading() as reader:
        found = mailbox_queries.letters(reader, search=search, skip=(number - 1) * LETTERS, most=LETTERS + 1)
        fates = mailbox_queries.fates(reader, [row["letter"] for row in found], now=request.now)
        newest = mailbox_queries.newest_call(reader)
    return page(
        "list.html",
        **_common(office, request),
        letters=found[:LETTERS],
        fates=fates,
        search=search,
        number=number,
        more=len(found) > LETTERS,
        newest=newest,
    )


def show_letter(office: PostboxContext, request: Request) -> Reply:
    """One letter: who got it, and one copy of it: the one that `copy` names, else the first that is listed."""
    key, query, number = request.words["letter"], request.query, _page_number(request)
    where: dict[str, object] = {"letter": key}
    search = query.get("q", "").strip()
    wanted = where | ({"search": search} if search else {})
    with office.mailbox.reading() as reader:
        letter = mailbox_queries.letter(reader, key)
        if letter is None:
            return page("lost.html", status=404, **_common(office, request))
        people = list(
            recipient_copies.received(
                reader,
                now=request.now,
                where=wanted,
                newest=True,
                skip=(number - 1) * PEOPLE,
                most=PEOPLE,
                bodies=False,
            )
        )
        twice = mailbox_queries.duplicate_recipients(reader, key)
        many = recipient_copies.how_many(reader, where=wanted)
        usual = people[0].id if people else ""  # the first that was found
        call, _, position = query.get("copy", usual).partition(".")
        one = {"call": call[:15], "position": position[:15]} if call and position else {}
        shown = next(recipient_copies.received(reader, now=request.now, where=where | one, newest=True, most=1), None)
        fates = mailbox_queries.fates(reader, [key], now=request.now).get(key, {})
    return page(
        "letter.html",
        **_common(office, request),
        letter=letter,
        people=people,
        many=many,
        twice=twice,
        number=number,
        pages=max(1, -(-many // PEOPLE)),
        search=search,
        shown=shown,
        fates=fates,
        **_look(shown, request),
    )


def show_html(office: PostboxContext, request: Request) -> Reply:
    """The HTML of a copy alone, for the frame on the letter's page: it can run and load nothing."""
    found = _find(office, request)
    if not found or not found.copy or not found.copy.html:
        return error_reply(404, "Not Found")
    remote = request.query.get("images") == "1"
    body = letter_frame.framed(found.copy.html).encode()
    return Reply(200, body, "text/html; charset=utf-8", letter_frame.guards(remote=remote))


def give_raw(office: PostboxContext, request: Request) -> Reply:
    """The whole message, to be opened in a mail program."""
    found = _find(office, request)
    if not found or not found.copy:
        return error_reply(404, "Not Found")
    source = raw(found.copy, message_id=found.row["message_id"], at=found.at)
    name = {"Content-Disposition": f'attachment; filename="letter-{found.id}.eml"', "X-Content-Type-Options": "nosniff"}
    return Reply(200, source, "message/rfc822", name)


def show_calls(office: PostboxContext, request: Request) -> Reply:
    """Every call in the order of arrival, with what is held and what is ordered."""
    number = _page_number(request)
    with office.mailbox.reading() as reader:
        rows = mailbox_queries.latest_calls(reader, skip=(number - 1) * CALLS, most=CALLS + 1)
        held = batch_ids.held_batches(reader, now=request.now)
    calls = [{**dict(row), "notes": orjson.loads(row["notes"])} for row in rows[:CALLS]]
    return page("calls.html", **_common(office, request), calls=calls, held=held, number=number, more=len(rows) > CALLS)


def clear_orders(office: PostboxContext, _: Request) -> Reply:
    """The button beside the orders."""
    office.orders.clear()
    return Reply(303, headers={"Location": "/calls"})


def give_file(_: PostboxContext, request: Request) -> Reply:
    """Style, script and icon."""
    body, kind = FILES[request.words["file"]]
    return Reply(200, body, kind, {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"})


def _common(office: PostboxContext, request: Request) -> dict[str, Any]:
    return {"orders": office.orders.standing(), "host": request.headers.get("host", ""), "now": request.now}


def _look(shown: RecipientCopy | None, request: Request) -> dict[str, Any]:
    """What is seen of a copy: the tab, the frame's width and colours, sizes."""
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
        "clipped": len(copy.html.encode()) > CLIPPED,
        "send_at": datetime.fromtimestamp(shown.row["send_at"], UTC) if shown.row["send_at"] else None,
        "notes": orjson.loads(shown.row["notes"]),
    }


def _find(office: PostboxContext, request: Request) -> RecipientCopy | None:
    where: dict[str, object] = {"call": request.words["call"], "position": request.words["position"]}
    with office.mailbox.reading() as reader:
        return next(recipient_copies.received(reader, now=request.now, where=where, most=1), None)


def _page_number(request: Request) -> int:
    given = request.query.get("page", "")
    return int(given) if given.isascii() and given.isdigit() and 0 < len(given) < 8 and int(given) else 1
