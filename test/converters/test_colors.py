"""COLORT, both ways."""

from array import array

import numpy as np
import pytest
from sensor_msgs.msg import Image as RosImage

from igtl_ros2.codec.messages.colors import ColorTable
from igtl_ros2.errors import ConversionError, EncodeError

TABLES = [
    (np.arange(256, dtype='u1'), 'mono8', 'uint8', 'uint8'),
    (np.arange(256, dtype='<u2') + 1000, 'mono16', 'uint8', 'uint16'),
    (np.arange(768).reshape(256, 3).astype('u1'), 'rgb8', 'uint8', 'rgb'),
    (np.arange(65536, dtype='<u2'), 'mono16', 'uint16', 'uint16'),
    (np.arange(3 * 65536).reshape(65536, 3).astype('u1'), 'rgb8', 'uint16', 'rgb'),
]


@pytest.mark.parametrize(('table', 'encoding', 'index', 'kind'), TABLES)
def test_there_and_back(receive, send, table, encoding, index, kind):
    result = receive(ColorTable(table), frame_id='ras')
    row = result.outputs['colors']
    assert (row.height, row.width, row.encoding) == (1, len(table), encoding)
    assert row.data.tobytes() == table.tobytes()
    assert result.info == {'index_type': index, 'map_type': kind}
    again = send(row, 'COLORT')
    np.testing.assert_array_equal(again.table, table)
    assert receive(again, frame_id='ras').outputs['colors'] == row


def test_blue_first(send):
    data = array('B', bytes([1, 2, 3] * 256))
    row = RosImage(encoding='bgr8', width=256, height=1, data=data)
    assert send(row, 'COLORT').table[0].tolist() == [3, 2, 1]


def image(encoding, width, height, size):
    return RosImage(encoding=encoding, width=width, height=height, data=array('B', bytes(size)))


@pytest.mark.parametrize(
    ('row', 'text'),
    [
        (image('mono8', 256, 2, 512), 'rows'),
        (image('mono8', 255, 1, 255), '256'),
        (image('16SC1', 256, 1, 512), 'wanted uint8'),
        (image('rgba8', 256, 1, 1024), 'wanted uint8'),
    ],
)
def test_what_is_no_colour_table_is_refused(send, row, text):
    with pytest.raises((ConversionError, EncodeError), match=text):
        send(row, 'COLORT')


def test_slicer_gets_none(send):
    with pytest.raises(ConversionError, match='Slicer knows no COLORT'):
        send(image('mono8', 256, 1, 256), 'COLORT', profile='slicer')
