"""Read records of the form `v=DMARC1; p=none`."""


def tags_of(record: str) -> dict[str, str]:
    """Return the tags of a record by name in lower case; of a name that stands twice, the first."""
    found: dict[str, str] = {}
    for part in record.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), value.strip())
    return found
