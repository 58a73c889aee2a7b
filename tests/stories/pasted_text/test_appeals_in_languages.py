"""Donation blocks in twelve languages: found whole, found doubled, and not found in stories about giving."""

import json
from pathlib import Path

import pytest

from newsletter.stories.pasted_text.line_types import APPEAL_PARTS
from newsletter.stories.pasted_text.page_words import LANGUAGES
from newsletter.stories.pasted_text.parse_pasted_text import parse

ARTICLES = Path(__file__).parent / "articles"
WITH_APPEAL = [file for file in sorted(ARTICLES.glob("*.json")) if json.loads(file.read_text())["appeal_heading"]]

# News about people who give, who ask, and who are thanked.
ABOUT_GIVING = {
    "en": (
        "A choir sings for its own roof",
        "The choir asked the town to donate, and 1,400 people made a donation within a week.",
        "“Support us, become a member, donate today,” its posters said, and the mayor laughed.",
        "The treasurer said that your donation would be listed on the wall if you give more than ten euros.",
    ),
    "es": (
        "Un coro canta por su propio tejado",
        "El coro pidió ayuda al pueblo y 1.400 vecinos hicieron una donación en una semana.",
        "«Apoya nuestro trabajo, dona ahora», decían los carteles, y el alcalde se rió.",
        "El tesorero dijo que tu donación aparecería en la pared si das más de diez euros.",
    ),
    "fr": (
        "Une chorale chante pour son toit",
        "La chorale a demandé de l'aide à la ville, et 1 400 habitants ont fait un don en une semaine.",
        "« Soutenez-nous, faites un don », disaient les affiches, et le maire a ri.",
        "Le trésorier a expliqué que votre don serait inscrit sur le mur au-delà de dix euros.",
    ),
    "de": (
        "Ein Chor singt für sein Dach",
        "Der Chor bat die Stadt um Hilfe, und 1.400 Menschen gaben in einer Woche eine Spende.",
        "„Unterstützen Sie uns, werden Sie Mitglied“, stand auf den Plakaten, und der Bürgermeister lachte.",
        "Der Kassenwart sagte, Ihre Spende stehe an der Wand, wenn Sie mehr als zehn Euro geben.",
    ),
    "it": (
        "Un coro canta per il suo tetto",
        "Il coro ha chiesto aiuto alla città e 1.400 persone hanno fatto una donazione in una settimana.",
        "«Sostienici, diventa socio, dona ora», dicevano i manifesti, e il sindaco rideva.",
        "Il tesoriere ha detto che la tua donazione sarebbe apparsa sul muro oltre i dieci euro.",
    ),
    "pt": (
        "Um coro canta pelo seu telhado",
        "O coro pediu ajuda à cidade e 1.400 pessoas fizeram uma doação numa semana.",
        "«Apoie o nosso trabalho, doe agora», diziam os cartazes, e o presidente da câmara riu.",
        "O tesoureiro disse que a sua doação ficaria na parede a partir de dez euros.",
    ),
    "nl": (
        "Een koor zingt voor zijn dak",
        "Het koor vroeg de stad om hulp, en 1.400 mensen deden binnen een week een gift.",
        "“Steun ons, word lid, doneer nu”, stond op de posters, en de burgemeester lachte.",
        "De penningmeester zei dat uw donatie op de muur zou staan vanaf tien euro.",
    ),
    "he": (
        "מקהלה שרה למען הגג שלה",
        "המקהלה ביקשה עזרה מהעיר, ואלף וארבע מאות תושבים נתנו תרומה בתוך שבוע.",
        "“תמכו בנו, תרמו עכשיו”, נכתב על הכרזות, וראש העיר צחק.",
        "הגזבר אמר שהתרומה שלכם תופיע על הקיר אם תיתנו יותר מעשרה שקלים.",
    ),
    "ar": (
        "جوقة تغني من أجل سقفها",
        "طلبت الجوقة المساعدة من المدينة، فقدم ألف وأربعمئة شخص تبرعات خلال أسبوع.",
        "«ادعمونا، تبرعوا الآن»، كُتب على الملصقات، وضحك رئيس البلدية.",
        "قال أمين الصندوق إن تبرعكم سيظهر على الجدار إذا زاد على عشرة دنانير.",
    ),
    "hi": (
        "अपनी छत के लिए गाता एक समूह",
        "समूह ने शहर से मदद मांगी और एक हफ्ते में 1,400 लोगों ने दान दिया।",
        "“हमारी मदद करें, अभी दान करें,” पोस्टरों पर लिखा था, और महापौर हँस पड़े।",
        "कोषाध्यक्ष ने कहा कि आपका योगदान दीवार पर लिखा जाएगा।",
    ),
    "zh": (
        "合唱团为自己的屋顶歌唱",
        "合唱团向全城求助，一周之内有一千四百人捐了款。",
        "“请支持我们，立即捐款。”海报上这样写着，市长看了笑起来。",
        "司库表示，您的捐款超过十元，名字就会写在墙上。",
    ),
    "ja": (
        "屋根のために歌う合唱団",
        "合唱団は町に助けを求め、一週間で千四百人が寄付をした。",
        "「私たちを応援してください、今すぐ寄付を」とポスターにはあり、町長は笑った。",
        "会計係は、あなたの寄付は壁に名前が残ると話した。",
    ),
}


def test_every_language_has_a_story_about_giving() -> None:
    assert set(ABOUT_GIVING) == {language.code for language in LANGUAGES}


@pytest.mark.parametrize("code", ABOUT_GIVING)
def test_a_story_about_giving_has_no_appeal_and_loses_no_paragraph(code: str) -> None:
    headline, *paragraphs = ABOUT_GIVING[code]
    page = parse("\n".join([headline, *paragraphs]))
    assert page.appeal is None
    assert page.paragraphs == tuple(paragraphs)


@pytest.mark.parametrize("file", WITH_APPEAL, ids=lambda file: file.stem)
def test_a_block_that_stands_there_twice_is_one_appeal(file: Path) -> None:
    text = json.loads(file.read_text(encoding="utf-8"))["text"]
    once = parse(text)
    block = [line.number for line in once.lines if line.part in APPEAL_PARTS]
    assert block == list(range(block[0], block[-1] + 1))
    lines = text.splitlines()
    doubled = lines[: block[-1]] + lines[block[0] - 1 : block[-1]] + lines[block[-1] :]
    twice = parse("\n".join(doubled))
    assert once.appeal
    assert twice.appeal
    assert twice.appeal.heading == once.appeal.heading
    assert twice.paragraphs == once.paragraphs
