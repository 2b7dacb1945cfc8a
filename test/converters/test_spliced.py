"""What is made by splicing is what is made in the ordinary way."""


import numpy as np
import pytest
from geometry_msgs.msg import Point, PoseStamped, TransformStamped
from hypothesis import given
from hypothesis import strategies as st
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import Image
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker, MarkerArray

from igtl_ros2.converters import bulk
from igtl_ros2.converters.lazy import LazyImage, LazyPoseStamped, LazyTransform
from igtl_ros2.converters.spliced import (
    PoseTemplate,
    PoseTemplates,
    image_start,
    with_rows,
)
from igtl_ros2.converters.units import time_from_ns
from igtl_ros2.errors import ConversionError

names = st.text(st.characters(codec='utf-8', exclude_characters='\0'), max_size=12)
seven = st.lists(st.floats(), min_size=7, max_size=7)
stamps = st.integers(0, 2**31 * 10**9 - 1)


def one(poses):
    return poses[0]


def lazy(frame='f', child='c', stamp_ns=1, numbers=(1.0, 2.0, 3.0, 0.5, 0.5, 0.5, 0.5)):
    return LazyTransform(stamp_ns, (frame, child), numbers)


@given(frame=names, child=names, stamp_ns=stamps, numbers=seven)
def test_ros_reads_the_bytes_of_poses(frame, child, stamp_ns, numbers):
    pose = lazy(frame, child, stamp_ns, numbers)
    data = PoseTemplate(one, [lazy(frame, child)], serialize_message).filled([pose])
    assert repr(deserialize_message(data, TransformStamped)) == repr(pose)
    pose = LazyPoseStamped(stamp_ns, (frame, ''), numbers)
    template = PoseTemplate(one, [LazyPoseStamped(0, (frame, ''), [0.0] * 7)], serialize_message)
    data = template.filled([pose])
    assert repr(deserialize_message(data, PoseStamped)) == repr(pose)


@given(st.lists(st.tuples(names, names, stamps, seven), min_size=1, max_size=5))
def test_so_are_those_of_several_poses(poses):
    tf_msgs = pytest.importorskip('tf2_msgs.msg')

    def make(transforms):
        return tf_msgs.TFMessage(transforms=list(transforms))

    templates = PoseTemplates(make, serialize_message)
    assert templates.bytes_of([lazy(*pose) for pose in poses]) is None  # who knows what comes
    data = templates.bytes_of([lazy(*pose) for pose in poses])
    assert repr(deserialize_message(data, tf_msgs.TFMessage)) == (
        repr(make([lazy(*pose).become() for pose in poses])))


def test_what_is_written_meanwhile_changes_nothing():
    """As another thread may, whose pose has the same frames."""
    template = PoseTemplate(one, [lazy()], serialize_message)
    other = lazy(stamp_ns=5 * 10**9, numbers=[9.0] * 7)

    class Interrupted(list):
        def __iter__(self):
            template.filled([other])
            return super().__iter__()

    pose = lazy(stamp_ns=10**9, numbers=Interrupted([1.0] * 7))
    templates = PoseTemplates(one, serialize_message)
    templates._known[pose.frames] = template
    for data in template.filled([pose]), templates.bytes_of_one(pose):
        got = deserialize_message(data, TransformStamped)
        assert (got.header.stamp.sec, got.transform.rotation.w) == (1, 1.0)


def test_names_without_end_cost_no_memory():
    templates = PoseTemplates(one, serialize_message)
    for number in range(3000):
        for _ in range(2):
            templates.bytes_of([lazy(f'f{number}')])
    assert len(templates._known) <= 1000 and templates.bytes_of([lazy('f2999')])


def test_another_form_of_serialised_messages_is_noticed():
    for wrong in (lambda message: b'\0' * 100, lambda message: 2 * serialize_message(message)):
        with pytest.raises(ConversionError, match='another form'):
            PoseTemplate(one, [lazy()], wrong)
        templates = PoseTemplates(one, wrong)
        assert [templates.bytes_of([lazy()]) for _ in range(3)] == [None] * 3


# -- and back


names = st.text(st.characters(codec='utf-8', exclude_characters='\0'), max_size=12)


# -- images


@given(
    frame=names, encoding=st.sampled_from(['mono8', 'rgb8', '16SC1', '64FC3', 'rgba16']),
    stamp_ns=st.integers(0, 2**31 * 10**9 - 1), pixels=st.binary(max_size=40),
    form=st.lists(st.integers(0, 2**32 - 1), min_size=3, max_size=3),
)
def test_the_beginning_of_an_image_is_that_of_ros(frame, encoding, stamp_ns, pixels, form):
    height, width, step = form
    for each_ns in (5, stamp_ns):
        image = LazyImage(
            each_ns, (frame, height, width, encoding, step), np.frombuffer(pixels, np.uint8))
        usual = Image(height=height, width=width, encoding=encoding, step=step)
        usual.header.frame_id, usual.header.stamp = frame, time_from_ns(each_ns)
        usual.data.frombytes(pixels)
        data = image_start(image, serialize_message) + pixels
        assert deserialize_message(data, Image) == usual
        assert len(data) == len(serialize_message(usual))
        assert image.become() == usual and type(image) is Image


def test_another_form_of_serialised_images_is_noticed():
    for wrong in (lambda message: b'\0' * 100, lambda message: 2 * serialize_message(message)):
        with pytest.raises(ConversionError, match='another form'):
            image_start(LazyImage(0, ('', 1, 1, 'mono8', 1), np.zeros(1, np.uint8)), wrong)


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
            bulk.by_row = is_by_row
            try:
                bulk.fill_rows(marker, 'points', Point, columns[0], np.arange(points))
                bulk.fill_rows(marker, 'colors', ColorRGBA, columns[1], np.arange(colours))
            finally:
                bulk.by_row = False
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
