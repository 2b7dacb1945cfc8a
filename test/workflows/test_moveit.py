"""From a target in Slicer to a motion: planned, shown, carried out on a command, stopped."""

import sys
import time
from pathlib import Path

import numpy as np
import pytest
from forked import Program
from geometry_msgs.msg import TransformStamped
from harness import STATE
from sensor_msgs.msg import JointState
from std_msgs.msg import String

from igtl_ros2.codec.messages.mesh import Cells
from igtl_ros2.converters.joints import read_joints
from igtl_ros2.converters.link_meshes import link_shape
from igtl_ros2.converters.mesh_files import find_file
from igtl_ros2.converters.urdf import read_urdf
from igtl_ros2.errors import PeerError
from igtl_ros2.sim import scene as sim
from igtl_ros2.sim.module import slicer_module

pytest.importorskip('moveit_msgs', reason='the messages of MoveIt are not installed')
pytest.importorskip('control_msgs')
pytest.importorskip('trimesh')

CONFIG = Path(__file__).parents[2] / 'config'
URDF = (CONFIG / 'arm' / 'arm.urdf').read_text(encoding='utf-8')
SKELETON = read_joints(URDF)
NAMES = [joint.name for joint in SKELETON.movable]
# where the patient is in the frame of the robot, in mm: turned by a quarter about z
CLB = np.array([[0, -1, 0, 350.0], [1, 0, 0, -40], [0, 0, 1, 120], [0, 0, 0, 1]], float)
TO_RAS = np.linalg.inv(CLB)
OK, EMERGENCY = 1, 3


def tool(positions):
    """Where the tool is in ras, in mm."""
    return in_ras(SKELETON.poses(dict(zip(NAMES, positions)))['tool0'])


def in_ras(pose):
    pose = np.array(pose)
    pose[:3, 3] *= 1000.0
    return TO_RAS @ pose


def corners_of_robot(positions):
    """Where the corners of all links are in ras, in mm."""
    found = []
    poses = SKELETON.poses(dict(zip(NAMES, positions)))
    for name, visuals in read_urdf(URDF).links.items():
        points = link_shape(visuals, find_file)[0].points * 1000.0
        pose = in_ras(poses[name])
        found.append(points @ pose[:3, :3].T + pose[:3, 3])
    return np.concatenate(found)


class Scene:
    """A robot, its bridge, and the Slicer of a user."""

    def __init__(self, user, bridge, slicer):
        self.user, self.bridge, self.slicer = user, bridge, slicer
        self.states = user.listen('joint_states', JointState)
        user.listen('robot_description', String, STATE)
        slicer.set_transform('CLB', CLB, push_on_connect=True)

    def here(self):
        """Tell where the joints are now: what was told before waits in a queue."""
        asked_ns = time.time_ns()

        def told():
            stamp = self.states[-1].header.stamp
            return stamp.sec * 10**9 + stamp.nanosec > asked_ns

        self.user.wait_for(told, 'joint states')
        return np.array(self.states[-1].position)

    def status(self, beginning, device='Plan'):
        """Wait until the state begins with some words."""
        return self.slicer.wait_for(device, 'STATUS', when=lambda node: node.text.startswith(
            beginning)).text

    def plan(self, matrix):
        """Send a target, and wait for its plan: its number."""
        before = self.number()
        self.slicer.set_transform('Target', matrix)
        try:
            node = self.slicer.wait_for(
                'Plan', 'STATUS', when=lambda node: self.number() > before
                and node.text.startswith(f'plan {self.number()}:'))
        except PeerError:
            texts = [node.text for node in self.slicer.nodes.all() if node.tag == 'IGTLStatus']
            raise AssertionError(f'no plan: {texts}\n{self.bridge.output}') from None
        return int(node.text.split()[1][:-1])

    def number(self):
        try:
            words = self.slicer.nodes['Plan', 'STATUS'].text.split()
        except KeyError:
            return 0
        numbers = [word.strip(':') for word in words if word.strip(':').isdecimal()]
        return int(numbers[0]) if words and words[0] == 'plan' and numbers else 0

    def command(self, name, content=''):
        """Command something: whether it was done, and the text."""
        answer = self.slicer.command(name, str(content))
        return answer.metadata['Status'] == 'SUCCESS', answer.content


@pytest.fixture(scope='module')
def arm():
    words = ('-m', 'igtl_ros2.nodes.arm.node', str(CONFIG / 'arm' / 'arm.urdf'))
    program = Program(sys.executable, *words)
    yield program
    program.interrupt()
    program.end()
    assert 'Traceback' not in program.output, program.output


@pytest.fixture(scope='module')
def bridge(run_for_all):
    text = (CONFIG / 'moveit.yaml').read_text(encoding='utf-8')
    text = text.replace('link: tool0', 'link: tool0\n  speed: 0.2')
    bridge = run_for_all(text, mode='server', host='127.0.0.1', port=0)
    yield bridge
    assert 'Traceback' not in bridge.output, bridge.output


@pytest.fixture
def scene(user, arm, bridge, open_slicer):
    slicer = open_slicer(bridge.port(user))
    scene = Scene(user, bridge, slicer)
    slicer.wait_for('tool0')
    slicer.wait_for('Plan', 'STATUS', when=lambda node: 'not told yet' not in node.text)
    yield scene
    scene.command('Cancel')


def test_a_target_is_planned_to_shown_and_carried_out(scene):
    slicer, begin = scene.slicer, scene.here()
    end = begin + [0.3, 0.1, -0.1, 0.2, 0.1, -0.2]
    number = scene.plan(tool(end))
    goal = slicer.wait_for('Plan_goal')
    np.testing.assert_allclose(goal.matrix, tool(end), rtol=0, atol=1e-3)
    path = slicer.nodes['Plan_path'].mesh
    assert len(path.lines) == 1 and len(path.vertices) == 0
    np.testing.assert_allclose(path.points[0], tool(begin)[:3, 3], atol=1e-3)
    np.testing.assert_allclose(path.points[-1], tool(end)[:3, 3], atol=1e-3)
    ghost = slicer.wait_for('Plan_ghost').mesh
    corners = corners_of_robot(end)
    np.testing.assert_allclose(ghost.points[-len(corners):], corners, atol=2e-3)
    assert len(ghost.points) == 3 * len(corners)
    np.testing.assert_array_equal(scene.here(), begin)  # nothing has moved yet
    assert scene.command('Execute', number) == (True, f'the robot carries out plan {number}')
    scene.status(f'plan {number} was carried out')
    slicer.wait_for('Plan_ghost', when=lambda node: len(node.mesh.points) == 0)
    np.testing.assert_allclose(tool(scene.here()), tool(end), rtol=0, atol=1e-3)
    assert scene.command('Execute', number) == (False, 'no plan is shown')


def test_what_is_on_the_wire_is_what_ros_has_to_a_millionth(scene):
    poses = scene.user.listen('/x/Target/transform', TransformStamped)
    end = scene.here() + [-0.1, 0.05, -0.05, 0.0, 0.1, 0.1]
    scene.plan(tool(end))
    wanted = (CLB @ tool(end))[:3, 3] / 1000.0

    def is_there():  # who begins to listen may get the last one first
        position = poses[-1].transform.translation
        return np.abs([position.x, position.y, position.z] - wanted).max() < 1e-6

    scene.user.wait_for(is_there, 'the target in ROS')
    assert poses[-1].header.frame_id == 'base_link'


def test_only_the_plan_that_is_shown_is_carried_out(scene):
    begin = scene.here()
    number = scene.plan(tool(begin + 0.1))
    for content in ('', number - 1, number + 1, 'go'):
        done, text = scene.command('Execute', content)
        assert not done and text.startswith(f'plan {number} is shown; wanted its number')
    np.testing.assert_array_equal(scene.here(), begin)


def test_a_plan_does_not_outlive_the_registration(scene):
    number = scene.plan(tool(scene.here() + 0.1))
    other = CLB.copy()
    other[0, 3] += 5.0
    scene.slicer.set_transform('CLB', other)
    scene.slicer.wait_for('base_link', when=lambda node: not np.allclose(
        node.matrix, TO_RAS, atol=1.0))
    assert scene.command('Execute', number) == (
        False, f'ras is elsewhere since plan {number} was made; send the target again')
    scene.slicer.set_transform('CLB', CLB)
    scene.slicer.wait_for('base_link', when=lambda node: np.allclose(
        node.matrix, TO_RAS, atol=1e-2))


def test_a_motion_is_cancelled_by_a_command(scene):
    begin = scene.here()
    number = scene.plan(tool(begin + [-0.8, 0, 0, 0, 0, 0]))
    assert scene.command('Execute', number)[0]
    scene.user.wait_for(lambda: scene.here()[0] < begin[0] - 0.05, 'that it moves')
    assert scene.command('Cancel') == (
        True, f'plan {number} is being stopped: it was cancelled')
    scene.status(f'plan {number} was not carried out to its end: PREEMPTED')
    stopped = scene.here()
    assert stopped[0] > begin[0] - 0.8
    np.testing.assert_array_equal(scene.here(), stopped)


def test_an_emergency_stops_a_motion_and_lets_none_begin(scene):
    begin = scene.here()
    number = scene.plan(tool(begin + [0.8, 0, 0, 0, 0, 0]))
    assert scene.command('Execute', number)[0]
    scene.user.wait_for(lambda: scene.here()[0] > begin[0] + 0.05, 'that it moves')
    scene.slicer.set_status('Slicer_stop', EMERGENCY, 'stop')
    scene.status(f'plan {number} was not carried out to its end')
    assert scene.here()[0] < begin[0] + 0.8
    scene.slicer.set_transform('Target', tool(begin + 0.01))
    scene.status('not planned: there is an emergency')
    assert scene.command('Execute', number) == (False, 'there is an emergency')
    scene.slicer.set_status('Slicer_stop', OK)
    assert scene.plan(tool(begin)) > number


def test_who_has_commanded_a_motion_and_is_lost_stops_it(scene, open_slicer):
    begin = scene.here()
    other = open_slicer(scene.slicer.address.port)
    number = scene.plan(tool(begin + [-0.8, 0, 0, 0, 0, 0]))
    assert other.command('Execute', str(number)).metadata['Status'] == 'SUCCESS'
    scene.user.wait_for(lambda: scene.here()[0] < begin[0] - 0.05, 'that it moves')
    other.close()
    scene.status(f'plan {number} was not carried out to its end')
    assert scene.here()[0] > begin[0] - 0.8


def test_a_target_that_a_gate_withholds_ends_the_plan_before(scene):
    number = scene.plan(tool(scene.here() + 0.1))
    outside = tool(scene.here())
    outside[:3, 3] = (TO_RAS @ [3000.0, 0, 500, 1])[:3]
    scene.slicer.set_transform('Target', outside)
    scene.status('the target was not taken: workspace: not published: (')
    assert scene.command('Execute', number) == (False, 'no plan is shown')


def test_a_target_out_of_reach_is_said_to_be(scene):
    target = tool(scene.here())
    target[:3, 3] = (TO_RAS @ [590.0, 590, 890, 1])[:3]  # inside of the box, but far away
    scene.slicer.set_transform('Target', target)
    assert scene.status('no plan').endswith('NO_IK_SOLUTION')


def test_a_fiducial_is_a_target_too(scene):
    begin = scene.here()
    place = tool(begin)[:3, 3] + [5.0, -8.0, 3.0]
    scene.slicer.set_fiducials('Target', {'T': place})
    goal = scene.slicer.wait_for(
        'Plan_goal', when=lambda node: np.allclose(node.matrix[:3, 3], place, atol=1e-2))
    # turned as it is now
    np.testing.assert_allclose(goal.matrix[:3, :3], tool(begin)[:3, :3], atol=1e-5)
    scene.slicer.set_fiducials('Target', {'T': place, 'E': place + 10})
    scene.status('2 points; wanted one')


def test_a_robot_that_has_moved_is_not_sent_along_an_old_plan(scene, user):
    begin = scene.here()
    first = scene.plan(tool(begin + 0.1))
    # somebody else moves it meanwhile
    from control_msgs.action import FollowJointTrajectory
    from rclpy.action import ActionClient
    from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint
    client = ActionClient(
        user.node, FollowJointTrajectory, 'arm_controller/follow_joint_trajectory')
    user.wait_for(client.server_is_ready, 'the controller')
    point = JointTrajectoryPoint(positions=(begin + 0.05).tolist())
    point.time_from_start.sec = 1
    # the arm shows that the goal was accepted; a client that is new may miss the answer
    client.send_goal_async(FollowJointTrajectory.Goal(
        trajectory=JointTrajectory(joint_names=NAMES, points=[point])))
    user.wait_for(lambda: np.allclose(scene.here(), begin + 0.05), 'that it has moved')
    done, text = scene.command('Execute', first)
    assert not done and text.startswith(f'the robot has moved since plan {first} was made')
    client.destroy()


def box(centre, size):
    """A cube as a mesh."""
    signs = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    faces = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    return centre + signs * size / 2, {'polygons': Cells.of(faces)}


def test_obstacles_of_slicer_are_in_the_way_and_end_the_plan_before(scene):
    slicer, begin = scene.slicer, scene.here()
    end = begin + [0.9 if begin[0] < 0 else -0.9, 0, 0, 0, 0, 0]
    middle = tool((begin + end) / 2)[:3, 3]
    number = scene.plan(tool(end))
    points, cells = box(middle, 40.0)
    slicer.set_model('Obstacle_1', points, **cells)
    scene.status(f'plan {number} is withdrawn: obstacles have changed')
    assert scene.command('Execute', number) == (False, 'no plan is shown')

    def ask():
        """Ask for a plan: what comes of it."""
        before = slicer.nodes['Plan', 'STATUS'].received
        slicer.set_transform('Target', tool(end))
        return slicer.wait_for('Plan', 'STATUS', when=lambda node: (
            node.received > before and (
                node.text.startswith('no plan') or 'points' in node.text
                or node.text.endswith('obstacles have changed')))).text

    # until the scene has taken what is shown
    while not (text := ask()).endswith('PLANNING_FAILED'):
        assert 'has not taken' in text or text.endswith('obstacles have changed'), text
    mrml, connector = sim.Scene(slicer), sim.ConnectorNode(slicer)
    obstacles = slicer_module().Obstacles(mrml, connector, sim.Shape)
    node = mrml.GetFirstNode('Obstacle_1', 'vtkMRMLModelNode')
    connector.RegisterOutgoingMRMLNode(node)
    obstacles.look()
    mrml.RemoveNode(node)  # Slicer tells nobody, but the module does
    obstacles.look()
    while 'points' not in (text := ask()):
        assert 'has not taken' in text or text.endswith(
            ('PLANNING_FAILED', 'obstacles have changed')), text


def test_without_a_robot_nothing_is_planned(run, user, open_slicer):
    bridge = run('profile: moveit\nmoveit: {description: /none}\n', mode='server',
                 host='127.0.0.1', port=0, namespace='/y')
    slicer = open_slicer(bridge.port(user))
    why = '/none has not told yet what the robot is'
    before = slicer.wait_for('Plan', 'STATUS', when=lambda node: node.text == why).received
    slicer.set_transform('Target', np.eye(4))
    slicer.wait_for('Plan', 'STATUS', when=lambda node: (
        node.text == why and node.received > before))
    answer = slicer.command('Execute', '1')
    assert (answer.metadata['Status'], answer.content) == ('FAIL', 'no plan is shown')
