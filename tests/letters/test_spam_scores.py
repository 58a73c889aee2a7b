"""What a spam filter makes of our letters, as whole messages. Only where SpamAssassin is installed; it asks no network.

Its rules are those of its package, so this is a guard against slips, not a forecast for any mailbox.
"""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime

import pytest

from newsletter.delivery.recipients import reader_links
from newsletter.letters.render_letter import render
from newsletter.mail.message import Sender
from newsletter.mail.sendgrid.mail_send_payload import Payload
from newsletter.postbox.store import mime
from newsletter.postbox.store.merged_message import MergedMessage
from tests.golden.looks import EVERY

SPAMASSASSIN = shutil.which("spamassassin")
MOST = 0.5
BAD = "Subject: FREE MONEY!!! ACT NOW\r\nContent-Type: text/html\r\n\r\n<a href='http://1.2.3.4/x'><img src='x'></a>"

pytestmark = pytest.mark.skipif(not SPAMASSASSIN, reason="SpamAssassin is not installed")


def message(name: str) -> bytes:
    """The golden letter as a mailbox gets it, by way of the very bytes of a call."""
    contents = EVERY[name]()
    payload = Payload(
        render(contents),
        Sender(contents.brand.name, "letters@news.porthallow.org"),
        fallback_name="reader",
        unsubscribe="https://letters.example.org/u/",
        unsubscribe_mailbox="leave@news.porthallow.org",
        list_id="The list <daily.news.porthallow.org>",
        feedback_id="7:daily:newsletter:porthallow",
        message_ids=("edition-7-reader-", "@news.porthallow.org"),
    )
    call = payload.body(
        [(1, "rita@readers.porthallow.org", "Rita")], [reader_links.token_signer(7)(1)], ids={"nl_batch": "1"}
    )
    copy = MergedMessage(json.loads(call), 0)
    # a relay in between, as every letter that arrives has one
    relay = (
        b"Received: from o1.mail.sendgrid.net (o1.mail.sendgrid.net [167.89.0.1]) by mx.porthallow.org with ESMTPS;"
        b" Tue, 24 Nov 2026 07:00:01 +0000\r\n"
    )
    return relay + mime.raw(copy, message_id="x", at=datetime(2026, 11, 24, 7, tzinfo=UTC))


def judged(message: bytes) -> tuple[float, str]:
    """The score, and the names of the rules that made it."""
    asked = [str(SPAMASSASSIN), "--local", "--test-mode"]
    told = subprocess.run(asked, input=message, capture_output=True, check=True, timeout=120).stdout
    head = told.decode("utf-8", "replace").replace("\r\n", "\n").partition("\n\n")[0]
    found = re.search(r"^X-Spam-Status: \w+, score=(-?[\d.]+).*?tests=(.*?)autolearn", head, re.DOTALL | re.MULTILINE)
    assert found, head
    return float(found[1]), " ".join(found[2].split())


@pytest.mark.parametrize("name", EVERY)
def test_a_letter_is_no_spam(name: str) -> None:
    score, rules = judged(message(name))
    assert score <= MOST, rules


def test_the_filter_does_judge() -> None:
    score, rules = judged(BAD.encode())
    assert score > 2, rules
