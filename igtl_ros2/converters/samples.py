"""A small message of each type, as a device would send it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..codec import Message, Unknown, registered
from ..codec.messages.arrays import NDArray, Sensor
from ..codec.messages.bundle import Bind
from ..codec.messages.catalog import (
    ImageMeta,
    ImageMetaElement,
    LabelMeta,
    LabelMetaElement,
    VideoMeta,
    VideoMetaElement,
)
from ..codec.messages.colors import ColorTable
from ..codec.messages.image import Image
from ..codec.messages.mesh import Cells, PolyData
from ..codec.messages.points import Point, PointList, Trajectories, Trajectory
from ..codec.messages.pose import Position, Transform
from ..codec.messages.query import Capability
from ..codec.messages.text import Command, Status, String
from ..codec.messages.tracking import (
    QuaternionElement,
    QuaternionTrackingData,
    TrackingData,
    TrackingElement,
)
from ..codec.messages.video import Video
from ..rules import ReceiveRule

_MATRIX = np.array([[0, -1, 0, 10], [1, 0, 0, -20], [0, 0, 1, 30.5], [0, 0, 0, 1]], float)
_KEY_FRAME, _GRAY_KEY_FRAME = 1, 256
_ORIGIN, _PLACE = np.zeros(3), np.array([10.0, -20.0, 30.5])
_TURNED = np.array([0.0, 0.0, 0.6, 0.8])
# How many numbers of a SENSOR are what a rule says they are; orientation comes first in an Imu
_NUMBERS = {
    'wrench': [1.0] * 6, 'twist': [1.0] * 6, 'imu': [*_TURNED, *[1.0] * 6],
    'temperature': [300.0], 'pressure': [1e5], 'range': [1.0], 'joy': [0.5, -0.5],
}


def _video(rule: ReceiveRule, **envelope: Any) -> Video:
    # a cloud is made of pixels of one number
    frame_type = _GRAY_KEY_FRAME if rule.cloud else _KEY_FRAME
    return Video(np.full(12, 128, np.uint8), 'I420', (4, 2, 1), frame_type, **envelope)


def _points(rule: ReceiveRule, **envelope: Any) -> PointList:
    entry, target = rule.trajectory or ('ENTRY', 'TARGET')
    return PointList((Point(entry, _ORIGIN), Point(target, _PLACE)), **envelope)


def _sensor(rule: ReceiveRule, **envelope: Any) -> Sensor:
    numbers = _NUMBERS.get(rule.as_) or [1.0] * (len(rule.joint_names) or 3)
    return Sensor(np.array(numbers), **envelope)


def _array(rule: ReceiveRule, **envelope: Any) -> NDArray:
    if rule.as_ == 'joint_state':
        return NDArray(np.ones((6, len(rule.joint_names) or 1)), **envelope)
    return NDArray(np.arange(8, dtype=np.uint8).reshape(2, 4), **envelope)


_MAKERS: dict[str, Callable[..., Message]] = {
    'TRANSFORM': lambda rule, **e: Transform(_MATRIX, **e),
    'POSITION': lambda rule, **e: Position(_PLACE, _TURNED, **e),
    'TDATA': lambda rule, **e: TrackingData((TrackingElement('Tool', _MATRIX),), **e),
    'QTDATA': lambda rule, **e: QuaternionTrackingData(
        (QuaternionElement('Tool', _PLACE, _TURNED),), **e),
    'IMAGE': lambda rule, **e: Image(np.arange(8, dtype=np.uint8).reshape(1, 2, 4), **e),
    'VIDEO': _video,
    'POINT': _points,
    'TRAJ': lambda rule, **e: Trajectories((Trajectory('Path', _ORIGIN, _PLACE),), **e),
    'POLYDATA': lambda rule, **e: PolyData(
        np.eye(3, dtype=np.float32), polygons=Cells.of([[0, 1, 2]]), **e),
    'SENSOR': _sensor,
    'NDARRAY': _array,
    'COLORT': lambda rule, **e: ColorTable(np.arange(256, dtype=np.uint8), **e),
    'IMGMETA': lambda rule, **e: ImageMeta((ImageMetaElement('CT'),), **e),
    'LBMETA': lambda rule, **e: LabelMeta((LabelMetaElement('Liver', label=1),), **e),
    'VIDEOMETA': lambda rule, **e: VideoMeta((VideoMetaElement('US', size=(4, 2, 1)),), **e),
    'STRING': lambda rule, **e: String('text', **e),
    'STATUS': lambda rule, **e: Status(**e),
    'COMMAND': lambda rule, **e: Command(1, 'Name', **e),
    'CAPABILITY': lambda rule, **e: Capability(('TRANSFORM',), **e),
    'BIND': lambda rule, **e: Bind((String('text', device_name='Child'),), **e),
}


def add_sample(type_name: str, make: Callable[..., Message]) -> None:
    """
    Add the sample of a type of another package.

    :param make: takes a rule, and what all messages share by name.
    """
    _MAKERS[type_name] = make


def sampled() -> tuple[str, ...]:
    """List the types of which there is a sample."""
    return tuple(_MAKERS)


def sample(type_name: str, rule: ReceiveRule, **envelope: Any) -> Message | None:
    """
    Make a message of a type such as a rule expects it; None if there is no sample of this type.

    :param type_name: QTRANS and other names of a type are known as well, and what nobody knows.
    """
    found = registered().get(type_name)
    if found is None:
        return Unknown(type_name, **envelope)
    for name, make in _MAKERS.items():
        if registered()[name] is found:
            return make(rule, **envelope)
    return None
