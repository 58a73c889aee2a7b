"""A curator's template and a letter's contents become HTML, in a process of its own (renderer_process.py)."""

from collections.abc import Mapping
from pathlib import Path

from newsletter.rendering.custom_template import limits
from newsletter.rendering.custom_template.context_json import packed
from newsletter.rendering.custom_template.renderer_process import ask
from newsletter.rendering.custom_template.template_errors import TemplateFault


def fill(source: str, root: Path, context: Mapping[str, object]) -> str:
    """HTML, inlined. `root` is the folder with `_layout.html` and `_parts/`. Raises `TemplateFault` or `NotTried`."""
    check_source(source)
    told = ask(
        {"root": str(root), "source": source, "context": {name: packed(value) for name, value in context.items()}}
    )
    if "fault" in told:
        fault = told["fault"]
        raise TemplateFault(fault["problem"], fault["mend"], line=fault["line"], column=fault["column"])
    return str(told["html"])


def check_source(source: str) -> None:
    """Raises `TemplateFault` for what is no template at all."""
    if not source.strip():
        raise TemplateFault("It is empty.", "Begin with the starting template.")
    if len(source) > limits.SOURCE:
        raise TemplateFault("It is too long.", f"The most is {limits.SOURCE:,} characters.")
    for number, line in enumerate(source.split("\n"), start=1):
        for column, character in enumerate(line, start=1):
            if character == "\0" or "\ud800" <= character <= "\udfff":
                raise TemplateFault("This character cannot be kept.", "Take it out.", line=number, column=column)
