"""Matrix products inside compiled code: the BLAS that torch ships, called by address.

numba cannot call torch's own products, and numba's (scipy's OpenBLAS) take a third longer on the blocks used here
(dev/LOG.md). If torch exports no BLAS, scipy's is used. Both have the Fortran interface.
"""

import ctypes
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding
import torch
from numba import types
from numba.core import cgutils
from numba.extending import get_cython_function_address, intrinsic, overload

from latebloom.models.tables.compiled import inner

_NAMES: dict[str, Any] = {"sgemm": types.float32, "dgemm": types.float64}


@cache
def _library() -> ctypes.CDLL | None:
    libraries = sorted((Path(torch.__file__).parent / "lib").glob("libtorch_cpu.*"))
    library = ctypes.CDLL(str(libraries[0])) if libraries else None
    return library if library is not None and all(hasattr(library, f"{name}_") for name in _NAMES) else None


def _address(name: str) -> int:
    library = _library()
    if library is None:
        return get_cython_function_address("scipy.linalg.cython_blas", name)
    address = ctypes.cast(getattr(library, f"{name}_"), ctypes.c_void_p).value
    assert address is not None
    return address


@contextmanager
def single_threaded_blas() -> Iterator[None]:
    """Inside the block, products that this thread starts run on this thread only.

    The callers divide the work themselves, and the last bit of a product depends on the number of threads.
    """
    before = use_threads(1)
    try:
        yield
    finally:
        use_threads(before)


def use_threads(count: int) -> int:
    """Set the number of threads of products that this thread starts (0: the global one); returns the previous one."""
    switch = getattr(_library(), "MKL_Set_Num_Threads_Local", None)
    return switch(count) if switch else 0


def _declare(name: str, real: types.Float) -> types.ExternalFunction:
    """The routine under a fixed symbol, so that machine code cached on disk can find it."""
    llvmlite.binding.add_symbol(f"latebloom_{name}", _address(name))
    char, size, number = (types.CPointer(kind) for kind in (types.uint8, types.int32, real))
    arguments = (char, char, size, size, size, number, number, size, number, size, number, number, size)
    return types.ExternalFunction(f"latebloom_{name}", types.void(*arguments))


_GEMM = {real: _declare(name, real) for name, real in _NAMES.items()}
_PLAIN, _TRANSPOSED = ord("N"), ord("T")


def _reference(typing_context, value):  # type: ignore[no-untyped-def]
    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return cgutils.alloca_once_value(builder, arguments[0])

    return types.CPointer(value)(value), code


_by_reference: Any = intrinsic(_reference)


def _gemm(left_mode, right_mode, m, n, k, left, right, beta, out):  # type: ignore[no-untyped-def]
    raise NotImplementedError("compiled code only")


@overload(_gemm)
def _gemm_compiled(left_mode, right_mode, m, n, k, left, right, beta, out):  # type: ignore[no-untyped-def]
    routine, real = _GEMM[out.dtype], out.dtype

    def code(left_mode, right_mode, m, n, k, left, right, beta, out):  # type: ignore[no-untyped-def]
        # Fortran arrays are column-major, so each array appears transposed: compute outᵀ = rightᵀ leftᵀ.
        routine(
            _by_reference(types.uint8(right_mode)),
            _by_reference(types.uint8(left_mode)),
            _by_reference(types.int32(n)),
            _by_reference(types.int32(m)),
            _by_reference(types.int32(k)),
            _by_reference(real(1)),
            right.ctypes,
            _by_reference(types.int32(right.strides[0] // right.itemsize)),
            left.ctypes,
            _by_reference(types.int32(left.strides[0] // left.itemsize)),
            _by_reference(real(beta)),
            out.ctypes,
            _by_reference(types.int32(out.strides[0] // out.itemsize)),
        )

    return inspect.unwrap(code)  # as in `compiled`


@inner
def product(left, right, out, beta):  # type: ignore[no-untyped-def]
    """out = left · right + beta · out. Rows may be parts of longer rows; the entries of a row are contiguous."""
    _gemm(_PLAIN, _PLAIN, left.shape[0], right.shape[1], left.shape[1], left, right, beta, out)


@inner
def product_transposed_right(left, right, out, beta):  # type: ignore[no-untyped-def]
    """out = left · rightᵀ + beta · out."""
    _gemm(_PLAIN, _TRANSPOSED, left.shape[0], right.shape[0], left.shape[1], left, right, beta, out)


@inner
def product_transposed_left(left, right, out, beta):  # type: ignore[no-untyped-def]
    """out = leftᵀ · right + beta · out."""
    _gemm(_TRANSPOSED, _PLAIN, left.shape[1], right.shape[1], left.shape[0], left, right, beta, out)
