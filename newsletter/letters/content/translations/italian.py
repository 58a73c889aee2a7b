"""The fixed phrases of an email in Italian."""

from newsletter.letters.content.translations.translation import Translation

ITALIAN = Translation(
    language="it",
    greeting=("Ciao ", ","),
    web="Visualizza nel browser",
    read="Leggi l’articolo completo",
    contents="In questo numero",
    author="Di {author}",
    author_and_source="Di {author} per {source}",
    source="Fonte: {source}",
    credit="Immagine: {credit}",
    from_us="Un messaggio da {publication}",
    why="Ricevi questa email in seguito alla tua iscrizione a {publication}.",
    unsubscribe="Annulla l’iscrizione",
    preferences="Gestisci le preferenze",
    brief="In breve",
    more="Altri articoli da {publication}",
    sponsored="Sponsorizzato da {sponsor}",
    elsewhere="{publication} su {network}",
    give="Dona {amount}",
    given="{raised} raccolti su {goal} al {day}",
    until="Fino al {day}, ore {time} ({zone}).",
    thanks=(
        "Grazie per la tua donazione",
        "Di recente hai fatto una donazione a {publication}."
        " Questa newsletter esiste grazie a lettrici e lettori come te, perciò oggi non ti chiediamo nulla.",
    ),
    marks=("«", "»"),
    reading_time="{minutes} min di lettura",
)
