"""The fixed phrases of an email in Ukrainian."""

from newsletter.letters.content.translations.archive_phrases import ArchivePhrases
from newsletter.letters.content.translations.sign_up_phrases import SignUpPhrases
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
    corrections="Виправлення",
    corrected="Виправлено {day}: {text}",
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
    sign_up=SignUpPhrases(
        title="Підписатися на розсилку {publication}",
        address="Електронна адреса",
        subscribe="Підписатися",
        consent=(
            "Підписуючись, ви погоджуєтеся отримувати розсилку {publication} електронною поштою. Відправник:"
            " {sender} ({postal_address}). Ви можете будь-коли відписатися за посиланням, яке є в кожному"
            " листі."
        ),
        press_again="Перевірте адресу й натисніть кнопку.",
        slip="Можливо, ви мали на увазі {address}?",
        use="Так, використати {address}",
        keep="Ні, адреса {address} правильна",
        invalid="Ця електронна адреса недійсна. Перевірте, чи не пропущено символи й чи немає зайвих.",
        too_many="З вашої мережі надійшло забагато запитів на підписку. Спробуйте ще раз за годину.",
        closed="На цій сторінці не можна підписатися на розсилку {publication}.",
        step_left="Залишився один крок",
        look=(
            "Відкрийте свою поштову скриньку {address} і натисніть кнопку в нашому листі. Він може надійти за"
            " кілька хвилин."
        ),
        no_email=(
            "Немає листа? Перевірте папку зі спамом."
            " Кількість таких листів на одну адресу обмежена, тож, можливо, лист надійшов раніше."
        ),
        asked="Хтось, імовірно ви, попросив надсилати розсилку {publication} на цю адресу.",
        confirm="Підтвердьте підписку на розсилку {publication}",
        confirm_heading="Підтвердьте підписку",
        confirm_button="Підтвердити підписку",
        tap="На іншому пристрої потрібно буде ще раз натиснути кнопку на сторінці, що відкриється.",
        until="Посилання діє до зазначеного часу: {day}, {time} ({zone}).",
        not_you="Якщо це були не ви, проігноруйте цей лист, і підписку не буде оформлено.",
        already="Ви вже підписані на розсилку {publication}",
        already_text=(
            "Хтось, імовірно ви, вказав цю адресу для підписки на розсилку {publication}. Цю адресу вже"
            " підписано, тож нічого не змінилося."
        ),
        missing="Якщо наші листи не надходять, перевірте папку зі спамом і додайте {sender} до своїх контактів.",
        not_yet="Ви отримуватимете розсилку {publication} електронною поштою. Поки що нічого не змінилося.",
        done="Підписку оформлено",
        done_text="Ви отримуватимете розсилку {publication} електронною поштою.",
        expired="Строк дії посилання минув, або його вже використано",
        expired_text="Нічого не змінилося. Щоб підписатися, замовте новий лист для підтвердження.",
    ),
    archive=ArchivePhrases(
        title="{publication}: усі випуски",
        all="Усі випуски",
        search="Пошук у темах і заголовках",
        find="Знайти",
        no_match="У жодному випуску немає «{query}».",
        empty="Ще не надіслано жодного випуску.",
        newer="Новіші випуски",
        older="Старіші випуски",
    ),
    reading_time="Час читання: {minutes} хв",
)
