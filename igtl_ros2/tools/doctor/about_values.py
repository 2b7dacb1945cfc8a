"""What is in messages: lengths like metres, tools that are not seen, numbers that are none."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

from ...codec.messages.text import StatusCode
from ...codec.tool_state import is_valid
from ...converters.metres import RIGID_TOLERANCE
from ...errors import printable
from .findings import Finding, Severity, fault, note, warning
from .observation import Box, Device, Observation, Place, Tool

METRES = fault(
    'metres', 'lengths look like metres, where the wire has millimetres',
    'The sender has to multiply lengths by 1000. Until then, in the bridge `wire_unit: m` for '
    'this device. Leave it if it really is that small.')
TOO_FAR = warning(
    'too-far', 'positions are further away than the size of a room',
    'Are these micrometres, or were they multiplied by 1000 twice? The wire has millimetres.')
NOT_FINITE = fault(
    'not-finite', 'numbers are not finite (NaN or infinite)',
    'The sender has to drop such a pose, or mark it as not valid; Slicer stops drawing, the '
    'bridge drops it.')
BYTE_ORDER = fault(
    'byte-order', 'numbers have their bytes the wrong way round',
    'The sender has to write all numbers of the body big-endian, the high byte first, as those of '
    'the header (`htonl`, `struct.pack(">f", ...)`).')
ROW_ORDER = fault(
    'row-order', 'the matrix of a pose is written row by row',
    'The sender has to write it column by column: the three axes of the tool one after the other, '
    'then the position.')
ZERO_MATRIX = fault(
    'zero-matrix', 'the rotation of a pose is zero',
    'The sender has to write a rotation there, or not send the pose.')
MIRRORED = warning(
    'mirrored', 'the matrix of a pose mirrors',
    'Left and right are exchanged in it: one axis of a frame is flipped. Do not move a robot with '
    'it before that is explained.')
NOT_RIGID = warning(
    'not-rigid', 'a pose scales or shears, or its quaternion is not of length 1',
    'A pose turns and moves, and no more: the bridge publishes the rotation in it alone, Slicer '
    'shows what it scales. Frames of pixels, as PLUS has them, belong to images. A quaternion has '
    'to be divided by its length; it is x, y, z, w, and no angles.')
NO_KEY_FRAME = warning(
    'no-key-frame', 'a video comes without key frames, with which decoders begin',
    'Let the encoder make one at least once a second (`gop_size`, `keyframe interval`): a '
    'new client sees nothing until the next one comes.')
IMAGE_FLAT = warning(
    'image-flat', 'pixels of an image have no size along an axis',
    'The sender has to write the spacing in mm into the matrix: direction times spacing. The '
    'bridge takes 1 mm, Slicer shows nothing or garbage.')
TOOL_INVALID = warning(
    'tool-invalid', 'a tool is always marked as not valid by its sender',
    'Is the tool plugged in, in view of the tracker and not covered? The bridge does not publish '
    'it (`publish_invalid`), Slicer shows it where it was last, or at the origin.')
TOOL_LOST = note(
    'tool-lost', 'a tool is sometimes marked as not valid by its sender',
    'That is normal when it is out of view; if it should not be, check markers and light.')
POSE_IDENTITY = note(
    'pose-identity', 'a pose is the identity all the time',
    'Trackers send that for a tool that they do not see, and programs before they have started: '
    'is it intended?')
STATUS_ERROR = warning(
    'status-error', 'the device itself says that something is wrong',
    'Look into the manual of the device for the code and the text.')

#: as metres this is a room; as millimetres hardly anything is that near
_LIKE_METRES = 3.0
_HARDLY_ANYTHING = 1e-4
_ROOM_MM = 20_000.0
#: no picture of a body is so small, in mm; a whole body is not larger, in m
_PICTURE_MM = 1.9
_MOVES = 1e-6
_ENOUGH = 10
# what rounding may make of a rotation, which a bridge tells of all the same
_HARDLY_OFF = 1e-2
# a frame of pixels has their size in its matrix
_PIXELS = re.compile(r'image.*to', re.IGNORECASE)
# for so long tools are out of view as they are moved
_OUT_OF_VIEW_S = 1.5


def judge(observed: Observation) -> Iterator[Finding]:
    """Judge the values in messages."""
    devices = observed.devices()
    is_large = any(_reach_of(device) > 10 * _LIKE_METRES for device in devices)
    for device in devices:
        for found in _about(device, is_large, observed.seconds):
            rule = observed.rule_of(device) if found.code == METRES.code else None
            if rule is None or rule.wire_unit == 'mm':
                yield found


def _about(device: Device, is_large: bool, seconds: float) -> Iterator[Finding]:
    for name, found in device.tools().items():
        what = f'Tool {name!r} of {device.title}' if name else device.title
        tools = [tool for _, tool in found]
        yield from _states(what, tools, device, seconds)
        yield from _poses(what, tools, device, is_large)
    yield from _boxes(device)
    yield from _video(device)
    yield from _status(device)


def _largest(position: Place) -> float:
    return max(map(abs, position))


def _reach_of(device: Device) -> float:
    """Tell how far from the origin things of a device are."""
    places = [tool.position for seen in device.good for tool in seen.values.tools]
    boxes = [seen.values.box for seen in device.good if seen.values.box]
    places += [place for box in boxes for place in (box.low, box.high)]
    return max((_largest(place) for place in places if _is_finite(place)), default=0.0)


def _is_finite(position: Place) -> bool:
    return all(map(math.isfinite, position))


def _poses(what: str, tools: list[Tool], device: Device, is_large: bool) -> Iterator[Finding]:
    valid = [tool for tool in tools if is_valid(tool.state or None)]
    if not valid:
        return
    total = len(valid)
    swapped, by_rows, angles = (
        sum(tool.reads == name for tool in valid) for name in ('bytes', 'rows', 'degrees'))
    if swapped:
        yield BYTE_ORDER.of(f'{what} has numbers that make a pose when their bytes are read the '
                            f'other way round, in {swapped} of {total} poses.', device.name)
        return
    wrong = [t for t in valid if not (_is_finite(t.position) and math.isfinite(t.turn))]
    if wrong:
        yield NOT_FINITE.of(f'{what} has numbers that are not finite, in {len(wrong)} of {total} '
                            'poses.', device.name)
        return
    zero = sum(abs(tool.turn) < 1e-9 for tool in valid)
    if zero:
        yield ZERO_MATRIX.of(f'{what} has a rotation that is zero, in {zero} of {total} poses.',
                             device.name)
    elif by_rows:
        yield ROW_ORDER.of(f'{what} has numbers that make a rotation when they are read row by '
                           f'row, in {by_rows} of {total} poses.', device.name)
        return
    elif any(tool.turn < 0 for tool in valid):
        yield MIRRORED.of(f'{what} has a matrix that mirrors.', device.name)
    elif (off := max(tool.off for tool in valid)) > RIGID_TOLERANCE:
        count = sum(tool.off > RIGID_TOLERANCE for tool in valid)
        may_be_so = off < _HARDLY_OFF or _PIXELS.match(tools[0].name or device.name)
        text = f'{what} is off a rotation by {off:.2g}, in {count} of {total} poses'
        if angles:
            yield NOT_RIGID.of(
                f'{text}: its quaternion may be angles in degrees.', device.name,
                severity=Severity.FAULT, remedy=(
                    'The sender has to turn its angles into a quaternion: x, y, z and w, of '
                    'length 1. Do not move a robot with it before.'))
        else:
            yield NOT_RIGID.of(
                f'{text}.', device.name, severity=Severity.NOTE if may_be_so else None)
    if all(tool.is_identity for tool in valid):
        yield POSE_IDENTITY.of(f'{what} is the identity in all of {total} poses.', device.name)
        return
    yield from _distances(what, [tool.position for tool in valid], device, is_large)


def _distances(
    what: str, places: list[Place], device: Device, is_large: bool
) -> Iterator[Finding]:
    furthest = max(map(_largest, places))
    if furthest > _ROOM_MM:
        yield TOO_FAR.of(f'{what} is up to {furthest / 1000:.0f} m from the origin.', device.name)
        return
    # whole numbers are what people write into tests and examples, as millimetres
    are_whole = all(value == round(value) for place in places for value in place)
    if not _HARDLY_ANYTHING < furthest < _LIKE_METRES or are_whole:
        return
    low = [min(values) for values in zip(*places)]
    high = [max(values) for values in zip(*places)]
    moves = max(b - a for a, b in zip(low, high)) > _MOVES
    # what never moves may be a calibration, of a peer that has millimetres right elsewhere
    may_be_so = is_large and not moves
    yield METRES.of(
        f'{what} is never more than {furthest:.3g} from the origin: as millimetres, less than '
        f'{"a pinhead" if furthest < 1 else "a pea"}; as metres, a room.', device.name,
        severity=Severity.WARNING if may_be_so else None)


def _boxes(device: Device) -> Iterator[Finding]:
    boxes = [seen.values.box for seen in device.good if seen.values.box]
    if any(box.are_swapped for box in boxes):
        yield BYTE_ORDER.of(f'{device.title} has numbers that make sense when their bytes are '
                            'read the other way round.', device.name)
        return
    if any(not box.are_finite for box in boxes):
        yield NOT_FINITE.of(f'{device.title} has numbers that are not finite.', device.name)
    finite = [box for box in boxes if _is_finite(box.low) and _is_finite(box.high)]
    if not finite:
        return
    furthest = max(max(_largest(box.low), _largest(box.high)) for box in finite)
    size = max(_size(box) for box in finite)
    if any(seen.values.picture for seen in device.good):
        shape = max(max(seen.values.picture.shape) for seen in device.good if seen.values.picture)
        flat = sum(seen.values.picture is not None and seen.values.box is not None and any(
            edge == 0 < count - 1 for edge, count in zip(
                seen.values.box.high, seen.values.picture.shape)) for seen in device.good)
        if flat:
            yield IMAGE_FLAT.of(f'{device.title} has pixels without a size along an axis, in '
                                f'{flat} of {len(device.good)} images.', device.name)
        if 0 < size < _PICTURE_MM and shape > 1:
            yield METRES.of(f'{device.title} is {size:.3g} mm long and wide, with up to {shape} '
                            'pixels along an edge.', device.name)
        return
    if furthest > _ROOM_MM:
        yield TOO_FAR.of(f'{device.title} is up to {furthest / 1000:.0f} m from the origin.',
                         device.name)
    elif _HARDLY_ANYTHING < furthest < _LIKE_METRES and not all(box.are_whole for box in finite):
        yield METRES.of(f'All of {device.title} is within {furthest:.3g} mm of the origin.',
                        device.name)


def _video(device: Device) -> Iterator[Finding]:
    frames = [seen.values.follows for seen in device.good if seen.values.follows is not None]
    if len(frames) >= _ENOUGH and all(frames):
        yield NO_KEY_FRAME.of(f'None of {len(frames)} frames of {device.title} is one with which '
                              'a decoder can begin.', device.name)


def _size(box: Box) -> float:
    return max(b - a for a, b in zip(box.low, box.high))


def _states(
    what: str, tools: list[Tool], device: Device, seconds: float
) -> Iterator[Finding]:
    bad = Counter(tool.state for tool in tools if not is_valid(tool.state or None))
    count = sum(bad.values())
    if not count:
        return
    words = ', '.join(printable(state) for state in bad)
    if count == len(tools) and seconds >= _OUT_OF_VIEW_S:
        yield TOOL_INVALID.of(f'{what} is {words} in all of {count} messages.', device.name)
    else:
        yield TOOL_LOST.of(f'{what} is {words} in {count} of {len(tools)} messages.', device.name)


def _status(device: Device) -> Iterator[Finding]:
    states = [seen.values.state for seen in device.good if seen.values.state]
    # 3D Slicer greets with a STATUS of code 0 without a name
    bad = Counter(state for state in states
                  if state.code not in (StatusCode.OK, StatusCode.INVALID_PACKET))
    for state, count in bad.items():
        word = StatusCode(state.code).name if state.code in list(StatusCode) else 'not defined'
        yield STATUS_ERROR.of(
            f'{device.title} says {word} (code {state.code}) {count} of {len(states)} times: '
            f'{printable(state.name)} {printable(state.text)}'.rstrip(': ') + '.', device.name,
            severity=Severity.FAULT if state.code == StatusCode.EMERGENCY else None)
