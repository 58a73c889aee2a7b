"""The fixed phrases of an email in Spanish."""

from newsletter.letters.content.translations.archive_phrases import ArchivePhrases
from newsletter.letters.content.translations.sign_up_phrases import SignUpPhrases
from newsletter.letters.content.translations.translation import Translation

SPANISH = Translation(
    language="es",
    greeting=("Hola, ", ":"),
    web="Ver en el navegador",
    read="Leer el artículo completo",
    contents="En esta edición",
    author="Por {author}",
    author_and_source="Por {author} para {source}",
    source="Fuente: {source}",
    credit="Imagen: {credit}",
    from_us="Un mensaje de {publication}",
    why="Recibes este correo electrónico porque te suscribiste a {publication}.",
    unsubscribe="Cancelar la suscripción",
    preferences="Gestionar preferencias",
    brief="En breve",
    more="Más de {publication}",
    sponsored="Patrocinado por {sponsor}",
    corrections="Correcciones",
    corrected="Corregido el {day}: {text}",
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
    reading_time="{minutes} min de lectura",
    sign_up=SignUpPhrases(
        title="Suscríbete a {publication}",
        address="Correo electrónico",
        subscribe="Suscribirme",
        consent=(
            "Al suscribirte, aceptas recibir {publication} por correo electrónico de {sender}"
            " ({postal_address}). Puedes cancelar la suscripción en cualquier momento con el enlace que hay"
            " en cada correo."
        ),
        press_again="Comprueba tu dirección y pulsa el botón.",
        slip="¿Querías decir {address}?",
        use="Sí, usar {address}",
        keep="No, {address} es correcta",
        invalid="Esta dirección de correo no es válida. Comprueba si falta o sobra algún carácter.",
        too_many="Hay demasiadas suscripciones desde tu red. Inténtalo de nuevo dentro de una hora.",
        closed="{publication} no admite suscripciones en esta página.",
        step_left="Falta un paso",
        look="Abre tu buzón {address} y pulsa el botón de nuestro correo. Puede tardar unos minutos en llegar.",
        no_email=(
            "¿No llega? Mira en la carpeta de correo no deseado."
            " Limitamos el número de correos de este tipo a cada dirección, así que quizá llegó antes."
        ),
        asked="Alguien, probablemente tú, ha pedido recibir {publication} en esta dirección.",
        confirm="Confirma tu suscripción a {publication}",
        confirm_heading="Confirma tu suscripción",
        confirm_button="Confirmar suscripción",
        tap="En otro dispositivo tendrás que pulsar una vez más en la página que se abre.",
        until="Este enlace funciona hasta el {day} a las {time} ({zone}).",
        not_you="Si no fuiste tú, ignora este correo y no se activará ninguna suscripción.",
        already="Ya recibes {publication}",
        already_text=(
            "Alguien, probablemente tú, ha suscrito esta dirección a {publication}. Ya estaba suscrita, así"
            " que no ha cambiado nada."
        ),
        missing=(
            "Si no te llegan nuestros correos, mira en la carpeta de correo no deseado y añade {sender} a"
            " tus contactos."
        ),
        not_yet="Recibirás {publication} por correo electrónico. Todavía no ha cambiado nada.",
        done="Suscripción confirmada",
        done_text="Recibirás {publication} por correo electrónico.",
        expired="Este enlace ha caducado o ya se ha usado",
        expired_text="No ha cambiado nada. Para suscribirte, pide un nuevo correo de confirmación.",
    ),
    archive=ArchivePhrases(
        title="{publication}: todas las ediciones",
        all="Todas las ediciones",
        search="Buscar en asuntos y titulares",
        find="Buscar",
        no_match="Ninguna edición contiene «{query}».",
        empty="Todavía no se ha enviado ninguna edición.",
        newer="Ediciones más recientes",
        older="Ediciones anteriores",
    ),
)
