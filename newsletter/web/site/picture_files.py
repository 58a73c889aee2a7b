"""Pictures for emails and the desk. A URL always returns the same bytes, so clients may cache it forever."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.views.decorators.http import condition, require_safe

from newsletter.pictures import picture_storage

CACHE_FOREVER = "public, max-age=31536000, immutable"  # one year, the customary maximum


def _etag(_: HttpRequest, name: str) -> str | None:
    return f'"{name}"' if picture_storage.NAME.fullmatch(name) else None


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """Serve a picture to anyone without logging who asked: email clients request pictures on behalf of readers."""
    return _serve(request, name) if picture_storage.NAME.fullmatch(name) else _not_found()


@condition(etag_func=_etag)
def _serve(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001 — used by the decorator
    data = picture_storage.read(name)
    if data is None:
        return _not_found()
    return HttpResponse(
        data,
        content_type=picture_storage.TYPES[name.rpartition(".")[2]],
        headers={
            "Cache-Control": CACHE_FOREVER,
            "Content-Security-Policy": "default-src 'none'",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )


def _not_found() -> HttpResponse:
    return HttpResponseNotFound("Picture not found.\n", content_type="text/plain; charset=utf-8")
