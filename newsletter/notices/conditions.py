"""What staff have to know: conditions that hold, and events of the last day, each under a name of its own."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from newsletter.notices.kind_names import NoticeKind


class NoticeText(NamedTuple):
    """What a notice says, and where one acts: `paths` by the permission that acting needs, the first one first.

    Nothing in it is about readers, but numbers.
    """

    title: str
    lines: list[str]
    label: str
    paths: dict[str, str]


class Condition(NamedTuple):
    """What staff are to learn. `write` returns the text, and is called once, for a condition that is new.

    An event (`is_event`) is over from the start. `not_to`, a user's id, caused it and gets no notice.
    """

    kind: NoticeKind
    name: str
    write: Callable[[], NoticeText]
    publication_id: int | None = None
    edition_id: int | None = None
    is_event: bool = False
    not_to: int | None = None
    user_id: int | None = None  # whom it is about, of personal kinds
    happened_at: datetime | None = None  # None: now
    put_off: timedelta = timedelta(0)  # emails and messages to webhooks wait so long: it may be taken back meanwhile
