"""Form for a stored object that detects the user's changes and conflicts with changes by others.

The page repeats the displayed values and the version in hidden fields. A post then shows which fields the user
changed, with or without JavaScript. Unchanged fields are neither validated nor saved. If someone else has changed the
same field, the post is rejected and both values are shown.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar

from django import forms

from newsletter.web.shared.picture_forms import FileForm
from newsletter.web.shared.typed_text import SEEN

VERSION = "seen-version"
CONFLICT = (
    "Someone else changed this while you were editing, so your changes are not saved yet. They are still in the "
    "fields, with the saved values below. Save again to replace the saved values with yours."
)


class EditForm(FileForm):
    """A form that saves only the fields a person changed.

    `stored` are the current values, None for a new object; `version` is the version they belong to. Fields
    in `always` are saved if filled in, changed or not.

    Fields in `acts` (checkboxes and file inputs) trigger a change. Their entry in `stored` only serves to detect that
    someone else has made such a change.
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
        initial = {name: value for name, value in self.stored.items() if name not in self.acts}
        super().__init__(data, files, initial=initial)
        self.version, self.always = version, always
        self.is_edit = stored is not None
        self.restored: Mapping[str, str] = {}  # displayed values of fields whose unsaved changes are shown again
        if self.is_bound and self.is_edit:
            self._reset_unchanged()

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """Return the names of the fields that the user changed; all fields for a new object."""
        return tuple(name for name in self.fields if not self.is_edit or self._is_changed(name))

    @cached_property
    def conflicts(self) -> dict[str, str]:  # type: ignore[override]  # other forms have none
        """Return the readable stored values of the fields that both the user and someone else have changed."""
        if not (self.is_bound and self.is_edit):
            return {}
        return {name: self._readable(name) for name in self.changed if self._is_in_conflict(name)}

    def restore(self, typed: Mapping[str, str]) -> bool:
        """Show what was typed before and not saved. Return False if it changes nothing.

        Of a stored object only the changed fields are restored, with the values that their page displayed, so that a
        conflict with somebody else's change is found when the form is saved.
        """
        names = [name for name in self.fields if name not in self.acts and self._is_unsaved(name, typed)]
        self.initial = {**self.initial, **{name: typed.get(name, "") for name in names}}
        self.restored = {name: typed.get(SEEN + name, "") for name in names}
        return bool(names)

    def _is_unsaved(self, name: str, typed: Mapping[str, str]) -> bool:
        now = _plain(typed.get(name, ""))
        if not self.is_edit:
            return now != _plain(self._shown(name, self.initial.get(name)))
        seen = typed.get(SEEN + name)
        return seen is not None and now != _plain(seen) and now != _plain(self._printed(name))

    def hidden(self) -> Iterator[tuple[str, str]]:
        """Yield names and values of the hidden fields."""
        if self.is_edit:
            yield VERSION, str(self.version)
            yield from ((SEEN + name, self.restored.get(name, self._printed(name))) for name in self.fields)

    def clean(self) -> dict[str, Any]:
        if self.conflicts:
            raise forms.ValidationError(CONFLICT)
        return self.cleaned_data

    def _clean_fields(self) -> None:
        all_fields = self.fields
        self.fields = {name: all_fields[name] for name in self.changed}
        try:
            super()._clean_fields()  # type: ignore[misc]  # missing in the stubs
        finally:
            self.fields = all_fields

    def _reset_unchanged(self) -> None:
        """Set the unchanged fields to the stored values, also for when the form is shown again."""
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
            return False  # the page did not include this field
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
        """Return the stored value as the widget displays it."""
        value = self.stored.get(name)
        return str(value or "") if name in self.acts else self._shown(name, value)

    def _shown(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, forms.BooleanField):
            return "on" if value else ""
        shown = field.widget.format_value(field.prepare_value(value))
        return str(shown[0] if isinstance(shown, list) and shown else shown or "")

    def _readable(self, name: str) -> str:
        field, printed = self.fields[name], self._printed(name)
        if name in self.acts:
            return "(file changed or removed)"
        if isinstance(field, forms.BooleanField):
            return "checked" if printed else "not checked"
        if isinstance(field, forms.ChoiceField):
            return str(dict(field.choices).get(printed, printed))  # type: ignore[arg-type]  # our choices are flat pairs
        return printed.replace("T", " ") if isinstance(field, forms.DateTimeField) else printed


def _plain(text: str) -> str:
    """Normalise for comparison: browsers differ in line endings, and outer whitespace does not count."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
