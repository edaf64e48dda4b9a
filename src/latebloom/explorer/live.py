"""Changes as they happen: looks at the directory while somebody wants to know, and sends server-sent events."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

from latebloom._errors import LatebloomError
from latebloom.explorer.maker import Maker
from latebloom.explorer.overview import Overview
from latebloom.explorer.rows import columns
from latebloom.store import RunDirectory, column

LOOK_SECONDS = 1.0
"""Time between two looks at the directory."""

FORGET_SECONDS = 15.0
"""The directory is not looked at when nobody has asked for this time."""

HEARTBEAT_SECONDS = 15.0
"""A listener hears something at least this often, so that a lost connection is noticed."""


class Live:
    """Keeps an `Overview` up to date and tells listeners of its changes.

    A listener remembers the last revision that it has sent and asks for what came later, so a slow one costs no memory.
    """

    def __init__(self, overview: Overview, quick: Maker) -> None:
        self._overview = overview
        self._quick = quick
        self._changed = asyncio.Event()
        self._asked = asyncio.Event()
        self._listeners = 0
        self._looked = self._wanted = -1e9
        self._looking = asyncio.Lock()

    async def current(self) -> None:
        """Make sure that the overview is not older than `LOOK_SECONDS`."""
        self._wanted = time.monotonic()
        self._asked.set()
        async with self._looking:
            if time.monotonic() - self._looked > LOOK_SECONDS:
                await self._look()

    async def _look(self) -> None:
        before = self._overview.revision
        await asyncio.to_thread(self._overview.refresh)
        self._looked = time.monotonic()
        self._tell(before)

    def _tell(self, before: int) -> None:
        if self._overview.revision != before:
            self._changed.set()  # wakes everybody who waits; the next change has a new event
            self._changed = asyncio.Event()

    async def watch(self) -> None:
        """Look again and again, as long as somebody listens or has asked lately."""
        while True:
            await self._until_wanted()
            async with self._looking:
                await self._look()
            while await self._read_some():
                pass
            await asyncio.sleep(LOOK_SECONDS)

    async def _read_some(self) -> bool:
        before = self._overview.revision
        read = await asyncio.to_thread(self._overview.read_curves)
        self._tell(before)
        return read

    async def find_outcomes(self) -> None:
        """Ask for the outcomes of runs that have changed, one after the other."""
        while True:
            await self._until_wanted()
            todo = self._overview.without_outcome()
            for found in todo:
                try:
                    outcome = json.loads(await self._quick.answer("outcome", found.path, found.signature))
                except Exception:  # whatever is wrong with the run, the others must go on
                    outcome = None
                before = self._overview.revision
                self._overview.set_outcome(found, outcome)
                self._tell(before)
            if not todo:
                await asyncio.sleep(LOOK_SECONDS)

    async def _until_wanted(self) -> None:
        while not self._listeners and time.monotonic() - self._wanted > FORGET_SECONDS:
            self._asked.clear()
            await self._asked.wait()

    async def events(self, since: int, run: str | None, after: int) -> AsyncIterator[str]:
        """Server-sent events: "changes" with the rows that have changed after the revision ``since`` and the names of
        removed runs; with ``run``, of this run alone, and "points" with its metrics after the step ``after``. Ends when
        the listener leaves."""
        self._listeners += 1
        self._asked.set()
        try:
            yield "retry: 2000\n\n"
            while True:
                waiting = self._changed
                changes = self._overview.changes(since)
                if changes.revision > since:
                    since = changes.revision
                    rows = [row.to_dict() for row in changes.rows if run in (None, row.name)]
                    removed = [name for name in changes.removed if run in (None, name)]
                    if rows or removed:
                        yield _event("changes", {"revision": since, "runs": rows, "removed": removed})
                    if run is not None and rows:
                        points = await self._points(run, after)
                        if points["step"]:
                            after = points["step"][-1]
                            yield _event("points", {"run": run, **points})
                try:
                    await asyncio.wait_for(waiting.wait(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            self._listeners -= 1

    async def _points(self, run: str, after: int) -> dict[str, Any]:
        """The rows of metrics after a step; none where they cannot be read now."""
        try:
            found = self._overview.get(run)
            table = await asyncio.to_thread(RunDirectory(found.path).read_table, "metrics")
        except LatebloomError:
            return {"step": [], "columns": {}}
        first = int((column(table, "step") <= after).sum())
        return columns(table.slice(first))


def _event(kind: str, value: dict[str, Any]) -> str:
    return f"event: {kind}\ndata: {json.dumps(value, allow_nan=False)}\n\n"
