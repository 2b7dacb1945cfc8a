"""Which function converts what: looked up by the pair of types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, NamedTuple

from builtin_interfaces.msg import Time
from geometry_msgs.msg import TransformStamped
from std_msgs.msg import Header

from ..codec import Message, from_ns
from ..config import ReceiveRule, SendRule
from ..errors import ConversionError
from .units import ns_from_time


@dataclass(frozen=True, slots=True)
class Route:
    """
    Where a received message goes, as far as a converter needs to know.

    :param frame_prefix: put in front of frame names that come out of the message itself.
    :param state: what converters keep from one message of the device to the next, such as the
        decoder of a video stream.
    """

    device: str
    frame_id: str
    child_frame_id: str
    rule: ReceiveRule
    frame_prefix: str = ''
    state: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(slots=True)
class Converted:
    """
    What became of a received message.

    :param outputs: ROS messages by topic leaf.
    :param transforms: what to broadcast on tf, if the route asks for it.
    :param info: what the typed messages have no place for.
    :param state: state of the tool in the sender's words ('OK', 'OUT_OF_VIEW' ...), if it says so.
    :param errors: what is wrong with the message; counted, and logged at a limited rate.
    :param emergency: whether the device says it is in an emergency; None if it says nothing.
    """

    outputs: dict[str, Any] = field(default_factory=dict)
    transforms: list[TransformStamped] = field(default_factory=list)
    info: dict[str, Any] = field(default_factory=dict)
    state: str | None = None
    errors: list[str] = field(default_factory=list)
    emergency: bool | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """
    What a converter needs to know to send a ROS message.

    :param device: device name of the message to make.
    :param info: the last JSON object from `to_igtl/<device>/info`.
    :param geometry: the last 16 numbers from `to_igtl/<device>/geometry`.
    :param now_ns: wall clock.
    :param sim_time: whether stamps are simulated time, which means nothing to the peer.
    :param state: what converters keep from one message of the device to the next.
    """

    device: str
    rule: SendRule
    now_ns: int
    info: Mapping[str, Any] = field(default_factory=dict)
    geometry: Any = None
    sim_time: bool = False
    state: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def envelope(self, header: Header | None = None) -> dict[str, Any]:
        """Make the fields that all messages share of the header of a ROS message."""
        stamp_ns = 0 if header is None else ns_from_time(header.stamp)
        ns = stamp_ns if stamp_ns > 0 and not self.sim_time else self.now_ns
        metadata: dict[str, str] = {}
        if header is not None:
            metadata['ros_frame_id'] = header.frame_id
            if stamp_ns > 0:
                metadata['ros_stamp'] = f'{stamp_ns // _NS}.{stamp_ns % _NS:09d}'
        if len(self.device.encode('utf-8', 'surrogateescape')) > 20:
            metadata['IGTL_DEVICE_NAME'] = self.device
        return {'device_name': self.device, 'timestamp': from_ns(ns), 'metadata': metadata}

    def info_list(self, key: str, count: int, *kinds: type) -> list[Any] | None:
        """
        Take a list from `info`; None if there is none, or none of this length.

        :param kinds: what its elements may be.
        :raises ConversionError: if it is something else.
        """
        values = self.info.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, kinds) for value in values):
            wanted = ' or '.join(kind.__name__ for kind in kinds)
            raise ConversionError(f'{key} in info: wanted a list of {wanted}')
        return values if len(values) == count else None

    def info_names(self, key: str, count: int, size: int) -> list[str]:
        """
        Take names from `info`; if there are none, number them after the device.

        :param size: how many bytes a name may have.
        """
        names = self.info_list(key, count, str)
        if names is None:
            room = size - len(f'-{count}')
            stem = self.device.encode('utf-8', 'ignore')[:room].decode('utf-8', 'ignore')
            names = [f'{stem}-{number}' for number in range(1, count + 1)]
        return names


_NS = 1_000_000_000

ToRos = Callable[[Any, Route, Time], Converted]
Extra = Callable[[Any, Route, Time, Converted], None]
FromRos = Callable[[Any, Sending], Message]


class Leaf(NamedTuple):
    """A topic `to_igtl/<device>/<leaf>`."""

    ros_type: type
    wire_type: str


_TO_ROS: dict[type[Message], ToRos] = {}
_EXTRAS: dict[type[Message], list[Extra]] = {}
_FROM_ROS: dict[tuple[type, str], FromRos] = {}
_DEFAULT_WIRE_TYPE: dict[type, str] = {}
_LEAVES: dict[str, Leaf] = {}


def to_ros(message_class: type[Message]) -> Callable[[ToRos], ToRos]:
    """Register the function that makes ROS messages of a message class."""

    def decorate(function: ToRos) -> ToRos:
        if message_class in _TO_ROS:
            raise ValueError(f'{message_class.__name__} has a converter already')
        _TO_ROS[message_class] = function
        return function

    return decorate


def extra(message_class: type[Message]) -> Callable[[Extra], Extra]:
    """
    Register a function that adds to what the converter of a message class made.

    It looks for itself whether the rule asks for it; a ConversionError costs its own output only.
    """

    def decorate(function: Extra) -> Extra:
        _EXTRAS.setdefault(message_class, []).append(function)
        return function

    return decorate


def from_ros(
    ros_type: type, wire_type: str, *leaves: str, default: bool = False
) -> Callable[[FromRos], FromRos]:
    """
    Register the function that makes a message of `wire_type` of a ROS message.

    :param leaves: topics under `to_igtl/<device>/` that are sent this way.
    :param default: whether this is the wire type of the ROS type where nothing else is asked for.
    """

    def decorate(function: FromRos) -> FromRos:
        if (ros_type, wire_type) in _FROM_ROS:
            raise ValueError(f'{ros_type.__name__} to {wire_type} has a converter already')
        _FROM_ROS[ros_type, wire_type] = function
        if default:
            _DEFAULT_WIRE_TYPE[ros_type] = wire_type
        for leaf in leaves:
            _LEAVES[leaf] = Leaf(ros_type, wire_type)
        return function

    return decorate


def convert_to_ros(message: Message, route: Route, stamp: Time) -> Converted:
    """
    Make the ROS messages of a received message.

    :raises ConversionError: if that is not possible.
    """
    function = _TO_ROS.get(type(message)) or _TO_ROS[Message]
    result = function(message, route, stamp)
    for add in _EXTRAS.get(type(message), ()):
        try:
            add(message, route, stamp, result)
        except ConversionError as error:
            result.errors.append(str(error))
    return result


def sender(ros_type: type, wire_type: str = '') -> FromRos:
    """
    Find the function that sends a ROS type, as its default wire type if none is named.

    :raises ConversionError: if there is none; the text lists what there is.
    """
    name = wire_type or _DEFAULT_WIRE_TYPE.get(ros_type, '')
    function = _FROM_ROS.get((ros_type, name))
    if function is None:
        known = sorted(wire for ros, wire in _FROM_ROS if ros is ros_type)
        raise ConversionError(
            f'{ros_type.__name__} cannot be sent as {wire_type or "anything"}; '
            f'possible: {", ".join(known) or "nothing"}'
        )
    return function


def leaves() -> dict[str, Leaf]:
    """List the topics under `to_igtl/<device>/`."""
    return dict(_LEAVES)


def typed_classes() -> frozenset[type[Message]]:
    """List the message classes that have a counterpart in ROS."""
    return frozenset(_TO_ROS)


def library(name: str, package: str, what: str) -> Any:
    """
    Import a library that is needed for something optional.

    :raises ConversionError: if it is not installed; the text says how to get it.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise ConversionError(
            f'{what} needs {package}, which is not installed: pip install {package}'
        ) from error


def load_converters() -> list[str]:
    """Import every converter of this folder; lists those whose ROS package is not installed."""
    package = __package__ or ''
    missing = []
    for module in iter_modules(import_module(package).__path__):
        try:
            import_module(f'{package}.{module.name}')
        except ModuleNotFoundError as error:
            if error.name is None or error.name.split('.')[0] == package.split('.')[0]:
                raise
            missing.append(f'{module.name} (needs {error.name})')
    return missing
