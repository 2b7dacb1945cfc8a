"""Robots with protocols, from the files of config/: bridge, robot and Slicer are processes."""

import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from geometry_msgs.msg import (
    PoseArray,
    PoseStamped,
    TransformStamped,
    TwistStamped,
    WrenchStamped,
)
from harness import STATE, Program, Slicer
from sensor_msgs.msg import JointState
from space import arrived, assert_same, matrix_of, pose_of, rigid
from std_msgs.msg import String as RosString
from tf2_msgs.msg import TFMessage

from igtl_ros2 import serve
from igtl_ros2.codec.messages.arrays import NDArray, Sensor
from igtl_ros2.codec.messages.pose import Transform

CONFIG = Path(__file__).resolve().parent.parent.parent / 'config'
RANDOM = np.random.default_rng(23)


@pytest.fixture(scope='module')
def brp(user, run_for_all):
    """The port of a bridge with config/brp.yaml."""
    words = {'port': 0, 'mapping_file': CONFIG / 'brp.yaml'}
    return run_for_all(namespace='/brp', **words).port(user)


@pytest.fixture
def robot(user, brp):
    """The robot, a process whose services can be called."""
    path = Path(__file__).with_name('phase_robot.py')
    program = Program(sys.executable, path, '/brp/igtl_bridge')
    try:
        user.wait_for(lambda: program.ended or 'ready' in program.output, 'the robot')
        assert not program.ended, program.output
        yield program
    finally:
        if not program.ended:
            program.process.send_signal(signal.SIGINT)
        try:
            program.process.wait(20)
        finally:
            program.kill()


class Navigation:
    """What an operator does in Slicer."""

    def __init__(self, user, slicer):
        self.user, self.slicer, self.number = user, slicer, 0
        # what holds is told to who connects: from here on, each one answers a command
        slicer.wait_for('CURRENT_STATUS')

    def enter(self, word):
        """Ask for a phase, and give the code and the phase of the next CURRENT_STATUS."""
        self.number += 1
        before = self.slicer.received('CURRENT_STATUS', 'STATUS')
        self.slicer.set_text(f'CMD_{self.number}', word)
        assert self.slicer.wait_for(f'ACK_{self.number}', 'STRING').text == word
        now = self.slicer.wait_for('CURRENT_STATUS', when=lambda n: n.received > before)
        return now.code, now.error_name

    def start(self):
        """Start, again until the bridge has found the robot."""

        def is_home():
            before = self.slicer.received('START_UP', 'STATUS')
            self.enter('START_UP')
            done = self.slicer.wait_for('START_UP', 'STATUS', when=lambda n: n.received > before)
            return done.text == 'at home'

        self.user.wait_for(is_home, 'the start')
        status = self.slicer.nodes['CURRENT_STATUS']
        assert (status.code, status.error_name) == (1, 'START_UP')


def test_brp_by_a_script_of_the_simulated_slicer(user, brp, robot, tmp_path):
    with Slicer(f'tcp://127.0.0.1:{brp}') as slicer:
        Navigation(user, slicer).start()
    lines = []
    for number, (word, value, status) in enumerate([
        ('text', 'START_UP', 'START_UP'), ('text', 'CALIBRATION', 'CURRENT_STATUS'),
        ('CLB', [1, 2, 3], 'CALIBRATION'), ('text', 'TARGETING', 'TARGETING'),
        ('TGT', [10, 20, 30], 'TARGET'),
    ], 10):
        if word == 'text':
            lines.append(f'- {{text: CMD_{number}, value: {value}}}')
        else:
            lines.append(f'- {{transform: {word}_{number}, position: {value}}}')
        lines.append(f'- {{wait_for: ACK_{number}}}')
        kind = ', device_type: STATUS'
        lines.append(f'- {{wait_for: {status}{kind}}}')
    lines.append('- {wait_for: TARGET, device_type: TRANSFORM}')
    script = tmp_path / 'steps.yaml'
    script.write_text('\n'.join(lines))
    phases = user.listen('/brp/robot/phase', RosString, STATE)
    targets = user.listen('/brp/robot/target/pose', PoseStamped)
    static = user.listen('/tf_static', TFMessage, STATE)
    slicer = Program(sys.executable, '-m', 'igtl_ros2.sim.slicer', f'tcp://127.0.0.1:{brp}',
                     '--script', script)
    try:
        user.wait_for(lambda: slicer.ended, 'the end of the script')
        assert slicer.process.returncode == 0, slicer.output
    finally:
        slicer.kill()
    user.wait_for(lambda: targets and static and phases[-1].data == 'TARGETING', 'ROS')
    (clb,) = [t for m in static for t in m.transforms if t.child_frame_id == 'ras']
    assert clb.header.frame_id == 'base_link'
    assert clb.transform.translation.y == pytest.approx(0.002)
    assert targets[0].header.frame_id == 'ras'
    assert targets[0].pose.position.z == pytest.approx(0.03)


def test_brp_wrong_order_and_emergency_while_the_robot_moves(user, brp, robot):
    phases = user.listen('/brp/robot/phase', RosString, STATE)
    target = rigid(RANDOM, 100.0)
    with Slicer(f'tcp://127.0.0.1:{brp}') as slicer:
        navigation = Navigation(user, slicer)
        navigation.start()
        assert navigation.enter('MOVE_TO_TARGET') == (13, 'START_UP')
        assert slicer.wait_for('MOVE_TO_TARGET').text.startswith('it cannot follow START_UP')
        assert navigation.enter('CALIBRATION') == (1, 'CALIBRATION')
        assert navigation.enter('TARGETING') == (13, 'CALIBRATION')
        slicer.set_transform('CLB_1', rigid(RANDOM))
        slicer.wait_for('CALIBRATION', 'STATUS', when=lambda n: n.code == 1)
        assert navigation.enter('TARGETING') == (1, 'TARGETING')
        slicer.wait_for('TARGETING', 'STATUS', when=lambda n: n.text == 'ready for a target')
        heard = user.listen('/brp/robot/target/pose', PoseStamped)

        def arrives():
            slicer.set_transform('TGT_1', target)
            return heard and 'has a target' in robot.output

        user.wait_for(arrives, 'the target')
        assert_same(slicer.wait_for('TARGET', 'TRANSFORM').matrix, target)
        assert_same(matrix_of(heard[-1].pose), target)
        assert navigation.enter('MOVE_TO_TARGET') == (1, 'MOVE_TO_TARGET')
        # while the robot moves, its position comes and every other phase is refused
        assert slicer.wait_for('CURRENT_POSITION').matrix[0, 3] == pytest.approx(125.0)
        assert navigation.enter('MANUAL') == (13, 'MOVE_TO_TARGET')
        assert navigation.enter('EMERGENCY') == (1, 'EMERGENCY')
        done = slicer.wait_for('EMERGENCY', 'STATUS')
        assert (done.code, done.text) == (1, 'stands still')
        user.wait_for(lambda: phases[-1].data == 'EMERGENCY', 'the phase')
        assert navigation.enter('TARGETING') == (13, 'EMERGENCY')
        navigation.start()
    # whoever connects later
    with Slicer(f'tcp://127.0.0.1:{brp}') as slicer:
        status = slicer.wait_for('CURRENT_STATUS')
        assert (status.code, status.error_name) == (1, 'START_UP')


def test_smartneedle_yaml(user, run):
    with Slicer('tcp://127.0.0.1:0', serve=True) as slicer:
        run(namespace='/needle_lab', mode='client', port=slicer.address.port,
            mapping_file=CONFIG / 'smartneedle.yaml')
        slicer.wait_connected(20)
        targets = user.listen('/needle_lab/needle/plan/pose', PoseStamped)
        paths = user.listen('/needle_lab/needle/plan/trajectory', PoseArray, STATE)

        def arrives():
            slicer.set_fiducials('PlanningZ', {'ENTRY': (0, 10, 0), 'TARGET': (0, 90, 0)})
            return targets and paths

        user.wait_for(arrives, 'the plan')
        assert targets[0].header.frame_id == 'zFrame'
        # z of the needle goes along the path, from the entry to the target
        found = matrix_of(targets[0].pose)
        np.testing.assert_allclose(found[:3, 2], (0, 1, 0), atol=1e-6)
        np.testing.assert_allclose(found[:3, 3], (0, 90, 0), atol=1e-4)
        assert [p.position.y for p in paths[-1].poses] == pytest.approx([0.01, 0.09])
        shape = PoseArray(poses=[pose_of(rigid(RANDOM)) for _ in range(40)])
        shape.header.frame_id = 'zFrame'
        user.talk('/needle/state/current_shape', PoseArray).publish(shape)
        text = slicer.wait_for('NeedleShapeHeader', 'STRING').text
        stamp, number, count, frame = text.split(';')
        assert (number, count, frame) == ('0', '40', 'zFrame') and len(stamp) == 23
        points = slicer.wait_for('NeedleShapeZ', 'POINT').points
        for point, pose in zip(points, shape.poses):
            np.testing.assert_allclose(point.position, matrix_of(pose)[:3, 3], atol=1e-3)


def test_crtk_yaml(user, run):
    pose, joints = rigid(RANDOM, 200.0), np.array([[1, 1], [0.1, 0.2], [1, 1], [3, 4], [0, 0],
                                                   [0, 0]], float)
    with serve('tcp://127.0.0.1:0') as arm:
        run(namespace='/dvrk', mode='client', port=arm.address.port,
            mapping_file=CONFIG / 'crtk.yaml')
        poses = user.listen('/dvrk/PSM1/measured_cp/pose', PoseStamped)
        states = user.listen('/dvrk/PSM1/measured_js/joint_state', JointState)
        twists = user.listen('/dvrk/PSM1/measured_cv/twist', TwistStamped)
        wrenches = user.listen('/dvrk/PSM1/measured_cf/wrench', WrenchStamped)
        setpoints = user.listen('/dvrk/PSM1/setpoint_cp/transform', TransformStamped)
        user.wait_for(lambda: arm.peers, 'the bridge')

        def all_flows():
            for name in ('measured_cp', 'setpoint_cp'):
                arm.send(Transform(pose, device_name=f'PSM1/{name}'))
            arm.send(NDArray(joints, device_name='PSM1/measured_js'))
            for name in ('measured_cv', 'measured_cf'):
                arm.send(Sensor([1, 2, 3, 4, 5, 6], device_name=f'PSM1/{name}'))
            return poses and states and twists and wrenches and setpoints

        user.wait_for(all_flows, 'all that the arm says')
        assert poses[0].header.frame_id == 'PSM1_base'
        assert_same(matrix_of(poses[0].pose), pose)
        assert_same(matrix_of(setpoints[0].transform), pose)
        assert list(states[0].position) == [0.1, 0.2] and list(states[0].velocity) == [3, 4]
        assert twists[0].twist.angular.z == 6 and wrenches[0].wrench.force.x == 1
        goal = PoseStamped(pose=pose_of(pose))
        servo = user.talk('/dvrk/PSM1/servo_cp', PoseStamped)
        joint_goal = user.talk('/dvrk/PSM1/servo_jp', JointState)
        arrived(arm)
        servo.publish(goal)
        joint_goal.publish(JointState(name=['a', 'b'], position=[0.5, 0.25]))
        sent = []
        user.wait_for(lambda: sent.extend(arrived(arm)) or len(sent) >= 2, 'the goals')
        found = {message.device_name: message for message in sent}
        assert_same(found['PSM1/servo_cp'].matrix, pose)
        assert list(found['PSM1/servo_jp'].values) == [0.5, 0.25]
