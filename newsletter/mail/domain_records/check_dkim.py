"""Check the DKIM keys of a domain (RFC 6376, 8301)."""

import base64
import binascii
from collections.abc import Sequence

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from newsletter.mail.domain_records.dns_lookup import DnsLookup
from newsletter.mail.domain_records.record_check import CheckState, RecordCheck
from newsletter.mail.domain_records.tags import tags_of

SHORTEST_KEY, GOOD_KEY = 1024, 2048  # bits
AUTHENTICATE = "In SendGrid, open Domain Authentication of {domain} and add the CNAME records that it names to DNS."


def check_dkim(domain: str, selectors: Sequence[str], dns: DnsLookup) -> RecordCheck:
    """Check the keys of these selectors. SendGrid has two, so that it can change the key of one."""
    names = {selector: f"{selector}._domainkey.{domain}" for selector in selectors}
    keys = {selector: [text for text in dns.texts(name) if "p=" in text] for selector, name in names.items()}
    found = tuple(f"{selector}: {text}" for selector, texts in keys.items() for text in texts)
    present = [selector for selector, texts in keys.items() if texts]

    def check(state: CheckState, sentence: str, remedy: str = "") -> RecordCheck:
        return RecordCheck("DKIM", ", ".join(names.values()), state, sentence, remedy, found)

    if not present:
        return check(
            CheckState.BAD,
            f"No DKIM key at {' or '.join(names.values())}: emails are not signed with your domain, so DMARC fails.",
            f"{AUTHENTICATE.format(domain=domain)} If it names other selectors, set DKIM_SELECTORS.",
        )
    problems = [problem for selector in present if (problem := _problem(selector, keys[selector]))]
    for state in (CheckState.BAD, CheckState.ADVICE):
        for problem in problems:
            if problem[0] == state:
                return check(*problem)
    missing = [names[selector] for selector in selectors if selector not in present]
    if missing:
        return check(
            CheckState.ADVICE,
            f"No key at {' and '.join(missing)}. SendGrid changes to it when it renews the other one.",
            AUTHENTICATE.format(domain=domain),
        )
    return check(CheckState.GOOD, f"Keys at {' and '.join(names.values())}.")


def _problem(selector: str, texts: Sequence[str]) -> tuple[CheckState, str, str] | None:
    """Return what is wrong with the key of a selector, what it means and what to do; None if it is good."""
    again = "Copy the record again from SendGrid."
    if len(texts) > 1:
        return CheckState.BAD, f"The selector {selector} has {len(texts)} keys; none of them may count.", "Keep one."
    tags = tags_of(texts[0])
    key = "".join(tags.get("p", "").split())
    if not key:
        return CheckState.BAD, f"The key of the selector {selector} is empty, which means that it was revoked.", again
    if tags.get("k", "rsa").lower() == "ed25519":
        sentence = f"The key of the selector {selector} is Ed25519, which some mailbox providers do not check."
        return CheckState.ADVICE, sentence, "Use an RSA key of 2048 bits beside it."
    try:
        public = load_der_public_key(base64.b64decode(key, validate=True))
    except (ValueError, binascii.Error, UnsupportedAlgorithm):
        return CheckState.BAD, f"The key of the selector {selector} cannot be read.", again
    bits = public.key_size if isinstance(public, RSAPublicKey) else 0
    if bits < SHORTEST_KEY:
        return CheckState.BAD, f"The key of the selector {selector} is too short ({bits} bits).", "Use 2048 bits."
    if "y" in tags.get("t", "").lower().split(":"):
        sentence = f"The key of the selector {selector} is marked as a test (t=y); signatures may not count."
        return CheckState.ADVICE, sentence, "Remove t=y."
    if bits < GOOD_KEY:
        sentence = f"The key of the selector {selector} has {bits} bits. Gmail asks for 2048."
        return CheckState.ADVICE, sentence, "Use a key of 2048 bits."
    return None
