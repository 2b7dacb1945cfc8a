"""`igtl_record` and `igtl_replay`: what comes out is what went in."""

import contextlib
import hashlib
import os
import random
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

for needed in ('mcap', 'rosbags'):
    pytest.importorskip(needed, reason=f'bags need the package {needed}')

from bag_tools import (  # noqa: E402
    Device,
    Tool,
    connect,
    frames_now,
    frames_of,
    golden_frames,
    read_all,
)
from polling import poll  # noqa: E402

from igtl_ros2.bags.files import CHUNK_BYTES, BagWriter  # noqa: E402
from igtl_ros2.bags.types import RAW_TYPE, MessageTypes  # noqa: E402
from igtl_ros2.codec import decode, encode  # noqa: E402
from igtl_ros2.codec.messages.bundle import Bind  # noqa: E402
from igtl_ros2.codec.messages.catalog import ImageMeta, ImageMetaElement  # noqa: E402
from igtl_ros2.codec.messages.mesh import PolyData  # noqa: E402
from igtl_ros2.codec.messages.pose import Transform  # noqa: E402
from igtl_ros2.codec.messages.text import Status, StatusCode, String  # noqa: E402
from igtl_ros2.config import ros_name  # noqa: E402
from igtl_ros2.sim.slicer import Slicer  # noqa: E402

FREE = ('--min-free', '1')


def sha(data):
    return hashlib.sha256(data).hexdigest()


def record(device, bag, *options):
    return Tool('tools.record', 'connect', device.url, '-o', bag, *FREE, *options)


def send_in_pieces(sock, data, seed=3):
    """Send bytes cut where no message ends."""
    chance = random.Random(seed)
    while data:
        size = chance.randint(1, 60_000)
        sock.sendall(data[:size])
        data = data[size:]


def recorded(tmp_path, data, *options, messages):
    """Record bytes that a server sends; gives the bag."""
    bag = tmp_path / 'bag'
    with Device() as device, record(device, bag, *options) as tool:
        with device.accept() as sock:
            send_in_pieces(sock, data)
        tool.wait_for('disconnected')
        said = tool.interrupt()
        assert f'{messages} messages' in said, said
    return bag


def replayed(bag, *options, size=None):
    with Tool('tools.replay', bag, '--serve', 'tcp://127.0.0.1:0', *options) as tool:
        with connect(tool.port()) as sock:
            data = read_all(sock, size)
        if size is None:
            tool.end()
        else:
            tool.interrupt()
    return data


def moves(count, device='Tool'):
    result = []
    for number in range(count):
        matrix = np.eye(4)
        matrix[0, 3] = number
        result.append(encode(Transform(matrix, device_name=device, timestamp=number + 1)))
    return result


@pytest.fixture(scope='module')
def golden_bag(tmp_path_factory):
    frames = golden_frames()
    folder = tmp_path_factory.mktemp('golden')
    return recorded(folder, b''.join(frames), '--phi', 'pass', messages=len(frames)), frames


def test_every_golden_frame_is_replayed_with_the_same_sha_256(golden_bag):
    bag, frames = golden_bag
    assert sha(replayed(bag, '--rate', 'inf')) == sha(b''.join(frames))


def test_rosbags_alone_reads_every_frame_in_order(golden_bag):
    bag, frames = golden_bag
    found = frames_of(bag)
    assert [data for _, _, data in found] == frames
    times = [time_ns for _, time_ns, _ in found]
    assert all(early < late for early, late in zip(times, times[1:]))


def test_frames_are_on_the_topics_of_the_bridge(golden_bag):
    bag, frames = golden_bag
    for topic, _, data in frames_of(bag):
        message = decode(data)
        device = message.metadata.get('IGTL_DEVICE_NAME', message.device_name)
        assert topic == f'/{ros_name(device)}/raw'


def test_a_wrong_checksum_is_on_the_line_and_in_the_bag(tmp_path):
    good, bad = moves(2)
    bad = bad[:-1] + bytes([bad[-1] ^ 1])
    bag = recorded(tmp_path, good + bad + good, messages=3)
    assert replayed(bag, '--rate', 'inf') == good + bad + good


def test_names_of_patients_are_dropped_with_their_messages_if_asked(tmp_path):
    meta = ImageMeta((ImageMetaElement('CT', 'id', 'CT', 'Jane Planted', 'P-QX4711'),),
                     device_name='List')
    inside = Bind((meta,), device_name='Pack')
    text = String('hello', device_name='Text')
    data = b''.join(map(encode, (meta, inside, text)))
    options = ('--compression', 'none', '--phi', 'drop')
    bag = recorded(tmp_path, data, *options, messages=1)
    assert [decode(data).text for _, _, data in frames_of(bag)] == ['hello']
    for path in bag.iterdir():
        assert b'Planted' not in path.read_bytes()
        assert b'QX4711' not in path.read_bytes()
    assert replayed(bag) == encode(text)


def test_all_but_what_names_patients_is_replayed_bit_by_bit(tmp_path):
    frames = golden_frames()
    bag = recorded(tmp_path, b''.join(frames), messages=len(frames))
    found = [data for _, _, data in frames_of(bag)]
    for old, new in zip(frames, found, strict=True):
        message = decode(old)
        if message.type_name not in ('IMGMETA', 'VIDEOMETA', 'BIND'):
            assert (new == old) is ('PatientName' not in message.metadata)
        decode(new)
    assert sha(replayed(bag, '--rate', 'inf')) == sha(b''.join(found))


def test_it_says_what_it_hides_and_what_it_leaves_out(tmp_path):
    meta = ImageMeta((ImageMetaElement('CT', 'id', 'CT', 'Jane', '1'),), device_name='List')
    with Device() as device, record(device, tmp_path / 'bag', '--compression', 'none') as tool:
        with device.accept() as sock:
            sock.sendall(encode(meta) + encode(meta)[:-1] + b'x')  # of which the checksum is wrong
            tool.wait_for("IMGMETA 'List' names patients, which is hidden in the bag")
            tool.wait_for("IMGMETA 'List' is not recorded, it may name patients")
        said = tool.interrupt()
    assert '--phi pass' in said
    assert 'names of patients hidden:        1' in said
    assert 'NOT RECORDED, may name patients:        1' in said
    assert '1 messages' in said and 'Jane' not in said


def test_the_summary_counts_by_device_and_type_and_what_was_cut_short(tmp_path):
    frames = [*moves(3, 'A'), *moves(2, 'B'), encode(String('x', device_name='A'))]
    with Device() as device, record(device, tmp_path / 'bag') as tool:
        with device.accept() as sock:
            sock.sendall(b''.join(frames) + frames[0][:40])
        tool.wait_for('disconnected')
        said = tool.interrupt(code=1)
    rows = [line.split() for line in said.splitlines()]
    assert ['3', '318', 'B', 'TRANSFORM', "'A'"] in rows
    assert ['2', '212', 'B', 'TRANSFORM', "'B'"] in rows
    assert 'LOST, cut short by the end of a connection: 1 times, 40 B' in said


def test_it_connects_again_and_goes_on(tmp_path):
    frames = moves(2)
    with Device() as device, record(device, tmp_path / 'bag', '--set', 'reconnect_delay=0.05',
                                    '--set', 'reconnect.max_delay=0.1') as tool:
        for frame in frames:
            with device.accept() as sock:
                sock.sendall(frame)
        tool.wait_for('(?s)(disconnected.*){2}')
        tool.interrupt()
    assert [data for _, _, data in frames_of(tmp_path / 'bag')] == frames


def test_a_stream_out_of_step_is_left_and_said(tmp_path):
    with Device() as device, record(device, tmp_path / 'bag', '--set',
                                    'reconnect_delay=0.05') as tool:
        with device.accept() as sock:
            sock.sendall(moves(1)[0] + b'GET / HTTP/1.1\r\n' * 9)
            tool.wait_for('header version 18245')
            with device.accept() as again:
                again.sendall(moves(1)[0])
                tool.wait_for('(?s)connected.*connected')
            tool.wait_for('(?s)(: disconnected.*){2}')
        said = tool.interrupt(code=1)
    assert 'LOST, out of step' in said
    assert len(frames_of(tmp_path / 'bag')) == 2


def test_listening_for_a_device_that_is_a_client(tmp_path):
    frames = moves(5)
    with Tool('tools.record', 'listen', 'tcp://127.0.0.1:0', '-o', tmp_path / 'bag',
              '--namespace', '/lab/us', *FREE) as tool:
        with connect(tool.port()) as sock:
            sock.sendall(b''.join(frames))
        tool.wait_for('disconnected')
        tool.interrupt()
    found = frames_of(tmp_path / 'bag')
    assert [data for _, _, data in found] == frames
    assert {topic for topic, _, _ in found} == {'/lab/us/Tool/raw'}


# -- relay


def relay(device, bag, *options):
    return Tool('tools.record', 'relay', 'tcp://127.0.0.1:0', device.url, '-o', bag, *FREE,
                *options)


def test_a_relay_changes_nothing_and_records_both_ways(tmp_path):
    bag = tmp_path / 'bag'
    down, up = b''.join(golden_frames()), b''.join(moves(300, 'Target'))
    with Device() as device, relay(device, bag, '--phi', 'pass') as tool:
        with connect(tool.port()) as client:
            client.sendall(up[:50])  # before there is a server
            with device.accept() as server:
                client.sendall(up[50:])
                assert read_all(server, len(up)) == up
                send_in_pieces(server, down)
                assert sha(read_all(client, len(down))) == sha(down)
        tool.wait_for('(?s)(: disconnected.*){2}')
        tool.interrupt()
    assert sha(replayed(bag, '--rate', 'inf')) == sha(down)
    assert replayed(bag, '--rate', 'inf', '--direction', 'to') == up
    assert '/to_igtl/Target/raw' in {topic for topic, _, _ in frames_of(bag)}


def test_a_relay_passes_on_what_it_does_not_understand(tmp_path):
    with Device() as device, relay(device, tmp_path / 'bag') as tool:
        with connect(tool.port()) as client, device.accept() as server:
            client.sendall(b'GET / HTTP/1.1\r\n' * 9)
            assert read_all(server, 144) == b'GET / HTTP/1.1\r\n' * 9
            server.sendall(moves(1)[0])
            assert read_all(client, 106) == moves(1)[0]
        tool.wait_for('(?s)(: disconnected.*){2}')
        said = tool.interrupt(code=1)
    assert 'LOST, out of step' in said
    assert [data for _, _, data in frames_of(tmp_path / 'bag')] == moves(1)


def test_a_relay_closes_one_side_with_the_other_and_takes_one_client_at_a_time(tmp_path):
    with Device() as device, relay(device, tmp_path / 'bag') as tool:
        with connect(tool.port()) as client:
            server = device.accept()
            tool.wait_for('(?s)(: connected.*){2}')
            with connect(tool.port()) as second:
                assert read_all(second) == b''
            server.close()
            assert read_all(client) == b''
        with connect(tool.port()) as client, device.accept() as server:
            client.close()
            assert read_all(server) == b''
        tool.interrupt(1)


def test_a_relay_without_a_server_sends_the_client_away(tmp_path, free_port):
    with Tool('tools.record', 'relay', 'tcp://127.0.0.1:0', f'tcp://127.0.0.1:{free_port}',
              '-o', tmp_path / 'bag', *FREE) as tool:
        with connect(tool.port()) as client:
            assert read_all(client) == b''
        tool.wait_for('the client is sent away')
        tool.interrupt(1)


@pytest.fixture
def small_disk(tmp_path):
    disk = tmp_path / 'disk'
    disk.mkdir()
    mounted = os.geteuid() == 0 and not subprocess.run(
        ['mount', '-t', 'tmpfs', '-o', 'size=6m', 'none', disk], capture_output=True
    ).returncode
    if not mounted:
        pytest.skip('only root can make a small disk')
    yield disk
    subprocess.run(['umount', '-l', disk], check=True)


def noise(count):
    chance = random.Random(5)
    return [encode(String(chance.randbytes(30_000).hex(), device_name='T')) for _ in range(count)]


def test_a_recorder_ends_before_the_disk_is_full(small_disk):
    frames = noise(200)
    options = ('--min-free', '3M', '--compression', 'none')
    with Device() as device, record(device, small_disk / 'bag', *options) as tool:
        with device.accept() as sock, contextlib.suppress(ConnectionError):
            send_in_pieces(sock, b''.join(frames))
        said = tool.end(code=1)
    assert 'less than the 0.003 GB that shall stay free' in said
    assert 'the bag is readable up to there' in said
    found = [data for _, _, data in frames_of(small_disk / 'bag')]
    assert 18 <= len(found) < 100
    assert found == frames[: len(found)]


def test_a_relay_goes_on_when_the_disk_is_full(small_disk):
    data = b''.join(noise(200))
    options = ('--min-free', '3M', '--compression', 'none')
    with Device() as device, relay(device, small_disk / 'bag', *options) as tool:
        with connect(tool.port()) as client, device.accept() as server:
            sender = threading.Thread(target=send_in_pieces, args=(server, data))
            sender.start()
            assert sha(read_all(client, len(data))) == sha(data)
            sender.join()
        said = tool.interrupt(code=1)
    assert 'LOST, after the end of the bag' in said
    found = b''.join(data for _, _, data in frames_of(small_disk / 'bag'))
    assert 1_000_000 < len(found) < len(data) and data.startswith(found)


def test_plus_is_shown_header_version_2(tmp_path):
    with Device() as device, record(device, tmp_path / 'bag', '--set', 'compat=plus') as tool:
        with device.accept() as sock:
            data = sock.recv(4096)
        tool.wait_for('disconnected')
        tool.interrupt(1)
    message = decode(data)
    assert (message.type_name, message.version) == ('STATUS', 2)


def test_who_ends_it_within_a_message_has_lost_nothing(tmp_path):
    with Device() as device, record(device, tmp_path / 'bag') as tool:
        with device.accept() as sock:
            sock.sendall(moves(1)[0] * 2 + moves(1)[0][:70])
            deadline = time.monotonic() + 60
            while len(frames_of(tmp_path / 'bag')) < 2:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert 'LOST' not in tool.interrupt()


# -- kill -9


def lost(sent, found):
    """Count the bytes of the frames that are not in the bag."""
    return sum(map(len, sent[len(found) :]))


@pytest.mark.parametrize('seed', range(5))
def test_a_killed_recorder_leaves_a_bag_that_lacks_no_more_than_the_last_chunk(tmp_path, seed):
    chance = random.Random(seed)
    bag, sent, done = tmp_path / 'bag', [], threading.Event()
    least = (2 + 4 * chance.random()) * CHUNK_BYTES
    options = ('--set', 'receive_buffer_bytes=65536', '--max-size', '3M')

    def send(sock):
        with contextlib.suppress(OSError):  # it is killed meanwhile
            while not done.is_set():
                body = chance.randbytes(chance.randint(0, 20_000)).hex()
                frame = encode(String(body, device_name='T', timestamp=len(sent) + 1))
                sock.sendall(frame)
                sent.append(frame)
                time.sleep(0.001)

    def keeps_up():
        """
        Tell whether what came is in the bag, but for a chunk.

        Besides that chunk, there is what is in the sockets and between the threads.
        """
        came = sent[:]
        return sum(map(len, came)) > least and lost(came, frames_now(bag)) < 2 * CHUNK_BYTES

    with Device(buffer_bytes=65536) as device, record(device, bag, *options) as tool:
        with device.accept() as sock:
            sender = threading.Thread(target=send, args=(sock,))
            sender.start()
            try:
                # on a busy machine it lags, and what it has not read yet says nothing of its bag
                poll(keeps_up, 'a bag that keeps up with what comes', lambda: time.sleep(0.05))
                tool.process.kill()
                tool.process.wait()
            finally:
                done.set()
                sender.join()
    found = [data for _, _, data in frames_of(bag)]
    # what is in the sockets when the last call fails may be in the bag
    assert found[: len(sent)] == sent[: len(found)] and len(found) <= len(sent) + 1
    assert sum(map(len, found)) > least - 2 * CHUNK_BYTES
    assert replayed(bag, '--rate', 'inf') == b''.join(found)


def test_what_is_slow_is_on_the_disk_within_a_moment(tmp_path):
    bag, frames = tmp_path / 'bag', moves(2)
    with Device() as device, record(device, bag) as tool:
        with device.accept() as sock:
            for number, frame in enumerate(frames, 1):
                sock.sendall(frame)
                deadline = time.monotonic() + 60
                while len(frames_of(bag)) < number:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
        tool.process.kill()
        tool.process.wait()
    assert replayed(bag, '--rate', 'inf') == b''.join(frames)


# -- splitting, the disk


def test_a_bag_is_split_by_size_and_replayed_as_one(tmp_path):
    chance = random.Random(1)
    frames = [encode(String(chance.randbytes(30_000).hex(), device_name='T')) for _ in range(60)]
    options = ('--max-size', '1M', '--compression', 'none')
    bag = recorded(tmp_path, b''.join(frames), *options, messages=60)
    sizes = [path.stat().st_size for path in sorted(bag.glob('bag_*.mcap'))]
    assert len(sizes) > 2
    assert all(1_000_000 <= size < 2_500_000 for size in sizes[:-1])
    assert sha(replayed(bag, '--rate', 'inf')) == sha(b''.join(frames))


def test_it_does_not_start_when_too_little_is_free(tmp_path):
    with Tool('tools.record', 'connect', 'tcp://127.0.0.1:9', '-o', tmp_path / 'bag',
              '--min-free', '900T') as tool:
        said = tool.end(code=1)
    assert 'less than the 900000 GB that shall stay free' in said
    assert not (tmp_path / 'bag').exists()


def test_an_address_that_is_taken_leaves_no_empty_bag(tmp_path):
    with Device() as device, Tool('tools.record', 'listen', device.url, '-o', tmp_path / 'bag',
                                  *FREE) as tool:
        assert 'cannot listen on' in tool.end(code=1)
    assert not (tmp_path / 'bag').exists()


@pytest.mark.parametrize('verb', ['connect', 'listen', 'relay'])
def test_who_recorded_nothing_says_so_and_is_not_in_the_way(tmp_path, free_port, verb):
    bag, url = tmp_path / 'bag', f'tcp://127.0.0.1:{free_port}'
    urls = {'connect': [url], 'listen': ['tcp://127.0.0.1:0'],
            'relay': ['tcp://127.0.0.1:0', url]}[verb]
    for _ in range(2):  # the first is not in the way of the second
        with Tool('tools.record', verb, *urls, '-o', bag, *FREE, '--duration', 1) as tool:
            output = tool.end(1)
        assert 'nothing was recorded' in output and not bag.exists()
        assert ('refused' if verb == 'connect' else 'nobody connected') in output


def test_who_was_connected_and_said_nothing_is_told(tmp_path):
    with Device() as device, record(device, tmp_path / 'bag') as tool:
        with device.accept():
            tool.wait_for(': connected')
            output = tool.interrupt(1)
    assert not (tmp_path / 'bag').exists()
    assert 'nothing was recorded' in output and 'who was connected sent nothing' in output


@pytest.mark.parametrize('options, why', [
    (('--start', 9999), r'nothing to send from --start 9999 s on; its last message is .* s after'),
    (('--device', 'Nobody*'), r'there is no whole frame of a device Nobody\* in it'),
])
@pytest.mark.parametrize('more', [(), ('--loop',), ('--connect', 'tcp://127.0.0.1:9')])
def test_where_nothing_is_to_be_sent_nobody_is_waited_for(two_tools, options, why, more):
    with Tool('tools.replay', two_tools[0], *options, *more) as tool:
        assert re.search(why, tool.end(1))


def test_a_bag_is_never_written_over(tmp_path):
    with Tool('tools.record', 'connect', 'tcp://127.0.0.1:9', '-o', tmp_path, *FREE) as tool:
        assert 'is there already' in tool.end(code=1)


# -- replay


@pytest.fixture(scope='module')
def two_tools(tmp_path_factory):
    frames = [frame for pair in zip(moves(20, 'Stylus'), moves(20, 'Probe')) for frame in pair]
    folder = tmp_path_factory.mktemp('two')
    return recorded(folder, b''.join(frames), messages=40), frames


def test_only_the_devices_that_are_asked_for(two_tools):
    bag, frames = two_tools
    assert replayed(bag, '--device', 'Sty*') == b''.join(frames[::2])
    assert replayed(bag, '--device', 'Sty*', '--device', '?robe') == b''.join(frames)


def test_a_loop_goes_on_until_it_is_ended(two_tools):
    bag, frames = two_tools
    once = b''.join(frames)
    data = replayed(bag, '--loop', '--rate', 'inf', size=3 * len(once))
    assert data[: 3 * len(once)] == 3 * once


def test_new_stamps_leave_the_rest_as_it_was(two_tools):
    bag, frames = two_tools
    data = replayed(bag, '--restamp')
    for number, old in enumerate(frames):
        new = data[106 * number : 106 * (number + 1)]
        assert new[:34] + new[42:] == old[:34] + old[42:]
        assert abs(decode(new).timestamp_ns - time.time_ns()) < 600e9


def test_it_sends_to_a_server_as_well(two_tools):
    bag, frames = two_tools
    with Device() as device:
        with Tool('tools.replay', bag, '--connect', device.url) as tool:
            with device.accept() as sock:
                assert read_all(sock) == b''.join(frames)
            assert '40 messages, 4.2 kB sent' in tool.end()


def test_what_cannot_be_played_is_said(tmp_path, two_tools):
    bag, _ = two_tools
    for arguments, words in (
        ((tmp_path / 'none',), 'is not there'),
        ((tmp_path,), 'there is no metadata.yaml; igtl_record repair makes it'),
        ((bag, '--direction', 'to'), 'with what went to a device'),
        ((bag, '--serve', 'udp://127.0.0.1:0'), 'only tcp:// and tls://'),
        ((bag, '--set', 'qeue_messages=3'), 'did you mean'),
    ):
        with Tool('tools.replay', *arguments) as tool:
            assert words in tool.end(code=1)


def test_messages_that_are_no_frames_are_counted_and_passed_over(tmp_path, two_tools):
    types, frame = MessageTypes(), moves(1)[0]
    writer = BagWriter(tmp_path / 'bag', types)
    for number, data in enumerate((frame, b'lidar', frame + b'?', frame)):
        writer.write('/Tool/raw', RAW_TYPE, types.pack(data), 1000 + number)
    writer.close()
    with Tool('tools.replay', tmp_path / 'bag', '--serve', 'tcp://127.0.0.1:0') as tool:
        with connect(tool.port()) as sock:
            assert read_all(sock) == 2 * frame
        assert '/Tool/raw: 2 messages are no frames' in tool.end()


def test_start_counts_from_the_beginning_of_the_bag_for_every_device(tmp_path):
    types = MessageTypes()
    writer = BagWriter(tmp_path / 'bag', types)
    for second, device in ((0, 'A'), (1, 'B'), (2, 'A'), (3, 'B'), (4, 'B')):
        frame = encode(String(str(second), device_name=device))
        writer.write(f'/{device}/raw', RAW_TYPE, types.pack(frame), 10**18 + second * 10**9)
    writer.close()
    data = replayed(tmp_path / 'bag', '--device', 'B', '--start', '3', '--rate', '10')
    assert data == b''.join(encode(String(text, device_name='B')) for text in '34')


def test_what_nobody_gets_is_counted(two_tools):
    bag, _ = two_tools
    with Tool('tools.replay', bag, '--serve', 'tcp://127.0.0.1:0', '--loop') as tool:
        with connect(tool.port()) as sock:
            read_all(sock, 106)
        time.sleep(0.3)  # of a recording that takes a moment
        said = tool.interrupt()
    found = re.search(r'(\d+) messages, .* sent.*, of which (\d+) went to nobody', said)
    assert found and int(found[1]) > 0 and int(found[2]) > 0, said


def test_a_server_that_goes_away_gets_the_rest_when_it_is_back(tmp_path):
    frames, types = moves(20), MessageTypes()
    writer = BagWriter(tmp_path / 'bag', types)
    for number, frame in enumerate(frames):
        writer.write('/Tool/raw', RAW_TYPE, types.pack(frame), 10**18 + number * 10**8)
    writer.close()
    options = ('--set', 'reconnect_delay=0.05', '--set', 'reconnect.max_delay=0.1')
    with Device() as device:
        with Tool('tools.replay', tmp_path / 'bag', '--connect', device.url, *options) as tool:
            with device.accept() as sock:
                assert read_all(sock, 106) == frames[0]
                device.listener.close()
                sock.shutdown(socket.SHUT_RDWR)
            tool.wait_for('disconnected')
            time.sleep(1)  # the frames of this time have to wait
            device.listener = socket.create_server(('127.0.0.1', device.port))
            with device.accept() as sock:
                data = read_all(sock)
            assert 'nobody' not in tool.end()
    # what the system had taken for the connection that was gone is lost, and nobody knows of it
    assert b''.join(frames).endswith(data) and len(data) % 106 == 0
    assert len(data) // 106 > 2


@pytest.mark.parametrize('storage', ['SQLITE3', 'MCAP'])
def test_bags_of_other_recorders_are_replayed(tmp_path, storage):
    """As `ros2 bag record` makes them of the raw topics of a bridge."""
    from rosbags.rosbag2 import StoragePlugin, Writer
    from rosbags.typesys import Stores, get_typestore

    store = get_typestore(Stores.ROS2_JAZZY)
    frames = golden_frames()
    types = store.types
    with Writer(tmp_path / 'bag', version=9, storage_plugin=StoragePlugin[storage]) as writer:
        ears = {}
        for number, frame in enumerate(frames):
            topic = f'/plus/device_{number % 7}/raw'
            if topic not in ears:
                ears[topic] = writer.add_connection(
                    topic, 'std_msgs/msg/UInt8MultiArray', typestore=store)
            message = types['std_msgs/msg/UInt8MultiArray'](
                layout=types['std_msgs/msg/MultiArrayLayout'](dim=[], data_offset=0),
                data=np.frombuffer(frame, np.uint8))
            writer.write(ears[topic], 10**18 + number,
                         store.serialize_cdr(message, 'std_msgs/msg/UInt8MultiArray'))
    assert sha(replayed(tmp_path / 'bag', '--rate', 'inf')) == sha(b''.join(frames))


def test_a_slow_reader_gets_everything(tmp_path):
    frames = moves(12_000)
    bag = recorded(tmp_path, b''.join(frames), messages=12_000)
    options = ('--rate', 'inf', '--set', 'queue_messages=50', '--set', 'send_buffer_bytes=8192')
    with Tool('tools.replay', bag, '--serve', 'tcp://127.0.0.1:0', *options) as tool:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        with sock:
            sock.connect(('127.0.0.1', tool.port()))
            data = b''
            while piece := sock.recv(700):  # much less than is sent at once
                data += piece
            assert sha(data) == sha(b''.join(frames))
        tool.end()


def test_a_procedure_is_replayed_to_slicer(tmp_path):
    frames = [*moves(50, 'StylusToTracker'),
              encode(Status(StatusCode.OK, device_name='Tracker'))]
    bag = recorded(tmp_path, b''.join(frames), messages=51)
    with Tool('tools.replay', bag, '--serve', 'tcp://127.0.0.1:0', '--rate', 'inf') as tool:
        with Slicer(f'tcp://127.0.0.1:{tool.port()}') as slicer:
            slicer.wait_for('StylusToTracker', when=lambda node: node.matrix[0, 3] == 49)
        tool.end()


def test_points_of_a_recorded_mesh_do_not_end_slicer(tmp_path):
    points = PolyData(np.eye(3), vertices=[[0], [1], [2]], device_name='Points')
    # a mesh of one cell is sent byte for byte
    line = PolyData(np.eye(3), lines=[[0, 1, 2]], device_name='Line')
    bag = recorded(tmp_path, encode(points) + encode(line), messages=2)
    url = 'tcp://127.0.0.1:0'
    with Tool('tools.replay', bag, '--serve', url, '--set', 'compat=slicer') as tool:
        with Slicer(f'tcp://127.0.0.1:{tool.port()}') as slicer:
            assert len(slicer.wait_for('Points').mesh.triangle_strips) == 3
            assert slicer.wait_for('Line').mesh.lines.to_lists() == [[0, 1, 2]]
        tool.end()


def test_without_the_packages_it_says_what_to_install(tmp_path):
    code = (
        'import sys\n'
        'sys.modules["mcap"] = sys.modules["rosbags"] = None\n'
        'from igtl_ros2.tools import record, replay\n'
        f'print(record.main(["connect", "tcp://127.0.0.1:9", "-o", {str(tmp_path / "b")!r}]))\n'
        f'print(replay.main([{str(tmp_path)!r}]))\n'
    )
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
    assert done.stdout.split() == ['1', '1'], done.stderr
    assert done.stderr.count('pip install mcap rosbags') == 2
    assert not Path(tmp_path / 'b').exists()
