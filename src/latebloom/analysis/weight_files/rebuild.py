"""The classes and functions of a pickle that are rebuilt, each by code of ours, and stand-ins for the other classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from latebloom._errors import DamagedFileError
from latebloom.analysis.weight_files.limits import Budget
from latebloom.analysis.weight_files.names import is_class, refused, words
from latebloom.analysis.weight_files.numpy_parts import numpy_array, numpy_from_buffer, numpy_scalar, numpy_type
from latebloom.analysis.weight_files.stand_ins import Name, StandIn, Storage

_MOST_AXES = 16
_KEYS = (str, float, bool, bytes, Name, StandIn, type(None))
_LONGEST_KEY = 16
_BITS_OF_KEY = 64


@dataclass(frozen=True)
class Context:
    """What the pickles of one file share.

    work, memory: what they may still ask for. persistent: what a persistent identifier stands for. nested: reads the
    storage of a tensor that was pickled by itself, from its own bytes.
    """

    work: Budget
    memory: Budget
    persistent: Callable[[Any], Any]
    nested: Callable[[bytes], Any]


def called(function: Name, arguments: tuple[Any, ...], context: Context) -> Any:
    """What a call in a pickle makes. Errors: DamagedFileError for a function that is not rebuilt."""
    builder = _BUILDERS.get(str(function))
    if builder is not None:
        return builder(context, *arguments)
    if str(function) in _INERT or is_class(function):
        return StandIn(function, arguments)
    raise refused(function)


def instance(kind: Name, arguments: tuple[Any, ...], context: Context) -> Any:
    """A new object of a class; any name but those that are rebuilt becomes a stand-in."""
    return called(kind, arguments, context) if str(kind) in _BUILDERS else StandIn(kind, arguments)


def key(value: Any) -> Any:
    """A key whose hash takes no time: nested tuples that share their parts would take exponential time.

    Errors: TypeError for any other key.
    """
    parts = value if isinstance(value, tuple) and len(value) <= _LONGEST_KEY else (value,)
    for part in parts:
        if not isinstance(part, _KEYS) and not (isinstance(part, int) and part.bit_length() <= _BITS_OF_KEY):
            raise TypeError(f"a key is a {type(part).__name__}")
    return value


def _mapping(context: Context, content: Any = (), *_: Any) -> dict[Any, Any]:
    pairs = list(content.items()) if isinstance(content, dict) else list(content)
    context.work.spend(len(pairs))
    return {key(name): value for name, value in pairs}


def _default_mapping(context: Context, factory: Any = None, content: Any = (), *_: Any) -> dict[Any, Any]:
    return _mapping(context, content)


def _listed(context: Context, content: Any = (), *_: Any) -> list[Any]:
    items = list(content)
    context.work.spend(len(items))
    return items


def _set(context: Context, content: Any = (), *_: Any) -> set[Any]:
    return set(map(key, _listed(context, content)))


def _bytes(context: Context, content: Any = b"", encoding: str = "latin1", *_: Any) -> bytes:
    if encoding not in ("latin1", "latin-1"):
        raise ValueError(f"encoding {encoding!r}")
    made = content.encode("latin1") if isinstance(content, str) else bytes(_whole(content, (bytes, bytearray)))
    context.memory.spend(len(made))
    return made


def _whole(value: Any, kinds: tuple[type[Any], ...]) -> Any:
    if not isinstance(value, kinds):
        raise TypeError(f"got {type(value).__name__}")
    return value


def _attribute(context: Context, owner: Name, name: str, *_: Any) -> Name:
    """``getattr(class, name)``: how protocol 2 refers to a name inside a class. Nothing is looked up."""
    return Name(_whole(owner, (Name,)).module, f"{owner.name}.{_whole(name, (str,))}")


def _reconstructed(context: Context, kind: Name, base: Any = None, state: Any = None, *_: Any) -> Any:
    """``copyreg._reconstructor(class, base, state)``, of protocols 0 and 1."""
    return instance(_whole(kind, (Name,)), (), context)


def _new_object(context: Context, kind: Name, *arguments: Any) -> Any:
    """``copyreg.__newobj__(class, …)``."""
    return instance(_whole(kind, (Name,)), arguments, context)


def _nested_storage(context: Context, data: bytes) -> Any:
    return context.nested(_whole(data, (bytes, bytearray)))


def _tensor(context: Context, storage: Storage, offset: int, size: Any, stride: Any, *_: Any) -> Any:
    """``torch._utils._rebuild_tensor_v2``: a view of a storage that lies in it. Errors: ValueError."""
    elements = _whole(storage, (Storage,)).elements
    return None if elements is None else _view(context, elements, offset, tuple(size), tuple(stride))


def _typed_tensor(
    context: Context, storage: Storage, offset: int, size: Any, stride: Any, grad: Any, hooks: Any, kind: Name, *_: Any
) -> Any:
    """``torch._utils._rebuild_tensor_v3``, whose storage has no type."""
    dtype, elements = dtype_of(kind), _whole(storage, (Storage,)).elements
    if dtype is None:
        raise DamagedFileError(f"it has a tensor of type {kind}; expected one of {', '.join(sorted(_DTYPES))}")
    if elements is None:
        return None
    if len(elements) % dtype.itemsize:
        raise ValueError(f"{len(elements)} bytes of {dtype}")
    return _view(context, elements.view(dtype), offset, tuple(size), tuple(stride))


def _view(
    context: Context, elements: torch.Tensor, offset: int, size: tuple[int, ...], stride: tuple[int, ...]
) -> torch.Tensor:
    whole = all(type(n) is int and n >= 0 for n in (offset, *size, *stride))
    if not whole or len(size) != len(stride) or len(size) > _MOST_AXES:
        raise ValueError(f"a tensor of shape {size} with strides {stride}")
    empty = 0 in size
    last = offset + sum((n - 1) * step for n, step in zip(size, stride))
    if not empty and last >= len(elements):
        raise DamagedFileError(f"it has a tensor that needs {last + 1} numbers of a storage of {len(elements)}")
    count = 0 if empty else torch.Size(size).numel()
    if count > len(elements):
        context.memory.spend(count * elements.element_size())
    return torch.empty(size, dtype=elements.dtype) if empty else elements.as_strided(size, stride, offset)


def _parameter(context: Context, data: Any, *_: Any) -> Any:
    return data


def _of_type(context: Context, function: Name, kind: Any, arguments: Any, *_: Any) -> Any:
    """``torch._tensor._rebuild_from_type_v2(function, class, arguments, state)``: the tensor without its class."""
    builder = _TENSORS.get(str(function))
    if builder is None:
        raise refused(_whole(function, (Name,)))
    return builder(context, *_whole(arguments, (tuple,)))


def _plain(build: Callable[..., Any]) -> Callable[..., Any]:
    return lambda context, *arguments: build(*arguments)


def _size(context: Context, content: Any = (), *_: Any) -> tuple[Any, ...]:
    return tuple(_listed(context, content))


_TENSORS: Mapping[str, Callable[..., Any]] = {
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_tensor_v3": _typed_tensor,
    "torch._utils._rebuild_parameter": _parameter,
    "torch._utils._rebuild_parameter_with_state": _parameter,
}

_BUILDERS: Mapping[str, Callable[..., Any]] = {
    **_TENSORS,
    "torch._tensor._rebuild_from_type_v2": _of_type,
    "torch._tensor._rebuild_from_type": _of_type,
    "torch.storage._load_from_bytes": _nested_storage,
    "torch.Size": _size,
    "collections.OrderedDict": _mapping,
    "collections.Counter": _mapping,
    "collections.defaultdict": _default_mapping,
    "collections.deque": _listed,
    "builtins.dict": _mapping,
    "builtins.list": _listed,
    "builtins.tuple": _size,
    "builtins.set": _set,
    "builtins.frozenset": _set,
    "builtins.bytes": _bytes,
    "builtins.bytearray": _bytes,
    "builtins.getattr": _attribute,
    "_codecs.encode": _bytes,
    "copyreg._reconstructor": _reconstructed,
    "copyreg.__newobj__": _new_object,
    **{f"numpy.{core}.multiarray.scalar": _plain(numpy_scalar) for core in ("core", "_core")},
    **{f"numpy.{core}.multiarray._reconstruct": _plain(numpy_array) for core in ("core", "_core")},
    **{f"numpy.{core}.numeric._frombuffer": _plain(numpy_from_buffer) for core in ("core", "_core")},
    "numpy.dtype": _plain(numpy_type),
}
"""What is rebuilt, by its full name: ``build(context, *arguments)``."""

_INERT = words(
    "builtins.complex builtins.range builtins.slice builtins.object builtins.int builtins.float builtins.str "
    "builtins.bool builtins.type types.SimpleNamespace torch.device torch.dtype datetime.datetime datetime.date "
    "datetime.time datetime.timedelta datetime.timezone functools.partial numpy.ndarray "
    "numpy.random._pickle.__randomstate_ctor numpy.random._pickle.__generator_ctor "
    "numpy.random._pickle.__bit_generator_ctor torch.serialization._get_layout re._compile"
)
"""Honest classes whose names are not written as those of classes, and harmless functions: stand-ins as well."""

_DTYPES: Mapping[str, torch.dtype] = {
    "Double": torch.float64,
    "Float": torch.float32,
    "Half": torch.float16,
    "BFloat16": torch.bfloat16,
    "Long": torch.int64,
    "Int": torch.int32,
    "Short": torch.int16,
    "Char": torch.int8,
    "Byte": torch.uint8,
    "Bool": torch.bool,
}
_PLAIN_DTYPES = {str(dtype): dtype for dtype in _DTYPES.values()}


def dtype_of(name: Name) -> torch.dtype | None:
    """The type of ``torch.float32``, ``torch.FloatStorage`` and the like; None for any other name."""
    full = str(name)
    if full == "torch.storage.UntypedStorage":
        return torch.uint8
    if full.startswith("torch.") and full.endswith("Storage"):
        return _DTYPES.get(name.name.removesuffix("Storage"))
    return _PLAIN_DTYPES.get(full)
