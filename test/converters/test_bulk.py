"""Large fields, by copy and by view: what is published is the same."""

import numpy as np
import pytest
from geometry_msgs.msg import Point
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import Image, PointCloud2
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker

from igtl_ros2.converters import bulk
from igtl_ros2.converters.arrays import ARRAYS


@pytest.fixture(params=[False, True], ids=['copy', 'view'])
def by_view(request):
    bulk.by_view = request.param
    yield request.param
    bulk.by_view = False


@pytest.mark.parametrize('kind', ARRAYS)
@pytest.mark.parametrize('shape', [(7,), (2, 3, 4), (0,), (3, 0), ()])
def test_every_array_arrives_as_it_was(by_view, kind, shape):
    values = np.arange(np.prod(shape), dtype=kind).reshape(shape)
    message = ARRAYS[kind]()
    bulk.fill(message, values)
    arrived = deserialize_message(serialize_message(message), type(message))
    assert np.array_equal(np.asarray(arrived.data, kind), values.ravel())


@pytest.mark.parametrize('ros_type', [Image, PointCloud2])
@pytest.mark.parametrize('make', [bytes, bytearray, memoryview, np.array])
def test_bytes_of_any_kind(by_view, ros_type, make):
    values = make(bytes(range(256)))
    if make is np.array:
        values = np.arange(256, dtype=np.uint8)
    message = ros_type()
    bulk.fill(message, values)
    arrived = deserialize_message(serialize_message(message), ros_type)
    assert arrived.data.tobytes() == bytes(range(256))


def test_a_view_costs_no_copy_and_a_copy_keeps_what_was(by_view):
    values = np.zeros(1000, np.uint8)
    message = Image()
    bulk.fill(message, values)
    values[:] = 1
    arrived = deserialize_message(serialize_message(message), Image)
    assert set(arrived.data) == {int(by_view)}


# -- lists of points


def test_rows_are_a_list_of_messages():
    rows = bulk.Rows(Point, np.arange(9).reshape(3, 3))
    points = [Point(x=0.0, y=1.0, z=2.0), Point(x=3.0, y=4.0, z=5.0), Point(x=6.0, y=7.0, z=8.0)]
    assert len(rows) == 3 and list(rows) == points and rows == points and points == rows
    assert rows[1] == points[1] and rows[-1] == points[2] and rows[1:] == points[1:]
    assert rows != points[:2] and rows != [*points[:2], Point()] and rows != 3
    assert points[2] in rows and rows.index(points[2]) == 2
    with pytest.raises(IndexError):
        rows[3]
    with pytest.raises(TypeError, match='unhashable'):
        hash(rows)


@pytest.fixture(params=[False, True], ids=['list', 'rows'])
def by_row(request):
    bulk.by_row = request.param
    yield request.param
    bulk.by_row = False


@pytest.mark.parametrize('count', [0, 1, 5])
def test_rclpy_publishes_lists_and_rows_alike(by_row, count):
    points = np.random.default_rng(1).random((count, 3))
    colours = np.random.default_rng(2).random((count, 4), np.float32)
    marker = Marker(ns='n')
    chosen = np.arange(count)[::-1].repeat(2)
    bulk.fill_rows(marker, 'points', Point, points, chosen)
    bulk.fill_rows(marker, 'colors', ColorRGBA, colours, chosen)
    assert isinstance(marker.points, bulk.Rows) == (by_row and count > 0)
    arrived = deserialize_message(serialize_message(marker), Marker)
    assert [(p.x, p.y, p.z) for p in arrived.points] == [
        tuple(row) for row in points[chosen].tolist()
    ]
    assert [(c.r, c.g, c.b, c.a) for c in arrived.colors] == [
        tuple(row) for row in colours[chosen].tolist()
    ]
