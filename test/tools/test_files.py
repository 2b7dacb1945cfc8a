"""Files of images, meshes, points and poses: read back, and where they say that things are."""

import contextlib
import gzip
import json
import random
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest

from igtl_ros2 import files
from igtl_ros2.codec.messages.arrays import Sensor
from igtl_ros2.codec.messages.image import LPS, Image
from igtl_ros2.codec.messages.mesh import Attribute, AttributeType, PolyData
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.text import Status, String
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement
from igtl_ros2.errors import FileError

nibabel = pytest.importorskip('nibabel')
nrrd = pytest.importorskip('nrrd')
Pictures = pytest.importorskip('PIL.Image', reason='pillow is not installed: no PNG')

IJK_TO_RAS = np.array([
    [0.0, -0.6, 0.4, -101.25],
    [0.5, 0.0, 0.0, 37.5],
    [0.0, 0.8, 0.3, -12.0625],
    [0.0, 0.0, 0.0, 1.0],
])
VOLUMES = ['.mha', '.mhd', '.nrrd', '.nii', '.nii.gz']
TYPES = ['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'float32', 'float64']


def volume(dtype='int16', components=1, seed=0, shape=(4, 3, 5)):
    rng = np.random.default_rng(seed)
    shape = shape + ((components,) if components > 1 else ())
    if np.dtype(dtype).kind == 'f':
        return rng.normal(size=shape).astype(dtype)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)


def roundtrip(path, *messages):
    files.write(path, [(0.0, message) for message in messages])
    return [message for _, message in files.read(path)]


@pytest.mark.parametrize('end', VOLUMES)
@pytest.mark.parametrize('dtype', TYPES)
def test_a_volume_comes_back_as_it_was(tmp_path, end, dtype):
    image = Image.from_array(volume(dtype), IJK_TO_RAS, device_name='CT')
    [back] = roundtrip(tmp_path / f'CT{end}', image)
    assert back.device_name == 'CT'
    assert back.pixels.dtype.newbyteorder('=') == np.dtype(dtype)
    np.testing.assert_array_equal(back.pixels, image.pixels)
    np.testing.assert_allclose(back.ijk_to_ras(), IJK_TO_RAS, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize('end', VOLUMES)
@pytest.mark.parametrize(('dtype', 'components'), [
    ('uint8', 3), ('uint8', 4), ('float32', 2), ('int16', 3), ('float64', 5)])
def test_components_come_back_as_they_were(tmp_path, end, dtype, components):
    image = Image.from_array(volume(dtype, components), IJK_TO_RAS)
    [back] = roundtrip(tmp_path / f'rgb{end}', image)
    assert back.components == components
    np.testing.assert_array_equal(back.pixels, image.pixels)
    np.testing.assert_allclose(back.ijk_to_ras(), IJK_TO_RAS, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize('end', VOLUMES)
def test_a_block_of_a_volume_in_lps_and_the_other_byte_order_is_where_it_was(tmp_path, end):
    block = volume('int16').astype('>i2')
    matrix = np.array(Image.from_array(block, IJK_TO_RAS).matrix)
    image = Image(block, matrix, LPS, size=(20, 10, 9), offset=(3, 2, 1))
    [back] = roundtrip(tmp_path / f'block{end}', image)
    np.testing.assert_array_equal(back.pixels, block)
    for ijk in ([0, 0, 0], [4, 2, 3], [1, 1, 1]):
        there = image.ijk_to_ras() @ [*np.add(ijk, image.offset), 1]
        np.testing.assert_allclose(back.ijk_to_ras() @ [*ijk, 1], there, rtol=1e-6, atol=1e-5)


def test_axes_on_disk_are_what_other_programs_read(tmp_path):
    """The voxel (1, 2, 3) by hand, in each file, with the tools of the format or by eye."""
    image = Image.from_array(volume('int16'), IJK_TO_RAS)
    ras = (IJK_TO_RAS @ [1, 2, 3, 1])[:3]
    lps = ras * [-1, -1, 1]
    for end in ('.mha', '.nrrd', '.nii'):
        files.write(tmp_path / f'a{end}', [(0.0, image)])
    file = nibabel.load(tmp_path / 'a.nii')
    np.testing.assert_allclose((file.affine @ [1, 2, 3, 1])[:3], ras, rtol=1e-6, atol=1e-5)
    assert file.dataobj[1, 2, 3] == image.pixels[3, 2, 1]
    voxels, head = nrrd.read(str(tmp_path / 'a.nrrd'))
    assert head['space'] == 'left-posterior-superior' and voxels[1, 2, 3] == image.pixels[3, 2, 1]
    place = head['space origin'] + np.array([1, 2, 3]) @ head['space directions']
    np.testing.assert_allclose(place, lps, rtol=1e-9)
    head, _, data = (tmp_path / 'a.mha').read_bytes().partition(b'LOCAL\n')
    fields = dict(line.split(' = ') for line in head.decode().splitlines() if ' = ' in line)
    turn = np.reshape([float(word) for word in fields['TransformMatrix'].split()], (3, 3))
    spacing = np.array([float(word) for word in fields['ElementSpacing'].split()])
    origin = np.array([float(word) for word in fields['Offset'].split()])
    # ITK: each row of TransformMatrix is the direction of an axis
    np.testing.assert_allclose(origin + ([1, 2, 3] * spacing) @ turn, lps, rtol=1e-9)
    at = 1 + 5 * (2 + 3 * 3)
    assert struct.unpack_from('<h', data, 2 * at) == (image.pixels[3, 2, 1],)


MHA = """ObjectType = Image
NDims = 3
BinaryData = True
BinaryDataByteOrderMSB = False
CompressedData = False
TransformMatrix = 1 0 0 0 1 0 0 0 1
Offset = 10 20 30
ElementSpacing = 0.5 0.25 2
DimSize = 4 3 2
ElementType = MET_UCHAR
ElementDataFile = LOCAL
"""


def write_mha(path, text=MHA, data=bytes(range(24))):
    path.write_bytes(text.encode() + data)
    return path


def test_a_meta_image_of_somebody_else(tmp_path):
    [(_, image)] = files.read(write_mha(tmp_path / 'a.mha'))
    np.testing.assert_allclose(
        image.ijk_to_ras(), [[-0.5, 0, 0, -10], [0, -0.25, 0, -20], [0, 0, 2, 30], [0, 0, 0, 1]])
    assert image.pixels[1, 2, 3] == 23
    packed = MHA.replace('CompressedData = False', 'CompressedData = True')
    data = zlib.compress(bytes(range(24)))
    [(_, image)] = files.read(write_mha(tmp_path / 'b.mha', packed, data))
    assert image.pixels[1, 2, 3] == 23


@pytest.mark.parametrize(('unit', 'scale'), [
    ('mm', 1), ('?', 1), ('um', 0.001), ('cm', 10), ('m', 1000)])
def test_a_meta_image_says_what_its_lengths_are_in(tmp_path, unit, scale):
    head = MHA.replace('NDims = 3', f'NDims = 3\nDistanceUnits = {unit}')
    [(_, image)] = files.read(write_mha(tmp_path / 'a.mha', head))
    wanted = np.array([[-0.5, 0, 0, -10], [0, -0.25, 0, -20], [0, 0, 2, 30], [0, 0, 0, 1]])
    wanted[:3] *= scale
    np.testing.assert_allclose(image.ijk_to_ras(), wanted)


@pytest.mark.parametrize(('old', 'new', 'says'), [
    ('NDims = 3', 'DistanceUnits = inch\nNDims = 3',
     r"line 2: DistanceUnits: 'inch', wanted one of mm"),
    ('NDims = 3', 'NDims = three', r'line 2: NDims'),
    ('DimSize = 4 3 2', 'DimSize = 4 3', r'line 9: DimSize'),
    ('DimSize = 4 3 2', 'DimSize = 4 3 -2', r'line 9: DimSize'),
    ('DimSize = 4 3 2', 'DimSize = 4 3 3', r'24 bytes of voxels, the header announces 36'),
    ('DimSize = 4 3 2', 'DimSize = 90000 90000 90000', r'the header announces'),
    ('MET_UCHAR', 'MET_COLOUR', r'line 10: ElementType'),
    ('Offset = 10 20 30', 'Offset = 10 nan 30', r'line 7: Offset'),
    ('ElementSpacing = 0.5 0.25 2', 'rubbish', r'line 8: no header of a MetaImage'),
    ('ElementDataFile = LOCAL', 'Comment = no data', r'line 12'),
    ('ElementDataFile = LOCAL', 'ElementDataFile = gone.raw', r'line 11: .*gone.raw'),
    ('CompressedData = False', 'CompressedData = True', r'zlib'),
    ('DimSize = 4 3 2', 'CompressedData = True\nDimSize = 60000 60000 60000',
     r'60000 60000 60000.*more than such a file can hold'),
])
def test_a_malformed_meta_image_says_what_and_where(tmp_path, old, new, says):
    path = write_mha(tmp_path / 'bad.mha', MHA.replace(old, new))
    with pytest.raises(FileError, match=says) as caught:
        list(files.read(path))
    assert 'bad.mha' in str(caught.value) or 'gone.raw' in str(caught.value)


SEQUENCE = """ObjectType = Image
NDims = 3
AnatomicalOrientation = RAI
BinaryData = True
BinaryDataByteOrderMSB = False
CenterOfRotation = 0 0 0
CompressedData = {packed}
DimSize = 4 3 3
ElementSpacing = 1 1 1
Offset = 0 0 0
TransformMatrix = 1 0 0 0 1 0 0 0 1
ElementType = MET_UCHAR
Kinds = domain domain list
UltrasoundImageOrientation = {orientation}
Seq_Frame0000_ProbeToReferenceTransform = 1 0 0 11 0 1 0 12 0 0 1 13 0 0 0 1
Seq_Frame0000_ProbeToReferenceTransformStatus = OK
Seq_Frame0000_Timestamp = 100.5
Seq_Frame0000_ImageStatus = OK
Seq_Frame0001_ProbeToReferenceTransform = 0 -1 0 21 1 0 0 22 0 0 1 23 0 0 0 1
Seq_Frame0001_ProbeToReferenceTransformStatus = INVALID
Seq_Frame0001_Timestamp = 100.75
Seq_Frame0001_ImageStatus = INVALID
Seq_Frame0002_ProbeToReferenceTransform = 1 0 0 31 0 1 0 32 0 0 1 33 0 0 0 1
Seq_Frame0002_ProbeToReferenceTransformStatus = OK
Seq_Frame0002_Timestamp = 101.5
Seq_Frame0002_ImageStatus = OK
ElementDataFile = LOCAL
"""


@pytest.mark.parametrize('packed', [False, True])
def test_a_sequence_of_plus_is_poses_and_images_at_their_times(tmp_path, packed, caplog):
    data = bytes(range(36))
    text = SEQUENCE.format(packed=packed, orientation='MFA')
    path = write_mha(tmp_path / 'scan.igs.mha', text, zlib.compress(data) if packed else data)
    said = list(files.read(path))
    assert [(time, m.type_name) for time, m in said] == [
        (0.0, 'TRANSFORM'), (0.0, 'IMAGE'), (1.0, 'TRANSFORM'), (1.0, 'IMAGE')]
    poses = [m for _, m in said if m.type_name == 'TRANSFORM']
    assert [m.device_name for m in poses] == ['ProbeToReference'] * 2
    assert [m.matrix[:3, 3].tolist() for m in poses] == [[11, 12, 13], [31, 32, 33]]
    # a peer that reads no metadata would take a pose that is not OK for a good one
    assert 'ProbeToReference (INVALID) in 1 of 3 frames, dropped there' in caplog.text
    assert 'Image (INVALID) in 1 of 3 frames' in caplog.text
    images = [m for _, m in said if m.type_name == 'IMAGE']
    assert [m.pixels.ravel().tolist() for m in images] == [list(data[:12]), list(data[24:])]
    # pixels are the unit of the frame Image: what turned into RAS comes back by its x and y
    assert images[0].pixels.shape == (1, 3, 4)


@pytest.mark.parametrize(('orientation', 'first'), [('MF', 0), ('UF', 3), ('MN', 8), ('UNA', 11)])
def test_images_of_a_sequence_are_turned_to_mf(tmp_path, orientation, first):
    text = SEQUENCE.format(packed=False, orientation=orientation)
    path = write_mha(tmp_path / 'scan.igs.mha', text, bytes(range(36)))
    image = next(m for _, m in files.read(path) if m.type_name == 'IMAGE')
    assert image.pixels[0, 0, 0] == first


@pytest.mark.parametrize(('old', 'new', 'says'), [
    ('100.75', 'soon', r"line 21: Seq_Frame0001_Timestamp: 'soon', wanted seconds"),
    ('100.75', '1e300', r"line 21: Seq_Frame0001_Timestamp: '1e300', wanted seconds"),
    ('0 -1 0 21', '0 -1 x 21', r'line 19: Seq_Frame0001_ProbeToReferenceTransform'),
    ('33 0 0 0 1', '33 0 0 0 2', r'line 23: .*last row'),
    ('Seq_Frame0002_Timestamp', 'Seq_Frame0007_Timestamp', r'there are 3 frames'),
    ('MFA', 'QQ', r'line 14: UltrasoundImageOrientation'),
    ('DimSize = 4 3 3', 'DimSize = 4 3 4', r'announces 48'),
])
def test_a_malformed_sequence_says_what_and_where(tmp_path, old, new, says):
    text = SEQUENCE.format(packed=False, orientation='MFA').replace(old, new)
    with pytest.raises(FileError, match=says):
        list(files.read(write_mha(tmp_path / 'scan.igs.mha', text, bytes(range(36)))))


def test_nrrd_in_other_spaces_and_units(tmp_path):
    voxels = volume('int16')
    for space, signs in (('RAS', (1, 1)), ('left-anterior-superior', (-1, 1)), ('LPS', (-1, -1))):
        nrrd.write(str(tmp_path / 'a.nrrd'), voxels, {
            'space': space, 'space directions': np.diag((0.001, 0.002, 0.003)),
            'space origin': [0.1, 0.2, 0.3], 'space units': ['m', 'm', 'm']}, index_order='C')
        [(_, image)] = files.read(tmp_path / 'a.nrrd')
        wanted = np.diag((signs[0] * 1.0, signs[1] * 2.0, 3.0, 1.0))
        wanted[:3, 3] = 100.0 * signs[0], 200.0 * signs[1], 300.0
        np.testing.assert_allclose(image.ijk_to_ras(), wanted)


@pytest.mark.parametrize(('head', 'scale'), [
    ({'units': ['cm', 'cm', 'cm'], 'spacings': [1, 2, 3]}, 10),
    ({'units': ['', 'um', 'um', 'um'], 'spacings': [np.nan, 1, 2, 3],
      'kinds': ['vector', 'domain', 'domain', 'domain']}, 0.001),
    ({'units': ['m', 'm', 'm'], 'space directions': np.diag((1, 2, 3))}, 1000),
    ({'units': ['mm', 'mm', 'mm'], 'space units': ['mm', 'mm', 'mm'], 'space': 'LPS',
      'space directions': np.diag((1, 2, 3))}, 1),
])
def test_units_of_the_axes_of_nrrd_count(tmp_path, head, scale):
    voxels = volume('int16', components=3 if 'kinds' in head else 1)
    head = {'space dimension': 3, **head} if 'space' not in head and 'space directions' in head \
        else head
    nrrd.write(str(tmp_path / 'a.nrrd'), voxels, head, index_order='C')
    [(_, image)] = files.read(tmp_path / 'a.nrrd')
    np.testing.assert_allclose(
        image.ijk_to_ras(), np.diag((-scale, -2 * scale, 3 * scale, 1)))


@pytest.mark.parametrize(('head', 'says'), [
    ({'units': ['inch'] * 3, 'spacings': [1, 2, 3]}, r"units: \['inch'\], wanted one of mm"),
    ({'units': ['mm', 'mm', 'cm'], 'spacings': [1, 2, 3]}, r'for all axes'),
    ({'kinds': ['list', 'domain', 'domain']}, 'sequences are not read'),
    ({'kinds': ['time', 'domain', 'domain']}, 'sequences are not read'),
    ({'kinds': ['domain', 'domain', 'time']}, 'sequences are not read'),
])
def test_nrrd_that_would_be_something_else_is_refused(tmp_path, head, says):
    nrrd.write(str(tmp_path / 'a.nrrd'), volume('uint8'), head, index_order='C')
    with pytest.raises(FileError, match=says):
        list(files.read(tmp_path / 'a.nrrd'))


def test_a_sequence_of_slicer_in_nrrd_is_refused(tmp_path):
    nrrd.write(str(tmp_path / 'a.seq.nrrd'), volume('uint8', components=5), {
        'kinds': ['list', 'domain', 'domain', 'domain']}, index_order='C')
    with pytest.raises(FileError, match='sequences are not read from NRRD files'):
        list(files.read(tmp_path / 'a.seq.nrrd'))


@pytest.mark.parametrize('head', [
    {'space dimension': 2, 'space directions': [[0.5, 0], [0, 0.75]], 'space origin': [1, 2]},
    {'space': 'LPS', 'space directions': [[0.5, 0, 0], [0, 0.75, 0]], 'space origin': [1, 2, 0]},
])
def test_a_flat_nrrd_has_its_place(tmp_path, head):
    nrrd.write(str(tmp_path / 'flat.nrrd'), volume('uint8')[0], head, index_order='C')
    [(_, image)] = files.read(tmp_path / 'flat.nrrd')
    np.testing.assert_array_equal(image.pixels, volume('uint8')[:1])
    np.testing.assert_allclose(image.ijk_to_ras(), [
        [-0.5, 0, 0, -1], [0, -0.75, 0, -2], [0, 0, 1, 0], [0, 0, 0, 1]])


def test_a_flat_nrrd_across_the_axes_has_a_third_direction(tmp_path):
    nrrd.write(str(tmp_path / 'flat.nrrd'), volume('uint8')[0], {
        'space': 'RAS', 'space directions': [[0, 0.002, 0], [0, 0, 0.003]],
        'space units': ['m', 'm', 'm']}, index_order='C')
    [(_, image)] = files.read(tmp_path / 'flat.nrrd')
    np.testing.assert_allclose(
        image.ijk_to_ras()[:3, :3], [[0, 0, 1], [2, 0, 0], [0, 3, 0]], atol=1e-9)


def test_a_nifti_file_of_several_volumes_has_their_times(tmp_path):
    voxels = volume('float32', shape=(5, 3, 4, 6))
    file = nibabel.Nifti1Image(voxels, IJK_TO_RAS)
    file.header.set_zooms((*file.header.get_zooms()[:3], 0.25))
    file.header.set_xyzt_units('mm', 'sec')
    nibabel.save(file, tmp_path / 'fmri.nii.gz')
    said = list(files.read(tmp_path / 'fmri.nii.gz'))
    assert [time for time, _ in said] == [0.25 * n for n in range(6)]
    np.testing.assert_array_equal(said[3][1].pixels, voxels[..., 3].transpose(2, 1, 0))


def test_a_nifti_file_that_fits_no_memory_says_so(tmp_path):
    file = nibabel.Nifti1Image(volume('float64'), IJK_TO_RAS)
    data = bytearray(file.to_bytes())
    data[42:48] = struct.pack('<3h', 32767, 32767, 32767)  # 281 TB
    (tmp_path / 'a.nii.gz').write_bytes(gzip.compress(bytes(data)))
    with pytest.raises(FileError, match=r'volume 0 cannot be read: \w+'):
        list(files.read(tmp_path / 'a.nii.gz'))


@pytest.mark.parametrize('end', ['.nrrd', '.nii', '.nii.gz', '.png', '.stl', '.obj', '.ply',
                                 '.mrk.json', '.fcsv', '.csv', '.mha', '.igs.mha'])
@pytest.mark.parametrize('data', [b'', b'nonsense\n\x00\xff', bytes(400)])
def test_what_is_no_such_file_says_so(tmp_path, end, data):
    path = tmp_path / f'broken{end}'
    path.write_bytes(gzip.compress(data) if end.endswith('.gz') and data else data)
    if end == '.fcsv' and not data:
        assert list(files.read(path))[0][1].elements == ()
        return
    with pytest.raises(FileError, match='broken'):
        list(files.read(path))


@pytest.mark.parametrize('end', VOLUMES)
@pytest.mark.parametrize('shape', [(1, 3, 4), (20, 100, 200)])
def test_what_was_read_from_a_file_can_take_its_place(tmp_path, end, shape):
    image = Image.from_array(volume(shape=shape), IJK_TO_RAS)
    (tmp_path / 'there').mkdir()
    (tmp_path / f'a{end}').symlink_to(tmp_path / 'there' / f'a{end}')
    [said] = roundtrip(tmp_path / f'a{end}', image)
    before = sorted(tmp_path.rglob('*'))
    [again] = roundtrip(tmp_path / f'a{end}', said)
    np.testing.assert_array_equal(again.pixels, image.pixels)
    np.testing.assert_array_equal(said.pixels, image.pixels)
    assert sorted(tmp_path.rglob('*')) == before
    assert (tmp_path / f'a{end}').is_symlink()


@pytest.mark.parametrize('end', ['.csv', '.txt'])
def test_rows_that_are_read_can_take_their_place(tmp_path, end):
    path = tmp_path / f'a{end}'
    message = Transform(np.eye(4)) if end == '.csv' else String('a line of a text')
    files.write(path, [(0.1 * n, message) for n in range(5000)])
    files.write(path, files.read(path))
    assert [round(10 * time_s) for time_s, _ in files.read(path)] == list(range(5000))


def test_int64_that_fits_is_sent_and_what_does_not_is_refused(tmp_path):
    nrrd.write(str(tmp_path / 'a.nrrd'), np.arange(8, dtype=np.int64).reshape(2, 2, 2))
    [(_, image)] = files.read(tmp_path / 'a.nrrd')
    assert image.pixels.dtype == np.int32
    nrrd.write(str(tmp_path / 'b.nrrd'), np.full((2, 2, 2), 2**40))
    with pytest.raises(FileError, match='do not fit 32 bits'):
        list(files.read(tmp_path / 'b.nrrd'))


@pytest.mark.parametrize(('dtype', 'components'), [
    ('uint8', 1), ('uint8', 3), ('uint8', 4), ('uint16', 1)])
def test_pictures_come_back_as_they_were(tmp_path, dtype, components):
    image = Image.from_array(volume(dtype, components, shape=(1, 6, 7)))
    [back] = roundtrip(tmp_path / 'a.png', image)
    np.testing.assert_array_equal(back.pixels, image.pixels)


def test_16_bits_are_read_with_an_old_pillow_too(tmp_path, monkeypatch):
    image = Image.from_array(volume('uint16', shape=(1, 6, 7)))
    files.write(tmp_path / 'a.png', [(0.0, image)])
    opened = Pictures.open  # which gave numbers of 32 bits before Pillow 11
    monkeypatch.setattr(Pictures, 'open', lambda path: opened(path).convert('I'))
    [(_, back)] = files.read(tmp_path / 'a.png')
    assert back.pixels.dtype == np.uint16
    np.testing.assert_array_equal(back.pixels, image.pixels)


def test_a_volume_of_other_numbers_is_spread_over_16_bits(tmp_path):
    [back] = roundtrip(tmp_path / 'a.png', Image.from_array(volume('float32')))
    assert back.pixels.dtype == np.uint16
    assert (back.pixels.min(), back.pixels.max()) == (0, 65535)


# -- meshes

CUBE = PolyData(
    [(0, 0, 0), (10, 0, 0), (10, 20, 0), (0, 20, 0), (0, 0, 30)],
    polygons=[(0, 1, 2), (0, 2, 3), (0, 4, 1), (1, 2, 3)], device_name='Cube')


def corners(mesh):
    return np.asarray(mesh.points, np.float64)[mesh.triangles()]


@pytest.mark.parametrize('end', ['.stl', '.ply', '.obj'])
def test_triangles_come_back_as_they_were(tmp_path, end):
    [back] = roundtrip(tmp_path / f'Cube{end}', CUBE)
    assert back.device_name == 'Cube'
    np.testing.assert_allclose(corners(back), corners(CUBE), atol=1e-6)


def test_colours_of_points_come_back(tmp_path):
    colours = np.array([(0, 0, 1, 1), (1, 0, 0, 1), (0, 1, 0, 1), (1, 1, 0, 0.2), (0.2, 0, 0, 1)])
    mesh = PolyData(CUBE.points, polygons=CUBE.polygons, attributes=(
        Attribute('Color', AttributeType.POINT_RGBA, colours),))
    [back] = roundtrip(tmp_path / 'a.ply', mesh)
    np.testing.assert_allclose(
        back.attributes[0].values[back.triangles()], colours[mesh.triangles()], atol=1e-6)


ASCII_STL = """solid made by hand {space}
facet normal 0 0 1
 outer loop
  vertex 1 2 3
  vertex 4 2 3
  vertex 1 5 3
 endloop
endfacet
endsolid
"""


def test_meshes_are_in_lps_on_disk_unless_they_say_ras(tmp_path):
    for space, first in (('', [-1, -2, 3]), ('SPACE=LPS', [-1, -2, 3]), ('SPACE=RAS', [1, 2, 3])):
        path = tmp_path / 'hand.stl'
        path.write_text(ASCII_STL.format(space=space))
        [(_, mesh)] = files.read(path)
        assert corners(mesh)[0, 0].tolist() == first
        (tmp_path / 'hand.obj').write_text(f'# {space}\nv 1 2 3\nv 4 2 3\nv 1 5 3\nf 1 2 3\n')
        [(_, mesh)] = files.read(tmp_path / 'hand.obj')
        assert corners(mesh)[0, 0].tolist() == first
    for end in ('.stl', '.ply', '.obj'):
        files.write(tmp_path / f'b{end}', [(0.0, CUBE)])
        assert b'SPACE=LPS' in (tmp_path / f'b{end}').read_bytes()[:400]
    # a binary STL: count, normal, then the first corner of the first triangle
    raw = (tmp_path / 'b.stl').read_bytes()
    assert struct.unpack_from('<9f', raw, 84 + 12) == (0, 0, 0, -10, 0, 0, -10, -20, 0)


def test_a_mesh_without_triangles_has_no_place_in_a_file_of_triangles(tmp_path):
    lines = PolyData(CUBE.points, lines=[(0, 1, 2)])
    with pytest.raises(FileError, match=r'no triangles.*\.vtp'):
        files.write(tmp_path / 'a.stl', [(0.0, lines)])


# -- points

FIDUCIALS = PointList([
    Point('F-1', (1.5, -2.25, 3.125), 'Fiducial', (255, 0, 51, 255), 4.0, 'CT'),
    Point('Ziel, "rechts"', (10.1, 0.2, -30.3), 'Target', (255, 0, 51, 255), 4.0, ''),
], device_name='F')


def test_markups_come_back_as_they_were(tmp_path):
    [back] = roundtrip(tmp_path / 'F.mrk.json', FIDUCIALS)
    for one, two in zip(FIDUCIALS.elements, back.elements):
        np.testing.assert_allclose(two.position, one.position, atol=1e-9)
        for field in ('name', 'group', 'rgba', 'diameter', 'owner'):
            assert getattr(one, field) == getattr(two, field)
    document = json.loads((tmp_path / 'F.mrk.json').read_text())
    assert document['markups'][0]['coordinateSystem'] == 'LPS'
    assert document['markups'][0]['controlPoints'][0]['position'] == [-1.5, 2.25, 3.125]


def test_points_that_lose_their_own_colour_are_told(tmp_path, caplog):
    files.write(tmp_path / 'same.mrk.json', [(0.0, FIDUCIALS)])
    assert not caplog.records
    blue = Point('F-3', (0, 0, 0), 'Fiducial', (0, 0, 255, 255), 4.0)
    files.write(tmp_path / 'F.mrk.json', [(0.0, PointList([*FIDUCIALS.elements, blue]))])
    assert '1 points get the colour and size of the first' in caplog.text


def test_fcsv_comes_back_as_it_was(tmp_path):
    [back] = roundtrip(tmp_path / 'F.fcsv', FIDUCIALS)
    for one, two in zip(FIDUCIALS.elements, back.elements):
        np.testing.assert_allclose(two.position, one.position, atol=1e-9)
        assert (one.name, one.group, one.owner) == (two.name, two.group, two.owner)
    assert '# CoordinateSystem = LPS' in (tmp_path / 'F.fcsv').read_text()


@pytest.mark.parametrize(('said', 'signs'), [
    ('# CoordinateSystem = RAS\n', 1), ('# CoordinateSystem = 0\n', 1), ('', 1),
    ('# CoordinateSystem = LPS\n', -1), ('# CoordinateSystem = 1\n', -1)])
def test_fcsv_of_all_versions(tmp_path, said, signs):
    (tmp_path / 'old.fcsv').write_text(
        f'# Markups fiducial file version = 4.3\n{said}'
        '# columns = id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,desc,associatedNodeID\n'
        'vtkMRMLMarkupsFiducialNode_0,1.29,-40.18,60.15,0,0,0,1,1,1,0,F-1,,\n')
    [(_, points)] = files.read(tmp_path / 'old.fcsv')
    assert points.elements[0].position.tolist() == [signs * 1.29, signs * -40.18, 60.15]
    assert points.elements[0].name == 'F-1'


@pytest.mark.parametrize(('text', 'says'), [
    ('# CoordinateSystem = XYZ\n1,1,1,1\n', 'line 1: coordinate system'),
    ('1,2\n', 'line 1'), ('1,a,2,3,0,0,0,1\n', 'line 1'), ('1,1,2,inf,0\n', 'line 1')])
def test_malformed_fcsv_says_where(tmp_path, text, says):
    (tmp_path / 'bad.fcsv').write_text(text)
    with pytest.raises(FileError, match=f'bad.fcsv, {says}'):
        list(files.read(tmp_path / 'bad.fcsv'))


@pytest.mark.parametrize(('change', 'says'), [
    ({'coordinateSystem': 'IJK'}, r'markups\[0\]: coordinate system'),
    ({'controlPoints': [{'position': [1, 2]}]}, r'controlPoints\[0\]'),
    ({'controlPoints': [{'label': 'x'}]}, r'controlPoints\[0\]: position'),
    ({'controlPoints': 3}, 'controlPoints'),
    ({'coordinateUnits': 'inch'}, 'coordinateUnits')])
def test_malformed_markups_say_where(tmp_path, change, says):
    markup = {'type': 'Fiducial', 'coordinateSystem': 'LPS', 'controlPoints': [], **change}
    (tmp_path / 'bad.mrk.json').write_text(json.dumps({'markups': [markup]}))
    with pytest.raises(FileError, match=says):
        list(files.read(tmp_path / 'bad.mrk.json'))


def test_points_of_a_curve_in_ras_that_are_not_placed_are_left_out(tmp_path):
    controls = [{'position': [1, 2, 3], 'label': 'a'},
                {'position': [0, 0, 0], 'positionStatus': 'undefined'}]
    (tmp_path / 'c.mrk.json').write_text(json.dumps({'markups': [
        {'type': 'Curve', 'coordinateSystem': 'RAS', 'controlPoints': controls},
        {'type': 'Line', 'name': 'L', 'controlPoints': controls}]}))
    (_, points), (_, line) = files.read(tmp_path / 'c.mrk.json')
    assert [p.position.tolist() for p in points.elements] == [[1, 2, 3]]
    # what does not say it is LPS, by the schema
    assert [p.position.tolist() for p in line.elements] == [[-1, -2, 3]]
    assert (points.device_name, line.device_name) == ('c', 'L')


# -- poses and texts

TURN = np.array([[0, -1, 0, 1.5], [1, 0, 0, -2.5], [0, 0, 1, 1e-3], [0, 0, 0, 1]], float)


def test_poses_come_back_as_they_were(tmp_path):
    stamp = 1_700_000_000_123_456_789
    poses = [
        Transform(TURN, device_name='Tool', timestamp_ns=stamp),
        Transform(2 * TURN / [[1], [1], [1], [2]], device_name='Scaled'),
        Position((1, 2, 3), (0.5, 0.5, 0.5, 0.5), device_name='P'),
        TrackingData([TrackingElement('a', TURN), TrackingElement('b', np.eye(4))],
                     device_name='T', metadata={'aStatus': 'MISSING'}),
    ]
    back = roundtrip(tmp_path / 'poses.csv', *poses)
    assert [m.type_name for m in back] == ['TRANSFORM', 'TRANSFORM', 'TRANSFORM', 'TDATA']
    assert back[0].timestamp == poses[0].timestamp
    for one, two in zip(poses[:3], back[:3]):
        np.testing.assert_allclose(two.matrix, one.matrix, atol=1e-12)
    # that a is not to be used stands in the table, and not all peers would hear of it
    assert [e.name for e in back[3].elements] == ['b']
    assert ',T,a,MISSING,' in (tmp_path / 'poses.csv').read_text()
    row = (tmp_path / 'poses.csv').read_text().splitlines()[1].split(',')
    assert [float(word) for word in row[5:8]] == [1.5, -2.5, 1e-3]
    np.testing.assert_allclose([float(word) for word in row[8:12]], [0, 0, 0.5**0.5, 0.5**0.5])
    # what scales has no quaternion
    assert (tmp_path / 'poses.csv').read_text().splitlines()[2].split(',')[8:12] == [''] * 4


def test_sensors_have_a_table(tmp_path):
    files.write(tmp_path / 's.csv', [(0.5, Sensor([1.25, -3], device_name='F'))])
    assert (tmp_path / 's.csv').read_text().splitlines() == [
        'time_s,stamp_ns,device,unit,v0,v1', '0.500000000,0,F,,1.25,-3.0']


def test_texts_come_back_as_they_were(tmp_path):
    said = [
        String('two\nlines\tand \\ back', device_name='log'),
        Status(code=3, subcode=-7, error_name='STOP', message='halt\r\n', device_name='robot')]
    back = roundtrip(tmp_path / 'log.txt', *said)
    assert back[0].text == said[0].text and back[0].device_name == 'log'
    assert (back[1].code, back[1].subcode, back[1].error_name, back[1].message) == (
        3, -7, 'STOP', 'halt\r\n')


# -- the register

def test_a_message_without_a_place_in_a_format_is_refused(tmp_path):
    with pytest.raises(FileError, match="STRING 'x' has no place.*IMAGE"):
        files.write(tmp_path / 'a.mha', [(0.0, String('x', device_name='x'))])
    with pytest.raises(FileError, match='room for one message'):
        files.write(tmp_path / 'a.stl', [(0.0, CUBE), (1.0, CUBE)])
    with pytest.raises(FileError, match=r'are not read; possible: .*\.fcsv'):
        list(files.read(tmp_path / 'a.docx'))
    with pytest.raises(FileError, match='gone.mha'):
        list(files.read(tmp_path / 'gone.mha'))


def test_formats_are_found_by_listing_the_folder():
    assert {'.igs.mha', '.mha', '.nrrd', '.nii.gz', '.stl', '.ply', '.obj', '.fcsv', '.mrk.json'} \
        <= set(files.readable())
    assert files.extension_of('a/Scan.IGS.MHA') == '.igs.mha'
    assert files.writable(PolyData) == ('.obj', '.ply', '.stl', '.vtp')
    assert files.device_name('x/head.nii.gz') == 'head'


def test_a_large_volume_is_converted_without_being_in_the_memory(tmp_path):
    voxel_bytes = 1024 * 1024 * 128 * 2
    head = MHA.replace('4 3 2', '1024 1024 128').replace('MET_UCHAR', 'MET_SHORT')
    with open(tmp_path / 'big.mha', 'wb') as file:
        file.write(head.encode())
        file.truncate(len(head) + voxel_bytes)
    program = (
        'import sys\n'
        'from pathlib import Path\n'
        'from igtl_ros2.tools.export import convert\n'
        'convert(sys.argv[1], Path(sys.argv[2]), [])\n'
        # memory of its own; pages of a file that is mapped are not
        'lines = open("/proc/self/status").read().splitlines()\n'
        'print([line.split()[1] for line in lines if line.startswith("RssAnon")][0])\n')
    done = subprocess.run(
        [sys.executable, '-c', program, tmp_path / 'big.mha', tmp_path / 'out.mha'],
        capture_output=True, text=True, timeout=100, check=True)
    assert int(done.stdout) * 1024 < voxel_bytes / 2
    assert (tmp_path / 'out.mha').stat().st_size > voxel_bytes


@pytest.mark.parametrize('end', [
    '.mha', '.mhd', '.nrrd', '.nii', '.nii.gz', '.png', '.stl', '.ply', '.obj', '.mrk.json',
    '.fcsv', '.csv', '.txt', '.igs.mha'])
def test_spoiled_files_give_messages_or_an_error_of_ours(tmp_path, end):
    path = tmp_path / f'a{end}'
    pixels = volume('uint8', shape=(3, 3, 4))
    given = {
        '.stl': CUBE, '.ply': CUBE, '.obj': CUBE, '.mrk.json': FIDUCIALS, '.fcsv': FIDUCIALS,
        '.csv': Transform(TURN), '.txt': Status(message='x'),
    }.get(end, Image.from_array(pixels, IJK_TO_RAS))
    if end == '.igs.mha':
        write_mha(path, SEQUENCE.format(packed=False, orientation='MFA'), bytes(range(36)))
    else:
        files.write(path, [(0.0, given)])
    whole = path.read_bytes()
    rng = random.Random(end)
    for _ in range(200):
        data = bytearray(whole)
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(min(len(data), 1200))
            how = rng.random()
            if how < 0.5:
                data[at] = rng.choice(b'\x00\xff09-.=#,x{}[]"\n ')
            elif how < 0.8:
                del data[at : at + rng.randrange(1, 30)]
            else:
                data[at:at] = data[at : at + rng.randrange(1, 30)] or b'9'
        path.write_bytes(data)
        with contextlib.suppress(FileError):
            for _, message in files.read(path):
                message.encode_content()
