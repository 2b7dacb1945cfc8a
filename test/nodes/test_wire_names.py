"""Two devices never become one on the wire, and what is called otherwise there is said."""

import threading
import time

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseStamped, TransformStamped
from ros_user import mapping, pose, start, wait_for
from std_msgs.msg import String as RosString

from igtl_ros2 import connect, serve
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.query import Query
from igtl_ros2.codec.messages.text import String
from igtl_ros2.codec.short_names import short_name

LEFT, RIGHT = 'VeryLongRobotToolNameLeft', 'VeryLongRobotToolNameRight'


def gather(peer):
    """Receive in a thread."""
    received = []

    def run():
        for message in peer:
            received.append(message)

    threading.Thread(target=run, daemon=True).start()
    return received


def at_x(kind, x):
    message = kind()
    if kind is TransformStamped:
        message.transform.translation.x = float(x)
        message.transform.rotation.w = 1.0
    else:
        message.pose.position.x = float(x)
        message.pose.orientation.w = 1.0
    message.header.frame_id = 'base'
    message.header.stamp.sec = int(time.time())
    return message


@pytest.mark.parametrize('version', ['1', '2'])
@pytest.mark.parametrize('leaf, kind', [('transform', TransformStamped), ('pose', PoseStamped)])
def test_long_names_that_begin_alike_stay_two_devices(ros, version, leaf, kind):
    node = ros.bridge(port=0, header_version=version)
    diagnostics = ros.listen('/diagnostics', DiagnosticArray)
    with connect(str(node.link.address), header_version=version) as peer:
        received = gather(peer)
        left, right = (ros.talk(f'/x/to_igtl/{name}/{leaf}', kind) for name in (LEFT, RIGHT))

        def both():
            left.publish(at_x(kind, 1))
            right.publish(at_x(kind, 2))
            time.sleep(0.02)
            return len({m.device_name for m in received if m.type_name == 'TRANSFORM'}) == 2 and (
                len(received) > 40)

        wait_for(both, 'two devices')
        poses = [m for m in received if m.type_name == 'TRANSFORM']
        found = {(m.device_name, round(float(m.matrix[0, 3]))) for m in poses}
        assert found == {(short_name(LEFT), 1000), (short_name(RIGHT), 2000)}
        if version == '2':
            names = {m.device_name: m.metadata['IGTL_DEVICE_NAME'] for m in poses}
            assert names == {short_name(LEFT): LEFT, short_name(RIGHT): RIGHT}

        def said():
            values = {v.key: v.value for v in diagnostics[-1].status[0].values}
            return values.get(f'sent as {short_name(LEFT)}') == LEFT and (
                values.get(f'sent as {short_name(RIGHT)}') == RIGHT)

        wait_for(said, 'the names on /diagnostics')


def test_a_peer_may_ask_by_the_name_that_it_got_and_by_the_beginning(ros):
    node = ros.bridge(port=0)
    with connect(str(node.link.address)) as peer:
        text = ros.talk(f'/x/to_igtl/{LEFT}/text', RosString)
        text.publish(RosString(data='hello'))
        first = peer.receive(20)
        assert first.device_name == short_name(LEFT)
        for name in (short_name(LEFT), LEFT[:20]):
            peer.send(Query('GET_STRING', device_name=name))
            assert peer.receive(20).text == 'hello'


@pytest.mark.parametrize('make', [
    lambda name, n: Transform(pose((n, 0, 0)), device_name=name),
    lambda name, n: String(str(n), device_name=name),
    lambda name, n: Image(np.full((1, 2, 2), n, np.uint8), device_name=name),
])
def test_a_script_sends_two_devices_as_two(make):
    with serve('tcp://127.0.0.1:0') as server, connect(str(server.address)) as client:
        client.send(make(LEFT, 1))
        client.send(make(RIGHT, 2))
        names = {server.receive(10)[1].device_name for _ in range(2)}
        assert names == {short_name(LEFT), short_name(RIGHT)}
        server.send(make(LEFT, 1))
        server.send(make(RIGHT, 2))
        assert {client.receive(10).device_name for _ in range(2)} == names


def test_a_long_name_comes_back_whole_from_one_bridge_to_another(ros):
    received = [ros.listen(f'/x/{name}/text', RosString) for name in (LEFT, RIGHT)]
    with serve('tcp://127.0.0.1:0', header_version='2') as device:
        start(ros, device)

        def both():
            for name in (LEFT, RIGHT):
                device.send(String(name, device_name=name))
            time.sleep(0.05)
            return all(received)

        wait_for(both, 'two texts')
    assert [one[-1].data for one in received] == [LEFT, RIGHT]


def test_two_sources_of_one_device_are_reported(ros, tmp_path):
    node = ros.bridge(port=0, **mapping(tmp_path, """
send:
  - {topic: /a/pose, device: Goal}
  - {topic: /b/transform, device: Goal}
"""))
    with connect(str(node.link.address)):
        a, b = ros.talk('/a/pose', PoseStamped), ros.talk('/b/transform', TransformStamped)

        def reported():
            a.publish(at_x(PoseStamped, 1))
            b.publish(at_x(TransformStamped, 2))
            time.sleep(0.05)
            (health, *_), = node._diagnostics._open
            return health._report.counts['TRANSFORM Goal: two sources']

        wait_for(reported, 'the report')
