"""What the codec tests share: messages of any kind, right and wrong, built byte by byte."""

import dataclasses
import struct
from pathlib import Path

import numpy as np
import pytest

from igtl_ros2.codec.crc64 import crc64

GOLDEN = Path(__file__).parent.parent / 'golden'


def _wire(type_name, body, version=1, *, device=b'Dev', timestamp=0, size=None, crc=None):
    size = len(body) if size is None else size
    crc = crc64(body) if crc is None else crc
    head = struct.pack('>H12s20sQQQ', version, type_name, device, timestamp, size, crc)
    return head + body


def _extended(
    content, entries=(), *, message_id=0, extension=b'', size=None, index=None, metadata_size=None
):
    if index is None:
        index = struct.pack('>H', len(entries))
        for key, encoding, value in entries:
            index += struct.pack('>HHI', len(key), encoding, len(value))
    values = b''.join(key + value for key, _, value in entries)
    head = struct.pack(
        '>HHII',
        12 + len(extension) if size is None else size,
        len(index),
        len(values) if metadata_size is None else metadata_size,
        message_id,
    )
    return head + extension + content + index + values


def _same(found, wanted, name=''):
    """Compare two messages, or what they hold, through and through."""
    assert type(found) is type(wanted), name
    if dataclasses.is_dataclass(found):
        for field in dataclasses.fields(found):
            if field.name != 'metadata_encodings':  # what is usual is dropped when decoding
                _same(getattr(found, field.name), getattr(wanted, field.name), field.name)
    elif isinstance(found, tuple):
        assert len(found) == len(wanted), name
        for one, other in zip(found, wanted):
            _same(one, other, name)
    elif isinstance(found, np.ndarray):
        assert found.shape == wanted.shape, name
        assert found.dtype.newbyteorder('=') == wanted.dtype.newbyteorder('='), name
        if name in ('matrix', 'position', 'entry', 'target'):
            # the manifest prints float32 with nine digits
            found, wanted = np.float32(found), np.float32(wanted)
        if name == 'quaternion':
            np.testing.assert_allclose(found, wanted, atol=1e-7)
        else:
            np.testing.assert_array_equal(found, wanted, name)
    elif isinstance(found, float):
        # of a float32, nine digits in the manifest; NaN is equal to itself here
        if found != wanted:
            np.testing.assert_array_equal(np.float32(found), np.float32(wanted), name)
    else:
        assert found == wanted, name


@pytest.fixture(scope='session')
def same():
    """Compare two messages through and through."""
    return _same


@pytest.fixture(scope='session')
def wire():
    """Build a wire message of (type name, body); header fields may be forged."""
    return _wire


@pytest.fixture(scope='session')
def extended():
    """Build a version-2 body of content and (key, encoding, value); its fields may be forged."""
    return _extended


@pytest.fixture(scope='session')
def golden():
    """Every golden message by file name."""
    return {path.name: path.read_bytes() for path in sorted(GOLDEN.glob('*.bin'))}
