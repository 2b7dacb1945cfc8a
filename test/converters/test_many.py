"""Lists of very many elements become what the same elements become one by one."""

import json
import math
from collections.abc import Sequence

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import PoseArray
from rclpy.serialization import deserialize_message, serialize_message

from igtl_ros2 import codec
from igtl_ros2.codec.lists import Table
from igtl_ros2.codec.messages.points import Point, PointList, Trajectories, Trajectory
from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.converters import bulk, heavy
from igtl_ros2.converters.details import json_pieces
from igtl_ros2.converters.placing import frames_of, moved_received
from igtl_ros2.converters.registry import convert_to_ros, load_converters, route_of
from igtl_ros2.converters.spliced import with_rows
from igtl_ros2.mapping import ReceiveRule

COUNT = 300
STAMP = Time(sec=7, nanosec=8)
RNG = np.random.default_rng(7)


@pytest.fixture(autouse=True, params=[False, True], ids=['objects', 'rows'])
def _rows(request, monkeypatch):
    load_converters()
    monkeypatch.setattr(bulk, 'by_row', request.param)


def rotation(number):
    """Make a rotation of float32 numbers, as trackers send them; some are no rotations."""
    quaternion = RNG.normal(size=4)
    x, y, z, w = quaternion / np.linalg.norm(quaternion)
    matrix = np.eye(4)
    matrix[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    if number % 50 == 1:
        matrix[:3, :3] *= 1.5
    if number % 50 == 2:
        matrix[0] *= -1
    if number % 50 == 3:
        matrix[0, 0] = np.nan
    if number % 50 == 4:
        matrix[:3, :3] = 0
    if number % 50 == 5:
        matrix[:3, :3] = np.diag([-1, -1, 1])
    if number % 50 == 6:
        matrix[:3, :3] = np.diag([1, -1, -1])
    matrix[:3, 3] = RNG.normal(size=3) * 100
    if number % 50 == 7:
        matrix[1, 3] = np.inf
    return matrix


def point(number, **changes):
    """Make a point; one of 40 is nowhere."""
    place = RNG.normal(size=3) * 100
    if number % 40 == 9:
        place[number % 3] = np.nan
    return Point(f'P{number}', place, f'g{number % 2}', (number % 256, 0, 255, 7), number / 4, 'o')


def path(number):
    """Make a path; some are odd."""
    entry, target = RNG.normal(size=(2, 3)) * 100
    if number % 40 == 8:
        entry[2] = np.inf
    if number % 40 == 9:
        target = entry
    if number % 40 == 10:
        entry, target = np.zeros(3), np.array([0, 0, -50.0])
    if number % 40 == 11:
        entry, target = np.zeros(3), np.array([0, 0, 50.0])
    return Trajectory(f'T{number}', entry, target, (3, 3, 3, 1, 2, 3, 0)[number % 7],
                      'g', (number % 256, 1, 2, 3), np.nan if number == 5 else 1.0, 'CT')


def tool(number):
    """Make a tool."""
    return TrackingElement(f'AToB{number % 3}' if number % 9 == 0 else f'tool{number}',
                           rotation(number), number % 5)


def quaternion_tool(number):
    """Make a tool of QTDATA; some have no rotation."""
    quaternion = RNG.normal(size=4) * (0 if number % 30 == 2 else 1)
    if number % 30 == 3:
        quaternion[0] = np.nan
    return QuaternionElement('' if number % 30 == 4 else f'tool{number}',
                             RNG.normal(size=3) * 100, quaternion, number % 5)


MAKE = {
    PointList: point, Trajectories: path, TrackingData: tool,
    QuaternionTrackingData: quaternion_tool,
}
RULES = [
    ReceiveRule(), ReceiveRule(wire_axes='lps', wire_unit='m'),
    ReceiveRule(split=True, tf='dynamic', markers=True, cloud=True),
]


def converted(message, rule):
    """Convert to ROS."""
    return convert_to_ros(message, route_of('Dev', rule), STAMP)


def flat(value):
    """Give all numbers and texts of a ROS message, or of whatever JSON may hold."""
    if isinstance(value, dict):
        return {str(key): flat(member) for key, member in value.items()}
    if isinstance(value, (str, int, float, type(None))):
        return value
    if hasattr(value, 'get_fields_and_field_types'):
        return {name: flat(getattr(value, name)) for name in value.get_fields_and_field_types()}
    if isinstance(value, Sequence) or hasattr(value, 'tolist'):
        return [flat(member) for member in value]
    return value


def close(one, other, where=''):
    """Compare, numbers but for rounding."""
    if isinstance(one, float) and isinstance(other, float):
        is_close = math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-12)
        assert is_close or math.isnan(one) and math.isnan(other), where
        return
    assert type(one) is type(other), where
    if isinstance(one, dict):
        assert list(one) == list(other), where
        for key, member in one.items():
            close(member, other[key], f'{where}.{key}')
    elif isinstance(one, list):
        assert len(one) == len(other), where
        for number, pair in enumerate(zip(one, other)):
            close(*pair, f'{where}[{number}]')
    else:
        assert one == other, where


@pytest.mark.parametrize('rule', RULES, ids=['plain', 'lps', 'all'])
@pytest.mark.parametrize('kind', MAKE, ids=lambda kind: kind.__name__)
def test_many_become_what_each_becomes_alone(kind, rule):
    message = codec.decode(codec.encode(kind([MAKE[kind](n) for n in range(COUNT)])))
    assert isinstance(message.elements, Table)
    whole = converted(message, rule)
    leaf = {PointList: 'points', Trajectories: 'trajectory'}.get(kind, 'tracking')
    names = {PointList: 'labels', Trajectories: 'names'}.get(kind, 'names')
    poses, found, errors = [], [], 0
    lists = {}
    for element in message.elements:
        alone = converted(kind([element]), rule)
        poses += flat(alone.outputs[leaf].poses)
        found += alone.info[names]
        errors += len(alone.errors)
        for key, value in alone.info.items():
            if isinstance(value, list) and key not in ('position_only', 'frames'):
                lists.setdefault(key, []).extend(value)
    if kind is QuaternionTrackingData:  # numbers of those without a name
        found = [name for name in found if name != 'Dev-1']
        assert [name for name in whole.info['names'] if not name.startswith('Dev-')] == found
        lists.pop('names')
    close(flat(whole.outputs[leaf].poses), poses)
    for key, value in lists.items():
        close(flat(whole.info[key]), flat(value), key)
    assert errors and whole.errors
    assert len(whole.errors) <= 60


@pytest.mark.parametrize('kind', MAKE, ids=lambda kind: kind.__name__)
def test_their_poses_are_serialised_as_ros_does(kind):
    message = codec.decode(codec.encode(kind([MAKE[kind](n) for n in range(COUNT)])))
    for poses in converted(message, ReceiveRule()).outputs.values():
        data = with_rows(poses, serialize_message) or serialize_message(poses)
        plain = PoseArray(header=poses.header, poses=list(poses.poses))
        assert deserialize_message(data, PoseArray) == plain
        assert poses == plain


@pytest.mark.parametrize('axes', ['ras', 'lps'])
@pytest.mark.parametrize('kind', MAKE, ids=lambda kind: kind.__name__)
def test_many_are_moved_as_each_is_moved_alone(kind, axes):
    rule = ReceiveRule(to_frame='there', wire_axes=axes)
    message = codec.decode(codec.encode(kind([MAKE[kind](n) for n in range(COUNT)])))
    route = route_of('Dev', rule)
    known = frames_of(message, route)
    poses = {}
    for number, frame in enumerate(dict.fromkeys(known)):
        poses[frame] = rotation(5 + number)
        poses[frame][:3, 3] = number, -2, 3
    moved = moved_received(message, route, poses)
    assert isinstance(moved.elements, Table)
    for before, after in zip(message.elements, moved.elements):
        (alone,) = moved_received(kind([before]), route, poses).elements
        assert (after.name, after.type if kind is not PointList else 0) == (
            alone.name, alone.type if kind is not PointList else 0)
        for name in ('position', 'entry', 'target', 'matrix', 'quaternion'):
            if hasattr(alone, name):
                np.testing.assert_allclose(
                    getattr(after, name), getattr(alone, name), rtol=1e-12, atol=1e-9)


def test_json_of_long_lists_is_what_json_makes_of_them():
    value = {
        'names': [f'n{n} "ä' for n in range(1234)], 'rgba': [[n, 2.5] for n in range(1001)],
        'few': [1, None, True], 'text': 'x', 'empty': [], 'none': {},
        'withheld': {f'k{n}': 'why' for n in range(700)}, 'deep': {'list': list(range(999))},
    }
    assert ''.join(json_pieces(value)) == json.dumps(value, ensure_ascii=False)
    assert ''.join(json_pieces(list(range(500)))) == json.dumps(list(range(500)))
    assert ''.join(json_pieces([])) == '[]'


def test_a_long_list_is_heavy_whoever_has_defined_it(monkeypatch):
    class OwnList(PointList):
        """A list of another package."""

    points = tuple(Point(str(n), (0, 0, n)) for n in range(201))
    for kind in (PointList, OwnList):
        assert heavy.is_heavy(kind(points))
        assert not heavy.is_heavy(kind(points[1:]))
        monkeypatch.setattr(heavy, 'message_class', {kind.type_name: kind}.get)
        assert heavy.may_be_heavy(kind.type_name)
