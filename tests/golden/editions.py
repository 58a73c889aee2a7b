"""The editions whose letters are kept here byte by byte. Plain values: nothing is in a database.

After a change to templates that is meant, write them anew with `UPDATE_GOLDEN=1` and read the diff.
"""

from datetime import UTC, date, datetime, time

from newsletter.editions.models import Edition
from newsletter.giving.models import Appeal
from newsletter.giving.place_appeal import AppealPosition
from newsletter.letters.content.letter_content import LetterContent, build_content
from newsletter.pictures.models import Picture, PictureState
from newsletter.publications.models import Publication
from newsletter.stories.models import Direction, Story

BASE_URL = "https://letters.example.org"
PICTURES = "https://pictures.example.org"
DAY = date(2026, 11, 24)


def kept(name: str, width: int, height: int, kind: str = "jpg") -> Picture:
    """A picture that we have. Its name is one that a person can read."""
    return Picture(state=PictureState.STORED, digest=name, kind=kind, width=width, height=height)


def edition_of(publication: Publication, **given: str) -> Edition:
    """Due at noon of the day all golden letters are dated."""
    due = datetime(2026, 11, 24, 12, tzinfo=UTC)
    return Edition(publication=publication, local_date=DAY, due_at=due, assemble_at=due, **given)


def rich() -> LetterContent:
    """Everything a letter can have: pictures, three stories, a note, an appeal after two paragraphs."""
    publication = Publication(
        slug="tideline",
        name="The Tideline",
        tagline="Reporting from the coast, every Tuesday",
        website="https://tideline.example.org/",
        sender_name="The Tideline",
        sender_email="letters@tideline.example.org",
        postal_address="The Tideline, 4 Rope Walk, Porthallow TR12 6PN",
        language="en-GB",
        starts_on=DAY,
        send_time=time(7),
    )
    edition = edition_of(
        publication,
        subject="The harbour that learned to count its own fish",
        preheader="Also today: a street that bought itself, and the last keeper of the bell buoy",
        intro=(
            "The herring are back, or so everyone says. Ines Falk spent a month with the people who decided\n"
            "to find out.\n\nThank you for reading, and for writing back to us about the ferry. We are on it."
        ),
    )
    harbour = Story(
        kicker="Fisheries",
        headline="The Harbour That Learned to Count Its Own Fish",
        byline="Ines Falk",
        source_name="The Tideline",
        url="https://tideline.example.org/stories/counting-fish?part=1&lang=en",
        picture=kept("harbour", 1600, 900),
        picture_alt="Two women in oilskins hold a measuring board over a crate of herring",
        picture_credit="Odd Lunde",
        body=(
            "<p>At half past four in the morning Marit Sund lays a herring on a board, reads a number aloud and lays"
            " down the next. She has done this eleven thousand times since March. When the ministry’s own survey came"
            " in, its figure was <strong>a third lower</strong> than hers, and for once it was the ministry that asked"
            " to see the notebooks.</p>"
            "<p>What began as a quarrel over quotas has become the most complete record of any fishing ground on this"
            ' coast. Nine boats take part. The sheets are <a href="https://data.example.org/herring">open to'
            " everybody</a>, coffee stains included, and a school class in the next village checks the sums.</p>"
            "<p>Not everyone is pleased. Two owners left when the count showed that their favourite bank was nearly"
            " empty, and a third asks, not unreasonably, who will pay for the mornings spent measuring instead of"
            " fishing. <em>“I can count,”</em> he says. <em>“I would just rather be paid for the fish.”</em></p>"
            "<p>Still, something has shifted on the quay. People who have not agreed on anything since the breakwater"
            " now argue about confidence intervals. Our story follows one crate from the net to the ministry, and"
            " asks what happens when those who know a place best are the ones who measure it.</p>"
        ),
    )
    street = Story(
        kicker="Housing",
        headline="A Street Buys Itself, One Kitchen Table at a Time",
        byline="Tomas Reyes Okafor",
        source_name="Northern Commons",
        url="https://commons.example.org/street",
        picture=kept("street", 1200, 630),
        picture_alt="A row of terraced houses, each door painted a different blue",
        body=(
            "<p>When the landlord of Nelson Street died, his heirs offered the whole row to a fund. The thirty-one"
            " tenants had six weeks to think of something better. They did:</p>"
            "<ul><li>every household put in what it could, from forty pounds to nine thousand;</li>"
            '<li>a <a href="https://bank.example.org/mutual">mutual bank</a> lent the rest against all the houses at'
            " once;</li><li>nobody may sell for more than they paid and the cost of living since.</li></ul>"
            "<p>The first winter was cold and the boiler of number twelve is still a matter of debate. But the rents"
            " have not risen, and two other streets have asked to see the papers.</p>"
        ),
    )
    keeper = Story(
        headline="The Last Keeper of the Bell Buoy",
        byline="Ada Penrose",
        url="https://tideline.example.org/stories/bell-buoy",
        body=(
            "<p>For thirty-four years Jory Hocking has rowed out to oil the clapper of a bell that no chart mentions"
            " any more. We asked him why.</p>"
            "<blockquote><p>Because in fog you do not look at a chart. You stop, and you listen.</p></blockquote>"
            "<p>He is seventy-eight, and he is looking for an apprentice.</p>"
        ),
    )
    appeal = Appeal(
        name="Quay",
        heading="Keep a reporter on the quay",
        lead="Nobody pays us to wait a month for a story. Readers do.",
        points=[
            "Three reporters who live where they report",
            "Every story free to read, without a single advert",
            "Corrections printed as large as the mistake",
        ],
        closing="Four pounds a month keeps the lamp lit.\nThank you.",
        button="Support this reporting",
        url="https://give.example.org/tideline?from=letter",
    )
    spot = AppealPosition(story=0, after_block=2)
    return build_content(
        edition, stories=[harbour, street, keeper], appeal=appeal, spot=spot, base_url=BASE_URL, pictures=PICTURES
    )


def arabic() -> LetterContent:
    """Right to left, with a headline that opens with a Latin name and a story in English."""
    publication = Publication(
        slug="mina",
        name="رسالة الميناء",
        tagline="حكايات من الساحل، كل ثلاثاء",
        sender_name="رسالة الميناء",
        sender_email="letters@mina.example.org",
        postal_address="رسالة الميناء، 12 شارع البحر، طرابلس",
        language="ar",
        accent_colour="#9a3b26",
        accent_colour_dark="#e8a08c",
        starts_on=DAY,
        send_time=time(9),
    )
    edition = edition_of(publication, intro="في هذا العدد ننزل إلى البحر مع من يعرفه أكثر منا.")
    nets = Story(
        kicker="تراث",
        headline="UNESCO تدرس إدراج حرفة نسج الشباك، والصيادون يسألون: من سيتعلمها؟",
        byline="سلمى الحداد",
        source_name="رسالة الميناء",
        url="https://mina.example.org/nets",
        picture=kept("nets", 1072, 600),
        picture_alt="صياد يرتق شبكة خضراء على رصيف الميناء",
        picture_credit="ربيع عوض",
        body=(
            "<p>يجلس أبو نادر على صندوق مقلوب ويمرر الإبرة في العقدة ذاتها التي تعلمها من أبيه قبل ستين عامًا. يقول إن"
            " الشبكة الجيدة تعيش عشر سنوات، وإن الصياد الجيد يعيش معها.</p>"
            "<p>في الأسبوع المقبل تنظر لجنة دولية في ملف الحرفة. الملف مؤلف من <strong>240 صفحة</strong>، وفيه صور"
            ' وخرائط و<a href="https://archive.example.org/knots">تسجيلات للأغاني</a> التي ترافق العمل، لكن ليس فيه'
            " اسم متدرب واحد دون الثلاثين.</p>"
            "<p>في هذا التقرير نتتبع شبكة واحدة من الخيط الأول حتى الصيد الأول، ونسأل عما يبقى من"
            " الحرفة حين تصبح تراثًا.</p>"
        ),
    )
    bread = Story(
        headline="فرن الحي يعود إلى العمل بعد عشرين عامًا",
        byline="كريم منصور",
        url="https://mina.example.org/bread",
        body=(
            "<p>عند الخامسة فجرًا عادت رائحة الخبز إلى الزقاق. أعاد الجيران بناء الفرن حجرًا حجرًا، واتفقوا على"
            " ثلاثة أمور:</p>"
            "<ul><li>الحطب من الأشجار اليابسة وحدها؛</li><li>الرغيف بسعر واحد للجميع؛</li><li>الجمعة للضيوف.</li></ul>"
        ),
    )
    english = Story(
        kicker="In English",
        headline="What the Harbour Master Wrote Down",
        byline="Nour Aziz",
        source_name="Levant Review",
        url="https://review.example.org/harbour-master",
        language="en",
        direction=Direction.LTR,
        body="<p>A diary of forty years of arrivals, kept in pencil, has turned up behind a filing cabinet.</p>",
    )
    appeal = Appeal(
        name="خريف",
        heading="صحافة تبقى قريبة من الناس",
        lead="لا يدفع لنا أحد كي ننتظر الحكاية حتى تكتمل، سوى قرائنا.",
        points=["ثلاثة مراسلين يعيشون حيث يكتبون", "كل القصص مفتوحة للجميع"],
        closing="شكرًا لأنكم معنا.",
        button="ادعم هذا العمل",
        url="https://give.example.org/mina",
    )
    spot = AppealPosition(story=0, after_block=None)
    return build_content(
        edition, stories=[nets, bread, english], appeal=appeal, spot=spot, base_url=BASE_URL, pictures=PICTURES
    )


def bare() -> LetterContent:
    """Every part that may be missing is missing."""
    publication = Publication(
        slug="plain",
        name="Plain Letter",
        sender_name="Plain Letter",
        sender_email="letters@plain.example.org",
        postal_address="1 Only Street, Onetown",
        starts_on=DAY,
        send_time=time(7),
    )
    story = Story(
        headline="One thing happened", url="https://plain.example.org/one", body="<p>It happened yesterday.</p>"
    )
    return build_content(
        edition_of(publication), stories=[story], appeal=None, spot=None, base_url=BASE_URL, pictures=PICTURES
    )


GOLDEN = {"rich": rich, "arabic": arabic, "bare": bare}
