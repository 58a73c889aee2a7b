"""A curator's template: what it may do, what it may not, and what is said of its slips.

Where only the words matter, the renderer answers in this process, which takes a hundredth of the time. What needs the
limits of the process is rendered in it.
"""

import json
import re
from typing import Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from newsletter.letters.render_letter import NAMES
from newsletter.rendering.custom_template import limits, render_custom_template, renderer_main
from newsletter.rendering.custom_template.template_errors import CustomTemplateError
from tests.golden.editions import rich

CONTENTS = rich()
CONTEXT = {name: getattr(CONTENTS, name) for name in NAMES}


def filled(source: str) -> str:
    return render_custom_template.render_custom_template(source, settings.EMAIL_TEMPLATES, CONTEXT)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The renderer answers in this process, to the same order as it would read and with the answer it would write."""
    monkeypatch.setattr(
        render_custom_template, "run_renderer", lambda order: as_json(renderer_main.answer(as_json(order)))
    )


def as_json(value: object) -> Any:
    return json.loads(json.dumps(value))


def fault(source: str) -> CustomTemplateError:
    with pytest.raises(CustomTemplateError) as caught:
        filled(source)
    return caught.value


def test_values_stand_in_it_escaped_and_what_is_html_stays_html() -> None:
    assert "<i>&lt;b&gt;</i> The Tideline <p>At half past four" in filled(
        "<i>{{ '<b>' }}</i> {{ brand.name }} {{ stories[0].passages[0].html }}"
    )


def test_the_first_name_is_a_mark_that_each_reader_fills() -> None:
    assert "__nl_html_first_name__" in filled("{{ first_name }}")


ESCAPES = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ brand.__dict__ }}",
    "{{ brand.__init__.__globals__ }}",
    "{{ self.__init__.__globals__ }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ lang_attributes.__globals__ }}",
    "{{ lang_attributes.__code__ }}",
    "{{ subject|attr('__class__') }}",
    "{{ '{0.__class__.__mro__}'.format(subject) }}",
    "{{ '{a.__class__}'.format_map({'a': subject}) }}",
    "{{ ('{0.__class__}'|safe).format(brand) }}",
    "{{ stories|map(attribute='__class__')|join }}",
    "{{ (subject|list).append(1) }}",
    "{{ stories.append(1) }}",
    "{{ {}.update(a=1) }}",
    "{% include '../../newsletter/settings.py' %}",
    "{% include '_parts/../digest/body.html' %}",
    "{% include 'digest/body.html' %}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% set brand.name = 'x' %}",
]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("source", ESCAPES)
def test_nothing_leads_out_of_it(source: str) -> None:
    assert fault(source).line == 1


BOMBS = {
    "a loop in a loop": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "a text that doubles": "{% set n = namespace(a='x') %}"
    "{% for i in range(99) %}{% set n.a = n.a ~ n.a %}{% endfor %}",
    "a long loop": "{% for a in range(10**9) %}{% endfor %}",
    "a long range": "{% for a in range(1000000000) %}{% endfor %}",
    "a repeated text": "{{ 'x' * 1000000000 }}",
    "a repeated list": "{{ ([1] * 400000)|map('string')|map('center', 9000)|join }}",
    "a power": "{{ 9**9**9 }}",
    "a macro that calls itself": "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
    "a template in itself": "{% include 'template' %}",
    "a wide format": "{{ '{:>999999999}'.format(3) }}",
    "a wide old format": "{{ '%999999999d'|format(3) }}",
    "a wide column": "{{ 'x'.ljust(900000000) }}",
    "a deep expression": "{{ " + "(" * 9000 + "1" + ")" * 9000 + " }}",
    "many nots": "{{ " + "not " * 20000 + "1 }}",
    "much written": "{% for a in range(99999) %}{{ subject }}{% endfor %}",
}


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_goes_off_where_it_harms_nobody(name: str) -> None:
    assert fault(BOMBS[name]).problem


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("source", "line", "column", "words"),
    [
        ("<p>\n  {{ subjekt }}", 2, 6, "Did you mean “subject”?"),
        ("{% for s in stories %}\n<p>{{ s.headlin }}</p>{% endfor %}", 2, 9, "Did you mean “headline”?"),
        ("{% for s in stories %}\n<b>\n{{ s.url|upcase }}{% endfor %}", 3, 10, "No filter named 'upcase'"),
        ("\n\n  {% foreach %}", 3, 6, "unknown tag 'foreach'"),
        ("<p>\n{{ a ? b }}", 2, 6, "'?'"),
        ("<p>{% for s in stories %}\n\n  {% endif %}", 3, 6, "needs to be closed is 'for'"),
        ("\n{% include '_parts/foter.html' %}", 2, 13, "Did you mean “_parts/footer.html”?"),
        ("{% from '_parts/footer.html' import foot %}\n{{ foot() }}", 2, 4, "in the imported template"),
        ("{% from '_parts/footer.html' import footer_row %}\n <p>{{ footer_row(brand) }}", 2, 5, "needs “ask”"),
        ("{{\n  brand.sponsor\n  .text }}", 3, 4, "not in every email"),
        ("a\n{{ 1 / 0 }}", 2, 1, "Division by zero"),
        ("\n{{ ''.__class__ }}", 2, 7, "Access to “__class__” is not allowed."),
        ("a\nb\0", 2, 2, "cannot be stored"),
    ],
)
def test_a_slip_is_error_with_its_place_and_its_mend(source: str, line: int, column: int, words: str) -> None:
    error = fault(source)
    assert (error.line, error.column) == (line, column), str(error)
    assert words in str(error)


LONG = "y" * 5_000
LONG_NAMES = ["{{ X }}", "{{ subject.X }}", "{{ subject|X }}", "{% if 1 is X %}{% endif %}", "{% X %}", "{{ a X }}"]
LONG_NAMES += [
    "{{ brand.X }}",
    "{{ ''.__X__ }}",
    "{% include 'X' %}",
    "{{ a 'X' }}",
    "{% from '_layout.html' import X %}{{ X }}",
]
LONG_NAMES += [
    "{% block X %}{% endblock %}{% block X %}{% endblock %}",
    "{{ X() }}",
    "{% set X.a = 1 %}",
    "{% extends X %}",
]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("source", LONG_NAMES)
def test_a_long_name_is_not_repeated_whole(source: str) -> None:
    assert len(str(fault(source.replace("X", LONG)))) < 400


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "source", ["{{ lang_attributes }}", "{{ subject.upper }}", "{{ range }}", "{% macro a() %}{% endmacro %}{{ a }}"]
)
def test_what_is_there_to_be_called_is_not_printed(source: str) -> None:
    error = fault(f"a\n{source}")
    assert (error.line, error.problem) == (
        2,
        "This is a function, not a text. Add (…) with its arguments.",
    )


PRINTED = [
    *("{{ brand|string }}", "{{ brand ~ '' }}", "{{ [brand]|join }}", "{{ '%s'|format(brand) }}", "{{ brand|upper }}"),
    *("{{ stories|string }}", "{{ stories|list|string }}", "{{ (stories, 1)|string }}", "{{ {'a': brand}|string }}"),
    *("{{ '{}'.format(brand) }}", "{{ '{!r}'.format(lang_attributes) }}", "{{ '%r' % brand }}", "{{ brand|tojson }}"),
    *("{{ lang_attributes|string }}", "{{ range|string }}", "{{ ''.join|string }}", "{{ subject.upper ~ '' }}"),
    *("{{ cycler('a')|string }}", "{{ joiner(', ')|string }}", "{{ cycler('a').next|string }}", "{{ [side]|join }}"),
    *("{{ stories|map(attribute='headline')|map('upper') }}", "{{ [brand]|map('string')|list }}"),
    *("{% extends '_layout.html' %}{% block rows %}{{ self.rows|string }}{% endblock %}", "{{ namespace(a=brand) }}"),
    *(
        "{{ brand|e }}",
        "{{ brand|urlencode }}",
        "{{ brand|trim }}",
        "{{ brand|replace('a', 'b') }}",
        "{{ brand|wordcount }}",
    ),
]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("source", PRINTED)
def test_no_filter_prints_where_a_thing_lies_in_memory(source: str) -> None:
    try:
        made = filled(source)
    except CustomTemplateError as error:
        made = str(error)
    assert not re.search(r"0x[0-9a-f]{6,}", made), made


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("{{ [1, 2]|select|string }}", "(1, 2)"),
        ("{{ 'ab'|reverse }}", "ba"),
        ("{{ [2, 1]|reverse|join(',') }}", "1,2"),
        ("{{ 'a'.upper() }}{% for n in range(2) %}{{ n }}{{ loop.cycle('x', 'y') }}{% endfor %}", "A0x1y"),
    ],
)
def test_calls_and_lists_still_work(source: str, made: str) -> None:
    assert made in filled(source)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("source", "words"), [("{{ brand }}", "group"), ("{{ stories }}", "list"), ("{{ [1] }}", "list")]
)
def test_what_is_no_text_is_not_printed(source: str, words: str) -> None:
    error = fault(f"a\n{source}")
    assert (error.line, error.problem.split(",")[0]) == (2, f"This is a {words}{' of values' * (words == 'group')}")


def test_what_is_empty_or_too_long_is_no_template() -> None:
    assert fault(" \n").problem == "The template is empty."
    assert fault("x" * (limits.MAX_SOURCE_CHARACTERS + 1)).problem == "The template is too long."


def test_it_knows_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONSTARTUP", "/nowhere")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    assert "x" in filled("x")


PIECES = ["{{", "}}", "{%", "%}", "{#", "#}", "endfor", "subject", ".", "|", "upper", "(", ")", "'", '"', "if", "endif"]
PIECES += ["brand", "[0]", "1", "*", "~", "<p>", "include", "ü", "set", "x", "="]
PIECES += [" ", "\n", " for s in stories "]
WILD = st.text() | st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@pytest.mark.usefixtures("here")
@tries(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WILD)
def test_whatever_is_written_it_is_a_letter_or_a_fault(source: str) -> None:
    try:
        made, line = filled(source), 0
    except CustomTemplateError as error:
        made, line = str(error), error.line
    assert isinstance(made, str)
    assert line <= source.count("\n") + 1
