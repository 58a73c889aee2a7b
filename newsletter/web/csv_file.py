"""A CSV file as a response that is whole or seen to be broken."""

from collections.abc import Iterable
from tempfile import SpooledTemporaryFile

from django.http import FileResponse

MAX_IN_MEMORY = 1_000_000  # bytes; what is larger waits on disk


def respond(lines: Iterable[str], *, filename: str) -> FileResponse:
    """All of `lines`, collected before the first byte leaves.

    A response that is produced while it is sent has no way to say that the database broke off: behind a proxy that
    speaks HTTP/1.0 to us, a file with half the readers looks finished. This one raises before there is a status, and
    has a Content-Length.
    """
    content = SpooledTemporaryFile(max_size=MAX_IN_MEMORY)  # noqa: SIM115 - the response closes it
    try:
        content.writelines(line.encode() for line in lines)
        content.seek(0)
    except BaseException:
        content.close()
        raise
    response = FileResponse(content, as_attachment=True, filename=filename, content_type="text/csv; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response
