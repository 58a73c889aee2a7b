"""Asks the other process for a letter, and tells a template's slip from the machine's trouble."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog

from newsletter.lib.bounded_process import Ending, command_of, run
from newsletter.rendering.custom_template import limits
from newsletter.rendering.custom_template.template_errors import CustomTemplateError, TemplateRendererUnavailable

COMMAND = command_of(Path(__file__).with_name("renderer_main.py"))

log = structlog.get_logger()


def run_renderer(order: Mapping[str, object]) -> dict[str, Any]:
    """What the other process answers. Raises `CustomTemplateError` when a limit stopped it, else
    `TemplateRendererUnavailable`.
    """
    answer = run(COMMAND, json.dumps(order).encode(), bounds=limits.PROCESS)
    match answer.ending:
        case Ending.ANSWERED:
            return _read(answer.output)
        case Ending.TOO_LONG:
            raise _too_long(inlining=answer.output.startswith(b"\n"))
        case Ending.NO_MEMORY:
            raise CustomTemplateError(
                "It needs more memory than a letter may take, or is nested too deep.",
                "Look for a text that grows in a loop.",
            )
        case Ending.BROKEN:
            raise _not_tried(answer.trouble)


def _read(said: bytes) -> dict[str, Any]:
    try:
        return dict(json.loads(said))
    except ValueError as error:
        raise _not_tried(f"gave no answer: {error}") from error


def _too_long(*, inlining: bool) -> CustomTemplateError:
    seconds = limits.PROCESS.cpu_seconds
    if inlining:
        return CustomTemplateError(
            "It takes too long to put its styles onto its elements.",
            f"A letter has {seconds} seconds. Write fewer rules, or fewer elements that they fit.",
        )
    return CustomTemplateError("It takes too long.", f"A letter has {seconds} seconds. Look for a loop in a loop.")


def _not_tried(why: str) -> TemplateRendererUnavailable:
    log.error("template.not_tried", why=why)
    return TemplateRendererUnavailable("The template could not be tried at this moment. Try again in a minute.")
