"""The lock files and the migrations: what installs is what was tested, and the tables fit the models."""

import re
import tomllib
from io import StringIO

import pytest
from django.core.management import call_command
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.surroundings import ROOT

LOCKS = ("requirements.lock", "requirements-s3.lock", "requirements-dev.lock")
ENTRY = re.compile(r"[\w.-]+==[^\n]+\\\n +--hash=sha256:[0-9a-f]{64}")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def locked(name: str) -> dict[str, str]:
    """Each package of a lock file and its version."""
    return {canonicalize_name(found[1]): found[2] for found in re.finditer(r"^([\w.-]+)==([^\s;]+)", read(name), re.M)}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_version_and_a_hash(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", read(lock), flags=re.M).strip())
    assert len(entries) > 30
    assert [entry for entry in entries if not ENTRY.match(entry)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address_and_no_index(lock: str) -> None:
    assert "://" not in read(lock)
    assert "index-url" not in read(lock)
    assert "find-links" not in read(lock)


def test_what_is_tested_is_what_ships() -> None:
    tested = locked("requirements-dev.lock")
    for lock in ("requirements.lock", "requirements-s3.lock"):
        shipped = locked(lock)
        assert {name: tested.get(name) for name in shipped} == shipped
    assert locked("requirements-s3.lock").keys() - locked("requirements.lock").keys() >= {"django-storages", "boto3"}


def test_the_locks_satisfy_what_the_project_asks_for() -> None:
    project = tomllib.loads(read("pyproject.toml"))
    versions = locked("requirements-dev.lock")
    for line in (*project["project"]["dependencies"], *project["dependency-groups"]["dev"]):
        wanted = Requirement(line)
        assert wanted.specifier.contains(versions[canonicalize_name(wanted.name)], prereleases=True), line


@pytest.mark.django_db
def test_migrations_are_in_step_with_the_models() -> None:
    said = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=said)
    assert said.getvalue().strip() == "No changes detected"
