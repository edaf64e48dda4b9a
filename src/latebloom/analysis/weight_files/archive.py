"""The members of a zip file: stored ones are views of it, compressed ones cost memory that is bounded."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from latebloom._errors import DamagedFileError
from latebloom.analysis.weight_files.limits import Budget

MAGIC = b"PK\x03\x04"
_LOCAL = struct.Struct("<4s5H3L2H")
_ENCRYPTED = 0x1


class Archive:
    """A zip file in memory. Errors: DamagedFileError where it is none, or is truncated."""

    def __init__(self, content: memoryview, memory: Budget) -> None:
        self._content = content
        self._memory = memory
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as file:
                self._members = {info.filename: info for info in file.infolist()}
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, UnicodeError, OSError) as error:
            raise DamagedFileError("its zip directory is truncated or damaged") from error

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the members, in the order of the directory."""
        return tuple(self._members)

    def read(self, name: str) -> memoryview:
        """The bytes of a member, with their checksum compared.

        Errors: DamagedFileError for a member that is not there, damaged, or larger than the file explains.
        """
        info = self._members.get(name)
        if info is None:
            raise DamagedFileError(f"its zip file has no member {name}")
        data = self._packed(info)
        if info.compress_type == zipfile.ZIP_DEFLATED:
            data = self._expanded(info, data)
        elif info.compress_type != zipfile.ZIP_STORED:
            raise DamagedFileError(f"its member {name} is compressed by a method that is not read; store it")
        if len(data) != info.file_size or zlib.crc32(data) != info.CRC:
            raise DamagedFileError(f"its member {name} does not match its checksum: bits of it have changed")
        return data

    def _packed(self, info: zipfile.ZipInfo) -> memoryview:
        start = info.header_offset
        header = self._content[start : start + _LOCAL.size]
        if info.flag_bits & _ENCRYPTED or start < 0 or len(header) < _LOCAL.size:
            raise DamagedFileError(f"its member {info.filename} is encrypted or truncated")
        magic, *_, name_length, extra_length = _LOCAL.unpack(header)
        begin = start + _LOCAL.size + name_length + extra_length
        data = self._content[begin : begin + info.compress_size]
        if magic != MAGIC or len(data) != info.compress_size:
            raise DamagedFileError(f"its member {info.filename} is truncated")
        return data

    def _expanded(self, info: zipfile.ZipInfo, data: memoryview) -> memoryview:
        self._memory.spend(info.file_size)
        try:
            expander = zlib.decompressobj(-zlib.MAX_WBITS)
            # One byte more shows a member that is longer than it says.
            return memoryview(bytearray(expander.decompress(data, info.file_size + 1)))
        except zlib.error as error:
            raise DamagedFileError(f"its member {info.filename} is damaged") from error
