"""The checks of an installation before it sends to real readers."""

from dataclasses import replace

import pytest

from newsletter.ops.production_checks import Facts, PublicationSender, findings

READY = Facts(
    debug=False,
    secret_key="k3Jx9-_pQ7mZ2vB8nL4wR6tY1cF5hG0sD7aE3uI9",
    secret_is_local=False,
    base_url="https://news.lantern.io",
    allowed_hosts=("news.lantern.io",),
    database="postgresql",
    database_problem="",
    migrations_missing=0,
    redis_url="redis://broker:6379/0",
    has_api_key=True,
    api_base="",
    senders=(PublicationSender("morning", "post@mail.lantern.io", False),),
    approvers=1,
)


def codes(facts: Facts) -> set[str]:
    return {f"{finding.severity}:{finding.code}" for finding in findings(facts)}


def test_an_installation_that_is_ready_has_no_findings() -> None:
    assert findings(READY) == []


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(READY, debug=True), "stop:debug-on"),
        (replace(READY, secret_key="secret"), "stop:secret-weak"),
        (replace(READY, secret_key="a" * 60), "stop:secret-weak"),
        (replace(READY, secret_is_local=True), "warn:secret-local"),
        (replace(READY, base_url="http://news.lantern.io"), "stop:base-url-not-https"),
        (replace(READY, allowed_hosts=("*",)), "stop:hosts-any"),
        (replace(READY, allowed_hosts=("lantern.io",)), "stop:hosts-lack-base"),
        (replace(READY, trusted_proxies=0), "warn:proxies-unknown"),
        (replace(READY, database="sqlite"), "warn:database-sqlite"),
        (replace(READY, database_problem="no answer", senders=()), "stop:database-unreachable"),
        (replace(READY, migrations_missing=2, senders=()), "stop:migrations-missing"),
        (replace(READY, redis_url=""), "warn:redis-not-set"),
        (replace(READY, redis_url="amqp://rabbit.example.org"), "warn:broker-ages-unread"),
        (replace(READY, redis_url="sentinel://a:26379;sentinel://b:26379"), "stop:broker-sentinel"),
        (replace(READY, broker_problem="no answer"), "stop:broker-unreachable"),
        (replace(READY, has_webhook_key=False), "warn:webhook-key-missing"),
        (replace(READY, has_api_key=False), "stop:provider-key-missing"),
        (replace(READY, api_base="http://127.0.0.1:8025"), "stop:provider-postbox"),
        (replace(READY, api_base="http://api.lantern.io"), "stop:provider-not-https"),
        (replace(READY, senders=()), "stop:publication-missing"),
        (
            replace(READY, senders=(PublicationSender("morning", "post@mail.example.org", False),)),
            "stop:sender-reserved-domain",
        ),
        (
            replace(READY, senders=(PublicationSender("morning", "post@lantern.test", False),)),
            "stop:sender-reserved-domain",
        ),
        (replace(READY, approvers=0), "stop:approver-missing"),
        (replace(READY, is_second_factor_required=False), "warn:second-factor-optional"),
    ],
)
def test_each_problem_is_found_alone(facts: Facts, code: str) -> None:
    assert codes(facts) == {code}


def test_stops_come_before_warnings() -> None:
    severities = [
        finding.severity for finding in findings(replace(READY, redis_url="", debug=True, api_base="http://localhost"))
    ]
    assert severities == ["stop", "stop", "warn"]


def test_any_host_below_a_domain_and_another_api_address_are_fine() -> None:
    assert not codes(replace(READY, allowed_hosts=(".lantern.io",), api_base="https://api.eu.sendgrid.com"))


def test_the_host_of_an_ipv6_address_is_allowed_in_brackets() -> None:
    ipv6 = replace(READY, base_url="https://[2001:db8::1]")
    assert not codes(replace(ipv6, allowed_hosts=("[2001:db8::1]",)))
    assert codes(replace(ipv6, allowed_hosts=("2001:db8::1",))) == {"stop:hosts-lack-base"}


def test_a_publication_with_automatic_approval_needs_no_editor() -> None:
    assert not codes(replace(READY, approvers=0, senders=(PublicationSender("morning", "post@lantern.io", True),)))


def test_every_finding_says_what_to_do() -> None:
    worst = Facts(True, "", False, "http://x.org", ("*",), "sqlite", "", 0, "", False, "http://[::1]", (), 0)
    assert all(finding.problem.endswith(".") and finding.hint for finding in findings(worst))
