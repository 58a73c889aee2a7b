"""Run the template renderer in a subprocess and tell template errors from infrastructure errors."""

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
    """Return the answer of the subprocess.

    Raises `CustomTemplateError` when a limit stopped it, and `TemplateRendererUnavailable` for any other failure.
    """
    answer = run(COMMAND, json.dumps(order).encode(), bounds=limits.PROCESS)
    match answer.ending:
        case Ending.ANSWERED:
            return _read(answer.output)
        case Ending.TOO_LONG:
            raise _too_long(inlining=answer.output.startswith(b"\n"))
        case Ending.NO_MEMORY:
            raise CustomTemplateError(
                "The template uses too much memory, or is nested too deeply.",
                "Look for a text that grows in a loop.",
            )
        case Ending.BROKEN:
            raise _unavailable(answer.trouble)


def _read(output: bytes) -> dict[str, Any]:
    try:
        return dict(json.loads(output))
    except ValueError as error:
        raise _unavailable(f"gave no answer: {error}") from error


def _too_long(*, inlining: bool) -> CustomTemplateError:
    seconds = limits.PROCESS.cpu_seconds
    if inlining:
        return CustomTemplateError(
            "Inlining the styles takes too long.",
            f"The limit is {seconds} seconds. Use fewer rules, or fewer elements that they match.",
        )
    return CustomTemplateError("Rendering takes too long.", f"The limit is {seconds} seconds. Look for nested loops.")


def _unavailable(why: str) -> TemplateRendererUnavailable:
    log.error("template.not_tried", why=why)
    return TemplateRendererUnavailable("The template cannot be rendered at the moment. Try again in a minute.")
