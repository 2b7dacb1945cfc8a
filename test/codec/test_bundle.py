"""BIND and what asks for it: children of every kind, odd tables, messages inside each other."""

import struct

import numpy as np
import pytest

from igtl_ros2 import codec
from igtl_ros2.codec.messages.bundle import Bind, GetBind, StartBind
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.query import Query
from igtl_ros2.codec.messages.text import Command, String
from igtl_ros2.errors import ContentError, EncodeError


def again(message):
    """Send and receive."""
    return codec.decode(codec.encode(message), strict=True)


def bind(children, names, bodies):
    """Build the content of a BIND; children are (type, size)."""
    table = b''.join(struct.pack('>12sQ', kind, size) for kind, size in children)
    size = struct.pack('>H', len(names))
    return struct.pack('>H', len(children)) + table + size + names + bodies


def nested(depth):
    """Build the content of BINDs inside each other, the innermost one with a STRING."""
    content = bind([(b'STRING', 6)], b'S\0', b'\0\3\0\2hi')
    for _ in range(depth - 1):
        content = bind([(b'BIND', len(content))], b'B\0', content + b'\0' * (len(content) % 2))
    return content


def nested_message(depth):
    """Make BINDs inside each other."""
    message = Bind([String('hi', device_name='S')], device_name='B')
    for _ in range(depth - 1):
        message = Bind([message], device_name='B')
    return message


# --- BIND -----------------------------------------------------------------------------------


def test_children_of_any_type():
    pixels = np.arange(15, dtype=np.uint8).reshape(1, 3, 5)
    message = again(
        Bind(
            [
                String('odd', device_name='text'),
                Image(pixels, device_name='picture'),
                Command(7, 'name', '<x/>', device_name=''),
                Query('GET_IMAGE', device_name='n' * 19),
                codec.Unknown('TWELVE_BYTES', b'abc', device_name='ä'),
            ],
            device_name='all',
            timestamp=5 << 32,
            metadata={'k': 'v'},
        )
    )
    text, picture, command, query, unknown = message.children
    assert (text.text, text.device_name, text.timestamp) == ('odd', 'text', 5 << 32)
    assert np.array_equal(picture.pixels, pixels)
    assert (command.command_id, command.content, command.device_name) == (7, '<x/>', '')
    assert (query.type_name, query.device_name) == ('GET_IMAGE', 'n' * 19)
    assert (unknown.type_name, unknown.content) == ('TWELVE_BYTES', b'abc')
    assert (message.metadata, text.metadata, text.version) == ({'k': 'v'}, {}, 1)


def test_pixels_of_a_child_are_not_copied():
    data = codec.encode(Bind([Image(np.zeros((1, 100, 100), np.uint8))]))
    child = codec.decode(data).children[0]
    assert np.shares_memory(child.pixels, np.frombuffer(data, np.uint8))
    pixels = np.zeros((1, 100, 100), np.uint8)
    parts = codec.encode_parts(Bind([Image(pixels)]))
    assert any(np.shares_memory(np.frombuffer(part, np.uint8), pixels) for part in parts)


def test_no_children(wire):
    assert again(Bind()).children == ()
    assert codec.encode(Bind())[58:] == bytes(4)
    # the C++ library leaves the four bytes as they were in memory
    for garbage in (b'\0\0\0\x07', b'\xde\xad\xbe\xef', b'\0\1\0\0'):
        assert codec.decode(wire(b'BIND', garbage)).children == ()


def test_padding_of_the_last_child_may_be_missing(wire):
    whole = bind([(b'STRING', 7), (b'STRING', 7)], b'A\0B\0', b'\0\3\0\3odd\0' * 2)
    assert codec.encode(codec.decode(wire(b'BIND', whole), strict=True)) == wire(b'BIND', whole)
    message = codec.decode(wire(b'BIND', whole[:-1]))
    assert [child.text for child in message.children] == ['odd', 'odd']
    assert codec.encode(message) == wire(b'BIND', whole)
    with pytest.raises(ContentError, match='behind'):
        codec.decode(wire(b'BIND', whole[:-1]), strict=True)


@pytest.mark.parametrize('names', [b'A\0BC\0', b'A\0BC\0\0'])
def test_odd_name_table(wire, names):
    data = wire(b'BIND', bind([(b'TRANSFORM', 48)] * 2, names, bytes(96)))
    message = codec.decode(data)
    assert [child.device_name for child in message.children] == ['A', 'BC']
    assert len(codec.encode(message)) == 58 + 2 + 40 + 2 + 6 + 96
    if len(names) % 2:
        with pytest.raises(ContentError, match='odd'):
            codec.decode(data, strict=True)


def test_bind_in_bind():
    for depth in range(1, 5):
        message = nested_message(depth)
        assert message.depth == depth
        assert codec.encode(message)[58:] == nested(depth)
        child = again(message)
        assert child.depth == depth
        for _ in range(depth):
            (child,) = child.children
        assert (child.text, child.device_name) == ('hi', 'S')


@pytest.mark.parametrize('depth', [5, 6, 100, 2000])
def test_bind_in_bind_goes_four_deep(wire, depth):
    with pytest.raises(ContentError, match="^BIND 'Dev': BIND in BIND, more than 4 deep"):
        codec.decode(wire(b'BIND', nested(depth)))
    with pytest.raises(EncodeError, match='more than 4 deep'):
        nested_message(depth)


def test_what_is_wrong_with_a_child_is_said(wire):
    content = bind([(b'STRING', 6), (b'TRANSFORM', 47)], b'S\0T\0', b'\0\3\0\2hi' + bytes(48))
    with pytest.raises(ContentError, match=r"^BIND 'Dev': TRANSFORM 'T': 47 bytes") as caught:
        codec.decode(wire(b'BIND', content))
    assert (caught.value.type_name, caught.value.device_name) == ('BIND', 'Dev')


STRING = b'\0\3\0\2hi'
BAD = {
    'empty': b'',
    'one byte': b'\0',
    'count alone': b'\0\0',
    'ncmessages_huge': b'\xff\xff\0\0\0\0',
    'too many': bind([(b'STRING', 6)] * 1025, b'\0' * 1026, STRING * 1025),
    'too many claimed': b'\4\1' + bytes(100),
    'bodies_mismatch': bind([(b'STRING', 6)], b'S\0', STRING + b'\0'),
    'bodies short': bind([(b'STRING', 6), (b'STRING', 6)], b'S\0T\0', STRING + STRING[:5]),
    'size huge': bind([(b'STRING', 2**64 - 1)], b'S\0', STRING),
    'sizes wrap': bind([(b'STRING', 6), (b'STRING', 2**64 - 6)], b'S\0T\0', STRING),
    'second child of nothing behind a missing pad': bind(
        [(b'STRING', 7), (b'X', 0)], b'S\0T\0', b'\0\3\0\3odd'
    ),
    'no names': bind([(b'STRING', 6)], b'', STRING),
    'too few names': bind([(b'STRING', 6)] * 2, b'S\0', STRING * 2),
    'too many names': bind([(b'STRING', 6)], b'S\0T\0', STRING),
    'name without NUL': bind([(b'STRING', 6)], b'ST', STRING),
    'text behind the names': bind([(b'STRING', 6)], b'S\0TT', STRING),
    'NUL behind the names': bind([(b'STRING', 6)], b'S\0\0\0', STRING),
    'names over the end': bind([(b'STRING', 6)], b'', b'')[:-2] + b'\0\xff' + STRING,
    'table over the end': b'\0\2' + bytes(30),
    'no room for the size of names': b'\0\1' + bytes(21),
}


@pytest.mark.parametrize('name', BAD)
def test_bad_bind(wire, extended, name):
    for data in (wire(b'BIND', BAD[name]), wire(b'BIND', extended(BAD[name]), 2)):
        with pytest.raises(ContentError, match=r"^BIND 'Dev': "):
            codec.decode(data)


@pytest.mark.parametrize(
    ('children', 'words'),
    [
        (None, ['children', 'None', 'Message']),
        ([5], ['children[0]', '5', 'Message']),
        ([String('x')] * 1025, ['children', '1025', '1024']),
        ([String('x'), String('y', device_name='n' * 21)], ['children[1]', '21 bytes', '20']),
    ],
)
def test_children_that_cannot_be_sent(children, words):
    with pytest.raises(EncodeError) as caught:
        Bind(children)
    for word in words:
        assert word in str(caught.value)


def test_a_child_that_cannot_be_written():
    with pytest.raises(EncodeError, match='float32'):
        codec.encode(Bind([Transform(np.diag([1e39, 1, 1, 1]))]))


# --- GET_BIND, STT_BIND ---------------------------------------------------------------------

PAIRS = (('TRANSFORM', 'Tool'), ('RTS_POLYDATA', ''), ('STRING', 'ä' * 9))


@pytest.mark.parametrize('children', [(), PAIRS[:1], PAIRS, PAIRS * 300])
def test_queries_for_a_bind(children):
    assert again(GetBind(children)).children == children
    assert again(GetBind(list(map(list, children)))).children == children
    message = again(StartBind(children, resolution_ns=2**64 - 1))
    assert (message.children, message.resolution_ns) == (children, 2**64 - 1)


def test_asking_for_all_takes_no_content(wire):
    assert codec.encode(GetBind())[58:] == b''
    assert codec.encode(StartBind(resolution_ns=5))[58:] == bytes(7) + b'\5'
    for garbage in (b'\xde\xad\xbe\xef', bytes(4), b'\0\1\0\0'):
        assert codec.decode(wire(b'GET_BIND', garbage)).children == ()
        message = codec.decode(wire(b'STT_BIND', bytes(8) + garbage))
        assert (message.children, message.resolution_ns) == ((), 0)


@pytest.mark.parametrize(
    ('names', 'padded'), [(b'S\0TT\0', False), (b'S\0TT\0\0', True), (b'S\0T\0', True)]
)
def test_name_table_of_a_query_may_be_odd(wire, names, padded):
    """The C++ library does not pad it, so this is no matter of strictness."""
    content = b'\0\2' + b'STRING'.ljust(12, b'\0') * 2 + struct.pack('>H', len(names)) + names
    for name, head in ((b'GET_BIND', b''), (b'STT_BIND', bytes(8))):
        data = wire(name, head + content)
        message = codec.decode(data, strict=True)
        assert message.children == (('STRING', 'S'), ('STRING', names[2:].decode().strip('\0')))
        assert message.padded == padded
        assert codec.encode(message) == data


QUERY_KINDS = b'STRING'.ljust(12, b'\0')


@pytest.mark.parametrize(
    'content',
    [
        b'\0',
        b'\0\1',
        b'\0\1' + QUERY_KINDS,
        b'\0\1' + QUERY_KINDS + b'\0',
        b'\0\1' + QUERY_KINDS + b'\0\5S\0',
        b'\0\1' + QUERY_KINDS + b'\0\2S\0\0',
        b'\0\1' + QUERY_KINDS + b'\0\2ST',
        b'\0\1' + QUERY_KINDS + b'\0\4S\0T\0',
        b'\0\2' + QUERY_KINDS + b'\0\2S\0',
        b'\xff\xff' + bytes(100),
        b'\4\1' + QUERY_KINDS * 1025 + b'\4\2' + bytes(1026),
    ],
)
def test_bad_queries(wire, content):
    for name, head in ((b'GET_BIND', b''), (b'STT_BIND', bytes(8))):
        with pytest.raises(ContentError):
            codec.decode(wire(name, head + content))
    with pytest.raises(ContentError, match='8 or more'):
        codec.decode(wire(b'STT_BIND', bytes(7)))


@pytest.mark.parametrize(
    ('children', 'words'),
    [
        (None, ['children', 'None']),
        ('ab', ['children', "'ab'"]),
        (['ab'], ['children[0]', "'ab'", 'type and device name']),
        ([5], ['children[0]', '5']),
        ([('STRING',)], ['children[0]', "('STRING',)"]),
        ([('STRING', 'S'), ('THIRTEENBYTES', '')], ['children[1]', 'type', '13', '12']),
        ([('STRING', 'n' * 21)], ['children[0]', 'device_name', '21', '20']),
        ([('STRING', 5)], ['children[0]', '5']),
        ([('STRING', '')] * 1025, ['children', '1025', '1024']),
    ],
)
def test_queries_that_cannot_be_sent(children, words):
    for make in (GetBind, StartBind):
        with pytest.raises(EncodeError) as caught:
            make(children)
        for word in words:
            assert word in str(caught.value)


@pytest.mark.parametrize('value', [-1, 2**64, 0.5, None])
def test_intervals_that_cannot_be_sent(value):
    with pytest.raises(EncodeError, match='resolution_ns'):
        StartBind(resolution_ns=value)
