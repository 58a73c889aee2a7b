"""The copy of a letter for one recipient, as SendGrid makes it from a call. Pure.

SendGrid's pages on personalizations and substitution tags list what a personalization overrides and what is merged.
Tags in header lines are not replaced: no page says that they are.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from typing import Any

MAX_SNIPPET_CHARACTERS = 160


@dataclass(frozen=True)
class MergedMessage:
    """`body` is an accepted mail/send body and `number` the index of a personalization in it."""

    body: Mapping[str, Any]
    number: int

    @property
    def one(self) -> Mapping[str, Any]:
        """The personalization."""
        found: Mapping[str, Any] = self.body["personalizations"][self.number]
        return found

    @cached_property
    def subject(self) -> str:
        """The subject, on one line whatever its values contain."""
        return " ".join(self._filled(self.one.get("subject") or self.body.get("subject") or self._template).split())

    @property
    def sender(self) -> Mapping[str, str]:
        """`email` and perhaps `name`."""
        found: Mapping[str, str] = self.one.get("from") or self.body["from"]
        return found

    def people(self, kind: str) -> list[Mapping[str, str]]:
        """Return the recipients in `to`, `cc` or `bcc`."""
        return list(self.one.get(kind, ()))

    @property
    def replies(self) -> list[Mapping[str, str]]:
        """The addresses for replies."""
        people = [self.body["reply_to"]] if "reply_to" in self.body else self.body.get("reply_to_list", [])
        return [{name: self._filled(person[name]) for name in ("email", "name") if name in person} for person in people]

    @cached_property
    def parts(self) -> list[tuple[str, str]]:
        """Type and text of each block of content; for a template, whose content is unknown here, only its id."""
        blocks = self.body.get("content") or [{"type": "text/plain", "value": self._template}]
        return [(block["type"], self._filled(block["value"])) for block in blocks]

    @property
    def _template(self) -> str:
        return f"Template {self.body.get('template_id', '')}"

    def part(self, kind: str) -> str:
        """Return the text of the first block of this type, or an empty string."""
        return next((text for found, text in self.parts if found == kind), "")

    @property
    def text(self) -> str:
        """The plain text."""
        return self.part("text/plain")

    @property
    def html(self) -> str:
        """The HTML with attached pictures embedded."""
        html = self.part("text/html")
        for one in self.body.get("attachments", ()):
            if name := one.get("content_id"):
                html = html.replace(f"cid:{name}", f"data:{one.get('type', 'image/png')};base64,{one['content']}")
        return html

    @property
    def headers(self) -> dict[str, str]:
        """The header lines of the message; those of the personalization replace equal names."""
        merged = {name.lower(): (name, value) for name, value in self.body.get("headers", {}).items()}
        merged |= {name.lower(): (name, value) for name, value in self.one.get("headers", {}).items()}
        return dict(merged.values())

    @property
    def args(self) -> dict[str, str]:
        """custom_args of message and personalization; the personalization wins."""
        return {**self.body.get("custom_args", {}), **self.one.get("custom_args", {})}

    @property
    def send_at(self) -> int | None:
        """Unix seconds, or None to send at once."""
        found: int | None = self.one.get("send_at", self.body.get("send_at"))
        return found

    def attachments(self) -> list[tuple[Mapping[str, str], bytes]]:
        """Return each attachment with its bytes."""
        return [(one, base64.b64decode(one["content"])) for one in self.body.get("attachments", ())]

    def _filled(self, text: str) -> str:
        return replace(text, self.one.get("substitutions", {}))


def replace(text: str, values: Mapping[str, str]) -> str:
    """Replace every tag in `text`, in one pass: values are not searched again.

    Nothing is escaped. Where one tag is the start of another, the longer one wins.
    """
    tags = sorted(filter(None, values), key=len, reverse=True)
    if not tags:
        return text
    return re.sub("|".join(map(re.escape, tags)), lambda found: values[found[0]], text)


def snippet(copy: MergedMessage) -> str:
    """Return at most 160 characters of the start of the letter."""
    text = " ".join(copy.text.split()) or " ".join(plain(copy.part("text/html")).split())
    return text if len(text) <= MAX_SNIPPET_CHARACTERS else text[: MAX_SNIPPET_CHARACTERS - 1].rstrip() + "…"


def plain(html: str) -> str:
    """Return the visible text of `html`."""
    reader = _VisibleText()
    reader.feed(html)
    reader.close()
    return " ".join(reader.texts)


class _VisibleText(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, _: object) -> None:
        self._hidden += tag in ("style", "script", "title")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "script", "title") and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.texts.append(data)
