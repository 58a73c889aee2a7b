from newsletter.audit.models import Record
from newsletter.publications.models import Publication
from tests.cli.conftest import Command


def test_a_snippet_is_added_changed_listed_and_retired(newsletter: Command, publication: Publication) -> None:
    add = ("snippets", "add", "--name", "events", "--title", "This week", "--body", "Fish market\n\nChoir")
    made = newsletter(*add, "--place", "after", "--story", "2", "--ends", "2026-12-06", "--json").data
    assert (made["body"], made["ends_on"]) == ("<p>Fish market</p><p>Choir</p>", "2026-12-06")
    changed = newsletter("snippets", "set", made["id"], "title=Next week", "ends_on=", "--json").data
    assert (changed["title"], changed["ends_on"]) == ("Next week", None)
    assert newsletter("snippets", "list").text.endswith("events Next week after story 2 yes")
    assert "Choir" in newsletter("snippets", "show", made["id"]).text
    assert newsletter("snippets", "retire", made["id"], "--json").data["is_active"] is False
    assert newsletter("snippets", "list", "--json").data == []
    assert list(Record.objects.filter(subject="snippet").values_list("act", flat=True).order_by("pk")) == [
        "snippet-added",
        "snippet-changed",
        "snippet-changed",
    ]


def test_a_snippet_that_says_nothing_is_refused(newsletter: Command, publication: Publication) -> None:
    result = newsletter("snippets", "add", "--name", "events")
    assert (result.status, result.out) == (1, "")
    assert "both empty" in result.err
