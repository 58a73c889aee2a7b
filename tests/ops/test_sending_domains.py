"""Sending domains: looked up before the first edition and daily, kept with their age, ordered by a person."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from newsletter.accounts.permissions import NotPermitted
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.delivery.models import RateWindow, WarmUp
from newsletter.lib.errors import InvalidState
from newsletter.mail.domain_records.record_check import CheckState
from newsletter.ops.deliverability.sending_domains import (
    DomainReport,
    domain_reports,
    keep_rows,
    look_up_next,
    order_look_up,
)
from newsletter.ops.deliverability.warm_up_days import warm_up_days
from newsletter.ops.models import SendingDomain
from newsletter.ops.system_status import status
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.dns_server import DnsServer, dns_server, good_zone
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
DOMAIN = "news.example.org"


@pytest.fixture
def server(settings: Settings) -> Iterator[DnsServer]:
    with dns_server(good_zone(DOMAIN)) as running:
        settings.DNS_RESOLVERS, settings.SENDGRID_API_KEY = [running.address], "key"
        yield running


@pytest.fixture(autouse=True)
def publication() -> Publication:
    return make.publication(slug="morning", name="The Morning Post", sender_email=f"post@{DOMAIN}")


def look_up(*, hours: float = 0) -> DomainReport:
    now = MONDAY + timedelta(hours=hours)
    keep_rows()
    while look_up_next(now=now):
        pass
    [report] = domain_reports()
    return report


def rules(*, hours: float = 0) -> list[str]:
    return [problem.rule for problem in status(now=MONDAY + timedelta(hours=hours)).verdict.problems]


def test_a_new_domain_is_looked_up_at_once_and_then_daily(server: DnsServer) -> None:
    assert domain_reports()[0].is_waiting
    report = look_up()
    assert (report.publications, report.state, report.looked_up_at) == (["The Morning Post"], CheckState.GOOD, MONDAY)
    asked = len(server.asked)
    assert look_up(hours=23).looked_up_at == MONDAY
    assert len(server.asked) == asked
    assert look_up(hours=24).looked_up_at == MONDAY + timedelta(hours=24)


def test_a_record_that_goes_missing_breaks_the_system_until_it_is_back(server: DnsServer) -> None:
    look_up()
    assert "sender-domain" not in rules()
    record = server.zone.pop(("_dmarc.example.org", "TXT"))
    report = look_up(hours=24)
    assert (report.state, report.bad_since) == (CheckState.BAD, MONDAY + timedelta(hours=24))
    assert "sender-domain" in rules()
    assert look_up(hours=48).bad_since == MONDAY + timedelta(hours=24)
    server.zone["_dmarc.example.org", "TXT"] = record
    assert look_up(hours=72).bad_since is None
    assert "sender-domain" not in rules()


def test_what_could_not_be_looked_up_keeps_its_earlier_result_with_its_age_and_is_asked_again_soon(
    server: DnsServer,
) -> None:
    look_up()
    server.broken |= {"_dmarc.example.org", f"_dmarc.{DOMAIN}"}
    checks = {check.kind: check for check in look_up(hours=24).checks}
    assert (checks["DMARC"].state, checks["DMARC"].looked_up_at[:10]) == (CheckState.GOOD, "2026-11-23")
    assert checks["MX"].looked_up_at[:10] == "2026-11-24"
    assert SendingDomain.objects.get().try_at == MONDAY + timedelta(hours=25)


def test_without_an_api_key_only_what_a_person_ordered_is_looked_up(server: DnsServer, settings: Settings) -> None:
    settings.SENDGRID_API_KEY = ""
    assert (look_up().looked_up_at, server.asked) == (None, [])
    server.zone.clear()
    order_look_up(DOMAIN, by=make.otto(), now=MONDAY)
    assert domain_reports()[0].is_waiting
    assert look_up().state == CheckState.BAD
    assert "sender-domain" not in rules(), "nothing is sent to mailbox providers"
    assert look_up(hours=48).looked_up_at == MONDAY
    record = Record.objects.get()
    assert (record.act, record.who, record.details) == (
        Act.DOMAIN_LOOK_UP_ORDERED, "otto@example.org", {"domain": DOMAIN},
    )  # fmt: skip


def test_only_domains_in_use_are_looked_up_and_only_by_ops() -> None:
    with pytest.raises(InvalidState, match=r"sent from another\.example"):
        order_look_up("another.example", by=make.otto(), now=MONDAY)
    with pytest.raises(NotPermitted):
        order_look_up(DOMAIN, by=make.eddie(), now=MONDAY)
    assert Record.objects.count() == 0


def test_the_rows_follow_the_publications(publication: Publication, settings: Settings) -> None:
    settings.STAFF_EMAIL_SENDER = "desk@staff.example.org"
    make.publication(slug="evening", name="The Evening Post", sender_email=f"late@{DOMAIN}")
    keep_rows()
    assert [(report.domain, report.publications) for report in domain_reports()] == [
        (DOMAIN, ["The Evening Post", "The Morning Post"]),
        ("staff.example.org", []),
    ]
    Publication.objects.update(is_active=False)
    keep_rows()
    assert [row.domain for row in SendingDomain.objects.all()] == ["staff.example.org"]


def test_how_far_a_warm_up_is() -> None:
    WarmUp.objects.create(domain=DOMAIN, starts_on=MONDAY.date() - timedelta(days=1), daily=[250, 500, 1000])
    midnight = MONDAY.replace(hour=0)
    RateWindow.objects.create(scope=f"domain {DOMAIN}", seconds=86_400, starts_at=midnight, readers=120)

    def said(days: int) -> str:
        [day] = warm_up_days(now=MONDAY + timedelta(days=days))
        return day.sentence

    assert said(0) == "Day 2 of 3: 120 of 500 readers submitted on this UTC day."
    assert said(1) == "Day 3 of 3: 0 of 1,000 readers submitted on this UTC day."
    assert said(2) == "Over: no limit any more."
    assert said(-2) == "Begins on 2026-11-22 with 250 readers."
