"""What comes while a bridge has only just started, or in an order that nobody promised."""

import numpy as np
from geometry_msgs.msg import PoseStamped
from harness import STATE, Slicer
from sensor_msgs.msg import Image as RosImage
from space import assert_same, geometry_data, matrix_of, rigid
from std_msgs.msg import Float64MultiArray
from std_msgs.msg import String as RosString

RANDOM = np.random.default_rng(13)


def test_a_target_that_slicer_sends_as_soon_as_there_is_a_bridge(user, run):
    poses = user.listen('/fresh/Target/pose', PoseStamped)
    target = rigid(RANDOM)
    bridge = run('receive: [{device: "*", pose: true}]', namespace='/fresh', port=0)
    with Slicer(f'tcp://127.0.0.1:{bridge.port(user)}') as slicer:
        # it is sent once, to a bridge that may not yet have found who listens in ROS
        slicer.set_transform('Target', target)
        user.wait_for(lambda: poses, 'the target')
    assert all(pose.header == poses[0].header for pose in poses)
    assert_same(matrix_of(poses[0].pose), target)


def test_a_volume_whose_place_is_told_after_it(user, run, open_slicer):
    slicer = open_slicer(run(namespace='/late', port=0).port(user))
    voxels = RANDOM.integers(-1000, 3000, (4, 6, 10), np.int16)
    place = rigid(RANDOM) @ np.diag([0.5, 0.5, 2.0, 1.0])
    volume = user.talk('/late/to_igtl/CT/volume', RosImage, STATE)
    volume.publish(RosImage(
        height=24, width=10, encoding='16SC1', step=20, data=voxels.tobytes(),
    ))
    slicer.wait_for('CT')
    where = user.talk('/late/to_igtl/CT/geometry', Float64MultiArray, STATE)
    where.publish(Float64MultiArray(data=geometry_data(place)))
    about = user.talk('/late/to_igtl/CT/info', RosString, STATE)
    about.publish(RosString(data='{"dimensions": [10, 6, 4]}'))
    node = slicer.wait_for('CT', when=lambda node: (
        node.pixels.shape == voxels.shape and np.allclose(node.ijk_to_ras, place, atol=1e-3)))
    np.testing.assert_array_equal(node.pixels, voxels)
    assert_same(node.ijk_to_ras, place)
