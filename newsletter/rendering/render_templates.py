"""Render a folder of three templates with a context as a letter. The content is left to the caller.

There are two Jinja environments: HTML is escaped, plain text is not. In both an undefined name is an error, so that
“Dear ,” is never sent.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from newsletter.mail.message import Letter, MergeTag
from newsletter.mail.text_cleaning import collapse_whitespace
from newsletter.rendering.custom_template.render_custom_template import render_custom_template
from newsletter.rendering.custom_template.template_errors import (
    CustomTemplateError,
    RenderingError,
    TemplateRendererUnavailable,
)
from newsletter.rendering.markup.html_attributes import align_attribute, has_case, isolated, lang_attributes
from newsletter.rendering.markup.html_whitespace import without_indents
from newsletter.rendering.markup.isolated_values import fill_isolated
from newsletter.rendering.markup.wrap_plain_text import tidy, wrap

__all__ = ["MAX_SUBJECT_CHARACTERS", "CustomTemplateError", "RenderingError", "TemplateRendererUnavailable", "render"]
MAX_SUBJECT_CHARACTERS = 250  # the limit of a frozen letter


def render(folder: Path, context: Mapping[str, object], *, own: str = "") -> Letter:
    """Render `subject.txt`, `body.txt` and `body.html` in `folder` with `context`.

    Templates can include others by their path from the parent folder: `_parts/story.html`. `own` is the source of a
    custom template in place of `body.html`; a subprocess renders and inlines it. Other HTML is not inlined yet. Raises
    `RenderingError`; for `own` also `CustomTemplateError` or `TemplateRendererUnavailable`.
    """
    text, html = _environments(folder.parent)
    return Letter(
        subject=_one_line(_fill(text, f"{folder.name}/subject.txt", context)),
        text=tidy(_fill(text, f"{folder.name}/body.txt", context)),
        html=render_custom_template(own, folder.parent, context)
        if own
        else without_indents(_fill(html, f"{folder.name}/body.html", context)),
    )


@lru_cache(maxsize=8)
def _environments(root: Path) -> tuple[Environment, Environment]:
    loader = FileSystemLoader(root)
    text = Environment(
        loader=loader,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 — plain text and subjects are not HTML; escaping would show in them
    )
    html = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True)
    text.globals["first_name"] = MergeTag.FIRST_NAME.value
    text.filters["wrap"] = wrap
    html.globals["first_name"] = MergeTag.FIRST_NAME_HTML.value
    html.globals.update(lang_attributes=lang_attributes, align_attribute=align_attribute)
    html.globals.update(isolated=isolated, fill_isolated=fill_isolated)
    html.globals.update(has_case=has_case)
    return text, html


def _fill(environment: Environment, name: str, context: Mapping[str, object]) -> str:
    try:
        return environment.get_template(name).render(context)
    except TemplateError as error:
        raise RenderingError(f"The template {name} cannot be rendered: {error}.") from error


def _one_line(subject: str) -> str:
    """Remove line breaks, which would end the header, and cut a long subject at the end of a word."""
    subject = collapse_whitespace(subject)
    if len(subject) <= MAX_SUBJECT_CHARACTERS:
        return subject
    return subject[: MAX_SUBJECT_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"
