from pathlib import Path

import pytest
from markupsafe import Markup

from newsletter.mail.message import MergeTag
from newsletter.rendering.markup.html_attributes import align_attribute, has_case, isolated, lang_attributes
from newsletter.rendering.render_templates import MAX_SUBJECT_CHARACTERS, RenderingError, render


def folder(root: Path, *, subject: str = "Hello", text: str = "Hello", html: str = "<p>Hello</p>") -> Path:
    """A letter's three templates below `root`."""
    place = root / "letter"
    place.mkdir()
    for name, template in (("subject.txt", subject), ("body.txt", text), ("body.html", html)):
        (place / name).write_text(template, encoding="utf-8")
    return place


def test_html_is_escaped_and_text_is_not(tmp_path: Path) -> None:
    place = folder(tmp_path, subject="{{ x }}", text="{{ x }}", html="<p>{{ x }}</p>")
    letter = render(place, {"x": "Fish & <chips>"})
    assert letter.subject == "Fish & <chips>"
    assert letter.text == "Fish & <chips>\n"
    assert letter.html == "<p>Fish &amp; &lt;chips&gt;</p>\n"


def test_html_that_is_known_to_be_safe_is_left_as_it_is(tmp_path: Path) -> None:
    assert "<em>so</em>" in render(folder(tmp_path, html="{{ x }}"), {"x": Markup("<em>so</em>")}).html


@pytest.mark.parametrize("part", ["subject", "text", "html"])
def test_a_name_that_is_not_there_is_an_error_in_every_part(tmp_path: Path, part: str) -> None:
    with pytest.raises(RenderingError, match="nobody"):
        render(folder(tmp_path, **{part: "Dear {{ nobody }},"}), {})


def test_a_broken_template_is_named_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(RenderingError, match=r"letter/body\.html"):
        render(folder(tmp_path, html="{% if %}"), {})


def test_a_missing_template_is_an_error_and_no_letter_without_it(tmp_path: Path) -> None:
    place = folder(tmp_path)
    (place / "body.txt").unlink()
    with pytest.raises(RenderingError, match=r"body\.txt"):
        render(place, {})


def test_the_subject_is_one_line_whatever_a_curator_typed(tmp_path: Path) -> None:
    letter = render(folder(tmp_path, subject="{{ x }}\n"), {"x": "One\r\nBcc: somebody\tTwo"})
    assert letter.subject == "One Bcc: somebody Two"


def test_a_subject_too_long_to_keep_is_cut_at_a_words_end(tmp_path: Path) -> None:
    letter = render(folder(tmp_path, subject="{{ x }}"), {"x": "herring " * 60})
    assert len(letter.subject) <= MAX_SUBJECT_CHARACTERS
    assert letter.subject.endswith("herring…")


def test_the_readers_name_is_another_mark_in_html_than_in_text(tmp_path: Path) -> None:
    letter = render(folder(tmp_path, subject="{{ first_name }}", text="{{ first_name }}", html="{{ first_name }}"), {})
    assert letter.subject == MergeTag.FIRST_NAME.value
    assert letter.text.strip() == MergeTag.FIRST_NAME.value
    assert letter.html.strip() == MergeTag.FIRST_NAME_HTML.value


def test_indents_go_and_no_break_spaces_stay(tmp_path: Path) -> None:
    letter = render(folder(tmp_path, html="<p>\n    \u00a0one\n\n\t two\n</p>"), {})
    assert letter.html == "<p>\n\u00a0one\ntwo\n</p>\n"


def test_parts_beside_the_folder_can_be_shared(tmp_path: Path) -> None:
    (tmp_path / "_parts").mkdir()
    (tmp_path / "_parts" / "bye.txt").write_text("Goodbye", encoding="utf-8")
    assert render(folder(tmp_path, text='{% include "_parts/bye.txt" %}'), {}).text == "Goodbye\n"


def test_language_is_marked_only_where_it_changes() -> None:
    assert lang_attributes("en", "ltr", inside=("en", "ltr")) == ""
    assert lang_attributes("en", "ltr", inside=("ar", "rtl")) == ' lang="en" dir="ltr"'
    assert lang_attributes('"><script>', "ltr", inside=("ar", "rtl")) == ' lang="&#34;&gt;&lt;script&gt;" dir="ltr"'


def test_lines_begin_at_the_side_that_the_direction_says() -> None:
    assert (align_attribute("ltr"), align_attribute("rtl")) == ("left", "right")


def test_isolated_names_are_elements_and_everything_else_is_escaped() -> None:
    assert isolated("מאת \u2066Ada <b>\u2069, חיפה", "rtl") == 'מאת <bdi dir="ltr">Ada &lt;b&gt;</bdi>, חיפה'
    assert isolated("4 Kiln Lane", "rtl") == '<bdi dir="ltr">4 Kiln Lane</bdi>'
    assert isolated("4 Kiln Lane & Co", "ltr") == "4 Kiln Lane &amp; Co"
    assert isolated("\u2066\u2067torn\u2069 \u2069", "ltr") == '\u2066<bdi dir="rtl">torn</bdi> \u2069'


def test_only_letters_with_capitals_are_set_in_spaced_capitals() -> None:
    assert all(map(has_case, ("Fisheries", "ПОДІЇ 2026", "Straße", "Ειδήσεις", "24/7", "")))
    assert not any(map(has_case, ("بحر", "मौसम", "天気", "The Coast Road की ओर से")))
