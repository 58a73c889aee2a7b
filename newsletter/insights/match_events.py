"""Match events to dispatches and subscribers, and drop events that are not ours.

Some late events of SendGrid lack our ids. The call is then found by the provider's message id, and the reader by the
address. Other programs may mail the same people through the same account: an event with none of our ids, of a message
that we did not send, is theirs. Events of other installations have another installation id, or an unknown dispatch.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from newsletter.audience.models import Subscriber
from newsletter.delivery.ledger import installation
from newsletter.delivery.models import Attempt, Dispatch
from newsletter.lib.errors import BadInput
from newsletter.mail.email_address import normalise_email
from newsletter.mail.sendgrid.event_webhook import Event

T = TypeVar("T")


class Matched(NamedTuple):
    """Events of our readers, and the publication of each dispatch that they name."""

    events: list[Event]
    publications: dict[int, int]


def match(events: Sequence[Event]) -> Matched:
    """Return the events with all ids that can be found.

    Events without a subscriber, of an unknown dispatch or of a message that is not ours are dropped.
    """
    events = [e for e in events if not e.installation_id or installation.is_own_event(e.installation_id, e.attempt)]
    calls = _calls({e.message for e in events if e.dispatch is None and e.message})
    events = [e for e in events if not e.message or e.message in calls or _carries_ids(e)]
    people = _people({e.email for e in events if e.subscriber is None and e.email})
    # usually every id is known already
    found = [e if e.dispatch is not None and e.subscriber is not None else _fill(e, calls, people) for e in events]
    publications: dict[int, int] = {}
    for chunk in chunks(e.dispatch for e in found if e.dispatch):
        publications.update(Dispatch.objects.filter(pk__in=chunk).values_list("pk", "edition__publication_id"))
    ours = [e for e in found if e.subscriber and (e.dispatch is None or e.dispatch in publications)]
    return Matched(ours, publications)


def stored_readers(subscribers: Iterable[int]) -> set[int]:
    """Return those of these ids that still belong to somebody: late events of an erased person are not stored."""
    found: set[int] = set()
    for chunk in chunks(subscribers):
        found.update(Subscriber.objects.filter(pk__in=chunk).values_list("pk", flat=True))
    return found


def _carries_ids(event: Event) -> bool:
    """Return True if the event has an id that only our own calls contain."""
    return bool(event.installation_id) or any(
        i is not None for i in (event.dispatch, event.batch, event.attempt, event.subscriber)
    )


def _fill(event: Event, calls: Mapping[str, Attempt], people: Mapping[str, int]) -> Event:
    if event.dispatch is None and (attempt := calls.get(event.message)):
        event = event._replace(dispatch=attempt.batch.dispatch_id, batch=attempt.batch_id, attempt=attempt.pk)
    if event.subscriber is None:
        event = event._replace(subscriber=people.get(event.email))
    return event


def _calls(messages: Iterable[str]) -> dict[str, Attempt]:
    rows = Attempt.objects.select_related("batch").defer("batch__subscribers")
    return {
        attempt.provider_id: attempt for chunk in chunks(messages) for attempt in rows.filter(provider_id__in=chunk)
    }


def _people(emails: Iterable[str]) -> dict[str, int]:
    """Return subscriber ids by address, spelled as in the event."""
    forms: dict[str, str] = {}
    for email in emails:
        try:
            forms[email] = normalise_email(email)
        except BadInput:
            continue
    known: dict[str, int] = {}
    for chunk in chunks(forms.values()):
        known.update(Subscriber.objects.filter(email__in=chunk).values_list("email", "pk"))
    return {email: known[form] for email, form in forms.items() if form in known}


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """Yield each distinct value once, in chunks that fit into one statement: SQLite takes 32,766 values."""
    each = list(dict.fromkeys(values))
    for begin in range(0, len(each), 5000):
        yield each[begin : begin + 5000]
