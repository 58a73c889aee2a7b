"""The fixed phrases of an email in English."""

from newsletter.letters.content.translations.archive_phrases import ArchivePhrases
from newsletter.letters.content.translations.sign_up_phrases import SignUpPhrases
from newsletter.letters.content.translations.translation import Translation

ENGLISH = Translation(
    language="en",
    greeting=("Dear ", ","),
    web="View in browser",
    read="Read the full story",
    contents="In this edition",
    author="By {author}",
    author_and_source="By {author} for {source}",
    source="From {source}",
    credit="Picture: {credit}",
    from_us="A message from {publication}",
    why="You are receiving this email because you subscribed to {publication}.",
    unsubscribe="Unsubscribe",
    preferences="Manage preferences",
    brief="In brief",
    more="More from {publication}",
    sponsored="Sponsored by {sponsor}",
    corrections="Corrections",
    corrected="Corrected on {day}: {text}",
    elsewhere="{publication} on {network}",
    give="Give {amount}",
    given="{raised} of {goal} raised as of {day}",
    until="Until {day}, {time} ({zone}).",
    thanks=(
        "Thank you for your gift",
        "You recently gave to {publication}."
        " Readers like you make this newsletter possible, so today we are not asking you for anything.",
    ),
    marks=("“", "”"),
    checked=True,
    reading_time="{minutes} min read",
    sign_up=SignUpPhrases(
        title="Subscribe to {publication}",
        address="Email address",
        subscribe="Subscribe",
        consent=(
            "By subscribing, you agree to receive {publication} by email from {sender} ({postal_address})."
            " You can unsubscribe at any time with the link in every email."
        ),
        press_again="Check your address and press the button.",
        slip="Did you mean {address}?",
        use="Yes, use {address}",
        keep="No, {address} is correct",
        invalid="This is not a valid email address. Check it for missing or extra characters.",
        too_many="There were too many sign-ups from your network. Try again in an hour.",
        closed="{publication} takes no sign-ups on this page.",
        step_left="One step left",
        look="Open your mailbox {address} and press the button in our email. It may take a few minutes to arrive.",
        no_email=(
            "No email? Look in your spam folder."
            " We limit how many such emails an address gets, so it may have come earlier."
        ),
        asked="Someone, probably you, asked to receive {publication} at this address.",
        confirm="Confirm your subscription to {publication}",
        confirm_heading="Confirm your subscription",
        confirm_button="Confirm subscription",
        tap="On another device, one more tap is needed on the page that opens.",
        until="This link works until {day}, {time} ({zone}).",
        not_you="If this was not you, ignore this email and you will not be subscribed.",
        already="You are already subscribed to {publication}",
        already_text=(
            "Someone, probably you, signed up for {publication} with this address. It is subscribed already,"
            " so nothing was changed."
        ),
        missing="If our emails do not reach you, look in your spam folder and add {sender} to your contacts.",
        not_yet="You will receive {publication} by email. Nothing has changed yet.",
        done="You are subscribed",
        done_text="You will receive {publication} by email.",
        expired="This link has expired or was already used",
        expired_text="Nothing was changed. To subscribe, ask for a new confirmation email.",
    ),
    archive=ArchivePhrases(
        title="{publication}: all editions",
        all="All editions",
        search="Search subjects and headlines",
        find="Search",
        no_match="No edition contains “{query}”.",
        empty="No edition has been sent yet.",
        newer="Newer editions",
        older="Older editions",
    ),
)
