"""Which function converts what: looked up by the pair of types."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from builtin_interfaces.msg import Time
from geometry_msgs.msg import TransformStamped

from ..codec import Message
from ..codec.charsets import is_guess
from ..codec.lists import ElementList
from ..codec.messages.mesh import PolyData
from ..codec.patients import hidden
from ..codec.pyramids import without_pyramids
from ..errors import ConversionError
from ..rules import ReceiveRule, SendRule
from .gates import Gate
from .loading import load_converters as load_converters
from .names import KnownNames
from .outputs import Output, declare_outputs, names_each
from .sending import Sending as Sending
from .sending import envelope_of as envelope_of
from .sending import stamp_text as stamp_text
from .units import ns_from_time, ros_text, time_from_ns


@dataclass(slots=True)
class Route:
    """
    Where a received message goes, as far as a converter needs to know.

    :param frame_prefix: put in front of frame names that come out of the message itself.
    :param state: what converters keep from one message of the device to the next, such as the
        decoder of a video stream.
    :param names: topic names of the tools, labels or paths of the device.
    :param gate: what may withhold a message, where the rule asks for that.
    :param profile: of the mapping, see `ReceiveRule.spelled`.
    """

    device: str
    frame_id: str
    child_frame_id: str
    rule: ReceiveRule
    frame_prefix: str = ''
    state: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    names: KnownNames = field(default_factory=KnownNames, compare=False, repr=False)
    gate: Gate | None = None
    profile: str = 'plain'
    #: its frame, and its child frame
    frames: tuple[str, str] = field(init=False, compare=False, repr=False)
    #: what its rule says, which messages ask for
    wire_unit: str = field(init=False, compare=False, repr=False)
    wire_axes: str = field(init=False, compare=False, repr=False)
    has_pose: bool = field(init=False, compare=False, repr=False)
    has_tf: bool = field(init=False, compare=False, repr=False)
    #: by message class, what makes ROS messages of it, whether that takes the stamp in
    #: nanoseconds, whether names become topics, and what adds to them, as its rule asks for
    converters: dict[type, tuple[ToRos, bool, bool, tuple[Extra, ...]]] = field(
        init=False, default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        self.frames, rule = (self.frame_id, self.child_frame_id), self.rule
        self.wire_unit, self.wire_axes = rule.wire_unit, rule.wire_axes
        self.has_pose, self.has_tf = bool(rule.pose), rule.tf != 'off'


def route_of(
    device: str, rule: ReceiveRule, prefix: str = '', label: str = '', type_name: str = '',
    profile: str = 'plain',
) -> Route:
    """
    Find the frames of a device: those of its rule, else those in its name, else the usual ones.

    :param prefix: put in front of frame names that are not those of the rule.
    :param label: what a device without a name is called.
    :param type_name: wire type; with profile plus IMAGE and VIDEO are called <image>_<frame>.
    :param profile: of the mapping.
    """
    label = device or label
    child, parent = rule.frames_of(device, type_name, profile)
    child = child or rule.spelled(label, profile)
    return Route(
        device=label,
        frame_id=rule.frame or ros_text(prefix + parent if parent else rule.default_frame),
        child_frame_id=rule.child_frame or ros_text(prefix + child),
        rule=rule,
        frame_prefix=prefix,
        profile=profile,
    )


def _part(name: str, make: Callable[[], Any]) -> Any:
    """Make what gives a part of `Converted` that most messages need not have."""

    def get(self: Converted) -> Any:
        more = self.more
        if more is None:
            more = self.more = {}
        elif name in more:
            return more[name]
        return more.setdefault(name, make())

    def put(self: Converted, value: Any) -> None:
        self.more = {**(self.more or {}), name: value}

    return property(get, put)


class Converted:
    """
    What became of a received message.

    :param outputs: ROS messages by topic leaf, such as 'pose' or 'tools/Probe/pose'.
    :param transforms: what to broadcast on tf, if the route asks for it.
    :param info: what the typed messages have no place for.
    :param state: state of the tool in the sender's words ('OK', 'OUT_OF_VIEW' ...), if it says so.
    :param errors: what is wrong with the message; counted, and logged at a limited rate.
    :param notes: what the rule asks for and such messages never give; counted and logged as well.
    :param left_out: what of it is dropped on purpose, by what that is counted under.
    :param children: messages that came inside this one, to be treated as if they came alone.
    :param peer: what the message says about the peer itself rather than about a device.
    :param kept: the elements of a list that were published; None for all.
    :param more: what there is besides `outputs`, `state` and `kept`; None: nothing.
    """

    __slots__ = ('outputs', 'state', 'kept', 'more')

    transforms: list[TransformStamped] = _part('transforms', list)
    info: dict[str, Any] = _part('info', dict)
    errors: list[str] = _part('errors', list)
    notes: list[str] = _part('notes', list)
    left_out: list[str] = _part('left_out', list)
    children: list[Message] = _part('children', list)
    peer: dict[str, Any] = _part('peer', dict)

    def __init__(
        self, outputs: dict[str, Any] | None = None, *, state: str | None = None, **more: Any
    ) -> None:
        self.outputs = {} if outputs is None else outputs
        self.state = state
        self.kept: Sequence[Any] | None = None
        self.more = more or None

    def named(self, route: Route, folder: str, name: str, leaf: str = '') -> str:
        """
        Find the topic of a tool, label or path, such as 'tools/Probe/pose'.

        Where ROS cannot spell the name, `info` tells which topic it has.

        :raises ConversionError: if there are too many.
        """
        token = route.names.use(name)
        topic = f'{folder}/{token}'
        if token != name:
            self.info.setdefault('topics', {})[name] = topic
        return f'{topic}/{leaf}' if leaf else topic


#: the stamp as ROS has it, or in nanoseconds
ToRos = Callable[[Any, Route, Any], Converted]
Extra = Callable[[Any, Route, Time, Converted], None]
#: several messages where one ROS message holds things of several kinds
FromRos = Callable[[Any, Sending], 'Message | tuple[Message, ...]']

_TO_ROS: dict[type[Message], ToRos] = {}
_BY_NS: set[type[Message]] = set()
_EXTRAS: dict[type[Message], list[tuple[Extra, tuple[Output, ...]]]] = {}
_FROM_ROS: dict[tuple[type, str], FromRos] = {}
_DEFAULT_WIRE_TYPE: dict[type, str] = {}
_FOR_SLICER: dict[tuple[type, str], str] = {}
_LEAVES: dict[str, dict[type, str]] = {}
# what is sent so is made in a worker
_LONG: set[tuple[type, str]] = set()
# topics that other nodes often use for other types
_USED_OTHERWISE = ('points', 'trajectory', 'status')
_USUAL_TYPES = ('PoseStamped', 'DiagnosticArray', 'MarkerArray')


def to_ros(
    message_class: type[Message], *outputs: Output, by_ns: bool = False
) -> Callable[[ToRos], ToRos]:
    """
    Register the function that makes ROS messages of a message class.

    :param outputs: the topics that it makes.
    :param by_ns: whether it takes the stamp in nanoseconds.
    """

    def decorate(function: ToRos) -> ToRos:
        if message_class in _TO_ROS:
            raise ValueError(f'{message_class.__name__} has a converter already')
        declare_outputs(message_class, outputs)
        _TO_ROS[message_class] = function
        if by_ns:
            _BY_NS.add(message_class)
        return function

    return decorate


def extra(message_class: type[Message], *outputs: Output) -> Callable[[Extra], Extra]:
    """
    Register a function that adds to what the converter of a message class made.

    It is called where the rule asks for one of its outputs; a ConversionError costs its own output
    only.

    :param outputs: the topics that it makes; without any it is always called.
    """

    def decorate(function: Extra) -> Extra:
        declare_outputs(message_class, outputs)
        _EXTRAS.setdefault(message_class, []).append((function, outputs))
        return function

    return decorate


def from_ros(
    ros_type: type, wire_type: str, *leaves: str, default: bool = False, slicer: str = '',
    takes_long: bool = False,
) -> Callable[[FromRos], FromRos]:
    """
    Register the function that makes a message of `wire_type` of a ROS message.

    :param wire_type: '' for a function that chooses it by the content of the message.
    :param leaves: topics under `to_igtl/<device>/` that are sent this way.
    :param default: whether this is the wire type of the ROS type where nothing else is asked for.
    :param slicer: the wire type that takes its place in the profile `slicer`, because Slicer
        shows nothing of this one.
    :param takes_long: whether it is made in a worker: it takes milliseconds.
    :raises ValueError: if another converter has said otherwise.
    """

    def decorate(function: FromRos) -> FromRos:
        if (ros_type, wire_type) in _FROM_ROS:
            raise ValueError(f'{ros_type.__name__} to {wire_type} has a converter already')
        _FROM_ROS[ros_type, wire_type] = function
        if default:
            _put(_DEFAULT_WIRE_TYPE, ros_type, wire_type, ros_type.__name__)
        if takes_long:
            _LONG.add((ros_type, wire_type))
        if slicer:
            _FOR_SLICER[ros_type, wire_type] = slicer
        for leaf in leaves:
            what = f'{ros_type.__name__} on {leaf}'
            _put(_LEAVES.setdefault(leaf, {}), ros_type, wire_type, what)
        return function

    return decorate


def _put(of: dict[type, str], ros_type: type, wire_type: str, what: str) -> None:
    """Note as what a ROS type is sent, which one converter alone says."""
    known = of.setdefault(ros_type, wire_type)
    if known != wire_type:
        raise ValueError(f'{what} is sent as {known} already, not as {wire_type}')


def convert_to_ros(message: Message, route: Route, stamp: Time | int) -> Converted:
    """
    Make the ROS messages of a received message, without what `phi` of its rule hides.

    :param stamp: as ROS has it, or in nanoseconds.
    :raises ConversionError: if that is not possible.
    """
    stamp_ns = stamp if isinstance(stamp, int) else ns_from_time(stamp)
    return converted(hidden(message, route.rule.phi), route, stamp_ns)


def converted(message: Message, route: Route, stamp_ns: int) -> Converted:
    """
    Do what `convert_to_ros` does for a message of which everybody may see all.

    :raises ConversionError: if that is not possible.
    """
    gate, kind = route.gate, type(message)
    if gate is not None and gate.gates.is_blind:
        return Converted(state=gate.stops_unknown(ros_text(message.type_name)))
    function, by_ns, has_names, extras = route.converters.get(kind) or _converters(kind, route)
    if has_names:
        route.names.next_message()
    if by_ns:
        result = function(message, route, stamp_ns)
    else:
        if isinstance(message, PolyData):  # another bridge took us for 3D Slicer
            message = without_pyramids(message)
        result = function(message, route, time_from_ns(stamp_ns))
    if message.metadata_encodings:
        guessed = [ros_text(key) for key, value in message.metadata.items() if is_guess(value)]
        if guessed:
            result.info['metadata_repaired'] = guessed
    if gate is not None:
        if not gate.is_asked and (result.outputs or result.transforms) and not (
            # of an empty list there was nothing to ask for
            isinstance(message, ElementList)
            and not (message.count if result.kept is None else len(result.kept))
        ):
            return Converted(state=gate.stops_unasked(ros_text(message.type_name)))
        if not result.outputs and gate.withheld:
            return result  # what is withheld is so in every form
    for add in extras:
        try:
            add(message, route, time_from_ns(stamp_ns), result)
        except ConversionError as error:
            result.errors.append(str(error))
    return result


def _converters(kind: type, route: Route) -> tuple[ToRos, bool, bool, tuple[Extra, ...]]:
    """Find what `Route.converters` holds for a class, as the rule asks for."""
    extras = tuple(
        add for add, outputs in _EXTRAS.get(kind, ())
        if not outputs or any(output.is_asked(route.rule) for output in outputs))
    function = _TO_ROS.get(kind) or _TO_ROS[Message]
    found = function, kind in _BY_NS, names_each(kind, route.rule), extras
    route.converters[kind] = found
    return found


def tell_once(route: Route, result: Converted, text: str) -> None:
    """Report, with the first message, what a rule asks for and such messages never give."""
    told = route.state.setdefault('told', set())
    if text not in told:
        told.add(text)
        result.notes.append(text)


def sender(
    ros_type: type, wire_type: str = '', *, usual: str = '', profile: str = 'plain'
) -> FromRos:
    """
    Find the function that sends a ROS type.

    :param wire_type: what the mapping asks for.
    :param usual: what it is sent as otherwise; by default that of the ROS type.
    :param profile: in 'slicer', what Slicer cannot show is replaced unless it is asked for.
    :raises ConversionError: if there is none; the text lists what there is.
    """
    name = wire_type or usual or _DEFAULT_WIRE_TYPE.get(ros_type, '')
    if profile == 'slicer' and not wire_type:
        name = _FOR_SLICER.get((ros_type, name), name)
    function = _FROM_ROS.get((ros_type, name))
    if function is None:
        known = sorted(wire for ros, wire in _FROM_ROS if ros is ros_type and wire)
        raise ConversionError(
            f'{ros_type.__name__} cannot be sent as {name or "anything"}; '
            f'possible: {", ".join(known) or "nothing"}')
    return function


def leaf_wire_type(leaf: str, ros_type: type) -> str:
    """
    Find what is sent from `to_igtl/<device>/<leaf>`.

    :raises ConversionError: if nothing is; the text lists what there is.
    """
    types = _LEAVES.get(leaf)
    if types is None:
        raise ConversionError(
            f'nothing is sent from {leaf!r}; possible: {", ".join(sorted(_LEAVES))}')
    if ros_type not in types:
        wanted = ' or '.join(sorted(known.__name__ for known in types))
        raise ConversionError(f'its type is {ros_type.__name__}, wanted {wanted}')
    return types[ros_type]


def wire_type_of_leaf(leaf: str, ros_type: type) -> str:
    """Tell as what a topic that ends so is sent; '' if that depends on it or nothing is known."""
    return _LEAVES.get(leaf.rpartition('/')[2], {}).get(ros_type, '')


def usual_type(leaf: str, rules: Iterable[SendRule]) -> type | None:
    """
    Tell which ROS type a topic that ends so has, as far as that is known before it is published.

    :param rules: that send it.
    """
    from std_msgs.msg import Float64MultiArray, String

    wanted = {rule.type for rule in rules}
    if wanted & {'COMMAND', 'STRING'} or leaf == 'info' or any(r.robot for r in rules):
        return String
    if leaf == 'geometry':
        return Float64MultiArray
    if leaf in _USED_OTHERWISE and '' in wanted:
        return None
    types = [kind for kind in _LEAVES.get(leaf, {})
             if all(not name or (kind, name) in _FROM_ROS for name in wanted)]
    # the others are for one thing in place of a list, or with a covariance
    usual = [kind for kind in types if kind.__name__ in _USUAL_TYPES] or types
    return usual[0] if len(usual) == 1 else None


def typed_classes() -> frozenset[type[Message]]:
    """List the message classes that have a counterpart in ROS."""
    return frozenset(_TO_ROS)


def received() -> list[tuple[type[Message], str, tuple[str, ...]]]:
    """List what becomes of each message class, and what is added by rule, in words."""
    return [
        (cls, _words(function), tuple(_words(add) for add, _ in _EXTRAS.get(cls, ())))
        for cls, function in _TO_ROS.items()
    ]


def sent() -> list[tuple[type, str, str, tuple[str, ...]]]:
    """
    List what can be sent: ROS type, wire type, in words, and leaves that are sent so.

    A wire type '' is chosen by the content of the message.
    """
    return [
        (ros_type, wire_type, _words(function), tuple(sorted(
            leaf for leaf, types in _LEAVES.items() if types.get(ros_type) == wire_type)))
        for (ros_type, wire_type), function in _FROM_ROS.items()
    ]


def in_slicer(ros_type: type, wire_type: str) -> str:
    """Tell what takes the place of a wire type in the profile slicer, itself if it may stay."""
    return _FOR_SLICER.get((ros_type, wire_type), wire_type)


def is_sent_by_worker(ros_type: type, wire_type: str = '') -> bool:
    """Tell whether what is sent of a ROS type is made in a worker; '' for the usual type."""
    return (ros_type, wire_type or _DEFAULT_WIRE_TYPE.get(ros_type, '')) in _LONG


def is_large(ros_type: type) -> bool:
    """Tell whether messages are such that something can be sent of them that takes long."""
    return any(ros_type is known for known, _ in _LONG)


def usual_wire_type(ros_type: type) -> str | None:
    """Tell as what a ROS type is sent where nothing else is asked for; None if it has to be."""
    return _DEFAULT_WIRE_TYPE.get(ros_type)


def _words(function: Any) -> str:
    return ' '.join((function.__doc__ or '').split())
