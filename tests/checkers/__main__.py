"""Show the kept letters to two checkers of HTML and print what they find that no reason is given for.

python -m tests.checkers   (`make lint-letters`)

Needs npm and Java; where one is missing it says so and leaves with 0. The packages are those of
package-lock.json, each checked against its hash, and none runs a script when it is put in place.
"""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.support.npm import NotFetched, install

HERE = Path(__file__).parent
LETTERS = sorted(HERE.parent.glob("golden/*/body.html"))
TOOLS = HERE.parents[1] / ".tools" / "checkers"


class Found(NamedTuple):
    """`says` is the rule or kind with the message."""

    checker: str
    place: str
    says: str


def main() -> int:
    """0 when nothing was found that is not allowed, or nothing could be looked at; else 1."""
    missing = [name for name in ("node", "npm", "java") if not shutil.which(name)]
    if missing:
        say(f"Letters are not checked: {' and '.join(missing)} is not installed here.")
        return 0
    try:
        install(HERE, to=TOOLS)
    except NotFetched as error:
        say(f"Letters are not checked: {error}.")
        return 1
    allowed = tomllib.loads((HERE / "allowed.toml").read_text(encoding="utf-8"))
    found = [*html_validate(), *vnu()]
    used: set[tuple[str, str]] = set()
    faults = 0
    for each in found:
        patterns = [entry["says"] for entry in allowed[each.checker] if re.fullmatch(entry["says"], each.says)]
        used.update((each.checker, pattern) for pattern in patterns)
        if not patterns:
            faults += 1
            say(f"{each.place}: {each.checker}: {each.says}")
    for checker, entries in allowed.items():
        for entry in entries:
            if (checker, entry["says"]) not in used:
                faults += 1
                say(f"allowed.toml: {checker}: nothing says {entry['says']!r} any more. Take it out.")
    say(f"{len(LETTERS)} letters, {len(found)} findings, {faults} without a reason.")
    return 1 if faults else 0


def html_validate() -> Iterator[Found]:
    """By https://html-validate.org."""
    script = TOOLS / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
    told = TOOLS / "found.json"  # what it writes to a pipe is cut off where it ends itself
    run("node", script, "--config", HERE / "html-validate.json", "--formatter", f"json={told}", *LETTERS)
    for file in json.loads(told.read_bytes()):
        for message in file["messages"]:
            place = f"{named(file['filePath'])}:{message['line']}"
            yield Found("html-validate", place, f"{message['ruleId']}: {message['message']}")


def vnu() -> Iterator[Found]:
    """By the Nu Html Checker, which stands behind validator.w3.org/nu."""
    jar = TOOLS / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
    told = run("java", "-jar", jar, "--stdout", "--format", "json", "--exit-zero-always", *LETTERS)
    for message in json.loads(told)["messages"]:
        yield Found(
            "vnu", f"{named(message['url'])}:{message.get('lastLine', '')}", f"{message['type']}: {message['message']}"
        )


def run(*command: str | Path) -> bytes:
    """What a checker wrote; that it found something is no failure of its own."""
    return subprocess.run([str(word) for word in command], check=False, capture_output=True, timeout=600).stdout


def named(path: str) -> str:
    return "/".join(Path(path).parts[-2:])


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")


if __name__ == "__main__":
    sys.exit(main())
