"""What is sent: the same content as OpenIGTLink and as ROS message."""

from __future__ import annotations

import itertools
import re
import struct
from dataclasses import dataclass

import numpy as np

from igtl_ros2 import codec
from igtl_ros2.codec import timestamp
from igtl_ros2.codec.messages.arrays import NDArray
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.mesh import PolyData
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.messages.tracking import TrackingData, TrackingElement

_STAMP = struct.Struct('>Q')
_STAMP_AT = 34  # in the header; its checksum does not cover it
_ROS_STAMP = struct.Struct('<iI')
_ANY_NS = 1_234_567_890_123_456_789
_MATRIX = np.array(
    [[0.0, -1.0, 0.0, 10.0], [1.0, 0.0, 0.0, 20.0], [0.0, 0.0, 1.0, 30.0], [0.0, 0.0, 0.0, 1.0]]
)


@dataclass(frozen=True)
class Workload:
    """
    One kind of traffic.

    :param stamp_at: where the stamp stands in the serialised ROS message; None if it has none, and
        messages are counted.
    """

    name: str
    device: str
    leaf: str
    package: str
    ros_type: str
    stamp_at: int | None
    rates: tuple[float, ...]

    @property
    def ros_class(self):
        """Find the ROS type."""
        return getattr(__import__(f'{self.package}.msg', fromlist=['msg']), self.ros_type)


WORKLOADS = {
    work.name: work
    for work in (
        Workload('TRANSFORM', 'Tool', 'transform', 'geometry_msgs', 'TransformStamped', 4,
                 (60, 1000)),
        Workload('TDATA of 32', 'Tools', 'tracking', 'geometry_msgs', 'PoseArray', 4, (250,)),
        Workload('IMAGE 640x480 RGB', 'Rgb', 'image', 'sensor_msgs', 'Image', 4, (30, 60)),
        Workload('IMAGE 640x480 16-bit', 'Grey', 'image', 'sensor_msgs', 'Image', 4, (30, 60)),
        Workload('IMAGE 512x512x100 int16', 'Ct', 'volume', 'sensor_msgs', 'Image', 4, (2,)),
        Workload('POLYDATA 100k points', 'Mesh', 'markers', 'visualization_msgs', 'MarkerArray', 8,
                 (2,)),
        Workload('NDARRAY 1M doubles', 'Array', 'array', 'std_msgs', 'Float64MultiArray', None,
                 (5,)),
    )
}

# Images with so many bytes to a row and so many rows.
SIDES = {'IMAGE 4 KB': 64, 'IMAGE 64 KB': 256, 'IMAGE 1 MB': 1024, 'IMAGE 8 MB': 2880,
         'IMAGE 52 MB': 7200}
PAYLOADS = {
    name: Workload(name, 'Mono', 'image', 'sensor_msgs', 'Image', 4, (rate,))
    for name, rate in zip(SIDES, (250, 250, 100, 20, 2))
}
# Poses that move, as they come from anybody and from PLUS, and as they are published.
POSES = {
    work.name: work
    for work in (
        Workload('POSE', 'Tool', 'transform', 'geometry_msgs', 'TransformStamped', 4, (1000,)),
        Workload('POSE of PLUS', 'Tool', 'transform', 'geometry_msgs', 'TransformStamped', 4,
                 (1000,)),
        Workload('TFMessage', 'Tool', 'tf', 'tf2_msgs', 'TFMessage', 8, (1000,)),
    )
}
EVERY_WORKLOAD = {**WORKLOADS, **PAYLOADS, **POSES}
#: how many different poses there are
POSITIONS = 64


def positions(name):
    """Tell how many different messages a workload has."""
    return POSITIONS if name in POSES else 1


def _pose(position):
    """Place a tool on its way round a circle of 2 mm; it turns to and fro by 5 degrees."""
    angle = 2 * np.pi * position / POSITIONS
    turned = np.radians(5) * np.sin(angle)
    matrix = np.eye(4)
    matrix[:2, :2] = [[np.cos(turned), -np.sin(turned)], [np.sin(turned), np.cos(turned)]]
    matrix[:3, 3] = 10 + np.cos(angle), 20 + np.sin(angle), 30
    return matrix


def igtl_message(name, device, position=0):
    """Make the message of a workload."""
    random = np.random.default_rng(1)
    if name == 'POSE of PLUS':
        return Transform(_pose(position), device_name=device, version=2,
                         metadata={'TransformStatus': 'OK'})
    if name in POSES:
        return Transform(_pose(position), device_name=device)
    if name == 'TRANSFORM':
        return Transform(_MATRIX, device_name=device)
    if name == 'TDATA of 32':
        tools = [TrackingElement(f'Tool{number}', _MATRIX) for number in range(32)]
        return TrackingData(tools, device_name=device)
    if name == 'IMAGE 640x480 RGB':
        pixels = random.integers(0, 255, (1, 480, 640, 3), np.uint8)
        return Image(pixels, _MATRIX, device_name=device)
    if name == 'IMAGE 640x480 16-bit':
        pixels = random.integers(0, 65535, (1, 480, 640), np.uint16)
        return Image(pixels, _MATRIX, device_name=device)
    if name == 'IMAGE 512x512x100 int16':
        pixels = random.integers(0, 2000, (100, 512, 512), np.uint16).astype('<i2')
        return Image(pixels, _MATRIX, device_name=device)
    if name == 'POLYDATA 100k points':
        points = random.random((100_000, 3), np.float32)
        return PolyData(points, vertices=np.arange(100_000, dtype=np.uint32)[:, None],
                        device_name=device)
    if name == 'NDARRAY 1M doubles':
        return NDArray(random.random((1000, 1000)), device_name=device)
    if name in SIDES:
        pixels = random.integers(0, 255, (1, SIDES[name], SIDES[name]), np.uint8)
        return Image(pixels, _MATRIX, device_name=device)
    raise ValueError(f'there is no workload {name!r}')


def ros_message(name, position=0):
    """Make the ROS message of a workload, as the bridge makes it from the other one."""
    from igtl_ros2.converters.registry import Route, convert_to_ros, load_converters
    from igtl_ros2.converters.units import time_from_ns
    from igtl_ros2.mapping import ReceiveRule

    load_converters()
    work = EVERY_WORKLOAD[name]
    route = Route(work.device, 'ras', work.device, ReceiveRule())
    message = codec.decode(codec.encode(igtl_message(name, work.device, position)))
    leaf = 'transform' if name == 'TFMessage' else work.leaf
    made = convert_to_ros(message, route, time_from_ns(1)).outputs[leaf]
    return work.ros_class(transforms=[made]) if name == 'TFMessage' else made


class Frame:
    """
    Packed messages whose stamp can be set, as often as wanted, without packing them again.

    They take turns, where there are several.
    """

    def __init__(self, name, device):
        self._turns = itertools.cycle([
            bytearray(codec.encode(igtl_message(name, device, position)))
            for position in range(positions(name))])

    def stamped(self, time_ns):
        """Set the stamp of the next one."""
        data = next(self._turns)
        _STAMP.pack_into(data, _STAMP_AT, timestamp.from_ns(time_ns))
        return data


class Serialised:
    """Serialised ROS messages whose stamp can be set; they take turns, where there are several."""

    def __init__(self, name):
        from rclpy.serialization import serialize_message

        stamp = _ROS_STAMP.pack(*divmod(_ANY_NS, 1_000_000_000))
        made = []
        for position in range(positions(name)):
            message = ros_message(name, position)
            set_stamp(message, _ANY_NS)
            data = bytearray(serialize_message(message))
            # a MarkerArray has one for each marker
            made.append((data, [found.start() for found in re.finditer(re.escape(stamp), data)]))
        self._turns = itertools.cycle(made)

    def stamped(self, time_ns):
        """Set the stamp of the next one."""
        data, places = next(self._turns)
        for at in places:
            _ROS_STAMP.pack_into(data, at, *divmod(time_ns, 1_000_000_000))
        return bytes(data)


def stamp_of(data, at):
    """Read the stamp of a serialised ROS message, in nanoseconds."""
    seconds, rest = _ROS_STAMP.unpack_from(data, at)
    return seconds * 1_000_000_000 + rest


def set_stamp(message, time_ns):
    """Set the stamp of a ROS message, if it has one."""
    header = getattr(message, 'header', None)
    for parts in ('markers', 'transforms'):
        if header is None and getattr(message, parts, None):
            header = getattr(message, parts)[0].header
    if header is not None:
        header.stamp.sec, header.stamp.nanosec = divmod(time_ns, 1_000_000_000)


def get_stamp(message):
    """Read the stamp of a ROS message, in nanoseconds; None if it has none."""
    header = getattr(message, 'header', None)
    if header is None and getattr(message, 'markers', None):
        header = message.markers[0].header
    return None if header is None else header.stamp.sec * 1_000_000_000 + header.stamp.nanosec
