"""TDATA and QTDATA, both ways."""

import math

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Pose, PoseArray, Quaternion
from std_msgs.msg import Header

from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.config import ros_name
from igtl_ros2.errors import ConversionError, EncodeError

S = math.sqrt(0.5)


def at(x, y, z, linear=None):
    """Make a matrix."""
    matrix = np.eye(4)
    matrix[:3, 3] = x, y, z
    if linear is not None:
        matrix[:3, :3] = linear
    return matrix


QUARTER = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]
TOOLS = TrackingData(
    (
        TrackingElement('Probe', at(100, 0, 0, QUARTER), 2),
        TrackingElement('Needle', at(0, -50, 0), 4),
    )
)


def test_tools_by_hand(receive, stamp):
    result = receive(TOOLS)
    assert list(result.outputs) == ['tracking']
    tracking = result.outputs['tracking']
    assert tracking.header == Header(stamp=stamp, frame_id='ras')
    probe, needle = tracking.poses
    assert probe.position == Point(x=0.1, y=0.0, z=0.0)
    q = probe.orientation
    np.testing.assert_allclose([q.x, q.y, q.z, q.w], (0, 0, S, S), atol=1e-12)
    assert needle == Pose(position=Point(x=0.0, y=-0.05, z=0.0))
    assert result.info == {
        'names': ['Probe', 'Needle'],
        'types': [2, 4],
        'withheld': {},
        'position_only': [],
    }
    assert (result.state, result.errors, result.transforms) == ('OK', [], [])


def test_no_tools(receive):
    result = receive(TrackingData(()))
    assert result.outputs['tracking'].poses == []
    assert result.info['names'] == []


def test_units_and_axes(receive):
    poses = receive(TOOLS, wire_unit='m').outputs['tracking'].poses
    assert poses[0].position.x == 100
    poses = receive(TOOLS, wire_axes='lps').outputs['tracking'].poses
    assert (poses[0].position.x, poses[1].position.y) == (-0.1, 0.05)


def test_lost_tools_are_withheld(receive):
    message = TrackingData(
        TOOLS.elements, metadata={'ProbeStatus': 'OUT_OF_VIEW', 'NeedleStatus': 'OK'}
    )
    result = receive(message, tf='dynamic')
    assert result.info['names'] == ['Needle']
    assert result.info['types'] == [4]
    assert result.info['withheld'] == {'Probe': 'OUT_OF_VIEW'}
    assert len(result.outputs['tracking'].poses) == 1
    assert [t.child_frame_id for t in result.transforms] == ['Needle']
    assert result.state == 'Probe: OUT_OF_VIEW'
    anyway = receive(message, publish_invalid=True)
    assert anyway.info['names'] == ['Probe', 'Needle']


@pytest.mark.parametrize('metadata', [{'TransformValid': '0'}, {'TransformStatus': 'MISSING'}])
def test_a_state_of_the_whole_message_holds_for_every_tool(receive, metadata):
    result = receive(TrackingData(TOOLS.elements, metadata=metadata))
    assert result.outputs['tracking'].poses == []
    assert set(result.info['withheld']) == {'Probe', 'Needle'}


def test_one_bad_matrix_does_not_harm_the_others(receive):
    result = receive(
        TrackingData(
            (
                TrackingElement('nan', at(math.nan, 0, 0)),
                TrackingElement('mirror', at(0, 0, 0, np.diag([1, 1, -1]))),
                TrackingElement('zero', at(0, 0, 0, np.zeros((3, 3)))),
                TrackingElement('scaled', at(0, 0, 0, 2 * np.eye(3))),
                TrackingElement('good', at(1, 2, 3)),
            )
        ),
        tf='dynamic',
    )
    assert result.info['names'] == ['scaled', 'good']
    assert set(result.info['withheld']) == {'nan', 'mirror', 'zero'}
    assert set(result.info['matrices']) == {'nan', 'mirror', 'zero', 'scaled'}
    assert result.info['matrices']['nan'][0][3] == 'nan'
    assert len(result.errors) == 4
    assert len(result.transforms) == 2


def test_a_tip_has_no_rotation_whatever_its_matrix_says(receive):
    result = receive(
        TrackingData(
            (
                TrackingElement('tip', at(10, 20, 30, np.zeros((3, 3))), 3),
                TrackingElement('other', at(10, 20, 30, QUARTER), 3),
            )
        ),
        tf='dynamic',
    )
    tip = Pose(position=Point(x=0.01, y=0.02, z=0.03))
    assert result.outputs['tracking'].poses == [tip, tip]
    assert result.info['position_only'] == ['tip', 'other']
    assert result.transforms == []
    assert result.notes == ['tools without an orientation are not broadcast on tf']
    assert (result.errors, result.transforms) == ([], [])


def test_frames_of_tools(receive):
    """A tool called XToY is in Y; a tool of another name is in the frame of the device."""
    message = TrackingData(
        tuple(TrackingElement(name, np.eye(4)) for name in ('ProbeToTracker', 'Needle', ''))
    )
    result = receive(message, prefix='or1/', frame_id='or1/Ref', tf='dynamic')
    assert [(t.header.frame_id, t.child_frame_id) for t in result.transforms] == [
        ('or1/Tracker', 'or1/Probe'),
        ('or1/Ref', 'or1/Needle'),
        ('or1/Ref', 'or1/device-3'),
    ]
    assert result.outputs['tracking'].header.frame_id == 'or1/Ref'
    assert result.info['frames'] == ['or1/Tracker', 'or1/Ref', 'or1/Ref']


def test_tools_that_share_a_frame_are_in_that_frame(receive):
    message = TrackingData(
        tuple(TrackingElement(name, np.eye(4)) for name in ('AToTracker', 'BToTracker'))
    )
    result = receive(message)
    assert result.outputs['tracking'].header.frame_id == 'Tracker'
    assert 'frames' not in result.info


def test_a_frame_of_the_mapping_wins_over_names(receive):
    message = TrackingData((TrackingElement('AToTracker', np.eye(4)),))
    result = receive(message, frame_id='world', frame='world', tf='dynamic')
    assert result.outputs['tracking'].header.frame_id == 'world'
    assert result.transforms[0].header.frame_id == 'world'
    assert result.transforms[0].child_frame_id == 'A'


def test_names_that_are_not_utf8(receive):
    result = receive(TrackingData((TrackingElement('n\udce4del', np.eye(4)),)), tf='dynamic')
    assert result.info['names'] == ['nädel']
    assert result.transforms[0].child_frame_id == 'nädel'


def test_split_gives_each_tool_a_topic(receive, stamp):
    message = TrackingData(
        (
            TrackingElement('ProbeToTracker', at(100, 0, 0, QUARTER), 2),
            TrackingElement('Needle 1', at(0, -50, 0), 4),
            TrackingElement('Tip', at(1, 2, 3, np.zeros((3, 3))), 3),
        )
    )
    result = receive(message, split=True)
    assert list(result.outputs) == [
        'tools/ProbeToTracker/pose', f'tools/{ros_name("Needle 1")}/pose', 'tools/Tip/point',
        'tracking',
    ]
    probe = result.outputs['tools/ProbeToTracker/pose']
    assert probe.header == Header(stamp=stamp, frame_id='Tracker')
    assert probe.pose == result.outputs['tracking'].poses[0]
    assert result.outputs[f'tools/{ros_name("Needle 1")}/pose'].header.frame_id == 'ras'
    # a tip has no rotation, so none is made up
    tip = result.outputs['tools/Tip/point']
    assert tip.point == Point(x=0.001, y=0.002, z=0.003)
    assert result.info['topics'] == {'Needle 1': f'tools/{ros_name("Needle 1")}'}


@pytest.mark.parametrize('make', ['TDATA', 'QTDATA'])
def test_a_lost_tool_is_published_nowhere(receive, make):
    if make == 'TDATA':
        tools = TrackingData(TOOLS.elements, metadata={'ProbeStatus': 'MISSING'})
    else:
        tools = QuaternionTrackingData(
            tuple(QuaternionElement(e.name, (1, 2, 3)) for e in TOOLS.elements),
            metadata={'ProbeStatus': 'MISSING'},
        )
    result = receive(tools, split=True, tf='dynamic')
    assert list(result.outputs) == ['tools/Needle/pose', 'tracking']
    assert [t.child_frame_id for t in result.transforms] == ['Needle']
    assert len(result.outputs['tracking'].poses) == 1
    assert result.info['withheld'] == {'Probe': 'MISSING'}


def test_tools_of_one_name_have_no_topic_and_no_frame(receive):
    message = TrackingData((TOOLS.elements[0], TOOLS.elements[1], TOOLS.elements[0]))
    result = receive(message, split=True, tf='dynamic')
    assert list(result.outputs) == ['tools/Needle/pose', 'tracking']
    assert [t.child_frame_id for t in result.transforms] == ['Needle']
    assert len(result.outputs['tracking'].poses) == 3
    assert result.errors[0] == "2 tools are called 'Probe': published in `tracking` only"


def test_quaternions_by_hand(receive, stamp):
    result = receive(
        QuaternionTrackingData(
            (
                QuaternionElement('Probe', (100, 0, 0), (0, 0, 3, 3), 2),
                QuaternionElement('Tip', (0, 20, 0), (0, 0, 0, 0), 3),
                QuaternionElement('zero', (0, 0, 0), (0, 0, 0, 0)),
                QuaternionElement('nan', (0, 0, math.nan)),
            )
        ),
        wire_axes='lps',
    )
    probe, tip = result.outputs['tracking'].poses
    assert probe.position == Point(x=-0.1, y=0.0, z=0.0)
    q = probe.orientation
    # half a turn about z, then a quarter
    np.testing.assert_allclose((q.x, q.y, q.z, q.w), (0, 0, -S, S), atol=1e-7)
    assert tip == Pose(position=Point(x=0.0, y=-0.02, z=0.0))
    assert result.info['names'] == ['Probe', 'Tip']
    assert result.info['types'] == [2, 3]
    assert set(result.info['withheld']) == {'zero', 'nan'}
    assert result.info['matrices']['nan'] == [0, 0, 'nan', 0, 0, 0, 1]
    assert len(result.errors) == 2


# -- ROS to TDATA


POSES = PoseArray(
    header=Header(stamp=Time(sec=7), frame_id='base'),
    poses=[
        Pose(position=Point(x=0.1), orientation=Quaternion(z=S, w=S)),
        Pose(position=Point(y=-0.05)),
    ],
)


def test_poses_as_tools(send):
    message = send(POSES, 'TDATA', device='Arm')
    assert [e.name for e in message.elements] == ['Arm-1', 'Arm-2']
    assert [e.type for e in message.elements] == [1, 1]
    np.testing.assert_allclose(message.elements[0].matrix, at(100, 0, 0, QUARTER), atol=1e-6)
    np.testing.assert_allclose(message.elements[1].matrix, at(0, -50, 0), atol=1e-6)
    assert message.timestamp_ns == 7_000_000_000
    assert message.metadata == {'ros_frame_id': 'base', 'ros_stamp': '7.000000000'}


def test_poses_as_tools_with_names(send):
    message = send(POSES, 'TDATA', info={'names': ['Base', 'Tip'], 'types': [2, 4]})
    assert [(e.name, e.type) for e in message.elements] == [('Base', 2), ('Tip', 4)]


def test_names_for_another_number_of_poses_are_not_used(send):
    message = send(POSES, 'TDATA', info={'names': ['one'], 'types': [2, 2, 2]})
    assert [(e.name, e.type) for e in message.elements] == [('Device-1', 1), ('Device-2', 1)]


def test_numbered_names_fit(send):
    poses = PoseArray(poses=[Pose()] * 12)
    names = [e.name for e in send(poses, 'TDATA', device='ä' * 60).elements]
    assert names[0] == 'ä' * 8 + '-1'
    assert names[11] == 'ä' * 8 + '-12'


def test_no_poses(send):
    assert send(PoseArray(), 'TDATA').elements == ()


def test_tools_come_back(receive, send):
    result = receive(TOOLS)
    again = send(result.outputs['tracking'], 'TDATA', info=result.info)
    for found, wanted in zip(again.elements, TOOLS.elements):
        assert (found.name, found.type) == (wanted.name, wanted.type)
        np.testing.assert_allclose(found.matrix, wanted.matrix, atol=1e-6)


@pytest.mark.parametrize(
    'info',
    [
        {'names': 'AB'},
        {'names': {'a': 1}},
        {'names': [1, 2]},
        {'names': [['a'], 'b']},
        {'names': ['a' * 21, 'b']},
        {'names': ['a\0', 'b']},
        {'names': ['\ud800', 'b']},
        {'types': 'x'},
        {'types': [1, math.nan]},
        {'types': [1, 256]},
        {'types': [1, -1]},
        {'types': [1, 10**4000]},
        {'types': [1, [1]]},
    ],
    ids=lambda info: repr(info)[:40],
)
def test_wrong_info_is_refused(send, info):
    with pytest.raises((ConversionError, EncodeError)):
        send(POSES, 'TDATA', info=info)


def test_a_pose_without_a_rotation_is_refused(send):
    with pytest.raises(ConversionError, match='not a rotation'):
        send(PoseArray(poses=[Pose(orientation=Quaternion(w=0.0))]), 'TDATA')


def test_poses_as_quaternions(send):
    message = send(POSES, 'QTDATA', info={'names': ['A', 'B'], 'types': [2, 4]})
    first, second = message.elements
    assert (first.name, first.type, second.name, second.type) == ('A', 2, 'B', 4)
    np.testing.assert_allclose(first.quaternion, (0, 0, S, S), atol=1e-7)
    assert first.position.tolist() == [100, 0, 0]
    with pytest.raises(ConversionError, match='not a rotation'):
        send(PoseArray(poses=[Pose(orientation=Quaternion(w=0.0))]), 'QTDATA')
