"""`POST /v3/mail/send`: judge the body, keep it, answer; or behave as ordered."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from newsletter.postbox.requests.context import PostboxContext
from newsletter.postbox.requests.fault_injection import FaultKind, FaultRule
from newsletter.postbox.requests.http_messages import Reply, Request, error_reply, json_reply
from newsletter.postbox.sendgrid_api.validation import find_problems
from newsletter.postbox.sendgrid_api.validation.warnings import flags
from newsletter.postbox.store.batch_ids import is_issued
from newsletter.postbox.store.mailbox import MailSendCall, pack


@dataclass(frozen=True)
class Verdict:
    """What is to be answered, and the body when it could be read (`taken` when it is to be kept)."""

    reply: Reply
    body: Any = None
    taken: bool = False
    notes: tuple[object, ...] = ()


def send(office: PostboxContext, request: Request) -> Reply:
    """The call is kept and committed before the reply leaves this function."""
    verdict = _judge(office, request)
    order = office.orders.take("send", unread=False, args=_args(verdict.body))
    if order and order.do is FaultKind.LATE and not order.accept:
        office.stopping.wait(order.seconds or 0)
    accept = not order or order.accept or order.do is FaultKind.LATE
    reply = answer(order, verdict.reply, now=request.now.timestamp())
    kept = verdict.taken and accept
    office.mailbox.keep(
        MailSendCall(
            at=request.now,
            answer=str(reply.status) if not order or order.do in (FaultKind.LATE, FaultKind.STATUS) else str(order.do),
            ordered=describe(order),
            body=verdict.body if kept else None,
            packed=pack(request.body) if kept else b"",
            message_id=verdict.reply.headers.get("X-Message-Id", "") if kept else "",
            bytes=len(request.body),
            notes=verdict.notes if accept else (),
        )
    )
    return reply


def answer(order: FaultRule | None, reply: Reply, *, now: float) -> Reply:
    """`reply` in the manner that was ordered, with its status exchanged where that is the order.

    A 429 carries the headers of SendGrid's rate limits; the reset is `seconds` away, 60 if not said.
    """
    if order is None:
        return reply
    if order.do is FaultKind.STATUS:
        headers = {}
        if order.status == 429:
            reset = int(now + (60 if order.seconds is None else order.seconds))
            headers = {"X-RateLimit-Limit": "600", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
        message = "too many requests" if order.status == 429 else "answered like this on order"
        reply = error_reply(order.status, message, headers=headers)
    return Reply(reply.status, reply.body, reply.kind, reply.headers, order)


def describe(order: FaultRule | None) -> str:
    """The order in few words, for the list of calls."""
    if order is None:
        return ""
    words = f"{order.do} {order.status}" if order.do is FaultKind.STATUS else str(order.do)
    return f"accept, then {words}" if order.accept and order.do is not FaultKind.LATE else words


def _judge(office: PostboxContext, request: Request) -> Verdict:
    try:
        request.body.decode("utf-8")
    except UnicodeDecodeError:
        return Verdict(error_reply(415, "Invalid UTF8 in request"), notes=({"message": "is not UTF-8"},))
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        return Verdict(error_reply(400, "Bad Request"), notes=({"message": "is not JSON"},))
    found = find_problems(body, now=request.now, account=office.account, is_issued=lambda batch: _issued(office, batch))
    if found:
        errors = [problem._asdict() for problem in found]
        return Verdict(json_reply({"errors": errors}, status=400), body, notes=tuple(errors[:20]))
    if body["from"]["email"].lower().rpartition("@")[2] in office.account.unverified:
        reply = error_reply(403, "The from address does not match a verified sender identity.", field="from")
        return Verdict(reply, body, notes=({"message": "is not a verified sender", "field": "from"},))
    odd = tuple(flags(body))
    if body.get("mail_settings", {}).get("sandbox_mode", {}).get("enable") is True:
        return Verdict(Reply(200), body, notes=odd)
    message_id = secrets.token_urlsafe(16)  # 22 characters, as SendGrid's
    return Verdict(Reply(202, headers={"X-Message-Id": message_id}), body, taken=True, notes=odd)


def _issued(office: PostboxContext, batch: str) -> bool:
    with office.mailbox.reading() as reader:
        return is_issued(reader, batch)


def _args(body: object) -> Iterator[Mapping[str, str]]:
    """The merged custom_args of each personalization, of a body that may be anything."""
    if not isinstance(body, dict):
        return
    shared = body.get("custom_args")
    shared = shared if isinstance(shared, dict) else {}
    everybody = body.get("personalizations")
    for one in everybody if isinstance(everybody, list) else ():
        own = one.get("custom_args") if isinstance(one, dict) else None
        yield {**shared, **(own if isinstance(own, dict) else {})}
