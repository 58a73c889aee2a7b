"""The names of authors as pages state them."""

import pytest

from newsletter.stories.reading.author_names import clean_names


@pytest.mark.parametrize(
    ("stated", "names"),
    [
        ("By AMINA OKOYE", ["Amina Okoye"]),
        ("By SEAN O'NEIL and JEAN-PIERRE DUBOIS", ["Sean O'Neil", "Jean-Pierre Dubois"]),
        ("By", []),
        ("Jan de Vries, Staff Writer", ["Jan de Vries"]),
        ("Lea Sow, Korrespondentin", ["Lea Sow"]),
        ("Von Jana Müller", ["Jana Müller"]),
        ("Von Miller", ["Von Miller"]),
        ("Di Maio", ["Di Maio"]),
        ("von der Leyen", ["von der Leyen"]),
        ("بقلم: أحمد سالم", ["أحمد سالم"]),
        ("文／山田太郎", ["山田太郎"]),
        ("jdadmin", []),
        ("", []),
    ],
)
def test_a_name_is_cleaned(stated: str, names: list[str]) -> None:
    assert clean_names([stated]) == names
