"""A plugin of pytest that writes down which lines each test executes (`-p tests.mutants.executed_lines`).

EXECUTED_IN names the folder for it: a file for each file of tests. EXECUTED_OF names the sources that are looked at.
Of a process that a test starts nothing is seen. Seconds are those of the processor: a busy machine changes them little.
"""

import os
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.mutants.line_map import write_record

FOLDER = Path(os.environ["EXECUTED_IN"])
ROOT = f"{Path.cwd()}{os.sep}"
SOURCES = tuple(ROOT + name for name in os.environ["EXECUTED_OF"].split(os.pathsep))

_names: dict[str, str | None] = {}  # of files of code: relative to the tree, None for one that is not looked at
_lines: defaultdict[str, set[int]] = defaultdict(set)
_tests: defaultdict[str, dict[str, Any]] = defaultdict(dict)
_left: Counter[str] = Counter()  # tests of a file that have not run yet


def pytest_collection_finish(session: pytest.Session) -> None:
    _left.update(item.nodeid.partition("::")[0] for item in session.items)


def _enter(frame: FrameType, event: str, arg: object) -> Any:
    file = frame.f_code.co_filename
    try:
        name = _names[file]
    except KeyError:
        name = _names[file] = file.removeprefix(ROOT) if file.startswith(SOURCES) else None
    if name is None:
        return None
    add = _lines[name].add
    add(frame.f_lineno)

    def step(frame: FrameType, event: str, arg: object) -> Any:
        if event == "line":
            add(frame.f_lineno)
        return step

    return step


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    _lines.clear()
    began = time.process_time()
    threading.settrace(_enter)
    sys.settrace(_enter)
    yield
    sys.settrace(None)
    threading.settrace(None)
    file = item.nodeid.partition("::")[0]
    if item.stash.get(PASSED, False):
        seen = {name: sorted(numbers) for name, numbers in list(_lines.items())}
        _tests[file][item.nodeid] = {"seconds": round(time.process_time() - began, 3), "lines": seen}
    _left[file] -= 1
    if not _left[file]:
        write_record(FOLDER, Path.cwd(), file, _tests.pop(file, {}))


PASSED = pytest.StashKey[bool]()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome: Any = yield
    report = outcome.get_result()
    item.stash[PASSED] = item.stash.get(PASSED, True) and report.passed
