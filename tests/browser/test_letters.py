"""Our letters in a real browser: readable by everybody, and the same inlined as designed."""

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from newsletter.giving.place_appeal import AppealPosition
from newsletter.letters.content.letter_content import LetterContent, build_content
from newsletter.letters.render_letter import draw, render
from newsletter.mail.message import MergeTag
from newsletter.publications.models import Layout
from tests.golden.editions import BASE_URL, PICTURES, edition_of, kept
from tests.golden.looks import EVERY, coast, give, telling
from tests.golden.stretching import WORDS, stretched

DESKTOP, PHONE, SMALL = (ViewportSize(width=width, height=900) for width in (800, 375, 320))
Scheme = Literal["light", "dark"]

# Every property of every element, as one text an element, in the order of the page; `seen`: only those that begin so.
COMPUTED = """seen => {
    const names = Array.from(getComputedStyle(document.body)).filter(
        name => seen.some(word => `${name}:`.startsWith(word))
    );
    return [document.body, ...document.body.querySelectorAll('*')].map(element => {
        const style = getComputedStyle(element);
        const lines = names.map(name => name + ': ' + style.getPropertyValue(name));
        return [element.tagName + '.' + element.className, ...lines].join('\\n');
    });
}"""
# They are compared in the browser, because they are millions of characters.
KEEP = f"seen => (window.designed = ({COMPUTED})(seen)).length"
COMPARE = f"""seen => {{
    const inlined = ({COMPUTED})(seen);
    const differing = window.designed.map((text, at) => [text, inlined[at]]).filter(([one, other]) => one !== other);
    return [inlined.length, differing];
}}"""
_unused: defaultdict[tuple[Browser, int, Scheme], list[Page]] = defaultdict(list)


@contextmanager
def shown(browser: Browser, html: str, viewport: ViewportSize, scheme: Scheme = "light") -> Iterator[Page]:
    """A page with this HTML in it, without pictures: they must not change what a letter says.

    The page stays for the next test, because a new one takes longer than what is asked of it.
    """
    unused = _unused[browser, viewport["width"], scheme]
    page = unused.pop() if unused else browser.new_context(viewport=viewport, color_scheme=scheme).new_page()
    page.context.set_offline(True)
    page.set_content(html)
    yield page
    unused.append(page)


def without_styles(html: str) -> str:
    """As the mail programs show it that throw style blocks away."""
    return re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)


def differing(
    browser: Browser, pair: tuple[str, str], viewport: ViewportSize, scheme: Scheme, seen: tuple[str, ...] = ("",)
) -> tuple[int, list[tuple[str, list[str]]]]:
    """How many elements each of two texts has, and those that look otherwise in the second, with their properties."""
    with shown(browser, pair[0], viewport, scheme) as page:
        elements = page.evaluate(KEEP, seen)
        page.set_content(pair[1])
        found, pairs = page.evaluate(COMPARE, seen)
    assert found == elements
    return elements, [
        (before.split("\n")[0], sorted(set(before.split("\n")) ^ set(after.split("\n")))) for before, after in pairs
    ]


@cache
def rendered(name: str) -> str:
    return render(EVERY[name]()).html


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize(
    ("viewport", "scheme"), [(DESKTOP, "light"), (PHONE, "light"), (DESKTOP, "dark")], ids=["desktop", "phone", "dark"]
)
def test_every_element_looks_as_it_was_designed(
    browser: Browser, name: str, viewport: ViewportSize, scheme: Scheme
) -> None:
    elements, found = differing(browser, (draw(EVERY[name]()).html, rendered(name)), viewport, scheme)
    assert elements > 30
    assert found == []


@pytest.mark.parametrize("name", EVERY)
def test_without_its_style_blocks_a_letter_looks_the_same_on_a_desktop(browser: Browser, name: str) -> None:
    """Save for the blocks' graces: how lines are balanced, and what a client does by itself."""
    html = rendered(name)
    seen = ("color:", "background-color:", "font-size:", "font-family:", "line-height:", "padding-", "text-align:")
    _, found = differing(browser, (html, without_styles(html)), DESKTOP, "light", seen)
    assert found == []


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("viewport", [PHONE, SMALL], ids=["375", "320"])
def test_nothing_is_wider_than_a_phone_with_or_without_style_blocks(
    browser: Browser, name: str, viewport: ViewportSize
) -> None:
    html = rendered(name)
    for each in (html, without_styles(html)):
        with shown(browser, each, viewport) as page:
            assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@pytest.mark.parametrize("name", EVERY)
def test_dark_mode_reaches_every_word(browser: Browser, name: str) -> None:
    html = rendered(name)
    words = """() => [...document.body.querySelectorAll('*')].filter(e => e.checkVisibility() && [...e.childNodes].some(
        n => n.nodeType === 3 && n.data.trim())).map(e => getComputedStyle(e).color)"""
    with shown(browser, html, DESKTOP) as light, shown(browser, html, DESKTOP, "dark") as dark:
        before, after = light.evaluate(words), dark.evaluate(words)
    assert len(before) == len(after) > 8
    assert [pair for pair in zip(before, after, strict=True) if pair[0] == pair[1]] == []


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("way", ["light", "dark", "phone", "phone in the dark", "stripped"])
def test_nobody_is_shut_out(browser: Browser, name: str, way: str) -> None:
    """axe finds nothing, with images off. Left out: landmarks; a letter is shown inside a page that has its own.

    On a phone in the dark only the contrast is new.
    """
    html = without_styles(rendered(name)) if way == "stripped" else rendered(name)
    viewport = PHONE if way.startswith("phone") else DESKTOP
    with shown(browser, html, viewport, "dark" if way.endswith("dark") else "light") as page:
        options: dict[str, object] = {"rules": {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}}}
        if way == "phone in the dark":
            options = {"runOnly": ["color-contrast"]}
        found = Axe().run(page, options={"resultTypes": ["violations"], **options}).response
    assert len(found["passes"]) > (20 if way != "phone in the dark" else 0)  # it did look
    assert [(v["id"], v["impact"], [n["target"] for n in v["nodes"]]) for v in found["violations"]] == []


# Each element's outermost edges: what leaves the screen to the left cannot even be scrolled to.
EDGES = """() => [...document.body.querySelectorAll('*')].filter(e => e.checkVisibility()).flatMap(e => {
    const {left, right} = e.getBoundingClientRect();
    return left < 0 || right > innerWidth ? [[e.tagName + '.' + e.className, left, right]] : [];
})"""


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("name", EVERY)
def test_words_longer_than_a_phone_are_broken_wherever_they_stand(browser: Browser, name: str, word: str) -> None:
    """By either of the two properties that clients know for it, and without the blocks that some throw away."""
    html = render(stretched(EVERY[name](), WORDS[word])).html.replace(MergeTag.FIRST_NAME_HTML, WORDS[word])
    ways = {
        "whole": html,
        "without style blocks": without_styles(html),
        "word-break alone": re.sub(r"(overflow-wrap|word-wrap): ?[a-z-]+;?", "", html),
        "overflow-wrap alone": re.sub(r"word-break: ?[a-z-]+;?", "", html),
    }
    for way, each in ways.items():
        with shown(browser, each, SMALL) as page:
            assert page.evaluate(EDGES) == [], way
            assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"], way


AMOUNTS = """() => [...document.querySelectorAll('.button-wide')].map(e => {
    const {left, right, top, height} = e.getBoundingClientRect();
    return {left, right, top, height};
})"""


def amounts(language: str, currency: str, sums: list[int]) -> LetterContent:
    """A short letter with these amounts."""
    publication = coast(language=language, layout=Layout.STORY)
    return build_content(
        edition_of(publication),
        stories=[telling(0)],
        appeal=give(amounts=sums, currency=currency),
        spot=AppealPosition(0, None),
        base_url=BASE_URL,
        pictures=PICTURES,
    )


SUMS = [
    *(("en-GB", "GBP", [5, 15, 40]), ("en", "USD", [25]), ("fr", "EUR", [25, 1000]), ("de", "EUR", [5, 90, 1_000_000])),
    *(("es-CL", "CLP", [5000, 250_000, 100_000_000]), ("he", "ILS", [18, 180, 1800]), ("ar", "USD", [10, 25, 50])),
]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE, SMALL], ids=["desktop", "375", "320"])
@pytest.mark.parametrize(("language", "currency", "sums"), SUMS)
def test_amounts_are_buttons_of_one_width_in_clean_rows(
    browser: Browser, language: str, currency: str, sums: list[int], viewport: ViewportSize
) -> None:
    html = render(amounts(language, currency, sums)).html
    rtl = language in ("ar", "he")
    with shown(browser, html, viewport) as page:
        buttons = page.evaluate(AMOUNTS)
        (column,) = page.evaluate(
            "() => [...document.querySelectorAll('.amounts')].map(e => [e.getBoundingClientRect()]"
            ".map(r => [r.left, r.right])[0])"
        )
    assert len(buttons) == len(sums)
    assert len({(b["right"] - b["left"], b["height"]) for b in buttons}) == 1
    assert 44 <= buttons[0]["height"] < 50  # a fingertip, and one line
    assert buttons[0]["right" if rtl else "left"] == column[1 if rtl else 0]
    rows = len({b["top"] for b in buttons})
    assert rows in (1, len(sums))  # all abreast, or each in a row of its own
    if viewport is not DESKTOP:
        assert rows == len(sums)
        assert {(b["left"], b["right"]) for b in buttons} == {tuple(column)}


FLOW = """() => [...document.querySelectorAll('.lead-in')].map(lead => {
    const last = [...lead.getClientRects()].pop();
    const first = lead.nextElementSibling.firstElementChild.getClientRects()[0];
    return [Math.abs(first.bottom - last.bottom) < 3 || first.left < last.left, getComputedStyle(lead).fontWeight];
})"""


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_item_of_a_briefing_begins_with_its_headline_in_bold_and_may_have_links(
    browser: Browser, viewport: ViewportSize
) -> None:
    with shown(browser, rendered("briefing"), viewport) as page:
        assert page.evaluate(FLOW) == [[True, "700"]] * 5
        link = page.locator(".brief-words a")
        assert (link.count(), link.inner_text()) == (1, "A loaf")


SIDES = """phrase => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let node, at = -1;
    while (at < 0 && (node = walker.nextNode())) at = node.data.indexOf(phrase);
    return phrase.split(' ').map(word => {
        const range = document.createRange(), start = at + phrase.indexOf(word);
        range.setStart(node, start);
        range.setEnd(node, start + word.length);
        return range.getBoundingClientRect().left;
    });
}"""


@pytest.mark.parametrize("phrase", ["4 Kiln Lane, Haifa 31000", "Carmel & Sons (1902)", "Levant Review (UK)"])
def test_names_and_addresses_in_a_letter_from_right_to_left_read_from_left_to_right(
    browser: Browser, phrase: str
) -> None:
    with shown(browser, rendered("hebrew"), DESKTOP) as page:
        places = page.evaluate(SIDES, phrase)
    assert places == sorted(places)
    assert len(set(places)) == len(phrase.split(" "))


def test_a_letter_from_right_to_left_is_mirrored(browser: Browser) -> None:
    """Small pictures, marks of lists and lines of quotations stand at the right."""
    with shown(browser, rendered("hebrew"), DESKTOP) as page:
        thumbs, texts = (
            page.evaluate(f"() => [...document.querySelectorAll('{cell}')].map(e => e.getBoundingClientRect().left)")
            for cell in (".thumb-cell", ".thumb-text")
        )
        quote = page.evaluate("() => getComputedStyle(document.querySelector('.prose blockquote')).borderRightWidth")
        list_side = page.evaluate("() => getComputedStyle(document.querySelector('.prose ul')).marginRight")
    assert len(thumbs) == 3
    assert all(picture > words for picture, words in zip(thumbs, texts, strict=True))
    assert (quote, list_side) == ("3px", "26px")


def test_long_words_may_be_hyphenated_on_a_phone_by_the_language_of_their_story(browser: Browser) -> None:
    html = rendered("arabic")
    states = """() => [...document.querySelectorAll('.headline-lead, .headline, .prose')].map(
        e => [getComputedStyle(e).hyphens, e.closest('[lang]').lang])"""
    with shown(browser, html, PHONE) as phone, shown(browser, html, DESKTOP) as desktop:
        assert phone.evaluate(states) == [["auto", "ar"]] * 4 + [["auto", "en"]] * 2
        assert {hyphens for hyphens, _ in desktop.evaluate(states)} == {"manual"}


def with_logo(name: str, **more: object) -> LetterContent:
    """A letter whose transparent logo is all dark, or as `more` says."""
    logo = kept("coast", 720, 160, "png")
    logo.dark_share = 100
    publication = coast(name=name, **{"logo": logo, "layout": Layout.STORY} | more)
    return build_content(
        edition_of(publication), stories=[telling(0)], appeal=None, spot=None, base_url=BASE_URL, pictures=PICTURES
    )


def test_a_dark_logo_stands_on_a_light_plate_in_the_dark_and_on_none_by_day(browser: Browser) -> None:
    plate = """() => { const style = getComputedStyle(document.querySelector('[class*=logo]'));
        return [style.backgroundColor, style.color, style.paddingLeft]; }"""
    html = render(with_logo("The Coast Road")).html
    with shown(browser, html, DESKTOP) as day, shown(browser, html, DESKTOP, "dark") as night:
        assert day.evaluate(plate)[::2] == ["rgba(0, 0, 0, 0)", "0px"]
        assert night.evaluate(plate) == ["rgb(255, 253, 248)", "rgb(34, 32, 28)", "14px"]
    assert "logo-plate" not in render(with_logo("The Coast Road", logo_dark=kept("night", 720, 160, "png"))).html


@pytest.mark.parametrize("layout", [Layout.STORY, Layout.DIGEST])
def test_without_pictures_a_name_in_place_of_the_logo_fits_its_line(browser: Browser, layout: Layout) -> None:
    # the words of a picture that is not shown cannot be measured themselves
    widths = """() => { const image = document.querySelector('[class*=logo]'), words = document.createElement('span');
        words.textContent = image.alt;
        words.style.cssText = `white-space: nowrap; font-size: ${getComputedStyle(image).fontSize}`;
        image.after(words);
        return [words.getBoundingClientRect().width, image.getBoundingClientRect().width - 18]; }"""
    for name in ("Ox", "The Coast Road", "The Marram Gazette", "海岸通り新聞", "رسالة الميناء"):
        with shown(browser, render(with_logo(name, layout=layout)).html, PHONE) as page:
            words, room = page.evaluate(widths)
        assert 0 < words <= room, name


def test_the_logo_changes_over_in_the_dark(browser: Browser) -> None:
    html = rendered("letter")
    visible = (
        "() => [...document.images].filter(i => i.className.includes('logo') && i.checkVisibility()).map(i => i.src)"
    )
    with shown(browser, html, DESKTOP) as day, shown(browser, html, DESKTOP, "dark") as night:
        assert day.evaluate(visible) == ["https://pictures.example.org/coast.png"]
        assert night.evaluate(visible) == ["https://pictures.example.org/coast-night.png"]
