"""What a language module holds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageWords:
    """Words and phrases of one language, in lower case.

    Lists are separated by line ends, single words by spaces. `requests` maps the kind of a request for support to a
    regular expression; two kinds in neighbouring lines make an appeal.
    """

    code: str
    frequent: str  # words that nearly every sentence has
    months: str  # with the usual short forms
    time_words: str  # other words of a line that is only a date: weekdays, "updated", "published"
    authors: str  # what stands before the author's name, at the start of a line
    roles: str  # words for the author's work, which may follow the name
    labels: str  # lines that are buttons, headings of lists and menus, if they are the whole line
    openings: str  # how other lines of the page begin that are not part of the article
    afterwards: str  # headings of what follows an article; also how they begin
    sign_ups: str  # how the lines of a box begin in which readers sign up for an email
    invitations: str  # a regular expression: invitations to sign up or to follow, anywhere in a line
    credits: str  # what stands before the name of a photographer or agency
    requests: tuple[tuple[str, str], ...]  # requests for support
    orders: str  # imperatives that ask for a gift, at the start of a sentence
    reported: str  # words for speech: a request in such a sentence is not the page's own
