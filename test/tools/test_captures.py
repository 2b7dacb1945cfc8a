"""Captures of packets: the messages in them, whatever became of the packets on their way."""

import gzip
import random
import struct
from pathlib import Path

import numpy as np
import pcap_tools
import pytest

from igtl_ros2.codec import encode
from igtl_ros2.codec.datagram import RtpWriter
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.errors import FileError
from igtl_ros2.tools.recordings import open_recording

FRAMES = [
    path.read_bytes() for path in sorted((Path(__file__).parents[1] / 'golden').glob('*.bin'))
    if path.stat().st_size < 7000
]
DATA = b''.join(FRAMES)


def cuts(seed, most=1460):
    rng, place, found = random.Random(seed), 0, []
    while place < len(DATA):
        place += rng.randrange(1, most)
        found.append(place)
    return found


def recorded(path):
    with open_recording(path) as recording:
        return list(recording), recording.notes()


def write(path, packets, how='pcap', **options):
    (pcap_tools.write_pcapng if how == 'pcapng' else pcap_tools.write_pcap)(
        path, packets, **options)
    return path


@pytest.mark.parametrize(('how', 'options'), [
    ('pcap', {}), ('pcap', {'nano': True}), ('pcap', {'order': '>'}), ('pcapng', {}),
    ('pcapng', {'offset_s': 1_699_999_000}), ('pcapng', {'offset_s': -3600})])
def test_every_message_of_a_connection_with_the_time_of_its_last_packet(tmp_path, how, options):
    edges = cuts(how)
    path = write(tmp_path / 'a.pcap', pcap_tools.server_says(DATA, edges), how, **options)
    seen, notes = recorded(path)
    assert [one.frame for one in seen] == FRAMES and not notes
    assert {one.source for one in seen} == {'10.0.0.2:18944 > 10.0.0.1:40000'}
    ends, place, packet = [], 0, 0
    for frame in FRAMES:
        place += len(frame)
        while packet < len(edges) and edges[packet] < place:
            packet += 1
        ends.append(1_700_000_000 * 10**9 + (3 + packet) * 10**6)
    assert [one.time_ns for one in seen] == ends


def test_a_capture_that_is_packed(tmp_path):
    path = write(tmp_path / 'a.pcap', pcap_tools.server_says(DATA, cuts(1)))
    (tmp_path / 'a.pcap.gz').write_bytes(gzip.compress(path.read_bytes()))
    assert [one.frame for one in recorded(tmp_path / 'a.pcap.gz')[0]] == FRAMES


@pytest.mark.parametrize('spoil', [lambda data: data[:-50], lambda data: (
    data[:len(data) // 2] + b'\xff' * 8 + data[len(data) // 2 + 8:])], ids=['cut', 'damaged'])
def test_a_packed_capture_is_read_as_far_as_it_can_be(tmp_path, spoil):
    path = write(tmp_path / 'a.pcap', pcap_tools.server_says(DATA, cuts(1)))
    (tmp_path / 'a.pcap.gz').write_bytes(spoil(gzip.compress(path.read_bytes())))
    seen, notes = recorded(tmp_path / 'a.pcap.gz')
    assert [one.frame for one in seen] == FRAMES[: len(seen)] and seen
    assert any('in the middle of a packet' in note for note in notes)
    (tmp_path / 'a.pcap.gz').write_bytes(b'\x1f\x8b' + b'\xff' * 50)
    with pytest.raises(FileError, match='neither a bag nor a capture'):
        recorded(tmp_path / 'a.pcap.gz')


def test_a_time_that_is_none_is_told(tmp_path):
    packets = pcap_tools.server_says(DATA, cuts(1))
    path = write(tmp_path / 'a.pcapng', packets, 'pcapng')
    data = path.read_bytes()
    # its clock counts seconds, not nanoseconds
    path.write_bytes(data.replace(b'\x09\0\x01\0\x09', b'\x09\0\x01\0\0'))
    with pytest.raises(FileError, match='a damaged block: a packet of'):
        recorded(path)


@pytest.mark.parametrize('seed', range(5))
def test_packets_out_of_order_again_and_overlapping(tmp_path, seed):
    """Each byte gets there, some twice and in other pieces."""
    rng = random.Random(seed)
    first = rng.choice([0, 1000, 2**32 - 5000])  # the numbers begin anew in the middle
    parts = pcap_tools.segments(DATA, cuts(seed), first + 1)
    sent = list(parts)
    for at, part in rng.sample(parts, 20):
        start, stop = rng.randrange(len(part)), len(part)
        sent.append((at + start, part[start:stop]))  # a part of it again, at the end
    for number in range(len(sent) - 3):
        if rng.random() < 0.3:
            other = number + rng.randrange(1, 4)
            sent[number], sent[other] = sent[other], sent[number]
    server, client = pcap_tools.SERVER, pcap_tools.CLIENT
    packets = [pcap_tools.packet(server, client, first, flags=0x12)]
    packets += [pcap_tools.packet(server, client, at, part) for at, part in sent]
    seen, notes = recorded(write(tmp_path / 'a.pcap', packets))
    assert [one.frame for one in seen] == FRAMES
    assert any('sent again' in note for note in notes)


def test_both_directions_and_other_connections_stay_apart(tmp_path):
    server, client = pcap_tools.SERVER, pcap_tools.CLIENT
    one = pcap_tools.server_says(DATA, cuts(1))
    asked = pcap_tools.packet(client, server, 500, FRAMES[0])
    web = [pcap_tools.packet(('10.0.0.9', 80), client, 1, b'HTTP/1.1 200 OK\r\n' * 60)] * 3
    packets = [*one[:9], *web, asked, *one[9:]]
    seen, notes = recorded(write(tmp_path / 'a.pcap', packets))
    by = {}
    for item in seen:
        by.setdefault(item.source, []).append(item.frame)
    assert by == {
        '10.0.0.2:18944 > 10.0.0.1:40000': FRAMES,
        '10.0.0.1:40000 > 10.0.0.2:18944': [FRAMES[0]]}
    assert not any('10.0.0.9' in note for note in notes)


@pytest.mark.parametrize('seed', range(4))
def test_a_capture_that_begins_in_the_middle_or_lacks_a_packet_goes_on_with_the_next_message(
        tmp_path, seed):
    packets = pcap_tools.server_says(DATA, cuts(seed))
    late = recorded(write(tmp_path / 'late.pcap', packets[20:]))[0]
    assert 0 < len(late) < len(FRAMES) and [one.frame for one in late] == FRAMES[-len(late):]
    gone = len(packets[30]) - 40
    seen, notes = recorded(write(tmp_path / 'gap.pcap', packets[:30] + packets[31:]))
    frames = [one.frame for one in seen]
    lost = [frame for frame in FRAMES if frame not in frames]
    assert len(frames) + len(lost) == len(FRAMES) and 0 < sum(map(len, lost)) < gone + 14000
    assert any(f'{gone} bytes are not in the capture' in note for note in notes)


def test_packets_of_which_only_the_beginning_was_captured(tmp_path):
    packets = pcap_tools.server_says(DATA, cuts(3))
    packets[12] = packets[12][:-7]
    seen, notes = recorded(write(tmp_path / 'a.pcap', packets))
    assert len(FRAMES) - 12 < len(seen) < len(FRAMES)
    assert any('7 bytes are not in the capture' in note for note in notes)


def test_datagrams(tmp_path):
    udp = pcap_tools.datagram
    path = write(tmp_path / 'a.pcap', [udp(FRAMES[0]), udp(b'no message'), udp(FRAMES[1])])
    seen, notes = recorded(path)
    assert [one.frame for one in seen] == FRAMES[:2] and '(UDP)' in seen[0].source
    assert not notes


def test_what_lacks_of_datagrams_is_told(tmp_path):
    udp = pcap_tools.datagram
    rtp = RtpWriter(200, 7)
    first, second, third = (rtp.datagrams(encode(Image(
        np.zeros((1, 20, 30), np.uint8), device_name='I', version=2, message_id=number,
    )), 0.0) for number in (5, 6, 7))
    path = write(tmp_path / 'a.pcap', [
        udp(FRAMES[0][:-1]), *map(udp, first), *map(udp, second[:1] + second[2:] + third[:2])])
    seen, notes = recorded(path)
    assert len(seen) == 1
    for told in ('datagrams that are no whole message (1 times)', 'messages lack datagrams (2 ',
                 'datagrams are not in the capture (1 '):
        assert any(told in note for note in notes), notes


@pytest.mark.parametrize('link', [1, 113, 276, 0])
def test_link_layers(tmp_path, link):
    head = {
        1: bytes(12) + b'\x81\x00\x00\x05\x08\x00', 113: bytes(14) + b'\x08\x00',
        276: b'\x08\x00' + bytes(18), 0: b'\2\0\0\0'}[link]
    packets = [head + packet for packet in pcap_tools.server_says(DATA, cuts(1))]
    path = write(tmp_path / 'a.pcap', packets)
    raw = bytearray(path.read_bytes())
    raw[20:24] = struct.pack('<I', link)
    path.write_bytes(raw)
    assert [one.frame for one in recorded(path)[0]] == FRAMES


def test_a_capture_that_is_cut_short_is_read_up_to_there(tmp_path):
    path = write(tmp_path / 'a.pcap', pcap_tools.server_says(DATA, cuts(1)))
    path.write_bytes(path.read_bytes()[:-500])
    seen, notes = recorded(path)
    assert [one.frame for one in seen] == FRAMES[:len(seen)] and len(seen) > 100
    assert any('in the middle of a packet' in note for note in notes)


@pytest.mark.parametrize(('data', 'says'), [
    (b'\xd4\xc3\xb2\xa1' + bytes(5), 'the head ends at byte 9'),
    (b'\xd4\xc3\xb2\xa1' + bytes(20) + b'\xff' * 16, 'byte 24: a packet of'),
    (b'\x0a\x0d\x0d\x0a' + bytes(40), 'no byte order'),
    (b'\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a' + bytes(16) + b'\6\0\0\0\3\0\0\0' + bytes(9),
     'byte 28: a block of 3 bytes'),
    (b'\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a' + bytes(16) + b'\6\0\0\0\x10\0\0\0' + bytes(8),
     'byte 28: a damaged block'),
    (b'rubbish', 'neither a bag nor a capture'),
])
def test_a_malformed_capture_says_what_and_where(tmp_path, data, says):
    (tmp_path / 'bad.pcap').write_bytes(data)
    with pytest.raises(FileError, match=f'bad.pcap.*{says}'):
        recorded(tmp_path / 'bad.pcap')


def test_packets_that_are_garbage_are_counted_and_passed_over(tmp_path):
    rng = random.Random(1)
    packets = pcap_tools.server_says(DATA, cuts(1))
    for _ in range(200):
        packets.insert(rng.randrange(len(packets)), rng.randbytes(rng.randrange(80)))
    assert [one.frame for one in recorded(write(tmp_path / 'a.pcap', packets))[0]] == FRAMES
