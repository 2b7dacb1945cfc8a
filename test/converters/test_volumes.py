"""What else becomes of an IMAGE: its frame on tf, a slice, a cloud of voxels, an NRRD file."""

import gzip
import json
import math

import numpy as np
import pytest
from sensor_msgs.msg import PointField
from std_msgs.msg import Header

from igtl_ros2.codec.messages.image import LPS, Image
from igtl_ros2.converters.clouds import cloud_columns
from igtl_ros2.converters.registry import Route, convert_to_ros
from igtl_ros2.converters.volumes import SliceViewer, eight_bits
from igtl_ros2.errors import ConversionError
from igtl_ros2.mapping import ReceiveRule, SliceView

# i goes to anterior in steps of 2 mm, j to left in steps of 3 mm, k to superior in steps of 5 mm;
# the first of 4 x 3 x 2 voxels is at (13, 17, 27.5) mm
CENTRE = np.array([[0, -3, 0, 10], [2, 0, 0, 20], [0, 0, 5, 30], [0, 0, 0, 1]], float)
VOXELS = np.arange(24, dtype='<i2').reshape(2, 3, 4)


# -- tf


def test_the_frame_of_an_image_on_tf(receive):
    """Origin at the first voxel, x along i, y along j: a quarter turn about z."""
    result = receive(Image(VOXELS, CENTRE), tf='dynamic', child_frame_id='image')
    [transform] = result.transforms
    assert (transform.header.frame_id, transform.child_frame_id) == ('ras', 'image')
    t, q = transform.transform.translation, transform.transform.rotation
    np.testing.assert_allclose((t.x, t.y, t.z), (0.013, 0.017, 0.0275), atol=1e-9)
    np.testing.assert_allclose((q.x, q.y, q.z, q.w), (0, 0, 0.5**0.5, 0.5**0.5), atol=1e-7)
    assert receive(Image(VOXELS, CENTRE)).transforms == []


def test_a_mirrored_or_sheared_image_has_no_frame_on_tf(receive):
    mirrored = CENTRE * (1, 1, -1, 1)
    result = receive(Image(VOXELS, mirrored), tf='dynamic')
    assert result.transforms == [] and 'mirrored' in result.errors[0]
    sheared = np.array(CENTRE)
    sheared[0, 0] = 1
    result = receive(Image(VOXELS, sheared), tf='dynamic')
    assert result.transforms == [] and 'right angles' in result.errors[0]
    assert result.outputs['volume'].data.tobytes() == VOXELS.tobytes()


def test_an_image_whose_pose_is_invalid_has_no_frame_on_tf(receive):
    lost = Image(VOXELS, CENTRE, metadata={'TransformStatus': 'OUT_OF_VIEW'})
    result = receive(lost, tf='dynamic')
    assert (result.transforms, result.state) == ([], 'OUT_OF_VIEW')
    assert 'volume' in result.outputs
    assert len(receive(lost, tf='dynamic', publish_invalid=True).transforms) == 1


# -- slices


def test_shades_by_hand():
    """A window of 200 about 100 is 0 to 200."""
    values = np.array([-50, 0, 50, 100, 200, 300])
    assert eight_bits(values, 200, 100).tolist() == [0, 0, 64, 128, 255, 255]
    assert eight_bits(np.array([10, 20, 30])).tolist() == [0, 128, 255]
    assert eight_bits(np.array([7, 7])).tolist() == [0, 0]
    assert eight_bits(np.array([0, 100, 255], 'u1')).tolist() == [0, 100, 255]


def test_numbers_that_are_none_are_black():
    values = np.array([math.nan, -math.inf, math.inf, 0, 1])
    assert eight_bits(values).tolist() == [0, 0, 255, 0, 255]
    assert eight_bits(np.array([math.nan])).tolist() == [0]
    assert eight_bits(np.array([1.7e308, -1.7e308])).dtype == np.uint8
    assert eight_bits(np.zeros(0, '<f4')).tolist() == []


@pytest.mark.parametrize(
    ('view', 'wanted'),
    [
        (SliceView('k', 0), VOXELS[0]),
        (SliceView('k'), VOXELS[1]),
        (SliceView('j', 2), VOXELS[:, 2]),
        (SliceView('i', 3), VOXELS[:, :, 3]),
        (SliceView('i', 400), VOXELS[:, :, 3]),
    ],
)
def test_slices_along_each_axis(receive, stamp, view, wanted):
    result = receive(Image(VOXELS, CENTRE), slice=view, frame_id='ct')
    image = result.outputs['slice']
    assert image.header == Header(stamp=stamp, frame_id='ct')
    assert (image.height, image.width, image.encoding) == (*wanted.shape, 'mono8')
    np.testing.assert_array_equal(
        np.reshape(image.data, wanted.shape), np.rint(wanted * 255 / 23)
    )


def test_window_and_level(receive):
    view = SliceView('k', 0, window=2, level=5)
    shown = receive(Image(VOXELS, CENTRE), slice=view).outputs['slice']
    assert list(shown.data) == [0, 0, 0, 0, 0, 128] + [255] * 6


def test_colours_are_shown_by_their_mean(receive):
    pixels = np.array([[[[10, 20, 60], [0, 0, 255]]]], 'u1')
    shown = receive(Image(pixels), slice=SliceView()).outputs['slice']
    assert list(shown.data) == [30, 85]


def test_another_slice_at_run_time():
    viewer = SliceViewer(SliceView('k', 0))
    assert viewer.change(index=1) is None  # nothing has come yet
    header = Header(frame_id='ct')
    assert viewer.show(Image(VOXELS), header).data[0] == round(12 * 255 / 23)
    shown = viewer.change(axis='j', index=0)
    assert (shown.height, shown.width, shown.header) == (2, 4, header)
    assert viewer.change(window=2.0, level=13.0).data[4:].tolist() == [0, 128, 255, 255]
    assert viewer.change(window=0.0).data[7] == round(15 * 255 / 23)


def test_the_view_is_kept_from_message_to_message(stamp):
    route = Route('CT', 'ras', 'CT', ReceiveRule(slice=SliceView('k', 0)))
    convert_to_ros(Image(VOXELS), route, stamp)
    route.state['slice'].change(index=1)
    shown = convert_to_ros(Image(VOXELS), route, stamp).outputs['slice']
    assert shown.data[0] == round(12 * 255 / 23)


def test_no_voxels_no_slice(receive):
    result = receive(Image(np.zeros((0, 3, 4), 'u1')), slice=SliceView())
    assert 'slice' not in result.outputs and 'no slice' in result.errors[0]
    with pytest.raises(ConversionError):
        SliceViewer(SliceView()).show(Image(np.zeros((0, 0, 0), 'u1')), Header())


# -- clouds


def test_voxels_over_a_threshold(receive, stamp):
    result = receive(Image(VOXELS, CENTRE), cloud=True, threshold=21, frame_id='ct')
    cloud = result.outputs['cloud']
    assert cloud.header == Header(stamp=stamp, frame_id='ct')
    assert [(f.name, f.offset, f.datatype, f.count) for f in cloud.fields] == [
        ('x', 0, PointField.FLOAT32, 1),
        ('y', 4, PointField.FLOAT32, 1),
        ('z', 8, PointField.FLOAT32, 1),
        ('intensity', 12, PointField.FLOAT32, 1),
    ]
    assert (cloud.height, cloud.width, cloud.point_step, cloud.row_step) == (1, 2, 16, 32)
    # voxels (2, 2, 1) and (3, 2, 1)
    np.testing.assert_allclose(
        np.frombuffer(cloud.data, '<f4').reshape(2, 4),
        [[0.007, 0.021, 0.0325, 22], [0.007, 0.023, 0.0325, 23]],
        rtol=1e-6,
    )
    assert result.info['cloud'] == {'voxels': 2, 'points': 2}


def test_each_point_is_where_its_voxel_is(receive):
    result = receive(Image(VOXELS, CENTRE), cloud=True, threshold=-1)
    columns = cloud_columns(result.outputs['cloud'])
    geometry = np.reshape(result.outputs['geometry'].data, (4, 4))
    for x, y, z, value in zip(*(columns[name] for name in ('x', 'y', 'z', 'intensity'))):
        k, j, i = np.unravel_index(int(value), VOXELS.shape)
        np.testing.assert_allclose((x, y, z), (geometry @ (i, j, k, 1))[:3], rtol=1e-6)
    assert len(columns['x']) == 24


@pytest.mark.parametrize(
    ('most', 'wanted'), [(24, 24), (23, 12), (12, 12), (8, 8), (5, 5), (1, 1)]
)
def test_too_many_voxels_are_thinned_out_evenly(receive, most, wanted):
    result = receive(Image(VOXELS, CENTRE), cloud=True, threshold=-1, max_points=most)
    values = cloud_columns(result.outputs['cloud'])['intensity']
    assert len(values) == wanted
    assert len(set(np.diff(values).tolist())) <= 1
    assert result.info['cloud'] == {'voxels': 24, 'points': wanted}


@pytest.mark.parametrize(
    'pixels', [np.zeros((2, 3, 4), 'u1'), np.zeros((0, 0, 0), 'u1'), np.full((1, 2, 2), np.nan)]
)
def test_nothing_over_the_threshold(receive, pixels):
    cloud = receive(Image(pixels), cloud=True).outputs['cloud']
    assert (cloud.width, len(cloud.data)) == (0, 0)


def test_colours_make_no_cloud(receive):
    result = receive(Image(np.ones((1, 1, 1, 3), 'u1')), cloud=True)
    assert 'cloud' not in result.outputs and '3 components' in result.errors[0]


def test_without_a_place_no_cloud(receive):
    matrix = np.array(CENTRE)
    matrix[0, 0] = math.nan
    result = receive(Image(VOXELS, matrix), cloud=True, nrrd=True, plane=True)
    assert list(result.outputs) == ['volume']
    assert result.errors.count('it has no place in space') == 2


# -- arrays


@pytest.mark.parametrize('kind', ['i1', 'u1', '<i2', '>i2', '<u2', '<i4', '>u4', '<f4', '>f8'])
def test_a_volume_as_an_array_of_its_type(receive, send, kind):
    pixels = VOXELS.astype(kind)
    result = receive(Image(pixels, CENTRE), array=True)
    array = result.outputs['array']
    assert type(array).__name__.lower() == f'{pixels.dtype.name}multiarray'
    assert [(d.label, d.size, d.stride) for d in array.layout.dim] == [
        ('z', 2, 24), ('y', 3, 12), ('x', 4, 4)
    ]
    assert array.data.tolist() == pixels.ravel().tolist()
    again = send(array, 'NDARRAY').array
    assert again.dtype.newbyteorder('=') == pixels.dtype.newbyteorder('=')
    np.testing.assert_array_equal(again, pixels)
    assert 'array' not in receive(Image(pixels, CENTRE)).outputs


def test_colours_are_the_last_dimension_of_an_array(receive):
    pixels = np.arange(18, dtype='u1').reshape(1, 2, 3, 3)
    array = receive(Image(pixels), array=True).outputs['array']
    assert [(d.label, d.size, d.stride) for d in array.layout.dim] == [
        ('z', 1, 18), ('y', 2, 18), ('x', 3, 9), ('components', 3, 3)
    ]
    assert array.data.tobytes() == pixels.tobytes()


def test_an_array_of_nothing(receive):
    array = receive(Image(np.zeros((0, 3, 4), 'u1')), array=True).outputs['array']
    assert len(array.data) == 0 and array.layout.dim[0].size == 0


# -- NRRD


def read_nrrd(message):
    """Read an NRRD file as the format is described, with nothing of the package."""
    head, _, body = message.data.tobytes().partition(b'\n\n')
    magic, *lines = head.decode('ascii').split('\n')
    assert magic == 'NRRD0005'
    fields = dict(line.split(': ', 1) for line in lines)
    return fields, gzip.decompress(body)


def vectors(text):
    return [json.loads(f'[{part.strip("()")}]') for part in text.split()]


@pytest.mark.parametrize('kind', ['i1', 'u1', '<i2', '>i2', '<u2', '<i4', '>u4', '<f4', '>f8'])
def test_a_volume_as_nrrd(receive, stamp, kind):
    pixels = VOXELS.astype(kind)
    message = receive(Image(pixels, CENTRE, LPS), nrrd=True).outputs['nrrd']
    assert (message.format, message.header.stamp) == ('nrrd', stamp)
    fields, body = read_nrrd(message)
    little = pixels.astype(pixels.dtype.newbyteorder('<'))
    assert body == little.tobytes()
    names = {'float32': 'float', 'float64': 'double'}
    assert fields['type'] == names.get(little.dtype.name, little.dtype.name)
    assert (fields['dimension'], fields['sizes'], fields['endian']) == ('3', '4 3 2', 'little')
    assert (fields['space'], fields['encoding']) == ('right-anterior-superior', 'gzip')
    # LPS: x and y turned round, in mm
    np.testing.assert_allclose(
        vectors(fields['space directions']), [[0, -2, 0], [3, 0, 0], [0, 0, 5]], rtol=1e-12
    )
    np.testing.assert_allclose(vectors(fields['space origin']), [[-13, -17, 27.5]], rtol=1e-12)


def test_colours_as_nrrd(receive):
    pixels = np.arange(18, dtype='u1').reshape(1, 2, 3, 3)
    fields, body = read_nrrd(receive(Image(pixels), nrrd=True).outputs['nrrd'])
    assert body == pixels.tobytes()
    assert (fields['dimension'], fields['sizes']) == ('4', '3 3 2 1')
    assert fields['kinds'] == 'RGB-color domain domain domain'
    assert fields['space directions'].startswith('none (')


def test_metres_on_the_wire_are_mm_in_the_file(receive):
    metres = CENTRE * np.array([[0.001], [0.001], [0.001], [1]])
    result = receive(Image(VOXELS, metres), nrrd=True, wire_unit='m')
    fields, _ = read_nrrd(result.outputs['nrrd'])
    np.testing.assert_allclose(vectors(fields['space origin']), [[13, 17, 27.5]], rtol=1e-6)
