"""Programs as separate processes, and a ROS user who talks and listens next to them."""

import subprocess
import sys
import time

import rclpy
from forked import Program
from lifecycle_msgs.srv import GetState
from polling import DEADLINE_S, poll
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_srvs.srv import SetBool, Trigger

from igtl_ros2.config.address import parse_url
from igtl_ros2.nodes.spin import make_executor
from igtl_ros2.sim import slicer as sim

STREAM = QoSProfile(depth=1000)
STATE = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
#: what a node of a user has for others, and nobody asks for
PLAIN = {
    'start_parameter_services': False, 'enable_rosout': False,
    'parameter_overrides': [Parameter('start_type_description_service', value=False)],
}
_TURN_S = 0.005


def asking(client, request):
    """Ask again every two seconds whenever this is called; it gives the first answer."""
    calls, due = [], 0.0

    def answer():
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + 2.0
            calls.append(client.call_async(request))
        return next((future.result() for future in calls if future.done()), None)

    return answer


def knows_client(node, bridge, service):
    """Tell whether the participant of a node has discovered the client of a bridge."""
    namespace, _, name = bridge.rpartition('/')
    if (name, namespace) not in node.get_node_names_and_namespaces():
        return False
    clients = node.get_client_names_and_types_by_node(name, namespace)
    return service in {name for name, _ in clients}


class Bridge(Program):
    """
    `igtl_bridge` as a process.

    :param parameters: ROS parameters of the node.
    """

    #: those that have told where they listen
    on_port = {}

    def __init__(self, *, namespace='/x', **parameters):
        words = []
        for name, value in {'discover_period': 0.1, **parameters}.items():
            words += ['-p', f'{name}:={value}']
        module = 'igtl_ros2.nodes.bridge'
        words = ['--ros-args', '-r', f'__ns:={namespace}', *words]
        super().__init__(sys.executable, '-m', module, *words)

    def port(self, user):
        """Wait until it listens, and tell where (mode server, port 0)."""
        words = 'listening on tcp://127.0.0.1:'
        user.wait_for(lambda: words in self.output or self.ended, f'the start of {self.name}')
        assert words in self.output, self.output
        port = int(self.output.split(words)[1].split()[0])
        Bridge.on_port[port] = self
        return port

    def stop(self):
        """Interrupt it, and check that it ends well."""
        self.interrupt()
        try:
            self.end()
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f'the bridge did not end:\n{self.output}') from None


class Slicer(sim.Slicer):
    """
    A simulated Slicer whose user has the patience of a test: the machine may be busy.

    The user does nothing before a `Bridge` has read the first message of this Slicer: until then
    it gets no metadata, so no stamps, and lists without points not at all.
    """

    def __init__(self, url, **words):
        bridge = Bridge.on_port.get(parse_url(url).port)
        taken = 'recognised as slicer'
        before = bridge.output.count(taken) if bridge else 0
        super().__init__(url, **{'timeout_s': DEADLINE_S, **words})
        if bridge:
            poll(lambda: bridge.output.count(taken) > before, f'{taken!r} of {bridge.name}',
                 lambda: time.sleep(0.002))  # a thread reads what the bridge says

    def wait_for(self, name, device_type='', *, when=None, timeout_s=DEADLINE_S):
        return super().wait_for(name, device_type, when=when, timeout_s=timeout_s)

    def command(self, *words, timeout_s=DEADLINE_S):
        return super().command(*words, timeout_s=timeout_s)

    def received(self, name, device_type):
        """Count the messages that have come for a node."""
        node = self.nodes.get((name, device_type))
        return node.received if node else 0


class User:
    """A ROS user: callbacks run while it waits."""

    def __init__(self):
        rclpy.init()
        self.node = Node('user', **PLAIN)
        self._executor = make_executor()
        self._executor.add_node(self.node)

    def wait_for(self, condition, what):
        """Spin until something is true, and return it."""
        return poll(condition, what, self._spin)

    def _spin(self):
        """Call back what comes for a moment: a condition that sends something floods nobody."""
        until = time.monotonic() + _TURN_S
        while (left := until - time.monotonic()) > 0.0:
            self._executor.spin_once(timeout_sec=left)

    def listen(self, topic, ros_type, qos=STREAM):
        """Collect the messages of a topic."""
        received = []
        self.node.create_subscription(ros_type, topic, received.append, qos)
        return received

    def talk(self, topic, ros_type, qos=STREAM):
        """Publish on a topic that somebody listens to."""
        publisher = self.node.create_publisher(ros_type, topic, qos)
        self.wait_for(publisher.get_subscription_count, f'a subscription to {topic}')
        return publisher

    def client(self, kind, name):
        """
        Make a client for a service of a bridge, `/namespace/...`, that its answers reach.

        A server drops the answer to a client that it has not discovered yet. It discovers them
        in their order: once it answers a later client, it knows the earlier one.
        """
        client = self.node.create_client(kind, name)
        self.wait_for(client.service_is_ready, f'the service {name}')
        bridge = f'/{name.split("/")[1]}/igtl_bridge'
        later = self.node.create_client(GetState, f'{bridge}/get_state')
        self.wait_for(later.service_is_ready, f'the state of {bridge}')
        self.wait_for(asking(later, GetState.Request()), f'an answer of {bridge}')
        self.node.destroy_client(later)
        return client

    def serve(self, kind, name, call, bridge):
        """Offer a service that a bridge, `/namespace/igtl_bridge`, has a client for."""
        self.node.create_service(kind, name, call)
        self.wait_for(lambda: knows_client(self.node, bridge, name), f'the client for {name}')

    def call(self, name, request=None):
        """Call a Trigger, or a SetBool with a request; the future of its answer."""
        client = self.client(SetBool if request else Trigger, name)
        return client.call_async(request or Trigger.Request())

    def answer(self, future):
        """Wait for the answer of a service: success and message."""
        self.wait_for(future.done, 'the answer of a service')
        return future.result().success, future.result().message

    def ask(self, name, request=None):
        """Call a service and wait for its answer."""
        return self.answer(self.call(name, request))

    def close(self):
        """Leave the ROS graph."""
        self._executor.shutdown()
        self.node.destroy_node()
        rclpy.shutdown()
