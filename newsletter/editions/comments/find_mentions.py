"""Find the colleagues whom a text mentions: `@Ana`, `@Ana Silva` or `@ana.silva`. Pure but for the list of people."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission, staff_of
from newsletter.publications.models import Publication

AT = re.compile(r"(?<![\w@.])@(?=\w)")
MAX_MENTIONS = 20  # in a comment


class Mentioned(NamedTuple):
    """A mention: where it stands in the text, and whom it means."""

    start: int
    end: int
    user: User


def people_of(publication: Publication) -> list[User]:
    """Return the users who can see the desk of this publication, by name."""
    users = list(staff_of(publication.pk).order_by("name", "email").prefetch_related("publication_roles"))
    for user in users:  # of all in one query
        user.role_by_publication = {each.publication_id: each.role for each in user.publication_roles.all()}
    return [user for user in users if has_permission(user, Permission.CURATE, publication)]


def handles(people: Iterable[User]) -> dict[str, User]:
    """Return what may stand after an @, in lower case. A name that two people share means neither."""
    found: list[tuple[str, User]] = []
    for user in people:
        names = {user.name.casefold(), user.name.partition(" ")[0].casefold(), user.email.partition("@")[0].casefold()}
        found += [(name, user) for name in names if name]
    count = Counter(name for name, _ in found)
    return {name: user for name, user in found if count[name] == 1}


def find_mentions(text: str, known: dict[str, User]) -> list[Mentioned]:
    """Return the mentions in their order; the longest name counts: `@Ana Silva` before `@Ana`."""
    longest_first = sorted(known, key=len, reverse=True)
    found: list[Mentioned] = []
    for at in AT.finditer(text):
        rest = text[at.end() :]
        folded = rest.casefold()
        for name in longest_first:
            length = _length_as_written(rest, name) if folded.startswith(name) else 0
            if length and not re.match(r"\w", rest[length : length + 1]):
                found.append(Mentioned(at.start(), at.end() + length, known[name]))
                break
    return found[:MAX_MENTIONS]


def _length_as_written(text: str, name: str) -> int:
    """Return how many characters of `text` are `name`, which case folding may have made longer: ß is ss in it."""
    return next((length for length in range(1, len(name) + 1) if text[:length].casefold() == name), 0)


def shortest_handle(user: User, known: dict[str, User]) -> str:
    """Return the shortest way to mention a user, as they write their name; empty if every name is shared."""
    names = (user.name.partition(" ")[0], user.name, user.email.partition("@")[0])
    return next((f"@{name}" for name in names if name and known.get(name.casefold()) == user), "")
