"""A form on something stored: it knows what was changed in it, and what others have saved meanwhile.

The page prints what it shows a second time, in hidden fields, with the version it shows. A post then tells what
this person changed, with scripts or without, and what they did not change is left alone: it is neither checked nor
saved. A change of a field that somebody else has changed as well is refused, and both texts are shown.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar

from django import forms

from newsletter.web.shared.picture_forms import FileForm

SEEN = "seen-"
VERSION = "seen-version"
CONFLICT = (
    "Somebody else changed this while you were writing, so nothing was saved yet. Your words are in the fields; "
    "below them is what was saved meanwhile. Save again to replace it with yours."
)


class EditForm(FileForm):
    """`stored` are the values to begin with, None for something new; `version` is the one they belong to.
    What is filled in of `always` is saved whether it was changed or not.

    In `acts` a person changes something by ticking or giving a file; what they hold in `stored` only tells whether
    somebody else did so meanwhile.
    """

    acts: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: Any = None,
        *,
        stored: Mapping[str, Any] | None = None,
        version: int = 0,
        always: Collection[str] = (),
    ) -> None:
        self.stored = dict(stored or {})
        begin = {name: value for name, value in self.stored.items() if name not in self.acts}
        super().__init__(data, files, initial=begin)
        self.version, self.always = version, always
        self.is_edit = stored is not None
        if self.is_bound and self.is_edit:
            self._leave_the_rest()

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """The names of the fields that this person changed; of something new all of them."""
        return tuple(name for name in self.fields if not self.is_edit or self._is_changed(name))

    @cached_property
    def conflicts(self) -> dict[str, str]:  # type: ignore[override]  # none in forms that are no edits
        """What is stored by now in fields that both have changed, as people read it."""
        if not (self.is_bound and self.is_edit):
            return {}
        return {name: self._readable(name) for name in self.changed if self._is_in_conflict(name)}

    def hidden(self) -> Iterator[tuple[str, str]]:
        """What the page prints a second time: names and values of hidden fields."""
        if self.is_edit:
            yield VERSION, str(self.version)
            yield from ((SEEN + name, self._printed(name)) for name in self.fields)

    def clean(self) -> dict[str, Any]:
        if self.conflicts:
            raise forms.ValidationError(CONFLICT)
        return self.cleaned_data

    def _clean_fields(self) -> None:
        every = self.fields
        self.fields = {name: every[name] for name in self.changed}
        try:
            super()._clean_fields()  # type: ignore[misc]  # Django's stubs do not know it
        finally:
            self.fields = every

    def _leave_the_rest(self) -> None:
        """The fields that were not changed hold what is stored by now, also when the form is shown again."""
        kept = dict(self.data.items())
        for name in self.fields:
            if name not in self.changed and name not in self.files_of:
                kept.pop(name, None)
                if value := "" if name in self.acts else self._printed(name):
                    kept[name] = value
        self.data = kept

    def _is_changed(self, name: str) -> bool:
        if name in self.files_of:
            return bool(self.files.get(name))
        if name in self.acts:
            return bool(self.data.get(name))
        if name not in self.data and SEEN + name not in self.data:
            return False  # a page that does not print it cannot change it
        return self._posted(name) != self._seen(name) or bool(name in self.always and self._posted(name))

    def _is_in_conflict(self, name: str) -> bool:
        is_old = SEEN + name in self.data or self.data.get(VERSION, str(self.version)) != str(self.version)
        if not is_old or (name not in self.acts and self._posted(name) == _plain(self._printed(name))):
            return False
        return SEEN + name not in self.data or self._seen(name) != _plain(self._printed(name))

    def _posted(self, name: str) -> str:
        return _plain(str(self.data.get(name) or ""))

    def _seen(self, name: str) -> str:
        return _plain(str(self.data.get(SEEN + name, self._printed(name))))

    def _printed(self, name: str) -> str:
        """What the control of a field holds for what is stored."""
        field, value = self.fields[name], self.stored.get(name)
        if isinstance(field, forms.BooleanField) and name not in self.acts:
            return "on" if value else ""
        if name in self.acts:
            return str(value or "")
        shown = field.widget.format_value(field.prepare_value(value))
        return str(shown[0] if isinstance(shown, list) and shown else shown or "")

    def _readable(self, name: str) -> str:
        field, printed = self.fields[name], self._printed(name)
        if name in self.acts:
            return "another file, or none"
        if isinstance(field, forms.BooleanField):
            return "ticked" if printed else "not ticked"
        if isinstance(field, forms.ChoiceField):
            return str(dict(field.choices).get(printed, printed))  # type: ignore[arg-type]  # ours are flat pairs
        return printed.replace("T", " ") if isinstance(field, forms.DateTimeField) else printed


def _plain(text: str) -> str:
    """As it is compared: browsers send line ends in their own way, and blanks at the ends do not count."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
