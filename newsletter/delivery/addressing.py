"""Who a batch goes to at this moment, and what is sent to them.

The ids in a batch were frozen when the dispatch opened; here each is looked up once more. A
reader may drop out (suppressed, unsubscribed, paused since), none may come in.
"""

from functools import lru_cache
from typing import NamedTuple

from django.conf import settings

from newsletter.audience import reaching
from newsletter.delivery import links
from newsletter.delivery.models import Attempt, Batch, unpack
from newsletter.editions.models import FrozenLetter
from newsletter.mail.letters import Addressee, Letter, Sender
from newsletter.mail.sendgrid.payload import Payload


class People(NamedTuple):
    """Those who are mailed, and the ids of those who dropped out, by reason."""

    addressees: list[Addressee]
    left_out: dict[str, list[int]]


def address(batch: Batch) -> People:
    """The readers of a batch (its dispatch, edition and publication already loaded)."""
    edition = batch.dispatch.edition
    ids = unpack(batch.subscribers).tolist()
    found = reaching.reachable(edition.publication_id, ids)
    token = links.signing(edition.pk)
    fallback = _frozen_letter(batch).fallback_name
    addressees = [
        Addressee(subscriber, email, name or fallback, token(subscriber)) for subscriber, email, name in found
    ]
    left_out: dict[str, list[int]] = {}
    if len(found) < len(ids):
        gone = set(ids) - {reader.subscriber for reader in found}
        for subscriber, reason in sorted(reaching.reasons(edition.publication_id, sorted(gone)).items()):
            left_out.setdefault(reason, []).append(subscriber)
    return People(addressees, left_out)


def payload(batch: Batch) -> Payload:
    """What all readers of this batch's letter share, made once a process for each letter."""
    return _frozen_letter(batch).payload


class Frozen(NamedTuple):
    """What of a letter is the same for all its readers, and the name for those who gave none."""

    payload: Payload
    fallback_name: str


def _frozen_letter(batch: Batch) -> Frozen:
    edition = batch.dispatch.edition
    return _frozen(batch.letter_id, edition.made_from, edition.publication.name, edition.publication.slug)


@lru_cache(maxsize=8)
def _frozen(letter_id: int, made_from: str, name: str, slug: str) -> Frozen:  # noqa: ARG001 — it keeps a letter from being taken for another of the same id
    frozen = FrozenLetter.objects.get(pk=letter_id)
    payload = Payload(
        Letter(frozen.subject, frozen.text, frozen.html),
        Sender(frozen.sender_name, frozen.sender_email, frozen.reply_to),
        unsubscribe=f"{settings.BASE_URL}/u/",
        list_id=f"{name} <{slug}.{frozen.sender_email.partition('@')[2]}>",
    )
    return Frozen(payload, frozen.fallback_name)


def ids(attempt: Attempt, *, dispatch: int) -> dict[str, str]:
    """What the provider is told about a call, and gives back in its events: opaque ids only."""
    return {"nl_dispatch": str(dispatch), "nl_batch": str(attempt.batch_id), "nl_attempt": str(attempt.pk)}
