"""`/postbox/...`: JSON API for tests and demonstrations, to inject faults and to read what arrived."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from newsletter.lib.errors import BadInput
from newsletter.postbox.requests.context import PostboxContext
from newsletter.postbox.requests.fault_injection import FaultRule
from newsletter.postbox.requests.http_messages import Reply, Request, json_reply
from newsletter.postbox.store import batch_ids, mailbox_queries, recipient_copies
from newsletter.postbox.store.delivery_counts import counts
from newsletter.postbox.store.mime import headers
from newsletter.postbox.store.recipient_copies import RecipientCopy

MAX_LIMIT = 1000


def add_fault(context: PostboxContext, request: Request) -> Reply:
    """POST /postbox/faults: add a fault, with the fields of `FaultRule`."""
    try:
        given = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise BadInput("body", "is not JSON.", 'Example: {"do": "drop", "accept": true}.') from None
    if not isinstance(given, dict):
        raise BadInput("body", "is not an object.", 'Example: {"do": "drop", "accept": true}.')
    return json_reply(context.faults.add(FaultRule.read(given)).to_json(), status=201)


def list_faults(context: PostboxContext, _: Request) -> Reply:
    """GET /postbox/faults."""
    return json_reply([fault.to_json() for fault in context.faults.active()])


def clear_faults(context: PostboxContext, request: Request) -> Reply:
    """DELETE /postbox/faults or /postbox/faults/{id}."""
    context.faults.clear(int(request.path_parts["number"]) if "number" in request.path_parts else None)
    return Reply(204)


def count(context: PostboxContext, request: Request) -> Reply:
    """GET /postbox/counts?by=NAME&value=VALUE&limit=N: see `delivery_counts.counts`."""
    by = argument(request.query.get("by", ""))
    with context.mailbox.reading() as reader:
        limit = number(request.query, "limit", 100)
        return json_reply(counts(reader, now=request.now, by=by, value=request.query.get("value", ""), limit=limit))


def list_letters(context: PostboxContext, request: Request) -> Reply:
    """GET /postbox/letters: copies in the order of arrival.

    ?address= ?search= ?letter= ?message_id= ?call= filter them, ?arg=NAME:VALUE by a custom argument;
    ?full=1 adds subject, header lines, text and HTML; ?limit= and ?after= (an answer's `next`) page.
    """
    query = request.query
    where: dict[str, object] = {
        name: query[name] for name in ("address", "search", "letter", "message_id") if name in query
    }
    if "call" in query:
        where["call"] = number(query, "call", 0)
    if "arg" in query:
        name, _, value = query["arg"].partition(":")
        where["arg"] = (argument(name), value)
    if "after" in query:
        where["after"] = place(query["after"])
    limit = number(query, "limit", 100)
    with context.mailbox.reading() as reader:
        found = list(recipient_copies.received(reader, now=request.now, where=where, limit=limit))
    shown = [copy_to_json(one, full=query.get("full", "") == "1") for one in found]
    return json_reply({"letters": shown, "next": shown[-1]["id"] if len(shown) == limit else None})


def forget(context: PostboxContext, _: Request) -> Reply:
    """DELETE /postbox/letters: delete all letters, calls and counts."""
    context.mailbox.forget()
    return Reply(204)


def list_calls(context: PostboxContext, request: Request) -> Reply:
    """GET /postbox/calls?after=ID&limit=N: every call to mail/send in the order of arrival."""
    after, limit = number(request.query, "after", 0, minimum=0), number(request.query, "limit", 100)
    with context.mailbox.reading() as reader:
        rows = mailbox_queries.calls(reader, after=after, limit=limit)
    shown = [
        {**dict(row), "accepted": bool(row["accepted"]), "args": _json(row["args"]), "notes": _json(row["notes"])}
        for row in rows
    ]
    return json_reply({"calls": shown, "next": shown[-1]["id"] if len(shown) == limit else None})


def list_batches(context: PostboxContext, _: Request) -> Reply:
    """GET /postbox/batches: every batch id with the changes of its status."""
    with context.mailbox.reading() as reader:
        found = batch_ids.batch_histories(reader)
    return json_reply({name: batch._asdict() for name, batch in found.items()})


def latest_call_id(context: PostboxContext, _: Request) -> Reply:
    """GET /postbox/pulse: the number of the newest call, so that a page can notice new mail."""
    with context.mailbox.reading() as reader:
        return json_reply({"newest": mailbox_queries.newest_call(reader)})


def copy_to_json(one: RecipientCopy, *, full: bool) -> dict[str, Any]:
    """Return a copy as a JSON object. The fields that need its body are None when the body was deleted for space."""
    row = one.row
    short = {
        "id": one.id,
        "at": one.at.isoformat(),
        "call": row["call"],
        "letter": row["letter"],
        "message_id": row["message_id"],
        "batch_id": row["batch_id"],
        "address": row["address"],
        "kind": row["kind"],
        "send_at": row["send_at"],
        "custom_args": one.args,
        "status": one.status,
    }
    if not full:
        return short
    copy = one.copy
    lines = headers(copy, message_id=row["message_id"], at=one.at) if copy else None
    return short | {
        "subject": copy.subject if copy else None,
        "headers": dict(lines) if lines is not None else None,
        "text": copy.text if copy else None,
        "html": copy.html if copy else None,
    }


def number(query: Mapping[str, str], name: str, default: int, *, minimum: int = 1) -> int:
    """Read a whole number from a query, at most 1,000 for `limit`."""
    given = query.get(name, str(default))
    maximum = MAX_LIMIT if name == "limit" else 2**53
    if not given.isascii() or not given.isdigit() or not minimum <= int(given) <= maximum:
        raise BadInput(name, "is out of range.", f"Use a whole number from {minimum} to {maximum}.")
    return int(given)


def argument(name: str) -> str:
    """Return the name of a custom argument that can be queried. Raises `BadInput`."""
    if '"' in name or "\\" in name or not name.isprintable():
        raise BadInput("by", "contains a character that cannot be queried.", "Use the name of a custom argument.")
    return name


def place(id_: str) -> tuple[int, int]:
    """Read call and position from the id of a copy."""
    found = re.fullmatch(r"([0-9]{1,15})\.([0-9]{1,15})", id_)
    if not found:
        raise BadInput("after", "is not the id of a copy.", "Example: 12.0.")
    return int(found[1]), int(found[2])


def _json(text: str | None) -> Any:
    return orjson.loads(text) if text else None
