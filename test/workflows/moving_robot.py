"""A robot with two joints that move: description, tf and joint states, as ROS has them."""

import sys
import time

import numpy as np
import rclpy
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import JointState
from space import put_stamp, transform_of
from std_msgs.msg import String as RosString
from tf2_msgs.msg import TFMessage

URDF = """<?xml version="1.0"?>
<robot name="two">
  <link name="base">
    <visual><geometry><box size="0.2 0.2 0.1"/></geometry></visual>
  </link>
  <joint name="lift" type="prismatic">
    <parent link="base"/><child link="carriage"/><axis xyz="0 0 1"/>
    <limit lower="0" upper="1" effort="1" velocity="1"/>
  </joint>
  <link name="carriage"/>
  <joint name="turn" type="continuous">
    <parent link="carriage"/><child link="arm"/><axis xyz="0 0 1"/>
    <origin xyz="0.25 0 0"/>
  </joint>
  <link name="arm">
    <visual>
      <origin xyz="0.5 0 0.25" rpy="0 0 1.5707963267948966"/>
      <geometry><mesh filename="{mesh}" scale="0.001 0.001 0.001"/></geometry>
    </visual>
  </link>
</robot>
"""


def joints(stamp_ns):
    """Tell the joints at a moment: m, rad."""
    angle = 2 * np.pi * (stamp_ns % 10**10) / 10**10
    return 0.5 + 0.25 * np.sin(angle), angle


def poses(stamp_ns):
    """Tell where each link is in the one that it hangs on, at a moment: (4, 4) in mm."""
    lift, angle = joints(stamp_ns)
    carriage, arm = np.eye(4), np.eye(4)
    carriage[2, 3] = 1000 * lift
    arm[0, 3] = 250
    arm[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return carriage, arm


def main():
    rclpy.init()
    node = Node('robot')
    qos = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    description = node.create_publisher(RosString, '/robot_description', qos)
    description.publish(RosString(data=URDF.replace('{mesh}', sys.argv[1])))
    tf = node.create_publisher(TFMessage, '/tf', 10)
    states = node.create_publisher(JointState, '/joint_states', 10)
    while True:
        stamp_ns = time.time_ns()
        carriage, arm = poses(stamp_ns)
        tf.publish(TFMessage(transforms=[
            transform_of(carriage, 'base', 'carriage', stamp_ns),
            transform_of(arm, 'carriage', 'arm', stamp_ns),
        ]))
        state = JointState(name=['lift', 'turn'], position=[*map(float, joints(stamp_ns))])
        put_stamp(state.header, stamp_ns)
        states.publish(state)
        time.sleep(0.05)


if __name__ == '__main__':
    main()
