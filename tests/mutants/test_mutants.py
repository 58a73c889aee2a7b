"""The faults that are put in, and whether they are seen to be noticed."""

import ast
import shutil
from pathlib import Path

import pytest

from tests.mutants.faults import Fault, lines_of, sample
from tests.mutants.line_map import Chosen, LineMap
from tests.mutants.mutations import Mutation, mutations
from tests.mutants.results import Outcome, Results
from tests.mutants.running import failing, record, run
from tests.support.surroundings import ROOT

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


@pytest.mark.long
def test_a_sample_is_the_same_for_a_seed_and_no_larger_than_asked_for() -> None:
    modules = [
        ("newsletter/delivery/ledger/packed_ids.py", "tests/delivery"),
        ("newsletter/insights", "tests/insights"),
    ]
    first, again, other = (sample(modules, count=20, seed=seed, root=ROOT) for seed in (1, 1, 2))
    assert first == again != other
    assert len(first) == len({one.id for one in first}) == 20


def test_a_change_of_one_module_leaves_the_faults_of_the_others_in_the_sample(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("def one(a):\n    return a + 1\n", encoding="utf-8")
    (tmp_path / "two.py").write_text(CODE, encoding="utf-8")
    modules = [("one.py", "tests"), ("two.py", "tests")]
    before = sample(modules, count=3, seed=5, root=tmp_path)
    (tmp_path / "one.py").write_text("\n\ndef one(a):\n    return a + 1\n", encoding="utf-8")
    (tmp_path / "two.py").write_text(f"{CODE}    return at > 8\n", encoding="utf-8")
    after = sample(modules, count=100, seed=5, root=tmp_path)
    assert {one.id for one in before} < {one.id for one in after}
    assert len({one.id for one in sample(modules, count=3, seed=5, root=tmp_path)} & {one.id for one in before}) >= 1


@pytest.mark.long
def test_every_fault_that_can_be_sampled_leaves_code_that_can_be_compiled() -> None:
    text = (ROOT / "newsletter/delivery/sending/send_batches.py").read_text(encoding="utf-8")
    for one in mutations(text):
        ast.parse(one.applied(text))
        assert one.line in lines_of(one, text).numbers


PLACES = """LIMIT = 3


def find(
    rows,
    most=4,
):
    if (
        rows
        and len(rows) > 5
    ):
        return sorted(
            rows,
            key=lambda row: row + 6,
        )
    return [row for row in rows if row != 7]
"""


@pytest.mark.parametrize(
    ("number", "lines", "at_import"),
    [
        (3, range(1, 18), True),  # a line of the module: whatever runs in it
        (4, range(4, 17), True),  # a default value: whatever runs in the function
        (5, {8, 10}, False),  # a condition: where it begins, and its own line
        (6, {12, 13, 14, 15}, False),  # what is part of a statement: all of it
        (7, {16}, False),
    ],
)
def test_the_lines_that_a_test_must_execute_to_notice_a_fault(number: int, lines: set[int], at_import: bool) -> None:
    [found] = [one for one in mutations(PLACES) if one.old == str(number)]
    assert lines_of(found, PLACES) == (frozenset(lines), at_import)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small project, with the plugins of pytest that the runs load."""
    tree = tmp_path / "tree"
    (tree / "code").mkdir(parents=True)
    (tree / "code" / "code_of_ours.py").write_text(CODE, encoding="utf-8")
    (tree / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = [".", "code"]\n', encoding="utf-8")
    shutil.copytree(ROOT / "tests" / "mutants", tree / "tests" / "mutants")
    shutil.rmtree(tree / "tests" / "mutants" / "__pycache__", ignore_errors=True)
    (tree / "tests" / "mutants" / "test_mutants.py").unlink()
    (tree / "tests" / "__init__.py").touch()
    (tree / "tests" / "test_code.py").write_text(TESTS, encoding="utf-8")
    return tree


def fault(said: str) -> Fault:
    return Fault("code/code_of_ours.py", "tests", next(one for one in mutations(CODE) if one.said == said))


LATE = [("tests/test_code.py::test_late", 0.1)]
A_PROJECT = pytest.mark.sampled(3, of="projects")  # each starts pytest several times


@A_PROJECT
def test_a_fault_is_noticed_by_the_first_test_that_fails_and_taken_out_again(tree: Path) -> None:
    outcome = run(fault("at == 0 → at != 0"), Chosen(LATE, "key"), tree, limit=60)
    assert (outcome.verdict, outcome.by, outcome.tests) == ("noticed", LATE[0][0], 1)
    assert (tree / "code" / "code_of_ours.py").read_text(encoding="utf-8") == CODE


@A_PROJECT
def test_a_module_that_cannot_be_imported_is_noticed(tree: Path) -> None:
    broken = Mutation("broken", "log → nothing", 4, 0, len(CODE), CODE, "from nowhere import is_late")
    outcome = run(Fault("code/code_of_ours.py", "tests", broken), Chosen(LATE, "key"), tree, limit=60)
    assert (outcome.verdict, outcome.by) == ("noticed", "tests/test_code.py")


@A_PROJECT
def test_what_no_test_looks_at_is_not_noticed(tree: Path) -> None:
    (tree / "tests" / "test_code.py").write_text("def test_nothing(): pass\n", encoding="utf-8")
    chosen = Chosen([("tests/test_code.py::test_nothing", 0.1)], "key")
    for tests in (chosen, Chosen([], "key")):
        outcome = run(fault("0 → 1"), tests, tree, limit=60)
        assert (outcome.verdict, outcome.by) == ("unnoticed", "")


@A_PROJECT
def test_tests_that_do_not_come_to_an_end_say_neither(tree: Path) -> None:
    (tree / "tests" / "test_code.py").write_text("def test_late():\n    while True: pass\n", encoding="utf-8")
    outcome = run(fault("0 → 1"), Chosen(LATE, "key"), tree, limit=2)
    assert (outcome.verdict, outcome.is_noticed, outcome.by) == ("out of time", None, "")


@A_PROJECT
def test_a_test_that_ended_before_and_does_not_end_with_the_fault_has_noticed_it(tree: Path) -> None:
    plugin = tree / "tests" / "mutants" / "chosen_tests.py"
    plugin.write_text(plugin.read_text(encoding="utf-8").replace("PATIENCE = 60", "PATIENCE = 1"), encoding="utf-8")
    text = "from code_of_ours import is_late\n\ndef test_late():\n    while not is_late(0, 62): pass\n"
    (tree / "tests" / "test_code.py").write_text(text.replace("not ", ""), encoding="utf-8")
    outcome = run(fault("at == 0 → at != 0"), Chosen([(LATE[0][0], 0.01)], "key"), tree, limit=60)
    assert (outcome.verdict, outcome.is_noticed, outcome.by) == ("no end", True, LATE[0][0])


@A_PROJECT
def test_a_test_that_fails_without_a_fault_is_known(tree: Path) -> None:
    more = f"{TESTS}\n\ndef test_wrong():\n    assert False\n"
    (tree / "tests" / "test_code.py").write_text(more, encoding="utf-8")
    wrong = "tests/test_code.py::test_wrong"
    assert failing(tree, [*LATE, (wrong, 0.1)], limit=60) == {wrong}


def recorded(tree: Path, folder: Path) -> tuple[LineMap, list[str]]:
    lines = LineMap(folder, tree)
    files = sorted(str(file.relative_to(tree)) for file in (tree / "tests").glob("test_*.py"))
    stale = lines.stale(files)
    record(tree, stale, sources=["code"], folder=folder, jobs=1, fast=False)
    lines.load(files)
    return lines, stale


@A_PROJECT
def test_a_fault_meets_the_tests_that_execute_its_line_the_quickest_first(tree: Path, tmp_path: Path) -> None:
    (tree / "tests" / "test_code.py").write_text(
        "from code_of_ours import is_late\n\n"
        "def test_slow():\n    sum(range(3_000_000))\n    assert is_late(1, 62)\n\n"
        "def test_quick():\n    assert is_late(1, 62)\n\n"
        "def test_another():\n    pass\n\n"
        "def test_wrong():\n    assert is_late(0, 0)\n",
        encoding="utf-8",
    )
    lines, _ = recorded(tree, tmp_path / "lines")
    chosen = lines.choose(fault("at == 0 → at != 0"))
    assert [name.partition("::")[2] for name, _ in chosen.tests] == ["test_quick", "test_slow"]
    at_import = lines.choose(fault("60 → 61"))  # also what executes no line of it
    assert {name.partition("::")[2] for name, _ in at_import.tests} == {"test_quick", "test_slow", "test_another"}


@A_PROJECT
def test_lines_are_recorded_again_for_tests_that_a_change_concerns(tree: Path, tmp_path: Path) -> None:
    (tree / "tests" / "test_without.py").write_text("def test_nothing(): pass\n", encoding="utf-8")
    (tree / "tests" / "test_none.py").write_text("", encoding="utf-8")
    every = ["tests/test_code.py", "tests/test_none.py", "tests/test_without.py"]
    lines, stale = recorded(tree, tmp_path / "lines")
    assert stale == every
    key = lines.choose(fault("0 → 1")).key
    lines, stale = recorded(tree, tmp_path / "lines")
    assert (stale, lines.choose(fault("0 → 1")).key) == ([], key)
    (tree / "tests" / "test_code.py").write_text(f"{TESTS}\n", encoding="utf-8")
    lines, stale = recorded(tree, tmp_path / "lines")
    assert stale == ["tests/test_code.py"]
    assert lines.choose(fault("0 → 1")).key != key
    (tree / "code" / "code_of_ours.py").write_text(f"{CODE}\n", encoding="utf-8")
    assert LineMap(tmp_path / "lines", tree).stale(every) == ["tests/test_code.py"]


def test_a_run_goes_on_where_the_last_one_stopped(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    noticed, unnoticed = fault("at == 0 → at != 0"), fault("0 → 1")
    results = Results(file)
    results.add(Outcome(noticed, "noticed", "a test", 1.5, 3, "tests"), source="module")
    results.add(Outcome(unnoticed, "unnoticed", "", 1.5, 3, "tests"), source="module")
    with file.open("a", encoding="utf-8") as half:
        half.write('{"fault": "half a li')
    again = Results(file)
    assert again.known(noticed, source="module", key="tests") == Outcome(noticed, "noticed", "a test", 1.5, 3, "tests")
    assert again.known(noticed, source="module", key="other tests")
    assert again.known(unnoticed, source="module", key="tests")
    assert again.known(unnoticed, source="module", key="other tests") is None
    assert again.known(noticed, source="another module", key="tests") is None
    assert again.known(fault("60 → 61"), source="module", key="tests") is None
    again.forget(noticed)
    assert Results(file).known(noticed, source="module", key="tests") is None
    assert Results(file).known(unnoticed, source="module", key="tests")
