"""exp of a number in its own precision, as arithmetic that the compiler can make vector instructions of.

The cross-entropy of one step takes p · batch exponentials in float64; libm takes ten times as long (dev/LOG.md).
"""

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from latebloom.models.tables.compiled import inner

LOWEST = np.float32(-60)
"""The exponential of this and of smaller numbers counts as 0 in float32. e⁻⁶⁰ = 9e-27 changes no float32 sum that holds
a 1, and smaller ones would make subnormal numbers in products, which are slow."""

LOWEST_DOUBLE = -708.0
"""Smaller numbers count as this one in float64: their exponentials are subnormal."""

_LOG2_E = np.float32(1 / math.log(2))
_LN2_HIGH, _LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
"""ln 2 in two parts, the first with trailing zero bits. Source: Cephes, expf.c; so are the coefficients."""

_SHIFT = np.float32(1.5 * 2.0**23)
"""The low bits of n + _SHIFT are the integer n. Unlike a conversion to an integer, a sum is a vector instruction on
processors without AVX-512, also for float64."""

_C2, _C3, _C4, _C5, _C6, _C7 = (
    np.float32(value)
    for value in (5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3, 1.9875691500e-4)
)
_ONE, _ZERO = np.float32(1), np.float32(0)

_DOUBLE_LOG2_E, _DOUBLE_SHIFT = 1 / math.log(2), 1.5 * 2.0**52
_DOUBLE_LN2_HIGH, _DOUBLE_LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
"""Source: fdlibm, e_exp.c."""

_D2, _D3, _D4, _D5, _D6, _D7, _D8, _D9, _D10, _D11, _D12, _D13 = (1 / math.factorial(n) for n in range(2, 14))


def _bits(typing_context, value):  # type: ignore[no-untyped-def]
    whole = types.Integer.from_bitwidth(value.bitwidth)

    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.bitcast(arguments[0], ir.IntType(value.bitwidth))

    return whole(value), code


def _from_bits(typing_context, value):  # type: ignore[no-untyped-def]
    real = types.Float(f"float{value.bitwidth}")

    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.bitcast(arguments[0], context.get_value_type(real))

    return real(value), code


def _fused(typing_context, left, right, other):  # type: ignore[no-untyped-def]
    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        real = arguments[0].type
        kind = ir.FunctionType(real, [real] * 3)
        return builder.call(builder.module.declare_intrinsic("llvm.fmuladd", [real], kind), arguments)

    return left(left, left, left), code


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


@inner
def _double(x):  # type: ignore[no-untyped-def]
    """As `_single`, with the Taylor series to r¹³, in pairs of terms so that few operations wait for each other."""
    x = LOWEST_DOUBLE if x < LOWEST_DOUBLE else x  # what is no number stays so
    shifted = _fused_sum(x, _DOUBLE_LOG2_E, _DOUBLE_SHIFT)
    n = shifted - _DOUBLE_SHIFT
    r = _fused_sum(n, -_DOUBLE_LN2_LOW, _fused_sum(n, -_DOUBLE_LN2_HIGH, x))
    r2 = r * r
    low = _fused_sum(_fused_sum(r, _D5, _D4), r2, _fused_sum(r, _D3, _D2))
    middle = _fused_sum(_fused_sum(r, _D9, _D8), r2, _fused_sum(r, _D7, _D6))
    high = _fused_sum(_fused_sum(r, _D13, _D12), r2, _fused_sum(r, _D11, _D10))
    tail = _fused_sum(_fused_sum(high, r2 * r2, middle), r2 * r2, low)
    return (_fused_sum(r2, tail, r) + 1) * _float_of((_bits_of(shifted) + 1023) << 52)


def power_of_e(x: float) -> float:
    """exp x, x not above 0, in compiled code, within 2 units in the last place (tested) above the lowest number."""
    return math.exp(x)


@overload(power_of_e)
def _power_of_e(x):  # type: ignore[no-untyped-def]
    return (lambda x: _single(x)) if x == types.float32 else (lambda x: _double(x))


@inner
def exponentials(values):  # type: ignore[no-untyped-def]
    """Replace ``values``, none above 0, by their exponentials, computed in float64."""
    for i in range(len(values)):
        values[i] = _double(float(values[i]))
