"""The fixed phrases of an email in Turkish."""

from newsletter.letters.content.translations.archive_phrases import ArchivePhrases
from newsletter.letters.content.translations.sign_up_phrases import SignUpPhrases
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
    corrections="Düzeltmeler",
    corrected="{day} tarihinde düzeltildi: {text}",
    elsewhere="{network} üzerinde {publication}",
    give="{amount} bağışla",
    given="{day} itibarıyla {raised} toplandı (hedef: {goal})",
    until="Son tarih: {day}, {time} ({zone}).",
    thanks=(
        "Bağışınız için teşekkürler",
        "Kısa süre önce {publication} için bağış yaptınız."
        " Bu bülten sizin gibi okurlar sayesinde var; bu yüzden bugün sizden bir şey istemiyoruz.",
    ),
    marks=("“", "”"),
    sign_up=SignUpPhrases(
        title="{publication} bültenine abone olun",
        address="E-posta adresi",
        subscribe="Abone ol",
        consent=(
            "Abone olarak, {sender} ({postal_address}) tarafından e-postayla gönderilen {publication} bültenini"
            " almayı kabul edersiniz. Her e-postada bulunan bağlantıyla abonelikten istediğiniz zaman"
            " çıkabilirsiniz."
        ),
        press_again="Adresinizi kontrol edin ve düğmeye basın.",
        slip="Şunu mu demek istediniz: {address}?",
        use="Evet, {address} adresini kullan",
        keep="Hayır, {address} doğru",
        invalid="Bu geçerli bir e-posta adresi değil. Eksik veya fazla karakter olup olmadığını kontrol edin.",
        too_many="Ağınızdan çok fazla abonelik isteği geldi. Bir saat sonra tekrar deneyin.",
        closed="Bu sayfada {publication} bültenine abone olunamıyor.",
        step_left="Bir adım kaldı",
        look=(
            "{address} posta kutunuzu açın ve e-postamızdaki düğmeye basın. E-postanın gelmesi birkaç dakika sürebilir."
        ),
        no_email=(
            "E-posta gelmedi mi? Spam klasörünüze bakın."
            " Bir adrese gönderdiğimiz bu tür e-postaların sayısı sınırlıdır; bu nedenle daha önce gelmiş olabilir."
        ),
        asked="Birisi (büyük olasılıkla siz) {publication} bülteninin bu adrese gönderilmesini istedi.",
        confirm="{publication} bülteni aboneliğinizi onaylayın",
        confirm_heading="Aboneliğinizi onaylayın",
        confirm_button="Aboneliği onayla",
        tap="Başka bir cihazda, açılan sayfadaki düğmeye bir kez daha basmanız gerekir.",
        until="Bu bağlantının son geçerlilik tarihi: {day}, {time} ({zone}).",
        not_you="Bu istek sizden gelmediyse bu e-postayı dikkate almayın; aboneliğiniz başlatılmaz.",
        already="{publication} bültenine zaten abonesiniz",
        already_text=(
            "Birisi (büyük olasılıkla siz) bu adresle {publication} bültenine abone olmak istedi. Bu adres"
            " zaten kayıtlı olduğu için hiçbir şey değişmedi."
        ),
        missing="E-postalarımız size ulaşmıyorsa spam klasörünüze bakın ve {sender} adresini kişilerinize ekleyin.",
        not_yet="{publication} bültenini e-postayla alacaksınız. Henüz hiçbir şey değişmedi.",
        done="Aboneliğiniz onaylandı",
        done_text="{publication} bültenini e-postayla alacaksınız.",
        expired="Bu bağlantının süresi dolmuş veya bağlantı daha önce kullanılmış",
        expired_text="Hiçbir şey değişmedi. Abone olmak için yeni bir onay e-postası isteyin.",
    ),
    archive=ArchivePhrases(
        title="{publication}: tüm sayılar",
        all="Tüm sayılar",
        search="Konularda ve başlıklarda ara",
        find="Ara",
        no_match="Hiçbir sayıda “{query}” geçmiyor.",
        empty="Henüz hiçbir sayı gönderilmedi.",
        newer="Daha yeni sayılar",
        older="Daha eski sayılar",
    ),
    reading_time="Okuma süresi: {minutes} dk",
)
