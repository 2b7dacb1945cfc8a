"""Nothing that takes long is done where an emergency would wait for it."""

import json
import threading

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from geometry_msgs.msg import Point as RosPoint
from geometry_msgs.msg import Pose, PoseArray
from ros_user import STATE, Busy, mapping, next_message, start, wait_for
from std_msgs.msg import Bool, UInt8MultiArray
from std_msgs.msg import String as RosString
from std_srvs.srv import Trigger

from igtl_ros2 import codec, connect
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.text import CommandResponse, Status, StatusCode, String
from igtl_ros2.codec.volume_blocks import VolumeMerger
from igtl_ros2.converters import registry
from igtl_ros2.nodes import receive
from igtl_ros2.rosio import long_messages
from igtl_ros2.routes import device_info


def passes(ros, node):
    """Let another peer call an emergency, and wait until it is out."""
    emergency = ros.listen('/x/igtl_bridge/emergency', Bool, STATE)
    texts = ros.listen('/x/Other/text', RosString, STATE)
    with connect(str(node.link.address)) as arm:
        arm.send(String('x', device_name='Other'))  # takes all locks
        wait_for(lambda: texts, 'another device')
        arm.send(Status(StatusCode.EMERGENCY, device_name='Arm'))
        wait_for(lambda: emergency and emergency[-1].data, 'the emergency')


def test_an_answer_is_searched_for_names_where_nobody_waits(ros, tmp_path, monkeypatch):
    busy = Busy(receive.hidden)
    usual = receive.hidden

    def hidden(message, phi):
        return (busy if isinstance(message, CommandResponse) else usual)(message, phi)

    monkeypatch.setattr(receive, 'hidden', hidden)
    text = 'commands: [{name: scan, command: Scan}]\nreceive: [{device: "*"}]'
    node = ros.bridge(port=0, **mapping(tmp_path, text))
    client = ros.node.create_client(Trigger, '/x/command/scan')
    wait_for(client.service_is_ready, 'the service')
    try:
        with connect(str(node.link.address), header_version='2') as scanner:
            wait_for(lambda: node.link.peers, 'the scanner')
            future = client.call_async(Trigger.Request())
            message = next_message(scanner)
            while message.type_name != 'COMMAND':
                message = next_message(scanner)
            answer = '<A PatientName="Doe"/>' + ' ' * 100_000
            scanner.send(CommandResponse(message.command_id, 'Scan', answer))
            wait_for(busy.begun.is_set, 'the answer')
            passes(ros, node)
            assert not busy.go.is_set()
        # the answer counts although its peer is gone by now
        wait_for(lambda: not node.link.peers, 'the end of the connections')
        busy.go.set()
        wait_for(future.done, 'the answer')
        assert future.result().success
        assert 'redacted' in future.result().message and 'Doe' not in future.result().message
    finally:
        busy.go.set()


def test_a_long_list_before_a_gate_keeps_nobody_waiting(ros, tmp_path, monkeypatch):
    registry.load_converters()
    busy = Busy(registry._TO_ROS[PointList])
    monkeypatch.setitem(registry._TO_ROS, PointList, busy)
    text = """
    receive:
      - {device: Plan, type: POINT, workspace: {min: [-1, -1, -1], max: [1, 1, 1]}}
      - {device: "*"}
    """
    node = ros.bridge(port=0, **mapping(tmp_path, text))
    shown = ros.listen('/x/Plan/points', PoseArray, STATE)
    points = [Point(f'p{n}', np.zeros(3)) for n in range(1000)]
    outside = [Point('far', np.array([2000.0, 0, 0]))]
    try:
        with connect(str(node.link.address)) as planner:
            planner.send(PointList(points + outside, device_name='Plan'))
            planner.send(PointList(points, device_name='Plan'))
            wait_for(busy.begun.is_set, 'the list')
            passes(ros, node)
            assert not busy.go.is_set()
            busy.go.set()
            wait_for(lambda: shown, 'the one that is inside')
    finally:
        busy.go.set()
    assert [len(message.poses) for message in shown] == [1000]


def test_a_long_info_keeps_nobody_waiting(ros, tmp_path, monkeypatch):
    usual, begun, go = device_info.json_pieces, threading.Event(), threading.Event()

    def pieces(value):
        if value['device'] == 'Plan':
            begun.set()
            while not go.is_set():
                yield ''
        yield from usual(value)

    monkeypatch.setattr(device_info, 'json_pieces', pieces)
    node = ros.bridge(port=0, **mapping(tmp_path, 'receive: [{device: "*"}]'))
    infos = ros.listen('/x/Plan/info', RosString, STATE)
    try:
        with connect(str(node.link.address)) as planner:
            points = [Point(f'p{n}', np.zeros(3)) for n in range(1000)]
            planner.send(PointList(points, device_name='Plan'))
            wait_for(begun.is_set, 'the list')
            passes(ros, node)
            assert not go.is_set() and not infos
            go.set()
            wait_for(lambda: infos, 'what is said of it')
    finally:
        go.set()
    assert len(json.loads(infos[0].data)['labels']) == 1000


def test_a_block_of_a_large_volume_keeps_nobody_waiting(ros, tmp_path, monkeypatch):
    busy = Busy(VolumeMerger.merge)
    monkeypatch.setattr(VolumeMerger, 'merge', lambda *arguments: busy(*arguments))
    text = 'receive: [{device: CT, subvolume: merge}, {device: "*"}]'
    node = ros.bridge(port=0, **mapping(tmp_path, text))
    from sensor_msgs.msg import Image as RosImage
    shown = ros.listen('/x/CT/volume', RosImage, STATE)

    def block(offset):
        return Image(
            np.full((1, 10, 10), 1 + offset, np.uint8), size=(400, 400, 100),
            offset=(0, 0, offset), device_name='CT')

    try:
        with connect(str(node.link.address)) as scanner:
            for offset in range(3):
                scanner.send(block(offset))
            wait_for(busy.begun.is_set, 'the block')
            passes(ros, node)
            assert not busy.go.is_set()
            busy.go.set()
            wait_for(lambda: len(shown) == 3, 'the volume')
    finally:
        busy.go.set()
    volume = np.frombuffer(shown[-1].data, np.uint8).reshape(100, 400, 400)
    assert [volume[k, 0, 0] for k in range(4)] == [1, 2, 3, 0]


def test_very_many_rules_are_put_in_place_while_others_go_on(ros, tmp_path, monkeypatch):
    files = mapping(tmp_path, 'receive: [{device: "*"}]')
    node = ros.bridge(port=0, **files)
    busy = Busy(receive.Claims)
    monkeypatch.setattr(receive, 'Claims', busy)
    reload = ros.node.create_client(Trigger, '/x/igtl_bridge/reload')
    wait_for(reload.service_is_ready, 'the service')
    try:
        future = reload.call_async(Trigger.Request())
        wait_for(busy.begun.is_set, 'the rules')
        passes(ros, node)
        with connect(str(node.link.address)) as arm:
            ros.talk('/x/to_igtl/Table/status', DiagnosticArray).publish(emergency())
            assert next_message(arm).device_name == 'Table'
        assert not busy.go.is_set()
        busy.go.set()
        wait_for(future.done, 'the answer')
        assert future.result().success
    finally:
        busy.go.set()


# -- from ROS


def places(count):
    return PoseArray(poses=[Pose(position=RosPoint(x=float(n))) for n in range(count)])


def emergency():
    values = [KeyValue(key='igtl_code', value='3')]
    return DiagnosticArray(status=[DiagnosticStatus(values=values)])


@pytest.mark.parametrize('step', ['making', 'converting'])
def test_a_long_list_of_ros_keeps_no_state_waiting(ros, device, monkeypatch, step):
    registry.load_converters()
    if step == 'making':
        busy = Busy(long_messages.deserialize_message)
        monkeypatch.setattr(long_messages, 'deserialize_message', busy)
    else:
        busy = Busy(registry._FROM_ROS[PoseArray, 'POINT'])
        monkeypatch.setitem(registry._FROM_ROS, (PoseArray, 'POINT'), busy)
    start(ros, device, discover_period=0.1)
    lists = ros.talk('/x/to_igtl/Plan/points', PoseArray)
    states = ros.talk('/x/to_igtl/Arm/status', DiagnosticArray)
    try:
        lists.publish(places(2000))
        wait_for(busy.begun.is_set, 'the list')
        lists.publish(places(1))  # stays behind the other
        states.publish(emergency())
        assert next_message(device).code == StatusCode.EMERGENCY
        assert not busy.go.is_set()
    finally:
        busy.go.set()
    assert [len(next_message(device).elements) for _ in range(2)] == [2000, 1]


def test_a_long_frame_keeps_no_state_waiting_not_even_on_its_topic(ros, device, monkeypatch):
    registry.load_converters()
    kind = UInt8MultiArray, 'raw'
    usual = registry._FROM_ROS[kind]
    busy = Busy(usual)

    def convert(message, sending):
        return (busy if len(message.data) > 1000 else usual)(message, sending)

    monkeypatch.setitem(registry._FROM_ROS, kind, convert)
    start(ros, device, discover_period=0.1)
    frames = ros.talk('/x/to_igtl/raw', UInt8MultiArray)
    states = ros.talk('/x/to_igtl/Arm/status', DiagnosticArray)
    image = Image.from_array(np.zeros((1000, 1000), np.uint8), np.eye(4), device_name='CT')
    try:
        frames.publish(UInt8MultiArray(data=codec.encode(image)))
        wait_for(busy.begun.is_set, 'the frame')
        frames.publish(UInt8MultiArray(data=codec.encode(String('x', device_name='Note'))))
        states.publish(emergency())
        assert next_message(device).device_name == 'Arm'
        stop = Status(StatusCode.EMERGENCY, device_name='Table')
        frames.publish(UInt8MultiArray(data=codec.encode(stop)))
        assert next_message(device).device_name == 'Table'
        assert not busy.go.is_set()
    finally:
        busy.go.set()
    # once more, as one of those might be a state without an emergency
    names = [next_message(device).device_name for _ in range(3)]
    assert names.count('Table') == 1
    assert [name for name in names if name != 'Table'] == ['CT', 'Note']


def test_bytes_that_are_no_list_are_refused(ros, device):
    node = start(ros, device, discover_period=0.1)
    lists = ros.talk('/x/to_igtl/Plan/points', PoseArray)
    lists.publish(b'\0\1\0\0 no list')
    lists.publish(places(1))
    assert len(next_message(device).elements) == 1
    (health, *_), = node._diagnostics._open
    assert health._report.counts['/x/to_igtl/Plan/points'] == 1
