"""`igtl_record ros`: what a bridge publishes, raw and decoded, in a bag."""

import json
import random
import threading
import time
from inspect import signature

import pytest
from bag_tools import Tool, connect, frames_now, frames_of, read_all
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from harness import asking
from polling import poll
from rclpy.qos import QoSProfile, ReliabilityPolicy
from ros_user import STATE, mapping, pose, start, wait_for
from rosbags.rosbag2 import Reader
from rosbags.typesys import Stores, get_typestore
from std_msgs.msg import Header as RosHeader
from std_msgs.msg import String as RosString
from std_msgs.msg import UInt8MultiArray
from std_srvs.srv import SetBool

from igtl_ros2 import serve
from igtl_ros2.bags.files import CHUNK_BYTES, BagWriter
from igtl_ros2.bags.recording import Recording
from igtl_ros2.bags.types import MessageTypes
from igtl_ros2.codec import Unknown, decode, encode
from igtl_ros2.codec.messages.catalog import ImageMeta, ImageMetaElement
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String
from igtl_ros2.nodes import record
from igtl_ros2.rosio import subscriptions

RAW = 'receive: [{device: "*", raw: true}]'


def recorder(ros, bag, *arguments, namespace='/x'):
    return Tool('tools.record', 'ros', '-o', bag, '--min-free', '1', *arguments,
                '--ros-args', '-r', f'__ns:={namespace}')


def decoded(bag):
    store = get_typestore(Stores.LATEST)
    with Reader(bag) as reader:
        found = {}
        for connection, _, data in reader.messages():
            if not connection.topic.endswith('/raw'):
                message = store.deserialize_cdr(data, connection.msgtype)
                found.setdefault(connection.topic, []).append(message)
        return found


def frames(count):
    """Messages of several devices in turn, in version 2 with metadata, and of unknown type."""
    result = []
    for number in range(count):
        facts = {'timestamp': number + 1, 'version': 2, 'metadata': {'n': str(number)}}
        result += [
            Transform(pose((number, 0, 0)), device_name='Stylus', **facts),
            String(str(number), device_name='Text', **facts),
            Unknown('NOBODYKNOWS', b'\xff' * number, device_name='Odd', **facts),
        ]
    return result


@pytest.fixture
def device_2():
    """A device that sends header version 2 from the start."""
    with serve('tcp://127.0.0.1:0', header_version='2', compat='plain') as server:
        yield server


def until_recorded(tool, node, *topics):
    for topic in topics:
        tool.wait_for(rf'recording {topic} \(')
    # it hears what is published once DDS has told the publisher of it
    publishers = [p for p in node.publishers if p.topic_name in topics]
    assert len(publishers) == len(topics)
    wait_for(lambda: all(p.get_subscription_count() for p in publishers), 'the recorder')


def test_raw_and_decoded_topics_of_a_bridge_in_order(ros, device_2, tmp_path):
    device = device_2
    node = start(ros, device, **mapping(tmp_path, RAW))
    messages = frames(100)
    leaves = ['Stylus/transform', 'Text/text', *(f'{d}/raw' for d in ('Stylus', 'Text', 'Odd'))]
    with recorder(ros, tmp_path / 'bag') as tool:
        for message in messages[:3]:  # so that there are topics
            device.send(message)
        until_recorded(tool, node, *(f'/x/{leaf}' for leaf in leaves))
        for message in messages[3:]:
            device.send(message)
        wait_for(lambda: len(frames_of(tmp_path / 'bag')) >= 297, 'all frames in the bag')
        said = tool.interrupt()
    assert "NOBODYKNOWS    'Odd'" in said
    found = [data for _, _, data in frames_of(tmp_path / 'bag')]
    assert found[-297:] == [encode(message) for message in messages[3:]]
    topics = decoded(tmp_path / 'bag')
    assert topics['/x/Stylus/transform'][-1].transform.translation.x == pytest.approx(0.099)
    assert topics['/x/Text/text'][-1].data == '99'  # a state: only the last one counts
    # and what came from the device goes out again as it came
    with Tool('tools.replay', tmp_path / 'bag', '--serve', 'tcp://127.0.0.1:0',
              '--rate', 'inf') as replay:
        with connect(replay.port()) as sock:
            assert read_all(sock).endswith(b''.join(encode(m) for m in messages[3:]))
        replay.end()


def test_qualities_are_kept_and_what_was_said_before_is_there(ros, device, tmp_path):
    start(ros, device)
    infos = ros.listen('/x/Text/info', RosString)
    device.send(String('once', device_name='Text'))
    wait_for(lambda: infos, 'the first message')
    with recorder(ros, tmp_path / 'bag') as tool:
        wait_for(lambda: (tmp_path / 'bag' / 'metadata.yaml').exists(), 'the bag')
        wait_for(lambda: 'once' in str(decoded(tmp_path / 'bag')), 'the text in the bag')
        tool.interrupt()
    with Reader(tmp_path / 'bag') as reader:
        [text] = [c for c in reader.connections if c.topic == '/x/Text/text']
        [profile] = text.ext.offered_qos_profiles
        assert (profile.reliability.name, profile.durability.name) == ('RELIABLE',
                                                                       'TRANSIENT_LOCAL')


def test_names_of_patients_are_not_in_the_bag(ros, device, tmp_path):
    rules = 'receive: [{device: "Open*", raw: true, phi: pass}, {device: "*", raw: true}]'
    start(ros, device, **mapping(tmp_path, rules))
    element = ImageMetaElement('CT', 'id', 'CT', 'Jane Planted', 'P-QX4711')
    wanted = [f'/x/{name}/{leaf}' for name in ('Open', 'Hidden') for leaf in ('raw', 'meta')]
    with recorder(ros, tmp_path / 'bag', '--compression', 'none') as tool:

        def everything_came():
            for name in ('Open', 'Hidden'):
                device.send(ImageMeta((element,), device_name=name))
            with Reader(tmp_path / 'bag') as reader:
                return set(wanted) <= {c.topic for c in reader.connections}

        wait_for(lambda: (tmp_path / 'bag' / 'metadata.yaml').exists(), 'the bag')
        wait_for(everything_came, 'all topics')
        tool.wait_for("IMGMETA 'Open' names patients, which is hidden in the bag")
        tool.wait_for("IMGMETA 'Hidden' names patients, which is hidden in the bag")
        tool.wait_for("String '/x/Open/meta' names patients, which is hidden in the bag")
        said = tool.interrupt()
    assert "String '/x/Hidden/meta' names" not in said  # the bridge has hidden that
    for topic in wanted[1::2]:
        lists = [json.loads(m.data) for m in decoded(tmp_path / 'bag')[topic]]
        assert {entry['patient_name'] for [entry] in lists} == {'redacted'}
    frames = [decode(data) for _, _, data in frames_of(tmp_path / 'bag')]
    assert {m.elements[0].patient_name for m in frames} == {'redacted'}
    for path in (tmp_path / 'bag').iterdir():
        assert b'Planted' not in path.read_bytes() and b'QX4711' not in path.read_bytes()


def test_a_list_that_cannot_be_read_is_not_recorded_and_ends_nothing(ros, tmp_path):
    """Nobody can tell whom it names."""
    with recorder(ros, tmp_path / 'bag', '--compression', 'none') as tool:
        publisher = ros.talk('/x/Study/meta', RosString)
        publisher.publish(b'\0\1\0\0\xff\0\0\0Planted')
        tool.wait_for("String '/x/Study/meta' is not recorded, it may name patients")
        publisher.publish(RosString(data='[]'))
        wait_for(lambda: '/x/Study/meta' in decoded(tmp_path / 'bag'), 'the list without names')
        tool.interrupt()
    for path in (tmp_path / 'bag').iterdir():
        assert b'Planted' not in path.read_bytes()


def test_codes_of_the_bridge_are_recorded(ros, device, tmp_path):
    start(ros, device, **mapping(tmp_path, 'receive: [{device: "*", phi: hash}]'))
    element = ImageMetaElement('CT', 'id', 'CT', 'Jane Planted', 'P-QX4711')
    metas = ros.listen('/x/List/meta', RosString)
    device.send(ImageMeta((element,), device_name='List'))
    wait_for(lambda: metas, 'the list')
    with recorder(ros, tmp_path / 'bag') as tool:
        wait_for(lambda: (tmp_path / 'bag' / 'metadata.yaml').exists(), 'the bag')
        wait_for(lambda: '/x/List/meta' in decoded(tmp_path / 'bag'), 'the list in the bag')
        tool.interrupt()
    assert decoded(tmp_path / 'bag')['/x/List/meta'][0].data == metas[0].data
    assert 'phi-' in metas[0].data


def test_what_is_called_raw_and_is_no_frame_is_recorded_as_it_is(ros, tmp_path):
    talker = ros.node.create_publisher(UInt8MultiArray, '/x/lidar/raw', 10)
    with recorder(ros, tmp_path / 'bag') as tool:
        wait_for(talker.get_subscription_count, 'the recorder')
        for data in (b'', b'lidar', b'\xff' * 99):
            talker.publish(UInt8MultiArray(data=list(data)))
        wait_for(lambda: len(frames_of(tmp_path / 'bag')) == 3, 'all of it in the bag')
        tool.interrupt()
    assert [data for _, _, data in frames_of(tmp_path / 'bag')] == [b'', b'lidar', b'\xff' * 99]


def test_it_follows_publishers_that_offer_less(ros, tmp_path):
    bag = tmp_path / 'bag'
    first = [ros.node.create_publisher(RosString, f'/x/{n}', STATE) for n in ('stream', 'state')]

    def says(publishers, text):
        """Say it again and again, until it is in the bag for each topic."""

        def said():
            for publisher in publishers:
                publisher.publish(RosString(data=text))
            found = decoded(bag)
            return all(
                text in str(found.get(publisher.topic_name)) for publisher in publishers
            )

        wait_for(lambda: (bag / 'metadata.yaml').exists(), 'the bag')
        wait_for(said, f'{text} in the bag')

    with recorder(ros, bag) as tool:
        says(first, 'first')
        weak = QoSProfile(depth=10, reliability=ReliabilityPolicy.BEST_EFFORT)
        later = [
            ros.node.create_publisher(RosString, '/x/stream', weak),
            ros.node.create_publisher(RosString, '/x/state', 10),
        ]
        says(later, 'later')
        says(first, 'again')
        tool.interrupt()


@pytest.fixture
def tap(tmp_path, no_graph):
    """A recorder in this process, which spins only when the test has it do so."""
    types = MessageTypes()
    recording = Recording(BagWriter(tmp_path / 'bag', types))
    tap = record.RosTap(recording, types, ['/x/*'], False, 'redact', [])
    tap.recording = recording
    yield tap
    tap.close()
    recording.close()


def status(who):
    return DiagnosticStatus(
        name=f'PatientName={who}', message=f'PatientName: {who}', hardware_id=f'PatientID={who}',
        values=[KeyValue(key='PatientName', value=who), KeyValue(key='side', value='left')])


@pytest.mark.parametrize('message', [
    status('Planted'), DiagnosticArray(status=[DiagnosticStatus(name='first'), status('Planted')]),
    DiagnosticStatus(name='PatientName=Planted'),
    DiagnosticStatus(hardware_id='PatientID=Planted'),
    DiagnosticArray(status=[DiagnosticStatus(name='PatientName=Planted', message='x')])])
def test_no_part_of_a_status_names_a_patient(tap, tmp_path, message):
    publisher = tap.node.create_publisher(type(message), '/x/to_igtl/Arm/status', STATE)
    publisher.publish(message)
    publisher.publish(type(message)())  # one that says nothing stays as it is
    frame = RosHeader(frame_id='patient_name')  # a name that names nobody
    empty = tap.node.create_publisher(DiagnosticArray, '/x/to_igtl/None/status', STATE)
    empty.publish(DiagnosticArray(header=frame))
    poll(lambda: tap.recording.summary.total.messages == 3, 'messages', lambda: tap.spin(0.1))
    tap.recording.close()
    [hidden] = tap.recording.summary.hidden.values()
    assert hidden.messages == 1
    first, second = decoded(tmp_path / 'bag')['/x/to_igtl/Arm/status']
    assert 'redacted' in str(first) and 'redacted' not in str(second)
    assert 'left' in str(first) or 'left' not in str(message)
    assert 'Planted' not in str(first)
    assert not any(b'Planted' in path.read_bytes() for path in (tmp_path / 'bag').iterdir())


def test_rclpy_of_humble_cannot_say_when_a_message_was_sent(tap, tmp_path, monkeypatch):
    monkeypatch.setattr(subscriptions, '_WITH_INFO', signature(lambda message: None))
    before = time.time_ns()
    publisher = tap.node.create_publisher(RosString, '/x/text', STATE)
    publisher.publish(RosString(data='hello'))
    poll(lambda: tap.recording.summary.total.messages, 'a message', lambda: tap.spin(0.1))
    assert before < tap.recording.summary.start_ns <= time.time_ns()
    tap.recording.close()
    [[message]] = decoded(tmp_path / 'bag').values()
    assert message.data == 'hello'


def test_a_recorder_that_is_behind_keeps_the_order_of_topics(tap, tmp_path, monkeypatch):
    monkeypatch.setattr(record, '_SAME_CLOCK_NS', 3 * 10**8)
    monkeypatch.setattr(record, '_BUSY_ORDER_NS', 3 * 10**8)
    publishers = [tap.node.create_publisher(RosString, f'/x/{name}', 1000) for name in 'ab']
    poll(lambda: all(p.get_subscription_count() for p in publishers), 'the subscriptions',
         lambda: tap.spin(0.1))
    for number in range(40):  # one of each is taken by turns, in the order of the subscriptions
        publishers[number // 2 % 2].publish(RosString(data=str(number)))
    time.sleep(0.5)  # so old they are when they are taken
    handed = []
    usual = tap._record
    monkeypatch.setattr(tap, '_record', lambda *what: handed.append(what[0]) or usual(*what))
    poll(lambda: len(handed) == 40, 'all messages', lambda: tap.spin(0.1))
    assert handed == sorted(handed)
    tap.recording.close()
    store = get_typestore(Stores.LATEST)
    with Reader(tmp_path / 'bag') as reader:
        found = [store.deserialize_cdr(data, c.msgtype).data for c, _, data in reader.messages()]
    assert found == [str(number) for number in range(40)]


def test_what_waits_for_older_messages_is_less_than_a_chunk(tap, monkeypatch):
    monkeypatch.setattr(record, '_ORDER_NS', 10**18)
    monkeypatch.setattr(record, '_BUSY_ORDER_NS', 10**18)
    publisher = tap.node.create_publisher(RosString, '/x/text', QoSProfile(depth=1000))
    poll(publisher.get_subscription_count, 'a subscription', lambda: tap.spin(0.1))
    for _ in range(40):
        publisher.publish(RosString(data='.' * 60_000))
    poll(lambda: tap.recording.summary.total.bytes > 40 * 60_000 - CHUNK_BYTES,
         'most of it in the bag', lambda: tap.spin(0.1))


@pytest.mark.parametrize('seed', range(2))
def test_a_killed_recorder_lacks_no_more_than_the_last_chunk(no_graph, ros, tmp_path, seed):
    chance = random.Random(seed)
    bag, sent, done = tmp_path / 'bag', [], threading.Event()
    talker = ros.node.create_publisher(UInt8MultiArray, '/x/T/raw', 1000)
    body = bytes(120_000)

    def send():
        while not done.is_set():
            frame = encode(Unknown('BULK', body, device_name='T', timestamp=len(sent) + 1))
            message = UInt8MultiArray()
            message.data.frombytes(frame)
            talker.publish(message)
            sent.append(frame)
            time.sleep(0.008)

    def keeps_up():
        """Tell whether what came is in the bag, but for a chunk and what is between threads."""
        came = len(sent)
        lacks = came - len(frames_now(bag))
        return came > least and lacks * len(body) < 2 * CHUNK_BYTES

    least = chance.randint(100, 300)
    sender = threading.Thread(target=send)
    with recorder(ros, bag, '--compression', 'none') as tool:
        wait_for(talker.get_subscription_count, 'the recorder')
        wait_for(lambda: (bag / 'metadata.yaml').exists(), 'the bag')
        sender.start()
        try:
            wait_for(keeps_up, 'a bag that keeps up with what comes')
            tool.process.kill()
            tool.process.wait()
        finally:
            done.set()
            sender.join()
    found = [data for _, _, data in frames_of(bag)]
    assert found == sent[: len(found)] and len(found) > least - 2 * CHUNK_BYTES / len(body)


def test_recording_is_paused_by_a_service(ros, tmp_path):
    bag = tmp_path / 'bag'
    talker = ros.node.create_publisher(RosString, '/x/text', 100)
    client = ros.node.create_client(SetBool, '/x/igtl_record/record')

    def switch(is_on):
        answer = asking(client, SetBool.Request(data=is_on))
        return wait_for(answer, 'an answer of the recorder')

    with recorder(ros, bag) as tool:
        wait_for(talker.get_subscription_count, 'the recorder')
        wait_for(client.service_is_ready, 'the service')
        talker.publish(RosString(data='before'))
        wait_for(lambda: '/x/text' in decoded(bag), 'the first text in the bag')
        assert (switch(False).success, switch(False).message) == (True, 'recording is paused')
        talker.publish(RosString(data='meanwhile'))
        time.sleep(0.5)
        assert switch(True).message == 'recording'

        def after():
            talker.publish(RosString(data='after'))
            return 'after' in str(decoded(bag))

        wait_for(after, 'the last text in the bag')
        tool.interrupt()
    texts = [message.data for message in decoded(bag)['/x/text']]
    assert [*dict.fromkeys(texts)] == ['before', 'after']


def test_only_what_was_asked_for(ros, device, tmp_path):
    node = start(ros, device, **mapping(tmp_path, RAW))
    with recorder(ros, tmp_path / 'bag', '/x/Styl*', '--raw-only', namespace='/') as tool:
        device.send(frames(1)[0])
        until_recorded(tool, node, '/x/Stylus/raw')
        for message in frames(20):
            device.send(message)
        wait_for(lambda: len(frames_of(tmp_path / 'bag')) >= 20, 'the frames')
        tool.interrupt()
    with Reader(tmp_path / 'bag') as reader:
        assert [c.topic for c in reader.connections] == ['/x/Stylus/raw']
