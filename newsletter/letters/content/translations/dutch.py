"""The fixed phrases of an email in Dutch."""

from newsletter.letters.content.translations.archive_phrases import ArchivePhrases
from newsletter.letters.content.translations.sign_up_phrases import SignUpPhrases
from newsletter.letters.content.translations.translation import Translation

DUTCH = Translation(
    language="nl",
    greeting=("Beste ", ","),
    web="Bekijk in de browser",
    read="Lees het hele artikel",
    contents="In deze editie",
    author="Door {author}",
    author_and_source="Door {author} voor {source}",
    source="Bron: {source}",
    credit="Beeld: {credit}",
    from_us="Een bericht van {publication}",
    why="Je ontvangt deze e-mail omdat je bent ingeschreven voor {publication}.",
    unsubscribe="Uitschrijven",
    preferences="Voorkeuren beheren",
    brief="In het kort",
    more="Meer van {publication}",
    sponsored="Gesponsord door {sponsor}",
    corrections="Correcties",
    corrected="Gecorrigeerd op {day}: {text}",
    elsewhere="{publication} op {network}",
    give="Geef {amount}",
    given="{raised} van {goal} opgehaald, stand op {day}",
    until="Tot {day}, {time} uur ({zone}).",
    thanks=(
        "Bedankt voor je gift",
        "Je hebt onlangs aan {publication} gegeven."
        " Lezers zoals jij maken deze nieuwsbrief mogelijk. Daarom vragen we je vandaag niets.",
    ),
    marks=("“", "”"),
    sign_up=SignUpPhrases(
        title="Schrijf je in voor {publication}",
        address="E-mailadres",
        subscribe="Inschrijven",
        consent=(
            "Door je in te schrijven ga je ermee akkoord dat je {publication} per e-mail ontvangt van {sender}"
            " ({postal_address}). Je kunt je altijd uitschrijven met de link in elke e-mail."
        ),
        press_again="Controleer je adres en druk op de knop.",
        slip="Bedoelde je {address}?",
        use="Ja, gebruik {address}",
        keep="Nee, {address} klopt",
        invalid="Dit is geen geldig e-mailadres. Controleer of er een teken ontbreekt of te veel is.",
        too_many="Er waren te veel inschrijvingen vanaf jouw netwerk. Probeer het over een uur opnieuw.",
        closed="{publication} neemt op deze pagina geen inschrijvingen aan.",
        step_left="Nog één stap",
        look=(
            "Open je mailbox {address} en druk op de knop in onze e-mail. Het kan enkele minuten duren voordat"
            " die aankomt."
        ),
        no_email=(
            "Geen e-mail? Kijk in je spammap."
            " We sturen een adres maar een beperkt aantal van zulke e-mails, dus misschien is die al eerder aangekomen."
        ),
        asked="Iemand, waarschijnlijk jij, heeft gevraagd om {publication} op dit adres te ontvangen.",
        confirm="Bevestig je inschrijving voor {publication}",
        confirm_heading="Bevestig je inschrijving",
        confirm_button="Inschrijving bevestigen",
        tap="Op een ander apparaat moet je nog één keer drukken op de pagina die opent.",
        until="Deze link werkt tot {day}, {time} uur ({zone}).",
        not_you="Was jij dit niet? Negeer deze e-mail dan, en je wordt niet ingeschreven.",
        already="Je bent al ingeschreven voor {publication}",
        already_text=(
            "Iemand, waarschijnlijk jij, heeft dit adres aangemeld voor {publication}. Het is al ingeschreven,"
            " dus er is niets veranderd."
        ),
        missing="Komen onze e-mails niet bij je aan? Kijk dan in je spammap en voeg {sender} toe aan je contacten.",
        not_yet="Je gaat {publication} per e-mail ontvangen. Er is nog niets veranderd.",
        done="Je bent ingeschreven",
        done_text="Je ontvangt {publication} voortaan per e-mail.",
        expired="Deze link is verlopen of al gebruikt",
        expired_text="Er is niets veranderd. Vraag een nieuwe bevestigingsmail aan om je in te schrijven.",
    ),
    archive=ArchivePhrases(
        title="{publication}: alle edities",
        all="Alle edities",
        search="Zoeken in onderwerpen en koppen",
        find="Zoeken",
        no_match="Geen editie bevat “{query}”.",
        empty="Er is nog geen editie verstuurd.",
        newer="Nieuwere edities",
        older="Oudere edities",
    ),
    reading_time="Leestijd: {minutes} min.",
)
