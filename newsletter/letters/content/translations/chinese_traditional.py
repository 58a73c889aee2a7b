"""The fixed phrases of an email in Chinese in traditional characters."""

from newsletter.letters.content.translations.translation import Translation

CHINESE_TRADITIONAL = Translation(
    language="zh-Hant",
    greeting=("", "，您好："),
    web="在瀏覽器中查看",
    read="閱讀全文",
    contents="本期內容",
    author="文：{author}",
    author_and_source="文：{author}（{source}）",
    source="來源：{source}",
    credit="圖片：{credit}",
    from_us="來自{publication}的訊息",
    why="您訂閱了{publication}，因此收到這封郵件。",
    unsubscribe="取消訂閱",
    preferences="管理偏好設定",
    brief="快訊",
    more="{publication}的更多報導",
    sponsored="贊助：{sponsor}",
    elsewhere="{publication}的{network}專頁",
    give="捐款{amount}",
    given="截至{day}，已募得{raised}，目標為{goal}",
    until="截止時間：{day}{time}（{zone}）。",
    thanks=(
        "感謝您的捐款",
        "您最近向{publication}捐過款。正是像您這樣的讀者讓這份電子報得以存在，因此今天我們不再向您募款。",
    ),
    marks=("「", "」"),
    reading_time="閱讀約需{minutes}分鐘",
    full_stop="。",
    colon="：",
)
