"""Files of safetensors: a header in JSON, then the numbers."""

from __future__ import annotations

import json
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from latebloom._errors import DamagedFileError

_LENGTH = 8


def is_safetensors(content: memoryview) -> bool:
    """Whether the bytes begin as such a file does: the length of a header, and the header."""
    return content[_LENGTH : _LENGTH + 1] == b"{" and _header_end(content) <= len(content)


def read_safetensors(content: memoryview) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors by name, and the metadata. Errors: DamagedFileError."""
    try:
        tensors = load(bytes(content))
        metadata = json.loads(bytes(content[_LENGTH : _header_end(content)])).get("__metadata__", {})
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, RecursionError) as error:
        raise DamagedFileError("its header does not fit its content: it is truncated or damaged") from error
    return tensors, metadata


def _header_end(content: memoryview) -> int:
    return _LENGTH + int.from_bytes(content[:_LENGTH], "little")
