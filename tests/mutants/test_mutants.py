"""The faults that are put in, and whether they are seen to be noticed."""

import ast
from pathlib import Path

import pytest

from tests.mutants.mutations import mutations
from tests.mutants.running import Fault, order_of_tests, run, sample

CODE = '''"""A module."""
import structlog

log = structlog.get_logger()


def is_late(at: int, now: int, *, by: int = 60) -> bool:
    """Is it?"""
    log.info("asked", at=at + 1)
    return at + by < now and not at == 0
'''
TESTS = """from code_of_ours import is_late


def test_late():
    assert is_late(1, 62)
    assert not is_late(1, 61)
    assert not is_late(0, 62)
    assert not is_late(62, 1)
"""


def test_faults_are_small_changes_of_what_is_done_and_not_of_what_is_said() -> None:
    assert [(one.kind, one.said) for one in mutations(CODE)] == [
        ("changed constant", "60 → 61"),
        ("flipped comparison", "at + by < now → at + by <= now"),
        ("swapped and/or", "at + by < now and not at == 0 → (at + by < now or not at == 0)"),
        ("lost not", "not at == 0 → (at == 0)"),
        ("flipped comparison", "at == 0 → at != 0"),
        ("changed constant", "0 → 1"),
    ]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("find(a, b=1, c=d)", "c=d of find(a, b=1, c=d)"),
        ("one.save()", "one.save() → pass"),
        ("one.state = 'öpen'", "one.state = 'öpen' → pass"),
        ("for one in all: continue", "continue → pass"),
        ("if 'ö' and one is None: raise error", "one is None → one is not None"),
        ("done = True", "True → False"),
    ],
)
def test_each_kind_of_fault(code: str, said: str) -> None:
    [found] = [one for one in mutations(code) if one.said == said]
    ast.parse(found.applied(code))
    assert found.applied(code) != code


def test_a_sample_is_the_same_for_a_seed_and_no_larger_than_asked_for() -> None:
    modules = [
        ("newsletter/delivery/ledger/packed_ids.py", "tests/delivery"),
        ("newsletter/insights", "tests/insights"),
    ]
    first, again, other = (sample(modules, count=20, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    assert len(first) == 20


def test_every_fault_that_can_be_sampled_leaves_code_that_can_be_compiled() -> None:
    file = Path("newsletter/delivery/sending/send_batches.py")
    text = file.read_text(encoding="utf-8")
    for one in mutations(text):
        ast.parse(one.applied(text))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "code_of_ours.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\n', encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_code.py").write_text(TESTS, encoding="utf-8")
    return tmp_path


def test_a_fault_is_noticed_by_the_first_test_that_fails_and_taken_out_again(tree: Path) -> None:
    noticed, not_noticed = (
        next(one for one in mutations(CODE) if one.said == said) for said in ("at == 0 → at != 0", "0 → 1")
    )
    outcome = run(Fault("code_of_ours.py", "tests", noticed), tree, limit=60)
    assert (outcome.is_noticed, outcome.by) == (True, "tests/test_code.py::test_late")
    assert (tree / "code_of_ours.py").read_text(encoding="utf-8") == CODE
    outcome = run(Fault("code_of_ours.py", "tests", not_noticed), tree, limit=60)
    assert outcome.is_noticed  # by the first assertion: 1 is not 0 any more


def test_what_no_test_looks_at_is_not_noticed(tree: Path) -> None:
    (tree / "tests" / "test_code.py").write_text("def test_nothing(): pass\n", encoding="utf-8")
    outcome = run(Fault("code_of_ours.py", "tests", mutations(CODE)[0]), tree, limit=60)
    assert (outcome.is_noticed, outcome.by) == (False, "")


def test_tests_that_do_not_come_to_an_end_say_neither(tree: Path) -> None:
    (tree / "tests" / "test_code.py").write_text("def test_it():\n    while True: pass\n", encoding="utf-8")
    outcome = run(Fault("code_of_ours.py", "tests", mutations(CODE)[0]), tree, limit=1)
    assert (outcome.is_noticed, outcome.by) == (None, "")


def test_tests_that_name_the_module_run_first(tree: Path) -> None:
    (tree / "tests" / "test_another.py").write_text("", encoding="utf-8")
    (tree / "tests" / "test_beside.py").write_text("import code_of_ours", encoding="utf-8")
    (tree / "tests" / "test_code_of_ours.py").write_text("", encoding="utf-8")
    order = order_of_tests(Fault("code_of_ours.py", "tests", mutations(CODE)[0]), tree)
    assert [Path(name).stem for name in order] == ["test_code_of_ours", "test_beside", "test_code", "test_another"]
