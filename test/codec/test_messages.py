"""Constructors, tolerance and meaning of each message type, and the register."""

import ast
import struct
import subprocess
import sys
import tracemalloc
from dataclasses import FrozenInstanceError, dataclass, replace
from pathlib import Path

import numpy as np
import pytest

import igtl_ros2
from igtl_ros2 import codec
from igtl_ros2.codec import message as message_module
from igtl_ros2.codec.messages.arrays import (
    PREFIXES,
    UNITS,
    NDArray,
    Sensor,
    unit_parts,
    unit_word,
)
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.catalog import (
    ImageMeta,
    ImageMetaElement,
    LabelMeta,
    LabelMetaElement,
    VideoMeta,
    VideoMetaElement,
)
from igtl_ros2.codec.messages.colors import ColorTable
from igtl_ros2.codec.messages.image import LPS, RAS, Image
from igtl_ros2.codec.messages.points import Point, PointList, Trajectories, Trajectory
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.text import Command, CommandResponse, Status, StatusCode, String
from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.codec.messages.video import Video
from igtl_ros2.errors import ContentError, ConversionError, DecodeError, EncodeError

EYE = np.eye(4)
NAN = float('nan')
INF = float('inf')
SIGNALLING_NAN = bytes.fromhex('7f800001')


def moved(x, y, z):
    """Make a matrix that only moves."""
    matrix = np.eye(4)
    matrix[:3, 3] = x, y, z
    return matrix


def again(message):
    """Send and receive."""
    return codec.decode(codec.encode(message), strict=True)


# --- wrong values ---------------------------------------------------------------------------

PIXELS = np.zeros((1, 2, 3), np.uint8)
WRONG = {
    # call, then what the error must name: the field, what was found, what was wanted
    'no matrix': (lambda: Transform(None), ['matrix', '(4, 4)']),
    'matrix 3x4': (lambda: Transform(EYE[:3]), ['matrix', '(3, 4)', '(4, 4)']),
    'matrix text': (lambda: Transform('eye'), ['matrix', '(4, 4)']),
    'matrix texts': (lambda: Transform(EYE.astype(str)), ['matrix', '(4, 4)']),
    'matrix ragged': (lambda: Transform([[1, 0], [0]]), ['matrix', '(4, 4)']),
    'matrix complex': (lambda: Transform(EYE * 1j), ['matrix', 'complex']),
    'matrix holes': (lambda: Transform([[None] * 4] * 4), ['matrix', '(4, 4)']),
    'matrix huge': (lambda: Transform([[10**400] * 4] * 4), ['matrix', '(4, 4)']),
    'matrix last row': (
        lambda: Transform(EYE * 2),
        ['matrix', '[0.0, 0.0, 0.0, 2.0]', '[0, 0, 0, 1]'],
    ),
    'matrix last row nan': (lambda: Transform(EYE * NAN), ['matrix', 'nan']),
    'position 4': (lambda: Position([1, 2, 3, 4]), ['position', '(4,)', '(3,)']),
    'position number': (lambda: Position(1), ['position', '()', '(3,)']),
    'quaternion 3': (lambda: Position([1, 2, 3], [0, 0, 0]), ['quaternion', '(3,)', '(4,)']),
    'form 20': (lambda: Position([1, 2, 3], form=20), ['form', '20', '12, 24 or 28']),
    'form half': (lambda: Position([1, 2, 3], form=12.5), ['form', '12.5']),
    'form text': (lambda: Position([1, 2, 3], form='12'), ['form', "'12'"]),
    'form 24': (lambda: Position([1, 2, 3], [0, 0, 0, -1], 24), ['quaternion', 'negative w']),
    'pixels bool': (lambda: Image(np.zeros((2, 2), bool)), ['pixels', 'bool', 'uint8']),
    'pixels int64': (lambda: Image([[1, 2]]), ['pixels', 'int64', 'int32']),
    'pixels float16': (lambda: Image(PIXELS.astype('f2')), ['pixels', 'float16']),
    'pixels complex': (lambda: Image(PIXELS.astype(complex)), ['pixels', 'complex128']),
    'pixels none': (lambda: Image(None), ['pixels', 'object']),
    'pixels text': (lambda: Image('abc'), ['pixels', '<U3']),
    'pixels records': (lambda: Image(np.zeros(3, 'u1,u1')), ['pixels']),
    'pixels 1d': (lambda: Image(PIXELS[0, 0]), ['pixels', '(3,)', '(k, j, i)']),
    'pixels 5d': (lambda: Image(PIXELS[None, None]), ['pixels', '(k, j, i)']),
    'components 0': (lambda: Image(np.zeros((1, 1, 1, 0), 'u1')), ['pixels', '(1, 1, 1, 0)']),
    'components 256': (lambda: Image(np.zeros((1, 1, 1, 256), 'u1')), ['pixels', '256']),
    'pixels wide': (lambda: Image(np.zeros((1, 1, 65536), 'u1')), ['shape of pixels', '65536']),
    'size 2': (lambda: Image(PIXELS, size=(3, 2)), ['size', '(3, 2)', '3 whole numbers']),
    'size number': (lambda: Image(PIXELS, size=3), ['size', '3']),
    'size half': (lambda: Image(PIXELS, size=(3.5, 2, 1)), ['size', '3.5']),
    'size small': (lambda: Image(PIXELS, size=(2, 2, 1)), ['size[0] 2', '3 voxels']),
    'offset': (lambda: Image(PIXELS, offset=(1, 0, 0)), ['offset[0] 1', '3 voxels', 'size[0] 3']),
    'offset -1': (lambda: Image(PIXELS, offset=(-1, 0, 0)), ['offset', '-1']),
    'image matrix': (lambda: Image(PIXELS, EYE[:3]), ['matrix', '(3, 4)']),
    'coordinates': (lambda: Image(PIXELS, coordinates=3), ['coordinates', '3', '0 to 2']),
    'endian': (lambda: Image(PIXELS, endian=3), ['endian', '3']),
    'from_array': (lambda: Image.from_array(PIXELS, EYE[0]), ['ijk_to_ras', '(4,)', '(4, 4)']),
    'point position': (lambda: Point('P', [1, 2]), ['position', "'P'", '(2,)', '(3,)']),
    'point name': (lambda: Point('n' * 65, [1, 2, 3]), ['name', '65 bytes', '64']),
    'point name nul': (lambda: Point('a\0', [1, 2, 3]), ['name', 'NUL']),
    'point name type': (lambda: Point(5, [1, 2, 3]), ['name', '5']),
    'point group': (lambda: Point('P', [1, 2, 3], 'ä' * 17), ['group', "'P'", '34 bytes', '32']),
    'point owner': (lambda: Point('P', [1, 2, 3], owner='o' * 21), ['owner', "'P'", '21', '20']),
    'point rgb': (lambda: Point('P', [1, 2, 3], rgba=(1, 2, 3)), ['rgba', "'P'", '3', '4']),
    'point rgba': (lambda: Point('P', [1, 2, 3], rgba=(1, 2, 3, 256)), ['rgba', '256', '255']),
    'point rgba none': (lambda: Point('P', [1, 2, 3], rgba=None), ['rgba', 'None', '4']),
    'point diameter': (lambda: Point('P', [1, 2, 3], diameter='x'), ['diameter', "'x'"]),
    'points none': (lambda: PointList(None), ['elements', 'None', 'Point']),
    'points other': (lambda: PointList([1]), ['elements[0]', '1', 'Point']),
    'points many': (lambda: PointList([Point('', [0, 0, 0])] * 100_001), ['100001', '100000']),
    'tool name': (lambda: TrackingElement('n' * 21, EYE), ['name', '21', '20']),
    'tool matrix': (lambda: TrackingElement('T', EYE[0]), ['matrix', "'T'", '(4,)']),
    'tool type': (lambda: TrackingElement('T', EYE, 256), ['type', "'T'", '256', '255']),
    'tools other': (lambda: TrackingData([EYE]), ['elements[0]', 'TrackingElement']),
    'sensor shape': (lambda: Sensor([[1]]), ['values', '(1, 1)']),
    'sensor count': (lambda: Sensor(np.zeros(256)), ['values', '256', '255']),
    'sensor text': (lambda: Sensor('abc'), ['values']),
    'sensor unit': (lambda: Sensor([1], 2**64), ['unit', str(2**64)]),
    'sensor status': (lambda: Sensor([1], 0, 256), ['status', '256']),
    'string type': (lambda: String(5), ['text', '5']),
    'string bytes': (lambda: String(b'x'), ['text', "b'x'"]),
    'string length': (lambda: String('ä' * 32768), ['text', '65536', '65535']),
    'string nul': (lambda: String('a\0'), ['text', 'NUL']),
    'string encoding': (lambda: String('a', 65536), ['encoding', '65536']),
    'string latin': (lambda: String('€', 4), ['text', 'latin']),
    'string surrogate': (lambda: String('\ud800'), ['text', 'UTF-8']),
    'status code': (lambda: Status(65536), ['code', '65536', '65535']),
    'status subcode': (lambda: Status(1, 2**63), ['subcode', str(2**63)]),
    'status name': (lambda: Status(1, 0, 'n' * 21), ['error_name', '21', '20']),
    'status message': (lambda: Status(1, 0, '', 5), ['message', '5']),
    'status bytes': (lambda: Status(1, 0, '', b'x'), ['message', "b'x'"]),
    'status nul': (lambda: Status(1, 0, '', 'a\0b'), ['message', 'NUL']),
    'qtool name': (lambda: QuaternionElement('n' * 21, [0] * 3), ['name', '21', '20']),
    'qtool position': (lambda: QuaternionElement('T', [0]), ['position', "'T'", '(1,)', '(3,)']),
    'qtool turn': (lambda: QuaternionElement('T', [0] * 3, [1]), ['quaternion', "'T'", '(4,)']),
    'qtool type': (lambda: QuaternionElement('T', [0] * 3, type=-1), ['type', "'T'", '-1']),
    'path name': (lambda: Trajectory('n' * 65, [0] * 3, [0] * 3), ['name', '65', '64']),
    'path entry': (lambda: Trajectory('P', None, [0] * 3), ['entry', "'P'", '(3,)']),
    'path target': (lambda: Trajectory('P', [0] * 3, [0]), ['target', "'P'", '(1,)', '(3,)']),
    'path type': (lambda: Trajectory('P', [0] * 3, [0] * 3, 256), ['type', "'P'", '256']),
    'paths other': (lambda: Trajectories([Point('P', [0] * 3)]), ['elements[0]', 'Trajectory']),
    'meta id': (lambda: ImageMetaElement('n', 'i' * 21), ['id', '21', '20']),
    'meta modality': (lambda: ImageMetaElement('n', '', 'm' * 33), ['modality', '33', '32']),
    'meta patient': (
        lambda: ImageMetaElement('n', patient_name='SECRET\0'),
        ['patient_name', 'NUL'],
    ),
    'meta time': (lambda: ImageMetaElement('n', timestamp=-1), ['timestamp', '-1']),
    'meta size': (lambda: ImageMetaElement('n', size=(1, 2)), ['size', '(1, 2)', '3']),
    'meta scalar': (lambda: ImageMetaElement('n', scalar_type=None), ['scalar_type', 'None']),
    'label': (lambda: LabelMetaElement('n', '', 256), ['label', '256', '255']),
    'label rgba': (lambda: LabelMetaElement('n', rgba='red'), ['rgba', "'red'", '4']),
    'label owner': (lambda: LabelMetaElement('n', owner='o' * 21), ['owner', '21', '20']),
    'video zoom': (lambda: VideoMetaElement('n', zoom=2**15), ['zoom', '32768', '32767']),
    'video focus': (lambda: VideoMetaElement('n', focal_length='x'), ['focal_length', "'x'"]),
    'video place': (lambda: VideoMetaElement('n', matrix=EYE[0]), ['matrix', '(4,)', '(4, 4)']),
    'metas other': (lambda: VideoMeta([ImageMetaElement('n')]), ['elements[0]', 'VideoMetaEl']),
    'array none': (lambda: NDArray(None), ['array', 'object', 'float64']),
    'array number': (lambda: NDArray(np.float64(5)), ['array', '()', '1 to 255']),
    'array int64': (lambda: NDArray([1, 2]), ['array', 'int64', 'int32']),
    'array ragged': (lambda: NDArray([[1], [1, 2]]), ['array']),
    'array long': (lambda: NDArray(np.zeros(65536, 'i1')), ['array', '(65536,)', '65535']),
    'table none': (lambda: ColorTable(None), ['table', 'object', '256']),
    'table length': (lambda: ColorTable(np.zeros(255, 'u1')), ['table', '(255,)', '256']),
    'table type': (lambda: ColorTable(np.zeros(256, 'i1')), ['table', 'int8', 'uint8']),
    'table rgba': (lambda: ColorTable(np.zeros((256, 4), 'u1')), ['table', '(256, 4)', '(n, 3)']),
    'table rgb16': (lambda: ColorTable(np.zeros((256, 3), 'u2')), ['table', 'uint16', '(n, 3)']),
    'table ragged': (lambda: ColorTable([[1], [1, 2]]), ['table']),
    'frame none': (lambda: Video(None, 'VP90', (1, 1, 1)), ['frame', 'object', 'uint8']),
    'frame shape': (lambda: Video(PIXELS, 'VP90', (1, 1, 1)), ['frame', '(1, 2, 3)', '(n,)']),
    'frame codec': (lambda: Video(b'', 'VP900', (1, 1, 1)), ['codec', "'VP900'", '4']),
    'frame size': (lambda: Video(b'', 'VP90', (1, 1)), ['size', '(1, 1)', '3']),
    'frame type': (lambda: Video(b'', 'VP90', (1, 1, 1), 65536), ['frame_type', '65536']),
    'frame block': (lambda: Video(b'', 'VP90', (1, 1, 1), block=(1, 1, -1)), ['block', '-1']),
    'frame blocks': (lambda: Video(b'', 'VP90', (1, 1, 1), block=np.ones(2)), ['block', '3']),
    'frame raw': (lambda: Video(bytes(11), 'I420', (4, 2, 1)), ['4 x 2', '11 bytes', '12']),
    'frame odd': (lambda: Video(bytes(6), 'I420', (4, 1, 1)), ['4 x 1', 'even']),
    'command id': (lambda: Command(2**32, 'n'), ['command_id', str(2**32)]),
    'command name': (lambda: Command(1, 'n' * 129), ['name', '129', '128']),
    'command content': (lambda: Command(1, 'n', b'x'), ['content', "b'x'"]),
    'command nul': (lambda: Command(1, 'n', 'a\0'), ['content', 'NUL']),
    'command encoding': (lambda: Command(1, 'n', '', 65536), ['encoding', '65536']),
    'command latin': (lambda: CommandResponse(1, 'n', '€', 4), ['content', 'latin']),
    'unknown number': (lambda: codec.Unknown('X', 5), ['content', '5', 'bytes']),
    'unknown text': (lambda: codec.Unknown('X', 'text'), ['content', "'text'", 'bytes']),
}


@pytest.mark.parametrize('name', WRONG)
def test_a_wrong_value_is_named(name):
    call, words = WRONG[name]
    with pytest.raises(EncodeError) as caught:
        call()
    for word in words:
        assert word in str(caught.value)
    assert isinstance(caught.value, ValueError)


FLOATS = [
    lambda x: Transform(moved(x, 0, 0)),
    lambda x: Position([0, x, 0]),
    lambda x: Position([0, 0, 0], [0, 0, x, 0]),
    lambda x: Image(PIXELS, moved(0, 0, x)),
    lambda x: PointList([Point('P', [0, 0, x])]),
    lambda x: PointList([Point('P', [0, 0, 0], diameter=x)]),
    lambda x: TrackingData([TrackingElement('T', moved(x, 0, 0))]),
    lambda x: QuaternionTrackingData([QuaternionElement('T', [0, x, 0])]),
    lambda x: Trajectories([Trajectory('P', [0, x, 0], [0, 0, 0])]),
    lambda x: Trajectories([Trajectory('P', [0, 0, 0], [0, 0, x])]),
    lambda x: Video(b'', 'VP90', (1, 1, 1), matrix=moved(0, x, 0)),
    lambda x: VideoMeta([VideoMetaElement('n', matrix=moved(0, x, 0))]),
]


@pytest.mark.parametrize('make', FLOATS)
@pytest.mark.parametrize('value', [1e39, -1e300, 3.5e38])
def test_what_float32_cannot_hold(make, value):
    with pytest.raises(EncodeError, match='float32'):
        codec.encode(make(value))


@pytest.mark.parametrize('make', FLOATS)
@pytest.mark.parametrize('value', [NAN, INF, -INF, 3.4e38, 1e-45, -0.0, np.float32(0.1)])
def test_every_float32_passes(make, value):
    message = make(value)
    assert codec.encode(again(message)) == codec.encode(message)


@pytest.mark.filterwarnings('error')
@pytest.mark.parametrize(
    ('type_name', 'body'),
    [
        (b'TRANSFORM', SIGNALLING_NAN * 12),
        (b'POSITION', SIGNALLING_NAN * 3),
        (b'POSITION', SIGNALLING_NAN * 6),
        (b'POSITION', SIGNALLING_NAN * 7),
        (b'TDATA', b'T'.ljust(22, b'\0') + SIGNALLING_NAN * 12),
        (b'POINT', bytes(100) + SIGNALLING_NAN * 4 + bytes(20)),
        (b'SENSOR', b'\1' + bytes(9) + bytes.fromhex('7ff0000000000001')),
        (b'IMAGE', bytes.fromhex('000101030101000000000000') + SIGNALLING_NAN * 12 + bytes(12)),
    ],
)
def test_signalling_nan_causes_no_warning(wire, type_name, body):
    codec.encode(codec.decode(wire(type_name, body)))


# --- values ---------------------------------------------------------------------------------


def test_messages_do_not_change():
    message = Transform(EYE)
    with pytest.raises(FrozenInstanceError):
        message.device_name = 'other'
    for array in (message.matrix, again(message).matrix, Position([1, 2, 3]).position):
        with pytest.raises(ValueError, match='read-only'):
            array[0] = 5
    with pytest.raises((AttributeError, TypeError)):
        message.other = 1


def test_arrays_given_are_copied():
    matrix = np.eye(4)
    message = Transform(matrix)
    matrix[0, 3] = 5
    assert message.matrix[0, 3] == 0


@pytest.mark.parametrize(
    'matrix', [EYE.tolist(), EYE.astype(int), EYE.astype('>f4'), np.asfortranarray(moved(1, 2, 3))]
)
def test_anything_like_a_matrix_is_one(matrix):
    message = Transform(matrix)
    assert message.matrix.dtype == np.float64
    assert message.matrix.tolist() == np.array(matrix, float).tolist()


def test_match_statement():
    def tell(message):
        match message:
            case Transform(matrix, device_name='Tool'):
                return matrix[0, 3]
            case String(text=text) | Status(message=text):
                return text
            case Image(pixels):
                return pixels.shape
            case codec.Unknown(type_name, content):
                return type_name, content
        return None

    assert tell(again(Transform(moved(7, 0, 0), device_name='Tool'))) == 7
    assert tell(again(Transform(EYE, device_name='Other'))) is None
    assert tell(again(String('hello'))) == 'hello'
    assert tell(again(Status(1, message='fine'))) == 'fine'
    assert tell(again(Image(PIXELS))) == (1, 2, 3)
    assert tell(again(codec.Unknown('X', b'abc'))) == ('X', b'abc')


# --- POSITION -------------------------------------------------------------------------------


def test_position_forms():
    assert Position([1, 2, 3]).form == 12
    assert Position([1, 2, 3], [0, 0, 0, 1]).form == 28
    assert again(Position([1, 2, 3])).quaternion.tolist() == [0, 0, 0, 1]
    half = np.sqrt(0.5)
    for form in (24, 28):
        message = again(Position([1, 2, 3], [half, 0, 0, half], form))
        assert message.form == form
        assert message.position.tolist() == [1, 2, 3]
        np.testing.assert_allclose(message.quaternion, [half, 0, 0, half], atol=1e-7)
    assert again(Position([1, 2, 3], [0, 0, 0, -1])).quaternion.tolist() == [0, 0, 0, -1]
    assert again(Position([1, 2, 3], [0, 0, 0, 0])).quaternion.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize('quaternion', [
    [0, 0, 1, 1], [0, 0, 2, 2], [0.1, -0.2, 0.3, 0.9], [1e-3, 0, 0, 0], [3, 0, 0, 4]])
def test_the_short_form_of_position_carries_the_rotation_that_it_has(quaternion):
    position = Position([10, 20, 30], quaternion, form=24)
    wanted = Position([10, 20, 30], quaternion).matrix
    np.testing.assert_allclose(position.matrix, wanted, atol=1e-12)
    np.testing.assert_allclose(again(position).matrix, wanted, atol=2e-3)  # w is a root
    np.testing.assert_allclose(again(position).quaternion, position.quaternion, atol=2e-3)
    for other in (replace(position, timestamp=3), replace(again(position), timestamp=3)):
        assert codec.encode(replace(other, timestamp=0)) == codec.encode(position)


@pytest.mark.parametrize('quaternion', [[0] * 4, [NAN, 0, 0, 1], [0, INF, 0, 1], [1e200] * 4])
def test_the_short_form_of_position_carries_a_rotation_alone(quaternion):
    with pytest.raises(EncodeError, match='quaternion.*not a rotation'):
        Position([10, 20, 30], quaternion, form=24)


def test_qtrans_is_position(wire):
    message = codec.decode(wire(b'QTRANS', struct.pack('>3f', 1, 2, 3)))
    assert type(message) is Position
    assert codec.encode(message)[2:14] == b'POSITION\0\0\0\0'


# --- IMAGE ----------------------------------------------------------------------------------

KINDS = [
    'i1',
    'u1',
    '<i2',
    '>i2',
    '<u2',
    '>u2',
    '<i4',
    '>i4',
    '<u4',
    '>u4',
    '<f4',
    '>f4',
    '<f8',
    '>f8',
]


@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize('shape', [(2, 3, 4), (2, 3, 4, 3), (2, 3, 4, 255), (1, 1, 1), (0, 3, 4)])
def test_pixels_of_every_kind(kind, shape):
    pixels = np.arange(np.prod(shape)).reshape(shape).astype(kind)
    image = Image(pixels)
    assert image.components == (shape[3] if len(shape) == 4 else 1)
    assert image.size == shape[2::-1]
    assert image.is_whole
    assert image.endian == (1 if kind[0] == '>' else 2)
    back = again(image)
    assert back.pixels.dtype == pixels.dtype
    assert back.pixels.tobytes() == pixels.tobytes()
    assert np.array_equal(back.pixels, pixels)
    assert codec.encode(image)[58 + 72 :] == pixels.tobytes()


@pytest.mark.parametrize(
    'view',
    [
        lambda a: a[:, ::-1],
        lambda a: a[::2, 1:, ::3],
        lambda a: a.transpose(2, 1, 0),
        np.asfortranarray,
        lambda a: np.broadcast_to(a[:1], a.shape),
        lambda a: a.view('>i2')[..., 1:],
    ],
)
def test_pixels_that_do_not_lie_in_order(view):
    pixels = view(np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6))
    assert np.array_equal(again(Image(pixels)).pixels, pixels)


def test_flat_and_single_component_pixels():
    assert Image(np.zeros((3, 4), np.uint8)).pixels.shape == (1, 3, 4)
    assert Image(np.zeros((2, 3, 4, 1), np.uint8)).pixels.shape == (2, 3, 4)


def test_a_block_of_a_volume():
    image = again(Image(PIXELS, size=[9, 8, np.int64(7)], offset=np.array([6, 6, 6])))
    assert (image.size, image.offset, image.is_whole) == ((9, 8, 7), (6, 6, 6), False)
    assert all(type(n) is int for n in (*image.size, *image.offset))


@pytest.mark.parametrize('endian', [0, 1, 2])
def test_byte_order_of_single_bytes_is_kept(wire, endian):
    head = struct.pack('>HBBBB3H12f3H3H', 1, 1, 3, endian, 0, 1, 1, 1, *[0] * 12, 0, 0, 0, 1, 1, 1)
    data = wire(b'IMAGE', head + b'\7')
    image = codec.decode(data)
    assert (image.pixels.tolist(), image.endian, image.coordinates) == ([[[7]]], endian, 0)
    assert codec.encode(image) == data


def test_centre_origin_by_hand():
    # 5 x 3 x 2 voxels of 2 x 3 x 4 mm, first voxel at (10, 20, 30): middle (4, 3, 2) mm further on
    ijk_to_ras = np.array([[2, 0, 0, 10], [0, 3, 0, 20], [0, 0, 4, 30], [0, 0, 0, 1.0]])
    image = Image.from_array(np.zeros((2, 3, 5), np.uint8), ijk_to_ras, device_name='CT')
    assert image.matrix.tolist() == [[2, 0, 0, 14], [0, 3, 0, 23], [0, 0, 4, 32], [0, 0, 0, 1]]
    assert again(image).ijk_to_ras().tolist() == ijk_to_ras.tolist()
    assert not image.matrix.flags.writeable


@pytest.mark.parametrize('make', [Image.from_array, Image.rgb])
def test_an_image_does_not_get_two_places(make):
    pixels = np.zeros((4, 4, 3), np.uint8)
    with pytest.raises(EncodeError, match='^matrix: give ijk_to_ras'):
        make(pixels, matrix=np.diag([2.0, 2, 2, 1]))
    with pytest.raises(EncodeError, match='^matrix: give ijk_to_ras'):
        make(pixels, EYE, matrix=EYE)


def test_quarter_turns_by_hand():
    # i points to the patient's anterior, j to the left, k up; spacing 2 x 3 x 4
    ijk_to_ras = np.array([[0, -3, 0, 7], [2, 0, 0, 8], [0, 0, 4, 9], [0, 0, 0, 1.0]])
    image = Image.from_array(np.zeros((2, 3, 5), np.uint8), ijk_to_ras)
    # the middle voxel (2, 1, .5) lies at 7 - 3, 8 + 4, 9 + 2
    assert image.matrix[:, 3].tolist() == [4, 12, 11, 1]
    wire_floats = struct.unpack_from('>12f', codec.encode(image), 58 + 12)
    assert wire_floats == (0, 2, 0, -3, 0, 0, 0, 0, 4, 4, 12, 11)
    assert again(image).ijk_to_ras().tolist() == ijk_to_ras.tolist()


@pytest.mark.parametrize('axis', [0, 1, 2])
@pytest.mark.parametrize('coordinates', [RAS, LPS])
def test_corners_of_turned_images(axis, coordinates):
    turn = np.roll(np.eye(3), axis, axis=0)
    ijk_to_ras = np.eye(4)
    ijk_to_ras[:3, :3] = turn @ [[0, -1, 0], [1, 0, 0], [0, 0, 1]] * [0.5, 2, 4]
    ijk_to_ras[:3, 3] = -100, 50, 8
    image = Image.from_array(np.zeros((7, 6, 5), np.int16), ijk_to_ras, coordinates=coordinates)
    np.testing.assert_allclose(again(image).ijk_to_ras(), ijk_to_ras, atol=1e-5)


def test_lps_numbers_are_turned():
    matrix = [[2, 0, 0, 10], [0, 3, 0, 20], [0, 0, 4, 30], [0, 0, 0, 1]]
    image = again(Image(np.zeros((1, 1, 1), np.uint8), matrix, LPS))
    assert image.matrix.tolist() == matrix
    wanted = [[-2, 0, 0, -10], [0, -3, 0, -20], [0, 0, 4, 30], [0, 0, 0, 1]]
    assert image.ijk_to_ras().tolist() == wanted
    assert image.ijk_to_ras(RAS).tolist() == matrix
    assert Image(image.pixels, matrix, 0).ijk_to_ras().tolist() == matrix


def test_an_axis_that_was_never_set_is_one_millimetre():
    matrix = np.zeros((4, 4))
    matrix[3, 3] = 1
    ijk_to_ras = Image(np.zeros((3, 3, 3), np.uint8), matrix).ijk_to_ras()
    assert ijk_to_ras.tolist() == moved(-1, -1, -1).tolist()


# --- POINT, TDATA ---------------------------------------------------------------------------


def test_lists():
    points = PointList([Point('ä' * 32, [1, 2, 3], 'g' * 32, (1, 2, 3, 4), 5, 'o' * 20)])
    point = again(points).elements[0]
    assert (point.name, point.group, point.owner) == ('ä' * 32, 'g' * 32, 'o' * 20)
    assert (point.position.tolist(), point.rgba, point.diameter) == ([1, 2, 3], (1, 2, 3, 4), 5)
    tool = again(TrackingData(TrackingElement('t' * 20, moved(1, 2, 3), t) for t in (4, 9)))
    assert [(e.name, e.type) for e in tool.elements] == [('t' * 20, 4), ('t' * 20, 9)]
    assert tool.elements[1].matrix.tolist() == moved(1, 2, 3).tolist()
    assert again(PointList()).elements == again(TrackingData([])).elements == ()


def test_garbage_in_fixed_fields(wire):
    body = b'T\0garbage'.ljust(20, b'\xff') + b'\x09\xff' + bytes(48)
    element = codec.decode(wire(b'TDATA', body)).elements[0]
    assert (element.name, element.type) == ('T', 9)
    assert (
        codec.encode(codec.decode(wire(b'TDATA', body)))[58 + 1 : 58 + 22] == bytes(19) + b'\x09\0'
    )
    body = b'\xff'.ljust(64, b'\xfe') + bytes(72)
    data = wire(b'POINT', body)
    assert codec.encode(codec.decode(data)) == data


# --- SENSOR ---------------------------------------------------------------------------------


def test_unit_words():
    assert unit_word([('N', 1), ('m', -2)], 'k') == 0x32C41E0000000000
    assert unit_word([('m', 1), ('s', -2)]) == 0x00443E0000000000
    assert unit_word([]) == 0
    assert unit_word([('m', 7)] * 6, 'f') == unit_word(((u, 7) for u in ['m'] * 6), 'f')
    assert unit_parts(0x32C41E0000000000) == ('k', [('N', 1), ('m', -2)])
    assert unit_parts(0) == ('', [])


def test_every_unit_and_prefix_comes_back():
    assert len(UNITS) == 0x1B
    assert (UNITS[0x0B - 1], UNITS[0x10 - 1], UNITS[0x1B - 1]) == ('N', 'V', 'Sv')
    for prefix, _ in PREFIXES.values():
        for unit in UNITS:
            for exponent in (-7, -1, 1, 7):
                parts = prefix, [(unit, exponent), ('s', -1)]
                assert unit_parts(unit_word(parts[1], prefix)) == parts


@pytest.mark.parametrize(
    'arguments',
    [
        ([('x', 1)],),
        ([('m', 8)],),
        ([('m', -8)],),
        ([('m', 1.5)],),
        ([('m', None)],),
        ([('m', 1)] * 7,),
        ([('m', 1)], 'q'),
    ],
)
def test_units_that_do_not_exist(arguments):
    with pytest.raises(EncodeError, match='unit'):
        unit_word(*arguments)


@pytest.mark.parametrize('word', [0x8 << 60, 0x1C << 54, 0x3F << 54, 1 << 54 | 8 << 50])
def test_unit_words_that_mean_nothing(word):
    assert unit_parts(word) is None
    sensor = again(Sensor([1], word))
    assert (sensor.unit, sensor.unit_text, sensor.si_factor) == (word, '', 1.0)


@pytest.mark.parametrize(
    ('units', 'prefix', 'text', 'factor'),
    [
        ([('N', 1), ('m', -2)], 'k', 'kN*m^-2', 1e3),
        ([('g', 1)], 'k', 'kg', 1.0),
        ([('g', 1)], '', 'g', 1e-3),
        ([('m', 2)], 'm', 'm(m^2)', 1e-3),
        ([('V', 1)], 'u', 'uV', 1e-6),
        ([], '', '', 1.0),
    ],
)
def test_units_for_people(units, prefix, text, factor):
    sensor = again(Sensor([1.5], unit_word(units, prefix)))
    assert sensor.unit_text == text
    assert sensor.si_factor == pytest.approx(factor)
    assert sensor.si_values.tolist() == [pytest.approx(1.5 * factor)]


@pytest.mark.filterwarnings('error')
def test_si_values_over_the_range_of_floats_are_infinite():
    sensor = Sensor([1e308, 1, NAN], unit_word([('m', 1)], 'k'))
    np.testing.assert_array_equal(sensor.si_values, [INF, 1000, NAN])


def test_sensor_values():
    for values in ([], [1.5, NAN, -INF, 5e-324], np.arange(255)):
        assert np.array_equal(again(Sensor(values)).values, values, equal_nan=True)


# --- STRING, STATUS -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ('body', 'text'),
    [
        (b'\0\3\0\0', ''),
        (b'\0\3\0\2hi', 'hi'),
        (b'\0\3\0\3hi\0', 'hi'),
        (b'\0\3\0\2hi\0', 'hi'),
        (b'\0\3\0\2hi and more', 'hi'),
        (b'\0\3\0\3h\0i', 'h\0i'),
        (b'\0\0\0\2hi', 'hi'),
        (b'\0\3\0\2\xc3\xa4', 'ä'),
        (b'\0\x6a\0\2\xff\xc3', '\udcff\udcc3'),
        (b'\0\4\0\1\xe4', 'ä'),
        (b'\3\xf6\0\4h\0i\0', 'hi'),
        (b'\3\xf6\0\6h\0i\0\0\0', 'hi'),
    ],
)
def test_string_tolerance(wire, body, text):
    message = codec.decode(wire(b'STRING', body))
    assert message.text == text
    assert again(message).text == text
    assert again(message).encoding == message.encoding


def test_strings_choose_their_encoding():
    assert String('plain').encoding == 3
    assert String('ä').encoding == 106
    assert String('plain', 106).encoding == 106
    assert again(String('ä€', 1014)).text == 'ä€'
    assert len(again(String('x' * 65535)).text) == 65535


@pytest.mark.parametrize(
    ('tail', 'text'),
    [
        (b'', ''),
        (b'\0', ''),
        (b'text\0', 'text'),
        (b'text', 'text'),
        (b'text\0\0\0', 'text'),
        (b'text\0more', 'text'),
        (b'\xff\xc3\xa4\0', '\udcffä'),
    ],
)
def test_status_tolerance(wire, tail, text):
    body = struct.pack('>Hq20s', 25, -(2**63), b'Name\0gar') + tail
    message = codec.decode(wire(b'STATUS', body))
    assert (message.code, message.subcode) == (25, -(2**63))
    assert (message.error_name, message.message) == ('Name', text)
    assert message.code_name == 'CODE_25'
    raw = codec.encode(message)
    assert raw.endswith(text.encode('utf-8', 'surrogateescape') + b'\0')
    assert raw[68:88] == b'Name'.ljust(20, b'\0')


def test_status_codes_have_names():
    assert Status().code == StatusCode.OK == 1
    assert Status(0).code_name == 'INVALID_PACKET'
    assert Status(19).code_name == 'SHUTTING_DOWN'
    assert Status(20).code_name == 'CODE_20'
    assert len(StatusCode) == 20
    assert [Status(code).code_name for code in StatusCode] == [code.name for code in StatusCode]

# --- POSITION as a matrix -------------------------------------------------------------------


def test_a_pose_as_a_matrix_by_hand():
    half = np.sqrt(0.5)
    # a quarter turn about z takes x to y
    message = again(Position([1, 2, 3], [0, 0, half, half]))
    wanted = [[0, -1, 0, 1], [1, 0, 0, 2], [0, 0, 1, 3], [0, 0, 0, 1]]
    np.testing.assert_allclose(message.matrix, wanted, atol=1e-7)
    message = Position.from_matrix(wanted, device_name='Tool')
    assert (message.form, message.device_name) == (28, 'Tool')
    assert message.position.tolist() == [1, 2, 3]
    np.testing.assert_allclose(message.quaternion, [0, 0, half, half])
    assert Position([1, 2, 3]).matrix.tolist() == moved(1, 2, 3).tolist()
    assert Position.from_matrix(EYE, form=12).form == 12


@pytest.mark.parametrize('axis', [0, 1, 2])
@pytest.mark.parametrize('degrees', [0, 1, 90, 179, 180, 181, 270])
def test_poses_pass_through_matrices(axis, degrees):
    angle = np.radians(degrees)
    c, s = np.cos(angle), np.sin(angle)
    turn = np.roll(np.roll([[c, -s, 0], [s, c, 0], [0, 0, 1]], axis, 0), axis, 1)
    matrix = moved(1, 2, 3)
    matrix[:3, :3] = turn
    for form in (24, 28):
        message = again(Position.from_matrix(matrix, form=form))
        np.testing.assert_allclose(message.matrix, matrix, atol=1e-3 if form == 24 else 1e-6)
        assert message.quaternion[3] >= 0


def test_a_long_quaternion_is_brought_to_length_1():
    np.testing.assert_allclose(
        Position([0, 0, 0], [0, 0, 5, 5]).matrix, Position([0, 0, 0], [0, 0, 1, 1]).matrix
    )


@pytest.mark.filterwarnings('error')
@pytest.mark.parametrize(
    'matrix',
    [
        np.diag([2, 2, 2, 1]),
        np.diag([-1, 1, 1, 1]),
        np.diag([0, 0, 0, 1]),
        np.diag([NAN, 1, 1, 1]),
        np.diag([INF, 1, 1, 1]),
        [[1, 0.1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
        EYE[:3],
    ],
)
def test_matrices_that_are_no_pose(matrix):
    with pytest.raises(EncodeError, match='matrix'):
        Position.from_matrix(matrix)


@pytest.mark.filterwarnings('error')
@pytest.mark.parametrize('quaternion', [[0, 0, 0, 0], [NAN, 0, 0, 1], [INF, 0, 0, 1]])
def test_quaternions_that_are_no_rotation(quaternion):
    message = again(Position([0, 0, 0], quaternion))
    with pytest.raises(ConversionError, match='quaternion'):
        _ = message.matrix


# --- QTDATA, TRAJ, IMGMETA, LBMETA, VIDEOMETA -----------------------------------------------


def test_more_lists():
    tools = again(
        QuaternionTrackingData(
            [
                QuaternionElement('t' * 20, [1, 2, 3], [0, 0, 0.5, 1], 4),
                QuaternionElement('', [0, 0, 0]),
            ]
        )
    ).elements
    assert (tools[0].name, tools[0].type) == ('t' * 20, 4)
    assert (tools[0].position.tolist(), tools[0].quaternion.tolist()) == (
        [1, 2, 3],
        [0, 0, 0.5, 1],
    )
    assert tools[1].quaternion.tolist() == [0, 0, 0, 1]
    path = again(
        Trajectories(
            [Trajectory('ä' * 32, [1, 2, 3], [4, 5, 6], 2, 'g' * 32, (1, 2, 3, 4), 5, 'o' * 20)]
        )
    ).elements[0]
    assert (path.name, path.group, path.owner, path.type) == ('ä' * 32, 'g' * 32, 'o' * 20, 2)
    assert (path.entry.tolist(), path.target.tolist()) == ([1, 2, 3], [4, 5, 6])
    assert (path.rgba, path.diameter) == ((1, 2, 3, 4), 5)
    image = again(
        ImageMeta(
            [
                ImageMetaElement(
                    'n' * 64, 'i' * 20, 'm' * 32, 'p' * 64, 'q' * 64, 2**64 - 1, (1, 2, 65535), 255
                )
            ]
        )
    ).elements[0]
    assert (image.name, image.id, image.modality) == ('n' * 64, 'i' * 20, 'm' * 32)
    assert (image.patient_name, image.patient_id) == ('p' * 64, 'q' * 64)
    assert (image.timestamp, image.size, image.scalar_type) == (2**64 - 1, (1, 2, 65535), 255)
    label = again(
        LabelMeta([LabelMetaElement('n' * 64, 'i' * 20, 255, (1, 2, 3, 4), (5, 6, 7), 'o' * 20)])
    ).elements[0]
    assert (label.name, label.id, label.label) == ('n' * 64, 'i' * 20, 255)
    assert (label.rgba, label.size, label.owner) == ((1, 2, 3, 4), (5, 6, 7), 'o' * 20)
    video = again(
        VideoMeta(
            [
                VideoMetaElement(
                    'n' * 64, 'i' * 64, 'p' * 64, 'q' * 64, -(2**15), 0.1, (1, 2, 3), EYE * 1.0, 5
                )
            ]
        )
    ).elements[0]
    assert (video.name, video.id) == ('n' * 64, 'i' * 64)
    assert (video.patient_name, video.patient_id) == ('p' * 64, 'q' * 64)
    assert (video.zoom, video.focal_length, video.size) == (-(2**15), 0.1, (1, 2, 3))
    assert (video.matrix.tolist(), video.scalar_type) == (EYE.tolist(), 5)


@pytest.mark.parametrize(
    'cls', [QuaternionTrackingData, Trajectories, ImageMeta, LabelMeta, VideoMeta]
)
def test_empty_lists_are_messages(cls):
    assert again(cls()).elements == ()


def test_names_of_patients_are_not_printed():
    for message in (
        ImageMeta([ImageMetaElement('n', patient_name='SECRET', patient_id='SECRET')]),
        VideoMeta([VideoMetaElement('n', patient_name='SECRET', patient_id='SECRET')]),
    ):
        assert 'SECRET' not in repr(again(message))


def test_trajectory_by_its_other_name(wire):
    message = codec.decode(wire(b'TRAJECTORY', bytes(150)))
    assert type(message) is Trajectories
    assert codec.encode(message)[2:14] == b'TRAJ'.ljust(12, b'\0')


# --- NDARRAY --------------------------------------------------------------------------------


@pytest.mark.parametrize('kind', ['i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'f4', 'f8', 'c16'])
@pytest.mark.parametrize('order', '<>')
@pytest.mark.parametrize('shape', [(5,), (2, 3), (0,), (3, 0, 2), (1,) * 32, (2, 1, 3, 1, 2)])
def test_arrays_of_every_kind(kind, order, shape):
    array = np.arange(np.prod(shape)).reshape(shape).astype(order + kind)
    if kind == 'c16':
        array = array - 2j
    message = again(NDArray(array))
    assert message.array.shape == shape
    assert message.array.dtype == array.dtype.newbyteorder('>')
    assert np.array_equal(message.array, array)
    assert message.scalar_type == NDArray(array).scalar_type
    assert not message.array.flags.writeable


def test_arrays_that_do_not_lie_in_order():
    array = np.arange(24, dtype='>f8').reshape(2, 3, 4)
    for view in (array.T, array[::-1], array[:, 1:, ::2], np.broadcast_to(array[:1], (5, 3, 4))):
        assert np.array_equal(again(NDArray(view)).array, view)


def test_an_array_is_not_copied():
    array = np.zeros(10_000, '>f8')
    parts = codec.encode_parts(NDArray(array))
    assert any(np.shares_memory(np.frombuffer(part, np.uint8), array) for part in parts)
    data = codec.encode(NDArray(array))
    assert np.shares_memory(codec.decode(data).array, np.frombuffer(data, np.uint8))


# --- COLORT ---------------------------------------------------------------------------------

TABLES = [
    np.arange(256, dtype=np.uint8),
    np.arange(256, dtype='<u2') * 257,
    np.arange(256, dtype='>u2') * 257,
    np.arange(768).astype(np.uint8).reshape(256, 3),
    np.arange(65536).astype(np.uint8),
    np.arange(65536, dtype=np.uint16)[::-1],
    np.arange(65536 * 3).astype(np.uint8).reshape(65536, 3)[:, ::-1],
]


@pytest.mark.parametrize('table', TABLES, ids=lambda table: f'{table.dtype}{table.shape}')
def test_colour_tables(table):
    message = again(ColorTable(table))
    assert np.array_equal(message.table, table)
    assert message.table.dtype.itemsize == table.dtype.itemsize
    assert message.index_type == (3 if len(table) == 256 else 5)
    assert message.map_type == (19 if table.ndim == 2 else 3 if table.dtype.itemsize == 1 else 5)


def test_colour_table_by_its_other_name(wire):
    message = codec.decode(wire(b'COLORTABLE', b'\3\3' + bytes(range(256))))
    assert type(message) is ColorTable
    assert message.table.tolist() == list(range(256))
    assert codec.encode(message)[2:14] == b'COLORT'.ljust(12, b'\0')


# --- VIDEO ----------------------------------------------------------------------------------


def test_video():
    frame = bytes(range(200))
    message = again(
        Video(frame, 'H264', (640, 480, 1), 0x0300, moved(1, 2, 3), LPS, 1, (2, 4, 0), (64, 48, 1))
    )
    assert message.frame.tobytes() == frame
    assert (message.codec, message.codec_name) == ('H264', 'h264')
    assert (message.size, message.offset, message.block) == ((640, 480, 1), (2, 4, 0), (64, 48, 1))
    assert (message.frame_type, message.is_gray, message.is_key) == (0x0300, True, False)
    assert (message.coordinates, message.endian, message.version) == (LPS, 1, 2)
    assert message.matrix.tolist() == moved(1, 2, 3).tolist()
    assert not message.frame.flags.writeable


def test_video_without_more():
    message = again(Video(b'', 'VP90', (640, 480, 1)))
    assert (message.block, message.is_key, message.is_gray) == ((640, 480, 1), True, False)
    assert message.codec_name == 'vp9'
    assert again(Video(b'', 'MJPG', (1, 1, 1))).codec_name == ''
    assert Video(np.zeros(4, np.uint8), 'VP90', (1, 1, 1), 0x100).is_key


def test_raw_video_is_of_the_right_size():
    assert len(again(Video(bytes(12), 'I420', (4, 2, 1))).frame) == 12


def test_a_frame_is_not_copied():
    frame = np.zeros(10_000, np.uint8)
    parts = codec.encode_parts(Video(frame, 'H264', (640, 480, 1)))
    assert any(np.shares_memory(np.frombuffer(part, np.uint8), frame) for part in parts)
    data = codec.encode(Video(frame, 'H264', (640, 480, 1)))
    assert np.shares_memory(codec.decode(data).frame, np.frombuffer(data, np.uint8))


@pytest.mark.filterwarnings('error')
def test_place_of_a_video():
    matrix = np.diag([0.5, 0.25, 1.0, 1.0])
    video = Video(b'', 'VP90', (641, 481, 1), matrix=matrix)
    assert video.ijk_to_ras()[:3, 3].tolist() == [-160, -60, 0]
    assert Video(b'', 'VP90', (1, 1, 1), matrix=moved(1, 2, 3), coordinates=LPS).ijk_to_ras()[
        :3, 3
    ].tolist() == [-1, -2, 3]
    # memory as it was, where a program gave the frames no place
    for garbage in (NAN, INF):
        wild = moved(garbage, 0, 0)
        wild[0, 1] = -INF
        turned = again(Video(b'', 'VP90', (3, 3, 1), matrix=wild)).ijk_to_ras()
        assert turned.tolist() == moved(-1, -1, 0).tolist()


# --- COMMAND, RTS_COMMAND -------------------------------------------------------------------


@pytest.mark.parametrize('cls', [Command, CommandResponse])
def test_commands(cls):
    message = again(cls(2**32 - 1, 'ä' * 63, '<x>€</x>', device_name='Dev'))
    assert (message.command_id, message.name) == (2**32 - 1, 'ä' * 63)
    assert (message.content, message.encoding) == ('<x>€</x>', 106)
    assert message.version == 2
    assert again(cls(0, '')).content == ''
    assert again(cls(0, 'n', 'plain')).encoding == 3
    assert again(cls(0, 'n', 'ä', 4)).content == 'ä'
    assert len(again(cls(0, 'n', 'x' * 100_000)).content) == 100_000


@pytest.mark.parametrize('name', [b'COMMAND', b'RTS_COMMAND'])
def test_command_as_a_peer_in_rust_writes_it(wire, name):
    content = struct.pack('>I20sHI', 7, b'Name\0gar', 3, 4) + b'<a/>'
    message = codec.decode(wire(name, content))
    assert (message.command_id, message.name, message.content) == (7, 'Name', '<a/>')
    assert codec.encode(message) == codec.encode(
        type(message)(7, 'Name', '<a/>', device_name='Dev'), version=1
    )
    with pytest.raises(ContentError, match='command'):
        codec.decode(wire(name, content), strict=True)


def test_a_command_that_fits_both_layouts_is_the_usual_one(wire):
    content = struct.pack('>I128sHI', 7, b'Name', 3, 0)
    content = content[:24] + struct.pack('>HI', 3, 108) + content[30:]
    assert codec.decode(wire(b'COMMAND', content)).content == ''


@pytest.mark.parametrize('encoding', [0, 3, 106, 4, 113, 1013, 2025, 999])
@pytest.mark.parametrize('text', [b'a\0', b'a\0b', b'a\0\0', b'\0', b'a\0\0\0'])
def test_a_text_with_nul_is_passed_on_as_it_came(wire, encoding, text):
    """Programs in C end their texts so."""
    command = wire(b'COMMAND', struct.pack('>I128sHI', 7, b'n', encoding, len(text)) + text)
    string = wire(b'STRING', struct.pack('>HH', encoding, len(text)) + text)
    for data in (command, string):
        message = codec.decode(data)
        assert codec.encode(message) == data
        # in other letters it would be a text of our own
        if '\0' in (message.content if data is command else message.text):
            with pytest.raises(EncodeError, match='NUL'):
                replace(message, encoding=4 if encoding == 3 else 3)


def test_a_long_string_has_no_copy_but_the_text(wire):
    """The text of a COMMAND takes what its letters take, and little more on the way."""
    size = 4 << 20
    data = wire(b'COMMAND', struct.pack('>I128sHI', 7, b'n', 3, size) + b'x' * size)
    tracemalloc.start()
    try:
        message = codec.decode(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(message.content) == size
    assert peak < size * 1.1


# --- dynamic decoding -----------------------------------------------------------------------


def test_match_statement_over_every_family():
    def tell(message):
        match message:
            case Position(position, form=12):
                return position.tolist()
            case TrackingData((TrackingElement(name=name), *_)):
                return name
            case QuaternionTrackingData(elements) | Trajectories(elements) | PointList(elements):
                return len(elements)
            case Video(codec_name='vp9', is_key=True):
                return 'start here'
            case ImageMeta((ImageMetaElement(id=one),)):
                return one
            case NDArray(array):
                return array.sum()
            case ColorTable(table) if len(table) == 256:
                return 'bytes'
            case Command(number, name):
                return number, name
            case CommandResponse(content=content):
                return content
            case Sensor(si_values=values):
                return values.tolist()
            case Status(code=StatusCode.NOT_FOUND):
                return 'gone'
        return None

    assert tell(again(Position([1, 2, 3]))) == [1, 2, 3]
    assert tell(again(Position([1, 2, 3], [0, 0, 0, 1]))) is None
    assert tell(again(TrackingData([TrackingElement('T', EYE)]))) == 'T'
    assert tell(again(Trajectories())) == 0
    assert tell(again(Video(b'', 'VP90', (1, 1, 1)))) == 'start here'
    assert tell(again(Video(b'', 'VP90', (1, 1, 1), 3))) is None
    assert tell(again(ImageMeta([ImageMetaElement('n', 'CT_1')]))) == 'CT_1'
    assert tell(again(NDArray([1.5, 2.5]))) == 4
    assert tell(again(ColorTable(np.zeros(256, np.uint8)))) == 'bytes'
    assert tell(again(ColorTable(np.zeros(65536, np.uint8)))) is None
    assert tell(again(Command(7, 'Name'))) == (7, 'Name')
    assert tell(again(CommandResponse(7, 'Name', 'done'))) == 'done'
    assert tell(again(Sensor([1.5], unit_word([('m', 1)], 'k')))) == [1500]
    assert tell(again(Status(4))) == 'gone'
    assert tell(again(Status(5))) is None


# --- the register ---------------------------------------------------------------------------


@pytest.fixture
def registers(monkeypatch):
    """Forget what a test registers."""
    monkeypatch.setattr(message_module, '_REGISTER', dict(message_module._REGISTER))


def test_a_second_class_for_a_name_fails(registers):
    before = codec.registered()
    for names in (('TRANSFORM',), ('QTRANS',), ('FRESH', ['ALIAS', 'STATUS']), ('N' * 13,)):
        with pytest.raises(ValueError, match='registered already|type_name'):

            @codec.register(*names)
            class Second(codec.Message):
                pass

        assert codec.registered() == before
    assert codec.message_class('TRANSFORM') is Transform
    assert codec.message_class('QTRANS') is Position
    assert codec.message_class('NOBODY') is None


@pytest.mark.parametrize('encode', [
    lambda: (struct.pack('>f', 'x'),), lambda: 1 / 0, lambda: None, lambda: b'abc', lambda: ['a'],
    lambda: {}['PatientName=Jane'], lambda: (_ for _ in [1 / 0]),
])
def test_whatever_a_class_from_outside_raises_is_an_error_of_ours(registers, encode):
    @codec.register('LAB_GAIN')
    @dataclass(frozen=True, slots=True, eq=False)
    class Gain(codec.Message):
        def encode_content(self):
            return encode()

    for message in Gain(), Bind([Gain(device_name='a')]):
        with pytest.raises(EncodeError, match='^LAB_GAIN: ') as error:
            codec.encode(message)
        assert 'Jane' not in str(error.value)


def test_a_class_from_outside_works_end_to_end(registers, wire):
    @codec.register('LAB_GAIN', aliases=['GAIN'])
    @dataclass(frozen=True, slots=True, eq=False)
    class Gain(codec.Message):
        """A gain in decibels."""

        decibels: float = 0.0

        def encode_content(self):
            """Write the number."""
            return [struct.pack('>d', self.decibels)]

        @classmethod
        def decode_content(cls, content, envelope):
            """Read the number."""
            if len(content) != 8:
                raise ContentError(f'{len(content)} bytes, wanted 8')
            return cls.from_wire(envelope, decibels=struct.unpack('>d', content)[0])

    sent = Gain(2.5, device_name='Amplifier', metadata={'k': 'v'}, message_id=4)
    decoder = codec.Decoder()
    decoder.feed(codec.encode(sent))
    got = decoder.next_message()
    assert type(got) is Gain
    assert (got.decibels, got.device_name, got.metadata) == (2.5, 'Amplifier', {'k': 'v'})
    assert (got.type_name, got.message_id, got.version) == ('LAB_GAIN', 4, 2)
    assert codec.decode(wire(b'GAIN', bytes(8))).decibels == 0
    with pytest.raises(DecodeError, match="LAB_GAIN 'Dev': 7 bytes"):
        codec.decode(wire(b'LAB_GAIN', bytes(7)))


@pytest.mark.parametrize('content', [b'', b'abc', bytearray(b'abc'), memoryview(b'abc')])
def test_unknown_messages_come_back(content):
    message = again(codec.Unknown('STT_THING', content, device_name='D', metadata={'a': 'b'}))
    assert type(message) is codec.Unknown
    assert (message.type_name, message.content) == ('STT_THING', bytes(content))
    assert (message.device_name, message.metadata) == ('D', {'a': 'b'})


# --- the package ----------------------------------------------------------------------------

FOLDER = Path(igtl_ros2.__file__).parent / 'codec'


@pytest.mark.parametrize('path', sorted(FOLDER.rglob('*.py')), ids=lambda path: path.name)
def test_the_codec_needs_numpy_and_nothing_else(path):
    allowed = {*sys.stdlib_module_names, 'numpy', 'fastcrc'}
    allowed -= {'socket', 'ssl', 'asyncio', 'threading', 'selectors', 'select'}
    if path.name not in ('compression.py', 'brief.py'):  # how long it took, how old it is
        allowed -= {'time'}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module]
        else:
            continue
        assert {name.split('.')[0] for name in names} <= allowed


def test_importing_the_codec_imports_no_other_part():
    code = (
        'import sys, igtl_ros2.codec\n'
        'ours = [n for n in sys.modules if n.startswith("igtl_ros2.")]\n'
        'print([n for n in ours if not n.startswith(("igtl_ros2.codec", "igtl_ros2.errors"))],\n'
        '      "rclpy" in sys.modules, "asyncio" in sys.modules)'
    )
    run = subprocess.run(
        [sys.executable, '-c', code],
        cwd=FOLDER.parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == ['[]', 'False', 'False']


def test_half_turn_in_the_short_form_of_position_is_not_lost_to_rounding():
    """Three float32 may be a little longer than 1: w is 0 then, the pose is no identity."""
    xyz = np.float32([0.57735031, 0.57735031, 0.57735031])
    assert float(np.sum(np.float64(xyz) ** 2)) > 1
    content = np.array([1, 2, 3, *xyz], '>f4').tobytes()
    frame = codec.encode(codec.Unknown('POSITION', content))
    np.testing.assert_allclose(codec.decode(frame).quaternion, [*xyz, 0])


def test_position_that_no_w_completes_is_refused():
    content = np.array([1, 2, 3, 0.9, 0.9, 0.9], '>f4').tobytes()
    with pytest.raises(ContentError, match='quaternion'):
        codec.decode(codec.encode(codec.Unknown('POSITION', content)))


def test_an_error_about_a_name_that_is_no_text_can_be_printed():
    frame = codec.encode(codec.Unknown('TRANSFORM', bytes(48), device_name='\udcff'))
    with pytest.raises(DecodeError) as caught:
        codec.decode(frame[:2] + b'T\xff' + bytes(10) + frame[14:-1])
    assert str(caught.value).encode()
