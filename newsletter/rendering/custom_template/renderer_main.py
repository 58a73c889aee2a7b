"""The other process: one order on stdin, one answer on stdout, and then it is gone.

Started by file name, so that it finds its house beside it whatever folder it was started in.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[3]))  # the house; Python was told to look nowhere else

from jinja2 import TemplateAssertionError, TemplateNotFound, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from jinja2.utils import missing

from newsletter.lib.process_limits import apply_limits
from newsletter.rendering.custom_template import limits
from newsletter.rendering.custom_template.context_json import TemplateObject, from_json
from newsletter.rendering.custom_template.printable_values import ADDRESS, require_no_address
from newsletter.rendering.custom_template.sandbox import (
    NAME,
    TemplateSandbox,
    UndefinedName,
    create_sandbox,
    includable_templates,
)
from newsletter.rendering.custom_template.template_errors import locate, suggest_name, truncate
from newsletter.rendering.markup.css_inlining import InliningError, inline_css
from newsletter.rendering.markup.html_whitespace import without_indents


def answer(order: dict[str, Any]) -> dict[str, Any]:
    """`{"html": …}`, inlined, or `{"fault": {problem, hint, line, column}}`. Raises what is our own trouble."""
    root, source = Path(order["root"]), str(order["source"])
    context = {name: from_json(value) for name, value in order["context"].items()}
    made = create_sandbox(root, source)
    try:
        html = without_indents(_written(made, context))
        require_no_address(html, given=json.dumps(order, ensure_ascii=False))
    except TooLong:
        return _fault("It makes more than a letter may hold.", f"The most is {limits.MAX_OUTPUT_BYTES:,} bytes.")
    except TemplateSyntaxError as error:
        return _unreadable(error, made, source)
    except TemplateNotFound as error:
        return _stopped(error, context, source, root)
    except (MemoryError, OSError, ImportError):
        raise  # the first has its own words below; a template opens and imports nothing, so the others are ours
    except Exception as error:  # noqa: BLE001 — whatever else it is, a curator made it and is told
        return _stopped(error, context, source, root)
    return _inlined(html)


def _inlined(html: str) -> dict[str, Any]:
    sys.stdout.write("\n")  # so that whoever waits can tell which of the two took too long
    sys.stdout.flush()
    try:
        inlined = inline_css(html)
    except InliningError as error:
        return _fault(str(error), "")
    except MemoryError:
        inlined = ""
    if inlined and len(inlined.encode()) <= limits.MAX_OUTPUT_BYTES:
        return {"html": inlined}
    return _fault(
        "It grows to more than a letter may hold when its styles are put onto its elements.",
        f"The most is {limits.MAX_OUTPUT_BYTES:,} bytes. Write shorter rules, or fewer elements that they fit.",
    )


class TooLong(Exception):
    """More was written than a letter may hold."""


def _written(made: TemplateSandbox, context: dict[str, Any]) -> str:
    pieces, room = [], limits.MAX_OUTPUT_BYTES
    for piece in made.get_template(NAME).generate(context):
        room -= len(piece.encode("utf-8", "surrogatepass"))
        if room < 0:
            raise TooLong
        pieces.append(piece)
    return "".join(pieces)


def _unreadable(error: TemplateSyntaxError, made: TemplateSandbox, source: str) -> dict[str, Any]:
    """It is not well formed."""
    said = str(error.message or "It is not well formed.").strip()
    quoted = re.findall(r"'([^']+)'", said)
    got = re.search(r"got '([^']+)'", said)
    said = re.sub(r"'([^']+)'", lambda name: f"'{truncate(name[1])}'", said)
    hint = ""
    if isinstance(error, TemplateAssertionError) and quoted:
        kind = made.tests if said.startswith("No test") else made.filters
        hint = suggest_name(quoted[0], kind)
    if at := re.search(r" at (\d+)$", said):  # of the lexer, which counts characters
        before = re.sub(r"\r\n|\r", "\n", source)[: int(at[1])]
        return _fault(
            f"{said[: at.start()].capitalize()} stands where nothing of that kind may.",
            "Take it out, or put quotation marks around text.",
            line=before.count("\n") + 1,
            column=len(before) - (before.rfind("\n") + 1) + 1,
        )
    line, column = locate(got[1] if got else quoted[0] if quoted else "", source, error.lineno)
    problem, _, more = said.partition(". ")
    words = more.replace("Jinja was looking for the following tags:", "Expected here:")
    return _fault(_sentence(problem), hint or _sentence(words), line=line, column=column)


def _stopped(error: Exception, context: dict[str, Any], source: str, root: Path) -> dict[str, Any]:
    """It is well formed, and something in it cannot be worked out."""
    line = _line_of(error)
    if isinstance(error, UndefinedName):
        return _at(*_absent(error, context, source), source, line)
    if isinstance(error, TemplateNotFound):
        name = str(error.name)
        return _at(
            f"There is no part “{truncate(name)}”.", suggest_name(name, includable_templates(root)), name, source, line
        )
    if isinstance(error, RecursionError):
        return _at("Something in it calls itself without end.", "Take the call out.", "", source, line)
    if isinstance(error, SecurityError):
        if named := re.search(r"attribute '(\w+)'", str(error)):
            return _at(
                f"“{truncate(named[1])}” may not be asked for.",
                "A template reads what a letter says.",
                named[1],
                source,
                line,
            )
        return _at(_sentence(str(error)), "", "", source, line)
    said = ADDRESS.sub("", str(error))[:200] or type(error).__name__
    return _at(f"This cannot be worked out: {_sentence(said)}", "", "", source, line)


def _absent(error: UndefinedName, context: dict[str, Any], source: str) -> tuple[str, str, str]:
    """Problem, hint, and the name to point at."""
    name, owner, short = error.name, error.owner, truncate(error.name)
    if name not in source:
        problem = f"A part of ours that is used here needs “{short}”, which is not given."
        return problem, "Give it, or compare with the starting template.", ""
    if "does not export" in str(error):
        return f"There is no “{short}” in the part that it is imported from.", "", name
    if owner is missing:
        return f"There is no “{short}” in a letter.", suggest_name(name, [*context, "first_name"]), name
    if owner is None:
        return f"What should have “{short}” is not in every letter.", "Ask before: {% if … %}.", name
    if isinstance(owner, TemplateObject):
        return f"There is no “{short}” in this.", suggest_name(name, vars(owner)), name
    return f"There is no “{short}” in this.", "It is a text, a number or a list.", name


def _line_of(error: BaseException) -> int:
    """The last line of the curator's own that was at work."""
    line, trace = 1, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == NAME:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _at(problem: str, hint: str, name: str, source: str, line: int) -> dict[str, Any]:
    line, column = locate(name, source, line)
    return _fault(problem, hint, line=line, column=column)


def _fault(problem: str, hint: str, *, line: int = 0, column: int = 0) -> dict[str, Any]:
    return {"fault": {"problem": problem, "hint": hint, "line": line, "column": column}}


def _sentence(words: str) -> str:
    words = words.strip()
    return words[:1].upper() + words[1:] + ("." if words and words[-1] not in ".!?" else "")


if __name__ == "__main__":
    apply_limits(limits.PROCESS)
    told: dict[str, Any]
    try:
        told = answer(json.load(sys.stdin))
    except MemoryError:
        told = _fault("It needs more memory than a letter may take.", "Look for a text that grows in a loop.")
    sys.stdout.write(json.dumps(told))
