"""What the server refuses before it looks at a path, and the headers of every response.

The server is for the browser of the person who started it. Other pages in that browser must not read it: neither by a
name of their own that leads to this machine (DNS rebinding; the ``Host`` header shows it) nor by requests from their
origin (``Origin`` and ``Sec-Fetch-Site`` show it).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = ("127.0.0.1", "localhost", "[::1]")
"""Names of this machine. The port may be another one, as behind a tunnel."""

METHODS = ("GET", "HEAD")

LONGEST_PATH = 2048
"""Bytes of path and query."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "worker-src blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""Scripts, styles and data come from this server alone; the worker is made by the page itself."""

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """Refuses requests, and adds `HEADERS` to what the application answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                added = [(n.encode(), v.encode()) for n, v in HEADERS.items() if n.encode() not in own]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        refused = refusal(scope)
        if refused is None:
            await self._app(scope, receive, with_headers)
        else:
            from starlette.responses import PlainTextResponse

            status, reason = refused
            headers = {"allow": ", ".join(METHODS)} if status == 405 else {}
            await PlainTextResponse(f"{reason}\n", status, {**headers, "connection": "close"})(
                scope, receive, with_headers
            )


def refusal(scope: Scope) -> tuple[int, str] | None:
    """The status and the reason with which a request is refused; None where it is answered."""
    names = [name for name, _ in scope["headers"]]
    headers: Mapping[str, str] = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get("host", "")
    if names.count(b"host") != 1 or _without_port(host) not in HOSTS:
        return 421, "this server answers on localhost and 127.0.0.1 only"
    if scope["method"] not in METHODS:
        return 405, "this server only shows runs: use GET or HEAD"
    if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
        return 413, "a request needs no body"
    if len(scope.get("raw_path") or b"") + len(scope.get("query_string", b"")) > LONGEST_PATH:
        return 414, f"a path has at most {LONGEST_PATH} bytes"
    return _foreign(scope, host, headers)


def _foreign(scope: Scope, host: str, headers: Mapping[str, str]) -> tuple[int, str] | None:
    """Requests of a page of another origin. Following a link from there to a page of this server is allowed."""
    if headers.get("origin", f"http://{host}") != f"http://{host}":
        return 403, "requests of other origins are refused"
    follows = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        return None
    if follows and not scope["path"].startswith("/api/"):
        return None
    return 403, "requests of other origins are refused"


def _without_port(host: str) -> str:
    """``localhost:8000`` as ``localhost``; "" where the port is no number."""
    name, colon, port = host.lower().rpartition(":")
    if not colon or port.endswith("]"):
        return host.lower()
    return name if port.isdecimal() else ""
