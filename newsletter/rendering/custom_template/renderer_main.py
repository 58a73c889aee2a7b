"""Entry point of the renderer subprocess: one request on stdin, one answer on stdout.

Started by file name, so that it finds the project from any working directory.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[3]))  # the project root; Python runs isolated from other paths

from jinja2 import TemplateAssertionError, TemplateNotFound, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from jinja2.utils import missing

from newsletter.lib.process_limits import apply_limits
from newsletter.rendering.custom_template import limits
from newsletter.rendering.custom_template.context_json import TemplateObject, from_json
from newsletter.rendering.custom_template.hide_memory_addresses import ADDRESS, require_no_address
from newsletter.rendering.custom_template.sandbox import (
    NAME,
    TemplateSandbox,
    UndefinedName,
    create_sandbox,
    includable_templates,
)
from newsletter.rendering.custom_template.template_errors import locate, suggest_name, truncate
from newsletter.rendering.markup.css_inlining import inline_css
from newsletter.rendering.markup.html_whitespace import without_indents
from newsletter.rendering.markup.inlining_error import InliningError


def answer(order: dict[str, Any]) -> dict[str, Any]:
    """Return `{"html": …}`, inlined, or `{"fault": {problem, hint, line, column}}`.

    Raises errors that the template did not cause.
    """
    root, source = Path(order["root"]), str(order["source"])
    context = {name: from_json(value) for name, value in order["context"].items()}
    made = create_sandbox(root, source)
    try:
        html = without_indents(_render(made, context))
        require_no_address(html, given=json.dumps(order, ensure_ascii=False))
    except TooLong:
        return _fault("The output exceeds the size limit.", f"The limit is {limits.MAX_OUTPUT_BYTES:,} bytes.")
    except TemplateSyntaxError as error:
        return _syntax_fault(error, made, source)
    except TemplateNotFound as error:
        return _runtime_fault(error, context, source, root)
    except (MemoryError, OSError, ImportError):
        raise  # MemoryError is handled below; a template opens and imports nothing, so the others are not its own
    except Exception as error:  # noqa: BLE001 — anything else comes from the template and is reported to its author
        return _runtime_fault(error, context, source, root)
    return _inlined(html)


def _inlined(html: str) -> dict[str, Any]:
    sys.stdout.write("\n")  # tells the parent that rendering is done, so that it knows which step timed out
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
        "The output exceeds the size limit after its styles are inlined.",
        f"The limit is {limits.MAX_OUTPUT_BYTES:,} bytes. Use shorter rules, or fewer elements that they match.",
    )


class TooLong(Exception):
    """The output exceeds the size limit."""


def _render(made: TemplateSandbox, context: dict[str, Any]) -> str:
    pieces, room = [], limits.MAX_OUTPUT_BYTES
    for piece in made.get_template(NAME).generate(context):
        room -= len(piece.encode("utf-8", "surrogatepass"))
        if room < 0:
            raise TooLong
        pieces.append(piece)
    return "".join(pieces)


def _syntax_fault(error: TemplateSyntaxError, made: TemplateSandbox, source: str) -> dict[str, Any]:
    """Explain a syntax error."""
    message = str(error.message or "The template is malformed.").strip()
    quoted = re.findall(r"'([^']+)'", message)
    got = re.search(r"got '([^']+)'", message)
    message = re.sub(r"'([^']+)'", lambda name: f"'{truncate(name[1])}'", message)
    hint = ""
    if isinstance(error, TemplateAssertionError) and quoted:
        kind = made.tests if message.startswith("No test") else made.filters
        hint = suggest_name(quoted[0], kind)
    if at := re.search(r" at (\d+)$", message):  # from the lexer, which counts characters
        before = re.sub(r"\r\n|\r", "\n", source)[: int(at[1])]
        return _fault(
            f"{message[: at.start()].capitalize()} is not allowed here.",
            "Remove it, or put quotation marks around text.",
            line=before.count("\n") + 1,
            column=len(before) - (before.rfind("\n") + 1) + 1,
        )
    line, column = locate(got[1] if got else quoted[0] if quoted else "", source, error.lineno)
    problem, _, more = message.partition(". ")
    expected = more.replace("Jinja was looking for the following tags:", "Expected here:")
    return _fault(_sentence(problem), hint or _sentence(expected), line=line, column=column)


def _runtime_fault(error: Exception, context: dict[str, Any], source: str, root: Path) -> dict[str, Any]:
    """Explain an error of a well-formed template."""
    line = _line_of(error)
    if isinstance(error, UndefinedName):
        return _at(*_explain_undefined(error, context, source), source, line)
    if isinstance(error, TemplateNotFound):
        name = str(error.name)
        return _at(
            f"There is no template “{truncate(name)}”.",
            suggest_name(name, includable_templates(root)),
            name,
            source,
            line,
        )
    if isinstance(error, RecursionError):
        return _at("A macro calls itself without end.", "Remove the call.", "", source, line)
    if isinstance(error, SecurityError):
        if named := re.search(r"attribute '(\w+)'", str(error)):
            return _at(
                f"Access to “{truncate(named[1])}” is not allowed.",
                "A template may only use the values of the email.",
                named[1],
                source,
                line,
            )
        return _at(_sentence(str(error)), "", "", source, line)
    message = ADDRESS.sub("", str(error))[:200] or type(error).__name__
    return _at(f"Cannot evaluate: {_sentence(message)}", "", "", source, line)


def _explain_undefined(error: UndefinedName, context: dict[str, Any], source: str) -> tuple[str, str, str]:
    """Return the problem, a hint, and the name to point at."""
    name, owner, short = error.name, error.owner, truncate(error.name)
    if name not in source:
        problem = f"A shared part that is used here needs “{short}”, which is missing."
        return problem, "Pass it, or compare with the default template.", ""
    if "does not export" in str(error):
        return f"There is no “{short}” in the imported template.", "", name
    if owner is missing:
        return f"There is no “{short}” in an email.", suggest_name(name, [*context, "first_name"]), name
    if owner is None:
        return f"The value that has “{short}” is not in every email.", "Check for it first: {% if … %}.", name
    if isinstance(owner, TemplateObject):
        return f"There is no “{short}” in this value.", suggest_name(name, vars(owner)), name
    return f"There is no “{short}” in this value.", "This value is a text, a number or a list.", name


def _line_of(error: BaseException) -> int:
    """Return the last line of the custom template in the traceback."""
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


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("." if text and text[-1] not in ".!?" else "")


if __name__ == "__main__":
    apply_limits(limits.PROCESS)
    result: dict[str, Any]
    try:
        result = answer(json.load(sys.stdin))
    except MemoryError:
        result = _fault("The template uses too much memory.", "Look for a text that grows in a loop.")
    sys.stdout.write(json.dumps(result))
