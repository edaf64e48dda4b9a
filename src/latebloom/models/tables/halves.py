"""The examples of a batch in two halves, one per thread where that pays."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import torch

from latebloom.models.tables.blas import single_threaded_blas, use_threads

WORTH_A_THREAD = 200_000
"""Examples times width of a table row above which half of the batch takes longer than waking a thread."""


def worth_a_thread(share: bool, size: int) -> bool:
    """Whether a second thread computes half of the batch. ``size``: examples times width of a row."""
    return share and size >= WORTH_A_THREAD and torch.get_num_threads() > 1


@cache
def helper() -> ThreadPoolExecutor:
    """The second thread. Threads of OpenMP would spin between two calls and compete for the cores."""
    return ThreadPoolExecutor(1, "tables", initializer=use_threads, initargs=(1,))


def halves(
    work: Callable[..., None], inputs: tuple[Any, ...], count: int, outputs: Sequence[tuple[Any, ...]], shared: bool
) -> None:
    """``work(*inputs, start, stop, *output)`` for each half of ``count`` examples; one of two ``outputs`` for each.

    Always two halves, summed in a fixed order by the caller, so that the bits do not depend on who computes them.
    """
    middle = (count + 1) // 2
    first, second = (
        (*inputs, start, stop, *output) for (start, stop), output in zip(((0, middle), (middle, count)), outputs)
    )
    both(work, first, second, shared)


def both(work: Callable[..., None], first: tuple[Any, ...], second: tuple[Any, ...], shared: bool) -> None:
    """``work`` with each of two sets of arguments; where ``shared``, at the same time."""
    with single_threaded_blas():
        if shared:
            other = helper().submit(work, *second)
            work(*first)
            other.result()
        else:
            work(*first)
            work(*second)
