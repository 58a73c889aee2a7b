"""Italian words of news pages."""

from newsletter.stories.pasted_text.page_words.language_words import LanguageWords

OUR = r"(?:il nostro|la nostra|le nostre|i nostri) (?:lavoro|giornalismo|redazione|inchieste|giornale|giornalisti)"
GOOD = r"(?:il |un )?(?:giornalismo|informazione) (?:indipendente|liber[oa]|di qualità|locale)"

ITALIAN = LanguageWords(
    code="it",
    frequent="""di che e la il un a è per in una mi sono ho non si lo ha le con i da se no come ci questo del
    della dei delle al alla ma più nel nella anche gli sul sulla dal dalla tra loro dopo stato essere suo sua
    chi quando molto già solo tutti era cui fra aveva degli agli ed dove senza perché ancora anni due""",
    months="""gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre gen
    feb mar apr mag giu lug ago set sett ott nov dic""",
    time_words="""lunedì martedì mercoledì giovedì venerdì sabato domenica alle ore il aggiornato pubblicato
    aggiornata ultimo aggiornamento minuti min lettura di tempo fa giorni ore modificato""",
    authors="""di | testo di | a cura di | scritto da | autore: | intervista di | articolo di | servizio di
    | redazione:""",
    roles="corrispondente giornalista inviato inviata redattore redattrice direttore direttrice collaboratore",
    labels="""pubblicità | condividi | condividi l'articolo | stampa | commenti | commenta | salva | ascolta
    | ascolta l'articolo | home | cerca | menu | accedi | registrati | iscriviti | abbonati | politica
    | economia | sport | cultura | cronaca | esteri | mondo | opinioni | società | scienza | salute | video
    | foto | galleria | leggi tutto | leggi di più | continua a leggere | vai al contenuto | accetta
    | accetta tutto | rifiuta | personalizza | contatti | chiudi | ultima ora | in diretta | copia link | sì
    | no | torna su | successivo | precedente | newsletter""",
    openings="""utilizziamo i cookie | questo sito utilizza | questo sito usa | leggi anche | leggi tutto
    | leggi di più | ti potrebbe interessare | tempo di lettura | aggiornato il | pubblicato il
    | ultimo aggiornamento | iscriviti alla | iscriviti a | ricevi | seguici | condividi su | tag: | argomenti:
    | pubblicità | riproduzione riservata | tutti i diritti riservati | © riproduzione | questo articolo è stato
    | ascolta | guarda anche | il tuo indirizzo | ti è piaciuto | devi essere connesso""",
    afterwards="""articoli correlati | notizie correlate | leggi anche | potrebbe interessarti
    | ti potrebbe interessare | potrebbero interessarti | i più letti | più letti | più lette | ultime notizie
    | altri articoli | altre notizie | commenti | lascia un commento | lascia una risposta | sull'autore
    | dello stesso autore | argomenti | consigliati""",
    sign_ups="iscriviti alla | iscriviti a | il tuo indirizzo | la tua email | ricevi",
    invitations=r"\biscriviti (?:alla|a|per)\b|\bnostra newsletter\b|\bseguici su\b",
    credits="""foto | fotografia | fotografie | foto di | immagine | immagini | credito | crediti | fonte
    | grafica | illustrazione | video | per gentile concessione di""",
    requests=(
        ("support", rf"(?:sostieni|sostenete|sostenere|supporta)(?:ci\b| {OUR}| {GOOD})|\bsostienici\b"),
        ("us", r"\b(?:aiutaci|aiutateci|unisciti a noi|unitevi a noi)\b"),
        ("gift", r"(?:fai|fate|con) (?:una|la tua|la vostra) (?:\S+ )?(?:donazione|offerta)"),
        ("alone", r"non possiamo farcela (?:da soli|senza (?:di te|di voi|te|voi))"),
        (
            "your",
            r"\b(?:il tuo|la tua|il vostro|la vostra|tuo) (?:sostegno|donazione|aiuto|contributo|"
            r"supporto)|abbiamo bisogno di (?:te|voi)",
        ),
        ("become", r"(?:diventa|diventate) (?:\S+ )?(?:soci[oa]?|membro|abbonat\w+|sostenitor\w+)"),
        ("chip", r"(?:bastano|da|con) (?:soli )?\d+ ?(?:€|euro) al mese|lettor\S+ come te|deducibil\w+"),
        (
            "rely",
            r"(?:grazie a|finanziat\w+ da|dipend\w+ da) ?(?:i|ll?e|gl?i|nostri|te|voi)? ?(?:nostri "
            r")?(?:lettor\w+|soci|donazioni|abbonati)",
        ),
        (
            "keep",
            r"per (?:continuare|rimanere|restare|mantenere) (?:\S+ ){0,4}(?:informar\w*|liber\w+|"
            r"indipendent\w+|raccontar\w*)",
        ),
        ("now", r"\b(?:dona|donate|sostieni|contribuisci|abbonati) (?:ora|oggi|adesso|qui|subito)\b"),
    ),
    orders="dona donate sostieni sostenete aiuta contribuisci",
    reported="detto dice secondo spiega spiegato aggiunto annunciato racconta chiesto dichiarato",
)
