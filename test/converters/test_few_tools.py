"""Tools of a short list take a fast path: it gives what the plain way gives, to the last bit."""

from dataclasses import replace

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Pose, PoseArray, Quaternion
from rclpy.serialization import deserialize_message, serialize_message
from seeded import one_of, quaternion, searched, several, text
from std_msgs.msg import Header

from igtl_ros2 import codec
from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.converters import bulk
from igtl_ros2.converters.metres import RIGID_TOLERANCE, pose_to_numbers
from igtl_ros2.converters.registry import (
    Route,
    Sending,
    convert_to_ros,
    load_converters,
    sender,
)
from igtl_ros2.converters.spliced import read_poses, with_rows
from igtl_ros2.converters.units import matrix_to_quaternion, pose_from_ros, quaternion_to_matrix
from igtl_ros2.errors import ConversionError, EncodeError
from igtl_ros2.mapping import ReceiveRule, SendRule

STAMP = Time(sec=5, nanosec=6)
HERE = (1.0, 2.0, 3.0), (0.0, 0.0, 0.0, 1.0)


@pytest.fixture(autouse=True, params=[False, True], ids=['objects', 'rows'])
def _rows(request):
    load_converters()
    bulk.by_row = request.param
    yield
    bulk.by_row = False


NAMES = ('Probe', 'Needle', 'Stylus', '', 'AToB', 'BToC', 'x' * 20, '\udcff')
ODD = (0.0, -0.0, 1.0, -1.0, float('nan'), float('inf'), 1e-30, 3e38)


def number(rng):
    return float(np.float32(rng.uniform(-1e3, 1e3)))


def odd_quaternion(rng):
    return tuple(rng.choice((number(rng), rng.choice(ODD))) for _ in range(4))


def place(rng):
    return tuple(rng.choice((number(rng), number(rng), 0.0)) for _ in range(3))


def matrix(rng):
    """Make a matrix, most of them rotations."""
    made = np.eye(4)
    made[:3, :3] = quaternion_to_matrix(quaternion(rng))
    made[:3, 3] = place(rng)
    change = rng.randrange(10)
    if change == 0:
        made[rng.randrange(3), rng.randrange(4)] = rng.choice(ODD)
    elif change == 1:
        made[:3, :3] *= rng.uniform(0.9, 1.1)
    return made


def tool(rng):
    return TrackingElement(rng.choice(NAMES), matrix(rng), rng.choice((1, 2, 3, 4, 255)))


def turned_tool(rng):
    turn = rng.choice((odd_quaternion, quaternion))(rng)
    return QuaternionElement(rng.choice(NAMES), place(rng), turn, rng.choice((1, 2, 3, 4, 255)))


def tools_message(rng):
    kind, make = rng.choice(((TrackingData, tool), (QuaternionTrackingData, turned_tool)))
    return kind(several(make, 5)(rng))


def some_rule(rng):
    return ReceiveRule(wire_unit=rng.choice(('mm', 'm')), wire_axes=rng.choice(('ras', 'lps')))


def route_for(rule):
    """Make a route with the memory that converters have of a device."""
    return Route('Dev', 'ras', 'Dev', rule)


def numbers_alone(element, rule):
    """Compute the pose of a tool by itself; None if it has none."""
    if isinstance(element, TrackingElement):
        matrix = element.matrix
    else:
        matrix = np.eye(4)
        matrix[:3, 3] = element.position
    try:
        if element.type == 3:
            turned = np.eye(4)
            turned[:3, 3] = matrix[:3, 3]
            if rule.wire_axes == 'lps':
                turned[:3, :3] = np.diag([-1.0, -1.0, 1.0])
            return pose_to_numbers(turned, rule.wire_unit, rule.wire_axes)[0], (0, 0, 0, 1), 0.0
        if isinstance(element, QuaternionElement):
            matrix = np.array(matrix)
            matrix[:3, :3] = quaternion_to_matrix(element.quaternion)
        return pose_to_numbers(matrix, rule.wire_unit, rule.wire_axes)
    except ConversionError:
        return None


def flat(poses):
    """List the numbers of poses, so that their bits can be compared."""
    return np.array([
        (p.position.x, p.position.y, p.position.z,
         p.orientation.x, p.orientation.y, p.orientation.z, p.orientation.w) for p in poses
    ]).tobytes()


@searched(200, messages=several(tools_message, 3, 1), rule=some_rule)
def test_tools_are_published_where_each_is_alone(messages, rule):
    route = route_for(rule)
    for sent in messages:  # one after the other: nothing is left of the one before
        message = codec.decode(codec.encode(sent))
        result = convert_to_ros(message, route, STAMP)
        fresh = convert_to_ros(message, route_for(rule), STAMP)
        wanted = [numbers_alone(element, rule) for element in message.elements]
        seen = [(*p, *q) for p, q, _ in filter(None, wanted)]
        assert flat(result.outputs['tracking'].poses) == np.array(seen, float).tobytes()
        assert result.info == fresh.info and list(result.info) == list(fresh.info)
        assert (result.state, result.errors) == (fresh.state, fresh.errors)
        assert result.outputs == fresh.outputs
        assert len(result.info['names']) == len(seen)
        not_rigid = sum(found is not None and found[2] > RIGID_TOLERANCE for found in wanted)
        assert len(result.errors) == wanted.count(None) + not_rigid


STATES = ('TransformStatus', 'ProbeStatus', 'AToBStatus', 'TransformValid', 'Other')


def some_states(rng):
    return {
        name: rng.choice(('OK', 'OUT_OF_VIEW', 'MISSING', 'false', ''))
        for name in rng.sample(STATES, rng.randint(0, 3))
    }


@searched(200, tools=several(tool, 5), metadata=some_states, publish_invalid=one_of(False, True))
def test_tools_are_the_same_whether_more_is_asked_for_or_not(tools, metadata, publish_invalid):
    message = codec.decode(codec.encode(TrackingData(tools, metadata=metadata)))
    plain = ReceiveRule(publish_invalid=publish_invalid)
    rules = plain, replace(plain, tf='on')
    fast, each = (convert_to_ros(message, route_for(rule), STAMP) for rule in rules)
    assert fast.outputs == each.outputs
    assert flat(fast.outputs['tracking'].poses) == flat(each.outputs['tracking'].poses)
    assert (fast.info, fast.state) == (each.info, each.state)
    assert list(fast.info) == list(each.info)
    assert set(fast.errors) <= set(each.errors)


def test_what_is_remembered_of_tools_ends_with_their_names_types_and_rules():
    plain = ReceiveRule()

    def published(name, type_, rule=plain, frame='ras'):
        message = TrackingData([TrackingElement(name, np.eye(4), type_)])
        result = convert_to_ros(message, Route('Dev', frame, 'Dev', rule, state=state), STAMP)
        header = result.outputs['tracking'].header
        return result.info['names'], result.info['types'], header.frame_id

    state = {}
    assert published('Probe', 1) == (['Probe'], [1], 'ras')
    assert published('Probe', 2) == (['Probe'], [2], 'ras')
    assert published('AToB', 2) == (['AToB'], [2], 'B')
    assert published('AToB', 2, ReceiveRule(frame='there'), 'there') == (['AToB'], [2], 'there')
    assert published('AToB', 2) == (['AToB'], [2], 'B')


# -- from ROS


def pose(rng):
    return place(rng), quaternion(rng)


def odd_pose(rng):
    return place(rng), rng.choice((odd_quaternion, quaternion))(rng)


def pose_array(poses, frame='ras'):
    """Make the message of positions and quaternions."""
    return PoseArray(header=Header(stamp=STAMP, frame_id=frame), poses=[
        Pose(position=Point(x=x, y=y, z=z), orientation=Quaternion(x=a, y=b, z=c, w=d))
        for (x, y, z), (a, b, c, d) in poses
    ])


def taken(message):
    """Take a message as the bridge does."""
    return read_poses(serialize_message(message)) or message


def sending_for(unit='mm', **changes):
    """Make what a converter is told."""
    return Sending('Dev', SendRule('Dev', topic='t', wire_unit=unit), now_ns=7, **changes)


@searched(200, poses=several(pose, 5), unit=one_of('mm', 'm'))
def test_poses_are_sent_as_each_is_alone(poses, unit):
    message = pose_array(poses)
    tools, turned = [], []
    for number, pose in enumerate(message.poses, 1):
        matrix = pose_from_ros(pose.position, pose.orientation, unit)
        tools.append(TrackingElement(f'Dev-{number}', matrix))
        turn = matrix_to_quaternion(matrix[:3, :3])
        turned.append(QuaternionElement(f'Dev-{number}', matrix[:3, 3], turn))
    for wire_type, kind, wanted in (
        ('TDATA', TrackingData, tools), ('QTDATA', QuaternionTrackingData, turned)
    ):
        sending = sending_for(unit)
        for _ in range(2):  # the second one is made of what is remembered
            made = sender(PoseArray, wire_type)(taken(message), sending)
            assert isinstance(made.elements, tuple)
            again = kind(wanted, **sending.envelope(message.header))
            assert codec.encode(made) == codec.encode(again)


def test_tools_have_the_names_that_info_says_now():
    convert, message = sender(PoseArray, 'TDATA'), pose_array([HERE] * 2)
    state = {}

    def names(info):
        sending = sending_for(info=info, state=state)
        made = convert(taken(message), sending)
        return [(e.name, e.type) for e in made.elements], len(sending.notes)

    one = {'names': ['A', 'B'], 'types': [2, 3]}
    assert names(one) == ([('A', 2), ('B', 3)], 0)
    assert names(one) == ([('A', 2), ('B', 3)], 0)
    assert names({'names': ['A', 'C']}) == ([('A', 1), ('C', 1)], 0)
    wrong = {'names': ['A']}
    for _ in range(2):  # each one is counted
        assert names(wrong) == ([('Dev-1', 1), ('Dev-2', 1)], 1)
    for _ in range(2):
        with pytest.raises(EncodeError, match='at most 20'):
            names({'names': ['x' * 21, 'y']})


@searched(200, poses=several(odd_pose, 4, 1), is_far=one_of(False, True))
def test_the_first_pose_that_is_none_is_said(poses, is_far):
    if is_far:
        poses = [*poses[:-1], ((1e308, 1e308, 0.0), poses[-1][1])]
    message, said = pose_array(poses), None
    try:
        for pose in message.poses:
            pose_from_ros(pose.position, pose.orientation)
    except ConversionError as error:
        said = str(error)
    for wire_type in ('TDATA', 'QTDATA'):
        try:
            sender(PoseArray, wire_type)(message, sending_for())
        except ConversionError as error:
            assert str(error) == said
        else:
            assert said is None


def test_the_matrix_of_a_tool_that_is_too_far_is_named():
    far = pose_array([((1e36, 0.0, 0.0), HERE[1])])
    made = sender(PoseArray, 'TDATA')(far, sending_for())
    with pytest.raises(EncodeError, match="matrix of 'Dev-1': a number does not fit float32"):
        codec.encode(made)


# -- serialised


@searched(
    200, frame=lambda rng: text(rng, 9).replace('\0', ''), poses=several(pose, 5),
    sec=lambda rng: rng.randrange(2**31), nanosec=lambda rng: rng.randrange(10**9),
)
def test_poses_are_serialised_and_read_as_ros_does(frame, poses, sec, nanosec):
    usual = pose_array(poses, frame)
    usual.header.stamp = Time(sec=sec, nanosec=nanosec)
    data = serialize_message(usual)
    read = read_poses(data)
    assert read == (usual if poses else None)
    made = PoseArray(header=usual.header)
    made._poses = bulk.Rows(Pose, np.frombuffer(flat(usual.poses)).reshape(-1, 7))
    spliced = with_rows(made, serialize_message)
    if not poses:
        assert spliced is None
        return
    assert len(spliced) == len(data)
    assert deserialize_message(spliced, PoseArray) == usual


def test_bytes_of_another_form_are_left_to_ros():
    data = serialize_message(pose_array([HERE] * 3, 'frame'))
    assert read_poses(data) is not None
    for end in range(len(data)):
        assert read_poses(data[:end]) is None
    assert read_poses(data + b'\0') is None
    for at in range(len(data) - 3 * 56):
        for value in (0, 1, 3, 0x7F, 0x80, 0xFF):
            changed = data[:at] + bytes([value]) + data[at + 1 :]
            found = read_poses(changed)
            assert found is None or found == deserialize_message(changed, PoseArray)
