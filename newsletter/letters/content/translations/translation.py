"""The fixed phrases of an email in one language. Dates, times and amounts are in locale_formats.py."""

from dataclasses import dataclass

from newsletter.letters.content.translations.sign_up_phrases import SignUpPhrases
from newsletter.mail.text_direction import Direction, direction_of


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
    elsewhere: str
    give: str  # on the button of an amount
    given: str  # text of a thermometer
    until: str  # end of a match
    thanks: tuple[str, str]  # default heading and text for recent donors
    marks: tuple[str, str]  # quotation marks
    sign_up: SignUpPhrases  # the sign-up page and the confirmation email
    colon: str = ":"  # after a word

    @property
    def direction(self) -> Direction:
        return direction_of(self.language)

    def byline(self, author: str, source: str) -> str:
        """Return “By NAME for SOURCE”, or the known part of it."""
        if author and source:
            return self.author_and_source.format(author=author, source=source)
        return self.author.format(author=author) if author else self.source.format(source=source) if source else ""
