"""SendGrid's own clients and django-anymail reach the postbox as they reach the real service."""

import shutil
import subprocess
from collections.abc import Iterator
from email.mime.base import MIMEBase
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Attachment, Content, Email, Mail, To

from newsletter.postbox.postbox import Postbox
from newsletter.postbox.store.account import Account
from tests.support import npm
from tests.support.surroundings import ROOT

CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def account_postbox(tmp_path: Path) -> Iterator[Postbox]:
    account = Account(groups=frozenset({7}), pools=frozenset({"morning"}), templates=frozenset({"d-7"}))
    with Postbox(tmp_path / "post.sqlite3", account=account) as running:
        yield running


def send_by_client(postbox: Postbox, mail: Mail) -> Any:
    return SendGridAPIClient("key", host=postbox.url).send(mail)


def test_sendgrid_python_sends_plain_amp_and_html_with_a_calendar(account_postbox: Postbox) -> None:
    mail = Mail(
        from_email=Email("news@example.org", "The Example"),
        to_emails=[To("rita@example.org", '"Reader, Rita"')],
        subject="Hello",
        plain_text_content="Good morning",
        html_content="<p>Good morning",
        amp_html_content="<html amp4email>Good morning",
    )
    mail.attachment = Attachment("QkVHSU4=", "invitation.ics", "text/calendar; method=REQUEST", "attachment")
    assert send_by_client(account_postbox, mail).status_code == 202
    [received] = account_postbox.letters()
    assert received["text"] == "Good morning"
    assert received["headers"]["To"] == '"Reader, Rita" <rita@example.org>'


def test_sendgrid_python_sends_a_template_to_a_group_from_a_pool(account_postbox: Postbox) -> None:
    mail = Mail(from_email="news@example.org", to_emails="rita@example.org")
    mail.template_id = "d-7"
    body = mail.get() | {"asm": {"group_id": 7}, "ip_pool_name": "morning"}
    client = SendGridAPIClient("key", host=account_postbox.url).client
    assert client.mail.send.post(request_body=body).status_code == 202
    assert account_postbox.letters()[0]["subject"] == "Template d-7"


def test_sendgrid_python_sends_calendar_content(account_postbox: Postbox) -> None:
    mail = Mail(
        from_email="news@example.org", to_emails="rita@example.org", subject="Come", plain_text_content="Please come"
    )
    mail.add_content(Content("text/calendar; method=REQUEST", CALENDAR))
    assert send_by_client(account_postbox, mail).status_code == 202


@pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid")
def test_anymail_sends_names_with_commas_alternatives_and_attachments(account_postbox: Postbox) -> None:
    backend = get_connection(
        "anymail.backends.sendgrid.EmailBackend", api_key="key", api_url=f"{account_postbox.url}/v3/"
    )
    message = EmailMultiAlternatives(
        subject="Hello",
        body="Good morning",
        from_email='"The Example, Inc." <news@example.org>',
        to=["rita@example.org", '"Reader 2, OK?" <amir@example.org>'],
        reply_to=['"Editors, all" <editors@example.org>'],
        connection=backend,
    )
    message.attach_alternative("<p>Good morning", "text/html")
    message.attach("notes.txt", "with é", "text/plain")
    invitation = MIMEBase("text", "calendar", method="REQUEST")
    invitation.set_payload(CALENDAR)
    invitation.add_header("Content-Disposition", "attachment", filename="invitation.ics")
    message.attach(invitation)
    assert message.send() == 1
    assert message.anymail_status.status == {"queued"}  # type: ignore[attr-defined]
    assert {letter["address"] for letter in account_postbox.letters()} == {"rita@example.org", "amir@example.org"}


def test_sendgrids_client_for_node_sends_an_email_with_a_calendar(account_postbox: Postbox) -> None:
    if not shutil.which("npm"):
        pytest.skip("npm is not installed here")
    folder = Path(__file__).parent / "sendgrid_mail"
    try:
        packages = npm.install(folder, to=ROOT / ".tools" / "sendgrid-mail")
    except npm.NotFetched as error:
        pytest.skip(f"@sendgrid/mail cannot be installed: {error}")
    module = packages / "@sendgrid" / "mail" / "index.js"
    done = subprocess.run(
        ["node", folder / "send.mjs", module, account_postbox.url],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.strip() == "202", done.stderr
    [received] = account_postbox.letters()
    assert received["headers"]["To"] == '"Reader, Rita" <rita@example.org>'
    assert received["custom_args"] == {"edition": "7"}
