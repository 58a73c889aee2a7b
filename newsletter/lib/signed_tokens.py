"""Signed tokens for links in letters: a few numbers, a purpose, and a proof that we wrote them.

A token is made once for every reader of every edition, so making one must cost about half a
microsecond: a keyed BLAKE2b whose keyed state is copied, not set up again (a tenth of what
Django's signer costs). Tokens hold ids only, never an address.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from collections.abc import Iterable, Sequence

from newsletter.lib.errors import BadToken

MAC_BYTES = 16
URL_SAFE = bytes.maketrans(b"+/", b"-_")


class Signer:
    """Makes and reads tokens for one purpose.

    `keys` are secrets, the newest first: it signs, the others are still read, so that a key
    can be replaced without breaking the links in letters already sent. `count` is how many
    whole numbers (0 to 2**63 - 1) a token of this purpose carries.

    >>> signer = Signer(["secret"], purpose="reader", count=2)
    >>> signer.read(signer.sign(7, 42))
    (7, 42)
    """

    def __init__(self, keys: Sequence[str], *, purpose: str, count: int) -> None:
        if not keys or not all(keys):
            raise ValueError("at least one key that is not empty")
        person = purpose.encode("ascii")
        self._states = [
            hashlib.blake2b(
                digest_size=MAC_BYTES,
                key=hashlib.sha256(key.encode()).digest(),
                person=person,  # at most 16 bytes; a token of one purpose is void for another
            )
            for key in keys
        ]
        self._packing = struct.Struct(f">{count}Q")

    def sign(self, *numbers: int) -> str:
        """A URL-safe token of letters, digits, `-` and `_` that carries `numbers`."""
        body = self._packing.pack(*numbers)
        mac = self._states[0].copy()
        mac.update(body)
        return binascii.b2a_base64(body + mac.digest(), newline=False).translate(URL_SAFE, b"=").decode("ascii")

    def sign_each(self, firsts: Iterable[int], *rest: int) -> list[str]:
        """`sign(first, *rest)` for every one of `firsts`, turned into text together.

        Each lies in a whole number of base64's groups of three bytes, so that they can be cut apart again.
        """
        pack, keyed = self._packing.pack, self._states[0].copy
        padding = bytes(-(self._packing.size + MAC_BYTES) % 3)
        raw = []
        for first in firsts:
            body = pack(first, *rest)
            mac = keyed()
            mac.update(body)
            raw.append(body + mac.digest() + padding)
        text = binascii.b2a_base64(b"".join(raw), newline=False).translate(URL_SAFE).decode("ascii")
        width = (self._packing.size + MAC_BYTES + len(padding)) // 3 * 4
        return [text[begin : begin + width - len(padding)] for begin in range(0, len(text), width)]

    def without_tail(self, token: str) -> str:
        """`token` without marks behind it, such as the full stop of the sentence that a link stood in.

        A token has one length, and may itself end in `-` or `_`.
        """
        own, tail = token[: self.length], token[self.length :]
        return own if not any(c.isalnum() for c in tail) else token

    @property
    def length(self) -> int:
        """Characters of every token."""
        return -(-(self._packing.size + MAC_BYTES) * 4 // 3)

    def read(self, token: str) -> tuple[int, ...]:
        """The numbers in `token`; raises `BadToken` when it is not one of ours."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise BadToken("This link is damaged.") from None
        if len(raw) != self._packing.size + MAC_BYTES:
            raise BadToken("This link is damaged.")
        body, given = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
        for state in self._states:
            mac = state.copy()
            mac.update(body)
            if hmac.compare_digest(mac.digest(), given):
                return self._packing.unpack(body)
        raise BadToken("This link is damaged.")
