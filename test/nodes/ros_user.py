"""A ROS user next to bridges in the same process, and what tests of bridges say often."""

import threading
import time

import numpy as np
import rclpy
from harness import PLAIN
from harness import STATE as STATE
from harness import STREAM as STREAM
from polling import DEADLINE_S, poll
from rclpy.node import Node
from rclpy.parameter import Parameter
from std_srvs.srv import Trigger

from igtl_ros2.codec.message import names_of
from igtl_ros2.nodes.bridge import BridgeNode
from igtl_ros2.nodes.spin import spin
from igtl_ros2.server import Server

#: a test sees all that comes, however late it looks
ALL = [f'{name}=all' for name in sorted(names_of(lambda cls: cls.is_stream))]


def pose(translation=(0, 0, 0), rotation=((1, 0, 0), (0, 1, 0), (0, 0, 1))):
    matrix = np.eye(4)
    matrix[:3, :3] = rotation
    matrix[:3, 3] = translation
    return matrix


def wait_for(condition, what):
    """Wait until something is true, and return it."""
    return poll(condition, what, lambda: time.sleep(0.005))


def wait_until_quiet(received, what):
    """Wait until nothing more comes for a while; what was on its way may come before."""
    def is_quiet():
        count = len(received)
        time.sleep(0.3)  # several periods of what would come
        return len(received) == count
    wait_for(is_quiet, what)


class Graph:
    """
    The default context of this process, and a node that keeps its participant of DDS.

    To make one and to leave it costs as much as half a bridge, so tests have it one after another.
    """

    node = None

    @classmethod
    def join(cls):
        """Make it, if it is not there."""
        if cls.node is None:
            rclpy.init()
            cls.node = Node('graph', **PLAIN)

    @classmethod
    def leave(cls):
        """Leave the context to who makes it himself."""
        if cls.node is not None:
            cls.node.destroy_node()
            rclpy.shutdown()
            cls.node = None


class Ros:
    """A ROS user: publishes and listens, next to the bridges of the test."""

    def __init__(self):
        Graph.join()
        self.node = Node('user', **PLAIN)
        self.stop = threading.Event()
        self.closers = []
        self.threads = []
        self.spin(self.node)

    def spin(self, node):
        thread = threading.Thread(target=spin, args=(node, self.stop))
        thread.start()
        self.threads.append(thread)

    def bridge(self, namespace='/x', **parameters):
        # topics are found sooner than bridges find them
        parameters = {'discover_period': 0.1, **parameters}
        overrides = [Parameter(name, value=value) for name, value in parameters.items()]
        node = BridgeNode(namespace=namespace, parameter_overrides=overrides)
        self.closers.append(node.close)
        self.spin(node)
        return node

    def listen(self, topic, ros_type, qos=STREAM):
        received = []
        self.node.create_subscription(ros_type, topic, received.append, qos)
        return received

    def talk(self, topic, ros_type, qos=STREAM):
        publisher = self.node.create_publisher(ros_type, topic, qos)
        wait_for(publisher.get_subscription_count, f'a subscription to {topic}')
        return publisher

    def close(self):
        self.stop.set()
        for thread in self.threads:
            thread.join()
        for close in self.closers:
            close()
        self.node.destroy_node()


class Busy:
    """A converter that goes on when it is told to."""

    def __init__(self, usual):
        self.usual = usual
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self, *arguments):
        self.begun.set()
        assert self.go.wait(DEADLINE_S)
        return self.usual(*arguments)


def start(ros, device, **parameters):
    node = ros.bridge(mode='client', port=device.address.port, **parameters)
    wait_for(lambda: device.peers and node.link.peers, 'the connection of the bridge')
    return node


def mapping(tmp_path, text):
    path = tmp_path / 'mapping.yaml'
    path.write_text(text)
    return {'mapping_file': str(path)}


def next_message(link):
    got = link.receive(DEADLINE_S)
    return got[1] if isinstance(link, Server) else got


def one(received, what='a message'):
    return wait_for(lambda: received, what)[0]


def reload(ros, text, tmp_path):
    """Have a bridge read other rules: whether it did, and what it says."""
    (tmp_path / 'mapping.yaml').write_text(text)
    client = ros.node.create_client(Trigger, '/x/igtl_bridge/reload')
    assert client.wait_for_service(DEADLINE_S)
    future = client.call_async(Trigger.Request())
    wait_for(future.done, 'the answer')
    return future.result().success, future.result().message
