"""The fixed phrases of an email in French."""

from newsletter.letters.content.translations.archive_phrases import ArchivePhrases
from newsletter.letters.content.translations.sign_up_phrases import SignUpPhrases
from newsletter.letters.content.translations.translation import Translation

FRENCH = Translation(
    language="fr",
    greeting=("Bonjour ", ","),
    web="Voir dans le navigateur",
    read="Lire l’article complet",
    contents="Au sommaire",
    author="Par {author}",
    author_and_source="Par {author} pour {source}",
    source="Source\u00a0: {source}",
    credit="Image\u00a0: {credit}",
    from_us="Un message de {publication}",
    why="Vous recevez cet e-mail dans le cadre de votre abonnement à {publication}.",
    unsubscribe="Se désabonner",
    preferences="Gérer vos préférences",
    brief="En bref",
    more="À lire aussi dans {publication}",
    sponsored="Sponsorisé par {sponsor}",
    corrections="Rectificatifs",
    corrected="Corrigé le {day}\u00a0: {text}",
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
    reading_time="{minutes} min de lecture",
    colon="\u00a0:",
    sign_up=SignUpPhrases(
        title="S’abonner à {publication}",
        address="Adresse e-mail",
        subscribe="S’abonner",
        consent=(
            "En vous abonnant, vous acceptez de recevoir {publication} par e-mail de la part de {sender}"
            " ({postal_address}). Vous pouvez vous désabonner à tout moment grâce au lien présent dans"
            " chaque e-mail."
        ),
        press_again="Vérifiez votre adresse et appuyez sur le bouton.",
        slip="Vouliez-vous dire {address}\u00a0?",
        use="Oui, utiliser {address}",
        keep="Non, {address} est correcte",
        invalid="Cette adresse e-mail n’est pas valide. Vérifiez s’il manque un caractère ou s’il y en a un de trop.",
        too_many="Trop d’inscriptions viennent de votre réseau. Réessayez dans une heure.",
        closed="{publication} n’accepte pas d’inscription sur cette page.",
        step_left="Encore une étape",
        look=(
            "Ouvrez votre boîte {address} et appuyez sur le bouton dans notre e-mail. Il peut mettre"
            " quelques minutes à arriver."
        ),
        no_email=(
            "Pas d’e-mail\u00a0? Regardez dans vos indésirables."
            " Nous limitons le nombre d’e-mails de ce type envoyés à une adresse\u00a0:"
            " il est peut-être arrivé plus tôt."
        ),
        asked="Quelqu’un, sans doute vous, a demandé à recevoir {publication} à cette adresse.",
        confirm="Confirmez votre abonnement à {publication}",
        confirm_heading="Confirmez votre abonnement",
        confirm_button="Confirmer l’abonnement",
        tap="Sur un autre appareil, il faudra appuyer une fois encore sur la page qui s’ouvre.",
        until="Ce lien est valable jusqu’au {day} à {time} ({zone}).",
        not_you="Si ce n’était pas vous, ignorez cet e-mail\u00a0: aucun abonnement ne sera activé.",
        already="Votre abonnement à {publication} existe déjà",
        already_text=(
            "Quelqu’un, sans doute vous, a inscrit cette adresse à {publication}. Elle est déjà"
            " abonnée\u00a0: rien n’a changé."
        ),
        missing=(
            "Si nos e-mails ne vous parviennent pas, regardez dans vos indésirables et ajoutez {sender} à vos contacts."
        ),
        not_yet="Vous recevrez {publication} par e-mail. Rien n’a encore changé.",
        done="Abonnement confirmé",
        done_text="Vous recevrez {publication} par e-mail.",
        expired="Ce lien a expiré ou a déjà été utilisé",
        expired_text="Rien n’a changé. Pour vous abonner, demandez un nouvel e-mail de confirmation.",
    ),
    archive=ArchivePhrases(
        title="{publication}\u00a0: tous les numéros",
        all="Tous les numéros",
        search="Chercher dans les objets et les titres",
        find="Chercher",
        no_match="Aucun numéro ne contient «\u00a0{query}\u00a0».",
        empty="Aucun numéro n’a encore été envoyé.",
        newer="Numéros plus récents",
        older="Numéros plus anciens",
    ),
)
