"""Outputs are what converters declare: no other topics, no other types, and all of them."""

import json
import re
from pathlib import Path

import pytest
from builtin_interfaces.msg import Time
from sensor_msgs.msg import CompressedImage, Image, LaserScan, PointCloud2

from igtl_ros2 import codec
from igtl_ros2.converters.lazy import LAZY
from igtl_ros2.converters.measured import AS
from igtl_ros2.converters.outputs import (
    EVENT,
    STATE,
    STREAM,
    Output,
    kind_of,
    leaf_folders,
    leaves_in_space,
    outputs_of,
    received_leaves,
    stands_for_whole,
    takes_long,
)
from igtl_ros2.converters.registry import (
    Route,
    convert_to_ros,
    is_large,
    is_sent_by_worker,
    load_converters,
    typed_classes,
)
from igtl_ros2.converters.samples import sample, sampled
from igtl_ros2.mapping import ReceiveRule, SliceView, keys_of

GOLDEN = Path(__file__).parents[1] / 'golden'
ENTRIES = json.loads((GOLDEN / 'manifest.json').read_text())['messages']
USUAL = {lazy: usual.__name__ for usual, lazy in LAZY.items()}
# what the node publishes, or what takes the place of something that is not installed
NOT_MADE = {'~/emergency', '~/peers', 'vertices', 'triangles', 'foxglove'}
assert load_converters() == []
VALUES = {'compressed': 'png', 'slice': SliceView(), 'trajectory': ('ENTRY', 'TARGET')}
#: all that can be asked for
ALL = ReceiveRule(**{
    output.key.name: VALUES.get(output.key.name, True)
    for cls in typed_classes() for output in outputs_of(cls.type_name)
    if output.key is not None and output.key is not AS})


def all_messages():
    for entry in ENTRIES:
        yield codec.decode((GOLDEN / entry['file']).read_bytes()), ALL
    for name in sampled():
        for word in ('', *AS.choices.get(name, ())):
            rule = ALL.but(as_=word)
            yield sample(name, rule, device_name='Dev'), rule


def type_name(ros_type):
    if isinstance(ros_type, str):
        return ros_type.rpartition('/')[2]
    return USUAL.get(ros_type, ros_type.__name__)


def test_what_is_made_is_what_is_declared():
    made = {}
    for message, rule in all_messages():
        route = Route('d', 'ras', 'd', rule)
        result = convert_to_ros(message, route, Time())
        # what is decoded is published as if it had come as IMAGE
        both = ('VIDEO', 'IMAGE') if message.type_name == 'VIDEO' else (message.type_name,)
        declared = [output for name in both for output in outputs_of(name)]
        for leaf, ros_message in result.outputs.items():
            fits = [o for o in declared if re.fullmatch(re.sub('<.*?>', '[^/]+', o.leaf), leaf)]
            assert fits, (message.type_name, leaf)
            types = [kind for o in fits
                     for kind in (o.ros_type if isinstance(o.ros_type, tuple) else (o.ros_type,))]
            assert type_name(type(ros_message)) in map(type_name, types), (type(message), leaf)
            assert all(o.is_asked(rule) for o in fits)
            made.setdefault(type(message), set()).update(o.leaf for o in fits)
    for cls in typed_classes() - {codec.Message}:
        wanted = {output.leaf for output in outputs_of(cls.type_name)} - NOT_MADE
        assert made.get(cls, set()) - NOT_MADE >= wanted, cls


@pytest.mark.parametrize('leaf', ['pose', 'tools', 'sensor', 'array', 'plane', 'foxglove'])
def test_of_streams_each_value_counts(leaf):
    assert kind_of(leaf) is STREAM


def test_one_topic_can_be_two_things_for_two_types():
    # a volume holds until the next one comes
    assert kind_of('array', 'NDARRAY') is STREAM and kind_of('array', 'IMAGE') is STATE


def test_gates_know_the_topics_of_what_is_in_space():
    of_poses, with_points = leaves_in_space()
    assert of_poses >= set('transform pose point tracking tools'.split())
    assert with_points >= of_poses | set('points labels trajectory paths markers cloud'.split())
    assert leaf_folders() >= {'tools', 'labels', 'paths'}


def test_states_hold_and_commands_count_once():
    assert kind_of('text') is kind_of('slice') is kind_of('no/such') is STATE
    assert kind_of('command') is EVENT


@pytest.mark.parametrize(('type_name', 'rule', 'expected'), [
    ('IMAGE', {}, False), ('IMAGE', {'nrrd': True}, True), ('IMAGE', {'array': True}, False),
    ('IMAGE', {'compressed': 'jpeg'}, True), ('IMAGE', {'slice': SliceView()}, True),
    ('VIDEO', {'decode': True}, True), ('VIDEO', {'foxglove': True}, False),
    ('POLYDATA', {'mesh': True}, True), ('POLYDATA', {'cloud': True}, True),
    ('POINT', {'cloud': True}, False), ('TRANSFORM', {'nrrd': True, 'pose': True}, False)])
def test_what_is_made_in_a_worker(type_name, rule, expected):
    assert takes_long(ReceiveRule(**rule), type_name) == expected


@pytest.mark.parametrize(('ros_type', 'wire_type', 'expected'), [
    (Image, '', False), (Image, 'VIDEO', True), (Image, 'COLORT', False),
    (CompressedImage, '', True),
    (PointCloud2, '', True), (PointCloud2, 'POINT', True), (LaserScan, '', False)])
def test_what_is_sent_by_a_worker(ros_type, wire_type, expected):
    assert is_sent_by_worker(ros_type, wire_type) == expected
    assert is_large(ros_type) == (ros_type is not LaserScan)


def test_what_says_all_of_a_message_stands_for_it():
    assert stands_for_whole('TRANSFORM', 'pose') and stands_for_whole('QTRANS', 'point')
    assert stands_for_whole('SENSOR', 'wrench') and stands_for_whole('NDARRAY', 'array/stamped')
    assert not stands_for_whole('IMAGE', 'slice') and not stands_for_whole('NDARRAY', 'image')
    assert not stands_for_whole('TDATA', 'tools/Probe/pose')


def test_topics_that_are_always_there():
    assert received_leaves('IMAGE') == ['image', 'volume', 'geometry']
    assert received_leaves('QTRANS') == ['pose', 'point']
    assert received_leaves('FOREIGN') == ['raw']


def test_every_key_of_an_output_is_for_the_types_that_have_it():
    keys = {key: name for name, key in keys_of(ReceiveRule).items()}
    for cls in typed_classes():
        for output in outputs_of(cls.type_name):
            if output.key is not None:
                assert cls.type_name in output.key.wire_types(), keys[output.key]


def test_one_of_several_words_asks_for_its_output_only():
    output = Output('wrench', object, key=AS)
    assert output.is_asked(ReceiveRule(as_='wrench'))
    assert not output.is_asked(ReceiveRule(as_='imu'))
