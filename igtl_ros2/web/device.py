"""One device on a link: what has come of it, and what is known of that."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from ..codec import Message
from ..codec.lists import Table
from ..codec.message import place_of
from ..codec.messages.arrays import Sensor
from ..codec.messages.image import Image
from ..codec.messages.pose import Position
from ..codec.messages.text import Status
from ..codec.messages.tracking import QuaternionElement, QuaternionTrackingData, TrackingData
from ..codec.messages.video import Video
from ..codec.patients import hidden_text
from ..codec.short_names import full_name
from ..codec.tool_state import is_valid, tool_state
from ..errors import ConversionError
from .arrivals import Arrivals, ArrivalStages
from .shown_image import ShownImage, Work
from .values import Json, number, numbers, value_of

_SAMPLES = 1200
#: a plot has no use for more
_SAMPLE_PERIOD_S = 0.02
_POSES = 3
#: of an emergency
_WORDS = 200


class Device:
    """
    A device: the name and type under which messages come over one link from one peer.

    :param number: by which the page calls it.
    :param work: has something done in another thread.
    """

    def __init__(
        self, number: int, link: int, peer: str, type_name: str, name: str, work: Work
    ) -> None:
        self.number = number
        self.link = link
        self.peer = peer
        self.type_name = type_name
        self.name = name
        #: the BIND in which it came
        self.inside = ''
        self.message: Message | None = None
        #: of one that sends images
        self.shown: ShownImage | None = None
        self._work = work
        self.count = 0
        self.bytes = 0
        self.size = 0
        self.arrived_s = 0.0
        self.delay_ns: int | None = None
        #: messages whose sender says that they are not valid
        self.invalid = 0
        #: messages that are missing between the numbers of those that came
        self.lost = 0
        self.stamps_back = 0
        self.stamps_same = 0
        #: when it last changed, by the count of its monitor
        self.revision = 0
        self.samples: deque[tuple[float, list[Any]]] = deque(maxlen=_SAMPLES)
        self.stages = ArrivalStages()
        self.arrivals = Arrivals()
        #: the last emergency and when it came: one that all is well may follow at once
        self._emergency: tuple[float, Status] | None = None
        self._is_valid: bool | None = None
        self._state: str | None = None
        self._id = self._steps = 0
        self._looked_at: Message | None = None
        self._has_places = False

    def count_only(self, size: int, now_s: float) -> None:
        """Count a message of which nobody looks at the content."""
        self.count += 1
        self.bytes += size
        self.size = size
        self.arrived_s = now_s
        self.arrivals.add(now_s, size)

    def take(
        self, message: Message, size: int, now_s: float, now_ns: int,
        received_s: float | None = None,
    ) -> None:
        """
        Take a message in.

        :param now_s: when it came, by a clock that never goes back.
        :param now_ns: the same in nanoseconds since 1970, to compare stamps with.
        :param received_s: when its last bytes came from the network; None if it came otherwise.
        """
        before = self.message
        self.count_only(size, now_s)
        self.message = message
        if message.timestamp:
            self.delay_ns = now_ns - message.timestamp_ns
            if before is not None and before.timestamp:
                self.stamps_back += message.timestamp < before.timestamp
                self.stamps_same += message.timestamp == before.timestamp
        else:
            self.delay_ns = None
        if received_s is not None:
            self.stages.note(received_s, now_s, self.delay_ns)
        if message.message_id or self._id:
            self._look_at_id(message.message_id)
        self._look_at_state(message)
        if isinstance(message, Status) and message.is_emergency:
            self._emergency = now_s, message
        if isinstance(message, (Image, Video)):
            if self.shown is None:
                self.shown = ShownImage(self._work)
            self.shown.take(message, self.count)
        if isinstance(message, Sensor):
            samples = self.samples
            if not samples or now_s - samples[-1][0] >= _SAMPLE_PERIOD_S:
                samples.append((now_s, numbers(message.values.tolist())))

    def _look_at_id(self, found: int) -> None:
        """Count numbers that were passed over; only of senders who do count."""
        step = (found - self._id) % 2**32
        if self._steps >= 2 and 1 < step < 2**31:
            self.lost += step - 1
        elif step == 1:
            self._steps += 1
        elif step:
            self._steps = 0
        self._id = found

    def _look_at_state(self, message: Message) -> None:
        if place_of(message.type_name) < _POSES:
            return
        state = tool_state(message)
        if isinstance(message, (TrackingData, QuaternionTrackingData)) and message.metadata:
            states = [tool_state(message, tool.name) for tool in message.elements]
            state = next((state for state in states if not is_valid(state)), state)
        self._state = state
        self._is_valid = None if state is None else is_valid(state)
        self.invalid += not is_valid(state)

    @property
    def gate(self) -> str:
        """
        Whether a bridge without rules lets pass what came last, as far as it says so itself.

        'passes', 'withheld', 'emergency', or '' where no gate looks at it.
        """
        if isinstance(self.message, Status):
            return 'emergency' if self.message.is_emergency else ''
        if place_of(self.type_name) < _POSES or self.message is None:
            return ''
        return 'withheld' if self._is_valid is False or not self._is_finite() else 'passes'

    def _is_finite(self) -> bool:
        message: Any = self.message
        if self._looked_at is not message:  # once for each, however many look at the page
            self._looked_at, self._has_places = message, _has_places(message)
        return self._has_places

    def row(self, now_s: float, phi: str, bridge: Json | None = None) -> Json:
        """
        Tell all about it.

        :param bridge: what a bridge says of it.
        """
        message = self.message
        rate, bandwidth = self.arrivals.per_second(now_s)
        told: Json = {
            'id': self.number, 'link': self.link, 'peer': self.peer, 'type': self.type_name,
            'name': self.name, 'inside': self.inside, 'count': self.count, 'bytes': self.bytes,
            'size': self.size, 'rate': number(rate), 'bandwidth': number(bandwidth),
            'arrived': self.arrived_s, 'spark': self.arrivals.each_second(now_s),
            'state': self._state and hidden_text(self._state, phi), 'valid': self._is_valid,
            'invalid': self.invalid, 'gate': self.gate, 'lost': self.lost,
            'stamps_back': self.stamps_back, 'stamps_same': self.stamps_same,
            'stages': self.stages.figures(now_s), 'bridge': bridge,
            'stamp': None, 'delay_ms': None, 'version': 0, 'value': {'shape': 'other'},
        }
        if message is not None:
            told['version'] = message.version
            told['value'] = value_of(message, phi)
            if (full := full_name(message)) != message.device_name:
                told['full_name'] = full
            if message.timestamp:
                # more digits than a number of JavaScript has
                told['stamp'] = str(message.timestamp_ns)
        if self.shown is not None:
            told['shown'] = self.shown.tell()
        if self._emergency is not None:
            came_s, status = self._emergency
            told['emergency'] = {'time': came_s, 'text': value_of(status, phi)['text'][:_WORDS]}
        if self.delay_ns is not None:
            told['delay_ms'] = self.delay_ns / 1e6
        return told

    def samples_since(self, time_s: float) -> list[tuple[float, list[Any]]]:
        """List the values of a sensor that came after a time."""
        found = []
        for sample in reversed(self.samples):
            if sample[0] <= time_s:
                break
            found.append(sample)
        return found[::-1]


def _has_places(message: Any) -> bool:
    """Tell that of all poses of a message."""
    if not isinstance(message, (TrackingData, QuaternionTrackingData)):
        return _has_place(message)
    elements = message.elements
    if isinstance(message, TrackingData) and isinstance(elements, Table):
        rows = elements.rows  # there may be thousands
        return all(np.isfinite(rows[name]).all() for name in rows.dtype.names or ()
                   if rows.dtype[name].base.kind == 'f')
    return all(map(_has_place, elements))


def _has_place(pose: Any) -> bool:
    """Tell whether all numbers of a pose are finite, and its rotation is one."""
    if isinstance(pose, QuaternionElement):
        pose = Position(pose.position, pose.quaternion, form=28)
    try:
        return bool(np.isfinite(pose.matrix).all())
    except ConversionError:
        return False
