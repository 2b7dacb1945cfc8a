"""A robot with phases behind a bridge: a scripted Slicer, real sockets, real ROS services."""

from contextlib import contextmanager

import numpy as np
import pytest
from geometry_msgs.msg import PoseArray, PoseStamped, TransformStamped
from harness import Slicer
from rclpy.parameter import Parameter
from ros_user import STATE, mapping, pose, reload, start, wait_for
from std_msgs.msg import String as RosString
from std_srvs.srv import Trigger
from tf2_msgs.msg import TFMessage

from igtl_ros2 import connect, serve
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.query import Query
from igtl_ros2.codec.messages.text import StatusCode, String
from igtl_ros2.rosio.service_answers import serve_later

BRP = """
protocol:
- use: brp
  call: {START_UP: /robot/start, MOVE_TO_TARGET: /robot/move, STOP: /robot/stop}
  transforms:
    CLB: {receive: {tf: static, frames: [base_link, ras]}}
"""
WAY = 'START_UP CALIBRATION CLB TARGETING TGT'


class Robot:
    """Services of a robot; those in `hangs` do not answer before they are told to."""

    def __init__(self, ros, *names):
        self.calls, self.waiting, self.hangs, self.fails = [], {}, set(), set()
        for name in names or ('start', 'move', 'stop'):
            serve_later(ros.node, Trigger, f'/robot/{name}', lambda _, call, name=name: (
                self.calls.append(name),
                self.waiting.update({name: call}) if name in self.hangs
                else call.answer(name not in self.fails, f'{name} said'),
            ))


class Client:
    """Navigation software that notes what it is told, in order, besides CURRENT_POSITION."""

    def __init__(self, peer):
        self.peer, self.said, self.number = peer, [], 0
        self.messages = []

    def send(self, word, matrix=None):
        self.number += 1
        if word in ('CLB', 'TGT'):
            matrix = pose((10, 20, 30)) if matrix is None else matrix
            message = Transform(matrix, device_name=f'{word}_{self.number}')
        else:
            message = String(word, device_name=f'CMD_{self.number}')
        self.peer.send(message)

    def hear(self):
        message = self.peer.receive(20)
        if message.type_name == 'STATUS':
            return message.device_name, StatusCode(message.code).name, message.error_name
        if message.type_name == 'STRING':
            return message.device_name, message.text
        return message.device_name, np.round(message.matrix[:3, 3]).tolist()

    def until(self, device):
        """List what is said until something of this device comes."""
        said = []
        while not said or said[-1][0] != device:
            said.append(self.hear())
        return said

    def go(self, words):
        for word in words.split():
            self.send(word)
            last = {'CALIBRATION': 'CURRENT_STATUS', 'PLANNING': 'CURRENT_STATUS',
                    'CLB': 'CALIBRATION', 'TGT': 'TARGET'}.get(word, word)
            while True:
                heard = self.until(last)[-1]
                if last != 'TARGET' or len(heard) == 2:  # STATUS, then TRANSFORM
                    break
            if len(heard) == 3:
                assert heard[1] == 'OK', heard


@contextmanager
def clinic(ros, tmp_path, text=BRP, robot=True):
    """A bridge with a robot, and a client that has heard that there is no phase yet."""
    made = Robot(ros) if robot else None
    node = ros.bridge(mode='server', port=0, **mapping(tmp_path, text))
    phases = node.link_services['']._phases
    if robot:
        wait_for(lambda: all(s.is_there() for s in phases._services.values()), 'services')
    with connect(str(node.link.address)) as peer:
        client = Client(peer)
        assert client.until('CURRENT_STATUS')[-1] == ('CURRENT_STATUS', 'OK', 'UNDEFINED')
        client.node, client.robot, client.phases = node, made, phases
        yield client


@pytest.fixture
def brp(ros, tmp_path):
    with clinic(ros, tmp_path) as client:
        yield client


def test_the_whole_way_word_for_word(ros, brp):
    phases = ros.listen('/x/robot/phase', RosString, STATE)
    targets = ros.listen('/x/robot/target/pose', PoseStamped)
    static = ros.listen('/tf_static', TFMessage, STATE)
    wait_for(lambda: phases, 'the first phase')
    brp.send('START_UP')
    assert brp.until('START_UP') == [
        ('ACK_1', 'START_UP'), ('CURRENT_STATUS', 'OK', 'START_UP'),
        ('START_UP', 'OK', 'START_UP')]
    brp.send('CALIBRATION')
    assert brp.until('CURRENT_STATUS') == [
        ('ACK_2', 'CALIBRATION'), ('CURRENT_STATUS', 'OK', 'CALIBRATION')]
    brp.send('CLB', pose((1, 2, 3)))
    assert brp.until('CALIBRATION') == [
        ('ACK_3', [1, 2, 3]), ('CALIBRATION', 'OK', 'CALIBRATION')]
    brp.go('TARGETING')
    wait_for(lambda: ros.node.count_publishers('/tf_static'), 'the calibration')
    brp.send('TGT')
    assert [brp.hear() for _ in range(3)] == [
        ('ACK_5', [10, 20, 30]), ('TARGET', 'OK', 'TARGETING'), ('TARGET', [10, 20, 30])]
    brp.send('MOVE_TO_TARGET')
    assert brp.until('MOVE_TO_TARGET')[1:] == [
        ('CURRENT_STATUS', 'OK', 'MOVE_TO_TARGET'), ('MOVE_TO_TARGET', 'OK', 'MOVE_TO_TARGET')]
    assert brp.robot.calls == ['start', 'move']
    wait_for(lambda: phases[-1].data == 'MOVE_TO_TARGET', 'the phase')
    assert [p.data for p in phases] == [
        'UNDEFINED', 'START_UP', 'CALIBRATION', 'TARGETING', 'MOVE_TO_TARGET']
    wait_for(lambda: targets and static, 'target and calibration')
    position = targets[0].pose.position
    assert (position.x, position.y, position.z) == pytest.approx((0.01, 0.02, 0.03))
    (found,) = [t for m in static for t in m.transforms]
    assert (found.header.frame_id, found.child_frame_id) == ('base_link', 'ras')
    assert found.transform.translation.z == pytest.approx(0.003)


def test_the_wrong_order_is_refused_and_moves_nothing(ros, brp):
    targets = ros.listen('/x/robot/target/pose', PoseStamped)
    for word, status in (('PLANNING', 'PLANNING'), ('MOVE_TO_TARGET', 'MOVE_TO_TARGET')):
        brp.send(word)
        said = brp.until(status)
        assert said[0][1] == word
        assert said[1:] == [('CURRENT_STATUS', 'NOT_READY', 'UNDEFINED'),
                            (status, 'NOT_READY', 'UNDEFINED')]
    brp.send('TGT', pose((9, 9, 9)))
    assert brp.until('TARGET')[-1] == ('TARGET', 'NOT_READY', 'UNDEFINED')
    brp.send('JUMP')
    assert brp.until('CURRENT_STATUS')[-1] == (
        'CURRENT_STATUS', 'UNKNOWN_INSTRUCTION', 'UNDEFINED')
    assert brp.robot.calls == []
    brp.go(WAY)
    for matrix in (np.diag([-1.0, 1, 1, 1]), np.diag([1.5, 1, 1, 1]), pose((np.nan, 0, 0))):
        brp.send('TGT', matrix)
        assert ('TARGET', 'CONFIGURATION_ERROR', 'TARGETING') in brp.until('TARGET')
    lost = Transform(pose((9, 9, 9)), device_name='TGT_9', metadata={'TransformStatus': 'MISSING'})
    with connect(str(brp.node.link.address), header_version='2') as other:
        other.send(lost)
    assert ('TARGET', 'CONFIGURATION_ERROR', 'TARGETING') in brp.until('TARGET')
    brp.send('MOVE_TO_TARGET')
    assert brp.until('MOVE_TO_TARGET')[-1][1] == 'NOT_READY'
    wait_for(lambda: targets, 'the target')
    assert {t.pose.position.x for t in targets} == {0.01}
    assert brp.robot.calls == ['start']


def test_an_emergency_is_answered_while_a_service_hangs(ros, brp):
    brp.go(WAY)
    phases = ros.listen('/x/robot/phase', RosString, STATE)
    brp.robot.hangs.add('move')
    brp.send('MOVE_TO_TARGET')
    wait_for(lambda: 'move' in brp.robot.calls, 'the move')
    brp.send('EMERGENCY')
    said = brp.until('EMERGENCY')
    assert said[-2:] == [
        ('CURRENT_STATUS', 'OK', 'EMERGENCY'), ('EMERGENCY', 'OK', 'EMERGENCY')]
    wait_for(lambda: phases and phases[-1].data == 'EMERGENCY', 'the phase')
    assert brp.phases._report.counts['phase pre-empted'] == 1
    brp.robot.waiting['move'].answer(True, 'too late')
    brp.robot.hangs.clear()
    brp.go('START_UP')


def test_other_work_goes_on_while_a_service_hangs(ros, brp):
    brp.robot.hangs.add('start')
    brp.send('START_UP')
    wait_for(lambda: brp.robot.calls, 'the call')
    texts = ros.listen('/x/Words/text', RosString, STATE)
    brp.peer.send(String('all is well', device_name='Words'))
    wait_for(lambda: texts, 'a text')
    brp.send('PLANNING')
    assert brp.until('PLANNING')[-1] == ('PLANNING', 'NOT_READY', 'START_UP')
    brp.robot.waiting['start'].answer(False, 'no air')
    assert brp.until('START_UP')[-1] == ('START_UP', 'NOT_READY', 'START_UP')
    assert brp.hear() == ('CURRENT_STATUS', 'NOT_READY', 'START_UP')


def test_a_robot_that_goes_and_comes_back(ros, tmp_path):
    robot = ros.node.create_service(
        Trigger, '/robot/start', lambda _, response: Trigger.Response(success=True))
    text = 'protocol: [{use: brp, call: {START_UP: /robot/start}}]'
    with clinic(ros, tmp_path, text, robot=False) as brp:
        wait_for(lambda: brp.phases._were_there, 'the robot')
        brp.go('START_UP PLANNING')
        ros.node.destroy_service(robot)
        assert brp.until('CURRENT_STATUS')[-1] == ('CURRENT_STATUS', 'NOT_READY', 'UNDEFINED')
        ros.node.create_service(
            Trigger, '/robot/start', lambda _, response: Trigger.Response(success=True))
        wait_for(lambda: brp.phases._were_there, 'the new robot')
        brp.send('CALIBRATION')
        assert brp.until('CALIBRATION')[-1] == ('CALIBRATION', 'NOT_READY', 'UNDEFINED')
        brp.go('START_UP CALIBRATION')


def test_two_peers_see_the_same_and_each_its_own_acknowledgements(brp):
    brp.go('START_UP')
    with connect(str(brp.node.link.address)) as peer:
        other = Client(peer)
        # who comes later gets the phase
        assert other.until('CURRENT_STATUS')[-1] == ('CURRENT_STATUS', 'OK', 'START_UP')
        other.send('MANUAL')
        assert other.until('MANUAL') == [
            ('ACK_1', 'MANUAL'), ('CURRENT_STATUS', 'OK', 'MANUAL'), ('MANUAL', 'OK', 'MANUAL')]
        assert brp.until('MANUAL') == [
            ('CURRENT_STATUS', 'OK', 'MANUAL'), ('MANUAL', 'OK', 'MANUAL')]
        brp.send('STOP')
        assert other.until('STOP')[0] == ('CURRENT_STATUS', 'OK', 'STOP')
        other.peer.send(Query('GET_STATUS', device_name='CURRENT_STATUS'))
        assert other.hear() == ('CURRENT_STATUS', 'OK', 'STOP')


def test_a_number_too_long_to_acknowledge_keeps_no_stop_back(ros, tmp_path):
    text = BRP.replace('use: brp', 'use: brp\n  ack: ACKNOWLEDG')
    with clinic(ros, tmp_path, text) as brp:
        brp.peer.send(String('STOP', device_name='CMD_0123456789abcdef'))
        assert brp.until('STOP')[-1] == ('STOP', 'OK', 'STOP')
        assert brp.robot.calls == ['stop']
        brp.send('START_UP')
        assert brp.until('START_UP')[0] == ('ACKNOWLEDG_1', 'START_UP')


def test_garbage_as_a_phase_ends_nothing(ros, brp):
    for text in ('', '\n', '\x01' * 60000, 'START_UP;STOP', '\u00e9' * 20000):
        brp.peer.send(String(text, device_name='CMD_1'))
        said = brp.until('CURRENT_STATUS')
        assert said == [('ACK_1', text), ('CURRENT_STATUS', 'UNKNOWN_INSTRUCTION', 'UNDEFINED')]
    for name in ('TGT', 'TGT_', 'CLB_' + 'x' * 16):
        brp.peer.send(Transform(pose((np.nan, 0, 0)), device_name=name))
        assert brp.until('CALIBRATION' if name[0] == 'C' else 'TARGET')[-1][1] == (
            'CONFIGURATION_ERROR')
    brp.go('START_UP')


def test_a_link_has_its_name_before_the_phase_and_a_reload_keeps_phases(ros, tmp_path):
    text = """
links:
- {name: left, port: 0, protocols: [{use: brp, call: {STOP: /robot/stop}}]}
"""
    Robot(ros)
    words = mapping(tmp_path, text)
    node = ros.bridge(**words)
    phases = ros.listen('/x/left/robot/phase', RosString, STATE)
    wait_for(lambda: phases, 'the phase')
    with connect(str(node.links['left'].address)) as peer:
        client = Client(peer)
        client.until('CURRENT_STATUS')
        client.send('START_UP')
        assert client.until('START_UP')[-1] == ('START_UP', 'OK', 'START_UP')
    wait_for(lambda: phases[-1].data == 'START_UP', 'the phase')
    done, said = reload(ros, text.replace('/robot/stop', '/robot/halt'), tmp_path)
    assert not done and "phases of link 'left' is not the same" in said


def test_who_listens_late_gets_no_target_that_holds_no_more(brp):
    brp.go(WAY)
    first = brp.node._receivers['']._first
    if first.is_over:
        pytest.skip('the machine took more than the 5 s in which ROS looks for listeners')
    assert 'robot/target' in first._held, 'it is there for those that ROS has not found yet'
    brp.go('TARGETING')
    wait_for(lambda: 'robot/target' not in first._held, 'the end of the target')


def test_what_numbers_there_are_makes_no_topics(ros, brp):
    phases = ros.listen('/x/CMD/text', RosString, STATE)
    for _ in range(5):
        brp.go('START_UP')
    wait_for(lambda: len(phases) >= 1, 'a text')
    names = {device for _, device in brp.node._receivers[''].devices}
    assert 'CMD' in names and not any(name.startswith('CMD_') for name in names)


def test_an_acknowledgement_that_waited_is_reported(ros, tmp_path):
    text = BRP.replace('use: brp', 'use: brp\n  ack_timeout: 0.000001')
    with clinic(ros, tmp_path, text) as brp:
        brp.go('START_UP')
        assert brp.phases._report.counts['acknowledgement late'] == 1


def test_a_slicer_commands_and_sees_the_phase(ros, tmp_path):
    Robot(ros)
    node = ros.bridge(mode='server', port=0, **mapping(tmp_path, 'profile: slicer' + BRP))
    phases = node.link_services['']._phases
    wait_for(lambda: all(s.is_there() for s in phases._services.values()), 'services')
    current = ros.node.create_publisher(PoseStamped, '/x/robot/current_position', 10)
    with Slicer(str(node.link.address)) as slicer:
        def enters(word, number):
            slicer.set_text(f'CMD_{number}', word)
            assert slicer.wait_for(f'ACK_{number}', 'STRING').text == word
            return slicer.wait_for('CURRENT_STATUS', when=lambda n: n.error_name == word)

        enters('START_UP', 1)
        assert slicer.wait_for('START_UP').code == 1
        assert slicer.nodes['CURRENT_STATUS'].code == 1
        slicer.set_text('CMD_2', 'MOVE_TO_TARGET')
        assert slicer.wait_for('MOVE_TO_TARGET').code == 13
        enters('CALIBRATION', 3)
        slicer.set_transform('CLB_4', pose((1, 2, 3)))
        np.testing.assert_allclose(slicer.wait_for('ACK_4').matrix, pose((1, 2, 3)))
        assert slicer.wait_for('CALIBRATION').code == 1
        message = PoseStamped()
        message.pose.position.x, message.pose.orientation.w = 0.25, 1.0
        wait_for(lambda: current.publish(message) or 'CURRENT_POSITION' in slicer.nodes,
                 'the position')
        assert slicer.nodes['CURRENT_POSITION'].matrix[0, 3] == 250
        enters('EMERGENCY', 5)
        slicer.set_text('CMD_6', 'CALIBRATION')
        slicer.wait_for('CALIBRATION', when=lambda n: n.code == 13)


# -- SmartNeedle


def test_smartneedle_entry_and_target_and_the_shape_back(ros, device, tmp_path):
    text = 'protocol: [{use: smartneedle}]\nreceive: [{device: "*", action: drop}]'
    start(ros, device, **mapping(tmp_path, text), discover_period=0.1)
    target = ros.listen('/x/needle/plan/pose', PoseStamped)
    path = ros.listen('/x/needle/plan/trajectory', PoseArray, STATE)
    wait_for(lambda: device.peers, 'the bridge')

    def arrives():
        device.send(PointList((Point('TARGET', (0, 0, 100)), Point('ENTRY', (0, 0, 20))),
                              device_name='PlanningZ'))
        return target and path

    wait_for(arrives, 'the plan')
    assert target[0].pose.position.z == pytest.approx(0.1)
    assert [p.position.z for p in path[-1].poses] == pytest.approx([0.02, 0.1])
    shape = PoseArray()
    shape.header.frame_id = 'zFrame'
    shape.header.stamp.sec, shape.header.stamp.nanosec = 86400, 250_000_000
    for z in range(30):
        shape.poses.append(PoseStamped().pose)
        shape.poses[-1].position.z = z / 1000
    ros.talk('/needle/state/current_shape', PoseArray).publish(shape)
    points = device.receive(20)[1]
    assert (points.type_name, points.device_name) == ('POINT', 'NeedleShapeZ')
    assert [p.position[2] for p in points.elements] == pytest.approx(list(range(30)))
    header = device.receive(20)[1]
    assert (header.device_name, header.text) == (
        'NeedleShapeHeader', '1970-01-02 00:00:00.250;0;30;zFrame')


# -- PLUS


def test_plus_commands_have_fields_and_the_legacy_form(ros, tmp_path):
    seen = []

    def answer(peer, message):
        if message.type_name == 'STRING':
            seen.append(message)
            name, ok = message.device_name.replace('CMD_', 'ACK_'), 'Start' in message.text
            status = 'SUCCESS' if ok else 'FAIL'
            peer.send(String(f'<CommandReply Status="{status}" Message="&lt;done"/>',
                             device_name=name))

    text = 'protocol: [{use: plus, legacy: true}]\n' \
           'commands: [{name: version, command: Mine, timeout: 0.1}]'
    with serve('tcp://127.0.0.1:0', on_message=answer) as server:
        node = start(ros, server, **mapping(tmp_path, text))
        node.set_parameters([
            Parameter('command.start_recording.device', value=''),
            Parameter('command.start_recording.file', value='a"b.mha'),
            Parameter('command.save_config.file', value='c.xml'),
        ])

        def call(name):
            client = ros.node.create_client(Trigger, name)
            wait_for(client.service_is_ready, name)
            future = client.call_async(Trigger.Request())
            wait_for(future.done, name)
            return future.result().success, future.result().message

        assert call('/x/command/start_recording') == (True, '<done')
        assert seen[0].text == ('<Command Name="StartRecording" CaptureDeviceId="" '
                                'OutputFilename="a&quot;b.mha"/>')
        assert call('/x/command/save_config') == (False, '<done')
        assert seen[0].device_name != seen[1].device_name
        # a command of the file takes the place of one of the table
        success, why = call('/x/command/version')
        assert not success and why == 'no answer to COMMAND Mine within 0.1 s'


BOX = 'workspace: {min: [-0.2, -0.2, -0.2], max: [0.2, 0.2, 0.2]}'


@pytest.mark.parametrize('text', [
    f'{BRP}    TGT: {{receive: {{name: robot/target, pose: true, {BOX}}}}}',
    f'{BRP}receive: [{{device: "TGT*", name: robot/target, pose: true, {BOX}}}]',
])
def test_a_target_outside_of_the_workspace_is_refused_and_nothing_moves(ros, tmp_path, text):
    targets = ros.listen('/x/robot/target/pose', PoseStamped)
    with clinic(ros, tmp_path, text) as client:
        client.go(WAY)
        client.send('TGT', pose((5000, 0, 0)))
        assert ('TARGET', 'CONFIGURATION_ERROR', 'TARGETING') in client.until('TARGET')
        client.send('MOVE_TO_TARGET')
        assert client.until('MOVE_TO_TARGET')[-1][1] == 'NOT_READY'
        wait_for(lambda: targets, 'the target inside')
        assert {t.pose.position.x for t in targets} == {0.01}
        assert client.robot.calls == ['start']


def test_no_way_leads_around_the_phases(ros, brp):
    targets = ros.listen('/x/robot/target/pose', PoseStamped)
    static = ros.listen('/tf_static', TFMessage, STATE)
    ends = ros.listen('/x/End/text', RosString, STATE)
    far = pose((9000, 9000, 9000))
    children = tuple(Transform(far, device_name=name) for name in ('TGT', 'CLB'))
    named = [Transform(far, device_name=name, metadata={'IGTL_DEVICE_NAME': whole})
             for name, whole in (('TG', 'TGT'), ('', 'CLB'), ('TGT', 'TGT_7'))]
    with connect(str(brp.node.link.address), header_version='2') as other:
        for message in (Bind(children, device_name='Bundle'), Bind((Bind(children),)), *named,
                        String('all', device_name='End')):
            other.send(message)
        wait_for(lambda: ends, 'the end')
        assert not targets and not static
    assert brp.phases._report.withheld['TRANSFORM TGT: phase'] == 2
    assert ('TARGET', 'NOT_READY', 'UNDEFINED') in brp.until('TARGET')
    brp.go(WAY)
    wait_for(lambda: targets, 'the target')
    assert {t.pose.position.x for t in targets} == {0.01}


@pytest.mark.parametrize('rules', [
    '{device: TGT, type: TRANSFORM, name: robot/target, pose: true, peer: 127.0.0.9}',
    '{device: TGT, type: TRANSFORM, name: robot/target, pose: true, on_conflict: first}',
    '{device: TGT, type: TRANSFORM, name: robot/target, pose: true, on_conflict: number}',
    '{device: TGT, type: TRANSFORM, name: robot/target, pose: true, '
    'workspace: {min: [-1, -1, -1], max: [1, 1, 1]}}',
])
def test_a_target_that_is_not_published_is_not_accepted(ros, tmp_path, rules):
    with clinic(ros, tmp_path, f'{BRP}receive: [{rules}]\n') as brp:
        targets = ros.listen('/x/robot/target/pose', PoseStamped)
        brp.go('START_UP CALIBRATION CLB TARGETING')
        if 'peer:' not in rules:
            brp.go('TGT')
        with connect(str(brp.node.link.address)) as peer:
            other = Client(peer)
            other.until('CURRENT_STATUS')
            other.send('TGT', pose((90, 0, 0)))
            assert ('TARGET', 'CONFIGURATION_ERROR', 'TARGETING') in other.until('TARGET')
            other.send('MOVE_TO_TARGET')
            assert other.until('MOVE_TO_TARGET')[-1][1] == 'NOT_READY'
        assert {t.pose.position.x for t in targets} <= {0.01}
        assert 'move' not in brp.robot.calls


def test_what_shares_a_topic_with_a_target_takes_no_short_way_onto_it(ros, tmp_path):
    text = BRP + 'receive: [{device: X, type: TRANSFORM, name: robot/target}, {device: "*"}]\n'
    with clinic(ros, tmp_path, text) as brp:
        brp.go(WAY)
        targets = ros.listen('/x/robot/target/transform', TransformStamped)
        ends = ros.listen('/x/End/text', RosString, STATE)
        for _ in range(20):
            brp.peer.send(Transform(pose((9000, 0, 0)), device_name='X'))
        brp.peer.send(String('all', device_name='End'))
        wait_for(lambda: ends, 'the end')
        assert {round(t.transform.translation.x, 3) for t in targets} <= {0.01}
        assert brp.phases._report.withheld['TRANSFORM X: type'] == 20


def test_a_target_is_looked_at_by_the_rules_after_a_reload(ros, tmp_path):
    rule = ('receive: [{device: TGT, type: TRANSFORM, name: robot/target, pose: true, '
            'workspace: {min: [-1, -1, -1], max: [1, 1, 1]}}]\n')
    with clinic(ros, tmp_path, BRP + rule) as brp:
        brp.go(WAY)
        assert reload(ros, BRP + rule.replace('[1, 1, 1]', '[1, 1, 0.02]'), tmp_path)[0]
        # what the old rules let through does not hold any more
        assert ('TARGET', 'NOT_READY', 'TARGETING') in brp.until('TARGET')
        brp.send('TGT')
        assert ('TARGET', 'CONFIGURATION_ERROR', 'TARGETING') in brp.until('TARGET')
