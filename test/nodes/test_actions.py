"""COMMANDs of peers that ROS actions carry out, with a real action server."""

import random
import threading

import pytest
import rclpy
from rclpy.context import Context
from rclpy.node import Node
from ros_user import mapping, pose, wait_for

from igtl_ros2 import connect
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Command, CommandResponse, Status, StatusCode, String
from igtl_ros2.errors import PeerTimeoutError
from igtl_ros2.nodes.action_client import ActionThread

pytest.importorskip('control_msgs.action')
from action_robot import RULE, ActionRobot  # noqa: E402


@pytest.fixture
def robot(ros):
    robot = ActionRobot()
    ros.closers.append(robot.close)
    return robot


class Peer:
    """Commands a bridge, and sorts what it says."""

    def __init__(self, node):
        self.client = connect(f'tcp://127.0.0.1:{node.link.address.port}', header_version='2')
        self.said, self.answers = [], {}

    def _next(self):
        try:
            return self.client.receive(0.001)
        except PeerTimeoutError:
            return None

    def look(self):
        for message in iter(self._next, None):
            if isinstance(message, CommandResponse):
                self.answers[message.command_id] = (
                    message.metadata['Status'], message.metadata['Message'])
            elif isinstance(message, Status) and message.device_name:
                self.said.append((message.device_name, message.error_name, message.message))

    def order(self, number, name='MOVE', content='<Command Name="MOVE" q="0.1 0.2"/>'):
        self.client.send(Command(number, name, content))

    def answer(self, number):
        def look():
            self.look()
            return self.answers.get(number)
        return wait_for(look, f'the answer to {number}')

    def hear(self, state):
        def look():
            self.look()
            return [said for said in self.said if said[1] == state]
        return wait_for(look, f'a STATUS {state}')[-1]


def goals_of(node):
    (action,) = node.link_services['']._dialogue.actions
    return action._goals


@pytest.fixture
def make(ros, robot, tmp_path):
    def make(rule=RULE):
        node = ros.bridge(mode='server', port=0, **mapping(tmp_path, rule))
        served = node.link_services['']._dialogue.served_commands
        wait_for(served._actions['MOVE'].is_there, 'the action')
        peer = Peer(node)
        ros.closers.insert(0, peer.client.close)
        return node, peer
    return make


def test_a_goal_is_accepted_tells_how_far_it_is_and_ends(make, robot):
    _, peer = make()
    peer.order(7)
    assert peer.answer(7) == ('SUCCESS', 'accepted')
    assert peer.hear('ACCEPTED') == ('MOVE', 'ACCEPTED', '')
    (goal,) = robot.goals
    assert list(goal.trajectory.points[0].positions) == [0.1, 0.2]
    assert goal.trajectory.points[0].time_from_start.nanosec == 500_000_000
    robot.feedback.append(0.25)
    assert peer.hear('EXECUTING') == ('MOVE', 'EXECUTING', '0.25')
    robot.finish.set()
    assert peer.hear('SUCCEEDED') == ('MOVE', 'SUCCEEDED', 'there')


def test_places_of_feedback_are_shown_to_all_peers(make, robot):
    node, peer = make(RULE + """  show:
  - {device: Now, field: 'multi_dof_actual.transforms[0]'}
""")
    other = Peer(node)
    try:
        peer.order(1)
        peer.answer(1)
        robot.feedback.append(0.25)
        for each in (peer.client, other.client):
            moved = each.wait_for('Now', 20)
            assert moved.matrix[0, 3] == pytest.approx(250.0)
    finally:
        other.client.close()
    robot.finish.set()
    peer.hear('SUCCEEDED')


def test_a_goal_that_is_refused_or_does_not_fit_is_told(make, robot):
    _, peer = make()
    peer.order(1, content='<Command Name="MOVE" q="0.1 nan"/>')
    assert peer.answer(1) == ('FAIL', (
        "MOVE: trajectory.points[0].positions[1]: found 'nan'; allowed a finite number"))
    peer.order(2, content='')
    assert peer.answer(2) == ('FAIL', 'MOVE: trajectory.points[0].positions: wanted q')
    robot.accept = False
    peer.order(3)
    assert peer.answer(3) == ('FAIL', 'the action does not accept it')
    assert not robot.ended


@pytest.mark.parametrize('how', ['command', 'phrase', 'emergency', 'lost', 'close', 'deactivate'])
def test_whatever_ends_a_goal_cancels_it(make, robot, how):
    node, peer = make()
    peer.order(1)
    peer.answer(1)
    wait_for(lambda: robot.running, 'the robot to move')
    if how == 'command':
        peer.order(2, 'CANCEL_MOVE', '')
        assert peer.answer(2) == ('SUCCESS', 'the goals are cancelled')
        assert peer.hear('CANCELED')[0] == 'MOVE'
    elif how == 'phrase':
        peer.client.send(String('stop', device_name='Words'))
    elif how == 'emergency':
        peer.client.send(Status(StatusCode.EMERGENCY, device_name='Button'))
        wait_for(lambda: robot.ended and not goals_of(node).numbers, 'the end of the goal')
        peer.order(2)
        assert peer.answer(2) == ('FAIL', 'MOVE: there is an emergency')
        peer.client.send(Status(StatusCode.OK, device_name='Button'))
        peer.order(3)
        assert peer.answer(3) == ('SUCCESS', 'accepted')
        robot.finish.set()
    elif how == 'lost':
        peer.client.close()
    elif how == 'deactivate':
        node.trigger_deactivate()
    else:
        node._close_links()
    wait_for(lambda: robot.ended[:1] == ['stopped'], 'the end of the goal')


@pytest.mark.parametrize('how', ['lost', 'close'])
def test_a_goal_that_is_not_accepted_yet_is_cancelled_when_it_is(make, robot, how):
    node, peer = make()
    robot.gate.clear()
    peer.order(1)
    wait_for(lambda: goals_of(node).numbers, 'the goal')
    if how == 'lost':
        peer.client.close()
        wait_for(lambda: not node.link.peers, 'the end of the connection')
        robot.gate.set()
    else:
        node.end = node.link_services[''].end_goals('closing')
        robot.gate.set()
        assert node.end.wait(20)
    wait_for(lambda: robot.ended == ['stopped'], 'the end of the goal')


TARGET = """
receive:
- {device: Target, type: TRANSFORM, pose: true, workspace: {min: [-0.1, -1, -1], max: [0.1, 1, 1]},
   max_age: 100}
- {device: Moved, type: TRANSFORM, frames: [there, moved], to_frame: here}
- {device: '*'}
serve:
- command: MOVE
  call: /arm/follow
  type: control_msgs/action/FollowJointTrajectory
  targets: {target: Target}
  timeout: 60
  goal: {multi_dof_trajectory: {points: [{transforms: ['{target}']}]}}
- command: MOVE_THERE
  call: /arm/follow
  type: control_msgs/action/FollowJointTrajectory
  targets: {target: Moved}
  timeout: 1
  goal: {multi_dof_trajectory: {points: [{transforms: ['{target}']}]}}
- command: MOVE_BY_NUMBERS
  call: /arm/follow
  type: control_msgs/action/FollowJointTrajectory
  workspace: {min: [0, 0, 0], max: [1, 1, 1]}
  goal: {multi_dof_trajectory: {points: [{transforms: [{translation: {x: '{x}'}}]}]}}
- command: MOVE_IN_A_BOX
  call: /arm/follow
  type: control_msgs/action/FollowJointTrajectory
  targets: {target: Target}
  workspace: {min: [-1, -1, -1], max: [1, 1, 1]}
  goal: {multi_dof_trajectory: {header: {frame_id: here}, points: [{transforms: ['{target}']}]}}
"""


def test_a_target_passes_the_gates_of_its_rule_or_is_refused_with_their_reason(make, robot):
    _, peer = make(TARGET)
    peer.order(1)
    assert peer.answer(1) == ('FAIL', 'MOVE: Target: this peer has sent none')
    peer.client.send(Transform(pose((50, 0, 0)), device_name='Target'))
    peer.order(2)
    assert peer.answer(2) == ('SUCCESS', 'accepted')
    (transform,) = robot.goals[0].multi_dof_trajectory.points[0].transforms
    assert transform.translation.x == pytest.approx(0.05) and transform.rotation.w == 1.0
    robot.finish.set()
    peer.hear('SUCCEEDED')
    # one that is refused ends the one before
    peer.client.send(Transform(pose((500, 0, 0)), device_name='Target'))
    peer.order(3)
    assert peer.answer(3) == ('FAIL', (
        'MOVE: Target: workspace: not published: (0.5, 0, 0) m is outside of (-0.1, -1, -1) to '
        '(0.1, 1, 1) m'))
    peer.order(4, 'MOVE_BY_NUMBERS', '{"x": 2}')
    assert peer.answer(4) == ('FAIL', (
        'MOVE_BY_NUMBERS: workspace: (2, 0, 0) m is outside of (0, 0, 0) to (1, 1, 1) m'))
    peer.client.send(Transform(pose((50, 0, 0)), device_name='Target'))
    peer.order(5, 'MOVE_IN_A_BOX')
    assert peer.answer(5) == ('FAIL', 'MOVE_IN_A_BOX: workspace: Target is in ras, not in here')
    assert len(robot.goals) == 1


def test_a_target_waits_for_tf_and_a_stop_ends_that_too(make, robot, ros):
    _, peer = make(TARGET)
    peer.client.send(Transform(pose((50, 0, 0)), device_name='Moved'))
    peer.order(1, 'MOVE_THERE')
    peer.client.send(String('STOP', device_name='Words'))
    assert peer.answer(1)[1].startswith('canceled: STOP of tcp')
    peer.order(2, 'MOVE_THERE')
    assert peer.answer(2)[0] == 'FAIL' and "'there' in 'here'" in peer.answer(2)[1]
    assert not robot.goals


@pytest.fixture
def moved(make, robot):
    """A bridge whose robot has moved to the target of a peer, and that peer."""
    node, peer = make(TARGET)
    peer.client.send(Transform(pose((50, 0, 0)), device_name='Target'))
    peer.order(1)
    assert peer.answer(1) == ('SUCCESS', 'accepted')
    robot.finish.set()
    peer.hear('SUCCEEDED')
    return node, peer


def test_a_target_that_waits_behind_others_is_no_reason_to_go_to_the_one_before(moved, robot):
    node, peer = moved
    go, worker = threading.Event(), node._receivers['']._work.worker
    worker.do(lambda: go.wait(20))
    try:
        many = [Transform(pose(), device_name=f'T{number}') for number in range(200)]
        peer.client.send(Bind(many, device_name='Many'))
        peer.client.send(Transform(pose((60, 0, 0)), device_name='Target'))
        peer.order(2)
        wait_for(lambda: node.link_services['']._dialogue.served_commands._waiting, 'the order')
    finally:
        go.set()
    assert peer.answer(2) == ('SUCCESS', 'accepted')
    (transform,) = robot.goals[1].multi_dof_trajectory.points[0].transforms
    assert transform.translation.x == pytest.approx(0.06)
    robot.finish.set()


def test_who_has_sent_no_target_does_not_move_to_that_of_another(moved, robot):
    node, _ = moved
    other = Peer(node)
    try:
        other.order(1)
        assert other.answer(1) == ('FAIL', 'MOVE: Target: this peer has sent none')
        # nor to its own when that is not published, as another holds the topic
        other.client.send(Transform(pose((60, 0, 0)), device_name='Target'))
        other.order(2)
        assert other.answer(2)[0] == 'FAIL'
    finally:
        other.client.close()


PHASES = """
protocol:
- use: brp
  call: {MOVE_TO_TARGET: /arm/follow}
  phases:
    MOVE_TO_TARGET:
      type: control_msgs/action/FollowJointTrajectory
      goal: {multi_dof_trajectory: {joint_names: ['{phase}'], points: [{transforms: ['{TGT}']}]}}
      feedback: 'at {actual.positions[0]}'
      result: '{error_string}'
      status_timeout: 2
"""


class Navigator(Peer):
    """Commands a robot with phases."""

    def go(self, word, matrix=None):
        self.client.send(
            String(word, device_name=f'CMD_{len(self.said)}') if matrix is None
            else Transform(matrix, device_name=f'{word}_{len(self.said)}'))


def go_to_target(peer):
    for word in ('START_UP', 'CALIBRATION'):
        peer.go(word)
    peer.go('CLB', pose())
    peer.go('TARGETING')
    peer.go('TGT', pose((10, 20, 30)))
    peer.go('MOVE_TO_TARGET')


@pytest.fixture
def navigator(ros, robot, tmp_path):
    node = ros.bridge(mode='server', port=0, **mapping(tmp_path, PHASES))
    (action,) = node.link_services['']._dialogue.actions
    wait_for(action.is_there, 'the action')
    peer = Navigator(node)
    peer.node = node
    ros.closers.insert(0, peer.client.close)
    go_to_target(peer)
    wait_for(lambda: robot.running, 'the robot to move')
    return peer


def hear(peer, device, state, text):
    def look():
        peer.look()
        return (device, state, text) in peer.said
    wait_for(look, f'{device}: {text}')


def test_a_phase_may_be_an_action_that_goes_to_the_accepted_target(navigator, robot):
    (point,) = robot.goals[0].multi_dof_trajectory.points
    assert robot.goals[0].multi_dof_trajectory.joint_names == ['MOVE_TO_TARGET']
    moved = point.transforms[0].translation
    assert [moved.x, moved.y, moved.z] == pytest.approx([0.01, 0.02, 0.03])
    robot.feedback.append(0.5)
    hear(navigator, 'MOVE_TO_TARGET', 'MOVE_TO_TARGET', 'at 0.5')
    robot.finish.set()
    hear(navigator, 'MOVE_TO_TARGET', 'MOVE_TO_TARGET', 'there')


@pytest.mark.parametrize('how', ['STOP', 'lost', 'emergency', 'close'])
def test_what_a_phase_has_begun_is_cancelled(navigator, robot, how):
    if how == 'STOP':
        navigator.go('STOP')
        hear(navigator, 'CURRENT_STATUS', 'STOP', '')
    elif how == 'lost':
        navigator.client.close()
    elif how == 'emergency':
        navigator.client.send(Status(StatusCode.EMERGENCY, device_name='Button'))
        hear(navigator, 'MOVE_TO_TARGET', 'MOVE_TO_TARGET', 'canceled: an emergency; stopped')
    else:
        navigator.node._close_links()
    wait_for(lambda: robot.ended == ['stopped'], 'the end of the goal')


def test_while_there_is_an_emergency_no_phase_begins_to_move(navigator, robot):
    navigator.client.send(Status(StatusCode.EMERGENCY, device_name='Button'))
    hear(navigator, 'MOVE_TO_TARGET', 'MOVE_TO_TARGET', 'canceled: an emergency; stopped')
    go_to_target(navigator)
    hear(navigator, 'MOVE_TO_TARGET', 'MOVE_TO_TARGET', 'there is an emergency')
    assert len(robot.goals) == 1


def test_a_server_that_comes_again_takes_goals_again(make, robot, ros):
    node, peer = make(RULE + '  answer: done\n')
    peer.order(1)
    wait_for(lambda: robot.running, 'the robot to move')
    robot.close()
    assert peer.answer(1)[0] == 'FAIL'
    again = ActionRobot()
    ros.closers.append(again.close)
    wait_for(lambda: not goals_of(node).numbers, 'the end of the goal')
    (action,) = node.link_services['']._dialogue.actions
    wait_for(action.is_there, 'the action')
    peer.order(2)
    wait_for(lambda: again.running, 'the robot to move')
    again.finish.set()
    assert peer.answer(2) == ('SUCCESS', 'there')


def test_each_link_calls_actions_from_a_node_of_its_own(ros, tmp_path):
    rule = RULE.strip().replace('\n', '\n  ').replace('/arm', '~/arm')
    ros.bridge(**mapping(tmp_path, 'links:\n' + ''.join(
        f'- name: {link}\n  url: tcp://127.0.0.1:0\n  mode: server\n  {rule}\n'
        for link in ('left', 'right'))))

    def hidden():
        names = [name for name in ros.node.get_node_names() if name.startswith('_igtl')]
        return sorted(names) if len(names) == 2 else None

    assert wait_for(hidden, 'the nodes') == [
        '_igtl_bridge_left_actions', '_igtl_bridge_right_actions']


def test_a_name_that_is_given_to_the_bridge_alone_is_not_that_of_its_actions():
    context = Context()
    rclpy.init(args=['--ros-args', '-r', '__node:=other', '-r', '__ns:=/y'], context=context)
    node = Node('igtl_bridge', context=context)
    thread = ActionThread(node, 'left_actions')
    try:
        assert node.get_fully_qualified_name() == '/y/other'
        assert thread._node.get_fully_qualified_name() == '/y/_other_left_actions'
    finally:
        thread.close()
        node.destroy_node()
        rclpy.shutdown(context=context)


@pytest.mark.parametrize(('name', 'found'), [('follow', '/there/follow'), ('~/go', '/y/arm/go')])
def test_an_action_has_the_name_that_it_has_for_the_node_of_the_bridge(name, found):
    from control_msgs.action import FollowJointTrajectory
    context = Context()
    rclpy.init(context=context)
    node = Node('arm', namespace='/y', context=context,
                cli_args=['--ros-args', '-r', 'follow:=/there/follow'])
    thread = ActionThread(node, 'actions')
    try:
        thread.client(name, FollowJointTrajectory)
        asked = [service for service, _ in node.get_client_names_and_types_by_node(
            thread._node.get_name(), '/y')]
        assert f'{found}/_action/send_goal' in asked
    finally:
        thread.close()
        node.destroy_node()
        rclpy.shutdown(context=context)


def test_one_goal_at_a_time(make, robot):
    _, peer = make()
    peer.order(1)
    peer.answer(1)
    peer.order(2)
    assert peer.answer(2) == ('FAIL', 'MOVE is not done yet')
    robot.finish.set()
    peer.hear('SUCCEEDED')


def test_a_goal_takes_the_place_of_another_once_that_is_over(make, robot):
    _, peer = make(RULE + '  when_busy: replace\n  answer: done\n')
    peer.order(1)
    wait_for(lambda: robot.running, 'the robot to move')
    peer.order(2)
    assert peer.answer(1) == ('FAIL', 'canceled: replaced by MOVE; stopped')
    wait_for(lambda: len(robot.goals) == 2 and robot.running, 'the second goal')
    robot.finish.set()
    assert peer.answer(2) == ('SUCCESS', 'there')
    assert robot.most == 1


def test_no_goal_is_left_running_whenever_a_connection_is_cut(make, robot):
    node, _ = make(RULE + '  when_busy: replace\n')
    dice = random.Random(5)
    goals = goals_of(node)
    for number in range(40):
        peer = Peer(node)
        peer.order(number)
        if dice.random() < 0.3:
            peer.answer(number)
        peer.client.close()
        if dice.random() < 0.3:
            wait_for(lambda: not goals.numbers, 'the end of all goals')
    wait_for(lambda: len(node.link.peers) == 1, 'the end of the connections')
    wait_for(lambda: not goals.numbers and not robot.running, 'the end of all goals')
    assert robot.most <= 1 and set(robot.ended) <= {'stopped'}
