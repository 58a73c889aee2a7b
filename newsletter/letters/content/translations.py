"""The fixed words of a letter in the languages we know, and its date written out.

A new language is one more entry. Where we do not know a letter's language its fixed words are
English, and are marked as such, so that screen readers pronounce them right.
"""

from dataclasses import dataclass
from datetime import date

from newsletter.mail.text_direction import Direction, direction_of

SYMBOLS = {
    **{"USD": "$", "CAD": "CA$", "AUD": "A$", "NZD": "NZ$"},
    **{"EUR": "€", "GBP": "£", "ILS": "₪", "INR": "₹", "JPY": "¥"},
}


@dataclass(frozen=True, slots=True)
class Translation:
    language: str
    greeting: tuple[str, str]  # before and after the reader's first name
    opening: str  # in place of a note from the editors
    web: str
    read: str  # before a headline, in the link to its story
    author: str
    author_and_source: str
    source: str
    credit: str
    from_us: str  # above an appeal, so that nobody takes it for part of the story
    why: str
    unsubscribe: str
    preferences: str
    brief: str  # above stories that are printed short
    more: str  # the same, where there is one story and these besides
    sponsored: str
    elsewhere: str
    give: str  # on the button of an amount
    given: str  # the number of a thermometer in words
    until: str  # of a match
    thanks: tuple[str, str]  # heading and lines for who gave lately, where the newsroom has none of its own
    marks: tuple[str, str]  # of a quotation
    months: tuple[str, ...]
    weekdays: tuple[str, ...]  # from Monday
    pattern: str = "{weekday}, {day} {month} {year}"  # of the date
    short_pattern: str = "{day} {month}"
    first_day: str = "1"  # of a month
    money: str = "{number}\u00a0{symbol}"
    thousands: str = "."

    @property
    def direction(self) -> Direction:
        return direction_of(self.language)

    def on(self, day: date) -> str:
        """The date in full, such as “Tuesday, 24 November 2026”."""
        return self._day(day, self.pattern)

    def short_date(self, day: date) -> str:
        """Without weekday and year: “24 November”."""
        return self._day(day, self.short_pattern)

    def sum(self, amount: int, currency: str) -> str:
        """Whole units of a currency as people write them: “$41,000”, “41.000 €”; others by their three letters."""
        number = f"{amount:,}".replace(",", self.thousands)
        symbol = SYMBOLS.get(currency, currency)
        if symbol.isalpha():
            return f"{number}\u00a0{symbol}"
        return self.money.format(number=number, symbol=symbol)

    def _day(self, day: date, pattern: str) -> str:
        return pattern.format(
            weekday=self.weekdays[day.weekday()],
            day=self.first_day if day.day == 1 else day.day,
            month=self.months[day.month - 1],
            year=day.year,
        )

    def byline(self, author: str, source: str) -> str:
        """“By NAME for SOURCE”, or as much of it as is known."""
        if author and source:
            return self.author_and_source.format(author=author, source=source)
        return self.author.format(author=author) if author else self.source.format(source=source) if source else ""


def translation_for(language: str) -> Translation:
    """Those of the language of a tag such as `pt-BR`; English when we do not have them."""
    return WORDS.get(language.lower().replace("_", "-").split("-")[0], WORDS["en"])


def _split(names: str) -> tuple[str, ...]:
    return tuple(names.split(","))


ENGLISH = Translation(
    language="en",
    greeting=("Dear ", ","),
    opening="Here is the latest from {publication}.",
    web="Read this letter on the web",
    read="Read the full story:",
    author="By {author}",
    author_and_source="By {author} for {source}",
    source="From {source}",
    credit="Picture: {credit}",
    from_us="A word from {publication}",
    why="You receive this letter because you subscribed to {publication}.",
    unsubscribe="Unsubscribe",
    preferences="Change your preferences",
    brief="In brief",
    more="More from {publication}",
    sponsored="Sponsored by {sponsor}",
    elsewhere="{publication} on {network}",
    give="Give {amount}",
    given="{raised} of {goal} given, as of {day}",
    until="Until {day}, {time} ({zone}).",
    thanks=(
        "Thank you for your gift",
        "You gave to {publication} a short while ago."
        " What you read in this letter is there because of readers like you. Today we are not asking you for"
        " anything.",
    ),
    marks=("“", "”"),
    months=_split("January,February,March,April,May,June,July,August,September,October,November,December"),
    weekdays=_split("Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday"),
    money="{symbol}{number}",
    thousands=",",
)
ARABIC = Translation(
    language="ar",
    greeting=("مرحبًا ", "،"),
    opening="إليك أحدث ما لدينا في {publication}.",
    web="اقرأ هذه الرسالة على الويب",
    read="اقرأ القصة كاملة:",
    author="بقلم {author}",
    author_and_source="بقلم {author} لصالح {source}",
    source="من {source}",
    credit="الصورة: {credit}",
    from_us="كلمة من {publication}",
    why="تصلك هذه الرسالة لأنك مشترك في {publication}.",
    unsubscribe="إلغاء الاشتراك",
    preferences="تعديل التفضيلات",
    brief="باختصار",
    more="المزيد من {publication}",
    sponsored="برعاية {sponsor}",
    elsewhere="{publication} على {network}",
    give="تبرّع بمبلغ {amount}",
    given="جُمع {raised} من أصل {goal} حتى {day}",
    until="حتى {day}، الساعة {time} ({zone}).",
    thanks=(
        "شكرًا على تبرعك",
        "وصلنا تبرعك إلى {publication} قبل وقت قصير."
        " ما تقرؤه في هذه الرسالة ممكن بفضل قراء مثلك، ولذلك لا نطلب منك شيئًا اليوم.",
    ),
    marks=("«", "»"),
    months=_split("يناير,فبراير,مارس,أبريل,مايو,يونيو,يوليو,أغسطس,سبتمبر,أكتوبر,نوفمبر,ديسمبر"),
    weekdays=_split("الاثنين,الثلاثاء,الأربعاء,الخميس,الجمعة,السبت,الأحد"),
    pattern="{weekday}، {day} {month} {year}",
    thousands=",",
)
HEBREW = Translation(
    language="he",
    greeting=("שלום ", ","),
    opening="הנה החדשות האחרונות מאת {publication}.",
    web="לקריאת המכתב באתר",
    read="לכתבה המלאה:",
    author="מאת {author}",
    author_and_source="מאת {author} עבור {source}",
    source="מתוך {source}",
    credit="תמונה: {credit}",
    from_us="מילה מאת {publication}",
    why="המכתב הזה נשלח אליך כחלק מהמינוי אל {publication}.",
    unsubscribe="ביטול המינוי",
    preferences="שינוי ההעדפות",
    brief="בקצרה",
    more="עוד מאת {publication}",
    sponsored="בחסות {sponsor}",
    elsewhere="{publication} ברשת {network}",
    give="לתרומה של {amount}",
    given="נתרמו {raised} מתוך {goal}, נכון ליום {day}",
    until="עד {day}, בשעה {time} ({zone}).",
    thanks=(
        "תודה על התרומה",
        "לפני זמן קצר הגיעה ממך תרומה אל {publication}."
        " הכתבות במכתב הזה קיימות בזכות קוראות וקוראים כמוך, ולכן היום איננו מבקשים דבר.",
    ),
    marks=("”", "”"),
    months=_split("ינואר,פברואר,מרץ,אפריל,מאי,יוני,יולי,אוגוסט,ספטמבר,אוקטובר,נובמבר,דצמבר"),
    weekdays=_split("יום שני,יום שלישי,יום רביעי,יום חמישי,יום שישי,שבת,יום ראשון"),
    pattern="{weekday}, {day} ב{month} {year}",
    short_pattern="{day} ב{month}",
    money="{symbol}{number}",
    thousands=",",
)
FRENCH = Translation(
    language="fr",
    greeting=("Bonjour ", ","),
    opening="Voici les dernières nouvelles de {publication}.",
    web="Lire cette lettre sur le web",
    read="Lire l’article complet :",
    author="Par {author}",
    author_and_source="Par {author} pour {source}",
    source="Source : {source}",
    credit="Image : {credit}",
    from_us="Un mot de {publication}",
    why="Cette lettre vous parvient dans le cadre de votre abonnement à {publication}.",
    unsubscribe="Se désabonner",
    preferences="Modifier vos préférences",
    brief="En bref",
    more="À lire aussi chez {publication}",
    sponsored="Sponsorisé par {sponsor}",
    elsewhere="{publication} sur {network}",
    give="Donner {amount}",
    given="{raised} donnés sur {goal}, au {day}",
    until="Jusqu’au {day} à {time} ({zone}).",
    thanks=(
        "Merci pour votre don",
        "Vous avez fait un don à {publication} il y a peu."
        " Ce que vous lisez dans cette lettre existe grâce à des lectrices et lecteurs comme vous. Aujourd’hui,"
        " nous ne vous demandons rien.",
    ),
    marks=("«\u00a0", "\u00a0»"),
    months=_split("janvier,février,mars,avril,mai,juin,juillet,août,septembre,octobre,novembre,décembre"),
    weekdays=_split("lundi,mardi,mercredi,jeudi,vendredi,samedi,dimanche"),
    pattern="{weekday} {day} {month} {year}",
    first_day="1er",
    thousands="\u202f",
)
GERMAN = Translation(
    language="de",
    greeting=("Guten Tag ", ","),
    opening="hier ist das Neueste von {publication}.",
    web="Diesen Brief im Browser lesen",
    read="Den ganzen Artikel lesen:",
    author="Von {author}",
    author_and_source="Von {author} für {source}",
    source="Quelle: {source}",
    credit="Bild: {credit}",
    from_us="Ein Wort von {publication}",
    why="Sie erhalten diesen Brief, weil Sie {publication} abonniert haben.",
    unsubscribe="Abbestellen",
    preferences="Einstellungen ändern",
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
        " Was Sie in diesem Brief lesen, gibt es dank Leserinnen und Lesern wie Ihnen. Heute bitten wir Sie um"
        " nichts.",
    ),
    marks=("„", "“"),
    months=_split("Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember"),
    weekdays=_split("Montag,Dienstag,Mittwoch,Donnerstag,Freitag,Samstag,Sonntag"),
    pattern="{weekday}, {day}. {month} {year}",
    short_pattern="{day}. {month}",
)
SPANISH = Translation(
    language="es",
    greeting=("Hola, ", ":"),
    opening="Esto es lo último de {publication}.",
    web="Leer esta carta en la web",
    read="Leer el artículo completo:",
    author="Por {author}",
    author_and_source="Por {author} para {source}",
    source="De {source}",
    credit="Imagen: {credit}",
    from_us="Unas palabras de {publication}",
    why="Recibes esta carta porque te suscribiste a {publication}.",
    unsubscribe="Cancelar la suscripción",
    preferences="Cambiar tus preferencias",
    brief="En breve",
    more="Más de {publication}",
    sponsored="Patrocinado por {sponsor}",
    elsewhere="{publication} en {network}",
    give="Donar {amount}",
    given="{raised} de {goal} donados hasta el {day}",
    until="Hasta el {day} a las {time} ({zone}).",
    thanks=(
        "Gracias por tu donación",
        "Hace poco hiciste una donación a {publication}."
        " Lo que lees en esta carta existe gracias a lectores como tú. Hoy no te pedimos nada.",
    ),
    marks=("«", "»"),
    months=_split("enero,febrero,marzo,abril,mayo,junio,julio,agosto,septiembre,octubre,noviembre,diciembre"),
    weekdays=_split("lunes,martes,miércoles,jueves,viernes,sábado,domingo"),
    pattern="{weekday}, {day} de {month} de {year}",
    short_pattern="{day} de {month}",
)
WORDS = {words.language: words for words in (ENGLISH, ARABIC, HEBREW, FRENCH, GERMAN, SPANISH)}
WORDS["iw"] = HEBREW  # the code it had until 1989, still used by Java and old Android
