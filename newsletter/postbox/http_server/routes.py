"""The URL routes."""

import re
from typing import NamedTuple

from newsletter.postbox.control import control_api, event_control_api
from newsletter.postbox.sendgrid_api import mail_send, scheduled_sends_endpoint
from newsletter.postbox.sendgrid_api.scheduled_sends_endpoint import Handler, with_faults
from newsletter.postbox.ui import pages

BATCH = r"(?P<batch>[^/]+)"
COPY = r"/copies/(?P<call>[0-9]{1,15})\.(?P<position>[0-9]{1,15})"


class Route(NamedTuple):
    """Handlers of one path by method. `call` names the route for faults."""

    path: str
    handlers: dict[str, Handler]
    call: str = ""


API = [
    Route("/v3/mail/send", {"POST": mail_send.send}, "send"),
    Route("/v3/mail/batch", {"POST": scheduled_sends_endpoint.create_batch_id}, "batch"),
    Route(f"/v3/mail/batch/{BATCH}", {"GET": scheduled_sends_endpoint.validate_batch_id}, "batch"),
    Route(
        "/v3/user/scheduled_sends",
        {"GET": scheduled_sends_endpoint.list_statuses, "POST": scheduled_sends_endpoint.create_status},
        "scheduled_sends",
    ),
    Route(
        f"/v3/user/scheduled_sends/{BATCH}",
        {
            "GET": scheduled_sends_endpoint.show_status,
            "PATCH": scheduled_sends_endpoint.update_status,
            "DELETE": scheduled_sends_endpoint.delete_status,
        },
        "scheduled_sends",
    ),
]
CONTROL = [
    Route(
        "/postbox/faults",
        {"GET": control_api.list_faults, "POST": control_api.add_fault, "DELETE": control_api.clear_faults},
    ),
    Route("/postbox/faults/(?P<number>[0-9]{1,15})", {"DELETE": control_api.clear_faults}),
    Route("/postbox/counts", {"GET": control_api.count}),
    Route("/postbox/letters", {"GET": control_api.list_letters, "DELETE": control_api.forget}),
    Route("/postbox/calls", {"GET": control_api.list_calls}),
    Route("/postbox/batches", {"GET": control_api.list_batches}),
    Route("/postbox/events", {"GET": event_control_api.show, "POST": event_control_api.change}),
    Route("/postbox/events/happen", {"POST": event_control_api.simulate_event}),
    Route("/postbox/pulse", {"GET": control_api.latest_call_id}),
]
PAGES = [
    Route("/", {"GET": pages.show_list}),
    Route("/letters/(?P<letter>[0-9a-f]{16})", {"GET": pages.show_letter}),
    Route(f"{COPY}/html", {"GET": pages.show_html}),
    Route(f"{COPY}/raw", {"GET": pages.download_message}),
    Route("/calls", {"GET": pages.show_calls}),
    Route("/calls/clear-faults", {"POST": pages.clear_faults}),
    Route(r"/(?P<file>postbox\.css|postbox\.js|postbox\.svg)", {"GET": pages.serve_file}),
]
ALL = [
    (
        re.compile(route.path),
        route._replace(handlers={m: with_faults(route.call, h) for m, h in route.handlers.items()}),
    )
    if route.call not in ("", "send")  # "send" handles its faults itself, because it stores them
    else (re.compile(route.path), route)
    for route in (*API, *CONTROL, *PAGES)
]


def find_route(path: str) -> tuple[Route, dict[str, str]] | None:
    """Return the route for `path` and its variable parts."""
    for pattern, route in ALL:
        if found := pattern.fullmatch(path):
            return route, found.groupdict()
    return None
