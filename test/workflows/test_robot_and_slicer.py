"""A robot and 3D Slicer: frames through tf, whole robots, repetitions, commands, reload."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from geometry_msgs.msg import PointStamped, PoseStamped
from harness import STATE, Slicer
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import SetParameters
from space import (
    WIRE,
    assert_same,
    matrix_of,
    pose_of,
    put_stamp,
    rigid,
    stamp_of,
    stamp_of_node,
    transform_of,
)
from std_msgs.msg import String as RosString
from std_srvs.srv import SetBool, Trigger
from tf2_msgs.msg import TFMessage

from igtl_ros2 import connect
from igtl_ros2.codec.messages.query import Query, StartTracking

MAPPING = """
profile: slicer
defaults: {stamp: receive}
receive:
  - {device: Goal, type: TRANSFORM, to_frame: base_link, pose: true}
  - {device: Hold, type: TRANSFORM, hold_hz: 50, pose: true}
  - {device: "*"}
send:
  - {topic: tool, device: Tool, to_frame: ras}
  - {topic: tip, device: Tip, on_change: true, eps: 0.001}
  - {topic: beat, device: Beat, keepalive: 0.1}
  - {tf: {source: "arm_*", target: base_link, rate: 50}, device: Arm}
  - tf: [{source: hand, target: base_link}, {source: finger, target: hand, name: Finger}]
    device: Hand
    rate: 50
queries:
  - {type: STATUS}
  - {type: TDATA, device: Goal}
commands:
  - {name: greet, command: Greet, content: '<Command Name="Greet" Who="{who}"/>', timeout: 10}
  - {name: nobody, command: Nobody, timeout: 0.5}
serve:
  - {command: HOME, call: /robot/home}
"""
RANDOM = np.random.default_rng(23)
NS = 10**9


@pytest.fixture(scope='module')
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp('robot') / 'robot.yaml'
    path.write_text(MAPPING)
    return path


@pytest.fixture(scope='module')
def port(user, run_for_all, file):
    """Where the bridge of this file listens."""
    return run_for_all(namespace='/arm', port=0, mapping_file=file).port(user)


@pytest.fixture
def slicer(port, open_slicer):
    return open_slicer(port)


class Table:
    """A table on which the robot stands, at any time somewhere else in `ras`, told by tf."""

    def __init__(self, user):
        self._tf = user.talk('/tf', TFMessage)
        self._turn = rigid(RANDOM)
        self._began = time.time_ns()
        self._told = 0

    def at(self, stamp_ns):
        """Tell where the base of the robot is, (4, 4) in mm: 1 m further every second."""
        place = self._turn.copy()
        place[0, 3] += (stamp_ns - self._began) / NS * 1000.0
        return place

    def tell(self):
        """Publish where it is now; between two moments tf finds it on the line between them."""
        now = time.time_ns()
        if now - self._told > NS // 50:
            self._told = now
            self._tf.publish(TFMessage(transforms=[
                transform_of(self.at(now), 'ras', 'base_link', now)
            ]))


@pytest.fixture(scope='module')
def table(user, port):
    return Table(user)


# -- frames through tf


def test_a_goal_of_slicer_is_where_the_moving_robot_sees_it(user, slicer, table):
    goals = user.listen('/arm/Goal/pose', PoseStamped)
    goal = rigid(RANDOM)

    def arrives():
        table.tell()
        slicer.set_transform('Goal', goal)
        return len(goals) > 10

    user.wait_for(arrives, 'goals')
    for pose in goals:
        assert pose.header.frame_id == 'base_link'
        # at its own stamp: 10 ms earlier or later the robot was 10 mm away from there
        wanted = np.linalg.inv(table.at(stamp_of(pose.header))) @ goal
        np.testing.assert_allclose(matrix_of(pose.pose), wanted, rtol=0, atol=1e-2)


def test_a_pose_of_the_moving_robot_is_in_the_frame_of_slicer(user, slicer, table):
    tool, sent, seen = user.talk('/arm/tool', PoseStamped), {}, {}

    def follows():
        table.tell()
        pose = PoseStamped(pose=pose_of(place := rigid(RANDOM)))
        pose.header.frame_id = 'base_link'
        # what tf does not know yet waits for it
        put_stamp(pose.header, stamp_ns := time.time_ns())
        tool.publish(pose)
        sent[stamp_ns] = place
        if 'Tool' not in slicer.nodes:
            return False
        with slicer.busy():  # matrix and attributes of the same message
            node = slicer.nodes['Tool']
            if found := stamp_of_node(node):
                seen[found] = node.matrix, node.attributes
        return len(seen) > 10

    user.wait_for(follows, 'poses in Slicer')
    for stamp_ns, (matrix, attributes) in seen.items():
        assert attributes['OpenIGTLink.ros_frame_id'] == 'ras'
        wanted = table.at(stamp_ns) @ sent[stamp_ns]
        np.testing.assert_allclose(matrix, wanted, rtol=0, atol=1e-2)


def test_a_whole_robot_by_pattern_and_by_list_moves_in_slicer(user, port, slicer):
    broadcast = user.talk('/tf', TFMessage)
    parents = {'arm_1': 'base_link', 'arm_2': 'arm_1', 'hand': 'arm_2', 'finger': 'hand'}
    links = {}

    def move():
        for name in parents:
            links[name] = rigid(RANDOM)
        stamp_ns = time.time_ns()
        broadcast.publish(TFMessage(transforms=[
            transform_of(links[name], parent, name, stamp_ns) for name, parent in parents.items()
        ]))

    def where(name):
        return slicer.nodes[name].matrix if name in slicer.nodes else np.zeros((4, 4))

    for _ in range(2):
        move()
        first, second = links['arm_1'], links['arm_1'] @ links['arm_2']
        wanted = {'arm_1': first, 'arm_2': second, 'hand': second @ links['hand'],
                  'Finger': links['finger']}
        user.wait_for(
            lambda wanted=wanted: all(
                np.allclose(where(name), place, rtol=1e-5, atol=1e-2)
                for name, place in wanted.items()
            ),
            'the robot in Slicer',
        )
    assert set(slicer.nodes['Arm'].transforms) == {'arm_1', 'arm_2'}
    assert set(slicer.nodes['Hand'].transforms) == {'hand', 'Finger'}
    assert {slicer.nodes[name].tag for name in wanted} == {'LinearTransform'}
    # a robot that stands still costs nothing
    received = slicer.nodes['Arm'].received
    slicer.stay(0.3)
    assert slicer.nodes['Arm'].received == received
    # and who comes later sees it all the same
    with Slicer(f'tcp://127.0.0.1:{port}') as late:
        late.wait_for('Hand')
        assert_same(late.nodes['Finger'].matrix, links['finger'])


# -- when something is sent, and repeated


def test_only_changes_are_sent(user, slicer):
    tip = user.talk('/arm/tip', PointStamped)

    def publish(x):
        point = PointStamped()
        point.header.frame_id, point.point.x = 'ras', x
        put_stamp(point.header, time.time_ns())
        tip.publish(point)

    def is_at(x_mm):
        node = slicer.wait_for('Tip', 'POINT')
        return np.allclose(node.points[0].position[0], x_mm, **WIRE)

    publish(0.1)
    user.wait_for(lambda: is_at(100.0), 'the tip in Slicer')
    received = slicer.nodes['Tip'].received
    for step in range(20):
        publish(0.1 + 1e-5 * step)
        slicer.stay(0.01)
    publish(0.2)
    user.wait_for(lambda: is_at(200.0), 'the change in Slicer')
    assert slicer.nodes['Tip'].received == received + 1


def test_a_value_is_kept_alive_as_long_as_somebody_publishes_it(user, slicer):
    publisher = user.talk('/arm/beat', RosString)
    publisher.publish(RosString(data='alive'))
    node = slicer.wait_for('Beat', when=lambda node: node.received > 4)
    assert node.text == 'alive'
    user.node.destroy_publisher(publisher)

    def is_quiet():
        before = node.received
        slicer.stay(0.4)
        return node.received == before

    user.wait_for(is_quiet, 'the end')


def test_a_value_of_slicer_holds_until_slicer_is_gone(user, port):
    poses = user.listen('/arm/Hold/pose', PoseStamped)
    place = rigid(RANDOM)
    with Slicer(f'tcp://127.0.0.1:{port}') as slicer:
        slicer.set_transform('Hold', place)
        user.wait_for(lambda: len(poses) > 10, 'repetitions')
    stamps = [stamp_of(pose.header) for pose in poses]
    assert stamps == sorted(set(stamps))
    for pose in poses:
        assert_same(matrix_of(pose.pose), place)

    def is_quiet():
        before, until = len(poses), time.monotonic() + 0.3
        user.wait_for(lambda: time.monotonic() > until, 'a while')
        return len(poses) == before

    user.wait_for(is_quiet, 'the end')


# -- queries and commands


def test_a_slicer_is_never_asked_and_the_answer_says_why(user, slicer):
    reason = 'queries are not sent with profile slicer: 3D Slicer crashes on them'
    assert user.ask('/arm/get/STATUS') == (False, reason)
    assert user.ask('/arm/get/TDATA/Goal') == (False, reason)
    assert user.ask('/arm/stream/TDATA/Goal', SetBool.Request(data=True)) == (False, reason)
    slicer.stay(0.1)
    assert not slicer.crashed


def test_queries_of_peers_are_answered_with_what_ros_sent_last(user, port, slicer):
    reach = user.talk('/arm/to_igtl/Reach/point', PointStamped, STATE)
    point = PointStamped()
    point.header.frame_id, point.point.z = 'ras', 0.25
    reach.publish(point)
    slicer.wait_for('Reach')
    node = slicer.query('GET_POINT', 'Reach')
    np.testing.assert_allclose(node.points[0].position, (0, 0, 250), **WIRE)
    with connect(f'tcp://127.0.0.1:{port}', header_version='2') as peer:

        def get(*names):
            while (message := peer.receive(10)).type_name not in names:
                pass
            return message

        peer.send(Query('GET_TRANS', device_name='Nothing'))
        assert get('RTS_TRANS').status == 1
        peer.send(Query('GET_POINT', device_name='Reach'))
        assert get('POINT').elements[0].position == pytest.approx((0, 0, 250))
        # the robot lives, or there would be nothing to send
        now_ns = time.time_ns()
        user.talk('/tf', TFMessage).publish(TFMessage(transforms=[
            transform_of(rigid(RANDOM), 'base_link', 'arm_1', now_ns)]))
        assert get('TDATA').device_name == 'Arm'
        peer.send(StartTracking('STT_TDATA', 20, device_name='Arm'))
        assert get('RTS_TDATA').status == 0
        assert get('TDATA').device_name == 'Arm'
        peer.send(Query('STP_TDATA', device_name='Arm'))
        assert get('RTS_TDATA').status == 0


@pytest.fixture(scope='module')
def robot(user, port):
    """A robot that goes home when it is told to, and the number of times that it did."""
    times = []

    def home(request, response):
        times.append(time.monotonic())
        response.success, response.message = len(times) < 2, f'home {len(times)}'
        return response

    user.serve(Trigger, '/robot/home', home, '/arm/igtl_bridge')
    return times


def test_a_button_in_slicer_runs_a_service_of_the_robot(user, slicer, robot):
    with ThreadPoolExecutor(1) as pool:

        def press(name):
            answer = pool.submit(slicer.command, name)
            user.wait_for(answer.done, f'the answer to {name}')
            return answer.result()

        def is_found():
            return 'is not there' not in press('HOME').metadata.get('ErrorMessage', '')

        user.wait_for(is_found, 'the service of the robot')
        assert len(robot) == 1
        # what the robot refuses is an error, with its reason
        answer = press('HOME')
        assert answer.metadata['Status'] == 'FAIL'
        assert answer.metadata['ErrorMessage'] == 'home 2' and answer.name == 'HOME'
        robot.clear()
        answer = press('HOME')
        assert (answer.metadata['Status'], answer.content) == ('SUCCESS', 'home 1')
        assert press('DANCE').metadata['ErrorMessage'] == "unknown command 'DANCE'"
    assert len(robot) == 1


def test_a_command_of_the_mapping_file_is_answered_by_slicer(user, port):
    def greet(command):
        if 'Nurse' in command.content:
            raise ValueError('not at this hour')
        return f'heard {command.content}'

    def set_who(value):
        client = user.client(SetParameters, '/arm/igtl_bridge/set_parameters')
        who = Parameter(name='command.greet.who', value=ParameterValue(
            type=ParameterType.PARAMETER_STRING, string_value=value,
        ))
        future = client.call_async(SetParameters.Request(parameters=[who]))
        user.wait_for(future.done, 'the parameter')
        assert future.result().results[0].successful

    with Slicer(f'tcp://127.0.0.1:{port}', commands={'Greet': greet}) as slicer:
        assert user.ask('/arm/command/greet') == (
            False, 'the parameter command.greet.who is not set')
        set_who('Dr. <X>')
        assert user.ask('/arm/command/greet') == (
            True, 'heard <Command Name="Greet" Who="Dr. &lt;X&gt;"/>')
        set_who('Nurse')
        assert user.ask('/arm/command/greet') == (False, 'not at this hour')
        # a Slicer without a script for it says nothing
        assert user.ask('/arm/command/nobody') == (
            False, 'no answer to COMMAND Nobody within 0.5 s')
        assert [command.name for command in slicer.commands] == ['Greet', 'Greet', 'Nobody']


# -- other rules while it runs; last, because the rules are others then


def test_reload_takes_a_good_file_and_refuses_a_bad_one(user, port, slicer, file):
    file.write_text(MAPPING.replace(
        'receive:', 'receive:\n  - {device: Other, name: renamed, pose: true}'
    ))
    success, text = user.ask('/arm/igtl_bridge/reload')
    assert success and text.endswith('robot.yaml: 4 rules of receive, 5 of send')
    poses = user.listen('/arm/renamed/pose', PoseStamped)
    place = rigid(RANDOM)

    def arrives():
        slicer.set_transform('Other', place)
        return poses

    user.wait_for(arrives, 'a pose under the new rule')
    assert_same(matrix_of(poses[-1].pose), place)
    file.write_text('profile: slicer\nreceive:\n  - {device: Other, poze: true}\n')
    success, text = user.ask('/arm/igtl_bridge/reload')
    assert not success
    assert f"{file}:3: receive[0].poze: unknown key 'poze'" in text
    assert text.endswith("did you mean 'pose'?")
    count, place = len(poses), rigid(RANDOM)
    slicer.set_transform('Other', place)
    user.wait_for(lambda: len(poses) > count, 'a pose under the good rules')
    assert_same(matrix_of(poses[-1].pose), place)
    # all over the same connection
    assert not [line for line in slicer.log if line.startswith('disconnected')]
