"""Names that are no UTF-8, and elements without any: nothing of a message is lost by them."""

import json

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from rclpy.serialization import serialize_message

from igtl_ros2 import codec
from igtl_ros2.codec.messages.arrays import NDArray, Sensor
from igtl_ros2.codec.messages.bundle import Bind
from igtl_ros2.codec.messages.catalog import (
    ImageMeta,
    ImageMetaElement,
    LabelMeta,
    LabelMetaElement,
    VideoMeta,
    VideoMetaElement,
)
from igtl_ros2.codec.messages.image import Image
from igtl_ros2.codec.messages.mesh import PolyData
from igtl_ros2.codec.messages.points import Point, PointList, Trajectories, Trajectory
from igtl_ros2.codec.messages.pose import Position, Transform
from igtl_ros2.codec.messages.text import Command, Status, String
from igtl_ros2.codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from igtl_ros2.converters.registry import convert_to_ros, load_converters, route_of
from igtl_ros2.mapping import load_mapping

BAD = 'T\udcff\udc81'
HERE, ORIGIN, STILL = np.eye(4), (0, 0, 0), (0, 0, 0, 1)

MESSAGES = [
    TrackingData([TrackingElement(name, HERE) for name in ('', BAD, '')], device_name=BAD),
    QuaternionTrackingData(
        [QuaternionElement(name, ORIGIN, STILL) for name in ('', BAD)], device_name=BAD),
    PointList([Point(name, ORIGIN, name, owner=name) for name in ('', BAD)], device_name=BAD),
    Trajectories([
        Trajectory(name, entry=ORIGIN, target=(1, 1, 1), owner=name) for name in ('', BAD)
    ], device_name=BAD),
    Transform(HERE, device_name=BAD, metadata={BAD: BAD}),
    Position(ORIGIN, device_name=BAD),
    String('x' + BAD, device_name=BAD),
    Status(1, 0, BAD, BAD, device_name=BAD),
    Command(1, BAD, BAD, device_name=BAD),
    Sensor([1], device_name=BAD),
    NDArray(np.zeros(3), device_name=BAD),
    Image(np.zeros((1, 2, 2), np.uint8), device_name=BAD),
    PolyData(np.zeros((2, 3), np.float32), device_name=BAD),
    Bind([Transform(HERE), Transform(HERE, device_name=BAD)], device_name=BAD),
    ImageMeta([ImageMetaElement(BAD, BAD, BAD)], device_name=BAD),
    LabelMeta([LabelMetaElement(BAD, BAD, owner=BAD)], device_name=BAD),
    VideoMeta([VideoMetaElement(BAD, BAD)], device_name=BAD),
    codec.Unknown('T\udcff', b'x', device_name=BAD),
]
RULES = [
    '{device: "*"}', '{device: "*", tf: true, publish_invalid: true, pose: true}',
    '{device: "*", split: true}', '{device: "*", markers: true}',
    '{device: "*", pose: true, max_jump: {m: 1}}',
]


@pytest.mark.parametrize('rule', RULES)
@pytest.mark.parametrize('message', MESSAGES, ids=lambda message: ascii(message.type_name))
def test_all_that_a_message_becomes_can_be_published(message, rule, tmp_path):
    load_converters()
    file = tmp_path / 'mapping.yaml'
    file.write_text(f'receive:\n- {rule}\n')
    read = codec.decode(codec.encode(message))
    kind = read.type_name
    route = route_of(
        read.device_name, load_mapping(file).receive[0].of(read.device_name, kind), type_name=kind)
    converted = convert_to_ros(read, route, Time(sec=1))
    for made in (*converted.outputs.values(), *converted.transforms):
        serialize_message(made)
    json.dumps(converted.info).encode()
    for text in converted.errors:
        text.encode()
    if 'tf' in rule and kind in ('TDATA', 'QTDATA'):
        assert len(converted.transforms) >= 2
