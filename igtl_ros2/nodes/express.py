"""The short way of a pose that has nothing to tell but itself."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from rclpy.publisher import Publisher
from rclpy.serialization import serialize_message

from ..codec import Message
from ..codec.messages.pose import Transform
from ..converters.registry import Route
from ..converters.spliced import SplicedTransform
from ..converters.units import choose_stamp
from ..errors import ConversionError
from ..peers import Peer
from .echo import EchoGuard

# what does not change from message to message
_ALWAYS_TOLD = ('version', 'peer', 'stamp_source')

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
