"""The module for Slicer, a simulated Slicer and a bridge: a robot, a target, a gate, a stop."""

import sys
import time

import numpy as np
import pytest
from geometry_msgs.msg import PoseStamped
from harness import STATE
from space import matrix_of, rigid, transform_of
from std_msgs.msg import Bool
from std_msgs.msg import String as RosString
from std_srvs.srv import SetBool
from tf2_msgs.msg import TFMessage

from igtl_ros2.sim import scene as sim
from igtl_ros2.sim.module import slicer_module

pytest.importorskip('trimesh', reason='trimesh is not installed: robots have no shapes')

module = slicer_module()
orders = sys.modules['IgtlRos2Lib.orders']
RANDOM = np.random.default_rng(30)
LINKS = [f'link_{n:02}_of_a_long_chain' for n in range(30)]
MAPPING = """
profile: slicer
defaults: {frame: ras, stamp: receive}
receive:
  - {device: "", type: STATUS, action: drop}
  - device: Target
    type: TRANSFORM
    pose: true
    answer: true
    workspace: {min: [-0.2, -0.2, 0.0], max: [0.2, 0.2, 0.3]}
  - {device: "*"}
send:
  - {robot: {description: /chain/robot_description, rate: 60}, device: Robot}
serve:
  - {command: Record, call: /chain/record, type: set_bool}
"""


def urdf():
    """Make a chain of 30 links of which each has a colour and a size of its own."""
    links = ''.join(
        f'<link name="{name}"><visual><geometry><box size="0.01 0.02 {0.01 + n / 1000}"/>'
        f'</geometry><material name="m{n}"><color rgba="{n / 30} 0.5 0.2 1"/></material>'
        '</visual></link>' for n, name in enumerate(LINKS))
    joints = ''.join(
        f'<joint name="j{n}" type="floating"><parent link="{LINKS[n]}"/>'
        f'<child link="{LINKS[n + 1]}"/></joint>' for n in range(len(LINKS) - 1))
    return f'<robot name="chain">{links}{joints}</robot>'


class Desk:
    """A bridge, a Slicer with the module, and a robot of 30 links that moves."""

    def __init__(self, user, port, slicer):
        self.user, self.slicer = user, slicer
        self.scene, self.connector = sim.Scene(slicer), sim.ConnectorNode(slicer)
        self.panel = module.TargetPanel(self.scene, self.connector, sim.Matrix)
        self.stop = module.Stop(self.scene, self.connector)
        self._tf = user.talk('/tf', TFMessage)

    def move(self):
        """Publish where all links are now; gives where each is in the root, in mm."""
        stamp_ns = time.time_ns()
        steps = {name: rigid(RANDOM, 100.0) for name in LINKS[1:]}
        self._tf.publish(TFMessage(transforms=[
            transform_of(steps[child], parent, child, stamp_ns)
            for parent, child in zip(LINKS, LINKS[1:])]))
        places, place = {LINKS[0]: np.eye(4)}, np.eye(4)
        for name, step in steps.items():
            places[name] = place = place @ step
        return places

    def answer(self, pose):
        """Send a target and wait for what becomes of it, for as long as tests wait for things."""
        self.panel.send(pose.tolist(), 0.0)
        return self.user.wait_for(
            lambda: (v := self.panel.answer(0.0)).state != 'waiting' and v, 'the answer')


@pytest.fixture(scope='module')
def port(user, run_for_all):
    return run_for_all(MAPPING, namespace='/chain', port=0).port(user)


@pytest.fixture
def desk(user, port, open_slicer):
    return Desk(user, port, open_slicer(port))


def test_thirty_links_assemble_themselves_and_stand_where_the_robot_is(user, desk):
    description = user.talk('/chain/robot_description', RosString, STATE)
    description.publish(RosString(data=urdf()))
    places = {}

    def whole():
        places.update(desk.move())
        found = module.assemble(desk.scene)
        return found and found[0].is_whole and found[0]

    robot = user.wait_for(whole, 'the robot')
    assert [link['link'] for link in robot.links] == LINKS
    assert [link['parent'] for link in robot.links] == ['', *LINKS[:-1]]
    last = robot.links[-1]['transform']
    assert all(len(link[key]) <= 20 for link in robot.links for key in ('transform', 'model'))

    def agrees():
        return np.allclose(desk.slicer.nodes[last].matrix, places[LINKS[-1]], atol=0.01)

    user.wait_for(agrees, 'the last pose')
    kinds = 'vtkMRMLModelNode', 'vtkMRMLLinearTransformNode'
    models, transforms = (
        {n.GetName(): n for n in sys.modules['IgtlRos2Lib.mrml'].nodes(desk.scene, kind)}
        for kind in kinds)
    for n, link in enumerate(robot.links):
        model, matrix = models[link['model']], sim.Matrix()
        parent = model.GetParentTransformNode()
        assert parent is transforms[link['transform']]
        parent.GetMatrixTransformToWorld(matrix)
        np.testing.assert_allclose(matrix.values, places[link['link']], rtol=1e-5, atol=0.01)
        mesh = model.GetPolyData().mesh
        np.testing.assert_allclose(np.ptp(mesh.points, axis=0), (10, 20, 10 + n), rtol=1e-6)
        colour = next(a for a in mesh.attributes if a.name == 'RGBA').values
        np.testing.assert_allclose(colour, np.tile((n / 30, 0.5, 0.2, 1), (8, 1)), atol=1 / 255)


def test_a_target_is_accepted_and_is_what_ros_has(user, desk):
    heard = user.listen('/chain/Target/pose', PoseStamped)
    for x_mm in (50, -120, 60):
        goal = np.eye(4)
        goal[:3, 3] = x_mm, 10, 100
        verdict = desk.answer(goal)
        assert verdict.state == 'accepted', verdict
        user.wait_for(lambda goal=goal: heard and np.allclose(
            matrix_of(heard[-1].pose), goal, atol=1e-3), 'the goal')


def test_a_gate_refuses_with_its_reason_and_ros_gets_nothing(user, desk):
    heard = user.listen('/chain/Target/pose', PoseStamped)
    goal = np.eye(4)
    goal[:3, 3] = 0, 0, 1000
    verdict = desk.answer(goal)
    assert verdict.state == 'refused'
    assert 'workspace: not published: (0, 0, 1) m is outside of' in verdict.text
    goal[2, 3] = 100
    assert desk.answer(goal).state == 'accepted'
    user.wait_for(lambda: heard, 'the goal')
    # once more for who was found late, but never the one that was refused
    assert {pose.pose.position.z for pose in heard} == {0.1}

    def is_good():  # the gate tells that by a message of its own
        lines = module.state(desk.scene, desk.connector, module.Watch(), [], 0.0)
        return ('gate', 'good') in [(line.about, line.level) for line in lines]

    user.wait_for(is_good, 'what the gate tells')


def test_stop_reaches_the_robot_and_is_over_when_the_user_says_so(user, desk):
    told = user.listen('/chain/igtl_bridge/emergency', Bool, STATE)
    desk.stop.press()
    user.wait_for(lambda: told and told[-1].data, 'the emergency')
    desk.stop.release()
    user.wait_for(lambda: not told[-1].data, 'its end')


def test_recording_is_switched_by_a_command_whose_failure_is_told(user, desk):
    asked, outcomes = [], [(True, 'recording'), (False, 'the disk is full')]

    def record(request, response):
        response.success, response.message = outcomes[len(asked)]
        asked.append(request.data)
        return response

    user.serve(SetBool, '/chain/record', record, '/chain/igtl_bridge')
    for command, wanted in zip((orders.RECORD, orders.END_RECORD), outcomes):
        order = module.send_command(desk.connector, command, sim.Command)
        answer = user.wait_for(lambda order=order: module.answer_of(order), 'the answer')
        assert (answer.is_success, answer.text) == wanted
    assert asked == [True, False]
