"""The explorer's server: the list of runs, their pages, and their changes as they happen. It only reads.

    GET /                  the list of runs            /api/runs
    GET /run/NAME          the page of a run           /api/run/NAME (?part=explained, ?part=complete: with more in it),
                                                       /api/weights/NAME (?after=STEP: later checkpoints alone)
    GET /compare?runs=A,B  several runs on one axis    /api/curves/NAME, /api/phases/NAME
    GET /sweep/NAME        a sweep as phase diagrams   /api/sweep/NAME
    GET /api/events        changes, as server-sent events; ?run=NAME&after=STEP: of one run, with its new metrics
    GET /assets/FILE       the script and the style sheet

Errors are JSON, ``{"error": one line}``, under /api, and a page that says the same elsewhere.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latebloom._errors import LatebloomError, RunNotFoundError, StoreError
from latebloom.explorer.guard import Guard
from latebloom.explorer.live import Live
from latebloom.explorer.maker import Make, Maker, What
from latebloom.explorer.overview import Overview
from latebloom.explorer.rows import columns
from latebloom.explorer.shell import asset, shell
from latebloom.store import RunDirectory

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

_PARTS: dict[str, What] = {"explained": "explained", "complete": "complete"}
ASSETS = {"explorer.js": "text/javascript", "explorer.css": "text/css"}


def application(root: Path, quick: Make, slow: Make) -> Starlette:
    """The server of the runs below ``root``. quick, slow: make what needs torch; ``slow`` is asked for what takes
    longer than a visitor waits, so that it does not delay the rest."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.routing import Route

    server = _Server(root, quick, slow)
    routes = [
        Route("/", server.index),
        Route("/run/{name:path}", server.run),
        Route("/compare", server.compare),
        Route("/sweep/{name:path}", server.sweep),
        Route("/assets/{file}", server.assets),
        Route("/api/runs", server.runs),
        Route("/api/events", server.events),
        Route("/api/run/{name:path}", server.run_data),
        Route("/api/weights/{name:path}", server.weights),
        Route("/api/curves/{name:path}", server.curves),
        Route("/api/phases/{name:path}", server.phases),
        Route("/api/sweep/{name:path}", server.sweep_data),
    ]
    handlers: Any = {LatebloomError: _failed, 404: _not_found, Exception: _broken}
    return Starlette(
        routes=routes, middleware=[Middleware(Guard)], exception_handlers=handlers, lifespan=server.lifespan
    )


class _Server:
    """The handlers of the routes."""

    def __init__(self, root: Path, quick: Make, slow: Make) -> None:
        self.overview = Overview(root)
        self._quick, self._slow = Maker(quick), Maker(slow)
        self.live = Live(self.overview, self._quick)

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self.live.watch()), asyncio.create_task(self.live.find_outcomes())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for maker in (self._quick, self._slow):
                maker.close()

    async def index(self, _: Request) -> Response:
        return _page("index", "Runs", folder=str(self.overview.root))

    async def run(self, request: Request) -> Response:
        name = request.path_params["name"]
        await self.live.current()
        if self.overview.row(name) is None:
            raise RunNotFoundError(f"there is no run {name!r} in {self.overview.root}")
        return _page("run", name, name=name)

    async def compare(self, _: Request) -> Response:
        return _page("compare", "Compare runs")

    async def sweep(self, request: Request) -> Response:
        name = request.path_params["name"]
        await self.live.current()
        self._check_sweep(name)
        return _page("sweep", name, name=name)

    async def assets(self, request: Request) -> Response:
        from starlette.responses import Response

        name = request.path_params["file"]
        if name not in ASSETS:
            return await _not_found(request, Exception())
        return Response(asset(name), media_type=ASSETS[name])

    async def runs(self, _: Request) -> Response:
        await self.live.current()
        changes = self.overview.changes()
        return _json({"revision": changes.revision, "runs": [row.to_dict() for row in changes.rows]})

    async def events(self, request: Request) -> Response:
        from starlette.responses import StreamingResponse

        run, after, since = request.query_params.get("run"), _whole(request, "after"), _whole(request, "since")
        return StreamingResponse(self.live.events(max(0, since), run, after), media_type="text/event-stream")

    async def run_data(self, request: Request) -> Response:
        part = request.query_params.get("part", "")
        return _raw(await self._about_run(request, _PARTS.get(part, "page")), "application/json")

    async def weights(self, request: Request) -> Response:
        packed = await self._about_run(request, "weights", _whole(request, "after"))
        return _raw(packed, "application/octet-stream")

    async def phases(self, request: Request) -> Response:
        return _raw(await self._about_run(request, "phases"), "application/json")

    async def curves(self, request: Request) -> Response:
        await self.live.current()
        found = self.overview.get(request.path_params["name"])
        table = await asyncio.to_thread(RunDirectory(found.path).read_table, "metrics")
        row = self.overview.row(found.name)
        return _json({"row": None if row is None else {**row.to_dict(), "curves": None}, **columns(table)})

    async def sweep_data(self, request: Request) -> Response:
        await self.live.current()
        name = request.path_params["name"]
        self._check_sweep(name)
        version = self.overview.place_signature(name)
        return _raw(await self._slow.answer("sweep", self.overview.root / name, version), "application/json")

    def _check_sweep(self, name: str) -> None:
        if not name or not self.overview.is_sweep(name):
            raise RunNotFoundError(f"there is no sweep {name!r} in {self.overview.root}")

    async def _about_run(self, request: Request, what: What, argument: int = -1) -> bytes:
        await self.live.current()
        found = self.overview.get(request.path_params["name"])
        maker = self._slow if what == "complete" else self._quick
        return await maker.answer(what, found.path, found.signature, argument)


def _page(kind: str, title: str, **facts: Any) -> Response:
    from starlette.responses import HTMLResponse

    return HTMLResponse(shell(kind, title, **facts))


def _raw(content: bytes, kind: str) -> Response:
    from starlette.responses import Response

    return Response(content, media_type=kind)


def _json(value: Any, status: int = 200) -> Response:
    from starlette.responses import Response

    # Escaped to ASCII: a name on disk may hold bytes that are no text.
    return Response(json.dumps(value, allow_nan=False), status, media_type="application/json")


def _whole(request: Request, name: str) -> int:
    """A whole number of the query; -1 where it is missing or no number."""
    with suppress(ValueError):
        return int(request.query_params.get(name, "-1")[:18])
    return -1


def _said(request: Request, status: int, reason: str) -> Response:
    if request.url.path.startswith("/api/"):
        return _json({"error": reason}, status)
    page = _page("error", "Not found" if status == 404 else "Error", reason=reason)
    page.status_code = status
    return page


async def _failed(request: Request, error: Exception) -> Response:
    """A run that is gone is not found; one that is damaged, or being written by hand, is said to be so."""
    status = 404 if isinstance(error, RunNotFoundError) else 503 if isinstance(error, StoreError) else 409
    return _said(request, status, " ".join(str(error).split()))


async def _not_found(request: Request, _: Exception) -> Response:
    return _said(request, 404, "there is no such page")


async def _broken(request: Request, error: Exception) -> Response:
    return _said(request, 500, f"latebloom failed: {type(error).__name__}")
