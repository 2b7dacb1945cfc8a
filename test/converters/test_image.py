"""IMAGE, both ways: pixels, and their place in space by hand."""

import math
from array import array

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from many import each
from sensor_msgs.msg import Image as RosImage
from std_msgs.msg import Header

from igtl_ros2.codec import MAX_BODY_BYTES, volume_blocks
from igtl_ros2.codec.messages.image import LPS, RAS, Image
from igtl_ros2.codec.volume_blocks import VolumeMerger
from igtl_ros2.errors import ConversionError, EncodeError

# i goes to anterior in steps of 2 mm, j to left in steps of 3 mm, k to superior in steps of 5 mm
COLUMNS = np.array([[0, -3, 0, 0], [2, 0, 0, 0], [0, 0, 5, 0], [0, 0, 0, 1]], float)
CENTRE = np.array(COLUMNS)
CENTRE[:3, 3] = 10, 20, 30


def counted(*shape, dtype='<u2'):
    """Make an array of different numbers."""
    return np.arange(math.prod(shape)).reshape(shape).astype(dtype)


def place(result, *index):
    """Tell where a voxel is, in metres, by the geometry that was published."""
    geometry = result.outputs['geometry']
    assert [(d.label, d.size, d.stride) for d in geometry.layout.dim] == [
        ('row', 4, 16),
        ('column', 4, 4),
    ]
    matrix = np.reshape(geometry.data, (4, 4))
    assert result.info['geometry'] == matrix.tolist()
    return (matrix @ (*index, 1))[:3]


def close(found, wanted):
    """Compare to a nanometre."""
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-9)


# -- place in space, from the network


def test_corners_of_a_volume_in_ras(receive):
    """The first voxel is centre - 1.5 i - 1 j - 0.5 k, the last is centre + the same."""
    result = receive(Image(counted(2, 3, 4), CENTRE))
    close(place(result, 0, 0, 0), (0.013, 0.017, 0.0275))
    close(place(result, 3, 2, 1), (0.007, 0.023, 0.0325))
    close(place(result, 1.5, 1, 0.5), (0.010, 0.020, 0.030))
    close(place(result, 3, 0, 0), (0.013, 0.023, 0.0275))
    close(place(result, 0, 2, 0), (0.007, 0.017, 0.0275))
    close(place(result, 0, 0, 1), (0.013, 0.017, 0.0325))
    assert result.info['coordinates'] == 'RAS'


def test_corners_of_a_volume_in_lps(receive):
    result = receive(Image(counted(2, 3, 4), CENTRE, LPS))
    close(place(result, 0, 0, 0), (-0.013, -0.017, 0.0275))
    close(place(result, 3, 2, 1), (-0.007, -0.023, 0.0325))
    assert result.info['coordinates'] == 'LPS'


def test_corners_of_a_2d_image(receive):
    """An image of 3 x 2 pixels; the thickness of the slice moves nothing."""
    result = receive(Image(counted(2, 3), CENTRE))
    close(place(result, 0, 0, 0), (0.0115, 0.018, 0.030))
    close(place(result, 2, 1, 0), (0.0085, 0.022, 0.030))


@pytest.mark.parametrize(
    ('byte', 'rule', 'flipped'),
    [
        (RAS, {}, False),
        (0, {}, False),
        (LPS, {}, True),
        (LPS, {'coordinates': 'ignore'}, False),
        (RAS, {'wire_axes': 'lps'}, True),
        (RAS, {'wire_axes': 'lps', 'coordinates': 'ignore'}, True),
        (LPS, {'wire_axes': 'lps'}, True),  # said twice, done once
    ],
)
def test_who_says_that_it_is_lps(receive, byte, rule, flipped):
    result = receive(Image(counted(1, 1, 1), CENTRE, byte), **rule)
    close(place(result, 0, 0, 0), (-0.01, -0.02, 0.03) if flipped else (0.01, 0.02, 0.03))


def test_metres_on_the_wire(receive):
    close(place(receive(Image(counted(1, 1, 1), CENTRE), wire_unit='m'), 0, 0, 0), (10, 20, 30))


def test_a_block_by_itself_lies_where_it_is_in_the_volume(receive):
    block = Image(counted(1, 2, 2), CENTRE, size=(4, 3, 2), offset=(1, 1, 1))
    result = receive(block)
    # the first voxel of the volume is at (13, 17, 27.5); one step along each axis from there
    close(place(result, 0, 0, 0), (0.010, 0.019, 0.0325))
    close(place(result, 1, 1, 0), (0.007, 0.021, 0.0325))
    assert result.info['dimensions'] == [2, 2, 1]
    assert result.info['volume_dimensions'] == [4, 3, 2]
    assert result.info['offset'] == [1, 1, 1]


def test_a_matrix_that_is_not_finite_gives_no_geometry(receive):
    matrix = np.array(CENTRE)
    matrix[0, 0] = math.nan
    result = receive(Image(counted(2, 2), matrix))
    assert list(result.outputs) == ['image']
    assert 'geometry' not in result.info
    assert 'no geometry' in result.errors[0]


def test_a_matrix_that_was_never_set_counts_as_one_millimetre(receive):
    matrix = np.zeros((4, 4))
    matrix[3, 3] = 1
    result = receive(Image(counted(1, 3, 3), matrix))
    close(place(result, 0, 0, 0), (-0.001, -0.001, 0))
    close(place(result, 2, 1, 0), (0.001, 0, 0))


# -- blocks merged into the volume


def test_blocks_are_pasted_into_the_volume(receive):
    merger = VolumeMerger()
    first = Image(np.full((1, 2, 2), 7, '<u2'), CENTRE, size=(4, 3, 2), offset=(1, 1, 1))
    result = receive(merger.merge(first))
    wanted = np.zeros((2, 3, 4), np.uint16)
    wanted[1, 1:3, 1:3] = 7
    volume = result.outputs['volume']
    assert (volume.width, volume.height, volume.encoding) == (4, 6, 'mono16')
    assert volume.data.tobytes() == wanted.tobytes()
    close(place(result, 0, 0, 0), (0.013, 0.017, 0.0275))
    assert result.info['dimensions'] == [4, 3, 2]
    second = Image(
        np.full((1, 1, 4), 9, '<u2'),
        CENTRE,
        size=(4, 3, 2),
        offset=(0, 0, 0),
        device_name='US',
        timestamp=5 << 32,
        metadata={'a': 'b'},
        message_id=3,
    )
    merged = merger.merge(second)
    wanted[0, 0] = 9
    np.testing.assert_array_equal(merged.pixels, wanted)
    assert (merged.device_name, merged.timestamp) == ('US', 5 << 32)
    assert (merged.metadata, merged.message_id) == ({'a': 'b'}, 3)


def test_a_block_of_another_kind_starts_a_new_volume():
    merger = VolumeMerger()
    merger.merge(Image(np.full((1, 1, 1), 7, '<u2'), size=(2, 2, 2)))
    merged = merger.merge(Image(np.full((1, 1, 1), 9, '<i2'), size=(2, 2, 2), offset=(1, 1, 1)))
    assert merged.pixels.dtype == np.int16
    assert sorted(merged.pixels.ravel().tolist()) == [0] * 7 + [9]
    merged = merger.merge(Image(np.full((1, 1, 1), 9, '<i2'), size=(3, 2, 2)))
    assert merged.size == (3, 2, 2)


@each('columns', [3, 4])
def test_a_volume_as_narrow_as_a_colour_is_merged_as_well(columns):
    block = Image(np.full((1, 1, columns), 7, 'u1'), size=(columns, 16, 16), offset=(0, 15, 15))
    merged = VolumeMerger().merge(block)
    assert merged.size == (columns, 16, 16) and merged.is_whole
    assert merged.pixels[15, 15].tolist() == [7] * columns and merged.pixels.sum() == 7 * columns


def test_a_whole_image_passes_and_blocks_behind_it_are_pasted_into_a_copy():
    merger = VolumeMerger()
    merger.merge(Image(np.full((1, 1, 1), 7, 'u1'), size=(2, 2, 2)))
    whole = Image(counted(2, 2, 2, dtype='u1'))
    assert merger.merge(whole) is whole
    block = Image(np.full((1, 1, 1), 99, 'u1'), size=(2, 2, 2), offset=(1, 0, 1))
    assert merger.merge(block).pixels.ravel().tolist() == [0, 1, 2, 3, 4, 99, 6, 7]
    assert whole.pixels.ravel().tolist() == list(range(8))


def test_a_large_volume_is_kept_once_there_was_a_block(monkeypatch):
    monkeypatch.setattr(volume_blocks, 'KEPT_BYTES', 7)
    merger = VolumeMerger()
    whole = Image(counted(2, 2, 2, dtype='u1'))
    block = Image(np.full((1, 1, 1), 99, 'u1'), size=(2, 2, 2))
    merger.merge(whole)
    assert merger._whole is None
    with pytest.raises(ConversionError, match='a block of a volume of 0 MB is dropped'):
        merger.merge(block)
    merger.merge(whole)
    assert merger.merge(block).pixels.ravel().tolist() == [99, 1, 2, 3, 4, 5, 6, 7]
    other = Image(np.full((1, 1, 1), 99, 'u1'), size=(1, 1, 3))
    assert merger.merge(other).pixels.ravel().tolist() == [99, 0, 0]


def test_what_was_merged_stays_as_it_was():
    merger = VolumeMerger()
    blocks = [Image(np.full((1, 1, 1), n, 'u1'), size=(2, 1, 1), offset=(n, 0, 0)) for n in (0, 1)]
    first, second = map(merger.merge, blocks)
    assert first.pixels.tolist() == [[[0, 0]]]
    assert second.pixels.tolist() == [[[0, 1]]]


def test_colour_blocks():
    block = Image(np.full((1, 1, 1, 3), 5, 'u1'), size=(2, 1, 1), offset=(1, 0, 0))
    assert VolumeMerger().merge(block).pixels.tolist() == [[[[0, 0, 0], [5, 5, 5]]]]


def test_a_volume_that_nobody_could_send_is_not_made(receive):
    """72 bytes must not cost terabytes."""
    block = Image(counted(1, 1, 1), CENTRE, size=(65535, 65535, 65535))
    merged = VolumeMerger().merge(block)
    assert merged is block
    assert receive(merged).outputs['image'].width == 1
    assert 65535**3 > MAX_BODY_BYTES


# -- encodings, from the network

ENCODINGS = [
    ('u1', 1, 'mono8'),
    ('u1', 2, '8UC2'),
    ('u1', 3, 'rgb8'),
    ('u1', 4, 'rgba8'),
    ('u1', 5, '8UC5'),
    ('u2', 1, 'mono16'),
    ('u2', 2, '16UC2'),
    ('u2', 3, 'rgb16'),
    ('u2', 4, 'rgba16'),
    ('i1', 1, '8SC1'),
    ('i1', 3, '8SC3'),
    ('i2', 1, '16SC1'),
    ('i2', 5, '16SC5'),
    ('i4', 1, '32SC1'),
    ('i4', 2, '32SC2'),
    ('f4', 1, '32FC1'),
    ('f4', 2, '32FC2'),
    ('f8', 1, '64FC1'),
    ('f8', 4, '64FC4'),
    ('f8', 255, '64FC255'),
]


@pytest.mark.parametrize(('kind', 'components', 'encoding'), ENCODINGS)
@pytest.mark.parametrize('order', '<>')
@pytest.mark.parametrize('slices', [1, 2])
def test_pixels_to_ros(receive, stamp, kind, components, encoding, order, slices):
    shape = (slices, 3, 4) if components == 1 else (slices, 3, 4, components)
    pixels = (counted(*shape, dtype='i8') - 2).astype(order + kind)
    result = receive(Image(pixels), frame_id='ct')
    image = result.outputs['image' if slices == 1 else 'volume']
    assert set(result.outputs) == {'image' if slices == 1 else 'volume', 'geometry'}
    assert image.header == Header(stamp=stamp, frame_id='ct')
    assert (image.width, image.height) == (4, 3 * slices)
    assert image.encoding == encoding
    assert image.is_bigendian == 0
    assert image.step == 4 * components * pixels.dtype.itemsize
    assert isinstance(image.data, array)
    assert image.data.tobytes() == pixels.astype('<' + kind).tobytes()
    assert result.info['components'] == components
    assert np.dtype(result.info['scalar_type']) == np.dtype(kind)
    assert result.info['dimensions'] == [4, 3, slices]


@pytest.mark.parametrize('order', '<>')
@pytest.mark.parametrize(
    ('values', 'encoding', 'kind'),
    [
        ([0, 1, 2**31 - 1, 5], '32SC1', '<i4'),
        ([0, 1, 2**31, 5], '64FC1', '<f8'),
        ([0, 1, 2**32 - 1, 5], '64FC1', '<f8'),
    ],
)
def test_unsigned_32_bits_are_not_in_ros(receive, order, values, encoding, kind):
    result = receive(Image(np.array([[values[:2], values[2:]]], order + 'u4')))
    image = result.outputs['image']
    assert image.encoding == encoding
    assert np.frombuffer(image.data, kind).tolist() == values
    assert image.step == 2 * np.dtype(kind).itemsize
    assert result.info['scalar_type'] == 'uint32'


def test_unsigned_32_bits_of_several_components(receive):
    image = receive(Image(np.full((1, 1, 1, 2), 2**32 - 1, '<u4'))).outputs['image']
    assert image.encoding == '64FC2'


@pytest.mark.parametrize('kind', ['u1', '<u4', '>f4'])
def test_an_image_without_pixels(receive, kind):
    result = receive(Image(np.zeros((0, 0, 0), kind)))
    assert result.outputs['volume'].data.tobytes() == b''
    assert result.info['dimensions'] == [0, 0, 0]
    assert receive(Image(np.zeros((1, 0, 5), kind))).outputs['image'].height == 0


def test_an_array_that_is_not_in_one_piece(receive):
    pixels = counted(2, 6, 8)[:, ::2, ::2]
    image = receive(Image(pixels), wire=False).outputs['volume']
    assert image.data.tobytes() == pixels.tobytes()


# -- from ROS


def ros_image(encoding, data, width, height, step=0, big=0, frame_id='camera'):
    """Make a ROS image."""
    return RosImage(
        header=Header(stamp=Time(sec=7), frame_id=frame_id),
        encoding=encoding,
        width=width,
        height=height,
        step=step,
        is_bigendian=big,
        data=array('B', data),
    )


def test_a_camera_image_by_hand(send):
    """Image right is patient left, image down is posterior, 1 mm per pixel."""
    message = send(ros_image('mono8', bytes(640 * 480), 640, 480, 640), device='Endoscope')
    assert type(message) is Image
    assert message.device_name == 'Endoscope'
    assert message.timestamp_ns == 7_000_000_000
    assert message.metadata == {'ros_frame_id': 'camera', 'ros_stamp': '7.000000000'}
    assert message.coordinates == RAS
    assert message.size == (640, 480, 1)
    np.testing.assert_array_equal(message.ijk_to_ras(), np.diag([-1, -1, 1, 1]))
    assert message.matrix[:3, 3].tolist() == [-319.5, -239.5, 0]


def test_a_camera_image_with_spacing(send):
    message = send(
        ros_image('mono8', bytes(6), 3, 2), spacing=(0.0005, 0.00025, 0.002), wire_unit='mm'
    )
    np.testing.assert_allclose(message.ijk_to_ras(), np.diag([-0.5, -0.25, 2, 1]), atol=1e-6)
    assert message.matrix[:3, 3].tolist() == [-0.5, -0.125, 0]
    metres = send(ros_image('mono8', bytes(6), 3, 2), wire_unit='m')
    np.testing.assert_allclose(metres.ijk_to_ras(), np.diag([-0.001, -0.001, 0.001, 1]), atol=1e-9)


def test_an_image_with_geometry(send):
    """First voxel at (13, 17, 27.5) mm and the steps of `COLUMNS` put the centre where it was."""
    geometry = [0, -0.003, 0, 0.013, 0.002, 0, 0, 0.017, 0, 0, 0.005, 0.0275, 0, 0, 0, 1]
    message = send(
        ros_image('mono8', bytes(24), 4, 6), dims=(4, 3, 2), geometry=array('d', geometry)
    )
    np.testing.assert_allclose(message.matrix, CENTRE, atol=1e-5)
    metres = send(
        ros_image('mono8', bytes(24), 4, 6),
        dims=(4, 3, 2),
        geometry=array('d', geometry),
        wire_unit='m',
    )
    np.testing.assert_allclose(metres.matrix[:3], CENTRE[:3] / 1000, atol=1e-8)


@pytest.mark.parametrize('geometry', [[1.0] * 12, [0.0] * 16, [math.nan] * 16, []])
def test_a_wrong_geometry_is_refused(send, geometry):
    with pytest.raises(ConversionError, match='geometry'):
        send(ros_image('mono8', bytes(1), 1, 1), geometry=array('d', geometry))


PLAIN = [
    ('mono8', 'u1', 1),
    ('8UC1', 'u1', 1),
    ('8UC3', 'u1', 3),
    ('8U', 'u1', 1),
    ('rgb8', 'u1', 3),
    ('rgba8', 'u1', 4),
    ('mono16', 'u2', 1),
    ('16UC1', 'u2', 1),
    ('rgb16', 'u2', 3),
    ('rgba16', 'u2', 4),
    ('8SC1', 'i1', 1),
    ('16SC1', 'i2', 1),
    ('16SC2', 'i2', 2),
    ('32SC1', 'i4', 1),
    ('32FC1', 'f4', 1),
    ('32FC5', 'f4', 5),
    ('64FC1', 'f8', 1),
]


@pytest.mark.parametrize(('encoding', 'kind', 'components'), PLAIN)
@pytest.mark.parametrize('big', [0, 1])
@pytest.mark.parametrize('padding', [0, 3])
def test_pixels_from_ros(send, encoding, kind, components, big, padding):
    shape = (2, 3) if components == 1 else (2, 3, components)
    pixels = (counted(*shape, dtype='i8') - 1).astype(('>' if big else '<') + kind)
    rows = [row.tobytes() + b'\xee' * padding for row in pixels]
    message = send(ros_image(encoding, b''.join(rows), 3, 2, len(rows[0]), big))
    assert message.size == (3, 2, 1)
    assert message.components == components
    assert message.pixels.dtype == np.dtype(kind)
    np.testing.assert_array_equal(message.pixels[0], pixels)
    assert message.endian == 2


@pytest.mark.parametrize(
    ('values', 'kind'),
    [
        ([0, -1024, 3071, 32767], '<i2'),
        ([-32768, 0, 0, 0], '<i2'),
        ([-32769, 0, 0, 0], '<f4'),
        ([0, 0, 2**24, 1], '<f4'),
    ],
)
def test_for_slicer_32_bit_integers_become_what_it_reads_with_the_same_values(send, values, kind):
    pixels = np.array(values, '<i4').reshape(2, 2)
    message = send(ros_image('32SC1', pixels.tobytes(), 2, 2, 8, 0), profile='slicer')
    assert message.pixels.dtype == np.dtype(kind)
    np.testing.assert_array_equal(message.pixels[0], pixels)
    assert send(ros_image('32SC1', pixels.tobytes(), 2, 2, 8, 0)).pixels.dtype == np.dtype('i4')


def test_for_slicer_values_that_nothing_holds_are_refused(send):
    pixels = np.array([2**24 + 1, 0], '<i4')
    with pytest.raises(ConversionError, match='pixels from 0 to 16777217: 3D Slicer misreads'):
        send(ros_image('32SC1', pixels.tobytes(), 2, 1, 8, 0), profile='slicer')


@pytest.mark.parametrize(
    ('encoding', 'kind', 'order'),
    [
        ('bgr8', 'u1', [2, 1, 0]),
        ('bgra8', 'u1', [2, 1, 0, 3]),
        ('bgr16', 'u2', [2, 1, 0]),
        ('bgra16', 'u2', [2, 1, 0, 3]),
    ],
)
@pytest.mark.parametrize('big', [0, 1])
def test_blue_first_is_swapped(send, encoding, kind, order, big):
    pixels = counted(2, 3, len(order), dtype=('>' if big else '<') + kind)
    source = ros_image(encoding, pixels.tobytes(), 3, 2, 0, big)
    message = send(source)
    np.testing.assert_array_equal(message.pixels[0], pixels[..., order])
    assert source.data.tobytes() == pixels.tobytes()


@pytest.mark.parametrize(
    'encoding',
    [
        'bayer_rggb8',
        'bayer_bggr16',
        'yuv422',
        'yuv422_yuy2',
        'nv12',
        'uyvy',
        '',
        'RGB8',
        'rgb8 ',
        '16FC1',
        '32UC1',
        '8UC',
        '8UC-1',
        '8UC1000',
        '8UC' + '9' * 5000,
        '8UC٣',
        '8UC1\n',
    ],
    ids=lambda encoding: repr(encoding)[:20],
)
def test_other_encodings_are_refused_by_name(send, encoding):
    with pytest.raises(ConversionError) as caught:
        send(ros_image(encoding, bytes(100), 2, 2))
    assert repr(encoding) in str(caught.value)
    assert 'mono8, rgb8' in str(caught.value)


@pytest.mark.parametrize(
    ('encoding', 'size', 'width', 'height', 'step'),
    [
        ('mono8', 5, 3, 2, 3),
        ('mono8', 6, 3, 2, 2),
        ('mono16', 6, 3, 2, 3),
        ('rgb8', 6, 3, 2, 0),
        ('mono8', 0, 1, 1, 1),
        ('mono8', 10, 2**32 - 1, 2**32 - 1, 2**32 - 1),
        ('8UC0', 10, 2, 2, 2),
        ('8UC256', 1024, 2, 2, 512),
    ],
)
def test_sizes_that_disagree_are_refused(send, encoding, size, width, height, step):
    with pytest.raises(ConversionError, match=f'{size} bytes of data'):
        send(ros_image(encoding, bytes(size), width, height, step))


def test_an_image_larger_than_the_wire_can_say(send):
    with pytest.raises(EncodeError, match='65535'):
        send(ros_image('mono8', bytes(65536), 65536, 1))


def test_an_image_without_pixels_can_be_sent(send):
    assert send(ros_image('mono16', b'', 0, 0)).size == (0, 0, 1)
    assert send(ros_image('rgb8', b'', 0, 5)).size == (0, 5, 1)


# -- volumes


@pytest.mark.parametrize(
    'words',
    [{'info': {'dimensions': [4, 3, 2]}}, {'dims': (4, 3, 2)}],
    ids=['info', 'mapping'],
)
@pytest.mark.parametrize('components', [1, 3])
def test_stacked_slices_become_a_volume(send, words, components):
    shape = (2, 3, 4) if components == 1 else (2, 3, 4, components)
    pixels = counted(*shape, dtype='u1')
    message = send(
        ros_image('mono8' if components == 1 else 'rgb8', pixels.tobytes(), 4, 6), **words
    )
    assert message.size == (4, 3, 2)
    np.testing.assert_array_equal(message.pixels, pixels)


def test_the_mapping_wins_over_info(send):
    message = send(
        ros_image('mono8', bytes(24), 4, 6), dims=(4, 2, 3), info={'dimensions': [4, 3, 2]}
    )
    assert message.size == (4, 2, 3)


@pytest.mark.parametrize(
    'dimensions',
    [
        [4, 3, 3],
        [3, 4, 2],
        [4, 6],
        [4, 6, 1, 1],
        [],
        'abc',
        '461',
        {'4': 0, '6': 0, '1': 0},
        [4.0, 6.0, 1.0],
        ['4', '6', '1'],
        [4, -3, -2],
        [-4, 3, 2],
        [4, 0, 0],
        [4, math.nan, 1],
        [math.inf, 6, 1],
        [4, 6, 10**4000],
        [[4], [6], [1]],
        [None, None, None],
        5,
        True,
    ],
    ids=lambda dimensions: repr(dimensions)[:30],
)
def test_wrong_dimensions_are_refused(send, dimensions):
    with pytest.raises((ConversionError, EncodeError)):
        send(ros_image('mono8', bytes(24), 4, 6), info={'dimensions': dimensions})


def test_no_dimensions(send):
    message = send(ros_image('mono8', bytes(24), 4, 6), info={'dimensions': None})
    assert message.size == (4, 6, 1)


# -- there and back


@pytest.mark.parametrize(('kind', 'components', 'encoding'), ENCODINGS)
@pytest.mark.parametrize('slices', [1, 3])
def test_ros_gets_back_what_it_sent(receive, send, kind, components, encoding, slices):
    shape = (slices * 2, 5) if components == 1 else (slices * 2, 5, components)
    pixels = (counted(*shape, dtype='i8') - 2).astype('<' + kind)
    sent = ros_image(encoding, pixels.tobytes(), 5, 2 * slices, frame_id='ras')
    sent.step = 5 * components * pixels.dtype.itemsize
    geometry = array(
        'd', [0, -0.003, 0, 0.013, 0.002, 0, 0, 0.017, 0, 0, 0.005, 0.0275, 0, 0, 0, 1]
    )
    message = send(sent, geometry=geometry, info={'dimensions': [5, 2, slices]})
    result = receive(message)
    found = result.outputs['image' if slices == 1 else 'volume']
    found.header = sent.header
    assert found == sent
    close(result.outputs['geometry'].data, geometry)


@pytest.mark.parametrize('coordinates', [RAS, LPS])
@pytest.mark.parametrize('kind', ['u1', '<i2', '>i2', '<f4', '>f8'])
def test_the_wire_gets_back_what_it_sent(receive, send, coordinates, kind):
    message = Image(counted(2, 3, 4, dtype=kind), CENTRE, coordinates)
    result = receive(message)
    again = send(
        result.outputs['volume'],
        info=result.info,
        geometry=result.outputs['geometry'].data,
    )
    np.testing.assert_array_equal(again.pixels, message.pixels)
    assert again.scalar_type == message.scalar_type
    np.testing.assert_allclose(again.ijk_to_ras(), message.ijk_to_ras(), atol=1e-5)
