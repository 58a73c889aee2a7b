"""A story's rich text as plain lines with numbered links."""

from html.parser import HTMLParser

from newsletter.mail.text_cleaning import collapse_whitespace

BREAKS = frozenset({"p", "li", "br", "ul", "ol", "blockquote"})


def lines(html: str, notes: list[str]) -> tuple[str, ...]:
    """Return one unwrapped line for each paragraph or list item in `html`, with marks such as `[1]` after links.

    The address of each mark is appended to `notes`, and numbering continues from its length. A repeated address keeps
    its number. A link whose text is its address gets no mark.
    """
    writer = _Writer(notes)
    writer.feed(html)
    writer.close()
    return tuple(line for line in map(collapse_whitespace, writer.lines) if line)


class _Writer(HTMLParser):
    def __init__(self, notes: list[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.lines = [""]
        self._notes = notes
        self._open: tuple[str, str] | None = None  # the open link: its address, and the line before it

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BREAKS:
            self.lines.append("")
        if tag == "a" and (address := dict(attrs).get("href")):
            self._open = (address, self.lines[-1])

    def handle_endtag(self, tag: str) -> None:
        if tag in BREAKS:
            self.lines.append("")
        if tag == "a" and self._open:
            address, before = self._open
            shown = self.lines[-1].removeprefix(before).strip()
            if shown.rstrip("/") not in (address.rstrip("/"), address.partition("://")[2].rstrip("/")):
                self.lines[-1] = f"{self.lines[-1].rstrip()} [{self._number(address)}]"
            self._open = None

    def handle_data(self, data: str) -> None:
        self.lines[-1] += data

    def _number(self, address: str) -> int:
        if address not in self._notes:
            self._notes.append(address)
        return self._notes.index(address) + 1
