"""More editions whose letters are kept: one for each layout, with the parts that the first ones lack."""

from datetime import UTC, date, datetime, time
from typing import Any

from newsletter.giving.models import Appeal
from newsletter.giving.place_appeal import AppealPosition
from newsletter.letters.content.letter_content import LetterContent, build_content, thanking
from newsletter.publications.models import Corners, Fonts, Layout, Publication
from newsletter.stories.models import Kind, Story
from tests.golden.editions import BASE_URL, DAY, GOLDEN, PICTURES, arabic, edition_of, kept
from tests.golden.hebrew import hebrew


def coast(**said: Any) -> Publication:
    """A publication with a whole brand."""
    fields: dict[str, Any] = {
        "slug": "coast",
        "name": "The Coast Road",
        "tagline": "What happens between the lighthouse and the last bus stop",
        "website": "https://coast.example.org/",
        "sender_name": "The Coast Road",
        "sender_email": "letters@coast.example.org",
        "postal_address": "The Coast Road, 9 Signal Hill, Marram NE66 1AB",
        "accent_colour": "#8a2b3c",
        "accent_colour_dark": "#f09aa8",
        "footer_text": "The Coast Road is owned by 1,204 of its readers. Registered charity 1187702.",
        "social_links": [
            {"name": "Bluesky", "url": "https://social.example.org/coast"},
            {"name": "Mastodon", "url": "https://toots.example.org/@coast"},
        ],
        "language": "en-GB",
        "time_zone": "Europe/London",
        "starts_on": DAY,
        "send_time": time(7),
    }
    return Publication(**fields | said)


def give(**said: Any) -> Appeal:
    """An appeal with amounts, a thermometer and a match that is still on."""
    fields: dict[str, Any] = {
        "name": "Winter",
        "heading": "Someone has to read the minutes",
        "lead": "Every Tuesday night one of us sits in the council chamber until the lights go out.",
        "points": ["No owner, no adverts, no paywall", "Every figure with its source"],
        "closing": "Most of our readers give nothing, and that is fine. A few give, and that is why this exists.",
        "button": "Support this reporting",
        "url": "https://give.example.org/coast",
        "amounts": [5, 15, 40],
        "currency": "GBP",
        "amount_url": "https://give.example.org/coast?amount={amount}",
        "goal": 60000,
        "raised": 41250,
        "raised_on": date(2026, 11, 22),
        "match": "The Marram Trust doubles each gift, up to £10,000 in all.",
        "match_ends_at": datetime(2026, 11, 30, 23, 59, tzinfo=UTC),
    }
    return Appeal(**fields | said)


TELLINGS = (
    (
        "The Bus That Everybody Runs", "Ines Falk", "Transport",
        "The 7 stopped coming in March. In April there was a notice on the lamp post by the bakery: whoever holds a"
        " licence, please ring. Eleven people rang, among them a retired surgeon and the vicar, and since May the 7"
        " has been running again, in their hands.",
    ),
    (
        "Sea Wall or Salt Marsh: A Village Votes", "Tomas Reyes Okafor", "The shore",
        "For four hundred years Marram has kept the sea out. On Sunday its 212 voters decide whether to let some of it"
        " in: a marsh would cost a tenth of a new wall, and hold for longer, and take the cricket field.",
    ),
    (
        "The Baker Who Publishes His Accounts", "Ada Penrose", "Trade",
        "A loaf costs £3.40, and on the wall of Hook’s bakery stands why: flour 61 pence, wages 1.38, heat 44, and so"
        " on down to the 9 pence that are left. Business has never been better.",
    ),
    (
        "Nine Hundred Homes, and Who Would Live in Them", "Ines Falk", "Housing",
        "The plan for the old airfield names every newt. It does not say what a flat will cost. We asked the builder,"
        " the bank and the county, and put their three answers beside what people here earn.",
    ),
    (
        "What the Tide Gauge Has Been Saying Since 1931", "Per Lindahl", "The shore",
        "Somebody has read the brass gauge at the pier each morning for ninety-five years, through a war and four"
        " postmasters. The notebooks were in a biscuit tin. We typed them up, and the line goes one way.",
    ),
    (
        "A School Without a Head, Doing Rather Well", "Nora Vance", "Schools",
        "Nobody applied, so the six teachers of Signal Hill shared the work out: one does the budget, one the rota,"
        " all of them the parents. Two years on, the inspectors came with a form that had no box for it.",
    ),
    (
        "The Lifeboat Crew Learns to Code", "Imani Brandt", "At sea",
        "The drift charts came from an office two hundred miles away and arrived, as a rule, after the boat was back."
        " So the crew took an evening class. Their own chart is ready in nine seconds.",
    ),
    (
        "Twelve Streets Have No Doctor", "Nora Vance", "Health",
        "On the map of the health service every house has a surgery within three miles. On foot, from the twelve"
        " streets behind the gasworks, it takes two buses. We went along with a patient and a stopwatch.",
    ),
    (
        "The Cinema Reopens, One Seat at a Time", "Ada Penrose", "Evenings",
        "There are 184 seats in the Regal and last week 61 of them had been mended, each by whoever had bought it for"
        " forty pounds and a Saturday. Films are shown to as many people as can sit.",
    ),
    (
        "Why the Water Bill Names a Place Nobody Knows", "Per Lindahl", "Water",
        "Every household on the coast pays £11 a year towards a reservoir called Hallin. No map has it. We found the"
        " field where it was to be, in 1974, and the man who still mows it.",
    ),
    (
        "The Footpath That Was Never on the Map", "Tomas Reyes Okafor", "Walking",
        "Generations have walked to the lighthouse by the hollow lane; officially it does not exist. Claims close in"
        " January, and what counts as proof are photographs, old dogs’ names and the memory of wet feet.",
    ),
    (
        "Old Nets Become a Bridge", "Imani Brandt", "Repair",
        "Two tons of nylon lay behind the harbour office when a student of engineering asked whether anybody minded."
        " Her footbridge carried its first pram on Friday. It creaks, she says, in the right places.",
    ),
)  # fmt: skip


def telling(number: int, **said: Any) -> Story:
    """A teaser of about a hundred and thirty words with a picture, a link in it and one to the article."""
    headline, author, kicker, opening = TELLINGS[number]
    slug = headline.lower().replace(" ", "-").replace(",", "").replace(":", "")
    fields: dict[str, Any] = {
        "kicker": kicker,
        "headline": headline,
        "byline": author,
        "source_name": "The Coast Road",
        "url": f"https://coast.example.org/2026/11/24/{slug}",
        "picture": kept(f"2026/11/{slug}", 1600, 900),
        "picture_alt": f"A photograph that goes with the story “{headline}”",
        "picture_credit": "Odd Lunde",
        "body": (
            f"<p>{opening}</p>"
            "<p>The figures are public, if one knows where to look: page 214 of an annex that was printed eleven"
            f' times. We have put <a href="https://data.example.org/{slug}">the whole table</a> online, with'
            " <strong>what we could not check</strong> marked as such. Two readers who spent their working lives in"
            " that office went through it line by line.</p>"
            "<p>Nobody here expects a happy end by Christmas. But those who began it meet every Thursday now, there is"
            " soup, and last week the county sent somebody to listen.</p>"
        ),
    }
    return Story(**fields | said)


def twelve(kind: str = "") -> LetterContent:
    """Return a digest of twelve stories with pictures, two sections and an appeal with all parts.

    Each story has the size `kind`; without one, the first three are full and the others short.
    """
    sections = {n: "Town and county" if n < 8 else "Evenings and walks" for n in range(5, 12)}
    stories = [telling(number, section=sections.get(number, ""), kind=kind) for number in range(12)]
    edition = edition_of(coast(), intro="Twelve stories today, because it rained and everybody was in.")
    return build_content(
        edition, stories=stories, appeal=give(), spot=AppealPosition(0, 2), base_url=BASE_URL, pictures=PICTURES
    )


def letter() -> LetterContent:
    """One story and the others below it, with logos for day and night and a sponsor who is named."""
    publication = coast(
        layout=Layout.STORY,
        logo=kept("coast", 720, 160, "png"),
        logo_dark=kept("coast-night", 720, 160, "png"),
        corners=Corners.ROUND,
        sponsor_name="Marram Mutual",
        sponsor_text="Home insurance from people who know where it floods.",
        sponsor_url="https://mutual.example.org/coast",
    )
    first = telling(
        0, quote="We do not have a timetable. We have each other’s telephone numbers.", quote_by="Vera Hook, driver"
    )
    others = [telling(8), telling(9), telling(11, kind=Kind.STORY, section="From the archive", picture=None)]
    edition = edition_of(publication, intro="One long story today. It is worth the kettle.")
    return build_content(
        edition,
        stories=[first, *others],
        appeal=give(),
        spot=AppealPosition(0, 2),
        base_url=BASE_URL,
        pictures=PICTURES,
    )


def briefing() -> LetterContent:
    """Numbered and plain: six items, a section, square corners, an appeal without amounts between two of them."""
    brand = {"corners": Corners.SQUARE, "fonts": Fonts.SANS, "accent_colour": "#ffc400"}
    publication = coast(layout=Layout.BRIEFING, reading_time=True, **brand)
    stories = [*(telling(n) for n in range(4)), *(telling(n, section="Tomorrow") for n in (6, 7))]
    loaf = '<a href="https://data.example.org/loaf">A loaf</a> costs'
    stories[2].body = stories[2].body.replace("A loaf costs", loaf)
    appeal = give(amounts=[], points=[], closing="", goal=None, match_ends_at=datetime(2026, 11, 1, tzinfo=UTC))
    edition = edition_of(
        publication, subject="Six things before the first bus", intro="Good morning. It is four degrees."
    )
    return build_content(
        edition, stories=stories, appeal=appeal, spot=AppealPosition(1, None), base_url=BASE_URL, pictures=PICTURES
    )


def arabic_letter() -> LetterContent:
    """The one-story letter from right to left, with amounts and a thermometer."""
    publication = Publication(
        slug="mina",
        name="رسالة الميناء",
        website="https://mina.example.org/",
        sender_name="رسالة الميناء",
        sender_email="letters@mina.example.org",
        postal_address="رسالة الميناء، 12 شارع البحر، طرابلس",
        language="ar",
        layout=Layout.STORY,
        corners=Corners.ROUND,
        accent_colour="#9a3b26",
        accent_colour_dark="#e8a08c",
        social_links=[{"name": "Mastodon", "url": "https://toots.example.org/@mina"}],
        time_zone="Asia/Beirut",
        starts_on=DAY,
        send_time=time(9),
    )
    first = Story(
        kicker="مدينة",
        headline="الحافلة التي يقودها أهل الحي بأنفسهم",
        byline="سلمى الحداد",
        source_name="رسالة الميناء",
        url="https://mina.example.org/bus",
        picture=kept("bus", 1072, 600),
        picture_alt="حافلة صغيرة زرقاء تقف أمام مخبز في الصباح الباكر",
        quote="ليس لدينا جدول مواعيد. لدينا أرقام هواتف بعضنا.",
        quote_by="وداد خليل، سائقة",
        body=(
            "<p>توقفت الحافلة رقم سبعة عن العمل في الربيع، فاجتمع سكان الشارع في المخبز وقرروا أن يشتروا واحدة.</p>"
            "<p>تقود السيارة اليوم ست نساء وأربعة رجال بالتناوب، ويكتب كل راكب في دفتر صغير ما دفعه وإلى أين ذهب.</p>"
            "<p>بعد ستة أشهر صار الدفتر أدق سجل لحركة الحي، وطلبت البلدية نسخة منه.</p>"
        ),
    )
    second = Story(
        headline="مكتبة المدرسة تفتح أبوابها للجيران",
        url="https://mina.example.org/library",
        body="<p>كل يوم سبت، من العاشرة حتى المغرب، والشاي على حساب الأهالي.</p>",
    )
    appeal = Appeal(
        name="شتاء",
        heading="لا بد أن يقرأ أحد محاضر الجلسات",
        lead="كل ثلاثاء يجلس واحد منا في قاعة البلدية حتى تنطفئ الأنوار.",
        points=["بلا مالك وبلا إعلانات", "كل رقم مع مصدره"],
        button="ادعم هذا العمل",
        url="https://give.example.org/mina",
        amounts=[10, 25, 50],
        currency="USD",
        amount_url="https://give.example.org/mina?amount={amount}",
        goal=20000,
        raised=7400,
        raised_on=date(2026, 11, 22),
        match="يضاعف صندوق المدينة كل تبرع.",
        match_ends_at=datetime(2026, 11, 30, 21, 59, tzinfo=UTC),
    )
    edition = edition_of(publication, intro="قصة واحدة اليوم، وهي تستحق فنجان قهوة.")
    return build_content(
        edition, stories=[first, second], appeal=appeal, spot=AppealPosition(0, 2), base_url=BASE_URL, pictures=PICTURES
    )


def thanks() -> LetterContent:
    """The one-story letter for those who gave lately, in the newsroom's own words."""
    own = give(
        thanks_heading="Somebody read the minutes, and you paid for it",
        thanks_lead="Your gift reached us this month. It bought eleven evenings in the council chamber. Thank you.",
    )
    return thanking(letter(), coast(), own)


def arabic_thanks() -> LetterContent:
    """Right to left, in our words: the newsroom has written none."""
    return thanking(arabic(), Publication(name=arabic().brand.name), Appeal())


EVERY = GOLDEN | {
    **{"twelve": twelve, "letter": letter, "briefing": briefing, "arabic-letter": arabic_letter},
    **{"thanks": thanks, "arabic-thanks": arabic_thanks, "hebrew": hebrew},
}
