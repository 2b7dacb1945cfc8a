"""Turning an executor: an error in what it calls back ends nothing."""

import logging
import threading

import pytest
import rclpy
from polling import DEADLINE_S
from rclpy._rclpy_pybind11 import RCLError
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from ros_user import wait_for
from std_msgs.msg import String as RosString
from std_srvs.srv import Trigger

from igtl_ros2.nodes import spin as spinning
from igtl_ros2.nodes.spin import Turns, make_executor, spin


@pytest.fixture
def node():
    rclpy.init()
    made = Node('clumsy')
    yield made
    made.destroy_node()
    rclpy.shutdown()


@pytest.fixture(params=[make_executor, SingleThreadedExecutor])
def turning(node, request, monkeypatch):
    """Give what spins the node, until it is told to stop."""
    monkeypatch.setattr(spinning, 'make_executor', request.param)
    stop = threading.Event()
    thread = threading.Thread(target=spin, args=(node, stop), daemon=True)
    yield thread
    stop.set()
    thread.join(DEADLINE_S)
    assert not thread.is_alive()


def clumsy(word):
    if word == 'bad':
        raise RuntimeError('Doe^Jane')


def test_what_a_subscription_a_timer_or_a_service_cannot_take_ends_nothing(
    node, turning, caplog
):
    got, ticks = [], []

    def listen(message):
        clumsy(message.data)
        got.append(message.data)

    def serve(request, response):
        clumsy('bad')

    def tick():
        ticks.append('bad')
        clumsy(ticks[-1])

    node.create_subscription(RosString, 'words', listen, 10)
    publisher = node.create_publisher(RosString, 'words', 10)
    node.create_service(Trigger, 'help', serve)
    client = node.create_client(Trigger, 'help')
    timer = node.create_timer(0.01, tick)
    turning.start()
    wait_for(lambda: publisher.get_subscription_count() and client.service_is_ready(), 'DDS')
    wait_for(lambda: len(ticks) > 3, 'the timer')
    timer.cancel()
    client.call_async(Trigger.Request())
    for word in ('bad', 'bad', 'good'):
        publisher.publish(RosString(data=word))
    wait_for(lambda: got == ['good'], 'the good one')
    # said once, and no more of it than where it happened
    (record,) = [r for r in caplog.records if r.name == 'igtl_ros2.nodes.spin']
    assert record.levelno == logging.ERROR
    assert f'RuntimeError in {__file__}:' in record.getMessage()
    assert 'Doe' not in caplog.text


def test_that_ros_is_over_is_told_to_who_turns(node):
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    turns = Turns(executor)
    rclpy.shutdown()
    try:
        with pytest.raises((ExternalShutdownException, RCLError)):
            turns.turn(0.1)
    finally:
        executor.shutdown()
        rclpy.init()
