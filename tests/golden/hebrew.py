"""A digest in Hebrew with Latin names, figures and an address in English, where directions mix."""

from datetime import UTC, date, datetime, time

from newsletter.giving.models import Appeal
from newsletter.giving.place_appeal import AppealPosition
from newsletter.letters.content.letter_content import LetterContent, build_content
from newsletter.publications.models import Publication
from newsletter.stories.models import Story
from tests.golden.editions import BASE_URL, DAY, PICTURES, edition_of, kept

HEADLINES = (
    "הנמל שלמד לספור את הדגים שלו",
    "רחוב אחד קונה את עצמו",
    "האופה שמפרסם את החשבונות",
    "תשע מאות דירות, ומי יגור בהן",
    "בית ספר בלי מנהלת",
    "הקולנוע נפתח מחדש, כיסא אחר כיסא",
)


def hebrew() -> LetterContent:
    """Six stories, so that short ones have a picture at the side; amounts, a thermometer and a match."""
    publication = Publication(
        slug="kiln",
        name="עיתון הנמל",
        tagline="סיפורים מהחוף, בכל יום שלישי",
        website="https://kiln.example.org/",
        sender_name="עיתון הנמל",
        sender_email="letters@kiln.example.org",
        postal_address="4 Kiln Lane, Haifa 31000",
        language="he",
        accent_colour="#9a3b26",
        footer_text="עמותה רשומה 58-012345-6",
        social_links=[{"name": "X (Twitter)", "url": "https://social.example.org/kiln"}],
        sponsor_name="Carmel & Sons (1902)",
        sponsor_text="ביטוח דירה למי שגר ליד הים.",
        time_zone="Asia/Jerusalem",
        starts_on=DAY,
        send_time=time(9),
    )
    body = (
        "<p>בשעה 4:30 בבוקר מריט סונד מניחה דג על לוח וקוראת מספר בקול רם. היא עשתה זאת 11,000 פעם מאז מרץ.</p>"
        "<ul><li>תשע סירות משתתפות;</li><li>הטבלאות פתוחות לכולם.</li></ul>"
        "<blockquote><p>אני יודע לספור. הייתי מעדיף שישלמו לי על הדגים.</p></blockquote>"
    )
    stories = [
        Story(
            headline=headline,
            kicker="נמל",
            byline="Marit Sund",
            source_name="Levant Review (UK)",
            url=f"https://kiln.example.org/{number}",
            picture=kept(f"kiln-{number}", 1200, 800),
            picture_alt="סירה קטנה ליד המזח",
            picture_credit="Odd Lunde / AP",
            body=body,
        )
        for number, headline in enumerate(HEADLINES, start=1)
    ]
    appeal = Appeal(
        name="חורף",
        heading="מישהו צריך לקרוא את הפרוטוקולים",
        lead="בכל יום שלישי אחד מאיתנו יושב באולם המועצה עד שמכבים את האור.",
        points=["בלי בעלים ובלי פרסומות", "כל מספר עם המקור שלו"],
        button="תמכו בעיתונות הזאת",
        url="https://give.example.org/kiln",
        amounts=[18, 180, 1800],
        currency="ILS",
        amount_url="https://give.example.org/kiln?amount={amount}",
        goal=60000,
        raised=41250,
        raised_on=date(2026, 11, 22),
        match="הקרן מכפילה כל תרומה.",
        match_ends_at=datetime(2026, 11, 30, 21, 59, tzinfo=UTC),
    )
    edition = edition_of(publication, intro="שישה סיפורים היום, כי ירד גשם.")
    return build_content(
        edition, stories=stories, appeal=appeal, spot=AppealPosition(0, 1), base_url=BASE_URL, pictures=PICTURES
    )
