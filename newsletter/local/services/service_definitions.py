"""The processes of one installation and their commands. `managed_process.py` keeps them alive."""

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
EVENTS_KEY = "events-key.pem"  # in the data folder: the private half of what the postbox signs its events with


def sends_to_postbox() -> bool:
    """True when letters go to our own postbox on this machine, so that none can leave it."""
    port = settings.POSTBOX_PORT
    return settings.SENDGRID_API_BASE.rstrip("/") in (f"http://127.0.0.1:{port}", f"http://localhost:{port}")


def environment(redis_url: str) -> dict[str, str]:
    """What every process is told: our own environment, with the data folder and the broker we chose in it."""
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
    """One process with threads: a desk has a handful of people, and its memory counts on a small machine.

    It believes the events of our own postbox, by the key that the postbox made when it started. It answers to the
    names of this machine too: the postbox posts events to one of them, and people here open the desk at one.
    """
    believes = {"SENDGRID_WEBHOOK_KEY_FILE": str((data / EVENTS_KEY).with_suffix(".pub"))}
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
            "ALLOWED_HOSTS_FILE": "",  # it would be read instead
            **(believes if sends_to_postbox() else {}),
        },
        ready=_answers_http(settings.WEB_PORT, "/"),
    )


def workers(now: datetime) -> list[ServiceSpec]:
    """The workers and the beat. Dispatch and pictures have workers of their own: nothing else makes dispatch wait,
    and pictures, which wait for web sites and are heavy to read, make nothing else wait.

    A worker is ready once it has reported after `now`.
    """
    # a call that has gone out must be heard to its end, or nobody knows what became of it
    hearing = settings.DISPATCH_CONNECT_TIMEOUT + 2 * settings.DISPATCH_ANSWER_TIMEOUT + 2
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
            grace=8 if sends_to_postbox() else hearing,
        ),
        ServiceSpec(
            "pictures-worker",
            _worker("pictures-worker", queues="pictures", pool="threads", concurrency=2),
            ready=_has_reported("pictures-worker", since=now),
        ),
        # the timetable is plain intervals: nothing of it needs to be kept in a file; and a SIGTERM that comes while
        # Celery's beat publishes can end in its handler of broker errors (seen with 5.7.0)
        ServiceSpec("beat", (*_celery("beat"), "--scheduler=celery.beat:Scheduler"), needs_repeated_sigterm=True),
    ]


def _celery(verb: str) -> tuple[str, ...]:
    return (*PYTHON_M, "celery", "-A", "workers.app", verb, f"--loglevel={settings.LOG_LEVEL}")


def _worker(name: str, *, queues: str, pool: str, concurrency: int) -> tuple[str, ...]:
    return (
        *_celery("worker"),
        f"--queues={queues}",
        f"--hostname={name}@%h",
        f"--pool={pool}",
        f"--concurrency={concurrency}",
        "--without-gossip",
        "--without-mingle",
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
        return True  # whatever the answer: the program is up

    return answers
