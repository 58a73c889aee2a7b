"""What is read from a page, and where each field came from."""

from typing import Any

import pytest

from newsletter.stories.reading.page_story import FieldOrigin, PageStory
from newsletter.stories.reading.read_page import read_page
from newsletter.stories.rich_text import rich_text
from tests.stories.reading.pages import ARTICLE, TEXT, URL, page

META = """<meta property="og:title" content="Harbour to be dredged after years of waiting - Harbour Post">
<meta property="og:site_name" content="Harbour Post"><meta name="author" content="Amina Okoye">
<meta property="article:published_time" content="2026-11-20T06:30:00+01:00">
<meta property="og:image" content="/media/dredger-at-work.jpg">
<meta property="og:description" content="After the storm of March the basin was too shallow for most ships.">"""


def read(**parts: Any) -> PageStory:
    return read_page(page(**parts), url=URL)


def values(story: PageStory) -> dict[str, str]:
    return {name: found.value for name, found in story.fields.items()}


def test_a_page_with_structured_data_gives_every_field() -> None:
    story = read()
    assert values(story) == {
        "headline": "Harbour to be dredged after years of waiting",
        "byline": "Amina Okoye and Jan de Vries",
        "source_name": "Harbour Post",
        "published": "2026-11-20T06:30+01:00",
        "dek": "After the storm of March the basin was too shallow for most ships.",
        "url": "https://post.example.org/harbour",
        "picture_url": "https://post.example.org/media/dredger-at-work.jpg",
        "picture_alt": "A dredger in front of the quay",
        "picture_credit": "Lea Sow",
        "language": "en-GB",
        "direction": "ltr",
    }
    assert (story.missing, story.notice) == ([], None)


def test_the_paragraphs_keep_links_and_emphasis_and_nothing_stands_beside_them() -> None:
    story = read()
    assert [rich_text.plain(block) for block in story.paragraphs] == [
        rich_text.plain(f"<p>{line}</p>") for line in TEXT
    ]
    assert '<a href="https://post.example.org/topics/harbour?a=1">Monday on</a>' in story.paragraphs[0]
    assert "<em>four metres</em>" in story.paragraphs[1]


def test_without_structured_data_the_meta_tags_are_read_and_named_as_the_origin() -> None:
    story = read(data=None, head=META)
    assert story.fields["headline"] == ("Harbour to be dredged after years of waiting", FieldOrigin.META)
    assert story.fields["byline"] == ("Amina Okoye", FieldOrigin.META)
    assert story.fields["published"] == ("2026-11-20T06:30+01:00", FieldOrigin.META)
    assert story.fields["picture_url"] == ("https://post.example.org/media/dredger-at-work.jpg", FieldOrigin.META)
    assert story.fields["dek"].origin == FieldOrigin.META


def test_without_either_the_page_itself_is_read() -> None:
    story = read(data=None)
    assert story.fields["headline"] == ("Harbour to be dredged after years of waiting", FieldOrigin.MARKUP)
    assert story.fields["byline"] == ("Amina Okoye and Jan de Vries", FieldOrigin.MARKUP)
    assert story.fields["picture_url"] == ("https://post.example.org/media/800/dredger-at-work.jpg", FieldOrigin.MARKUP)
    assert story.value("picture_credit") == "Lea Sow"


@pytest.mark.parametrize(
    "data",
    [
        [{"@type": "WebSite", "name": "X"}, ARTICLE],
        {"@graph": [{"@type": "BreadcrumbList"}, ARTICLE]},
        {"@type": "WebPage", "mainEntity": ARTICLE},
        ARTICLE | {"@type": ["Article", "https://schema.org/ReportageNewsArticle"]},
        [ARTICLE | {"headline": "Another story", "mainEntityOfPage": "https://post.example.org/other"}, ARTICLE],
        {"@graph": [ARTICLE | {"author": {"@id": "#a"}}, {"@id": "#a", "@type": "Person", "name": "Amina Okoye"}]},
    ],
    ids=["list", "graph", "nested", "types", "several", "reference"],
)
def test_the_article_is_found_wherever_it_stands_in_the_structured_data(data: object) -> None:
    story = read(data=data, before="")
    assert story.fields["headline"] == ("Harbour to be dredged after years of waiting", FieldOrigin.JSON_LD)
    assert story.value("byline").startswith("Amina Okoye")


@pytest.mark.parametrize("data", ["{", [[[]]], 7, {"@type": 5}, {"@type": "NewsArticle", "author": [None, 3, [[]]]}])
def test_structured_data_that_is_wrong_is_passed_over(data: object) -> None:
    story = read(data=data, head=META)
    assert story.value("headline") == "Harbour to be dredged after years of waiting"
    assert story.value("byline") == "Amina Okoye"


def test_a_canonical_link_to_the_front_page_is_not_believed() -> None:
    story = read(data=None, head='<link rel="canonical" href="https://post.example.org/">')
    assert story.value("url") == "https://post.example.org/harbour"


def test_a_page_that_is_written_from_right_to_left_is_known() -> None:
    assert read(attributes='lang="ar"').value("direction") == "rtl"
    assert read(attributes='lang="en" dir="rtl"').value("direction") == "rtl"


@pytest.mark.parametrize("hostile", ["", "\x00", "<!--", "<" * 5_000, "<div>" * 3_000, "<p>&#0;\ud800", "<title>"])
def test_any_text_is_read_without_an_error(hostile: str) -> None:
    assert read_page(hostile, url=URL).notice


def test_a_script_in_a_page_never_becomes_text() -> None:
    story = read(
        text=[*TEXT, '<script>alert("x")</script><b onclick="x()">Bold</b> <a href="javascript:x()">link</a> text']
    )
    joined = "".join(story.paragraphs)
    assert "alert" not in joined
    assert "onclick" not in joined
    assert "javascript" not in joined


# --- pages that hold no story -------------------------------------------------------------------

SHORT = ["Please wait."]


@pytest.mark.parametrize(
    ("parts", "said", "is_final"),
    [
        ({"title": "Just a moment..."}, "checks for robots", True),
        (
            {"title": "Harbour Post", "head": '<script src="https://x.example/captcha-delivery.com/c.js"></script>'},
            "robots",
            True,
        ),
        ({"title": "404 - Page not found"}, "was not found", True),
        ({"title": "Seite nicht gefunden"}, "was not found", True),
        (
            {"title": "Cookies", "text": ["We and our partners use cookies to store your privacy choices."]},
            "cookies",
            True,
        ),
        ({"title": "Post", "text": ["Subscribe to continue reading this article."]}, "for subscribers", False),
    ],
)
def test_a_page_without_the_article_is_recognised(parts: dict[str, Any], said: str, is_final: bool) -> None:
    story = read(**({"data": None, "before": "", "text": SHORT} | parts))
    assert story.notice
    assert said in story.notice.problem
    assert story.notice.hint.endswith(".")
    assert story.notice.is_final is is_final
    if is_final:  # nothing of this page belongs to the article
        assert (story.fields, story.paragraphs) == ({}, ())


def test_an_article_for_subscribers_is_read_as_far_as_the_page_holds_it_and_that_is_said() -> None:
    story = read(data=ARTICLE | {"isAccessibleForFree": "False"}, text=TEXT[:2])
    assert story.notice
    assert "for subscribers" in story.notice.problem
    assert len(story.paragraphs) == 2


def test_a_front_page_is_no_article() -> None:
    notice = read_page(page(data=None), url="https://post.example.org/").notice
    assert notice
    assert "front page" in notice.problem


def test_a_first_paragraph_without_an_element_of_its_own_is_not_lost() -> None:
    lead = (
        "The old harbour will be dredged from Monday on, the council decided on Tuesday night, <b>without</b> a debate"
    )
    story = read(
        text=[],
        before=f"<h1>{ARTICLE['headline']}</h1><div>{lead}.<br><br>{'<br><br>'.join(TEXT[1:])}</div>",
        head='<meta name="description" content="The old harbour will be dredged from Monday on, the council …">',
    )
    assert rich_text.plain(story.paragraphs[0]) == rich_text.plain(f"<p>{lead}.</p>")
    assert rich_text.plain(story.paragraphs[1]) == TEXT[1].replace("<em>", "").replace("</em>", "")


@pytest.mark.parametrize(
    "line",
    [
        'Read more: <a href="/a">The ferry is late again this winter</a>',
        'Related story: <a href="/a">The ferry is late again this winter</a>',
        '<strong>Lesen Sie auch:</strong> <a href="/a">Die Fähre kommt auch in diesem Winter spät</a>',
        'À lire aussi <a href="/a">Le ferry est encore en retard cet hiver</a>',
        'اقرأ أيضا: <a href="/a">العبارة متأخرة مرة أخرى هذا الشتاء</a>',
    ],
)
def test_a_line_that_points_to_another_article_is_left_out(line: str) -> None:
    story = read(text=[*TEXT[:2], line, *TEXT[2:]])
    assert [rich_text.plain(block) for block in story.paragraphs] == [
        rich_text.plain(f"<p>{text}</p>") for text in TEXT
    ]


def test_a_sentence_that_begins_like_a_pointer_stays() -> None:
    sentence = 'Related costs of the ferry, says <a href="/a">the region</a>, will be paid in three parts.'
    assert rich_text.plain(f"<p>{sentence}</p>") == rich_text.plain(read(text=[*TEXT, sentence]).paragraphs[-1])


@pytest.mark.parametrize(
    "sentence",
    [
        "By noon, the fire was out.",
        "By 2030, half of all buses will be electric.",
        "Por la noche, el fuego estaba apagado.",
        "Published in 1851, the book was a failure.",
        "Updated rules take effect on Monday, the ministry said.",
    ],
)
def test_a_sentence_that_begins_like_a_byline_or_a_date_stays(sentence: str) -> None:
    assert rich_text.plain(read(text=[sentence, *TEXT]).paragraphs[0]) == sentence


@pytest.mark.parametrize(
    "line",
    [
        "بقلم: أحمد سالم",
        "Par Jean Dupont",
        "Publié le 20 novembre 2026 à 10:00",
        "Updated: May 3, 2026 at 5:00 pm",
        "Tempo de leitura: 2 minutos",
        "Das könnte Sie auch interessieren",
        "© Reuters",
    ],
)
def test_a_byline_a_date_or_a_label_among_the_paragraphs_is_left_out(line: str) -> None:
    story = read(text=[line, *TEXT])
    assert rich_text.plain(story.paragraphs[0]) == rich_text.plain(f"<p>{TEXT[0]}</p>")


def test_a_short_article_below_a_cookie_banner_is_read() -> None:
    banner = "<div>We use cookies. Accept all cookies?</div>"
    story = read(data=None, before=f"{banner}<h1>About the quay</h1>", title="About the quay", text=TEXT[:3])
    assert story.notice is None
    assert len(story.paragraphs) == 3


def test_an_article_about_a_number_is_not_taken_for_a_missing_page() -> None:
    story = read(data=None, before="<h1>Area code 404 turns thirty</h1>", title="Area code 404 turns thirty")
    assert story.notice is None
