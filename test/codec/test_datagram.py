"""Datagrams: one message in one of them or in several, and everything that networks do to them."""

import random
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from igtl_ros2 import codec
from igtl_ros2.codec.datagram import (
    MAX_DATAGRAM_BYTES,
    MESSAGE_IDS,
    Reassembler,
    RtpWriter,
    plain_datagram,
    with_message_id,
)
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String
from igtl_ros2.errors import (
    ContentError,
    CrcError,
    DecodeError,
    EncodeError,
    HeaderError,
    IgtlError,
    TooLargeError,
)

HERE = ('127.0.0.1', 5000)
THERE = ('127.0.0.1', 5001)
POSE = [[1, 0, 0, 10], [0, 1, 0, 20], [0, 0, 1, 30], [0, 0, 0, 1]]
FIELD_AT = 80
PIXELS = np.random.default_rng(5).integers(0, 255, (1, 50, 50), np.uint8)
IMAGE = Image(
    PIXELS,
    device_name='DeviceName',
    timestamp=0x499602D4,
    message_id=1,
    metadata={'First patient age': '22', 'Second patient age': '25'},
)


def text(size, **more):
    return String('x' * size, **{'message_id': 1, 'device_name': 'Text', **more})


def write(message, payload_bytes=1300, ssrc=7, sequence=0, now_s=0.0):
    return RtpWriter(payload_bytes, ssrc, sequence).datagrams(codec.encode(message), now_s)


def feed(reader, datagrams, source=HERE, now_s=0.0):
    """Feed datagrams, give the messages."""
    found = [reader.feed(datagram, source, now_s) for datagram in datagrams]
    return [message for message in found if message is not None]


def waiting(reader):
    """Count the messages that are not complete."""
    return len(reader._open)


def forge(datagram, at, new):
    return datagram[:at] + new + datagram[at + len(new) :]


def numbered(datagrams, start=0):
    """Give datagrams sequence numbers of their own, so that none is taken for a copy."""
    return [
        forge(datagram, 2, struct.pack('>H', (start + number) % 2**16))
        for number, datagram in enumerate(datagrams)
    ]


# --- plain ----------------------------------------------------------------------------------


def test_plain_datagrams_are_the_message(golden):
    reader = Reassembler(strict=True)
    for name, data in golden.items():
        if len(data) > MAX_DATAGRAM_BYTES:
            continue
        datagram = plain_datagram(codec.encode_parts(codec.decode(data)))
        assert datagram == data, name
        assert codec.encode(reader.feed(datagram, HERE, 0.0)) == data, name
    assert reader.counts.messages == reader.counts.datagrams > 100
    assert not reader.counts.refused


def test_plain_datagrams_have_a_limit():
    data = codec.encode(text(2000))
    assert plain_datagram(data, len(data)) == data
    with pytest.raises(EncodeError, match=rf'{len(data)} bytes .* {len(data) - 1}\b'):
        plain_datagram(data, len(data) - 1)
    with pytest.raises(EncodeError, match='65507'):
        plain_datagram(codec.encode(codec.Unknown('BIG', bytes(70_000))), 100_000)


def test_a_longer_datagram_has_a_tail_and_a_shorter_one_is_refused():
    data = codec.encode(String('hello'))
    reader = Reassembler()
    assert reader.feed(data + b'tail', HERE, 0.0).text == 'hello'
    for size in range(1, len(data)):
        with pytest.raises(HeaderError):
            reader.feed(data[:size], HERE, 0.0)
    assert reader.counts.refused == {'HeaderError': len(data) - 1}


def test_plain_bodies_are_checked(wire):
    reader = Reassembler(max_body_bytes=1000)
    with pytest.raises(CrcError):
        reader.feed(wire(b'TRANSFORM', bytes(48), crc=1), HERE, 0.0)
    with pytest.raises(ContentError):
        reader.feed(wire(b'TRANSFORM', bytes(47)), HERE, 0.0)
    with pytest.raises(TooLargeError, match='1001.*1000'):
        reader.feed(wire(b'OTHER', bytes(1001)), HERE, 0.0)
    with pytest.raises(TooLargeError):
        reader.feed(wire(b'OTHER', b'', size=2**64 - 1), HERE, 0.0)
    assert reader.counts.refused == {'CrcError': 1, 'ContentError': 1, 'TooLargeError': 2}
    assert Reassembler(check_crc=False).feed(
        wire(b'STRING', b'\0\3\0\2hi', crc=1), HERE, 0.0
    ).text == 'hi'


def test_seen_version_is_what_the_sender_can_read(wire):
    reader = Reassembler()
    body = b'\0\3\0\2hi'
    for data, seen in (
        (codec.encode(String('x'), version=1), 1),
        (codec.encode(String('x'), version=2), 2),
        (wire(b'STRING', body, 2), 1),  # no extended header
        (forge(codec.encode(String('x'), version=2), 0, b'\0\3'), 1),
        (write(text(1))[0], 2),
    ):
        assert reader.feed(data, HERE, 0.0) is not None
        assert reader.seen_version == seen
    assert reader.counts.nonconforming == 2
    with pytest.raises(ContentError):
        Reassembler(strict=True).feed(wire(b'STRING', body, 2), HERE, 0.0)


# --- the RTP frame --------------------------------------------------------------------------


def test_layout_of_the_cpp_library():
    """The numbers are those of the library's own test of 3 datagrams; pixels are others."""
    data = codec.encode(IMAGE)
    assert len(data) == 58 + 2641
    datagrams = RtpWriter(1300, 0xDEADBEEF, 0xFFFF).datagrams(data, 1000.128)
    assert [len(datagram) for datagram in datagrams] == [1312, 1312, 251]
    for number, datagram in enumerate(datagrams):
        assert datagram[:2] == b'\x80\x60'
        assert datagram[2:4] == [b'\xff\xff', b'\0\0', b'\0\1'][number]
        assert datagram[4:8] == struct.pack('>I', 100013)
        assert datagram[8:12] == b'\xde\xad\xbe\xef'
        assert datagram[12:78] == data[:66]
        assert datagram[78:80] == b'\0\1'
        assert datagram[80:82] == [b'\x80\0', b'\x80\1', b'\xe0\2'][number]
    assert b''.join(datagram[82:] for datagram in datagrams) == data[70:]
    # and what a sender does that counts its sequence otherwise and says payload type 0
    reader = Reassembler(strict=True)
    old = [forge(datagram, 0, b'\x80\0\1') for datagram in datagrams]
    (message,) = feed(reader, old)
    assert codec.encode(message) == data


def test_header_2_without_an_extended_header_stays_out_of_rtp(wire):
    with pytest.raises(EncodeError, match='body of 5'):
        RtpWriter(1400, 1).datagrams(wire(b'STRING', b'\0\3\0\1x', 2), 0.0)


def test_rtp_time_wraps():
    late = write(text(1), now_s=2**32 / 100 + 5)[0]
    assert late[4:8] == struct.pack('>I', 500)


def test_every_golden_message_through_small_fragments(golden, same):
    ids = iter(list(MESSAGE_IDS) * 10)
    writer = RtpWriter(200, 1)
    reader = Reassembler(strict=True)
    for name, data in golden.items():
        message = codec.decode(data)
        if len(data) > 200_000 or message.message_id > 255:
            continue
        sent = with_message_id(message, next(ids))
        assert sent.version == 2 and sent.message_id
        datagrams = writer.datagrams(codec.encode_parts(sent), 0.0)
        assert max(map(len, datagrams)) <= 212
        (found,) = feed(reader, datagrams)
        assert codec.encode(found) == codec.encode(sent), name
        assert found.encode_content() is not None
    assert reader.counts.messages > 100
    assert reader.counts.lost == reader.counts.reordered == reader.counts.duplicates == 0
    assert reader.pending_bytes == waiting(reader) == 0


def test_ids_that_are_there_stay():
    assert list(MESSAGE_IDS) == list(range(1, 256))
    message = text(1, message_id=300)
    assert with_message_id(message, 5) is message
    plain = Transform(POSE, device_name='Tool', timestamp=9)
    with_id = with_message_id(plain, 5)
    assert (with_id.version, with_id.message_id, with_id.timestamp) == (2, 5, 9)
    assert (plain.version, plain.message_id) == (1, 0)
    unknown = with_message_id(codec.Unknown('OTHER', b'abc'), 6)
    assert (unknown.type_name, unknown.content) == ('OTHER', b'abc')


@pytest.mark.parametrize(
    'message, wanted',
    [
        (codec.encode(String('x')), 'header version 1'),
        (codec.encode(text(5000, message_id=256)), '256.*255.*4'),
        (codec.encode(text(5, message_id=65536)), '65536.*65535'),
        (codec.encode(text(5))[:-1], 'announces'),
        (b'', '0 bytes are'),
        (codec.encode(text(5))[:57], '57 bytes are'),
    ],
)
def test_what_the_rtp_frame_cannot_carry(message, wanted):
    writer = RtpWriter(1400, 1, 5)
    with pytest.raises(EncodeError, match=wanted):
        writer.datagrams(message, 0.0)
    # no number of the sequence is used up by what is not sent
    assert writer.datagrams(codec.encode(text(1)), 0.0)[0][2:4] == b'\0\5'


def test_as_many_fragments_as_there_are_numbers():
    # 71 bytes leave room for one in each; 12 + 4 + text + 2 is the body
    most = 8192 - 4 - 2
    datagrams = write(text(most), 71)
    assert len(datagrams) == 8192
    assert datagrams[0][80:82] == b'\x80\0'
    assert datagrams[-2][80:82] == b'\x9f\xfe'
    assert datagrams[-1][80:82] == b'\xff\xff'
    (message,) = feed(Reassembler(), datagrams)
    assert message.text == 'x' * most
    with pytest.raises(EncodeError, match='8193.*8192'):
        write(text(most + 1), 71)


def test_ids_up_to_the_limits():
    for size, message_id in ((5, 65535), (5000, 255)):
        (message,) = feed(Reassembler(), write(text(size, message_id=message_id)))
        assert message.message_id == message_id


@pytest.mark.parametrize('values', [(70, 1), (65496, 1), (1400, -1), (1400, 2**32), (1400, 1, -1)])
def test_writers_that_cannot_be(values):
    with pytest.raises(EncodeError):
        RtpWriter(*values)


def test_the_largest_datagram_of_all():
    first, *_ = write(text(65000), 65495)
    assert len(first) <= MAX_DATAGRAM_BYTES
    (message,) = feed(Reassembler(), [first])
    assert len(message.text) == 65000


# --- what networks do -----------------------------------------------------------------------


@given(st.randoms(use_true_random=False), st.integers(75, 2000), st.integers(0, 65535))
def test_any_order_with_copies(chance, payload_bytes, start):
    sent = [text(chance.randint(0, 3000), message_id=number) for number in range(1, 5)]
    datagrams = []
    writer = RtpWriter(payload_bytes, 3, start)
    for message in sent:
        datagrams += writer.datagrams(codec.encode(message), 0.0)
    count = len(datagrams)
    # no further apart than copies are recognized
    datagrams = datagrams[:200] + [d for d in datagrams[:200] if chance.random() < 0.2]
    chance.shuffle(datagrams)
    reader = Reassembler()
    found = feed(reader, datagrams)
    if count <= 200:
        assert sorted(map(codec.encode, found)) == sorted(map(codec.encode, sent))
        assert reader.counts.lost == 0
        assert reader.pending_bytes == waiting(reader) == 0
    assert reader.counts.duplicates == len(datagrams) - min(count, 200)


def test_whole_in_order_counts_nothing_odd():
    reader = Reassembler()
    assert len(feed(reader, write(text(5000), sequence=65534))) == 1
    counts = reader.counts
    assert (counts.datagrams, counts.messages) == (5, 1)
    assert not any((counts.lost, counts.reordered, counts.duplicates, counts.expired))


def test_all_copied():
    reader = Reassembler()
    datagrams = write(text(5000))
    assert len(feed(reader, datagrams + datagrams)) == 1
    assert reader.counts.duplicates == len(datagrams)
    assert waiting(reader) == 0


def test_the_same_fragment_with_another_sequence_number_is_a_copy_too():
    reader = Reassembler()
    datagrams = write(text(5000))
    twice = [datagram for datagram in datagrams[:-1] for _ in range(2)] + datagrams[-1:]
    assert len(feed(reader, numbered(twice))) == 1
    assert reader.counts.duplicates == len(datagrams) - 1


def test_equal_messages_are_no_copies():
    reader = Reassembler()
    writer = RtpWriter(1300, 1)
    data = codec.encode(text(3000))
    for _ in range(5):
        assert len(feed(reader, writer.datagrams(data, 0.0))) == 1
    assert reader.counts.duplicates == 0


def test_a_sender_that_starts_again_is_heard():
    reader = Reassembler()
    for start, now_s in ((0, 0.0), (0, 0.5), (40_000, 0.6), (7, 0.7)):
        assert len(feed(reader, write(text(3000), sequence=start, now_s=now_s))) == 1
    assert reader.counts.duplicates == 0


def test_numbers_far_back_are_another_beginning_and_no_delay():
    reader = Reassembler()
    for start in (5000, 0, 2):
        feed(reader, numbered(write(text(10)) * 2, start))
    counts = reader.counts
    assert (counts.messages, counts.lost, counts.reordered, counts.duplicates) == (6, 0, 0, 0)


def test_lost_and_late():
    reader = Reassembler()
    datagrams = numbered(write(text(10), 1300) * 20, 65530)
    assert feed(reader, [datagrams[0], datagrams[5]])
    assert reader.counts.lost == 4
    assert feed(reader, [datagrams[3]])
    assert (reader.counts.lost, reader.counts.reordered) == (3, 1)
    assert feed(reader, datagrams[6:])
    assert (reader.counts.lost, reader.counts.reordered) == (3, 1)
    # what was sent before the first that came was not missing
    reader = Reassembler()
    feed(reader, [datagrams[5], datagrams[4]])
    assert (reader.counts.lost, reader.counts.reordered) == (0, 1)


def test_a_lost_fragment_loses_one_message_and_no_other():
    reader = Reassembler()
    writer = RtpWriter(1300, 1)
    first = writer.datagrams(codec.encode(text(5000, message_id=1)), 0.0)
    second = writer.datagrams(codec.encode(text(5000, message_id=2)), 0.0)
    assert feed(reader, first[:2] + first[3:]) == []
    (message,) = feed(reader, second)
    assert message.message_id == 2
    assert reader.counts.lost == 1
    assert waiting(reader) == 1
    reader.expire(1.0)
    assert waiting(reader) == 1
    reader.expire(1.01)
    assert (waiting(reader), reader.pending_bytes, reader.counts.expired) == (0, 0, 1)
    # too late
    assert feed(reader, first[2:3], now_s=1.02) == []


def test_feeding_expires_too():
    reader = Reassembler(max_age_s=2.0)
    feed(reader, write(text(5000))[:2], now_s=10.0)
    feed(reader, write(text(1), ssrc=9), now_s=12.0)
    assert reader.counts.expired == 0
    feed(reader, write(text(1), ssrc=9), now_s=12.1)
    assert reader.counts.expired == 1


def test_senders_do_not_mix():
    """Same device, id, time stamp: told apart by sender, stream number or checksum."""
    reader = Reassembler()
    mine = write(text(5000), ssrc=1)
    streams = [
        (HERE, mine),
        (THERE, mine),
        (HERE, write(text(5000), ssrc=2)),
        (HERE, numbered(write(String('y' * 5000, message_id=1, device_name='Text'), ssrc=1), 50)),
        (HERE, numbered(write(text(5000, timestamp=5), ssrc=1), 100)),
        (HERE, numbered(write(text(5000, device_name='Other'), ssrc=1), 150)),
        (HERE, numbered(write(text(5000, message_id=2), ssrc=1), 200)),
    ]
    found = []
    for number in range(len(mine)):
        for source, datagrams in streams:
            found += feed(reader, datagrams[number : number + 1], source)
    assert len(found) == len(streams)
    assert sum(message.text[0] == 'y' for message in found) == 1


def test_payloads_of_any_size_in_one_message():
    data = codec.encode(text(3000))
    whole = write(text(3000), 65000)[0]
    head, rest = whole[:FIELD_AT], data[70:]
    cuts = [0, 1, 1, 1500, 1510, len(rest)]
    datagrams = []
    for index, (start, end) in enumerate(zip(cuts, cuts[1:])):
        field = index + (0xE000 if end == len(rest) else 0x8000)
        datagrams.append(head + struct.pack('>H', field) + rest[start:end])
    datagrams = numbered(datagrams)
    random.Random(1).shuffle(datagrams)
    (message,) = feed(Reassembler(), datagrams)
    assert codec.encode(message) == data


# --- forged ---------------------------------------------------------------------------------


def refused(error, wanted, datagrams, reader=None, **more):
    """Feed all but the last, which must be refused with words; give the reader."""
    reader = Reassembler(**more) if reader is None else reader
    assert feed(reader, datagrams[:-1]) == []
    with pytest.raises(error, match=wanted):
        reader.feed(datagrams[-1], HERE, 0.0)
    assert reader.counts.refused[error.__name__] >= 1
    return reader


def test_wrong_sums():
    datagrams = write(text(5000))
    spoiled = datagrams[:1] + [forge(datagrams[1], 500, b'?')] + datagrams[2:]
    reader = refused(CrcError, 'CRC', spoiled)
    assert waiting(reader) == reader.pending_bytes == 0
    (message,) = feed(Reassembler(check_crc=False), spoiled)
    assert '?' in message.text


def test_too_little():
    datagrams = write(text(5000))
    cut = [datagrams[0], datagrams[1][:-1], *datagrams[2:]]
    reader = refused(ContentError, r'5017.*5018', cut)
    assert waiting(reader) == reader.pending_bytes == 0


def test_too_much():
    datagrams = write(text(5000))
    long = [forge(datagrams[0], FIELD_AT, b'\x80\0') + bytes(5000)]
    refused(ContentError, 'fragments of', long)
    reader = refused(ContentError, 'fragments of', [*datagrams[:-1], datagrams[-1] + b'more'])
    # what was there is not lost by that
    (message,) = feed(reader, numbered(datagrams[-1:], 99))
    assert len(message.text) == 5000


@pytest.mark.parametrize('other', [b'\xe0\3', b'\xe0\6', b'\xe0\1'])
def test_contradicting_totals(other):
    datagrams = write(text(5000))  # 5 fragments
    lie = forge(datagrams[4], FIELD_AT, other)[:-1]
    reader = refused(ContentError, 'fragment', numbered([datagrams[2], datagrams[4], lie]))
    rest = numbered([datagrams[0], datagrams[1], datagrams[3]], 50)
    assert len(feed(reader, rest)) == 1


def test_last_before_others():
    datagrams = write(text(5000))
    lie = forge(datagrams[4], FIELD_AT, b'\xe0\1')
    reader = refused(ContentError, 'fragment 1 as the last', [datagrams[2], lie])
    assert len(feed(reader, numbered([*datagrams[:2], *datagrams[3:]], 50))) == 1
    beyond = [forge(datagrams[1], FIELD_AT, b'\xe0\1'), datagrams[2]]
    refused(ContentError, 'fragment 2 of a message of 2', beyond)


def test_same_number_other_bytes():
    datagrams = write(text(5000))
    lie = forge(datagrams[1], 200, b'lie')
    reader = refused(ContentError, 'before', numbered([*datagrams[:2], lie]))
    assert len(feed(reader, numbered(datagrams[2:], 50))) == 1


def test_fragments_with_another_id_are_of_another_message():
    datagrams = write(text(5000))
    lie = forge(datagrams[0], 78, b'\0\x09')
    reader = Reassembler()
    (message,) = feed(reader, numbered([lie, *datagrams]))
    assert message.message_id == 1
    assert waiting(reader) == 1


@pytest.mark.parametrize('field', [0x0001, 0x7FFF, 0x9FFF, 0xA000, 0xDFFF])
def test_numbers_that_do_not_exist(field):
    datagram = forge(write(text(5000))[0], FIELD_AT, struct.pack('>H', field))
    reader = refused(ContentError, f'{field:04x}', [datagram])
    assert waiting(reader) == 0


@pytest.mark.parametrize('size', [1001, 2**31, 2**63, 2**64 - 1])
def test_huge_bodies_are_refused_at_the_first_fragment(size):
    datagrams = write(text(5000))
    lie = forge(datagrams[1], 12 + 42, struct.pack('>Q', size))
    reader = refused(TooLargeError, f'{size}.*1000', [lie], max_body_bytes=1000)
    assert waiting(reader) == reader.pending_bytes == 0


def test_bodies_without_room_for_an_extended_header():
    for size in (0, 11):
        for number in (0, -1):
            lie = forge(write(text(5000))[number], 12 + 42, struct.pack('>Q', size))
            refused(ContentError, 'body', [lie])


def test_other_frames():
    datagram = write(text(5))[0]
    refused(HeaderError, 'header version 1 in RTP', [forge(datagram, 12, b'\0\1')])
    refused(HeaderError, 'header version 3 in RTP', [forge(datagram, 12, b'\0\3')])
    refused(HeaderError, 'header version 99', [forge(datagram, 12, b'\0\x63')])
    for first in (0x81, 0x90, 0xA0, 0xBF):
        refused(HeaderError, f'{first:02x}', [forge(datagram, 0, bytes([first]))])
    for first in (0x00, 0x40, 0xC0, 0xFF):
        refused(HeaderError, 'neither', [forge(datagram, 0, bytes([first]))])
    refused(HeaderError, 'neither', [datagram[:81]])
    refused(HeaderError, '0 bytes', [b''])


def test_a_flood_of_keys_is_bounded_and_fair():
    reader = Reassembler(max_open=10)
    datagrams = write(text(5000))
    assert feed(reader, datagrams[:2], THERE) == []
    for ssrc in range(1000):
        feed(reader, write(text(5000), ssrc=ssrc)[:1], HERE)
        assert waiting(reader) <= 10
    assert reader.counts.evicted == 1000 - 9
    # who takes most loses, nobody else
    (message,) = feed(reader, datagrams[2:], THERE)
    assert len(message.text) == 5000
    # the newest of the flood are there
    (message,) = feed(reader, write(text(5000), ssrc=999)[1:], HERE)


def test_a_flood_from_many_senders_is_bounded():
    reader = Reassembler(max_open=10)
    tracemalloc.start()
    first = write(text(5000))[0]
    for port in range(3000):
        feed(reader, [first], ('10.0.0.1', port))
        assert waiting(reader) <= 10
    assert reader.pending_bytes == 10 * 1230
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_bytes_are_bounded():
    reader = Reassembler(max_body_bytes=10_000, max_bytes=25_000)
    small = write(text(5000), ssrc=99)
    feed(reader, small[:-1], THERE)
    streams = [write(text(9000), ssrc=ssrc) for ssrc in range(5)]
    for number in range(7):
        for datagrams in streams:
            feed(reader, datagrams[number : number + 1], HERE)
            assert reader.pending_bytes <= 25_000
    assert reader.counts.evicted >= 2
    assert len(feed(reader, small[-1:], THERE)) == 1


def test_one_message_always_has_room():
    reader = Reassembler(max_body_bytes=10_000, max_bytes=1)
    assert len(feed(reader, write(text(9000)))) == 1


def test_claims_take_no_memory():
    lie = forge(write(text(5000))[0], 12 + 42, struct.pack('>Q', 60_000_000))
    reader = Reassembler()
    tracemalloc.start()
    for ssrc in range(64):
        feed(reader, [forge(lie, 8, struct.pack('>I', ssrc))])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert waiting(reader) == 64
    assert peak < 1_000_000


def test_streams_that_are_remembered_are_bounded():
    reader = Reassembler()
    tracemalloc.start()
    for ssrc in range(5000):
        feed(reader, write(text(5), ssrc=ssrc))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
    assert reader.counts.messages == 5000


# --- only the newest ------------------------------------------------------------------------

SECOND = 2**32


def stamped(seconds, **more):
    more = {'device_name': 'Tool', 'timestamp': int(seconds * SECOND), **more}
    return codec.encode(Transform(POSE, **more))


def test_older_poses_are_left_out_where_asked():
    for newest_only, left in (({'TRANSFORM'}, 3), ((), 4)):
        reader = Reassembler(newest_only=newest_only)
        found = feed(reader, [stamped(at) for at in (100, 100.5, 100.25, 100.5)])
        assert len(found) == left
        assert (reader.counts.outdated, reader.counts.messages) == (4 - left, left)


def test_devices_senders_and_unset_stamps_are_apart():
    reader = Reassembler(newest_only={'TRANSFORM'})
    assert feed(reader, [stamped(100)])
    assert feed(reader, [stamped(99.5, device_name='Other')])
    assert feed(reader, [stamped(99.5)], THERE)
    assert feed(reader, [stamped(0)])
    late = codec.encode(String('x', device_name='Tool', timestamp=99 * SECOND))
    assert feed(reader, [late])
    assert reader.counts.outdated == 0


def test_a_clock_that_is_set_back_does_not_silence_a_device():
    reader = Reassembler(newest_only={'TRANSFORM'})
    assert feed(reader, [stamped(2**31)])
    assert feed(reader, [stamped(100)])
    assert feed(reader, [stamped(100.1)])
    assert reader.counts.outdated == 0


def test_devices_that_are_remembered_are_bounded():
    reader = Reassembler(newest_only={'TRANSFORM'})
    data = stamped(1)
    names = [data[:14] + b'%020d' % number + data[34:] for number in range(20_000)]
    feed(reader, names[:2000])  # what the codec itself remembers of names is there by then
    tracemalloc.start()
    for data in names[2000:]:
        reader.feed(data, HERE, 0.0)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 3_000_000


# --- garbage --------------------------------------------------------------------------------


@given(st.binary(max_size=200), st.sampled_from([b'', b'\x80\x60', b'\0\1', b'\0\2', b'\0\3']))
def test_garbage(data, start):
    reader = Reassembler()
    with pytest.raises(IgtlError):
        reader.feed(start + data, HERE, 0.0)


@pytest.mark.parametrize('check_crc', [True, False])
def test_spoiled_anywhere(check_crc):
    chance = random.Random(3)
    reader = Reassembler(check_crc=check_crc)
    sent = codec.encode(text(300))
    for number in range(3000):
        datagrams = write(text(300), 150, ssrc=number, now_s=number)
        spoiled = []
        for datagram in datagrams:
            if chance.random() < 0.3:
                at = chance.randrange(len(datagram))
                datagram = forge(datagram, at, bytes([chance.randrange(256)]))
            if chance.random() < 0.05:
                datagram = datagram[: chance.randrange(len(datagram))]
            spoiled.append(datagram)
        chance.shuffle(spoiled)
        for datagram in spoiled:
            try:
                message = reader.feed(datagram, HERE, float(number))
            except DecodeError:
                continue
            if message is not None and check_crc:
                assert codec.encode(message)[70:] == sent[70:]
    counts = reader.counts
    assert counts.messages > 300 and counts.refused and counts.expired
    assert waiting(reader) <= 64
