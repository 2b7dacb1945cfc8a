"""The short ways of poses that have nothing to tell but themselves."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from geometry_msgs.msg import TransformStamped
from rclpy.publisher import Publisher
from rclpy.serialization import deserialize_message, serialize_message

from ..codec import Message
from ..codec.messages.pose import Transform
from ..config import SendRule
from ..converters.registry import Route
from ..converters.spliced import SplicedTransform, TransformReader
from ..converters.units import choose_stamp
from ..errors import ConversionError
from ..peers import Peer
from .echo import EchoGuard

# what does not change from message to message
_ALWAYS_TOLD = ('version', 'peer', 'stamp_source')
# several nodes may publish one topic with frames of their own
_LOOK_PERIOD_S = 1.0

_log = logging.getLogger(__name__)


class Express:
    """
    Publish TRANSFORMs of one device that differ from the one before in stamp and matrix only.

    All else goes the whole way: what comes with metadata, is no rigid pose, comes from another
    peer or is due to be told of on `info`.

    :param hold: is given what is about to be published.
    :param info: what was told of the last message on `info`, without stamp.
    """

    def __init__(
        self,
        route: Route,
        key: tuple[str, str],
        publisher: Publisher,
        echo: EchoGuard,
        hold: Callable[[Publisher, bytes], None],
        info: dict[str, Any],
    ) -> None:
        """Prepare the bytes of a message."""
        self._spliced = SplicedTransform(route, serialize_message)
        self._rule = route.rule
        self._key = key
        self._publisher = publisher
        self._topic = publisher.topic_name
        self._echo = echo
        self._hold = hold
        self._version, self._source = info['version'], info['stamp_source']
        self._address = info['peer']

    def publish(self, peer: Peer, message: Message, arrival_ns: int, info_due: float) -> bool:
        """
        Publish a message.

        :returns: false if it has to go the whole way.
        """
        if (
            message.metadata
            or message.version != self._version
            or peer.address != self._address
            or time.monotonic() >= info_due
            or not isinstance(message, Transform)
        ):
            return False
        rule = self._rule
        stamp_ns, source = choose_stamp(message, arrival_ns, rule.stamp, rule.max_skew)
        if source != self._source:
            return False
        data = self._spliced.bytes_of(message, stamp_ns)
        if data is None:
            return False
        self._echo.note(peer, self._topic, self._key, stamp_ns)
        self._hold(self._publisher, data)
        self._publisher.publish(data)
        return True


def express(
    route: Route,
    key: tuple[str, str],
    publisher: Publisher | None,
    echo: EchoGuard,
    hold: Callable[[Publisher, bytes], None],
    info: dict[str, Any],
) -> Express | None:
    """Open the short way for a device, if its rule and what was last told of it leave one."""
    rule = route.rule
    asks_more = rule.raw or rule.pose or rule.hold_hz or rule.tf != 'off'
    tells_more = any(value for name, value in info.items() if name not in _ALWAYS_TOLD)
    if key[0] != 'TRANSFORM' or publisher is None or asks_more or tells_more:
        return None
    try:
        return Express(route, key, publisher, echo, hold, info)
    except ConversionError as error:
        _log.info('%s goes the whole way: %s', key[1], error)
        return None


class PoseIntake:
    """
    Take the serialised TransformStamped of a topic, whose frames mostly stay the same.

    :param usual: takes a message that has to go the whole way.
    :param send: sends a pose: frame, stamp in nanoseconds, position and quaternion.
    """

    def __init__(
        self,
        usual: Callable[[TransformStamped], None],
        send: Callable[[str, int, Sequence[float]], None],
    ) -> None:
        """Know no frames yet."""
        self._usual = usual
        self._send = send
        self._reader: TransformReader | None = None
        self._next_look = 0.0

    def take(self, data: bytes) -> None:
        """Send a message."""
        reader = self._reader
        found = None if reader is None else reader.read(data)
        if reader is None or found is None:
            self._usual(deserialize_message(data, TransformStamped))
            self._look(data)
        else:
            self._send(reader.frame_id, *found)

    def _look(self, data: bytes) -> None:
        """Expect more messages like this one."""
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + _LOOK_PERIOD_S
        try:
            self._reader = TransformReader(data, serialize_message, deserialize_message)
        except ConversionError as error:
            _log.info('poses go the whole way: %s', error)


def is_plain(rule: SendRule) -> bool:
    """Tell whether a rule asks for no more than that each pose is sent where it is."""
    return not (rule.rate or rule.on_change or rule.keepalive or rule.to_frame)
