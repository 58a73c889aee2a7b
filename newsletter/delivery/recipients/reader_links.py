"""The personal addresses in letters: what a reader's token says, and how it is made."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings

from newsletter.editions.models import Edition
from newsletter.lib.errors import BadToken
from newsletter.lib.signed_tokens import Signer


class ReaderLink(NamedTuple):
    """Who a link belongs to. Subscriber 0 is nobody: the link of a preview or a web version."""

    subscriber_id: int
    publication_id: int
    edition_id: int


@lru_cache(maxsize=1)
def _signer() -> Signer:
    return Signer([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS], purpose="reader", count=2)


def token_signer(edition_id: int) -> Callable[[int], str]:
    """A function from subscriber id to that reader's token in this edition."""
    sign = _signer().sign
    return lambda subscriber: sign(subscriber, edition_id)


def tokens(subscribers: Iterable[int], *, edition_id: int) -> list[str]:
    """The tokens of many readers in one edition, in the same order."""
    return _signer().sign_each(subscribers, edition_id)


def without_tail(token: str) -> str:
    """The token in what a mail program made of a reader's link: many take the mark behind it for a part of it."""
    return _signer().without_tail(token)


def parse_reader_token(token: str) -> ReaderLink:
    """Who `token` belongs to; raises `BadToken` when it is not ours or its edition is gone."""
    subscriber, edition = _signer().read(token)
    publication = Edition.objects.filter(pk=edition).values_list("publication_id", flat=True).first()
    if publication is None:
        raise BadToken("This link leads to an edition that is no longer kept.")
    return ReaderLink(subscriber, publication, edition)
