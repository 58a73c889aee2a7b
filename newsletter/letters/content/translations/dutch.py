"""The fixed phrases of an email in Dutch."""

from newsletter.letters.content.translations.translation import Translation

DUTCH = Translation(
    language="nl",
    greeting=("Beste ", ","),
    web="Bekijk in de browser",
    read="Lees het hele artikel",
    contents="In deze editie",
    author="Door {author}",
    author_and_source="Door {author} voor {source}",
    source="Bron: {source}",
    credit="Beeld: {credit}",
    from_us="Een bericht van {publication}",
    why="Je ontvangt deze e-mail omdat je bent ingeschreven voor {publication}.",
    unsubscribe="Uitschrijven",
    preferences="Voorkeuren beheren",
    brief="In het kort",
    more="Meer van {publication}",
    sponsored="Gesponsord door {sponsor}",
    elsewhere="{publication} op {network}",
    give="Geef {amount}",
    given="{raised} van {goal} opgehaald, stand op {day}",
    until="Tot {day}, {time} uur ({zone}).",
    thanks=(
        "Bedankt voor je gift",
        "Je hebt onlangs aan {publication} gegeven."
        " Lezers zoals jij maken deze nieuwsbrief mogelijk. Daarom vragen we je vandaag niets.",
    ),
    marks=("“", "”"),
    reading_time="Leestijd: {minutes} min.",
)
