"""The fixed phrases of an email in Spanish."""

from newsletter.letters.content.translations.translation import Translation

SPANISH = Translation(
    language="es",
    greeting=("Hola, ", ":"),
    web="Ver en el navegador",
    read="Leer el artículo completo",
    contents="En esta edición",
    author="Por {author}",
    author_and_source="Por {author} para {source}",
    source="De {source}",
    credit="Imagen: {credit}",
    from_us="Un mensaje de {publication}",
    why="Recibes este correo electrónico porque te suscribiste a {publication}.",
    unsubscribe="Cancelar la suscripción",
    preferences="Gestionar preferencias",
    brief="En breve",
    more="Más de {publication}",
    sponsored="Patrocinado por {sponsor}",
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
)
