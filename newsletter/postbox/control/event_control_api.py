"""`/postbox/events`: JSON API for tests and demonstrations, to set how events are posted and to simulate events."""

from typing import Any

import orjson

from newsletter.lib.errors import BadInput
from newsletter.postbox.requests.context import PostboxContext
from newsletter.postbox.requests.http_messages import Reply, Request, json_reply
from newsletter.postbox.webhook.event_simulation import EventBehaviour
from newsletter.postbox.webhook.webhook_sender import WebhookSender, read_simulation


def show(context: PostboxContext, _: Request) -> Reply:
    """GET /postbox/events: the behaviour, and how many events are waiting and posted."""
    webhook = _webhook(context)
    return json_reply({**webhook.behaviour.to_json(), "waiting": webhook.waiting, "posted": webhook.posted})


def change(context: PostboxContext, request: Request) -> Reply:
    """POST /postbox/events: replace the behaviour, with the fields of `EventBehaviour`."""
    webhook = _webhook(context)
    webhook.behaviour = EventBehaviour.read(_json(request))
    return json_reply(webhook.behaviour.to_json(), status=201)


def simulate_event(context: PostboxContext, request: Request) -> Reply:
    """POST /postbox/events/happen: {"event": "click", "addresses": […]} happens to their newest copies now."""
    type_, addresses, more = read_simulation(_json(request))
    return json_reply({"happened": _webhook(context).simulate(type_, addresses, **more)}, status=201)


def _webhook(context: PostboxContext) -> WebhookSender:
    if context.webhook is None:
        raise BadInput("events", "are not posted by this postbox.", "Start it with --events-to and --events-key.")
    return context.webhook


def _json(request: Request) -> Any:
    try:
        return orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise BadInput("body", "is not JSON.", 'Example: {"shuffle": true}.') from None
