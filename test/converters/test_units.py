"""Millimetres, rotations, axes and stamps, by hand and by property."""

import math

import numpy as np
import pytest
from geometry_msgs.msg import Point, Quaternion, Vector3
from hypothesis import given
from hypothesis import strategies as st

from igtl_ros2.codec import from_ns, to_ns
from igtl_ros2.codec.geometry import FLOAT32_NOISE
from igtl_ros2.codec.messages.text import String
from igtl_ros2.converters.metres import (
    affine_to_metres,
    affines_to_numbers,
    choose_stamp,
    json_number,
    pose_to_numbers,
    rotation_part,
)
from igtl_ros2.converters.units import (
    affine_from_metres,
    length_from_ros,
    matrix_from_metres,
    matrix_to_quaternion,
    ns_from_time,
    point_from_ros,
    point_to_ros,
    pose_from_ros,
    pose_to_ros,
    quaternion_to_matrix,
    ros_text,
    time_from_ns,
    transform_of,
)
from igtl_ros2.errors import ConversionError

SECOND = 1_000_000_000
NOW = 1_700_000_000 * SECOND
S = math.sqrt(0.5)
T = math.sqrt(1 / 3)

#: rotation matrices and their quaternions x y z w, written down by hand
ROTATIONS = {
    'none': ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], (0, 0, 0, 1)),
    'x 90': ([[1, 0, 0], [0, 0, -1], [0, 1, 0]], (S, 0, 0, S)),
    'y 90': ([[0, 0, 1], [0, 1, 0], [-1, 0, 0]], (0, S, 0, S)),
    'z 90': ([[0, -1, 0], [1, 0, 0], [0, 0, 1]], (0, 0, S, S)),
    'x -90': ([[1, 0, 0], [0, 0, 1], [0, -1, 0]], (-S, 0, 0, S)),
    'y -90': ([[0, 0, -1], [0, 1, 0], [1, 0, 0]], (0, -S, 0, S)),
    'z -90': ([[0, 1, 0], [-1, 0, 0], [0, 0, 1]], (0, 0, -S, S)),
    'x 180': ([[1, 0, 0], [0, -1, 0], [0, 0, -1]], (1, 0, 0, 0)),
    'y 180': ([[-1, 0, 0], [0, 1, 0], [0, 0, -1]], (0, 1, 0, 0)),
    'z 180': ([[-1, 0, 0], [0, -1, 0], [0, 0, 1]], (0, 0, 1, 0)),
    'xy 180': ([[0, 1, 0], [1, 0, 0], [0, 0, -1]], (S, S, 0, 0)),
    'xz 180': ([[0, 0, 1], [0, -1, 0], [1, 0, 0]], (S, 0, S, 0)),
    'yz 180': ([[-1, 0, 0], [0, 0, 1], [0, 1, 0]], (0, S, S, 0)),
    'x-y 180': ([[0, -1, 0], [-1, 0, 0], [0, 0, -1]], (S, -S, 0, 0)),
    'y-z 180': ([[-1, 0, 0], [0, 0, -1], [0, -1, 0]], (0, S, -S, 0)),
    'xyz 120': ([[0, 0, 1], [1, 0, 0], [0, 1, 0]], (0.5, 0.5, 0.5, 0.5)),
    'xyz 180': (
        [[-1 / 3, 2 / 3, 2 / 3], [2 / 3, -1 / 3, 2 / 3], [2 / 3, 2 / 3, -1 / 3]],
        (T, T, T, 0),
    ),
}


def affine(rotation, translation=(0, 0, 0)):
    """Make a 4x4 matrix."""
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = rotation, translation
    return matrix


def numbers(orientation):
    """List the four numbers of a ROS quaternion."""
    return [orientation.x, orientation.y, orientation.z, orientation.w]


lengths = st.floats(-1e5, 1e5)
parts = st.floats(-1, 1)
quaternions = st.tuples(parts, parts, parts, parts).filter(lambda q: np.linalg.norm(q) > 1e-3)
rigid = st.builds(
    lambda q, t: affine(quaternion_to_matrix(q), t),
    quaternions,
    st.tuples(lengths, lengths, lengths),
)


# -- rotations


@pytest.mark.parametrize('name', ROTATIONS)
def test_rotations_by_hand(name):
    matrix, quaternion = ROTATIONS[name]
    np.testing.assert_allclose(quaternion_to_matrix(quaternion), matrix, atol=1e-12)
    found = matrix_to_quaternion(np.array(matrix, float))
    same = np.abs(np.subtract(found, quaternion)).max()
    opposite = np.abs(np.add(found, quaternion)).max()
    assert min(same, opposite) < 1e-12
    assert found[3] >= 0
    if quaternion[3] > 0:
        assert same < 1e-12


@given(quaternions)
def test_quaternions_come_back_with_length_one_and_w_not_negative(quaternion):
    unit = np.array(quaternion) / np.linalg.norm(quaternion)
    found = np.array(matrix_to_quaternion(quaternion_to_matrix(quaternion)))
    assert abs(np.linalg.norm(found) - 1) < 1e-12
    assert found[3] >= 0
    assert min(np.abs(found - unit).max(), np.abs(found + unit).max()) < 1e-7
    # both signs are one rotation
    np.testing.assert_array_equal(
        quaternion_to_matrix([-value for value in quaternion]), quaternion_to_matrix(quaternion)
    )


@given(st.floats(1e-7, 1e-3), st.sampled_from(range(3)), st.sampled_from([1, -1]))
def test_rotations_near_180_degrees_are_exact(rest, axis, sign):
    quaternion = np.full(4, rest / 10)
    quaternion[axis], quaternion[3] = sign, rest
    matrix = quaternion_to_matrix(quaternion.tolist())
    again = quaternion_to_matrix(matrix_to_quaternion(matrix))
    np.testing.assert_allclose(again, matrix, atol=1e-12)


def test_a_quaternion_need_not_have_length_one():
    np.testing.assert_allclose(
        quaternion_to_matrix((0, 0, 7, 7)), ROTATIONS['z 90'][0], atol=1e-12
    )


@pytest.mark.parametrize(
    'quaternion',
    [
        (0, 0, 0, 0),
        (1e-9, 0, 0, 0),
        (math.nan, 0, 0, 1),
        (0, math.inf, 0, 1),
        (0, 0, 0, -math.inf),
    ],
)
def test_what_is_no_rotation_is_refused(quaternion):
    with pytest.raises(ConversionError, match='not a rotation'):
        quaternion_to_matrix(quaternion)


@given(rigid, st.lists(st.floats(-2e-4, 2e-4), min_size=9, max_size=9))
def test_the_nearest_rotation_is_taken(matrix, noise):
    disturbed = matrix.copy()
    disturbed[:3, :3] += np.reshape(noise, (3, 3))
    rotation, distance = rotation_part(disturbed)
    linear = disturbed[:3, :3]
    assert distance == pytest.approx(np.abs(linear.T @ linear - np.eye(3)).max(), abs=1e-15)
    # within the noise of float32 the matrix is left alone; else it is orthonormal, and what is
    # left over is a pure stretch (symmetric), which is what makes it the nearest
    exact = 1e-12 if distance > 1e-6 else 2e-6
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=exact)
    stretch = rotation.T @ linear
    np.testing.assert_allclose(stretch, stretch.T, atol=exact)
    assert np.linalg.det(rotation) > 0


@pytest.mark.parametrize(
    ('linear', 'text'),
    [
        (np.diag([1, 1, -1]), 'mirrored'),
        (-np.eye(3), 'mirrored'),
        (np.zeros((3, 3)), 'singular'),
        (np.diag([1, 1, 0]), 'singular'),
        (np.ones((3, 3)), 'singular'),
        (np.diag([1, math.nan, 1]), 'NaN'),
        (np.diag([1, math.inf, 1]), 'infinity'),
        (np.diag([math.inf, -math.inf, 1]), 'infinity'),
    ],
)
def test_what_no_quaternion_can_carry_is_refused(linear, text):
    with pytest.raises(ConversionError, match=text):
        rotation_part(affine(linear))


# -- poses


def test_a_pose_by_hand():
    """100 mm on the wire are 0.1 m in ROS, and back."""
    matrix = affine(ROTATIONS['z 90'][0], (100, -2000, 0.5))
    pose, distance = pose_to_ros(matrix, 'mm')
    p = pose.position
    assert (p.x, p.y, p.z) == (0.1, -2.0, 0.0005)
    np.testing.assert_allclose(numbers(pose.orientation), (0, 0, S, S), atol=1e-12)
    assert distance == 0
    again = pose_from_ros(pose.position, pose.orientation, 'mm')
    np.testing.assert_allclose(again, matrix, atol=1e-12)
    # tf has the same numbers
    transform = transform_of(pose)
    assert transform.translation == Vector3(x=0.1, y=-2.0, z=0.0005)
    assert transform.rotation == pose.orientation


def test_a_pose_in_metres_on_the_wire():
    pose, _ = pose_to_ros(affine(np.eye(3), (1.5, 0, -2)), 'm')
    assert pose.position == Point(x=1.5, y=0.0, z=-2.0)
    assert pose_from_ros(pose.position, pose.orientation, 'm')[:3, 3].tolist() == [1.5, 0, -2]


def test_a_pose_in_lps():
    """Left is minus right, posterior is minus anterior; superior stays."""
    pose, _ = pose_to_ros(affine(ROTATIONS['x 90'][0], (100, 200, 300)), 'mm', 'lps')
    assert pose.position == Point(x=-0.1, y=-0.2, z=0.3)
    # diag(-1,-1,1) @ [[1,0,0],[0,0,-1],[0,1,0]]: half a turn about (0, 1, 1)
    np.testing.assert_allclose(
        quaternion_to_matrix(numbers(pose.orientation)),
        [[-1, 0, 0], [0, 0, 1], [0, 1, 0]],
        atol=1e-12,
    )
    assert point_to_ros((100.0, 200.0, 300.0), 'mm', 'lps') == Point(x=-0.1, y=-0.2, z=0.3)


@given(rigid, st.sampled_from(['mm', 'm']))
def test_poses_come_back(matrix, unit):
    pose, _ = pose_to_ros(matrix, unit)
    again = pose_from_ros(pose.position, pose.orientation, unit)
    np.testing.assert_allclose(again[:3, :3], matrix[:3, :3], atol=1e-12)
    np.testing.assert_allclose(again[:3, 3], matrix[:3, 3], rtol=1e-15, atol=1e-12)


@pytest.mark.parametrize('bad', [math.nan, math.inf, -math.inf])
def test_a_position_that_is_not_finite_is_refused(bad):
    with pytest.raises(ConversionError, match='not finite'):
        pose_to_ros(affine(np.eye(3), (0, bad, 0)), 'mm')
    with pytest.raises(ConversionError, match='not finite'):
        point_from_ros(Point(x=0.0, y=0.0, z=bad), 'mm')
    with pytest.raises(ConversionError, match='not finite'):
        pose_from_ros(Vector3(x=bad), Quaternion(w=1.0))
    with pytest.raises(ConversionError, match='not finite'):
        length_from_ros(bad, 'mm')


def test_lengths():
    assert length_from_ros(0.25, 'mm') == 250
    assert length_from_ros(1, 'm') == 1
    with pytest.raises(ConversionError, match='not finite'):
        length_from_ros(10**400, 'mm')


# -- geometry of images and of tf


def test_affine_matrices_carry_the_spacing():
    matrix = [[0, -3, 0, 13], [2, 0, 0, 17], [0, 0, 5, 27.5], [0, 0, 0, 1]]
    metres = affine_to_metres(np.array(matrix, float), 'mm')
    np.testing.assert_allclose(
        metres,
        [[0, -0.003, 0, 0.013], [0.002, 0, 0, 0.017], [0, 0, 0.005, 0.0275], [0, 0, 0, 1]],
        rtol=1e-15,
    )
    np.testing.assert_allclose(affine_from_metres(metres.ravel().tolist(), 'mm'), matrix)
    assert affine_from_metres(np.eye(4), 'm').tolist() == np.eye(4).tolist()


@pytest.mark.parametrize(
    'values',
    [[], [1.0] * 15, [0.0] * 16, [math.nan] * 12 + [0, 0, 0, 1], [1, 2, 3, 4] * 3 + [0, 0, 1, 1]],
)
def test_a_wrong_geometry_is_refused(values):
    with pytest.raises(ConversionError, match='geometry'):
        affine_from_metres(values, 'mm')


def test_the_matrix_of_a_tf_pair_is_scaled_in_its_translation_only():
    matrix = affine(ROTATIONS['y 90'][0], (0.1, 0.2, -0.3))
    scaled = matrix_from_metres(matrix, 'mm')
    np.testing.assert_allclose(scaled[:3, 3], (100, 200, -300), rtol=1e-15)
    np.testing.assert_array_equal(scaled[:3, :3], matrix[:3, :3])
    assert matrix[0, 3] == 0.1


# -- stamps


@pytest.mark.parametrize(
    ('device_ns', 'policy', 'source'),
    [
        (NOW, 'auto', 'device'),
        (NOW - SECOND, 'auto', 'device'),
        (NOW + SECOND, 'auto', 'device'),
        (NOW - SECOND - 1, 'auto', 'receive'),
        (NOW + SECOND + 1, 'auto', 'receive'),
        (0, 'auto', 'receive'),
        (NOW, 'receive', 'receive'),
        (NOW - 10**15, 'device', 'device'),
        (NOW + 10**15, 'auto', 'receive'),
        (0, 'device', 'receive'),
        # a fraction of a second after 1970 is no time
        (SECOND // 2, 'device', 'receive'),
        (SECOND, 'device', 'device'),
        # ROS counts seconds in 31 bits
        ((2**31 - 1) * SECOND + SECOND - 1, 'device', 'device'),
        (2**31 * SECOND, 'device', 'receive'),
        ((2**32 - 1) * SECOND, 'device', 'receive'),
        ((2**32 - 1) * SECOND, 'auto', 'receive'),
    ],
)
def test_choice_of_the_stamp(device_ns, policy, source):
    message = String('x', timestamp=from_ns(device_ns) if device_ns else 0)
    found = choose_stamp(message.timestamp_ns, NOW, policy, 1.0)
    assert found == (device_ns if source == 'device' else NOW, source)
    time_from_ns(found[0])


def test_no_skew_allowed():
    assert choose_stamp(NOW, NOW, 'auto', 0.0)[1] == 'device'
    assert choose_stamp(NOW + 1, NOW, 'auto', 0.0)[1] == 'receive'


@given(st.integers(0, 2**64 - 1), st.sampled_from(['auto', 'device', 'receive']))
def test_every_stamp_gives_a_ros_time(timestamp, policy):
    ns, _ = choose_stamp(to_ns(timestamp), NOW, policy, 1.0)
    time = time_from_ns(ns)
    assert -(2**31) <= time.sec < 2**31
    assert 0 <= time.nanosec < SECOND


@given(st.integers(-(2**31) * SECOND, 2**31 * SECOND - 1))
def test_ros_times_are_exact_to_the_nanosecond(ns):
    assert ns_from_time(time_from_ns(ns)) == ns


# -- texts and numbers for people


@pytest.mark.parametrize(
    ('text', 'wanted'),
    [
        ('', ''),
        ('plain', 'plain'),
        ('Nähe 針', 'Nähe 針'),
        ('caf\udce9', 'café'),  # Latin-1 on the wire
        ('\udcff', 'ÿ'),
        ('é\udcff', 'Ã©ÿ'),  # not UTF-8 as a whole: all of it is read as Latin-1
        ('a\0b', 'ab'),
        ('ä\0', 'ä'),
        ('\udc80\0', '\x80'),
    ],
)
def test_texts_for_ros(text, wanted):
    assert ros_text(text) == wanted


@given(st.binary())
def test_any_bytes_become_a_text_for_ros(raw):
    text = ros_text(raw.decode('utf-8', 'surrogateescape'))
    assert text.encode('utf-8').count(b'\0') == 0


def test_numbers_for_json():
    assert [json_number(v) for v in (1.5, math.nan, math.inf, -math.inf)] == [
        1.5,
        'nan',
        'inf',
        '-inf',
    ]


@given(
    quaternion=st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: sum(n * n for n in q) > 0.01),
    position=st.tuples(*[st.floats(-1e4, 1e4)] * 3),
    noise=st.tuples(*[st.floats(-1, 1)] * 9), scale=st.sampled_from((0, 1e-8, 2e-7, 1e-6, 1e-3)),
    unit=st.sampled_from(('mm', 'm')), axes=st.sampled_from(('ras', 'lps')),
)
def test_what_is_written_once_more_for_speed_gives_the_same_numbers(
    quaternion, position, noise, scale, unit, axes
):
    matrix = affine(quaternion_to_matrix(quaternion), position)
    matrix[:3, :3] += scale * np.reshape(noise, (3, 3))
    (found,) = affines_to_numbers((matrix[:3].T.ravel().tolist(),), unit, axes)
    place, turned, distance = pose_to_numbers(matrix, unit, axes)
    assert (found is None) == (distance > FLOAT32_NOISE)
    assert found is None or found == (*place, *turned)


@pytest.mark.parametrize('bad', [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_never_taken_for_a_pose(bad):
    for number in range(12):
        affines = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 5.0, 6.0, 7.0]
        affines[number] = bad
        assert affines_to_numbers((affines,), 'mm') == [None]
    assert affines_to_numbers(([-1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0, 5, 6, 7],), 'mm') == [None]
