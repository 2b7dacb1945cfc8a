"""The records of an MCAP file, and what is in a chunk."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from struct import Struct
from struct import error as StructError
from typing import NamedTuple, TypeVar

import lz4.frame as lz4_frame  # type: ignore[import-untyped]
import zstandard
from mcap.data_stream import ReadDataStream
from mcap.exceptions import EndOfFile, McapError
from mcap.opcode import Opcode
from mcap.records import Channel, Schema

#: opcode and length of a record
RECORD = Struct('<BQ')
#: the record that `BagWriter` has between what it has written and the end of a file; the
#: format's specification leaves its opcode to applications
GAP = 0x80
#: times, size of the contents, their checksum
CHUNK = Struct('<QQQI')
MESSAGE = Struct('<HIQQ')
LENGTH = Struct('<I')
SIZE = Struct('<Q')
FOOTER = Struct('<QQI')
FOOTER_BYTES = RECORD.size + FOOTER.size
CONTENTS = Struct('<HI')
ENTRY = Struct('<QQ')
COMPRESSIONS = (b'zstd', b'lz4', b'')
_MAX_CONTENTS = 1 << 32
#: what may be raised by reading a record that is not what it has to be
SPOILED = (
    McapError, StructError, ValueError, LookupError, EOFError, MemoryError, OverflowError,
    RuntimeError, zstandard.ZstdError,
)

_Record = TypeVar('_Record')


class Recorded(NamedTuple):
    """A message of a file."""

    channel: int
    log_ns: int
    publish_ns: int
    sequence: int
    data: bytes


@dataclass(slots=True)
class Contents:
    """What is in a chunk, or in messages outside of one."""

    messages: list[Recorded]
    schemas: dict[int, Schema]
    channels: dict[int, Channel]
    #: where the messages of each channel are, as an index says it
    index: dict[int, list[tuple[int, int]]]
    size: int


def decompressed(data: bytes, compression: bytes, size: int) -> bytes:
    """
    Give the contents of a chunk.

    :raises ValueError: or another of `SPOILED`, if they cannot be read.
    """
    if compression == b'zstd':
        told = zstandard.frame_content_size(data)
        if max(told, size if told < 0 else 0) > _MAX_CONTENTS:
            raise ValueError('a chunk of more than 4 GiB')
        return zstandard.ZstdDecompressor().decompress(
            data, max_output_size=max(size, 1), allow_extra_data=False
        )
    if compression == b'lz4':
        if lz4_frame.get_frame_info(data)['content_size'] > _MAX_CONTENTS:
            raise ValueError('a chunk of more than 4 GiB')
        contents, used = lz4_frame.decompress(data, return_bytes_read=True)
        if used != len(data):
            raise ValueError('more than a chunk')
        return bytes(contents)
    return data


def parse(data: bytes) -> Contents:
    """
    Take apart what is in a chunk.

    :raises ValueError: or another of `SPOILED`, if it is not what it has to be.
    """
    found = Contents([], {}, {}, {}, len(data))
    offset, end = 0, len(data)
    while offset < end:
        opcode, length = RECORD.unpack_from(data, offset)
        start = offset + RECORD.size
        after = start + length
        if after > end:
            raise ValueError('a record that is longer than its chunk')
        if opcode == Opcode.MESSAGE:
            channel, sequence, log_ns, publish_ns = MESSAGE.unpack_from(data, start)
            payload = data[start + MESSAGE.size : after]
            found.messages.append(Recorded(channel, log_ns, publish_ns, sequence, payload))
            found.index.setdefault(channel, []).append((log_ns, offset))
        elif opcode == Opcode.SCHEMA:
            schema = read_as(Schema, data[start:after])
            found.schemas[schema.id] = schema
        elif opcode == Opcode.CHANNEL:
            channel_record = read_as(Channel, data[start:after])
            found.channels[channel_record.id] = channel_record
        offset = after
    return found


class _StrictStream(ReadDataStream):
    """Bytes of which there must be as many as are asked for."""

    def read(self, length: int) -> bytes:
        data = bytes(super().read(length))
        if len(data) < length:
            raise EndOfFile
        return data


def read_as(kind: type[_Record], data: bytes) -> _Record:
    """
    Read a record from what is behind its length.

    :raises ValueError: or another of `SPOILED`, if it is none, or not of that length.
    """
    stream = _StrictStream(BytesIO(data))
    record: _Record = kind.read(stream)  # type: ignore[attr-defined]  # each has it
    if stream.count != len(data):
        raise ValueError('a record that is longer than what it says')
    return record
