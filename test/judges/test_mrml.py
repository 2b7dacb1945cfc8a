"""What Slicer shows, built of its own nodes, against what ROS holds: places, shapes, colours."""

import itertools
import json
import time

import numpy as np
import pytest
from geometry_msgs.msg import TransformStamped
from harness import STATE, Bridge, Slicer, User
from PIL import Image as Picture
from std_msgs.msg import String as RosString
from tf2_msgs.msg import TFMessage

from igtl_ros2 import serve
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.mesh import PolyData
from igtl_ros2.codec.messages.points import Point, PointList
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.text import Status
from igtl_ros2.codec.messages.tracking import TrackingData
from igtl_ros2.converters.link_meshes import link_mesh
from igtl_ros2.converters.tf_tree import TfTree
from igtl_ros2.converters.units import pose_to_ros, transform_of
from igtl_ros2.converters.urdf import Visual
from igtl_ros2.mapping import SendRule, TfFrame
from igtl_ros2.nodes.tf_sets import TfSet

RANDOM = np.random.default_rng(1000)
CONFIGURATIONS, AT_ONCE = 1000, 100
BOX = np.array(list(itertools.product((-0.5, 0.5), repeat=3)))
TETRAHEDRON = np.array([(0, 0, 0), (120, 0, 0), (0, 64, 0.5), (10, 20, 90)], float)
FACES = np.array([(0, 2, 1), (0, 1, 3), (1, 2, 3), (0, 3, 2)])
MAPPING = """
profile: slicer
defaults: {stamp: receive}
receive: [{device: "*"}]
send:
  - {robot: {description: /judged/robot_description, rate: 60}, device: Robot}
"""
URDF = """
<robot name="judged">
  <material name="sea"><color rgba="0 0.5 1 1"/></material>
  <link name="base">
    <visual><origin xyz="0.1 0 0.05" rpy="0.3 -0.2 0.7"/>
      <geometry><box size="0.3 0.2 0.1"/></geometry>
      <material name="red"><color rgba="1 0 0 1"/></material></visual>
  </link>
  <joint name="turn" type="revolute"><parent link="base"/><child link="column"/>
    <origin xyz="0 0.1 0.2" rpy="0.1 0.2 0.3"/><axis xyz="0 0 1"/></joint>
  <link name="column">
    <visual><origin xyz="0 0 0.25"/><geometry><cylinder radius="0.04" length="0.5"/></geometry>
      <material name="sea"/></visual>
  </link>
  <joint name="lift" type="prismatic"><parent link="column"/><child link="carriage"/>
    <origin xyz="0 0 0.1" rpy="1.2 0 0"/><axis xyz="1 0 0"/></joint>
  <link name="carriage">
    <visual><origin xyz="0.02 0.03 -0.04" rpy="0 1.1 0"/>
      <geometry><mesh filename="{stl}" scale="0.001 0.002 -0.001"/></geometry></visual>
  </link>
  <joint name="bend" type="continuous"><parent link="carriage"/>
    <child link="a_wrist_with_a_long_name"/>
    <origin xyz="0.3 0 0" rpy="0 -0.4 0"/><axis xyz="0 1 0"/></joint>
  <link name="a_wrist_with_a_long_name">
    <visual><origin xyz="0 0 0.1" rpy="0.5 0 0"/>
      <geometry><mesh filename="{dae}"/></geometry></visual>
    <visual><geometry><sphere radius="0.03"/></geometry>
      <material name="green"><color rgba="0 1 0 1"/></material></visual>
  </link>
  <joint name="tip" type="fixed"><parent link="a_wrist_with_a_long_name"/><child link="tool"/>
    <origin xyz="0.05 0.06 0.07" rpy="3 2 1"/></joint>
  <link name="tool"/>
</robot>
"""
DAE = """<?xml version="1.0" encoding="utf-8"?>
<COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">
  <asset><unit name="centimeter" meter="0.01"/><up_axis>Z_UP</up_axis></asset>
  <library_effects><effect id="e"><profile_COMMON><technique sid="t"><lambert>
    <diffuse><color>1 1 0 1</color></diffuse></lambert></technique></profile_COMMON></effect>
  </library_effects>
  <library_materials><material id="m"><instance_effect url="#e"/></material></library_materials>
  <library_geometries><geometry id="g"><mesh>
    <source id="p"><float_array id="a" count="12">{points}</float_array>
      <technique_common><accessor source="#a" count="4" stride="3">
        <param name="X" type="float"/><param name="Y" type="float"/><param name="Z" type="float"/>
      </accessor></technique_common></source>
    <vertices id="v"><input semantic="POSITION" source="#p"/></vertices>
    <triangles count="4" material="mat"><input semantic="VERTEX" source="#v" offset="0"/>
      <p>{faces}</p></triangles>
  </mesh></geometry></library_geometries>
  <library_visual_scenes><visual_scene id="s"><node id="n">
    <matrix>0 -1 0 1 1 0 0 2 0 0 1 3 0 0 0 1</matrix>
    <instance_geometry url="#g"><bind_material><technique_common>
      <instance_material symbol="mat" target="#m"/></technique_common></bind_material>
    </instance_geometry></node></visual_scene></library_visual_scenes>
  <scene><instance_visual_scene url="#s"/></scene>
</COLLADA>
"""


# -- what is right, by formulas of its own, in metres


def turned(axis, angle):
    """Turn about an axis (Rodrigues)."""
    x, y, z = axis
    cross = np.array([(0, -z, y), (z, 0, -x), (-y, x, 0)])
    matrix = np.eye(4)
    matrix[:3, :3] += np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return matrix


def placed(xyz=(0, 0, 0), rpy=(0, 0, 0)):
    """Give the pose of an origin of URDF: about the fixed axes x, then y, then z."""
    matrix = turned((0, 0, 1), rpy[2]) @ turned((0, 1, 0), rpy[1]) @ turned((1, 0, 0), rpy[0])
    matrix[:3, 3] = xyz
    return matrix


def at(matrix, points):
    return np.asarray(points) @ matrix[:3, :3].T + matrix[:3, 3]


JOINTS = [  # parent, child, origin, axis, whether it slides
    ('base', 'column', placed((0, 0.1, 0.2), (0.1, 0.2, 0.3)), (0, 0, 1), False),
    ('column', 'carriage', placed((0, 0, 0.1), (1.2, 0, 0)), (1, 0, 0), True),
    ('carriage', 'a_wrist_with_a_long_name', placed((0.3, 0, 0), (0, -0.4, 0)), (0, 1, 0), False),
    ('a_wrist_with_a_long_name', 'tool', placed((0.05, 0.06, 0.07), (3, 2, 1)), None, False),
]
LINKS = ['base', *(child for _, child, *_ in JOINTS)]
IN_DAE = at(np.array([(0, -1, 0, 1), (1, 0, 0, 2), (0, 0, 1, 3), (0, 0, 0, 1)], float),
            TETRAHEDRON) * 0.01
CORNERS = {  # of each link in its own frame
    'base': at(placed((0.1, 0, 0.05), (0.3, -0.2, 0.7)), BOX * (0.3, 0.2, 0.1)),
    'column': np.array([(0, 0, 0), (0, 0, 0.5)]),  # the middles of its ends
    'carriage': at(placed((0.02, 0.03, -0.04), (0, 1.1, 0)), TETRAHEDRON * (0.001, 0.002, -0.001)),
    'a_wrist_with_a_long_name': np.concatenate(
        [at(placed((0, 0, 0.1), (0.5, 0, 0)), IN_DAE), [(0, 0, 0.03), (0, 0, -0.03)]]),
}


def steps(values):
    """Give the pose of each link in its parent, for values of the joints."""
    found = {}
    for (parent, child, origin, axis, slides), value in zip(JOINTS, values):
        move = np.eye(4)
        if slides:
            move[:3, 3] = np.array(axis) * value
        elif axis is not None:
            move = turned(axis, value)
        found[parent, child] = origin @ move
    return found


def places(values):
    """Give the pose of each link in the base."""
    found = {'base': np.eye(4)}
    for (parent, child), step in steps(values).items():
        found[child] = found[parent] @ step
    return found


# -- the robot of a bridge, in Slicer's scene


@pytest.fixture(scope='module')
def robot(tmp_path_factory):
    """What a simulated Slicer got of this robot from a bridge, over a real socket."""
    folder = tmp_path_factory.mktemp('robot')
    triangles = b''.join(
        np.array([0, 0, 0, *TETRAHEDRON[list(face)].ravel()], '<f4').tobytes() + b'\0\0'
        for face in FACES)
    stl, dae = folder / 'part.stl', folder / 'part.dae'
    stl.write_bytes(bytes(80) + np.uint32(4).tobytes() + triangles)
    dae.write_text(DAE.format(points=' '.join(map(str, TETRAHEDRON.ravel())),
                              faces=' '.join(map(str, FACES.ravel()))))
    mapping = folder / 'mapping.yaml'
    mapping.write_text(MAPPING)
    user = User()
    bridge = Bridge(namespace='/judged', port=0, mapping_file=mapping)
    try:
        with Slicer(f'tcp://127.0.0.1:{bridge.port(user)}') as slicer:
            user.talk('/judged/robot_description', RosString, STATE).publish(
                RosString(data=URDF.format(stl=stl.as_uri(), dae=dae.as_uri())))
            tf = user.talk('/tf', TFMessage)
            wanted = {f'{name}_mesh' for name in ('base', 'column', 'carriage')}

            def come():
                tf.publish(TFMessage(transforms=_transforms(np.zeros(4))))
                return wanted <= set(slicer.nodes) and 'tool' in slicer.nodes and any(
                    name.startswith('a_wris') and name.endswith('_mesh') for name in slicer.nodes)

            user.wait_for(come, 'the robot')
            yield slicer
    finally:
        bridge.stop()
        user.close()


def _transforms(values):
    """Give /tf for values of the joints."""
    made = []
    for (parent, child), matrix in steps(values).items():
        message = TransformStamped(child_frame_id=child)
        message.header.frame_id = parent
        message.header.stamp.sec, message.header.stamp.nanosec = divmod(time.time_ns(), 10**9)
        message.transform = transform_of(pose_to_ros(matrix, 'm')[0])
        made.append(message)
    return made


@pytest.fixture
def assembled(mrml, robot):
    """Show it to the real scene and let the module put it together."""
    mrml.show(robot)
    found = mrml.assemble()
    (said,) = found['robots']
    assert not said['missing'] and [link['link'] for link in said['links']] == LINKS
    return said['links'], found['models']


def test_every_corner_is_where_ros_has_it_in_1000_configurations(mrml, robot, assembled):
    links, _ = assembled
    shown = [link for link in links if link['model']]
    names = {link['link']: link['transform'] for link in links}
    values = RANDOM.uniform(-3, 3, (CONFIGURATIONS, 4)) * (1, 0.2, 1, 0)
    poses = over_the_wire(values, names, [link['transform'] for link in shown])
    result = mrml.file()
    mrml.corners(links=[(link['transform'], link['model']) for link in shown],
                 poses=poses, result=result)
    found, columns, wanted = np.load(result), [], []
    start = 0
    for link in shown:
        own = np.asarray(robot.nodes[link['model']].mesh.points, float)
        for corner in CORNERS[link['link']] * 1000:
            distance = np.linalg.norm(own - corner, axis=1)
            if link['link'] != 'column':
                assert distance.min() < 1e-4, (link['link'], corner, distance.min())
                columns.append([start + distance.argmin()])
            else:  # the mean of the points of that end
                columns.append((start + np.flatnonzero(own[:, 2] == own[:, 2][
                    np.abs(own[:, 2] - corner[2]).argmin()])).tolist())
        start += len(own)
    for each in values:
        where = places(each)
        wanted.append(np.concatenate(
            [at(where[link['link']], CORNERS[link['link']]) for link in shown]) * 1000)
    wanted = np.array(wanted)
    got = np.stack([found[:, column].mean(axis=1) for column in columns], axis=1)
    assert got.shape == wanted.shape == (CONFIGURATIONS, len(columns), 3)
    extent = np.ptp(wanted.reshape(-1, 3), axis=0).max()
    assert np.abs(got - wanted).max() <= 1e-6 * extent


def over_the_wire(values, names, wanted):
    """Take configurations from tf, as a bridge does, through a socket into a simulated Slicer."""
    frames = tuple(TfFrame(link, 'base', name) for link, name in names.items())
    rule = SendRule(device='Robot', tf_list=frames)
    poses = []
    with serve('tcp://127.0.0.1:0') as server, Slicer(str(server.address)) as slicer:
        for start in range(0, len(values), AT_ONCE):
            devices = []
            for number, each in enumerate(values[start:start + AT_ONCE]):
                tree = TfTree()
                for (parent, child), matrix in steps(each).items():
                    tree.insert(parent, child, 0, matrix, static=True)
                elements, _ = TfSet(rule, tree, None).look()
                devices.append(f'Robot_{start + number}')
                server.send(TrackingData(elements, device_name=devices[-1]))
            for device in devices:
                tools = slicer.wait_for(device).transforms
                poses.append([tools[name].matrix for name in wanted])
    return np.array(poses)


def test_models_have_the_sizes_and_colours_that_the_description_says(mrml, assembled):
    links, models = assembled
    for link in links:
        if not link['model']:
            assert link['link'] == 'tool'
            continue
        model = models[link['model']]
        assert model['parent'] == link['transform']
        assert model['is_visible'] and model['are_colored'] == (link['link'] != 'carriage')
        assert (model['scalars'], model['flag']) == (
            ('RGBA', 4) if model['are_colored'] else (model['scalars'], model['flag']))
    where = places(np.zeros(4))
    box = at(where['base'], CORNERS['base']) * 1000
    np.testing.assert_allclose(
        models['base_mesh']['bounds'], np.stack([box.min(0), box.max(0)], 1).ravel(), atol=1e-3)
    column = np.reshape(models['column_mesh']['bounds'], (3, 2))
    axis = at(where['column'], CORNERS['column']) * 1000
    assert (column[:, 0] <= axis.min(0) + 1).all() and (column[:, 1] >= axis.max(0) - 1).all()
    assert np.ptp(column, axis=1).max() < 500 + 2 * 40


def test_slicer_draws_the_colours_of_the_description(mrml, tmp_path):
    colors = {'red': (1, 0, 0), 'green': (0, 1, 0), 'sea': (0, 0.5, 1), 'dark': (0.2, 0.1, 0.3)}
    links = []
    with serve('tcp://127.0.0.1:0') as server, Slicer(str(server.address)) as slicer:
        for n, (name, color) in enumerate(colors.items()):
            visual = Visual(placed((0.1 * n, 0, 0)), 'sphere', (0.04,), colour=(*color, 1.0))
            mesh, faults = link_mesh([visual], None, 'mm', device_name=f'{name}_mesh')
            assert not faults
            server.send(mesh)
            server.send(Transform(np.eye(4), device_name=name))
            links.append({'link': name, 'transform': name, 'model': f'{name}_mesh'})
        for name in colors:
            slicer.wait_for(name)
            slicer.wait_for(f'{name}_mesh')
        mrml.show(slicer)
    mrml.text(name='R', text=json.dumps({'igtl_ros2': 'robot', 'links': links}))
    mrml.assemble()
    file = tmp_path / 'colors.png'
    mrml.picture(file=file, size=[400, 100], camera=[150, -900, 0], focus=[150, 0, 0],
                 up=[0, 0, 1], angle=6)
    pixels = np.asarray(Picture.open(file).convert('RGB')).astype(float)
    for n, color in enumerate(colors.values()):
        seen = pixels[45:55, 50 + 100 * n - 5:50 + 100 * n + 5].mean(axis=(0, 1)) / 255
        # the light makes it darker, and adds a little white
        np.testing.assert_allclose(seen / seen.max(), np.array(color) / max(color), atol=0.12)


# -- all else that Slicer shows


@pytest.fixture
def line():
    """A server and a simulated Slicer that is connected to it."""
    with serve('tcp://127.0.0.1:0') as server, Slicer(str(server.address)) as slicer:
        yield server, slicer


@pytest.mark.parametrize('coordinates', ['straight', 'oblique'])
def test_voxels_are_where_they_are_in_ros(mrml, line, coordinates):
    server, slicer = line
    matrix = np.diag([0.5, 0.7, 2.0, 1.0])
    matrix[:3, 3] = -30, 40, 55
    if coordinates == 'oblique':
        matrix = placed((0, 0, 0), (0.3, -0.4, 1.5)) @ matrix
    voxels = RANDOM.integers(0, 255, (4, 5, 6), np.uint8)
    server.send(Image.from_array(voxels, matrix, device_name='CT'))
    slicer.wait_for('CT')
    mrml.show(slicer)
    found = mrml.where(name='CT')
    np.testing.assert_allclose(found['ijk_to_ras'], matrix, rtol=1e-6, atol=1e-4)
    edges = at(matrix, [(i, j, k) for i in (-0.5, 5.5) for j in (-0.5, 4.5) for k in (-0.5, 3.5)])
    np.testing.assert_allclose(
        found['bounds'], np.stack([edges.min(0), edges.max(0)], 1).ravel(), atol=1e-3)
    corner = np.array(found['ras_to_ijk']) @ [*at(matrix, [(5, 4, 3)])[0], 1]
    np.testing.assert_allclose(corner[:3], (5, 4, 3), atol=1e-4)


def test_points_have_places_labels_selection_and_colour(mrml, line):
    server, slicer = line
    places = RANDOM.uniform(-500, 500, (3, 3))
    server.send(PointList([
        Point('ENTRY', places[0], 'Selected', (255, 128, 0, 255)),
        Point('TARGET', places[1], 'Unselected', (0, 0, 255, 255)),
        Point('', places[2], 'x', (255, 128, 0, 0)),
    ], device_name='Plan'))
    slicer.wait_for('Plan')
    mrml.show(slicer)
    found = mrml.markups(name='Plan')
    np.testing.assert_allclose(found['places'], places, rtol=1e-6)
    assert found['labels'][:2] == ['ENTRY', 'TARGET']
    assert found['selected'] == [True, False, True] and found['visible'] == [True, True, False]
    np.testing.assert_allclose(found['color'], (1, 128 / 255, 0), atol=1e-6)


# -- the module on real nodes


def test_a_target_is_chosen_and_sent_once_each_time(mrml, line):
    server, slicer = line
    server.send(PointList([Point('T', (10, -20, 30))], device_name='F'))
    slicer.wait_for('F')
    mrml.show(slicer)
    parent = placed((100, 200, 300), (0.1, 0.2, 0.3))
    mrml.own_transform(name='Parent', matrix=parent.tolist())
    mrml.put_under(name='F', parent='Parent')
    choices = mrml.choices()
    np.testing.assert_allclose(choices['Parent'], parent)
    pose = choices['F: T']
    np.testing.assert_allclose(np.array(pose)[:3, 3], at(parent, [(10, -20, 30)])[0])
    for n, shift in enumerate((0, 1, 1, 2)):  # the third time without a change
        pose[0][3] += shift
        said = mrml.send(pose=pose, now=n)
        assert said['state'] == 'waiting'
        (sent,) = said['sent']
        assert sent['name'] == 'Target'
        np.testing.assert_array_equal(sent['matrix'], pose)
    assert 'Target' not in mrml.choices()


def test_what_the_bridge_answers_is_understood(mrml, line):
    server, slicer = line
    pose = placed((12.3, 45.6, 78.9), (0.4, 0.5, 0.6))
    mrml.send(pose=pose.tolist(), now=0)
    server.send(Transform(pose, device_name='Target_taken'))
    server.send(Status(1, 0, '', 'published', device_name='Target_state'))
    slicer.wait_for('Target_taken')
    slicer.wait_for('Target_state')
    mrml.show(slicer)
    assert mrml.answer(now=1)['state'] == 'accepted'
    assert mrml.send(pose=pose.tolist(), now=1)['state'] == 'waiting'
    mrml.state(name='Target_state', code=13, text='workspace: not published: outside')
    said = mrml.answer(now=2)
    assert said == {'state': 'refused', 'text': 'refused: workspace: not published: outside'}


def test_an_obstacle_that_is_deleted_is_taken_away(mrml):
    mrml.clear()
    assert mrml.delete_obstacle(name='Obstacle_1') == [[{'name': 'Obstacle_1', 'points': 0}], 0]
    assert mrml.delete_obstacle(name='Skull') == [[], 0]


def test_stop_is_one_emergency_and_one_phrase_however_often_it_is_pressed(mrml):
    for number in (1, 2):
        state, phrase = mrml.press()
        assert state == {'name': 'Slicer_stop', 'code': 3}
        assert phrase == {'name': f'CMD_stop{number}', 'text': 'STOP'}
    assert mrml.press(is_end=True) == [{'name': 'Slicer_stop', 'code': 1}]


def test_a_preview_is_the_tool_where_it_would_be_and_sends_nothing(mrml, line):
    server, slicer = line
    points = np.array([(0, 0, 0), (10, 0, 0), (0, 20, 0), (0, 0, 30)])
    server.send(PolyData(points, polygons=FACES.tolist(), device_name='tool_mesh'))
    slicer.wait_for('tool_mesh')
    mrml.show(slicer)
    pose = placed((100, 200, 300), (0, 0, np.pi / 2))
    found = mrml.preview(pose=pose.tolist(), tool='tool_mesh')
    corners = at(pose, points)
    np.testing.assert_allclose(
        found['bounds'], np.stack([corners.min(0), corners.max(0)], 1).ravel(), atol=1e-4)
    assert not found['sent'] and 0 < found['opacity'] < 1
