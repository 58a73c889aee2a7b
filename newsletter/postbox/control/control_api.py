"""`/postbox/...`: for tests and demonstrations, to order bad behaviour and to ask what came in. JSON."""

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

MOST = 1000


def give_order(office: PostboxContext, request: Request) -> Reply:
    """POST /postbox/faults: an order as in `faults.Order`."""
    try:
        asked = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise BadInput("body", "is not JSON.", 'Send such as {"do": "drop", "accept": true}.') from None
    if not isinstance(asked, dict):
        raise BadInput("body", "is not an object.", 'Send such as {"do": "drop", "accept": true}.')
    return json_reply(office.orders.give(FaultRule.read(asked)).told(), status=201)


def list_orders(office: PostboxContext, _: Request) -> Reply:
    """GET /postbox/faults."""
    return json_reply([order.told() for order in office.orders.standing()])


def clear_orders(office: PostboxContext, request: Request) -> Reply:
    """DELETE /postbox/faults or /postbox/faults/{id}."""
    office.orders.clear(int(request.words["number"]) if "number" in request.words else None)
    return Reply(204)


def count(office: PostboxContext, request: Request) -> Reply:
    """GET /postbox/counts?by=NAME&value=VALUE&limit=N: see `counting.counts`."""
    by = argument(request.query.get("by", ""))
    with office.mailbox.reading() as reader:
        most = number(request.query, "limit", 100)
        return json_reply(counts(reader, now=request.now, by=by, value=request.query.get("value", ""), most=most))


def list_letters(office: PostboxContext, request: Request) -> Reply:
    """GET /postbox/letters: copies in the order of arrival.

    ?address= ?search= ?letter= ?message_id= ?call= narrow it, ?arg=NAME:VALUE by a custom argument;
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
    most = number(query, "limit", 100)
    with office.mailbox.reading() as reader:
        found = list(recipient_copies.received(reader, now=request.now, where=where, most=most))
    told = [tell(one, full=query.get("full", "") == "1") for one in found]
    return json_reply({"letters": told, "next": told[-1]["id"] if len(told) == most else None})


def forget(office: PostboxContext, _: Request) -> Reply:
    """DELETE /postbox/letters: all letters, calls and counts."""
    office.mailbox.forget()
    return Reply(204)


def list_calls(office: PostboxContext, request: Request) -> Reply:
    """GET /postbox/calls?after=ID&limit=N: every call to mail/send in the order of arrival."""
    after, most = number(request.query, "after", 0, least=0), number(request.query, "limit", 100)
    with office.mailbox.reading() as reader:
        rows = mailbox_queries.calls(reader, after=after, most=most)
    told = [
        {**dict(row), "accepted": bool(row["accepted"]), "args": _json(row["args"]), "notes": _json(row["notes"])}
        for row in rows
    ]
    return json_reply({"calls": told, "next": told[-1]["id"] if len(told) == most else None})


def list_batches(office: PostboxContext, _: Request) -> Reply:
    """GET /postbox/batches: every batch id with the changes of its status."""
    with office.mailbox.reading() as reader:
        found = batch_ids.batch_histories(reader)
    return json_reply({name: batch._asdict() for name, batch in found.items()})


def latest_call_id(office: PostboxContext, _: Request) -> Reply:
    """GET /postbox/pulse: the number of the newest call, for a page that wants to know of new mail."""
    with office.mailbox.reading() as reader:
        return json_reply({"newest": mailbox_queries.newest_call(reader)})


def tell(one: RecipientCopy, *, full: bool) -> dict[str, Any]:
    """A copy as JSON. The parts that need its body are None when the body was dropped for space."""
    row = one.row
    told = {
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
        "fate": one.fate,
    }
    if not full:
        return told
    copy = one.copy
    lines = headers(copy, message_id=row["message_id"], at=one.at) if copy else None
    return told | {
        "subject": copy.subject if copy else None,
        "headers": dict(lines) if lines is not None else None,
        "text": copy.text if copy else None,
        "html": copy.html if copy else None,
    }


def number(query: Mapping[str, str], name: str, usual: int, *, least: int = 1) -> int:
    """A whole number in a query, at most 1,000 where it limits a list."""
    given = query.get(name, str(usual))
    most = MOST if name == "limit" else 2**53
    if not given.isascii() or not given.isdigit() or not least <= int(given) <= most:
        raise BadInput(name, "is not a number that is possible here.", f"Give {least} to {most}.")
    return int(given)


def argument(name: str) -> str:
    """The name of a custom argument that may be asked for."""
    if '"' in name or "\\" in name or not name.isprintable():
        raise BadInput("by", "holds a sign that cannot be asked for.", "Give the name of a custom argument.")
    return name


def place(id_: str) -> tuple[int, int]:
    """Call and position from a copy's id."""
    found = re.fullmatch(r"([0-9]{1,15})\.([0-9]{1,15})", id_)
    if not found:
        raise BadInput("after", "is not the id of a copy.", "Give such as 12.0.")
    return int(found[1]), int(found[2])


def _json(text: str | None) -> Any:
    return orjson.loads(text) if text else None
