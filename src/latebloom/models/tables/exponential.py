"""exp of many numbers at once, as a loop that the compiler can vectorise, unlike calls of libm.

The cross-entropy of one step takes p · batch exponentials in float64; libm took four times as long (dev/LOG.md). The
results are within 2 units in the last place of libm's (tested).
"""

import math

import numpy as np

from latebloom.models.tables.compiled import inner

_LOG2_E = 1 / math.log(2)
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
"""ln 2 in two parts, the first with trailing zero bits, so that n · _LN2_HIGH is exact. Source: fdlibm, e_exp.c."""

_SHIFT = 1.5 * 2.0**52
"""The low bits of n + _SHIFT are the integer n. Unlike a conversion to an integer, a sum is a vector instruction on
processors without AVX-512."""

_LOWEST = -708.0
"""exp of a smaller number is subnormal."""

_C = [1 / math.factorial(n) for n in range(14)]
_C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10, _C11, _C12, _C13 = _C[2:]


@inner
def exponentials(values, powers):  # type: ignore[no-untyped-def]
    """Replace ``values``, none above 0, by their exponentials, computed in float64. ``powers``: workspace of this size.

    exp x = 2ⁿ exp r with n the integer nearest to x / ln 2, and the Taylor series of exp r to r¹³, |r| ≤ ln 2 / 2.
    """
    scales = powers.view(np.float64)
    for i in range(len(values)):
        x = max(float(values[i]), _LOWEST)
        n = math.floor(x * _LOG2_E + 0.5)
        r = (x - n * _LN2_HIGH) - n * _LN2_LOW
        tail = _C8 + r * (_C9 + r * (_C10 + r * (_C11 + r * (_C12 + r * _C13))))
        tail = _C2 + r * (_C3 + r * (_C4 + r * (_C5 + r * (_C6 + r * (_C7 + r * tail)))))
        values[i] = 1 + (r + r * r * tail)
        scales[i] = n + _SHIFT
    for i in range(len(values)):
        powers[i] = (powers[i] + 1023) << 52
    for i in range(len(values)):
        values[i] *= scales[i]
