import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import Command


def test_the_postbox_prints_its_url_and_stops_with_ctrl_c(tmp_path: Path) -> None:
    postbox = subprocess.Popen(
        [sys.executable, "-m", "newsletter", "postbox", "--port", "0", "--file", str(tmp_path / "letters.sqlite3")],
        env=os.environ | {"NEWSLETTER_DATA": str(tmp_path)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert postbox.stderr
        assert postbox.stderr.readline().startswith("The postbox is at http://127.0.0.1:")
        postbox.send_signal(signal.SIGINT)
        out, _ = postbox.communicate(timeout=30)
    finally:
        postbox.kill()
        postbox.communicate()
    assert (postbox.returncode, out) == (0, "")
    assert (tmp_path / "letters.sqlite3").exists()


def test_djangos_own_commands_are_passed_through(newsletter: Command) -> None:
    assert newsletter("manage", "showmigrations", "audience", "--plan").text.endswith("[X] audience.0001_initial")
    assert "Type 'newsletter manage help <subcommand>'" in newsletter("manage", "--help").out


def test_migrating_again_is_harmless(newsletter: Command) -> None:
    result = newsletter("migrate")
    assert (result.status, result.out) == (0, "")
    assert "No migrations to apply." in result.err
