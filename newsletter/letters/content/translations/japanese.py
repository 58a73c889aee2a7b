"""The fixed phrases of an email in Japanese."""

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
    elsewhere="{network}の{publication}",
    give="{amount}を寄付する",
    given="{day}時点で、目標{goal}のうち{raised}が集まりました",
    until="{day}{time}（{zone}）まで。",
    thanks=(
        "ご寄付ありがとうございます",
        "先日、{publication}にご寄付をいただきました。"
        "このニュースレターは皆さまのような読者に支えられています。そのため、本日はお願いをいたしません。",
    ),
    marks=("「", "」"),
    reading_time="{minutes}分で読めます",
    full_stop="。",
    colon="：",
)
