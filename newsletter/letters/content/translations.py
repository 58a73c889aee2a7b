"""The fixed phrases of an email in six languages. Dates, times and amounts are in locale_formats.py.

To add a language, add a `Translation`. An email in any other language gets the English phrases, marked as English so
that screen readers pronounce them correctly.
"""

from dataclasses import dataclass, replace

from newsletter.lib.locales import locale_of
from newsletter.mail.text_direction import Direction, direction_of


@dataclass(frozen=True, slots=True)
class Translation:
    """The phrases of one language; values in braces are filled in."""

    language: str
    greeting: tuple[str, str]  # before and after the reader's first name
    web: str
    read: str  # the link to a story
    contents: str  # before the links to the stories of this email
    author: str
    author_and_source: str
    source: str
    credit: str
    from_us: str  # label of an appeal; sets the appeal apart from the story around it
    why: str
    unsubscribe: str
    preferences: str
    brief: str  # heading above short stories
    more: str  # the same heading in the one-story layout
    sponsored: str
    elsewhere: str
    give: str  # on the button of an amount
    given: str  # text of a thermometer
    until: str  # end of a match
    thanks: tuple[str, str]  # default heading and text for recent donors
    marks: tuple[str, str]  # quotation marks

    @property
    def colon(self) -> str:
        """Return the colon as this language writes it after a word."""
        return {"fr": "\u00a0:", "ja": "：", "zh": "："}.get(_language_code(self.language), ":")

    @property
    def direction(self) -> Direction:
        return direction_of(self.language)

    def byline(self, author: str, source: str) -> str:
        """Return “By NAME for SOURCE”, or the known part of it."""
        if author and source:
            return self.author_and_source.format(author=author, source=source)
        return self.author.format(author=author) if author else self.source.format(source=source) if source else ""


def has_translation(language: str) -> bool:
    """Return True when the phrases exist in the language of this tag."""
    return _language_code(language) in TRANSLATIONS


def translation_for(language: str) -> Translation:
    """Return the phrases for a language tag such as `pt-BR`, marked with that tag; English if there are none."""
    found = TRANSLATIONS.get(_language_code(language))
    return replace(found, language=language) if found else ENGLISH


def _language_code(language: str) -> str:
    """Return the code under which `TRANSLATIONS` lists a tag's language: `he` for `iw-IL`."""
    locale = locale_of(language)
    return locale.language if locale else ""


ENGLISH = Translation(
    language="en",
    greeting=("Dear ", ","),
    web="View in browser",
    read="Read the full story",
    contents="In this edition",
    author="By {author}",
    author_and_source="By {author} for {source}",
    source="From {source}",
    credit="Picture: {credit}",
    from_us="A message from {publication}",
    why="You are receiving this email because you subscribed to {publication}.",
    unsubscribe="Unsubscribe",
    preferences="Manage preferences",
    brief="In brief",
    more="More from {publication}",
    sponsored="Sponsored by {sponsor}",
    elsewhere="{publication} on {network}",
    give="Give {amount}",
    given="{raised} of {goal} raised as of {day}",
    until="Until {day}, {time} ({zone}).",
    thanks=(
        "Thank you for your gift",
        "You recently gave to {publication}."
        " Readers like you make this newsletter possible, so today we are not asking you for anything.",
    ),
    marks=("“", "”"),
)
ARABIC = Translation(
    language="ar",
    greeting=("مرحبًا ", "،"),
    web="عرض في المتصفح",
    read="اقرأ القصة كاملة",
    contents="في هذا العدد",
    author="بقلم {author}",
    author_and_source="بقلم {author} لصالح {source}",
    source="من {source}",
    credit="الصورة: {credit}",
    from_us="رسالة من {publication}",
    why="تصلك هذه الرسالة الإلكترونية لأنك مشترك في {publication}.",
    unsubscribe="إلغاء الاشتراك",
    preferences="إدارة التفضيلات",
    brief="باختصار",
    more="المزيد من {publication}",
    sponsored="برعاية {sponsor}",
    elsewhere="{publication} على {network}",
    give="تبرّع بمبلغ {amount}",
    given="جُمع {raised} من أصل {goal} حتى {day}",
    until="حتى {day}، الساعة {time} ({zone}).",
    thanks=(
        "شكرًا على تبرعك",
        "وصلنا تبرعك إلى {publication} مؤخرًا. هذه النشرة ممكنة بفضل قراء مثلك، ولذلك لا نطلب منك شيئًا اليوم.",
    ),
    marks=("«", "»"),
)
HEBREW = Translation(
    language="he",
    greeting=("שלום ", ","),
    web="לצפייה בדפדפן",
    read="לכתבה המלאה",
    contents="בגיליון הזה",
    author="מאת {author}",
    author_and_source="מאת {author} עבור {source}",
    source="מתוך {source}",
    credit="תמונה: {credit}",
    from_us="הודעה מאת {publication}",
    why="הודעת דוא״ל זו נשלחה אליך כחלק מהמינוי אל {publication}.",
    unsubscribe="ביטול המינוי",
    preferences="ניהול ההעדפות",
    brief="בקצרה",
    more="עוד מאת {publication}",
    sponsored="בחסות {sponsor}",
    elsewhere="{publication} ברשת {network}",
    give="לתרומה של {amount}",
    given="נתרמו {raised} מתוך {goal}, נכון ליום {day}",
    until="עד {day}, בשעה {time} ({zone}).",
    thanks=(
        "תודה על התרומה",
        "לאחרונה הגיעה ממך תרומה אל {publication}."
        " הניוזלטר הזה קיים בזכות קוראות וקוראים כמוך, ולכן היום איננו מבקשים דבר.",
    ),
    marks=("”", "”"),
)
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
)
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
SPANISH = Translation(
    language="es",
    greeting=("Hola, ", ":"),
    web="Ver en el navegador",
    read="Leer el artículo completo",
    contents="En esta edición",
    author="Por {author}",
    author_and_source="Por {author} para {source}",
    source="De {source}",
    credit="Imagen: {credit}",
    from_us="Un mensaje de {publication}",
    why="Recibes este correo electrónico porque te suscribiste a {publication}.",
    unsubscribe="Cancelar la suscripción",
    preferences="Gestionar preferencias",
    brief="En breve",
    more="Más de {publication}",
    sponsored="Patrocinado por {sponsor}",
    elsewhere="{publication} en {network}",
    give="Donar {amount}",
    given="{raised} de {goal} recaudados hasta el {day}",
    until="Hasta el {day} a las {time} ({zone}).",
    thanks=(
        "Gracias por tu donación",
        "Hace poco hiciste una donación a {publication}."
        " Este boletín existe gracias a lectores como tú, así que hoy no te pedimos nada.",
    ),
    marks=("«", "»"),
)
TRANSLATIONS = {translation.language: translation for translation in (ENGLISH, ARABIC, HEBREW, FRENCH, GERMAN, SPANISH)}
