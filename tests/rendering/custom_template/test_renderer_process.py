"""Trouble of the machine is not blamed on a template, and passes by itself where it can."""

import sys
from pathlib import Path

import pytest
from django.conf import settings
from structlog.testing import capture_logs

from newsletter.lib import bounded_process
from newsletter.rendering.custom_template import limits, renderer_process
from newsletter.rendering.custom_template.preview_slots import MAX_CONCURRENT_PREVIEWS, preview_slot
from newsletter.rendering.custom_template.render_custom_template import render_custom_template
from newsletter.rendering.custom_template.template_errors import CustomTemplateError, TemplateRendererUnavailable

KILL = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
WAIT = "import time; time.sleep(60)"


def filled(source: str = "<p>x</p>") -> str:
    return render_custom_template(source, settings.EMAIL_TEMPLATES, {})


def instead(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """`program` is run in place of ours."""
    monkeypatch.setattr(renderer_process, "COMMAND", [sys.executable, "-c", program])


def once(monkeypatch: pytest.MonkeyPatch, program: str, mark: Path, *, then: str) -> None:
    """`program` is run in place of ours the first time, the code `then` after that."""
    instead(
        monkeypatch,
        f"import os, pathlib\nmark = pathlib.Path({str(mark)!r})\nif mark.exists():\n    {then}\nelse:\n"
        f"    mark.touch()\n    {program}",
    )


@pytest.mark.parametrize("program", ["import nothing_of_this_name", "", "print('half', end='')", "raise SystemExit(3)"])
def test_a_process_that_breaks_is_ours(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    instead(monkeypatch, program)
    with capture_logs() as told, pytest.raises(TemplateRendererUnavailable, match="cannot be rendered at the moment"):
        filled()
    assert [line["event"] for line in told] == ["template.not_tried"]
    assert ("No module named" in told[0]["why"]) == ("import" in program)


def test_a_process_that_cannot_start_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderer_process, "COMMAND", ["/nowhere/python"])
    with pytest.raises(TemplateRendererUnavailable):
        filled()


def test_parts_of_ours_that_cannot_be_read_are_ours(tmp_path: Path) -> None:
    (tmp_path / "_parts").mkdir()
    with pytest.raises(TemplateRendererUnavailable):
        render_custom_template("{% include '_layout.html' %}", tmp_path, {})
    with pytest.raises(TemplateRendererUnavailable):
        render_custom_template("x", tmp_path / "nowhere", {})


def test_a_part_with_an_endless_name_is_a_slip() -> None:
    with pytest.raises(CustomTemplateError, match="no template"):
        filled("{% include '_parts/" + "x" * 5_000 + "' %}")


def test_one_that_was_killed_is_tried_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ours = f"os.execv({sys.executable!r}, {renderer_process.COMMAND!r})"
    once(monkeypatch, KILL, tmp_path / "mark", then=ours)
    assert "<p>x</p>" in filled()


def test_one_that_the_clock_ended_is_tried_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    once(monkeypatch, WAIT, tmp_path / "mark", then="""print('{"html": "an answer"}')""")  # in time on a busy machine
    monkeypatch.setattr(limits, "PROCESS", limits.PROCESS._replace(wall_seconds=4))
    assert filled() == "an answer"


@pytest.mark.parametrize("program", [KILL, WAIT])
def test_twice_is_the_templates_doing(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    instead(monkeypatch, program)
    monkeypatch.setattr(limits, "PROCESS", limits.PROCESS._replace(wall_seconds=1))
    with pytest.raises(CustomTemplateError, match="too long"):
        filled()


def test_a_processors_time_is_known_by_its_own_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no template is tried twice for it."""
    monkeypatch.setattr(limits, "PROCESS", limits.PROCESS._replace(wall_seconds=600))  # a busy machine gives it little
    runs = []
    run = bounded_process._run_once
    monkeypatch.setattr(bounded_process, "_run_once", lambda *given: runs.append(1) or run(*given))  # type: ignore[func-returns-value]
    with pytest.raises(CustomTemplateError, match="nested loops"):
        filled("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}")
    assert len(runs) == 1


def test_turns_come_back_whatever_happens_in_them() -> None:
    def broken() -> None:
        with preview_slot():
            raise ValueError

    for _ in range(MAX_CONCURRENT_PREVIEWS + 1):
        with pytest.raises(ValueError, match=r"^$"):
            broken()
    with (
        preview_slot(),
        preview_slot(),
        pytest.raises(TemplateRendererUnavailable, match="Try again in a few seconds"),
        preview_slot(),
    ):
        pass
