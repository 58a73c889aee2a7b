"""Who gave lately is thanked and not asked, also when the gift came after the dispatch opened; and nobody is lost."""

from contextlib import nullcontext
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.audience import subscriptions
from newsletter.audience.models import Subscriber
from newsletter.delivery.dispatches import open_dispatch, recovery
from newsletter.delivery.ledger import missing_readers
from newsletter.delivery.ledger.packed_ids import unpack
from newsletter.delivery.ledger.progress import progress
from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.recipients import batch_recipients, recent_donors
from newsletter.delivery.sending import send_batches
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState
from newsletter.editions.models import Variant
from newsletter.giving import gift_records
from newsletter.giving.models import Gift
from newsletter.mail.provider_errors import ProviderError, RetryLater
from newsletter.mail.sendgrid.mail_send_client import Client
from newsletter.postbox.postbox import Postbox
from newsletter.publications.models import Publication
from tests.delivery.living import System, living
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.long]
A_MINUTE_LATER = MONDAY + timedelta(minutes=1)


def asking(readers: int, **appeal: Any) -> tuple[Publication, list[str]]:
    """A publication with an appeal, and its readers' addresses in the order of their ids."""
    publication = make.publication()
    make.appeal(publication, **appeal)
    make.readers(publication, readers)
    return publication, list(Subscriber.objects.order_by("pk").values_list("email", flat=True))


def opened(publication: Publication, *, size: int = 1000) -> Dispatch:
    with override_settings(DISPATCH_BATCH_SIZE=size):
        dispatch = open_dispatch.open_dispatch(make.approved_edition(publication).pk, now=MONDAY)
    assert dispatch is not None
    return dispatch


def gave_since(email: str, **said: Any) -> None:
    """A gift that we are told of a minute after the dispatch opened."""
    make.gift(email, recorded_at=A_MINUTE_LATER, **said)


def people(dispatch: Dispatch, variant: Variant) -> list[str]:
    """Who stands in batches of this letter, by address."""
    batches = dispatch.batches.filter(letter__variant=variant).order_by("number")
    ids = [one for batch in batches for one in unpack(batch.subscribers)]
    known = Subscriber.objects.in_bulk(ids)
    return [known[one].email for one in ids]


def send_all(client: Client, *, now: datetime = A_MINUTE_LATER) -> None:
    """What the tick and the workers do, until there is nothing to do."""
    for _ in range(50):
        due = recovery.batches_to_enqueue(now=now, limit=1000)
        send_batches.send_all(due, client=client, clock=partial(lambda at: at, now), connections=1)
        recovery.finish_completed(now=now)
        if not due:
            return
        now += timedelta(seconds=15)
    raise AssertionError("it never ends")


def letters(postbox: Postbox) -> dict[str, list[bool]]:
    """By address, of each letter that came: does it ask?"""
    found: dict[str, list[bool]] = {}
    for letter in postbox.letters():
        found.setdefault(letter["address"], []).append("https://post.example.org/give" in letter["html"])
    return found


def test_who_gave_lately_is_frozen_into_batches_of_the_letter_that_thanks(client: Client, postbox: Postbox) -> None:
    publication, emails = asking(7)
    for number in (1, 4, 4, 6):
        make.gift(emails[number])
    dispatch = opened(publication, size=3)
    donors = [emails[number] for number in (1, 4, 6)]
    assert people(dispatch, Variant.THANKS) == donors
    assert people(dispatch, Variant.DEFAULT) == [email for email in emails if email not in donors]
    assert [batch.number for batch in dispatch.batches.order_by("number")] == [1, 2, 3]
    assert (dispatch.candidates, dispatch.planned) == (7, 7)
    send_all(client)
    assert letters(postbox) == {email: [email not in donors] for email in emails}


@pytest.mark.parametrize(
    ("said", "thanked"),
    [
        # seven in the morning in New York; the thirtieth day before began eight hours earlier, at 04:00 UTC
        ({"given_at": MONDAY - timedelta(days=30, hours=7)}, True),
        ({"given_at": MONDAY - timedelta(days=30, hours=8, seconds=1)}, False),
        ({"given_at": MONDAY + timedelta(hours=1)}, True),
    ],
)
def test_how_long_a_gift_is_fresh_is_counted_back_from_when_the_edition_is_due(
    said: dict[str, Any], thanked: bool
) -> None:
    publication, [rita] = asking(1)
    make.gift(rita, **said)
    assert people(opened(publication), Variant.THANKS) == ([rita] if thanked else [])


def test_days_are_whole_ones_of_the_publication_s_clock_so_yesterday_s_giver_is_thanked() -> None:
    publication, [rita, eddie] = asking(2, thanks_days=1)
    make.gift(rita, given_at=datetime(2026, 11, 22, 5, tzinfo=UTC))  # yesterday began in New York
    make.gift(eddie, given_at=datetime(2026, 11, 22, 4, 59, 59, tzinfo=UTC))
    assert people(opened(publication), Variant.THANKS) == [rita]


def test_an_appeal_that_thanks_nobody_has_no_letter_of_thanks() -> None:
    publication, [rita] = asking(1, thanks_days=0)
    make.gift(rita)
    dispatch = opened(publication)
    assert dispatch.thank_gifts_since is None
    assert not dispatch.edition.letters.filter(variant=Variant.THANKS).exists()
    assert people(dispatch, Variant.DEFAULT) == [rita]


def test_a_gift_for_one_publication_is_no_reason_for_another_to_thank() -> None:
    publication, [rita, eddie] = asking(2)
    make.gift(rita, publication=make.publication())
    make.gift(eddie, publication=publication)
    dispatch = opened(publication)
    assert people(dispatch, Variant.THANKS) == [eddie]
    gave_since(rita, publication=make.publication())
    [claimed] = send_batches.claim_batches(
        [dispatch.batches.get(letter__variant=Variant.DEFAULT).pk], now=A_MINUTE_LATER
    )
    assert len(claimed.subscribers) == 1


def test_by_local_time_donors_are_parted_from_others_of_the_same_clock() -> None:
    publication = make.publication(time_zone="Europe/London", local_time=True)
    make.appeal(publication)
    zones = ["Europe/Paris", "Europe/Paris", "Europe/London", "Europe/London"]
    emails = [make.reader(publication, time_zone=zone).email for zone in zones]
    make.gift(emails[1])
    make.gift(emails[3])
    make.story(publication)
    due = MONDAY - timedelta(hours=1)
    edition = make.approved_edition(publication, due_at=due)
    edition.local_send_time = time(12)
    edition.save()
    dispatch = open_dispatch.open_dispatch(edition.pk, now=due)
    assert dispatch is not None
    found = {(batch.due_at, batch.letter.variant): batch.count for batch in dispatch.batches.select_related("letter")}
    assert found == {(at, variant): 1 for at in (due, MONDAY) for variant in (Variant.DEFAULT, Variant.THANKS)}


def test_where_nobody_gave_the_audience_is_read_by_the_same_statements_as_ever() -> None:
    def statements(**appeal: Any) -> list[str]:
        publication, _ = asking(3, **appeal)
        edition = make.approved_edition(publication)
        with CaptureQueriesContext(connection) as told:
            open_dispatch.open_dispatch(edition.pk, now=MONDAY)
        return [one["sql"] for one in told if "audience_subscriber" in one["sql"]]

    plain, thanking = statements(thanks_days=0), statements()
    assert len(plain) == len(thanking)
    assert not any("giving_gift" in one for one in thanking)


def test_a_claim_asks_for_gifts_once_where_givers_are_thanked_and_not_at_all_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[datetime] = []
    whole = gift_records.any_recorded

    def watched(*, since: datetime) -> bool:
        asked.append(since)
        return whole(since=since)

    monkeypatch.setattr(gift_records, "any_recorded", watched)
    for thanks_days, questions in ((30, 1), (0, 0)):
        publication, _ = asking(4, thanks_days=thanks_days)
        batches = list(opened(publication, size=2).batches.values_list("pk", flat=True))
        asked.clear()
        assert len(send_batches.claim_batches(batches, now=MONDAY)) == 2
        assert len(asked) == questions


def test_a_gift_that_comes_after_the_opening_moves_its_giver_to_the_letter_that_thanks(
    client: Client, postbox: Postbox
) -> None:
    publication, emails = asking(6)
    make.gift(emails[0])
    dispatch = opened(publication, size=3)
    gave_since(emails[2])
    gave_since(emails[3])
    gave_since(emails[5])
    send_all(client)
    dispatch.refresh_from_db()
    donors = {emails[number] for number in (0, 2, 3, 5)}
    assert letters(postbox) == {email: [email not in donors] for email in emails}
    done = progress(dispatch)
    assert (done.accepted, done.planned, done.adds_up, dispatch.state) == (6, 6, True, DispatchState.FINISHED)
    assert sorted(dispatch.batches.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    assert list(missing_readers.missing_readers(dispatch)) == []


def test_a_batch_in_which_everybody_gave_gets_the_other_letter_itself(client: Client, postbox: Postbox) -> None:
    publication, emails = asking(2)
    dispatch = opened(publication)
    for email in emails:
        gave_since(email)
    send_all(client)
    assert dispatch.batches.get().letter.variant == Variant.THANKS
    assert letters(postbox) == {email: [False] for email in emails}


def test_a_gift_of_which_we_were_told_while_the_dispatch_opened_is_not_passed_over(client: Client) -> None:
    publication, [rita, _] = asking(2)
    dispatch = opened(publication)
    make.gift(rita, recorded_at=MONDAY - timedelta(minutes=5))  # its transaction ended after the opening
    send_all(client)
    assert people(dispatch, Variant.THANKS) == [rita]


def test_an_old_gift_of_which_we_hear_late_moves_nobody(client: Client) -> None:
    publication, [rita] = asking(1)
    dispatch = opened(publication)
    gave_since(rita, given_at=MONDAY - timedelta(days=40))
    send_all(client)
    assert people(dispatch, Variant.THANKS) == []


def test_while_the_dispatch_opens_a_batch_with_a_late_giver_waits(
    client: Client, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_dispatch, "CHUNK_SIZE", 2)
    monkeypatch.setattr(open_dispatch, "FIRST_PART_CHUNKS", 1)
    publication, emails = asking(4)
    dispatch = opened(publication)
    assert dispatch.frozen_up_to_id is not None
    gave_since(emails[1])
    assert (
        send_batches.claim_batches(recovery.batches_to_enqueue(now=A_MINUTE_LATER, limit=9), now=A_MINUTE_LATER) == []
    )
    assert dispatch.batches.get().state == BatchState.PENDING
    while open_dispatch.continue_opening(dispatch.pk):
        pass
    send_all(client)
    assert letters(postbox) == {email: [email != emails[1]] for email in emails}
    dispatch.refresh_from_db()
    assert (dispatch.state, progress(dispatch).adds_up) == (DispatchState.FINISHED, True)


def refuse_for_now(batch: Batch) -> None:
    """Try it once; the provider asks to be asked later."""
    claimed = send_batches.claim(batch.pk, now=MONDAY)
    assert claimed is not None
    attempt = send_batches.begin_attempt(claimed, batch_recipients.resolve_recipients(claimed), now=MONDAY)
    assert attempt is not None
    answer: ProviderError = RetryLater("busy", status=429)
    assert send_batches.record_result(attempt, answer, now=MONDAY) == AttemptStatus.LATER


def test_a_gift_that_comes_while_a_claimed_batch_waits_for_others_is_heard_of(
    client: Client, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication, emails = asking(4)
    dispatch = opened(publication, size=2)
    whole = Client.send
    calls: list[bytes] = []

    def during_the_first(self: Client, body: bytes, **how: Any) -> Any:
        if not calls:
            gave_since(emails[3])
        calls.append(body)
        return whole(self, body, **how)

    monkeypatch.setattr(Client, "send", during_the_first)
    both = list(dispatch.batches.order_by("number").values_list("pk", flat=True))
    claimed = send_batches.claim_batches(both, now=A_MINUTE_LATER)
    assert len(claimed) == 2
    for batch in claimed:
        send_batches._send(batch, client, lambda: A_MINUTE_LATER, nullcontext())
    assert len(calls) == 1, "the second was given back"
    send_all(client)
    assert letters(postbox) == {email: [email != emails[3]] for email in emails}


def test_a_giver_who_is_moved_out_of_a_split_batch_is_still_known_as_one_of_those_it_was_about(client: Client) -> None:
    publication, emails = asking(3)
    dispatch = opened(publication)
    whole = dispatch.batches.get()
    part = Batch.objects.create(
        dispatch=dispatch, number=2, letter=whole.letter, subscribers=whole.subscribers, count=3,
        due_at=whole.due_at, split_from=whole,
    )  # fmt: skip
    Batch.objects.filter(pk=whole.pk).update(state=BatchState.SPLIT)
    gave_since(emails[1])
    assert send_batches.claim(part.pk, now=A_MINUTE_LATER)
    assert Batch.objects.get(letter__variant=Variant.THANKS).split_from == whole


def test_when_the_givers_cannot_be_looked_up_the_claim_is_given_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication, _ = asking(3)
    dispatch = opened(publication)

    def away(**_: Any) -> bool:
        raise OperationalError("the database is away")

    batch = dispatch.batches.get()
    monkeypatch.setattr(gift_records, "any_recorded", away)
    with pytest.raises(OperationalError):
        send_batches.claim(batch.pk, now=A_MINUTE_LATER)
    assert dispatch.batches.get().state == BatchState.PENDING


def test_a_batch_that_is_tried_again_is_looked_at_again(client: Client, postbox: Postbox) -> None:
    publication, emails = asking(3)
    dispatch = opened(publication)
    refuse_for_now(dispatch.batches.get())
    gave_since(emails[1])
    subscriptions.unsubscribe(
        subscriber_id=Subscriber.objects.get(email=emails[2]).pk, publication_id=publication.pk, by="page", now=MONDAY
    )
    send_all(client, now=MONDAY + timedelta(minutes=30))
    assert letters(postbox) == {emails[0]: [True], emails[1]: [False]}
    dispatch.refresh_from_db()
    done = progress(dispatch)
    assert (done.accepted, done.left_since, done.adds_up) == (2, 1, True)
    assert [one.email for one in missing_readers.missing_readers(dispatch)] == [emails[2]]
    assert Attempt.objects.filter(batch__dispatch=dispatch).count() == 3


def test_one_claim_moves_a_giver_once_also_when_its_worker_is_lost(client: Client, postbox: Postbox) -> None:
    publication, emails = asking(3)
    dispatch = opened(publication)
    gave_since(emails[0])
    assert send_batches.claim(dispatch.batches.get().pk, now=A_MINUTE_LATER) is not None
    later = A_MINUTE_LATER + timedelta(hours=1)
    assert recovery.release_abandoned(now=later) == 1
    send_all(client, now=later)
    assert letters(postbox) == {email: [email != emails[0]] for email in emails}
    assert dispatch.batches.count() == 2


def test_a_claim_that_was_lost_to_another_worker_moves_nobody() -> None:
    publication, emails = asking(3)
    dispatch = opened(publication)
    first = send_batches.claim(dispatch.batches.get().pk, now=A_MINUTE_LATER)
    assert first is not None
    later = A_MINUTE_LATER + timedelta(hours=1)
    assert recovery.release_abandoned(now=later) == 1
    assert send_batches.claim(first.pk, now=later) is not None
    gave_since(emails[0])
    assert recent_donors.move_late_donors([first]) == []
    batch = dispatch.batches.get()
    assert (batch.count, batch.state) == (3, BatchState.CLAIMED)


@given(
    before=st.sets(st.integers(0, 11)),
    since=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 3))),
    size=st.integers(1, 6),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whoever_gives_whenever_everybody_gets_one_letter_and_no_known_giver_is_asked(
    before: set[int], since: list[tuple[int, int]], size: int, client: Client
) -> None:
    """Gifts come while batches are claimed one after the other; each is known from then on."""
    Gift.objects.all().delete()
    Subscriber.objects.all().delete()
    publication, emails = asking(12)
    for number in before:
        make.gift(emails[number])
    dispatch = opened(publication, size=size)
    known = {emails[number] for number in before}
    turn, stood = 0, []
    while batch := dispatch.batches.filter(state=BatchState.PENDING).order_by("number").first():
        for number in (number for number, at in since if at == turn):
            gave_since(emails[number])
            known.add(emails[number])
        turn += 1
        claimed = send_batches.claim(batch.pk, now=A_MINUTE_LATER)
        assert claimed is not None
        letter = dispatch.edition.letters.get(pk=claimed.letter_id)
        there = {Subscriber.objects.get(pk=one).email for one in claimed.subscribers}
        assert letter.variant == Variant.THANKS or not there & known
        assert letter.variant == Variant.DEFAULT or there <= known
        stood += sorted(there)
        assert progress(dispatch).adds_up
    assert sorted(stood) == sorted(emails)


@pytest.mark.parametrize("submitted", [False, True])
def test_ahead_of_its_time_a_giver_is_moved_until_the_letter_is_with_the_provider(
    submitted: bool, tmp_path: Path
) -> None:
    with living(tmp_path / "ahead.sqlite3") as system, override_settings(DISPATCH_LEASE=300):
        _ahead(system, submitted=submitted)


def _ahead(system: System, *, submitted: bool) -> None:
    publication = make.publication(schedule_ahead_minutes=60, lead_minutes=120)
    make.appeal(publication)
    make.readers(publication, 3)
    emails = list(Subscriber.objects.order_by("pk").values_list("email", flat=True))
    make.approved_edition(publication, due_at=MONDAY)
    system.at(-59)
    if submitted:
        system.live()
    else:
        system.open()
    make.gift(emails[0], recorded_at=system.clock())
    system.live().live_until(2)
    found = letters(system.postbox)
    assert found == {email: [submitted or email != emails[0]] for email in emails}
    assert system.dispatch.groups.count() == 1


@pytest.mark.django_db(transaction=True)
def test_several_workers_at_once_part_the_batches_of_one_dispatch_without_a_quarrel(
    client: Client, postbox: Postbox
) -> None:
    publication, emails = asking(48)
    dispatch = opened(publication, size=4)
    for email in emails[1::4]:
        gave_since(email)
    now = A_MINUTE_LATER
    for _ in range(50):
        if not (due := recovery.batches_to_enqueue(now=now, limit=1000)):
            break
        send_batches.send_all(due, client=client, clock=partial(lambda at: at, now), connections=4)
        now += timedelta(seconds=15)
    assert letters(postbox) == {email: [number % 4 != 1] for number, email in enumerate(emails)}
    numbers = sorted(dispatch.batches.values_list("number", flat=True))
    assert numbers == list(range(1, 25))
    assert (progress(dispatch).accepted, progress(dispatch).adds_up) == (48, True)
