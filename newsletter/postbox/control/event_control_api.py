"""`/postbox/events`: for tests and demonstrations, to say how events are told and what happens to whom. JSON."""

from typing import Any

import orjson

from newsletter.lib.errors import BadInput
from newsletter.postbox.requests.context import PostboxContext
from newsletter.postbox.requests.http_messages import Reply, Request, json_reply
from newsletter.postbox.webhook.event_simulation import Manner
from newsletter.postbox.webhook.webhook_sender import Hook, read_happening


def show(office: PostboxContext, _: Request) -> Reply:
    """GET /postbox/events: the manner, events that wait, events that were taken."""
    hook = _hook(office)
    return json_reply({**hook.manner.told(), "waiting": hook.waiting, "posted": hook.posted})


def change(office: PostboxContext, request: Request) -> Reply:
    """POST /postbox/events: a manner as in `events.Manner`; takes the place of the one before."""
    hook = _hook(office)
    hook.manner = Manner.read(_json(request))
    return json_reply(hook.manner.told(), status=201)


def simulate_event(office: PostboxContext, request: Request) -> Reply:
    """POST /postbox/events/happen: {"event": "click", "addresses": […]} befalls their newest copies now."""
    word, addresses, more = read_happening(_json(request))
    return json_reply({"happened": _hook(office).happen(word, addresses, **more)}, status=201)


def _hook(office: PostboxContext) -> Hook:
    if office.hook is None:
        raise BadInput("events", "are not told by this postbox.", "Start it with --events-to and --events-key.")
    return office.hook


def _json(request: Request) -> Any:
    try:
        return orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise BadInput("body", "is not JSON.", 'Send such as {"shuffle": true}.') from None
