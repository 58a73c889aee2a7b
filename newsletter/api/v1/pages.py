"""Lists in pages: a page begins after the last row of the one before, found by its id in an index."""

import base64
import binascii
from typing import Annotated, TypeVar

from django.db.models import Model, QuerySet
from ninja import Query, Schema
from pydantic import Field

from newsletter.lib.errors import BadInput

MAX_ROWS = 200
MAX_ID = (1 << 63) - 1
Row = TypeVar("Row", bound=Model)


class PageQuery(Schema):
    """Which page of a list."""

    cursor: str = Field(
        "", max_length=60, description="The `next_cursor` of the page before. Without it: the first page."
    )
    limit: int = Field(50, ge=1, le=MAX_ROWS, description="The most items on the page.")


Paging = Annotated[PageQuery, Query()]


def page_of(
    rows: QuerySet[Row], paging: PageQuery, *, key: str = "pk", newest_first: bool = False
) -> tuple[list[Row], str | None]:
    """Return one page of `rows` in the order of `key`, a unique whole number, and the cursor of the next page."""
    after = _read(paging.cursor)
    if after is not None:
        rows = rows.filter(**{f"{key}__{'lt' if newest_first else 'gt'}": after})
    found = list(rows.order_by(f"-{key}" if newest_first else key)[: paging.limit + 1])
    if len(found) <= paging.limit:
        return found, None
    return found[: paging.limit], _write(getattr(found[paging.limit - 1], key))


def _write(number: int) -> str:
    return base64.urlsafe_b64encode(f"after {number}".encode()).decode().rstrip("=")


def _read(cursor: str) -> int | None:
    if not cursor:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    word, _, number = text.partition(" ")
    if word != "after" or not number.isdecimal() or len(number) > 19 or int(number) > MAX_ID:
        raise BadInput("cursor", "is not one of ours.", "Send a next_cursor as it came, or none for the first page.")
    return int(number)
