"""The fixed phrases of an email in Italian."""

from newsletter.letters.content.translations.archive_phrases import ArchivePhrases
from newsletter.letters.content.translations.sign_up_phrases import SignUpPhrases
from newsletter.letters.content.translations.translation import Translation

ITALIAN = Translation(
    language="it",
    greeting=("Ciao ", ","),
    web="Visualizza nel browser",
    read="Leggi l’articolo completo",
    contents="In questo numero",
    author="Di {author}",
    author_and_source="Di {author} per {source}",
    source="Fonte: {source}",
    credit="Immagine: {credit}",
    from_us="Un messaggio da {publication}",
    why="Ricevi questa email in seguito alla tua iscrizione a {publication}.",
    unsubscribe="Annulla l’iscrizione",
    preferences="Gestisci le preferenze",
    brief="In breve",
    more="Altri articoli da {publication}",
    sponsored="Sponsorizzato da {sponsor}",
    corrections="Correzioni",
    corrected="Corretto il {day}: {text}",
    elsewhere="{publication} su {network}",
    give="Dona {amount}",
    given="{raised} raccolti su {goal} al {day}",
    until="Fino al {day}, ore {time} ({zone}).",
    thanks=(
        "Grazie per la tua donazione",
        "Di recente hai fatto una donazione a {publication}."
        " Questa newsletter esiste grazie a lettrici e lettori come te, perciò oggi non ti chiediamo nulla.",
    ),
    marks=("«", "»"),
    sign_up=SignUpPhrases(
        title="Iscriviti a {publication}",
        address="Indirizzo email",
        subscribe="Iscriviti",
        consent=(
            "Con l’iscrizione accetti di ricevere {publication} via email da {sender} ({postal_address}). Puoi"
            " annullare l’iscrizione in qualsiasi momento con il link presente in ogni email."
        ),
        press_again="Controlla il tuo indirizzo e premi il pulsante.",
        slip="Intendevi {address}?",
        use="Sì, usa {address}",
        keep="No, {address} è corretto",
        invalid="Questo indirizzo email non è valido. Controlla se mancano caratteri o se ce ne sono di troppo.",
        too_many="Ci sono state troppe iscrizioni dalla tua rete. Riprova tra un’ora.",
        closed="{publication} non accetta iscrizioni in questa pagina.",
        step_left="Manca ancora un passaggio",
        look=(
            "Apri la tua casella {address} e premi il pulsante nella nostra email. Può impiegare qualche minuto"
            " ad arrivare."
        ),
        no_email=(
            "Nessuna email? Guarda nella cartella dello spam."
            " Inviamo a ogni indirizzo un numero limitato di email di questo tipo,"
            " quindi potrebbe essere arrivata prima."
        ),
        asked="Qualcuno, probabilmente tu, ha chiesto di ricevere {publication} a questo indirizzo.",
        confirm="Conferma la tua iscrizione a {publication}",
        confirm_heading="Conferma la tua iscrizione",
        confirm_button="Conferma l’iscrizione",
        tap="Su un altro dispositivo dovrai premere ancora una volta il pulsante nella pagina che si apre.",
        until="Questo link è valido fino al {day}, ore {time} ({zone}).",
        not_you="Se la richiesta non è tua, ignora questa email e l’iscrizione non verrà attivata.",
        already="Hai già un’iscrizione a {publication}",
        already_text=(
            "Qualcuno, probabilmente tu, ha iscritto questo indirizzo a {publication}. L’indirizzo era già"
            " iscritto, quindi non è cambiato nulla."
        ),
        missing=(
            "Se le nostre email non ti arrivano, guarda nella cartella dello spam e aggiungi {sender} ai tuoi contatti."
        ),
        not_yet="Riceverai {publication} via email. Non è ancora cambiato nulla.",
        done="Iscrizione confermata",
        done_text="Riceverai {publication} via email.",
        expired="Questo link è scaduto o è già stato usato",
        expired_text="Non è cambiato nulla. Per iscriverti, richiedi una nuova email di conferma.",
    ),
    archive=ArchivePhrases(
        title="{publication}: tutti i numeri",
        all="Tutti i numeri",
        search="Cerca negli oggetti e nei titoli",
        find="Cerca",
        no_match="Nessun numero contiene «{query}».",
        empty="Nessun numero è stato ancora inviato.",
        newer="Numeri più recenti",
        older="Numeri precedenti",
    ),
    reading_time="{minutes} min di lettura",
)
