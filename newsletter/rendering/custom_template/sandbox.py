"""The Jinja sandbox for custom templates: our includable templates, the letter's names and harmless filters."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, Undefined, pass_context
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from newsletter.mail.message import MergeTag
from newsletter.rendering.custom_template.context_json import GROUP, TemplateObject
from newsletter.rendering.custom_template.hide_memory_addresses import CALLED, Called, OwnCycler, OwnJoiner, listed
from newsletter.rendering.custom_template.limits import MAX_OUTPUT_BYTES
from newsletter.rendering.markup.html_attributes import align_attribute, has_case, isolated, lang_attributes

NAME = "template"  # of the custom template, among ours
LAYOUT = "_layout.html"
# Rendering must be deterministic, so `random` is removed; `attr` only helps to escape the sandbox.
REMOVED_FILTERS = ("attr", "random", "pprint")
MAX_OPERAND = 10**9  # in a multiplication


class UndefinedName(UndefinedError):
    """An unknown `name` of `owner`, or a top-level name when `owner` is `missing`."""

    def __init__(self, message: str | None, name: str, owner: object) -> None:
        super().__init__(message)
        self.name, self.owner = name, owner


class NamedUndefined(StrictUndefined):
    """An undefined value that raises an error with its name when used."""

    __slots__ = ()

    def __init__(
        self, hint: str | None = None, obj: Any = missing, name: str | None = None, exc: Any = UndefinedError
    ) -> None:
        if exc is UndefinedError:
            exc = _error_factory(str(name), obj)
        super().__init__(hint, obj, name, exc)


def _error_factory(name: str, owner: object) -> Callable[[str | None], UndefinedName]:
    def make_error(message: str | None = None) -> UndefinedName:
        return UndefinedName(message, name, owner)

    return make_error


class TemplateSandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with clear errors. The security boundary is the limited subprocess, not this class."""

    intercepted_binops = frozenset({"*", "**"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        return Called.around(super().getattr(obj, attribute))

    def getitem(self, obj: Any, argument: Any) -> Any:
        return Called.around(super().getitem(obj, argument))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**":
            raise SecurityError("Powers are not allowed in a template.")
        if isinstance(left, int) and isinstance(right, int):
            if max(abs(left), abs(right)) > MAX_OPERAND:
                raise SecurityError("The numbers are too large.")
        elif hasattr(left, "__len__") or hasattr(right, "__len__"):
            sequence, times = (left, right) if hasattr(left, "__len__") else (right, left)
            if isinstance(times, int) and len(sequence) * times > MAX_OUTPUT_BYTES:
                raise SecurityError("The text is repeated too often.")
        return super().call_binop(context, operator, left, right)


@pass_context  # else Jinja calls it for constants at compile time, when there is no line to report
def finalize_output(_context: object, value: object) -> object:
    """Return the value of `{{ … }}`; raise for a function, a group or a list, which would print memory addresses."""
    if callable(value) and not isinstance(value, Undefined):  # an undefined value raises its own error
        raise SecurityError(CALLED)
    if isinstance(value, TemplateObject):
        raise SecurityError(GROUP)
    if isinstance(value, tuple | list):
        raise SecurityError("This is a list, not a text. Loop over it with {% for … %}, or add |join.")
    return value


def create_sandbox(root: Path, source: str) -> TemplateSandbox:
    """Create the environment for one `source`; `root` is the folder of our own templates."""

    def load(name: str) -> tuple[str, str, None] | None:
        if name == NAME:
            return source, NAME, None
        if name not in shared:
            return None
        path = root / name
        return path.read_text(encoding="utf-8"), str(path), None

    shared = {LAYOUT, *(f"_parts/{file.name}" for file in (root / "_parts").iterdir() if file.is_file())}
    made = TemplateSandbox(
        loader=FunctionLoader(load),
        undefined=NamedUndefined,
        finalize=finalize_output,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in REMOVED_FILTERS:
        del made.filters[name]
    made.filters.update({name: listed(made_by) for name, made_by in made.filters.items()})
    del made.globals["lipsum"]
    made.globals["first_name"] = MergeTag.FIRST_NAME_HTML.value
    made.globals.update(cycler=OwnCycler, joiner=OwnJoiner)
    made.globals.update(
        lang_attributes=Called(lang_attributes),
        align_attribute=Called(align_attribute),
        has_case=Called(has_case),
        isolated=Called(isolated),
        range=Called.around(made.globals["range"]),
    )
    return made


def includable_templates(root: Path) -> list[str]:
    """Return the names that a template may include, import or extend."""
    return [LAYOUT, *sorted(f"_parts/{file.name}" for file in (root / "_parts").glob("*.html"))]
