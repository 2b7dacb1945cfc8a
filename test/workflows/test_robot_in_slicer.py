"""A robot of ROS in 3D Slicer: its links as models, their poses as transforms."""

import json
import os
import re
import struct
import sys

import moving_robot
import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from harness import STATE, Program
from rclpy.qos import QoSProfile
from space import assert_same, rigid, stamp_of_node, transform_of
from std_msgs.msg import String as RosString
from test_ready_files import HowToBridge
from tf2_msgs.msg import TFMessage

from igtl_ros2.codec.short_names import short_names
from igtl_ros2.sim.module import slicer_module
from igtl_ros2.sim.scene import Scene

pytest.importorskip('trimesh', reason='trimesh is not installed: robots have no shapes')

RANDOM = np.random.default_rng(17)
# in mm, as CAD writes it
TRIANGLE = np.array([(0, 0, 0), (120, 0, 0), (0, 64, 0.5)])


def write_stl(path, triangles=(TRIANGLE,)):
    body = b''.join(struct.pack('<12fH', 0, 0, 0, *t.ravel(), 0) for t in triangles)
    path.write_bytes(bytes(80) + struct.pack('<I', len(triangles)) + body)
    return path.as_uri()


def corners(model):
    """List the corners of the triangles of a model, in mm."""
    return model.mesh.points.astype(float)[model.mesh.triangles()]


def sorted_points(points):
    return np.array(sorted(map(tuple, np.round(np.reshape(points, (-1, 3)), 3))))


def check_models(slicer):
    base, arm = (slicer.wait_for(f'{name}_mesh', 'POLYDATA') for name in ('base', 'arm'))
    box = [(x, y, z) for x in (-100, 100) for y in (-100, 100) for z in (-50, 50)]
    np.testing.assert_allclose(
        sorted_points(base.mesh.points), sorted_points(box), rtol=1e-6, atol=1e-6)
    assert len(base.mesh.polygons) == 12
    # turned by a quarter about z, then moved: the frame of the link, not of the robot
    x, y, z = TRIANGLE.T
    wanted = np.stack([500 - y, x, 250 + z], axis=1)
    np.testing.assert_allclose(corners(arm)[0], wanted, rtol=1e-6, atol=1e-4)
    assert 'carriage_mesh' not in slicer.nodes


def look(slicer):
    """Tell where Slicer has the links, and when that was."""
    seen = {}

    def note(node):
        if 'OpenIGTLink.ros_stamp' in node.attributes:
            seen.update({n: t.matrix for n, t in node.transforms.items()})
            seen['stamp'] = stamp_of_node(node)
        return seen

    slicer.wait_for('Robot', 'TDATA', when=note)
    return seen


def check_poses(slicer):
    """Compare what Slicer has at several moments with where the joints were then."""
    stamps = set()
    while len(stamps) < 5:
        seen = look(slicer)
        stamps.add(seen['stamp'])
        assert set(seen) == {'base', 'carriage', 'arm', 'stamp'}
        carriage, arm = moving_robot.poses(seen['stamp'])
        assert_same(seen['base'], np.eye(4))
        assert_same(seen['carriage'], carriage)
        assert_same(seen['arm'], carriage @ arm)
        slicer.stay(0.1)


def check_assembly(slicer):
    """Have the module for Slicer put the robot together: there is nothing else to do."""
    slicer.wait_for('Robot_parts', 'STRING')
    (robot,) = slicer_module().assemble(scene := Scene(slicer))
    assert (robot.name, robot.target, robot.missing) == ('two', 'base', [])
    assert [tuple(link.values()) for link in robot.links] == [
        ('base', 'base', 'base_mesh', ''),
        ('carriage', 'carriage', '', 'base'),
        ('arm', 'arm', 'arm_mesh', 'carriage'),
    ]
    models = scene.GetNodesByClass('vtkMRMLModelNode')
    for n in range(models.GetNumberOfItems()):
        model = models.GetItemAsObject(n)
        assert model.GetParentTransformNode().GetName() + '_mesh' == model.GetName()


@pytest.fixture
def robot_bridge():
    """A bridge started as the how-to page says."""
    bridge = HowToBridge('config/robot.yaml')
    yield bridge
    bridge.stop()


def test_a_robot_as_the_page_shows_it(user, robot_bridge, open_slicer, tmp_path):
    mesh = write_stl(tmp_path / 'arm.stl')
    bridge = robot_bridge
    robot = Program(sys.executable, moving_robot.__file__, mesh)
    try:
        slicer = open_slicer(bridge.port(user))
        check_models(slicer)
        check_poses(slicer)
        check_assembly(slicer)
        text = slicer.wait_for('Joints', 'STRING').text
        state = json.loads(text)
        stamp = state['header']['stamp']
        wanted = moving_robot.joints(stamp['sec'] * 10**9 + stamp['nanosec'])
        np.testing.assert_allclose(state['position'], wanted, rtol=1e-12)
        assert state['name'] == ['lift', 'turn']
        # who comes later gets the models as well, once
        late = open_slicer(bridge.port(user))
        check_models(late)
        check_poses(late)
        check_assembly(late)
        for each in (slicer, late):
            assert {each.nodes[f'{name}_mesh'].received for name in ('base', 'arm')} == {1}
            assert not each.crashed and not [line for line in each.log if 'error' in line]
    finally:
        robot.kill()
    assert 'Traceback' not in robot.output, robot.output


BOX = '<visual><geometry><box size="{0} {0} {0}"/></geometry></visual>'
MESH = '<visual><geometry><mesh filename="{}"/></geometry></visual>'


def urdf(**links):
    """Make a robot whose links all hang on the first."""
    (root, *others) = links
    joints = ''.join(
        f'<joint name="{name}" type="fixed"><parent link="{root}"/><child link="{name}"/></joint>'
        for name in others
    )
    parts = ''.join(f'<link name="{name}">{shape}</link>' for name, shape in links.items())
    return RosString(data=f'<robot name="r">{parts}{joints}</robot>')


def test_another_description_takes_the_place_of_the_first(user, run, open_slicer):
    mapping = """
profile: slicer
send: [{robot: {description: /changing}, device: R}]
"""
    # as `ros2 topic pub` does, and not as robot_state_publisher: for who listens now
    descriptions = user.node.create_publisher(RosString, '/changing', QoSProfile(depth=10))
    slicer = open_slicer(run(mapping, namespace='/change', port=0).port(user))
    user.wait_for(descriptions.get_subscription_count, 'a subscription to /changing')
    first = urdf(a=BOX.format(0.1), b=BOX.format(0.2))
    user.wait_for(lambda: descriptions.publish(first) or 'a_mesh' in slicer.nodes, 'a model')
    slicer.wait_for('b_mesh')
    descriptions.publish(first)  # says nothing new
    descriptions.publish(RosString(data='<robot'))  # nothing at all
    descriptions.publish(urdf(a=BOX.format(0.3), c=BOX.format(0.2)))
    slicer.wait_for('c_mesh')
    a = slicer.nodes['a_mesh']
    assert np.abs(a.mesh.points).max() == 150 and a.received == 2
    # what is gone is empty, also for late joiners
    assert len(slicer.nodes['b_mesh'].mesh.points) == 0
    late = open_slicer(slicer.address.port)
    assert len(late.wait_for('b_mesh').mesh.points) == 0
    assert np.abs(late.wait_for('a_mesh').mesh.points).max() == 150


def test_a_transform_each_with_prefix_and_another_frame(user, run, open_slicer):
    mapping = """
profile: slicer
send:
- {robot: {description: /left/robot_description, target: table, prefix: left/}, device: Left,
   type: TRANSFORM}
"""
    place, hand = rigid(RANDOM), rigid(RANDOM)
    static = user.node.create_publisher(TFMessage, '/tf_static', STATE)
    static.publish(TFMessage(transforms=[
        transform_of(place, 'table', 'left/base', 0),
        transform_of(hand, 'left/base', 'left/hand[1]_with_long_name', 0),
    ]))
    descriptions = user.node.create_publisher(RosString, '/left/robot_description', STATE)
    descriptions.publish(urdf(**{'base': '', 'hand[1]_with_long_name': BOX.format(1)}))
    slicer = open_slicer(run(mapping, namespace='/each', port=0).port(user))
    assert_same(slicer.wait_for('left/base', 'TRANSFORM').matrix, place)
    # the model is called as its transform; no pattern is seen in the name of a link
    short = short_names(['left/base', 'left/hand[1]_with_long_name'], 15)
    short = short['left/hand[1]_with_long_name']
    assert_same(slicer.wait_for(short, 'TRANSFORM').matrix, place @ hand)
    slicer.wait_for(f'{short}_mesh', 'POLYDATA')
    assert 'Left' not in slicer.nodes and 'left/base_mesh' not in slicer.nodes


def test_what_cannot_be_shown_is_named_and_the_rest_is_there(
    user, run, open_slicer, tmp_path, monkeypatch
):
    share = tmp_path / 'share'
    index = share / 'ament_index' / 'resource_index' / 'packages'
    index.mkdir(parents=True)
    (index / 'my_robot').touch()
    (share / 'my_robot').mkdir()
    write_stl(share / 'my_robot' / 'a b.stl')
    monkeypatch.setenv('AMENT_PREFIX_PATH', str(tmp_path))
    reports = user.listen('/diagnostics', DiagnosticArray)
    descriptions = user.node.create_publisher(RosString, '/broken', STATE)
    descriptions.publish(urdf(
        good=MESH.format('package://my_robot/a%20b.stl'),
        no_file=MESH.format('package://my_robot/none.stl') + BOX.format(1),
        no_package=MESH.format('package://no_robot/a.stl'),
        web=MESH.format('http://127.0.0.1:9/a.stl'),
        wrong=BOX.format('x'),
    ))
    mapping = 'profile: slicer\nsend: [{robot: {description: /broken}, device: R}]'
    bridge = run(mapping, namespace='/some', port=0)
    slicer = open_slicer(bridge.port(user))
    good = slicer.wait_for('good_mesh')
    np.testing.assert_allclose(corners(good)[0], 1000 * TRIANGLE, rtol=1e-6)
    assert len(slicer.wait_for('no_file_mesh').mesh.points) == 8

    def told():
        return {v.key for r in reports for s in r.status for v in s.values
                if v.key.startswith('problem /broken: link ')}

    faults = user.wait_for(lambda: len(told()) == 4 and told(), 'four problems')
    assert faults == {
        "problem /broken: link 'no_file': package://my_robot/none.stl: there is no file "
        f'{share}/my_robot/none.stl',
        "problem /broken: link 'no_package': package://no_robot/a.stl: the package 'no_robot' is "
        'not found',
        "problem /broken: link 'web': http://127.0.0.1:9/a.stl: wanted "
        'package://<package>/<path> or file:///<path>',
        "problem /broken: link 'wrong': visual 1: box: size is 'x x x', wanted 3 numbers",
    }
    for fault in faults:
        bridge.says(re.escape(f'not shown: {fault.removeprefix("problem ")}'))
    assert not {'no_package_mesh', 'web_mesh', 'wrong_mesh'} & set(slicer.nodes)


def test_other_rules_while_it_runs(user, run, open_slicer, tmp_path):
    path = tmp_path / 'mapping.yaml'
    rule = 'send: [{{robot: {{description: /again{}}}, device: R}}]'
    path.write_text(rule.format(''))
    place = rigid(RANDOM)
    static = user.node.create_publisher(TFMessage, '/tf_static', STATE)
    static.publish(TFMessage(transforms=[transform_of(place, 'hall', 'foot', 0)]))
    descriptions = user.node.create_publisher(RosString, '/again', STATE)
    descriptions.publish(urdf(foot=BOX.format(1)))
    bridge = run(namespace='/reload', port=0, mapping_file=path)
    slicer = open_slicer(bridge.port(user))
    first = slicer.wait_for('R', when=lambda node: 'foot' in node.transforms)
    assert_same(first.transforms['foot'].matrix, np.eye(4))
    path.write_text(rule.format(', target: hall'))
    success, text = user.ask('/reload/igtl_bridge/reload')
    assert success, text
    node = slicer.wait_for('R', when=lambda node: node.transforms['foot'].matrix[0, 3])
    slicer.wait_for('foot_mesh')
    received, seen = node.received, {}

    def note(node):
        seen[node.received] = node.transforms['foot'].matrix
        return node.received > received + 2

    # what stands still is said again every second, by the old rule as well if it were there
    slicer.wait_for('R', when=note)
    for matrix in seen.values():
        assert_same(matrix, place)


def test_without_trimesh_it_says_so_and_sends_poses(user, run, open_slicer, tmp_path, monkeypatch):
    (tmp_path / 'trimesh.py').write_text('raise ModuleNotFoundError(name="trimesh")')
    monkeypatch.setenv('PYTHONPATH', f'{tmp_path}:{os.environ.get("PYTHONPATH", "")}')
    descriptions = user.node.create_publisher(RosString, '/plain', STATE)
    descriptions.publish(urdf(trunk=BOX.format(1)))
    mapping = 'profile: slicer\nsend: [{robot: {description: /plain}, device: R}]'
    bridge = run(mapping, namespace='/none', port=0)
    slicer = open_slicer(bridge.port(user))
    node = slicer.wait_for('R', when=lambda node: 'trunk' in node.transforms)
    assert_same(node.transforms['trunk'].matrix, np.eye(4))
    words = ("not shown: /plain: link 'trunk': box: the shape of a link needs trimesh, which is "
             'not installed: pip install trimesh')
    user.wait_for(lambda: words in bridge.output, 'the reason')
    assert 'trunk_mesh' not in slicer.nodes
