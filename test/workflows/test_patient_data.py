"""
Nothing that leaves a bridge, or a program next to it, names a patient unless it was asked for.

Names are planted wherever peers are known to put them. Then all that the run has left is searched
for them, however they may be spelt there: topics as bytes, logs, answers of services, output.
"""

import base64
import contextlib
import json
import signal
import socket
import sys
import time
from functools import cache, partial
from importlib import import_module
from itertools import count
from struct import pack

import numpy as np
import pytest
from harness import STATE, STREAM, Bridge, Program
from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy
from std_msgs.msg import String as RosString
from std_srvs.srv import Trigger

from igtl_ros2 import codec, connect, serve
from igtl_ros2.codec.crc64 import crc64
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.catalog import (
    ImageMeta,
    ImageMetaElement,
    LabelMeta,
    LabelMetaElement,
    VideoMeta,
    VideoMetaElement,
)
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.query import Query, Response, StartTracking
from igtl_ros2.codec.messages.text import Command, CommandResponse, Status, String
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement

MAPPING = """
receive:
  - {{device: "*", {phi} pose: true, tf: true, split: true, markers: true, cloud: true, mesh: true,
      plane: true, slice: true, nrrd: true, decode: true, hold_hz: 5, publish_invalid: true}}
queries: [{{type: IMGMETA, device: Archive, timeout: 2}}]
commands: [{{name: ask, command: Ask, content: '<Command Name="Ask"/>', timeout: 2}}]
serve: [{{command: HOME, call: /robot/home}}]
"""
LATIN_1, UTF_8, UTF_16 = 4, 106, 1014
END = '~Plantagenet'


class Plants:
    """Texts that are found nowhere else, each in one place."""

    def __init__(self):
        self.passed, self.never = [], []
        self._number = count()

    def __call__(self, *, passes=True):
        """
        Make one.

        :param passes: whether it comes out where `phi: pass` is asked for.
        """
        text = f'Jürg{next(self._number):02d}{END}'
        (self.passed if passes else self.never).append(text)
        return text


@cache
def spellings(text):
    """Give the bytes that a text may have become on its way."""
    made = set()
    for part in (text, text[2:]):  # also without what is not ASCII
        made |= {part.encode('utf-8'), ascii(part)[1:-1].encode()}
        made.add(json.dumps(part)[1:-1].encode())
        for encoding in ('utf-8', 'latin-1', 'utf-16-le', 'utf-16-be'):
            raw = part.encode(encoding)
            made |= {raw, repr(raw)[2:-1].encode()}
            made |= {raw.hex().encode(), raw.hex().upper().encode(), raw.hex(' ').encode()}
            made.add(', '.join(map(str, raw)).encode())
            for shift in range(3):  # the same in base64, wherever it starts
                whole = base64.b64encode(b'\0' * shift + raw)
                made.add(whole[4:-4])
    return made


def is_in(text, data):
    return any(spelling in data for spelling in spellings(text))


def found(texts, outputs):
    """List (text, where) for each text that is in an output."""
    # what all of them end with is looked for first: mostly it is nowhere
    likely = {where: data for where, data in outputs.items() if is_in(END, data)}
    return [(text, where) for text in texts for where, data in likely.items()
            if is_in(text, data)]


def test_whatever_is_found_ends_with_what_is_looked_for_first():
    for name in ('', 'a', 'ab'):  # as base64 has it
        assert all(is_in(END, spelling) for spelling in spellings(f'Jürg{name}00{END}'))


def messages(plant):
    """Make one message of every kind that may name a patient."""
    keys = (key for _ in count() for key in (
        'PatientName', 'patient_id', "Patient's Birth Date", 'DICOM.PatientID', '(0010,0010)',
    ))

    def metadata(entries=2):
        return {'Depth': '55', **{next(keys): plant() for _ in range(entries)}}

    def dressed(cls, *content, device, encoding=UTF_8, entries=2):
        held = metadata(entries)
        return cls(*content, device_name=device, metadata=held, metadata_encodings=dict.fromkeys(
            [key for key in held if key != 'Depth'], encoding))

    scan = ImageMetaElement('Head', 'CT-1', 'CT', plant(), plant())
    other = ImageMetaElement('Head', 'CT-2', 'CT', plant(), plant())
    video = VideoMetaElement('Scope', 'Cam', plant(), plant())
    pixels = np.zeros((1, 4, 4), np.uint8)
    command = f'<Command Name="Save" PatientName="{plant()}"><PatientID>{plant()}</PatientID>'
    return [
        ImageMeta([scan, other], device_name='Archive'),
        dressed(ImageMeta, [ImageMetaElement('A', patient_name=plant())], device='Archive2'),
        VideoMeta([video], device_name='Scopes'),
        # more metadata than an element has bytes would not be sent
        dressed(LabelMeta, [LabelMetaElement('Liver', 'Seg')], device='Labels', encoding=LATIN_1,
                entries=1),
        dressed(Transform, np.eye(4), device='ProbeToTracker', encoding=UTF_16),
        dressed(Image, pixels, device='Slice'),
        dressed(PointList, [Point('P', (1, 2, 3))], device='Points'),
        dressed(TrackingData, [TrackingElement('T', np.eye(4))], device='Tools'),
        dressed(String, 'hello', device='Text'),
        dressed(Status, 5, device='State'),
        String(f'<a><PatientName><![CDATA[{plant()}]]></PatientName></a>', device_name='Xml'),
        String(json.dumps({'00100010': {'vr': 'PN', 'Value': [{'Alphabetic': plant()}]}}),
               device_name='Dicom'),
        String(f'Patient name: {plant()}', device_name='Words'),
        Status(2, message=f'<i Value="{plant()}" Name="PatientID"/>', device_name='Failure'),
        Transform(np.eye(4), device_name='NoteToTracker',
                  metadata={'Note': json.dumps({'patient': {'name': plant()}})}),
        dressed(codec.Unknown, 'VENDOR', b'abc', device='Vendor'),
        dressed(Command, 7, 'Save', command, device='Orders'),
        Command(9, 'Set', f'<I Value="{plant()}" key="(0010,0010)"/>', device_name='Orders'),
        Command(8, 'Set', json.dumps({'PatientName': plant()}), device_name='Orders'),
        dressed(CommandResponse, 99, 'Late', f"<A PatientID='{plant()}'/>", device='Late'),
        dressed(Response, 'RTS_TDATA', 0, device='Nobody'),
        Bind([
            ImageMeta([ImageMetaElement('B', patient_id=plant())], device_name='InBind'),
            Transform(np.eye(4), device_name='AlsoInBind'),
        ], device_name='Bundle', metadata=metadata()),
    ]


def questions(plant):
    """Queries that cannot be answered, which is reported."""
    for make in (
        partial(Query, 'GET_IMGMETA'), partial(Query, 'GET_IMAGE'), partial(Query, 'STP_IMAGE'),
        partial(StartTracking, 'STT_TDATA', 50),
    ):
        yield make(device_name='Nothing', metadata={'PatientName': plant(passes=False)})


def malformed(plant):
    """Frames with something wrong, each with names in it; all but the last leave the stream."""
    scan = ImageMetaElement('H', 'I', 'CT', plant(passes=False), plant(passes=False))
    body = bytearray(scan.encode())
    yield frame('IMGMETA', body[:-7])
    yield frame('IMGMETA', body + scan.encode() + b'xyz')
    yield frame('IMGMETA', body, crc=12345)
    yield frame('VIDEOMETA', body)
    yield frame('BIND', b'\0\1IMGMETA\0\0\0\0\0' + pack('>QH', 9999, 2) + b'B\0' + body)
    # read nevertheless: bytes that are no UTF-8, fields without an end, what stands behind one
    raw = plant(passes=False)
    body[116:180] = (b'\xff\xfe\xfc' + raw.encode('latin-1')).ljust(64, b'\xfd')
    body[180:244] = (plant(passes=False).encode() * 5)[:64]
    yield frame('IMGMETA', body, device='Odd')
    behind = ImageMetaElement('H').encode()
    behind = behind[:120] + plant(passes=False).encode() + behind[120 + len(raw.encode()):]
    yield frame('IMGMETA', behind, device='Behind')
    yield frame('imgmeta', body, device='Small')
    # metadata: a count too large, a value that ends nowhere, a size behind the end
    text = plant(passes=False).encode()
    entry = pack('>HHI', 11, 3, len(text))
    for index, size in (
        (b'\0\x09' + entry, len(text) + 11),
        (b'\0\x01' + pack('>HHI', 11, 3, 9999), len(text) + 11),
        (b'\0\x01' + entry, 7777),
    ):
        yield frame('STRING', pack('>HHII', 12, len(index), size, 1) + b'\0\3\0\2hi' + index
                    + b'PatientName' + text, version=2)
    # out of step: this ends the connection
    yield frame('IMGMETA', scan.encode() * 2, size=128)


def frame(type_name, body, *, device='Broken', version=1, crc=None, size=None):
    body = bytes(body)
    crc = crc64(body) if crc is None else crc
    return pack('>H12s20sQQQ', version, type_name.encode(), device.encode(), 0,
                len(body) if size is None else size, crc) + body


class Collector:
    """Everything on every topic, but what this test sends itself, as bytes."""

    def __init__(self, node):
        self.node = node
        self.received = {}
        self._subscribed = {}

    def listen(self, user, seconds):
        """Subscribe to what is there by now, and take what comes in a while."""
        self._look()
        deadline = time.monotonic() + seconds
        user.wait_for(lambda: time.monotonic() > deadline, 'a moment')

    def _look(self):
        for topic, (kind, *_) in self.node.get_topic_names_and_types():
            offers = self.node.get_publishers_info_by_topic(topic)
            own = topic.endswith(('/to_igtl/Wrong/meta', '/igtl_bridge/command'))
            if topic in self._subscribed or own or not offers:
                continue
            package, _, name = kind.partition('/msg/')
            durability = offers[0].qos_profile.durability
            qos = STATE if durability == DurabilityPolicy.TRANSIENT_LOCAL else STREAM
            self._subscribed[topic] = self.node.create_subscription(
                getattr(import_module(f'{package}.msg'), name), topic,
                partial(self._take, topic), qos, raw=True)

    def _take(self, topic, data):
        self.received.setdefault(topic, []).append(bytes(data))

    @property
    def outputs(self):
        return {f'topic {topic}': b'|'.join(data) for topic, data in self.received.items()}

    def close(self):
        for subscription in self._subscribed.values():
            self.node.destroy_subscription(subscription)


@pytest.fixture
def collector(user):
    collector = Collector(user.node)
    yield collector
    collector.close()


@pytest.fixture
def bridge(request, user, tmp_path, monkeypatch):
    """A bridge whose log files are in a folder of its own."""
    monkeypatch.setenv('ROS_LOG_DIR', str(tmp_path / 'log'))
    file = tmp_path / 'mapping.yaml'
    file.write_text(request.param)
    bridge = Bridge(mode='server', port=0, mapping_file=file, info_rate=0.0)
    bridge.log_folder = tmp_path / 'log'
    yield bridge
    bridge.stop()


def log_files(folder):
    return {f'file {path.name}': path.read_bytes() for path in folder.rglob('*') if path.is_file()}


def say_malformed(port, plant):
    """Send what is wrong, and wait until the bridge has closed the connection because of it."""
    with socket.create_connection(('127.0.0.1', port), 10) as peer:
        peer.sendall(b''.join(malformed(plant)))
        while peer.recv(1 << 16):
            pass


def call(user, service, meanwhile=lambda: None):
    """Call a service, and return what it says."""
    client = user.client(Trigger, service)
    future = client.call_async(Trigger.Request())
    user.wait_for(lambda: meanwhile() or future.done(), f'the answer of {service}')
    user.node.destroy_client(client)
    return future.result()


def answer_to(peer, plant):
    """Answer what the bridge asks."""
    try:
        message = peer.receive(0.0)
    except TimeoutError:
        return
    if isinstance(message, Command):
        peer.send(CommandResponse(
            message.command_id, message.name, f'<R PatientName="{plant()}" Status="SUCCESS"/>',
            metadata={'PatientID': plant(passes=False)}, device_name=message.device_name,
        ))
    elif isinstance(message, Query):
        peer.send(ImageMeta([ImageMetaElement('H', 'I', 'CT', plant())], device_name='Archive'))


@pytest.mark.parametrize(
    ('phi', 'bridge'),
    [
        (word, MAPPING.format(phi=f'phi: {word},' if word != 'default' else ''))
        for word in ('default', 'hash', 'pass')
    ],
    indirect=['bridge'], ids=['default', 'hash', 'pass'],
)
def test_only_pass_names_patients(phi, bridge, user, collector):
    port = bridge.port(user)
    plant = Plants()
    sent = [*messages(plant), *questions(plant)]
    told = {f'/x/{m.device_name}/info' for m in sent if not isinstance(m, Query | StartTracking)}
    told |= {'/x/InBind/meta', '/x/Odd/meta', '/x/Small/info', '/x/Behind/meta', '/diagnostics'}
    told -= {'/x/Nobody/info'}
    # what a ROS user gets wrong is reported without what it says
    meta = user.node.create_publisher(RosString, '/x/to_igtl/Wrong/meta', STATE)
    order = user.node.create_publisher(RosString, '/x/igtl_bridge/command', 10)
    replies = user.listen('/x/igtl_bridge/command_reply', RosString)

    with connect(f'tcp://127.0.0.1:{port}', header_version='2') as peer:
        say_malformed(port, plant)

        def everything_came():
            for message in sent:
                peer.send(message)
            collector.listen(user, 0.3)
            return told <= collector.received.keys()

        user.wait_for(everything_came, f'all of {told}')
        say_malformed(port, plant)
        user.wait_for(lambda: '/x/Small/raw' in collector.received, 'what looks like IMGMETA')
        answers = '\n'.join(
            str(call(user, f'/x/{service}', lambda: answer_to(peer, plant)))
            for service in ('command/ask', 'get/IMGMETA/Archive')
        )
        meta.publish(RosString(data=json.dumps([
            {'name': 'a', 'patient_name': plant(passes=False) * 9},
        ])))
        order.publish(RosString(data=json.dumps({
            'name': 'Go', 'content': {'PatientName': plant(passes=False)},
        })))
        everything_came()
        before = len(collector.received['/diagnostics'])
        user.wait_for(lambda: len(collector.received['/diagnostics']) > before, 'a report')
        if phi == 'pass':
            user.wait_for(
                lambda: everything_came() and not missing(plant, collector, answers),
                'all names')
    bridge.stop()

    outputs = {
        **collector.outputs, **log_files(bridge.log_folder), 'answers': answers.encode(),
        'output': bridge.output.encode(),
        'replies': b''.join(reply.data.encode() for reply in replies),
    }
    assert any(where.startswith('file') for where in outputs)
    assert 'skipped a message' in bridge.output
    if phi == 'pass':
        names = found(plant.passed, outputs)
        assert {'topic /x/Archive/meta', 'topic /x/Scopes/meta', 'topic /x/InBind/meta'} <= {
            where for _, where in names}
        # never in a log, whatever may be published
        assert not [name for name in names if name[1].startswith(('file', 'output'))]
        assert not found(plant.never, {'output': outputs['output']})
    else:
        assert not found(plant.passed + plant.never, outputs)
        hint = b'phi-' if phi == 'hash' else b'redacted'
        assert all(hint in outputs[f'topic /x/{name}/meta'] for name in ('Archive', 'Scopes'))


def in_bag(bag):
    """Give the files of a bag as they are, and its messages as they were before compression."""
    reading = pytest.importorskip('rosbags.rosbag2', reason='rosbags is not installed')
    outputs = {f'bag {path.name}': path.read_bytes() for path in bag.iterdir()}
    with reading.Reader(bag) as reader:
        for connection, _, data in reader.messages():
            outputs.setdefault(f'recorded {connection.topic}', bytearray()).extend(data)
    return outputs


def recorder(bag, *arguments):
    pytest.importorskip('mcap', reason='mcap is not installed')
    return Program(sys.executable, '-m', 'igtl_ros2.tools.record', arguments[0], '-o', bag,
                   '--min-free', 1, *arguments[1:])


def stop(user, tool):
    tool.process.send_signal(signal.SIGINT)
    user.wait_for(lambda: tool.ended, 'the end of the recorder')
    tool.kill()


@pytest.mark.parametrize('compression', ['none', 'zstd'])
@pytest.mark.parametrize('phi', ['default', 'hash', 'drop', 'pass'])
def test_only_pass_lets_a_tap_record_names(phi, compression, user, tmp_path):
    plant, told = Plants(), 'IMGMETA'
    options = ['--phi', phi] if phi != 'default' else []
    with serve('tcp://127.0.0.1:0', header_version='2', compat='plain') as device:
        tool = recorder(tmp_path / 'bag', 'connect', f'tcp://127.0.0.1:{device.address.port}',
                        '--compression', compression, *options)
        try:
            user.wait_for(lambda: device.peers, 'the recorder')
            for message in messages(plant):
                device.send(message)
            assert device.flush(10.0) is None
            device.close(10.0)
            user.wait_for(lambda: ': disconnected' in tool.output, 'all messages')
            with socket.create_server(('127.0.0.1', device.address.port)) as again:
                again.settimeout(40)
                with again.accept()[0] as peer:
                    peer.sendall(b''.join(malformed(plant)))
                user.wait_for(lambda: tool.output.count(': disconnected') == 2, 'the rest')
        finally:
            stop(user, tool)
    outputs = in_bag(tmp_path / 'bag')
    assert not found(plant.passed + plant.never, {'output': tool.output.encode()})
    if phi == 'pass':
        assert {text for text, _ in found(plant.passed, outputs)} == set(plant.passed)
        return
    assert told in tool.output and 'may name patients' in tool.output
    assert not found(plant.passed + plant.never, outputs)
    assert 'recorded /Text/raw' in outputs or phi == 'drop'
    hints = {'default': b'redacted', 'hash': b'phi-'}
    assert phi == 'drop' or hints[phi] in outputs['recorded /Archive/raw']


TOLD = {f'/x/{name}' for name in (
    'Archive/raw', 'Archive/meta', 'Scopes/meta', 'ProbeToTracker/raw', 'ProbeToTracker/info',
    'Orders/command', 'Bundle/raw', 'igtl_bridge/command', 'Slice/info',
)} | {'/diagnostics'}


@pytest.fixture(scope='module')
def recorded(user, tmp_path_factory):
    """All that one bridge lets out, as it is recorded in each way; and what was planted."""
    plant, folder = Plants(), tmp_path_factory.mktemp('recorded')
    file = folder / 'mapping.yaml'
    file.write_text(MAPPING.format(phi='raw: true, phi: pass,'))
    tools = {}
    with contextlib.ExitStack() as ends:
        ends.enter_context(pytest.MonkeyPatch.context()).setenv('ROS_LOG_DIR', str(folder / 'log'))
        bridge = Bridge(mode='server', port=0, mapping_file=file, info_rate=0.0)
        ends.callback(bridge.stop)
        port = bridge.port(user)
        for phi in ('default', 'hash', 'drop', 'pass'):
            tools[phi] = recorder(
                folder / phi, 'ros', '/x/*', '/diagnostics', '--compression', 'none',
                *(['--phi', phi] if phi != 'default' else []),
                '--ros-args', '-r', '__ns:=/x', '-r', f'__node:=igtl_record_{phi}')
            ends.callback(stop, user, tools[phi])
        order = user.node.create_publisher(RosString, '/x/igtl_bridge/command', 10)
        with connect(f'tcp://127.0.0.1:{port}', header_version='2') as peer:
            sent = messages(plant)
            said = json.dumps({'name': 'Go', 'content': {'PatientName': plant()}})

            def everything_came():
                for message in sent:
                    peer.send(message)
                order.publish(RosString(data=said))
                pause = time.monotonic() + 0.2
                user.wait_for(lambda: time.monotonic() > pause, 'a moment')
                return all(f'recording {topic} ' in tool.output
                           for topic in TOLD for tool in tools.values())

            user.wait_for(everything_came, f'all of {TOLD}')
            # the recorders besides the bridge
            user.wait_for(lambda: order.get_subscription_count() > len(tools), 'recorded orders')
            everything_came()
            # who does not know yet that it is heard of confirms nothing
            assert order.wait_for_all_acked(Duration(seconds=40))
            say_malformed(port, plant)
            for _ in range(3):
                everything_came()
    return plant, {phi: (in_bag(folder / phi), tool.output) for phi, tool in tools.items()}


@pytest.mark.parametrize('phi', ['default', 'hash', 'drop', 'pass'])
def test_only_pass_lets_a_recorder_of_topics_record_names(phi, recorded):
    plant, (outputs, said) = recorded[0], recorded[1][phi]
    assert not found(plant.passed + plant.never, {'output': said.encode()})
    if phi == 'pass':
        where = {where for _, where in found(plant.passed, outputs)}
        assert {f'recorded {topic}' for topic in TOLD - {'/diagnostics'}} <= where
    else:
        assert not found(plant.passed + plant.never, outputs)
        there = {topic for topic in TOLD if f'recorded {topic}' in outputs}
        assert there == TOLD or phi == 'drop'


def missing(plant, collector, answers):
    """List what nobody has found yet although it may pass."""
    outputs = {**collector.outputs, 'answers': answers.encode()}
    return set(plant.passed) - {text for text, _ in found(plant.passed, outputs)}


@pytest.mark.parametrize('bridge', ['receive: [{device: "*", raw: true}]'], indirect=True)
def test_raw_passes_names_and_that_is_said_aloud(bridge, user, collector):
    plant = Plants()
    port = bridge.port(user)
    with connect(f'tcp://127.0.0.1:{port}', header_version='2') as peer:
        sent = [m for m in messages(plant) if not isinstance(m, Command)]

        def everything_came():
            for message in sent:
                peer.send(message)
            collector.listen(user, 0.3)
            wanted = {'/x/Archive/raw', '/x/Scopes/raw', '/x/Archive/meta'}
            return wanted <= collector.received.keys()

        user.wait_for(everything_came, 'raw and meta')
    bridge.stop()
    raw, rest = {}, log_files(bridge.log_folder)
    for where, data in collector.outputs.items():
        (raw if where.endswith('/raw') else rest)[where] = data
    assert {'topic /x/Archive/raw', 'topic /x/Scopes/raw'} <= {
        where for _, where in found(plant.passed, raw)}
    assert not found(plant.passed, {**rest, 'output': bridge.output.encode()})
    [warning] = [line for line in bridge.output.splitlines() if 'raw: true' in line]
    assert '[WARN]' in warning and 'NAMES OF PATIENTS' in warning and 'IMGMETA' in warning


@pytest.mark.parametrize(
    ('bridge', 'warned'),
    [
        ('receive: [{device: "*", raw: true, phi: pass}]', False),
        ('receive: [{device: "*", type: TRANSFORM, raw: true}, {device: "*"}]', False),
        ('receive: [{device: A, type: IMGMETA, action: drop}, {device: B, raw: true}]', True),
        ('receive: [{device: A, type: VIDEOMETA, raw: true, phi: hash}]', True),
    ],
    indirect=['bridge'],
)
def test_only_raw_of_patients_is_warned_of(user, bridge, warned):
    bridge.port(user)
    assert ('NAMES OF PATIENTS' in bridge.output) is warned


@pytest.mark.parametrize('bridge', ['receive: [{device: "*"}]'], indirect=True)
def test_a_reload_warns_as_well(bridge, user, tmp_path):
    bridge.port(user)
    (tmp_path / 'mapping.yaml').write_text('receive: [{device: "*", raw: true}]')
    assert 'NAMES OF PATIENTS' not in bridge.output
    assert call(user, '/x/igtl_bridge/reload').success
    user.wait_for(lambda: 'NAMES OF PATIENTS' in bridge.output, 'the warning')


@pytest.mark.parametrize('options', [[], ['--json']], ids=['text', 'json'])
def test_the_simulated_ultrasound_prints_no_names(user, options):
    sim = Program(sys.executable, '-m', 'igtl_ros2.sim.ultrasound', '--port', 0, *options)
    check_simulation(user, sim, 'listening')


def test_the_simulated_slicer_prints_no_names(user):
    sim = Program(sys.executable, '-u', '-m', 'igtl_ros2.sim.slicer', 'tcp://127.0.0.1:0',
                  '--serve', '--duration', 60)
    check_simulation(user, sim, 'igtl_sim_slicer: ')


def check_simulation(user, sim, words):
    """Send names to a program that prints what it gets, and read what it has printed."""
    plant = Plants()
    try:
        user.wait_for(lambda: words in sim.output or sim.ended, 'the start')
        url = 'tcp' + sim.output.split('tcp', 1)[1].split()[0].rstrip('",}')
        with connect(url, header_version='2') as peer:
            for message in messages(plant):
                peer.send(message)
            peer.send(String('the end', device_name='End'))
            user.wait_for(lambda: 'End' in sim.output or 'slicer' in words, 'the last message')
            time.sleep(0.3)  # Slicer says nothing before its end
    finally:
        sim.process.send_signal(signal.SIGTERM)
        user.wait_for(lambda: sim.ended, 'the end')
        sim.kill()
    assert "'End'" in sim.output or '"End"' in sim.output, sim.output
    assert not found(plant.passed, {'output': sim.output.encode()})
