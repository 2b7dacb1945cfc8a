"""`igtl send` and `igtl call`: in a process of their own, to servers of ours and to pyigtl."""

import contextlib
import json
import socket
import threading

import numpy as np
import pytest
from cli_tools import POSE, igtl, program, pyigtl_server, server_of, ultrasound
from network_peers import until

from igtl_ros2 import connect, files, serve
from igtl_ros2.codec import encode
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.points import PointList
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.query import Query, Response, StartTracking
from igtl_ros2.codec.messages.text import Command, CommandResponse, Status, String
from igtl_ros2.codec.messages.tracking import TrackingData
from igtl_ros2.errors import ConfigError
from igtl_ros2.sim.slicer import Slicer
from igtl_ros2.tools.made import message_of, pose_matrix, read_messages
from igtl_ros2.tools.plain import plain_message

HALF = 0.5**0.5
TURNED = [[0, -1, 0, 12.5], [1, 0, 0, -40], [0, 0, 1, 103], [0, 0, 0, 1]]


@contextlib.contextmanager
def receiver(answer=None, **settings):
    """Serve; gives the URL and what has been received. Some of it is answered."""
    received = []

    def on_message(peer, message):
        received.append(message)
        if answer:
            answer(peer, message)

    with serve('tcp://127.0.0.1:0', on_message=on_message, **settings) as server:
        yield str(server.address), received


def sent(*words, number=1):
    """Let `igtl send` send; gives what arrives."""
    with receiver() as (url, received):
        done = igtl('send', url, *words)
        until(lambda: len(received) >= number)
    assert f'{number} message{"s" * (number > 1)} to tcp://127.0.0.1:' in done.stderr
    assert all(message.timestamp for message in received)
    return received[0] if number == 1 else received


@pytest.mark.parametrize('numbers', [
    '12.5 -40 103 0 0 0.70710678 0.70710678', '0 -1 0 12.5 1 0 0 -4e1 0 0 1 1.03e2',
    '0 -1 0 12.5 1 0 0 -40 0 0 1 103 0 0 0 1',
])
def test_a_pose_is_sent_in_millimetres(numbers):
    message = sent('pose', 'Target', *numbers.split())
    assert isinstance(message, Transform) and message.device_name == 'Target'
    assert np.allclose(message.matrix, TURNED, atol=1e-5)


def test_a_pose_given_in_metres_arrives_in_millimetres():
    message = sent('pose', 'Target', '0.0125', '-4e-2', '0.103', '--unit', 'm')
    assert np.allclose(message.matrix[:3, 3], (12.5, -40, 103), atol=1e-4)
    message = sent('points', 'F', '0.0125', '-.04', '0.103', '--unit', 'm')
    assert np.allclose(message.elements[0].position, (12.5, -40, 103), atol=1e-4)


def test_a_pose_is_sent_as_position_and_tracking_too():
    words = ('12.5', '-40', '103', '0', '0', str(HALF), str(HALF))
    message = sent('pose', 'Target', *words, '--type', 'POSITION')
    assert isinstance(message, Position) and np.allclose(message.matrix, TURNED, atol=1e-5)
    message = sent('pose', 'Target', *words, '--type', 'TDATA')
    assert isinstance(message, TrackingData)
    assert np.allclose(message.elements[0].matrix, TURNED, atol=1e-5)


def test_points_texts_states_and_sensors():
    message = sent('points', 'Plan', '1', '2', '3', '-4', '5', '6', '--label', 'entry',
                   '--label', 'target')
    assert isinstance(message, PointList)
    assert [(p.name, *p.position) for p in message.elements] == [
        ('entry', 1, 2, 3), ('target', -4, 5, 6)]
    message = sent('text', 'Note', 'größer')
    assert (message.device_name, message.text) == ('Note', 'größer')
    message = sent('status', 'Robot', 'busy', 'homing', '--subcode', '-7')
    assert (message.code_name, message.message, message.subcode) == ('BUSY', 'homing', -7)
    assert sent('status', 'Robot', '23').code == 23
    message = sent('sensor', 'Force', '1', '-2e1', '--unit', 'kN*m^-2')
    assert message.values.tolist() == [1, -20] and message.unit_text == 'kN*m^-2'


def test_again_and_again():
    with receiver() as (url, received):
        done = igtl('send', url, 'text', 'Note', 'x', '--times', '5', '--rate', '200')
        until(lambda: len(received) == 5)
    assert '5 messages' in done.stderr
    with receiver() as (url, received), program(
        'send', url, 'text', 'Note', 'x', '--rate', '100'
    ) as sender:
        until(lambda: len(received) > 10)
        sender.interrupt()
        sender.end(130)


def test_pyigtl_gets_what_is_sent():
    with pyigtl_server() as server:
        host = f'127.0.0.1:{server.server_address[1]}'
        igtl('send', host, 'pose', 'Target', *map(str, POSE.ravel()), '--stay', '0.5')
        message = server.wait_for_message('Target', timeout=10)
    assert np.allclose(message.matrix, POSE)


def test_a_client_gets_it_with_listen():
    with program('send', '127.0.0.1:0', 'text', 'Note', 'hello', '--listen', '--timeout', '60',
                 '--stay', '1') as sender:
        url = sender.says(r'waiting at (\S+) for')[1]
        with Slicer(url) as slicer:
            assert slicer.wait_for('Note', timeout_s=30).text == 'hello'
        sender.end()


def test_a_file_is_sent(tmp_path):
    file = tmp_path / 'cube.obj'
    file.write_text('v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n')
    message = sent('file', file, '--name', 'Model')
    assert (message.type_name, message.device_name) == ('POLYDATA', 'Model')
    assert len(message.points) == 3


def test_yaml_and_what_echo_prints_are_sent(tmp_path):
    file = tmp_path / 'messages.yaml'
    file.write_text("""
- {type: TRANSFORM, device: Target, position: [12.5, -40, 103], quaternion: [0, 0, 0, 1]}
- {type: STATUS, device: Robot, code: 6, message: homing}
- type: POINT
  device: Plan
  elements: [{name: entry, position: [1, 2, 3]}]
""")
    pose, status, points = sent('yaml', file, number=3)
    assert pose.matrix[:3, 3].tolist() == [12.5, -40, 103]
    assert (status.code_name, status.message) == ('BUSY', 'homing')
    assert points.elements[0].position.tolist() == [1, 2, 3]
    with server_of(lambda: Transform(POSE, device_name='Probe')) as url:
        line = igtl('echo', url, 'Probe', '--once', '--json').stdout
    again = tmp_path / 'lines.json'
    again.write_text(2 * line)
    first, second = sent('yaml', again, number=2)
    assert np.array_equal(first.matrix, POSE) and first.device_name == 'Probe'
    assert first.timestamp == second.timestamp


def test_a_table_is_sent_with_its_units_and_the_stamps_that_it_has(tmp_path):
    (tmp_path / 'readings.csv').write_text(
        'time_s,stamp_ns,device,unit,v0,v1\n'
        '0,1700000000500000000,Force,mN,1500,-2.5\n0.1,0,Force,N,1.5,3\n')
    first, second = sent('file', tmp_path / 'readings.csv', number=2)
    assert (first.unit_text, first.values.tolist()) == ('mN', [1500, -2.5])
    assert (second.unit_text, second.values.tolist()) == ('N', [1.5, 3])
    assert first.timestamp_ns == 1_700_000_000_500_000_000 < second.timestamp_ns


def test_metadata_go_only_to_who_reads_them():
    words = 'text', 'Note', 'x', '--metadata', 'a=b'
    with receiver() as (url, received):
        done = igtl('send', url, *words, code=1)
        assert '--set header_version=2 sends it all the same' in done.stderr
        igtl('send', url, *words, '--set', 'header_version=2')
        until(lambda: any(m.metadata == {'a': 'b'} for m in received))


@pytest.mark.parametrize('name', ['poses.csv', 'poses.igs.mha'])
def test_poses_of_a_file_that_are_ok_go_to_a_peer_that_reads_no_states(tmp_path, name):
    states = ('OK', 'MISSING', 'OK')
    files.write(tmp_path / name, [
        (n / 100, Transform(
            np.diag((1.0, 1, 1, 1)) + np.outer((1, 0, 0, 0), (0, 0, 0, n)), version=2,
            device_name='ProbeToTracker', metadata={'TransformStatus': state}))
        for n, state in enumerate(states)])
    first, second = sent('file', tmp_path / name, number=2)
    assert [m.matrix[0, 3] for m in (first, second)] == [0, 2]
    assert first.version == 1 and not first.metadata


def test_a_pose_that_is_not_ok_any_more_is_not_sent_as_one_that_is(tmp_path):
    pose = {'type': 'TRANSFORM', 'device': 'Tool', 'position': [1, 2, 3]}
    (tmp_path / 'said.json').write_text(''.join(
        json.dumps({**pose, 'metadata': {'TransformStatus': state}}) + '\n'
        for state in ('OK', 'MISSING')))
    with receiver() as (url, received):
        done = igtl('send', url, 'yaml', tmp_path / 'said.json', code=1)
    assert '--set header_version=2 sends it all the same' in done.stderr
    assert len([message for message in received if message.device_name == 'Tool']) < 2


def test_a_pose_that_is_not_ok_is_not_sent_as_one_that_is():
    with receiver() as (url, received):
        done = igtl(
            'send', url, 'pose', 'Tool', '1', '2', '3', '--metadata', 'TransformStatus=MISSING',
            code=1)
    assert '--set header_version=2 sends it all the same' in done.stderr
    assert not [message for message in received if message.device_name == 'Tool']


@pytest.mark.parametrize('words, reason', [
    ('pose T 1 2', 'found 2 numbers; wanted 3'),
    ('pose T 1 2 nan', 'each of them finite'),
    ('pose T 1 2 3 0 0 0 0', 'wanted x y z w of length 1'),
    ('pose T 1 2 3 0 0 1 1', 'whose length is 1.414'),
    ('pose T 1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 2', 'wanted 0 0 0 1'),
    ('pose T 1 2 x', 'invalid float value'),
    ('pose T 1 2 3 --unit inch', 'invalid choice'),
    ('points T 1 2', 'wanted 3 for each point'),
    ('points T 1 2 3 --label a --label b', 'wanted one for each of 1'),
    ('status T nonsense', 'wanted 0 to 65535 or one of'),
    ('sensor T 1 --unit quux', "unit 'quux'"),
    ('text T x --metadata a', 'wanted KEY=VALUE'),
    ('pose T 0 0 0 1 0 0 0 2 0 0 0 3', 'three that are not in one plane'),
    ('pose T 1 2 0 1 2 4 0 2 0 0 1 3', 'three that are not in one plane'),
    ('text T x --rate 0', 'is no number from 0.001 to'),
    ('text T x --times 0', 'is no whole number from 1 on'),
    ('yaml /nowhere/x.yaml', 'igtl send: /nowhere/x.yaml: No such file or directory\n'),
    ('nonsense', 'invalid choice'),
])
def test_what_makes_no_message_is_told_before_anybody_is_asked(words, reason):
    assert reason in igtl('send', '127.0.0.1:1', *words.split(), code=2).stderr


@pytest.mark.parametrize(('numbers', 'is_told'), [
    ('1 0 0 5 0 1 0 6 0 0 1 7', False),
    ('0 -1 0 5 1 0 0 6 0 0 1 7', False),
    ('2 0 0 5 0 2 0 6 0 0 2 7', True),
    ('-1 0 0 5 0 1 0 6 0 0 1 7', True),
    ('1 0.5 0 5 0 1 0 6 0 0 1 7', True),
])
def test_a_pose_that_does_more_than_turn_is_told_and_sent(numbers, is_told):
    with receiver() as (url, received):
        done = igtl('send', url, 'pose', 'T', *numbers.split())
        until(lambda: received)
    assert ('scales, shears or mirrors' in done.stderr) == is_told
    assert received[0].matrix[:3].ravel().tolist() == [float(word) for word in numbers.split()]


def test_nobody_there_is_1():
    igtl('send', '127.0.0.1:1', 'text', 'T', 'x', '--timeout', '0.3', code=1)


@pytest.mark.parametrize('data, reason', [
    (3, 'wanted type, device and its fields'),
    ({'type': 'NONSENSE'}, "type: found 'NONSENSE'; allowed"),
    ({'type': 'STRING', 'txt': 'x'}, "found 'txt'; STRING has encoding, text"),
    ({'type': 'STRING'}, 'text'),
    ({'type': 'POINT', 'elements': [{'name': 'a'}]}, 'position'),
    ({'type': 'POINT', 'elements': 3}, 'POINT'),
    ({'type': 'IMAGE', 'pixels': {'dtype': 'uint8'}}, 'igtl echo --all'),
    ({'type': 'TRANSFORM', 'position': 'far'}, 'TRANSFORM'),
    ({'type': 'STATUS', 'code': 'high'}, 'code'),
    ({'type': 'POLYDATA'}, 'from a file'),
])
def test_data_that_are_no_message_are_told(data, reason):
    with pytest.raises(ConfigError) as error:
        message_of(data, 'x.yaml: 2')
    assert 'x.yaml: 2: ' in str(error.value) and reason in str(error.value)


@pytest.mark.parametrize('message', [
    Transform(TURNED, device_name='T', timestamp_ns=5_000_000_000, metadata={'a': 'b'}, version=2),
    Position((1, 2, 3), (0, 0, HALF, HALF), device_name='P'),
    String('x', device_name='S'),
    Status(3, 4, 'name', 'text'), Query('GET_IMAGE', device_name='I'),
    StartTracking(resolution=20), Response('RTS_TDATA', 1), Command(7, 'name', 'content'),
    Bind([String('a', device_name='c1')], device_name='B'),
], ids=lambda m: m.type_name)
def test_what_echo_prints_is_read_again(message):
    data = json.loads(json.dumps(plain_message(message, whole=True)))
    assert encode(message_of(data)) == encode(message)


def test_nonsense_in_yaml_is_told():
    with pytest.raises(ConfigError, match='x.yaml'):
        list(read_messages('a: [', 'x.yaml'))
    for deep in ('[' * 50_000, '{"a":' * 50_000 + '}' * 50_000):
        with pytest.raises(ConfigError, match='x.yaml'):
            list(read_messages(deep, 'x.yaml'))
    with pytest.raises(ConfigError, match='x.yaml: 1'):
        list(read_messages('hello', 'x.yaml'))


def test_a_matrix_of_other_numbers_is_refused():
    with pytest.raises(ConfigError, match='found 5 numbers'):
        pose_matrix([1, 2, 3, 4, 5])


# -- call


def commands(peer, message):
    if isinstance(message, Command):
        peer.send(CommandResponse(
            message.command_id, message.name, f'<Result success="true">{message.content}</Result>'
            if message.name == 'Say' else '<CommandReply Status="FAIL" Message="no such tool"/>'))


def test_a_command_and_its_answer():
    with receiver(commands) as (url, received):
        done = igtl('call', url, 'COMMAND', 'Say', '<a/>', '--device', 'Robot')
        failed = igtl('call', url, 'COMMAND', 'Move', code=1)
    assert '<a/>' in done.stdout
    assert 'no such tool' in failed.stderr and not failed.stdout
    assert (received[0].name, received[0].content, received[0].device_name) == (
        'Say', '<a/>', 'Robot')


def test_an_answer_drives_no_terminal_and_names_no_patient():
    texts = {'Title': 'a\x1b]0;title\x07\nb', 'Who': '<a PatientName="Doe" Side="left"/>'}

    def answer(peer, message):
        if isinstance(message, Command):
            peer.send(CommandResponse(message.command_id, message.name, texts[message.name]))

    with receiver(answer) as (url, _):
        title, who = (igtl('call', url, 'COMMAND', name).stdout for name in texts)
    assert title == 'a\\x1b]0;title\\x07\nb\n'
    assert 'left' in who and 'Doe' not in who


def test_a_command_of_old_to_plus():
    def answer(peer, message):
        if message.device_name.startswith('CMD_'):
            peer.send(String('<CommandReply Status="SUCCESS" Message="done"/>',
                             device_name=message.device_name.replace('CMD_', 'ACK_')))

    with receiver(answer) as (url, received):
        done = igtl('call', url, 'COMMAND', 'Go', '<Command Name="Go"/>', '--legacy')
    assert done.stdout == 'done\n'
    assert received[0].text == '<Command Name="Go"/>'


def test_slicer_carries_out_a_command():
    with Slicer('tcp://127.0.0.1:0', serve=True, timeout_s=None,
                commands={'Say': lambda command: f'said {command.content}'}) as slicer:
        done = [None]
        thread = threading.Thread(target=lambda: done.__setitem__(
            0, igtl('call', slicer.address, 'COMMAND', 'Say', 'hello')))
        thread.start()
        while thread.is_alive():
            slicer.stay(0.05)
    assert 'said hello' in done[0].stdout


def test_a_message_is_asked_for():
    def answer(peer, message):
        if message.type_name == 'GET_TRANS':
            peer.send(Transform(POSE, device_name=message.device_name))

    with receiver(answer) as (url, _):
        done = igtl('call', url, 'GET_TRANS', 'Probe', '--json')
        whole = igtl('call', url, 'GET_TRANSFORM', 'Probe')
    assert json.loads(done.stdout)['matrix'] == POSE.tolist()
    assert '- [0, -1, 0, 10.5]' in whole.stdout


def test_an_error_or_no_answer_is_1():
    def answer(peer, message):
        if message.type_name == 'GET_POINT':
            peer.send(Response('RTS_POINT', 1, device_name=message.device_name))

    with receiver(answer, header_version='2') as (url, _):
        done = igtl('call', url, 'GET_POINT', 'Plan', code=1)
        silent = igtl('call', url, 'GET_STATUS', '--timeout', '0.5', code=1)
    assert 'answered RTS_POINT with an error' in done.stderr
    assert "no answer to GET_STATUS '' within 0.5 s" in silent.stderr


def test_a_stream_is_started_printed_and_stopped():
    def answer(peer, message):
        if isinstance(message, StartTracking):
            peer.send(Response('RTS_TDATA', 0))
            for n in range(3):
                peer.send(TrackingData([], device_name=f'T{n}'))

    with receiver(answer) as (url, received):
        done = igtl('call', url, 'STT_TDATA', '--rate', '50', '--frame', 'Tracker', '--json',
                    '--duration', '1')
        until(lambda: received[-1].type_name == 'STP_TDATA')
    assert [json.loads(line)['device'] for line in done.stdout.splitlines()] == ['T0', 'T1', 'T2']
    assert (received[0].resolution, received[0].coordinate_name) == (20, 'Tracker')


def test_a_stream_that_begins_and_brings_nothing_is_1():
    def answer(peer, message):
        if message.type_name == 'STT_TRANS':
            peer.send(Response('RTS_TRANS', 0))

    with receiver(answer) as (url, _):
        done = igtl('call', url, 'STT_TRANS', '--duration', '0.3', code=1)
    assert 'RTS_TRANS: success, and nothing came' in done.stderr


@pytest.mark.parametrize('words', [
    ['GET_FOO'], ['FOO'], ['COMMAND'], ['COMMAND', 'a', 'b', 'c'], ['GET_IMAGE', 'a', 'b'],
    ['COMMAND', 'x' * 200], ['GET_IMAGE', 'x', '--rate', 'fast'],
])
def test_wrong_words_are_2(words):
    igtl('call', '127.0.0.1:1', *words, code=2)


def test_what_a_server_refuses_is_not_called_sent():
    with receiver(allow=('10.0.0.5',)) as (url, received):
        done = igtl('send', url, 'status', 'Estop', 'EMERGENCY', code=1)
    assert 'was lost' in done.stderr and '1 message to' not in done.stderr
    assert not received


def test_a_server_that_is_full_says_so():
    with receiver(max_clients=1) as (url, received), connect(url) as first:
        first.send(String('here', device_name='First'))
        until(lambda: received)
        done = igtl('send', url, 'status', 'Estop', 'EMERGENCY', code=1)
    assert '1 clients are connected, that is the limit' in done.stderr
    assert 'was lost' in done.stderr and '1 message to' not in done.stderr


def test_a_peer_that_closes_without_a_word_was_lost():
    def close_one():
        peer, _ = server.accept()
        peer.recv(1)  # as a server of TLS does that gets a plain message
        peer.close()

    with socket.create_server(('127.0.0.1', 0)) as server:
        closing = threading.Thread(target=close_one)
        closing.start()
        url = f'tcp://127.0.0.1:{server.getsockname()[1]}'
        assert 'was lost' in igtl('send', url, 'text', 'T', 'x', code=1).stderr
        closing.join()


def test_the_ultrasound_does_not_answer():
    with ultrasound('--quiet') as url:
        done = igtl('call', url, 'COMMAND', 'Say', '--timeout', '0.5', code=1)
    assert 'no answer to COMMAND' in done.stderr
