"""Small products with sums in registers: what BLAS has no fast routine for, such as the heads of one sequence.

A tile is `ROWS` rows by one or two vectors of `LANES` numbers. Its sums stay in vector registers, which LLVM is asked
for by name. BLAS takes several times as long on products with 12 columns, and a triangle needs half of them only.

All of these functions read and write a little more than asked for: up to `ROWS` - 1 rows of ``left`` and ``out`` after
the last one, and up to `LANES` - 1 numbers of ``right`` and ``out`` after each row (they are read, not written).
Arrays of `roomy` shapes have that room.
"""

from typing import Any

import llvmlite.ir as ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from latebloom.models.tables.compiled import inner
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

ROWS = 6
"""Rows of a tile: with two vectors each, 12 sums, two vectors of ``right`` and one number of ``left`` fit into 16
registers."""


DOT_ROWS, DOT_COLUMNS = 3, 4
"""Rows of ``left`` and of ``right`` in a tile of dot products: 12 sums, as in the other tiles."""


def roomy(rows: int, columns: int) -> tuple[int, int]:
    """A shape with room after the last row and after each row. No power of two, so that rows do not compete for the
    same lines of a cache."""
    return -(-rows // ROWS) * ROWS, -(-columns // LANES) * LANES + LANES


def _tile(  # type: ignore[no-untyped-def]
    context,
    vectors,
    left,
    left_at,
    left_row,
    left_column,
    right,
    right_at,
    right_row,
    out,
    out_at,
    out_row,
    count,
    lanes,
    add,
):
    """`ROWS` rows of out = Σ_k left[:, k] · right[k] over ``count`` numbers k; plus out where ``add`` is not 0.

    ``vectors``: 1 or 2, a literal; ``lanes``: how many numbers of the last one are stored. ``*_at``: the first number
    of an array; ``*_row``, ``*_column``: distances, in numbers.
    """
    number = types.intp
    kinds = (vectors, left, *[number] * 3, right, *[number] * 2, out, *[number] * 5)
    return types.void(*kinds), lambda *code: _write_tile(vectors.literal_value, *code)


_tile_of: Any = intrinsic(prefer_literal=True)(_tile)


def _write_tile(width: int, context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    _, _, _, left_row, left_column, _, _, right_row, _, _, out_row, count, lanes, add = arguments
    left, right, out = (first_of(context, builder, signature, arguments, i) for i in (1, 5, 8))
    apart(builder)
    vector = vector_of(context, signature.args[8])
    places = [
        builder.gep(out, [builder.add(builder.mul(out_row, whole(r)), whole(v * LANES))])
        for r in range(ROWS)
        for v in range(width)
    ]
    sums = [cgutils.alloca_once(builder, vector) for _ in places]
    adding = cgutils.is_not_null(builder, add)
    for place, total in zip(places, sums):
        builder.store(ir.Constant(vector, [0.0] * LANES), total)
        with builder.if_then(adding):
            builder.store(load(builder, place, vector), total)
    with cgutils.for_range(builder, count) as loop:
        row = builder.gep(right, [builder.mul(loop.index, right_row)])
        columns = [load(builder, builder.gep(row, [whole(v * LANES)]), vector) for v in range(width)]
        start = builder.mul(loop.index, left_column)
        for r in range(ROWS):
            factor = builder.load(builder.gep(left, [builder.add(start, builder.mul(left_row, whole(r)))]))
            factors = everywhere(builder, factor, vector)
            for v in range(width):
                total = sums[r * width + v]
                builder.store(fused_sum(builder, factors, columns[v], builder.load(total)), total)
    for index, (place, total) in enumerate(zip(places, sums)):
        value = builder.load(total)
        if index % width < width - 1:
            store(builder, value, place)
        else:
            _store_some(builder, value, place, lanes)
    return context.get_dummy_value()


def _store_some(builder: Any, value: Any, place: Any, lanes: Any) -> None:
    """Store the first ``lanes`` numbers: all, or half of them and then one by one."""
    half = LANES // 2
    with builder.if_else(builder.icmp_signed("==", lanes, whole(LANES))) as (full, part):
        with full:
            store(builder, value, place)
        with part:
            places = ir.Constant(ir.VectorType(ir.IntType(32), half), list(range(half)))
            enough = builder.icmp_signed(">=", lanes, whole(half))
            with builder.if_then(enough):
                store(builder, builder.shuffle_vector(value, value, places), place)
            with cgutils.for_range_slice(builder, builder.select(enough, whole(half), whole(0)), lanes, whole(1)) as (
                index,
                _,
            ):
                lane = builder.extract_element(value, builder.trunc(index, ir.IntType(32)))
                builder.store(lane, builder.gep(place, [index]))


@inner
def _tiles(left, left_row, left_column, right, out, count, add):  # type: ignore[no-untyped-def]
    (rows, columns), right_row, out_row = out.shape, right.strides[0] // right.itemsize, out.strides[0] // out.itemsize
    for column in range(0, columns, 2 * LANES):
        rest = columns - column
        for row in range(0, rows, ROWS):
            at, to = row * left_row, row * out_row + column
            if rest > LANES:
                lanes = min(rest, 2 * LANES) - LANES
                _tile_of(
                    2, left, at, left_row, left_column, right, column, right_row, out, to, out_row, count, lanes, add
                )
            else:
                _tile_of(
                    1, left, at, left_row, left_column, right, column, right_row, out, to, out_row, count, rest, add
                )


@inner
def small_product(left, right, out, add):  # type: ignore[no-untyped-def]
    """out = left · right, plus out where ``add`` is not 0."""
    _tiles(left, left.strides[0] // left.itemsize, 1, right, out, len(right), add)


@inner
def small_product_transposed_left(left, right, out, add):  # type: ignore[no-untyped-def]
    """out = leftᵀ · right, plus out where ``add`` is not 0."""
    _tiles(left, 1, left.strides[0] // left.itemsize, right, out, len(right), add)


def _dots(typing_context, left, left_at, left_row, right, right_at, right_row, out, out_at, out_row, vectors):  # type: ignore[no-untyped-def]
    """out[r, c] = left[r] · right[c] for `DOT_ROWS` and `DOT_COLUMNS` rows of so many vectors; as `_tile`."""
    number = types.intp
    return types.void(left, number, number, right, number, number, out, *[number] * 3), _write_dots


_dot_tile: Any = intrinsic(_dots)


def _write_dots(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    _, _, left_row, _, _, right_row, _, _, out_row, vectors = arguments
    left, right, out = (first_of(context, builder, signature, arguments, i) for i in (0, 3, 6))
    apart(builder)
    vector = vector_of(context, signature.args[6])
    sums = [[cgutils.alloca_once(builder, vector) for _ in range(DOT_COLUMNS)] for _ in range(DOT_ROWS)]
    for total in (total for row in sums for total in row):
        builder.store(ir.Constant(vector, [0.0] * LANES), total)
    with cgutils.for_range(builder, vectors) as loop:
        start = builder.mul(loop.index, whole(LANES))

        def numbers(array: Any, step: Any, i: int) -> Any:
            return load(builder, builder.gep(array, [builder.add(start, builder.mul(step, whole(i)))]), vector)

        rows = [numbers(left, left_row, r) for r in range(DOT_ROWS)]
        for c in range(DOT_COLUMNS):
            column = numbers(right, right_row, c)
            for r in range(DOT_ROWS):
                builder.store(fused_sum(builder, rows[r], column, builder.load(sums[r][c])), sums[r][c])
    for r in range(DOT_ROWS):
        totals = sums_within(builder, [builder.load(total) for total in sums[r]])
        store(builder, totals, builder.gep(out, [builder.mul(out_row, whole(r))]))
    return context.get_dummy_value()


@inner
def small_product_transposed_right(left, right, out):  # type: ignore[no-untyped-def]
    """out = left · rightᵀ. Numbers after each row of ``left`` and ``right``, up to a multiple of `LANES`, are zeros.
    Up to `DOT_COLUMNS` - 1 numbers of ``out`` after each row are written."""
    (rows, columns), vectors = out.shape, -(-left.shape[1] // LANES)
    left_row, right_row = left.strides[0] // left.itemsize, right.strides[0] // right.itemsize
    out_row = out.strides[0] // out.itemsize
    for column in range(0, columns, DOT_COLUMNS):
        for row in range(0, rows, DOT_ROWS):
            at, to = row * left_row, row * out_row + column
            _dot_tile(left, at, left_row, right, column * right_row, right_row, out, to, out_row, vectors)
