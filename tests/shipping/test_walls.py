"""The walls of the system that no linter sees: who may know what, how long a file may grow, which words are ours."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps

from tests.support.surroundings import ROOT

LONGEST = 300  # lines; a longer file holds two subjects
DOORS = {"web", "api", "cli", "local", "postbox"}
HTTP = ("django.http", "django.shortcuts", "django.views")


def sources() -> list[Path]:
    files = [file for room in ("newsletter", "workers") for file in (ROOT / room).rglob("*.py")]
    return sorted(file.relative_to(ROOT) for file in files if "migrations" not in file.parts)


def read(file: Path) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


def imported(file: Path) -> Iterator[str]:
    """Every module that `file` names in an import, wherever the import stands."""
    for node in ast.walk(ast.parse(read(file))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)


def knowing(*packages: str) -> set[Path]:
    """The files that import one of `packages` or a part of it."""
    return {
        file
        for file in sources()
        if any(
            module == package or module.startswith(f"{package}.") for module in imported(file) for package in packages
        )
    }


def test_the_import_contracts_hold() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_one_file_knows_the_inliner() -> None:
    assert knowing("premailer") == {Path("newsletter/rendering/markup/css_inlining.py")}


def test_two_files_open_pictures() -> None:
    assert knowing("PIL") == {
        Path("newsletter/pictures/decode_picture.py"),
        Path("newsletter/pictures/encode_picture.py"),
    }


def test_only_the_bounded_process_opens_files_of_strangers() -> None:
    opening = re.compile(r"pictures\.(encode_picture|decode_picture) import .*\b(encode|decode)\b")
    assert {file for file in sources() if opening.search(read(file))} == {
        Path("newsletter/pictures/encode_picture.py"),
        Path("newsletter/pictures/encoder_main.py"),
    }


def test_one_folder_knows_the_provider() -> None:
    assert {file.parent for file in knowing("sendgrid")} == {Path("newsletter/mail/sendgrid")}


def test_only_doors_know_http() -> None:
    below = {file for file in knowing(*HTTP) if file.parts[0] == "newsletter" and file.parts[1] not in DOORS}
    assert below <= {Path("newsletter/urls.py")}


def test_only_settings_and_their_readers_know_the_environment() -> None:
    asking = {file for file in sources() if "os.getenv(" in (text := read(file)) or "os.environ[" in text}
    assert asking <= {Path("newsletter/env.py")}


def test_every_module_says_what_it_is_for() -> None:
    silent = [file for file in sources() if (text := read(file)) and not ast.get_docstring(ast.parse(text))]
    assert silent == []


def test_no_file_is_long() -> None:
    assert [file for file in sources() if len(read(file).splitlines()) > LONGEST] == []


def test_every_noun_of_the_models_stands_in_the_glossary() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").lower()
    models = [model for model in apps.get_models() if model.__module__.startswith("newsletter.")]
    nouns = {str(model._meta.verbose_name).split()[-1] for model in models} - {"user"}  # Django's word
    assert "edition" in nouns
    assert {noun for noun in nouns if f"**{noun}" not in glossary} == set()


# Files whose folder gives the name its meaning: what a door does for a noun bears the name of that noun.
DOOR_FILES = re.compile(r"newsletter/(web|api|cli)/|workers/tasks/")
REPEATED_FILES = {"__init__.py", "__main__.py", "app.py", "apps.py", "models.py"}


def test_no_two_modules_have_one_name() -> None:
    named: dict[str, list[str]] = {}
    for file in sources():
        if file.name not in REPEATED_FILES and not DOOR_FILES.match(file.as_posix()):
            named.setdefault(file.name, []).append(file.as_posix())
    assert [files for files in named.values() if len(files) > 1] == []


def test_no_two_classes_have_one_name() -> None:
    defined: dict[str, list[str]] = {}
    for file in sources():
        for node in ast.parse(read(file)).body:  # classes in classes, such as Meta, are named by the outer one
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                defined.setdefault(node.name, []).append(f"{file.as_posix()}:{node.lineno}")
    assert {name: places for name, places in defined.items() if len(places) > 1} == {}
