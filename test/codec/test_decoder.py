"""The stream: chunks of any size, broken messages, limits, and memory that is not copied."""

import random
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from many import each

from igtl_ros2 import codec
from igtl_ros2.codec import blocks
from igtl_ros2.codec.messages.arrays import Sensor
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.text import Status, String
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.errors import CrcError, DecodeError, HeaderError, TooLargeError

GOLDEN = sorted((Path(__file__).parent.parent / 'golden').glob('*.bin'))
SMALL = [path for path in GOLDEN if path.stat().st_size < 10_000]
NEXT = codec.encode(String('next', device_name='Next'))


def by_feed(decoder, data):
    """Give bytes as a script would."""
    decoder.feed(data)


def by_buffer(decoder, data):
    """Give bytes as a transport would, which never gets more than fits."""
    while data:
        space = decoder.get_buffer(-1)
        size = min(len(space), len(data))
        assert size
        space[:size] = data[:size]
        decoder.buffer_updated(size)
        data = data[size:]


both = pytest.mark.parametrize('give', [by_feed, by_buffer])
golden, small = each('path', GOLDEN), each('path', SMALL)


def take(decoder):
    """Take all messages there are."""
    messages = []
    while (message := decoder.next_message()) is not None:
        messages.append(message)
    return messages


@both
@golden
def test_whole(path, give):
    data = path.read_bytes()
    decoder = codec.Decoder(strict=True)
    assert decoder.next_message() is None
    give(decoder, data)
    assert decoder.pending_bytes == len(data)
    message = decoder.next_message()
    assert codec.encode(message) == data
    assert decoder.next_message() is None
    assert decoder.pending_bytes == 0
    assert decoder.received_bytes == len(data)
    assert decoder.seen_version == message.version
    assert decoder.nonconforming == 0


@both
@small
def test_byte_by_byte_and_cut_at_every_byte(path, give):
    data = path.read_bytes()
    decoder = codec.Decoder()
    for number in range(len(data)):
        assert decoder.next_message() is None
        assert decoder.pending_bytes == number
        give(decoder, data[number : number + 1])
    assert codec.encode(decoder.next_message()) == data
    assert decoder.pending_bytes == 0


@both
@golden
def test_two_in_a_row(path, give):
    data = path.read_bytes()
    decoder = codec.Decoder()
    give(decoder, data + data + NEXT)
    assert b''.join(map(codec.encode, take(decoder))) == data + data + NEXT


@pytest.mark.parametrize('path', SMALL[::20], ids=lambda path: path.stem)
def test_part_of_a_message_is_no_message(path):
    data = path.read_bytes()
    for cut in range(len(data)):
        with pytest.raises(HeaderError):
            codec.decode(data[:cut])
    with pytest.raises(HeaderError):
        codec.decode(data + b'\0')


@both
@pytest.mark.parametrize('seed', range(6))
def test_all_golden_messages_in_random_chunks(give, seed):
    chance = random.Random(seed)
    paths = chance.sample(GOLDEN, len(GOLDEN))
    stream = b''.join(path.read_bytes() for path in paths)
    decoder = codec.Decoder()
    largest = [20, 100, 1500, 60_000, 300_000, 2_000_000][seed]
    messages = []
    start = 0
    while start < len(stream):
        size = chance.randint(1, largest)
        give(decoder, stream[start : start + size])
        start += size
        if chance.random() < 0.8:
            messages += take(decoder)
    messages += take(decoder)
    assert b''.join(map(codec.encode, messages)) == stream
    assert decoder.pending_bytes == 0
    assert decoder.received_bytes == len(stream)


def test_messages_pile_up_until_they_are_taken():
    decoder = codec.Decoder()
    for _ in range(5000):
        decoder.feed(NEXT)
    assert decoder.pending_bytes == 5000 * len(NEXT)
    assert len(take(decoder)) == 5000


def test_seen_version_is_the_highest():
    decoder = codec.Decoder()
    assert decoder.seen_version == 0
    for version, seen in ((1, 1), (2, 2), (1, 2)):
        decoder.feed(codec.encode(String('x'), version=version))
        decoder.next_message()
        assert decoder.seen_version == seen


# --- broken messages ------------------------------------------------------------------------

POSE = [[1, 0, 0, 10], [0, 1, 0, 20], [0, 0, 1, 30], [0, 0, 0, 1]]
VICTIMS = [
    Transform(POSE, device_name='Tool'),
    Transform(POSE, device_name='Tool', message_id=5, metadata={'Status': 'OK', 'ä': 'ö'}),
    Position([1, 2, 3], [0, 0, 0, 1]),
    String('hello', metadata={'k': 'v'}),
    Status(3, -1, 'Name', 'text'),
    Sensor([1, 2]),
    TrackingData([TrackingElement('T', POSE)], message_id=1),
    PointList([Point('P', [1, 2, 3])]),
    Image(np.zeros((1, 2, 3), np.int16)),
    codec.Unknown('RTS_TDATA', b'\1', version=2),
]


@pytest.mark.parametrize('check_crc', [True, False])
@pytest.mark.parametrize('victim', VICTIMS, ids=lambda m: f'{m.type_name}{m.version}')
def test_spoiled_at_every_byte(victim, check_crc):
    data = codec.encode(victim)
    for at in range(len(data)):
        for change in (0x01, 0x80, 0xFF):
            broken = bytearray(data)
            broken[at] ^= change
            decoder = codec.Decoder(check_crc=check_crc)
            decoder.feed(broken + NEXT)
            try:
                decoder.next_message()
            except DecodeError as error:
                in_step = error.in_step
                if not in_step:
                    check_lost(decoder, error)
            else:
                in_step = True
                # nothing in the body gets past its CRC
                assert at < 50 or not check_crc
            if in_step and not 42 <= at < 50:
                assert decoder.next_message().text == 'next'


def check_lost(decoder, error):
    """After this error nothing comes out and nothing more is kept."""
    pending = decoder.pending_bytes
    for give in (by_feed, by_buffer):
        give(decoder, NEXT * 3)
        with pytest.raises(type(error), match='^' + str(error)[:10]):
            decoder.next_message()
        assert decoder.pending_bytes == pending


@both
@pytest.mark.parametrize('wrong', [{'version': 0}, {'size': 2**63}])
def test_a_stream_out_of_step_stays_so(wire, give, wrong):
    decoder = codec.Decoder()
    give(decoder, NEXT + wire(b'STRING', b'', **wrong) + NEXT)
    assert decoder.next_message().text == 'next'
    with pytest.raises((HeaderError, TooLargeError)) as caught:
        decoder.next_message()
    assert not caught.value.in_step
    check_lost(decoder, caught.value)


def test_garbage_forever_takes_no_memory():
    decoder = codec.Decoder()
    decoder.feed(b'GET / HTTP/1.1\r\nHost: x\r\n' * 10)
    with pytest.raises(HeaderError):
        decoder.next_message()
    tracemalloc.start()
    for _ in range(300):
        by_feed(decoder, bytes(100_000))
        by_buffer(decoder, bytes(100_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 << 20


@both
def test_after_a_broken_body_the_stream_goes_on(wire, give):
    bad_crc = wire(b'TRANSFORM', bytes(48), crc=1)
    bad_body = wire(b'TRANSFORM', bytes(47))
    decoder = codec.Decoder()
    give(decoder, bad_crc + bad_body + NEXT + bad_crc)
    with pytest.raises(CrcError):
        decoder.next_message()
    with pytest.raises(DecodeError, match='47'):
        decoder.next_message()
    assert decoder.next_message().text == 'next'
    with pytest.raises(CrcError):
        decoder.next_message()
    assert decoder.next_message() is None
    assert decoder.pending_bytes == 0


def test_crc_is_not_compared_where_that_is_off(wire):
    decoder = codec.Decoder(check_crc=False)
    decoder.feed(wire(b'STRING', b'\0\3\0\2hi', crc=1))
    assert decoder.next_message().text == 'hi'


def test_strict_refuses_what_is_only_tolerated(wire):
    data = wire(b'STRING', b'\0\3\0\2hi', 2)
    decoder = codec.Decoder(strict=True)
    decoder.feed(data + NEXT)
    with pytest.raises(DecodeError, match='extended header'):
        decoder.next_message()
    assert decoder.next_message().text == 'next'
    assert decoder.nonconforming == 0


# --- limits and memory ----------------------------------------------------------------------


def resident_bytes():
    """Tell how much physical memory this process has."""
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    return pages * 4096


linux = pytest.mark.skipif(not sys.platform.startswith('linux'), reason='reads /proc')


@both
@pytest.mark.parametrize('size', [1001, 2**32, 2**62, 2**63, 2**64 - 1])
def test_a_body_over_the_limit_is_refused_before_it_comes(wire, give, size):
    decoder = codec.Decoder(max_body_bytes=1000)
    tracemalloc.start()
    give(decoder, wire(b'IMAGE', b'', size=size))
    with pytest.raises(TooLargeError, match=f'{size}.*1000') as caught:
        decoder.next_message()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20
    assert (caught.value.type_name, caught.value.device_name) == ('IMAGE', 'Dev')


def test_a_body_at_the_limit_is_taken(wire):
    decoder = codec.Decoder(max_body_bytes=1000)
    decoder.feed(wire(b'OTHER', bytes(1000)))
    assert len(decoder.next_message().content) == 1000


@linux
@both
def test_a_large_claim_takes_no_memory_until_bytes_come(wire, give):
    before = resident_bytes()
    decoders = [codec.Decoder() for _ in range(3)]
    for decoder in decoders:
        give(decoder, wire(b'IMAGE', b'', size=300_000_000))
        assert decoder.next_message() is None
        give(decoder, bytes(1000))
        assert decoder.next_message() is None
        assert len(decoder.get_buffer()) >= 300_000_000 - 1000
    assert resident_bytes() - before < 60_000_000


@both
def test_a_large_body_lands_where_its_message_lives(give):
    image = Image(np.arange(3_000_000, dtype=np.uint32).reshape(3, 1000, 1000), device_name='Big')
    data = codec.encode(image)
    decoder = codec.Decoder()
    give(decoder, NEXT + data[:200])
    assert decoder.next_message().text == 'next'
    assert decoder.next_message() is None
    block = decoder.get_buffer()
    give(decoder, data[200:])
    pixels = decoder.next_message().pixels
    assert np.shares_memory(pixels, np.frombuffer(block, np.uint8))
    assert np.array_equal(pixels, image.pixels)


@both
def test_the_memory_of_a_large_message_goes_with_it(give):
    data = codec.encode(Image(np.ones((8, 1000, 1000), np.uint8)))
    decoder = codec.Decoder()
    tracemalloc.start()
    give(decoder, data)
    assert decoder.next_message().pixels.all()
    left, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert left < 1 << 20
    give(decoder, NEXT)
    assert decoder.next_message().text == 'next'


def test_pixels_stay_right_while_more_messages_come():
    decoder = codec.Decoder()
    chance = np.random.default_rng(1)
    kept = []
    for number in range(300):
        sent = chance.integers(0, 255, (1, 40 + number % 90, 50), np.uint8)
        for part in codec.encode_parts(Image(sent, timestamp=number)):
            by_buffer(decoder, bytes(part))
        by_buffer(decoder, NEXT)
        image, text = take(decoder)
        assert text.text == 'next'
        kept.append((sent, image.pixels))
    for sent, pixels in kept:
        assert np.array_equal(sent, pixels)


def test_pixels_are_read_only():
    image = Image(np.zeros((2, 3, 4), np.int16))
    data = bytearray(codec.encode(image))
    decoder = codec.Decoder()
    decoder.feed(data)
    for pixels in (codec.decode(data).pixels, decoder.next_message().pixels):
        assert not pixels.flags.writeable
        with pytest.raises(ValueError, match='read-only'):
            pixels[0, 0, 0] = 1


def test_decode_does_not_copy():
    data = codec.encode(Image(np.zeros((2, 3, 4), np.int16)))
    assert np.shares_memory(codec.decode(data).pixels, np.frombuffer(data, np.uint8))


def test_get_buffer_is_never_empty():
    decoder = codec.Decoder()
    for size in (1, 57, 58, 262_000, 524_288):
        space = decoder.get_buffer(size)
        while len(space):
            decoder.buffer_updated(len(space[:1000]))
            space = space[1000:]
        assert len(decoder.get_buffer())


# -- the memory that messages were received into


def test_the_bytes_before_an_array_are_those_of_its_message():
    decoder = codec.Decoder()
    data = codec.encode(Image(np.full((2, 100, 100), 7, np.uint8), device_name='Ct'))
    by_buffer(decoder, NEXT + data)
    _, image = take(decoder)
    whole = blocks.with_bytes_before(image.pixels, 130)
    assert bytes(whole) == bytes(data)
    whole[:72] = 0
    assert (image.pixels == 7).all()
    assert blocks.with_bytes_before(image.pixels, 1 << 20) is None


def test_memory_of_others_is_never_given_out():
    data = bytearray(codec.encode(Image(np.full((2, 100, 100), 7, np.uint8))))
    for pixels in (codec.decode(data).pixels, codec.decode(bytes(data)).pixels,
                   np.zeros((3, 4), np.uint8), np.zeros((3, 4), np.uint8)[1:]):
        assert blocks.with_bytes_before(pixels, 1) is None
