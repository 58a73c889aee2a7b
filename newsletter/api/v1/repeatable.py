"""Operations that may be repeated without harm: those with an `Idempotency-Key` (api_tokens/kept_replies.py)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from ninja.responses import Status

from newsletter.api.v1.callers import ApiRequest
from newsletter.api_tokens.kept_replies import reply_once
from newsletter.lib import clock

KEY = "Idempotency-Key"
P = ParamSpec("P")


def repeatable(
    operation: Callable[Concatenate[ApiRequest, P], Any],
) -> Callable[Concatenate[ApiRequest, P], Any]:
    """Answer a repeated request with the earlier reply. The reply must name no reader, because it is stored."""

    @wraps(operation)
    def once(request: ApiRequest, *args: P.args, **kwargs: P.kwargs) -> Any:
        key = request.headers.get(KEY)
        if key is None:
            return operation(request, *args, **kwargs)

        def act() -> tuple[int, Any]:
            found = operation(request, *args, **kwargs)
            status, value = (found.status_code, found.value) if isinstance(found, Status) else (200, found)
            return status, None if value is None else value.model_dump(mode="json")

        what = f"{request.method} {request.get_full_path()}\n".encode() + request.body
        reply = reply_once(request.auth.token, key, what, act, now=clock.now())
        request.is_repeat = reply.is_repeat  # type: ignore[attr-defined]  # for the headers of the answer
        return Status(reply.status, reply.body)

    once.is_repeatable = True  # type: ignore[attr-defined]  # for the document
    return cast(Callable[Concatenate[ApiRequest, P], Any], once)
