"""A letter whose every text is one word that no phone has room for: what people paste is not always what was meant."""

from dataclasses import replace

from markupsafe import Markup, escape

from newsletter.letters.content.appeal_view import AppealView
from newsletter.letters.content.brand_view import Brand
from newsletter.letters.content.letter_content import LetterContent
from newsletter.letters.content.story_view import Quote, StoryView

WORDS = {
    "german": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2,
    "address": "https://letters.example.org/2026/11/24/" + "a_headline_that_somebody_pasted_from_the_wrong_field" * 3,
    "arabic": "أفاستسقيناكموهاواستخرجناكموها" * 6,
}


def stretched(contents: LetterContent, word: str) -> LetterContent:
    """The same letter with `word` in the place of every text. What a letter lacks it goes on lacking."""
    return replace(
        contents,
        brand=_brand(contents.brand, word),
        date=word,
        intro=(word,),
        stories=tuple(_story(story, word) for story in contents.stories),
        appeal=contents.appeal and _appeal(contents.appeal, word),
        postal_address=word,
        why=word,
    )


def _brand(brand: Brand, word: str) -> Brand:
    return replace(
        brand,
        name=word,
        tagline=word,
        site=brand.site and word,
        footer=word,
        elsewhere=tuple(replace(place, name=word) for place in brand.elsewhere),
        sponsor=brand.sponsor and replace(brand.sponsor, label=word, text=word),
        logo=brand.logo and replace(brand.logo, alt=word),
    )


def _story(story: StoryView, word: str) -> StoryView:
    spelt = str(escape(word))
    prose = "".join(
        (
            f"<p>{spelt}</p><p><strong>{spelt}</strong> <a href='https://example.org/'>{spelt}</a></p>",
            f"<ul><li>{spelt}</li></ul><ol><li>{spelt}</li></ol><blockquote><p>{spelt}</p></blockquote>",
        )
    )
    passages = [replace(passage, html=Markup(prose)) for passage in story.passages]  # noqa: S704 — escaped above
    return replace(
        story,
        section=story.section and word,
        kicker=story.kicker and word,
        headline=word,
        byline=word,
        picture=story.picture and replace(story.picture, alt=word, credit=word),
        quote=Quote(word, word) if story.kind != "short" else None,
        passages=tuple(passages),
    )


def _appeal(appeal: AppealView, word: str) -> AppealView:
    return replace(
        appeal,
        label=word,
        heading=word,
        lead=word,
        points=(word, word),
        closing=(word, word),
        thermometer=appeal.thermometer and replace(appeal.thermometer, words=word),
        match=word,
        amounts=tuple(replace(amount, words=word) for amount in appeal.amounts),
        button=word,
    )
