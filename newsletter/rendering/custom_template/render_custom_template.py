"""A curator's template and a letter's contents become HTML, in a process of its own (renderer_process.py)."""

from collections.abc import Mapping
from pathlib import Path

from newsletter.rendering.custom_template import limits
from newsletter.rendering.custom_template.context_json import to_json
from newsletter.rendering.custom_template.renderer_process import run_renderer
from newsletter.rendering.custom_template.template_errors import CustomTemplateError


def render_custom_template(source: str, root: Path, context: Mapping[str, object]) -> str:
    """HTML, inlined. `root` is the folder with `_layout.html` and `_parts/`. Raises `CustomTemplateError` or
    `TemplateRendererUnavailable`.
    """
    check_source(source)
    told = run_renderer(
        {"root": str(root), "source": source, "context": {name: to_json(value) for name, value in context.items()}}
    )
    if "fault" in told:
        fault = told["fault"]
        raise CustomTemplateError(fault["problem"], fault["hint"], line=fault["line"], column=fault["column"])
    return str(told["html"])


def check_source(source: str) -> None:
    """Raises `CustomTemplateError` for what is no template at all."""
    if not source.strip():
        raise CustomTemplateError("It is empty.", "Begin with the starting template.")
    if len(source) > limits.MAX_SOURCE_CHARACTERS:
        raise CustomTemplateError("It is too long.", f"The most is {limits.MAX_SOURCE_CHARACTERS:,} characters.")
    for number, line in enumerate(source.split("\n"), start=1):
        for column, character in enumerate(line, start=1):
            if character == "\0" or "\ud800" <= character <= "\udfff":
                raise CustomTemplateError("This character cannot be kept.", "Take it out.", line=number, column=column)
