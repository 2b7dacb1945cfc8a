"""What the rules of a mapping do, tried with samples: over the wire and back, without a peer."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

import numpy as np
from builtin_interfaces.msg import Time
from std_msgs.msg import Header

from ..codec import Message, decode, encode
from ..codec.messages.pose import Transform
from ..codec.messages.text import Command
from ..codec.messages.tracking import TrackingData, TrackingElement
from ..errors import ConversionError, IgtlError
from ..rules import ReceiveRule, SendRule
from .lazy import ros_type_of
from .link_meshes import link_mesh
from .measured import AS
from .mesh_files import find_file
from .placing import frames_of, has_place, moved_for_wire, moved_received
from .registry import Converted, Sending, convert_to_ros, envelope_of, route_of, sender
from .samples import sample, sampled
from .units import matrix_from_metres
from .urdf import Visual

_HERE = np.eye(4)
_BOX = Visual(_HERE, 'box', (0.1, 0.1, 0.1))
# all that a message can become; a mapping would have the labels of `samples`
_ALL = ReceiveRule(pose=True, split=True, markers=True, cloud=True, compressed='png', mesh=True,
                   trajectory=('ENTRY', 'TARGET'))
AnyMessage = TypeVar('AnyMessage', bound=Message)


def try_received(rule: ReceiveRule, prefix: str = '') -> Converted | None:
    """
    Convert a message that a rule with a type matches, as if it had come; None without a sample.

    :param prefix: of frame names.
    :raises IgtlError: if all that the rule asks for cannot be made of it.
    """
    device = _matched_by(rule.device)
    rule = rule.of(device, rule.type)
    message = sample(rule.type, rule, **envelope_of(device, None, 0, time.time_ns()))
    if message is None:
        return None
    message = _over_the_wire(message)
    route = route_of(device, rule, prefix, type_name=rule.type)
    if rule.to_frame and has_place(message, rule):
        message = moved_received(message, route, dict.fromkeys(frames_of(message, route), _HERE))
        route = replace(route, frame_id=rule.to_frame, rule=replace(rule, frame=rule.to_frame))
    result = convert_to_ros(message, route, Time())
    if rule.tf != 'off' and not result.transforms:
        result.notes.append(f'tf: nothing is broadcast of a {rule.type}')
    if wrong := result.errors + result.notes:
        raise ConversionError('; '.join(wrong))
    return result


def try_sent(rule: SendRule, profile: str, ros_type: type | None = None) -> tuple[Message, ...]:
    """
    Make what a peer would get of a rule.

    :param ros_type: of the topic, if somebody publishes it; else one that the `type` of the rule
        can be made of is taken.
    :raises IgtlError: if nothing can be made.
    """
    if rule.robot:
        mesh, wrong = link_mesh([_BOX], find_file, rule.wire_unit, **_sending(rule).envelope())
        if wrong:
            raise ConversionError('; '.join(wrong))
        return _over_the_wire(mesh), _sent_poses(rule, rule.type != 'TRANSFORM')
    if not rule.topic:
        return (_sent_poses(rule, rule.is_tracking),)
    if rule.type == 'COMMAND':
        return (_over_the_wire(Command(1, 'Name', **_sending(rule).envelope())),)
    faults: list[IgtlError] = []
    for message, info in _ros_samples(rule.type, ros_type):
        try:
            convert = sender(type(message), rule.type, profile=profile)
        except ConversionError as error:
            faults += [error] if ros_type else []
            continue
        try:
            made = convert(message, _sending(rule, profile, info))
            parts = made if isinstance(made, tuple) else (made,)
            if rule.to_frame:
                parts = tuple(
                    part if part.device_name == rule.header
                    else moved_for_wire(part, _HERE, rule.to_frame, rule.wire_unit)
                    for part in parts
                )
            return tuple(map(_over_the_wire, parts))
        except IgtlError as error:
            faults.append(error)
    raise faults[0] if faults else ConversionError(f'nothing is known to be sent as {rule.type}')


def _matched_by(pattern: str) -> str:
    """Make a device name that a pattern matches."""
    one_of = re.sub(r'\[(!?)(.)[^]]*\]', lambda m: 'X' if m[1] else m[2], pattern)
    return re.sub(r'[*?]', 'X', one_of)


def _over_the_wire(message: AnyMessage) -> AnyMessage:
    """Give what a peer would read."""
    read = decode(encode(message), strict=True)
    if not isinstance(read, type(message)):
        raise ConversionError(f'a {message.type_name} is read as {read.type_name}')
    return read


def _sending(
    rule: SendRule, profile: str = 'plain', info: dict[str, Any] | None = None
) -> Sending:
    # the samples have sizes of their own
    return Sending(
        rule.device, rule.but(dims=None), time.time_ns(), info or {}, profile=profile)


def _sent_poses(rule: SendRule, are_several: bool) -> Message:
    matrix = matrix_from_metres(_HERE, rule.wire_unit)
    envelope = _sending(rule).envelope(Header(frame_id=rule.tf_target))
    if not are_several:
        return _over_the_wire(Transform(matrix, **envelope))
    names = [frame.name for frame in rule.tf_list] or ['Frame']
    elements = tuple(TrackingElement(name, matrix) for name in names)
    return _over_the_wire(TrackingData(elements, **envelope))


def _ros_samples(wire_type: str, ros_type: type | None) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Go through ROS messages, those that a wire type becomes first, each with its `info`."""
    for _, message, info in sorted(_all_ros_samples(), key=lambda found: found[0] != wire_type):
        if ros_type in (None, ros_type_of(message)):
            yield message, info
    if ros_type is not None:
        yield ros_type(), {}


@cache
def _all_ros_samples() -> tuple[tuple[str, Any, dict[str, Any]], ...]:
    """List what all samples become, with their wire type."""
    result = []
    for name in sampled():
        for as_ in ('', *AS.choices.get(name, ())):
            rule = _ALL.but(as_=as_)
            message: Any = sample(name, rule)
            converted = convert_to_ros(message, route_of('Sample', rule), Time())
            for made in converted.outputs.values():
                parts = [made, *getattr(made, 'markers', ())]
                result += [(name, part, converted.info) for part in parts]
    return tuple(result)
