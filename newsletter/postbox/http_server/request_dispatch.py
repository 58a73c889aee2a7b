"""Finds the handler of a request, checks access, and turns errors into replies. Uses no sockets."""

import sqlite3
from dataclasses import replace
from ipaddress import ip_address
from urllib.parse import urlsplit

from newsletter.lib.errors import BadInput
from newsletter.postbox.http_server.routes import find_route
from newsletter.postbox.requests.context import PostboxContext
from newsletter.postbox.requests.http_messages import Reply, Request, error_reply, json_reply


def reply_to(context: PostboxContext, request: Request) -> Reply:
    """Return the reply to any request."""
    found = find_route(request.path)
    if not found:
        return error_reply(404, "Not Found")
    route, path_parts = found
    answer = route.handlers.get("GET" if request.method == "HEAD" else request.method)
    if not answer:
        return error_reply(405, "method not allowed", headers={"Allow": ", ".join(route.handlers)})
    if route.call:
        if refusal := _refuse_key(context, request):
            return refusal
    elif request.method not in ("GET", "HEAD") and not _is_own_page(context, request):
        return error_reply(403, "Requests from other sites are not allowed.")
    try:
        return answer(context, replace(request, path_parts=path_parts))
    except BadInput as error:
        return json_reply({"error": str(error)}, status=400)
    except sqlite3.Error as error:  # such as a full disk; nothing was stored
        return error_reply(500, f"The postbox cannot use its file: {error}.")


def refuse_host(context: PostboxContext, host: str | None) -> Reply | None:
    """Return a refusal unless the Host header has a loopback name or an allowed one.

    This prevents DNS rebinding: a web site can give its own host name the address 127.0.0.1, and the browser then
    treats the postbox as part of that site. Only the Host header shows the difference.
    """
    if host is None:
        return error_reply(400, "The Host header is missing.")
    name = _host_name(host)
    if is_loopback(name) or name in context.hosts:
        return None
    return error_reply(403, "The postbox answers only on this machine. Use http://127.0.0.1.")


def is_loopback(name: str) -> bool:
    """Return True for localhost and loopback addresses."""
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _refuse_key(context: PostboxContext, request: Request) -> Reply | None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        return error_reply(401, "authorization required")
    if context.account.key and key.strip() != context.account.key:
        return error_reply(401, "The API key is not valid.")
    return None


def _is_own_page(context: PostboxContext, request: Request) -> bool:
    """Browsers name the page behind a request that changes something; programs do not."""
    origin = request.headers.get("origin")
    if origin is None:
        return True
    name = _host_name(origin.partition("://")[2])
    same = origin.partition("://")[2] == request.headers.get("host", "")
    return same and (is_loopback(name) or name in context.hosts)
