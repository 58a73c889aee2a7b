"""Personal links in letters: make and read a reader's signed token."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings

from newsletter.editions.models import Edition
from newsletter.lib.errors import BadToken
from newsletter.lib.signed_tokens import TokenSigner


class ReaderLink(NamedTuple):
    """The owner of a link. Subscriber 0 stands for no reader: the link of a preview or a web version."""

    subscriber_id: int
    publication_id: int
    edition_id: int


@lru_cache(maxsize=1)
def _signer() -> TokenSigner:
    return TokenSigner([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS], purpose="reader", count=2)


def token_signer(edition_id: int) -> Callable[[int], str]:
    """Return a function from subscriber id to that reader's token in this edition."""
    sign = _signer().sign
    return lambda subscriber: sign(subscriber, edition_id)


def tokens(subscribers: Iterable[int], *, edition_id: int) -> list[str]:
    """Return the tokens of many readers in one edition, in the same order."""
    return _signer().sign_each(subscribers, edition_id)


def without_tail(token: str) -> str:
    """Remove what an email client added to a reader's link: many include the punctuation after it."""
    return _signer().without_tail(token)


def parse_reader_token(token: str) -> ReaderLink:
    """Return the owner of `token`. Raise `BadToken` if it is not ours or its edition was deleted."""
    subscriber, edition = _signer().read(token)
    publication = Edition.objects.filter(pk=edition).values_list("publication_id", flat=True).first()
    if publication is None:
        raise BadToken("This link belongs to an edition that no longer exists.")
    return ReaderLink(subscriber, publication, edition)
