"""The secret key of an installation that was given none."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from newsletter.lib.errors import BadSetting


def own_secret(folder: Path) -> str:
    """A key made at the first start and kept, readable by its owner only, beside the data."""
    file = folder / "secret-key"
    try:
        if not file.exists():
            with NamedTemporaryFile("w", dir=folder, encoding="ascii") as made:  # readable by its owner only
                made.write(secrets.token_urlsafe(48))
                made.flush()
                with suppress(FileExistsError):  # another process was first; its key it is
                    os.link(made.name, file)
        kept = file.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise BadSetting(
            "NEWSLETTER_DATA",
            f"is {folder}, where the file secret-key cannot be used ({error.strerror}).",
            "Name a folder of your own, or give SECRET_KEY.",
        ) from None
    if not kept or not kept.isascii():
        raise BadSetting(
            "NEWSLETTER_DATA",
            f"is {folder}, where the file secret-key is empty or damaged.",
            "Restore it from a backup: without it, readers' links stop working. Remove it only for a new key.",
        )
    return kept
