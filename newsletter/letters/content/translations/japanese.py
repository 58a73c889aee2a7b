"""The fixed phrases of an email in Japanese."""

from newsletter.letters.content.translations.archive_phrases import ArchivePhrases
from newsletter.letters.content.translations.sign_up_phrases import SignUpPhrases
from newsletter.letters.content.translations.translation import Translation

JAPANESE = Translation(
    language="ja",
    greeting=("", " 様"),
    web="ブラウザで表示",
    read="記事の全文を読む",
    contents="今号の内容",
    author="文：{author}",
    author_and_source="文：{author}（{source}）",
    source="出典：{source}",
    credit="写真：{credit}",
    from_us="{publication}からのお知らせ",
    why="このメールは、{publication}を購読されている方にお送りしています。",
    unsubscribe="配信を停止する",
    preferences="設定を変更する",
    brief="短信",
    more="{publication}のその他の記事",
    sponsored="提供：{sponsor}",
    corrections="訂正",
    corrected="{day}に訂正：{text}",
    elsewhere="{network}の{publication}",
    give="{amount}を寄付する",
    given="{day}時点で、目標{goal}のうち{raised}が集まりました",
    until="{day} {time}（{zone}）まで。",
    thanks=(
        "ご寄付ありがとうございます",
        "先日、{publication}にご寄付をいただきました。"
        "このニュースレターは皆さまのような読者に支えられています。そのため、本日はご寄付のお願いをいたしません。",
    ),
    marks=("「", "」"),
    sign_up=SignUpPhrases(
        title="{publication}を購読する",
        address="メールアドレス",
        subscribe="購読する",
        consent=(
            "購読することで、{sender}（{postal_address}）から{publication}をメールで受け取ることに同意します。"
            "各メールのリンクから、いつでも配信を停止できます。"
        ),
        press_again="アドレスをご確認のうえ、ボタンを押してください。",
        slip="{address}ではありませんか？",
        use="はい、{address}を使います",
        keep="いいえ、{address}で正しいです",
        invalid="有効なメールアドレスではありません。文字の抜けや余分な文字がないかご確認ください。",
        too_many="お使いのネットワークからのお申し込みが多すぎます。1時間後にもう一度お試しください。",
        closed="このページでは{publication}の購読をお申し込みいただけません。",
        step_left="あと1ステップです",
        look=(
            "{address}の受信トレイを開き、お送りするメールのボタンを押してください。"
            "届くまでに数分かかることがあります。"
        ),
        no_email=(
            "メールが届きませんか？迷惑メールフォルダをご確認ください。"
            "1つのアドレスにお送りするこのメールの数には上限があるため、すでに届いている場合があります。"
        ),
        asked="どなたか（おそらくご本人）から、このアドレスで{publication}を購読するお申し込みがありました。",
        confirm="{publication}の購読を確定してください",
        confirm_heading="購読を確定してください",
        confirm_button="購読を確定する",
        tap="別の端末では、開いたページでもう一度ボタンを押す必要があります。",
        until="このリンクの有効期限は{day} {time}（{zone}）です。",
        not_you="お心当たりがない場合は、このメールを無視してください。購読は開始されません。",
        already="すでに{publication}を購読されています",
        already_text=(
            "どなたか（おそらくご本人）から、このアドレスで{publication}を購読するお申し込みがありました。"
            "このアドレスはすでに登録されているため、何も変更されていません。"
        ),
        missing="メールが届かない場合は、迷惑メールフォルダをご確認のうえ、{sender}を連絡先に追加してください。",
        not_yet="{publication}をメールでお届けします。まだ何も変更されていません。",
        done="購読のお申し込みが完了しました",
        done_text="{publication}をメールでお届けします。",
        expired="このリンクは有効期限が切れているか、すでに使用されています",
        expired_text=(
            "何も変更されていません。購読するには、もう一度お申し込みのうえ、新しい確認メールをお受け取りください。"
        ),
    ),
    archive=ArchivePhrases(
        title="{publication}：バックナンバー",
        all="バックナンバー",
        search="件名と見出しを検索",
        find="検索",
        no_match="「{query}」を含む号はありません。",
        empty="まだ配信された号はありません。",
        newer="新しい号",
        older="古い号",
    ),
    reading_time="{minutes}分で読めます",
    full_stop="。",
    colon="：",
)
