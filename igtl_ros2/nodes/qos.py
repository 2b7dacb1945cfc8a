"""The qualities of service of the bridge, and what users may say about them."""

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSPolicyKind, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions

STREAM_QOS = QoSProfile(depth=10, reliability=ReliabilityPolicy.RELIABLE)
#: for what holds until it is told otherwise: who listens later gets the last value
STATE_QOS = QoSProfile(
    depth=1,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
)
# every frame counts on `raw`: bags are made of it
RAW_QOS = QoSProfile(depth=100, reliability=ReliabilityPolicy.RELIABLE)


def subscription_overrides(node: Node, topic: str) -> QoSOverridingOptions:
    """
    Say which `qos_overrides` hold for a subscription: those that were given.

    A parameter that is declared keeps its first value, which would stand in the way of a quality
    that follows what publishers offer.
    """
    given = getattr(node, '_parameter_overrides', {})
    prefix = f'qos_overrides.{topic}.subscription.'
    return QoSOverridingOptions(
        [kind for kind in QoSPolicyKind if prefix + kind.name.lower() in given]
    )
