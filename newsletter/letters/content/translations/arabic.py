"""The fixed phrases of an email in Arabic."""

from newsletter.letters.content.translations.translation import Translation

ARABIC = Translation(
    language="ar",
    greeting=("مرحبًا ", "،"),
    web="عرض في المتصفح",
    read="اقرأ القصة كاملة",
    contents="في هذا العدد",
    author="بقلم {author}",
    author_and_source="بقلم {author} لصالح {source}",
    source="من {source}",
    credit="الصورة: {credit}",
    from_us="رسالة من {publication}",
    why="تصلك هذه الرسالة الإلكترونية لأنك مشترك في {publication}.",
    unsubscribe="إلغاء الاشتراك",
    preferences="إدارة التفضيلات",
    brief="باختصار",
    more="المزيد من {publication}",
    sponsored="برعاية {sponsor}",
    elsewhere="{publication} على {network}",
    give="تبرّع بمبلغ {amount}",
    given="جُمع {raised} من أصل {goal} حتى {day}",
    until="حتى {day}، الساعة {time} ({zone}).",
    thanks=(
        "شكرًا على تبرعك",
        "وصلنا تبرعك إلى {publication} مؤخرًا. هذه النشرة ممكنة بفضل قراء مثلك، ولذلك لا نطلب منك شيئًا اليوم.",
    ),
    marks=("«", "»"),
)
