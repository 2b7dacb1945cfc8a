"""The qualities of service of the bridge, and what users may say about them."""

from __future__ import annotations

from collections.abc import Iterable

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSPolicyKind, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions

STREAM_QOS = QoSProfile(depth=10, reliability=ReliabilityPolicy.RELIABLE)
#: for what holds until the next value: late joiners get the last one
STATE_QOS = QoSProfile(
    depth=1,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
)
# every frame counts on `raw`: bags are made of it
RAW_QOS = QoSProfile(depth=100, reliability=ReliabilityPolicy.RELIABLE)

#: what a subscription asks for
Quality = tuple[ReliabilityPolicy, DurabilityPolicy]


def quality_for(offers: Iterable[QoSProfile], at_most: Quality | None = None) -> Quality:
    """
    Find the best quality that all publishers of a topic offer.

    :param at_most: such as the one in use: a publisher that has gone may come back.
    """
    offered = [(offer.reliability, offer.durability) for offer in offers]
    if at_most is not None:
        offered.append(at_most)
    reliable = all(r == ReliabilityPolicy.RELIABLE for r, _ in offered)
    local = all(d == DurabilityPolicy.TRANSIENT_LOCAL for _, d in offered)
    return (
        ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        DurabilityPolicy.TRANSIENT_LOCAL if local else DurabilityPolicy.VOLATILE,
    )


def subscription_overrides(node: Node, topic: str) -> QoSOverridingOptions:
    """
    Say which `qos_overrides` hold for a subscription: those that were given.

    A parameter that is declared keeps its first value, which would stand in the way of a quality
    that follows what publishers offer.
    """
    given = getattr(node, '_parameter_overrides', {})
    prefix = f'qos_overrides.{topic}.subscription.'
    return QoSOverridingOptions(
        [kind for kind in QoSPolicyKind if prefix + kind.name.lower() in given])
