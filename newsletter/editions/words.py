"""The fixed words of a letter in the languages we know, and its date written out.

A new language is one more entry. Where we do not know a letter's language its fixed words are
English, and are marked as such, so that screen readers pronounce them right.
"""

from dataclasses import dataclass
from datetime import date

from newsletter.mail.directions import Direction, direction_of


@dataclass(frozen=True, slots=True)
class Words:
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
    months: tuple[str, ...]
    weekdays: tuple[str, ...]  # from Monday
    pattern: str = "{weekday}, {day} {month} {year}"  # of the date
    first_day: str = "1"  # of a month

    @property
    def direction(self) -> Direction:
        return direction_of(self.language)

    def on(self, day: date) -> str:
        """The date in full, such as “Tuesday, 24 November 2026”."""
        return self.pattern.format(
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


def words_for(language: str) -> Words:
    """Those of the language of a tag such as `pt-BR`; English when we do not have them."""
    return WORDS.get(language.lower().replace("_", "-").split("-")[0], WORDS["en"])


def _split(names: str) -> tuple[str, ...]:
    return tuple(names.split(","))


ENGLISH = Words(
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
    months=_split("January,February,March,April,May,June,July,August,September,October,November,December"),
    weekdays=_split("Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday"),
)
ARABIC = Words(
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
    months=_split("يناير,فبراير,مارس,أبريل,مايو,يونيو,يوليو,أغسطس,سبتمبر,أكتوبر,نوفمبر,ديسمبر"),
    weekdays=_split("الاثنين,الثلاثاء,الأربعاء,الخميس,الجمعة,السبت,الأحد"),
    pattern="{weekday}، {day} {month} {year}",
)
HEBREW = Words(
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
    months=_split("ינואר,פברואר,מרץ,אפריל,מאי,יוני,יולי,אוגוסט,ספטמבר,אוקטובר,נובמבר,דצמבר"),
    weekdays=_split("יום שני,יום שלישי,יום רביעי,יום חמישי,יום שישי,שבת,יום ראשון"),
    pattern="{weekday}, {day} ב{month} {year}",
)
FRENCH = Words(
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
    months=_split("janvier,février,mars,avril,mai,juin,juillet,août,septembre,octobre,novembre,décembre"),
    weekdays=_split("lundi,mardi,mercredi,jeudi,vendredi,samedi,dimanche"),
    pattern="{weekday} {day} {month} {year}",
    first_day="1er",
)
GERMAN = Words(
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
    months=_split("Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember"),
    weekdays=_split("Montag,Dienstag,Mittwoch,Donnerstag,Freitag,Samstag,Sonntag"),
    pattern="{weekday}, {day}. {month} {year}",
)
SPANISH = Words(
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
    months=_split("enero,febrero,marzo,abril,mayo,junio,julio,agosto,septiembre,octubre,noviembre,diciembre"),
    weekdays=_split("lunes,martes,miércoles,jueves,viernes,sábado,domingo"),
    pattern="{weekday}, {day} de {month} de {year}",
)
WORDS = {words.language: words for words in (ENGLISH, ARABIC, HEBREW, FRENCH, GERMAN, SPANISH)}
WORDS["iw"] = HEBREW  # the code it had until 1989, still used by Java and old Android
