"""Whatever the rules let pass is also valid by SendGrid's published description, where that is at hand."""

import importlib.util
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.postbox.sendgrid_api.validation import find_problems
from newsletter.postbox.store.account import Account
from tests.postbox.asking import letter
from tests.support.surroundings import ROOT

VALIDATOR = ROOT.parent / "shared" / "reference" / "sendgrid" / "validate.py"
NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())

words = st.text(max_size=12) | st.sampled_from(["", "a", "x\ny", "é", "a;b", "a,b", "text/html", "-tag-"])
scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | words
wild = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=6
)


def mostly(good: st.SearchStrategy[Any], bad: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Nearly always good, or a body of many parts would hardly ever be accepted as a whole."""
    return st.integers(0, 29).flatmap(lambda number: good if number else bad)


def optional(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=parts)


names = st.sampled_from(["Rita", "Ó’Hara", "", "נועה"])
text = mostly(st.text(min_size=1, max_size=12), words)
addresses = mostly(
    st.from_regex(r"[a-z]{1,5}@example\.org", fullmatch=True),
    st.sampled_from(["Rita@Example.org", "x", "a@b", "noa@other.org"]),
)
people = st.fixed_dictionaries({"email": addresses}, optional={"name": mostly(names, words)})
several = st.lists(people, min_size=1, max_size=3)
texts = st.dictionaries(words, mostly(words, scalars), min_size=1, max_size=3)
headers = st.dictionaries(
    mostly(st.sampled_from(["X-A", "List-Id", "Date"]), words | st.sampled_from(["x-a", "Subject"])),
    mostly(names, words),
    max_size=3,
)
times = mostly(st.sampled_from([SECONDS - 5, SECONDS + 72 * 3600, 0]), st.just(SECONDS + 72 * 3600 + 1) | scalars)
switch = optional(enable=mostly(st.booleans(), scalars))
personalizations = st.fixed_dictionaries(
    {"to": several},
    optional={
        "cc": several,
        "bcc": several,
        "from": people,
        "subject": text,
        "headers": headers,
        "substitutions": texts,
        "custom_args": texts,
        "send_at": times,
        "anything": wild,
    },
)
contents = mostly(
    st.sampled_from([["text/plain"], ["text/html"], ["text/plain", "text/html", "text/calendar"]]),
    st.lists(st.sampled_from(["text/plain", "text/html", "TEXT/PLAIN", "text/x;y"]), max_size=3),
).flatmap(lambda kinds: st.tuples(*(st.fixed_dictionaries({"type": st.just(kind), "value": text}) for kind in kinds)))
bodies = st.fixed_dictionaries(
    {
        "personalizations": st.lists(personalizations, min_size=1, max_size=2),
        "from": people,
        "content": contents.map(list),
        "subject": text,
    },
    optional={
        "reply_to": people,
        "headers": headers,
        "custom_args": texts,
        "send_at": times,
        "categories": st.lists(mostly(st.sampled_from("abc"), words), unique=True, max_size=3),
        "asm": st.fixed_dictionaries({"group_id": mostly(st.just(7), scalars)}),
        "ip_pool_name": mostly(st.just("morning"), words),
        "batch_id": mostly(words, scalars),
        "mail_settings": optional(
            bypass_list_management=switch, bypass_spam_management=switch, sandbox_mode=switch, footer=switch
        ),
        "tracking_settings": optional(click_tracking=switch, ganalytics=switch, anything=switch),
        "anything": wild,
    },
)


def accepted(body: Any) -> bool:
    account = Account(groups=frozenset({7}), pools=frozenset({"morning"}))
    return not find_problems(body, now=NOW, account=account, is_issued=lambda batch: True)


def through_json(body: Any) -> Any:
    """As it comes over the wire."""
    return orjson.loads(orjson.dumps(body))


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside `value`."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*path, key)
        yield from places(one, (*path, key))


def with_one_change(body: Any, path: tuple[Any, ...], new: Any) -> Any:
    changed = json.loads(json.dumps(body))
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    if new is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = new
    return changed


FULL = letter(
    "rita@example.org",
    "amir@example.org",
    reply_to={"email": "editors@example.org", "name": "Editors"},
    headers={"X-A": "a"},
    custom_args={"nl_dispatch": "1"},
    send_at=SECONDS,
    batch_id="B",
    categories=["news"],
    asm={"group_id": 7, "groups_to_display": [7]},
    ip_pool_name="morning",
    attachments=[{"content": "aGk=", "filename": "a.txt", "type": "text/plain", "content_id": "x"}],
    mail_settings={"footer": {"enable": True, "text": "t", "html": "h"}, "sandbox_mode": {"enable": False}},
    tracking_settings={
        "click_tracking": {"enable": False, "enable_text": False},
        "open_tracking": {"enable": False, "substitution_tag": "%"},
        "subscription_tracking": {"enable": False, "text": "t", "html": "h"},
        "ganalytics": {"enable": False, "utm_source": "s"},
    },
)
FULL["personalizations"][0] |= {
    "cc": [{"email": "cc@example.org", "name": "C"}],
    "from": {"email": "desk@example.org"},
    "subject": "Yours",
    "headers": {"List-Id": "<x>"},
    "substitutions": {"-a-": "b"},
    "custom_args": {"nl_subscriber": "1"},
    "send_at": SECONDS,
}


@pytest.fixture(scope="module")
def official() -> ModuleType:
    """The checker that knows the published description."""
    if not VALIDATOR.is_file():
        pytest.skip("SendGrid's published description does not lie beside this checkout.")
    spec = importlib.util.spec_from_file_location("sendgrid_validate", VALIDATOR)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def errors(official: ModuleType, body: Any) -> list[Any]:
    """Without names that hold a comma: the service accepts them, and Postbox warns about them (see test_warnings)."""
    found = official.validate(body, strict=True, now=NOW.timestamp())
    return [(field, message) for field, message in found if message != "may not hold ; or ,"]


def test_a_body_with_everything_in_it_passes_both(official: ModuleType) -> None:
    assert accepted(FULL)
    assert errors(official, FULL) == []


@settings(max_examples=50)  # each is large
@given(body=bodies)
def test_no_made_up_body_passes_here_that_fails_there(official: ModuleType, body: Any) -> None:
    body = through_json(body)
    if accepted(body):
        assert errors(official, body) == []


@given(data=st.data())
def test_no_change_to_a_good_body_passes_here_that_fails_there(official: ModuleType, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(list(places(FULL))))
    body = through_json(with_one_change(FULL, path, data.draw(wild | st.just(...))))
    if accepted(body):
        assert errors(official, body) == []


def test_every_part_of_a_good_body_may_be_replaced_by_a_wrong_kind_of_value(official: ModuleType) -> None:
    kinds: tuple[Any, ...] = (None, [], {}, "", 0, True, ...)
    for path in places(FULL):
        for new in kinds:
            body = with_one_change(FULL, path, new)
            assert not accepted(body) or errors(official, body) == [], (path, new)


@given(path=st.sampled_from(list(places(FULL))), new=wild)
def test_the_rules_answer_to_anything(path: tuple[Any, ...], new: Any) -> None:
    body = through_json(with_one_change(FULL, path, new))
    found = find_problems(body, now=NOW, account=Account(), is_issued=lambda batch: False)
    assert found  # the account has neither that group nor that pool
    assert all(problem.message and problem.field for problem in found)
