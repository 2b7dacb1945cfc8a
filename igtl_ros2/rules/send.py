"""Rules of what is sent: general keys; others stand with the converters that look at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .frame_names import is_pattern
from .keys import Key, Rule, key
from .kinds import compared, in_space, movable
from .receive import TO_FRAME, WIRE_UNIT
from .values import (
    BOOLEAN,
    DEVICE,
    FRAME,
    RATE,
    SECONDS,
    TOPIC,
    Schema,
    about,
    group,
    numbers,
    one_of,
    text,
)

#: The rate of a tf pair whose rule names none.
TF_RATE_HZ = 30.0
#: How old frames of tf may be, in seconds, where a rule does not say it.
TF_MAX_AGE_S = 2.0
#: What a topic can be sent as, and other packages' types.
SENT_TYPES = (
    'TRANSFORM', 'POSITION', 'IMAGE', 'POINT', 'STRING', 'STATUS', 'TDATA', 'QTDATA', 'SENSOR',
    'TRAJ', 'NDARRAY', 'VIDEO', 'COLORT', 'POLYDATA', 'IMGMETA', 'LBMETA', 'VIDEOMETA', 'COMMAND')


@dataclass(frozen=True, slots=True)
class TfFrame:
    """One of several frames that are sent together: the pose of source in target."""

    source: str
    target: str
    name: str


@dataclass(frozen=True, slots=True)
class RobotSource:
    """
    A robot whose links are sent.

    :param description: topic of its URDF.
    :param target: the frame that the links are seen in; empty for the root of the robot.
    :param prefix: what stands in front of the names of its links on tf.
    """

    description: str
    target: str = ''
    prefix: str = ''


_ELEMENT = text('a name of 1 to 20 bytes (UTF-8)', 1, 20)
_PAIR = {'source': FRAME, 'target': FRAME}
_TF: Schema = {
    **group('a map with the keys source, target and rate, or a list of maps with source, target '
            'and name', {**_PAIR, 'rate': about(RATE, 'How often, in Hz; 30 by default.')},
            _PAIR),
    'type': ['object', 'array'],
    'minItems': 1,
    'items': group('a map with the keys source, target and name', {**_PAIR, 'name': about(
        _ELEMENT, 'Name of the element in the TDATA; the source by default.')}, _PAIR),
}
_ROBOT = group('a map with the keys description, target, prefix and rate', {
    'description': about(
        {**TOPIC, 'title': 'a ROS topic name such as /robot_description'},
        'Topic of its URDF (String), as robot_state_publisher publishes it.'),
    'target': about(
        FRAME, 'Frame in which the links are seen; the root of the robot by default.'),
    'prefix': about(
        FRAME, 'What stands in front of the names of the links on tf: frame_prefix of '
        'robot_state_publisher.'),
    'rate': about(RATE, 'How often to look where the links are, in Hz; 30 by default.'),
}, ['description'])


@dataclass(frozen=True, init=False, eq=False, repr=False)
class SendRule(Rule):
    """
    What is sent from ROS to the network under one device name: a topic, frames of tf, or a robot.

    ``rate`` is in Hz, None for every message; ``keepalive`` in seconds, None for never. ``eps``
    is in metres for lengths, and as it is for other numbers. Converters add a field for each of
    their keys.
    """

    device: str = key(
        DEVICE, 'Device name on the wire. A tf rule may leave it out: tool0 in base_link becomes '
        'Tool0ToBaseLink.', '')
    topic: str = key(TOPIC, 'Topic that is sent.', '')
    tf_source: str = ''
    tf_target: str = ''
    rate: float | None = key(
        RATE, 'At most so many messages per second, in Hz; of video that is encoded already key '
        'frames only; every message by default.', None)
    type: str = key(
        one_of(*SENT_TYPES), 'Message type on the wire; the usual one for the type of the topic '
        'by default. COMMAND: each String of the topic is a command, in JSON as on ~/command '
        'or else its content; the device is its name where it gives none.', '')
    wire_unit: str = key(*WIRE_UNIT, 'mm', types=(in_space, 'VIDEOMETA'))
    to_frame: str = key(*TO_FRAME, '', types=(movable,))
    on_change: bool = key(
        BOOLEAN, 'Send only what differs from what was sent last by more than eps, as 3D Slicer '
        'does. With profile slicer it is true for frames of tf unless set otherwise.', False)
    eps: float = key(
        numbers(0), 'How much the numbers of a pose, point or sensor may differ and still be '
        'unchanged: metres for lengths, as it is for all others, such as the numbers of a '
        'rotation matrix. 0 by default.', 0.0, needs=('on_change', True), types=(compared,))
    keepalive: float | None = key(
        SECONDS, 'Send the last value again, with its old stamp, when nothing was sent for so '
        'long, in seconds; for peers that take silence for a failure. It ends when nobody '
        'publishes the topic any more.', None)
    #: several frames of tf in one message
    tf_list: tuple[TfFrame, ...] = ()
    robot: RobotSource | None = key(
        _ROBOT, 'Robot that is sent: the shapes of its links once, as POLYDATA <link>_mesh each, '
        'and where they are, as one TDATA or with type: TRANSFORM as one TRANSFORM each. Needs '
        'trimesh, for DAE files also pycollada.', None, after='tf')
    #: 0: however old, None: what is usual for its source
    max_age: float | None = key(
        numbers(0, 3600, 's'),
        'How old what is sent may be, in seconds, by its stamp and the time of ROS, and how long '
        'its source may be silent; 0 for ever. After that nothing is sent, peers that read '
        'metadata are told once that a pose is missing, and /diagnostics is STALE. By default, '
        'a frame of tf or robot whose stamp has not changed for 2 s is stale.', None)

    also: ClassVar[tuple[Key, ...]] = (Key(
        _TF, 'Frame that is looked up on tf and sent as TRANSFORM: the pose of source in target. '
        'A list of frames, or a source with * such as "left_*", is sent as one TDATA of one '
        'moment.', 'tf', after='topic'),)

    @property
    def age_limit(self) -> float:
        """How long its stamp may stand still, in seconds; 0 for ever."""
        if self.max_age is not None:
            return self.max_age
        return TF_MAX_AGE_S if self.tf_sources or self.robot else 0.0

    @property
    def tf_sources(self) -> tuple[str, ...]:
        """The frames that are read to be sent, or a pattern of them; empty for a topic."""
        several = tuple(frame.source for frame in self.tf_list)
        return several or ((self.tf_source,) if self.tf_source else ())

    @property
    def is_tracking(self) -> bool:
        """Whether frames go together, as TDATA."""
        return bool(self.tf_list) or self.type != 'TRANSFORM' and is_pattern(self.tf_source)
