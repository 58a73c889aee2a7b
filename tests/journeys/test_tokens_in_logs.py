"""Readers open their links, whole and broken: no log of any process holds a token, in whole or in part."""

import re
from collections.abc import Callable

from tests.journeys.conftest import Newsroom
from tests.support.system import ask

LINK = re.compile(r"http://127\.0\.0\.1:\d+/([upv])/([\w=-]{20,})")


def test_no_log_of_a_journey_holds_a_readers_token(newsroom: Callable[..., Newsroom]) -> None:
    desk = newsroom(readers=3, LOG_LEVEL="DEBUG", DEBUG="yes")
    system = desk.system
    system.tell("stories", "add", "--paste", "-", "--url", "https://harbour.example/ferry", "--yes",
               stdin="The ferry is back\n\nIt leaves at eight.\n\nIt comes home at noon.\n\nBring a coat.")  # fmt: skip
    system.tell("publications", "set", "harbour", "auto_approve=yes")
    edition = system.tell("editions", "plan")["id"]
    system.start()
    system.tell("editions", "send", edition, "--yes")
    desk.edition("dispatched")
    tokens = set()
    for letter in system.letters(full=1):
        for page, token in LINK.findall(letter["text"] + letter["html"] + str(letter["headers"])):
            tokens.add(token)
            for path in (f"/{page}/{token}", f"/{page}/{token[:-3]}", f"/{page}/{token}/more", f"//{page}/{token}"):
                system.get(system.web + path, Referer=f"{system.web}/{page}/{token}")
            system.post(f"{system.web}/{page}/{token}", {"action": "nonsense"})
            system.post(f"{system.web}/{page}/{token}", {"action": "unsubscribe"})
            ask("DELETE", f"{system.web}/{page}/{token}")
            ask("GET", f"{system.web}/{page}/{token}", headers={"Host": "elsewhere.example"})
    assert len(tokens) >= 3
    assert system.stop() == 0
    logs = [system.folder / "log", *(system.data / "logs").iterdir()]
    written = {log.name: log.read_text(encoding="utf-8", errors="replace") for log in logs}
    assert "/u/…" in written["web.log"], "a refused link is a line, without its token"
    for name, text in written.items():
        for token in tokens:
            assert token[:16] not in text, name
