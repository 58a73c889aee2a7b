"""Whatever the rules let pass is also valid by SendGrid's published description, where that is at hand."""

import importlib.util
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.postbox.account import Account
from newsletter.postbox.rules import problems
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
addresses = st.sampled_from(["rita@example.org", "Rita@example.org", "amir@example.org", "noa@other.org", "x", "a@b"])
people = st.fixed_dictionaries({"email": addresses}, optional={"name": words})
several = st.lists(people, min_size=1, max_size=3)
texts = st.dictionaries(words, words, max_size=3)
headers = st.dictionaries(words | st.sampled_from(["X-A", "x-a", "Subject", "List-Id"]), words, max_size=3)
times = st.sampled_from([SECONDS - 5, SECONDS + 72 * 3600, SECONDS + 72 * 3600 + 1, 0, 2**40])
switch = st.fixed_dictionaries({}, optional={"enable": st.booleans()})
personalizations = st.fixed_dictionaries(
    {"to": several},
    optional={
        "cc": several,
        "bcc": several,
        "from": people,
        "subject": words,
        "headers": headers,
        "substitutions": texts,
        "custom_args": texts,
        "send_at": times,
    },
)
bodies = st.fixed_dictionaries(
    {
        "personalizations": st.lists(personalizations, min_size=1, max_size=3),
        "from": people,
        "content": st.lists(
            st.fixed_dictionaries(
                {"type": st.sampled_from(["text/plain", "text/html", "TEXT/PLAIN", "text/x"]), "value": words}
            ),
            min_size=1,
            max_size=3,
        ),
    },
    optional={
        "subject": words,
        "reply_to": people,
        "reply_to_list": several,
        "headers": headers,
        "custom_args": texts,
        "send_at": times,
        "categories": st.lists(words, max_size=3),
        "asm": st.fixed_dictionaries({"group_id": st.sampled_from([7, 8])}),
        "ip_pool_name": st.sampled_from(["morning", "x"]),
        "batch_id": words,
        "sections": texts,
        "mail_settings": st.fixed_dictionaries(
            {}, optional={f"bypass_{what}_management": switch for what in ("list", "spam")} | {"sandbox_mode": switch}
        ),
        "anything": wild,
    },
)


def accepted(body: Any) -> bool:
    account = Account(groups=frozenset({7}), pools=frozenset({"morning"}))
    return not problems(body, now=NOW, account=account, is_issued=lambda batch: True)


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
    return list(official.validate(body, strict=True, now=NOW.timestamp()))


def test_a_body_with_everything_in_it_passes_both(official: ModuleType) -> None:
    assert accepted(FULL)
    assert errors(official, FULL) == []


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


@given(body=wild | bodies)
def test_the_rules_answer_to_anything_with_fields_that_are_in_it(body: Any) -> None:
    found = problems(through_json(body), now=NOW, account=Account(), is_issued=lambda batch: False)
    assert all(problem.message and (problem.field is None or "" not in problem.field.split(".")) for problem in found)
