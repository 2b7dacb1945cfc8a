"""Poses in numbers, and what tests of workflows say often about them."""

import json
import time

import numpy as np
from geometry_msgs.msg import Point, Pose, Quaternion, Transform, TransformStamped, Vector3

from igtl_ros2.converters.units import matrix_to_quaternion, quaternion_to_matrix

# what float32 keeps of a length and of an element of a rotation
WIRE = {'rtol': 1e-6, 'atol': 1e-6}


def rigid(random, reach_mm=1000.0):
    """Make a random pose, (4, 4) in mm; its translation has no digits that float32 loses."""
    matrix = np.eye(4)
    matrix[:3, :3] = quaternion_to_matrix(random.normal(size=4))
    matrix[:3, 3] = np.round(random.uniform(-reach_mm, reach_mm, 3) * 64) / 64
    return matrix


def matrix_of(pose):
    """Make a matrix in mm of a Pose, or of a Transform."""
    p = pose.position if isinstance(pose, Pose) else pose.translation
    q = pose.orientation if isinstance(pose, Pose) else pose.rotation
    matrix = np.eye(4)
    matrix[:3, :3] = quaternion_to_matrix((q.x, q.y, q.z, q.w))
    matrix[:3, 3] = 1000.0 * p.x, 1000.0 * p.y, 1000.0 * p.z
    return matrix


def pose_of(matrix):
    """Make a Pose in m of a matrix in mm."""
    x, y, z, w = matrix_to_quaternion(matrix[:3, :3])
    return Pose(
        position=Point(**dict(zip('xyz', (matrix[:3, 3] / 1000).tolist()))),
        orientation=Quaternion(x=x, y=y, z=z, w=w),
    )


def transform_of(matrix, parent, child, stamp_ns):
    """Make a TransformStamped of the pose of `child` in `parent`, (4, 4) in mm."""
    pose = pose_of(matrix)
    p = pose.position
    result = TransformStamped(child_frame_id=child, transform=Transform(
        translation=Vector3(x=p.x, y=p.y, z=p.z), rotation=pose.orientation,
    ))
    result.header.frame_id = parent
    put_stamp(result.header, stamp_ns)
    return result


def put_stamp(header, stamp_ns):
    header.stamp.sec, header.stamp.nanosec = divmod(stamp_ns, 10**9)


def stamp_of(header):
    """Tell the stamp of a header in ns."""
    return header.stamp.sec * 10**9 + header.stamp.nanosec


def stamp_of_node(node):
    """
    Tell the stamp that the user of Slicer sees among the attributes of a node, in ns.

    0 for what a bridge sent before it had read anything of this Slicer: that has no metadata.
    """
    seconds, _, rest = node.attributes.get('OpenIGTLink.ros_stamp', '').partition('.')
    return int(seconds) * 10**9 + int(rest) if rest else 0


def geometry_mm(message):
    """Make the 4x4 of `geometry`, voxel indices to mm."""
    matrix = np.array(message.data).reshape(4, 4)
    matrix[:3] *= 1000.0
    return matrix


def geometry_data(matrix):
    """List what `geometry` holds for a 4x4 of voxel indices to mm."""
    return (np.diag([0.001, 0.001, 0.001, 1.0]) @ matrix).ravel().tolist()


def arrived(link):
    """Take the messages that have arrived at a client or server of OpenIGTLink."""
    found = []
    while True:
        try:
            got = link.receive(0.0)
        except TimeoutError:
            return found
        found.append(got[1] if isinstance(got, tuple) else got)


def info_of(messages):
    return json.loads(messages[-1].data)


def assert_same(found, wanted):
    """Compare two 4x4 as they went over a wire of float32, of the size of what is there."""
    size = max(np.abs(np.asarray(wanted)[:3, 3]).max(), 1e-3)
    np.testing.assert_allclose(found[:3, 3], wanted[:3, 3], rtol=0, atol=1e-6 * size)
    np.testing.assert_allclose(found[:3, :3], wanted[:3, :3], **WIRE)


class Between:
    """Check that a stamp is between two moments, those of the `with`, as the wall clock tells."""

    def __enter__(self):
        self.start_ns = time.time_ns()
        return self

    def __exit__(self, *_):
        self.end_ns = time.time_ns()

    def holds(self, header):
        return self.start_ns <= stamp_of(header) <= self.end_ns
