"""`/v3/mail/batch` and `/v3/user/scheduled_sends`: the calls; the rules are in `batches` and `fates`."""

from collections.abc import Callable
from typing import Any

import orjson

from newsletter.postbox.requests.context import PostboxContext
from newsletter.postbox.requests.fault_injection import FaultKind
from newsletter.postbox.requests.http_messages import Reply, Request, error_reply, json_reply
from newsletter.postbox.sendgrid_api.mail_send import answer
from newsletter.postbox.store import batch_ids
from newsletter.postbox.store.batch_ids import NotPossible

Call = Callable[[PostboxContext, Request], Reply]


def obeying(name: str, call: Call) -> Call:
    """`call`, but behaving badly when that was ordered for calls of this `name`."""

    def act(office: PostboxContext, request: Request) -> Reply:
        order = office.orders.take(name, unread=False)
        if order and order.do is FaultKind.LATE and not order.accept:
            office.stopping.wait(order.seconds or 0)
        accept = not order or order.accept or order.do is FaultKind.LATE
        return answer(order, call(office, request) if accept else Reply(), now=request.now.timestamp())

    return act


def issue(office: PostboxContext, request: Request) -> Reply:
    """POST /v3/mail/batch."""
    with office.mailbox.changing() as writer:
        batch = batch_ids.issue(writer, now=request.now)
    return json_reply({"batch_id": batch}, status=201)


def check(office: PostboxContext, request: Request) -> Reply:
    """GET /v3/mail/batch/{id}: says only that the id was given out."""
    with office.mailbox.reading() as reader:
        found = batch_ids.is_issued(reader, request.words["batch"])
    return json_reply({"batch_id": request.words["batch"]}) if found else error_reply(400, "invalid batch id")


def hold(office: PostboxContext, request: Request) -> Reply:
    """POST /v3/user/scheduled_sends."""
    try:
        asked = _read(request)
        with office.mailbox.changing() as writer:
            batch_ids.pause_or_cancel(writer, asked.get("batch_id"), asked.get("status"), now=request.now)
    except NotPossible as error:
        return error_reply(error.status, error.message, field=error.field)
    return json_reply({"batch_id": asked["batch_id"], "status": asked["status"]}, status=201)


def list_held(office: PostboxContext, request: Request) -> Reply:
    """GET /v3/user/scheduled_sends: paused and cancelled batches; those merely scheduled cannot be seen."""
    with office.mailbox.reading() as reader:
        held = batch_ids.held_batches(reader, now=request.now)
    return json_reply([{"batch_id": batch, "status": status} for batch, status in held.items()])


def look(office: PostboxContext, request: Request) -> Reply:
    """GET /v3/user/scheduled_sends/{id}: a list of one."""
    batch = request.words["batch"]
    with office.mailbox.reading() as reader:
        held = batch_ids.held_batches(reader, now=request.now)
    if batch not in held:
        return error_reply(404, "batch id not found")
    return json_reply([{"batch_id": batch, "status": held[batch]}])


def alter(office: PostboxContext, request: Request) -> Reply:
    """PATCH /v3/user/scheduled_sends/{id}."""
    try:
        asked = _read(request)
        with office.mailbox.changing() as writer:
            batch_ids.alter(writer, request.words["batch"], asked.get("status"), now=request.now)
    except NotPossible as error:
        return error_reply(error.status, error.message, field=error.field)
    return Reply(204)


def release(office: PostboxContext, request: Request) -> Reply:
    """DELETE /v3/user/scheduled_sends/{id}: what waits becomes alive again."""
    try:
        with office.mailbox.changing() as writer:
            batch_ids.release(writer, request.words["batch"], now=request.now)
    except NotPossible as error:
        return error_reply(error.status, error.message, field=error.field)
    return Reply(204)


def _read(request: Request) -> dict[str, Any]:
    try:
        asked = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise NotPossible("Bad Request") from None
    if not isinstance(asked, dict):
        raise NotPossible("Bad Request")
    return asked
