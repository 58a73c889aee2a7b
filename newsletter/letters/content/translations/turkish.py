"""The fixed phrases of an email in Turkish."""

from newsletter.letters.content.translations.translation import Translation

TURKISH = Translation(
    language="tr",
    greeting=("Merhaba ", ","),
    web="Tarayıcıda görüntüle",
    read="Haberin tamamını oku",
    contents="Bu sayıda",
    author="Yazan: {author}",
    author_and_source="Yazan: {author} ({source})",
    source="Kaynak: {source}",
    credit="Görsel: {credit}",
    from_us="{publication} ekibinden bir mesaj",
    why="Bu e-postayı {publication} bültenine abone olduğunuz için alıyorsunuz.",
    unsubscribe="Abonelikten çık",
    preferences="Tercihleri yönet",
    brief="Kısa kısa",
    more="Diğer haberler: {publication}",
    sponsored="Sponsor: {sponsor}",
    elsewhere="{network} üzerinde {publication}",
    give="{amount} bağışla",
    given="{day} itibarıyla {goal} hedefinin {raised} kadarı toplandı",
    until="Son tarih: {day}, {time} ({zone}).",
    thanks=(
        "Bağışınız için teşekkürler",
        "Kısa süre önce {publication} için bağış yaptınız."
        " Bu bülten sizin gibi okurlar sayesinde var; bu yüzden bugün sizden bir şey istemiyoruz.",
    ),
    marks=("“", "”"),
    reading_time="{minutes} dk okuma",
)
