"""Rules tried with samples: what comes out of sound ones, and why others fail."""

from importlib import import_module

import pytest
from geometry_msgs.msg import PoseArray, PoseStamped, TransformStamped, WrenchStamped
from sensor_msgs.msg import Image as RosImage
from sensor_msgs.msg import JointState
from std_msgs.msg import String as RosString

from igtl_ros2 import codec
from igtl_ros2.codec import libraries
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.converters import loopback, registry
from igtl_ros2.converters.loopback import try_received, try_sent
from igtl_ros2.converters.measured import AS
from igtl_ros2.converters.outputs import received_leaves
from igtl_ros2.converters.samples import sample, sampled
from igtl_ros2.errors import ConversionError
from igtl_ros2.mapping import (
    ReceiveRule,
    RobotSource,
    SendRule,
    SliceView,
    TfFrame,
    load_links,
    mapping_schema,
)

assert registry.load_converters() == []
SENT_TYPES = mapping_schema()['definitions']['send_rule']['properties']['type']['enum']


def test_there_is_a_sample_of_each_type_that_becomes_a_topic():
    found = {codec.registered()[name] for name in sampled()}
    assert found == registry.typed_classes() - {codec.Message}


@pytest.mark.parametrize('name', [*sampled(), 'QTRANS', 'TRAJECTORY', 'FOREIGN'])
def test_every_type_arrives(name):
    outputs = try_received(ReceiveRule(type=name)).outputs
    assert set(outputs) >= {
        leaf for leaf in received_leaves(name) if leaf[0] != '~'
    } - {'volume', 'point', 'vertices', 'triangles', 'emergency'}


def test_a_type_without_a_sample_is_not_tried():
    assert try_received(ReceiveRule(type='RTS_COMMAND')) is None


@pytest.mark.parametrize(('name', 'word'), [
    (name, word) for name, words in AS.choices.items() for word in words])
def test_numbers_arrive_as_what_they_are_said_to_be(name, word):
    assert word in try_received(ReceiveRule(type=name, as_=word)).outputs


@pytest.mark.parametrize(('name', 'rule', 'leaves'), [
    ('IMAGE', {'plane': True, 'compressed': 'png', 'slice': SliceView(), 'cloud': True,
               'nrrd': True, 'array': True},
     {'plane', 'compressed', 'slice', 'cloud', 'nrrd', 'array'}),
    ('VIDEO', {'decode': True, 'plane': True}, {'image', 'plane'}),
    ('VIDEO', {'decode': True, 'cloud': True}, {'cloud'}),
    ('POINT', {'trajectory': ('E', 'T'), 'pose': True, 'split': True},
     {'trajectory', 'pose', 'labels/E'}),
    ('SENSOR', {'as_': 'joint_state', 'joint_names': ('a', 'b')}, {'joint_state'}),
    ('POLYDATA', {'to_frame': 'base', 'mesh': True}, {'mesh'}),
])
def test_what_a_rule_asks_for_comes_out(name, rule, leaves):
    assert set(try_received(ReceiveRule(type=name, **rule)).outputs) >= leaves


@pytest.mark.parametrize(('device', 'rule', 'frames'), [
    ('ProbeToTracker', {}, ('left/Tracker', 'left/Probe')),
    ('[AB]?To*', {'tf': 'auto'}, ('left/X', 'left/AX')),
    ('*', {'frame': 'table'}, ('table', 'left/X')),
    ('Probe', {'to_frame': 'base'}, ('base', 'left/Probe')),
])
def test_the_frames_are_those_of_the_rule(device, rule, frames):
    result = try_received(ReceiveRule(device, 'TRANSFORM', **rule), 'left/')
    made = result.outputs['transform']
    assert (made.header.frame_id, made.child_frame_id) == frames
    assert len(result.transforms) == (rule.get('tf') == 'auto')


def test_what_a_rule_asks_for_in_vain_is_told(monkeypatch):
    with pytest.raises(ConversionError, match='wrench cannot be moved into base'):
        try_received(ReceiveRule(type='SENSOR', as_='wrench', to_frame='base'))

    def without_pillow(name):
        if name.startswith('PIL'):
            raise ModuleNotFoundError(name)
        return import_module(name)

    monkeypatch.setattr(libraries, 'import_module', without_pillow)
    with pytest.raises(ConversionError, match='pillow, which is not installed'):
        try_received(ReceiveRule(type='IMAGE', compressed='png'))


@pytest.mark.parametrize('name', SENT_TYPES)
def test_every_type_is_sent(name):
    (made,) = try_sent(SendRule('Device', 'topic', type=name), 'plain')
    assert (made.type_name, made.device_name) == (name, 'Device')


@pytest.mark.parametrize(('ros_type', 'wire_type'), [
    (ros_type, wire_type) for ros_type, wire_type, *_ in registry.sent() if wire_type != 'raw'])
def test_every_ros_type_is_sent(ros_type, wire_type):
    made = try_sent(SendRule('Device', 'topic', type=wire_type), 'plain', ros_type)
    assert {part.type_name for part in made} >= ({wire_type} if wire_type else set())


@pytest.mark.parametrize(('rule', 'ros_type', 'types'), [
    ({'type': 'SENSOR', 'field': 'velocity', 'unit': 'mm*s^-1'}, JointState, ['SENSOR']),
    ({'field': 'torque', 'unit': 'mN*m'}, WrenchStamped, ['SENSOR']),
    ({'type': 'IMAGE', 'dims': (512, 512, 200), 'to_frame': 'ras'}, RosImage, ['IMAGE']),
    ({'type': 'VIDEO', 'codec': 'mjpeg'}, RosImage, ['VIDEO']),
    ({'type': 'POINT', 'header': 'Header', 'to_frame': 'ras'}, None, ['POINT', 'STRING']),
])
def test_rules_with_more_to_say(rule, ros_type, types):
    made = try_sent(SendRule('Device', 'topic', **rule), 'plain', ros_type)
    assert [part.type_name for part in made] == types


@pytest.mark.parametrize('wire_type, ros_type', [
    ('TDATA', PoseArray), ('TRANSFORM', TransformStamped), ('TRANSFORM', PoseStamped)])
def test_what_a_sample_becomes_is_tried_before_an_empty_message(wire_type, ros_type):
    message, info = next(loopback._ros_samples(wire_type, ros_type))
    assert message != ros_type()
    if wire_type == 'TDATA':
        assert len(info['names']) == len(message.poses) > 0


def test_frames_and_robots_are_sent():
    (pose,) = try_sent(SendRule('A', tf_source='a', tf_target='b', wire_unit='m'), 'plain')
    assert isinstance(pose, Transform) and pose.metadata['ros_frame_id'] == 'b'
    (tools,) = try_sent(SendRule('A', tf_list=(TfFrame('a', 'b', 'first'),)), 'plain')
    assert [element.name for element in tools.elements] == ['first']
    (found,) = try_sent(SendRule('A', tf_source='a_*', tf_target='b'), 'plain')
    assert found.type_name == 'TDATA'
    for name, types in (('', ['POLYDATA', 'TDATA']), ('TRANSFORM', ['POLYDATA', 'TRANSFORM'])):
        robot = SendRule('A', type=name, robot=RobotSource('/robot_description'))
        assert [made.type_name for made in try_sent(robot, 'plain')] == types


@pytest.mark.parametrize(('rule', 'ros_type', 'why'), [
    ({'type': 'IMAGE'}, RosString, 'String cannot be sent as IMAGE; possible: '),
    ({'type': 'SENSOR', 'field': 'force'}, JointState, "field 'force' of the mapping"),
    ({'type': 'STRING', 'to_frame': 'ras'}, None, 'STRING has no place in space'),
])
def test_why_a_rule_sends_nothing(rule, ros_type, why):
    with pytest.raises(ConversionError, match=why):
        try_sent(SendRule('Device', 'topic', **rule), 'plain', ros_type)


def test_slicer_gets_what_it_shows():
    (made,) = try_sent(SendRule('Device', 'topic'), 'slicer', JointState)
    assert made.type_name == 'STRING'


def test_samples_have_the_labels_that_are_asked_for():
    points = sample('POINT', ReceiveRule(trajectory=('A', 'B')))
    assert [point.name for point in points.elements] == ['A', 'B']
    ours = loopback._ALL.trajectory
    assert [point.name for point in sample('POINT', ReceiveRule()).elements] == list(ours)


CONFIG = loopback.__file__.rpartition('/igtl_ros2/')[0] + '/config'
FILES = ('brp', 'camera', 'crtk', 'demo', 'links', 'plus', 'robot', 'safe_target', 'slicer',
         'smartneedle', 'tracker')


@pytest.mark.parametrize('file', FILES)
def test_all_rules_of_the_files_that_come_along_work(file):
    for config in load_links({'mapping_file': f'{CONFIG}/{file}.yaml'}):
        for rule in config.mapping.receive:
            if rule.type != '*' and rule.action == 'publish':
                assert try_received(rule).outputs
        for rule in config.mapping.send:
            if rule.type or not rule.topic:
                assert try_sent(rule, config.mapping.profile)
