"""Pictures as letters and the desk show them. An address stands for the same bytes for ever, so it is kept for ever."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.views.decorators.http import condition, require_safe

from newsletter.pictures import picture_storage

FOR_EVER = "public, max-age=31536000, immutable"  # a year: more is taken for a mistake


def _etag(_: HttpRequest, name: str) -> str | None:
    return f'"{name}"' if picture_storage.NAME.fullmatch(name) else None


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """To anybody, and nothing is remembered of them: mail programs ask for it in readers' names."""
    return _sent(request, name) if picture_storage.NAME.fullmatch(name) else _nothing()


@condition(etag_func=_etag)
def _sent(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001 — the decorator reads it
    data = picture_storage.read(name)
    if data is None:
        return _nothing()
    return HttpResponse(
        data,
        content_type=picture_storage.TYPES[name.rpartition(".")[2]],
        headers={
            "Cache-Control": FOR_EVER,
            "Content-Security-Policy": "default-src 'none'",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )


def _nothing() -> HttpResponse:
    return HttpResponseNotFound("There is no such picture.\n", content_type="text/plain; charset=utf-8")
