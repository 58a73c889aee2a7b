"""The fixed phrases of an email in French."""

from newsletter.letters.content.translations.translation import Translation

FRENCH = Translation(
    language="fr",
    greeting=("Bonjour ", ","),
    web="Afficher dans le navigateur",
    read="Lire l’article complet",
    contents="Au sommaire",
    author="Par {author}",
    author_and_source="Par {author} pour {source}",
    source="Source : {source}",
    credit="Image : {credit}",
    from_us="Un message de {publication}",
    why="Vous recevez cet e-mail dans le cadre de votre abonnement à {publication}.",
    unsubscribe="Se désabonner",
    preferences="Gérer vos préférences",
    brief="En bref",
    more="À lire aussi chez {publication}",
    sponsored="Sponsorisé par {sponsor}",
    elsewhere="{publication} sur {network}",
    give="Donner {amount}",
    given="{raised} collectés sur {goal} au {day}",
    until="Jusqu’au {day} à {time} ({zone}).",
    thanks=(
        "Merci pour votre don",
        "Vous avez récemment fait un don à {publication}."
        " Cette newsletter existe grâce à des lectrices et lecteurs comme vous. Aujourd’hui, nous ne vous demandons"
        " donc rien.",
    ),
    marks=("«\u00a0", "\u00a0»"),
    colon="\u00a0:",
)
