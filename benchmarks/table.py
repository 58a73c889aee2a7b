"""What was measured, as lines with a target: printed, kept as JSON, and set into the documentation."""

import json
import platform
import re
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"


@dataclass(frozen=True)
class Line:
    """One figure. `least` or `most` is what it must be, `aim` what we would like; without either it only informs."""

    part: str
    what: str
    figure: float
    unit: str = ""
    least: float | None = None
    most: float | None = None
    aim: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.least is None and self.most is None:
            return ""
        held = (self.least is None or self.figure >= self.least) and (self.most is None or self.figure <= self.most)
        return "pass" if held else "FAIL"

    @property
    def target(self) -> str:
        bound = "" if self.least is None else f"≥ {_number(self.least)}"
        bound = bound if self.most is None else f"≤ {_number(self.most)}"
        return f"{bound} (aim {_number(self.aim)})" if self.aim is not None else bound


def _number(value: float) -> str:
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3g}"


def cells(line: Line) -> list[str]:
    return [line.part, line.what, f"{_number(line.figure)} {line.unit}".strip(), line.target, line.verdict, line.note]


HEADS = ["part", "what", "figure", "target", "", "note"]


def plain(lines: Sequence[Line]) -> str:
    """For a terminal."""
    rows = [HEADS, *map(cells, lines)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEADS))]
    lined_up = ([cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows)
    return "\n".join("  ".join(row).rstrip() for row in lined_up)


def markdown(lines: Sequence[Line]) -> str:
    rows = [HEADS, ["---"] * len(HEADS), *map(cells, lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def machine() -> dict[str, Any]:
    """Where it was measured."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    model = re.search(r"model name\s*: (.+)", info)
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text(encoding="ascii"))
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False, cwd=Path(__file__).parent
    )
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "commit": commit.stdout.strip(),
        "cores": info.count("processor\t"),
        "processor": model[1] if model else platform.machine(),
        "memory_gb": round(int(memory[1]) / 1e6) if memory else 0,
        "python": platform.python_version(),
    }


def describe(where: dict[str, Any]) -> str:
    return (
        f"Measured on {where['date']} at commit {where['commit']}: {where['cores']} cores ({where['processor']}), "
        f"{where['memory_gb']} GB, Python {where['python']}, {where.get('postgresql', 'no PostgreSQL')}, "
        f"{where.get('readers', 0):,} readers."
    )


def keep(file: Path, where: dict[str, Any], lines: Sequence[Line], runs: Sequence[dict[str, Any]]) -> None:
    """Everything as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    told = [{**asdict(line), "verdict": line.verdict} for line in lines]
    file.write_text(json.dumps({"machine": where, "lines": told, "runs": runs}, indent=1) + "\n", encoding="utf-8")


def write(document: Path, where: dict[str, Any], lines: Sequence[Line]) -> None:
    """Put the lines between the marks of a document: those of a part with marks of its own there, the others together.

    A table without new lines stays as it is.
    """
    text = document.read_text(encoding="utf-8")
    own = {line.part for line in lines if _marks(line.part)[0] in text}
    for part in own:
        text = _put(text, _marks(part), where, [line for line in lines if line.part == part])
    if rest := [line for line in lines if line.part not in own]:
        text = _put(text, (BEGIN, END), where, rest)
    document.write_text(text, encoding="utf-8")


def _marks(part: str) -> tuple[str, str]:
    return BEGIN.replace(":", f" {part}:"), END.replace(":", f" {part}:")


def _put(text: str, marks: tuple[str, str], where: dict[str, Any], lines: Sequence[Line]) -> str:
    before, begin, rest = text.partition(marks[0])
    _, end, after = rest.partition(marks[1])
    if not begin or not end:
        raise ValueError(f"the document has no marks {marks[0]} … {marks[1]}")
    return f"{before}{begin}\n{describe(where)}\n\n{markdown(lines)}\n{end}{after}"
