"""Shapes of links as POLYDATA: every form, every kind of file, in mm and in the link's frame."""

import struct
import sys

import numpy as np
import pytest

from igtl_ros2.converters.link_meshes import link_mesh
from igtl_ros2.converters.urdf import Visual
from igtl_ros2.errors import ConversionError

pytest.importorskip('trimesh', reason='trimesh is not installed: robots have no shapes')

# a corner of a box: three faces of a tetrahedron and their base; exact in float32
POINTS = np.array([(0, 0, 0), (0.5, 0, 0), (0, 0.25, 0), (0, 0, 0.125)])
FACES = [(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)]
IDENTITY = np.eye(4)
ORIGIN = np.array([(0, -1, 0, 1.0), (1, 0, 0, 2.0), (0, 0, 1, 3.0), (0, 0, 0, 1)])


def placed(points):
    """Put points where ORIGIN says, in mm."""
    return 1000 * (np.asarray(points) @ ORIGIN[:3, :3].T + ORIGIN[:3, 3])


def stl_binary():
    body = b''.join(
        struct.pack('<12fH', 0, 0, 0, *POINTS[list(face)].ravel(), 0) for face in FACES)
    return bytes(80) + struct.pack('<I', len(FACES)) + body


def stl_ascii():
    lines = ['solid s']
    for face in FACES:
        lines += ['facet normal 0 0 0', 'outer loop']
        lines += ['vertex {} {} {}'.format(*POINTS[i]) for i in face]
        lines += ['endloop', 'endfacet']
    return '\n'.join([*lines, 'endsolid s', '']).encode()


def obj():
    lines = ['mtllib none.mtl', 'o a', *('v {} {} {}'.format(*p) for p in POINTS), 'usemtl red']
    lines += ['f ' + ' '.join(str(i + 1) for i in face) for face in FACES]
    return '\n'.join([*lines, '']).encode()


def dae(unit='', up='Z_UP', place=IDENTITY):
    numbers = ' '.join(map(str, POINTS.ravel()))
    corners = ' '.join(str(i) for face in FACES for i in face)
    matrix = ' '.join(map(str, place.ravel()))
    return f"""<?xml version="1.0"?>
<COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">
<asset><created>2024-01-01T00:00:00</created><modified>2024-01-01T00:00:00</modified>
{unit}<up_axis>{up}</up_axis></asset>
<library_geometries><geometry id="g"><mesh>
<source id="p"><float_array id="f" count="{POINTS.size}">{numbers}</float_array>
<technique_common><accessor source="#f" count="{len(POINTS)}" stride="3">
<param name="X" type="float"/><param name="Y" type="float"/><param name="Z" type="float"/>
</accessor></technique_common></source>
<vertices id="v"><input semantic="POSITION" source="#p"/></vertices>
<triangles count="{len(FACES)}"><input semantic="VERTEX" source="#v" offset="0"/>
<p>{corners}</p></triangles>
</mesh></geometry></library_geometries>
<library_visual_scenes><visual_scene id="s"><node id="n"><matrix>{matrix}</matrix>
<instance_geometry url="#g"/></node></visual_scene></library_visual_scenes>
<scene><instance_visual_scene url="#s"/></scene></COLLADA>""".encode()


@pytest.fixture
def show(tmp_path):
    """Make the mesh of a file, or of several shapes."""

    def make(name, data, scale=(1.0, 1.0, 1.0), origin=ORIGIN, unit='mm'):
        (tmp_path / name).write_bytes(data)
        visual = Visual(origin, 'mesh', scale, name)
        mesh, faults = link_mesh([visual], tmp_path.joinpath, unit, device_name='a_mesh')
        assert faults == [] and mesh.device_name == 'a_mesh'
        return mesh

    return make


def triangles(points, faces):
    """List triangles by the places of their corners, each beginning with the smallest."""
    found = []
    for face in faces:
        corners = [tuple(np.round(points[i], 6)) for i in face]
        first = corners.index(min(corners))
        found.append(tuple(corners[first:] + corners[:first]))
    return sorted(found)


def check(mesh, wanted, faces=FACES):
    assert mesh.points.dtype == np.float32
    assert triangles(mesh.points.astype(float), mesh.triangles()) == triangles(wanted, faces)


@pytest.mark.parametrize('name, make', [
    ('binary.stl', stl_binary), ('ascii.STL', stl_ascii), ('a.obj', obj), ('a.dae', dae),
])
def test_files(show, name, make):
    if name.endswith('dae'):
        pytest.importorskip('collada', reason='pycollada is not installed: no DAE files')
    mesh = show(name, make())
    check(mesh, placed(POINTS))
    assert len(mesh.points) == len(POINTS)  # corners of neighbours are one point
    check(show(name, make(), origin=np.eye(4), unit='m'), POINTS)


def test_scale_comes_before_the_origin_and_a_mirror_turns_triangles_around(show):
    scale = (2.0, 1.0, -4.0)
    mesh = show('a.stl', stl_binary(), scale)
    around = [face[::-1] for face in FACES]
    check(mesh, placed(POINTS * scale), around)


def test_the_unit_of_a_dae_file_counts_its_up_axis_does_not_as_in_rviz(show):
    pytest.importorskip('collada', reason='pycollada is not installed: no DAE files')
    data = dae('<unit name="centimetre" meter="0.01"/>', 'Y_UP', ORIGIN)
    mesh = show('a.dae', data, origin=np.eye(4))
    check(mesh, placed(POINTS) * 0.01)


def test_box_cylinder_and_sphere():
    kinds = (('box', (0.2, 0.4, 0.6)), ('cylinder', (0.1, 0.5)), ('sphere', (0.3,)))
    for kind, sizes in kinds:
        mesh, faults = link_mesh([Visual(np.eye(4), kind, sizes)], None, 'mm')
        assert faults == []
        points = mesh.points.astype(float)
        if kind == 'box':
            assert {tuple(p) for p in np.abs(points)} == {(100, 200, 300)} and len(points) == 8
            assert len(mesh.polygons) == 12
            continue
        radius = 1000 * sizes[0]
        if kind == 'cylinder':
            far = np.hypot(*points.T[:2])
            ring = far > radius / 2
            np.testing.assert_allclose(far[ring], radius, rtol=1e-6)
            np.testing.assert_allclose(np.abs(points[:, 2]), 250, rtol=1e-6)
        else:
            np.testing.assert_allclose(np.linalg.norm(points, axis=1), radius, rtol=1e-6)
        # from the inside every face points outwards
        corners = points[mesh.triangles()]
        across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        assert ((across * corners.mean(axis=1)).sum(axis=1) > 0).all()


def test_the_shapes_of_a_link_are_one_mesh(tmp_path):
    (tmp_path / 'a.stl').write_bytes(stl_binary())
    visuals = [
        Visual(np.eye(4), 'box', (0.2, 0.4, 0.6)), Visual(ORIGIN, 'mesh', (1.0, 1.0, 1.0), 'a.stl')
    ]
    mesh, _ = link_mesh(visuals, tmp_path.joinpath, 'mm')
    assert (len(mesh.points), len(mesh.polygons)) == (12, 16)
    last = mesh.triangles()[12:].astype(int) - 8
    assert triangles(mesh.points[8:].astype(float), last) == triangles(placed(POINTS), FACES)


HUGE = struct.pack('<I', 2**31) + bytes(100)


@pytest.mark.parametrize('name, data, why', [
    ('none.stl', None, 'there is no file '),
    ('folder.stl', ..., 'there is no file '),
    ('a.step', b'', 'files of this kind are not read; possible: stl, obj, dae'),
    ('empty.stl', b'', 'it has no triangles'),
    ('cut.stl', stl_binary()[:-7], 'it cannot be read: '),
    ('huge.stl', bytes(80) + HUGE, 'it cannot be read: '),
    ('noise.stl', bytes(range(256)) * 9, 'it '),
    ('noise.dae', b'<COLLADA', 'it cannot be read: '),
    ('none.obj', b'o nothing\n', 'it '),
    ('nan.obj', obj().replace(b'0.25', b'nan'), 'it has points that are not finite'),
    ('wild.obj', b'v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n', 'it '),
])
def test_what_cannot_be_shown_is_told_and_costs_no_other(tmp_path, name, data, why):
    if name.endswith('dae'):
        pytest.importorskip('collada', reason='pycollada is not installed: no DAE files')
    path = tmp_path / name
    if data is ...:
        path.mkdir()
    elif data is not None:
        path.write_bytes(data)
    visuals = [
        Visual(np.eye(4), 'mesh', (1.0, 1.0, 1.0), name), Visual(np.eye(4), 'box', (1, 1, 1))
    ]
    mesh, (fault,) = link_mesh(visuals, tmp_path.joinpath, 'mm')
    assert len(mesh.points) == 8
    assert fault.startswith(f'{name}: {why}')


def test_the_file_may_not_be_found():
    def resolve(url):
        raise ConversionError(f'no such package: {url}')

    visual = Visual(np.eye(4), 'mesh', (1.0, 1.0, 1.0), 'package://a/b.stl')
    mesh, faults = link_mesh([visual], resolve, 'mm')
    assert len(mesh.points) == 0
    assert faults == ['package://a/b.stl: no such package: package://a/b.stl']


def test_without_the_libraries_it_says_how_to_get_them(monkeypatch, tmp_path):
    (tmp_path / 'a.dae').write_bytes(dae())
    visual = Visual(np.eye(4), 'mesh', (1.0, 1.0, 1.0), 'a.dae')
    for module, package in (('collada', 'pycollada'), ('trimesh', 'trimesh')):
        monkeypatch.setitem(sys.modules, module, None)
        _, (fault,) = link_mesh([visual], tmp_path.joinpath, 'mm')
        assert fault.endswith(
            f'needs {package}, which is not installed: pip install {package}')
