"""Portuguese words of news pages."""

from newsletter.stories.pasted_text.page_words.language_words import LanguageWords

OUR = r"(?:o nosso|a nossa|nosso|nossa) (?:trabalho|jornalismo|redação|redacção|equipe|equipa|jornal|cobertura)"
GOOD = r"(?:o |um )?jornalismo (?:independente|livre|de qualidade|local|público)"

PORTUGUESE = LanguageWords(
    code="pt",
    frequent="""de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das
    tem à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem
    mesmo aos ter seus quem nas me esse eles estão você tinha foram essa num nem suas meu às minha têm numa
    pelos havia""",
    months="""janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro jan fev
    mar abr mai jun jul ago set out nov dez""",
    time_words="""segunda terça quarta quinta sexta sábado domingo feira de às as em atualizado actualizado
    publicado última atualização leitura min minutos tempo há horas dias h modificado""",
    authors="por | texto de | texto: | escrito por | autor: | autora: | entrevista de | reportagem de | da redação",
    roles="correspondente jornalista repórter redator redatora editor editora enviado enviada especial colunista",
    labels="""publicidade | anúncio | compartilhar | compartilhe | partilhar | partilhe | imprimir | comentários
    | comentar | guardar | salvar | ouvir | ouvir artigo | início | home | buscar | pesquisar | menu | entrar
    | iniciar sessão | cadastre-se | assine | assinar | inscreva-se | política | economia | esportes | desporto
    | cultura | sociedade | opinião | mundo | brasil | portugal | tecnologia | ciência | saúde | vídeo | vídeos
    | fotos | galeria | leia mais | ler mais | saiba mais | ver mais | ir para o conteúdo
    | pular para o conteúdo | saltar para o conteúdo | aceitar | aceitar todos | rejeitar | contato | contacto
    | fechar | última hora | ao vivo | copiar link | sim | não | voltar ao topo | próximo | anterior
    | newsletter""",
    openings="""usamos cookies | utilizamos cookies | este site utiliza | este site usa | leia também
    | leia mais | ler mais | veja também | saiba mais | tempo de leitura | atualizado em | actualizado em
    | publicado em | última atualização | inscreva-se | subscreva | assine | receba | siga-nos | siga o
    | compartilhe no | partilhar no | tags: | temas: | publicidade | todos os direitos reservados
    | este artigo foi | esta reportagem foi | ouça | seu e-mail | este conteúdo foi | com informações d""",
    afterwards="""artigos relacionados | notícias relacionadas | matérias relacionadas | leia também
    | veja também | relacionados | mais lidas | mais lidos | as mais lidas | últimas notícias | mais notícias
    | outras notícias | mais de | mais em | comentários | deixe um comentário | deixe o seu comentário
    | deixe uma resposta | sobre o autor | sobre a autora | você pode gostar | recomendados
    | recomendado para você | tags""",
    sign_ups="inscreva-se | subscreva | o seu e-mail | seu e-mail | receba",
    invitations=r"\b(?:inscreva-se|subscreva|assine) (?:a|na|no|o|em)\b|\bnossa newsletter\b|\bsiga-nos n",
    credits="""foto | fotos | fotografia | fotografias | foto de | imagem | imagens | crédito | créditos | fonte
    | ilustração | infografia | vídeo | cortesia de | divulgação""",
    requests=(
        ("support", rf"(?:apoie|apoia|apoiar) (?:{OUR}|{GOOD}|a gente)|\bapoie-nos\b"),
        ("us", r"\b(?:ajude-nos|ajuda-nos|junte-se a nós|junta-te a nós)\b|\bnos ajude\b"),
        ("gift", r"(?:faça|faz|fazer|com) (?:uma|a sua|um|seu) (?:\S+ )?(?:doação|donativo|contribuição)"),
        (
            "alone",
            r"não (?:podemos|conseguimos) (?:fazê-lo |fazer isso |fazer isto )?(?:sozinhos|sem (?:você|si|"
            r"ti))",
        ),
        (
            "your",
            r"\b(?:o seu|a sua|seu|sua|o teu) (?:apoio|doação|donativo|ajuda|contribuição)|precisamos "
            r"(?:de você|de si|da sua|do seu)",
        ),
        (
            "become",
            r"(?:torne-se|torna-te|seja) (?:\S+ )?(?:membro|assinante|sóci[oa]|apoiador\w*|doador\w*|"
            r"mecenas)",
        ),
        ("chip", r"(?:a partir de|por|com) (?:apenas )?(?:r\$ ?)?\d+ ?(?:€|euros|reais)? por mês|leitores como você"),
        (
            "rely",
            r"(?:graças a|financiad\w+ por|financiad\w+ pel\w+|depend\w+ d\w+) (?:nossos |seus |os "
            r")?(?:leitores|assinantes|doações|apoiadores)",
        ),
        (
            "keep",
            r"para (?:que possamos |podermos )?(?:continuar|manter|seguir) (?:\S+ ){0,3}(?:informando|"
            r"livre|independente|publicando|a informar)",
        ),
        ("now", r"\b(?:doe|doar|contribua|contribuir|apoie|assine) (?:agora|hoje|aqui|já)\b"),
    ),
    orders="doe doa apoie contribua ajude assine",
    reported="disse diz segundo afirmou explicou acrescentou anunciou contou pediu",
)
