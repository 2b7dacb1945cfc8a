"""Shapes of links as POLYDATA: every form, every kind of file, in mm and in the link's frame."""

import struct
import sys

import numpy as np
import pytest

from igtl_ros2.codec.messages.mesh import AttributeType
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


def ply(comment=b'', more=b'', values=b''):
    columns = b''.join(b'property float %b\n' % name for name in (b'x y z' + more).split())
    lines = [b'ply\nformat ascii 1.0', *filter(None, [comment]), b'element vertex 4\n' + columns
             + b'element face 4\nproperty list uchar int vertex_indices\nend_header']
    lines += ['{} {} {}'.format(*p).encode() + values for p in POINTS]
    return b'\n'.join([*lines, *('3 {} {} {}'.format(*face).encode() for face in FACES), b''])


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


def test_a_unit_with_a_comma_is_that_number_and_none_is_no_unit(show, tmp_path):
    pytest.importorskip('collada', reason='pycollada is not installed: no DAE files')
    check(show('a.dae', dae('<unit meter="0,5"/>')), placed(POINTS / 2))
    for wrong in ('half', '0', '-1', 'nan', 'inf'):
        (tmp_path / 'b.dae').write_bytes(dae(f'<unit meter="{wrong}"/>'))
        visual = Visual(ORIGIN, 'mesh', (1.0, 1.0, 1.0), 'b.dae')
        mesh, (fault,) = link_mesh([visual], tmp_path.joinpath, 'mm')
        assert len(mesh.points) == 0 and f"its unit is '{wrong}'" in fault


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
    ('cut.stl', stl_binary()[:-7], 'it cannot be read: 3 of the 4 triangles are there'),
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


# -- files as they come


# each corner with its place in a picture that there is not
# the hidden lines of a drawing, say
EDGES = ply().replace(b'end_header', b'element edge 1\nproperty int vertex1\n'
                      b'property int vertex2\nend_header') + b'0 1\n'
PLACES = obj().partition(b'f ')[0] + b'vt 0 0\n' + b''.join(
    b'f %d/1 %d/1 %d/1\n' % tuple(i + 1 for i in face) for face in FACES)


@pytest.mark.parametrize('name, data', [
    ('tail.stl', stl_binary() + b'behind the triangles'),
    ('solid.stl', b'solid made by a program' + stl_binary()[23:]),
    ('solid_tail.stl', b'solid facet normal vertex' + stl_binary()[25:] + b'\n'),
    ('crlf.stl', stl_ascii().replace(b'\n', b'\r\n')),
    ('no_mtl.obj', obj()),
    ('latin.obj', 'o Jos\xe9\n'.encode('latin-1') + obj()),
    ('latin.stl', stl_ascii().replace(b'solid s', b'solid Jos\xe9')),
    ('latin.ply', ply(b'comment Jos\xe9')),
    ('edges.ply', EDGES),
    ('places_in_no_picture.obj', PLACES),
    ('places_in_a_lost_picture.ply', ply(b'comment TextureFile none.png', b' s t', b' 0 0')),
])
def test_a_file_with_a_small_mistake_is_shown_whole(show, name, data):
    mesh = show(name, data)
    check(mesh, placed(POINTS))
    assert mesh.attributes == ()


def test_without_pillow_pictures_alone_are_lost(show, monkeypatch):
    trimesh = pytest.importorskip('trimesh', reason='trimesh is not installed: no meshes')
    wrapper = trimesh.exceptions.ExceptionWrapper(ModuleNotFoundError('PIL'))
    monkeypatch.setattr(trimesh.visual.material, 'Image', wrapper)
    check(show('places.obj', PLACES), placed(POINTS))


def export(form, colours=None):
    """Write the tetrahedron as trimesh does."""
    trimesh = pytest.importorskip('trimesh', reason='trimesh is not installed: no meshes')
    mesh = trimesh.Trimesh(POINTS, FACES, process=False, vertex_colors=colours)
    data = mesh.export(file_type=form)
    return data.encode() if isinstance(data, str) else data


FOUR = np.array([(255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (51, 102, 153, 255)], 'u1')


def colours_at(mesh, places):
    """Look up the colours of points."""
    (attribute,) = mesh.attributes
    assert (attribute.name, attribute.type) == ('RGBA', AttributeType.POINT_RGBA)
    found = {}
    for point, colour in zip(np.round(mesh.points, 3).tolist(), attribute.values.tolist()):
        found.setdefault(tuple(point), []).append(tuple(np.round(colour, 4).tolist()))
    return [sorted(set(found[tuple(point)])) for point in np.round(np.float32(places), 3).tolist()]


@pytest.mark.parametrize('form', ['ply', 'glb', 'obj'])
def test_forms_with_a_colour_for_each_point(show, form):
    check(show(f'plain.{form}', export(form)), placed(POINTS))
    mesh = show(f'a.{form}', export(form, FOUR))
    check(mesh, placed(POINTS))
    wanted = [[tuple(np.round(c / 255, 4).tolist())] for c in FOUR]
    assert colours_at(mesh, placed(POINTS)) == wanted


def test_faces_of_a_ply_file_have_colours_of_their_own(show):
    """There are as many faces as points."""
    plain = ply().replace(b'end_header', b'property uchar red\nproperty uchar green\n'
                          b'property uchar blue\nend_header').splitlines()
    data = plain[:-4] + [line + b' %d %d %d' % tuple(c[:3].tolist())
                         for line, c in zip(plain[-4:], FOUR)]
    mesh = show('faces.ply', b'\n'.join([*data, b'']))
    check(mesh, placed(POINTS))
    wanted = [tuple(np.round(c / 255, 4).tolist()) for c in FOUR]
    assert colours_at(mesh, placed(POINTS)) == [
        sorted(wanted[k] for k, face in enumerate(FACES) if point in face) for point in range(4)]


def test_what_a_scene_mirrors_is_turned_around(show):
    trimesh = pytest.importorskip('trimesh', reason='trimesh is not installed: no meshes')
    scene = trimesh.Scene()
    scene.add_geometry(trimesh.Trimesh(POINTS, FACES, process=False),
                       transform=np.diag([-2.0, 1.0, 1.0, 1.0]))
    mirrored = [face[::-1] for face in FACES]
    check(show('a.glb', scene.export(file_type='glb')), placed(POINTS * [-2, 1, 1]), mirrored)


@pytest.mark.parametrize('form', ['glb', 'gltf'])
@pytest.mark.parametrize('change, why', [
    (b'"extensionsRequired": ["EXT_meshopt_compression"]', 'packed with EXT_meshopt_compression'),
    (b'"extensionsRequired": ["KHR_draco_mesh_compression"]', 'packed with KHR_draco_mesh'),
    (b'"accessors": [{"normalized": true}, {"normalized": true}]', 'normalised numbers'),
])
def test_points_that_trimesh_would_misread_are_refused(tmp_path, form, change, why):
    text = (b'{"asset": {"version": "2.0"}, %b, "meshes": [{"primitives": [{"attributes": '
            b'{"POSITION": 0}}]}]}' % change)
    if form == 'glb':
        text += b' ' * (-len(text) % 4)
        text = struct.pack('<4sIIII', b'glTF', 2, 20 + len(text), len(text), 0x4E4F534A) + text
    (tmp_path / f'a.{form}').write_bytes(text)
    visual = Visual(ORIGIN, 'mesh', (1.0, 1.0, 1.0), f'a.{form}')
    mesh, (fault,) = link_mesh([visual], tmp_path.joinpath, 'mm')
    assert len(mesh.points) == 0 and why in fault


def test_materials_beside_an_obj(show, tmp_path):
    (tmp_path / 'none.mtl').write_bytes(b'# Jos\xe9\nnewmtl red\nKd 1 0 0\n')
    mesh = show('a.obj', obj())
    check(mesh, placed(POINTS))
    assert colours_at(mesh, placed(POINTS)) == [[(1, 0, 0, 1)]] * 4


EFFECT = ('<library_effects><effect id="e"><profile_COMMON><technique sid="c"><phong><diffuse>'
          '<color>1 0 0 0.6</color></diffuse></phong></technique></profile_COMMON></effect>'
          '</library_effects>')
MATERIAL = '<library_materials><material id="m"><instance_effect url="#e"/></material>'\
           '</library_materials>'
BIND = ('<bind_material><technique_common><instance_material symbol="s" target="#m"/>'
        '</technique_common></bind_material>')


def painted(libraries=EFFECT + MATERIAL, bind=BIND, symbol='material="s"', more=''):
    text = dae().decode().replace('<library_geometries>', libraries + '<library_geometries>')
    text = text.replace('<instance_geometry url="#g"/>',
                        f'<instance_geometry url="#g">{bind}</instance_geometry>{more}')
    return text.replace('<triangles ', f'<triangles {symbol} ').encode()


BROKEN = {
    'no such effect': painted(MATERIAL),
    'no such material': painted(''),
    'a material of another name': painted(bind=BIND.replace('#m', '#n')),
    'no effect said': painted('<library_materials><material id="m"/></library_materials>'),
    'an effect without a colour': painted(
        EFFECT.replace('<phong><diffuse><color>1 0 0 0.6</color></diffuse></phong>', '')
        + MATERIAL),
    'an effect without anything': painted(
        '<library_effects><effect id="e"/></library_effects>' + MATERIAL),
    'a colour in words': painted(EFFECT.replace('1 0 0 0.6', 'red') + MATERIAL),
    'a target that is no reference': painted(bind=BIND.replace('#m', 'm')),
    'a material that nobody binds': painted(bind=''),
    'lights and cameras that are not there': painted(
        '', '', more='<instance_light url="#l"/><instance_camera url="#c"/>'),
    'broken animations': painted('<library_animations><animation id="a"><channel/></animation>'
                                 '</library_animations>', ''),
}


@pytest.mark.parametrize('data', BROKEN.values(), ids=BROKEN)
def test_a_dae_file_with_broken_materials_costs_its_colours_at_most(show, data):
    pytest.importorskip('collada', reason='pycollada is not installed: no DAE files')
    check(show('a.dae', data), placed(POINTS))


def test_a_blank_line_before_a_dae_file_is_nothing(show):
    pytest.importorskip('collada', reason='pycollada is not installed: no DAE files')
    check(show('a.dae', b'\n' + dae()), placed(POINTS))


def test_dashes_in_comments_of_a_dae_file_are_nothing(show):
    pytest.importorskip('collada', reason='pycollada is not installed: no DAE files')
    data = b'<!-- a -- b -->' + dae().partition(b'\n')[2]
    check(show('a.dae', data.replace(b'<asset>', b'<!-- a -- b --><asset>')), placed(POINTS))


def test_one_broken_material_costs_no_other(show):
    pytest.importorskip('collada', reason='pycollada is not installed: no DAE files')
    second = ('<instance_geometry url="#g">' + BIND.replace('#m', '#none')
              + '</instance_geometry>')
    mesh = show('a.dae', painted(more=second))
    assert len(mesh.polygons) == 2 * len(FACES)
    assert colours_at(mesh, placed(POINTS)) == [[(0.8, 0.8, 0.8, 1), (1, 0, 0, 0.6)]] * 4


def test_a_part_of_a_dae_file_that_is_lost_is_told(tmp_path):
    pytest.importorskip('collada', reason='pycollada is not installed: no DAE files')
    (tmp_path / 'a.dae').write_bytes(painted(more='<instance_geometry url="#lost"/>'))
    visual = Visual(ORIGIN, 'mesh', (1, 1, 1), 'a.dae')
    mesh, faults = link_mesh([visual], tmp_path.joinpath, 'mm', device_name='a_mesh')
    check(mesh, placed(POINTS))
    (fault,) = faults
    assert fault.startswith('a.dae: a part of it is dropped: ') and 'lost' in fault


@pytest.mark.parametrize('name', ['a.stl', 'a.obj', 'a.dae', 'a.ply', 'a.glb', 'a.gltf'])
@pytest.mark.parametrize('data', [b'', b'no mesh', bytes(200), b'\xff' * 200, b'solid', b'ply\n',
                                  b'glTF' + b'\xff' * 40, b'{"asset":', b'<COLLADA/>'])
def test_a_bad_file_costs_itself_alone(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    bad = Visual(ORIGIN, 'mesh', (1, 1, 1), name)
    mesh, (fault,) = link_mesh(
        [bad, Visual(IDENTITY, 'box', (1, 1, 1))], tmp_path.joinpath, 'mm', device_name='a')
    assert fault.startswith(f'{name}: ') and len(mesh.polygons) == 12


def test_a_file_cut_anywhere_costs_itself_alone(tmp_path):
    for name, data in (('a.stl', stl_binary()), ('a.ply', export('ply')), ('a.glb', export('glb')),
                       ('a.dae', dae())):
        for size in range(0, len(data) - 1, max(1, len(data) // 40)):
            (tmp_path / name).write_bytes(data[:size])
            link_mesh([Visual(ORIGIN, 'mesh', (1, 1, 1), name)], tmp_path.joinpath, 'mm',
                      device_name='a')


# -- colours


def test_colours_of_the_shapes_of_a_link(tmp_path):
    red, blue = (1.0, 0.0, 0.0, 1.0), (0.0, 0.0, 1.0, 0.5)
    (tmp_path / 'a.stl').write_bytes(stl_binary())
    (tmp_path / 'a.ply').write_bytes(export('ply', FOUR))
    far = np.eye(4)
    far[0, 3] = 5
    mesh, faults = link_mesh([
        Visual(far, 'box', (1, 1, 1), colour=red),
        Visual(IDENTITY, 'mesh', (1, 1, 1), 'a.stl', blue),
        Visual(-far * (1, 1, 1, -1), 'mesh', (1, 1, 1), 'a.ply', red),  # has colours of its own
        Visual(far @ far, 'sphere', (0.1,)),
    ], tmp_path.joinpath, 'mm', device_name='a')
    assert faults == []
    (attribute,) = mesh.attributes
    rows = attribute.values
    assert rows[:8].tolist() == [list(red)] * 8
    assert rows[8:12].tolist() == [list(blue)] * 4
    assert len(np.unique(rows[12:16], axis=0)) == 4
    np.testing.assert_allclose(rows[16:], [(0.8, 0.8, 0.8, 1)] * (len(rows) - 16))


def test_a_link_of_which_nothing_is_said_has_no_colours():
    mesh, _ = link_mesh([Visual(IDENTITY, 'box', (1, 1, 1))], None, 'mm', device_name='a')
    assert mesh.attributes == ()
