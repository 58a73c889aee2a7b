"""The fixed phrases of an email in German."""

from newsletter.letters.content.translations.archive_phrases import ArchivePhrases
from newsletter.letters.content.translations.sign_up_phrases import SignUpPhrases
from newsletter.letters.content.translations.translation import Translation

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
    corrections="Korrekturen",
    corrected="Korrigiert am {day}: {text}",
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
    reading_time="{minutes} Min. Lesezeit",
    sign_up=SignUpPhrases(
        title="{publication} abonnieren",
        address="E-Mail-Adresse",
        subscribe="Abonnieren",
        consent=(
            "Mit dem Abonnement stimmen Sie zu, {publication} per E-Mail von {sender} ({postal_address}) zu"
            " erhalten. Sie können jederzeit über den Link in jeder E-Mail abbestellen."
        ),
        press_again="Prüfen Sie Ihre Adresse und drücken Sie auf die Schaltfläche.",
        slip="Meinten Sie {address}?",
        use="Ja, {address} verwenden",
        keep="Nein, {address} ist richtig",
        invalid="Das ist keine gültige E-Mail-Adresse. Prüfen Sie, ob Zeichen fehlen oder zu viel sind.",
        too_many="Es gab zu viele Anmeldungen aus Ihrem Netz. Versuchen Sie es in einer Stunde noch einmal.",
        closed="{publication} nimmt auf dieser Seite keine Anmeldungen an.",
        step_left="Noch ein Schritt",
        look=(
            "Öffnen Sie Ihr Postfach {address} und drücken Sie auf die Schaltfläche in unserer E-Mail. Sie"
            " kann einige Minuten brauchen."
        ),
        no_email=(
            "Keine E-Mail? Sehen Sie im Spam-Ordner nach."
            " Wir senden nur eine begrenzte Zahl solcher E-Mails an eine Adresse, vielleicht kam sie schon früher."
        ),
        asked="Jemand, vermutlich Sie, möchte {publication} an diese Adresse erhalten.",
        confirm="Bestätigen Sie Ihr Abonnement von {publication}",
        confirm_heading="Bestätigen Sie Ihr Abonnement",
        confirm_button="Abonnement bestätigen",
        tap="Auf einem anderen Gerät drücken Sie auf der Seite, die sich öffnet, noch einmal.",
        until="Dieser Link gilt bis {day}, {time} Uhr ({zone}).",
        not_you="Wenn Sie das nicht waren, ignorieren Sie diese E-Mail. Sie werden dann nicht angemeldet.",
        already="Sie haben {publication} bereits abonniert",
        already_text=(
            "Jemand, vermutlich Sie, hat diese Adresse für {publication} angemeldet. Sie ist bereits"
            " angemeldet, es wurde nichts geändert."
        ),
        missing=(
            "Wenn unsere E-Mails nicht bei Ihnen ankommen, sehen Sie im Spam-Ordner nach und nehmen Sie"
            " {sender} in Ihre Kontakte auf."
        ),
        not_yet="Sie erhalten {publication} per E-Mail. Noch wurde nichts geändert.",
        done="Sie sind angemeldet",
        done_text="Sie erhalten {publication} per E-Mail.",
        expired="Dieser Link ist abgelaufen oder wurde schon benutzt",
        expired_text="Es wurde nichts geändert. Fordern Sie für ein Abonnement eine neue Bestätigungs-E-Mail an.",
    ),
    archive=ArchivePhrases(
        title="{publication}: alle Ausgaben",
        all="Alle Ausgaben",
        search="In Betreff und Überschriften suchen",
        find="Suchen",
        no_match="Keine Ausgabe enthält „{query}“.",
        empty="Es wurde noch keine Ausgabe verschickt.",
        newer="Neuere Ausgaben",
        older="Ältere Ausgaben",
    ),
)
