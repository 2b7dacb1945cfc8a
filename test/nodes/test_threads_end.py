"""No thread outlives its node: one that is in ROS while Python ends aborts the process."""

import threading

from igtl_ros2.nodes.demo_robot import DemoRobot


def test_the_robot_of_the_demo_ends_its_threads(ros):
    before = set(threading.enumerate())
    robot = DemoRobot()
    assert set(threading.enumerate()) - before  # what takes tf
    robot.close()
    assert not set(threading.enumerate()) - before


def test_a_bridge_ends_its_threads(ros):
    before = set(threading.enumerate())
    bridge = ros.bridge(port=0)
    spinning = ros.threads[-1]
    assert set(threading.enumerate()) - before - {spinning}
    ros.closers.remove(bridge.close)
    bridge.close()
    assert not set(threading.enumerate()) - before - {spinning}
