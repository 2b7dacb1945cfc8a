"""ROS to network: topics and tf pairs are converted and sent."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from importlib import import_module
from json import loads
from typing import Any

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.subscription import Subscription
from rclpy.timer import Timer
from std_msgs.msg import Float64MultiArray, Header
from std_msgs.msg import String as RosString

from ..codec.messages.pose import Transform
from ..config import LinkConfig, SendRule
from ..converters.registry import FromRos, Sending, leaf_wire_type, sender
from ..converters.units import matrix_from_metres, time_from_ns
from ..errors import ConversionError, EncodeError
from .echo import EchoGuard
from .queries import Queries
from .report import Report
from .tf import TfSource

#: leaves that do not become messages but describe those of their device
_DESCRIPTIONS = {'info': RosString, 'geometry': Float64MultiArray}
_TF_REPEAT_S = 1.0


@dataclass(slots=True)
class _Feed:
    """A topic that is sent."""

    topic: str
    rule: SendRule
    ros_type: type
    handle: Callable[[Any], None]
    subscription: Subscription | None = None
    qos: tuple[ReliabilityPolicy, DurabilityPolicy] | None = None
    latest: Any = None
    timer: Timer | None = None


@dataclass(slots=True)
class _Description:
    """What other topics say about a device, and what its converters keep."""

    info: dict[str, Any] = field(default_factory=dict)
    geometry: Any = None
    state: dict[str, Any] = field(default_factory=dict)
    #: sends what was sent before all of this was known once more, by topic
    early: dict[str, Callable[[], None]] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        """Whether somebody has said all that there is to say."""
        return bool(self.info) and self.geometry is not None


class Sender:
    """
    Send what the mapping names, and what appears as `to_igtl/<device>/<leaf>`.

    Everything here runs in the executor's thread; sending never blocks.
    """

    def __init__(
        self,
        node: Node,
        config: LinkConfig,
        link: Queries,
        report: Report,
        echo: EchoGuard,
        now_ns: Callable[[], int],
        tf: TfSource | None,
    ) -> None:
        """Start the timers; topics are subscribed to when somebody publishes them."""
        self._node = node
        settings, mapping = config.settings, config.mapping
        self._settings = settings
        self._mapping = mapping
        self._link = link
        self._report = report
        self._echo = echo
        self._now_ns = now_ns
        self._feeds: dict[str, list[_Feed]] = {}
        self._descriptions: dict[str, _Description] = {}
        self._refused: set[tuple[str, str]] = set()
        self._rules: dict[str, list[SendRule]] = {}
        for rule in mapping.send:
            if rule.topic:
                topic = node.resolve_topic_name(rule.topic)
                self._rules.setdefault(topic, []).append(rule)
            elif tf is not None:
                _TfPair(node, rule, tf, self._send_transform, report)
        own = f'{config.name}/to_igtl' if config.name else 'to_igtl'
        self._prefix = node.resolve_topic_name(own) + '/'
        if self._rules or settings.discover:
            node.create_timer(settings.discover_period, self._look_around)
            self._look_around()

    @property
    def topics(self) -> list[str]:
        """The topics that are sent."""
        return sorted(self._feeds)

    # -- finding topics

    def _look_around(self) -> None:
        """Subscribe to what somebody publishes by now, in the quality that they offer."""
        for topic, types in self._node.get_topic_names_and_types():
            if topic in self._rules or topic.startswith(self._prefix):
                try:
                    self._look_at(topic, types)
                except ConversionError as error:
                    if (topic, str(types)) not in self._refused:
                        self._refused.add((topic, str(types)))
                        self._report.problem(topic, f'{topic} is not sent: {error}')

    def _look_at(self, topic: str, types: list[str]) -> None:
        publishers = self._node.get_publishers_info_by_topic(topic)
        if not publishers or (topic, str(types)) in self._refused:
            return
        if topic not in self._feeds:
            if len(types) != 1:
                raise ConversionError(f'it has more than one type: {", ".join(types)}')
            ros_type = _message_class(types[0])
            feeds = [self._feed(topic, ros_type, rule) for rule in self._rules.get(topic, ())]
            if not feeds:
                feeds = self._discovered(topic, ros_type)
            self._feeds[topic] = feeds
        for feed in self._feeds[topic]:
            self._subscribe(feed, publishers)

    def _discovered(self, topic: str, ros_type: type) -> list[_Feed]:
        """Make the feed of `to_igtl/<device>/<leaf>` or `to_igtl/raw`; none for other names."""
        parts = topic[len(self._prefix) :].split('/')
        if not self._settings.discover or len(parts) != 2 and parts != ['raw']:
            return []
        device, leaf = parts[0] if len(parts) == 2 else '', parts[-1]
        if any(fnmatchcase(device, p) for p in self._settings.send_deny) or not any(
            fnmatchcase(device, p) for p in self._settings.send_allow
        ):
            return []
        rule = SendRule(device, topic=topic, wire_unit=self._mapping.fallback.wire_unit)
        if leaf in _DESCRIPTIONS:
            _check_type(ros_type, _DESCRIPTIONS[leaf])
            describe = self._take_info if leaf == 'info' else self._take_geometry
            return [_Feed(topic, rule, ros_type, lambda message: describe(device, message))]
        return [self._feed(topic, ros_type, rule, leaf_wire_type(leaf, ros_type))]

    def _feed(
        self, topic: str, ros_type: type, rule: SendRule, wire_type: str = ''
    ) -> _Feed:
        """Make the feed of a rule; with a rate, a timer sends the newest value."""
        convert = sender(
            ros_type, rule.type, usual=wire_type, profile=self._mapping.profile
        )

        def send(message: Any) -> None:
            self._send(topic, rule, convert, message)
            description = self._describe(rule.device)
            if feed.qos and feed.qos[1] == DurabilityPolicy.TRANSIENT_LOCAL:
                # ROS delivers topics in any order: what holds may come before its place does
                description.early.pop(topic, None)
                if not description.is_known:
                    description.early[topic] = partial(self._send, topic, rule, convert, message)

        feed = _Feed(topic, rule, ros_type, send)
        if rule.rate:

            def keep(message: Any) -> None:
                feed.latest = message

            def send_latest() -> None:
                message, feed.latest = feed.latest, None
                if message is not None:
                    send(message)

            feed.handle = keep
            feed.timer = self._node.create_timer(1.0 / rule.rate, send_latest)
        return feed

    def _subscribe(self, feed: _Feed, publishers: list[Any]) -> None:
        """Subscribe so that every publisher is heard; again if one offers less than before."""
        offers = [publisher.qos_profile for publisher in publishers]
        reliable = all(offer.reliability == ReliabilityPolicy.RELIABLE for offer in offers)
        local = all(offer.durability == DurabilityPolicy.TRANSIENT_LOCAL for offer in offers)
        if feed.qos is not None:
            reliable = reliable and feed.qos[0] == ReliabilityPolicy.RELIABLE
            local = local and feed.qos[1] == DurabilityPolicy.TRANSIENT_LOCAL
        qos = (
            ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
            DurabilityPolicy.TRANSIENT_LOCAL if local else DurabilityPolicy.VOLATILE,
        )
        if qos == feed.qos:
            return
        if feed.subscription is not None:
            self._node.destroy_subscription(feed.subscription)
        else:
            self._node.get_logger().info(f'{feed.topic} -> {feed.rule.device!r}')
        feed.qos = qos
        profile = QoSProfile(depth=10, reliability=qos[0], durability=qos[1])
        feed.subscription = self._node.create_subscription(
            feed.ros_type, feed.topic, lambda message: feed.handle(message), profile
        )

    # -- sending

    def _take_info(self, device: str, message: RosString) -> None:
        try:
            info = loads(message.data)
        except (ValueError, RecursionError) as error:
            self._report.problem(f'{device}: info', f'info of {device!r} is no JSON: {error}')
            return
        if isinstance(info, dict):
            description = self._describe(device)
            is_new, description.info = not description.info, info
            if is_new:
                self._send_early(description)
        else:
            self._report.problem(f'{device}: info', f'info of {device!r} is no JSON object')

    def _take_geometry(self, device: str, message: Float64MultiArray) -> None:
        description = self._describe(device)
        is_new, description.geometry = description.geometry is None, message.data
        if is_new:
            self._send_early(description)

    def _send_early(self, description: _Description) -> None:
        """Send again what was sent before this was said of it."""
        for send_again in description.early.values():
            send_again()
        if description.is_known:
            description.early.clear()

    def _describe(self, device: str) -> _Description:
        return self._descriptions.setdefault(device, _Description())

    def _sending(self, rule: SendRule) -> Sending:
        description = self._describe(rule.device)
        return Sending(
            device=rule.device,
            rule=rule,
            now_ns=time.time_ns(),
            info=description.info,
            geometry=description.geometry,
            sim_time=self._node.get_clock().ros_time_is_active,
            state=description.state,
            profile=self._mapping.profile,
        )

    def _send(self, topic: str, rule: SendRule, convert: FromRos, message: Any) -> None:
        try:
            outgoing = convert(message, self._sending(rule))
        except (ConversionError, EncodeError) as error:
            self._report.problem(topic, f'{topic}: not sent: {error}')
            return
        except Exception as error:  # whatever a ROS message holds, the node goes on
            self._report.problem(topic, f'{topic}: not sent, error in the bridge: {error!r}')
            return
        for part in outgoing if isinstance(outgoing, tuple) else (outgoing,):
            origin = self._echo.origin(topic, (part.type_name, rule.device), message)
            self._link.send(part, exclude=() if origin is None else (origin,))

    def _send_transform(self, rule: SendRule, matrix: Any, stamp_ns: int) -> None:
        header = Header(stamp=time_from_ns(stamp_ns or self._now_ns()), frame_id=rule.tf_target)
        envelope = self._sending(rule).envelope(header)
        self._link.send(Transform(matrix_from_metres(matrix, rule.wire_unit), **envelope))


class _TfPair:
    """Send the pose of one frame in another at a rate; what did not change, once a second."""

    def __init__(
        self,
        node: Node,
        rule: SendRule,
        tf: TfSource,
        send: Callable[[SendRule, Any, int], None],
        report: Report,
    ) -> None:
        self._rule = rule
        self._tf = tf
        self._send = send
        self._report = report
        self._last: tuple[int, bytes] = (-1, b'')
        self._due = 0.0
        node.create_timer(1.0 / (rule.rate or 1.0), self._on_timer)

    def _on_timer(self) -> None:
        rule = self._rule
        try:
            matrix, stamp_ns = self._tf.lookup(rule.tf_target, rule.tf_source)
            value = (stamp_ns, matrix.tobytes())
            now = time.monotonic()
            if value != self._last or now >= self._due:
                self._last, self._due = value, now + _TF_REPEAT_S
                self._send(rule, matrix, stamp_ns)
        except (ConversionError, EncodeError) as error:
            self._report.problem(f'tf {rule.device}', f'{rule.device} is not sent: {error}')


def _message_class(name: str) -> type:
    """
    Find the class of a type such as 'std_msgs/msg/String'.

    :raises ConversionError: if its package is not installed.
    """
    package, _, message = name.partition('/msg/')
    try:
        found: type = getattr(import_module(f'{package}.msg'), message)
    except (ImportError, AttributeError) as error:
        raise ConversionError(f'its type {name} is not installed') from error
    return found


def _check_type(found: type, wanted: type) -> None:
    if found is not wanted:
        raise ConversionError(f'its type is {found.__name__}, wanted {wanted.__name__}')
