"""`newsletter run`: the whole house on this machine, and the story of its next edition told in the terminal.

    one instance → leftovers ended → ports free → tables → sample and first user → processes → stay, or leave

Here stands the order of things; each step has a module of its own.
"""

import os
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from newsletter.lib.clock import now
from newsletter.lib.shared_memory import require_shared_memory
from newsletter.local import first_admin, prepare_database, startup_checks
from newsletter.local.console import edition_snapshot, status_messages
from newsletter.local.console.follow_edition import follow
from newsletter.local.console.terminal import Terminal, terminal
from newsletter.local.sample_data.seed import seed
from newsletter.local.services import redis_server, service_definitions
from newsletter.local.supervisor import process_info, stale_processes
from newsletter.local.supervisor.managed_process import ServiceSpec
from newsletter.local.supervisor.stop_signals import StopRequests, listening
from newsletter.local.supervisor.supervisor import Supervisor

INTERRUPTED = 130  # what a shell calls a Ctrl-C


def run(*, once: bool) -> int:
    """Run until a person ends it, or with `once` until the next edition is dispatched; the exit status.

    With `once` that is 0 only if every reader of that edition was accepted and the ledger adds up,
    also when there was nothing to do: then the last edition is judged. Raises `NewsletterError`
    when it cannot start.
    """
    os.umask(0o077)  # addresses of readers lie in these files
    data: Path = settings.DATA_DIR
    startup_checks.require_writable(data)
    require_shared_memory()
    address = f"http://127.0.0.1:{settings.WEB_PORT}"
    with terminal() as screen, startup_checks.only_instance(data, address=address), listening() as asked:
        if left := stale_processes.end_leftovers(data / "processes.json"):
            screen.say(
                f"Ended {status_messages.counted(left, 'process', 'processes')} that an earlier run had left behind."
            )
        startup_checks.require_free(_ports())
        _say_where_letters_go(screen)
        _prepare(screen)
        awaited = edition_snapshot.leaving(now())
        if once and not awaited:
            return _judge_last(screen)
        return _serve(screen, data, asked, awaited, once=once)


def _serve(screen: Terminal, data: Path, asked: StopRequests, awaited: list[int], *, once: bool) -> int:
    ground, redis_url = _ground(screen, data)
    supervisor = Supervisor(
        data, environment=service_definitions.environment(redis_url), say=screen.say, stop_asked=asked
    )
    try:
        supervisor.start(*ground)
        supervisor.start(service_definitions.web(data), *service_definitions.workers(now()))
        if asked():
            return INTERRUPTED if once else 0
        _say_where_things_are(screen, supervisor)
        status = follow(supervisor, screen, asked, awaited=awaited, once=once)
        if once and status == 0 and service_definitions.sends_to_postbox():
            screen.say("The letters are kept: `make run` shows them again at the same address.")
        return (INTERRUPTED if once else 0) if status is None else status
    finally:
        screen.clear()
        screen.say("Stopping …")
        supervisor.stop()
        screen.say("Everything has stopped.")


def _prepare(screen: Terminal) -> None:
    if prepare_database.migrate():
        screen.say("The tables of the database are up to date.")
    moment = now()
    if service_definitions.sends_to_postbox() and seed(now=moment):
        screen.say(
            "A first start: a sample publication with made-up readers is planted, so that there is something to see."
        )
    prepare_database.plan(moment)


def _ground(screen: Terminal, data: Path) -> tuple[list[ServiceSpec], str]:
    """The parts that all others stand on, and the broker's URL."""
    ground = []
    if redis_url := settings.REDIS_URL:
        redis_server.require_answer(redis_url)
        screen.say("Broker: the server named in REDIS_URL.")
    else:
        server = redis_server.find_server()
        part, redis_url = redis_server.prepare(server, data / "broker")
        ground.append(part)
        screen.say(f"Broker: {redis_server.show(server)}.")
    if service_definitions.sends_to_postbox():
        ground.append(service_definitions.postbox(data))
    return ground, redis_url


def _ports() -> dict[str, int]:
    ports = {"WEB_PORT": settings.WEB_PORT}
    if service_definitions.sends_to_postbox():
        ports["POSTBOX_PORT"] = settings.POSTBOX_PORT
    return ports


def _say_where_letters_go(screen: Terminal) -> None:
    if service_definitions.sends_to_postbox():
        screen.say("Letters stay on this machine: they go to the postbox.")
    elif settings.SENDGRID_API_KEY:
        screen.say(
            "LETTERS REALLY LEAVE: SENDGRID_API_KEY is set, so every edition goes to its readers.", style="bold red"
        )
        screen.say("Ctrl-C now if that is not what you want, and unset SENDGRID_API_KEY.", style="bold red")
    else:
        screen.say(f"Letters go to {settings.SENDGRID_API_BASE}, which is not our postbox.", style="bold red")


def _say_where_things_are(screen: Terminal, supervisor: Supervisor) -> None:
    screen.say(f"The desk:    http://127.0.0.1:{settings.WEB_PORT}/")
    if invitation := first_admin.invite_if_nobody():  # not earlier: what is told once must be seen
        screen.say(
            f"             sign in as {invitation.email} with the password {invitation.password}"
            " (shown this once; change it there)"
        )
    elif email := first_admin.never_seen():
        screen.say(f"             sign in as {email}; a new password: .venv/bin/newsletter users set-password {email}")
    if service_definitions.sends_to_postbox():
        screen.say(f"The postbox: http://127.0.0.1:{settings.POSTBOX_PORT}/")
    taken = process_info.memory(supervisor.leaders(), process=os.getpid())
    takes = f" All of it takes {taken / 1e6:.0f} MB of memory." if taken else ""
    screen.say(f"Data and logs: {_short(settings.DATA_DIR)}.{takes}")


def _short(path: Path) -> str:
    """Seen from here, where that is shorter."""
    with suppress(ValueError, OSError):
        return min(str(path), os.path.relpath(path), key=len)
    return str(path)


def _judge_last(screen: Terminal) -> int:
    edition = edition_snapshot.last_edition()
    last = edition_snapshot.scene(edition) if edition else None
    if last is None:
        screen.say("No edition is due soon, and none was ever dispatched.")
        return 1
    good, sentence = status_messages.verdict(last.progress)
    screen.say(f"No edition is due soon. The last one was edition {edition}: {sentence}")
    return 0 if good else 1
