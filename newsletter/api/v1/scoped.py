"""The scope of an operation, as the document of the API and its reference page show it."""

from typing import Any

from newsletter.api_tokens.scopes import ApiScope

SCOPE = "x-scope"


def needs(scope: ApiScope) -> dict[str, Any]:
    """Return what the document says about an operation with this scope. `Caller.publication` checks it."""
    return {SCOPE: str(scope)}
