from datetime import timedelta
from pathlib import Path
from typing import Any

from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories.models import Story, StoryState
from tests.cli.conftest import Command
from tests.pictures.drawn import file, plain
from tests.support import factories as make


def queue(newsletter: Command) -> list[str]:
    return [story["headline"] for story in newsletter("stories", "list", "--json").data]


def test_a_story_is_added_at_the_end_of_the_queue(newsletter: Command, publication: Publication) -> None:
    make.story(publication, headline="First")
    result = newsletter(
        "stories", "add", "--url", "https://post.example.org/rain", "--headline", "Rain at last", "--body",
        "One & two.\n\nThree.", "--byline", "Ada Bell", "--source", "The Morning Post", "--embargo", "2030-12-01T06:00",
        "--sensitive", "--json",
    ).data  # fmt: skip
    assert result["publication"] == "morning"
    assert result["body"] == "<p>One &amp; two.</p><p>Three.</p>"
    assert (result["position"], result["is_sensitive"], result["embargo_until"]) == (2, True, "2030-12-01T11:00:00Z")
    assert queue(newsletter) == ["First", "Rain at last"]


def test_a_body_may_be_html_and_come_from_a_file_or_a_pipe(
    newsletter: Command, publication: Publication, tmp_path: Path
) -> None:
    file = tmp_path / "body.html"
    file.write_text("<p>One <b>bold</b> word.</p><script>alert(1)</script>", encoding="utf-8")
    add = ("stories", "add", "--headline", "Rain", "--json")
    result = newsletter(*add, "--url", "https://post.example.org/1", "--body-file", file).data
    assert result["body"] == "<p>One <strong>bold</strong> word.</p>"
    result = newsletter(*add, "--url", "https://post.example.org/2", "--body-file", "-", stdin="From a pipe.").data
    assert result["body"] == "<p>From a pipe.</p>"


def test_a_story_that_cannot_be_printed_is_refused_in_one_sentence(
    newsletter: Command, publication: Publication
) -> None:
    for wrong in (
        ["--headline", "Rain", "--body", "Words."],
        ["--url", "javascript:alert(1)", "--headline", "Rain", "--body", "Words."],
        ["--url", "https://post.example.org/1", "--body", "Words."],
        ["--url", "https://post.example.org/1", "--headline", "Rain"],
        ["--url", "https://post.example.org/1", "--headline", "Rain", "--body", "x", "--embargo", "tomorrow"],
        ["--url", "https://post.example.org/1", "--headline", "Rain", "--body", "x", "--line-type", "1=headline"],
        ["--url", "https://post.example.org/1", "--headline", "Rain", "--body", "x", "--body-file", "y"],
        ["--url", "https://post.example.org/1", "--headline", "Rain", "--body-file", "/nowhere/at/all"],
    ):
        result = newsletter("stories", "add", *wrong)
        assert (result.status, result.out, result.err.count("\n")) == (1, "", 1), wrong
    assert not Story.objects.exists()


def test_the_same_link_is_queued_twice_only_when_that_is_said(newsletter: Command, publication: Publication) -> None:
    add = ("stories", "add", "--url", "https://post.example.org/1", "--headline", "Rain", "--body", "Words.")
    assert newsletter(*add).status == 0
    assert newsletter(*add).status == 1
    assert newsletter(*add, "--allow-duplicate").status == 0


def test_stories_are_moved_dropped_and_restored(newsletter: Command, publication: Publication) -> None:
    first, second, third = (make.story(publication, headline=name) for name in ("One", "Two", "Three"))
    assert "position 1" in newsletter("stories", "move", third.pk, "--to", 1).text
    assert queue(newsletter) == ["Three", "One", "Two"]
    assert newsletter("stories", "drop", first.pk, "--json").data["state"] == StoryState.DROPPED
    assert queue(newsletter) == ["Three", "Two"]
    assert newsletter("stories", "drop", first.pk).status == 1
    assert newsletter("stories", "restore", first.pk).status == 0
    assert queue(newsletter) == ["Three", "Two", "One"]
    assert (
        newsletter("stories", "drop", second.pk + 100).err
        == f"story: no story {second.pk + 100}. List them: newsletter stories list\n"
    )
    assert newsletter("stories", "move", third.pk, "--to", 0).status == 2


def test_stories_are_listed_by_state(newsletter: Command, publication: Publication) -> None:
    make.story(publication, headline="Waiting")
    make.story(publication, headline="Gone", state=StoryState.DROPPED)
    make.story(make.publication(), headline="Elsewhere")
    one = ("-p", "morning")
    assert "Waiting" in newsletter("stories", "list", *one).text
    assert "Gone" not in newsletter("stories", "list", *one).text
    assert "Gone" in newsletter("stories", "list", *one, "--state", "dropped").text
    everything = newsletter("stories", "list", *one, "--state", "all", "--json").data
    assert {story["headline"]: story["position"] for story in everything} == {"Waiting": 1, "Gone": None}


def test_a_headline_cannot_control_the_terminal_or_break_the_table(
    newsletter: Command, publication: Publication
) -> None:
    story = make.story(publication, headline="[bold]Red[/] \x1b[31malert\x1b[0m :smile: [/nothing]")
    result = newsletter("stories", "list")
    assert "\x1b" not in result.out
    assert "[bold]Red[/]" in result.out
    assert ":smile: [/nothing]" in newsletter("stories", "show", story.pk).out


def test_a_story_is_shown_with_its_text(newsletter: Command, publication: Publication) -> None:
    story = make.story(publication, body="<p>One.</p><ul><li>a</li><li>b</li></ul>")
    result = newsletter("stories", "show", story.pk)
    assert result.out.endswith("\nOne.\n\n- a\n- b\n")
    assert "paragraphs  2" in result.out


def test_kind_section_and_quote_of_a_story_are_set(newsletter: Command, publication: Publication) -> None:
    result = newsletter(
        "stories", "add", "--url", "https://post.example.org/1", "--headline", "One", "--body", "Words.",
        "--kind", "short", "--section", "Town", "--quote", "We stay.", "--quote-by", "Ada", "--json",
    ).data  # fmt: skip
    assert [result[name] for name in ("kind", "section", "quote", "quote_by")] == ["short", "Town", "We stay.", "Ada"]
    words = newsletter("stories", "show", result["id"]).text
    assert "kind short: headline and first paragraph section Town" in words
    for wrong in (["--kind", "huge"], ["--quote-by", "Ada"]):
        story = ["stories", "add", "--url", "https://post.example.org/2", "--headline", "Two", "--body", "Words."]
        assert newsletter(*story, *wrong).status == 1


def test_a_picture_comes_along_as_a_file_or_by_its_address(
    newsletter: Command, publication: Publication, tmp_path: Path
) -> None:
    given = tmp_path / "street.png"
    given.write_bytes(file(plain(2000, 1000)))
    add = ("stories", "add", "--headline", "Rain", "--body", "Words.", "--json")
    kept = newsletter(*add, "--url", "https://post.example.org/1", "--picture", given, "--picture-alt", "A street").data
    assert (kept["picture"]["state"], kept["picture"]["width"], kept["picture"]["height"]) == ("stored", 1200, 600)
    assert kept["picture"]["address"].startswith("http://127.0.0.1:8000/pictures/")
    asked = newsletter(
        *add, "--url", "https://post.example.org/2", "--picture-url", "https://post.example.org/p.jpg",
        "--picture-decorative",
    ).data  # fmt: skip
    assert (asked["picture"]["state"], asked["picture"]["address"]) == ("coming", None)
    assert "p.jpg: coming" in newsletter("stories", "show", asked["id"]).text
    assert newsletter(*add, "--url", "https://post.example.org/3").data["picture"] is None


def test_a_file_that_is_no_picture_is_refused_in_one_sentence(
    newsletter: Command, publication: Publication, tmp_path: Path
) -> None:
    given = tmp_path / "words.txt"
    given.write_text("Not a picture")
    add = ("stories", "add", "--headline", "Rain", "--body", "Words.", "--url", "https://post.example.org/1")
    result = newsletter(*add, "--picture", given, "--picture-alt", "Words")
    assert (result.status, result.out, result.err.count("\n")) == (1, "", 1)
    assert "JPEG" in result.err


def test_the_place_of_a_story_in_a_list_of_all_is_its_place_in_the_queue(
    newsletter: Command, publication: Publication
) -> None:
    one, two, three = (make.story(publication) for _ in range(3))
    Story.objects.filter(pk=three.pk).update(changed_at=clock.now() + timedelta(hours=1))
    newsletter("stories", "drop", two.pk)
    lines = newsletter("stories", "list", "--state", "all").out.splitlines()[1:]
    assert {tuple(line.split()[:2]) for line in lines if line.endswith("queued")} == {
        ("1", str(one.pk)), ("2", str(three.pk)),
    }  # fmt: skip
    assert [line.split()[0] for line in lines if line.endswith("dropped")] == [str(two.pk)]


def test_a_huge_position_is_the_end_of_the_queue(newsletter: Command, publication: Publication) -> None:
    first, last = make.story(publication), make.story(publication)
    assert newsletter("stories", "move", first.pk, "--to", "9" * 30).status == 0
    assert list(Story.objects.queued()) == [last, first]


def test_the_place_in_a_list_is_the_place_in_the_queue(newsletter: Command, publication: Publication) -> None:
    make.story(publication, headline="One")
    make.story(publication, headline="Used", state=StoryState.USED)
    second = make.story(publication, headline="Two")
    assert newsletter("stories", "show", second.pk, "--json").data["position"] == 2
    rows = newsletter("stories", "list", "--state", "all").out.splitlines()
    (line,) = [row for row in rows if "Two" in row]
    assert line.split()[:2] == ["2", str(second.pk)]
    (line,) = [row for row in rows if "Used" in row]
    assert line.split()[1] == "Used"  # no place, but its number


def test_listing_asks_the_database_the_same_number_of_times_however_many_there_are(
    newsletter: Command, publication: Publication, django_assert_max_num_queries: Any
) -> None:
    for _ in range(30):
        make.story(publication, picture=make.picture(), picture_alt="Rain")
    with django_assert_max_num_queries(8):
        newsletter("stories", "list", "--json")
