"""Look at the ROS graph for bridges that belong to a peer; only where rclpy can be imported."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from .network import DOMAIN, RANGE, bridges_at
from .observation import Health, Offer, Reach, Ros, Topic

# a bridge says how it is once a second, and has to be discovered before
_LISTEN_S = 3.0
_TURN_S = 0.1
_DEFAULT_RMW = 'rmw_fastrtps_cpp'
_OURS = 'igtl_doctor'
_NOT_LOOKED_AT = ('/rosout', '/parameter_events', '/diagnostics')
_LEVELS = ('OK', 'WARN', 'ERROR', 'STALE')


def has_ros() -> bool:
    """Tell whether rclpy can be imported."""
    try:
        return find_spec('rclpy') is not None
    except ImportError:  # something refuses to look
        return False


def look_at_ros(reach: Reach, stopped: Sequence[int] = ()) -> Ros:
    """Look for a while at what belongs to a peer."""
    import rclpy
    from rclpy.context import Context
    from rclpy.executors import SingleThreadedExecutor
    from rclpy.node import Node
    from rclpy.signals import SignalHandlerOptions

    processes = bridges_at(reach.reached, reach.port) if reach.reached else ()
    own = rclpy.get_rmw_implementation_identifier()
    ros = Ros(
        os.environ.get(DOMAIN) or '0', own, os.environ.get(RANGE, ''),
        processes=tuple(p._replace(rmw=p.rmw or _DEFAULT_RMW) for p in processes))
    context = Context()
    rclpy.init(context=context, signal_handler_options=SignalHandlerOptions.NO)
    try:
        node = Node(f'{_OURS}_{os.getpid()}', context=context, enable_rosout=False,
                    start_parameter_services=False)
        said: dict[str, Health] = {}
        _listen_to_diagnostics(node, said)
        executor = SingleThreadedExecutor(context=context)
        executor.add_node(node)
        until = time.monotonic() + _LISTEN_S
        while time.monotonic() < until and not stopped:
            executor.spin_once(timeout_sec=_TURN_S)
        ros.health = tuple(health for health in said.values() if _is_about(health, reach))
        ros.bridges = tuple(dict.fromkeys(
            health.name.partition(': ')[0] for health in ros.health))
        ros.topics = tuple(_topics(node, ros.bridges))
        executor.shutdown()
        node.destroy_node()
    finally:
        rclpy.shutdown(context=context)
    return ros


def _listen_to_diagnostics(node: Any, said: dict[str, Health]) -> None:
    """Keep the last that each link of each bridge says."""
    try:
        from diagnostic_msgs.msg import DiagnosticArray
    except ImportError:  # then no bridge on this machine says anything either
        return

    def take(array: Any) -> None:
        for status in array.status:
            facts = {item.key: item.value for item in status.values}
            if 'address' in facts and 'devices' in facts:
                level = status.level[0] if isinstance(status.level, bytes) else status.level
                said[status.name] = Health(
                    status.name, _LEVELS[min(level, 3)], status.message, facts)

    node.create_subscription(DiagnosticArray, '/diagnostics', take, 100)


def _is_about(health: Health, reach: Reach) -> bool:
    """Tell whether a link leads to the peer, or is the peer."""
    try:
        address = urlsplit(health.facts['address'])
        port, host = address.port, address.hostname
    except ValueError:
        return False
    if port != reach.port:
        return False
    serves = health.facts.get('state') == 'listening'
    return host in {reach.host, reach.reached, *reach.addresses} or serves and (
        host in ('0.0.0.0', '::') or reach.reached in reach.own_addresses)


def _topics(node: Any, bridges: Sequence[str]) -> Iterator[Topic]:
    """List the topics of bridges, with those at their other ends."""
    for name in bridges:
        space, _, base = name.rpartition('/')
        for get_names, by_bridge in (
            (node.get_publisher_names_and_types_by_node, True),
            (node.get_subscriber_names_and_types_by_node, False),
        ):
            for topic, _ in get_names(base, space or '/'):
                if topic in _NOT_LOOKED_AT:
                    continue
                publishers = [_offer(info) for info in node.get_publishers_info_by_topic(topic)]
                readers = [_offer(info) for info in node.get_subscriptions_info_by_topic(topic)]
                if by_bridge:
                    publishers = [offer for offer in publishers if offer.node == name]
                else:
                    readers = [offer for offer in readers if offer.node == name]
                if publishers and readers:
                    yield Topic(topic, tuple(publishers), tuple(readers))


def _offer(info: Any) -> Offer:
    from rclpy.qos import DurabilityPolicy, ReliabilityPolicy

    qos = info.qos_profile
    space = info.node_namespace.rstrip('/')
    return Offer(
        f'{space}/{info.node_name}', qos.reliability == ReliabilityPolicy.RELIABLE,
        qos.durability == DurabilityPolicy.TRANSIENT_LOCAL, info.topic_type)
