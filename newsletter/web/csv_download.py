"""CSV downloads that are either complete or visibly failed."""

from collections.abc import Iterable
from tempfile import SpooledTemporaryFile

from django.http import FileResponse

MAX_IN_MEMORY = 1_000_000  # bytes; larger files are buffered on disk


def respond(lines: Iterable[str], *, filename: str) -> FileResponse:
    """Return `lines` as a download, collected before the first byte is sent.

    A streamed response cannot report that the database connection broke: behind a proxy that uses HTTP/1.0, a file
    with half the readers looks complete. This function raises before the status is sent, and sets Content-Length.
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
