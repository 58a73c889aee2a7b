"""Which path is answered by which function."""

import re
from typing import NamedTuple

from newsletter.postbox import control, happening, pages, scheduling, sending
from newsletter.postbox.scheduling import Call, obeying

BATCH = r"(?P<batch>[^/]+)"
COPY = r"/copies/(?P<call>[0-9]{1,15})\.(?P<position>[0-9]{1,15})"


class Route(NamedTuple):
    """Answers for one path by method. `call` names it for orders of bad behaviour."""

    path: str
    answers: dict[str, Call]
    call: str = ""


API = [
    Route("/v3/mail/send", {"POST": sending.send}, "send"),
    Route("/v3/mail/batch", {"POST": scheduling.issue}, "batch"),
    Route(f"/v3/mail/batch/{BATCH}", {"GET": scheduling.check}, "batch"),
    Route("/v3/user/scheduled_sends", {"GET": scheduling.list_held, "POST": scheduling.hold}, "scheduled_sends"),
    Route(
        f"/v3/user/scheduled_sends/{BATCH}",
        {"GET": scheduling.look, "PATCH": scheduling.alter, "DELETE": scheduling.release},
        "scheduled_sends",
    ),
]
CONTROL = [
    Route(
        "/postbox/faults",
        {"GET": control.list_orders, "POST": control.give_order, "DELETE": control.clear_orders},
    ),
    Route("/postbox/faults/(?P<number>[0-9]{1,15})", {"DELETE": control.clear_orders}),
    Route("/postbox/counts", {"GET": control.count}),
    Route("/postbox/letters", {"GET": control.list_letters, "DELETE": control.forget}),
    Route("/postbox/calls", {"GET": control.list_calls}),
    Route("/postbox/batches", {"GET": control.list_batches}),
    Route("/postbox/events", {"GET": happening.show, "POST": happening.change}),
    Route("/postbox/events/happen", {"POST": happening.happen}),
    Route("/postbox/pulse", {"GET": control.feel_pulse}),
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
