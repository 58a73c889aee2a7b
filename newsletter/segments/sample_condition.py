"""A random sample of readers, stable for each segment and equal in every database.

Whether a reader is in it is decided by a keyed hash of the subscriber's id: a polynomial of degree three over the
integers modulo the prime 2^31 - 1, whose coefficients come from the salt of the segment. The members of such a family
of hashes are 4-wise independent. It is computed by the database with integers alone, without an extension.
"""

import hashlib

from django.db.models import BigIntegerField, ExpressionWrapper, F, Q, Value
from django.db.models.lookups import LessThan

from newsletter.segments.condition_kinds import Control, Scope, Test, register, whole_number

PRIME = 2**31 - 1  # products of two remainders fit into 64 bits


def register_all() -> None:
    """Register the kind of this module."""
    register(
        "sample",
        "Random sample",
        Test(
            "percent",
            "are in a random sample of … percent",
            Control.PERCENT,
            whole_number("percent", 1, 99),
            lambda n: f"are in a random sample of {n} percent of the readers",
        ),
        build=lambda _test, value, scope: sample_of(value, scope),
        notes=lambda _test, _value, _scope: (
            "The sample stays the same as long as the segment exists; those who join later are drawn by the same rule.",
        ),
    )


def coefficients(salt: str) -> tuple[int, int, int, int]:
    """Return the coefficients of the polynomial of a segment, the highest degree first."""
    digest = hashlib.blake2b(salt.encode(), digest_size=32, person=b"segment sample").digest()
    a, b, c, d = (int.from_bytes(digest[at : at + 8], "big") % PRIME for at in (0, 8, 16, 24))
    return a or 1, b, c, d


def sample_hash(subscriber_id: int, salt: str) -> int:
    """Return the hash of a reader, from 0 to PRIME - 1, as `sample_of` computes it in the database."""
    x, found = subscriber_id % PRIME, 0
    for coefficient in coefficients(salt):
        found = (found * x + coefficient) % PRIME
    return found


def sample_of(percent: int, scope: Scope) -> Q:
    """Return the condition that a reader is in the sample."""
    highest, *others = coefficients(scope.salt)
    x = F("subscriber_id") % PRIME
    found = Value(highest, output_field=BigIntegerField())
    for coefficient in others:
        found = ExpressionWrapper((found * x + coefficient) % PRIME, output_field=BigIntegerField())  # type: ignore[assignment]
    return Q(LessThan(found, Value(PRIME * percent // 100)))
