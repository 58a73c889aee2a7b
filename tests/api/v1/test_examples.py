"""Every example of docs/api.md is run, in order, against a server. The tables in it are those of the code."""

import os
import re
import subprocess

import pytest
from pytest_django.live_server_helper import LiveServer

from newsletter.api_tokens.manage_tokens import make_token
from newsletter.api_tokens.scopes import SCOPES, ApiScope
from newsletter.audience.models import Confirmation
from newsletter.lib import clock
from newsletter.stories.models import Story
from tests.support import factories as make
from tests.support.surroundings import ROOT

GUIDE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```(\w+)\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


@pytest.mark.django_db(transaction=True)
def test_every_example_of_the_guide_works(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    make.publication(slug="morning")
    made = make_token(
        make.eddie(), name="guide", scopes=list(ApiScope), publications=None, expires_at=None, now=clock.now()
    )
    monkeypatch.setenv("API", f"{live_server.url}/api/v1")
    monkeypatch.setenv("TOKEN", made.text)
    shell, python = (
        [code for kind, code in EXAMPLES if kind == "sh"],
        [code for kind, code in EXAMPLES if kind == "python"],
    )
    assert len(shell) + len(python) == len(EXAMPLES)
    for code in shell:
        done = subprocess.run(["sh", "-ec", code], capture_output=True, text=True, check=False, env=dict(os.environ))
        assert done.returncode == 0, done.stdout + done.stderr
    names: dict[str, object] = {}
    for code in python:
        exec(compile(code, "docs/api.md", "exec"), names)  # noqa: S102 — our own examples
    assert set(Story.objects.values_list("headline", flat=True)) == {"The ferry stays", "Rain at last"}
    assert Confirmation.objects.get().subscription.subscriber.email == "ben@readers.example"


def test_the_guide_names_the_scopes_as_they_are() -> None:
    for scope, rule in SCOPES.items():
        assert f"| `{scope}` | {rule.permission} | {rule.permits} |" in GUIDE
