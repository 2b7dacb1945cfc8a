"""Poses that come faster than one by one: nothing is lost, mixed up or told wrongly."""

import contextlib
import json
import threading
import time

import numpy as np
import pytest
from geometry_msgs.msg import TransformStamped
from rclpy.serialization import serialize_message
from ros_user import DEADLINE_S, STATE, mapping, pose, reload, start, wait_for
from std_msgs.msg import String as RosString
from std_srvs.srv import Trigger

from igtl_ros2 import codec
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import String
from igtl_ros2.errors import PeerTimeoutError
from igtl_ros2.rosio import intake
from igtl_ros2.rosio.writers import Writer

pytestmark = pytest.mark.usefixtures('nobody_is_late')

TURN = ((0, -1, 0), (1, 0, 0), (0, 0, 1))
DEPTH = 20_000
# the number of what is behind all that came before a test
LAST = 99_999
RULES = 'receive: [{device: "*", stamp: device%s}]\n'
NOW_NS = time.time_ns()


# -- to ROS


def tool(number, device='Tool', matrix=None, **fields):
    return Transform(pose((number, 0, 0), TURN) if matrix is None else matrix, device_name=device,
                     timestamp=codec.from_ns(NOW_NS + 1000 * number), **fields)


@pytest.fixture
def streaming(ros, device, tmp_path):
    """Start a bridge that has taken some poses of two tools."""

    def begin(rule='', more=''):
        overrides = {
            f'qos_overrides./x/{name}/transform.publisher.depth': DEPTH
            for name in ('Tool', 'Probe')
        }
        rules = RULES % rule + more
        # as long as nobody knows what a peer is, all that it sends is looked at
        more_parameters = {'info_rate': 0.0, 'compat': 'plain', **overrides}
        node = start(ros, device, **more_parameters, **mapping(tmp_path, rules))
        (peer,) = node.link.peers
        got = {name: ros.listen(f'/x/{name}/transform', TransformStamped, DEPTH)
               for name in ('Tool', 'Probe')}

        def ready():
            for name in got:
                device.send(tool(0, name))
            time.sleep(0.02)
            return node._receivers['']._first.is_over and all(
                len(poses) > 2 for poses in got.values())

        wait_for(ready, 'the first poses')
        for name, poses in got.items():
            device.send(tool(LAST, name))
            wait_for(lambda: stamps(poses)[-1:] == [LAST], 'all before it')  # noqa: B023
            poses.clear()
        return node, peer, got['Tool'], got['Probe']

    return begin


def give(device, messages):
    """Send messages so that they arrive together."""
    (peer,) = device.peers
    data = b''.join(m if isinstance(m, bytes) else codec.encode(m) for m in messages)
    done = threading.Event()

    def write():
        peer._stream.write(memoryview(data))
        done.set()

    peer._link.network.post(write)
    assert done.wait(DEADLINE_S)


def numbers(poses):
    return [round(p.transform.translation.x * 1000) for p in poses]


def stamps(poses):
    """Give their numbers as their stamps tell them, whatever became of the rest."""
    times = (p.header.stamp for p in poses)
    return [(t.sec * 10**9 + t.nanosec - NOW_NS) / 1000 for t in times]


def test_poses_that_arrive_together_are_published_as_they_are(streaming, device):
    node, peer, poses, probe = streaming()
    before, made = peer.received['TRANSFORM'], node._receivers[''].devices
    sent = [tool(number, ('Tool', 'Probe')[number % 3 == 2]) for number in range(1, 1000)]
    give(device, sent)
    wait_for(lambda: len(poses) + len(probe) == len(sent), 'all poses')
    assert numbers(poses) == [n for n in range(1, 1000) if n % 3 != 2]
    assert numbers(probe) == [n for n in range(1, 1000) if n % 3 == 2]
    assert stamps(poses) == numbers(poses) and stamps(probe) == numbers(probe)
    for got in (*poses, *probe):
        number = round(got.transform.translation.x * 1000)
        r = got.transform.rotation
        assert np.allclose(
            (r.x, r.y, r.z, r.w), (0, 0, 0.5**0.5, 0.5**0.5), rtol=0, atol=1e-15)
        assert got.transform.translation.x == number / 1000
    assert peer.received['TRANSFORM'] == before + len(sent)
    after = node._receivers[''].devices
    assert sum(after.values()) == sum(made.values()) + len(sent)
    assert node._receivers['']._report.counts == {}


def test_what_is_no_plain_pose_among_them_is_told_and_costs_the_others_nothing(
    streaming, device, ros
):
    node, peer, poses, _ = streaming()
    infos = ros.listen('/x/Tool/info', RosString, STATE)
    texts = ros.listen('/x/Words/text', RosString)
    spoilt = bytearray(codec.encode(tool(20)))
    spoilt[-1] ^= 1
    nan = pose((1, float('nan'), 0))
    scaled = pose((40, 0, 0), 2 * np.eye(3))
    mirrored = pose((50, 0, 0), np.diag((1, 1, -1)))
    give(device, [
        tool(1), tool(2), bytes(spoilt), tool(3), tool(30, matrix=nan), tool(4),
        tool(40, matrix=scaled), tool(5), tool(50, matrix=mirrored), tool(6),
        String('hello', device_name='Words'), tool(7, metadata={'Mood': 'busy'}), tool(8),
    ])
    wait_for(lambda: numbers(poses)[-1:] == [8], 'the last pose')
    wait_for(lambda: texts, 'the text')
    # the scaled one is published as well, as what is left of it
    assert [n for n in numbers(poses) if n != 40] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert peer.errors['CrcError'] == 1
    # no number, no rotation, mirrored
    assert node._receivers['']._report.counts == {'TRANSFORM Tool': 3}
    wait_for(lambda: any(json.loads(i.data)['metadata'].get('Mood') == 'busy' for i in infos),
             'the metadata')


def test_both_ways_give_the_same_numbers_for_any_rotation(streaming, device):
    _, _, poses, probe = streaming()
    chance = np.random.default_rng(5)
    rotations = []
    for _ in range(200):
        q, _ = np.linalg.qr(chance.normal(size=(3, 3)))
        rotations.append(q * np.sign(np.linalg.det(q)))
    matrices = [pose(chance.normal(size=3) * 1000, r) for r in rotations]
    give(device, [tool(n, matrix=m) for n, m in enumerate(matrices)])
    # what comes with metadata goes the whole way
    give(device, [tool(n, 'Probe', m, metadata={'a': str(n)}) for n, m in enumerate(matrices)])
    wait_for(lambda: len(poses) == len(probe) == 200, 'all poses')
    for one, other in zip(poses, probe):
        assert one.header.stamp == other.header.stamp
        assert one.transform == other.transform


@pytest.mark.parametrize('axes', ['ras', 'lps'])
def test_axes_and_units_are_those_of_the_rule(streaming, device, axes):
    _, _, poses, _ = streaming(f', wire_axes: {axes}, wire_unit: m')
    give(device, [tool(7, matrix=pose((1, 2, 3), TURN))])
    wait_for(lambda: poses, 'the pose')
    t = poses[0].transform.translation
    assert (t.x, t.y, t.z) == ((1, 2, 3) if axes == 'ras' else (-1, -2, 3))


def test_other_rules_hold_for_what_comes_next(ros, streaming, device, tmp_path):
    _, _, poses, _ = streaming(', frame: old')
    give(device, [tool(1)])
    wait_for(lambda: poses, 'the pose')
    assert reload(ros, RULES % ', frame: new', tmp_path)[0]
    give(device, [tool(2), tool(3), tool(4), tool(5)])
    wait_for(lambda: len(poses) == 5, 'more poses')
    assert [p.header.frame_id for p in poses] == ['old', 'new', 'new', 'new', 'new']
    assert numbers(poses) == [1, 2, 3, 4, 5]


def test_who_asked_for_a_pose_is_answered_by_one_of_the_stream(ros, streaming, device):
    streaming(more='queries: [{type: TRANSFORM, device: Tool}]')
    client = ros.node.create_client(Trigger, '/x/get/TRANSFORM/Tool')
    assert client.wait_for_service(DEADLINE_S)
    future = client.call_async(Trigger.Request())
    wait_for(lambda: device.send(tool(9)) or time.sleep(0.01) or future.done(), 'the answer')
    assert future.result().success, future.result().message


def test_a_publisher_that_fails_costs_one_pose_and_is_counted(
    streaming, device, monkeypatch, capfd
):
    node, _, poses, _ = streaming()
    write, calls = Writer.write, []

    def fail(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            raise RuntimeError('Doe^Jane')
        write(*arguments)

    monkeypatch.setattr(Writer, 'write', fail)
    give(device, [tool(number) for number in range(1, 11)])
    wait_for(lambda: len(poses) == 9, 'all poses but one')
    assert numbers(poses) == [1, 2, *range(4, 11)]
    said = capfd.readouterr().err
    assert 'TRANSFORM Tool: not published, error in the bridge: RuntimeError' in said
    assert 'Doe' not in said and node._receivers['']._report.counts['TRANSFORM Tool'] == 1


# -- from ROS


def posed(number, frame='base', stamp_ns=None):
    message = TransformStamped(child_frame_id='tool')
    message.header.frame_id = frame
    stamp_ns = 10**18 + number if stamp_ns is None else stamp_ns
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp_ns, 10**9)
    message.transform.translation.x = number / 1000
    message.transform.rotation.z = message.transform.rotation.w = 0.5
    return message


@pytest.fixture(params=['a thread of its own', 'the executor'])
def talk(request, ros, device, monkeypatch):
    """Publish many poses on a topic that is sent; the device takes all of them."""
    if request.param == 'the executor':
        monkeypatch.setattr(intake, '_rclpy', None)

    def begin(**parameters):
        topic = '/x/to_igtl/Tool/transform'
        parameters = {
            'discover_period': 0.1,
            'limits.queue_policy': ['TRANSFORM=all'],
            'limits.queue_messages': 100_000,
            f'qos_overrides.{topic}.subscription.depth': DEPTH,
            **parameters,
        }
        node = start(ros, device, **parameters)
        publisher = ros.talk(topic, TransformStamped, DEPTH)
        first = serialize_message(posed(0))

        def flows():
            publisher.publish(first)
            time.sleep(0.02)
            return received()

        total = []

        def received():
            found = []
            with contextlib.suppress(PeerTimeoutError):
                while True:
                    found.append(device.receive(0.0)[1])
            poses = [message for message in found if message.type_name == 'TRANSFORM']
            total.extend(poses)
            return poses

        wait_for(flows, 'the first pose')
        publisher.publish(serialize_message(posed(LAST)))
        wait_for(lambda: any(round(m.matrix[0, 3]) == LAST for m in received()), 'all before it')
        (peer,) = node.link.peers
        # it is counted when it has left, which the device may know before
        wait_for(lambda: peer.sent['TRANSFORM'] == len(total), 'the count of those that were sent')
        return node, publisher, received

    return begin


@pytest.mark.parametrize('version', ['1', '2'])
def test_poses_that_are_published_together_all_arrive_in_order(talk, version):
    node, publisher, received = talk(header_version=version)
    (peer,) = node.link.peers
    before = peer.sent['TRANSFORM']
    messages = [serialize_message(posed(number)) for number in range(1000)]
    for data in messages:
        publisher.publish(data)
    got = []
    wait_for(lambda: got.extend(received()) or len(got) == 1000, 'all poses')
    assert [round(m.matrix[0, 3]) for m in got] == list(range(1000))
    for number, message in enumerate(got):
        assert abs(message.timestamp_ns - 10**18 - number) <= 1
        assert np.allclose(message.matrix, pose((number, 0, 0), TURN), rtol=0, atol=1e-6)
        if version == '2':
            assert message.metadata == {
                'ros_frame_id': 'base', 'ros_stamp': f'1000000000.{number:09d}'}
        else:
            assert message.version == 1
    wait_for(lambda: peer.sent['TRANSFORM'] == before + 1000, 'the count of what was sent')


def test_what_is_no_pose_among_them_is_told_and_costs_the_others_nothing(talk):
    node, publisher, received = talk()
    wrong = posed(500)
    wrong.transform.rotation.z = wrong.transform.rotation.w = 0.0
    far = posed(600)
    far.transform.translation.x = 1e300
    messages = [posed(1), wrong, posed(2), far, posed(3), posed(4, 'world'), posed(5, stamp_ns=0),
                posed(6, stamp_ns=5), posed(7)]
    for message in messages:
        publisher.publish(serialize_message(message))
    publisher.publish(b'\0\1\0\0')
    publisher.publish(serialize_message(posed(8)))
    got = []
    wait_for(lambda: got.extend(received()) or len(got) == 8, 'all poses')
    assert [round(m.matrix[0, 3]) for m in got] == [1, 2, 3, 4, 5, 6, 7, 8]
    problems = node._senders['']._report.counts
    assert problems == {'/x/to_igtl/Tool/transform': 3}


def test_other_rules_hold_while_poses_stream(ros, device, tmp_path):
    rules = 'send: [{topic: /poses, device: %s}]'
    node = start(ros, device, discover_period=0.1, **mapping(tmp_path, rules % 'A'))
    publisher = ros.talk('/poses', TransformStamped, 1000)
    stop = threading.Event()

    def flood():
        number = 0
        while not stop.is_set():
            publisher.publish(serialize_message(posed(number % 1000)))
            number += 1
            time.sleep(0.0005)

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        for name in 'BCDEFG':
            assert reload(ros, rules % name, tmp_path)[0]
            while device.receive(DEADLINE_S)[1].device_name != name:
                pass
    finally:
        stop.set()
        thread.join()
    assert node._senders['']._report.counts == {}
