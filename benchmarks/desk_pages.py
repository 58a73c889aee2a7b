"""Pages, acts and periodic tasks in this process, on a newsroom made by `benchmarks.newsroom`: what each one costs.

    python -m benchmarks.desk_pages NEWSROOM PROCESS …

NEWSROOM is the JSON that describes the newsroom, PROCESS the ids of the processes of the database. A script. Prints a
list of `Figure` as JSON. Server time is measured around Django's test client: the whole of middleware, view and
template, without HTTP.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from typing import Any

import django

from benchmarks import watching

REPEATS = 20
SECONDS = 3.0  # after which nothing is repeated any more
LEAST = 3  # repeats in any case
HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class Figure:
    """What one page, act or task costs. Times in milliseconds."""

    kind: str  # page, act or task
    what: str
    median: float
    late: float  # the 95th percentile
    queries: int
    app_cpu: float
    database_cpu: float
    kilobytes: float
    repeats: int


@dataclass
class Measurer:
    """Repeats something and counts what it costs. `prepare` runs before each repeat and is not measured."""

    database: list[int]

    def measure(
        self, kind: str, what: str, act: Callable[[], Any], prepare: Callable[[], Any] = lambda: None
    ) -> Figure:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        taken: list[float] = []
        queries, size, app, backing, ends = 0, 0, 0.0, 0.0, float("inf")
        while len(taken) < LEAST + 2 or (len(taken) < REPEATS + 2 and time.perf_counter() < ends):
            prepare()
            app_before, backing_before = time.process_time(), watching.cpu(self.database)
            began = time.perf_counter()
            if len(taken) == 1:  # the list of queries costs time, so one repeat is for it alone
                with CaptureQueriesContext(connection) as seen:
                    answer = act()
                queries = len(seen)
                ends = time.perf_counter() + SECONDS
            else:
                answer = act()
            taken.append((time.perf_counter() - began) * 1000)
            if len(taken) > 2:
                app += time.process_time() - app_before
                backing += watching.cpu(self.database) - backing_before
            if answer is not None and hasattr(answer, "status_code"):
                if answer.status_code not in (200, 204, 302):
                    raise RuntimeError(f"{what}: {answer.status_code} {answer.content[:300]}")
                size = max(size, len(b"".join(answer) if answer.streaming else answer.content))
        counted = taken[2:]  # without the first, and without the one whose queries were listed
        late = sorted(counted)[min(len(counted) - 1, round(0.95 * len(counted)))]
        repeats = len(counted)
        return Figure(kind, what, statistics.median(counted), late, queries, app / repeats * 1000,
                      backing / repeats * 1000, size / 1000, repeats)  # fmt: skip


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
    django.setup()
    made, database = json.loads(sys.argv[1]), [int(pid) for pid in sys.argv[2:]]
    only = os.environ.get("ONLY", "")
    found = []
    for figure in every(made, Measurer(database), only):
        found.append(asdict(figure))
        sys.stderr.write(
            f"{figure.kind:5} {figure.what:32} {figure.median:8.1f} ms {figure.late:8.1f} {figure.queries:5} "
            f"{figure.app_cpu:8.1f} {figure.database_cpu:8.1f} {figure.kilobytes:8.1f} KB\n"
        )
    sys.stdout.write(json.dumps(found) + "\n")


def every(made: dict[str, Any], measurer: Measurer, only: str = "") -> Iterator[Figure]:
    """Measure pages, then tasks, then acts, which change the newsroom."""
    from django.test import Client

    from newsletter.accounts.models import Role, User

    clients = []
    for role in (Role.EDITOR, Role.OPS):
        email = f"{role.value}@lantern.example"
        known = User.objects.filter(email=email).first()
        client = Client()
        client.force_login(known or User.objects.create_user(email, None, name=role.value, role=role))
        clients.append(client)
    editor, ops = clients
    for kind, what, act, prepare in [
        *_pages(made, editor, ops),
        *_tasks(),
        *_edition_acts(made, editor),
        *_comments(made, editor),
        *_acts(made, editor),
    ]:
        if only in what:
            yield measurer.measure(kind, what, act, prepare)


Measured = tuple[str, str, Callable[[], Any], Callable[[], Any]]


def _nothing() -> None:
    pass


def _pages(made: dict[str, Any], editor: Any, ops: Any) -> Iterator[Measured]:
    from newsletter.editions.models import Edition

    slug, large = made["slug"], made["waiting"][0]
    now = datetime.now(UTC)
    planned, _ = Edition.objects.get_or_create(
        publication_id=made["publication"], state="planned", local_date=(now + timedelta(days=3)).date(),
        defaults={"due_at": now + timedelta(days=3), "assemble_at": now + timedelta(days=2)},
    )  # fmt: skip
    held, _ = Edition.objects.get_or_create(
        publication_id=made["publication"], state="held", reason="Wrong headline.",
        defaults={"due_at": now + timedelta(hours=9), "assemble_at": now},
    )  # fmt: skip
    story = made["queue"][10]
    later = (now + timedelta(days=2)).isoformat().replace("+", "%2B")
    pages = {
        "desk": f"/desk/{slug}/",
        "desk, with a planned edition": f"/desk/{slug}/?edition={planned.pk}",
        "edition beside the queue, polled": f"/desk/{slug}/edition/?edition={planned.pk}",
        "palette": "/palette/?q=council",
        "desk, the whole queue": f"/desk/{slug}/?shown=10000",
        "editions": f"/desk/{slug}/editions/",
        "calendar": f"/desk/{slug}/editions/calendar/",
        "calendar, years ahead": f"/desk/{slug}/editions/calendar/?month=2040-06",
        "snippets": f"/desk/{slug}/snippets/",
        "new snippet": f"/desk/{slug}/snippets/new/",
        "comments that wait": "/comments/",
        "comments on an edition": f"/editions/{large}/comments/",
        "edition, waiting": f"/editions/{large}/",
        "edition, planned": f"/editions/{planned.pk}/",
        "edition, held": f"/editions/{held.pk}/",
        "edition, sent, with its outcomes": f"/editions/{made['dispatched']}/",
        "edition, stopped": f"/editions/{made['stopped']}/",
        "edition, poll": f"/editions/{large}/?seen=a-b",
        "email of an edition": f"/editions/{large}/letter/",
        "email of a planned edition": f"/editions/{planned.pk}/letter/",
        "send now?": f"/editions/{large}/send/",
        "another time?": f"/editions/{large}/new-time/?due_at={later}",
        "story": f"/stories/{story}/",
        "new story": f"/desk/{slug}/new/",
        "paste": f"/desk/{slug}/paste/",
        "gifts": f"/desk/{slug}/gifts/",
        "logos": f"/desk/{slug}/logos/",
        "template": f"/desk/{slug}/template/",
    }
    for what, address in pages.items():
        yield "page", what, partial(editor.get, address), _nothing
    yield "page", "ops", lambda: ops.get("/ops/"), _nothing
    yield "page", "ops, refreshed", lambda: ops.get("/ops/", headers=HTMX), _nothing
    for what, address in {
        "stop sending?": f"/ops/dispatches/{made['stopped_dispatch']}/stop/",
        "not delivered": f"/ops/dispatches/{made['stopped_dispatch']}/missing/",
        "not delivered, page 3,000": f"/ops/dispatches/{made['stopped_dispatch']}/missing/?page=3000",
    }.items():
        yield "page", what, partial(ops.get, address), _nothing


def _shown(editor: Any, slug: str, query: str = "") -> dict[str, str]:
    """Return what the page says that it shows."""
    page = editor.get(f"/desk/{slug}/{query}").content.decode()
    names = ("shown", "stamp", "seen")
    return {name: page.partition(f'name="{name}" value="')[2].partition('"')[0] for name in names}


def _edition_acts(made: dict[str, Any], editor: Any) -> Iterator[Measured]:
    from newsletter.editions.models import Edition

    planned = Edition.objects.filter(publication_id=made["publication"], state="planned").latest("due_at")
    state: dict[str, Any] = {"number": 0}

    def see() -> None:
        state["number"] += 1
        state["seen"] = _shown(editor, made["slug"], f"?edition={planned.pk}")

    def arrange(way: str, asked: dict[str, str]) -> Any:
        at = f"/editions/{planned.pk}/stories/{made['queue'][20 + state['number'] % 4]}/{way}/"
        return editor.post(at, asked | state["seen"] | {"edition": str(planned.pk)}, headers=HTMX)

    for what, way, asked in (
        ("put a story into the edition", "place", {}),
        ("move a story in the edition", "place", {"to": "up"}),
        ("make a story the lead", "kind", {"kind": "lead"}),
        ("take a story out of the edition", "out", {}),
    ):
        yield "act", what, partial(arrange, way, asked), see


def _acts(made: dict[str, Any], editor: Any) -> Iterator[Measured]:
    from newsletter.editions.models import Edition

    slug, queue = made["slug"], made["queue"]
    state: dict[str, Any] = {"number": 0}

    def see() -> None:
        state["number"] += 1
        state["seen"] = _shown(editor, slug)

    def story() -> int:
        return int(queue[20 + state["number"] % 20])

    def move(asked: dict[str, str], **other: str) -> Any:
        return editor.post(f"/stories/{story()}/move/", asked | state["seen"] | other, headers=HTMX)

    for what, asked in {"down": {"to": "down"}, "to the front": {"to": "first"}, "to place 500": {"to": "500"}}.items():
        yield (
            "act",
            f"move a story {what}",
            partial(move, asked),
            see,
        )
    yield (
        "act",
        "move a story from an old page",
        partial(move, {"to": "down"}, stamp="0"),
        see,
    )
    gone: list[int] = []

    def drop() -> Any:
        gone.append(int(queue[100 + len(gone)]))
        return editor.post(f"/stories/{gone[-1]}/drop/", state["seen"], headers=HTMX)

    yield "act", "remove a story", drop, see

    def restore() -> Any:
        return editor.post(f"/stories/{gone.pop()}/restore/", state["seen"], headers=HTMX)

    def have_dropped() -> None:
        see()
        if not gone:
            drop()
            see()

    yield "act", "restore a story", restore, have_dropped

    def add() -> Any:
        state["number"] += 1
        return editor.post(
            f"/desk/{slug}/new/",
            {
                "headline": f"News {time.time_ns()}",
                "url": f"https://lantern.example/new/{time.time_ns()}",
                "body": "It rained all day.\n\nAnd all night.",
            },
        )

    yield "act", "add a story", add, _nothing
    pasted = "The bridge opens on Friday\nBy Ada Bell\n\n" + "\n\n".join(
        ["It was a long and loud debate in the hall."] * 12
    )
    yield "act", "read a pasted article", lambda: editor.post(f"/desk/{slug}/paste/", {"text": pasted}), _nothing
    edition = Edition.objects.get(pk=made["waiting"][1])
    address = f"/editions/{edition.pk}"

    def to(*acts: str) -> Callable[[], None]:
        def prepare() -> None:
            for act in acts:
                now = Edition.objects.get(pk=edition.pk)
                given = {"content_hash": now.content_hash, "reason": "Wrong headline."}
                answer = editor.post(f"{address}/{act}/", given)
                if answer.status_code != 302:
                    raise RuntimeError(f"{act}: {answer.status_code}")

        return prepare

    def perform(name: str) -> Callable[[], Any]:
        def post() -> Any:
            now = Edition.objects.get(pk=edition.pk)
            return editor.post(f"{address}/{name}/", {"content_hash": now.content_hash, "reason": "Wrong headline."})

        return post

    def state_is(name: str) -> bool:
        return bool(Edition.objects.get(pk=edition.pk).state == name)

    yield "act", "build an email", perform("assemble"), to("reopen")
    yield "act", "approve", perform("approve"), to("reopen", "assemble")
    yield "act", "reopen", perform("reopen"), lambda: to("assemble")() if state_is("planned") else None
    yield "act", "hold", perform("hold"), lambda: to("release")() if state_is("held") else None
    yield "act", "release", perform("release"), lambda: None if state_is("held") else to("hold")()

    def give_another_time() -> Any:
        state["number"] += 1
        due_at = datetime.now(UTC) + timedelta(hours=30, minutes=state["number"])
        return editor.post(f"{address}/reschedule/", {"due_at": f"{due_at:%Y-%m-%dT%H:%M}"})

    yield "act", "give another time", give_another_time, to("release") if state_is("held") else _nothing


def _comments(made: dict[str, Any], editor: Any) -> Iterator[Measured]:
    from newsletter.editions.comment_models import Comment

    def write() -> Any:
        form = {"text": "Is the number right?", "key": f"{time.time_ns():032x}", "team": ""}
        return editor.post(f"/stories/{made['queue'][20]}/comments/", form)

    def forget() -> None:  # one person writes a limited number in an hour
        Comment.objects.all().delete()

    yield "act", "write a comment", write, forget


def _tasks() -> Iterator[Measured]:
    from workers.beat_schedule import PERIODIC_TASKS

    for entry in PERIODIC_TASKS:
        module, _, name = entry.task.rpartition(".")
        yield "task", name.replace("_", " "), getattr(import_module(module), name), _nothing


if __name__ == "__main__":
    main()
