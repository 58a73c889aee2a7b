"""Security headers of every page: Content-Security-Policy, Permissions-Policy and Cache-Control.

Views that show a letter set their own policy; the middleware keeps it.
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
# A letter has inlined styles and stored pictures, and nothing active.
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
# In the preview frame a letter has no origin either; links open in a new tab, not inside the frame.
FRAMED_LETTER = f"{LETTER}; sandbox allow-popups allow-popups-to-escape-sandbox".replace(
    "base-uri 'none'", "base-uri 'self'"
)


class PolicyMiddleware:
    """Comes after WhiteNoise in the settings, so that static files keep their own headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", PAGE)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        response.headers.setdefault("Cache-Control", "private, no-store")
        if response.headers["Cache-Control"].startswith("public"):
            return response  # identical for everyone, with or without htmx
        patch_vary_headers(response, ["HX-Request"])  # never cache a fragment as the page, or the page as a fragment
        return response
