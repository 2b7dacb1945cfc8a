"""`igtl_replay`: what comes out is what went in."""

import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from bag_tools import (
    DEADLINE_S,
    Device,
    Tool,
    connect,
    golden_frames,
    moves,
    read_all,
    recorded,
    replayed,
    sha,
)

from igtl_ros2 import connect as connect_client
from igtl_ros2.bags.files import BagWriter
from igtl_ros2.bags.types import RAW_TYPE, MessageTypes
from igtl_ros2.codec import decode, encode
from igtl_ros2.codec.messages.mesh import PolyData
from igtl_ros2.codec.messages.text import Status, StatusCode, String
from igtl_ros2.sim.slicer import Slicer


@pytest.fixture(scope='module')
def two_tools(tmp_path_factory):
    frames = [frame for pair in zip(moves(20, 'Stylus'), moves(20, 'Probe')) for frame in pair]
    folder = tmp_path_factory.mktemp('two')
    return recorded(folder, b''.join(frames), messages=40), frames


@pytest.mark.parametrize('options, why', [
    (('--start', 9999), r'nothing to send from --start 9999 s on; its last message is .* s after'),
    (('--device', 'Nobody*'), r'there is no whole frame of a device Nobody\* in it'),
])
@pytest.mark.parametrize('more', [(), ('--loop',), ('--connect', 'tcp://127.0.0.1:9')])
def test_where_nothing_is_to_be_sent_nobody_is_waited_for(two_tools, options, why, more):
    with Tool('tools.replay', two_tools[0], *options, *more) as tool:
        assert re.search(why, tool.end(1))


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
    lost = tmp_path / 'lost'
    lost.mkdir()
    (lost / 'lost_0.mcap').write_bytes(b'')
    (tmp_path / 'a.txt~').write_bytes(b'x')
    for arguments, words in (
        ((tmp_path / 'none',), 'is not there'),
        ((tmp_path,), f'{tmp_path}: no bag: there is neither a metadata.yaml nor an MCAP file'),
        ((lost,), 'there is no metadata.yaml; igtl_record repair makes it'),
        ((tmp_path / 'a.txt~',), 'a.txt~: no bag; wanted its folder, or a file of it'),
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


def test_where_nobody_came_until_it_was_stopped_nothing_was_sent(two_tools):
    with Tool('tools.replay', two_tools[0], '--serve', 'tcp://127.0.0.1:0') as tool:
        tool.port()
        said = tool.interrupt(code=1)
    assert said.count('listening on') == 1
    assert '0 messages, 0 B sent' in said


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
    with Tool('tools.replay', bag, '--serve', url) as tool:
        with connect(tool.port()) as peer:  # which may be one
            assert peer.recv(len(encode(points)), socket.MSG_WAITALL) == encode(points)
            tool.says('--set compat=slicer sends it in another form')
            assert peer.recv(len(encode(line)), socket.MSG_WAITALL) == encode(line)
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


SEQUENCE = """ObjectType = Image
NDims = 3
DimSize = 4 3 4
ElementType = MET_UCHAR
{frames}ElementDataFile = LOCAL
"""


@pytest.fixture
def sequence(tmp_path):
    states = ['OK', 'OK', 'INVALID', 'OK']
    frames = ''.join(
        f'Seq_Frame{n:04d}_ProbeToReferenceFrameTransform = 1 0 0 {n} 0 1 0 0 0 0 1 0 0 0 0 1\n'
        f'Seq_Frame{n:04d}_ProbeToReferenceFrameTransformStatus = {states[n]}\n'
        f'Seq_Frame{n:04d}_Timestamp = {100 + 0.2 * n}\n' for n in range(4))
    path = tmp_path / 'scan.igs.mha'
    path.write_bytes(SEQUENCE.format(frames=frames).encode() + bytes(range(48)))
    return path


def heard(path, *options, count):
    """Replay a file to a client; gives what came, and when it was to be sent at the soonest."""
    with Tool('tools.replay', path, '--serve', 'tcp://127.0.0.1:0', *options) as tool:
        url, begun_ns = f'tcp://127.0.0.1:{tool.port()}', time.time_ns()
        # whoever looks late, and wants the newest alone, waits for the rest for ever
        with connect_client(url, queue_policy=['IMAGE=all', 'TRANSFORM=all']) as client:
            came = [client.receive(timeout_s=DEADLINE_S) for _ in range(count)]
        tool.end(0)
    return came, begun_ns


def test_a_tracked_sequence_is_replayed_at_its_times(sequence):
    came, begun_ns = heard(sequence, count=7)
    poses = [m for m in came if m.type_name == 'TRANSFORM']
    # what is not OK is not sent: this client has not said yet that it reads metadata
    assert [m.matrix[0, 3] for m in poses] == [0, 1, 3]
    images = [m for m in came if m.type_name == 'IMAGE']
    assert [m.pixels.ravel().tolist() for m in images] == [
        list(range(12 * n, 12 * n + 12)) for n in range(4)]
    last_s = (came[-1].timestamp_ns - begun_ns) / 1e9
    assert last_s > 0.59, 'three times 0.2 s after the first'
    assert all(begun_ns <= m.timestamp_ns <= time.time_ns() for m in came)


def test_only_the_poses_of_a_sequence_four_times_as_fast(sequence):
    came, _ = heard(sequence, '--rate', '4', '--device', 'Probe*', '--start', '0.1', count=2)
    assert [m.matrix[0, 3] for m in came] == [1, 3]


def test_a_file_without_times_is_sent_once(tmp_path):
    (tmp_path / 'f.fcsv').write_text('1,1,2,3,0,0,0,1,1,1,0,F-1\n')
    [message], _ = heard(tmp_path / 'f.fcsv', count=1)
    assert message.type_name == 'POINT' and message.elements[0].position.tolist() == [1, 2, 3]


def test_a_spoiled_file_is_said_before_anybody_is_waited_for(tmp_path):
    (tmp_path / 'bad.igs.mha').write_text('rubbish')
    with Tool('tools.replay', tmp_path / 'bad.igs.mha') as tool:
        assert 'bad.igs.mha, line 1: no header of a MetaImage' in tool.end(1)
