"""Run the explorer's server on this machine's own addresses until it is interrupted."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latebloom._errors import UsageError
from latebloom.explorer.maker import Make
from latebloom.explorer.server import application

if TYPE_CHECKING:
    import uvicorn

USUAL_PORT = 8265
PORTS_TRIED = 50
"""How many ports are tried, from `USUAL_PORT` on, where the visitor names none."""

HEADER_BYTES = 16_384
"""Largest request line and headers together."""

HEADER_SECONDS = 10.0
"""Time in which a request must be complete; a connection that is slower is closed."""

CONNECTIONS = 500
"""More connections at once are answered with 503."""


def serve(root: Path, quick: Make, slow: Make, port: int | None, ready: Callable[[str], None]) -> None:
    """Serve the runs below ``root`` until Ctrl-C. ``ready`` gets the address once connections are accepted.

    port: None for a free one near `USUAL_PORT`, 0 for any free one. quick, slow: see `latebloom.explorer.server`.
    Errors: UsageError if the port is taken, or if starlette or uvicorn is missing.
    """
    server = make_server(root, quick, slow)
    sockets = listen(port)
    ready(f"http://127.0.0.1:{sockets[0].getsockname()[1]}/")
    with suppress(KeyboardInterrupt):  # uvicorn closes its connections first, and then passes Ctrl-C on
        server.run(sockets)


def make_server(root: Path, quick: Make, slow: Make) -> uvicorn.Server:
    """The server, which runs with the sockets of `listen`. Errors: UsageError if a package is missing."""
    try:
        import starlette  # noqa: F401
        import uvicorn
    except ImportError as error:
        raise UsageError(
            f"explore needs {error.name}, which is not installed: pip install 'latebloom[explorer]'"
        ) from None
    return uvicorn.Server(
        uvicorn.Config(
            application(root, quick, slow),
            http=_protocol(),
            ws="none",
            lifespan="on",
            log_level="critical",
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=1,
            h11_max_incomplete_event_size=HEADER_BYTES,
        )
    )


def listen(port: int | None) -> list[socket.socket]:
    """Sockets on 127.0.0.1 and, where there is one, on ::1 at the same port.

    Errors: UsageError in one line where the port cannot be had."""
    tried = range(USUAL_PORT, USUAL_PORT + PORTS_TRIED) if port is None else (port,)
    for candidate in tried:
        try:
            first = _bound(socket.AF_INET, "127.0.0.1", candidate)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and port is None:
                continue
            reason = "it is in use" if error.errno == errno.EADDRINUSE else str(error.strerror)
            raise UsageError(
                f"--port: got {candidate}, but {reason}; choose another one, or 0 for any free one"
            ) from None
        sockets = [first]
        with suppress(OSError):
            sockets.append(_bound(socket.AF_INET6, "::1", first.getsockname()[1]))
        return sockets
    raise UsageError(f"--port: ports {tried[0]} to {tried[-1]} are in use; choose another one, or 0 for any free one")


def _bound(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((address, port))
        made.listen(1024)
    except OSError:
        made.close()
        raise
    return made


def _protocol() -> Any:
    """uvicorn's HTTP, except that a connection is closed which does not complete its request in time."""
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class Patient(H11Protocol):
        """Closes a connection that has no request in progress `HEADER_SECONDS` after it last sent a part of one."""

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self.loop.call_later(HEADER_SECONDS, self._give_up)

        def data_received(self, data: bytes) -> None:
            began = self._is_waiting()
            super().data_received(data)
            if not began and self._is_waiting():
                self.loop.call_later(HEADER_SECONDS, self._give_up)

        def _is_waiting(self) -> bool:
            return self.cycle is None or self.cycle.response_complete

        def _give_up(self) -> None:
            if self._is_waiting() and not self.transport.is_closing():
                self.transport.close()

    return Patient
