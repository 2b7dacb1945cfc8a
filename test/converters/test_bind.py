"""BIND and CAPABILITY."""

import json

import numpy as np
import pytest

from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.query import Capability
from igtl_ros2.codec.messages.text import String
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement

TOOL = Transform(np.eye(4), device_name='Tool')
CHILDREN = (TOOL, String('hello', device_name='Text'))


def test_children_are_handed_on(receive):
    result = receive(Bind(CHILDREN, timestamp=7 << 32))
    assert list(result.outputs) == ['bind']
    assert json.loads(result.outputs['bind'].data) == [
        {'type': 'TRANSFORM', 'device': 'Tool'}, {'type': 'STRING', 'device': 'Text'}
    ]
    tool, text = result.children
    assert (tool.device_name, tool.timestamp) == ('Tool', 7 << 32)
    assert text.text == 'hello'
    assert json.loads(receive(Bind()).outputs['bind'].data) == []


@pytest.mark.parametrize(
    'metadata',
    [{'TransformStatus': 'MISSING'}, {'ToolStatus': 'MISSING'}, {'TransformValid': 'false'}],
)
def test_a_pose_that_the_bundle_says_is_lost_is_not_published(receive, metadata):
    (tool,) = receive(Bind((TOOL,), metadata={'other': 'x', **metadata})).children
    result = receive(tool)
    assert result.outputs == {}
    assert result.state in ('MISSING', 'INVALID')


def test_the_state_reaches_tools_in_a_bundle_in_a_bundle(receive):
    tools = TrackingData((TrackingElement('A', np.eye(4)), TrackingElement('B', np.eye(4))))
    outer = Bind((Bind((tools,)),), metadata={'AStatus': 'MISSING'})
    (inner,) = receive(outer).children
    (child,) = receive(inner, wire=False).children
    assert receive(child, wire=False).info['names'] == ['B']


def test_what_a_peer_can_do_is_a_property_of_the_peer(receive):
    result = receive(Capability(('TRANSFORM', 'MEIN\udce4')))
    assert result.outputs == {}
    assert result.peer == {'types': ['TRANSFORM', 'MEINä']}


def test_of_very_many_types_some_are_told_and_how_many_more(receive):
    types = receive(Capability([f'TYPE{number}' for number in range(1000)])).peer['types']
    assert len(types) == 201 and types[199:] == ['TYPE199', '... and 800 more']
