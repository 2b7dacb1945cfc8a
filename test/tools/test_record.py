"""`igtl_record`: what is in the bag is what came."""

import contextlib
import os
import random
import subprocess
import threading
import time

import pytest
from bag_tools import (
    FREE,
    Device,
    Tool,
    connect,
    frames_now,
    frames_of,
    golden_frames,
    moves,
    read_all,
    record,
    recorded,
    replayed,
    send_in_pieces,
    sha,
)
from polling import poll

from igtl_ros2.bags.files import CHUNK_BYTES
from igtl_ros2.codec import decode, encode
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.catalog import ImageMeta, ImageMetaElement
from igtl_ros2.codec.messages.text import String
from igtl_ros2.config import ros_name

#: for much noise, in whose text nobody is named
BULK = ('--compression', 'none', '--phi', 'pass')


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
    options = ('--min-free', '3M', *BULK)
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
    options = ('--min-free', '3M', *BULK)
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
    options = ('--set', 'receive_buffer_bytes=65536', '--max-size', '3M', '--phi', 'pass')

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
    frames = [encode(String(chance.randbytes(30_000).hex(), device_name='T')) for _ in range(100)]
    options = ('--max-size', '1M', *BULK)
    bag = recorded(tmp_path, b''.join(frames), *options, messages=100)
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


def test_a_bag_is_never_written_over(tmp_path):
    with Tool('tools.record', 'connect', 'tcp://127.0.0.1:9', '-o', tmp_path, *FREE) as tool:
        assert 'is there already' in tool.end(code=1)
