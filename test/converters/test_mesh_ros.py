"""POLYDATA, both ways: markers, meshes, clouds, scans; by hand and over the wire."""

import math
import subprocess
import sys
import textwrap
from array import array

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Pose, Quaternion, Vector3
from sensor_msgs.msg import LaserScan, PointCloud2
from shape_msgs.msg import Mesh, MeshTriangle
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from igtl_ros2.codec.messages.mesh import Attribute, AttributeType, PolyData
from igtl_ros2.codec.pyramids import with_pyramids
from igtl_ros2.config import ros_name
from igtl_ros2.converters.clouds import cloud_columns, point_cloud
from igtl_ros2.errors import ConversionError, EncodeError

POINTS = np.array(
    [[0, 0, 0], [10, 0, 0], [10, 10, 0], [0, 10, 0], [5, 5, 20], [-30, 40, 50]], np.float32
)
MIXED = PolyData(
    POINTS,
    vertices=[[5]],
    lines=[[0, 2, 4], [1, 3]],
    polygons=[[0, 1, 2, 3]],
    triangle_strips=[[0, 1, 3, 2]],
    device_name='Plate 1',
)


def places(marker):
    return [(p.x, p.y, p.z) for p in marker.points]


def metres(indices):
    return [tuple(row) for row in (POINTS[indices].astype(float) / 1000).tolist()]


def markers(result):
    """Take the three markers apart: triangles, lines, points."""
    return result.outputs['markers'].markers


# -- from the network


def test_points_from_a_bridge_that_took_us_for_slicer_are_points(receive):
    mesh = PolyData(POINTS, vertices=np.arange(6)[:, None], device_name='Plate 1')
    for rule in ({}, {'mesh': True, 'cloud': True}):
        one, other = receive(with_pyramids(mesh), **rule), receive(mesh, **rule)
        assert (one.outputs, one.info, one.errors) == (other.outputs, other.info, other.errors)


def test_markers_by_hand(receive, stamp):
    result = receive(MIXED, frame_id='base')
    triangles, lines, points = markers(result)
    header = Header(stamp=stamp, frame_id='base')
    assert [m.header for m in (triangles, lines, points)] == [header] * 3
    assert {m.ns for m in (triangles, lines, points)} == {ros_name('Plate 1')}
    assert [m.id for m in (triangles, lines, points)] == [0, 1, 2]
    assert [m.action for m in (triangles, lines, points)] == [Marker.ADD] * 3
    assert [m.type for m in (triangles, lines, points)] == [
        Marker.TRIANGLE_LIST, Marker.LINE_LIST, Marker.POINTS
    ]
    # the square as a fan, the strip with its second triangle turned
    assert places(triangles) == metres([0, 1, 2, 0, 2, 3, 0, 1, 3, 1, 2, 3])
    assert places(lines) == metres([0, 2, 2, 4, 1, 3])
    assert places(points) == metres([5])
    assert result.info == {
        'points': 6, 'vertices': 1, 'lines': 2, 'polygons': 1, 'triangle_strips': 1,
        'attributes': [],
    }


def test_what_a_mesh_has_no_longer_is_deleted(receive):
    triangles, lines, points = markers(receive(PolyData(POINTS, polygons=[[0, 1, 2]])))
    assert [m.action for m in (triangles, lines, points)] == [
        Marker.ADD, Marker.DELETE, Marker.DELETE
    ]
    empty = markers(receive(PolyData(np.zeros((0, 3), np.float32))))
    assert [m.action for m in empty] == [Marker.DELETE] * 3


def test_points_without_cells_are_shown(receive):
    points = markers(receive(PolyData(POINTS)))[2]
    assert places(points) == metres(range(6))
    assert points.scale.x > 0


@pytest.mark.parametrize(
    ('rule', 'factor'),
    [
        ({}, (0.001, 0.001, 0.001)),
        ({'wire_unit': 'm'}, (1, 1, 1)),
        ({'wire_axes': 'lps'}, (-0.001, -0.001, 0.001)),
    ],
)
def test_units_and_axes(receive, rule, factor):
    result = receive(PolyData(POINTS, vertices=[[5]]), mesh=True, cloud=True, **rule)
    wanted = np.array([-30, 40, 50]) * factor
    np.testing.assert_allclose(places(markers(result)[2])[0], wanted, atol=1e-9)
    last = result.outputs['mesh'].vertices[5]
    np.testing.assert_allclose((last.x, last.y, last.z), wanted, atol=1e-9)
    columns = cloud_columns(result.outputs['cloud'])
    np.testing.assert_allclose([columns[a][5] for a in 'xyz'], wanted, rtol=1e-6)


def test_colours_of_points(receive):
    rgba = np.zeros((6, 4), np.float32)
    rgba[:, 0], rgba[:, 3], rgba[2] = 1, 0.2, (0, 2, np.nan, 1)
    colours = [Attribute('RGBA', AttributeType.POINT_RGBA, rgba)]
    marker = markers(receive(PolyData(POINTS, polygons=[[0, 1, 2]], attributes=colours)))[0]
    found = [(c.r, c.g, c.b, c.a) for c in marker.colors]
    np.testing.assert_allclose(found, [(1, 0, 0, 0.2), (1, 0, 0, 0.2), (0, 1, 0, 1)], atol=1e-6)


def test_a_mesh_of_shape_msgs(receive):
    mesh = receive(MIXED, mesh=True).outputs['mesh']
    assert [t.vertex_indices.tolist() for t in mesh.triangles] == [
        [0, 1, 2], [0, 2, 3], [0, 1, 3], [1, 2, 3]
    ]
    assert [(p.x, p.y, p.z) for p in mesh.vertices] == metres(range(6))
    assert 'mesh' not in receive(MIXED).outputs


def test_attributes_are_fields_of_the_cloud(receive):
    six = np.arange(6, dtype=np.float32)
    attributes = [
        Attribute('Normals', AttributeType.POINT_NORMALS, np.tile([0, 0, 1], (6, 1))),
        Attribute('Force [N]', AttributeType.POINT_SCALARS, six),
        Attribute('Force_N', AttributeType.POINT_SCALARS, six + 1),
        Attribute('x', AttributeType.POINT_SCALARS, six + 2),
        Attribute('Speed', AttributeType.POINT_VECTORS, np.stack([six] * 3, axis=1)),
        Attribute('Map', AttributeType.POINT_TCOORDS, np.stack([six] * 2, axis=1)),
        Attribute('Two', AttributeType.POINT_SCALARS, np.stack([six] * 2, axis=1)),
        Attribute('Colours', AttributeType.POINT_RGBA, np.tile([1, 0.5, 0, 1], (6, 1))),
        Attribute('Faces', AttributeType.CELL_NORMALS, np.tile([0, 0, 1], (1, 1))),
    ]
    result = receive(PolyData(POINTS, polygons=[[0, 1, 2]], attributes=attributes), cloud=True)
    columns = cloud_columns(result.outputs['cloud'])
    assert list(columns) == [
        'x', 'y', 'z', 'normal_x', 'normal_y', 'normal_z', 'Force_N', 'Force_N_2', 'x_2',
        'Speed_x', 'Speed_y', 'Speed_z', 'Map_x', 'Map_y', 'Map_z', 'Two_0', 'Two_1', 'rgba',
    ]
    assert columns['Force_N_2'].tolist() == [1, 2, 3, 4, 5, 6]
    assert columns['x_2'].tolist() == [2, 3, 4, 5, 6, 7]
    assert set(columns['rgba'].tolist()) == {0xFFFF8000}
    assert result.info['attributes'][0] == {
        'name': 'Normals', 'type': 'point_normals', 'components': 3
    }
    assert len(result.info['attributes']) == 9


def test_what_has_a_direction_is_turned_with_the_axes(receive):
    rows = np.arange(6, dtype=np.float32)[:, None]
    tensor = np.arange(9, dtype=np.float32)
    attributes = [
        Attribute('Normals', AttributeType.POINT_NORMALS, rows + (1, 2, 3)),
        Attribute('Speed', AttributeType.POINT_VECTORS, rows + (4, math.nan, 6)),
        Attribute('T', AttributeType.POINT_TENSORS, rows * 0 + tensor),
        Attribute('Map', AttributeType.POINT_TCOORDS, rows + (7, 8, 9)),
        Attribute('Three', AttributeType.POINT_SCALARS, rows + (1, 2, 3)),
    ]
    mesh = PolyData(POINTS, attributes=attributes)
    fields = cloud_columns(receive(mesh, cloud=True, wire_axes='lps').outputs['cloud'])

    def first(name, ends='xyz'):
        return [float(fields[f'{name}_{end}'][0]) for end in ends]

    assert first('normal') == [-1, -2, 3]
    np.testing.assert_equal(first('Speed'), [-4, math.nan, 6])
    # what joins z with x or y changes its sign
    assert first('T', range(9)) == [0, 1, -2, 3, 4, -5, -6, -7, 8]
    assert (first('Map'), first('Three')) == ([7, 8, 9], [1, 2, 3])


@pytest.mark.parametrize('value', [math.nan, math.inf])
def test_a_position_that_is_no_number(receive, value):
    points = np.array(POINTS)
    points[3, 1] = value
    with pytest.raises(ConversionError, match='1 of 6 positions are not finite'):
        receive(PolyData(points, vertices=[[0]]))


WITHOUT_MARKERS = """
    import sys

    class Blocker:
        def find_spec(self, name, path=None, target=None):
            if name.partition('.')[0] in ('visualization_msgs', 'shape_msgs', 'nav_msgs'):
                raise ModuleNotFoundError(f'No module named {name!r}', name=name)

    sys.meta_path.insert(0, Blocker())
    from builtin_interfaces.msg import Time
    from igtl_ros2.codec.messages.mesh import PolyData
    from igtl_ros2.mapping import ReceiveRule
    from igtl_ros2.converters.clouds import cloud_columns
    from igtl_ros2.converters.registry import Route, convert_to_ros, load_converters

    missing = load_converters()
    for part in ('mesh_markers', 'planes'):
        assert f'{part} (needs visualization_msgs)' in missing, missing
    assert 'mesh_shapes (needs shape_msgs)' in missing, missing
    assert 'maps (needs nav_msgs)' in missing, missing
    route = Route('d', 'ras', 'd', ReceiveRule(mesh=True, plane=True))
    mesh = PolyData([[0, 0, 0], [10, 0, 0], [0, 10, 0]], polygons=[[0, 2, 1]])
    outputs = convert_to_ros(mesh, route, Time()).outputs
    print(sorted(outputs))
    print(outputs['triangles'].data.tolist(), cloud_columns(outputs['vertices'])['y'].tolist())
"""


def test_on_a_machine_without_markers():
    result = subprocess.run(
        [sys.executable, '-c', textwrap.dedent(WITHOUT_MARKERS)],
        capture_output=True, text=True, timeout=60,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [
        "['triangles', 'vertices']", '[0, 2, 1] [0.0, 0.0, 0.009999999776482582]'
    ]


# -- from ROS


def marker(kind, points, frame_id='base', **values):
    values = {'scale': Vector3(x=1.0, y=1.0, z=1.0), 'color': ColorRGBA(r=1.0, a=1.0)} | values
    return Marker(
        header=Header(stamp=Time(sec=7), frame_id=frame_id),
        type=kind,
        points=[Point(x=float(x), y=float(y), z=float(z)) for x, y, z in points],
        **values,
    )


CORNERS = [(0.01, 0, 0), (0.02, 0, 0), (0.02, 0.03, 0)]


@pytest.mark.parametrize(
    ('kind', 'section', 'cells'),
    [
        (Marker.TRIANGLE_LIST, 'polygons', [[0, 1, 2], [3, 4, 5]]),
        (Marker.LINE_LIST, 'lines', [[0, 1], [2, 3], [4, 5]]),
        (Marker.LINE_STRIP, 'lines', [[0, 1, 2, 3, 4, 5]]),
        (Marker.POINTS, 'vertices', [[0], [1], [2], [3], [4], [5]]),
    ],
)
def test_a_marker_as_a_mesh(send, kind, section, cells):
    mesh = send(marker(kind, CORNERS * 2), 'POLYDATA', device='Mesh')
    assert (mesh.device_name, mesh.timestamp_ns) == ('Mesh', 7_000_000_000)
    np.testing.assert_array_equal(mesh.points[:3], [[10, 0, 0], [20, 0, 0], [20, 30, 0]])
    assert getattr(mesh, section).to_lists() == cells
    assert mesh.cell_count == len(cells)
    [colours] = mesh.attributes
    assert colours.type == AttributeType.POINT_RGBA
    assert colours.values.tolist() == [[1, 0, 0, 1]] * 6


def test_pose_and_scale_of_a_marker(send):
    """Twice as large, a quarter turn about z, then 100 mm to the front."""
    turned = marker(
        Marker.TRIANGLE_LIST,
        CORNERS,
        scale=Vector3(x=2.0, y=2.0, z=2.0),
        pose=Pose(
            position=Point(y=0.1), orientation=Quaternion(z=0.5**0.5, w=0.5**0.5)
        ),
    )
    mesh = send(turned, 'POLYDATA')
    np.testing.assert_allclose(mesh.points, [[0, 120, 0], [0, 140, 0], [-60, 140, 0]], atol=1e-4)
    # of lines the scale is the width
    thick = marker(Marker.LINE_STRIP, CORNERS, scale=Vector3(x=2.0))
    assert send(thick, 'POLYDATA').points[0].tolist() == [10, 0, 0]


def test_several_markers_are_one_mesh(send):
    array_ = MarkerArray(
        markers=[
            marker(Marker.TRIANGLE_LIST, CORNERS),
            marker(Marker.CUBE, [], id=1, action=Marker.DELETE),
            marker(Marker.LINE_STRIP, CORNERS, id=2, color=ColorRGBA(g=1.0, a=0.5)),
        ]
    )
    mesh = send(array_, 'POLYDATA')
    assert mesh.polygons.to_lists() == [[0, 1, 2]]
    assert mesh.lines.to_lists() == [[3, 4, 5]]
    assert mesh.attributes[0].values[3].tolist() == [0, 1, 0, 0.5]
    assert send(MarkerArray(), 'POLYDATA').cell_count == 0


@pytest.mark.parametrize('action', [Marker.DELETE, Marker.DELETEALL])
def test_what_is_deleted_in_the_same_array_is_not_in_the_mesh(send, action):
    gone = [marker(Marker.TRIANGLE_LIST, CORNERS), marker(Marker.CUBE, [], action=action)]
    mesh = send(MarkerArray(markers=gone), 'POLYDATA')
    assert (len(mesh.points), mesh.attributes) == (0, ())
    assert (mesh.metadata['ros_frame_id'], mesh.timestamp_ns) == ('base', 7_000_000_000)
    added = send(MarkerArray(markers=[*gone, marker(Marker.POINTS, CORNERS[:2])]), 'POLYDATA')
    assert added.vertices.to_lists() == [[0], [1]]


def test_colours_for_points_and_for_triangles(send):
    red, green = ColorRGBA(r=1.0, a=1.0), ColorRGBA(g=1.0, a=1.0)
    mesh = send(marker(Marker.TRIANGLE_LIST, CORNERS * 2, colors=[red, green]), 'POLYDATA')
    assert mesh.attributes[0].values[:, 1].tolist() == [0, 0, 0, 1, 1, 1]
    mesh = send(marker(Marker.POINTS, CORNERS, colors=[red, green, red]), 'POLYDATA')
    assert mesh.attributes[0].values[:, 1].tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ('wrong', 'text'),
    [
        (marker(Marker.TEXT_VIEW_FACING, []), 'of type 9 cannot be sent as POLYDATA'),
        (marker(Marker.TRIANGLE_LIST, CORNERS[:2]), '2 points, wanted groups of 3'),
        (marker(Marker.LINE_LIST, CORNERS), '3 points, wanted groups of 2'),
        (marker(Marker.POINTS, CORNERS, colors=[ColorRGBA()] * 2), '2 colours for 3 points'),
        (marker(Marker.POINTS, [(math.nan, 0, 0)]), '1 of 1 positions are not finite'),
        (marker(Marker.POINTS, [(1e306, 0, 0)]), '1 of 1 positions are not finite'),
        *(
            (marker(Marker.TRIANGLE_LIST, [point] * 3, scale=Vector3(x=scale, y=1.0, z=1.0)),
             '3 of 3 positions are not finite')
            for point, scale in (((0, 0, 0), math.inf), ((1e200, 0, 0), 1e200))
        ),
        (marker(Marker.POINTS, CORNERS, pose=Pose(orientation=Quaternion(w=0.0))), 'rotation'),
    ],
)
@pytest.mark.filterwarnings('error')
def test_markers_that_are_no_mesh_are_refused(send, wrong, text):
    with pytest.raises(ConversionError, match=text):
        send(wrong, 'POLYDATA')


# -- solid markers

TURNED = Pose(position=Point(y=0.1), orientation=Quaternion(z=0.5**0.5, w=0.5**0.5))


def outwards(mesh, centre):
    """Tell the volume that the triangles around a place enclose, in cubic mm."""
    corners = mesh.points[mesh.triangles()].astype(float) - centre
    parts = np.einsum('ij,ij->i', corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
    return float(parts.sum())


@pytest.mark.parametrize(('kind', 'volume'), [
    (Marker.CUBE, 1.0), (Marker.SPHERE, np.pi / 6), (Marker.CYLINDER, np.pi / 4)])
@pytest.mark.parametrize('mirror', [1, -1])
def test_a_solid_has_its_size_place_and_colour(send, kind, volume, mirror):
    scale = Vector3(x=0.02, y=0.04, z=0.06 * mirror)
    mesh = send(marker(kind, [], scale=scale, pose=TURNED), 'POLYDATA')
    np.testing.assert_allclose(np.ptp(mesh.points, axis=0), [40, 20, 60], rtol=0.01)
    np.testing.assert_allclose(mesh.points.mean(axis=0), [0, 100, 0], atol=0.1)
    assert outwards(mesh, [0, 100, 0]) == pytest.approx(volume * 20 * 40 * 60, rel=0.02)
    assert set(map(tuple, mesh.attributes[0].values.tolist())) == {(1, 0, 0, 1)}


@pytest.mark.parametrize('points', [[], [(0, 0, 0), (0, 0.2, 0)]])
def test_an_arrow_as_triangles(send, points):
    scale = Vector3(x=0.02, y=0.04) if points else Vector3(x=0.2, y=0.04, z=0.04)
    pose = Pose() if points else Pose(orientation=TURNED.orientation)
    mesh = send(marker(Marker.ARROW, points, scale=scale, pose=pose), 'POLYDATA')
    low, high = mesh.points.min(axis=0), mesh.points.max(axis=0)
    np.testing.assert_allclose([low, high], [[-20, 0, -20], [20, 200, 20]], rtol=0.01, atol=0.01)
    tip = mesh.points[np.argmax(mesh.points[:, 1])]
    np.testing.assert_allclose(tip, [0, 200, 0], atol=1e-3)
    assert outwards(mesh, [0, 100, 0]) > 0


@pytest.mark.parametrize('kind', [Marker.CUBE_LIST, Marker.SPHERE_LIST])
@pytest.mark.parametrize('own', [True, False])
def test_a_list_of_solids(send, kind, own):
    places = [(0.1, 0, 0), (0, 0.2, 0), (0, 0, 0.3)]
    colours = [ColorRGBA(r=1.0, a=1.0), ColorRGBA(g=1.0, a=1.0), ColorRGBA(b=1.0, a=0.5)]
    mesh = send(marker(kind, places, scale=Vector3(x=0.01, y=0.01, z=0.01),
                       colors=colours if own else []), 'POLYDATA')
    size = len(mesh.points) // 3
    for number, (place, colour) in enumerate(zip(places, colours)):
        rows = slice(size * number, size * (number + 1))
        centre = 1000 * np.array(place)
        np.testing.assert_allclose(mesh.points[rows].mean(axis=0), centre, atol=1e-3)
        wanted = [colour.r, colour.g, colour.b, colour.a] if own else [1, 0, 0, 1]
        assert mesh.attributes[0].values[rows].tolist() == [wanted] * size
        faces = mesh.triangles()
        its = PolyData(mesh.points, polygons=faces[(faces[:, 0] // size) == number])
        assert outwards(its, centre) > 400
    assert send(marker(kind, []), 'POLYDATA').cell_count == 0


def test_many_cubes_are_made_at_once(send):
    mesh = send(marker(Marker.CUBE_LIST, np.random.default_rng(1).random((2000, 3))), 'POLYDATA')
    assert (len(mesh.points), len(mesh.polygons)) == (16_000, 24_000)


def write_mesh(path, shift=0.0):
    corners = [(shift, 0, 0), (shift + 1, 0, 0), (shift, 1, 0)]
    path.write_text('ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\n'
                    'property float y\nproperty float z\nproperty uchar red\n'
                    'property uchar green\nproperty uchar blue\nelement face 1\n'
                    'property list uchar int vertex_indices\nend_header\n'
                    + ''.join(f'{x} {y} {z} 0 0 255\n' for x, y, z in corners) + '3 0 1 2\n')
    return path.as_uri()


@pytest.mark.parametrize('embedded', [True, False])
def test_a_mesh_resource(send, tmp_path, embedded):
    pytest.importorskip('trimesh')
    found = marker(
        Marker.MESH_RESOURCE, [], mesh_resource=write_mesh(tmp_path / 'a b.ply'),
        scale=Vector3(x=0.1, y=0.1, z=0.1), pose=TURNED, mesh_use_embedded_materials=embedded)
    for wire_type in ('', 'POLYDATA'):
        mesh = send(found, wire_type)
        places = sorted(np.round(mesh.points, 3).tolist())
        np.testing.assert_allclose(places, [[-100, 100, 0], [0, 100, 0], [0, 200, 0]])
        wanted = [0, 0, 1, 1] if embedded else [1, 0, 0, 1]
        assert mesh.attributes[0].values.tolist() == [wanted] * 3


def test_a_file_that_has_changed_is_read_again(send, tmp_path):
    pytest.importorskip('trimesh')
    path = tmp_path / 'a.ply'
    found = marker(Marker.MESH_RESOURCE, [], mesh_resource=write_mesh(path))
    assert send(found).points[:, 0].max() == 1000
    write_mesh(path, 25.0)
    assert send(found).points[:, 0].max() == 26_000


def test_a_file_of_a_package(send, tmp_path, monkeypatch):
    pytest.importorskip('trimesh')
    (tmp_path / 'share/ament_index/resource_index/packages').mkdir(parents=True)
    (tmp_path / 'share/ament_index/resource_index/packages/robot').touch()
    (tmp_path / 'share/robot').mkdir()
    write_mesh(tmp_path / 'share/robot/a.ply')
    monkeypatch.setenv('AMENT_PREFIX_PATH', f'/nowhere:{tmp_path}')
    found = marker(Marker.MESH_RESOURCE, [], mesh_resource='package://robot/a.ply')
    assert len(send(found).polygons) == 1


@pytest.mark.parametrize(('url', 'why'), [
    ('', 'it names no file'),
    ('package://no_such/a.ply', "package://no_such/a.ply: the package 'no_such' is not found"),
    ('file:///nowhere/a.stl', 'file:///nowhere/a.stl: '),
    ('http://127.0.0.1:9/a.stl', 'wanted package://'),
])
def test_a_mesh_that_is_not_found_costs_no_other_marker(send, url, why):
    notes = []
    lost = marker(Marker.MESH_RESOURCE, [], ns='m', id=7, mesh_resource=url)
    mesh = send(MarkerArray(markers=[lost, marker(Marker.CUBE, [])]), notes=notes)
    assert len(mesh.polygons) == 12
    (note,) = notes
    assert note.startswith("not sent of 2 markers: marker 'm' 7: ") and why in note


def test_markers_in_several_frames_are_refused(send):
    both = [
        marker(Marker.POINTS, CORNERS), marker(Marker.POINTS, CORNERS, frame_id='tool', id=1)
    ]
    with pytest.raises(ConversionError, match='several frames: base, tool'):
        send(MarkerArray(markers=both), 'POLYDATA')


def test_ros_gets_back_the_markers_it_sent(receive, send):
    sent = [
        marker(Marker.TRIANGLE_LIST, CORNERS * 4, colors=[ColorRGBA(r=0.2, b=0.6, a=1.0)] * 12),
        marker(Marker.LINE_LIST, CORNERS * 2, id=1, colors=[ColorRGBA(g=0.4, a=1.0)] * 6),
        marker(Marker.POINTS, CORNERS, id=2, colors=[ColorRGBA(b=1.0, a=0.8)] * 3),
    ]
    found = markers(receive(send(MarkerArray(markers=sent), 'POLYDATA'), frame_id='base'))
    for before, after in zip(sent, found):
        assert (after.type, after.action, after.header.frame_id) == (before.type, 0, 'base')
        np.testing.assert_allclose(places(after), places(before), atol=1e-9)
        colours = [[(c.r, c.g, c.b, c.a) for c in m.colors] for m in (before, after)]
        np.testing.assert_allclose(*colours, atol=1e-6)


def test_a_mesh_there_and_back(receive, send):
    mesh = Mesh(
        vertices=[Point(x=x, y=y, z=z) for x, y, z in metres(range(6))],
        triangles=[MeshTriangle(vertex_indices=[0, 1, 2]), MeshTriangle(vertex_indices=[3, 4, 5])],
    )
    message = send(mesh)
    np.testing.assert_array_equal(message.points, POINTS)
    assert message.polygons.to_lists() == [[0, 1, 2], [3, 4, 5]]
    assert receive(message, mesh=True).outputs['mesh'] == mesh
    assert send(Mesh()).cell_count == 0
    with pytest.raises(EncodeError, match='point 5, there are 3'):
        send(Mesh(vertices=mesh.vertices[:3], triangles=mesh.triangles))


def test_a_cloud_there_and_back(receive, send):
    six = np.arange(6)
    fields = {
        'rgba': np.array([0x80FF0001] * 6, np.uint32),
        'normal_x': six * 0, 'normal_y': six * 0, 'normal_z': six * 0 + 1,
        'v_x': six, 'v_y': six, 'v_z': six,
        'intensity': six * 2,
    }
    cloud = point_cloud(POINTS / 1000, fields, Header(frame_id='base'))
    message = send(cloud, 'POLYDATA')
    assert message.vertices.to_lists() == [[n] for n in range(6)]
    np.testing.assert_allclose(message.points, POINTS, rtol=1e-6)
    assert [(a.name, a.type) for a in message.attributes] == [
        ('RGBA', AttributeType.POINT_RGBA),
        ('Normals', AttributeType.POINT_NORMALS),
        ('v', AttributeType.POINT_VECTORS),
        ('intensity', AttributeType.POINT_SCALARS),
    ]
    again = cloud_columns(receive(message, cloud=True).outputs['cloud'])
    for name, values in cloud_columns(cloud).items():
        np.testing.assert_allclose(again[name], values, rtol=1e-6)


def test_points_that_a_camera_did_not_see_are_left_out(send):
    positions = np.array([[1, 2, 3], [math.nan] * 3, [4, 5, math.inf], [7, 8, 9]])
    cloud = point_cloud(positions, {'i': np.arange(4)}, Header())
    message = send(cloud, 'POLYDATA')
    assert message.points.tolist() == [[1000, 2000, 3000], [7000, 8000, 9000]]
    assert message.attributes[0].values.tolist() == [[0], [3]]
    assert len(send(point_cloud(positions[1:2], {}, Header()), 'POLYDATA').points) == 0


def test_rgb_as_float_bits(send):
    """What depth cameras send: three bytes in the bits of a float32."""
    cloud = point_cloud(POINTS[:1], {'rgb': np.array([0x00102030], np.uint32)}, Header())
    cloud.fields[3].datatype = 7
    [colours] = send(cloud, 'POLYDATA').attributes
    np.testing.assert_allclose(colours.values * 255, [[0x10, 0x20, 0x30, 255]], rtol=1e-6)


def test_a_field_that_float32_cannot_carry(send):
    cloud = point_cloud(POINTS[:1], {'v': np.array([1.0])}, Header())
    cloud.fields[3].datatype = 8
    cloud.point_step = cloud.row_step = 20
    cloud.data = array('B', cloud.data.tobytes()[:12] + np.array([1e300]).tobytes())
    with pytest.raises(EncodeError, match='float32'):
        send(cloud, 'POLYDATA')


def test_a_scan(send):
    """Three hits, a gap, one hit, a gap: 1 m ahead, at 90 degrees to the left 2 m."""
    scan = LaserScan(
        header=Header(stamp=Time(sec=7), frame_id='laser'),
        angle_min=0.0,
        angle_increment=math.pi / 4,
        range_min=0.1,
        range_max=10.0,
        ranges=[1.0, math.sqrt(2), 2.0, math.inf, 3.0, math.nan, 0.05, 11.0],
    )
    message = send(scan)
    assert message.lines.to_lists() == [[0, 1, 2]]
    assert message.vertices.to_lists() == [[3]]
    np.testing.assert_allclose(
        message.points, [[1000, 0, 0], [1000, 1000, 0], [0, 2000, 0], [-3000, 0, 0]], atol=1e-3
    )
    assert send(LaserScan()).cell_count == 0


def test_a_scan_that_does_not_say_how_far_it_sees(send):
    scan = LaserScan(angle_increment=0.1, ranges=[1.0, 2000.0, math.inf])
    notes = []
    assert send(scan, notes=notes).lines.to_lists() == [[0, 1]]
    assert notes == []


def test_a_scan_whose_limits_leave_nothing_says_so(send):
    scan = LaserScan(range_min=5.0, range_max=10.0, ranges=[1.0, 20.0, math.inf])
    notes = []
    assert len(send(scan, notes=notes).points) == 0
    [note] = notes
    assert note == (
        'all 2 ranges are dropped: none is within range_min 5 m and range_max 10 m'
    )
    scan.ranges = [math.inf] * 3  # nothing is near
    send(scan, notes=notes)
    assert len(notes) == 1


@pytest.mark.filterwarnings('error')
@pytest.mark.parametrize('angle', [math.inf, -math.inf, math.nan])
def test_a_scan_whose_angles_are_no_numbers_is_refused(send, angle):
    for name in ('angle_min', 'angle_increment'):
        scan = LaserScan(ranges=[1.0, 2.0], **{name: angle})
        with pytest.raises(ConversionError, match='positions are not finite'):
            send(scan)


def test_a_wrong_cloud_is_refused(send):
    with pytest.raises(ConversionError, match='wanted x, y and z'):
        send(PointCloud2(), 'POLYDATA')
