"""What every page tells the browser: load nothing from elsewhere, run no script but ours, remember nothing.

A view that shows a letter sets a policy of its own; it stays as it was set.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers

PAGE = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
        "base-uri 'none'",
    ]
)
# A letter brings its own inlined styles and pictures that we keep, and nothing that acts.
LETTER = "; ".join(
    [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        f"img-src {settings.PICTURES_URL}/",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "base-uri 'none'",
    ]
)
# In the preview's frame it has no origin either; a link opens beside the desk, not inside the frame.
FRAMED_LETTER = f"{LETTER}; sandbox allow-popups allow-popups-to-escape-sandbox".replace(
    "base-uri 'none'", "base-uri 'self'"
)


class PolicyMiddleware:
    """Stands after WhiteNoise in the settings, so that static files keep their own headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", PAGE)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        response.headers.setdefault("Cache-Control", "private, no-store")
        if response.headers["Cache-Control"].startswith("public"):
            return response  # the same for everybody, however it is asked for
        patch_vary_headers(response, ["HX-Request"])  # a fragment must not be kept as the page, nor the page as it
        return response
