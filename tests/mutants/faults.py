"""The faults that are tried: a sample, each with its name, and the lines that a test must execute. Reads files only."""

import ast
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.mutants.mutations import Mutation, mutations

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Fault(NamedTuple):
    """`file` and `tests` (the folder of the module's own tests) are relative to the tree.

    `number`: which one it is of those in the file whose words are the same.
    """

    file: str
    tests: str
    mutation: Mutation
    number: int = 1

    def __str__(self) -> str:
        one = self.mutation
        return f"{self.file}:{one.line} {one.kind}: {one.said}"

    @property
    def id(self) -> str:
        """The same wherever in the file it stands, so that a change elsewhere makes no other fault of it."""
        one = self.mutation
        return digest(f"{self.file} {one.kind} {one.old} {one.new} {self.number}")


class Lines(NamedTuple):
    """What a test must execute to notice a fault. `at_import`: the line itself runs when the module is imported."""

    numbers: frozenset[int]
    at_import: bool


def digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def sample(modules: Sequence[tuple[str, str]], *, count: int, seed: int, root: Path) -> list[Fault]:
    """Up to `count` faults in these modules (a file or folder, with the folder of its tests), in the order of files.

    A fault is drawn by its own id: a change of one module leaves the faults of all others in the sample.
    """
    found = []
    for path, tests in modules:
        for file in sorted((root / path).rglob("*.py")) if (root / path).is_dir() else [root / path]:
            name = str(file.relative_to(root))
            if "/migrations/" not in name:
                found += list(_faults(name, tests, file.read_text(encoding="utf-8")))
    drawn = sorted(found, key=lambda fault: digest(f"{seed} {fault.id}"))[:count]
    chosen = set(drawn)
    return [fault for fault in found if fault in chosen]


def _faults(file: str, tests: str, text: str) -> Iterator[Fault]:
    numbers: Counter[tuple[str, str, str]] = Counter()
    for one in mutations(text):
        words = one.kind, one.old, one.new
        numbers[words] += 1
        yield Fault(file, tests, one, numbers[words])


def lines_of(mutation: Mutation, text: str) -> Lines:
    """The lines of its statement; of a default value those of its function; of a module's own line, all of them."""
    path = list(_path_to(ast.parse(text), mutation, text))
    function = next((node for node in reversed(path[:-1]) if isinstance(node, Function)), None)
    if function is None or not _is_in_body(function, path[path.index(function) + 1]):
        body = range(1, text.count("\n") + 2) if function is None else _of(function)
        return Lines(frozenset(body), at_import=True)
    statement = next(node for node in reversed(path) if isinstance(node, ast.stmt))
    if statement in path and not hasattr(statement, "body") and not isinstance(statement, ast.Match):
        return Lines(frozenset(_of(statement)), at_import=False)
    return Lines(frozenset({statement.lineno, *_of(path[-1])}), at_import=False)


def _of(node: ast.AST) -> range:
    return range(node.lineno, node.end_lineno + 1)  # type: ignore[attr-defined]  # only nodes that have a place


def _is_in_body(function: Function, child: ast.AST) -> bool:
    return child is function.body if isinstance(function, ast.Lambda) else child in function.body


def _path_to(tree: ast.AST, mutation: Mutation, text: str) -> Iterator[ast.AST]:
    """The nodes around it, from the outermost to the one that is changed."""
    offsets = [0]
    for line in text.encode().splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line))

    def place(node: ast.AST) -> tuple[int, int] | None:
        if getattr(node, "end_lineno", None) is None:
            return None
        begin = offsets[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
        end = offsets[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
        return begin, end

    def walk(node: ast.AST) -> Iterator[ast.AST]:
        for child in ast.iter_child_nodes(node):
            where = place(child)
            if where is None:  # arguments, a case, a generator: has no place of its own
                yield from walk(child)
            elif where[0] <= mutation.begin and mutation.end <= where[1]:
                yield child
                yield from walk(child)
                return

    yield from walk(tree)
