"""The qualities of service in which the bridge publishes."""

from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

STREAM_QOS = QoSProfile(depth=10, reliability=ReliabilityPolicy.RELIABLE)
#: for what holds until it is told otherwise: who listens later gets the last value
STATE_QOS = QoSProfile(
    depth=1,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
)
# every frame counts on `raw`: bags are made of it
RAW_QOS = QoSProfile(depth=100, reliability=ReliabilityPolicy.RELIABLE)
