"""From a request to a reply: who may ask, what for, and how an error reads. Knows no sockets."""

import sqlite3
from dataclasses import replace
from ipaddress import ip_address
from urllib.parse import urlsplit

from newsletter.lib.errors import BadInput
from newsletter.postbox.http_server.routes import find
from newsletter.postbox.requests.context import PostboxContext
from newsletter.postbox.requests.http_messages import Reply, Request, error_reply, json_reply


def reply_to(office: PostboxContext, request: Request) -> Reply:
    """The reply to `request`, whatever it is."""
    found = find(request.path)
    if not found:
        return error_reply(404, "Not Found")
    route, words = found
    answer = route.answers.get("GET" if request.method == "HEAD" else request.method)
    if not answer:
        return error_reply(405, "method not allowed", headers={"Allow": ", ".join(route.answers)})
    if route.call:
        if refusal := _refuse_key(office, request):
            return refusal
    elif request.method not in ("GET", "HEAD") and not _is_own_page(office, request):
        return error_reply(403, "Pages of other sites may not change anything here.")
    try:
        return answer(office, replace(request, words=words))
    except BadInput as error:
        return json_reply({"error": str(error)}, status=400)
    except sqlite3.Error as error:  # such as a full disk; nothing was kept
        return error_reply(500, f"The postbox cannot use its file: {error}.")


def refuse_host(office: PostboxContext, host: str | None) -> Reply | None:
    """A refusal unless we are called by a name of loopback, or one that was allowed.

    A web page elsewhere may give its own host name the address 127.0.0.1 and would then be let in by
    the browser as if it were ours; only the Host header tells.
    """
    if host is None:
        return error_reply(400, "The Host header is missing.")
    name = _host_name(host)
    if is_loopback(name) or name in office.hosts:
        return None
    return error_reply(403, "The postbox answers to this machine only. Ask for it at http://127.0.0.1.")


def is_loopback(name: str) -> bool:
    """True for localhost and for addresses of loopback."""
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


def _refuse_key(office: PostboxContext, request: Request) -> Reply | None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        return error_reply(401, "authorization required")
    if office.account.key and key.strip() != office.account.key:
        return error_reply(401, "The API key is not valid.")
    return None


def _is_own_page(office: PostboxContext, request: Request) -> bool:
    """Browsers name the page behind a request that changes something; programs do not."""
    origin = request.headers.get("origin")
    if origin is None:
        return True
    name = _host_name(origin.partition("://")[2])
    same = origin.partition("://")[2] == request.headers.get("host", "")
    return same and (is_loopback(name) or name in office.hosts)
