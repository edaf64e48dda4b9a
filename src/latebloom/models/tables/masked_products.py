"""Products with the ReLU of a matrix, of which half is 0, without the zeros.

A mask has a bit for each of `BITS` numbers: whether the ReLU leaves it. What it does not leave is never read, so the
matrix stays as it is. Sums stay in vector registers, as in `small_products`.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from latebloom.models.tables.compiled import inner, vectorised
from latebloom.models.tables.lanes import (
    LANES,
    apart,
    everywhere,
    first_of,
    fused_sum,
    load,
    store,
    sums_within,
    vector_of,
    whole,
)

BITS = 64
"""Numbers of one mask."""

WIDE, NARROW = 15, 8
"""Vectors of sums that are computed together: as many as fit into 16 registers beside a factor, or at least as many as
are needed not to wait for any."""


def columns(count: int) -> int:
    """Columns of a matrix of ``right`` or ``out`` with this many: whole groups of `WIDE` or else `NARROW` vectors, and
    room so that they are no power of two, see `small_products.roomy`."""
    groups = (-(-count // (vectors * LANES)) * vectors * LANES for vectors in (WIDE, NARROW))
    return min(groups) + LANES


def whole_masks(count: int) -> int:
    """Columns of a matrix whose rows begin with this many numbers that have masks; no power of two either."""
    return -(-count // BITS) * BITS + LANES


def _masked(typing_context, vectors, mask, left, left_at, left_step, right, right_at, right_row, out, out_at):  # type: ignore[no-untyped-def]
    """out += Σ_k left[k] · right[k] over the bits k of the mask, for some vectors of columns, a literal; ``*_at``,
    ``left_step``, ``right_row``: as in `small_products`."""
    number = types.intp
    kinds = (vectors, types.uint64, left, number, number, right, number, number, out, number)
    return types.void(*kinds), lambda *code: _write_masked(vectors.literal_value, *code)


_masked_sum: Any = intrinsic(prefer_literal=True)(_masked)


def _write_masked(vectors: int, context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    _, mask, _, _, left_step, _, _, right_row, _, _ = arguments
    left, right, out = (first_of(context, builder, signature, arguments, i) for i in (2, 5, 8))
    apart(builder)
    vector = vector_of(context, signature.args[8])
    places = [builder.gep(out, [whole(v * LANES)]) for v in range(vectors)]
    sums = [cgutils.alloca_once(builder, vector) for _ in places]
    for place, total in zip(places, sums):
        builder.store(load(builder, place, vector), total)
    rest = cgutils.alloca_once_value(builder, mask)
    body, end = (builder.append_basic_block(name) for name in ("masked.body", "masked.end"))
    builder.cbranch(cgutils.is_not_null(builder, mask), body, end)
    builder.position_at_end(body)
    bits = builder.load(rest)
    k = builder.cttz(bits, ir.Constant(ir.IntType(1), 1))
    factors = everywhere(builder, builder.load(builder.gep(left, [builder.mul(k, left_step)])), vector)
    row = builder.gep(right, [builder.mul(k, right_row)])
    for v, total in enumerate(sums):
        numbers = load(builder, builder.gep(row, [whole(v * LANES)]), vector)
        builder.store(fused_sum(builder, factors, numbers, builder.load(total)), total)
    left_over = builder.and_(bits, builder.sub(bits, whole(1)))
    builder.store(left_over, rest)
    builder.cbranch(cgutils.is_not_null(builder, left_over), body, end)
    builder.position_at_end(end)
    for place, total in zip(places, sums):
        store(builder, builder.load(total), place)
    return context.get_dummy_value()


AT_ONCE = 8
"""Products of two rows that are computed together: as many sums as are needed not to wait for any."""


def _dots(typing_context, mask, left, left_at, count, right, right_at, right_row, out, out_at):  # type: ignore[no-untyped-def]
    """out[k] = left · right[k] for the bits k of the mask, with rows of ``count`` vectors."""
    number = types.intp
    kinds = (types.uint64, left, number, number, right, number, number, out, number)
    return types.void(*kinds), _write_dots


_masked_dots: Any = intrinsic(_dots)


def _write_dots(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    mask, _, _, count, _, _, right_row, _, _ = arguments
    left, right, out = (first_of(context, builder, signature, arguments, i) for i in (1, 4, 7))
    apart(builder)
    vector = vector_of(context, signature.args[7])
    rest = cgutils.alloca_once_value(builder, mask)
    sums = [cgutils.alloca_once(builder, vector) for _ in range(AT_ONCE)]
    body, end = (builder.append_basic_block(name) for name in ("dots.body", "dots.end"))
    builder.cbranch(cgutils.is_not_null(builder, mask), body, end)
    builder.position_at_end(body)
    places: list[Any] = []
    bits = builder.load(rest)
    for _ in range(AT_ONCE):  # where fewer bits are left, the last one several times
        found = builder.cttz(bits, ir.Constant(ir.IntType(1), 0))
        places.append(builder.select(cgutils.is_not_null(builder, bits), found, places[-1]) if places else found)
        bits = builder.and_(bits, builder.sub(bits, whole(1)))
    rows = [builder.gep(right, [builder.mul(k, right_row)]) for k in places]
    for total in sums:
        builder.store(ir.Constant(vector, [0.0] * LANES), total)
    with cgutils.for_range(builder, count) as loop:
        start = builder.mul(loop.index, whole(LANES))
        numbers = load(builder, builder.gep(left, [start]), vector)
        for row, total in zip(rows, sums):
            others = load(builder, builder.gep(row, [start]), vector)
            builder.store(fused_sum(builder, numbers, others, builder.load(total)), total)
    for first in range(0, AT_ONCE, 4):
        totals = sums_within(builder, [builder.load(total) for total in sums[first : first + 4]])
        for i, k in enumerate(places[first : first + 4]):
            builder.store(builder.extract_element(totals, ir.Constant(ir.IntType(32), i)), builder.gep(out, [k]))
    builder.store(bits, rest)
    builder.cbranch(cgutils.is_not_null(builder, bits), body, end)
    builder.position_at_end(end)
    return context.get_dummy_value()


def _positive(typing_context, numbers, at):  # type: ignore[no-untyped-def]
    """The mask of those above 0 among `BITS` numbers. What is not a number is in it, and so not lost."""

    def code(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        first, vector = first_of(context, builder, signature, arguments, 0), vector_of(context, signature.args[0])
        zeros, mask = ir.Constant(vector, [0.0] * LANES), whole(0)
        for start in range(0, BITS, LANES):
            positive = builder.fcmp_unordered(">", load(builder, builder.gep(first, [whole(start)]), vector), zeros)
            part = builder.zext(builder.bitcast(positive, ir.IntType(LANES)), ir.IntType(64))
            mask = builder.or_(mask, builder.shl(part, whole(start)))
        return mask

    return types.uint64(numbers, types.intp), code


_positive_of: Any = intrinsic(_positive)


@inner
def positive(numbers, count, masks):  # type: ignore[no-untyped-def]
    """masks (s): which numbers of part s of a row are left by the ReLU, among the first ``count``. Numbers after them
    are read up to a multiple of `BITS`."""
    for s in range(len(masks)):
        mask, more = _positive_of(numbers, s * BITS), (s + 1) * BITS - count
        masks[s] = mask & (~np.uint64(0) >> np.uint64(more)) if more > 0 else mask


@inner
def turn(masks, first, rows, turned):  # type: ignore[no-untyped-def]
    """turned (s, k): in which of `BITS` rows from ``first`` on, as far as there are ``rows``, number k of part s is
    left. masks (s, i): as from `positive`."""
    for s in range(len(turned)):
        for i in range(BITS):
            # With a Python 0 both would become float64, which holds 53 bits of a mask.
            turned[s, i] = masks[s, first + i] if first + i < rows else np.uint64(0)
        turn_bits(turned[s])


@inner
def turn_bits(masks):  # type: ignore[no-untyped-def]
    """Transpose `BITS` masks in place: bit b of mask r and bit r of mask b change places.

    Source: Warren, Hacker's Delight, 7-3.
    """
    width, half = np.uint64(BITS // 2), np.uint64((1 << BITS // 2) - 1)
    while width > 0:
        k = np.uint64(0)
        while k < BITS:
            changed = ((masks[k] >> width) ^ masks[k + width]) & half
            masks[k] ^= changed << width
            masks[k + width] ^= changed
            k = (k + width + np.uint64(1)) & ~width
        width >>= np.uint64(1)
        half ^= half << width


@inner
def _vectors(width):  # type: ignore[no-untyped-def]
    """How many vectors of a row with this many columns are computed together, see `columns`."""
    return WIDE if (width - LANES) % (WIDE * LANES) == 0 else NARROW


@inner
def _add_row(vectors, mask, left, left_at, left_step, right, right_at, out, out_at):  # type: ignore[no-untyped-def]
    right_row = right.shape[1]
    if vectors == WIDE:
        _masked_sum(WIDE, mask, left, left_at, left_step, right, right_at, right_row, out, out_at)
    else:
        _masked_sum(NARROW, mask, left, left_at, left_step, right, right_at, right_row, out, out_at)


@vectorised
def masked_product(masks, left, rows, right, out):  # type: ignore[no-untyped-def]
    """out += ReLU(left) · right for these rows of ``left``. masks (s, i): as from `positive`. ``right`` and
    ``out`` have `columns`."""
    vectors = _vectors(out.shape[1])
    for column in range(0, out.shape[1] - LANES, vectors * LANES):
        for s in range(len(masks)):
            part = s * BITS * right.shape[1] + column
            for i in range(rows):
                at, to = i * left.shape[1] + s * BITS, i * out.shape[1] + column
                _add_row(vectors, masks[s, i], left, at, 1, right, part, out, to)


@vectorised
def masked_product_transposed_left(turned, left, first, right, out):  # type: ignore[no-untyped-def]
    """out += ReLU(left)ᵀ · right over `BITS` rows of ``left`` and ``right`` from ``first`` on. turned (s, k): in which
    of these rows number k of part s is left, as from `turn`. ``right`` and ``out`` have `columns`."""
    vectors = _vectors(out.shape[1])
    for column in range(0, out.shape[1] - LANES, vectors * LANES):
        part = first * right.shape[1] + column
        for s in range(len(turned)):
            for k in range(min(BITS, len(out) - s * BITS)):
                at, to = first * left.shape[1] + s * BITS + k, (s * BITS + k) * out.shape[1] + column
                _add_row(vectors, turned[s, k], left, at, left.shape[1], right, part, out, to)


@vectorised
def masked_dots(masks, left, rows, right, columns, out):  # type: ignore[no-untyped-def]
    """out[i, k] = left[i] · right[k] where bit k of masks (s, i) is set, and something elsewhere. Columns after the
    first ``columns``, up to a multiple of `LANES`, are zeros in one of both."""
    vectors = -(-columns // LANES)
    left_row, right_row, out_row = left.shape[1], right.shape[1], out.shape[1]
    for s in range(len(masks)):
        for i in range(rows):
            to = i * out_row + s * BITS
            _masked_dots(masks[s, i], left, i * left_row, vectors, right, s * BITS * right_row, right_row, out, to)
