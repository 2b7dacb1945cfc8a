"""What lists, bundles and numbers become, through the bridge node: topics below topics."""

import json

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import PointStamped, PoseArray, PoseStamped, WrenchStamped
from harness import STATE, STREAM, User
from nav_msgs.msg import Odometry
from rclpy.parameter import Parameter
from ros_user import ALL
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool, Float64MultiArray, Int16MultiArray, UInt16
from std_msgs.msg import String as RosString
from visualization_msgs.msg import Marker, MarkerArray

from igtl_ros2 import serve
from igtl_ros2.codec.messages.arrays import NDArray, Sensor, unit_word
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.query import Capability
from igtl_ros2.codec.messages.text import String
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.config import ros_name
from igtl_ros2.errors import PeerError
from igtl_ros2.nodes.bridge import BridgeNode

MAPPING = """
receive:
  - {device: Plan, split: true, markers: true, trajectory: {entry: ENTRY, target: TARGET}}
  - {device: FT, as: wrench}
  - {device: "*", split: true}
"""


class World(User):
    """A ROS user, a bridge in the namespace /x, and the device it is connected to."""

    def __init__(self, mapping):
        super().__init__()
        self.device = serve('tcp://127.0.0.1:0', header_version='2', queue_policy=ALL)
        values = {
            'mode': 'client', 'port': self.device.address.port, 'mapping_file': str(mapping),
            'discover_period': 0.1,
        }
        self.bridge = BridgeNode(
            namespace='/x',
            parameter_overrides=[Parameter(name, value=value) for name, value in values.items()],
        )
        self._executor.add_node(self.bridge)
        self.wait_for(lambda: self.device.peers, 'the connection of the bridge')

    def one(self, received):
        return self.wait_for(lambda: received, 'a message')[0]

    def next_message(self):
        def look():
            try:
                return self.device.receive(0)[1]
            except PeerError:  # nothing yet
                return None

        return self.wait_for(look, 'a message at the device')

    def close(self):
        self._executor.remove_node(self.bridge)
        self.bridge.close()
        self.device.close()
        super().close()


@pytest.fixture
def world(tmp_path):
    def start(text=MAPPING):
        path = tmp_path / 'mapping.yaml'
        path.write_text(text)
        made.append(World(path))
        return made[0]

    made = []
    yield start
    for each in made:
        each.close()


def test_tools_have_topics_of_their_own(world):
    user = world()
    poses = user.listen(f"/x/Polaris/tools/{ros_name('Stylus 1')}/pose", PoseStamped)
    lost = user.listen('/x/Polaris/tools/Lost/pose', PoseStamped)
    tools = TrackingData(
        (TrackingElement('Stylus 1', np.eye(4)), TrackingElement('Lost', np.eye(4))),
        device_name='Polaris',
        metadata={'LostStatus': 'MISSING'},
    )

    def sent_until_heard():
        user.device.send(tools)
        return poses

    user.wait_for(sent_until_heard, 'the pose of a tool')
    assert lost == []
    assert user.node.count_publishers('/x/Polaris/tools/Lost/pose') == 0


def test_points_are_there_for_who_comes_late(world):
    user = world()
    info = user.listen('/x/Plan/info', RosString, STATE)
    points = [Point('ENTRY', (0, 0, 0)), Point('TARGET', (0, 0, 100), diameter=4.0)]
    user.device.send(PointList(tuple(points), device_name='Plan'))
    user.one(info)
    target = user.one(user.listen('/x/Plan/labels/TARGET', PointStamped, STATE))
    assert target.point.z == 0.1
    trajectory = user.one(user.listen('/x/Plan/trajectory', PoseArray, STATE))
    assert [pose.position.z for pose in trajectory.poses] == [0, 0.1]
    markers = user.one(user.listen('/x/Plan/markers', MarkerArray, STATE)).markers
    assert [marker.scale.x for marker in markers[1:]] == [0.005, 0.004]


def test_children_of_a_bundle_have_topics_of_their_own_and_one_stamp(world):
    user = world()
    infos = user.listen('/x/Tool/info', RosString, STATE)
    texts = user.listen('/x/Text/info', RosString, STATE)
    listed = user.listen('/x/All/bind', RosString, STATE)
    children = (
        Transform(np.eye(4), device_name='Tool'), String('hello', device_name='Text')
    )
    user.device.send(Bind(children, device_name='All'))
    tool, text = (json.loads(user.one(received).data) for received in (infos, texts))
    assert tool['bind'] == text['bind'] == 'All'
    assert tool['stamp'] == text['stamp']
    assert [child['device'] for child in json.loads(user.one(listed).data)] == ['Tool', 'Text']


def test_what_a_peer_understands_is_told(world):
    user = world()
    peers = user.listen('/x/igtl_bridge/peers', RosString, STATE)
    user.device.send(Capability(('TRANSFORM', 'STRING')))

    def known():
        return [p for text in peers for p in json.loads(text.data) if 'types' in p]

    peer = user.wait_for(known, 'the types of the peer')[0]
    assert peer['types'] == ['TRANSFORM', 'STRING']
    assert peer['address']


def test_numbers_become_a_wrench(world):
    user = world()
    wrenches = user.listen('/x/FT/wrench', WrenchStamped)
    sensor = Sensor([1000.0, 0, 0, 0, 0, 0], unit_word([('N', 1)], 'm'), device_name='FT')

    def sent_until_heard():
        user.device.send(sensor)
        return wrenches

    user.wait_for(sent_until_heard, 'a wrench')
    assert wrenches[0].wrench.force.x == 1
    assert wrenches[0].header.frame_id == 'FT'


def test_an_array_that_changes_its_type_does_not_end_the_bridge(world):
    user = world()
    info = user.listen('/x/A/info', RosString, STATE)
    numbers = user.listen('/x/A/array', Int16MultiArray, STREAM)
    user.device.send(NDArray(np.zeros(3, np.int16), device_name='A'))
    user.one(info)
    user.device.send(NDArray(np.zeros(3), device_name='A'))

    def sent_until_heard():
        user.device.send(NDArray(np.ones(3, np.int16), device_name='A'))
        return [n for n in numbers if list(n.data) == [1, 1, 1]]

    user.wait_for(sent_until_heard, 'the next array')


def test_ros_messages_are_found_and_sent(world):
    user = world()
    user.talk('/x/to_igtl/arm/joint_state', JointState).publish(
        JointState(name=['a'], position=[0.5])
    )
    message = user.next_message()
    assert (message.type_name, message.device_name, message.values.tolist()) == (
        'SENSOR', 'arm', [0.5]
    )
    user.talk('/x/to_igtl/base/odometry', Odometry).publish(Odometry())
    assert user.next_message().type_name == 'TRANSFORM'
    user.talk('/x/to_igtl/A/array', Int16MultiArray).publish(Int16MultiArray(data=[1, 2]))
    assert user.next_message().array.tolist() == [1, 2]
    both = [Marker(type=kind, id=kind) for kind in (Marker.SPHERE, Marker.ARROW)]
    both[1].scale.x = 0.1
    user.talk('/x/to_igtl/M/markers', MarkerArray).publish(MarkerArray(markers=both))
    assert {user.next_message().type_name for _ in both} == {'POINT', 'TRAJ'}


def test_numbers_and_states_need_no_rule(world):
    user = world()
    for device, number in (('door', Bool(data=True)), ('count', UInt16(data=7))):
        user.talk(f'/x/to_igtl/{device}/number', type(number)).publish(number)
        message = user.next_message()
        assert (message.type_name, message.device_name) == ('SENSOR', device)
        assert message.values.tolist() == [number.data]
    state = DiagnosticStatus(level=DiagnosticStatus.WARN, message='hot')
    for device, message in (('a', state), ('b', DiagnosticArray(status=[state]))):
        user.talk(f'/x/to_igtl/{device}/status', type(message)).publish(message)
        message = user.next_message()
        assert (message.type_name, message.device_name) == ('STATUS', device)
        assert (message.code, message.message) == (13, 'hot')


def test_slicer_gets_what_it_shows(world):
    user = world('profile: slicer\n')
    user.talk('/x/to_igtl/FT/sensor', Float64MultiArray).publish(Float64MultiArray(data=[1.5]))
    message = user.next_message()
    assert message.type_name == 'STRING'
    assert json.loads(message.text)['data'] == [1.5]
    user.talk('/x/to_igtl/count/number', UInt16).publish(UInt16(data=7))
    message = user.next_message()
    assert (message.type_name, message.text) == ('STRING', '7')
