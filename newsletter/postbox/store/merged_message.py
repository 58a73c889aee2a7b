"""One recipient's copy of a letter, as SendGrid makes it from a call: replaced, merged, overridden. Pure.

What a personalization may override and what it is merged with is listed in SendGrid's pages on
personalizations and substitution tags. Header lines are not replaced in: no page says they are.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from typing import Any

SNIPPET = 160  # characters


@dataclass(frozen=True)
class MergedMessage:
    """`body` is an accepted mail/send body and `number` the place of a personalization in it."""

    body: Mapping[str, Any]
    number: int

    @property
    def one(self) -> Mapping[str, Any]:
        """The personalization."""
        found: Mapping[str, Any] = self.body["personalizations"][self.number]
        return found

    @cached_property
    def subject(self) -> str:
        """On one line, whatever was put into it."""
        return " ".join(self._filled(self.one.get("subject") or self.body.get("subject") or self._template).split())

    @property
    def sender(self) -> Mapping[str, str]:
        """`email` and perhaps `name`."""
        found: Mapping[str, str] = self.one.get("from") or self.body["from"]
        return found

    def people(self, kind: str) -> list[Mapping[str, str]]:
        """Those in `to`, `cc` or `bcc`."""
        return list(self.one.get(kind, ()))

    @property
    def replies(self) -> list[Mapping[str, str]]:
        """Who an answer goes to."""
        people = [self.body["reply_to"]] if "reply_to" in self.body else self.body.get("reply_to_list", [])
        return [{name: self._filled(person[name]) for name in ("email", "name") if name in person} for person in people]

    @cached_property
    def parts(self) -> list[tuple[str, str]]:
        """Type and text of each block of content; of a template, whose content is not known here, only its id."""
        blocks = self.body.get("content") or [{"type": "text/plain", "value": self._template}]
        return [(block["type"], self._filled(block["value"])) for block in blocks]

    @property
    def _template(self) -> str:
        return f"Template {self.body.get('template_id', '')}"

    def part(self, kind: str) -> str:
        """The text of the first block of this type, or empty."""
        return next((text for found, text in self.parts if found == kind), "")

    @property
    def text(self) -> str:
        """The plain text."""
        return self.part("text/plain")

    @property
    def html(self) -> str:
        """The HTML with pictures that came along put in their places."""
        html = self.part("text/html")
        for one in self.body.get("attachments", ()):
            if name := one.get("content_id"):
                html = html.replace(f"cid:{name}", f"data:{one.get('type', 'image/png')};base64,{one['content']}")
        return html

    @property
    def headers(self) -> dict[str, str]:
        """The message's own lines, those of the personalization in the place of equal names."""
        merged = {name.lower(): (name, value) for name, value in self.body.get("headers", {}).items()}
        merged |= {name.lower(): (name, value) for name, value in self.one.get("headers", {}).items()}
        return dict(merged.values())

    @property
    def args(self) -> dict[str, str]:
        """custom_args of message and personalization; the personalization wins."""
        return {**self.body.get("custom_args", {}), **self.one.get("custom_args", {})}

    @property
    def send_at(self) -> int | None:
        """Unix seconds, or None for at once."""
        found: int | None = self.one.get("send_at", self.body.get("send_at"))
        return found

    def attachments(self) -> list[tuple[Mapping[str, str], bytes]]:
        """Each with its bytes."""
        return [(one, base64.b64decode(one["content"])) for one in self.body.get("attachments", ())]

    def _filled(self, text: str) -> str:
        return replace(text, self.one.get("substitutions", {}))


def replace(text: str, values: Mapping[str, str]) -> str:
    """`text` with every occurrence of every tag replaced, in one pass: a value is not replaced in again.

    Nothing is escaped. Where one tag begins another, the longer one is taken.
    """
    tags = sorted(filter(None, values), key=len, reverse=True)
    if not tags:
        return text
    return re.sub("|".join(map(re.escape, tags)), lambda found: values[found[0]], text)


def snippet(copy: MergedMessage) -> str:
    """At most 160 characters of the letter's first words."""
    words = " ".join(copy.text.split()) or " ".join(plain(copy.part("text/html")).split())
    return words if len(words) <= SNIPPET else words[: SNIPPET - 1].rstrip() + "…"


def plain(html: str) -> str:
    """The words that can be seen in `html`."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    return " ".join(reader.words)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, _: object) -> None:
        self._hidden += tag in ("style", "script", "title")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "script", "title") and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)
