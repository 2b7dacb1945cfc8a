"""Plans of MoveIt in a bridge: nothing goes on moving that nobody wants any more."""

import math
import sys
import threading
from textwrap import indent
from types import SimpleNamespace

import numpy as np
import pytest
from ros_user import mapping, reload, wait_for

from igtl_ros2 import connect
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.text import Status, StatusCode
from igtl_ros2.errors import ConfigError

pytest.importorskip('moveit_msgs', reason='the messages of MoveIt are not installed')
from geometry_msgs.msg import PoseStamped  # noqa: E402
from moveit_msgs.action import ExecuteTrajectory, MoveGroup  # noqa: E402
from moveit_msgs.msg import RobotTrajectory  # noqa: E402
from rclpy.action import ActionServer, CancelResponse  # noqa: E402
from rclpy.callback_groups import ReentrantCallbackGroup  # noqa: E402
from rclpy.executors import MultiThreadedExecutor  # noqa: E402
from rclpy.node import Node  # noqa: E402
from trajectory_msgs.msg import JointTrajectoryPoint  # noqa: E402

from igtl_ros2.dialogue.plans import Plan, State  # noqa: E402
from igtl_ros2.nodes.action_client import GoalCall  # noqa: E402
from igtl_ros2.nodes.moveit.shapes import RobotShapes  # noqa: E402

RULES = """
profile: moveit
moveit: {target: Target, group: manipulator, link: tool0}
receive: [{device: '*'}]
"""
PLAN = Plan({}, 1.0, 2, RobotTrajectory())
ONE_JOINT = """<robot name="one"><link name="base"/><link name="tool0"/>
<joint name="turn" type="continuous"><parent link="base"/><child link="tool0"/>
<axis xyz="0 0 1"/></joint></robot>"""


class Robot:
    """Carries out trajectories until it is asked to stop."""

    def __init__(self, name):
        self.node = Node('robot')
        self.running, self.ended = 0, 0
        self.refusals = []
        self.over = threading.Event()
        self.server = ActionServer(
            self.node, ExecuteTrajectory, name, self._execute,
            callback_group=ReentrantCallbackGroup(),
            cancel_callback=self._cancel)
        self.executor = MultiThreadedExecutor(4)
        self.executor.add_node(self.node)
        self.thread = threading.Thread(target=self.executor.spin)
        self.thread.start()

    def _cancel(self, handle):
        if self.refusals:
            self.refusals.pop()
            return CancelResponse.REJECT
        return CancelResponse.ACCEPT

    def _execute(self, handle):
        self.running += 1
        while not handle.is_cancel_requested and not self.over.wait(0.002):
            pass
        if not self.over.is_set():
            handle.canceled()
            self.ended += 1
        self.running -= 1
        return ExecuteTrajectory.Result()

    def close(self):
        self.over.set()
        self.executor.shutdown()
        self.thread.join()
        self.server.destroy()
        self.node.destroy_node()


@pytest.fixture
def node(ros, tmp_path):
    return ros.bridge(mode='server', port=0, **mapping(tmp_path, RULES))


@pytest.mark.parametrize('link', ['', 'left'])
def test_without_the_messages_of_moveit_a_bridge_does_not_start_and_leaves_nothing_behind(
    ros, tmp_path, monkeypatch, link
):
    served = """
serve: [{command: MOVE, call: /arm, type: moveit_msgs/action/ExecuteTrajectory, goal: {}}]
"""
    rules = RULES + served
    if link:
        rules = f'links:\n- name: {link}\n  port: 0\n' + indent(rules.lstrip(), '  ')
    parameters = mapping(tmp_path, rules)
    # as where they are not installed, but for the mapping file
    monkeypatch.delitem(sys.modules, 'igtl_ros2.nodes.moveit.planner', raising=False)
    monkeypatch.setitem(sys.modules, 'moveit_msgs.srv', None)
    monkeypatch.delitem(sys.modules, 'igtl_ros2.nodes.moveit.messages', raising=False)
    before = set(threading.enumerate())
    why = 'found moveit, which needs the package moveit_msgs'
    with pytest.raises(ConfigError, match=why) as told:
        ros.bridge(**({} if link else {'mode': 'server', 'port': 0}), **parameters)
    assert str(told.value).startswith(f'link {link!r}: ' if link else 'profile: ')
    assert not {thread.name for thread in set(threading.enumerate()) - before}


def planner_of(node):
    return node.link_services['']._planner


@pytest.fixture
def moving(ros, node):
    planner = planner_of(node)
    robot = Robot(planner._rule.execute)
    ros.closers.append(robot.close)
    wait_for(planner._execute.is_there, 'the action')
    plans = planner.server._plans
    plans.state, plans.number = State.MOVING, 1
    planner.go(1, PLAN)
    wait_for(lambda: robot.running, 'the robot to move')
    return robot


def test_a_bridge_is_activated_again_while_there_is_an_emergency(node):
    with connect(f'tcp://127.0.0.1:{node.link.address.port}') as peer:
        peer.send(Status(StatusCode.EMERGENCY, device_name='Button'))
        wait_for(lambda: node._emergency.is_on, 'the emergency')
    node.trigger_deactivate()
    node.trigger_activate()
    assert node.state == 'active' and node._emergency.is_on


def test_other_rules_withdraw_the_plan_and_hold_for_the_next_target(ros, node, tmp_path):
    planner = planner_of(node)
    plans, frames = planner.server._plans, []
    planner._robot = SimpleNamespace(root='base', pose=lambda *_: np.eye(4))
    planner._place = lambda root, frame: frames.append(frame) or np.eye(4)
    plans.target('there', 0.0)
    plans.planned(1, PLAN, '', 0.0)
    success, text = reload(ros, RULES.replace(
        "[{device: '*'}]", '[{device: Target, name: goal, frame: there}]'), tmp_path)
    assert success, text
    wait_for(lambda: plans.state is State.IDLE, 'the end of the plan')
    with connect(f'tcp://127.0.0.1:{node.link.address.port}') as peer:
        peer.send(Transform(np.eye(4), device_name='Target'))
        wait_for(lambda: plans.number == 2, 'the target')
    assert frames == ['there']


@pytest.mark.parametrize('message, why', [
    (Transform(np.diag([2.0, 2.0, 2.0, 1.0]), device_name='Target'), 'scale or shear'),
    (Transform(np.eye(4), device_name='Target', metadata={'TransformStatus': 'MISSING'}),
     'MISSING'),
    (PointList([Point('A', (0, 0, 0)), Point('B', (0, 0, 0))], device_name='Target'),
     '2 points; wanted one'),
    (PointList([], device_name='Target'), 'is a place'),
    (Position((0, 0, 0), device_name='Target'), 'the target is a POSITION'),
    (Position((0, 0, 0), (0, 0, 0, 1), device_name='Target'), 'the target is a POSITION'),
])
def test_what_is_no_target_withdraws_the_plan_that_is_shown(node, message, why):
    planner, said = planner_of(node), []
    server = planner.server
    planner._robot = SimpleNamespace(root='ras', pose=lambda *_: np.eye(4))
    server._plans.target('there', 0.0)
    server._plans.planned(1, PLAN, '', 0.0)
    server._say = lambda step: said.append(step.text)
    url = f'tcp://127.0.0.1:{node.link.address.port}'
    with connect(url, header_version='2') as peer:
        peer.send(message)
        # at first it tells that no robot is known
        wait_for(lambda: any(why in text for text in said), 'the refusal')
    assert server._plans.state is State.IDLE


def test_what_a_peer_sends_whose_target_is_not_wanted_leaves_the_plan(ros, node, tmp_path):
    gate = 'workspace: {min: [-1, -1, -1], max: [1, 1, 1]}'
    assert reload(ros, RULES.replace(
        "{device: '*'}", f'{{device: Target, answer: true, {gate}}}'), tmp_path)[0]
    planner = planner_of(node)
    plans = planner.server._plans
    planner._robot = SimpleNamespace(root='ras', pose=lambda *_: np.eye(4))
    url = f'tcp://127.0.0.1:{node.link.address.port}'
    with connect(url) as first, connect(url) as other:
        said = []
        planner.server._say = lambda step: said.append(step.text)
        first.send(Transform(np.eye(4), device_name='Target'))
        wait_for(lambda: any(text.startswith('no plan 1') for text in said), 'that it has no plan')
        plans.state = State.SHOWN
        other.send(Transform(np.eye(4), device_name='Target'))
        while (state := other.receive(10.0)).device_name != 'Target_state':
            pass
        assert state.message == 'another peer sends it'
        assert plans.state is State.SHOWN and plans.number == 1


@pytest.mark.parametrize('moved, why', [
    ((0.0005, 0.0), ''),
    ((0.002, 0.0), 'there is elsewhere since plan 3 was made; send the target again'),
    ((0.0, 0.02), 'there is elsewhere since plan 3 was made; send the target again'),
])
def test_a_plan_does_not_hold_when_its_target_has_moved_with_its_frame(node, moved, why):
    planner, place, asked = planner_of(node), np.eye(4), []
    planner._place = lambda root, frame: place if frame == 'there' else np.eye(4)
    robot = planner._robot = RobotShapes(ONE_JOINT)
    planner._joints = {'turn': (0.0, math.inf)}
    planner.server.target = lambda target, now: asked.append(target)
    found = PoseStamped()
    found.header.frame_id = 'there'
    planner.target(Transform(np.eye(4), device_name='Target'), found, '')
    wait_for(lambda: asked, 'the target')
    result = MoveGroup.Result()
    result.error_code.val = result.error_code.SUCCESS
    result.planned_trajectory.joint_trajectory.joint_names = ['turn']
    result.planned_trajectory.joint_trajectory.points = [
        JointTrajectoryPoint(positions=[0.0]) for _ in range(2)]
    plan = planner._with_looks(3, robot, asked[0], {}, result)
    assert plan.why_not() == ''
    metres, radians = moved
    place = np.eye(4)
    place[0, 3] = metres
    place[:2, :2] = [[math.cos(radians), -math.sin(radians)],
                     [math.sin(radians), math.cos(radians)]]
    assert plan.why_not() == why


@pytest.mark.parametrize('joints, why', [
    ({}, 'it is not known where the joint turn is'),
    ({'turn': (1.0, -math.inf)}, 'it is not known where the joint turn is'),
    ({'turn': (math.nan, math.inf)}, "the joint 'turn' is at nan"),
    ({'turn': (math.pi / 2, math.inf), 'finger': (1.0, math.inf)}, ''),
])
def test_a_point_is_planned_to_as_the_link_is_turned_if_that_is_known(node, joints, why):
    planner, asked, refused = planner_of(node), [], []
    planner._robot = RobotShapes(ONE_JOINT)
    planner._joints = joints
    planner.server.target = lambda target, now: asked.append(target)
    planner.server.refused = refused.append
    found = PoseStamped()
    found.header.frame_id = 'base'
    planner.target(PointList([Point('A', (0, 0, 0))], device_name='Target'), found, '')
    wait_for(lambda: asked or refused, 'what becomes of it')
    if why:
        assert refused == [why]
    else:
        assert np.allclose(asked[0].pose[:2, :2], [[0, -1], [1, 0]])


def test_another_robot_needs_a_restart(ros, node, tmp_path):
    success, text = reload(ros, RULES.replace('tool0', 'flange'), tmp_path)
    assert not success and 'moveit is not the same' in text


@pytest.mark.parametrize('how', ['emergency', 'deactivate'])
def test_a_motion_is_stopped(node, moving, how):
    if how == 'emergency':
        with connect(f'tcp://127.0.0.1:{node.link.address.port}') as peer:
            peer.send(Status(StatusCode.EMERGENCY, device_name='Button'))
            wait_for(lambda: moving.ended, 'the end of the motion')
    else:
        node.trigger_deactivate()
        assert moving.ended == 1


def test_a_motion_does_not_wait_for_the_goals_of_a_bridge_that_closes(node, moving):
    ended = node.link_services[''].end_goals('the bridge is closing')
    assert ended.wait(20)
    wait_for(lambda: moving.ended, 'the end of the motion')


def test_a_motion_of_a_server_that_was_not_seen_is_stopped_when_it_is_seen_again(
        node, moving, monkeypatch):
    planner = planner_of(node)
    monkeypatch.setattr(planner._execute._client, 'server_is_ready', lambda: False)
    wait_for(lambda: planner.server._plans.state is State.IDLE, 'the loss of the server')
    assert moving.running
    monkeypatch.undo()
    wait_for(lambda: moving.ended, 'the end of the motion')


def test_a_motion_whose_acceptance_is_never_heard_of_is_stopped(node, moving, monkeypatch):
    planner = planner_of(node)
    monkeypatch.setattr(GoalCall, '_answered', lambda call, future: None)
    planner.go(2, PLAN)
    wait_for(lambda: moving.running == 2, 'the second motion')
    planner.halt(2)
    wait_for(lambda: moving.ended, 'the end of the motion')
    assert moving.running == 1


def test_a_motion_that_is_not_stopped_at_once_is_asked_to_again(node, moving):
    moving.refusals += [1, 2]
    planner_of(node).server.stop('a test')
    wait_for(lambda: moving.ended, 'the end of the motion')
    assert not moving.refusals
