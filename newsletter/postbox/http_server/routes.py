"""Which path is answered by which function."""

import re
from typing import NamedTuple

from newsletter.postbox.control import control_api, event_control_api
from newsletter.postbox.sendgrid_api import mail_send, scheduled_sends
from newsletter.postbox.sendgrid_api.scheduled_sends import Call, obeying
from newsletter.postbox.ui import pages

BATCH = r"(?P<batch>[^/]+)"
COPY = r"/copies/(?P<call>[0-9]{1,15})\.(?P<position>[0-9]{1,15})"


class Route(NamedTuple):
    """Answers for one path by method. `call` names it for orders of bad behaviour."""

    path: str
    answers: dict[str, Call]
    call: str = ""


API = [
    Route("/v3/mail/send", {"POST": mail_send.send}, "send"),
    Route("/v3/mail/batch", {"POST": scheduled_sends.issue}, "batch"),
    Route(f"/v3/mail/batch/{BATCH}", {"GET": scheduled_sends.check}, "batch"),
    Route(
        "/v3/user/scheduled_sends", {"GET": scheduled_sends.list_held, "POST": scheduled_sends.hold}, "scheduled_sends"
    ),
    Route(
        f"/v3/user/scheduled_sends/{BATCH}",
        {"GET": scheduled_sends.look, "PATCH": scheduled_sends.alter, "DELETE": scheduled_sends.release},
        "scheduled_sends",
    ),
]
CONTROL = [
    Route(
        "/postbox/faults",
        {"GET": control_api.list_orders, "POST": control_api.give_order, "DELETE": control_api.clear_orders},
    ),
    Route("/postbox/faults/(?P<number>[0-9]{1,15})", {"DELETE": control_api.clear_orders}),
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
    Route(f"{COPY}/raw", {"GET": pages.give_raw}),
    Route("/calls", {"GET": pages.show_calls}),
    Route("/calls/behave", {"POST": pages.clear_orders}),
    Route(r"/(?P<file>postbox\.css|postbox\.js|postbox\.svg)", {"GET": pages.give_file}),
]
ALL = [
    (re.compile(route.path), route._replace(answers={m: obeying(route.call, c) for m, c in route.answers.items()}))
    if route.call not in ("", "send")  # which looks after its orders itself, because it writes them down
    else (re.compile(route.path), route)
    for route in (*API, *CONTROL, *PAGES)
]


def find(path: str) -> tuple[Route, dict[str, str]] | None:
    """The route for `path` and the parts of it that were left open."""
    for pattern, route in ALL:
        if words := pattern.fullmatch(path):
            return route, words.groupdict()
    return None
