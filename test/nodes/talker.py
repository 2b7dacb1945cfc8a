"""A node in a process of its own that says the same again and again: TOPIC PACKAGE/msg/TYPE."""

import sys
import time

import rclpy
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from igtl_ros2.nodes.discovery import message_class

_PERIOD_S = 0.05


def main(topic, name):
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    node, kind = Node('talker'), message_class(name)
    publisher = node.create_publisher(kind, topic, 10)
    try:
        while True:
            publisher.publish(kind())
            time.sleep(_PERIOD_S)
    except KeyboardInterrupt:
        node.destroy_node()
        rclpy.shutdown()


if __name__ == '__main__':
    main(*sys.argv[1:])
