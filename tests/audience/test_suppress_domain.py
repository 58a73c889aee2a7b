"""A suppressed domain bars the addresses that are stored, and those that come later."""

from datetime import datetime

import pytest

from newsletter.audience import suppressions
from newsletter.audience.consent_events import ConsentEvidence
from newsletter.audience.import_subscribers import import_subscribers
from newsletter.audience.models import ConsentMethod, Suppression
from newsletter.audience.reachable_subscribers import reachable
from newsletter.audience.sign_up import sign_up
from newsletter.audience.suppress_domain import remove_domain, suppress_domain
from newsletter.lib.errors import InvalidState
from newsletter.publications.models import Publication
from tests.support import factories as make


def test_later_addresses_of_a_suppressed_domain_are_neither_imported_nor_signed_up(
    publication: Publication, now: datetime
) -> None:
    suppress_domain("münchen.example", detail="letter of 3 May", actor="Anna")
    lines = ["a@münchen.example\n", "b@sub.xn--mnchen-3ya.example\n"]
    report = import_subscribers(publication, lines, source="form", now=now)
    assert (report.suppressed, report.added) == (1, 1)
    page = ConsentEvidence(ConsentMethod.SIGN_UP_PAGE, "/j/morning")
    assert not sign_up(publication, email="c@münchen.example", evidence=page, now=now)
    assert suppressions.suppressed(["c@xn--mnchen-3ya.example", "d@example.org"]) == {"c@xn--mnchen-3ya.example"}
    suppressions.remember_erased("e@xn--mnchen-3ya.example")
    assert not suppressions.remove_own_request("f@xn--mnchen-3ya.example")
    assert suppressions.suppression_notice("f@xn--mnchen-3ya.example").startswith("We do not send emails")
    assert Suppression.objects.filter(domain="xn--mnchen-3ya.example").exists()


def test_an_import_that_names_a_reader_s_own_reason_keeps_it_when_a_domain_is_lifted(
    publication: Publication, now: datetime
) -> None:
    suppressions.suppress("a@example.org", reason="complaint")
    import_subscribers(publication, ["b@example.org\n"], source="form", now=now)
    suppress_domain("example.org")
    assert remove_domain("example.org")
    assert list(Suppression.objects.values_list("email", "reason")) == [("a@example.org", "complaint")]


def test_a_reason_of_an_address_outlasts_the_suppression_of_its_domain(publication: Publication) -> None:
    for name in "abc":
        make.reader(publication, email=f"{name}@example.org")
    suppress_domain("example.org")
    suppressions.suppress("a@example.org", reason="person", detail="by phone")
    suppressions.suppress_all({"b@example.org": ("complaint", "event")})
    assert remove_domain("example.org")
    rows = Suppression.objects.order_by("email").values_list("email", "reason", "detail")
    assert list(rows) == [("a@example.org", "person", "by phone"), ("b@example.org", "complaint", "event")]


def test_an_address_is_not_lifted_out_of_its_suppressed_domain(publication: Publication, now: datetime) -> None:
    reader = make.reader(publication, email="a@example.org")
    suppress_domain("example.org")
    with pytest.raises(InvalidState, match="whole domain"):
        suppressions.remove_suppression("a@example.org", now=now)
    assert reachable(publication.pk, [reader.pk], day=now.date()) == []
