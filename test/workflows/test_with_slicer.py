"""What people do with 3D Slicer and a robot: a bridge as a process between Slicer and ROS."""

import time

import numpy as np
import pytest
from geometry_msgs.msg import Point as RosPoint
from geometry_msgs.msg import PointStamped, PoseArray, PoseStamped, TransformStamped, Vector3
from harness import STATE, Bridge, Slicer
from sensor_msgs.msg import Image as RosImage
from sensor_msgs.msg import LaserScan
from space import (
    WIRE,
    Between,
    assert_same,
    geometry_data,
    geometry_mm,
    info_of,
    matrix_of,
    pose_of,
    put_stamp,
    rigid,
    stamp_of,
    stamp_of_node,
    transform_of,
)
from std_msgs.msg import Float64MultiArray, Header
from std_msgs.msg import String as RosString
from tf2_msgs.msg import TFMessage
from visualization_msgs.msg import Marker, MarkerArray

from igtl_ros2.converters.clouds import point_cloud

MAPPING = """
profile: slicer
defaults: {frame: ras, stamp: receive}
receive:
  - {device: "", type: STATUS, action: drop}
  - {device: "Target*", type: TRANSFORM, pose: true}
  - {device: "CLB_*", type: TRANSFORM, tf: static, frames: [base_link, ras]}
  - {device: PlanningZ, type: POINT, frame: zframe, split: true,
     trajectory: {entry: ENTRY, target: TARGET}}
  - {device: "*"}
send:
  - {tf: {source: tool0, target: base_link, rate: 30}, device: ToolToBase}
  - {topic: camera/image_raw, device: Endoscope, type: IMAGE, rate: 50,
     spacing: [0.0002, 0.0003, 0.001]}
"""
RANDOM = np.random.default_rng(5)


@pytest.fixture(scope='module')
def port(user, run_for_all):
    """Where the bridge of this file listens for Slicers."""
    return run_for_all(MAPPING, port=0).port(user)


@pytest.fixture
def slicer(port, open_slicer):
    return open_slicer(port)


# -- Slicer to the robot


def test_a_target_reaches_the_robot_in_metres_the_first_time_it_is_set(user, slicer):
    poses = user.listen('/x/Target_1/pose', PoseStamped)
    transforms = user.listen('/x/Target_1/transform', TransformStamped)
    target = rigid(RANDOM)
    with Between() as moment:
        # a person sets a target once and waits for the robot
        slicer.set_transform('Target_1', target)
        user.wait_for(lambda: poses and transforms, 'the target at the robot')
    pose, transform = poses[0], transforms[0]
    assert (pose.header.frame_id, transform.header.frame_id) == ('ras', 'ras')
    assert transform.child_frame_id == 'Target_1'
    # Slicer sends no stamps: the moment of arrival is all there is
    assert moment.holds(pose.header) and pose.header == transform.header
    assert_same(matrix_of(pose.pose), target)
    assert_same(matrix_of(transform.transform), target)
    p = pose.pose.position
    np.testing.assert_allclose((p.x, p.y, p.z), target[:3, 3] / 1000, rtol=0, atol=1e-9)


def test_a_target_that_is_moved_arrives_at_its_last_place(user, slicer):
    poses = user.listen('/x/Target_2/pose', PoseStamped)
    places = [rigid(RANDOM) for _ in range(20)]
    for place in places:
        slicer.set_transform('Target_2', place)
        slicer.stay(0.005)

    def is_there():
        return poses and np.allclose(matrix_of(poses[-1].pose), places[-1], **WIRE)

    user.wait_for(is_there, 'the last place')
    stamps = [stamp_of(pose.header) for pose in poses]
    assert stamps == sorted(stamps)


def test_fiducials_become_entry_and_target(user, slicer):
    paths = user.listen('/x/PlanningZ/trajectory', PoseArray, STATE)
    targets = user.listen('/x/PlanningZ/labels/TARGET', PointStamped, STATE)
    lists = user.listen('/x/PlanningZ/points', PoseArray, STATE)
    infos = user.listen('/x/PlanningZ/info', RosString, STATE)
    entry, target = np.array((10.0, -20.0, 80.0)), np.array((5.0, 0.25, 10.0))
    with Between() as moment:
        slicer.set_fiducials('PlanningZ', {'TARGET': target, 'OTHER': (0, 0, 0), 'ENTRY': entry})
        user.wait_for(lambda: paths and targets and lists and infos, 'the plan')
    assert {m.header.frame_id for m in (paths[0], targets[0], lists[0])} == {'zframe'}
    assert all(moment.holds(m.header) for m in (paths[0], targets[0], lists[0]))
    point = targets[0].point
    np.testing.assert_allclose((point.x, point.y, point.z), target / 1000, rtol=0, atol=1e-9)
    ends = [matrix_of(pose) for pose in paths[0].poses]
    np.testing.assert_allclose([end[:3, 3] for end in ends], [entry, target], rtol=0, atol=1e-6)
    along = (target - entry) / np.linalg.norm(target - entry)
    for end in ends:
        np.testing.assert_allclose(end[:3, 2], along, atol=1e-9)
    assert info_of(infos)['labels'] == ['TARGET', 'OTHER', 'ENTRY']
    # without its target a plan is no plan: the old one must not stay
    slicer.set_fiducials('PlanningZ', {'ENTRY': entry})
    user.wait_for(lambda: not paths[-1].poses, 'the end of the plan')


def test_a_registration_is_in_tf_also_for_who_comes_later(user, slicer):
    registration = rigid(RANDOM)
    early = user.listen('/tf_static', TFMessage, STATE)
    slicer.set_transform('CLB_0001', registration)
    user.wait_for(lambda: early, 'the registration')
    late = user.listen('/tf_static', TFMessage, STATE)
    user.wait_for(lambda: late, 'the registration for a late listener')
    for messages in (early, late):
        (transform,) = messages[-1].transforms
        assert (transform.header.frame_id, transform.child_frame_id) == ('base_link', 'ras')
        assert_same(matrix_of(transform.transform), registration)


def test_a_volume_arrives_with_its_voxels_and_its_place(user, slicer):
    volumes = user.listen('/x/CT/volume', RosImage, STATE)
    places = user.listen('/x/CT/geometry', Float64MultiArray, STATE)
    infos = user.listen('/x/CT/info', RosString, STATE)
    voxels = RANDOM.integers(-1000, 3000, (5, 7, 11), np.int16)
    place = rigid(RANDOM) @ np.diag([0.75, 1.5, 3.0, 1.0])
    slicer.set_volume('CT', voxels, place)
    user.wait_for(lambda: volumes and places and infos, 'the volume')
    image = volumes[0]
    assert (image.encoding, image.width, image.height) == ('16SC1', 11, 7 * 5)
    assert (image.step, image.is_bigendian, image.header.frame_id) == (22, 0, 'ras')
    assert bytes(image.data) == voxels.astype('<i2').tobytes()
    assert_same(geometry_mm(places[0]), place)
    info = info_of(infos)
    assert (info['dimensions'], info['scalar_type']) == ([11, 7, 5], 'int16')


def test_text_and_state_of_slicer(user, slicer):
    texts = user.listen('/x/CMD_0001/text', RosString, STATE)
    slicer.set_text('CMD_0001', 'START_UP größer')
    user.wait_for(lambda: texts, 'the text')
    assert texts[0].data == 'START_UP größer'


# -- the robot to Slicer


def test_the_tool_of_the_robot_moves_in_slicer(user, slicer):
    broadcast = user.talk('/tf', TFMessage)
    places = {}
    began = time.monotonic()

    def move():
        stamp_ns = time.time_ns()
        places[stamp_ns] = place = rigid(RANDOM)
        broadcast.publish(TFMessage(transforms=[
            transform_of(place, 'base_link', 'tool0', stamp_ns)
        ]))

    seen = {}

    def is_followed():
        move()
        if slicer.received('ToolToBase', 'TRANSFORM') > before:
            with slicer.busy():  # matrix and attributes of the same message
                node = slicer.nodes['ToolToBase']
                seen[stamp_of_node(node)] = node.matrix
        return len(seen) >= 20

    before = slicer.received('ToolToBase', 'TRANSFORM')
    user.wait_for(is_followed, '20 poses in Slicer')
    # a message every 33 ms, and one that was due when tf began: those that came until here are
    # counted before the time that it took is
    count = slicer.received('ToolToBase', 'TRANSFORM') - before
    assert count <= 30 * (time.monotonic() - began) + 2
    assert slicer.nodes['ToolToBase'].attributes['OpenIGTLink.ros_frame_id'] == 'base_link'
    for stamp_ns, matrix in seen.items():
        assert_same(matrix, places[stamp_ns])


def test_a_camera_image_stands_upright(user, slicer):
    camera = user.talk('/x/camera/image_raw', RosImage)
    pixels = RANDOM.integers(0, 255, (6, 8, 3), np.uint8)
    image = RosImage(height=6, width=8, encoding='rgb8', step=24, data=pixels.tobytes())
    image.header.frame_id = 'camera'
    put_stamp(image.header, stamp_ns := time.time_ns())
    camera.publish(image)
    volume = slicer.wait_for('Endoscope')
    np.testing.assert_array_equal(volume.pixels[0], pixels)
    assert volume.tag == 'VectorVolume'
    # right in the picture is left of the patient, down is to the back: as an axial view shows it
    np.testing.assert_allclose(volume.ijk_to_ras, np.diag([-0.2, -0.3, 1.0, 1.0]), **WIRE)
    assert stamp_of_node(volume) == stamp_ns


def test_a_volume_of_ros_has_its_place_in_slicer(user, slicer):
    voxels = RANDOM.integers(-1000, 3000, (4, 6, 10), np.int16)
    place = rigid(RANDOM) @ np.diag([0.5, 0.5, 2.0, 1.0])
    about = user.talk('/x/to_igtl/Recon/info', RosString, STATE)
    where = user.talk('/x/to_igtl/Recon/geometry', Float64MultiArray, STATE)
    volume = user.talk('/x/to_igtl/Recon/volume', RosImage, STATE)
    about.publish(RosString(data='{"dimensions": [10, 6, 4]}'))
    where.publish(Float64MultiArray(data=geometry_data(place)))
    volume.publish(RosImage(
        height=24, width=10, encoding='16SC1', step=20, data=voxels.tobytes(),
    ))
    # topics come in any order: it is sent again for what is said of it later
    node = slicer.wait_for('Recon', when=lambda node: (
        node.pixels.shape == voxels.shape and np.allclose(node.ijk_to_ras, place, atol=1e-3)))
    np.testing.assert_array_equal(node.pixels, voxels)
    assert node.pixels.dtype == np.int16
    assert_same(node.ijk_to_ras, place)


def test_labelled_points_of_ros_are_fiducials_in_slicer(user, slicer):
    about = user.talk('/x/to_igtl/Reach/info', RosString, STATE)
    points = user.talk('/x/to_igtl/Reach/points', PoseArray, STATE)
    about.publish(RosString(data='{"labels": ["ENTRY", "TARGET"]}'))
    places = [rigid(RANDOM) for _ in range(2)]
    points.publish(PoseArray(poses=[pose_of(place) for place in places]))
    fiducials = slicer.wait_for('Reach', when=lambda node: (
        [point.label for point in node.points] == ['ENTRY', 'TARGET']))
    for label, place in zip(('ENTRY', 'TARGET'), places):
        np.testing.assert_allclose(fiducials[label].position, place[:3, 3], **WIRE)


def test_shapes_that_are_deleted_in_ros_are_gone_in_slicer(user, slicer):
    ball = Marker(id=1, type=Marker.SPHERE, scale=Vector3(x=0.01, y=0.01, z=0.01))
    line = Marker(id=2, type=Marker.LINE_LIST, points=[RosPoint(), RosPoint(z=0.1)])
    shapes = user.talk('/x/to_igtl/Shapes/markers', MarkerArray, STATE)
    shapes.publish(MarkerArray(markers=[ball, line]))
    slicer.wait_for('Shapes', 'POINT', when=lambda node: len(node.points) == 1)
    slicer.wait_for('Shapes', 'POLYDATA', when=lambda node: len(node.mesh.points) == 2)
    shapes.publish(MarkerArray(markers=[ball]))
    slicer.wait_for('Shapes', 'POLYDATA', when=lambda node: not len(node.mesh.points))
    assert len(slicer.nodes['Shapes', 'POINT'].points) == 1
    shapes.publish(MarkerArray(markers=[Marker(action=Marker.DELETEALL)]))
    slicer.wait_for('Shapes', 'POINT', when=lambda node: not node.points)


# -- who comes, goes and comes again


@pytest.mark.parametrize('kind', ['cloud', 'scan', 'markers'])
def test_points_of_ros_are_seen_in_slicer_which_survives_them(user, slicer, kind):
    name = f'Points_{kind}'
    if kind == 'cloud':
        message = point_cloud(RANDOM.random((2000, 3)), {}, Header(frame_id='ras'))
        count = 2000
    elif kind == 'scan':
        ranges = [1.0, 0.0] * 30  # none has a neighbour
        message = LaserScan(header=Header(frame_id='ras'), angle_increment=0.1, range_min=0.1,
                            range_max=9.0, ranges=ranges)
        count = 30
    else:
        dots = Marker(type=Marker.POINTS, id=1, points=[RosPoint(x=float(x)) for x in range(50)])
        label = Marker(type=Marker.TEXT_VIEW_FACING, id=2, text='L5')
        dots.header.frame_id = label.header.frame_id = 'ras'
        message, count = MarkerArray(markers=[dots, label]), 50
    talk = user.talk(f'/x/to_igtl/{name}/{kind}', type(message))

    def arrives():
        talk.publish(message)
        return name in slicer.nodes

    user.wait_for(arrives, f'{name} in Slicer')
    mesh = slicer.nodes[name].mesh
    assert (len(mesh.vertices), len(mesh.triangle_strips)) == (0, count)
    assert not slicer.crashed


def hold(user, text):
    """Publish a pose and a text, whatever the publishers do afterwards."""
    place = rigid(RANDOM)
    pose = PoseStamped(pose=pose_of(place))
    pose.header.frame_id = 'ras'
    put_stamp(pose.header, time.time_ns())
    user.talk('/x/to_igtl/Goal/pose', PoseStamped).publish(pose)
    user.talk('/x/to_igtl/Phase/text', RosString, STATE).publish(RosString(data=text))
    return place


def check_held(slicer, place, text):
    goal = slicer.wait_for('Goal', when=lambda n: np.allclose(n.matrix, place, **WIRE))
    assert_same(goal.matrix, place)
    assert slicer.wait_for('Phase', when=lambda n: n.text == text).text == text


def test_who_connects_later_and_a_second_slicer_get_what_is_held(user, slicer, port, open_slicer):
    place = hold(user, 'planning')
    check_held(slicer, place, 'planning')
    second = open_slicer(port)
    check_held(second, place, 'planning')
    # both are heard, and what one of them says is not thrown back at it
    for number, each in enumerate((slicer, second)):
        texts = user.listen(f'/x/From_{number}/text', RosString, STATE)
        each.set_text(f'From_{number}', 'here')
        user.wait_for(lambda texts=texts: texts, f'what Slicer {number} says')
    for number, each in enumerate((slicer, second)):
        assert each.nodes[f'From_{number}'].received == 0
        assert not each.crashed and not [line for line in each.log if 'error' in line]


def test_slicer_starts_again(user, port):
    texts = user.listen('/x/Again/text', RosString, STATE)
    with Slicer(f'tcp://127.0.0.1:{port}') as first:
        place = hold(user, 'first')
        check_held(first, place, 'first')
        first.set_text('Again', 'first')
        user.wait_for(lambda: texts, 'the first text')
    with Slicer(f'tcp://127.0.0.1:{port}') as second:
        check_held(second, place, 'first')
        second.set_text('Again', 'second')
        user.wait_for(lambda: texts[-1].data == 'second', 'the second text')
        place = hold(user, 'second')
        check_held(second, place, 'second')


def test_the_bridge_starts_again(user, open_slicer, free_port):
    words = {'namespace': '/again', 'port': free_port}
    plans = user.listen('/again/Plan/points', PoseArray, STATE)
    goals = user.listen('/again/Goal/transform', TransformStamped)
    phases = user.node.create_publisher(RosString, '/again/to_igtl/Phase/text', STATE)
    phases.publish(RosString(data='moving'))
    first = Bridge(**words)
    try:
        first.port(user)
        slicer = open_slicer(free_port)
        slicer.set_fiducials('Plan', {'TARGET': (1, 2, 3)}, push_on_connect=True)
        slicer.wait_for('Phase', when=lambda node: node.text == 'moving')
        user.wait_for(lambda: plans, 'the plan over the first bridge')
    finally:
        first.kill()
    seen, received = len(plans), slicer.nodes['Phase'].received
    second = Bridge(**words)
    try:
        # Slicer comes back by itself, and so do its plan and what ROS holds
        user.wait_for(lambda: len(plans) > seen, 'the plan over the second bridge')
        p = plans[-1].poses[0].position
        np.testing.assert_allclose((p.x, p.y, p.z), (0.001, 0.002, 0.003), rtol=0, atol=1e-9)
        node = slicer.wait_for('Phase', when=lambda node: node.received > received)
        assert node.text == 'moving'
        goal = rigid(RANDOM)
        slicer.set_transform('Goal', goal)
        user.wait_for(lambda: goals, 'a goal over the second bridge')
        assert_same(matrix_of(goals[0].transform), goal)
    finally:
        second.stop()
