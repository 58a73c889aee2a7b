"""Forms of a page as a browser without scripts reads and sends them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponseBase
from django.test import Client

BUTTONS = {"submit", "button", "image", "reset"}


@dataclass
class PageForm:
    """One form: where it goes, every control's name, and what is sent when nothing is touched."""

    action: str
    method: str
    names: list[str] = field(default_factory=list)
    data: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    button: tuple[str, str] = ("", "")  # name and value of the first

    @property
    def is_filled_in(self) -> bool:
        """Does it show something that is stored, to be changed?"""
        return any(value for name, value in self.data.items() if name not in self.hidden)

    def send(self, client: Client, **changed: Any) -> HttpResponseBase:
        """Post it with some fields changed; None leaves one out, as an unticked box does."""
        pressed = dict([self.button]) if self.button[0] else {}
        sent = {name: value for name, value in (pressed | self.data | changed).items() if value is not None}
        return client.post(self.action, {name: _with_breaks(value) for name, value in sent.items()})


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.forms: list[PageForm] = []
        self._form: PageForm | None = None
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = PageForm(given.get("action") or self.address, given.get("method", "get").lower())
            self.forms.append(self._form)
        if self._form is None:
            return
        name, data = given.get("name", ""), self._form.data
        if tag in ("input", "textarea", "select") and name and given.get("type") not in BUTTONS:
            self._form.names.append(name)
            if given.get("type") == "file":
                self._form.files.add(name)
            if given.get("type") == "hidden":
                self._form.hidden.add(name)
        if tag == "button" and name and not self._form.button[0]:
            self._form.button = (name, given.get("value", ""))
        if tag == "input" and name and given.get("type") not in (*BUTTONS, "file", "checkbox", "radio"):
            data[name] = given.get("value", "")
        elif tag == "input" and name and given.get("type") in ("checkbox", "radio") and "checked" in given:
            data[name] = given.get("value", "on")
        elif tag == "textarea" and name:
            self._area = name
            data[name] = ""
        elif tag == "select" and name:
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in data):
            data[self._select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._form and self._area:
            # a browser drops the first line end of a text field
            self._form.data[self._area] = self._form.data[self._area].removeprefix("\r").removeprefix("\n")
            self._area = None
        elif tag == "select":
            self._select = None
        elif tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        if self._form and self._area:
            self._form.data[self._area] += data


def forms_of(client: Client, address: str) -> list[PageForm]:
    """Every form on a page, the one that signs out left out."""
    page = client.get(address)
    return forms_in(page, address)


def forms_in(page: Any, address: str) -> list[PageForm]:
    reader = _Reader(address)
    reader.feed(page.content.decode())
    return [form for form in reader.forms if form.action != "/sign-out/"]


def form_of(client: Client, address: str, *, having: str) -> PageForm:
    """The form of a page that has a field of that name."""
    (found,) = [form for form in forms_of(client, address) if having in form.names]
    return found


def _with_breaks(value: Any) -> Any:
    return value.replace("\r\n", "\n").replace("\n", "\r\n") if isinstance(value, str) else value
