"""`newsletter run`: all services on this machine, with the progress of editions in the terminal.

    one instance → stale processes ended → ports free → tables → sample and first user → services → wait, or exit

This module is the order of steps; each step has its own module.
"""

import os
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from newsletter.lib.clock import now
from newsletter.lib.memory_arena import return_unused_memory
from newsletter.lib.shared_memory import require_shared_memory
from newsletter.local import first_admin, prepare_database, startup_checks
from newsletter.local.console import edition_snapshot, status_messages
from newsletter.local.console.follow_edition import follow_editions
from newsletter.local.console.terminal import Terminal, terminal
from newsletter.local.sample_data.seed import seed
from newsletter.local.services import redis_server, service_definitions
from newsletter.local.supervisor import process_info, stale_processes
from newsletter.local.supervisor.managed_process import ServiceSpec
from newsletter.local.supervisor.stop_signals import StopRequests, count_stop_requests
from newsletter.local.supervisor.supervisor import Supervisor

INTERRUPTED = 130  # the exit status that shells give to Ctrl-C


def run(*, once: bool) -> int:
    """Run until a person stops it, or with `once` until the next edition is sent. Return the exit status.

    With `once` the status is 0 only if the provider accepted the email for every reader of that edition and the
    totals match. If no edition is due soon, the last one decides. Raises `NewsletterError` when it cannot start.
    """
    os.umask(0o077)  # the files contain addresses of readers
    data: Path = settings.DATA_DIR
    startup_checks.require_writable(data)
    require_shared_memory()
    address = f"http://127.0.0.1:{settings.WEB_PORT}"
    with (
        terminal() as screen,
        startup_checks.only_instance(data, address=address),
        count_stop_requests() as stop_requests,
    ):
        if stale := stale_processes.end_stale_processes(data / "processes.json"):
            screen.say(f"Ended {status_messages.counted(stale, 'process', 'processes')} left by an earlier run.")
        startup_checks.require_free_ports(_ports())
        _print_where_emails_go(screen)
        _prepare(screen)
        awaited = edition_snapshot.editions_due_soon(now())
        if once and not awaited:
            return _report_last_edition(screen)
        return _serve(screen, data, stop_requests, awaited, once=once)


def _serve(screen: Terminal, data: Path, stop_requests: StopRequests, awaited: list[int], *, once: bool) -> int:
    base, redis_url = _base_services(screen, data)
    supervisor = Supervisor(
        data, environment=service_definitions.environment(redis_url), say=screen.say, stop_requests=stop_requests
    )
    try:
        supervisor.start(*base)
        supervisor.start(service_definitions.web(data), *service_definitions.workers(now()))
        if stop_requests():
            return INTERRUPTED if once else 0
        _print_addresses(screen, supervisor)
        status = follow_editions(supervisor, screen, stop_requests, awaited=awaited, once=once)
        if once and status == 0 and service_definitions.sends_to_postbox():
            screen.say("The emails are kept. `make run` shows them again at the same address.")
        return (INTERRUPTED if once else 0) if status is None else status
    finally:
        screen.clear()
        screen.say("Stopping …")
        supervisor.stop()
        screen.say("All services have stopped.")


def _prepare(screen: Terminal) -> None:
    if prepare_database.migrate():
        screen.say("The database is up to date.")
    moment = now()
    if service_definitions.sends_to_postbox() and seed(now=moment):
        screen.say("First start: created a sample publication with fictional subscribers.")
    prepare_database.plan_editions_now(moment)
    return_unused_memory()  # a first start has created all tables


def _base_services(screen: Terminal, data: Path) -> tuple[list[ServiceSpec], str]:
    """Return the services that all others depend on, and the URL of the broker."""
    base = []
    if redis_url := settings.REDIS_URL:
        redis_server.require_broker(redis_url)
        screen.say("Broker: the server in REDIS_URL.")
    else:
        server = redis_server.find_server()
        service, redis_url = redis_server.prepare(server, data / "broker")
        base.append(service)
        screen.say(f"Broker: {redis_server.describe(server)}.")
    if service_definitions.sends_to_postbox():
        base.append(service_definitions.postbox(data))
    return base, redis_url


def _ports() -> dict[str, int]:
    ports = {"WEB_PORT": settings.WEB_PORT}
    if service_definitions.sends_to_postbox():
        ports["POSTBOX_PORT"] = settings.POSTBOX_PORT
    return ports


def _print_where_emails_go(screen: Terminal) -> None:
    if service_definitions.sends_to_postbox():
        screen.say("Emails stay on this machine: they go to the postbox.")
    elif settings.SENDGRID_API_KEY:
        screen.say(
            "REAL SENDING IS ON: SENDGRID_API_KEY is set, so every edition is sent to its readers.", style="bold red"
        )
        screen.say("To prevent this, press Ctrl-C now and unset SENDGRID_API_KEY.", style="bold red")
    else:
        screen.say(f"Emails go to {settings.SENDGRID_API_BASE}, which is not the local postbox.", style="bold red")


def _print_addresses(screen: Terminal, supervisor: Supervisor) -> None:
    screen.say(f"Desk:    http://127.0.0.1:{settings.WEB_PORT}/")
    if admin := first_admin.create_first_admin():  # not earlier: the password is shown only once
        screen.say(
            f"         Sign in as {admin.email} with the password {admin.password}"
            " (shown only once; change it after signing in)"
        )
    elif email := first_admin.unused_admin_email():
        screen.say(f"         Sign in as {email}. For a new password: .venv/bin/newsletter users set-password {email}")
    if service_definitions.sends_to_postbox():
        screen.say(f"Postbox: http://127.0.0.1:{settings.POSTBOX_PORT}/")
    used = process_info.measure_memory(supervisor.pids(), pid=os.getpid())
    memory = f" Memory in use: {used / 1e6:.0f} MB." if used else ""
    screen.say(f"Data and logs: {_short(settings.DATA_DIR)}.{memory}")


def _short(path: Path) -> str:
    """Return the path relative to the current folder if that is shorter."""
    with suppress(ValueError, OSError):
        return min(str(path), os.path.relpath(path), key=len)
    return str(path)


def _report_last_edition(screen: Terminal) -> int:
    edition = edition_snapshot.last_edition()
    last = edition_snapshot.take_snapshot(edition) if edition else None
    if last is None:
        screen.say("No edition is due soon, and none has been sent yet.")
        return 1
    good, sentence = status_messages.verdict(last.progress)
    screen.say(f"No edition is due soon. The last one was edition {edition}: {sentence}")
    return 0 if good else 1
