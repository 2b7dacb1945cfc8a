"""The node `igtl_record`: the topics of bridges, to a bag."""

from __future__ import annotations

import heapq
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

import rclpy
import yaml
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.serialization import deserialize_message, serialize_message
from rclpy.subscription import Subscription
from std_msgs.msg import String as RosString
from std_srvs.srv import SetBool

from ..bags.files import CHUNK_BYTES
from ..bags.frames import RAW_LEAF, TEXT_LEAVES, TO_IGTL, device_of, safe_frame, safe_text
from ..bags.recording import Recording
from ..bags.types import RAW_TYPE, MessageTypes
from ..codec import HEADER_SIZE, decode_header
from ..codec.patients import bytes_may_name, hidden_text, hide, is_private_key
from ..errors import BagError, ConversionError, DecodeError
from ..rosio.qos import Quality, quality_for
from ..rosio.subscriptions import Losses, subscribe
from .discovery import message_class
from .spin import Turns, start_ros

_LOOK_PERIOD_S = 0.2
# always the same: asked with another time-out, rclpy forgets what it has found to be ready, and
# looks at all topics again for each message
_WAIT_S = _LOOK_PERIOD_S / 4
# How long a message waits for older ones of other topics: when nothing else has come, and while
# a busy machine still has messages to take
_ORDER_NS = 500_000_000
_BUSY_ORDER_NS = 2_000_000_000
# a recorder that is killed must not lose more than a chunk of the bag and a part of another one
_MAX_WAITING_BYTES = CHUNK_BYTES // 4
# a publisher whose clock differs more from ours is on another machine, or the message was kept
# for late joiners
_SAME_CLOCK_NS = 2_000_000_000
_DEPTH = 1000
_STRING_TYPE = 'std_msgs/msg/String'
_DIAGNOSTICS_TYPES = (
    'diagnostic_msgs/msg/DiagnosticArray', 'diagnostic_msgs/msg/DiagnosticStatus')
_TF_TOPICS = ('/tf', '/tf_static')


@dataclass(slots=True)
class _Topic:
    """A topic that is recorded."""

    type_name: str
    ros_type: type
    subscription: Subscription | None = None
    quality: Quality | None = None


@dataclass(eq=False)
class RosTap:
    """
    Record topics, as they come and go.

    Each message is dated when its publisher sent it, if that was just now by the clock of this
    machine, else when it arrived: so the topics of a bridge keep their order. The service
    `~/record` lets it pause.

    :param patterns: which topics; none: those of the node's namespace, and tf.
    :param raw_only: only frames.
    :param phi: what becomes of names of patients: redact, hash, drop or pass.
    :param ros_args: such as --ros-args -r __ns:=/plus.
    """

    _recording: Recording
    _types: MessageTypes
    _patterns: Sequence[str]
    _raw_only: bool
    _phi: str
    _ros_args: Sequence[str]

    def __post_init__(self) -> None:
        start_ros(self._ros_args)
        self.node = Node('igtl_record')
        namespace = self.node.get_namespace().rstrip('/')
        self._patterns = tuple(self._patterns) or (f'{namespace}/*', *_TF_TOPICS)
        #: None of those that cannot be recorded
        self._topics: dict[str, _Topic | None] = {}
        self._waiting: list[tuple[int, int, tuple[str, str, str, bytes]]] = []
        self._waiting_bytes = 0
        self._newest_ns = 0
        self.is_paused = False
        self.node.create_service(SetBool, '~/record', self._switch)
        self._number = 0
        #: how many frames there were
        self.frames = 0
        #: how many were lost on their way to it, and those of before that DDS takes for lost
        self.missed = 0
        # the events executor cannot tell when a message was sent
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.node)
        self._turns = Turns(self._executor)
        self._look_due = 0.0

    @property
    def wanted(self) -> str:
        """Which topics it records."""
        return ' '.join(self._patterns)

    @property
    def topics(self) -> int:
        """How many topics are recorded."""
        return sum(topic is not None for topic in self._topics.values())

    def spin(self, duration_s: float) -> None:
        """Record what arrives within a time."""
        until = time.monotonic() + duration_s
        while time.monotonic() < until:
            if time.monotonic() >= self._look_due:
                self._look_due = time.monotonic() + _LOOK_PERIOD_S
                self._look()
            before, begun = self._number, time.monotonic()
            self._turns.turn(_WAIT_S)
            # it may have been something else than a message that ended the wait
            is_idle = self._number == before and time.monotonic() - begun > 0.9 * _WAIT_S
            self._hand_on(self._until_ns(is_idle))

    def _until_ns(self, is_idle: bool) -> int:
        """
        Tell which messages need not wait for older ones any more.

        While some wait to be taken, that is told by those before them: they may be old by now.
        """
        return time.time_ns() - _ORDER_NS if is_idle else self._newest_ns - _BUSY_ORDER_NS

    def _switch(self, request: SetBool.Request, answer: SetBool.Response) -> SetBool.Response:
        """Pause, or go on."""
        self.is_paused = not request.data
        answer.success = True
        answer.message = 'recording is paused' if self.is_paused else 'recording'
        self.node.get_logger().info(answer.message)
        return answer

    def _look(self) -> None:
        """Subscribe to the topics that are new, and anew where somebody offers less."""
        for name, type_names in self.node.get_topic_names_and_types():
            if name not in self._topics and self._wants(name, type_names):
                if self.node.count_publishers(name):
                    self._topics[name] = self._find(name, type_names[0])
            topic = self._topics.get(name)
            if topic is not None:
                self._subscribe(name, topic)

    def _find(self, name: str, type_name: str) -> _Topic | None:
        if not self._types.knows(type_name):
            self._complain(name, f'nobody knows the definition of its type {type_name}')
            return None
        try:
            return _Topic(type_name, message_class(type_name))
        except ConversionError as error:
            self._complain(name, str(error))
            return None

    def _subscribe(self, name: str, topic: _Topic) -> None:
        """Subscribe so that every publisher is heard."""
        profiles = [offer.qos_profile for offer in self.node.get_publishers_info_by_topic(name)]
        quality = quality_for(profiles, topic.quality)
        if not profiles or quality == topic.quality:
            return
        if topic.subscription is None:
            self.node.get_logger().info(f'recording {name} ({topic.type_name})')
        else:
            self.node.destroy_subscription(topic.subscription)
        take = partial(self._on_message, name, topic.type_name, _as_yaml(profiles))
        topic.quality = quality
        topic.subscription = subscribe(
            self.node,
            topic.ros_type,
            name,
            take,
            QoSProfile(depth=_DEPTH, reliability=quality[0], durability=quality[1]),
            Losses(partial(self._tell_lost, name)),
            with_info=True,
            raw=True,
        )

    def _tell_lost(self, name: str, count: int) -> None:
        self.missed += count
        self.node.get_logger().warning(
            f'{name}: {count} messages were lost on their way to the recorder',
            throttle_duration_sec=5.0,
        )

    def _wants(self, topic: str, type_names: Sequence[str]) -> bool:
        if not any(fnmatchcase(topic, pattern) for pattern in self._patterns):
            return False
        if len(type_names) != 1:
            self._complain(topic, f'it has several types, {", ".join(type_names)}')
            self._topics[topic] = None
            return False
        is_raw = topic.rpartition('/')[2] == RAW_LEAF and type_names[0] == RAW_TYPE
        return is_raw or not self._raw_only

    def _complain(self, topic: str, why: str) -> None:
        self.node.get_logger().warning(f'{topic} is not recorded: {why}')

    def _on_message(
        self, topic: str, type_name: str, qos: str, data: bytes, info: dict[str, Any]
    ) -> None:
        # when DDS had it: it may have waited here for longer than it was on its way
        arrival_ns = info.get('received_timestamp', 0) or time.time_ns()
        sent_ns = info.get('source_timestamp', 0)
        is_near = 0 <= arrival_ns - sent_ns < _SAME_CLOCK_NS
        self._number += 1
        if self.is_paused:
            return
        entry = (topic, type_name, qos, data)
        time_ns = sent_ns if is_near else arrival_ns
        self._newest_ns = max(self._newest_ns, time_ns)
        heapq.heappush(self._waiting, (time_ns, self._number, entry))
        self._waiting_bytes += len(data)

    def _hand_on(self, until_ns: float) -> None:
        """Give the recording what no older message will come for, and what is too much to keep."""
        while self._waiting and (
            self._waiting[0][0] <= until_ns or self._waiting_bytes > _MAX_WAITING_BYTES
        ):
            time_ns, _, entry = heapq.heappop(self._waiting)
            self._waiting_bytes -= len(entry[-1])
            self._record(time_ns, *entry)

    def _record(self, time_ns: int, topic: str, type_name: str, qos: str, data: bytes) -> None:
        key, size = (topic, type_name), len(data)
        safe: bytes | None = data
        leaf = topic.rpartition('/')[2]
        if leaf == RAW_LEAF and type_name == RAW_TYPE:
            frame = self._frame(data)
            if frame is not None:
                self.frames += 1
                header = decode_header(frame)
                way = f'{TO_IGTL}/' if f'/{TO_IGTL}/' in topic else ''
                key, size = (way + device_of(header, frame), header.type_name), len(frame)
                other = safe_frame(frame, self._phi)
                if other is not frame:
                    safe = other and self._types.pack(other)
        elif self._phi == 'pass':
            pass
        elif type_name == _STRING_TYPE and (leaf in TEXT_LEAVES or bytes_may_name(data)):
            safe = self._safe_text(leaf, data)
        elif type_name in _DIAGNOSTICS_TYPES and bytes_may_name(data):
            safe = self._safe_diagnostics(message_class(type_name), data)
        if safe is None:
            self._recording.withhold(key, size)
            return
        if safe is not data:
            self._recording.note_hidden(key, size)
        packed = safe
        self._recording.put(key, topic, type_name, lambda: packed, size, time_ns, qos)

    def _frame(self, data: bytes) -> bytes | None:
        """Take a frame out of a message of a topic `raw`; None if there is none in it."""
        try:
            frame = self._types.unpack(data)
            if len(frame) >= HEADER_SIZE:
                decode_header(frame)
                return frame
        except (BagError, DecodeError):
            pass  # recorded as what it is
        return None

    def _safe_text(self, leaf: str, data: bytes) -> bytes | None:
        try:
            text = deserialize_message(data, RosString).data
        except Exception:  # it is no message, of whatever type rclpy says that it is not
            return None
        safe = safe_text(leaf, text, self._phi)
        if safe == text:
            return data
        return None if safe is None else bytes(serialize_message(RosString(data=safe)))

    def _safe_diagnostics(self, kind: type, data: bytes) -> bytes | None:
        """Hide names in what one STATUS says, or several."""
        try:
            message: Any = deserialize_message(data, kind)
        except Exception:  # as above
            return None
        how = 'redact' if self._phi == 'drop' else self._phi
        changed = False
        for entry in message.status if hasattr(message, 'status') else [message]:
            texts = [(entry, name) for name in ('name', 'message', 'hardware_id')]
            for part, name in (*texts, *((value, 'value') for value in entry.values)):
                old = getattr(part, name)
                is_private = part is not entry and is_private_key(part.key)
                new = hide(old, how) if is_private else hidden_text(old, how)
                changed = changed or new != old
                setattr(part, name, new)
        if not changed:
            return data
        return None if self._phi == 'drop' else bytes(serialize_message(message))

    def close(self) -> None:
        """Hand on what waits, and leave the ROS graph."""
        self._hand_on(float('inf'))
        self._executor.remove_node(self.node)
        self._executor.shutdown()
        self.node.destroy_node()
        rclpy.try_shutdown()


def _as_yaml(profiles: Sequence[QoSProfile]) -> str:
    """Write down the QoS that publishers offer, as rosbag2 does, for players of the bag."""
    return yaml.safe_dump([
        {
            # publishers do not tell their history
            'history': 1,
            'depth': profile.depth or 1,
            'reliability': int(profile.reliability),
            'durability': int(profile.durability),
            'deadline': _period(profile.deadline),
            'lifespan': _period(profile.lifespan),
            'liveliness': int(profile.liveliness),
            'liveliness_lease_duration': _period(profile.liveliness_lease_duration),
            'avoid_ros_namespace_conventions': bool(profile.avoid_ros_namespace_conventions),
        }
        for profile in profiles
    ])


def _period(duration: Any) -> dict[str, int]:
    seconds, nanoseconds = divmod(duration.nanoseconds, 1_000_000_000)
    return {'sec': seconds, 'nsec': nanoseconds}
