"""Write docs/architecture.md from the import contracts and the packages' docstrings:  python -m tests.support.architecture"""

import ast
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "architecture.md"
HEAD = """# Architecture

Made by `make architecture` from the import contracts in `pyproject.toml` and the docstrings of the packages; a test
compares it with them. Each floor may import those below it; packages on one floor do not import each other.

| Floor | Package | What it is for |
|---|---|---|
"""
BESIDE = "\nBeside the floors:\n\n| Package | What it is for |\n|---|---|\n"
INSIDE = "\n## Inside the packages\n"


def layers() -> list[list[str]]:
    """The floors of the first import contract, highest first: dotted package names."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    return [[name.strip() for name in floor.split("|")] for floor in contracts[0]["layers"]]


def summary(package: Path) -> str:
    """The first line of a package's docstring."""
    docstring = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8"))) or ""
    return docstring.split("\n\n")[0].replace("\n", " ").replace("|", "\\|")


def page() -> str:
    """The whole page, as it should stand in docs/architecture.md."""
    floors = layers()
    rows = [
        f"| {len(floors) - number} | `{name}` | {summary(ROOT / name.replace('.', '/'))} |"
        for number, floor in enumerate(floors)
        for name in floor
    ]
    named = {name for floor in floors for name in floor}
    packages = sorted(path.parent for path in (ROOT / "newsletter").glob("*/__init__.py"))
    beside = [path for path in packages if f"newsletter.{path.name}" not in named]
    inside = []
    for package in [*packages, ROOT / "workers"]:
        parts = sorted(path.parent for path in package.glob("*/__init__.py") if path.parent.name != "migrations")
        if parts:
            dotted = ".".join(package.relative_to(ROOT).parts)
            inside.append(f"\n### `{dotted}`\n\n| Package | What it is for |\n|---|---|")
            inside += [f"| `{part.name}` | {summary(part)} |" for part in parts]
    return (
        HEAD
        + "\n".join(rows)
        + "\n"
        + BESIDE
        + "\n".join(f"| `newsletter.{path.name}` | {summary(path)} |" for path in beside)
        + "\n"
        + INSIDE
        + "\n".join(inside)
        + "\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)} is written.\n")
