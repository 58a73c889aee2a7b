"""The fixed phrases of an email in Ukrainian."""

from newsletter.letters.content.translations.translation import Translation

UKRAINIAN = Translation(
    language="uk",
    greeting=("Вітаємо, ", "!"),
    web="Переглянути в браузері",
    read="Читати повністю",
    contents="У цьому випуску",
    author="Текст: {author}",
    author_and_source="Текст: {author}, {source}",
    source="Джерело: {source}",
    credit="Зображення: {credit}",
    from_us="Повідомлення від {publication}",
    why="Ви отримали цей лист, бо підписалися на {publication}.",
    unsubscribe="Відписатися",
    preferences="Налаштування розсилки",
    brief="Коротко",
    more="Інші матеріали {publication}",
    sponsored="Спонсор: {sponsor}",
    elsewhere="{publication} у {network}",
    give="Пожертвувати {amount}",
    given="Зібрано {raised} із {goal} станом на {day}",
    until="До {day}, {time} ({zone}).",
    thanks=(
        "Дякуємо за ваш внесок",
        "Нещодавно ви зробили внесок для {publication}."
        " Ця розсилка існує завдяки таким читачам, як ви, тому сьогодні ми нічого не просимо.",
    ),
    marks=("«", "»"),
    reading_time="{minutes} хв читання",
)
