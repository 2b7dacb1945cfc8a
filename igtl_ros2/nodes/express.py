"""The short ways of poses and images that have nothing to tell but themselves."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from geometry_msgs.msg import TransformStamped
from rclpy.serialization import deserialize_message, serialize_message

from ..converters.spliced import TransformReader
from ..errors import ConversionError
from ..mapping import SendRule
from .pose_writer import PoseWriter

# what does not change from message to message
_ALWAYS_TOLD = ('version', 'peer', 'stamp_source')
_IMAGE_LEAVES = frozenset(('image', 'volume', 'geometry'))
# several nodes may publish one topic with frames of their own
_LOOK_PERIOD_S = 1.0

_log = logging.getLogger(__name__)


class PoseIntake:
    """
    Take the serialised TransformStamped of a topic, whose frames mostly stay the same.

    :param usual: takes a message that has to go the whole way.
    :param make_writer: makes what writes the poses that are in a frame.
    :param send: sends poses: with what they are written, and of each its stamp in nanoseconds,
        position and quaternion.
    :param refuse: is told why a message is not sent.
    """

    def __init__(
        self,
        usual: Callable[[TransformStamped], None],
        make_writer: Callable[[str], PoseWriter],
        send: Callable[[PoseWriter, Sequence[tuple[int, Sequence[float]]]], None],
        refuse: Callable[[Exception], None],
    ) -> None:
        """Know no frames yet."""
        self._usual = usual
        self._make_writer = make_writer
        self._send = send
        self._refuse = refuse
        self._reader: TransformReader | None = None
        self._writer: PoseWriter | None = None
        self._next_look = 0.0

    def take(self, heap: Sequence[bytes]) -> None:
        """Send messages, in their order."""
        ready = []
        for data in heap:
            found = None if self._reader is None else self._reader.read(data)
            if found is not None:
                ready.append(found)
                continue
            self._send_ready(ready)
            ready = []
            self._take_one(data)
        self._send_ready(ready)

    def _send_ready(self, poses: Sequence[tuple[int, Sequence[float]]]) -> None:
        if poses:
            assert self._writer is not None  # it came with the reader
            self._send(self._writer, poses)

    def _take_one(self, data: bytes) -> None:
        """Send a message the whole way."""
        try:
            message = deserialize_message(data, TransformStamped)
        except Exception:  # whoever publishes may write whatever he likes, ROS looks only now
            self._refuse(ConversionError('its bytes are no TransformStamped'))
            return
        self._usual(message)
        self._look(data)

    def _look(self, data: bytes) -> None:
        """Expect more messages like this one."""
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + _LOOK_PERIOD_S
        try:
            reader = TransformReader(data, serialize_message, deserialize_message)
            self._writer = self._make_writer(reader.frame_id)
            self._reader = reader
        except ConversionError as error:
            _log.info('poses go the whole way: %s', error)


def is_plain(rule: SendRule) -> bool:
    """Tell whether a rule asks for no more than that each pose is sent where it is."""
    return not (
        rule.rate or rule.on_change or rule.keepalive or rule.to_frame or rule.max_age)
