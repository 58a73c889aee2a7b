"""Suggest the address that somebody meant: gmial.com is gmail.com, and .con is .com. Pure."""

# Domains that many readers have. One that differs by a single slip, and is not itself among them, is a slip.
COMMON_DOMAINS = frozenset(
    {
        *("gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.uk", "yahoo.fr", "yahoo.de", "yahoo.es", "ymail.com"),
        *("rocketmail.com", "hotmail.com", "hotmail.co.uk", "hotmail.fr", "hotmail.es", "hotmail.de", "outlook.com"),
        *("outlook.fr", "outlook.de", "outlook.es", "live.com", "live.co.uk", "live.fr", "msn.com", "aol.com"),
        *("icloud.com", "me.com", "mac.com", "mail.com", "email.com", "proton.me", "protonmail.com", "pm.me"),
        *("gmx.com", "gmx.de", "gmx.net", "gmx.at", "gmx.ch", "web.de", "t-online.de", "freenet.de", "orange.fr"),
        *("wanadoo.fr", "free.fr", "sfr.fr", "laposte.net", "comcast.net", "verizon.net", "att.net", "cox.net"),
        *("sbcglobal.net", "bellsouth.net", "charter.net", "earthlink.net", "zoho.com", "fastmail.com", "hey.com"),
        *("yandex.com", "yandex.ru", "mail.ru", "qq.com", "163.com", "walla.co.il", "walla.com"),
    }
)
ENDINGS = {".con": ".com", ".cmo": ".com", ".ocm": ".com", ".vom": ".com", ".comm": ".com", ".nte": ".net"}
ENDINGS |= {".ogr": ".org", ".orgg": ".org"}
SHORTEST = 7  # shorter domains, such as me.com and aol.com, are one slip from too many others


def suggest_address(address: str) -> str:
    """Return the address that was probably meant; empty if nothing looks wrong. `address` is normalised."""
    local, _, domain = address.rpartition("@")
    if domain in COMMON_DOMAINS:
        return ""
    found = next((known for known in sorted(COMMON_DOMAINS) if len(known) >= SHORTEST and _one_slip(domain, known)), "")
    if not found:
        found = next((domain.removesuffix(bad) + good for bad, good in ENDINGS.items() if domain.endswith(bad)), "")
    return f"{local}@{found}" if found else ""


def _one_slip(written: str, meant: str) -> bool:
    """Return True if one letter is missing, added, replaced or changed places with its neighbour."""
    if abs(len(written) - len(meant)) > 1:
        return False
    start = 0
    while start < min(len(written), len(meant)) and written[start] == meant[start]:
        start += 1
    rest, other = written[start:], meant[start:]
    return (
        rest[1:] == other[1:]
        or rest[1:] == other
        or rest == other[1:]
        or (rest[:2] == other[:2][::-1] and rest[2:] == other[2:])
    )
