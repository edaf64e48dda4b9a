"""Threads of trainings and analyses that share the cores: torch's own operations then run on one thread."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import torch

from latebloom._types import Each


@contextmanager
def single_threaded_torch() -> Iterator[None]:
    """This process computes each operation on one thread inside the block."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def one_thread_each() -> Iterator[Each]:
    """A `map` that computes as many items at once as torch has threads, each on one of them, and keeps their order.

    Two threads within one operation spend their time waiting for each other. Only a few items are taken ahead, because
    each may be large.
    """
    threads = torch.get_num_threads()
    with single_threaded_torch(), ThreadPoolExecutor(threads) as pool:

        def each(function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
            ahead: deque[Future[Any]] = deque()
            for item in items:
                ahead.append(pool.submit(function, item))
                if len(ahead) > threads:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()

        yield each
