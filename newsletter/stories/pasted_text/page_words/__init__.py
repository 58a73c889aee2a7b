"""Words that tell articles from the rest of a page, one module per language."""

from newsletter.stories.pasted_text.page_words.arabic_words import ARABIC
from newsletter.stories.pasted_text.page_words.chinese_words import CHINESE
from newsletter.stories.pasted_text.page_words.dutch_words import DUTCH
from newsletter.stories.pasted_text.page_words.english_words import ENGLISH
from newsletter.stories.pasted_text.page_words.french_words import FRENCH
from newsletter.stories.pasted_text.page_words.german_words import GERMAN
from newsletter.stories.pasted_text.page_words.hebrew_words import HEBREW
from newsletter.stories.pasted_text.page_words.hindi_words import HINDI
from newsletter.stories.pasted_text.page_words.italian_words import ITALIAN
from newsletter.stories.pasted_text.page_words.japanese_words import JAPANESE
from newsletter.stories.pasted_text.page_words.portuguese_words import PORTUGUESE
from newsletter.stories.pasted_text.page_words.spanish_words import SPANISH

LANGUAGES = (
    ENGLISH,
    SPANISH,
    FRENCH,
    GERMAN,
    ITALIAN,
    PORTUGUESE,
    DUTCH,
    HEBREW,
    ARABIC,
    HINDI,
    CHINESE,
    JAPANESE,
)
