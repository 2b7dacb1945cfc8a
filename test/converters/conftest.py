"""Both directions of conversion as the node does them, through real bytes and real ROS bytes."""

import json

import pytest
from builtin_interfaces.msg import Time
from rclpy.serialization import serialize_message

from igtl_ros2 import codec
from igtl_ros2.converters.registry import (
    Route,
    Sending,
    convert_to_ros,
    load_converters,
    sender,
)
from igtl_ros2.mapping import ReceiveRule, SendRule


@pytest.fixture(scope='session')
def stamp():
    """The stamp of everything received."""
    return Time(sec=1_700_000_000, nanosec=123_456_789)


@pytest.fixture(scope='session')
def check():
    """Check that all that leaves a converter can go on its way: as ROS bytes and as JSON."""

    def check(result):
        for message in (*result.outputs.values(), *result.transforms):
            assert serialize_message(message)
        json.dumps(result.info, allow_nan=False, ensure_ascii=False).encode()

    return check


@pytest.fixture(scope='session')
def receive(stamp, check):
    """Convert a message to ROS; with `wire`, as it is after a trip over the wire."""
    assert load_converters() == []

    def receive(
        message, *, frame_id='ras', child_frame_id='tool', prefix='', wire=True, **rule
    ):
        if wire:
            message = codec.decode(codec.encode(message))
        route = Route(
            message.device_name or 'device', frame_id, child_frame_id, ReceiveRule(**rule), prefix
        )
        result = convert_to_ros(message, route, stamp)
        check(result)
        return result

    return receive


@pytest.fixture(scope='session')
def send():
    """Convert a ROS message to what a peer decodes."""
    assert load_converters() == []

    def send(
        ros_message,
        wire_type='',
        *,
        device='Device',
        info=None,
        geometry=None,
        now_ns=1_600_000_000_000_000_001,
        sim_time=False,
        profile='plain',
        state=None,
        notes=None,
        **rule,
    ):
        sending = Sending(
            device,
            SendRule(device, **rule),
            now_ns,
            info or {},
            geometry,
            sim_time=sim_time,
            profile=profile,
            state={} if state is None else state,
            notes=[] if notes is None else notes,
        )
        message = sender(type(ros_message), wire_type, profile=profile)(ros_message, sending)
        if isinstance(message, tuple):
            parts = [codec.decode(codec.encode(part), strict=True) for part in message]
            return {part.type_name: part for part in parts}
        return codec.decode(codec.encode(message), strict=True)

    return send


@pytest.fixture(scope='session')
def sizes():
    """Count, by type, the elements of lists and the points of meshes that `send` gave."""

    def sizes(sent):
        parts = sent if isinstance(sent, dict) else {sent.type_name: sent}
        return {
            kind: len(part.points if kind == 'POLYDATA' else part.elements)
            for kind, part in parts.items()
        }

    return sizes
