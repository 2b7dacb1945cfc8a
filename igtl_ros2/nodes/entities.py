"""What a node has at one moment, so that all that is added afterwards can be removed again."""

from __future__ import annotations

from typing import Any

from rclpy.node import Node
from rclpy.time_source import CLOCK_TOPIC


class Entities:
    """
    Remember the publishers, subscriptions, services, clients, timers and parameters of a node.

    Parts of a node create theirs whenever they need them, and nobody has to keep a list.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._kept = set(self._all())
        self._parameters = self._parameter_names()

    def _all(self) -> list[Any]:
        node = self._node
        return [*node.publishers, *node.subscriptions, *node.services, *node.clients, *node.timers]

    def _parameter_names(self) -> set[str]:
        return set(self._node.list_parameters([], 0).names)

    def destroy_others(self) -> None:
        """Destroy what was created since; call it in the thread of the executor."""
        node = self._node
        for timer in self._others(node.timers):
            timer.callback = _ignore
            node.destroy_timer(timer)
        for subscription in self._others(node.subscriptions):
            # `use_sim_time` may be set at any time; rclpy listens to the clock then
            if subscription.topic_name != CLOCK_TOPIC:
                subscription.callback = _ignore
                node.destroy_subscription(subscription)
        for service in self._others(node.services):
            service.callback = service.send_response = _ignore
            node.destroy_service(service)
        for client in self._others(node.clients):
            node.destroy_client(client)
        for publisher in self._others(node.publishers):
            node.destroy_publisher(publisher)
        for name in self._parameter_names() - self._parameters:
            # those of `qos_overrides` cannot be taken back, and are used again
            if not node.describe_parameter(name).read_only:
                node.undeclare_parameter(name)

    def _others(self, entities: Any) -> list[Any]:
        return [entity for entity in entities if entity not in self._kept]


def _ignore(*arguments: Any) -> None:
    """Stand in for a callback: the events executor still makes calls that it had taken in."""
