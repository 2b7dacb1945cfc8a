"""What a bridge that is not active says of itself."""

from __future__ import annotations

from collections.abc import Sequence

from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from ..mapping import LinkConfig
from .diagnostics import PERIOD_S, status_name


class Inactive:
    """
    Publish on `/diagnostics` once a second that the links are closed.

    :param why: what went wrong when they were to be opened; empty if nothing did.
    """

    def __init__(self, node: Node, configs: Sequence[LinkConfig], why: str) -> None:
        try:
            from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
        except ModuleNotFoundError:
            return  # said once at the start of the node
        text = f'inactive, could not be activated: {why}' if why else 'inactive'
        level = DiagnosticStatus.ERROR if why else DiagnosticStatus.STALE
        array = DiagnosticArray(status=[
            DiagnosticStatus(
                level=level,
                name=status_name(node, config.name),
                hardware_id=str(config.settings.address),
                message=text,
            )
            for config in configs
        ])
        publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 10)

        def publish() -> None:
            array.header.stamp = node.get_clock().now().to_msg()
            publisher.publish(array)

        node.create_timer(PERIOD_S, publish, clock=Clock(clock_type=ClockType.STEADY_TIME))
