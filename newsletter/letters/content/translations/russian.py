"""The fixed phrases of an email in Russian."""

from newsletter.letters.content.translations.archive_phrases import ArchivePhrases
from newsletter.letters.content.translations.sign_up_phrases import SignUpPhrases
from newsletter.letters.content.translations.translation import Translation

RUSSIAN = Translation(
    language="ru",
    greeting=("Здравствуйте, ", "!"),
    web="Открыть в браузере",
    read="Читать полностью",
    contents="В этом выпуске",
    author="Текст: {author}",
    author_and_source="Текст: {author}, {source}",
    source="Источник: {source}",
    credit="Изображение: {credit}",
    from_us="Сообщение от {publication}",
    why="Вы получили это письмо, потому что подписались на {publication}.",
    unsubscribe="Отписаться",
    preferences="Настройки рассылки",
    brief="Коротко",
    more="Другие материалы {publication}",
    sponsored="Спонсор: {sponsor}",
    corrections="Исправления",
    corrected="Исправлено {day}: {text}",
    elsewhere="{publication} в {network}",
    give="Пожертвовать {amount}",
    given="Собрано {raised} из {goal} по состоянию на {day}",
    until="До {day}, {time} ({zone}).",
    thanks=(
        "Спасибо за пожертвование",
        "Недавно вы сделали пожертвование для {publication}."
        " Эта рассылка существует благодаря таким читателям, как вы, поэтому сегодня мы ни о чём не просим.",
    ),
    marks=("«", "»"),
    sign_up=SignUpPhrases(
        title="Подписаться на рассылку {publication}",
        address="Адрес электронной почты",
        subscribe="Подписаться",
        consent=(
            "Подписываясь, вы соглашаетесь получать рассылку {publication} по электронной почте. Отправитель:"
            " {sender} ({postal_address}). Вы можете в любой момент отписаться по ссылке, которая есть в каждом"
            " письме."
        ),
        press_again="Проверьте адрес и нажмите кнопку.",
        slip="Возможно, вы имели в виду {address}?",
        use="Да, использовать {address}",
        keep="Нет, адрес {address} верен",
        invalid="Этот адрес электронной почты недействителен. Проверьте, не пропущены ли символы и нет ли лишних.",
        too_many="Из вашей сети поступило слишком много запросов на подписку. Попробуйте ещё раз через час.",
        closed="На этой странице нельзя подписаться на рассылку {publication}.",
        step_left="Остался один шаг",
        look=(
            "Откройте свой почтовый ящик {address} и нажмите кнопку в нашем письме. Оно может прийти через"
            " несколько минут."
        ),
        no_email=(
            "Нет письма? Проверьте папку со спамом."
            " Количество таких писем на один адрес ограничено, поэтому письмо могло прийти раньше."
        ),
        asked="Кто-то, вероятно вы, попросил присылать рассылку {publication} на этот адрес.",
        confirm="Подтвердите подписку на рассылку {publication}",
        confirm_heading="Подтвердите подписку",
        confirm_button="Подтвердить подписку",
        tap="На другом устройстве нужно будет ещё раз нажать кнопку на открывшейся странице.",
        until="Ссылка действует до указанного времени: {day}, {time} ({zone}).",
        not_you="Если это были не вы, проигнорируйте это письмо, и подписка не будет оформлена.",
        already="Вы уже подписаны на рассылку {publication}",
        already_text=(
            "Кто-то, вероятно вы, указал этот адрес для подписки на рассылку {publication}. Этот адрес уже"
            " подписан, поэтому ничего не изменилось."
        ),
        missing="Если наши письма не приходят, проверьте папку со спамом и добавьте {sender} в свои контакты.",
        not_yet="Вы будете получать рассылку {publication} по электронной почте. Пока ничего не изменилось.",
        done="Подписка оформлена",
        done_text="Вы будете получать рассылку {publication} по электронной почте.",
        expired="Срок действия ссылки истёк, или она уже использована",
        expired_text="Ничего не изменилось. Чтобы подписаться, запросите новое письмо для подтверждения.",
    ),
    archive=ArchivePhrases(
        title="{publication}: все выпуски",
        all="Все выпуски",
        search="Поиск в темах и заголовках",
        find="Найти",
        no_match="Ни в одном выпуске нет «{query}».",
        empty="Пока не отправлено ни одного выпуска.",
        newer="Более новые выпуски",
        older="Более старые выпуски",
    ),
    reading_time="Время чтения: {minutes} мин",
)
