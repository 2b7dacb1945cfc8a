"""
Other implementations understand what we write, and write the same.

pyigtl for the types that it has; the C++ library for those of its version 1.11, through a program
that unpacks our bytes with it, copies them field by field and packs them again.
"""

import dataclasses
import json
import struct
import subprocess
from pathlib import Path

import numpy as np
import pyigtl
import pytest
from cpp_examples import compiled

from igtl_ros2 import codec
from igtl_ros2.codec.crc64 import crc64
from igtl_ros2.codec.messages.arrays import NDArray, Sensor, unit_word
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.catalog import (
    ImageMeta,
    ImageMetaElement,
    LabelMeta,
    LabelMetaElement,
)
from igtl_ros2.codec.messages.colors import ColorTable
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.mesh import Attribute, AttributeType, PolyData
from igtl_ros2.codec.messages.points import Point, PointList, Trajectories, Trajectory
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.query import Capability, Query, Response, StartTracking
from igtl_ros2.codec.messages.text import Status, String
from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.codec.timestamp import LIKE_NS

CHECKER = Path(__file__).with_name('checker.cxx')
MESSAGES_OF_A_TYPE = 25
SCALARS = ['i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'f4', 'f8']
LETTERS = list('abc XYZ 019 _-.:;"\\/<>{}') + ['ä', 'Ω', '日', '🧠']


class Maker:
    """Makes random values, the same ones for the same seed."""

    def __init__(self, *seed):
        self.rng = np.random.default_rng([*map(ord, ''.join(map(str, seed)))])

    def integer(self, low, high):
        return int(self.rng.integers(low, high, endpoint=True))

    def choice(self, items):
        return items[self.integer(0, len(items) - 1)]

    def text(self, size, least=0):
        """Make a text of up to `size` bytes, quite often of exactly that."""
        size = self.choice([size, self.integer(least, size)])
        found = ''
        while len(found.encode()) < size:
            letter = self.choice(LETTERS)
            found += letter if len((found + letter).encode()) <= size else 'x'
        return found

    def name(self, size):
        """Make a text that leaves room for a NUL: the library reads others as empty."""
        return self.text(size - 1)

    def floats(self, count):
        return self.rng.normal(0, 100, count).astype('f4').astype('f8')

    def matrix(self):
        matrix = np.eye(4)
        matrix[:3] = self.floats(12).reshape(3, 4)
        return matrix

    def places(self):
        """Make a matrix whose spacings the library works out without rounding."""
        matrix = np.eye(4)
        spacing = 2.0 ** self.rng.integers(-3, 3, 3) * self.rng.choice([-1, 1], 3)
        matrix[:3, :3] = np.eye(3)[self.rng.permutation(3)] * spacing
        matrix[:3, 3] = self.floats(3)
        return matrix

    def rgba(self):
        return tuple(self.integer(0, 255) for _ in range(4))

    def triple(self, high=65535):
        return tuple(self.integer(0, high) for _ in range(3))

    def numbers(self, dtype, shape):
        """Make numbers of any bits, but for NaN."""
        dtype = np.dtype(dtype)
        if dtype.kind in 'fc':
            return (self.rng.normal(size=shape) * 1000).astype(dtype)
        data = self.rng.integers(0, 256, (*shape, dtype.itemsize), np.uint8)
        return np.frombuffer(data.tobytes(), dtype).reshape(shape)

    def shared(self):
        return {'device_name': self.text(20), 'timestamp': self.timestamp()}

    def timestamp(self):
        timestamp = self.integer(0, 2**62)
        return self.timestamp() if timestamp in LIKE_NS else timestamp

    def several(self, make, most=4):
        return [make() for _ in range(self.integer(0, most))]


def transform(m):
    return Transform(m.matrix(), **m.shared())


def position(m):
    form = m.choice([12, 24, 28])
    quaternion = m.rng.normal(size=4)
    quaternion *= np.sign(quaternion[3]) / np.linalg.norm(quaternion)
    quaternion = None if form == 12 else quaternion
    return Position(m.floats(3), quaternion, form, **m.shared())


def image(m):
    size = np.array([m.integer(1, 6) for _ in range(3)])
    block = np.array([m.integer(1, n) for n in size]) if m.integer(0, 1) else size
    components = m.integer(1, 4)
    shape = (*block[::-1].tolist(), components)
    return Image(
        m.numbers(m.choice('<>') + m.choice(SCALARS), shape),
        m.places(),
        m.integer(1, 2),
        tuple(size.tolist()),
        tuple(m.integer(0, room) for room in size - block),
        **m.shared(),
    )


def status(m):
    # the library writes no code but those that have a meaning
    return Status(
        m.integer(0, 19), m.integer(-(2**63), 2**63 - 1), m.text(19), m.text(60), **m.shared()
    )


def string(m):
    return String(m.text(m.choice([5, 300])), **m.shared())


def tdata(m):
    def element():
        return TrackingElement(m.name(20), m.matrix(), m.integer(1, 4))

    return TrackingData(m.several(element), **m.shared())


def qtdata(m):
    def element():
        return QuaternionElement(m.name(20), m.floats(3), m.floats(4), m.integer(1, 4))

    return QuaternionTrackingData(m.several(element), **m.shared())


def point(m):
    def element():
        diameter = m.floats(1)[0]
        return Point(m.name(64), m.floats(3), m.name(32), m.rgba(), diameter, m.name(20))

    return PointList(m.several(element), **m.shared())


def traj(m):
    def element():
        kind, diameter = m.integer(1, 3), m.floats(1)[0]
        ends = m.floats(3), m.floats(3)
        return Trajectory(m.name(64), *ends, kind, m.name(32), m.rgba(), diameter, m.name(20))

    return Trajectories(m.several(element), **m.shared())


def sensor(m):
    unit = unit_word([('N', m.integer(-7, 7)), ('m', m.integer(-7, 7))], m.choice(['', 'k', 'm']))
    return Sensor(m.rng.normal(size=m.choice([0, 1, 7, 255])), unit, **m.shared())


def ndarray(m):
    shape = tuple(m.integer(1, 4) for _ in range(m.integer(1, 4)))
    return NDArray(m.numbers(m.choice('<>') + m.choice([*SCALARS, 'c16']), shape), **m.shared())


def polydata(m):
    points = m.floats(3 * m.integer(1, 12)).reshape(-1, 3)
    last = len(points) - 1

    def cells():
        return m.several(lambda: [m.integer(0, last) for _ in range(m.integer(1, 5))])

    sections = {
        name: cells() for name in ('vertices', 'lines', 'polygons', 'triangle_strips')
    }
    cell_count = sum(map(len, sections.values()))

    def attribute():
        kind = m.choice(POINT_ATTRIBUTES + CELL_ATTRIBUTES * bool(cell_count))
        rows = cell_count if kind >= AttributeType.CELL_SCALARS else len(points)
        width = COMPONENTS[kind & 15]
        return Attribute(m.text(30), kind, m.floats(rows * width).reshape(rows, width))

    attributes = m.several(attribute)
    return PolyData(points, **sections, attributes=attributes, **m.shared())


# texture coordinates came later; scalars for cells are not sent: the library cannot read them
POINT_ATTRIBUTES = [0x00, 0x01, 0x02, 0x03, 0x04]
CELL_ATTRIBUTES = [0x11, 0x12, 0x13, 0x14]
COMPONENTS = {0: 1, 1: 3, 2: 3, 3: 9, 4: 4}
# written with nine components, the first of them filled
NINE_WIDE = [0x04, 0x11, 0x12, 0x14]


def colort(m):
    entries, kind = m.choice([256, 65536]), m.choice(['u1', 'u2', 'rgb'])
    shape = (entries, 3) if kind == 'rgb' else (entries,)
    return ColorTable(m.numbers('u1' if kind == 'rgb' else kind, shape), **m.shared())


def capability(m):
    names = list(codec.registered())
    return Capability([m.choice(names) for _ in range(m.integer(1, 9))], **m.shared())


def imgmeta(m):
    def element():
        texts = m.name(64), m.name(20), m.name(32), m.name(64), m.name(64)
        # whole seconds: the library rounds fractions
        stamp, kind = m.timestamp() >> 32 << 32, m.choice([2, 3, 4, 5, 6, 7, 10, 11])
        return ImageMetaElement(*texts, stamp, m.triple(), kind)

    return ImageMeta(m.several(element), **m.shared())


def lbmeta(m):
    def element():
        facts = m.integer(0, 255), m.rgba(), m.triple()
        return LabelMetaElement(m.name(64), m.name(20), *facts, m.name(20))

    return LabelMeta(m.several(element), **m.shared())


def bind(m):
    def child():
        message = m.choice([transform, status, string, sensor, image, ndarray, point])(m)
        object.__setattr__(message, 'device_name', m.text(19))
        return message

    def is_readable(message):
        return sum(map(len, message.encode_content())) > 0

    children = filter(is_readable, [child() for _ in range(m.integer(1, 4))])
    return Bind(children, **m.shared())


def start_tracking(m):
    kind = m.choice(['STT_TDATA', 'STT_QTDATA'])
    return StartTracking(kind, m.integer(-(2**31), 2**31 - 1), m.name(32), **m.shared())


def query(m):
    subjects = 'TRANS IMAGE STATUS POINT TRAJ IMGMETA LBMETA COLORT CAPABIL POLYDATA'.split()
    names = [f'GET_{subject}' for subject in subjects] + ['STP_TDATA', 'STP_QTDATA', 'STP_BIND']
    return Query(m.choice(names), **m.shared())


def response(m):
    kind = m.choice(['RTS_TDATA', 'RTS_QTDATA', 'RTS_BIND'])
    return Response(kind, m.integer(0, 255), **m.shared())


MAKERS = [
    transform, position, image, status, string, tdata, qtdata, point, traj, sensor, ndarray,
    polydata, colort, capability, imgmeta, lbmeta, bind, start_tracking, query, response,
]  # fmt: skip


def native(array):
    """Write numbers in the byte order of this machine."""
    return array.astype(array.dtype.newbyteorder('='), copy=False).tobytes().hex()


def fields(message):
    """Tell the fields of a message as the checker does."""
    match message:
        case Transform(matrix=matrix):
            return {'matrix': matrix.tolist()}
        case Position(position=position, quaternion=quaternion):
            return {'position': position.tolist(), 'quaternion': quaternion.tolist()}
        case Image(pixels=pixels, matrix=matrix):
            spacing = np.linalg.norm(matrix[:3, :3], axis=0)
            return {
                'size': message.size,
                'block': pixels.shape[2::-1],
                'offset': message.offset,
                'spacing': spacing.tolist(),
                'origin': matrix[:3, 3].tolist(),
                'normals': (matrix[:3, :3] / spacing).tolist(),
                'components': message.components,
                'scalar_type': message.scalar_type,
                'endian': message.endian,
                'coordinates': message.coordinates,
                'pixels': pixels.tobytes().hex(),
            }
        case NDArray(array=array):
            return {
                'scalar_type': message.scalar_type,
                'shape': array.shape,
                'values': native(array),
            }
        case Sensor(values=values, unit=unit):
            return {'unit': unit, 'values': values.tolist()}
        case ColorTable(table=table):
            return {
                'index_type': message.index_type,
                'map_type': message.map_type,
                'table': native(table),
            }
        case PolyData(points=points):
            return {
                'points': points.tolist(),
                'vertices': message.vertices.to_lists(),
                'lines': message.lines.to_lists(),
                'polygons': message.polygons.to_lists(),
                'triangle_strips': message.triangle_strips.to_lists(),
                'attributes': [
                    {'name': a.name, 'type': a.type, 'values': a.values.reshape(-1).tolist()}
                    for a in message.attributes
                ],
            }
        case Bind(children=children):
            return {
                'children': [
                    {
                        'type': child.type_name,
                        'device_name': child.device_name,
                        'fields': fields(child),
                    }
                    for child in children
                ]
            }
        case Query():
            return {}
        case Response(status=status):
            return {'status': status}
    names = FIELDS.get(type(message))
    if names:
        return {name: plain(getattr(message, name)) for name in names}
    return {
        'elements': [
            {f.name: plain(getattr(element, f.name)) for f in dataclasses.fields(element)}
            for element in message.elements
        ]
    }


FIELDS = {
    Status: ('code', 'subcode', 'error_name', 'message'),
    String: ('encoding', 'text'),
    Capability: ('types',),
    StartTracking: ('resolution', 'coordinate_name'),
}


def plain(value):
    return value.tolist() if isinstance(value, np.ndarray) else value


def assert_same(theirs, ours, where='fields'):
    """Compare; float32 is what most numbers are on the wire."""
    if isinstance(ours, dict):
        assert theirs.keys() == ours.keys(), where
        for name in ours:
            assert_same(theirs[name], ours[name], f'{where}.{name}')
    elif isinstance(ours, (list, tuple)):
        assert len(theirs) == len(ours), where
        for number, pair in enumerate(zip(theirs, ours)):
            assert_same(*pair, f'{where}[{number}]')
    elif isinstance(ours, float):
        assert theirs == ours or np.float32(theirs) == np.float32(ours), (where, theirs, ours)
    else:
        assert theirs == ours, (where, theirs, ours)


@pytest.fixture(scope='session')
def checker():
    """The checker, compiled; without a compiler or the library, the tests skip and say so."""
    program = compiled('checker', CHECKER.read_bytes(), '-std=c++17', '-Wall', '-Wextra')

    def check(messages):
        done = subprocess.run([program], input=b''.join(messages), capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.decode().splitlines()]

    return check


# where an element of a list has a reserved byte
RESERVED = {
    TrackingData: 21,
    QuaternionTrackingData: 21,
    Trajectories: 97,
    ImageMeta: 259,
    LabelMeta: 85,
}


def garbage(message, size):
    """Find the bytes that the library leaves as they were in its memory."""
    if type(message) in RESERVED:
        yield from range(58 + RESERVED[type(message)], size, type(message).element_class.SIZE)
    elif isinstance(message, Bind):
        names = sum(len(child.device_name.encode()) + 1 for child in message.children)
        start = 58 + 4 + 20 * len(message.children) + names
        # without children, all of it
        yield from range(start, start + names % 2) if message.children else range(58, size)
    elif isinstance(message, PolyData):
        end = size
        for attribute in reversed(message.attributes):
            width = 9 if attribute.type in NINE_WIDE else COMPONENTS[attribute.type & 15]
            start = end - 4 * width * len(attribute.values)
            yield from range(start + 4 * attribute.values.size, end)
            end = start
        yield from range(end - sum(len(a.name.encode()) + 1 for a in message.attributes) % 2, end)


def settled(data, message):
    """Clear that garbage, and the CRC, which depends on it."""
    data = bytearray(data)
    for place in (*range(50, 58), *garbage(message, len(data))):
        data[place] = 0
    return bytes(data)


@pytest.mark.parametrize('make', MAKERS, ids=lambda make: make.__name__)
def test_the_cpp_library_reads_and_writes_the_same(checker, make):
    messages = [make(Maker(make.__name__, number)) for number in range(MESSAGES_OF_A_TYPE)]
    answers = checker([codec.encode(message, version=1) for message in messages])
    assert len(answers) == len(messages)
    for message, answer in zip(messages, answers):
        assert answer is not None, message
        assert answer['device_name'] == message.device_name
        ours = fields(message)
        if isinstance(message, Position) and message.form == 24:
            w = answer['fields']['quaternion'].pop()
            assert w == pytest.approx(ours['quaternion'].pop(), abs=1e-3)
            assert_same(answer['fields'], ours)
            continue
        assert_same(answer['fields'], ours)
        packed = bytes.fromhex(answer['packed'])
        if isinstance(message, Position):
            # the shorter form is read, never written
            shared = {'device_name': message.device_name, 'timestamp': message.timestamp}
            message = Position(message.position, message.quaternion, **shared)
        wanted = codec.encode(message, version=1)
        assert settled(packed, message) == settled(wanted, message), message
        # and what it writes, with its own CRC, is read by us
        assert_same(json.loads(json.dumps(fields(codec.decode(packed)))), fields(message))


def test_the_cpp_library_reads_a_mesh_without_points(checker):
    """What it makes of one that it has read is memory as it was."""
    nothing = PolyData([], device_name='Mesh')
    [answer] = checker([codec.encode(nothing)])
    assert_same(answer['fields'], fields(nothing))


def test_the_cpp_library_refuses_a_wrong_crc(checker):
    good = codec.encode(Transform(np.eye(4), device_name='Tool'))
    bad = bytearray(good)
    bad[60] ^= 1
    assert [answer is None for answer in checker([good, bad, good])] == [False, True, False]


# -- pyigtl


def by_pyigtl(data):
    """Let pyigtl read a message."""
    header = pyigtl.messages.MessageBase.parse_header(data[:58])
    message = pyigtl.messages.MessageBase.create_message(header['message_type'])
    message.unpack(header, data[58:])
    return message


def metadata_of(m, version):
    if version == 1:
        return {}
    # pyigtl writes them in the order given, and ASCII only
    return {f'Key{n}': 'v' * m.integer(0, 9) for n in range(m.integer(0, 4))}


def pyigtl_transform(m, **shared):
    matrix = m.matrix()
    return Transform(matrix, **shared), pyigtl.TransformMessage(matrix)


def pyigtl_string(m, **shared):
    text = 'x' * m.integer(0, 300)
    return String(text, **shared), pyigtl.StringMessage(text)


def pyigtl_image(m, **shared):
    shape = [m.integer(1, 5) for _ in range(3)] + m.choice([[], [3]])
    pixels = m.numbers('<' + m.choice(SCALARS), tuple(shape))
    ijk_to_world = m.places()
    ijk_to_world[:3, 3] = [m.integer(-500, 500) for _ in range(3)]
    image = Image.from_array(pixels, ijk_to_world, **shared)
    return image, pyigtl.ImageMessage(pixels, ijk_to_world, 'ras')


def pyigtl_point(m, **shared):
    def name(size):
        return m.text(size).rstrip()  # as pyigtl does when it reads

    points = [
        Point(name(64), m.floats(3), name(32), m.rgba(), m.floats(1)[0], name(20))
        for _ in range(m.integer(1, 4))
    ]
    other = pyigtl.PointMessage(
        [p.position for p in points],
        [p.name for p in points],
        [p.rgba for p in points],
        [p.diameter for p in points],
        [p.group for p in points],
        [p.owner for p in points],
    )
    return PointList(points, **shared), other


PYIGTL_MAKERS = [pyigtl_transform, pyigtl_string, pyigtl_image, pyigtl_point]


@pytest.mark.parametrize('version', [1, 2])
@pytest.mark.parametrize('make', PYIGTL_MAKERS, ids=lambda make: make.__name__)
def test_pyigtl_reads_and_writes_the_same(make, version):
    for number in range(MESSAGES_OF_A_TYPE):
        m = Maker(make.__name__, version, number)
        shared = {
            'device_name': m.text(20),
            'timestamp': m.timestamp() >> 31 << 31 or 1 << 31,
            'metadata': metadata_of(m, version),
            'message_id': m.integer(0, 2**32 - 1) if version == 2 else 0,
            'version': version,
        }
        ours, theirs = make(m, **shared)
        theirs.device_name = ours.device_name
        theirs.timestamp = ours.timestamp_ns / 1e9
        theirs.header_version = version
        theirs.metadata = ours.metadata
        theirs.message_id = ours.message_id
        data = codec.encode(ours)
        assert theirs.pack() == data, ours
        read = by_pyigtl(data)
        assert (read.header_version, read.message_id) == (version, ours.message_id)
        assert read.metadata == ours.metadata
        assert read.device_name == ours.device_name.rstrip()
        assert read.timestamp == pytest.approx(ours.timestamp_ns / 1e9, abs=1e-6)
        assert read.pack()[58:] == data[58:]
        assert_same(fields(codec.decode(theirs.pack())), fields(codec.decode(data)))


def test_pyigtl_computes_the_same_crc():
    data = codec.encode(Transform(np.eye(4)))
    assert struct.unpack_from('>Q', data, 50)[0] == crc64(data[58:])
    assert pyigtl.messages.CRC64(data[58:]) == crc64(data[58:])
