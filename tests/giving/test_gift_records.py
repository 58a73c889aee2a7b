"""Gifts are taken in from files, each once; what is unclear is named by its line and column, and never guessed."""

import csv
import io
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.audience import suppressions
from newsletter.giving import gift_records
from newsletter.giving.gift_records import KEPT, ReportedGift
from newsletter.giving.import_gifts import GiftImportReport, import_gifts
from newsletter.giving.models import Gift
from newsletter.lib.errors import BadInput
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
HEADER = "email,date,amount,currency,reference"
Import = Callable[..., GiftImportReport]


def nobody(addresses: Collection[str]) -> set[str]:
    """Of these donors, none was erased."""
    return set()


def take(*rows: str, currency: str = "", source: str = "stripe") -> GiftImportReport:
    report = import_gifts([row + "\n" for row in rows], source=source, erased=nobody, currency=currency, now=MONDAY)
    assert report.adds_up
    return report


def test_a_gift_is_kept_with_its_address_in_the_form_in_which_readers_have_theirs() -> None:
    assert take(HEADER, "Rita@Example.ORG,2026-11-20T09:30:00+01:00,25,usd,ch_1") == GiftImportReport(rows=1, added=1)
    gift = Gift.objects.get()
    assert (gift.email, gift.given_at) == ("rita@example.org", datetime(2026, 11, 20, 8, 30, tzinfo=UTC))
    assert (gift.amount, gift.currency, gift.source, gift.reference) == (2500, "USD", "stripe", "ch_1")
    assert (gift.recorded_at, gift.publication, str(gift)) == (MONDAY, None, f"gift {gift.pk}")


def test_a_file_as_platforms_write_it_is_understood() -> None:
    rows = ["\ufeffTransaction ID;Name;Donor Email;Amount;Created At", "t-7;Rita;rita@example.org;1.250,50;2026-11-20"]
    assert take(*rows, currency="eur").added == 1
    gift = Gift.objects.get()
    assert (gift.amount, gift.currency, gift.reference) == (125050, "EUR", "t-7")


@pytest.mark.parametrize(
    ("written", "currency", "amount"),
    [
        ("25", "USD", 2500),
        ("$25.5", "USD", 2550),
        ("1,250.00", "USD", 125000),
        ("25,50", "EUR", 2550),
        ("12 €", "EUR", 1200),
        ("3000", "JPY", 3000),
        ("3,000", "JPY", 3000),
        ("12", "KWD", 12_000),
        ("12.5", "BHD", 12_500),
        ("12.500", "OMR", 12_500),
        ("1,250.500", "JOD", 1_250_500),
        ("1.250,500", "TND", 1_250_500),
        ("12,50", "TND", 12_500),
    ],
)
def test_amounts_are_read_as_people_write_them(written: str, currency: str, amount: int) -> None:
    assert take("email,date,amount", f'rita@example.org,2026-11-20,"{written}"', currency=currency).bad == 0
    assert Gift.objects.get().amount == amount


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("noor,2026-11-20,25,USD,1", "The email address has no @."),
        ("noor@example.org,11/20/2026,25,USD,1", "The date is not a date. Use a format such as 2026-11-24"),
        ("noor@example.org,,25,USD,1", "The date is not a date."),
        ("noor@example.org,2026-11-26,25,USD,1", "The date is in the future."),
        ("noor@example.org,1926-11-20,25,USD,1", "The date is before the year 2000."),
        ("noor@example.org,2026-11-20,a lot,USD,1", "The amount is not an amount."),
        (
            'noor@example.org,2026-11-20,"1.250",USD,1',
            "The amount is not an amount.",
        ),  # a thousand, or one and a quarter?
        ("noor@example.org,2026-11-20,-25,USD,1", "The amount is not an amount."),  # given back
        ("noor@example.org,2026-11-20,0,USD,1", "The amount is zero"),
        ("noor@example.org,2026-11-20,25.50,JPY,1", "The amount has decimals, but JPY has none."),
        ("noor@example.org,2026-11-20,25,dollars,1", "The currency is not three letters. Enter a currency code"),
        ("noor@example.org,2026-11-20,25,noor@example.org,1", "The currency is not three letters."),  # one column on
        ('noor@example.org,2026-11-20,"1,250",KWD,1', "The amount is ambiguous. Use a format such as 1250 or"),
        (f"noor@example.org,2026-11-20,25,USD,{'x' * 101}", "The reference is longer than 100 characters"),
    ],
)
def test_an_unclear_row_is_named_by_line_and_column_and_costs_the_others_nothing(row: str, said: str) -> None:
    report = take(HEADER, "eddie@example.org,2026-11-20,5,USD,0", row)
    assert (report.added, report.bad) == (1, 1)
    [problem] = report.problems
    assert problem.line == 3
    assert said in problem.problem
    assert "noor" not in problem.problem


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("email,amount,currency", "line 1: has no column “date”."),
        ("date,amount,currency", "line 1: has no column “email”."),
        ("email,date,amount", "line 1: has no column “currency”. Or enter one currency"),
        ("email,date,amount,amount,currency", "line 1: has the column “amount” twice: “amount” and “amount”."),
        ("id,Transaction ID,email,date,amount,currency", "twice: “id” and “Transaction ID”."),
    ],
)
def test_a_file_whose_columns_are_unclear_is_refused_as_a_whole(header: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        take(header, "a@example.org,2026-11-20,1,USD,1,2")
    assert said in str(refused.value)
    assert not Gift.objects.exists()


def test_a_repeated_import_changes_nothing_with_references_and_without() -> None:
    for rows in (
        [HEADER, "rita@example.org,2026-11-20,25,USD,1", "rita@example.org,2026-11-20,25,USD,2"],
        ["email,date,amount,currency", "eddie@example.org,2026-11-20,25,USD", "eddie@example.org,2026-11-20,25,USD"],
    ):
        take(*rows)
        before = list(Gift.objects.values())
        assert (again := take(*rows)) == GiftImportReport(rows=2, known=2), again
        assert list(Gift.objects.values()) == before


@pytest.mark.parametrize("status", ["Paid", "succeeded", "SUCCESSFUL", "complete", " Completed "])
def test_what_is_said_to_be_paid_is_a_gift(status: str) -> None:
    report = take(f"{HEADER},Status", f"rita@example.org,2026-11-20,25,USD,1,{status}")
    assert report == GiftImportReport(rows=1, added=1)


@pytest.mark.parametrize("status", ["Failed", "Refunded", "pending", "canceled", "requires_payment_method", ""])
def test_what_is_not_said_to_be_paid_is_none_and_counted_apart(status: str) -> None:
    rows = [f"rita@example.org,2026-11-20,25,USD,1,{status}", "eddie@example.org,2026-11-20,25,USD,2,Paid"]
    assert take(f"{HEADER},Status", *rows) == GiftImportReport(rows=2, added=1, unpaid=1)
    assert [gift.email for gift in Gift.objects.all()] == ["eddie@example.org"]


def test_a_payment_without_an_address_that_failed_is_no_problem() -> None:
    assert take(f"{HEADER},Status", ",,,,,Failed") == GiftImportReport(rows=1, unpaid=1)


@pytest.mark.parametrize(("refunded", "taken"), [("25.00", 0), ("30", 0), ("", 1), ("0", 1), ("0.00", 1), ("24.99", 1)])
def test_what_was_given_back_in_whole_is_no_gift(refunded: str, taken: int) -> None:
    report = take(f"{HEADER},Amount Refunded", f"rita@example.org,2026-11-20,25,USD,1,{refunded}")
    assert report == GiftImportReport(rows=1, added=taken, unpaid=1 - taken)


def test_what_was_given_back_must_be_a_sum() -> None:
    report = take(f"{HEADER},Amount Refunded", "rita@example.org,2026-11-20,25,USD,1,rita@example.org")
    assert "The amount refunded is not an amount." in report.problems[0].problem
    assert "rita" not in report.problems[0].problem


def test_the_same_reference_of_another_source_is_another_gift() -> None:
    row = "rita@example.org,2026-11-20,25,USD,1"
    take(HEADER, row, source="stripe")
    assert take(HEADER, row, source="Donorbox").added == 1
    assert set(Gift.objects.values_list("source", flat=True)) == {"stripe", "donorbox"}


def test_gifts_are_forgotten_when_nobody_is_thanked_for_them_any_more_and_not_taken_in_again() -> None:
    old = MONDAY - KEPT - timedelta(days=1)
    make.gift("rita@example.org", given_at=old)
    kept = make.gift("rita@example.org")
    gift_records.delete_old_gifts(now=MONDAY)
    assert list(Gift.objects.all()) == [kept]
    assert take(HEADER, f"rita@example.org,{old:%Y-%m-%d},25,USD,1") == GiftImportReport(rows=1, old=1)


def test_all_gifts_of_an_address_are_forgotten_on_request() -> None:
    make.gift("rita@example.org")
    make.gift("rita@example.org")
    make.gift("eddie@example.org")
    assert gift_records.delete_gifts_of(" Rita@Example.org ") == 2
    assert gift_records.delete_gifts_of("rita@example.org") == 0
    assert [gift.email for gift in Gift.objects.all()] == ["eddie@example.org"]


CELLS = st.text(max_size=20) | st.sampled_from(
    [
        "rita@example.org",
        "=1+1@example.org",
        "2026-11-20",
        "25",
        "1,5",
        "paid",
        "USD",
        "x",
        "\x00",
        "\u202e",
        "9" * 4400,
    ]
)


@given(
    header=st.permutations(["email", "date", "amount", "currency", "reference", "status", "amount refunded", "note"]),
    rows=st.lists(st.lists(CELLS, max_size=9), max_size=5),
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_a_file_every_row_is_counted_once_and_a_second_reading_adds_nothing(
    header: list[str], rows: list[list[str]]
) -> None:
    file = io.StringIO()
    csv.writer(file).writerows([header, *rows])
    lines = file.getvalue().splitlines(keepends=True)
    try:
        first = import_gifts(lines, source="wild", erased=nobody, now=MONDAY)
    except BadInput:
        return
    before = Gift.objects.count()
    again = import_gifts(lines, source="wild", erased=nobody, now=MONDAY)
    assert first.adds_up
    assert again.adds_up
    assert (again.added, again.rows, again.bad) == (0, first.rows, first.bad)
    assert Gift.objects.count() == before


@given(
    sums=st.lists(st.tuples(st.emails(), st.integers(1, 10**9), st.integers(0, 360)), min_size=1, max_size=8),
)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_written_is_what_is_kept(sums: list[tuple[str, int, int]]) -> None:
    Gift.objects.all().delete()
    file = io.StringIO()
    days = [MONDAY - timedelta(days=days) for _, _, days in sums]
    rows = [
        [email, f"{day:%Y-%m-%d}", f"{cents / 100:.2f}", "USD", f"r{number}"]
        for number, ((email, cents, _), day) in enumerate(zip(sums, days, strict=True))
    ]
    csv.writer(file).writerows([HEADER.split(","), *rows])
    report = import_gifts(file.getvalue().splitlines(keepends=True), source="wild", erased=nobody, now=MONDAY)
    taken = dict(Gift.objects.values_list("reference", "amount"))
    assert len(taken) == report.added == report.rows - report.bad
    assert all(sums[int(reference[1:])][1] == amount for reference, amount in taken.items())
    when = dict(Gift.objects.values_list("reference", "given_at"))
    assert all(days[int(reference[1:])] == at for reference, at in when.items())


def test_recording_the_same_gift_at_the_same_moment_keeps_one() -> None:
    gift = ReportedGift("rita@example.org", MONDAY, 100, "USD", "evt_1")
    assert gift_records.record_gifts([gift, gift], source="stripe", publication=None, now=MONDAY) == 1
    assert gift_records.record_gifts([gift], source="stripe", publication=make.publication(), now=MONDAY) == 0
    assert Gift.objects.get().publication is None


STRIPE = "id,Created date (UTC),Amount,Amount Refunded,Currency,Status,Customer Email"


def test_the_file_that_stripe_exports_is_understood() -> None:
    assert take(STRIPE, "ch_1,2026-11-20 09:30:15,25.00,0.00,usd,Paid,rita@example.org") == GiftImportReport(
        rows=1, added=1
    )
    assert Gift.objects.get().given_at == datetime(2026, 11, 20, 9, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize("again", ["25.00,25.00,usd,Refunded", "25.00,25.00,usd,Paid", ",,,refunded"])
def test_a_gift_that_was_given_back_since_is_no_gift_any_more(again: str) -> None:
    take(STRIPE, "ch_1,2026-11-20 09:30:15,25.00,0.00,usd,Paid,rita@example.org")
    make.gift("rita@example.org", source="donorbox", reference="ch_1")
    row = f"ch_1,2026-11-20 09:30:15,{again},rita@example.org"
    assert take(STRIPE, row) == GiftImportReport(rows=1, unpaid=1, removed=1)
    assert [gift.source for gift in Gift.objects.all()] == ["donorbox"]
    assert take(STRIPE, row) == GiftImportReport(rows=1, unpaid=1)


@pytest.mark.parametrize("order", [1, -1])
def test_a_file_that_tells_of_a_gift_and_that_it_was_given_back_tells_of_none(order: int) -> None:
    rows = [
        f"ch_1,2026-11-20,25,{back},usd,{status},rita@example.org" for back, status in ((0, "Paid"), (25, "Refunded"))
    ]
    assert take(STRIPE, *rows[::order]).adds_up
    assert not Gift.objects.exists()


def test_without_references_the_one_of_two_equal_gifts_that_was_not_given_back_is_kept() -> None:
    header, row = "email,date,amount,currency,status", "rita@example.org,2026-11-20,25,usd"
    take(header, f"{row},Paid")
    assert take(header, f"{row},Refunded", f"{row},Paid") == GiftImportReport(rows=2, unpaid=1, known=1)
    assert take(header, f"{row},Refunded") == GiftImportReport(rows=1, unpaid=1, removed=1)
    assert not Gift.objects.exists()


@pytest.mark.parametrize("status", ["Failed", "pending", "canceled"])
def test_what_never_was_paid_takes_back_nothing(status: str) -> None:
    """An older file of the same payments must not have its giver asked again."""
    take(STRIPE, "ch_1,2026-11-20,25,0,usd,Paid,rita@example.org")
    assert take(STRIPE, f"ch_1,2026-11-20,25,0,usd,{status},rita@example.org") == GiftImportReport(rows=1, unpaid=1)
    assert Gift.objects.exists()


@pytest.mark.parametrize("status", ["Partial refund", "partially_refunded"])
def test_a_gift_of_which_a_part_was_given_back_is_a_gift(status: str) -> None:
    assert take(STRIPE, f"ch_1,2026-11-20,25,10,usd,{status},rita@example.org").added == 1


def test_without_references_the_same_sum_to_two_publications_on_one_day_is_two_gifts() -> None:
    lines = ["email,date,amount,currency\n", "rita@example.org,2026-11-20,25,usd\n"]
    for publication in (make.publication(), make.publication(), None):
        report = import_gifts(lines, source="stripe", erased=nobody, publication=publication, now=MONDAY)
        assert (
            report.added,
            import_gifts(lines, source="stripe", erased=nobody, publication=publication, now=MONDAY).known,
        ) == (1, 1)


@pytest.mark.parametrize(
    ("time_zone", "at"),
    [
        (None, datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 20, 17, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 11, 19, 23, tzinfo=UTC)),
    ],
)
def test_a_gift_with_only_a_day_counts_as_noon_on_the_publication_s_clock(time_zone: str | None, at: datetime) -> None:
    publication = make.publication(time_zone=time_zone) if time_zone else None
    lines = ["email,date,amount,currency\n", "rita@example.org,2026-11-20,25,usd\n"]
    import_gifts(lines, source="stripe", erased=nobody, publication=publication, now=MONDAY)
    assert Gift.objects.get().given_at == at


def test_the_gifts_of_an_erased_person_are_counted_and_not_recorded_again() -> None:
    suppressions.remember_erased("rita@example.org")
    lines = [f"{HEADER}\n", "RITA@example.org,2026-11-20,25,usd,ch_1\n", "ada@example.org,2026-11-20,25,usd,ch_2\n"]
    report = import_gifts(lines, source="stripe", erased=suppressions.erased, now=MONDAY)
    assert report == GiftImportReport(rows=2, added=1, erased=1)
    assert report.adds_up
    assert Gift.objects.get().email == "ada@example.org"
