"""`/v3/mail/batch` and `/v3/user/scheduled_sends`. The rules are in `batch_ids.py` and `scheduling_rules.py`."""

from collections.abc import Callable
from typing import Any

import orjson

from newsletter.postbox.requests.context import PostboxContext
from newsletter.postbox.requests.fault_injection import FaultKind
from newsletter.postbox.requests.http_messages import Reply, Request, error_reply, json_reply
from newsletter.postbox.sendgrid_api.mail_send import apply_fault
from newsletter.postbox.store import batch_ids
from newsletter.postbox.store.batch_ids import BatchError

Handler = Callable[[PostboxContext, Request], Reply]


def with_faults(name: str, handler: Handler) -> Handler:
    """Return a handler that carries out the faults for calls of this `name`."""

    def act(context: PostboxContext, request: Request) -> Reply:
        fault = context.faults.take(name, unread=False)
        if fault and fault.do is FaultKind.LATE and not fault.accept:
            context.stopping.wait(fault.seconds or 0)
        accept = not fault or fault.accept or fault.do is FaultKind.LATE
        return apply_fault(fault, handler(context, request) if accept else Reply(), now=request.now.timestamp())

    return act


def create_batch_id(context: PostboxContext, request: Request) -> Reply:
    """POST /v3/mail/batch."""
    with context.mailbox.changing() as writer:
        batch = batch_ids.create_batch_id(writer, now=request.now)
    return json_reply({"batch_id": batch}, status=201)


def validate_batch_id(context: PostboxContext, request: Request) -> Reply:
    """GET /v3/mail/batch/{id}: confirms only that the id exists."""
    with context.mailbox.reading() as reader:
        found = batch_ids.is_known(reader, request.path_parts["batch"])
    return json_reply({"batch_id": request.path_parts["batch"]}) if found else error_reply(400, "invalid batch id")


def create_status(context: PostboxContext, request: Request) -> Reply:
    """POST /v3/user/scheduled_sends."""
    try:
        given = _read(request)
        with context.mailbox.changing() as writer:
            batch_ids.pause_or_cancel(writer, given.get("batch_id"), given.get("status"), now=request.now)
    except BatchError as error:
        return error_reply(error.status, error.message, field=error.field)
    return json_reply({"batch_id": given["batch_id"], "status": given["status"]}, status=201)


def list_statuses(context: PostboxContext, request: Request) -> Reply:
    """GET /v3/user/scheduled_sends: paused and cancelled batches; those that are only scheduled are not listed."""
    with context.mailbox.reading() as reader:
        held = batch_ids.held_batches(reader, now=request.now)
    return json_reply([{"batch_id": batch, "status": status} for batch, status in held.items()])


def show_status(context: PostboxContext, request: Request) -> Reply:
    """GET /v3/user/scheduled_sends/{id}: a list of one."""
    batch = request.path_parts["batch"]
    with context.mailbox.reading() as reader:
        held = batch_ids.held_batches(reader, now=request.now)
    if batch not in held:
        return error_reply(404, "batch id not found")
    return json_reply([{"batch_id": batch, "status": held[batch]}])


def update_status(context: PostboxContext, request: Request) -> Reply:
    """PATCH /v3/user/scheduled_sends/{id}."""
    try:
        given = _read(request)
        with context.mailbox.changing() as writer:
            batch_ids.update_status(writer, request.path_parts["batch"], given.get("status"), now=request.now)
    except BatchError as error:
        return error_reply(error.status, error.message, field=error.field)
    return Reply(204)


def delete_status(context: PostboxContext, request: Request) -> Reply:
    """DELETE /v3/user/scheduled_sends/{id}: waiting mail can be sent again."""
    try:
        with context.mailbox.changing() as writer:
            batch_ids.delete_status(writer, request.path_parts["batch"], now=request.now)
    except BatchError as error:
        return error_reply(error.status, error.message, field=error.field)
    return Reply(204)


def _read(request: Request) -> dict[str, Any]:
    try:
        given = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise BatchError("Bad Request") from None
    if not isinstance(given, dict):
        raise BatchError("Bad Request")
    return given
