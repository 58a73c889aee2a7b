"""The services of one installation and their commands. `supervisor.py` runs them."""

import http.client
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings

from newsletter.local.supervisor.managed_process import ServiceSpec
from newsletter.ops.models import WorkerHeartbeat

PYTHON_M = (sys.executable, "-m")
LOOPBACK_HOSTS = ("127.0.0.1", "localhost")
SCHEDULER = "--scheduler=workers.beat_scheduler:TouchingScheduler"
EVENTS_KEY = "events-key.pem"  # in the data folder: the private key with which the postbox signs its events


def sends_to_postbox() -> bool:
    """Return True when emails go to the local postbox, so that none can leave this machine."""
    port = settings.POSTBOX_PORT
    return settings.SENDGRID_API_BASE.rstrip("/") in (f"http://127.0.0.1:{port}", f"http://localhost:{port}")


def environment(redis_url: str) -> dict[str, str]:
    """Return the environment of every service: our own, with the chosen data folder and broker."""
    paths = [str(settings.BASE_DIR), os.environ.get("PYTHONPATH", "")]
    return {
        **{name: value for name, value in os.environ.items() if name != "REDIS_URL_FILE"},
        "NEWSLETTER_DATA": str(settings.DATA_DIR),
        "REDIS_URL": redis_url,
        "DJANGO_SETTINGS_MODULE": "newsletter.settings",
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONUNBUFFERED": "1",
    }


def postbox(data: Path) -> ServiceSpec:
    """Define the postbox, which posts signed events to the web server."""
    port = settings.POSTBOX_PORT
    return ServiceSpec(
        name="postbox",
        command=(
            *PYTHON_M,
            "newsletter.postbox",
            f"--port={port}",
            f"--file={data / 'postbox.sqlite3'}",
            f"--events-to=http://127.0.0.1:{settings.WEB_PORT}/webhooks/sendgrid",
            f"--events-key={data / EVENTS_KEY}",
        ),
        ready=_answers_http(port, "/postbox/pulse"),
    )


def web(data: Path) -> ServiceSpec:
    """Define the web server: one process with threads, to save memory on a small machine with few users.

    It accepts events of the local postbox, by the key that the postbox creates at its start. It also answers to the
    names of this machine: the postbox posts events to one of them, and people open the desk at one.
    """
    postbox_key = {"SENDGRID_WEBHOOK_KEY_FILE": str((data / EVENTS_KEY).with_suffix(".pub"))}
    hosts = dict.fromkeys([*settings.ALLOWED_HOSTS, *LOOPBACK_HOSTS])
    return ServiceSpec(
        name="web",
        command=(
            *PYTHON_M,
            "newsletter.web.site.web_server",
            f"--port={settings.WEB_PORT}",
        ),
        environment={
            "ALLOWED_HOSTS": ",".join(hosts),
            "ALLOWED_HOSTS_FILE": "",  # else the file would be read instead
            **(postbox_key if sends_to_postbox() else {}),
        },
        ready=_answers_http(settings.WEB_PORT, "/"),
    )


def workers(now: datetime) -> list[ServiceSpec]:
    """Define the workers and Celery beat.

    Dispatch has its own worker, so that nothing delays it; so do pictures and pages, because slow web sites and large
    files would delay everything else. A worker is ready once it has reported after `now`.
    """
    # a call to the provider must get its answer, or its batch is uncertain
    call_seconds = settings.DISPATCH_CONNECT_TIMEOUT + 2 * settings.DISPATCH_ANSWER_TIMEOUT + 2
    return [
        ServiceSpec(
            "worker",
            _worker("worker", queues="assembly,insights,maintenance", pool="prefork", concurrency=1),
            ready=_has_reported("worker", since=now),
        ),
        ServiceSpec(
            "dispatch-worker",
            _worker("dispatch-worker", queues="dispatch,sending", pool="threads", concurrency=4),
            ready=_has_reported("dispatch-worker", since=now),
            grace=8 if sends_to_postbox() else call_seconds,
        ),
        ServiceSpec(
            "pictures-worker",
            _worker("pictures-worker", queues="pictures,reading", pool="threads", concurrency=4),
            ready=_has_reported("pictures-worker", since=now),
        ),
        # The schedule has intervals only, so it needs no file. A SIGTERM that arrives while beat publishes can be
        # swallowed by its handler of broker errors (seen with Celery 5.7.0).
        ServiceSpec(
            "beat",
            (*_celery("workers.beat", "beat"), SCHEDULER),
            needs_repeated_sigterm=True,
        ),
    ]


def _celery(app: str, command: str) -> tuple[str, ...]:
    return (*PYTHON_M, "celery", "-A", app, command, f"--loglevel={settings.LOG_LEVEL}")


def _worker(name: str, *, queues: str, pool: str, concurrency: int) -> tuple[str, ...]:
    return (
        *_celery("workers.app", "worker"),
        f"--queues={queues}",
        f"--hostname={name}@%h",
        f"--pool={pool}",
        f"--concurrency={concurrency}",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",  # an event every two seconds, which nobody reads; heartbeat.py records rows
    )


def _has_reported(name: str, *, since: datetime) -> Callable[[], bool]:
    return lambda: WorkerHeartbeat.objects.filter(name__startswith=f"{name}@", seen_at__gte=since).exists()


def _answers_http(port: int, path: str) -> Callable[[], bool]:
    def answers() -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True  # any answer means that the server is up

    return answers
