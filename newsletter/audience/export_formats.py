"""Recognise the exports of other services by their header, and what their files and columns mean.

The header lines are those of each service's export in 2025 and 2026. Columns that say who must not be mailed are
read in every file, recognised or not (`consent_columns.py`).
"""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from newsletter.audience.consent_status_values import ACTIVE, DEAD, LEFT, State, normalise_word


class ExportFormat(NamedTuple):
    """One kind of file.

    `state` is what the file says about each of its people; `given_at` are columns with the time of joining, the best
    first; `note` tells the person who imports it what the file lacks.
    """

    service: str
    kind: str
    given_at: tuple[str, ...] = ()
    state: State = ACTIVE
    note: str = ""

    @property
    def name(self) -> str:
        return f"{self.service}: {self.kind}"


MAILCHIMP = "Mailchimp"
ALL_THREE = (
    "Mailchimp exports three files. Import those of unsubscribed and cleaned people too, so that nobody mails them."
)
OTHER_FILES = {  # of Mailchimp, by the beginning of the file's name
    "unsubscribed": ("people who unsubscribed", LEFT),
    "cleaned": ("addresses that bounced", DEAD),
    "nonsubscribed": ("people who never subscribed", LEFT),
}
BY_HEADER: tuple[tuple[frozenset[str], ExportFormat], ...] = (
    (
        frozenset({"email", "first name", "status", "consent source", "consent at"}),
        ExportFormat("This service", "readers"),
    ),
    (
        frozenset({"email", "active subscription", "email disabled"}),
        ExportFormat("Substack", "email list", ("created at",)),
    ),
    (frozenset({"email", "expiry", "email disabled"}), ExportFormat("Substack", "paying readers", ("created at",))),
    (
        frozenset({"email", "subscription type", "activity", "subscription date"}),
        ExportFormat("Substack", "table of subscribers", ("subscription date",)),
    ),
    (
        frozenset({"id", "email", "subscribed to emails", "complimentary plan"}),
        ExportFormat("Ghost", "members", ("created at",)),
    ),
    (
        frozenset({"uuid", "email", "attributes", "status"}),
        ExportFormat(
            "listmonk",
            "subscribers",
            ("created at",),
            note="The file does not say who is on which list. Export the list of this publication alone.",
        ),
    ),
    (
        frozenset({"email", "status", "tier", "created at"}),
        ExportFormat("beehiiv", "subscribers", ("created at",)),
    ),
    (
        frozenset({"email address", "subscribed at", "utm source"}),
        ExportFormat(
            "Curated",
            "subscribers",
            ("subscribed at",),
            note="The file lacks people who unsubscribed. Export them too.",
        ),
    ),
    (
        frozenset({"email", "first name", "last name", "data", "status", "external id"}),
        ExportFormat("Keila", "contacts"),
    ),
    (
        frozenset({"email", "first name", "last name", "date added", "last modified", "status"}),
        ExportFormat("Tiny News", "readers", ("date added",)),
    ),
)
BUTTONDOWN = ExportFormat("Buttondown", "subscribers", ("creation date", "created at"))
UNKNOWN = ExportFormat("", "list of readers")


def recognise(header: Sequence[str], *, file_name: str = "") -> ExportFormat:
    """Return the format of a file with this header, or `UNKNOWN`."""
    names = {normalise_word(cell) for cell in header}
    if {"email address", "euid", "leid"} <= names:
        return _mailchimp(names, file_name)
    for wanted, known in BY_HEADER:
        if wanted <= names:
            return known
    if names & {"email", "email address"} and names & {"type", "subscriber type"} and "creation date" in names:
        return BUTTONDOWN
    return UNKNOWN


def _mailchimp(names: set[str], file_name: str) -> ExportFormat:
    given_at = ("confirm time", "optin time")
    by_name = PurePosixPath(file_name).name.lower()
    kind, state = next((found for word, found in OTHER_FILES.items() if by_name.startswith(word)), ("", ACTIVE))
    if not kind and "unsub time" in names and "last changed" not in names:
        kind, state = OTHER_FILES["unsubscribed"]
    if not kind and "clean time" in names:
        kind, state = OTHER_FILES["cleaned"]
    if kind:
        return ExportFormat(MAILCHIMP, kind, given_at, state)
    return ExportFormat(MAILCHIMP, "people who are subscribed", given_at)
