"""RSS, Atom and JSON Feed become stories, and nothing that a feed contains does harm."""

import pytest

from newsletter.stories.feeds.feed_values import ParsedFeed
from newsletter.stories.feeds.parse_feed import parse_feed
from newsletter.stories.feeds.parse_in_subprocess import parse_in_subprocess
from newsletter.stories.rich_text import rich_text
from tests.stories.feeds.made_up import DAY, TEXT, item, json_feed, rss, whole

URL = "https://post.example.org/feed/"
PICTURE = '<figure><img src="/wp/dredger.jpg" alt="A dredger" width="1200"></figure>'


def parsed(content: bytes, content_type: str = "") -> ParsedFeed:
    return parse_feed(content, url=URL, content_type=content_type)


def fields(feed: ParsedFeed, number: int = 0) -> dict[str, str]:
    return {name: found.value for name, found in feed.entries[number].story.fields.items()}


def test_an_rss_feed_of_wordpress_gives_the_whole_text() -> None:
    feed = parsed(rss(item("Harbour", text=PICTURE + "".join(TEXT) + '<p>More <a href="/map">on the map</a>.</p>')))
    [entry] = feed.entries
    assert (feed.title, feed.problem, entry.is_whole) == ("Harbour Post", "", True)
    assert fields(feed) == {
        "headline": "Harbour is dredged after years of waiting",
        "byline": "Amina Okoye",
        "source_name": "Harbour Post",
        "published": "2026-11-20T06:30+00:00",
        "url": "https://post.example.org/harbour",
        "picture_url": "https://post.example.org/wp/dredger.jpg",
        "picture_alt": "A dredger",
        "language": "en-US",
        "direction": "ltr",
    }
    assert entry.summary.startswith("The council decided on Monday that the old harbour")
    lines = [rich_text.plain(block) for block in entry.story.paragraphs]
    assert lines == [*map(rich_text.plain, TEXT), "More on the map."]
    assert 'href="https://post.example.org/map"' in entry.story.paragraphs[-1]


def test_a_feed_of_ghost_gives_its_excerpt_as_standfirst() -> None:
    excerpt = "<description>What the work in the basin means for the fishers and the ferry.</description>"
    text = f"<content:encoded><![CDATA[{''.join(TEXT)}]]></content:encoded>"
    more = "<title>Harbour</title><link>https://post.example.org/h</link>"
    feed = parsed(rss(f"<item>{more}{excerpt}{text}</item>"))
    assert fields(feed)["dek"] == "What the work in the basin means for the fishers and the ferry."
    assert feed.entries[0].is_whole


def test_a_feed_with_excerpts_gives_a_summary_and_no_text() -> None:
    feed = parsed(rss(item("Harbour")))
    assert fields(feed)["dek"] == "The council decided on Monday that Harbour […]"
    assert not feed.entries[0].is_whole
    assert feed.entries[0].story.paragraphs == ()


def test_an_atom_feed_is_read_too() -> None:
    content = "".join(TEXT).replace("<", "&lt;")
    feed = parsed(
        f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://post.example.org/x/">
        <title>Hafenpost</title><entry><id>tag:7</id><title type="html">Der &lt;b&gt;Hafen&lt;/b&gt;</title>
        <link rel="alternate" href="../hafen"/><author><name>Jan de Vries</name></author>
        <updated>2026-11-20T07:30:00+01:00</updated><content type="html">{content}</content></entry></feed>""".encode()
    )
    found = fields(feed)
    assert (found["headline"], found["url"]) == ("Der Hafen", "https://post.example.org/hafen")
    assert (found["byline"], found["published"], found["language"]) == ("Jan de Vries", "2026-11-20T06:30+00:00", "de")
    assert feed.entries[0].is_whole


def test_a_json_feed_is_read_too() -> None:
    one = {
        "id": 7,
        "url": "/harbour",
        "title": "Harbour & ferry",
        "content_html": "".join(TEXT),
        "date_published": "2026-11-20T06:30:00Z",
        "authors": [{"name": "Amina Okoye"}, {"name": "Jan de Vries"}],
        "image": "https://post.example.org/i.jpg",
    }
    feed = parsed(json_feed(one, {"id": "8", "external_url": "https://a.example/8", "content_text": "Short."}, "junk"))  # type: ignore[arg-type]
    found = fields(feed)
    assert (found["headline"], found["byline"]) == ("Harbour & ferry", "Amina Okoye and Jan de Vries")
    assert (found["url"], found["published"]) == ("https://post.example.org/harbour", "2026-11-20T06:30+00:00")
    assert [entry.is_whole for entry in feed.entries] == [True, False]


def test_a_title_that_was_encoded_twice_is_read_as_people_read_it() -> None:
    feed = parsed(rss("<item><title>The mayor&amp;#8217;s &lt;em&gt;harbour&lt;/em&gt;</title><link>/h</link></item>"))
    assert fields(feed)["headline"] == "The mayor’s harbour"


def test_an_arabic_feed_has_its_direction() -> None:
    feed = parsed(rss("<item><title>إعادة فتح الميناء</title><link>/h</link></item>", language="ar"))
    assert (fields(feed)["language"], fields(feed)["direction"]) == ("ar", "rtl")


def test_the_key_of_an_entry_is_its_id_and_stays_when_the_rest_changes() -> None:
    first, second = parsed(rss(item("A", guid="7"))), parsed(rss(item("B", guid="7", date="")))
    assert first.entries[0].key == second.entries[0].key
    assert parsed(rss(item("A", guid=""))).entries[0].key == ""


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "", "file:///etc/passwd", "https://u:p@a.example/", "http://[x"]
)
def test_an_entry_without_a_usable_link_is_left_out(link: str) -> None:
    feed = parsed(
        rss(f"<item><title>A</title><guid isPermaLink='false'>1</guid><link>{link}</link></item>", whole("B"))
    )
    assert [entry.url for entry in feed.entries] == ["https://post.example.org/b"]


def test_scripts_and_hostile_markup_do_not_get_through() -> None:
    hostile = (
        '<p onclick="x()">One <a href="javascript:x()">link</a></p><script>alert(1)</script><iframe src="//a"></iframe>'
    )
    [entry] = parsed(rss(item("A", text=hostile + "".join(TEXT)))).entries
    text = "".join(entry.story.paragraphs)
    assert "One link" in text
    assert not any(sign in text for sign in ("onclick", "javascript", "script", "iframe", "alert"))


def test_a_donation_appeal_in_the_text_is_left_out() -> None:
    appeal = "<p>Give the gift of hope</p><p>We practice what we preach:</p><p>Support Harbour Post. Donate now.</p>"
    [entry] = parsed(rss(item("A", text="".join(TEXT[:3]) + appeal + "".join(TEXT[3:])))).entries
    assert [rich_text.plain(block) for block in entry.story.paragraphs] == [rich_text.plain(line) for line in TEXT]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no feed"),
        (b"hello", "no feed"),
        (b"{}", "no feed"),
        (b'{"version": 1, "items": []}', "no feed"),
        (b"\x00\x01\x02", "no feed"),
        (b"<!DOCTYPE html><html><body>", "a web page"),
    ],
)
def test_what_is_no_feed_is_said(content: bytes, said: str) -> None:
    feed = parsed(content)
    assert said in feed.problem
    assert feed.hint


def test_a_web_page_names_its_feeds() -> None:
    links = '<link rel="alternate" type="application/rss+xml" href="/feed/"><link rel="stylesheet" href="/x.css">'
    feed = parsed(f"<!doctype html><html><head>{links}</head></html>".encode())
    assert feed.hint == "Enter the address of its feed: https://post.example.org/feed/"


def test_a_feed_without_entries_is_a_feed() -> None:
    assert parsed(rss()) == ParsedFeed(title="Harbour Post")


def test_a_broken_feed_gives_what_can_be_read() -> None:
    feed = parsed(rss(whole("A"), "<item><title>B & C</title><link>https://post.example.org/b</link>"))
    assert [entry.url for entry in feed.entries] == ["https://post.example.org/a", "https://post.example.org/b"]


def test_an_entity_that_grows_without_end_does_not_grow() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e0 "lol">{entities}]>' + rss(item("&e9;")).decode()[38:]
    feed = parse_in_subprocess(bomb.encode(), url=URL, content_type="")
    assert len(str(feed)) < 5_000


def test_an_entity_that_names_a_file_is_not_opened() -> None:
    named = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    feed = parse_in_subprocess((named + rss(whole("&f;")).decode()[38:]).encode(), url=URL, content_type="")
    assert "root:" not in str(feed)


def test_the_subprocess_returns_what_was_read() -> None:
    content = rss(whole("A"), item("B"))
    assert parse_in_subprocess(content, url=URL, content_type="application/rss+xml") == parsed(content)


def test_a_long_feed_is_read_up_to_its_hundredth_entry() -> None:

    feed = parsed(rss(*(item(f"Story{n}") for n in range(500)), title="x" * 10))
    assert len(feed.entries) == 100
    assert feed.entries[99].url.endswith("/story99")


def test_a_day_without_a_year_or_far_away_is_no_date() -> None:
    assert "published" not in fields(parsed(rss(item("A", date="yesterday"))))
    assert fields(parsed(rss(item("A", date=DAY))))["published"].startswith("2026")
