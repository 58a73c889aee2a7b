"""The fixed phrases of an email in English."""

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
)
