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
    fallback = edition.publication.fallback_name
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
    edition = batch.dispatch.edition
    publication = edition.publication
    return _payload(
        batch.letter_id,
        edition.content_hash,
        Sender(publication.sender_name, publication.sender_email, publication.reply_to),
        f"{publication.name} <{publication.slug}.{publication.sender_email.partition('@')[2]}>",
    )


@lru_cache(maxsize=8)
def _payload(letter_id: int, content_hash: str, sender: Sender, list_id: str) -> Payload:  # noqa: ARG001 — the hash keeps a letter from being taken for another of the same id
    frozen = FrozenLetter.objects.get(pk=letter_id)
    letter = Letter(frozen.subject, frozen.text, frozen.html)
    return Payload(letter, sender, unsubscribe=f"{settings.BASE_URL}/u/", list_id=list_id)


def ids(attempt: Attempt, *, dispatch: int) -> dict[str, str]:
    """What the provider is told about a call, and gives back in its events: opaque ids only."""
    return {"nl_dispatch": str(dispatch), "nl_batch": str(attempt.batch_id), "nl_attempt": str(attempt.pk)}
