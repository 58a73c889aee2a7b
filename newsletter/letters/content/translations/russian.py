"""The fixed phrases of an email in Russian."""

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
    elsewhere="{publication} в {network}",
    give="Пожертвовать {amount}",
    given="Собрано {raised} из {goal} на {day}",
    until="До {day}, {time} ({zone}).",
    thanks=(
        "Спасибо за пожертвование",
        "Недавно вы сделали пожертвование для {publication}."
        " Эта рассылка существует благодаря таким читателям, как вы, поэтому сегодня мы ни о чём не просим.",
    ),
    marks=("«", "»"),
    reading_time="{minutes} мин на чтение",
)
