"""A curator's template is inlined where it is filled in: what its styles grow to is bounded there, and told."""

from dataclasses import replace

import pytest
from django.conf import settings

from newsletter.letters import render_letter
from newsletter.rendering.custom_template.render_custom_template import render_custom_template
from newsletter.rendering.custom_template.template_errors import CustomTemplateError
from tests.golden.editions import rich
from tests.rendering.markup.test_css_inlining import asked  # noqa: F401 — a fixture

PAGE = "<!DOCTYPE html>\n<html><head><style>{css}</style></head><body>{body}</body></html>"
FEW_LETTERS = "{% for i in range(10000) %}<p>x</p>{% endfor %}"


def filled(css: str, body: str) -> str:
    return render_custom_template(PAGE.replace("{css}", css).replace("{body}", body), settings.EMAIL_TEMPLATES, {})


def test_its_styles_stand_on_its_elements() -> None:
    assert '<p style="color:red">x</p>' in filled("p { color: red }", "<p>x</p>")


def test_nothing_of_it_is_inlined_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(render_letter, "inline_css")
    letter = render_letter.render(
        replace(rich(), template=PAGE.replace("{css}", "p{color:red}").replace("{body}", "<p>x"))
    )
    assert letter.html == (
        '<!DOCTYPE html>\n<html><head><style>p{color:red}</style></head><body><p style="color:red">x</p></body></html>'
    )


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("css", "body", "words"),
    [
        (f"p {{ font-family: {'a' * 20_000} }}", FEW_LETTERS, "styles"),  # 200 MB
        (f"p {{ font-family: {'a' * 100} }}", FEW_LETTERS, "exceeds the size limit after its styles"),  # 1 MB
        ("{% for i in range(2000) %}p { color: red }{% endfor %}", FEW_LETTERS, "Inlining the styles takes too long"),
        ("", "{% for i in range(9000) %}<!--{% endfor %}", "comments"),
        ("@import 'x.css';", '<p>x</p><style data-premailer="ignore"></style>', "@import"),
    ],
    ids=["a great growth", "a growth", "many rules", "comments", "an import"],
)
def test_what_grows_or_takes_too_long_is_a_fault(css: str, body: str, words: str) -> None:
    with pytest.raises(CustomTemplateError) as caught:
        filled(css, body)
    assert words in str(caught.value)


def test_nothing_is_fetched_there(asked: tuple[str, list[str]]) -> None:  # noqa: F811 — the fixture
    base, paths = asked
    css = f"@import url({base}/a.css); p {{ background: url({base}/b.png) }}"
    assert "b.png" in filled(css, f'<link rel="stylesheet" href="{base}/c.css"><p>x</p>')
    assert paths == []
