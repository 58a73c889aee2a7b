"""The generated secret key of an installation without SECRET_KEY."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from newsletter.lib.errors import BadSetting


def load_or_create_secret_key(folder: Path) -> str:
    """Return the key stored in `folder`, creating it at the first start. Only its owner can read the file."""
    file = folder / "secret-key"
    try:
        if not file.exists():
            with NamedTemporaryFile("w", dir=folder, encoding="ascii") as new_file:  # only its owner can read it
                new_file.write(secrets.token_urlsafe(48))
                new_file.flush()
                with suppress(FileExistsError):  # another process was first: use its key
                    os.link(new_file.name, file)
        key = file.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise BadSetting(
            "NEWSLETTER_DATA",
            f"is {folder}, where the file secret-key cannot be used ({error.strerror}).",
            "Use a folder that you can write to, or set SECRET_KEY.",
        ) from None
    if not key or not key.isascii():
        raise BadSetting(
            "NEWSLETTER_DATA",
            f"is {folder}, where the file secret-key is empty or damaged.",
            "Restore it from a backup: without it, links in sent emails stop working. Delete it only to get a new key.",
        )
    return key
