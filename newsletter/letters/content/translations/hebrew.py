"""The fixed phrases of an email in Hebrew."""

from newsletter.letters.content.translations.translation import Translation

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
