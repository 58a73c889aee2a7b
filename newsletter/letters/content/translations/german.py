"""The fixed phrases of an email in German."""

from newsletter.letters.content.translations.translation import Translation

GERMAN = Translation(
    language="de",
    greeting=("Guten Tag ", ","),
    web="Im Browser ansehen",
    read="Den ganzen Artikel lesen",
    contents="In dieser Ausgabe",
    author="Von {author}",
    author_and_source="Von {author} für {source}",
    source="Quelle: {source}",
    credit="Bild: {credit}",
    from_us="Eine Nachricht von {publication}",
    why="Sie erhalten diese E-Mail, weil Sie {publication} abonniert haben.",
    unsubscribe="Abbestellen",
    preferences="Einstellungen verwalten",
    brief="Kurz gemeldet",
    more="Mehr von {publication}",
    sponsored="Anzeige: {sponsor}",
    elsewhere="{publication} bei {network}",
    give="{amount} geben",
    given="{raised} von {goal} gespendet, Stand {day}",
    until="Bis {day}, {time} Uhr ({zone}).",
    thanks=(
        "Danke für Ihre Spende",
        "Sie haben vor Kurzem für {publication} gespendet."
        " Leserinnen und Leser wie Sie machen diesen Newsletter möglich. Deshalb bitten wir Sie heute um nichts.",
    ),
    marks=("„", "“"),
)
