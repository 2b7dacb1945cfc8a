"""POLYDATA: cells of every kind, attributes as the C++ library reads them, triangles."""

import logging
import struct

import numpy as np
import pytest

from igtl_ros2 import codec
from igtl_ros2.codec.messages.mesh import Attribute, AttributeType, Cells, PolyData
from igtl_ros2.errors import ContentError, EncodeError

POINTS = np.arange(18, dtype=np.float32).reshape(6, 3)
MIXED = [[0, 1, 2], [3, 4, 5, 0], [1, 2]]


def again(message):
    """Send and receive."""
    return codec.decode(codec.encode(message), strict=True)


def words(*cells):
    """Write cells as they are on the wire."""
    flat = [word for cell in cells for word in (len(cell), *cell)]
    return struct.pack(f'>{len(flat)}I', *flat)


def body(points=3, sections=None, attributes=b'', nattributes=0):
    """Build a body; a section is (number of cells, bytes)."""
    sections = dict(sections or {})
    parts = [sections.get(place, (0, b'')) for place in range(4)]
    numbers = [number for count, raw in parts for number in (count, len(raw))]
    head = struct.pack('>10I', points, *numbers, nattributes)
    return head + bytes(12 * points) + b''.join(raw for _, raw in parts) + attributes


# --- values ---------------------------------------------------------------------------------


def test_every_kind_of_cell_comes_back():
    mesh = again(
        PolyData(
            POINTS,
            vertices=[[5], [0, 1]],
            lines=MIXED,
            polygons=np.array([[0, 1, 2], [3, 4, 5]]),
            triangle_strips=[range(6)],
        )
    )
    assert np.array_equal(mesh.points, POINTS)
    assert mesh.points.dtype == np.float32
    assert mesh.vertices.to_lists() == [[5], [0, 1]]
    assert mesh.lines.to_lists() == MIXED
    assert mesh.polygons.to_lists() == [[0, 1, 2], [3, 4, 5]]
    assert mesh.triangle_strips.to_lists() == [[0, 1, 2, 3, 4, 5]]
    assert mesh.cell_count == 8
    for cells in (mesh.vertices, mesh.lines, mesh.polygons):
        assert (cells.indices.dtype, cells.sizes.dtype) == (np.uint32, np.int64)


def test_cells_of_one_size_and_of_many_are_written_alike():
    for lists in (MIXED, [[0, 1, 2]] * 3, [[4]], [[0, 1], [2, 3, 4]], [[0, 1, 2], [3]]):
        raw = bytes(Cells.of(lists).encode())
        assert raw == words(*lists)
        assert Cells.decode(memoryview(raw), len(lists), 6, 'cells').to_lists() == lists


def test_cells_whose_words_look_like_sizes():
    """Three words that are all 2: cells of two points, whose second size would stand here."""
    lists = [[2, 2], [2, 2]]
    raw = memoryview(words(*lists))
    assert Cells.decode(raw, 2, 3, 'cells').to_lists() == lists
    # as many words as two cells of two points, but other cells
    lists = [[2, 1, 2], [1]]
    raw = memoryview(words(*lists))
    assert Cells.decode(raw, 2, 3, 'cells').to_lists() == lists


@pytest.mark.parametrize('kind', ['u1', 'i2', '>u4', 'i8', 'u8'])
def test_indices_of_any_whole_numbers(kind):
    cells = Cells(np.array([0, 5, 2], kind), np.array([3], kind))
    assert cells.to_lists() == [[0, 5, 2]]
    assert again(PolyData(POINTS, polygons=cells)).polygons.to_lists() == [[0, 5, 2]]
    triangles = np.array([[0, 5, 2]], kind)
    assert again(PolyData(POINTS, polygons=triangles)).polygons.to_lists() == [[0, 5, 2]]


def test_an_empty_mesh():
    for points in ([], np.zeros((0, 3))):
        mesh = again(PolyData(points))
        assert mesh.points.shape == (0, 3)
        assert mesh.cell_count == 0
        assert mesh.triangles().shape == (0, 3)


def test_anything_like_points_is_taken():
    for points in (POINTS.tolist(), POINTS.astype(int), POINTS.astype('>f8'), POINTS[::-1][::-1]):
        assert np.array_equal(again(PolyData(points)).points, POINTS)


ATTRIBUTES = {
    # type: components that are real, components on the wire
    AttributeType.POINT_SCALARS: (1, 1),
    AttributeType.POINT_VECTORS: (3, 3),
    AttributeType.POINT_NORMALS: (3, 3),
    AttributeType.POINT_TENSORS: (9, 9),
    AttributeType.POINT_RGBA: (4, 9),
    AttributeType.POINT_TCOORDS: (3, 9),
    AttributeType.CELL_VECTORS: (3, 9),
    AttributeType.CELL_NORMALS: (3, 9),
    AttributeType.CELL_TENSORS: (9, 9),
    AttributeType.CELL_RGBA: (4, 9),
    AttributeType.CELL_TCOORDS: (3, 9),
}


@pytest.mark.parametrize('kind', ATTRIBUTES)
def test_attributes_of_every_type(kind):
    components, wide = ATTRIBUTES[kind]
    rows = 2 if kind >= 0x10 else 6
    values = np.arange(rows * components, dtype=np.float32).reshape(rows, components) + 1
    attribute = Attribute('name', kind, values)
    mesh = PolyData(POINTS, polygons=[[0, 1, 2], [2, 3, 4]], attributes=[attribute])
    data = codec.encode(mesh)
    tail = data[58 + 40 + 72 + 32 :]
    assert tail[:6] == struct.pack('>BBI', kind, wide, rows)
    assert tail[6:12] == b'name\0\0'
    # the real numbers in front, one row after the other, zeros behind them
    assert len(tail) == 12 + 4 * wide * rows
    found = np.frombuffer(tail, '>f4', offset=12)
    assert found[: values.size].tolist() == values.reshape(-1).tolist()
    assert not found[values.size :].any()
    back = again(mesh).attributes[0]
    assert (back.name, back.type, back.is_per_cell) == ('name', kind, kind >= 0x10)
    assert np.array_equal(back.values, values)


@pytest.mark.parametrize('kind', [t for t, (real, wide) in ATTRIBUTES.items() if real != wide])
def test_memory_of_the_sender_is_dropped(wire, kind):
    """The C++ library sends nine components of which only the first ones are numbers."""
    components, _ = ATTRIBUTES[kind]
    real = np.arange(3 * components, dtype='>f4')
    head = struct.pack('>BBI', kind, 9, 3) + b'x\0'
    cells = {2: (3, words([0, 1, 2]) * 3)}
    raw = body(3, cells, head + real.tobytes().ljust(108, b'\xee'), 1)
    mesh = codec.decode(wire(b'POLYDATA', raw))
    assert mesh.attributes[0].values.tolist() == real.reshape(3, components).tolist()
    assert b'\xee' not in codec.encode(mesh)[58:]


@pytest.mark.parametrize('kind', [t for t, (real, wide) in ATTRIBUTES.items() if real != wide])
def test_attributes_of_natural_width_are_read(wire, kind):
    components, _ = ATTRIBUTES[kind]
    real = np.arange(3 * components, dtype='>f4')
    head = struct.pack('>BBI', kind, components, 3) + b'x\0'
    raw = body(3, {2: (3, words([0, 1, 2]) * 3)}, head + real.tobytes(), 1)
    mesh = codec.decode(wire(b'POLYDATA', raw), strict=True)
    assert mesh.attributes[0].values.tolist() == real.reshape(3, components).tolist()
    # but never sent so, the C++ library would read beyond the message
    assert len(codec.encode(mesh)) == 58 + len(raw) + 3 * 4 * (9 - components)


def test_texture_coordinates_of_two_components(wire):
    given = Attribute('uv', AttributeType.POINT_TCOORDS, [[1, 2], [3, 4], [5, 6]])
    assert given.values.tolist() == [[1, 2, 0], [3, 4, 0], [5, 6, 0]]
    head = struct.pack('>BBI', AttributeType.POINT_TCOORDS, 2, 3) + b'x\0'
    raw = body(3, {}, head + np.arange(6, dtype='>f4').tobytes(), 1)
    mesh = codec.decode(wire(b'POLYDATA', raw))
    assert mesh.attributes[0].values.tolist() == [[0, 1, 0], [2, 3, 0], [4, 5, 0]]


@pytest.mark.parametrize('wide', [1, 9])
def test_scalars_of_cells_are_read_but_not_sent(wire, wide, caplog):
    values = np.array([7, 8], '>f4').tobytes().ljust(8 * wide, b'\xee')
    head = struct.pack('>BBI', AttributeType.CELL_SCALARS, wide, 2) + b'x\0'
    raw = body(3, {0: (2, words([0], [1]))}, head + values, 1)
    mesh = codec.decode(wire(b'POLYDATA', raw))
    assert mesh.attributes[0].values.tolist() == [[7], [8]]
    with caplog.at_level(logging.WARNING):
        assert again(mesh).attributes == ()
    assert 'not sent' in caplog.text
    assert "'Dev'" in caplog.text


def test_scalars_may_have_any_number_of_components():
    attribute = Attribute('s', 0, np.zeros((6, 5)))
    assert again(PolyData(POINTS, attributes=[attribute])).attributes[0].values.shape == (6, 5)
    assert Attribute('s', 0, [1, 2, 3]).values.shape == (3, 1)


def test_names_of_attributes():
    names = ['', 'ab', 'ä' * 127, 'x' * 255, 'ab']
    attributes = [Attribute(name, 0, np.full(6, n)) for n, name in enumerate(names)]
    mesh = again(PolyData(POINTS, attributes=attributes))
    assert [a.name for a in mesh.attributes] == names
    assert [a.values[0, 0] for a in mesh.attributes] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize('name', [b'ab', b'abc', b'\xff\xfe'])
def test_padding_of_names(wire, name):
    head = struct.pack('>BBI', 0, 1, 3) + name + b'\0'
    values = np.arange(3, dtype='>f4').tobytes()
    even = body(3, {}, head + b'\0' * (len(head) % 2) + values, 1)
    mesh = codec.decode(wire(b'POLYDATA', even), strict=True)
    assert mesh.attributes[0].name == name.decode('utf-8', 'surrogateescape')
    assert codec.encode(mesh) == wire(b'POLYDATA', even)
    if len(head) % 2:
        unpadded = wire(b'POLYDATA', body(3, {}, head + values, 1))
        assert codec.encode(codec.decode(unpadded)) == wire(b'POLYDATA', even)
        with pytest.raises(ContentError, match='names'):
            codec.decode(unpadded, strict=True)


# --- triangles ------------------------------------------------------------------------------


def test_polygons_are_cut_as_fans():
    mesh = PolyData(POINTS, polygons=[[0, 1, 2], [5, 4, 3, 2, 1], [3, 4], [2, 3, 4, 5]])
    assert mesh.triangles().tolist() == [
        [0, 1, 2],
        [5, 4, 3],
        [5, 3, 2],
        [5, 2, 1],
        [2, 3, 4],
        [2, 4, 5],
    ]
    assert mesh.triangles().dtype == np.uint32


def test_strips_are_cut_with_every_other_triangle_turned():
    mesh = PolyData(POINTS, triangle_strips=[[0, 1, 2, 3, 4, 5], [5, 3, 1], [1, 2]])
    assert mesh.triangles().tolist() == [
        [0, 1, 2],
        [1, 3, 2],
        [2, 3, 4],
        [3, 5, 4],
        [5, 3, 1],
    ]


def test_triangles_of_a_flat_strip_and_fan_face_the_same_way():
    # a row of squares, points below and above in turn, so that the first triangle faces up
    strip = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 2, 0], [1, 2, 0]]
    for cells in ({'triangle_strips': [range(6)]}, {'polygons': [[0, 1, 3, 5, 4, 2]]}):
        mesh = PolyData(strip, **cells)
        corners = mesh.points[mesh.triangles()]
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        assert (normals[:, 2] >= 0).all()
        assert normals[:, 2].sum() == 4  # twice the area


def test_polygons_come_before_strips():
    mesh = PolyData(POINTS, polygons=[[3, 4, 5]], triangle_strips=[[0, 1, 2]])
    assert mesh.triangles().tolist() == [[3, 4, 5], [0, 1, 2]]
    assert PolyData(POINTS, vertices=[[1]], lines=[[1, 2, 3]]).triangles().shape == (0, 3)


# --- wrong values ---------------------------------------------------------------------------

WRONG = {
    'points none': (lambda: PolyData(None), ['points', 'object']),
    'points shape': (lambda: PolyData([[1, 2]]), ['points', '(1, 2)', '(n, 3)']),
    'points flat': (lambda: PolyData([1, 2, 3]), ['points', '(3,)', '(n, 3)']),
    'points ragged': (lambda: PolyData([[1, 2, 3], [1]]), ['points']),
    'points complex': (lambda: PolyData(POINTS * 1j), ['points', 'complex']),
    'points text': (lambda: PolyData([['a', 'b', 'c']]), ['points', '<U1']),
    'points huge': (lambda: PolyData([[0, 0, 1e39]]), ['points', 'float32']),
    'cells none': (lambda: PolyData(POINTS, polygons=None), ['cells', 'None', 'lists']),
    'cells text': (lambda: PolyData(POINTS, polygons='abc'), ['cells', "'abc'", 'lists']),
    'cells flat': (lambda: PolyData(POINTS, polygons=[0, 1, 2]), ['cells', '0', 'indices']),
    'cells number': (lambda: PolyData(POINTS, polygons=np.array(5)), ['cells', '5']),
    'cells floats': (
        lambda: PolyData(POINTS, polygons=[[0, 1, 2.5]]),
        ['indices of cells', 'float64', 'whole numbers'],
    ),
    'cells empty': (lambda: PolyData(POINTS, polygons=[[0], []]), ['sizes of cells', '0 to 1']),
    'cells wide': (lambda: PolyData(POINTS, polygons=np.zeros((2, 0), int)), ['sizes', '0']),
    'index': (lambda: PolyData(POINTS, lines=[[0, 6]]), ['lines', 'point 6', '6']),
    'index negative': (lambda: PolyData(POINTS, lines=[[0, -1]]), ['indices', '-1']),
    'index wraps': (lambda: PolyData(POINTS, lines=[[0, 2**32]]), ['indices', str(2**32)]),
    'index huge': (lambda: PolyData(POINTS, lines=[[0, 2**70]]), ['indices', 'object']),
    'sizes': (lambda: Cells([0, 1, 2], [2]), ['sum 2', '3 indices']),
    'sizes wrap': (lambda: Cells([0], [2**32 + 1]), ['sizes', str(2**32 + 1)]),
    'attributes': (lambda: PolyData(POINTS, attributes=[5]), ['attributes[0]', 'Attribute']),
    'no attributes': (lambda: PolyData(POINTS, attributes=None), ['attributes', 'None']),
    'many attributes': (
        lambda: PolyData(POINTS, attributes=[Attribute('', 0, np.zeros(6))] * 1001),
        ['attributes', '1001', '1000'],
    ),
    'rows': (
        lambda: PolyData(POINTS, attributes=[Attribute('a', 0, [1, 2])]),
        ["'a'", '2 rows', '6'],
    ),
    'cell rows': (
        lambda: PolyData(
            POINTS, polygons=MIXED, attributes=[Attribute('a', 0x14, np.zeros((6, 4)))]
        ),
        ["'a'", '6 rows', '3'],
    ),
    'name': (lambda: Attribute('x' * 256, 0, [1]), ['name', '255']),
    'name nul': (lambda: Attribute('a\0', 0, [1]), ['name', 'NUL']),
    'name type': (lambda: Attribute(5, 0, [1]), ['name', '5']),
    'type': (lambda: Attribute('a', 256, [1]), ['type', "'a'", '256']),
    'values': (lambda: Attribute('a', 0, np.zeros((1, 2, 3))), ["'a'", '(1, 2, 3)']),
    'values number': (lambda: Attribute('a', 0, 5), ["'a'", '()']),
    'values huge': (lambda: Attribute('a', 0, [1e39]), ["'a'", 'float32']),
    'components': (lambda: Attribute('a', 2, np.zeros((3, 4))), ["'a'", '(3, 4)', '(n, 3)']),
    'components 0': (lambda: Attribute('a', 0, np.zeros((3, 0))), ["'a'", '0', '1 to 255']),
    'components 256': (lambda: Attribute('a', 0, np.zeros((3, 256))), ["'a'", '256', '255']),
}


@pytest.mark.filterwarnings('error')
@pytest.mark.parametrize('name', WRONG)
def test_a_wrong_value_is_named(name):
    call, expected = WRONG[name]
    with pytest.raises(EncodeError) as caught:
        call()
    for word in expected:
        assert word in str(caught.value)


# --- wrong bytes ----------------------------------------------------------------------------

SCALARS = struct.pack('>BBI', 0, 1, 3)
VALUES = bytes(12)
BAD = {
    'size_vertices_unaligned': body(3, {0: (1, words([0]) + b'\0')}),
    '39 bytes': bytes(39),
    'points over the end': struct.pack('>10I', 1, *[0] * 9) + bytes(11),
    'points huge': struct.pack('>10I', 0x20000000, *[0] * 9),
    'points max': struct.pack('>10I', 0xFFFFFFFF, *[0] * 9),
    'sections huge': struct.pack('>10I', 0, *[0xFFFFFFFF] * 8, 0),
    'attributes huge': struct.pack('>10I', *[0] * 9, 0xFFFFFFFF),
    'attributes many': body(0, {}, bytes(7 * 1001), 1001),
    'rest': body(3) + b'\0',
    'attribute even name and NUL': body(3, {}, SCALARS + b'a\0\0' + VALUES, 1),
    'no bytes for a cell': body(3, {1: (1, b'')}),
    'bytes for no cell': body(3, {1: (0, words([0]))}),
    'one cell too many': body(3, {1: (3, words([0], [1]))}),
    'one cell too few': body(3, {1: (1, words([0], [1]))}),
    'cell over the end': body(3, {2: (1, struct.pack('>3I', 3, 0, 1))}),
    'cell size huge': body(3, {2: (1, struct.pack('>3I', 0xFFFFFFFF, 0, 1))}),
    'cell size wraps': body(3, {2: (2, struct.pack('>4I', 1, 0, 0xFFFFFFFF, 0))}),
    'empty cell': body(3, {2: (1, words([]))}),
    'empty cells': body(3, {2: (3, words([0], [], [1]))}),
    'index': body(3, {3: (1, words([0, 1, 3]))}),
    'index max': body(3, {3: (2, words([0], [1, 0xFFFFFFFF]))}),
    'attribute without name': body(3, {}, SCALARS, 1),
    'attribute without NUL': body(3, {}, SCALARS + b'ab' + VALUES, 1),
    'attribute name long': body(3, {}, SCALARS + b'x' * 256 + b'\0\0' + VALUES, 1),
    'attribute padded with text': body(3, {}, SCALARS + b'ab\0x' + VALUES, 1),
    'attribute two names': body(3, {}, SCALARS + b'a\0b\0' + VALUES, 1),
    'attribute two NUL more': body(3, {}, SCALARS + b'a\0\0\0' + VALUES, 1),
    'attribute no components': body(3, {}, struct.pack('>BBI', 0, 0, 3) + b'a\0', 1),
    'attribute rows': body(3, {}, struct.pack('>BBI', 0, 1, 2) + b'a\0' + bytes(8), 1),
    'attribute rows huge': body(3, {}, struct.pack('>BBI', 0, 255, 0xFFFFFFFF) + b'a\0', 1),
    'attribute cell rows': body(3, {}, struct.pack('>BBI', 17, 3, 3) + b'a\0' + bytes(36), 1),
    'attribute values': body(3, {}, SCALARS + b'a\0' + VALUES[:11], 1),
    'attribute components': body(3, {}, struct.pack('>BBI', 2, 4, 3) + b'a\0' + bytes(48), 1),
}


@pytest.mark.parametrize('name', BAD)
def test_bad_content(wire, extended, name):
    for data in (wire(b'POLYDATA', BAD[name]), wire(b'POLYDATA', extended(BAD[name]), 2)):
        for strict in (False, True):
            with pytest.raises(ContentError, match=r"^POLYDATA 'Dev': "):
                codec.decode(data, strict=strict)


@pytest.mark.parametrize('sizes', [[4, 4], [2, 3], [5, 1], [6, 0], [9, -3]])
def test_cells_whose_arrays_were_changed_are_refused(sizes):
    given = np.array([3, 3])
    mesh = PolyData(np.zeros((6, 3)), polygons=Cells(np.arange(6), given))
    given[:] = sizes
    if sizes == [5, 1]:
        assert codec.decode(codec.encode(mesh)).polygons.to_lists() == [[0, 1, 2, 3, 4], [5]]
    else:
        with pytest.raises(EncodeError, match='cells: 6 indices'):
            codec.encode(mesh)
