"""The fixed phrases of an email in Chinese in simplified characters."""

from newsletter.letters.content.translations.archive_phrases import ArchivePhrases
from newsletter.letters.content.translations.sign_up_phrases import SignUpPhrases
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
    corrections="更正",
    corrected="{day}更正：{text}",
    elsewhere="{publication}的{network}主页",
    give="捐赠{amount}",
    given="截至{day}，已筹得{raised}，目标为{goal}",
    until="截止时间：{day} {time}（{zone}）。",
    thanks=(
        "感谢您的捐赠",
        "您最近向{publication}捐赠过。正是像您这样的读者让这份通讯得以存在，因此今天我们不再向您募捐。",
    ),
    marks=("“", "”"),
    sign_up=SignUpPhrases(
        title="订阅{publication}",
        address="邮箱地址",
        subscribe="订阅",
        consent=(
            "订阅即表示您同意接收{sender}（{postal_address}）通过电子邮件发送的{publication}。"
            "您可以随时通过每封邮件中的链接退订。"
        ),
        press_again="请核对您的邮箱地址，然后点击按钮。",
        slip="您要输入的是{address}吗？",
        use="是，使用{address}",
        keep="不，{address}是正确的",
        invalid="这不是有效的邮箱地址。请检查是否缺少字符或有多余的字符。",
        too_many="来自您所在网络的订阅请求过多。请一小时后再试。",
        closed="此页面不接受{publication}的订阅。",
        step_left="只差一步",
        look="请打开您的邮箱{address}，点击我们邮件中的按钮。邮件可能需要几分钟才能送达。",
        no_email=(
            "没有收到邮件？请查看垃圾邮件文件夹。我们限制向同一地址发送此类邮件的数量，所以邮件可能早些时候已经送达。"
        ),
        asked="有人（很可能是您）申请用这个邮箱接收{publication}。",
        confirm="请确认订阅{publication}",
        confirm_heading="请确认您的订阅",
        confirm_button="确认订阅",
        tap="如果使用其他设备，还需在打开的页面上再点击一次。",
        until="此链接在{day} {time}（{zone}）之前有效。",
        not_you="如果不是您本人操作，请忽略此邮件，订阅不会生效。",
        already="您已经订阅了{publication}",
        already_text="有人（很可能是您）申请用这个邮箱订阅{publication}。该邮箱此前已经订阅，因此没有任何变更。",
        missing="如果收不到我们的邮件，请查看垃圾邮件文件夹，并将{sender}添加到您的通讯录。",
        not_yet="您将通过电子邮件收到{publication}。目前没有任何变更。",
        done="订阅成功",
        done_text="您将通过电子邮件收到{publication}。",
        expired="此链接已过期或已被使用",
        expired_text="没有任何变更。如需订阅，请重新申请确认邮件。",
    ),
    archive=ArchivePhrases(
        title="{publication}：往期内容",
        all="往期内容",
        search="搜索主题和标题",
        find="搜索",
        no_match="没有包含“{query}”的往期内容。",
        empty="尚未发送任何一期。",
        newer="较新的内容",
        older="较早的内容",
    ),
    reading_time="阅读约需{minutes}分钟",
    full_stop="。",
    colon="：",
)
