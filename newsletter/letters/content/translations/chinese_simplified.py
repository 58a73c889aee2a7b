"""The fixed phrases of an email in Chinese in simplified characters."""

from newsletter.letters.content.translations.translation import Translation

CHINESE_SIMPLIFIED = Translation(
    language="zh",
    greeting=("", "，您好："),
    web="在浏览器中查看",
    read="阅读全文",
    contents="本期内容",
    author="文：{author}",
    author_and_source="文：{author}（{source}）",
    source="来源：{source}",
    credit="图片：{credit}",
    from_us="来自{publication}的消息",
    why="您订阅了{publication}，因此收到这封邮件。",
    unsubscribe="退订",
    preferences="管理偏好设置",
    brief="简讯",
    more="{publication}的更多报道",
    sponsored="赞助：{sponsor}",
    elsewhere="{publication}的{network}主页",
    give="捐赠{amount}",
    given="截至{day}，已筹得{raised}，目标为{goal}",
    until="截止时间：{day}{time}（{zone}）。",
    thanks=(
        "感谢您的捐赠",
        "您最近向{publication}捐赠过。正是像您这样的读者让这份通讯得以存在，因此今天我们不再向您募捐。",
    ),
    marks=("“", "”"),
    reading_time="阅读约需{minutes}分钟",
    full_stop="。",
    colon="：",
)
