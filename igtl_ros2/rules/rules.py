"""The rules of a mapping file: what becomes of each device on its way to the other side."""

from __future__ import annotations

import collections.abc as abc
import math
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from ..codec.message import has_points
from ..config.ros_names import whole_characters
from ..config.settings import Settings
from .frame_names import ONE_PATIENT, PATIENT, is_patient, is_pattern, parse_xtoy
from .phases import PhaseTable
from .rule_index import RuleIndex
from .services import CommandRule, QueryRule, ServeRule

#: The rate of a tf pair whose rule names none.
TF_RATE_HZ = 30.0
#: How old frames of tf may be, in seconds, where a rule does not say it.
TF_MAX_AGE_S = 2.0
_DEFAULTS = Settings()


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


@dataclass(frozen=True, slots=True)
class ReceiveRule:
    """
    What becomes of the messages of some devices on their way from the network to ROS.

    An empty ``name``, ``frame`` or ``child_frame`` is made from the device name;
    ``default_frame`` is the frame_id when the device name says none either. ``marker_size``
    is in metres, for points and paths that come without a diameter.
    """

    device: str = '*'
    type: str = '*'
    action: str = 'publish'
    name: str = ''
    frame: str = ''
    child_frame: str = ''
    #: off, dynamic or static; auto stands only in a mapping, never in a rule that was looked up.
    tf: str = 'off'
    pose: bool = False
    raw: bool = False
    stamp: str = _DEFAULTS.stamp
    max_skew: float = _DEFAULTS.max_skew
    wire_unit: str = 'mm'
    wire_axes: str = 'ras'
    publish_invalid: bool = False
    coordinates: str = 'trust'
    subvolume: str = 'merge'
    plane: bool = False
    #: off, png or jpeg.
    compressed: str = 'off'
    slice: SliceView | None = None
    cloud: bool = False
    threshold: float = 0.0
    max_points: int = 1_000_000
    nrrd: bool = False
    array: bool = False
    decode: bool = False
    foxglove: bool = False
    mesh: bool = False
    phi: str = 'redact'
    split: bool = False
    markers: bool = False
    marker_size: float = 0.005
    #: labels of the entry and of the target point
    trajectory: tuple[str, str] | None = None
    #: the key `as` of the file, which is a word of Python
    as_: str = ''
    field: str = ''
    joint_names: tuple[str, ...] = ()
    #: the frame that poses, points and images are moved into; empty: none
    to_frame: str = ''
    #: how often the last value is repeated, in Hz; 0: never
    hold_hz: float = 0.0
    #: how old a pose may be, in seconds; 0: however old
    max_age: float = 0.0
    max_jump: MotionLimits | None = None
    #: in a second
    max_speed: MotionLimits | None = None
    #: in the frame that poses are published in
    workspace: Workspace | None = None
    #: whether numbers and texts come with a header as well
    stamped: bool = False
    #: after how many poses that agree another place is believed
    recover_after: int = 5
    #: for how long messages may come with a stamp that stands still, in seconds; 0: for ever
    stale_after: float = _DEFAULTS.stale_after
    #: first, number or mix, where several peers send one device; empty: first with gates, else mix
    on_conflict: str = ''
    default_frame: str = _DEFAULTS.default_frame
    #: pattern for the names of the only peer that it is for; empty: it is for all
    peer: str = ''

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

    @property
    def is_gated(self) -> bool:
        """Whether some poses are withheld."""
        return bool(self.max_age or self.max_jump or self.max_speed or self.workspace)

    def conflict_policy(self, type_name: str) -> str:
        """Tell what becomes of a type that several peers send: first, number or mix."""
        usual = 'first' if self.is_gated and has_points(type_name) else 'mix'
        return self.on_conflict or usual


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


@dataclass(frozen=True, slots=True)
class SendRule:
    """
    What is sent from ROS to the network under one device name: a topic, frames of tf, or a robot.

    ``rate`` is in Hz, None for every message; ``spacing`` in metres per pixel; ``keepalive`` in
    seconds, None for never. ``eps`` is in metres for lengths, and as it is for other numbers.
    """

    device: str
    topic: str = ''
    tf_source: str = ''
    tf_target: str = ''
    rate: float | None = None
    type: str = ''
    wire_unit: str = 'mm'
    dims: tuple[int, int, int] | None = None
    spacing: tuple[float, float, float] | None = None
    codec: str = 'h264'
    field: str = ''
    unit: str = ''
    max_points: int = 1000
    to_frame: str = ''
    on_change: bool = False
    eps: float = 0.0
    keepalive: float | None = None
    #: device of a STRING that describes the points that were sent; empty: none
    header: str = ''
    #: several frames of tf in one message
    tf_list: tuple[TfFrame, ...] = ()
    robot: RobotSource | None = None
    #: how old it may be, in seconds; 0: however old, None: what is usual for its source
    max_age: float | None = None

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


@dataclass(frozen=True, slots=True)
class Mapping:
    """
    The rules of both directions.

    ``fallback`` is for devices that no rule matches: they are published when the
    file has no list of rules at all, and dropped when it has one.
    """

    profile: str = 'plain'
    receive: tuple[ReceiveRule, ...] = ()
    send: tuple[SendRule, ...] = ()
    queries: tuple[QueryRule, ...] = ()
    commands: tuple[CommandRule, ...] = ()
    serve: tuple[ServeRule, ...] = ()
    #: the phases of a robot, where the link has one
    phases: PhaseTable | None = None
    path: str = ''
    fallback: ReceiveRule = ReceiveRule()
    #: what stands as `peer` in rules, each once
    peers: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _index: RuleIndex = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the rules, of which there may be very many."""
        index = RuleIndex(
            ((rule.device, rule.type) for rule in self.receive),
            [rule.peer for rule in self.receive])
        object.__setattr__(self, '_index', index)
        peers = tuple(dict.fromkeys(rule.peer for rule in self.receive if rule.peer))
        object.__setattr__(self, 'peers', peers)

    @property
    def uses_tf(self) -> bool:
        """Whether any device may be broadcast on tf."""
        return any(rule.tf != 'off' for rule in (*self.receive, self.fallback))

    @property
    def reads_tf(self) -> bool:
        """Whether anything is looked up on tf."""
        return any(rule.tf_sources or rule.to_frame or rule.robot for rule in self.send) or any(
            rule.to_frame for rule in (*self.receive, self.fallback))

    def peers_called(self, names: abc.Iterable[str]) -> frozenset[str]:
        """Find what stands as `peer` in rules that are for somebody of these names."""
        names = tuple(names)
        return frozenset(
            peer for peer in self.peers if any(
                # brackets of [::1] are no pattern
                name == peer or fnmatchcase(name, peer) for name in names))

    def receive_rule(
        self, device: str, type_name: str, peers: abc.Container[str] = ()
    ) -> ReceiveRule:
        """
        Find the rule for a device and a wire type; the first that matches wins.

        :param device: the full device name, as the peer gave it.
        :param type_name: the type on the wire, such as ``TRANSFORM``.
        :param peers: what `peers_called` gives for who sends it.
        """
        index = self.receive_index(device, type_name, peers)
        rule = self.fallback if index is None else self.receive[index]
        return rule.of(device, type_name)

    def receive_index(
        self, device: str, type_name: str, peers: abc.Container[str] = ()
    ) -> int | None:
        """Find the place of that rule in ``receive``; None for the fallback."""
        return self._index.first((device, whole_characters(device)), type_name, peers)
