"""The fixed phrases of an email in Portuguese, as written in Brazil."""

from newsletter.letters.content.translations.translation import Translation

PORTUGUESE = Translation(
    language="pt",
    greeting=("Olá, ", ","),
    web="Ver no navegador",
    read="Ler o artigo completo",
    contents="Nesta edição",
    author="Por {author}",
    author_and_source="Por {author} para {source}",
    source="Fonte: {source}",
    credit="Imagem: {credit}",
    from_us="Uma mensagem de {publication}",
    why="Você recebe este e-mail por causa da sua assinatura de {publication}.",
    unsubscribe="Cancelar a assinatura",
    preferences="Gerenciar preferências",
    brief="Curtas",
    more="Mais de {publication}",
    sponsored="Patrocinado por {sponsor}",
    elsewhere="{publication} no {network}",
    give="Doar {amount}",
    given="{raised} de {goal} arrecadados até {day}",
    until="Até {day}, {time} ({zone}).",
    thanks=(
        "Agradecemos a sua doação",
        "Você doou recentemente para {publication}."
        " Este boletim existe graças a leitoras e leitores como você, por isso hoje não pedimos nada.",
    ),
    marks=("“", "”"),
    reading_time="{minutes} min de leitura",
)
