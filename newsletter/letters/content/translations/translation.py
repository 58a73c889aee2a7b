"""The fixed phrases of an email in one language. Dates, times and amounts are in locale_formats.py."""

from dataclasses import dataclass

from newsletter.letters.content.translations.archive_phrases import ArchivePhrases
from newsletter.letters.content.translations.sign_up_phrases import SignUpPhrases
from newsletter.mail.text_direction import Direction, direction_of, isolate


@dataclass(frozen=True, slots=True)
class Translation:
    """The phrases of one language; values in braces are filled in."""

    language: str
    greeting: tuple[str, str]  # before and after the reader's first name
    web: str
    read: str  # the link to a story
    contents: str  # before the links to the stories of this email
    author: str
    author_and_source: str
    source: str
    credit: str
    from_us: str  # label of an appeal; sets the appeal apart from the story around it
    why: str
    unsubscribe: str
    preferences: str
    brief: str  # heading above short stories
    more: str  # the same heading in the one-story layout
    sponsored: str
    corrections: str  # heading above corrections of earlier editions
    corrected: str  # with a story on the web
    elsewhere: str
    give: str  # on the button of an amount
    given: str  # text of a thermometer
    until: str  # end of a match
    thanks: tuple[str, str]  # default heading and text for recent donors
    marks: tuple[str, str]  # quotation marks
    reading_time: str
    sign_up: SignUpPhrases  # the sign-up page and the confirmation email
    archive: ArchivePhrases
    colon: str = ":"  # after a word
    full_stop: str = "."
    checked: bool = False  # whether a fluent speaker has read the phrases in an email

    @property
    def direction(self) -> Direction:
        return direction_of(self.language)

    def fill(self, phrase: str, **values: str) -> str:
        """Return a phrase of this language with its values, each isolated from the direction of the words around it."""
        return phrase.format(**{name: isolate(value, self.direction) for name, value in values.items()})

    def byline(self, author: str, source: str) -> str:
        """Return “By NAME for SOURCE”, or the known part of it."""
        if author and source:
            return self.fill(self.author_and_source, author=author, source=source)
        if author:
            return self.fill(self.author, author=author)
        return self.fill(self.source, source=source) if source else ""
