"""NEEDLE as PoseStamped, and back."""

from geometry_msgs.msg import Pose, PoseStamped, Quaternion
from std_msgs.msg import Header

from igtl_ros2.converters.outputs import STREAM, Output
from igtl_ros2.converters.pose import withheld
from igtl_ros2.converters.registry import Converted, from_ros, to_ros
from igtl_ros2.converters.samples import add_sample
from igtl_ros2.converters.units import point_from_ros, point_to_ros

from .message import Needle


@to_ros(Needle, Output('needle', PoseStamped, STREAM))
def needle_to_ros(message, route, stamp):
    """NEEDLE: `needle`, the pose of its tip."""
    x, y, z, w = message.quaternion.tolist()
    point = point_to_ros(message.tip.tolist(), route.rule.wire_unit, route.rule.wire_axes)
    pose = Pose(position=point, orientation=Quaternion(x=x, y=y, z=z, w=w))
    result = Converted(state='OK')
    if not withheld(route, result, (point.x, point.y, point.z), (x, y, z, w)):
        header = Header(stamp=stamp, frame_id=route.frame_id)
        result.outputs['needle'] = PoseStamped(header=header, pose=pose)
    return result


@from_ros(PoseStamped, 'NEEDLE', 'needle')
def needle_from_pose(message, sending):
    """PoseStamped as NEEDLE."""
    q = message.pose.orientation
    tip = point_from_ros(message.pose.position, sending.rule.wire_unit)
    return Needle(tip, (q.x, q.y, q.z, q.w), **sending.envelope(message.header))


add_sample('NEEDLE', lambda rule, **envelope: Needle((1.0, 2.0, 3.0), **envelope))
