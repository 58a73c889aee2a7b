"""Each rule that SendGrid documents for the body of a call, by the field that it complains about."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from newsletter.postbox.sendgrid_api.validation import ValidationProblem, find_problems
from newsletter.postbox.store.account import Account
from tests.postbox.asking import letter, person

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
OURS = "A" * 32


def judged(body: object) -> list[ValidationProblem]:
    account = Account(groups=frozenset({7}), pools=frozenset({"morning"}), templates=frozenset({"d-7"}))
    return find_problems(body, now=NOW, account=account, is_issued=OURS.__eq__)


def fields(body: object) -> list[str | None]:
    return [problem.field for problem in judged(body)]


def one(**more: Any) -> dict[str, Any]:
    """A letter whose one personalization holds `more`."""
    return letter(personalizations=[person("rita@example.org", **more)])


def to(*people: Any) -> dict[str, Any]:
    return letter(personalizations=[{"to": list(people)}])


def many(number: int, **more: Any) -> dict[str, Any]:
    return letter(*(f"reader{n}@example.org" for n in range(number)), **more)


def content(*kinds: str) -> list[dict[str, str]]:
    return [{"type": kind, "value": "x"} for kind in kinds]


ATTACHMENT = {"content": "aGVsbG8=", "filename": "hello.txt", "type": "text/plain"}


@pytest.mark.parametrize(
    "body",
    [
        letter(),
        many(1000),
        letter(personalizations=[{"to": [{"email": f"r{n}@example.org"} for n in range(1000)]}]),
        one(substitutions={"-a-": "x" * 9_989}),
        one(custom_args={"a": "x" * 9_992}),
        one(send_at=SECONDS + 72 * 3600),
        letter(send_at=SECONDS - 1_000_000),
        letter(subject=None, personalizations=[person("rita@example.org", subject="Yours")]),
        one(headers={"List-Unsubscribe": "<https://example.org/u>", "X-A": ""}),
        one(**{"from": {"email": "Other@EXAMPLE.org"}}),
        to({"email": ("a" * 300) + "@example-domain.org"}),
        to({"email": "o'hara+news@sub.example.org", "name": "Ó’Hara"}),
        letter(attachments=[ATTACHMENT]),
        letter(attachments=[{**ATTACHMENT, "type": "text/calendar; method=REQUEST"}]),
        letter(attachments=[{**ATTACHMENT, "type": 'text/calendar; method=REQUEST; charset="utf-8";'}]),
        letter(content=content("text/plain", "text/x-amp-html", "text/html")),
        letter(content=content("text/x-amp-html", "text/html")),
        letter(content=content("text/plain", "text/html", "text/x-amp-html", "text/calendar; method=REQUEST")),
        letter(content=None, subject=None, template_id="d-7"),
        to({"email": "rita@example.org", "name": '"Reader, Rita"'}),
        to({"email": "rita@example.org", "name": "Reader, Rita; Amir"}),
        letter(categories=["a" * 255, *map(str, range(9))]),
        letter(asm={"group_id": 7, "groups_to_display": [7] * 25}),
        letter(ip_pool_name="morning"),
        letter(batch_id=OURS),
        letter(reply_to={"email": "editors@example.org"}),
        letter(reply_to_list=[{"email": "a@example.org"}, {"email": "b@example.org"}]),
        letter(
            mail_settings={"bypass_spam_management": {"enable": True}, "bypass_bounce_management": {"enable": True}}
        ),
        letter(unknown="SendGrid takes what it does not know"),
    ],
)
def test_what_keeps_to_the_rules_passes(body: dict[str, Any]) -> None:
    assert judged(body) == []


P = "personalizations"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (letter(personalizations=None), P),
        (letter(personalizations=[]), P),
        (letter(personalizations={}), P),
        (letter(personalizations=["x"]), f"{P}.0"),
        (many(1001), P),
        (letter(personalizations=[{"to": [{"email": f"r{n}@example.org"} for n in range(1001)]}]), P),
        (letter(personalizations=[{}]), f"{P}.0.to"),
        (to(), f"{P}.0.to"),
        (to("rita@example.org"), f"{P}.0.to.0"),
        (to({}), f"{P}.0.to.0.email"),
        (to({"email": "nobody"}), f"{P}.0.to.0.email"),
        (to({"email": "rita@localhost"}), f"{P}.0.to.0.email"),
        (to({"email": "rita @example.org"}), f"{P}.0.to.0.email"),
        (to({"email": "rita@example.org\n"}), f"{P}.0.to.0.email"),
        (to({"email": "ríta@example.org"}), f"{P}.0.to.0.email"),
        (to({"email": ("a" * 309) + "@example.org"}), f"{P}.0.to.0.email"),
        (to({"email": None}), f"{P}.0.to.0.email"),
        (to({"email": "rita@example.org", "name": 1}), f"{P}.0.to.0.name"),
        (one(cc=[]), f"{P}.0.cc"),
        (one(bcc=[{"email": "x"}]), f"{P}.0.bcc.0.email"),
        (one(cc=[{"email": "RITA@example.org"}]), f"{P}.0"),
        (to({"email": "rita@example.org"}, {"email": "Rita@Example.org"}), f"{P}.0"),
        (one(subject=""), f"{P}.0.subject"),
        (letter(subject=None), f"{P}.0.subject"),
        (one(headers={"Subject": "x"}), f"{P}.0.headers"),
        (one(headers={"x-sg-eid": "x"}), f"{P}.0.headers"),
        (one(headers={"X A": "x"}), f"{P}.0.headers"),
        (one(headers={"X-Ä": "x"}), f"{P}.0.headers"),
        (one(headers={"X:A": "x"}), f"{P}.0.headers"),
        (one(headers={"": "x"}), f"{P}.0.headers"),
        (one(headers={"X-A": 1}), f"{P}.0.headers"),
        (one(headers={"X-A": "x", "x-a": "y"}), f"{P}.0.headers"),
        (one(headers={"X-A": "x\r\nBcc: y"}), f"{P}.0.headers"),
        (one(headers=[]), f"{P}.0.headers"),
        (one(substitutions={"-a-": 1}), f"{P}.0.substitutions"),
        (one(substitutions={"-a-": "x" * 9_991}), f"{P}.0.substitutions"),
        (one(substitutions={"-a-": "é" * 5_000}), f"{P}.0.substitutions"),
        (one(dynamic_template_data="x"), f"{P}.0.dynamic_template_data"),
        (one(custom_args={}), f"{P}.0.custom_args"),
        (one(custom_args={"a": True}), f"{P}.0.custom_args"),
        (one(custom_args={"a": "x" * 9_993}), f"{P}.0.custom_args"),
        ({**one(custom_args={"a": "x" * 5_000}), "custom_args": {"b": "y" * 5_000}}, f"{P}.0.custom_args"),
        (letter(custom_args={"b": "y" * 10_000}), f"{P}.0.custom_args"),
        (one(send_at=SECONDS + 72 * 3600 + 1), f"{P}.0.send_at"),
        (one(send_at="soon"), f"{P}.0.send_at"),
        (one(send_at=True), f"{P}.0.send_at"),
        (one(send_at=None), f"{P}.0.send_at"),
        (one(**{"from": {"email": "a@other.org"}}), f"{P}.0.from"),
        (letter(**{"from": None}), "from.email"),
        (letter(**{"from": "news@example.org"}), "from"),
        (letter(**{"from": {"name": "x"}}), "from.email"),
        (letter(**{"from": {"email": "nëws@example.org"}}), "from.email"),
        (letter(reply_to={"email": ""}), "reply_to.email"),
        (letter(reply_to={"email": "a@b.org"}, reply_to_list=[{"email": "c@d.org"}]), "reply_to_list"),
        (letter(reply_to_list=[{"email": "a@b.org"}, {"email": "A@b.org"}]), "reply_to_list"),
        (letter(reply_to_list=[{"email": f"r{n}@b.org"} for n in range(1001)]), "reply_to_list"),
        (letter(subject=""), "subject"),
        (letter(subject=1), "subject"),
        (letter(content=None), "content"),
        (letter(content=[]), "content"),
        (letter(content=["x"]), "content.0"),
        (letter(content=[{"type": "text/plain", "value": ""}]), "content.0.value"),
        (letter(content=[{"type": "text/plain"}]), "content.0.value"),
        (letter(content=[{"type": "", "value": "x"}]), "content.0.type"),
        (letter(content=[{"type": "text/html; charset=utf-8", "value": "x"}]), "content.0.type"),
        (letter(content=letter()["content"][::-1]), "content"),
        (letter(content=content("text/x-amp-html", "text/plain", "text/html")), "content"),
        (letter(content=content("text/plain", "text/csv", "text/html")), "content"),
        (letter(content=content("text/calendar; charset=utf-8")), "content.0.type"),
        (letter(headers={"Reply-To": "x"}), "headers"),
        (letter(custom_args={}), "custom_args"),
        (letter(custom_args="x"), "custom_args"),
        (letter(custom_args={"a": 1}), "custom_args"),
        (letter(send_at=SECONDS + 72 * 3600 + 1), "send_at"),
        (letter(send_at=1.5), "send_at"),
        (letter(sections={"-a-": "x"}), "sections"),
        (letter(attachments=[{**ATTACHMENT, "content": "not base64"}]), "attachments.0.content"),
        (letter(attachments=[{**ATTACHMENT, "content": ""}]), "attachments.0.content"),
        (letter(attachments=[{"content": "aGVsbG8="}]), "attachments.0.filename"),
        (letter(attachments=[{**ATTACHMENT, "filename": "a;b"}]), "attachments.0.filename"),
        (letter(attachments=[{**ATTACHMENT, "type": "text/plain\r\nX: y"}]), "attachments.0.type"),
        (letter(attachments=[{**ATTACHMENT, "type": "text"}]), "attachments.0.type"),
        (letter(attachments=[{**ATTACHMENT, "disposition": "hidden"}]), "attachments.0.disposition"),
        (letter(attachments=[{**ATTACHMENT, "type": ""}]), "attachments.0.type"),
        (letter(attachments=[{**ATTACHMENT, "content_id": 1}]), "attachments.0.content_id"),
        (letter(attachments={}), "attachments"),
        (letter(categories=list(map(str, range(11)))), "categories"),
        (letter(categories=["a", "a"]), "categories"),
        (letter(categories=[1]), "categories"),
        (letter(categories=["a" * 256]), "categories.0"),
        (letter(categories=["ä"]), "categories.0"),
        (letter(asm={"group_id": 8}), "asm.group_id"),
        (letter(asm={"group_id": True}), "asm.group_id"),
        (letter(asm={"group_id": 7, "groups_to_display": [7] * 26}), "asm.groups_to_display"),
        (letter(asm={"group_id": 7, "groups_to_display": [8]}), "asm.groups_to_display"),
        (letter(ip_pool_name="evening"), "ip_pool_name"),
        (letter(template_id="d-1"), "template_id"),
        (letter(batch_id="own-batch"), "batch_id"),
        (letter(batch_id=1), "batch_id"),
        (letter(mail_settings={"sandbox_mode": {"enable": "true"}}), "mail_settings.sandbox_mode.enable"),
        (letter(mail_settings={"footer": {"text": 1}}), "mail_settings.footer.text"),
        (letter(mail_settings=[]), "mail_settings"),
        (
            letter(
                mail_settings={
                    "bypass_list_management": {"enable": True},
                    "bypass_spam_management": {"enable": True},
                }
            ),
            "mail_settings",
        ),
        (letter(tracking_settings={"click_tracking": {"enable": 0}}), "tracking_settings.click_tracking.enable"),
        (letter(tracking_settings={"ganalytics": "x"}), "tracking_settings.ganalytics"),
    ],
)
def test_what_breaks_one_rule_is_complained_about_once(body: dict[str, Any], field: str) -> None:
    assert fields(body) == [field]


def test_all_complaints_come_together_each_with_its_index() -> None:
    body = letter("good@example.org", "bad", "worse", subject=None)
    assert set(fields(body)) == {
        "personalizations.1.to.0.email",
        "personalizations.2.to.0.email",
        "personalizations.0.subject",
        "personalizations.1.subject",
        "personalizations.2.subject",
    }


def test_help_points_to_the_field_without_its_index() -> None:
    (problem,) = judged(to({"email": "nobody"}))
    assert problem.help
    assert problem.help.endswith("errors.html#message.personalizations.to.email")


def test_no_complaint_repeats_an_address() -> None:
    found = judged(letter("secret-name", "twice@example.org", personalizations=[to({"email": "secret"})]))
    assert found
    assert not any("secret" in str(problem) for problem in found)


@pytest.mark.parametrize("body", [None, [], "x", 1, True])
def test_what_is_not_an_object_is_a_bad_request(body: object) -> None:
    assert judged(body) == [ValidationProblem("Bad Request", None, None)]


def test_the_account_decides_about_groups_pools_and_batches() -> None:
    body = letter(asm={"group_id": 7}, ip_pool_name="morning", batch_id=OURS)
    never: Callable[[str], bool] = lambda batch: False  # noqa: E731 shorter than a function with a name
    found = find_problems(body, now=NOW, account=Account(), is_issued=never)
    assert {problem.field for problem in found} == {"asm.group_id", "ip_pool_name", "batch_id"}
