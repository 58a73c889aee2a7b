"""The small faults that a module can have: each one change of its text. Pure."""

import ast
import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

FLIPS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
MAX_SAID = 90  # characters of old and of new text in a report
Change = tuple[str, Any, str, str]  # kind, the node that is replaced, the text in its place, the dropped argument
WORDS_ONLY = frozenset({"help_text", "verbose_name"})  # of fields of models: nothing depends on them


class Mutation(NamedTuple):
    """In a text, what stands from `begin` to `end` (bytes) becomes `new`. `said` is the change in few words."""

    kind: str
    said: str
    line: int
    begin: int
    end: int
    old: str
    new: str

    def applied(self, text: str) -> str:
        raw = text.encode()
        return (raw[: self.begin] + self.new.encode() + raw[self.end :]).decode()


def mutations(text: str) -> list[Mutation]:
    """All of them, in the order of the text. Each leaves a module that can be compiled."""
    offsets = [0]
    for line in text.encode().splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line))
    found = []
    for kind, node, new, dropped in _changes(ast.parse(text)):
        begin = offsets[node.lineno - 1] + node.col_offset
        end = offsets[node.end_lineno - 1] + node.end_col_offset
        old = text.encode()[begin:end].decode()
        said = f"{dropped} of {_short(old)}" if dropped else f"{_short(old)} → {_short(new)}"
        found.append(Mutation(kind, said, node.lineno, begin, end, old, new))
    return sorted(set(found), key=lambda one: (one.begin, one.end, one.kind, one.new))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_SAID else line[:MAX_SAID] + "…"


def _changes(node: ast.AST) -> Iterator[Change]:
    yield from _own_changes(node)
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_passed_over(child):
                yield from _changes(child)


def _is_passed_over(node: ast.AST) -> bool:
    """Texts with places to fill in (their parts have no place of their own), what is only said, and what types see."""
    match node:
        case ast.JoinedStr() | ast.AnnAssign(value=None):
            return True
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.keyword(arg=name):
            return name in WORDS_ONLY
        case ast.Call(func=ast.Attribute(value=ast.Name(id="log"))):
            return True
        case ast.Expr(value=call):
            return _is_passed_over(call)
        case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.FunctionDef(name="__str__"):
            return True
    return False


def _own_changes(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.Compare():
            for at, operator in enumerate(node.ops):
                changed = copy.deepcopy(node)
                changed.ops[at] = FLIPS[type(operator)]()
                yield "flipped comparison", node, ast.unparse(changed), ""
        case ast.BoolOp():
            changed_bool = copy.deepcopy(node)
            changed_bool.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield "swapped and/or", node, f"({ast.unparse(changed_bool)})", ""
        case ast.UnaryOp(op=ast.Not()):
            yield "lost not", node, f"({ast.unparse(node.operand)})", ""
        case ast.Constant(value=bool()):
            yield "changed constant", node, str(not node.value), ""
        case ast.Constant(value=int()):
            yield "changed constant", node, str(int(node.value) + 1), ""  # type: ignore[arg-type]  # a number, by the case
        case ast.Call():
            for at, keyword in enumerate(node.keywords):
                if keyword.arg and keyword.arg not in WORDS_ONLY:
                    fewer = copy.deepcopy(node)
                    del fewer.keywords[at]
                    yield "dropped argument", node, ast.unparse(fewer), ast.unparse(keyword)
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break():
            yield "lost statement", node, "pass", ""
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "lost statement", node, "pass", ""
