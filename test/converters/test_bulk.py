"""Large fields, by copy and by view: what is published is the same."""

import numpy as np
import pytest
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import Image, PointCloud2

from igtl_ros2.converters import bulk
from igtl_ros2.converters.arrays import ARRAYS


@pytest.fixture(params=[False, True], ids=['copy', 'view'])
def by_view(request):
    bulk.use_views(request.param)
    yield request.param
    bulk.use_views(False)


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
