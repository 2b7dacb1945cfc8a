"""What is made by splicing is what is made in the ordinary way."""

import struct

import numpy as np
import pytest
from geometry_msgs.msg import Point, TransformStamped
from hypothesis import given
from hypothesis import strategies as st
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import Image
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker, MarkerArray

from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.converters import bulk
from igtl_ros2.converters.pose import transform_to_ros
from igtl_ros2.converters.registry import Route
from igtl_ros2.converters.spliced import (
    SplicedImage,
    SplicedTransform,
    TransformReader,
    image_start,
    with_rows,
)
from igtl_ros2.converters.units import time_from_ns
from igtl_ros2.errors import ConversionError
from igtl_ros2.mapping import ReceiveRule


def both(route, message, stamp_ns):
    """Make the message in both ways."""
    spliced = SplicedTransform(route, serialize_message).bytes_of(message, stamp_ns)
    usual = transform_to_ros(message, route, time_from_ns(stamp_ns))
    return spliced, usual


def random_pose(seed):
    random = np.random.default_rng(seed)
    rotation, _ = np.linalg.qr(random.normal(size=(3, 3)))
    matrix = np.eye(4)
    matrix[:3, :3] = rotation * np.sign(np.linalg.det(rotation))
    matrix[:3, 3] = random.normal(size=3) * 10.0 ** random.integers(-3, 6)
    return Transform(matrix)


@pytest.mark.parametrize('unit', ['mm', 'm'])
@pytest.mark.parametrize('axes', ['ras', 'lps'])
@given(
    seed=st.integers(0, 10**6),
    stamp_ns=st.integers(0, 2**31 * 10**9 - 1),
    frame=st.text(max_size=12).filter(lambda text: '\0' not in text),
    child=st.text(max_size=12).filter(lambda text: '\0' not in text),
)
def test_it_is_the_same_message(unit, axes, seed, stamp_ns, frame, child):
    for name in (frame, child):
        try:
            name.encode()
        except UnicodeEncodeError:
            return
    route = Route('D', frame, child, ReceiveRule(wire_unit=unit, wire_axes=axes))
    spliced, usual = both(route, random_pose(seed), stamp_ns)
    message = usual.outputs['transform']
    assert deserialize_message(spliced, type(message)) == message


@pytest.mark.parametrize('matrix', [
    np.diag([1, 1, 2, 1]), np.diag([1, 1, -1, 1]), np.diag([0, 0, 0, 1]),
    np.diag([1, np.nan, 1, 1]),
    np.array([[1, 0, 0, np.inf], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]),
])
def test_what_is_no_pose_is_left_to_the_ordinary_way(matrix):
    spliced, usual = both(Route('D', 'f', 'c', ReceiveRule()), Transform(matrix), 1)
    assert spliced is None and usual.errors


def test_another_form_of_serialised_messages_is_noticed():
    route = Route('D', 'f', 'c', ReceiveRule())
    for wrong in (lambda message: b'\0' * 100, lambda message: 2 * serialize_message(message)):
        with pytest.raises(ConversionError, match='another form'):
            SplicedTransform(route, wrong)


# -- and back


def stamped(frame='base', child='tool', stamp=(7, 8), numbers=(1.0, 2.0, 3.0, 0.5, 0.5, 0.5, 0.5)):
    message = TransformStamped(child_frame_id=child)
    message.header.frame_id = frame
    message.header.stamp.sec, message.header.stamp.nanosec = stamp
    t, r = message.transform.translation, message.transform.rotation
    t.x, t.y, t.z, r.x, r.y, r.z, r.w = numbers
    return message


def reader(data):
    return TransformReader(data, serialize_message, deserialize_message)


names = st.text(st.characters(codec='utf-8', exclude_characters='\0'), max_size=12)


@given(
    frame=names, child=names, numbers=st.lists(st.floats(), min_size=7, max_size=7),
    sec=st.integers(-2**31, 2**31 - 1), nanosec=st.integers(0, 2**32 - 1),
)
def test_a_reader_finds_what_ros_would(frame, child, numbers, sec, nanosec):
    read = reader(serialize_message(stamped(frame, child)))
    assert read.frame_id == frame
    data = serialize_message(stamped(frame, child, (sec, nanosec), numbers))
    stamp_ns, found = read.read(data)
    assert stamp_ns == sec * 10**9 + nanosec
    assert struct.pack('7d', *found) == struct.pack('7d', *numbers)


@pytest.mark.parametrize('other', [
    stamped(frame='Base'), stamped(child='Tool'), stamped(frame='base_link'), stamped(child=''),
    stamped(frame='tool', child='base'),
])
def test_a_reader_leaves_other_frames_alone(other):
    read = reader(serialize_message(stamped()))
    assert read.read(serialize_message(other)) is None
    assert read.read(serialize_message(stamped()) + b'x') is None
    assert read.read(b'') is None


@pytest.mark.parametrize('frame, child', [('base', 'Tool'), ('', ''), ('x', 'x'), ('\2', '\2\2')])
def test_a_reader_does_not_care_what_is_in_gaps(frame, child):
    data = bytearray(serialize_message(stamped(frame, child)))
    usual = deserialize_message(bytes(data), TransformStamped)
    gaps = []
    for at in range(len(data) - 56, len(data) - 64, -1):  # those before the numbers
        data[at - 1] ^= 0xFF
        if deserialize_message(bytes(data), TransformStamped) != usual:
            data[at - 1] ^= 0xFF
            break
        gaps.append(at - 1)
    assert gaps or frame == 'x'
    read = reader(bytes(data))
    for at in gaps:
        data[at] ^= 0x55
        assert read.read(bytes(data)) is not None


def test_a_reader_notices_the_other_byte_order():
    data = serialize_message(stamped())
    with pytest.raises(ConversionError, match='another form'):
        TransformReader(b'\0\0' + data[2:], serialize_message, lambda *_: stamped())


# -- images


@given(
    frame=names, encoding=st.sampled_from(['mono8', 'rgb8', '16SC1', '64FC3', 'rgba16']),
    stamp_ns=st.integers(0, 2**31 * 10**9 - 1), pixels=st.binary(max_size=40),
    form=st.lists(st.integers(0, 2**32 - 1), min_size=3, max_size=3),
)
def test_the_beginning_of_an_image_is_that_of_ros(frame, encoding, stamp_ns, pixels, form):
    height, width, step = form
    image = Image(height=height, width=width, encoding=encoding, step=step)
    image.header.frame_id = frame
    image.header.stamp = time_from_ns(5)
    image.data.frombytes(pixels)
    spliced = SplicedImage(image, serialize_message)
    before = image_start(image, serialize_message)
    assert deserialize_message(before + pixels, Image) == image
    image.header.stamp = time_from_ns(stamp_ns)
    data = spliced.start(stamp_ns) + pixels
    assert deserialize_message(data, Image) == image
    assert len(data) == len(serialize_message(image))


def test_another_form_of_serialised_images_is_noticed():
    for wrong in (lambda message: b'\0' * 100, lambda message: 2 * serialize_message(message)):
        with pytest.raises(ConversionError, match='another form'):
            SplicedImage(Image(), wrong)


# -- markers

SHORT = st.text(st.characters(codec='utf-8', exclude_characters='\0'), max_size=9)


@given(st.lists(
    st.tuples(SHORT, SHORT, st.integers(0, 4), st.integers(0, 4), st.booleans()), max_size=4))
def test_markers_are_those_that_ros_would_have_made(wanted):
    # texts of all lengths, so that points stand at all distances from a multiple of eight
    random = np.random.default_rng(len(wanted))
    usual, spliced = MarkerArray(), MarkerArray()
    is_any = False
    for ns, text, points, colours, by_row in wanted:
        columns = random.random((points, 3)), random.random((colours, 4), np.float32)
        for message, is_by_row in ((usual, False), (spliced, by_row)):
            marker = Marker(ns=ns, text=text, id=points)
            marker.header.frame_id = text + ns
            bulk.use_rows(is_by_row)
            try:
                bulk.fill_rows(marker, 'points', Point, columns[0], np.arange(points))
                bulk.fill_rows(marker, 'colors', ColorRGBA, columns[1], np.arange(colours))
            finally:
                bulk.use_rows(False)
            message.markers.append(marker)
        is_any = is_any or by_row and points + colours > 0
    data = with_rows(spliced, serialize_message)
    if is_any:
        wanted_data = serialize_message(usual)
        assert len(data) == len(wanted_data)
        assert deserialize_message(data, MarkerArray) == deserialize_message(
            wanted_data, MarkerArray)
    else:
        assert data is None
    assert spliced == usual  # and is as it was


def without_counts(message):
    """Serialise with zeros where the numbers of points are, and what is before them."""
    data = serialize_message(message)
    at = data.index(np.float64(message.markers[0].points[0].x).tobytes())
    return data[: at - 8] + bytes(8) + data[at:]


@pytest.mark.parametrize('wrong', [
    lambda message: bytes(100), lambda message: 2 * serialize_message(message), without_counts])
def test_another_form_of_serialised_markers_is_noticed(wrong):
    marker = Marker(ns='ns')
    marker._points = bulk.Rows(Point, np.ones((2, 3)))
    with pytest.raises(ConversionError, match='another form'):
        with_rows(MarkerArray(markers=[marker]), wrong)
