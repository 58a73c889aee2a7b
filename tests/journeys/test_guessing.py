"""Two web servers on one database: what is guessed at one counts at the other."""

import re
import sys
from collections.abc import Callable
from http.cookies import SimpleCookie
from pathlib import Path

from tests.support.kept import Kept
from tests.support.ports import free_port
from tests.support.system import System, ask
from tests.support.waiting import wait_until

PASSWORD = "tides turn twice a day"


def answers(url: str) -> bool:
    try:
        return ask("GET", f"{url}/readyz").status == 200
    except OSError:
        return False


def attempt(url: str, password: str) -> int:
    """As a browser does it: the form, its proof of origin, and the answer."""
    page = ask("GET", f"{url}/sign-in/")
    cookie = SimpleCookie(page.headers["Set-Cookie"])["csrftoken"].value
    proof, *_ = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.body)
    body = f"csrfmiddlewaretoken={proof}&username=otto%40harbour.example&password={password.replace(' ', '+')}"
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={cookie}"}
    return ask("POST", f"{url}/sign-in/", body=body, headers=kind).status


def test_guesses_at_two_web_servers_are_counted_together(
    make_system: Callable[..., System], database_url: str, tmp_path: Path
) -> None:
    system = make_system(DATABASE_URL=database_url)
    system.tell("users", "add", "otto@harbour.example", "--role", "ops", "--password-stdin", stdin=PASSWORD)
    servers, urls = [], []
    try:
        for number in range(2):
            folder, port = tmp_path / f"web-{number}", free_port()
            folder.mkdir()
            command = [sys.executable, "-m", "newsletter.web.site.web_server", f"--port={port}"]
            servers.append(Kept(command, folder=folder, env=system.environment, folder_stays=True))
            urls.append(f"http://127.0.0.1:{port}")
        for url in urls:
            wait_until(lambda url=url: answers(url), timeout=60, what="a web server")  # type: ignore[misc]
        assert attempt(urls[0], PASSWORD) == 302
        assert [attempt(urls[n % 2], f"wrong {n}") for n in range(10)] == [200] * 8 + [429] * 2
        assert [attempt(url, PASSWORD) for url in urls] == [429, 429]
    finally:
        for server in servers:
            server.end()
    acts = [one["act"] for one in system.tell("audit", "--limit", 100)]
    assert (acts.count("sign-in-failed"), acts.count("sign-in-refused"), acts.count("signed-in")) == (8, 1, 1)
