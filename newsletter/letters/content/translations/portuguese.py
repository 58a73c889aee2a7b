"""The fixed phrases of an email in Portuguese, as written in Brazil."""

from newsletter.letters.content.translations.archive_phrases import ArchivePhrases
from newsletter.letters.content.translations.sign_up_phrases import SignUpPhrases
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
    corrections="Correções",
    corrected="Corrigido em {day}: {text}",
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
    sign_up=SignUpPhrases(
        title="Assinar {publication}",
        address="Endereço de e-mail",
        subscribe="Assinar",
        consent=(
            "Ao assinar, você concorda em receber {publication} por e-mail de {sender} ({postal_address}). Você pode"
            " cancelar a assinatura a qualquer momento com o link presente em cada e-mail."
        ),
        press_again="Verifique o seu endereço e clique no botão.",
        slip="Você quis dizer {address}?",
        use="Sim, usar {address}",
        keep="Não, {address} está correto",
        invalid="Este endereço de e-mail não é válido. Verifique se faltam ou sobram caracteres.",
        too_many="O número máximo de inscrições a partir da sua rede foi atingido. Tente novamente em uma hora.",
        closed="{publication} não aceita inscrições nesta página.",
        step_left="Falta um passo",
        look=(
            "Abra a caixa de entrada de {address} e clique no botão do nosso e-mail. A entrega pode demorar"
            " alguns minutos."
        ),
        no_email=(
            "Não recebeu o e-mail? Procure na pasta de spam."
            " Enviamos um número limitado de e-mails desse tipo para cada endereço,"
            " por isso talvez já tenha chegado antes."
        ),
        asked="Recebemos um pedido, provavelmente seu, de envio de {publication} para este endereço.",
        confirm="Confirme a sua assinatura de {publication}",
        confirm_heading="Confirme a sua assinatura",
        confirm_button="Confirmar a assinatura",
        tap="Em outro dispositivo, é preciso clicar mais uma vez no botão da página que se abre.",
        until="Este link é válido até {day}, {time} ({zone}).",
        not_you="Se o pedido não foi seu, ignore este e-mail e a assinatura não será ativada.",
        already="Você já assina {publication}",
        already_text=(
            "Recebemos um pedido, provavelmente seu, de assinatura de {publication} com este endereço. A"
            " assinatura já existe, por isso nada mudou."
        ),
        missing="Se os nossos e-mails não chegarem, procure na pasta de spam e adicione {sender} aos seus contatos.",
        not_yet="Você vai receber {publication} por e-mail. Nada mudou ainda.",
        done="Assinatura confirmada",
        done_text="Você vai receber {publication} por e-mail.",
        expired="Este link expirou ou já foi usado",
        expired_text="Nada mudou. Para assinar, solicite um novo e-mail de confirmação.",
    ),
    archive=ArchivePhrases(
        title="{publication}: todas as edições",
        all="Todas as edições",
        search="Pesquisar nos assuntos e títulos",
        find="Pesquisar",
        no_match="Nenhuma edição contém “{query}”.",
        empty="Ainda não foi enviada nenhuma edição.",
        newer="Edições mais recentes",
        older="Edições anteriores",
    ),
    reading_time="{minutes} min de leitura",
)
