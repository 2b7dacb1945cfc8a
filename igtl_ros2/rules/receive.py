"""Rules of what is received: general keys; those of outputs stand with their converters."""

from __future__ import annotations

import collections.abc as abc
import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from ..codec.message import has_points
from ..config.settings import Settings
from .frame_names import ONE_PATIENT, PATIENT, is_patient, parse_xtoy
from .keys import Key, Rule, key
from .kinds import PICTURES, held, in_space, movable, one_pose, points, poses
from .values import BOOLEAN, FRAME, Schema, group, numbers, one_of, several, text

_DEFAULTS = Settings()
#: of keys that a VIDEO has where images have them
IF_DECODED = {'VIDEO': 'decode'}
#: what these may be and mean, in both directions
WIRE_UNIT = one_of('mm', 'm'), (
    'Unit of lengths on the wire. OpenIGTLink says mm; m is for peers that send metres.')
TO_FRAME = FRAME, (
    'Move poses, points, clouds, meshes and images into this frame, through tf at the stamp of '
    'the message; what tf does not know in time is not passed on.')
_LIMIT = numbers(over=0)
_CORNER = several('a list of three numbers, [x, y, z]', numbers(), 3, 3)


@dataclass(frozen=True, slots=True)
class SliceView:
    """
    Which slice of a volume is shown, and in which shades of grey.

    ``index`` -1 is the slice in the middle; ``window`` 0 is all values of the volume.
    """

    axis: str = 'k'
    index: int = -1
    window: float = 0.0
    level: float = 0.0

    @classmethod
    def read(cls, found: Any) -> SliceView | None:
        """Make it of true, false or a map."""
        if isinstance(found, bool):
            return cls() if found else None
        kinds = {'axis': str, 'index': int, 'window': float, 'level': float}
        return cls(**{key: kinds[key](value) for key, value in found.items()})


@dataclass(frozen=True, slots=True)
class MotionLimits:
    """How far something may move, in metres and degrees: at once, or in a second."""

    m: float = math.inf
    deg: float = math.inf


@dataclass(frozen=True, slots=True)
class Workspace:
    """The box in which poses may be: its lowest and its highest corner, in metres."""

    min: tuple[float, ...]
    max: tuple[float, ...]


def _limits(*units: str) -> dict[str, Any]:
    """Say what limits of motion may be, in these units, and how they are read."""
    title = f'a map with the keys {units[0]} and {units[1]}, or one of them'
    allowed: Schema = {**group(title, dict.fromkeys(units, _LIMIT)), 'minProperties': 1}

    def made(found: abc.Mapping[str, float]) -> MotionLimits:
        return MotionLimits(*(float(found.get(unit, math.inf)) for unit in units))

    return {'allowed': allowed, 'read': made, 'types': (poses,)}


def workspace_of(found: abc.Mapping[str, list[float]]) -> Workspace:
    """Make the box of its corners."""
    return Workspace(*(tuple(map(float, found[end])) for end in ('min', 'max')))


WORKSPACE = group(
    'a map with the keys min and max', {'min': _CORNER, 'max': _CORNER}, ('min', 'max'))


@dataclass(frozen=True, init=False, eq=False, repr=False)
class ReceiveRule(Rule):
    """
    What becomes of the messages of some devices on their way from the network to ROS.

    An empty ``name``, ``frame`` or ``child_frame`` is made from the device name;
    ``default_frame`` is the frame_id when the device name says none either. Converters add a
    field for each of their keys.
    """

    device: str = key(
        text('text'),
        'Pattern for the device name, case-sensitive: * any text, ? one character, [abc] one of '
        'these. Quote it: a bare * means something else in YAML.', '*')
    type: str = key(
        text('a message type of 1 to 12 characters such as TRANSFORM, or "*" for all', 1, 12),
        'Message type on the wire, case-sensitive, or "*" for all.', '*')
    #: for the names of the only peer that it is for; empty: it is for all
    peer: str = key(
        text('text of one character or more', 1),
        'The rule is for one peer only: pattern for its address such as tcp://192.168.0.7:40368, '
        'its host such as 192.168.0.7, or a name in its TLS client certificate. Others go on to '
        'the next rule, and never get onto a topic that this one names.', '')
    #: empty: first with gates, else mix
    on_conflict: str = key(
        one_of('first', 'number', 'mix'),
        'How a device is published that several peers send at the same time. first: only what '
        'comes from '
        'the first of them, until it is gone or silent. number: each other peer has a topic of '
        'its own, with a suffix. mix: all on one topic. /diagnostics reports it in any case. '
        'Default: first for poses, points and paths of rules with gates, else '
        'mix.', '', is_default=True)
    action: str = key(one_of('publish', 'drop'), 'publish it, or drop it.', 'publish')
    name: str = key(
        text('letters, digits and _ in parts that do not start with a digit, with / between the '
             'parts', pattern='^[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)*$'),
        'ROS name instead of the one made from the device name.', '')
    frame: str = key(
        FRAME, 'frame_id of what is published; wins over the device name.', '')
    child_frame: str = key(
        FRAME, 'child_frame_id of what is published; wins over the device name.', '',
        types=(one_pose, *PICTURES, 'SENSOR', 'NDARRAY'))
    #: off, dynamic or static; auto stands only in a mapping, never in a rule that was looked up.
    tf: str = key(
        one_of(False, True, 'static'),
        'Broadcast the pose: true on /tf, static on /tf_static.', 'off',
        types=(poses, *PICTURES), of_type=IF_DECODED,
        read={False: 'off', True: 'dynamic', 'static': 'static'}.__getitem__)
    raw: bool = key(
        BOOLEAN,
        'Publish the complete frame, header included, on the topic raw as well. It passes every '
        'filter: names of patients in the message reach the topic, unless the parameter raw_deny '
        'keeps the type off it.', False, after='pose')
    stamp: str = key(
        one_of('auto', 'device', 'receive'),
        'Time stamp of what is published: of the device (device), of arrival (receive), or of the '
        'device when it is set and within max_skew of now, else of arrival (auto).',
        _DEFAULTS.stamp, is_default=True)
    max_skew: float = key(
        numbers(0, 86400, 's'),
        "How far the device's clock may be off, in seconds, before stamp auto takes the time of "
        'arrival.', _DEFAULTS.max_skew, is_default=True)
    #: for how long messages may come with a stamp that stands still
    stale_after: float = key(
        numbers(0, 86400, 's'),
        'A tracker that keeps sending while its time stamp stands still is stale after so long, '
        'in seconds; 0: never. For TRANSFORM, POSITION, QTRANS, TDATA and QTDATA with stamp '
        'auto or device, and not with tf static.', _DEFAULTS.stale_after, is_default=True,
        types=(poses,))
    wire_unit: str = key(
        *WIRE_UNIT, 'mm', is_default=True, types=(in_space, 'VIDEOMETA'))
    wire_axes: str = key(
        one_of('ras', 'lps'),
        'Axes on the wire. OpenIGTLink says ras; lps: x and y change their sign.', 'ras',
        is_default=True, types=(in_space, 'VIDEOMETA'))
    publish_invalid: bool = key(
        BOOLEAN,
        'Publish poses that the device itself marks as invalid. Use with care: a robot must not '
        'follow a tool that the tracker has lost.', False, is_default=True,
        types=(poses, *PICTURES), of_type=IF_DECODED)
    coordinates: str = key(
        one_of('trust', 'ignore'),
        'The coordinate byte of an IMAGE: trust it, or ignore it and take every image as RAS.',
        'trust', is_default=True, types=PICTURES)
    phi: str = key(
        one_of('redact', 'hash', 'pass'),
        'Names and numbers of patients in IMGMETA and VIDEOMETA, in metadata and in commands: '
        'remove them (redact), replace each by a code that stays the same until the node ends '
        '(hash), or publish them (pass).', 'redact', is_default=True, after='mesh')
    to_frame: str = key(*TO_FRAME, '', is_default=True, types=(movable,))
    hold_hz: float = key(
        numbers(0, 1000, 'Hz'),
        'Repeat the last value of a pose or of numbers at this rate, in Hz, with the stamp of its '
        'device or, without one, the current time; 0: never. For values that are valid until they '
        'change, as in 3D Slicer, not for trackers. It ends when the value becomes invalid, or '
        'about a '
        'second after its peer is gone.', 0.0, types=(held,))
    #: 0: however old
    max_age: float = key(
        numbers(over=0, most=3600, unit='s'),
        'Gate: a pose that is older than this when it is to be published is withheld. When the '
        'device sends nothing for so long, its status says so and hold_hz ends.', 0.0,
        types=(poses,))
    max_jump: MotionLimits | None = key(
        help='Gate: how far a pose may be from the one before, in metres and degrees. One that is '
        'further away is withheld until recover_after of them agree.', default=None,
        **_limits('m', 'deg'))
    #: in a second
    max_speed: MotionLimits | None = key(
        help='Gate: how fast a pose may move, in metres and degrees per second: by its stamps, '
        'and by a budget that time fills again. A faster one is withheld until recover_after of '
        'them agree and it can have got there.', default=None, **_limits('m_s', 'deg_s'))
    workspace: Workspace | None = key(
        WORKSPACE,
        'Gate: the box in which a pose must be, its lowest and its highest corner in metres, in '
        'the frame in which it is published (after to_frame). A POINT or TRAJ of which one point '
        'is outside is withheld as a whole.', None, read=workspace_of, types=(points,))
    recover_after: int = key(
        numbers(2, 10000, whole=True),
        'After how many poses in a row that agree with each other within max_jump and max_speed a '
        'new place is believed; 5 by default.', 5)
    answer: bool = key(
        BOOLEAN,
        'Report each message to its peer: a STATUS <device>_state, OK or why it was not '
        'published; what was published is sent back as <device>_taken.', False,
        types=(points,))
    default_frame: str = _DEFAULTS.default_frame

    also: ClassVar[tuple[Key, ...]] = (Key(
        several('a list of two frame names, [parent, child]', FRAME, 2, 2),
        'Short for frame (the parent) and child_frame (the child).', 'frames',
        after='child_frame', types=(one_pose, *PICTURES, 'SENSOR', 'NDARRAY')),)

    def of(self, device: str, type_name: str) -> ReceiveRule:
        """Give the rule as it holds for a device and a wire type that it matches."""
        if self.tf != 'auto':
            return self
        wanted = type_name == 'TRANSFORM' and parse_xtoy(device) is not None
        return replace(self, tf='dynamic' if wanted else 'off')

    def spelled(self, frame: str, profile: str) -> str:
        """Spell a frame as it is on ROS: with some profiles that of the patient in one way."""
        if profile not in ONE_PATIENT or not is_patient(frame):
            return frame
        return self.default_frame if is_patient(self.default_frame) else PATIENT

    def frames_in(self, name: str, profile: str) -> tuple[str, str] | None:
        """Read child and parent in a name of the form XToY, as `parse_xtoy`."""
        frames = parse_xtoy(name)
        return frames and (self.spelled(frames[0], profile), self.spelled(frames[1], profile))

    def frames_of(self, device: str, type_name: str, profile: str) -> tuple[str, str]:
        """
        Find child and parent of what a device sends; an empty parent is the usual frame.

        With profile plus IMAGE and VIDEO are called <image>_<frame>.
        """
        child, parent = self.frames_in(device, profile) or (self.spelled(device, profile), '')
        if not parent and profile == 'plus' and type_name in PICTURES:
            image, _, frame = device.rpartition('_')
            parent = self.spelled(frame.strip(), profile) if image.strip() else ''
        return child, parent

    @property
    def is_gated(self) -> bool:
        """Whether some poses are withheld."""
        return bool(self.max_age or self.max_jump or self.max_speed or self.workspace)

    def conflict_policy(self, type_name: str) -> str:
        """Tell what becomes of a type that several peers send: first, number or mix."""
        usual = 'first' if self.is_gated and has_points(type_name) else 'mix'
        return self.on_conflict or usual
