"""exp of a number in its own precision, as arithmetic that the compiler can make vector instructions of."""

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from latebloom.models.tables.compiled import inner

LOWEST = np.float32(-60)
"""The exponential of this and of smaller numbers counts as 0. e⁻⁶⁰ = 9e-27 changes no float32 sum that holds a 1, and
smaller ones would make subnormal numbers in products, which are slow."""

_LOG2_E = np.float32(1 / math.log(2))
_LN2_HIGH, _LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
"""ln 2 in two parts, the first with trailing zero bits. Source: Cephes, expf.c; so are the coefficients."""

_SHIFT = np.float32(1.5 * 2.0**23)
"""As in `exponential`: the low bits of n + _SHIFT are the integer n."""

_C2, _C3, _C4, _C5, _C6, _C7 = (
    np.float32(value)
    for value in (5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3, 1.9875691500e-4)
)
_ONE, _ZERO = np.float32(1), np.float32(0)


def _bits(typing_context, value):  # type: ignore[no-untyped-def]
    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.bitcast(arguments[0], ir.IntType(32))

    return types.int32(types.float32), code


def _from_bits(typing_context, value):  # type: ignore[no-untyped-def]
    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.bitcast(arguments[0], ir.FloatType())

    return types.float32(types.int32), code


def _fused(typing_context, left, right, other):  # type: ignore[no-untyped-def]
    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        real = ir.FloatType()
        kind = ir.FunctionType(real, [real] * 3)
        return builder.call(builder.module.declare_intrinsic("llvm.fmuladd", [real], kind), arguments)

    return types.float32(*[types.float32] * 3), code


_bits_of: Any = intrinsic(_bits)
_float_of: Any = intrinsic(_from_bits)
_fused_sum: Any = intrinsic(_fused)


@inner
def _single(x):  # type: ignore[no-untyped-def]
    """exp x = 2ⁿ exp r with n the integer nearest to x / ln 2, and a polynomial for exp r, |r| ≤ ln 2 / 2."""
    shifted = _fused_sum(max(x, LOWEST), _LOG2_E, _SHIFT)
    n = shifted - _SHIFT
    r = _fused_sum(n, -_LN2_LOW, _fused_sum(n, -_LN2_HIGH, max(x, LOWEST)))
    tail = _fused_sum(r, _fused_sum(r, _fused_sum(r, _fused_sum(r, _fused_sum(r, _C7, _C6), _C5), _C4), _C3), _C2)
    value = _fused_sum(r * r, tail, r) + _ONE
    scale = _float_of(types.int32((_bits_of(shifted) + types.int32(127)) << types.int32(23)))
    return _ZERO if x <= LOWEST else value * scale


def power_of_e(x: float) -> float:
    """exp x, x not above 0, in compiled code; in float32 within 2 units in the last place (tested) above `LOWEST`."""
    return math.exp(x)


@overload(power_of_e)
def _power_of_e(x):  # type: ignore[no-untyped-def]
    return (lambda x: _single(x)) if x == types.float32 else (lambda x: math.exp(x))
