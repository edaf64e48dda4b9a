"""Files that `torch.save` writes: a zip file of a pickle and its storages, or several pickles before the storages."""

from __future__ import annotations

import io
import struct
from dataclasses import replace
from typing import Any

from latebloom._errors import DamagedFileError
from latebloom.analysis.weight_files.archive import Archive
from latebloom.analysis.weight_files.elements import elements
from latebloom.analysis.weight_files.limits import WORK, Budget
from latebloom.analysis.weight_files.pickles import unpickle
from latebloom.analysis.weight_files.rebuild import Context, dtype_of
from latebloom.analysis.weight_files.stand_ins import Name, Storage

_PICKLE = "data.pkl"
_SCRIPT = "constants.pkl"
_LEGACY = 0x1950A86A20F9469CFC6C
_COUNT = struct.Struct("<q")


def is_torch(archive: Archive) -> bool:
    """Whether a zip file was written by `torch.save`."""
    return any(name == _PICKLE or name.endswith(f"/{_PICKLE}") for name in archive.names)


def read_zip(archive: Archive, memory: Budget) -> Any:
    """What a zip file of `torch.save` holds. Errors: DamagedFileError."""
    home = min((name for name in archive.names if name.split("/")[-1] == _PICKLE), key=len).removesuffix(_PICKLE)
    if home + _SCRIPT in archive.names:
        raise DamagedFileError("it is a TorchScript program; save its weights: torch.save(model.state_dict(), FILE)")
    if home + "byteorder" in archive.names and bytes(archive.read(home + "byteorder")) != b"little":
        raise DamagedFileError("its numbers are not little-endian; save it again on another machine")
    storages: dict[str, Storage] = {}

    def persistent(identifier: Any) -> Storage:
        kind, key, _ = _storage_named(identifier)
        if key not in storages:
            storages[key] = _storage(archive.read(f"{home}data/{key}"), kind, key)
        return storages[key]

    return unpickle(io.BytesIO(archive.read(home + _PICKLE)), context_of(memory, persistent))


def read_pickles(content: memoryview, memory: Budget, nested: bool = True) -> Any:
    """What a file of pickles holds: of `torch.save` before version 1.6, or of `pickle.dump`.

    nested: whether tensors may be pickled with bytes of their own. Errors: DamagedFileError.
    """
    file = io.BytesIO(content)
    context = context_of(memory, _no_storage, content if nested else None)
    first = unpickle(file, context)
    return _read_legacy(file, content, context) if first == _LEGACY else first


def _read_legacy(file: io.BytesIO, content: memoryview, context: Context) -> Any:
    """The object's pickle is read twice: first to learn which storages lie behind it, then with them."""
    if unpickle(file, context) != 1001:  # the version of the format
        raise DamagedFileError("it is of an unknown version of torch.save")
    about = unpickle(file, context)
    if not isinstance(about, dict) or about.get("little_endian") is not True:
        raise DamagedFileError("its numbers are not little-endian; save it again on another machine")
    start, kinds = file.tell(), {}

    def listed(identifier: Any) -> Storage:
        kind, key, count = _storage_named(identifier)
        kinds[key] = (kind, count)
        return Storage(None, key)

    unpickle(file, replace(context, persistent=listed))
    keys = unpickle(file, context)
    storages = _storages_behind(content[file.tell() :], keys, kinds)
    file.seek(start)
    return unpickle(file, replace(context, persistent=lambda identifier: storages[_storage_named(identifier)[1]]))


def _storages_behind(data: memoryview, keys: Any, kinds: dict[str, tuple[Name, int]]) -> dict[str, Storage]:
    """The storages in the order of their keys, each a count and its numbers."""
    if not isinstance(keys, list) or set(keys) != set(kinds):
        raise DamagedFileError("its list of storages does not match its tensors")
    storages, position = {}, 0
    for key in keys:
        kind, stated = kinds[key]
        dtype = dtype_of(kind)
        count = _COUNT.unpack(data[position : position + _COUNT.size])[0] if len(data) >= position + _COUNT.size else -1
        position += _COUNT.size
        size = count * (dtype.itemsize if dtype else 1)
        if count != stated or count < 0 or position + size > len(data):
            raise DamagedFileError("it is truncated: a storage is not as long as stated")
        storages[key] = _storage(data[position : position + size], kind, key)
        position += size
    return storages


def _storage_named(identifier: Any) -> tuple[Name, str, int]:
    """Type, key and count of ``("storage", type, key, location, count, …)``."""
    match identifier:
        case ("storage", Name() as kind, str(key), _, int(count), *_) if key.isprintable():
            return kind, key, count
    raise DamagedFileError("its pickle refers to something that is no storage")


def _storage(data: memoryview, kind: Name, key: str) -> Storage:
    dtype = dtype_of(kind)
    if dtype is None:
        raise DamagedFileError(f"it has numbers of type {kind}; expected a usual type")
    return Storage(elements(data, dtype), key)


def context_of(memory: Budget, persistent: Any, content: memoryview | None = None) -> Context:
    """A context with a budget of work of its own. content: where tensors may have been pickled one by one."""

    def read_nested(data: bytes) -> Any:
        if content is None:
            raise DamagedFileError("its tensors are nested in one another")
        memory.spend(len(data))
        return read_pickles(memoryview(bytearray(data)), memory, nested=False)

    return Context(Budget(WORK, "more work"), memory, persistent, read_nested)


def _no_storage(identifier: Any) -> Any:
    raise DamagedFileError("its pickle refers to storages, and it has none")
