"""Spanish words of news pages."""

from newsletter.stories.pasted_text.page_words.language_words import LanguageWords

OUR = r"nuestr[oa]s? (?:trabajo|periodismo|redacción|equipo|labor|cobertura|investigaciones)"
GOOD = r"(?:el |un )?periodismo (?:independiente|libre|de calidad|local|valiente)"

SPANISH = LanguageWords(
    code="es",
    frequent="""de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha
    me si sin sobre este ya entre cuando todo esta ser son dos también fue había era muy años hasta desde está
    mi porque qué sólo han yo hay vez puede todos así nos ni parte tiene él uno donde bien tiempo mismo ese
    ahora""",
    months="""enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre
    ene feb mar abr may jun jul ago sep sept oct nov dic""",
    time_words="""lunes martes miércoles jueves viernes sábado domingo de a las del el hora horas actualizado
    publicado actualizada publicada última actualización hace minutos minuto min lectura h hrs cet est cest""",
    authors="""por | texto de | texto: | escrito por | autor: | autora: | entrevista de | reportaje de
    | redacción: | un reportaje de""",
    roles="corresponsal redactor redactora periodista reportero reportera editor editora enviado enviada especial",
    labels="""publicidad | anuncio | compartir | comparte | imprimir | comentarios | comentar | guardar
    | escuchar | escuchar artículo | inicio | portada | buscar | menú | iniciar sesión | inicia sesión
    | regístrate | suscríbete | suscribirse | política | economía | deportes | cultura | sociedad | opinión
    | internacional | nacional | españa | tecnología | ciencia | salud | vídeo | video | fotos | galería
    | leer más | ver más | más información | ir al contenido | saltar al contenido | aceptar | aceptar todo
    | rechazar | configurar | aviso legal | contacto | cerrar | última hora | en vivo | en directo
    | copiar enlace | sí | no | volver arriba | siguiente | anterior | seguir leyendo""",
    openings="""utilizamos cookies | usamos cookies | este sitio utiliza | este sitio web utiliza | lea también
    | lee también | leer también | te puede interesar | le puede interesar | lea más | leer más
    | más información: | tiempo de lectura | actualizado | publicado | última actualización | suscríbete a
    | suscríbase a | regístrate | recibe en tu correo | síguenos | compartir en | comparte en | etiquetas
    | archivado en | temas: | publicidad | escucha | con información de | todos los derechos reservados
    | este artículo se publicó | este artículo fue publicado | tu correo electrónico | ¿te ha resultado
    | inicia sesión | ver también | vea también""",
    afterwards="""lee también | lea también | leer también | artículos relacionados | noticias relacionadas
    | relacionados | te puede interesar | te recomendamos | también te puede interesar | lo más leído
    | lo más visto | más leídas | más leídos | más noticias | más de | más en | últimas noticias | comentarios
    | deja un comentario | deja una respuesta | sobre el autor | sobre la autora | archivado en | etiquetas
    | ver más | otras noticias | recomendados""",
    sign_ups="""suscríbete a | suscríbase a | tu correo electrónico | recibe en tu correo | al suscribirte
    | regístrate""",
    invitations=(
        r"\b(?:suscríbete|suscríbase|regístrate) (?:a|para|en)\b|\bnuestr\S+ (?:newsletter|boletín)\b|"
        r"\bsíguenos en\b"
    ),
    credits="""foto | fotos | fotografía | fotografías | fotografía de | foto de | imagen | imágenes
    | imagen de archivo | crédito | créditos | fuente | gráfico | ilustración | vídeo | cortesía de""",
    requests=(
        (
            "support",
            rf"apoy(?:a|e|ar|anos) (?:a )?(?:nuestr\w+ (?:trabajo|periodismo)|{GOOD}|{OUR})|\bapóy(?:anos|enos)\b",
        ),
        ("us", r"\b(?:ayúda|ayúde)nos\b|\búne(?:te)? a nosotros\b|\bsúmate\b|\búnase\b"),
        ("gift", r"(?:haz|haga|hacer) (?:una|tu|su) (?:\S+ )?(?:donación|aportación|contribución)"),
        ("alone", r"no podemos hacerlo (?:sol[oa]s|sin (?:ti|usted|vosotros|ustedes))"),
        ("your", r"\b(?:tu|su|vuestro|vuestra) (?:apoyo|donación|aportación|ayuda|contribución)|te necesitamos"),
        ("become", r"(?:hazte|hágase|conviértete en) (?:\S+ )?(?:soci[oa]|miembro|suscriptor\w*|donante)"),
        (
            "chip",
            r"(?:desde|por|con) (?:solo |sólo )?\S{0,2}\d+ ?(?:€|euros|pesos|dólares)? al mes|"
            r"lector\S+ como (?:tú|usted)",
        ),
        (
            "rely",
            r"(?:gracias a|financiad\w+ por|depend\w+ de) (?:nuestr\w+ |sus |l[oa]s )?(?:lector\w+|"
            r"soci\w+|suscriptor\w+|donante\w*|ti\b)",
        ),
        (
            "keep",
            r"para (?:que )?(?:podamos )?(?:seguir|continuar) (?:\S+ )?(?:informando|publicando|siendo"
            r"|libre|independiente)",
        ),
        ("now", r"\b(?:dona|done|donar|colabora|colabore|contribuye|apoya) (?:ahora|hoy|aquí|ya)\b"),
    ),
    orders="dona done apoya apoye colabora contribuye ayuda únete",
    reported="dijo dice según afirmó explicó añadió anunció aseguró pidió señaló",
)
