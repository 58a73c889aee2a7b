"""What events do: attempts that are proved, addresses that are suppressed, readers who have left."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from newsletter.audience import subscribe, suppressions
from newsletter.audience.models import Subscriber, Subscription, SubscriptionStatus, Suppression, SuppressionReason
from newsletter.delivery.dispatches import recovery, settle_batch
from newsletter.delivery.ledger import installation
from newsletter.delivery.ledger.progress import progress
from newsletter.delivery.models import Attempt, Batch, Dispatch, Installation
from newsletter.delivery.sending import send_batches
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState
from newsletter.insights import process_events
from newsletter.insights.models import ReaderOutcome
from newsletter.mail.message import Receipt
from newsletter.mail.provider_errors import RetryLater, Uncertain
from tests.insights.conftest import Given, begun, come_in, ended, event
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=1)
Opener = Callable[..., Dispatch]
TAKEN = Receipt(202, "abcdefghijklmnopqrstuv")
BARE: Given = {"nl_dispatch": None, "nl_batch": None, "nl_attempt": None, "nl_subscriber": None, "sg_message_id": None}


def test_one_event_settles_an_uncertain_batch_and_finishes_its_dispatch(opened: Opener) -> None:
    attempt = ended(opened(), Uncertain("no answer"))
    recovery.finish_completed(now=MONDAY)
    come_in([event(attempt, "processed", reader=2)])
    dispatch = Dispatch.objects.get()
    assert (dispatch.state, progress(dispatch).complete) == (DispatchState.FINISHED, True)
    attempt.refresh_from_db()
    assert (attempt.status, attempt.settled_by) == (AttemptStatus.ACCEPTED, "proved accepted by event “processed”")


def test_a_drop_proves_as_well_that_the_provider_took_the_call(opened: Opener) -> None:
    attempt = ended(opened(), Uncertain("no answer"))
    come_in([event(attempt, "dropped", reason="Unsubscribed Address")])
    assert Batch.objects.get().state == BatchState.ACCEPTED


def test_only_the_batch_that_is_proved_is_settled(opened: Opener) -> None:
    dispatch = opened(readers=2, size=1)
    first, second = (ended(dispatch, Uncertain("no answer"), number) for number in (1, 2))
    come_in([event(second)])
    first.batch.refresh_from_db()
    assert first.batch.state == BatchState.UNCERTAIN
    assert progress(dispatch).accepted == 1


def test_events_that_come_while_the_worker_is_in_the_call_are_as_good_as_its_answer(opened: Opener) -> None:
    attempt = begun(opened())
    come_in([event(attempt, "processed")])
    assert Batch.objects.get().state == BatchState.ACCEPTED
    assert send_batches.record_result(attempt, Uncertain("no answer"), now=LATER) is None
    assert Batch.objects.get().state == BatchState.ACCEPTED
    assert recovery.release_abandoned(now=LATER) == 0


def test_evidence_that_comes_before_a_batch_is_sent_again_spares_its_readers_a_second_letter(opened: Opener) -> None:
    dispatch = opened()
    attempt = ended(dispatch, Uncertain("no answer"))
    settle_batch.send_again(attempt.batch, by="Otto", now=MONDAY)
    come_in([event(attempt)])
    come_in([event(attempt)])
    attempt.refresh_from_db()
    assert Batch.objects.get().state == BatchState.ACCEPTED
    assert attempt.status == AttemptStatus.ACCEPTED
    assert attempt.settled_by == "Otto: send again; proved accepted by event “delivered”"


def test_evidence_of_an_older_attempt_does_not_touch_a_newer_one(opened: Opener) -> None:
    dispatch = opened()
    first = ended(dispatch, Uncertain("no answer"))
    settle_batch.send_again(first.batch, by="Otto", now=MONDAY)
    second = begun(dispatch)
    come_in([event(first)])
    assert Batch.objects.get().state == BatchState.CALLING
    assert send_batches.record_result(second, TAKEN, now=LATER) == AttemptStatus.ACCEPTED


def test_evidence_after_a_person_counted_it_as_accepted_changes_nothing(opened: Opener) -> None:
    attempt = ended(opened(), Uncertain("no answer"))
    settle_batch.count_as_accepted(attempt.batch, by="Otto", now=MONDAY)
    come_in([event(attempt)])
    attempt.refresh_from_db()
    assert attempt.settled_by == "Otto: count as accepted"


def test_evidence_against_what_was_taken_for_a_no_is_believed(opened: Opener) -> None:
    attempt = ended(opened(), RetryLater("no connection"))
    come_in([event(attempt)])
    attempt.refresh_from_db()
    assert attempt.settled_by == "proved accepted by event “delivered”"
    assert Batch.objects.get().state == BatchState.ACCEPTED


def test_an_attempt_that_is_gone_settles_nothing() -> None:
    assert not settle_batch.settle_by_evidence(4711, evidence="event “delivered”", now=MONDAY)


@pytest.mark.parametrize(
    "wrong", [{"nl_batch": "77"}, {"nl_subscriber": "99999"}, {"timestamp": 1_000_000_000}, {"nl_batch": None}]
)
def test_an_event_whose_ids_do_not_agree_with_the_ledger_proves_nothing(opened: Opener, wrong: Given) -> None:
    attempt = ended(opened(), Uncertain("no answer"))
    come_in([event(attempt, **wrong)])
    assert Batch.objects.get().state == BatchState.UNCERTAIN
    come_in([event(attempt)])
    assert Batch.objects.get().state == BatchState.ACCEPTED


@pytest.mark.parametrize(
    ("word", "more", "reason"),
    [
        ("bounce", {"type": "bounce"}, SuppressionReason.HARD_BOUNCE),
        ("spamreport", {}, SuppressionReason.COMPLAINT),
        ("dropped", {"reason": "Bounced Address"}, SuppressionReason.HARD_BOUNCE),
        ("dropped", {"reason": "Invalid"}, SuppressionReason.HARD_BOUNCE),
        ("dropped", {"reason": "Spam Reporting Address"}, SuppressionReason.COMPLAINT),
        ("dropped", {"reason": "Unsubscribed Address"}, SuppressionReason.PROVIDER),
        ("bounce", {"type": "blocked"}, None),
        ("dropped", {"reason": "Spam Content"}, None),
        ("dropped", {"reason": "Recipient List over Package Quota"}, None),
        ("deferred", {}, None),
    ],
)
@pytest.mark.parametrize("ids", [{}, BARE], ids=["with our ids", "by address"])
def test_what_says_something_about_the_address_suppresses_it(
    opened: Opener, word: str, more: Given, reason: SuppressionReason | None, ids: Given
) -> None:
    posted = event(ended(opened(), TAKEN), word, **more, **ids)
    come_in([posted], [posted])
    found = Suppression.objects.values_list("email", "reason")
    assert list(found) == ([(posted["email"], reason)] if reason else [])


def test_the_address_of_a_stranger_is_not_kept() -> None:
    come_in([{"event": "bounce", "type": "bounce", "email": "stranger@example.com", "timestamp": 1}])
    assert not Suppression.objects.exists()


def test_whoever_unsubscribes_at_the_provider_leaves_the_publication_of_that_letter_only(opened: Opener) -> None:
    attempt = ended(opened(), TAKEN)
    posted = event(attempt, "group_unsubscribe")
    reader = Subscriber.objects.get(email=posted["email"])
    other = Subscription.objects.create(
        publication=make.publication(), subscriber=reader, status=SubscriptionStatus.ACTIVE, consent_at=MONDAY
    )
    come_in([posted])
    other.refresh_from_db()
    left = Subscription.objects.get(subscriber=reader, publication=attempt.batch.dispatch.edition.publication)
    assert (left.status, left.unsubscribed_via, other.status) == (
        SubscriptionStatus.UNSUBSCRIBED,
        "provider",
        SubscriptionStatus.ACTIVE,
    )


def test_an_unsubscribe_that_names_nothing_but_the_address_leaves_all(opened: Opener) -> None:
    posted = event(ended(opened(), TAKEN), "unsubscribe", **BARE)
    come_in([posted])
    assert Subscription.objects.get(subscriber__email=posted["email"]).status == SubscriptionStatus.UNSUBSCRIBED


def test_a_repetition_does_not_undo_what_a_person_decided_since(opened: Opener) -> None:
    attempt = ended(opened(), TAKEN)
    posted = [event(attempt, "bounce", reader=0), event(attempt, "unsubscribe", reader=1)]
    come_in(posted)
    suppressions.remove_suppression(posted[0]["email"], now=LATER)
    Subscription.objects.filter(subscriber__email=posted[1]["email"]).update(
        status=SubscriptionStatus.ACTIVE, consent_at=LATER
    )
    come_in(posted, now=LATER)
    assert not Suppression.objects.exists()
    assert Subscription.objects.get(subscriber__email=posted[1]["email"]).status == SubscriptionStatus.ACTIVE


def test_consent_given_after_an_old_unsubscribe_stands(opened: Opener) -> None:
    posted = event(ended(opened(), TAKEN), "unsubscribe", after=60)
    Subscription.objects.filter(subscriber__email=posted["email"]).update(consent_at=LATER)
    come_in([posted], now=LATER)
    assert Subscription.objects.get(subscriber__email=posted["email"]).status == SubscriptionStatus.ACTIVE


def test_a_post_absorbed_twice_after_a_crash_gives_the_same(opened: Opener) -> None:
    attempt = ended(opened(), Uncertain("no answer"))
    come_in([event(attempt), event(attempt, "bounce", reader=1, type="bounce")])
    before = (Suppression.objects.count(), Attempt.objects.get().settled_by)
    come_in([event(attempt), event(attempt, "bounce", reader=1, type="bounce")])
    assert process_events.process_posts(now=LATER) == 0
    assert (Suppression.objects.count(), Attempt.objects.get().settled_by) == before


FOREIGN: Given = BARE | {"sg_message_id": "zzzzzzzzzzzzzzzzzzzzzz.recvd-9"}


@pytest.mark.parametrize(
    ("word", "more"),
    [
        ("group_unsubscribe", {"asm_group_id": 77}),
        ("unsubscribe", {}),
        ("spamreport", {}),
        ("bounce", {"type": "bounce"}),
        ("dropped", {"reason": "Bounced Address"}),
    ],
)
def test_what_comes_of_another_programs_mail_is_not_ours(opened: Opener, word: str, more: Given) -> None:
    posted = event(ended(opened(), TAKEN), word, **more, **FOREIGN, category=["shop"], order="4711")
    come_in([posted])
    assert Subscription.objects.get(subscriber__email=posted["email"]).status == SubscriptionStatus.ACTIVE
    assert not Suppression.objects.exists()
    assert not ReaderOutcome.objects.exists()


def test_only_a_cancel_that_did_not_hold_is_logged_as_one(opened: Opener, caplog: pytest.LogCaptureFixture) -> None:
    uncertain, cancelled = (ended(opened(), Uncertain("no answer")) for _ in range(2))
    Attempt.objects.filter(pk=cancelled.pk).update(status=AttemptStatus.CANCELLED)
    come_in([event(uncertain), event(cancelled, "dropped")])
    assert "cancel.did_not_hold" not in caplog.text
    come_in([event(cancelled)])
    assert caplog.text.count("cancel.did_not_hold") == 1


def test_a_late_event_that_names_only_the_message_proves_the_cancelled_call_of_that_message(opened: Opener) -> None:
    attempt = ended(opened(), TAKEN)
    Attempt.objects.filter(pk=attempt.pk).update(status=AttemptStatus.CANCELLED)
    come_in([event(attempt, **BARE | {"sg_message_id": f"{TAKEN.provider_id}.recvd-1"})])
    assert Attempt.objects.get().is_proven


def test_a_reader_whose_consent_has_no_date_leaves_as_well(opened: Opener) -> None:
    posted = event(ended(opened(), TAKEN), "unsubscribe")
    Subscription.objects.update(consent_at=None)
    come_in([posted])
    assert Subscription.objects.get(subscriber__email=posted["email"]).status == SubscriptionStatus.UNSUBSCRIBED


def test_a_call_that_was_proved_by_an_event_is_known_by_its_message_from_then_on(opened: Opener) -> None:
    attempt = ended(opened(), Uncertain("no answer"))  # whose X-Message-Id nobody heard
    come_in([event(attempt, reader=0)])
    posted = event(attempt, "unsubscribe", reader=1, **BARE | {"sg_message_id": "abcdefghijklmnopqrstuv.recvd-1"})
    come_in([posted])
    left = Subscription.objects.get(status=SubscriptionStatus.UNSUBSCRIBED)
    assert (left.subscriber.email, left.unsubscribed_via) == (posted["email"], "provider")


@pytest.fixture
def ours(opened: Opener) -> str:
    """The id of this installation."""
    installation.reset_cache()
    return installation.check(fresh=True).installation_id


@pytest.mark.parametrize("word", ["delivered", "unsubscribe", "spamreport"])
def test_an_event_of_another_installation_on_the_same_account_does_nothing(
    opened: Opener, ours: str, word: str
) -> None:
    attempt = ended(opened(), Uncertain("no answer"))
    come_in([event(attempt, word, nl_installation="f" * 12)])
    assert Batch.objects.get().state == BatchState.UNCERTAIN
    assert not ReaderOutcome.objects.exists()
    assert not Suppression.objects.exists()
    assert not Subscription.objects.filter(status=SubscriptionStatus.UNSUBSCRIBED).exists()
    come_in([event(attempt, word, nl_installation=ours)])
    assert Batch.objects.get().state == BatchState.ACCEPTED


def test_a_call_made_under_an_earlier_id_is_ours_and_a_later_one_under_it_is_not(opened: Opener, ours: str) -> None:
    first, second = (ended(opened(), Uncertain("no answer")) for _ in range(2))
    Installation.objects.update(installation_id="a" * 12, earlier={ours: first.pk})
    installation.check(fresh=True)
    come_in([event(first, nl_installation=ours), event(second, nl_installation=ours)])
    assert set(Batch.objects.values_list("pk", "state")) == {
        (first.batch_id, BatchState.ACCEPTED),
        (second.batch_id, BatchState.UNCERTAIN),
    }


def renewed(posted: Given) -> Subscription:
    """Its reader confirms anew, an hour after it happened."""
    subscription = Subscription.objects.get(subscriber__email=posted["email"])
    subscribe.subscribe(
        subscription.publication, email=posted["email"], first_name="", source="form", now=LATER, confirmed=True
    )
    return subscription


@pytest.mark.parametrize("had_left", [False, True])
@pytest.mark.parametrize("word", ["unsubscribe", "spamreport", "bounce", "dropped"])
def test_what_happened_before_consent_was_given_anew_says_nothing_however_late_it_comes(
    opened: Opener, word: str, had_left: bool
) -> None:
    attempt = ended(opened(), TAKEN)
    posted = event(attempt, word, after=60, reason="Bounced Address")
    if had_left:
        Subscription.objects.filter(subscriber__email=posted["email"]).update(status=SubscriptionStatus.UNSUBSCRIBED)
    subscription = renewed(posted)
    come_in([posted], now=LATER + timedelta(hours=1))
    subscription.refresh_from_db()
    assert subscription.status == SubscriptionStatus.ACTIVE
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("word", ["unsubscribe", "spamreport"])
def test_what_happens_after_consent_was_given_anew_counts(opened: Opener, word: str) -> None:
    posted = event(ended(opened(), TAKEN), word, after=2 * 3600)
    subscription = renewed(posted)
    come_in([posted], now=LATER + timedelta(hours=2))
    subscription.refresh_from_db()
    assert subscription.status == SubscriptionStatus.UNSUBSCRIBED


def test_a_bounce_told_again_does_not_undo_a_lifted_suppression_and_a_new_one_does(opened: Opener) -> None:
    dispatch = opened(readers=1)
    posted = event(ended(dispatch, TAKEN), "dropped", reason="Bounced Address")
    come_in([posted], [event(Attempt.objects.get(), "delivered", after=120)])
    suppressions.remove_suppression(posted["email"], now=LATER)
    come_in([posted], [posted | BARE | {"sg_message_id": ""}], now=LATER)
    assert not Suppression.objects.exists()
    come_in([posted | {"timestamp": posted["timestamp"] + 7200}], now=LATER + timedelta(hours=2))
    assert Suppression.objects.count() == 1


@pytest.mark.parametrize("before", ["processed", "deferred", "dropped", "delivered", "open"])
def test_a_drop_for_a_dead_address_suppresses_it_whatever_was_heard_before(opened: Opener, before: str) -> None:
    attempt = ended(opened(readers=1), TAKEN)
    come_in([event(attempt, before, reason="Recipient List over Package Quota")])
    assert not Suppression.objects.exists()
    come_in([event(attempt, "dropped", reason="Bounced Address", after=180)])
    assert Suppression.objects.get().reason == SuppressionReason.HARD_BOUNCE


def test_a_reader_on_the_bounce_list_for_our_set_up_is_not_suppressed(opened: Opener) -> None:
    first, second = (ended(opened(readers=2), TAKEN) for _ in range(2))
    refused = [
        event(first, "bounce", reader=0, type="bounce", reason="550-5.7.26 This mail is unauthenticated"),
        event(second, "bounce", reader=0, type="bounce", reason="550-5.7.26 This mail is unauthenticated"),
    ]
    dropped = [event(attempt, "dropped", reader=0, reason="Bounced Address", after=180) for attempt in (first, second)]
    come_in([refused[0]])
    come_in([dropped[0]])  # the refusal is stored
    come_in([refused[1], dropped[1]])  # the refusal comes with it
    assert not Suppression.objects.exists()
    come_in([event(first, "dropped", reader=1, reason="Bounced Address")], [event(second, "bounce", reader=0)])
    assert Suppression.objects.count() == 2


def test_nothing_is_kept_of_somebody_who_was_erased(opened: Opener) -> None:
    posted = event(ended(opened(), TAKEN), "spamreport")
    Subscriber.objects.get(email=posted["email"]).delete()
    come_in([posted])
    assert not Suppression.objects.exists()


def test_who_reports_an_email_of_ours_that_is_no_edition_is_not_mailed_again(opened: Opener, ours: str) -> None:
    posted = event(
        ended(opened(), TAKEN), "spamreport", **FOREIGN, nl_installation=ours
    )  # as that of a confirmation does
    come_in([posted])
    assert Suppression.objects.get().reason == SuppressionReason.COMPLAINT
    assert Subscription.objects.get(subscriber__email=posted["email"]).unsubscribed_via == "complaint"
