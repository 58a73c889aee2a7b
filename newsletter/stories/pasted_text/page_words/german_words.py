"""German words of news pages."""

from newsletter.stories.pasted_text.page_words.language_words import LanguageWords

OUR = r"unser(?:e|en|er|em|es)? (?:arbeit|journalismus|redaktion|recherchen?|berichterstattung|team|zeitung|magazin)"
GOOD = r"(?:unabhängig\w*|frei\w*|kritisch\w*|gemeinnützig\w*|lokal\w*|diesen|gut\w*) (?:journalismus|medien|redaktion)"

GERMAN = LanguageWords(
    code="de",
    frequent="""der die das und in zu den dem des mit von für auf ist im ein eine einer einem einen nicht sich
    es an als auch er sie aus bei nach werden wird wurde hat haben war sind noch wie über so zum zur um dass
    aber nur oder ihr sein seine seit durch am vom vor bis mehr wenn kann man sei gegen schon unter ihm ihn dort
    wir ich""",
    months="""januar februar märz april mai juni juli august september oktober november dezember jan feb mär apr
    jun jul aug sep sept okt nov dez jänner""",
    time_words="""montag dienstag mittwoch donnerstag freitag samstag sonntag mo di mi do fr sa so uhr um am vom
    stand aktualisiert veröffentlicht geändert zuletzt erstellt lesezeit min minuten vor stunden tagen""",
    authors="""von | text von | text: | ein bericht von | ein beitrag von | interview: | interview von | autor:
    | autorin: | eine reportage von | ein kommentar von | protokoll: | aufgezeichnet von""",
    roles="""korrespondent korrespondentin redakteur redakteurin reporter reporterin autor autorin chefredakteur
    chefredakteurin journalist journalistin kolumnist kolumnistin""",
    labels="""anzeige | werbung | teilen | artikel teilen | drucken | artikel drucken | merken | kommentare
    | kommentieren | kommentar schreiben | artikel anhören | anhören | vorlesen | artikel vorlesen | audio
    | mehr | weiterlesen | mehr lesen | startseite | suche | menü | anmelden | abmelden | registrieren | login
    | abo | abonnieren | newsletter | politik | wirtschaft | sport | kultur | panorama | wissen | gesellschaft
    | meinung | regional | feuilleton | zum inhalt springen | zur navigation springen | zum hauptinhalt springen
    | alle akzeptieren | ablehnen | zustimmen | einstellungen | impressum | datenschutz | kontakt | agb
    | nach oben | schließen | e-mail | whatsapp | ja | nein | mehr anzeigen | alle anzeigen | eilmeldung
    | liveticker | bild | video | fotostrecke | bilderstrecke | link kopieren""",
    openings="""wir verwenden cookies | diese website verwendet | diese seite verwendet | mit ihrer zustimmung
    | lesen sie auch | lesen sie mehr | lesen sie hier | lesen sie weiter | mehr zum thema | mehr dazu
    | mehr lesen | lesezeit | stand: | aktualisiert am | aktualisiert: | veröffentlicht am | erschienen am
    | zuletzt aktualisiert | melden sie sich | jetzt anmelden | hier anmelden | abonnieren sie
    | newsletter abonnieren | folgen sie uns | artikel teilen | teilen sie | schlagworte | themen: | tags:
    | anzeige | hören sie | dieser artikel erschien | dieser text erschien | dieser artikel ist
    | alle rechte vorbehalten | mitarbeit: | redaktion: | war dieser artikel | ihre e-mail
    | sie haben einen fehler""",
    afterwards="""mehr zum thema | mehr aus | mehr von | lesen sie auch | das könnte sie auch interessieren
    | das könnte dich auch interessieren | auch interessant | meistgelesen | meistgelesene artikel
    | meist gelesen | beliebt | verwandte artikel | ähnliche artikel | weitere artikel | weitere themen
    | zum thema | empfohlen | kommentare | kommentar schreiben | schreibe einen kommentar | über den autor
    | über die autorin | newsletter | neueste artikel | aktuelle nachrichten | themen""",
    sign_ups="""newsletter abonnieren | jetzt anmelden | melden sie sich | ihre e-mail | abonnieren sie
    | mit der anmeldung | datenschutzhinweis | kostenlos abonnieren""",
    invitations=(
        r"\b(?:melden sie sich|melde dich) (?:\S+ ){0,4}an\b|\bunser\S* (?:\S+ )?newsletter\b|"
        r"\bfolgen sie uns\b"
    ),
    credits="""foto | fotos | bild | bilder | bildquelle | fotografie | fotografin | quelle | grafik
    | illustration | video | copyright | symbolbild | archivbild""",
    requests=(
        ("support", rf"unterstütz\w* (?:sie )?(?:uns\b|{OUR}|{GOOD})"),
        ("us", r"\b(?:helfen sie|hilf) uns\b|\b(?:sei|seien sie|sind sie|machen sie|mach) (?:dabei|mit)\b"),
        ("gift", r"mit (?:einer|ihrer|deiner|ihrem|deinem) (?:\S+ )?(?:spende|beitrag)|\bspenden sie\b"),
        (
            "alone",
            r"(?:schaffen|können) (?:wir )?(?:das|es|wir das|wir es)? ?nicht (?:allein|ohne (?:sie|euch|"
            r"dich))",
        ),
        (
            "your",
            r"\b(?:ihre|eure|deine|ihrer|deiner) (?:unterstützung|spende|hilfe)|wir brauchen (?:sie|dich|"
            r"euch)\b",
        ),
        ("become", r"(?:werden sie|werde|werdet) (?:\S+ )?(?:mitglied|förder\w*|unterstützer\w*|abonnent\w*)"),
        (
            "chip",
            r"(?:schon|bereits|ab) \S{0,2}\d+ ?(?:€|euro|franken)? im monat|steuerlich absetzbar|"
            r"leser\S* wie (?:sie|du|dich)\b",
        ),
        (
            "rely",
            r"(?:von (?:unseren )?leser\S* (?:finanziert|getragen)|auf (?:ihre|deine|eure) \S+ "
            r"angewiesen)|spendenfinanziert",
        ),
        ("keep", r"damit (?:wir|das|es) \S*(?: \S+){0,6} (?:bleib\w*|weitermachen)"),
        ("now", r"\b(?:jetzt|hier|heute) (?:spenden|unterstützen|mitmachen|fördern)\b"),
    ),
    orders="spenden unterstützen helfen spende unterstütze hilf",
    reported="sagte sagt erklärte teilte laut berichtete forderte bat",
)
