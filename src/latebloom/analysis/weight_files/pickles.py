"""An interpreter of pickles that imports and calls nothing: it makes plain values and stand-ins.

Python's own unpickler imports what a pickle names and calls it. This one has a fixed list of names that it rebuilds by
code of its own (`latebloom.analysis.weight_files.rebuild`), and for the rest follows one rule:

1. A name in a module that acts on the system or on Python itself is refused where it stands.
2. An object of any other class becomes a `StandIn`, whose fields can be read.
3. Anything else that would be called is refused by name.

A name that is not called becomes a `Name`. Time and memory are bounded by `Budget`.
"""

from __future__ import annotations

import io
import pickletools
from collections.abc import Callable, Iterator
from typing import Any

from latebloom._errors import DamagedFileError
from latebloom.analysis.weight_files.names import present_name, refuse_if_forbidden, words
from latebloom.analysis.weight_files.numpy_parts import build_array, build_type
from latebloom.analysis.weight_files.rebuild import Context, called, instance, key
from latebloom.analysis.weight_files.stand_ins import Name, NumpyArray, NumpyType, StandIn

_CONSTANTS: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_TUPLE": tuple,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
    "EMPTY_SET": set,
}
_LITERALS = words(
    "INT BININT BININT1 BININT2 LONG LONG1 LONG4 STRING BINSTRING SHORT_BINSTRING BINBYTES SHORT_BINBYTES BINBYTES8 "
    "BYTEARRAY8 UNICODE SHORT_BINUNICODE BINUNICODE BINUNICODE8 FLOAT BINFLOAT"
)


def unpickle(file: io.BytesIO, context: Context) -> Any:
    """The object of the pickle at the position of the file, which is left behind the pickle.

    Errors: DamagedFileError for what is no pickle, what is refused, and what asks for too much work.
    """
    machine = _Machine(context)
    try:
        for name, argument in _instructions(file):
            machine.step(name, argument)
        return machine.pop()
    except (IndexError, KeyError, TypeError, ValueError, AttributeError, OverflowError, UnicodeError) as error:
        raise DamagedFileError("its pickle is damaged") from error


def _instructions(file: io.BytesIO) -> Iterator[tuple[str, Any]]:
    for opcode, argument, _ in pickletools.genops(file):
        if opcode.name != "STOP":
            yield opcode.name, argument


class _Machine:
    """The stack and the memo of one pickle, and what each instruction does with them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._stack: list[Any] = []
        self._marks: list[list[Any]] = []
        self._memo: dict[int, Any] = {}

    def step(self, name: str, argument: Any) -> None:
        """Carry out one instruction."""
        self._context.work.spend(1)
        if name in _LITERALS:
            self._push(argument)
        elif name in _CONSTANTS:
            self._push(_CONSTANTS[name]())
        else:
            handler = getattr(self, f"_{name.lower()}", None)
            if handler is None:
                raise DamagedFileError(f"its pickle has the instruction {name}, which no file of weights has")
            handler(argument)

    def _push(self, value: Any) -> None:
        self._stack.append(value)  # looked up now: a mark replaces the list

    def pop(self) -> Any:
        """The value on top of the stack."""
        return self._stack.pop()

    def _popped_to_mark(self) -> list[Any]:
        items, self._stack = self._stack, self._marks.pop()
        self._context.work.spend(len(items))
        return items

    # Protocol, stack and memo

    def _proto(self, version: int) -> None:
        if version > 5:
            raise ValueError(version)

    def _frame(self, size: int) -> None: ...

    def _mark(self, _: None) -> None:
        self._marks.append(self._stack)
        self._stack = []

    def _pop(self, _: None) -> None:
        if self._stack:
            self.pop()
        else:
            self._popped_to_mark()

    def _pop_mark(self, _: None) -> None:
        self._popped_to_mark()

    def _dup(self, _: None) -> None:
        self._push(self._stack[-1])

    def _put(self, index: int) -> None:
        self._memo[index] = self._stack[-1]

    _binput = _long_binput = _put

    def _memoize(self, _: None) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def _get(self, index: int) -> None:
        self._push(self._memo[index])

    _binget = _long_binget = _get

    # Containers

    def _tuple(self, _: None) -> None:
        self._push(tuple(self._popped_to_mark()))

    def _tuple1(self, _: None) -> None:
        self._stack[-1:] = [tuple(self._stack[-1:])]

    def _tuple2(self, _: None) -> None:
        self._stack[-2:] = [(self._stack[-2], self._stack[-1])]

    def _tuple3(self, _: None) -> None:
        self._stack[-3:] = [(self._stack[-3], self._stack[-2], self._stack[-1])]

    def _list(self, _: None) -> None:
        self._push(self._popped_to_mark())

    def _dict(self, _: None) -> None:
        items = self._popped_to_mark()
        self._push({})
        self._set_all(items)

    def _frozenset(self, _: None) -> None:
        self._push(frozenset(map(key, self._popped_to_mark())))

    def _append(self, _: None) -> None:
        self._extend([self.pop()])

    def _appends(self, _: None) -> None:
        self._extend(self._popped_to_mark())

    def _extend(self, items: list[Any]) -> None:
        target = self._stack[-1]
        (target.values if isinstance(target, StandIn) else _of(list, target)).extend(items)

    def _additems(self, _: None) -> None:
        items = self._popped_to_mark()
        _of(set, self._stack[-1]).update(map(key, items))

    def _setitem(self, _: None) -> None:
        value, name = self.pop(), self.pop()
        self._set_all([name, value])

    def _setitems(self, _: None) -> None:
        self._set_all(self._popped_to_mark())

    def _set_all(self, items: list[Any]) -> None:
        target = self._stack[-1]
        into = target.pairs if isinstance(target, StandIn) else _of(dict, target)
        for name, value in zip(items[::2], items[1::2], strict=True):
            into[key(name)] = value

    # Names and objects

    def _global(self, both: str) -> None:
        module, name = both.split(" ", 1)
        self._push_name(module, name)

    def _stack_global(self, _: None) -> None:
        name, module = _of(str, self.pop()), _of(str, self.pop())
        self._push_name(module, name)

    def _push_name(self, module: str, name: str) -> None:
        found = present_name(module, name)
        refuse_if_forbidden(found)
        self._push(found)

    def _reduce(self, _: None) -> None:
        arguments, function = _of(tuple, self.pop()), _of(Name, self.pop())
        self._push(called(function, arguments, self._context))

    def _newobj(self, _: None) -> None:
        arguments, kind = _of(tuple, self.pop()), _of(Name, self.pop())
        self._push(instance(kind, arguments, self._context))

    def _newobj_ex(self, _: None) -> None:
        named, arguments, kind = _of(dict, self.pop()), _of(tuple, self.pop()), _of(Name, self.pop())
        made = instance(kind, arguments, self._context)
        if isinstance(made, StandIn):
            made.build(named)
        self._push(made)

    def _inst(self, both: str) -> None:
        arguments = tuple(self._popped_to_mark())
        self._global(both)
        self._push(instance(_of(Name, self.pop()), arguments, self._context))

    def _obj(self, _: None) -> None:
        kind, *arguments = self._popped_to_mark()
        self._push(instance(_of(Name, kind), tuple(arguments), self._context))

    def _build(self, _: None) -> None:
        state, target = self.pop(), self._stack[-1]
        if isinstance(target, StandIn):
            target.build(state)
        elif isinstance(target, NumpyArray):
            build_array(target, state)
        elif isinstance(target, NumpyType):
            build_type(target, state)
        # The attributes of a dictionary or tensor, such as the versions of its modules, say nothing about weights.

    def _binpersid(self, _: None) -> None:
        self._push(self._context.persistent(self.pop()))

    def _persid(self, identifier: str) -> None:
        self._push(self._context.persistent(identifier))


def _of(kind: type[Any], value: Any) -> Any:
    """The value, if it has this type. Errors: TypeError."""
    if not isinstance(value, kind):
        raise TypeError(f"got {type(value).__name__}, expected {kind.__name__}")
    return value
