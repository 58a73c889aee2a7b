"""The fixed phrases of an email in Hebrew."""

from newsletter.letters.content.translations.archive_phrases import ArchivePhrases
from newsletter.letters.content.translations.sign_up_phrases import SignUpPhrases
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
    corrections="תיקונים",
    corrected="תוקן ב־{day}: {text}",
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
    reading_time="זמן קריאה: {minutes} דק׳",
    sign_up=SignUpPhrases(
        title="הרשמה אל {publication}",
        address="כתובת דוא״ל",
        subscribe="הרשמה",
        consent=(
            "בהרשמה ניתנת הסכמה לקבל את {publication} בדוא״ל מאת {sender} ({postal_address}). אפשר לבטל את"
            " המינוי בכל עת בקישור שבכל הודעה."
        ),
        press_again="יש לבדוק את הכתובת וללחוץ על הכפתור.",
        slip="האם הכוונה אל {address}?",
        use="כן, {address}",
        keep="לא, {address} נכונה",
        invalid="כתובת הדוא״ל אינה תקינה. יש לבדוק אם חסרים תווים או אם יש תווים מיותרים.",
        too_many="התקבלו יותר מדי הרשמות מהרשת הזאת. אפשר לנסות שוב בעוד שעה.",
        closed="אי אפשר להירשם אל {publication} בעמוד הזה.",
        step_left="נשאר עוד צעד אחד",
        look="יש לפתוח את תיבת הדואר {address} וללחוץ על הכפתור בהודעה שלנו. ייתכן שיחלפו כמה דקות עד שתגיע.",
        no_email=(
            "לא הגיעה הודעה? כדאי לחפש בתיקיית דואר הזבל."
            " מספר ההודעות מסוג זה לכל כתובת מוגבל, ולכן ייתכן שההודעה הגיעה קודם."
        ),
        asked="התקבלה בקשה, כנראה ממך, לקבל את {publication} בכתובת הזאת.",
        confirm="אישור המינוי אל {publication}",
        confirm_heading="אישור המינוי",
        confirm_button="אישור המינוי",
        tap="במכשיר אחר נדרשת לחיצה נוספת בעמוד שייפתח.",
        until="הקישור תקף עד {day}, בשעה {time} ({zone}).",
        not_you="אם הבקשה לא הגיעה ממך, אפשר להתעלם מההודעה והמינוי לא יתחיל.",
        already="כבר יש לך מינוי אל {publication}",
        already_text="התקבלה בקשה, כנראה ממך, לרשום את הכתובת הזאת אל {publication}. הכתובת כבר רשומה, ולא השתנה דבר.",
        missing="אם ההודעות שלנו אינן מגיעות, כדאי לחפש בתיקיית דואר הזבל ולהוסיף את {sender} לאנשי הקשר.",
        not_yet="{publication} תישלח אליך בדוא״ל. עדיין לא השתנה דבר.",
        done="המינוי אושר",
        done_text="{publication} תישלח אליך בדוא״ל.",
        expired="תוקף הקישור פג או שכבר נעשה בו שימוש",
        expired_text="לא השתנה דבר. להרשמה יש לבקש הודעת אישור חדשה.",
    ),
    archive=ArchivePhrases(
        title="{publication}: כל הגיליונות",
        all="כל הגיליונות",
        search="חיפוש בנושאים ובכותרות",
        find="חיפוש",
        no_match="אין גיליון שמכיל את ”{query}”.",
        empty="עדיין לא נשלח אף גיליון.",
        newer="גיליונות חדשים יותר",
        older="גיליונות ישנים יותר",
    ),
)
