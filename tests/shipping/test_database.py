"""What the settings say to the database's driver."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.support.system import System

SHOW = "import json; from newsletter import settings; print(json.dumps(settings.DATABASES['default']['OPTIONS']))"


@pytest.mark.parametrize(("more", "connect_timeout"), [("", 10), ("?connect_timeout=3", 3)])
def test_a_server_that_is_gone_without_a_word_is_noticed_and_the_address_may_say_how_soon(
    more: str, connect_timeout: int, make_system: Any
) -> None:
    system: System = make_system()
    settings = {**system.environment, "DATABASE_URL": f"postgres://newsletter@db.example.org/newsletter{more}"}
    done = subprocess.run([sys.executable, "-c", SHOW], env=settings, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert int(told["connect_timeout"]) == connect_timeout
    assert told["keepalives_idle"] + told["keepalives_interval"] * told["keepalives_count"] <= 60, "seconds"
    assert told["tcp_user_timeout"] <= 60_000, "milliseconds"
