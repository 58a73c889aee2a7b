"""Language tags in their usual spelling."""

import pytest

from newsletter.lib.errors import BadInput
from newsletter.lib.language_tags import language_tag


@pytest.mark.parametrize(
    ("given", "tag"),
    [
        ("en", "en"),
        (" AR ", "ar"),
        ("pt-br", "pt-BR"),
        ("pt_BR", "pt-BR"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("de-CH-1996", "de-CH-1996"),
        ("gsw", "gsw"),
    ],
)
def test_a_tag_is_spelled_as_usual(given: str, tag: str) -> None:
    assert language_tag(given) == tag
    assert language_tag(tag) == tag


@pytest.mark.parametrize(
    "given", ["", "e", "english", "en-", "-en", "en--US", 'en" onload="x', "en US", "日本", "en-US\n-x"]
)
def test_an_invalid_tag_is_rejected(given: str) -> None:
    with pytest.raises(BadInput, match="not a language tag"):
        language_tag(given)
