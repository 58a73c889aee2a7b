"""Tags in links: where they go, what they leave alone, and that nothing else of a link changes."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.editions.models import Edition
from newsletter.giving.place_appeal import AppealPosition
from newsletter.letters import preflight
from newsletter.letters.content.letter_content import LetterContent, build_content
from newsletter.letters.content.utm_tags import UtmTags, has_our_tags
from newsletter.letters.render_letter import draw, render
from newsletter.lib.web_urls import append_query
from newsletter.stories.models import Story
from tests.golden.editions import BASE_URL, PICTURES, edition_of
from tests.golden.looks import coast, give

TAGS = UtmTags("coast", "2026-11-24", ("example.net", "letters.example.org"))
OURS = {"utm_source": "coast", "utm_medium": "email", "utm_campaign": "2026-11-24", "utm_content": "story-1"}
BODY = """<p>One <a href="https://data.example.org/a?b=1&amp;c=%C3%A9#d">two words</a>,
<a href="mailto:desk@coast.example.org">write us</a>.</p>"""


def regular(**said: object) -> Edition:
    return edition_of(coast(**{"utm_tags": True, **said}))


def made(edition: Edition, **said: object) -> LetterContent:
    stories = [
        Story(headline="First", url="https://coast.example.org/first", body=BODY),
        Story(headline="Second", url="https://elsewhere.example.net/second?utm_source=partner", body="<p>x</p>"),
    ]
    appeal = give(pk=5, **said)
    return build_content(edition, stories=stories, appeal=appeal, spot=AppealPosition(0, 1), base_url=BASE_URL)


def query(link: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(link).query, keep_blank_values=True))


def test_links_of_stories_name_publication_edition_and_place() -> None:
    contents = made(regular())
    assert query(contents.stories[0].url) == OURS
    [linked] = [passage for passage in contents.stories[0].passages if "data.example.org" in passage.html]
    assert 'href="https://data.example.org/a?b=1&amp;c=%C3%A9&amp;utm_source=coast&amp;' in linked.html
    assert linked.html.count("utm_content=story-1#d") == 1
    assert contents.stories[0].notes[0].endswith("utm_content=story-1#d")


def test_the_buttons_of_an_appeal_name_it_and_keep_their_amounts() -> None:
    ask = made(regular()).appeal
    assert ask
    assert query(ask.url)["utm_content"] == "appeal-5"
    assert [query(amount.url)["utm_content"] for amount in ask.amounts] == [f"appeal-5-amount-{n}" for n in (1, 2, 3)]
    assert [query(amount.url)["amount"] for amount in ask.amounts] == ["5", "15", "40"]


def test_what_somebody_tagged_already_is_left_wholly_alone() -> None:
    assert made(regular()).stories[1].url == "https://elsewhere.example.net/second?utm_source=partner"


def test_readers_own_links_and_mail_addresses_get_nothing() -> None:
    contents = made(regular())
    letter = draw(contents)
    assert f'href="{contents.links.unsubscribe}"' in letter.html
    assert contents.links.unsubscribe in letter.text
    assert 'href="mailto:desk@coast.example.org"' in letter.html
    assert "utm_" not in contents.links.web


def test_a_publication_that_does_not_wish_for_tags_has_none() -> None:
    letter = draw(made(edition_of(coast())))
    assert "utm_source=coast" not in letter.html + letter.text


def test_hosts_that_are_excepted_and_those_below_them_get_nothing() -> None:
    contents = made(regular(utm_excluded_hosts="coast.example.org give.example.org"))
    assert contents.stories[0].url == "https://coast.example.org/first"
    assert contents.appeal
    assert "utm_" not in contents.appeal.url
    assert TAGS.tag_url("https://a.example.net/x", content="y") == "https://a.example.net/x"
    assert TAGS.tag_url("https://notexample.net/x", content="y") != "https://notexample.net/x"


def test_an_extra_edition_of_the_same_day_is_a_campaign_of_its_own() -> None:
    extra = edition_of(coast(utm_tags=True))
    extra.pk, extra.local_date = 7, None
    assert query(made(extra).stories[0].url)["utm_campaign"] == "2026-11-24-7"


def test_a_tag_never_differs_from_reader_to_reader() -> None:
    contents = made(regular())
    links = [contents.stories[0].url, contents.appeal.url if contents.appeal else ""]
    assert not any("__nl_" in link for link in links)


def test_a_tagged_letter_is_inlined_whole_and_passes_preflight() -> None:
    contents = made(regular())
    found = preflight.findings(
        render(contents), links=contents.links, postal_address=contents.postal_address, pictures_at=PICTURES, local=True
    )
    assert found == []


def test_an_appeal_with_tags_of_its_own_is_remarked_on(settings: object) -> None:
    settings.LOCAL = True  # type: ignore[attr-defined] # pytest-django's fixture
    settings.PICTURES_URL = PICTURES  # type: ignore[attr-defined] # the same
    own, ours = made(regular(), url="https://give.example.org/coast?utm_campaign=spring"), made(regular())
    found = [(finding.code, finding.severity) for finding in preflight.check(render(own), own)]
    assert found == [("link.untagged", "warn")]
    assert preflight.check(render(ours), ours) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://x.org", "https://x.org?a=1"),
        ("https://x.org/?", "https://x.org/?a=1"),
        ("https://x.org/?b", "https://x.org/?b&a=1"),
        ("https://x.org/?b=&", "https://x.org/?b=&a=1"),
        ("https://x.org/#/road?b=1", "https://x.org/?a=1#/road?b=1"),
        ("https://x.org/?b=%2f+x#", "https://x.org/?b=%2f+x&a=1#"),
    ],
)
def test_a_query_grows_at_its_end(before: str, after: str) -> None:
    assert append_query(before, {"a": "1"}) == after


PIECES = st.text("abcÉ%20=&;+/?:@-._~!$'()*,\u00e9", max_size=12)


@given(path=PIECES.map(lambda text: text.replace("?", "")), asked=st.none() | PIECES, fragment=st.none() | PIECES)
def test_whatever_a_link_held_it_still_holds(path: str, asked: str | None, fragment: str | None) -> None:
    link = (
        f"https://news.org/{path}"
        + ("" if asked is None else f"?{asked}")
        + ("" if fragment is None else f"#{fragment}")
    )
    tagged = TAGS.tag_url(link, content="story-1")
    before, after = urlsplit(link), urlsplit(tagged)
    assert (after.scheme, after.netloc, after.path, after.fragment) == before[:3] + before[4:]
    assert after.query.startswith(before.query)
    pairs = parse_qsl(before.query, keep_blank_values=True)
    assert parse_qsl(after.query, keep_blank_values=True) == pairs + list(OURS.items())
    assert TAGS.tag_url(tagged, content="story-2") == tagged
    assert has_our_tags(tagged, TAGS)


def test_own_links_are_kept_from_a_provider_that_counts_clicks() -> None:
    contents = made(edition_of(coast(click_tracking=True)))
    html = render(contents).html
    for link in (contents.links.unsubscribe, contents.links.preferences, contents.links.web):
        assert html.count(f'clicktracking="off" href="{link}"') == html.count(f'href="{link}"') > 0
    assert html.count("clicktracking") < html.count("<a ")
    assert "clicktracking" not in render(replace(contents, click_tracking=False)).html
