"""The fixed phrases of an email in Arabic."""

from newsletter.letters.content.translations.archive_phrases import ArchivePhrases
from newsletter.letters.content.translations.sign_up_phrases import SignUpPhrases
from newsletter.letters.content.translations.translation import Translation

ARABIC = Translation(
    language="ar",
    greeting=("مرحبًا ", "،"),
    web="عرض في المتصفح",
    read="اقرأ المقال كاملًا",
    contents="في هذا العدد",
    author="بقلم {author}",
    author_and_source="بقلم {author}، {source}",
    source="المصدر: {source}",
    credit="الصورة: {credit}",
    from_us="رسالة من {publication}",
    why="تصلك هذه الرسالة الإلكترونية بسبب اشتراكك في {publication}.",
    unsubscribe="إلغاء الاشتراك",
    preferences="إدارة التفضيلات",
    brief="موجز الأخبار",
    more="المزيد من {publication}",
    sponsored="برعاية {sponsor}",
    corrections="تصويبات",
    corrected="تصويب بتاريخ {day}: {text}",
    elsewhere="{publication} على {network}",
    give="تبرّع بمبلغ {amount}",
    given="جُمع {raised} من أصل {goal} حتى {day}",
    until="حتى {day}، الساعة {time} ({zone}).",
    thanks=(
        "شكرًا على تبرعك",
        "وصلنا تبرعك إلى {publication} مؤخرًا. هذه النشرة ممكنة بفضل قراء مثلك، ولذلك لا نطلب منك شيئًا اليوم.",
    ),
    marks=("«", "»"),
    reading_time="مدة القراءة: {minutes} د",
    sign_up=SignUpPhrases(
        title="الاشتراك في {publication}",
        address="البريد الإلكتروني",
        subscribe="اشتراك",
        consent=(
            "بالاشتراك توافق على تلقي {publication} بالبريد الإلكتروني من {sender} ({postal_address}). يمكنك"
            " إلغاء الاشتراك في أي وقت عبر الرابط الموجود في كل رسالة."
        ),
        press_again="تحقق من عنوانك ثم اضغط على الزر.",
        slip="هل تقصد {address}؟",
        use="نعم، استخدم {address}",
        keep="لا، {address} صحيح",
        invalid="هذا ليس عنوان بريد إلكتروني صالحًا. تحقق من وجود أحرف ناقصة أو زائدة.",
        too_many="هناك طلبات اشتراك كثيرة من شبكتك. حاول مرة أخرى بعد ساعة.",
        closed="لا تقبل {publication} طلبات الاشتراك في هذه الصفحة.",
        step_left="بقيت خطوة واحدة",
        look="افتح بريدك {address} واضغط على الزر في رسالتنا. قد يستغرق وصولها بضع دقائق.",
        no_email=(
            "لم تصلك رسالة؟ ابحث في مجلد الرسائل غير المرغوب فيها."
            " نحدّ من عدد الرسائل من هذا النوع إلى كل عنوان، فربما وصلت من قبل."
        ),
        asked="طلب أحدهم، على الأرجح أنت، تلقي {publication} على هذا العنوان.",
        confirm="أكّد اشتراكك في {publication}",
        confirm_heading="أكّد اشتراكك",
        confirm_button="تأكيد الاشتراك",
        tap="على جهاز آخر يلزم الضغط مرة أخرى في الصفحة التي تُفتح.",
        until="يعمل هذا الرابط حتى {day}، الساعة {time} ({zone}).",
        not_you="إذا لم تكن أنت من طلب ذلك فتجاهل هذه الرسالة، ولن يتم اشتراكك.",
        already="أنت مشترك بالفعل في {publication}",
        already_text="سجّل أحدهم، على الأرجح أنت، هذا العنوان في {publication}. العنوان مشترك بالفعل، ولم يتغير شيء.",
        missing="إذا لم تصلك رسائلنا فابحث في مجلد الرسائل غير المرغوب فيها وأضف {sender} إلى جهات اتصالك.",
        not_yet="ستصلك {publication} بالبريد الإلكتروني. لم يتغير شيء بعد.",
        done="تم تأكيد الاشتراك",
        done_text="ستصلك {publication} بالبريد الإلكتروني.",
        expired="انتهت صلاحية هذا الرابط أو استُخدم من قبل",
        expired_text="لم يتغير شيء. للاشتراك اطلب رسالة تأكيد جديدة.",
    ),
    archive=ArchivePhrases(
        title="{publication}: جميع الأعداد",
        all="جميع الأعداد",
        search="ابحث في عناوين الرسائل والمقالات",
        find="بحث",
        no_match="لا يوجد عدد يحتوي على «{query}».",
        empty="لم يُرسَل أي عدد بعد.",
        newer="أعداد أحدث",
        older="أعداد أقدم",
    ),
)
