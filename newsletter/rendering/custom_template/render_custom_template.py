"""Render a custom template with the content of a letter, in a subprocess (renderer_process.py)."""

from collections.abc import Mapping
from pathlib import Path

from newsletter.rendering.custom_template import limits
from newsletter.rendering.custom_template.context_json import to_json
from newsletter.rendering.custom_template.renderer_process import run_renderer
from newsletter.rendering.custom_template.template_errors import CustomTemplateError


def render_custom_template(source: str, root: Path, context: Mapping[str, object]) -> str:
    """Return inlined HTML. `root` is the folder with `_layout.html` and `_parts/`.

    Raises `CustomTemplateError` or `TemplateRendererUnavailable`.
    """
    check_source(source)
    result = run_renderer(
        {"root": str(root), "source": source, "context": {name: to_json(value) for name, value in context.items()}}
    )
    if "fault" in result:
        fault = result["fault"]
        raise CustomTemplateError(fault["problem"], fault["hint"], line=fault["line"], column=fault["column"])
    return str(result["html"])


def check_source(source: str) -> None:
    """Raise `CustomTemplateError` for an empty or too long source, or one with invalid characters."""
    if not source.strip():
        raise CustomTemplateError("The template is empty.", "Start from the default template.")
    if len(source) > limits.MAX_SOURCE_CHARACTERS:
        raise CustomTemplateError(
            "The template is too long.", f"The limit is {limits.MAX_SOURCE_CHARACTERS:,} characters."
        )
    for number, line in enumerate(source.split("\n"), start=1):
        for column, character in enumerate(line, start=1):
            if character == "\0" or "\ud800" <= character <= "\udfff":
                raise CustomTemplateError("This character cannot be stored.", "Remove it.", line=number, column=column)
