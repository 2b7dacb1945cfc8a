"""The arm of the demonstrations without ROS: where its joints put it, and how it goes there."""

import importlib
import sys
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from igtl_ros2.converters.joints import read_joints
from igtl_ros2.converters.mesh_files import read_shape
from igtl_ros2.converters.urdf import read_urdf
from igtl_ros2.errors import ConfigError, ConversionError
from igtl_ros2.nodes.arm.kinematics import ArmModel, Refused, rotation_vector
from igtl_ros2.nodes.arm.motion import Motion, checked, plan

FOLDER = Path(__file__).parents[2] / 'config' / 'arm'
URDF = (FOLDER / 'arm.urdf').read_text(encoding='utf-8')
MODEL = ArmModel(read_joints(URDF), 'tool0')
HOME = np.array([0.0, 0.4, 1.4, 0.0, 1.3416, 0.0])


def turned(axis, angle):
    one, two = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.eye(4)
    matrix[one, one] = matrix[two, two] = np.cos(angle)
    matrix[two, one], matrix[one, two] = np.sin(angle), -np.sin(angle)
    return matrix


def along(x, y, z):
    matrix = np.eye(4)
    matrix[:3, 3] = x, y, z
    return matrix


def by_hand(q):
    """Where the tool is, written down from the drawing of the arm."""
    return (
        along(0, 0, 0.12) @ turned(2, q[0]) @ along(0, 0, 0.1) @ turned(1, q[1])
        @ along(0, 0, 0.38) @ turned(1, q[2]) @ along(0.02, 0, 0.06) @ turned(2, q[3])
        @ along(0, 0, 0.28) @ turned(1, q[4]) @ along(0, 0, 0.05) @ turned(2, q[5])
        @ along(0, 0, 0.12))


def random_positions(count, seed=5):
    return np.random.default_rng(seed).uniform(MODEL.lower, MODEL.upper, (count, 6))


def test_the_tool_is_where_the_drawing_says():
    assert MODEL.names == tuple(f'joint_{number}' for number in range(1, 7))
    for positions in random_positions(1000):
        assert np.abs(MODEL.pose(positions) - by_hand(positions)).max() < 1e-12
    assert MODEL.pose(np.zeros(6))[2, 3] == pytest.approx(1.11)


def test_joints_are_found_for_what_can_be_reached():
    for wanted in random_positions(40):
        target = MODEL.pose(wanted)
        found = MODEL.solve(target, HOME)
        MODEL.check_limits(found)
        np.testing.assert_allclose(MODEL.pose(found), target, atol=1e-8)


def test_joints_near_where_it_is_are_taken_first():
    wanted = HOME + 0.05
    np.testing.assert_allclose(MODEL.solve(MODEL.pose(wanted), HOME), wanted, atol=1e-7)


@pytest.mark.parametrize('place', [(2.0, 0.0, 0.5), (0.0, 0.0, -1.0), (0.9, 0.9, 0.9)])
def test_what_is_out_of_reach_is_refused(place):
    with pytest.raises(Refused, match=r'cannot be reached in that direction, at best \d+ mm'):
        MODEL.solve(along(*place), HOME)


def test_a_rotation_of_half_a_turn_has_an_axis():
    for axis in np.eye(3):
        half = 2 * np.outer(axis, axis) - np.eye(3)
        np.testing.assert_allclose(np.abs(rotation_vector(half)), np.pi * axis, atol=1e-9)
    np.testing.assert_allclose(rotation_vector(turned(1, -3.0)[:3, :3]), [0, -3.0, 0], atol=1e-12)
    np.testing.assert_allclose(rotation_vector(turned(0, 1e-12)[:3, :3]), [1e-12, 0, 0])


def test_a_motion_is_smooth_within_the_limits_and_ends_where_it_should():
    end = np.array([1.0, -0.5, 1.0, -2.0, 0.3, 3.0])
    trajectory = plan(MODEL, HOME, end, speed=0.5)
    np.testing.assert_array_equal(trajectory.positions[0], HOME)
    np.testing.assert_allclose(trajectory.positions[-1], end, atol=1e-15)
    speeds = np.diff(trajectory.positions, axis=0) / np.diff(trajectory.times)[:, None]
    assert (np.abs(speeds) <= 0.5 * MODEL.velocity).all()
    assert np.abs(speeds[[0, -1]]).max() < 0.1
    again = checked(MODEL, MODEL.names, trajectory.times, trajectory.positions, HOME)
    np.testing.assert_array_equal(again.positions, trajectory.positions)


def test_a_trajectory_may_name_the_joints_in_any_order():
    names, points = MODEL.names[::-1], [(HOME + 0.1)[::-1]]
    trajectory = checked(MODEL, names, [1.0], points, HOME)
    np.testing.assert_allclose(trajectory.at(0.5), HOME + 0.05)
    np.testing.assert_allclose(trajectory.at(9.0), HOME + 0.1)


NAN = float('nan')


@pytest.mark.parametrize('names, times, points, why', [
    (MODEL.names[:5], [1], [HOME[:5]], 'the joints are'),
    (MODEL.names, [], [], '0 points'),
    (MODEL.names, [1], [HOME[:5]], 'not every point has 6'),
    (MODEL.names, [1, 1], [HOME, HOME], 'times do not go up'),
    (MODEL.names, [-1], [HOME], 'times do not go up'),
    (MODEL.names, [1], [HOME * NAN], 'not all finite'),
    (MODEL.names, [9], [HOME + [0, 3, 0, 0, 0, 0]], r'joint_2 would be at 3.400; allowed -2 to 2'),
    (MODEL.names, [0, 1], [HOME + [0, 0, 0, 0, 0, 0.02], HOME],
     'it begins with joint_6 at 0.020, which is at 0'),
    (MODEL.names, [0.1], [HOME + [1, 0, 0, 0, 0, 0]], r'joint_1 would turn at 10.00 rad/s'),
])
def test_what_the_arm_does_not_do(names, times, points, why):
    with pytest.raises(Refused, match=why):
        checked(MODEL, names, times, points, HOME)


def test_a_motion_goes_in_steps_and_stops_where_the_last_one_was():
    motion = Motion(HOME)
    trajectory = plan(MODEL, HOME, HOME + 0.4)
    motion.start(trajectory, 100.0)
    with pytest.raises(Refused, match='the arm is moving'):
        motion.start(trajectory, 100.0)
    middle = motion.step(100.0 + trajectory.duration / 2)
    assert (middle > HOME + 0.1).all() and (middle < HOME + 0.3).all()
    motion.stop()
    assert not motion.is_moving
    np.testing.assert_array_equal(motion.step(1000.0), middle)
    motion.start(plan(MODEL, middle, HOME), 1000.0)
    np.testing.assert_allclose(motion.step(1100.0), HOME)
    assert not motion.is_moving


def test_its_meshes_are_where_the_joints_are_in_metres():
    robot = read_urdf(URDF)
    assert robot.faults == () and robot.root == 'base_link'
    assert robot.links['base_link'][0].url.startswith('package://igtl_ros2/config/arm/')
    base, needle = read_shape(FOLDER / 'base.stl'), read_shape(FOLDER / 'needle.dae')
    assert base.points[:, 2].max() == pytest.approx(120)  # mm, and the URDF scales it
    assert needle.points[:, 2].max() == pytest.approx(0.12)  # its tip is tool0


@pytest.mark.parametrize('joints, why', [
    ('<joint name="a" type="fixed"><parent link="x"/></joint>', "joint 'a': it has no parent"),
    ('<joint name="a" type="revolute"><parent link="x"/><child link="y"/><axis xyz="0 0 0"/>'
     '<limit lower="0" upper="1" velocity="1"/></joint>', 'a length of 0'),
    ('<joint name="a" type="fixed"><parent link="x"/><child link="y"/></joint>'
     '<joint name="b" type="fixed"><parent link="y"/><child link="y"/></joint>', 'two joints'),
    ('<joint name="a" type="fixed"><parent link="x"/><child link="y"/></joint>'
     '<joint name="b" type="fixed"><parent link="v"/><child link="w"/></joint>', '2 links'),
    ('', '0 links'),
])
def test_joints_that_are_no_robot_are_refused(joints, why):
    with pytest.raises(ConversionError, match=why):
        read_joints(f'<robot name="r">{joints}</robot>')


def test_a_joint_that_follows_another_and_one_that_slides():
    skeleton = read_joints("""<robot name="r">
      <joint name="lift" type="prismatic"><parent link="a"/><child link="b"/><axis xyz="0 0 2"/>
        <limit lower="0" upper="1" effort="1" velocity="1"/></joint>
      <joint name="turn" type="continuous"><parent link="b"/><child link="c"/>
        <axis xyz="0 0 1"/><mimic joint="lift" multiplier="2" offset="0.5"/></joint></robot>""")
    assert [joint.name for joint in skeleton.movable] == ['lift']
    poses = skeleton.poses({'lift': 0.25})
    np.testing.assert_allclose(poses['c'], along(0, 0, 0.25) @ turned(2, 1.0), atol=1e-15)


def one_joint(axis='1 0 0', origin='0 0 0', kind='prismatic'):
    return read_joints(f"""<robot name="r"><joint name="a" type="{kind}">
      <parent link="x"/><child link="y"/><origin xyz="{origin}"/><axis xyz="{axis}"/>
      <limit lower="0" upper="1" velocity="1"/></joint></robot>""")


@pytest.mark.parametrize('large', ['3e200', '3e-200', '1e308'])
def test_how_long_an_axis_is_in_a_file_makes_no_difference(large):
    poses = one_joint(axis=f'0 {large} 0').poses({'a': 0.5})
    np.testing.assert_allclose(poses['y'], along(0, 0.5, 0), atol=1e-15)


@pytest.mark.parametrize('kind', ['prismatic', 'revolute'])
@pytest.mark.parametrize('place, why', [
    (np.inf, 'is at inf'), (np.nan, 'is at nan'), (-np.inf, 'is at -inf')])
def test_a_joint_that_is_nowhere_gives_no_pose(kind, place, why):
    with pytest.raises(ConversionError, match=f"the joint 'a' {why}"):
        one_joint(kind=kind).poses({'a': place})


def test_a_link_whose_place_is_no_number_gives_no_pose():
    with pytest.raises(ConversionError, match="the link 'y' is too far away"):
        one_joint(origin='1.7e308 0 0').poses({'a': 1.7e308})


class Cancelled:
    """A goal that was cancelled between its acceptance and its beginning."""

    is_cancel_requested = is_active = True
    request = None

    def __init__(self):
        self.states = []

    def canceled(self):
        self.states.append('canceled')
        self.is_active = False


@pytest.mark.parametrize('module, name, way', [
    ('follow', 'FollowServer', '_execute'), ('move_group', 'MoveGroup', '_follow')])
def test_what_is_cancelled_before_it_begins_does_not_begin(module, name, way):
    pytest.importorskip('control_msgs')
    if module == 'move_group':
        pytest.importorskip('moveit_msgs', reason='the messages of MoveIt are not installed')
    found = importlib.import_module(f'igtl_ros2.nodes.arm.{module}')
    server, goal = object.__new__(getattr(found, name)), Cancelled()
    server._arm = Mock(spec=['get_logger'])  # one that goes nowhere
    with pytest.raises(StopIteration):
        getattr(server, way)(goal).send(None)
    assert goal.states == ['canceled']


def test_an_arm_without_the_messages_of_moveit_starts_and_says_what_is_missing(monkeypatch):
    pytest.importorskip('control_msgs')
    node = importlib.import_module('igtl_ros2.nodes.arm.node')
    monkeypatch.setitem(sys.modules, 'igtl_ros2.nodes.arm.move_group', None)
    logger = Mock()
    monkeypatch.setattr(node, 'FollowServer', Mock())
    monkeypatch.setattr(node.DemoArm, '__init__', lambda self, *rest, **options: None)
    monkeypatch.setattr(node.DemoArm, 'get_logger', lambda self: logger)
    assert node.ArmNode(URDF)._servers == [node.FollowServer.return_value]
    assert 'MoveIt' in logger.warning.call_args[0][0]


def test_an_arm_without_its_file_says_so():
    pytest.importorskip('control_msgs')
    node = importlib.import_module('igtl_ros2.nodes.arm.node')
    with pytest.raises(ConfigError, match='^nofile.urdf: cannot read it: No such file or dir'):
        node._arm('nofile.urdf', 1.0, '')


def test_a_word_that_no_arm_reads_ends_it(monkeypatch, capsys):
    pytest.importorskip('control_msgs')
    node = importlib.import_module('igtl_ros2.nodes.arm.node')
    # argparse would take what follows --ros-args for the description, or pass over it
    for words in ([URDF, '0.5', '--ros-args', '-r', '__ns:=/x'], ['--ros-args', '-r', 'a:=b']):
        monkeypatch.setattr(sys, 'argv', ['igtl_demo_arm', *words])
        with pytest.raises(SystemExit) as ended:
            node.main()
        assert ended.value.code == 2
    unknown, missing = capsys.readouterr().err.split('usage:')[1:]
    assert 'unrecognized arguments: 0.5' in unknown
    assert 'required: description' in missing
