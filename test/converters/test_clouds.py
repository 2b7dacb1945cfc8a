"""PointCloud2 taken apart: whatever it says about its bytes is checked."""

from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sensor_msgs.msg import PointCloud2, PointField
from std_msgs.msg import Header

from igtl_ros2.converters.clouds import cloud_columns, point_cloud
from igtl_ros2.errors import ConversionError

XYZ = [PointField(name=n, offset=4 * i, datatype=7, count=1) for i, n in enumerate('xyz')]


def test_there_and_back():
    positions = np.arange(12).reshape(4, 3) / 8
    words = np.array([0, 1, 2**31, 2**32 - 1], np.uint32)
    cloud = point_cloud(positions, {'rgba': words, 'v': np.arange(4)}, Header(frame_id='a'))
    assert (cloud.point_step, cloud.width, cloud.height, cloud.is_dense) == (20, 4, 1, True)
    assert isinstance(cloud.data, array)
    columns = cloud_columns(cloud)
    assert list(columns) == ['x', 'y', 'z', 'rgba', 'v']
    np.testing.assert_array_equal(np.stack([columns[a] for a in 'xyz'], axis=1), positions)
    np.testing.assert_array_equal(columns['rgba'], words)


@pytest.mark.parametrize('order', '<>')
def test_rows_with_padding_and_fields_of_any_type(order):
    point = np.dtype(
        {
            'names': ['z', 'x', 'y', 'ring', 'pair'],
            'formats': [f'{order}f8', f'{order}f8', f'{order}f8', 'u1', (f'{order}i2', (2,))],
            'offsets': [0, 10, 20, 30, 32],
            'itemsize': 40,
        }
    )
    table = np.zeros(6, point)
    for name in ('x', 'y', 'z', 'ring'):
        table[name] = np.arange(6) + ord(name[0])
    table['pair'] = np.arange(12).reshape(6, 2)
    raw = table.view(np.uint8).reshape(2, 120)
    data = np.hstack([raw, np.full((2, 7), 0xEE, np.uint8)]).tobytes()
    codes = {'z': 8, 'x': 8, 'y': 8, 'ring': 2, 'pair': 3}
    cloud = PointCloud2(
        height=2,
        width=3,
        point_step=40,
        row_step=127,
        is_bigendian=order == '>',
        data=array('B', data),
        fields=[
            PointField(
                name=n, offset=point.fields[n][1], datatype=codes[n], count=1 + (n == 'pair')
            )
            for n in point.names
        ],
    )
    for name, values in cloud_columns(cloud).items():
        np.testing.assert_array_equal(values, table[name])


@pytest.mark.parametrize(
    ('changes', 'text'),
    [
        ({'data': array('B', bytes(23))}, '23 bytes of data'),
        ({'width': 3}, '24 bytes of data'),
        ({'row_step': 23}, 'row_step 23'),
        ({'point_step': 11}, 'exceeds the 11 bytes'),
        ({'height': 2**32 - 1, 'width': 2**32 - 1}, '24 bytes of data'),
        ({'fields': XYZ[:2]}, 'wanted x, y and z'),
        ({'fields': []}, 'wanted x, y and z'),
        ({'fields': [PointField(name='x', datatype=7, count=2), *XYZ[1:]]}, 'one number each'),
        ({'fields': [*XYZ, XYZ[0]]}, "'x'"),
        ({'fields': [*XYZ, PointField(name='a', datatype=9, count=1)]}, "'a'"),
        ({'fields': [*XYZ, PointField(name='a', datatype=7, count=0)]}, "'a'"),
        ({'fields': [*XYZ, PointField(name='a', datatype=7, count=2**32 - 1)]}, "'a'"),
    ],
)
def test_what_does_not_fit_is_refused(changes, text):
    values = {
        'height': 1, 'width': 2, 'point_step': 12, 'row_step': 24, 'fields': XYZ,
        'data': array('B', bytes(24)),
    }
    with pytest.raises(ConversionError, match=text):
        cloud_columns(PointCloud2(**(values | changes)))


numbers = st.integers(0, 40) | st.sampled_from([2**31, 2**32 - 1])


@given(
    shape=st.tuples(numbers, numbers, numbers, numbers),
    fields=st.lists(
        st.tuples(st.sampled_from(['x', 'y', 'z', 'rgba']), numbers, st.integers(0, 255), numbers),
        max_size=5,
    ),
    size=st.integers(0, 400),
)
def test_any_cloud_is_read_or_refused(shape, fields, size):
    height, width, point_step, row_step = shape
    cloud = PointCloud2(
        height=height,
        width=width,
        point_step=point_step,
        row_step=row_step,
        data=array('B', bytes(size)),
        fields=[PointField(name=n, offset=o, datatype=d, count=c) for n, o, d, c in fields],
    )
    try:
        columns = cloud_columns(cloud)
    except ConversionError:
        return
    assert {len(values) for values in columns.values()} == {width * height}
