"""
Any bytes at all: a message or a DecodeError, and what was decoded can be written again.

Nothing takes more memory than a fixed multiple of the bytes that came, whatever they claim.
"""

import struct
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from seeded import one_of, searched, several

from igtl_ros2 import codec
from igtl_ros2.codec.crc64 import crc64
from igtl_ros2.codec.short_names import short_name
from igtl_ros2.codec.timestamp import LIKE_NS
from igtl_ros2.errors import DecodeError, EncodeError

GOLDEN = [
    path.read_bytes()
    for path in sorted((Path(__file__).parent.parent / 'golden').glob('*.bin'))
    if path.stat().st_size < 3000
]
TYPES = sorted({data[2:14] for data in GOLDEN})
TYPED = [name.encode().ljust(12, b'\0') for name in codec.registered()]
pytestmark = pytest.mark.filterwarnings('error')
FACTOR = 64
CONSTANT = 1 << 19
SIZES = [*range(90), *range(90, 200, 7), 136]  # 136: the longest thing that may be one of many
NUMBERS = [0, 1, 2, 3, 11, 12, 13, 14, 48, 255, 256, 65535, 2**31, 2**32 - 1, 2**63, 2**64 - 1]


def measured(data, **options):
    """Decode one whole message, within bounds."""
    tracemalloc.start()
    try:
        return codec.decode(data, **options)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < FACTOR * len(data) + CONSTANT


def check(data, **options):
    """Decode one whole message; if there is one, write it and read that once more."""
    try:
        message = measured(data, **options)
    except DecodeError:
        return None
    assert isinstance(message, codec.Message)
    repr(message)
    try:
        written = codec.encode(message)
    except EncodeError:
        return message
    again = codec.decode(written)
    assert type(again) is type(message)
    assert (again.device_name, again.timestamp) == (message.device_name, message.timestamp)
    assert (again.version, again.metadata) == (message.version, message.metadata)
    assert codec.encode(again) == written
    return message


def check_stream(data, sizes):
    """Decode a stream given in pieces until it ends or is lost."""
    decoder = codec.Decoder(max_body_bytes=1 << 16)
    start = 0
    count = 0
    for size in (*sizes, len(data)):
        decoder.feed(data[start : start + size])
        start += size
        while True:
            try:
                if decoder.next_message() is None:
                    break
            except DecodeError as error:
                if not error.in_step:
                    return
            count += 1
            assert count <= len(data) // 58
    assert 0 <= decoder.pending_bytes <= len(data)


def fixed(data):
    """Put the right size and CRC into a message, so that its body is looked at."""
    body = bytes(data[58:])
    return bytes(data[:42]) + struct.pack('>QQ', len(body), crc64(body)) + body


def mutated(golden=GOLDEN, kinds=('flip', 'insert', 'delete', 'number', 'type', 'version')):
    """Spoil a golden message here and there."""

    def spoil(rng):
        data = bytearray(rng.choice(golden))
        for _ in range(rng.randint(1, 4)):
            at = rng.randint(0, len(data))
            kind = rng.choice(kinds)
            if kind == 'flip' and at < len(data):
                data[at] ^= rng.randint(1, 255)
            elif kind == 'insert':
                data[at:at] = rng.randbytes(rng.randint(1, 20))
            elif kind == 'delete':
                del data[at : at + rng.randint(1, 20)]
            elif kind == 'number':
                width = rng.choice([1, 2, 4, 8])
                value = rng.choice(NUMBERS) % 256**width
                data[at : at + width] = value.to_bytes(width, 'big')
            elif kind == 'type':
                data[2:14] = rng.choice(TYPED + TYPES)
            elif kind == 'version':
                data[:2] = struct.pack('>H', rng.randint(1, 3))
        return bytes(data)

    return spoil


@given(st.binary(max_size=300))
@example(b'')
@example(bytes(58))
def test_any_bytes(data):
    check(data)
    check(data, check_crc=False)
    check_stream(data, [])


@given(st.sampled_from(TYPED), st.integers(1, 3), st.binary(max_size=300), st.booleans())
@settings(max_examples=500)
def test_any_body(type_name, version, body, strict):
    data = struct.pack('>H12s20sQQQ', version, type_name, b'D', 0, len(body), crc64(body)) + body
    check(data, strict=strict)


@searched(500, data=mutated(), strict=one_of(False, True))
def test_spoiled_messages(data, strict):
    check(data, check_crc=False, strict=strict)
    if len(data) >= 58:
        check(fixed(data), strict=strict)


@pytest.mark.parametrize('type_name', TYPES)
def test_spoiled_bodies_of_every_type(type_name):
    golden = [message for message in GOLDEN if message[2:14] == type_name]

    @searched(
        100, spoiled=mutated(golden, ('flip', 'insert', 'delete', 'number')),
        strict=one_of(False, True),
    )
    def spoil(spoiled, strict):
        body = spoiled[58:]
        check(golden[0][:42] + struct.pack('>QQ', len(body), crc64(body)) + body, strict=strict)

    spoil()


@searched(
    100, messages=several(mutated(), 4, 1), repair=one_of(False, True),
    sizes=several(lambda rng: rng.randint(1, 500), 9),
)
def test_spoiled_streams(messages, repair, sizes):
    if repair:
        messages = [fixed(data) for data in messages if len(data) >= 58]
    check_stream(b''.join(messages), sizes)


@pytest.mark.parametrize('type_name', TYPED)
@pytest.mark.parametrize('version', [1, 2, 3])
def test_zeros_and_ones_of_any_length(type_name, version):
    for byte in (b'\0', b'\xff', b'\x01', b'\x0c'):
        # without an extended header, content is that of version 1; zeros of version 3 are one
        is_as_1 = version == 2 or version == 3 and byte != b'\0'
        for size in SIZES[::6] if is_as_1 else SIZES:
            body = byte * size
            head = struct.pack('>H12s20sQQQ', version, type_name, b'D', 0, size, crc64(body))
            check(head + body)


def _bind(children, bodies=b''):
    table = b''.join(struct.pack('>12sQ', kind, size) for kind, size in children)
    names = struct.pack('>H', len(children)) + bytes(len(children))
    return struct.pack('>H', len(children)) + table + names + bodies


def _mesh(cells=(0, b''), attributes=0, tail=b''):
    numbers = [cells[0], len(cells[1]), *[0] * 6]
    return struct.pack('>10I', 1, *numbers, attributes) + bytes(12) + cells[1] + tail


_KEYS = b''.join(struct.pack('>H', number) for number in range(8000))
_MANY = {
    # as many objects as the bytes can stand for
    'children': (b'BIND', 1, _bind([(b'X', 0)] * 1024)),
    'binds': (b'BIND', 1, _bind([(b'BIND', 4)] * 1024, bytes(4096))),
    'meshes': (b'BIND', 1, _bind([(b'POLYDATA', 40)] * 1024, bytes(40960))),
    'metadata': (
        b'GET_IMAGE',
        2,
        struct.pack('>HHIIH', 12, 64002, 16000, 0, 8000)
        + struct.pack('>HHI', 2, 3, 0) * 8000
        + _KEYS,
    ),
    'types': (b'CAPABILITY', 1, b''.join(b'%012d' % number for number in range(9999))),
    'tools': (b'TDATA', 1, b''.join(b'%020d' % n + bytes(50) for n in range(999))),
    'turns': (b'QTDATA', 1, b''.join(b'%020d' % n + bytes(30) for n in range(999))),
    'points': (b'POINT', 1, b''.join(b'%064d' % n + bytes(72) for n in range(999))),
    'attributes': (
        b'POLYDATA',
        1,
        _mesh(attributes=1000, tail=struct.pack('>BBI', 16, 1, 0) * 1000 + bytes(1000)),
    ),
    'names of attributes': (
        b'POLYDATA',
        1,
        _mesh(attributes=1, tail=struct.pack('>BBI', 16, 1, 0) + bytes(100_000)),
    ),
    'vertices': (b'POLYDATA', 1, _mesh((9999, struct.pack('>2I', 1, 0) * 9999))),
    'cells': (b'POLYDATA', 1, _mesh((9998, struct.pack('>5I', 1, 0, 2, 0, 0) * 4999))),
    'dimensions': (b'NDARRAY', 1, b'\3\x40' + b'\0\1' * 64 + b'x'),
    'letters': (b'COMMAND', 1, bytes(132) + struct.pack('>HI', 106, 99_999) + b'\xff' * 99_999),
    'wide letters': (
        b'STATUS',
        1,
        bytes(30) + b'a' * 99_999 + '\N{OK HAND SIGN}'.encode() + b'\0',
    ),
}


@pytest.mark.parametrize('name', _MANY)
def test_memory_of_many_small_things(name):
    type_name, version, body = _MANY[name]
    head = struct.pack('>H12s20sQQQ', version, type_name, b'D', 0, len(body), crc64(body))
    check(head + body)


TEXTS = st.text(st.characters(codec='utf-8', exclude_characters='\0'), max_size=30)


@given(
    st.text(max_size=20),
    st.integers(0, 2**64 - 1).filter(lambda value: value not in LIKE_NS),
    st.integers(0, 2**32 - 1),
    st.dictionaries(TEXTS.filter(bool), TEXTS, max_size=5),
    TEXTS,
)
def test_what_is_written_is_read(name, timestamp, message_id, metadata, text):
    try:
        message = codec.messages.text.String(
            text,
            device_name=name,
            timestamp=timestamp,
            message_id=message_id,
            metadata=metadata,
        )
    except EncodeError:
        assert '\0' in name
        return
    got = codec.decode(codec.encode(message), strict=True)
    assert got.device_name == short_name(name)
    assert (got.timestamp, got.message_id, got.text) == (timestamp, message_id, text)
    assert got.metadata == metadata
    assert list(got.metadata) == sorted(metadata, key=str.encode)
