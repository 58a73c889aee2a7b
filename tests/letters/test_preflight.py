"""Each finding: a letter that has it, and the same letter, whole, that has not."""

import re
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.letters import preflight
from newsletter.letters.content.letter_content import build_content
from newsletter.letters.preflight import check_client_support, check_content
from newsletter.letters.preflight.link_targets import objection
from newsletter.letters.preflight.parsed_html import parse_html
from newsletter.letters.render_letter import render
from newsletter.mail.message import Letter
from newsletter.publications.models import Publication
from newsletter.stories.models import Story
from tests.golden.editions import BASE_URL, DAY, PICTURES, edition_of, rich

CONTENTS = rich()
WHOLE = render(CONTENTS)
NIGHT = CONTENTS.brand.dark
UNSUBSCRIBE = "https://letters.example.org/u/__nl_reader__"


def found(letter: Letter, *, local: bool = True, tracked: bool = False) -> dict[str, preflight.Finding]:
    """The findings for `letter` by their codes."""
    made = preflight.findings(
        letter,
        links=CONTENTS.links,
        postal_address=CONTENTS.postal_address,
        pictures_at=PICTURES,
        tracked=tracked,
        local=local,
    )
    return {finding.code: finding for finding in made}


def html(old: str, new: str) -> Letter:
    """The whole letter with this in its HTML in place of that."""
    assert old in WHOLE.html
    return replace(WHOLE, html=WHOLE.html.replace(old, new, 1))


def body(more: str) -> Letter:
    """The whole letter with more at the end of its content."""
    return html("</body>", f"{more}</body>")


def text(old: str, new: str) -> Letter:
    assert old in WHOLE.text
    return replace(WHOLE, text=WHOLE.text.replace(old, new))


def hiding(road: str, before: str, after: str) -> Letter:
    """The whole letter with its links below this road between `before` and `after`."""
    link = re.compile(rf'<a [^>]*href="https://letters\.example\.org/{road}/[^"]*"[^>]*>.*?</a>', re.DOTALL)
    assert link.search(WHOLE.html)
    return replace(WHOLE, html=link.sub(lambda found: before + found[0] + after, WHOLE.html))


def subject(new: str) -> Letter:
    return replace(WHOLE, subject=new)


LACKING = [
    ("flex", "color:red; display : flex"),
    ("grid", "display:inline-grid"),
    ("float", "float:left"),
    ("position", "position: absolute"),
    ("variables", "width:var(--wide)"),
    ("functions", "font-size:clamp(1px, 2px, 3px)"),
    ("rem", "margin:0 1.5rem"),
    ("gap", "row-gap:2px"),
    ("gradient", "background:linear-gradient(#fff, #ddd)"),
    ("shadow", "text-shadow:1px 1px #000"),
    ("transform", "transform:rotate(2deg)"),
    ("opacity", "opacity:0.9"),
    ("columns", "column-count:2"),
    ("logical", "padding-inline-start:2px"),
    ("shape", "aspect-ratio:2"),
    ("colours", "background:oklch(90% 0 0)"),
]
BROKEN: list[tuple[str, str, Callable[[], Letter]]] = [
    ("subject.empty", "stop", lambda: subject("  ")),
    ("subject.long", "warn", lambda: subject("A subject " * 8)),
    ("subject.capitals", "warn", lambda: subject("THE HARBOUR COUNTS ITS FISH")),
    ("mark.leftover", "stop", lambda: html("The Tideline", "{{ name }}")),
    ("mark.leftover", "stop", lambda: text("The Tideline", "{% if name %}")),
    ("mark.leftover", "stop", lambda: subject("For <%name%>")),
    ("entity.leftover", "warn", lambda: html("The Tideline", "The &amp;#8217;Tideline")),
    ("entity.leftover", "warn", lambda: text("The Tideline", "The &ldquo;Tideline")),
    ("entity.leftover", "warn", lambda: subject("Fish &amp; ships")),
    ("mark.unknown", "stop", lambda: html("Dear", "Dear __nl_frist_name__")),
    ("mark.unknown", "stop", lambda: html("__nl_html_first_name__", "__nl_first_name__")),  # would stand unescaped
    ("mark.unknown", "stop", lambda: text("__nl_first_name__", "__nl_html_first_name__")),
    ("mark.unknown", "stop", lambda: subject("For __nl_reader__")),
    ("required.unsubscribe", "stop", lambda: html(UNSUBSCRIBE, "https://letters.example.org/")),
    ("required.unsubscribe", "stop", lambda: text(UNSUBSCRIBE, "")),
    ("required.preferences", "stop", lambda: html("/p/__nl_reader__", "/q/__nl_reader__")),
    ("required.web", "stop", lambda: text("/v/__nl_reader__", "/w/__nl_reader__")),
    ("required.postal_address", "stop", lambda: html("4 Rope Walk", "4 Rope")),
    ("required.postal_address", "stop", lambda: text("4 Rope Walk", "4 Rope")),
    ("doctype.missing", "stop", lambda: html("<!DOCTYPE html>", "")),
    ("doctype.missing", "stop", lambda: html("<!DOCTYPE html>", "<!doctype html>")),
    ("outlook.unbalanced", "stop", lambda: html("<![endif]-->", "-->")),
    ("outlook.unbalanced", "stop", lambda: body("<![if !mso]>x<![endif]>")),
    ("size.large", "warn", lambda: body("<p>" + "x" * 75_000 + "</p>")),
    ("size.clipped", "stop", lambda: body("<p>" + "x" * 90_000 + "</p>")),
    ("style.large", "warn", lambda: html("</head>", "<style>" + ".a{color:red}" * 700 + "</style></head>")),
    ("style.dropped", "stop", lambda: html("</head>", "<style>" + ".a{color:red}" * 1400 + "</style></head>")),
    ("style.import", "stop", lambda: html("</head>", "<style>@import url(x.css)</style></head>")),
    ("element.forbidden", "stop", lambda: body("<script>x()</script>")),
    ("element.forbidden", "stop", lambda: body("<form><input></form>")),
    ("element.forbidden", "stop", lambda: html("</head>", '<link rel="stylesheet" href="https://x.org/y.css"></head>')),
    ("element.script", "stop", lambda: body('<p onclick="x()">x</p>')),
    ("table.role", "stop", lambda: body("<table><tr><td>x</td></tr></table>")),
    ("picture.alt", "stop", lambda: body('<img src="https://x.org/p.png" width="10">')),
    ("picture.width", "stop", lambda: body('<img src="https://x.org/p.png" alt="" width="100%">')),
    ("picture.width", "stop", lambda: body('<img src="https://x.org/p.png" alt="">')),
    ("picture.height", "stop", lambda: body('<img src="https://x.org/p.png" alt="" width="10">')),
    ("picture.foreign", "stop", lambda: body('<img src="https://x.org/p.png" alt="" width="10" height="10">')),
    ("picture.tall", "warn", lambda: body(f'<img src="{PICTURES}/p.png" alt="" width="200" height="600">')),
    ("picture.foreign", "stop", lambda: body(f'<img src="{PICTURES}.evil.org/p.png" alt="" width="1" height="1">')),
    ("picture.foreign", "stop", lambda: body('<p style="background:url(https://x.org/p.png)">x</p>')),
    ("picture.foreign", "stop", lambda: body('<div background="https://x.org/p.png">x</div>')),
    ("picture.foreign", "stop", lambda: body(f'<img src="{PICTURES}/p.png" srcset="//x.org/p 2x" alt="" width="1">')),
    ("picture.foreign", "stop", lambda: html("</head>", "<style>.a{background:URL(//x.org/p)}</style></head>")),
    ("link.address", "stop", lambda: body('<img src="data:image/png;base64,AAAA" alt="" width="1">')),
    ("link.address", "stop", lambda: body('<a href="/stories/1">A story</a>')),
    ("link.address", "stop", lambda: body('<a href="#top">To the top</a>')),
    ("link.address", "stop", lambda: body('<a href="javascript:x()">A trick</a>')),
    ("link.address", "stop", lambda: body("<a>An anchor without an address</a>")),
    ("link.insecure", "warn", lambda: body('<a href="http://news.org/1">A story</a>')),
    ("link.shortener", "warn", lambda: body('<a href="https://bit.ly/1">A story</a>')),
    ("link.empty", "stop", lambda: body('<a href="https://news.org/1"> </a>')),
    ("link.empty", "stop", lambda: body('<a href="https://n.org/"><img src="https://x.org/p" alt="" width="1"></a>')),
    ("link.vague", "warn", lambda: body('<a href="https://news.org/1">Read more »</a>')),
    ("heading.one", "stop", lambda: body("<h1>Another</h1>")),
    ("heading.one", "stop", lambda: replace(WHOLE, html=WHOLE.html.replace("h1", "h2"))),
    ("heading.skipped", "stop", lambda: body("<h4>Deep</h4>")),
    ("language.page", "stop", lambda: html('<html lang="en-GB" dir="ltr"', '<html lang="en"')),
    ("language.content", "stop", lambda: html(' lang="en-GB" dir="ltr" class="page"', ' lang="en" class="page"')),
    ("preheader.missing", "warn", lambda: html("display:none;", "")),
    ("preheader.missing", "warn", lambda: html(CONTENTS.preheader, "")),
    ("preheader.same", "warn", lambda: html(CONTENTS.preheader, WHOLE.subject)),
    ("text.missing", "stop", lambda: replace(WHOLE, text=" \n")),
    ("text.short", "stop", lambda: replace(WHOLE, text=WHOLE.text[-400:])),
    ("link.personal", "stop", lambda: body('<a href="https://x.org/?email=rita%40news.org">A story</a>')),
    ("link.personal", "stop", lambda: body('<a href="https://x.org/?n=__nl_html_first_name__">A story</a>')),
    ("link.personal", "stop", lambda: text("https://data.example.org/herring", "https://x.org/__nl_first_name__")),
    ("link.token", "stop", lambda: body('<a href="https://x.org/?u=__nl_reader__">A story</a>')),
    ("link.token", "stop", lambda: body(f'<a href="https://x.org/?to={UNSUBSCRIBE}">A story</a>')),
    ("link.token", "stop", lambda: body(f'<img src="{PICTURES}/p.png?__nl_reader__" alt="" width="1" height="1">')),
    ("link.token", "stop", lambda: body('<!--[if mso]><a href="https://x.org/__nl_reader__">A story</a><![endif]-->')),
    ("link.token", "stop", lambda: body("<p>See https://x.org/__nl_reader__</p>")),
    ("link.token", "stop", lambda: text("https://data.example.org/herring", "https://x.org/__nl_reader__")),
    ("link.token", "stop", lambda: text("https://data.example.org/herring", f"https://x.org/?to={UNSUBSCRIBE}")),
    ("link.token", "stop", lambda: text("https://data.example.org/herring", f"{UNSUBSCRIBE}@x.org/")),
    ("contrast.light", "stop", lambda: body('<p style="color:#999">Hardly to be read</p>')),
    ("contrast.light", "stop", lambda: body('<p style="color: #888; background:#777777">x</p>')),
    ("contrast.light", "stop", lambda: body('<p style="background:#00f"><a href="https://x.org/">Plain link</a></p>')),
    ("contrast.dark", "stop", lambda: html(f".ink {{ color: {NIGHT.ink}", ".ink { color: #333333")),
    ("contrast.dark", "stop", lambda: body('<div class="paper"><p style="color:#000000">Forgotten at night</p></div>')),
    ("support.nesting", "warn", lambda: html("</head>", "<style>.a { color: red; .b { color: blue } }</style></head>")),
    *[("support." + name, "warn", lambda css=css: body(f'<p style="{css}">x</p>')) for name, css in LACKING],
    ("support.webp", "warn", lambda: body(f'<img src="{PICTURES}/p.webp" alt="">')),
    ("support.avif", "warn", lambda: body(f'<img src="{PICTURES}/p.AVIF#x" alt="">')),
    ("support.svg", "warn", lambda: body(f'<img src="{PICTURES}/p.svg?1" alt="">')),
    ("support.picture", "warn", lambda: body("<picture></picture>")),
    ("support.marquee", "warn", lambda: body("<marquee>x</marquee>")),
    ("support.dialog", "warn", lambda: body("<dialog>x</dialog>")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "severity", "break_it"), BROKEN, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_letter_with_a_fault_is_found_out(code: str, severity: str, break_it: Callable[[], Letter]) -> None:
    finding = found(break_it())[code]
    assert finding.severity == severity
    assert finding.place
    assert finding.hint.endswith(".")


def test_a_whole_letter_has_no_findings() -> None:
    assert found(WHOLE) == {}


@pytest.mark.parametrize(
    ("language", "codes"),
    [
        ("en-GB", []),
        ("iw", []),
        ("pl", ["language.phrases"]),
        ("pt-BR", ["language.phrases"]),
        ("ht", ["language.phrases", "language.dates"]),
        ("zz", ["language.phrases", "language.dates"]),
    ],
)
def test_a_language_without_our_phrases_or_dates_is_remarked_on(language: str, codes: list[str]) -> None:
    publication = Publication(
        slug="post",
        name="The Post",
        sender_name="The Post",
        sender_email="post@example.org",
        postal_address="1 Main Street",
        language=language,
        starts_on=DAY,
        send_time=time(7),
    )
    story = Story(headline="Fish return", url="https://news.org/1", body="<p>They do.</p>")
    contents = build_content(edition_of(publication), stories=[story], appeal=None, spot=None, base_url=BASE_URL)
    said = [f for f in preflight.check(render(contents), contents) if f.code.startswith("language.")]
    assert [(f.code, f.severity, f.place) for f in said] == [(code, "warn", f"language: {language}") for code in codes]


def test_every_code_but_those_of_hosts_is_tried_above() -> None:
    folder = Path(preflight.__file__).parent
    source = "".join(file.read_text(encoding="utf-8") for file in folder.glob("check_*.py"))
    # below, and in test_utm_tags.py: they are not in a letter itself
    elsewhere = {"required.https", "link.untagged", "language.phrases", "language.dates"}
    assert set(re.findall(r'"([a-z]+\.[a-z_]+)"', source)) - elsewhere <= {code for code, _, _ in BROKEN}


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8000",
        "localhost",
        "news.localhost",
        "10.0.0.7",
        "192.168.1.1",
        "169.254.169.254",
        "[::1]:80",
        "intranet",
        "desk.local",
    ],
)
def test_a_link_only_we_can_follow_stops_a_letter_unless_all_is_local(host: str) -> None:
    letter = body(f'<a href="http://{host}/x">A story</a>')
    assert found(letter, local=False)["link.local"].severity == "stop"
    assert found(letter, local=True) == {}


@pytest.mark.parametrize("host", ["news.example.org", "example.com", "a.test", "b.invalid"])
def test_a_sample_host_is_remarked_on_unless_all_is_local(host: str) -> None:
    said = objection(f"https://{host}/x", local=False)
    assert said
    assert (said.code, said.severity) == ("link.placeholder", "warn")
    assert objection(f"https://{host}/x", local=True) is None


@pytest.mark.parametrize(
    "address", ["https://news.org/1", "https://1.1.1.1/", "mailto:desk@news.org", "tel:+441234", "https://contest.org/"]
)
def test_honest_addresses_meet_no_objection(address: str) -> None:
    assert objection(address, local=False) is None


def test_a_shorter_address_in_the_text_is_not_taken_for_the_whole_one() -> None:
    assert "required.unsubscribe" in found(text(UNSUBSCRIBE, "https://letters.example.org/u/"))


HIDDEN = [
    ('<div style="display:none">', "</div>"),
    ('<div hidden><p style="font-size:16px">', "</p></div>"),
    ('<p style="DISPLAY : NONE !important; color:#000">', "</p>"),
    ('<p style="visibility:hidden">', "</p>"),
    ('<p style="font-size: 0"><b style="font-size:100%">', "</b></p>"),
    ('<p style="font:0/0 serif">', "</p>"),
    ('<p style="font-size:0.0px!important">', "</p>"),
    ('<p style="opacity:0">', "</p>"),
    ('<div style="max-height:0; overflow:hidden">', "</div>"),
    ("<template>", "</template>"),
]
SEEN = [
    ('<div style="font-size:0"><p style="font-size:16px">', "</p></div>"),  # how columns are kept side by side
    ('<div style="font-size:0"><p style="font:bold 16px/1.5 serif">', "</p></div>"),
    ('<div style="visibility:hidden"><p style="visibility:visible">', "</p></div>"),
    ('<div style="mso-hide:all">', "</div>"),  # for Outlook alone, which has another
    ('<div style="font-size:0.9em; opacity:0.99; max-height:0">', "</div>"),
]


@pytest.mark.parametrize("around", HIDDEN)
@pytest.mark.parametrize(("road", "name"), [("u", "unsubscribe"), ("p", "preferences"), ("v", "web")])
def test_a_link_that_no_eye_meets_is_no_way_out(road: str, name: str, around: tuple[str, str]) -> None:
    assert found(hiding(road, *around))[f"required.{name}"].place == "HTML"


def test_a_way_out_whose_words_are_hidden_is_none() -> None:
    link = re.compile(r'(<a [^>]*href="[^"]*/u/[^"]*"[^>]*>)(.*?)(</a>)', re.DOTALL)
    letter = replace(WHOLE, html=link.sub(r'\1<span style="display:none">\2</span>\3', WHOLE.html))
    assert "required.unsubscribe" in found(letter)


@pytest.mark.parametrize("around", SEEN)
def test_a_way_out_that_is_shown_again_or_hidden_from_one_program_is_one(around: tuple[str, str]) -> None:
    assert "required.unsubscribe" not in found(hiding("u", *around))


@pytest.mark.parametrize("around", HIDDEN)
def test_a_postal_address_that_no_eye_meets_is_none(around: tuple[str, str]) -> None:
    before, after = around
    address = CONTENTS.postal_address
    assert "required.postal_address" in found(html(address, f"{before}{address}{after}"))


def test_our_own_links_may_be_written_out_in_brackets_or_at_the_end_of_a_sentence() -> None:
    assert found(text(UNSUBSCRIBE, f"(\u200e{UNSUBSCRIBE}).")) == {}
    assert found(body(f"<p>Leave at {UNSUBSCRIBE}.</p>")) == {}
    assert found(body(f'<!--[if mso]><a href="{UNSUBSCRIBE}">Leave</a><![endif]-->')) == {}


def test_capitals_in_one_name_are_not_shouting() -> None:
    assert found(subject("UNESCO تدرس إدراج حرفة نسج الشباك")) == {}
    assert found(subject("2026: 24/11")) == {}


def test_a_data_table_with_headers_needs_no_role() -> None:
    assert found(body("<table><tr><th>Boats</th></tr><tr><td>9</td></tr></table>")) == {}


def test_hidden_words_count_as_words_of_nobody() -> None:
    assert parse_html('<body><div style="display: none">no</div><p>one <b>two</b>, three<br>four</p></body>').text == (
        "one two, three four"
    )


def test_size_reckons_with_what_readers_tokens_add() -> None:
    nearly = body("<p>" + "x" * (90_000 - len(WHOLE.html.encode()) - 60) + "</p>")
    assert len(nearly.html.encode()) < 90_000
    assert "size.large" in found(nearly)


def test_a_place_can_be_found_by_a_person() -> None:
    place = found(body('<img src="https://x.org/p.png" width="10">'))["picture.alt"].place
    line = int(place.removeprefix("HTML line ").partition(":")[0])
    assert (
        '<img src="https://x.org/p.png"'
        in body('<img src="https://x.org/p.png" width="10">').html.split("\n")[line - 1]
    )
    assert '<img src="https://x.org/p.png"' in place


def test_the_installations_standing_decides_what_is_local(settings: object) -> None:
    settings.LOCAL = True  # type: ignore[attr-defined] # pytest-django's fixture
    settings.PICTURES_URL = PICTURES  # type: ignore[attr-defined] # the same
    assert preflight.check(WHOLE, CONTENTS) == []
    settings.LOCAL = False  # type: ignore[attr-defined]
    assert {finding.code for finding in preflight.check(WHOLE, CONTENTS)} == {"link.placeholder"}


@given(st.text(), st.text(), st.text())
def test_any_letter_at_all_can_be_looked_at(subject: str, text: str, html: str) -> None:
    codes = set(found(Letter(subject, text, html)))
    assert {"doctype.missing", "heading.one"} <= codes


PIECES = [
    "<![foo]>",
    "<![",
    "<![endif]",
    "<!--[if mso]>",
    "<!--",
    "-->",
    "--",
    ">",
    "<a href=x>",
    "</a>",
    "<!x",
    "]",
    "y",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_any_torn_comment_can_be_looked_at(html: str) -> None:
    assert parse_html(f"<p>seen</p>{html}").text.startswith("seen")
    found(body(html))


def test_a_link_to_a_place_in_the_letter_is_allowed_if_the_place_exists() -> None:
    assert found(body('<a href="#more">More of it</a><p id="more">x</p>')) == {}
    assert "link.address" in found(body('<a href="#more">More of it</a><p id="less">x</p>'))


def test_no_address_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("preflight opened an address")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    found(body('<a href="http://localhost:1/x">A story</a>'), local=False)


def test_every_feature_that_mail_programs_lack_is_tried_above() -> None:
    known = [lack.name for lack in (*check_client_support.STYLES, *check_client_support.PICTURES)] + list(
        check_client_support.TAGS
    )
    assert {f"support.{name}" for name in known} <= {code for code, _, _ in BROKEN}


def test_a_feature_used_often_is_one_finding() -> None:
    assert found(body('<p style="float:left">x</p>' * 3))["support.float"].place.endswith("(3 times)")


def test_a_hidden_or_graceful_use_of_a_feature_is_no_finding() -> None:
    hidden = '<p style="display:none; opacity:0">x</p>'
    assert found(body(hidden + '<p style="border-radius:4px; column-fill:auto">x</p>')) == {}
    assert found(html("</head>", "<style>@media print { .a { display: flex } .b { margin: 0 } }</style></head>")) == {}


def test_words_on_what_cannot_be_made_out_are_passed_over() -> None:
    assert found(body('<p style="color:#ccc; background:rebeccapurple">x</p>')) == {}
    assert found(body('<div style="background:#000"><p style="color:#eee">x</p></div>')) == {}


@pytest.mark.parametrize("accent", ["#ffffff", "#000000", "#ff00ff", "#808080"])
def test_a_letter_in_any_accent_can_be_read_by_day_and_by_night(accent: str) -> None:
    publication = Publication(
        slug="a",
        name="A",
        starts_on=DAY,
        send_time=time(7),
        postal_address="1 Quay",
        sender_email="a@example.org",
        accent_colour=accent,
        accent_colour_dark=accent,
    )
    linked = '<p>x <a href="https://example.org/2">y z</a></p>'
    story = Story(headline="One", url="https://example.org/1", body=linked)
    made = build_content(edition_of(publication), stories=[story], appeal=None, spot=None, base_url=BASE_URL)
    codes = {finding.code for finding in preflight.check(render(made), made)}
    assert not any(code.startswith("contrast") for code in codes)


def test_unsubscribing_needs_https_unless_all_is_local() -> None:
    plain = replace(CONTENTS.links, unsubscribe=UNSUBSCRIBE.replace("https", "http"))
    assert [finding.code for finding in check_content.check_https_unsubscribe(plain, local=False)] == ["required.https"]
    assert (
        list(check_content.check_https_unsubscribe(plain, local=True))
        == list(check_content.check_https_unsubscribe(CONTENTS.links, local=False))
        == []
    )


def test_tracked_links_stop_a_letter_that_they_make_too_long() -> None:
    letter = body("<p>" + "x" * 55_000 + "</p>" + '<a href="https://news.org/1">A story</a>' * 70)
    assert found(letter)["size.large"].severity == "warn"
    assert found(letter, tracked=True)["size.clipped"].severity == "stop"


def test_each_web_link_is_reckoned_as_long_as_it_is_when_clicks_are_counted() -> None:
    """By the middle of published ones: `preflight/check_size.py` has their lengths."""
    short, long = "https://news.org/1", "https://news.org/" + "1" * 900
    links = f'<a href="{short}">A story</a><a href="{long}">Another</a><a href="mailto:ed@news.org">Write to us</a>'

    def gained(more: str) -> int:
        place = found(body("<p>" + "x" * 75_000 + "</p>" + more))["size.large"].place
        sent, reckoned = (int(figure.replace(",", "")) for figure in re.findall(r"[\d,]{6,}", place))
        return reckoned - sent

    # the longer one is not shortened, and what is no web address is not touched
    assert gained(links) - gained("") == 640 - len(short)
