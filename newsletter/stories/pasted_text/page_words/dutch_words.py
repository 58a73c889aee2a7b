"""Dutch words of news pages."""

from newsletter.stories.pasted_text.page_words.language_words import LanguageWords

OUR = r"(?:ons|onze) (?:werk|journalistiek|redactie|team|krant|onderzoek|verslaggeving)"
GOOD = r"(?:onafhankelijke|vrije|lokale|goede|kritische|deze) (?:journalistiek|media|pers)"

DUTCH = LanguageWords(
    code="nl",
    frequent="""de het een van en in is dat op te zijn met voor niet die er aan om ook als dan maar bij nog uit
    ze hij heeft werd wordt naar door over zich tot haar worden hebben kan meer ik was je hun geen al zo wel
    deze na dit wij onder tegen had hem moet kunnen veel daar omdat waar zou zij toch ons wat jaar""",
    months="""januari februari maart april mei juni juli augustus september oktober november december jan feb
    mrt apr jun jul aug sep sept okt nov dec""",
    time_words="""maandag dinsdag woensdag donderdag vrijdag zaterdag zondag om uur bijgewerkt gepubliceerd
    gewijzigd laatst laatste update leestijd min minuten geleden uren dagen op""",
    authors="""door | tekst: | tekst door | geschreven door | auteur: | een reportage van | interview:
    | interview door | verslag:""",
    roles="correspondent verslaggever redacteur journalist columnist hoofdredacteur",
    labels="""advertentie | advertenties | delen | deel dit artikel | printen | afdrukken | reacties | reageren
    | bewaren | bewaar | luister | luister naar dit artikel | home | zoeken | menu | inloggen | aanmelden
    | registreren | abonneren | word abonnee | politiek | economie | sport | cultuur | binnenland | buitenland
    | opinie | wetenschap | gezondheid | video | foto's | lees meer | lees verder | meer | naar de inhoud
    | ga naar inhoud | accepteren | alles accepteren | weigeren | instellingen | contact | sluiten
    | laatste nieuws | live | kopieer link | ja | nee | terug naar boven | volgende | vorige | nieuwsbrief""",
    openings="""wij gebruiken cookies | we gebruiken cookies | deze website gebruikt | deze site gebruikt
    | lees ook | lees meer | lees verder | bekijk ook | leestijd | bijgewerkt op | gepubliceerd op
    | laatst bijgewerkt | laatste update | schrijf je in | meld je aan | abonneer je | ontvang | volg ons
    | deel op | tags: | onderwerpen: | advertentie | alle rechten voorbehouden | dit artikel is
    | dit artikel verscheen | luister | jouw e-mailadres | uw e-mailadres""",
    afterwards="""gerelateerde artikelen | gerelateerd | lees ook | meest gelezen | meer nieuws | meer over
    | meer van | meer uit | laatste nieuws | aanbevolen | reacties | plaats een reactie
    | laat een reactie achter | over de auteur | andere artikelen | ook interessant | net binnen | nieuwsbrief""",
    sign_ups="schrijf je in | meld je aan | abonneer je | jouw e-mailadres | uw e-mailadres | ontvang",
    invitations=r"\b(?:schrijf je in|meld je aan|abonneer je) (?:voor|op)\b|\bonze nieuwsbrief\b|\bvolg ons op\b",
    credits="foto | foto's | fotografie | beeld | foto door | bron | illustratie | video | graphic | infographic",
    requests=(
        ("support", rf"(?:steun|ondersteun) (?:ons\b|{OUR}|{GOOD})"),
        ("us", r"\b(?:help|doe mee met|sluit je aan bij) ons\b|\bhelp ons\b|\bdoe mee\b"),
        ("gift", r"(?:doe|geef|met) (?:een|jouw|uw) (?:\S+ )?(?:gift|donatie|bijdrage)"),
        ("alone", r"kunnen (?:we|wij|dit|dat|het) (?:\S+ )?(?:niet (?:alleen|zonder (?:jou|u|jullie)))"),
        ("your", r"\b(?:uw|jouw|je) (?:steun|donatie|gift|bijdrage|hulp)|we hebben (?:u|jou|je) nodig"),
        ("become", r"word (?:\S+ )?(?:lid|vriend|donateur|abonnee|supporter)"),
        (
            "chip",
            r"(?:al )?(?:vanaf|voor) (?:slechts )?(?:€ ?)?\d+ ?(?:€|euro)? per maand|lezers zoals (?:u"
            r"|jij)|fiscaal aftrekbaar",
        ),
        (
            "rely",
            r"(?:dankzij|gefinancierd door|afhankelijk van) (?:onze |de |haar )?(?:lezers|leden|"
            r"donateurs|donaties|steun)",
        ),
        ("keep", r"(?:om|zodat we) (?:\S+ ){0,4}(?:onafhankelijk|vrij|gratis) (?:te )?(?:\S+ )?(?:blijven|kunnen)"),
        ("now", r"\b(?:doneer|steun|geef|word lid) (?:nu|vandaag|hier|direct)\b|\bnu doneren\b"),
    ),
    orders="doneer steun geef help word",
    reported="zei zegt volgens vertelt vertelde verklaarde meldde vroeg",
)
