"""Prints where the tools of a tracker are, as tf has them: three lines, then it ends."""

import rclpy
from tf2_msgs.msg import TFMessage

rclpy.init()
node = rclpy.create_node('where_are_the_tools')
seen = {}


def take(message):
    """Keep the newest place of each tool."""
    for transform in message.transforms:
        seen[transform.child_frame_id] = transform


subscription = node.create_subscription(TFMessage, '/tf', take, 10)
while len(seen) < 3:
    rclpy.spin_once(node)
for name, transform in sorted(seen.items()):
    place = transform.transform.translation
    print(f'{name} in {transform.header.frame_id}: '
          f'x {place.x:.3f} m, y {place.y:.3f} m, z {place.z:.3f} m')
node.destroy_node()
rclpy.shutdown()
