"""The fixed phrases of an email in Polish."""

from newsletter.letters.content.translations.translation import Translation

POLISH = Translation(
    language="pl",
    greeting=("Dzień dobry, ", ","),
    web="Zobacz w przeglądarce",
    read="Czytaj cały artykuł",
    contents="W tym wydaniu",
    author="Tekst: {author}",
    author_and_source="Tekst: {author}, {source}",
    source="Źródło: {source}",
    credit="Ilustracja: {credit}",
    from_us="Wiadomość od redakcji {publication}",
    why="Otrzymujesz tę wiadomość, ponieważ subskrybujesz {publication}.",
    unsubscribe="Zrezygnuj z subskrypcji",
    preferences="Zarządzaj preferencjami",
    brief="W skrócie",
    more="Więcej: {publication}",
    sponsored="Sponsor: {sponsor}",
    elsewhere="{publication} w serwisie {network}",
    give="Wpłać {amount}",
    given="Zebrano {raised} z {goal}, stan na {day}",
    until="Do {day}, godz. {time} ({zone}).",
    thanks=(
        "Dziękujemy za wpłatę",
        "Niedawno otrzymaliśmy Twoją wpłatę na {publication}."
        " Ten newsletter istnieje dzięki takim czytelniczkom i czytelnikom, dlatego dziś o nic nie prosimy.",
    ),
    marks=("„", "”"),
    reading_time="{minutes} min czytania",
)
