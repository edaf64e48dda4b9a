"""Answers that need torch: asked of a callback, one at a time, each made once and kept for a while."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

from latebloom._errors import StoreError

What = Literal["outcome", "page", "explained", "complete", "weights", "phases", "sweep"]
"""outcome: its name as JSON. page: the page's JSON from the store alone. explained: with the explanation of the
final model. complete: with the verdicts too. weights: packed checkpoints after the step ``argument``. phases: as
``latebloom phases --json``. sweep: its diagrams."""

Make = Callable[[What, Path, int], bytes]
"""Makes the answer about the run (or sweep) at the path. Errors: LatebloomError in one line."""

KEPT_BYTES = 256_000_000
LONGEST_QUEUE = 100
"""Answers that may wait at once. More are refused, so that a flood of requests cannot fill the memory."""


class Maker:
    """Asks the callback in a thread, so that the server goes on answering meanwhile."""

    def __init__(self, make: Make) -> None:
        self._make = make
        self._thread = ThreadPoolExecutor(1)  # the callback computes in one process, so others would only wait
        self._running: dict[Hashable, asyncio.Future[bytes]] = {}
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()

    async def answer(self, what: What, path: Path, version: Hashable, argument: int = 0) -> bytes:
        """The answer about a run in this version. Requests for the same answer share it.

        Errors: LatebloomError as the callback's; StoreError where too many answers wait already."""
        key = (what, path, version, argument)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if key not in self._running:
            if len(self._running) >= LONGEST_QUEUE:
                raise StoreError("too many answers are waited for; try again in a moment")
            loop = asyncio.get_running_loop()
            self._running[key] = future = loop.run_in_executor(self._thread, self._make, what, path, argument)
            future.add_done_callback(lambda done: self._finished(key, done))
        return await asyncio.shield(self._running[key])  # a visitor who leaves does not stop it for the others

    def _finished(self, key: Hashable, done: asyncio.Future[bytes]) -> None:
        self._running.pop(key, None)
        if done.cancelled() or done.exception() is not None:
            return
        self._kept[key] = done.result()
        while len(self._kept) > 1 and sum(map(len, self._kept.values())) > KEPT_BYTES:
            self._kept.popitem(last=False)

    def close(self) -> None:
        """Wait for nothing, and start nothing more."""
        self._thread.shutdown(wait=False, cancel_futures=True)
