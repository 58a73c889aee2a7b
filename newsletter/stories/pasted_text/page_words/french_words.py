"""French words of news pages."""

from newsletter.stories.pasted_text.page_words.language_words import LanguageWords

OUR = r"(?:notre|nos) (?:travail|journalisme|rédaction|équipe|journal|média|enquêtes|journalistes)"
GOOD = r"(?:un|le|une) (?:journalisme|presse|information|média) (?:indépendant\w*|libre|de qualité|local\w*)"

FRENCH = LanguageWords(
    code="fr",
    frequent="""de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont la
    avec son elle mais comme on ou si leur y dont aux cette ont été être ces sa ses fait nous vous tout même
    bien deux après sans lui contre entre avait était encore aussi peut ainsi depuis je""",
    months="""janvier février mars avril mai juin juillet août septembre octobre novembre décembre janv févr avr
    juil sept oct nov déc""",
    time_words="""lundi mardi mercredi jeudi vendredi samedi dimanche à le h publié publiée mis mise jour
    modifié modifiée dernière mise lecture min minutes temps il y heures jours de heure""",
    authors="""par | texte : | texte: | texte par | écrit par | propos recueillis par | auteur : | auteur:
    | entretien par | un reportage de | reportage de | rédigé par""",
    roles="""correspondant correspondante journaliste rédacteur rédactrice envoyé envoyée spécial spéciale
    chroniqueur chroniqueuse""",
    labels="""publicité | partager | partagez | partager l'article | imprimer | commentaires | commenter
    | réagir | écouter | écouter l'article | accueil | rechercher | menu | se connecter | connexion | s'inscrire
    | s'abonner | abonnez-vous | politique | économie | sport | sports | culture | société | monde
    | international | france | opinion | débats | idées | planète | sciences | santé | vidéo | vidéos | photos
    | lire plus | lire la suite | en savoir plus | voir plus | aller au contenu | accepter | tout accepter
    | refuser | tout refuser | paramétrer | mentions légales | contact | fermer | en direct | copier le lien
    | oui | non | haut de page | suivant | précédent | newsletter | envoyer par e-mail | ajouter à vos favoris
    | offrir l'article""",
    openings="""nous utilisons des cookies | ce site utilise | lire aussi | à lire aussi | à lire
    | lire également | voir aussi | à voir aussi | temps de lecture | publié le | mis à jour | modifié le
    | dernière mise à jour | inscrivez-vous | abonnez-vous à | recevez | suivez-nous | partager sur | mots-clés
    | tags : | tags: | thèmes : | publicité | tous droits réservés | cet article a été | cet article est réservé
    | il vous reste | votre adresse | écoutez | avez-vous trouvé | avec afp | déjà abonné
    | la suite est réservée""",
    afterwards="""articles liés | à lire aussi | sur le même sujet | sur le même thème | les plus lus
    | le plus lu | articles les plus lus | dans la même rubrique | voir aussi | plus d'articles
    | recommandé pour vous | nos recommandations | vous aimerez aussi | commentaires | laisser un commentaire
    | à propos de l'auteur | dernières actualités | l'actualité en continu | articles similaires
    | autres articles | newsletter""",
    sign_ups="inscrivez-vous | abonnez-vous à | votre adresse | votre e-mail | recevez | en vous inscrivant",
    invitations=(
        r"\b(?:inscrivez|abonnez)-vous (?:à|pour)\b|\bnotre (?:newsletter|infolettre|"
        r"lettre d'information)\b|\bsuivez-nous sur\b"
    ),
    credits="""photo | photos | photographie | photo : | image | images | crédit | crédits | crédit photo
    | source | sources | illustration | infographie | vidéo | légende | dessin | courtoisie de""",
    requests=(
        ("support", rf"(?:soutenez|soutiens|soutenir)(?:-nous\b| {OUR}| {GOOD}| la presse| l'information)"),
        ("us", r"\b(?:aidez|rejoignez|aide)-nous\b"),
        ("gift", r"(?:faites|faire|en faisant) (?:un|votre) (?:\S+ )?don\b"),
        ("alone", r"(?:ne pouvons|ne pouvons pas|n'y arriverons) (?:pas )?(?:le faire )?(?:seuls?|sans vous)"),
        ("your", r"\b(?:votre|vos|ton) (?:soutien|dons?|aide|contribution)|nous avons besoin de (?:vous|votre)"),
        ("become", r"(?:devenez|deviens) (?:\S+ )?(?:membre|adhérent\w*|abonné\w*|donateur\w*|mécène)"),
        (
            "chip",
            r"(?:dès|à partir de|pour) \d+ ?(?:€|euros?) par mois|déductible|défiscalis\w+|"
            r"lecteurs? comme vous",
        ),
        (
            "rely",
            r"(?:grâce (?:à|aux)|financ\S+ par|dépend\S* de) (?:nos |ses |les |vos |"
            r"vous\b)?(?:lecteurs|lectrices|dons|abonnés|donateurs|vous\b)",
        ),
        (
            "keep",
            r"pour (?:que )?(?:nous puissions )?(?:continuer|rester|garder) (?:\S+ ){0,3}(?:informer|"
            r"indépendant\w*|libres?|gratuit\w*|enquêter)",
        ),
        ("now", r"\b(?:je (?:fais un don|donne|soutiens)|faire un don|donnez (?:maintenant|aujourd'hui))\b"),
    ),
    orders="donnez soutenez aidez rejoignez abonnez",
    reported="dit selon déclaré expliqué affirme affirmé ajouté annoncé raconte demandé",
)
