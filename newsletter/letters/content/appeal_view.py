"""An appeal as plain values for email templates: texts, amounts, thermometer, and a match that is still running.

In an email to recent donors it is a thank-you without any request.
"""

from dataclasses import dataclass
from datetime import datetime

from newsletter.giving import donation_urls
from newsletter.giving.models import Appeal
from newsletter.letters.content.amount_buttons import Amount, ButtonLayout, button_layout
from newsletter.letters.content.locale_formats import join_prices, money, short_date, short_time, zone_name
from newsletter.letters.content.translations import Translation
from newsletter.mail.text_cleaning import collapse_whitespace
from newsletter.publications.models import Publication
from newsletter.publications.schedule import zone


@dataclass(frozen=True, slots=True)
class Thermometer:
    """`words` state amount and day for readers who do not see the bar; `share` is in whole per cent, at most 100."""

    words: str
    share: int


@dataclass(frozen=True, slots=True)
class AppealView:
    """The appeal as templates see it."""

    label: str  # names the sender, to set the appeal apart from the story
    heading: str
    lead: str
    points: tuple[str, ...]
    closing: tuple[str, ...]
    thermometer: Thermometer | None
    match: str
    amounts: tuple[Amount, ...]
    amount_layout: ButtonLayout
    button: str  # empty in a thank-you
    url: str
    asks: bool  # False for a thank-you


def view_of_appeal(appeal: Appeal, publication: Publication, words: Translation, *, at: datetime) -> AppealView:
    """Return the appeal of an email whose last readers get it `at` this moment; a match that has ended is left out."""
    amounts = tuple(_amount(appeal, amount, words, publication.language) for amount in appeal.amounts)
    return AppealView(
        label=words.fill(words.from_us, publication=publication.name),
        heading=join_prices(appeal.heading),
        lead=join_prices(collapse_whitespace(appeal.lead)),
        points=tuple(join_prices(str(point)) for point in appeal.points),
        closing=tuple(join_prices(line.strip()) for line in appeal.closing.splitlines() if line.strip()),
        thermometer=_thermometer(appeal, words, publication.language),
        match=_match(appeal, publication, words, at=at),
        amounts=amounts,
        amount_layout=button_layout([amount.words for amount in amounts]),
        button=appeal.button,
        url=appeal.url,
        asks=True,
    )


def view_of_thanks(appeal: Appeal, publication: Publication, words: Translation) -> AppealView:
    """Return the thank-you for recent donors: the newsroom's own text, or the default in its language."""
    heading, lead = words.thanks
    return AppealView(
        label=words.fill(words.from_us, publication=publication.name),
        heading=join_prices(appeal.thanks_heading) or heading,
        lead=join_prices(collapse_whitespace(appeal.thanks_lead)) or words.fill(lead, publication=publication.name),
        points=(),
        closing=(),
        thermometer=None,
        match="",
        amounts=(),
        amount_layout=button_layout(()),
        button="",
        url="",
        asks=False,
    )


def _amount(appeal: Appeal, amount: int, words: Translation, language: str) -> Amount:
    url = donation_urls.donation_url(appeal.amount_url, amount=amount, currency=appeal.currency)
    price = money(amount, appeal.currency, language)
    return Amount(words.give.format(amount=price), price, url)


def _thermometer(appeal: Appeal, words: Translation, language: str) -> Thermometer | None:
    if not appeal.goal or appeal.raised is None or appeal.raised_on is None:
        return None
    raised, goal = (money(amount, appeal.currency, language) for amount in (appeal.raised, appeal.goal))
    text = words.fill(words.given, raised=raised, goal=goal, day=short_date(appeal.raised_on, language))
    return Thermometer(f"{text}{words.full_stop}", min(100, appeal.raised * 100 // appeal.goal))


def _match(appeal: Appeal, publication: Publication, words: Translation, *, at: datetime) -> str:
    """Return the text of the match and its end in the publication's time zone, which is named."""
    ends, match = appeal.match_ends_at, join_prices(appeal.match)
    if not match or (ends and ends <= at):
        return ""
    if not ends:
        return match
    local = ends.astimezone(zone(publication.time_zone))
    day, time = short_date(local.date(), publication.language), short_time(local.time(), publication.language)
    return f"{match} {words.fill(words.until, day=day, time=time, zone=zone_name(local))}"
