"""Whatever is pasted into a story, safe, canonical blocks come out."""

import re
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html as lxml_html

from newsletter.mail.message import MergeTag
from newsletter.stories.rich_text.rich_text import Block, Link, blocks, from_plain, links, plain, sanitise

# Pieces of markup that a hostile or a careless page is made of, thrown together in any order.
TAGS = [
    "p",
    "div",
    "b",
    "i",
    "strong",
    "em",
    "a",
    "ul",
    "ol",
    "li",
    "blockquote",
    "br",
    "span",
    "h2",
    "table",
    "tr",
    "td",
]
TAGS += ["script", "style", "svg", "img", "pre", "u", "math", "del", "q", "sup", "sub", "hr", "h1"]
ATTRIBUTES = [
    "",
    ' style="background:url(javascript:alert(1))"',
    ' class="__nl_reader__"',
    " onclick=alert(1)",
    ' href="https://example.org/a b?x=1&y=__nl_reader__"',
    ' href="javascript:alert(1)"',
    ' href="java\tscript:alert(1)"',
    ' href=" https://example.org/é "',
    ' href="mailto:news@example.org"',
    ' href="//example.org"',
    " id=x",
    " start=6",
    " value=3",
    ' style="font-weight:700"',
    ' style="font-weight:normal;font-style:italic"',
    ' style="text-decoration:line-through"',
    ' style="mso-list:l0 level1 lfo1"',
    ' style="mso-list:Ignore"',
]
MARKUP = st.builds("<{}{}>".format, st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES))
CLOSING = st.builds("</{}>".format, st.sampled_from(TAGS))
TEXTS = ["word", " ", "\n\n", "&nbsp;", "\u00a0", "_", "__", "_nl_", "nl_reader__", "&#95;", "&lt;script&gt;", "&", "<"]
TEXTS += [
    "&amp;amp;",
    "&amp;rsquo;",
    "&amp;",
    "amp;",
    "lt;",
    "&amp;lt;",
    "\x92",
    "·&nbsp; one",
    "• two",
    "7",
    "10",
    "(n)",
]
TEXTS += ["<!--", "-->", "\x00", "\ud800", "&#x202e;", "\u200b", "é", "&#8232;", "'", '"', "]]>", "<![CDATA["]
WORDS = st.sampled_from(TEXTS)
SOUP = st.lists(st.one_of(MARKUP, CLOSING, WORDS), max_size=25).map("".join)
ALLOWED = {"p", "ul", "ol", "li", "blockquote", "strong", "em", "a", "br"}


@given(st.one_of(st.text(), SOUP))
@example("<p>a<a href='https://e.org'>x</a><br><a href='https://e.org'>y</a></p>")
@example("<ul><li><a href='https://e.org'>x</a><p><a href='https://e.org'>y</a></p></li></ul>")
def test_sanitising_twice_changes_nothing(given_html: str) -> None:
    once = sanitise(given_html)
    assert sanitise(once) == once


@given(SOUP)
def test_only_the_allowed_tags_and_a_links_address_are_left(given_html: str) -> None:
    safe = sanitise(given_html)
    if not safe:
        return
    for element in lxml_html.fragment_fromstring(safe, create_parent="section").iterdescendants():
        assert element.tag in ALLOWED
        assert set(element.attrib) <= {"a": {"href"}, "ol": {"start"}}.get(str(element.tag), set())
        if element.tag == "a":
            assert re.match(r"(?i)https?://|mailto:", element.attrib["href"])
            assert not re.search(r"[\s<>\"]", element.attrib["href"])


@given(SOUP)
def test_every_block_stands_at_the_top_and_holds_what_its_kind_may_hold(given_html: str) -> None:
    inner = r"(?:[^<]|</?(?:strong|em|br|a)\b[^<]*>)+"
    shapes = {
        "p": rf"<p>{inner}</p>",
        "ul": rf"<ul>(<li>{inner}</li>)+</ul>",
        "ol": rf"<ol(?: start=\"\d+\")?>(<li>{inner}</li>)+</ol>",
        "blockquote": rf"<blockquote>(<p>{inner}</p>)+</blockquote>",
    }
    for block in blocks(given_html):
        assert re.fullmatch(shapes[block.kind], block.html, re.DOTALL)


@given(SOUP)
def test_the_blocks_joined_are_the_body(given_html: str) -> None:
    safe = sanitise(given_html)
    assert "".join(block.html for block in blocks(safe)) == safe


@given(SOUP)
def test_no_mark_of_a_reader_can_be_smuggled_in(given_html: str) -> None:
    safe = sanitise(given_html)
    everything = [safe, plain(safe), plain(safe, show_links=True), re.sub(r"</?(?:a|em|strong)\b[^>]*>", "", safe)]
    assert not [text for text in everything for token in MergeTag if token in text]


@pytest.mark.parametrize("token", list(MergeTag))
def test_a_mark_is_broken_in_words_and_written_otherwise_in_links(token: MergeTag) -> None:
    broken = token.removeprefix("_")
    assert sanitise(f"<p>{token}</p>") == f"<p>{broken}</p>"
    assert sanitise(f"<p>_<b>{broken}</b></p>") == f"<p>_<strong>{token.removeprefix('__')}</strong></p>"
    assert plain(sanitise(f"<p>_<b>{broken}</b></p>")) == broken
    assert links(sanitise(f'<a href="https://example.org/{token}">x</a>')) == [
        Link("x", f"https://example.org/%5F{broken}")
    ]


@given(st.text(string.ascii_letters + " \n\t<>&'\"*-", max_size=200))
def test_no_word_of_plain_text_is_lost_or_added(text: str) -> None:
    body = from_plain(text)
    assert plain(body).replace("-", "").replace("*", "").split() == text.replace("-", "").replace("*", "").split()
    assert sanitise(body) == body


def test_bold_and_italic_become_strong_and_emphasis() -> None:
    assert sanitise("<p><b>one</b> <i>two</i></p>") == "<p><strong>one</strong> <em>two</em></p>"


def test_headings_divisions_and_loose_words_become_paragraphs() -> None:
    assert sanitise("loose<h1>Head</h1><div>body<div>deeper</div></div>") == (
        "<p>loose</p><p>Head</p><p>body</p><p>deeper</p>"
    )


def test_the_text_of_scripts_and_styles_is_not_for_readers() -> None:
    assert sanitise("<style>p{}</style><script>alert(1)</script><p>Words</p>") == "<p>Words</p>"


def test_style_class_and_handlers_are_gone() -> None:
    assert sanitise('<p style="x:y" class="z" id="i" onclick="a()">Words</p>') == "<p>Words</p>"


def test_a_link_keeps_its_address_and_nothing_else() -> None:
    given_html = '<a href="https://example.org/?a=1&b=2" target="_blank" rel="x" style="y">there</a>'
    assert sanitise(given_html) == '<p><a href="https://example.org/?a=1&amp;b=2">there</a></p>'
    assert links(given_html) == [Link("there", "https://example.org/?a=1&b=2")]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "/relative",
        "//example.org/x",
        "https://user:secret@example.org/",
        "ftp://example.org/",
        "https:///nohost",
        "https://example.org/a\u00a0b",
        "https://example.org/\u202eb",
        "mailto:a@example.org?subject=x%0d%0aBcc:b@example.org",
        "",
    ],
)
def test_a_link_that_may_not_stand_in_a_letter_leaves_its_words(address: str) -> None:
    assert sanitise(f'<p>Read <a href="{address}">this</a>.</p>') == "<p>Read this.</p>"


def test_blanks_are_single_and_a_meant_no_break_space_stays() -> None:
    assert sanitise("<p>  two \n\t words&nbsp;&nbsp; here </p>") == "<p>two words here</p>"
    assert sanitise("<p>Pourquoi&nbsp;?</p>") == "<p>Pourquoi\u00a0?</p>"


def test_the_blank_behind_a_link_is_not_underlined() -> None:
    assert sanitise('<a href="https://example.org/">here </a>or <b>there </b>.') == (
        '<p><a href="https://example.org/">here</a> or <strong>there</strong> .</p>'
    )


def test_two_breaks_part_a_paragraph_and_one_stays_a_break() -> None:
    assert sanitise("<p>one<br>two<br><br>three<br></p>") == "<p>one<br>two</p><p>three</p>"


def test_lists_are_flattened_and_keep_their_kind() -> None:
    assert sanitise("<ol><li>one<ul><li>two</li></ul></li><li><p>three</p><p>four</p></li></ol>") == (
        "<ol><li>one</li><li>two</li><li>three<br>four</li></ol>"
    )


def test_a_quotation_holds_paragraphs() -> None:
    assert sanitise("<blockquote>One.<p>Two.</p></blockquote>") == "<blockquote><p>One.</p><p>Two.</p></blockquote>"


def test_cells_of_a_table_are_not_glued_together() -> None:
    assert sanitise("<table><tr><td>one</td><td>two</td></tr></table>") == "<p>one two</p>"


@pytest.mark.parametrize("empty", ["", "   ", "<p></p>", "<p>&nbsp;</p>", "<ul><li></li></ul>", "\u200b", "<br><br>"])
def test_what_shows_nothing_is_nothing(empty: str) -> None:
    assert sanitise(empty) == ""


def test_half_a_character_and_control_characters_do_not_stop_it() -> None:
    assert sanitise("<p>a\ud800b\x00c&#x7;d\ufeff</p>") == "<p>abc d</p>"


def test_deep_nesting_is_read_without_harm() -> None:
    assert sanitise("<div><b>" * 3000 + "deep") == "<p><strong>deep</strong></p>"


def test_lines_without_blank_ones_are_paragraphs_each() -> None:
    assert from_plain("One & only.\nTwo <b>.\r\nThree.") == "<p>One &amp; only.</p><p>Two &lt;b&gt;.</p><p>Three.</p>"


def test_blank_lines_part_paragraphs_that_were_broken_to_a_width() -> None:
    assert from_plain("One goes\non here.\n\nTwo.") == "<p>One goes on here.</p><p>Two.</p>"


def test_lines_with_bullets_are_a_list_and_a_single_one_is_not() -> None:
    assert from_plain("Three things:\n- one\n• two\nAnd:\n- alone") == (
        "<p>Three things:</p><ul><li>one</li><li>two</li></ul><p>And:</p><p>- alone</p>"
    )


def test_plain_words_show_lists_quotations_and_on_request_addresses() -> None:
    body = (
        '<p>See <a href="https://example.org/">this</a>,<br>or <a href="mailto:a@example.org">a@example.org</a>.</p>'
        "<ul><li>one<br>more</li></ul><ol><li>first</li><li>second</li></ol><blockquote><p>Q.</p><p>R.</p></blockquote>"
    )
    assert plain(body) == "See this,\nor a@example.org.\n\n- one\n  more\n\n1. first\n2. second\n\n> Q.\n>\n> R."
    assert plain("<p>&lt;b&gt; &amp; <em>c</em></p>") == "<b> & c"
    assert plain(body, show_links=True).startswith("See this (https://example.org/),\nor a@example.org.")


def test_a_block_tells_its_kind() -> None:
    assert blocks("<p>One</p><ul><li>Two</li></ul>") == [
        Block("p", "<p>One</p>"),
        Block("ul", "<ul><li>Two</li></ul>"),
    ]


def test_headings_cells_figures_and_preformatted_lines_keep_their_boundaries() -> None:
    assert sanitise(
        "<h2>Results</h2><h3>By ward</h3><table><tr><td>North</td><td>12</td></tr>"
        "<tr><td>South</td><td>9</td></tr></table>"
    ) == "<p>Results</p><p>By ward</p><p>North 12</p><p>South 9</p>"  # fmt: skip
    assert sanitise("<figure><img src=x><figcaption>The bridge</figcaption></figure>It stands.") == (
        "<p>The bridge</p><p>It stands.</p>"
    )
    assert sanitise("<pre>one\n  two\n\nthree</pre>") == "<p>one<br>two</p><p>three</p>"
    assert sanitise("<p>one<hr>two") == "<p>one</p><p>two</p>"


def test_the_emphasis_of_google_docs_is_read_from_its_styles() -> None:
    copied = (
        '<b style="font-weight:normal;" id="docs-internal-guid-1"><p><span style="font-weight:400">Plain words, then '
        '</span><span style="font-weight:700">bold ones</span> and <span style="font-style:italic">slanted</span>'
        '<span style="font-size:0.6em;vertical-align:super">2</span>.</p></b>'
    )
    assert sanitise(copied) == "<p>Plain words, then <strong>bold ones</strong> and <em>slanted</em>².</p>"


WORD = (
    '<p class="MsoListParagraph" style="text-indent:-.25in;mso-list:l0 level1 lfo1"><![if !supportLists]>'
    '<span style="font-family:Symbol"><span style="mso-list:Ignore">{}<span style="font:7.0pt">&nbsp;&nbsp; </span>'
    "</span></span><![endif]>{}</p>"
)


def test_the_lists_of_word_are_lists() -> None:
    assert sanitise("<p>Two:</p>" + WORD.format("·", "First") + WORD.format("o", "Second") + "<p>End</p>") == (
        "<p>Two:</p><ul><li>First</li><li>Second</li></ul><p>End</p>"
    )
    assert sanitise(WORD.format("3.", "First") + WORD.format("4.", "Second")) == (
        '<ol start="3"><li>First</li><li>Second</li></ol>'
    )


def test_bullets_in_a_row_are_a_list_and_one_alone_or_a_dash_is_not() -> None:
    assert sanitise("<p>·&nbsp;&nbsp; First</p><p>• Second <b>point</b></p><p>▪ Third</p><p>End</p>") == (
        "<ul><li>First</li><li>Second <strong>point</strong></li><li>Third</li></ul><p>End</p>"
    )
    for kept in ("<p>• alone</p><p>End</p>", "<p>– Oui.</p><p>– Non.</p>", "<p>§ 5 says</p><p>§ 6 says</p>"):
        assert sanitise(kept) == kept


def test_what_is_struck_out_is_not_printed() -> None:
    assert sanitise(
        "<p><del>old</del> new, <s>$50</s> <span style='text-decoration: line-through'>x</span>$30</p>"
    ) == ("<p>new, $30</p>")


def test_a_quotation_inside_the_text_keeps_its_marks() -> None:
    assert sanitise("<p>He said <q>never <q>ever</q></q>.</p>") == "<p>He said “never ‘ever’”.</p>"


def test_a_numbered_list_starts_where_it_started() -> None:
    body = '<ol start="6"><li>six</li><li>seven</li></ol>'
    assert sanitise(body) == body
    assert plain(body) == "6. six\n7. seven"
    assert sanitise('<ol><li value="6">six</li></ol>') == '<ol start="6"><li>six</li></ol>'
    for odd in ("0", "-3", "x", "99999999999", "³", "1"):
        assert sanitise(f'<ol start="{odd}"><li>six</li></ol>') == "<ol><li>six</li></ol>"


def test_figures_set_high_or_low_stay_so_and_letters_are_words() -> None:
    assert sanitise("<p>10<sup>6</sup>, 10<sup>−3</sup>, H<sub>2</sub>O, 2<sup>(n+1)</sup>, 1<sup>st</sup></p>") == (
        "<p>10⁶, 10⁻³, H₂O, 2⁽ⁿ⁺¹⁾, 1st</p>"
    )


def test_leftover_entities_become_their_characters_where_that_is_certain() -> None:
    assert (
        sanitise("<p>Tom &amp;amp; Ann&amp;#8217;s caf&amp;eacute;&amp;nbsp;!</p>")
        == "<p>Tom &amp; Ann’s café\u00a0!</p>"
    )
    assert from_plain("Tom &amp; Ann&#8217;s") == "<p>Tom &amp; Ann’s</p>"


@pytest.mark.parametrize(
    "kept", ["Write &amp;lt;b&amp;gt; &amp;amp; more", "&amp;amp;amp;", "AT&amp;T; R&amp;D;", "&amp;nosuch;"]
)
def test_entities_that_may_be_meant_stay(kept: str) -> None:
    assert sanitise(f"<p>{kept}</p>") == f"<p>{kept}</p>"


def test_marks_of_another_encoding_become_those_that_were_meant() -> None:
    assert sanitise("<p>It\x92s \x93new\x94 \x96 and more\x85</p>") == "<p>It’s “new” – and more…</p>"
    assert from_plain("One\x85 and\ntwo") == "<p>One… and</p><p>two</p>"
