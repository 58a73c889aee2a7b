"""`POST /v3/mail/send`: validates the body, stores the call and answers, or carries out a fault."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from newsletter.postbox.requests.context import PostboxContext
from newsletter.postbox.requests.fault_injection import FaultKind, FaultRule
from newsletter.postbox.requests.http_messages import Reply, Request, error_reply, json_reply
from newsletter.postbox.sendgrid_api.validation import find_problems
from newsletter.postbox.sendgrid_api.validation.warnings import find_warnings
from newsletter.postbox.store.batch_ids import is_known
from newsletter.postbox.store.mailbox import MailSendCall, pack


@dataclass(frozen=True)
class ValidatedCall:
    """The reply to a call, and its body if it could be read; `is_accepted` when the body is to be stored."""

    reply: Reply
    body: Any = None
    is_accepted: bool = False
    notes: tuple[object, ...] = ()


def send(context: PostboxContext, request: Request) -> Reply:
    """Store the call, commit, and only then return the reply."""
    call = _validate(context, request)
    fault = context.faults.take("send", unread=False, args=_args(call.body))
    if fault and fault.do is FaultKind.LATE and not fault.accept:
        context.stopping.wait(fault.seconds or 0)
    accept = not fault or fault.accept or fault.do is FaultKind.LATE
    reply = apply_fault(fault, call.reply, now=request.now.timestamp())
    kept = call.is_accepted and accept
    context.mailbox.keep(
        MailSendCall(
            at=request.now,
            answer=str(reply.status) if not fault or fault.do in (FaultKind.LATE, FaultKind.STATUS) else str(fault.do),
            ordered=describe(fault),
            body=call.body if kept else None,
            packed=pack(request.body) if kept else b"",
            message_id=call.reply.headers.get("X-Message-Id", "") if kept else "",
            bytes=len(request.body),
            notes=call.notes if accept else (),
        )
    )
    return reply


def apply_fault(fault: FaultRule | None, reply: Reply, *, now: float) -> Reply:
    """Return `reply` with the fault, and with another status where the fault says so.

    A 429 has the headers of SendGrid's rate limits; the reset is `seconds` away, by default 60.
    """
    if fault is None:
        return reply
    if fault.do is FaultKind.STATUS:
        headers = {}
        if fault.status == 429:
            reset = int(now + (60 if fault.seconds is None else fault.seconds))
            headers = {"X-RateLimit-Limit": "600", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
        message = "too many requests" if fault.status == 429 else "injected fault"
        reply = error_reply(fault.status, message, headers=headers)
    return Reply(reply.status, reply.body, reply.kind, reply.headers, fault)


def describe(fault: FaultRule | None) -> str:
    """Describe the fault briefly, for the list of calls."""
    if fault is None:
        return ""
    text = f"{fault.do} {fault.status}" if fault.do is FaultKind.STATUS else str(fault.do)
    return f"accept, then {text}" if fault.accept and fault.do is not FaultKind.LATE else text


def _validate(context: PostboxContext, request: Request) -> ValidatedCall:
    try:
        request.body.decode("utf-8")
    except UnicodeDecodeError:
        return ValidatedCall(error_reply(415, "Invalid UTF8 in request"), notes=({"message": "is not UTF-8"},))
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        return ValidatedCall(error_reply(400, "Bad Request"), notes=({"message": "is not JSON"},))
    found = find_problems(
        body, now=request.now, account=context.account, is_issued=lambda batch: _is_known(context, batch)
    )
    if found:
        errors = [problem._asdict() for problem in found]
        return ValidatedCall(json_reply({"errors": errors}, status=400), body, notes=tuple(errors[:20]))
    if body["from"]["email"].lower().rpartition("@")[2] in context.account.unverified:
        reply = error_reply(403, "The from address does not match a verified sender identity.", field="from")
        return ValidatedCall(reply, body, notes=({"message": "is not a verified sender", "field": "from"},))
    warnings = tuple(find_warnings(body))
    if body.get("mail_settings", {}).get("sandbox_mode", {}).get("enable") is True:
        return ValidatedCall(Reply(200), body, notes=warnings)
    message_id = secrets.token_urlsafe(16)  # 22 characters, as SendGrid's
    return ValidatedCall(Reply(202, headers={"X-Message-Id": message_id}), body, is_accepted=True, notes=warnings)


def _is_known(context: PostboxContext, batch: str) -> bool:
    with context.mailbox.reading() as reader:
        return is_known(reader, batch)


def _args(body: object) -> Iterator[Mapping[str, str]]:
    """Yield the merged custom_args of each personalization; the body may be invalid."""
    if not isinstance(body, dict):
        return
    shared = body.get("custom_args")
    shared = shared if isinstance(shared, dict) else {}
    personalizations = body.get("personalizations")
    for one in personalizations if isinstance(personalizations, list) else ():
        own = one.get("custom_args") if isinstance(one, dict) else None
        yield {**shared, **(own if isinstance(own, dict) else {})}
