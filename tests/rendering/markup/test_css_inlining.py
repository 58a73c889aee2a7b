import http.server
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import premailer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.rendering.markup import css_inlining
from newsletter.rendering.markup.css_inlining import inline_css
from newsletter.rendering.markup.inlining_error import InliningError

KEPT = """
@media (max-width: 600px) { .a { color: red !important; } }
[data-ogsc] .a { color: white !important; }
u + .body .a { color: blue }
"""


def page(body: str, *, css: str = "", kept: str = "", doctype: str = "<!DOCTYPE html>") -> str:
    """A small letter: `css` is to be inlined, `kept` is not."""
    return (
        f'{doctype}\n<html lang="en"><head><meta charset="utf-8"><title>t</title><style>{css}</style>'
        f'<style data-premailer="ignore">{kept}</style></head><body>{body}</body></html>'
    )


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A web server on this machine that serves a style sheet, and the paths it was asked for."""
    paths: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/css")
            self.end_headers()
            self.wfile.write(b".a { color: #123456 }")

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", paths
        server.shutdown()
        thread.join()


# --- what it does ---------------------------------------------------------------------------


@pytest.mark.parametrize("css", [".a { color: green } .a:hover { color: red }", f".a {{ color: green }} {KEPT}"])
def test_a_style_sheet_that_was_read_before_gives_the_same_letter(css: str) -> None:
    letters = [page('<p class="a">x</p>', css=css), f'<style>{css}</style><p class="a">x</p>']
    before = [inline_css(letter) for letter in letters]
    assert [inline_css(letter) for letter in reversed(letters)] == before[::-1]
    for number in range(1, css_inlining.SHEETS + 2):
        assert f"width:{number}px" in inline_css(page('<p class="a">x</p>', css=f".a {{ width: {number}px }}"))
    assert len(css_inlining._rules) == css_inlining.SHEETS
    assert [inline_css(letter) for letter in letters] == before


def test_rules_move_onto_the_elements_they_match() -> None:
    html = inline_css(page('<p class="a">x</p>', css=".a { color: green; padding: 0 0 8px }"))
    assert '<p class="a" style="color:green; padding:0 0 8px">x</p>' in html
    assert html.count("<style>") == 1


def test_a_marked_block_stays_to_the_letter() -> None:
    html = inline_css(page('<p class="a">x</p>', css=".a { color: green }", kept=KEPT))
    assert f"<style>{KEPT}</style>" in html


def test_without_a_marked_block_every_block_stays_with_its_importance() -> None:
    html = inline_css(page('<p class="a">x</p>', css=KEPT + ".a { margin: 0 }").replace(' data-premailer="ignore"', ""))
    assert KEPT in html
    assert "margin:0" in html


def test_doctype_and_outlook_comments_come_out_as_they_went_in() -> None:
    comment = '<!--[if mso]><table width="600"><tr><td class="a"><![endif]-->'
    html = inline_css(
        page(f'{comment}<p class="a">x</p><!--[if mso]></td></tr></table><![endif]-->', css=".a{color:red}")
    )
    assert html.startswith("<!DOCTYPE html>\n<html")
    assert comment in html


def test_sizes_of_pictures_are_not_touched() -> None:
    html = inline_css(page('<img class="a" width="536" height="300">', css=".a { width: 100%; height: auto }"))
    assert 'width="536" height="300"' in html
    assert "width:100%" in html


def test_no_attribute_is_made_of_a_style() -> None:
    css = ".a { text-align: center; background-color: #fff; vertical-align: top; width: 10px; float: left }"
    html = inline_css(page('<table><tr><td class="a">x<img class="a"></td></tr></table>', css=css))
    assert not any(f" {name}=" in html for name in ("align", "valign", "bgcolor", "width"))


def test_marks_in_links_and_words_are_unharmed() -> None:
    body = '<p class="a">Dear __nl_html_first_name__,</p><a href="https://x.org/u/__nl_reader__?a=1&amp;b=2">x</a>'
    html = inline_css(page(body, css=".a{color:red}"))
    assert 'href="https://x.org/u/__nl_reader__?a=1&amp;b=2"' in html
    assert "Dear __nl_html_first_name__," in html


def test_nothing_is_made_pretty_and_entities_become_characters() -> None:
    html = inline_css(page("<p>a</p><p>b &nbsp;&lt;&zwnj;</p>", css=""))
    assert "<p>a</p><p>b \u00a0&lt;\u200c</p>" in html


def test_inlining_twice_changes_nothing_more() -> None:
    once = inline_css(page('<p class="a">x</p>', css=".a { color: green }", kept=".b{color:red}"))
    again = once.replace("<style>", '<style data-premailer="ignore">', 1)
    assert inline_css(again) == once


# --- what it refuses ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "html",
    [
        page("<p>x</p>", doctype="<!doctype html>"),  # premailer would drop it
        page("<![if !mso]><p>x</p><![endif]>"),  # lxml would turn it into a comment
        page("<div><style>.a{color:red}</style>words after it</div>"),  # premailer would drop the words
        page("<p>x</p>", css='[title="a,b"] { color: red }'),  # premailer splits it at the comma
        page("<p>x</p>", css="@import url(https://fonts.example.org/x.css);"),
        page("<p>x</p>", css='@\\69mport "x.css";'),
        "",
        "   ",
        '<?xml version="1.0" encoding="utf-8"?><html></html>',
        page("<p>half a pair \ud800</p>"),
    ],
)
def test_what_would_change_or_cannot_be_read_is_refused(html: str) -> None:
    with pytest.raises(InliningError):
        inline_css(html)


def test_an_inline_style_spelt_like_a_selector_does_not_crash() -> None:
    html = inline_css(page('<p style="p">x</p><p style="p:first-child">y</p>', css="p, p:first-child { color: green }"))
    assert html.count("color:green") == 2


HOSTILE = st.sampled_from(
    [
        "p",
        ".a",
        "p:first-child",
        "color:red",
        ";",
        "}",
        "{",
        "/*",
        '"',
        "url(",
        "@import 'x'",
        "!important",
        "\\",
        "é",
        "\0",
    ]
)


@given(styles=st.lists(HOSTILE, max_size=4).map("".join), css=st.lists(HOSTILE, max_size=6).map(" ".join))
def test_hostile_styles_end_in_a_letter_or_in_our_own_error(styles: str, css: str) -> None:
    body = '<p class="a" style="{}">x __nl_reader__</p>'.format(styles.replace('"', "&quot;"))
    try:
        html = inline_css(page(body, css=css))
    except InliningError:
        return
    assert "x __nl_reader__" in html


def test_comments_that_are_never_closed_cost_no_time() -> None:
    letter = page("<!--" * 50_000)
    began = time.process_time()
    with pytest.raises(InliningError, match="comments"):
        inline_css(letter)
    assert time.process_time() - began < 1


@given(st.lists(st.sampled_from(["<!--", "-->", "<!-", "-", ">", "x", "\n"]), max_size=20).map("".join))
def test_comments_are_found_as_a_pattern_finds_them(html: str) -> None:
    assert css_inlining._comments(html) == re.findall(r"<!--.*?-->", html, re.DOTALL)


@given(st.text(max_size=60))
def test_hostile_markup_ends_in_a_letter_or_in_our_own_error(body: str) -> None:
    try:
        html = inline_css(page(f"{body}<p>__nl_reader__</p>", css="p { color: green }"))
    except InliningError:
        return
    assert "__nl_reader__" in html


# --- no network, no files -------------------------------------------------------------------


def test_premailer_left_to_itself_does_fetch_an_import(asked: tuple[str, list[str]]) -> None:
    """Else the tests below would prove nothing."""
    base, paths = asked
    premailer.transform(page("<p>x</p>", css=f"@import url({base}/bare.css);"), allow_network=False)
    assert paths == ["/bare.css"]


@pytest.mark.parametrize(
    "css", ["@import url({0}/a.css);", '@import "{0}/b.css" screen;', "@IMPORT '{0}/c.css';", "@\\69mport '{0}/d.css';"]
)
def test_an_import_is_refused_and_never_fetched(asked: tuple[str, list[str]], css: str) -> None:
    base, paths = asked
    with pytest.raises(InliningError, match="@import"):
        inline_css(page('<p class="a">x</p>', css=css.format(base)))
    assert paths == []


@pytest.mark.parametrize("css", ["@import url({0}/a.css);", '@import "{0}/b.css" screen;', "@\\69mport '{0}/d.css';"])
def test_an_import_in_a_block_that_stays_is_left_to_the_mail_program(asked: tuple[str, list[str]], css: str) -> None:
    """As in templates of others, which mark no block. What stands beside it is inlined all the same."""
    base, paths = asked
    whole = css.format(base) + ".a { color: green }"
    html = inline_css(page('<p class="a">x</p>', css=whole).replace(' data-premailer="ignore"', ""))
    assert f"<style>{whole}</style>" in html
    assert '<p class="a" style="color:green">x</p>' in html
    assert paths == []


def test_no_link_picture_or_kept_block_is_fetched(asked: tuple[str, list[str]]) -> None:
    base, paths = asked
    html = page(
        f'<p class="a" style="background-image:url({base}/inline.png)"><img src="{base}/picture.png"></p>',
        css=f".a {{ background: url({base}/sheet.png) }} @font-face {{ src: url({base}/font.woff) }}",
        kept=f"@import url({base}/kept.css);",
    ).replace("<title>", f'<link rel="stylesheet" href="{base}/link.css"><base href="{base}/"><title>')
    inline_css(html)
    assert paths == []


def test_no_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret.css").write_text(".a { color: #654321 }", encoding="ascii")
    monkeypatch.chdir(tmp_path)
    roads = ["secret.css", str(tmp_path / "secret.css"), (tmp_path / "secret.css").as_uri()]
    for road in roads:
        with pytest.raises(InliningError, match="@import"):
            inline_css(page('<p class="a">x</p>', css=f"@import url({road});"))
        linked = page('<p class="a">x</p>').replace("<title>", f'<link rel="stylesheet" href="{road}"><title>')
        assert "654321" not in inline_css(linked)


# --- manners --------------------------------------------------------------------------------


def test_it_says_nothing_to_the_logs(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    inline_css(page('<p class="a" style="wibble">x</p>', css=".a { colour: 12; wobble: !!; -x-y: 1 } %%% { }"))
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_letters_inlined_at_the_same_time_do_not_disturb_each_other() -> None:
    letters = [
        page(
            f'<p class="a{n}">x</p>', css=f".a{n} {{ color: #0000{n:02d} }} .a{n}:hover {{ margin: {n}px }}", kept=KEPT
        )
        for n in range(10, 26)
    ]
    alone = [inline_css(letter) for letter in letters]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(inline_css, letters * 3))
    assert together == alone * 3


SAMPLES = Path(__file__).parents[3].parent / "shared" / "reference" / "email-samples"


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.html")), ids=lambda path: path.stem)
def test_published_templates_are_inlined_whole_or_refused(sample: Path) -> None:
    source = sample.read_text(encoding="utf-8")
    try:
        html = inline_css(source)
    except InliningError as refused:
        assert "Inlining would change" in str(refused)  # noqa: PT017 — the one right reason
        return
    assert html.count("<img") == source.count("<img")
