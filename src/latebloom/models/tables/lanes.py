"""Vectors of numbers in the code of intrinsics, which numba writes through llvmlite."""

from typing import Any

from llvmlite import ir
from numba.core import cgutils

LANES = 8
"""Numbers in a vector: 256 bits of float32."""

_NAMES = {"float": "f32", "double": "f64"}


def apart(builder: Any) -> None:
    """Keep one copy of the function that is being written, and its loops as they are: copies in every caller, unrolled,
    take long to compile."""
    for attribute in ("noinline", "optsize"):
        builder.function.attributes.add(attribute)


def whole(value: int) -> Any:
    """A whole number."""
    return ir.Constant(ir.IntType(64), value)


def vector_of(context: Any, array: Any) -> Any:
    """The type of a vector of numbers like those of an array's type."""
    return ir.VectorType(context.get_value_type(array.dtype), LANES)


def first_of(context: Any, builder: Any, signature: Any, arguments: Any, i: int) -> Any:
    """The address of the number of array ``i`` of the arguments at the place that the next argument gives."""
    array = context.make_array(signature.args[i])(context, builder, arguments[i])
    return builder.gep(array.data, [arguments[i + 1]])


def load(builder: Any, place: Any, vector: Any) -> Any:
    """The vector that begins at this address."""
    loaded = builder.load(builder.bitcast(place, vector.as_pointer()))
    loaded.align = 4
    return loaded


def store(builder: Any, value: Any, place: Any) -> None:
    """Store a vector from this address on."""
    builder.store(value, builder.bitcast(place, value.type.as_pointer())).align = 4


def everywhere(builder: Any, value: Any, vector: Any) -> Any:
    """A vector with this number in every place."""
    one = builder.insert_element(ir.Constant(vector, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    places = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(one, ir.Constant(vector, ir.Undefined), places)


def fused_sum(builder: Any, left: Any, right: Any, other: Any) -> Any:
    """left · right + other of vectors, rounded once where the processor can."""
    vector = left.type
    name = f"llvm.fmuladd.v{LANES}{_NAMES[str(vector.element)]}"
    function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(vector, [vector] * 3), name)
    return builder.call(function, [left, right, other])


def sums_within(builder: Any, vectors: list[Any]) -> Any:
    """The sums of the numbers within each of four vectors, as one vector of four."""

    def both(left: Any, right: Any, first: list[int], second: list[int]) -> Any:
        kind = ir.VectorType(ir.IntType(32), len(first))
        return builder.fadd(*(builder.shuffle_vector(left, right, ir.Constant(kind, at)) for at in (first, second)))

    a, b, c, d = (both(vector, vector, [0, 1, 2, 3], [4, 5, 6, 7]) for vector in vectors)
    ab, cd = (both(*pair, [0, 4, 2, 6], [1, 5, 3, 7]) for pair in ((a, b), (c, d)))
    return both(ab, cd, [0, 1, 4, 5], [2, 3, 6, 7])
