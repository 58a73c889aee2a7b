"""The same edition sent the ways that Python packages offer, each as its documentation shows it.

    python -m benchmarks.peers anymail EDITION COUNT      django-anymail, merge data and headers, 1,000 a call
    python -m benchmarks.peers helper EDITION COUNT       sendgrid's Mail helper, 1,000 personalizations a call
    python -m benchmarks.peers naive EDITION COUNT        sendgrid's Mail helper, one reader a call, premailer for each
    python -m benchmarks.peers tasks EDITION COUNT        a Celery task for each reader, with the Mail helper
    celery -A benchmarks.peers worker                     the fleet of the last one

Each prints its CPU seconds; the sink knows when the last letter was in. All of them read the
readers through Django and sign each one's link with Django's signer.
"""

import json
import logging
import os
import sys
import time
import warnings
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
if os.environ.get("DATABASE_URL"):
    django.setup()

from celery import Celery

SINK = os.environ.get("SENDGRID_API_BASE", "")
UNSUBSCRIBE = f"{os.environ.get('BASE_URL', '')}/u/"
ONE_CLICK = "List-Unsubscribe=One-Click"
A_CALL = 1000
Reader = tuple[int, str, str]  # id, address, first name

app = Celery("peers", broker=os.environ.get("REDIS_URL"))
app.conf.update(task_default_queue="peers", task_ignore_result=True, worker_hijack_root_logger=False)


def main() -> None:
    what, edition, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    before, began = time.process_time(), time.time()
    WAYS[what](edition, count)
    sys.stdout.write(json.dumps({"cpu": time.process_time() - before, "began": began}) + "\n")


def readers(edition: int, count: int) -> Iterator[Reader]:
    """The first so many who are to get it."""
    from newsletter.audience.models import Subscription

    rows = (
        Subscription.objects.filter(publication__editions=edition, status="active")
        .order_by("subscriber_id")
        .values_list("subscriber_id", "subscriber__email", "subscriber__first_name")
    )
    return islice(rows.iterator(chunk_size=2000), count)


def lots(edition: int, count: int) -> Iterator[list[Reader]]:
    everybody = readers(edition, count)
    while lot := list(islice(everybody, A_CALL)):
        yield lot


@lru_cache(maxsize=1)
def letter(edition: int) -> Any:
    from newsletter.editions.models import FrozenLetter

    return FrozenLetter.objects.get(edition=edition, variant="default")


def token(subscriber: int, edition: int) -> str:
    from django.core.signing import Signer

    return Signer().sign(f"{subscriber}-{edition}")


def anymail(edition: int, count: int) -> None:
    from django.conf import settings
    from django.core.mail import EmailMultiAlternatives, get_connection

    warnings.simplefilter("ignore")  # it says that SendGrid is not officially supported any more; it works
    settings.ANYMAIL = {
        "SENDGRID_API_KEY": "SG.peer",
        "SENDGRID_API_URL": f"{SINK}/v3/",
        "SENDGRID_MERGE_FIELD_FORMAT": "{}",
    }
    made = letter(edition)
    connection = get_connection("anymail.backends.sendgrid.EmailBackend")
    connection.open()  # type: ignore[no-untyped-call, unused-ignore]
    for lot in lots(edition, count):
        mail: Any = EmailMultiAlternatives(
            made.subject, made.text, f"{made.sender_name} <{made.sender_email}>", connection=connection
        )
        mail.to = [email for _, email, _ in lot]
        mail.attach_alternative(made.html, "text/html")
        mail.extra_headers = {"List-Unsubscribe-Post": ONE_CLICK}
        signed = {email: token(subscriber, edition) for subscriber, email, _ in lot}
        mail.merge_data = {
            email: {"__nl_first_name__": name or "reader", "__nl_reader__": signed[email]} for _, email, name in lot
        }
        mail.merge_headers = {email: {"List-Unsubscribe": f"<{UNSUBSCRIBE}{signed[email]}>"} for _, email, _ in lot}
        mail.send()


def helper(edition: int, count: int) -> None:
    from sendgrid import SendGridAPIClient
    from sendgrid.helpers.mail import Email, Header, Mail, Personalization, Substitution

    made = letter(edition)
    client = SendGridAPIClient("SG.peer", host=SINK)
    for lot in lots(edition, count):
        mail = Mail(
            from_email=(made.sender_email, made.sender_name),
            subject=made.subject,
            plain_text_content=made.text,
            html_content=made.html,
        )
        for subscriber, email, name in lot:
            signed = token(subscriber, edition)
            person = Personalization()
            person.add_to(Email(email))
            person.add_substitution(Substitution("__nl_first_name__", name or "reader"))
            person.add_substitution(Substitution("__nl_reader__", signed))
            person.add_header(Header("List-Unsubscribe", f"<{UNSUBSCRIBE}{signed}>"))
            person.add_header(Header("List-Unsubscribe-Post", ONE_CLICK))
            mail.add_personalization(person)
        client.send(mail)


def naive(edition: int, count: int) -> None:
    from premailer import transform

    for reader in readers(edition, count):
        page = letter(edition).html.replace("__nl_first_name__", reader[2]).replace("__nl_reader__", str(reader[0]))
        _one(reader, edition, transform(page, cssutils_logging_level=logging.CRITICAL))


def tasks(edition: int, count: int) -> None:
    for subscriber, _, _ in readers(edition, count):
        send_one.apply_async((subscriber, edition))


@app.task(name="peers.send_one")
def send_one(subscriber: int, edition: int) -> None:
    from newsletter.audience.models import Subscriber

    person = Subscriber.objects.get(pk=subscriber)
    _one((person.pk, person.email, person.first_name), edition, letter(edition).html)


def _one(reader: Reader, edition: int, page: str) -> None:
    from sendgrid import SendGridAPIClient
    from sendgrid.helpers.mail import Header, Mail

    made = letter(edition)
    subscriber, email, name = reader
    signed = token(subscriber, edition)
    filled = [part.replace("__nl_first_name__", name).replace("__nl_reader__", signed) for part in (made.text, page)]
    mail = Mail(
        from_email=(made.sender_email, made.sender_name),
        to_emails=email,
        subject=made.subject,
        plain_text_content=filled[0],
        html_content=filled[1],
    )
    mail.add_header(Header("List-Unsubscribe", f"<{UNSUBSCRIBE}{signed}>"))
    mail.add_header(Header("List-Unsubscribe-Post", ONE_CLICK))
    SendGridAPIClient("SG.peer", host=SINK).send(mail)


WAYS = {"anymail": anymail, "helper": helper, "naive": naive, "tasks": tasks}

if __name__ == "__main__":
    main()
