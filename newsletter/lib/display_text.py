"""Times and numbers as text, the same on pages and in emails to staff. Pure."""

from datetime import date, datetime, tzinfo

ENDS = frozenset({"", ".", "!", "?", "…", ":", "؟", "۔", "。", "！", "？"})


def pluralize(number: int, one: str, many: str = "") -> str:
    """Return `1 reader`, `2,500 readers`; without `many`, the plural adds an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def moment(value: datetime, clock: tzinfo, *, now: datetime) -> str:
    """Return `today, 07:00`, `tomorrow, 07:00`, `Wed 5 Aug, 07:00`, with the year if it is not this year."""
    local, today = value.astimezone(clock), now.astimezone(clock).date()
    return f"{day(local.date(), today=today)}, {local:%H:%M}"


def day(value: date, *, today: date) -> str:
    """Return `today`, `tomorrow`, `yesterday`, or `Wed 5 Aug`, with the year if it is not this year."""
    match (value - today).days:
        case 0:
            return "today"
        case 1:
            return "tomorrow"
        case -1:
            return "yesterday"
    text = f"{value:%a} {value.day} {value:%b}"
    return text if value.year == today.year else f"{text} {value.year}"


def with_full_stop(text: str) -> str:
    """Return `text` with a full stop, unless it already ends with punctuation."""
    text = text.strip()
    return text if text.rstrip("”’»\"')]")[-1:] in ENDS else text + "."


def zone_name(value: datetime, clock: tzinfo) -> str:
    """Return the abbreviation of the time zone at that moment, such as `CEST`, or `UTC+03` if it has none."""
    name = value.astimezone(clock).tzname() or ""
    return f"UTC{name}" if name[:1] in "+-" else name
