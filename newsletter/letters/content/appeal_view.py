"""An appeal as a letter shows it: its words, its amounts, how much was given, and a match that is still on.

In a letter to those who gave lately it thanks them, and nothing in it asks.
"""

from dataclasses import dataclass
from datetime import datetime

from newsletter.giving import donation_platforms
from newsletter.giving.models import Appeal
from newsletter.letters.content.translations import Translation
from newsletter.mail.text_cleaning import collapse_whitespace
from newsletter.publications.models import Publication
from newsletter.publications.schedule import zone


@dataclass(frozen=True, slots=True)
class Amount:
    words: str  # “Give $25”
    url: str


@dataclass(frozen=True, slots=True)
class Thermometer:
    """`words` hold the number and its day, for those who do not see the bar; `share` is in whole per cent, to 100."""

    words: str
    share: int


@dataclass(frozen=True, slots=True)
class AppealView:
    label: str  # says who is speaking, so that nobody takes it for part of the story
    heading: str
    lead: str
    points: tuple[str, ...]
    closing: tuple[str, ...]
    thermometer: Thermometer | None
    match: str
    amounts: tuple[Amount, ...]
    button: str  # empty in one that thanks
    url: str
    asks: bool  # False for one that only thanks


def view_of_appeal(appeal: Appeal, publication: Publication, words: Translation, *, at: datetime) -> AppealView:
    """The appeal in a letter whose last readers get it `at` this moment: a match that is over by then is not in it."""
    return AppealView(
        label=words.from_us.format(publication=publication.name),
        heading=appeal.heading,
        lead=collapse_whitespace(appeal.lead),
        points=tuple(str(point) for point in appeal.points),
        closing=tuple(line.strip() for line in appeal.closing.splitlines() if line.strip()),
        thermometer=_thermometer(appeal, words),
        match=_match(appeal, publication, words, at=at),
        amounts=tuple(_amount(appeal, amount, words) for amount in appeal.amounts),
        button=appeal.button,
        url=appeal.url,
        asks=True,
    )


def view_of_thanks(appeal: Appeal, publication: Publication, words: Translation) -> AppealView:
    """What stands in its place for those who gave lately: the newsroom's own thanks, or ours in its language."""
    heading, lead = words.thanks
    return AppealView(
        label=words.from_us.format(publication=publication.name),
        heading=appeal.thanks_heading or heading,
        lead=collapse_whitespace(appeal.thanks_lead) or lead.format(publication=publication.name),
        points=(),
        closing=(),
        thermometer=None,
        match="",
        amounts=(),
        button="",
        url="",
        asks=False,
    )


def _amount(appeal: Appeal, amount: int, words: Translation) -> Amount:
    url = donation_platforms.donation_url(appeal.amount_url, amount=amount, currency=appeal.currency)
    return Amount(words.give.format(amount=words.money(amount, appeal.currency)), url)


def _thermometer(appeal: Appeal, words: Translation) -> Thermometer | None:
    if not appeal.goal or appeal.raised is None or appeal.raised_on is None:
        return None
    raised, goal = (words.money(amount, appeal.currency) for amount in (appeal.raised, appeal.goal))
    said = words.given.format(raised=raised, goal=goal, day=words.short_date(appeal.raised_on))
    return Thermometer(f"{said}.", min(100, appeal.raised * 100 // appeal.goal))


def _match(appeal: Appeal, publication: Publication, words: Translation, *, at: datetime) -> str:
    """Its words, and until when on the clock of the publication's readers, which is named."""
    ends = appeal.match_ends_at
    if not appeal.match or (ends and ends <= at):
        return ""
    if not ends:
        return appeal.match
    local = ends.astimezone(zone(publication.time_zone))
    name = local.strftime("%Z")
    if not name.isalpha():  # zones without letters of their own are called +03
        offset = f"{local:%z}"
        name = f"UTC{offset[:3]}:{offset[3:5]}"
    return f"{appeal.match} {words.until.format(day=words.short_date(local.date()), time=f'{local:%H:%M}', zone=name)}"
