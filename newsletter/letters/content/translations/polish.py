"""The fixed phrases of an email in Polish."""

from newsletter.letters.content.translations.archive_phrases import ArchivePhrases
from newsletter.letters.content.translations.sign_up_phrases import SignUpPhrases
from newsletter.letters.content.translations.translation import Translation

POLISH = Translation(
    language="pl",
    greeting=("Dzień dobry, ", ","),
    web="Zobacz w przeglądarce",
    read="Czytaj cały artykuł",
    contents="W tym wydaniu",
    author="Tekst: {author}",
    author_and_source="Tekst: {author}, {source}",
    source="Źródło: {source}",
    credit="Ilustracja: {credit}",
    from_us="Wiadomość od redakcji {publication}",
    why="Otrzymujesz tę wiadomość, ponieważ subskrybujesz {publication}.",
    unsubscribe="Zrezygnuj z subskrypcji",
    preferences="Zarządzaj preferencjami",
    brief="W skrócie",
    more="Więcej: {publication}",
    sponsored="Sponsor: {sponsor}",
    corrections="Sprostowania",
    corrected="Poprawiono {day}: {text}",
    elsewhere="{publication} w serwisie {network}",
    give="Wpłać {amount}",
    given="Zebrano {raised} z {goal}, stan na {day}",
    until="Do {day}, godz. {time} ({zone}).",
    thanks=(
        "Dziękujemy za wpłatę",
        "Niedawno otrzymaliśmy Twoją wpłatę na {publication}."
        " Ten newsletter istnieje dzięki takim czytelniczkom i czytelnikom, dlatego dziś o nic nie prosimy.",
    ),
    marks=("„", "”"),
    sign_up=SignUpPhrases(
        title="Subskrybuj newsletter {publication}",
        address="Adres e-mail",
        subscribe="Subskrybuj",
        consent=(
            "Subskrybując, wyrażasz zgodę na otrzymywanie newslettera {publication} e-mailem. Nadawca: {sender}"
            " ({postal_address}). Możesz w każdej chwili zrezygnować z subskrypcji, korzystając z linku w"
            " dowolnej wiadomości."
        ),
        press_again="Sprawdź swój adres i naciśnij przycisk.",
        slip="Czy chodziło Ci o {address}?",
        use="Tak, użyj adresu {address}",
        keep="Nie, adres {address} jest poprawny",
        invalid="To nie jest poprawny adres e-mail. Sprawdź, czy nie brakuje w nim znaków i czy nie ma zbędnych.",
        too_many="Z Twojej sieci wysłano zbyt wiele zgłoszeń. Spróbuj ponownie za godzinę.",
        closed="Na tej stronie nie można zasubskrybować newslettera {publication}.",
        step_left="Został jeszcze jeden krok",
        look=(
            "Otwórz swoją skrzynkę {address} i naciśnij przycisk w naszej wiadomości. Może dotrzeć dopiero po"
            " kilku minutach."
        ),
        no_email=(
            "Nie ma wiadomości? Zajrzyj do folderu ze spamem."
            " Liczba takich wiadomości na jeden adres jest ograniczona, więc wiadomość mogła przyjść wcześniej."
        ),
        asked="Ktoś, prawdopodobnie Ty, poprosił o wysyłanie newslettera {publication} na ten adres.",
        confirm="Potwierdź subskrypcję newslettera {publication}",
        confirm_heading="Potwierdź swoją subskrypcję",
        confirm_button="Potwierdź subskrypcję",
        tap="Na innym urządzeniu trzeba będzie jeszcze raz nacisnąć przycisk na stronie, która się otworzy.",
        until="Termin ważności linku: {day}, godz. {time} ({zone}).",
        not_you="Jeśli ta prośba nie pochodzi od Ciebie, zignoruj tę wiadomość, a subskrypcja nie zostanie aktywowana.",
        already="Już subskrybujesz newsletter {publication}",
        already_text=(
            "Ktoś, prawdopodobnie Ty, zgłosił ten adres do newslettera {publication}. Adres jest już zapisany,"
            " więc nic się nie zmieniło."
        ),
        missing=(
            "Jeśli nasze wiadomości do Ciebie nie docierają, zajrzyj do folderu ze spamem i dodaj adres"
            " {sender} do kontaktów."
        ),
        not_yet="Będziesz otrzymywać newsletter {publication} e-mailem. Na razie nic się nie zmieniło.",
        done="Subskrypcja potwierdzona",
        done_text="Będziesz otrzymywać newsletter {publication} e-mailem.",
        expired="Ten link wygasł lub został już użyty",
        expired_text=(
            "Nic się nie zmieniło. Aby subskrybować newsletter, poproś o nową wiadomość z linkiem do potwierdzenia."
        ),
    ),
    archive=ArchivePhrases(
        title="{publication}: wszystkie wydania",
        all="Wszystkie wydania",
        search="Szukaj w tematach i nagłówkach",
        find="Szukaj",
        no_match="Żadne wydanie nie zawiera „{query}”.",
        empty="Nie wysłano jeszcze żadnego wydania.",
        newer="Nowsze wydania",
        older="Starsze wydania",
    ),
    reading_time="Czas czytania: {minutes} min",
)
