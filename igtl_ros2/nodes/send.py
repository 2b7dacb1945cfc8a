"""ROS to network: topics and frames of tf are converted and sent."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from importlib import import_module
from itertools import takewhile
from json import loads
from typing import Any
from weakref import WeakValueDictionary

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.subscription import Subscription
from rclpy.timer import Timer
from std_msgs.msg import Float64MultiArray, Header
from std_msgs.msg import String as RosString

from ..codec import Message
from ..codec.key_frames import Chain
from ..codec.messages.pose import Transform
from ..codec.messages.tracking import TrackingData
from ..codec.messages.video import Video
from ..converters.changes import Value, value_of
from ..converters.handover import Handed, is_whole, message_to_send
from ..converters.heavy import is_heavy
from ..converters.placing import (
    frames_of_tools,
    is_empty,
    moved_for_wire,
    place_of_ros,
    stamp_of_ros,
    weight,
)
from ..converters.pose import transform_from_transform
from ..converters.registry import (
    FromRos,
    Sending,
    full_name,
    leaf_wire_type,
    sender,
    usual_type,
)
from ..converters.units import matrix_from_metres, time_from_ns
from ..converters.video import KEY_FRAME_WANTED, follows_of
from ..dialogue.streams import Streams
from ..errors import ConversionError, EncodeError
from ..mapping import LinkConfig, SendRule
from ..peers import Outgoing, Peer
from ..peers.worker import Worker
from ..rosio.intake import MOST, Intake
from ..rosio.qos import Quality, quality_for, subscription_overrides
from ..rosio.reader import reader_of
from ..rosio.subscriptions import STREAM_DEPTH, Losses, depth_of
from .echo import EchoGuard
from .emergency import is_emergency
from .express import PoseIntake, is_plain
from .long_messages import is_long, is_taken_serialised, made, stamp_of
from .pose_writer import PoseWriter
from .relay import Outlet, Relays
from .report import Report
from .robot import RobotFeed
from .send_age import Expiry
from .tf import OwnFrames, TfSource
from .tf_sets import TfSet
from .waiting import FrameWait, Placement, Poses
from .wire_sources import WireSources

#: leaves that do not become messages but describe those of their device
_DESCRIPTIONS = {'info': RosString, 'geometry': Float64MultiArray}
_TF_REPEAT_S = 1.0
# how often it is looked at within `max_age`
_LOOKS = 4
_TAKE_LONG = ('CompressedImage', 'Marker', 'MarkerArray', 'Mesh', 'PointCloud2', 'OccupancyGrid')
# which cost nobody anything if they come twice, but memory if they are remembered
_LARGE = ('Image', *_TAKE_LONG)
_MAX_HEARD = 100
_counting = threading.Lock()
# what may say that there is an emergency: a state, or a frame as it is
_STATES = ('DiagnosticArray', 'DiagnosticStatus', 'UInt8MultiArray')


@dataclass(slots=True, eq=False)
class _Feed:
    """A topic that is sent; of values that another link receives, `ros_type` is `Handed`."""

    topic: str
    rule: SendRule
    ros_type: type
    handle: Callable[[Any], None]
    subscription: Subscription | None = None
    qos: Quality | None = None
    #: takes its messages serialised, where that is enough
    intake: PoseIntake | None = None
    latest: Any = None
    #: what waits to be converted in another thread
    waiting: deque[Any] = field(default_factory=deque)
    #: how many times that thread is going to look there
    aside: int = 0
    timer: Timer | None = None
    #: of a video, whether all frames since a key frame came to be converted, and were sent
    chain: Chain = field(default_factory=lambda: Chain(is_whole=True))
    sent_chain: Chain = field(default_factory=lambda: Chain(is_whole=True))
    #: what was sent last, for `on_change` and `keepalive`
    values: list[Value] = field(default_factory=list)
    sent: list[tuple[Message, tuple[Peer, ...]]] = field(default_factory=list)
    keeper: Timer | None = None
    #: whether somebody who sent the last value is there still
    is_alive: Callable[[], bool] = lambda: True
    #: who that is, of values that another link receives
    origin: Peer | None = None
    #: held while something of the above is changed, which more than one thread may do
    lock: threading.RLock = field(default_factory=threading.RLock)
    #: whether it was subscribed to before anybody published it, in the quality that is usual
    is_early: bool = False
    #: what came that early, as long as it may come again in a better quality
    heard: list[Any] = field(default_factory=list)
    is_closed: bool = False
    #: how old it may be, and what peers are told when it is older; with `max_age` alone
    expiry: Expiry | None = None
    watch: Timer | None = None
    #: how many messages may wait
    depth: int = STREAM_DEPTH


@dataclass(slots=True)
class _Description:
    """What other topics say about a device, and what its converters keep."""

    info: dict[str, Any] = field(default_factory=dict)
    geometry: Any = None
    state: dict[str, Any] = field(default_factory=dict)
    #: sends what was sent before all of this was known once more, by topic
    early: dict[str, Callable[[], None]] = field(default_factory=dict)
    #: the stamp that was used last, by topic: it is that of one message
    stamps: dict[str, int] = field(default_factory=dict)
    #: of topics that hold: the stamp of the last message, and what sends it once more
    last: dict[str, tuple[int, Callable[[], None]]] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        """Whether somebody has said all that there is to say."""
        return bool(self.info) and self.geometry is not None


_NOTHING_SAID = _Description()
#: a rule, and whether another link receives what it sends
_Aged = tuple[SendRule, bool]


class Sender:
    """
    Send what the mapping names, and what appears as `to_igtl/<device>/<leaf>`.

    Everything here runs in the executor's thread but what takes long and poses that are sent as
    they are; sending never blocks.
    """

    def __init__(
        self,
        node: Node,
        config: LinkConfig,
        link: Streams,
        order: Callable[[str, str, str, tuple[Peer, ...]], None],
        report: Report,
        echo: EchoGuard,
        now_ns: Callable[[], int],
        tf: TfSource | None,
        own_frames: OwnFrames,
        relays: Relays,
    ) -> None:
        """
        Start the timers; what the mapping names is subscribed to, the rest when it is published.

        :param order: sends a COMMAND: topic, text, device and who does not get it.
        """
        self._node = node
        settings, mapping = config.settings, config.mapping
        self._settings = settings
        self._name = config.name
        self._mapping = mapping
        self._link = link
        self._order = order
        self._report = report
        self._echo = echo
        self._sources = WireSources()
        #: of the rules that there are, each for either way that it takes; those of a robot come
        #: and go
        self._expiries: WeakValueDictionary[_Aged, Expiry] = WeakValueDictionary()
        #: of those before a change
        self._expired: dict[_Aged, Expiry] = {}
        self._now_ns = now_ns
        self._own_frames = own_frames
        self._relays = relays
        self._relayed: list[_Feed] = []
        #: what describes the devices of topics, by the topic that says it
        self._beside: dict[str, str] = {}
        self._feeds: dict[str, list[_Feed]] = {}
        #: by topic, and topics with their types where there are others besides
        self._types: dict[str, str] = {}
        self._mixed: set[tuple[str, ...]] = set()
        self._descriptions: dict[str, _Description] = {}
        self._refused: set[tuple[str, ...]] = set()
        self._rules: dict[str, list[SendRule]] = {}
        self._timers: list[Timer] = []
        self._robots: list[RobotFeed] = []
        self._wait = FrameWait(node, tf, report, threading.RLock())
        self._aside = Worker('converting to send')
        #: held while something is made of what ROS says, but for what is converted aside
        self._lock = threading.RLock()
        self._intake = Intake(node, self._lock)
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        own = f'{config.name}/to_igtl' if config.name else 'to_igtl'
        self._prefix = node.resolve_topic_name(own) + '/'
        self._follow(tf)

    def _follow(self, tf: TfSource | None) -> None:
        """Start what the mapping asks for."""
        for rule in self._mapping.send:
            read = rule.robot.description if rule.robot else rule.topic
            if read:
                topic = self._node.resolve_topic_name(read)
                self._rules.setdefault(topic, []).append(rule)
                if rule.topic:
                    folder = topic.rpartition('/')[0]
                    self._beside.update((f'{folder}/{leaf}', folder) for leaf in _DESCRIPTIONS)
            elif tf is not None:
                self._timers.append(self._start_tf(tf, rule))
        self._start_poses = None if tf is None else partial(self._start_tf, tf)
        lost = self._relays.open(self._name, self, {
            topic: [self._outlet(topic, rule) for rule in rules if rule.topic]
            for topic, rules in self._rules.items()
            if self._relays.hands_over(self._name, topic)
        })
        if lost:
            self._report.problem(
                'other links', f'{lost} values of other links came before this one was open')
        if self._rules or self._settings.discover:
            period = self._settings.discover_period
            self._timers.append(self._timer(period, self._look_around))
            with self._lock:
                self._begin_early()
                self._look_around()

    def _timer(self, period_s: float, callback: Callable[[], None]) -> Timer:
        """Call back in time as peers have it, which goes on while simulated time stands still."""

        def call() -> None:
            with self._lock:
                callback()

        return self._node.create_timer(period_s, call, clock=self._steady)

    def change(self, config: LinkConfig, tf: TfSource | None) -> None:
        """Follow other rules from now on; call it in the thread of the executor."""
        with self._lock:
            self._change(config, tf)

    def _change(self, config: LinkConfig, tf: TfSource | None) -> None:
        for timer in self._timers:
            self._node.destroy_timer(timer)
        for topic in list(self._feeds):
            self._forget(topic)
        self._relays.close(self)
        for feed in self._relayed:
            self._end(feed)
        self._relays.follow([config])
        for robot in self._robots:
            robot.close()
        self._wait.close('the rules have changed')
        self._wait = FrameWait(self._node, tf, self._report, threading.RLock())
        self._mapping = config.mapping
        self._timers, self._rules, self._robots = [], {}, []
        self._relayed, self._beside = [], {}
        self._refused.clear()
        self._expired = dict(self._expiries)
        self._expiries.clear()
        for description in self._descriptions.values():
            description.early.clear()  # as the old rules would have sent it
            description.last.clear()
        self._follow(tf)

    def close(self) -> None:
        """Give up what waits for tf, and what other threads are about to send."""
        self._relays.close(self)
        self._aside.close()
        self._intake.close()
        for robot in self._robots:
            robot.close()
        self._wait.close('the link was closed')

    def _forget(self, topic: str) -> None:
        """Send a topic no longer."""
        for feed in self._feeds.pop(topic):
            self._end(feed)
        del self._types[topic]

    def _end(self, feed: _Feed) -> None:
        feed.is_closed = True
        if feed.subscription is not None:
            self._intake.remove(feed.subscription)
        for timer in (feed.timer, feed.keeper, feed.watch):
            if timer is not None:
                self._node.destroy_timer(timer)

    @property
    def topics(self) -> list[str]:
        """The topics that are sent."""
        return sorted(self._feeds)

    @property
    def stale(self) -> list[str]:
        """The devices that are not sent because their sources say nothing new."""
        expiries = list(self._expiries.values())
        return sorted({expiry.device for expiry in expiries if expiry.is_stale})

    # -- finding topics

    def _look_around(self) -> None:
        """Subscribe to what somebody publishes by now, in the quality that they offer."""
        for topic, _ in self._node.get_topic_names_and_types():
            if topic in self._rules or topic in self._beside or topic.startswith(self._prefix):
                # types of the graph would be those of subscriptions as well, our own among them
                publishers = self._publishers_of(topic)
                types = sorted({publisher.topic_type for publisher in publishers})
                if not types or (topic, *types) in self._refused:
                    continue
                try:
                    self._look_at(topic, types, publishers)
                except ConversionError as error:
                    self._refused.add((topic, *types))
                    if topic in self._rules or topic.startswith(self._prefix):
                        self._report.problem(topic, f'{topic} is not sent: {error}')
                    else:  # beside a topic that is sent, and may be something else
                        self._node.get_logger().info(f'{topic} describes nothing: {error}')
                except Exception as error:  # DDS: this process has the topic as another type
                    self._report.problem(topic, f'{topic} is not subscribed to: {error}')

    def _publishers_of(self, topic: str) -> list[Any]:
        """List who publishes a topic, but for the links of this node, which hand it over."""
        publishers = self._node.get_publishers_info_by_topic(topic)
        if not self._relays.hands_over(self._name, topic):
            return publishers
        me = self._node.get_name(), self._node.get_namespace()
        return [p for p in publishers if (p.node_name, p.node_namespace) != me]

    def _begin_early(self) -> None:
        """
        Subscribe to what the mapping names before anybody publishes it, where its type is known.

        It takes up to a second to find out who publishes what, and a value that is said once
        would be gone by then.
        """
        for topic in (*self._rules, *self._beside):
            ros_type = usual_type(topic.rpartition('/')[2], self._rules.get(topic, ()))
            if ros_type is None or topic in self._feeds or (
                self._relays.hands_over(self._name, topic)
            ):
                continue
            with self._reporting(topic):
                self._make_feeds(topic, ros_type)
                for feed in self._feeds[topic]:
                    feed.is_early = True
                    self._subscribe(feed, [])

    def _make_feeds(self, topic: str, ros_type: type) -> None:
        """Make what takes the messages of a topic."""
        feeds = [self._feed(topic, ros_type, rule) for rule in self._rules.get(topic, ())]
        if topic in self._beside:
            feeds.append(self._description(topic, ros_type, self._beside[topic]))
        self._feeds[topic] = feeds or self._discovered(topic, ros_type)
        self._types[topic] = type_name(ros_type)

    def _description(self, topic: str, ros_type: type, device: str) -> _Feed:
        """Make the feed of what describes a device, or the device of a topic."""
        leaf = topic.rpartition('/')[2]
        _check_type(ros_type, _DESCRIPTIONS[leaf])
        describe = self._take_info if leaf == 'info' else self._take_geometry
        rule = SendRule(device, topic=topic)
        return _Feed(topic, rule, ros_type, lambda message: describe(device, message))

    def _look_at(self, topic: str, types: list[str], publishers: list[Any]) -> None:
        known = self._types.get(topic)
        if known is not None and known not in types:
            # whoever publishes it now does so as something else; the old subscription is only gone
            # for DDS when this callback is over
            self._forget(topic)
            return
        if known is not None and len(types) > 1 and (topic, *types) not in self._mixed:
            self._mixed.add((topic, *types))
            others = ', '.join(name for name in types if name != known)
            self._report.problem(topic, f'{topic} is sent as {known} only, not as {others}')
        if topic not in self._feeds:
            if len(types) != 1:
                raise ConversionError(f'it has more than one type: {", ".join(types)}')
            self._make_feeds(topic, message_class(types[0]))
        for feed in self._feeds[topic]:
            self._subscribe(feed, publishers)

    def _discovered(self, topic: str, ros_type: type) -> list[_Feed]:
        """Make the feed of `to_igtl/<device>/<leaf>` or `to_igtl/raw`; none for other names."""
        parts = topic[len(self._prefix) :].split('/')
        if not self._settings.discover:
            return []
        device, leaf = '' if parts == ['raw'] else parts[0], parts[-1]
        if any(fnmatchcase(device, p) for p in self._settings.send_deny) or not any(
            fnmatchcase(device, p) for p in self._settings.send_allow
        ):
            return []
        if len(parts) != 2 and parts != ['raw']:
            raise ConversionError('only to_igtl/<device>/<leaf> and to_igtl/raw are')
        rule = SendRule(device, topic=topic, wire_unit=self._mapping.fallback.wire_unit)
        if leaf in _DESCRIPTIONS:
            return [self._description(topic, ros_type, device)]
        return [self._feed(topic, ros_type, rule, leaf_wire_type(leaf, ros_type))]

    def _feed(
        self, topic: str, ros_type: type, rule: SendRule, wire_type: str = ''
    ) -> _Feed:
        """Make the feed of a rule; with a rate, a timer sends the newest value."""
        if rule.robot:
            _check_type(ros_type, RosString)
            robot = RobotFeed(
                self._node, rule, rule.robot, self._link, self._report, self._sending,
                self._start_poses, self._own_frames, self._claim,
            )
            self._robots.append(robot)
            return _Feed(topic, rule, ros_type, robot.take)
        if rule.type == 'COMMAND':
            _check_type(ros_type, RosString)
            return _Feed(topic, rule, ros_type, partial(self._send_order, topic, rule))
        convert = sender(
            ros_type, rule.type, usual=wire_type, profile=self._mapping.profile
        )

        takes_long = _takes_long(ros_type, rule)

        def send(message: Any) -> None:
            if self._relays.hands_over(self._name, topic) and (
                self._is_own(topic, rule, made(message, ros_type))
            ):
                return  # it was handed over
            again = partial(self._send_in_turn, feed, convert, message, takes_long)
            again()
            is_kept = feed.qos and feed.qos[1] == DurabilityPolicy.TRANSIENT_LOCAL
            if is_kept and _follows(message) is None:
                # ROS delivers topics in any order: what holds may come before its place does
                stamp_ns = stamp_of(message, ros_type)
                for name in (rule.device, topic.rpartition('/')[0]):
                    description = self._describe(name)
                    description.early.pop(topic, None)
                    description.last[topic] = stamp_ns, again
                    if not description.is_known:
                        description.early[topic] = again

        feed = _Feed(topic, rule, ros_type, send)
        if convert is transform_from_transform and is_plain(rule):
            feed.intake = PoseIntake(
                send,
                partial(PoseWriter, rule),
                partial(self._send_poses, topic, rule),
                partial(self._tell_unsent, topic),
            )
        self._pace(feed, convert, send)
        return feed

    def _pace(self, feed: _Feed, convert: FromRos, send: Callable[[Any], None]) -> None:
        """Take care of the rate and the repetitions that a rule asks for."""
        rule = feed.rule
        if rule.max_age:
            feed.expiry = self._expiry(rule, feed.ros_type is Handed)
            feed.watch = self._timer(rule.max_age / _LOOKS, lambda: self._look_at_age(feed))
        if rule.keepalive:
            feed.keeper = self._timer(rule.keepalive, lambda: self._keep_alive(feed))
        if rule.rate:

            def keep(message: Any) -> None:
                if _follows(message):
                    # without those before it, it is no picture
                    self._report.skip(f'{rule.device}: by rate, no key frame')
                    return
                is_urgent = self._calls_emergency(feed, convert, message)
                with feed.lock:
                    before, feed.latest = feed.latest, None if is_urgent else message
                if is_urgent:  # what waits is older
                    send(message)
                elif before is not None:
                    self._report.skip(f'{rule.device}: by rate')

            def send_latest() -> None:
                with feed.lock:
                    message, feed.latest = feed.latest, None
                if message is not None:
                    send(message)

            feed.handle = keep
            feed.timer = self._timer(1.0 / rule.rate, send_latest)

    # -- what other links receive

    def _outlet(self, topic: str, rule: SendRule) -> Outlet:
        """Make what takes the values that a link of this node receives on a topic."""

        def send(value: Handed) -> None:
            feed.is_alive, feed.origin = value.is_connected, value.origin
            if rule.keepalive and value.origin is not None:
                value.origin.probe_often()
            is_long = _takes_long(type(value.ros_message), rule)
            is_long = is_long and not is_whole(value, rule, self._mapping.profile)
            is_long = is_long or value.message is not None and is_heavy(value.message)
            self._send_in_turn(feed, message_to_send, value, is_long)

        def order(value: Handed) -> None:
            with self._reporting(topic):
                _check_type(type(value.ros_message), RosString)
                exclude = self._excluded(rule.device, value.origin)
                self._order(topic, value.ros_message.data, rule.device, exclude)

        feed = _Feed(topic, rule, Handed, order if rule.type == 'COMMAND' else send)
        if rule.type != 'COMMAND':
            self._pace(feed, message_to_send, send)
        self._relayed.append(feed)
        return lambda value: feed.handle(value)

    def _is_own(self, topic: str, rule: SendRule, message: Any) -> bool:
        """Tell whether a link of this node has published a message."""
        return self._echo.origin(topic, ('', rule.device), message, ()) is not None

    def _subscribe(self, feed: _Feed, publishers: list[Any]) -> None:
        """Subscribe so that every publisher is heard; again if one offers less than before."""
        # what was ordered before must not be done once more when the bridge starts
        is_order = feed.rule.type == 'COMMAND'
        kept = DurabilityPolicy.VOLATILE if is_order else DurabilityPolicy.TRANSIENT_LOCAL
        if feed.is_early and not publishers:
            kept = DurabilityPolicy.VOLATILE  # which every publisher offers
        at_most = not feed.is_early and feed.qos or (ReliabilityPolicy.RELIABLE, kept)
        qos = quality_for([publisher.qos_profile for publisher in publishers], at_most)
        feed.is_early = feed.is_early and not publishers
        if qos == feed.qos:
            if not feed.is_early:
                feed.heard.clear()  # nothing comes again
            return
        if feed.subscription is not None:
            self._intake.remove(feed.subscription)
            feed.subscription = feed.qos = None
        else:
            self._node.get_logger().info(f'{feed.topic} -> {feed.rule.device!r}')
        feed.depth = depth = depth_of(feed.topic, feed.ros_type, feed.rule.type)
        profile = QoSProfile(depth=depth, reliability=qos[0], durability=qos[1])
        # what holds is sent again once more is known of it, see `_feed`
        is_kept = qos[1] == DurabilityPolicy.TRANSIENT_LOCAL
        intake = None if is_kept else feed.intake

        losses = Losses(partial(self._tell_lost, feed))

        read = reader_of(feed.ros_type)

        def take(batch: list[Any]) -> None:
            if intake is not None:
                intake.take(batch)
                return
            for data in batch:
                with self._reporting(feed.topic):
                    message = data if read is None else read(data)
                    if not _was_heard(feed, message):
                        feed.handle(message)

        feed.subscription = self._intake.subscribe(
            feed.ros_type,
            feed.topic,
            take,
            profile,
            losses,
            most=1 if read is None else MOST,
            stays=feed.rule.robot is not None,
            first=feed.topic.rpartition('/')[2] in _DESCRIPTIONS,
            qos_overriding_options=subscription_overrides(self._node, feed.topic),
            raw=read is not None or is_taken_serialised(feed.ros_type),
        )
        feed.qos = qos

    def _tell_lost(self, feed: _Feed, count: int) -> None:
        feed.chain.lose()
        topic = feed.topic
        if feed.depth <= STREAM_DEPTH:  # the newest counts
            self._report.skip(f'{topic}: newer ones came before they were taken', count)
            return
        self._report.problem(
            f'{topic}: lost', f'{topic}: {count} messages were lost on their way to the bridge',
            count)

    # -- sending

    def _take_info(self, device: str, message: RosString) -> None:
        if device[:1] in ('', '/') and not message.data.lstrip().startswith('{'):
            return  # beside a topic that is sent, and something else
        try:
            info = loads(message.data)
        except (ValueError, RecursionError) as error:
            self._report.problem(f'{device}: info', f'info of {device!r} is no JSON: {error}')
            return
        if isinstance(info, dict):
            description = self._describe(device)
            before, description.info = description.info, info
            if not before:
                self._send_early(description)
            elif before != info:
                self._send_described(description)
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

    def _send_described(self, description: _Description) -> None:
        """Send again what this was said of, if it has come first and was taken for another."""
        stamp_ns = stamp_of_info(description.info)
        for stamped_ns, send_again in list(description.last.values()):
            if stamp_ns and stamped_ns == stamp_ns:
                send_again()

    def _describe(self, device: str) -> _Description:
        return self._descriptions.setdefault(device, _Description())

    def _sending(self, rule: SendRule, topic: str = '', stamp_ns: int = 0) -> Sending:
        description = self._describe(rule.device)
        beside = self._descriptions.get(topic.rpartition('/')[0], _NOTHING_SAID)
        return Sending(
            device=rule.device,
            rule=rule,
            now_ns=time.time_ns(),
            info=description.info or beside.info,
            geometry=beside.geometry if description.geometry is None else description.geometry,
            sim_time=self._node.get_clock().ros_time_is_active,
            state=description.state,
            profile=self._mapping.profile,
            stamp_ns=stamp_ns,
        )

    def _stamp_said(self, device: str, topic: str) -> int:
        """Give the stamp that `info` says of the next message of a topic, of that one alone."""
        for name in (device, topic.rpartition('/')[0]):
            description = self._descriptions.get(name)
            if description is None or not description.info:
                continue
            stamp_ns = stamp_of_info(description.info)
            if stamp_ns and description.stamps.get(topic) != stamp_ns:
                description.stamps[topic] = stamp_ns
                return stamp_ns
        return 0

    def _calls_emergency(self, feed: _Feed, convert: FromRos, message: Any) -> bool:
        if isinstance(message, Handed):
            return message.is_emergency
        if feed.ros_type.__name__ not in _STATES:
            return False
        try:
            outgoing = convert(message, self._sending(feed.rule))
        except (ConversionError, EncodeError):
            return False  # it is reported when it is its turn
        return not isinstance(outgoing, tuple) and is_emergency(outgoing)

    def _send_in_turn(
        self, feed: _Feed, convert: FromRos, message: Any, takes_long: bool
    ) -> None:
        """Convert and send a message, in another thread if that, or one before it, takes long."""
        is_late = takes_long or is_long(message) or (
            feed.aside and not self._calls_emergency(feed, convert, message))
        (self._send_aside if is_late else self._send)(feed, convert, message)

    def _send_aside(self, feed: _Feed, convert: FromRos, message: Any) -> None:
        """Convert and send a message in another thread; of each topic the newest that wait."""
        if not self._is_of_use(feed, message):
            return
        feed.waiting.append(message)
        if len(feed.waiting) > feed.depth:
            if _follows(feed.waiting.popleft()) is not None:
                self._lose_frame(feed)
            self._report.skip(f'{feed.topic}: a newer one came while others were converted')
            return  # in its turn comes the next one

        def send() -> None:
            if feed.waiting and not feed.is_closed:
                self._send(feed, convert, feed.waiting.popleft())
            count(-1)

        def count(more: int) -> None:
            with _counting:  # and not the lock of the feed, which is held while it is encoded
                feed.aside += more

        with self._reporting(feed.topic):
            count(1)
            try:
                self._aside.do(send)
            except ConversionError:
                count(-1)
                if _follows(feed.waiting.pop()) is not None:
                    feed.chain.lose()
                raise

    def _is_of_use(self, feed: _Feed, message: Any) -> bool:
        """Tell whether the frames that a frame of video needs were not lost on the way."""
        if feed.chain.admits(_follows(message)):
            return True
        self._skip_frame(feed)
        return False

    def _skip_frame(self, feed: _Feed) -> None:
        self._report.skip(f'{feed.topic}: frames behind a lost one, before a key frame')

    def _lose_frame(self, feed: _Feed) -> None:
        """Lose the oldest frame of a video that waits, and with it those that need it."""
        useless = list(takewhile(_follows, feed.waiting))
        for _ in useless:
            feed.waiting.popleft()
            self._skip_frame(feed)
        if not feed.waiting:
            feed.chain.lose()

    def _send(self, feed: _Feed, convert: FromRos, message: Any) -> None:
        topic, rule = feed.topic, feed.rule
        with self._reporting(topic, feed.sent_chain.lose):
            stamp_ns = 0 if isinstance(message, Handed) else self._stamp_said(rule.device, topic)
            sending = self._sending(rule, topic, stamp_ns)
            if rule.type == 'VIDEO' and self._wants_key_frame(rule):
                sending.state[KEY_FRAME_WANTED] = True
            message = made(message, feed.ros_type)
            outgoing = convert(message, sending)
            for text in sending.notes:
                self._report.problem(f'{topic}: info', f'{topic}: {text}')
            parts = outgoing if isinstance(outgoing, tuple) else (outgoing,)
            if rule.to_frame and not all(is_empty(part) or is_emergency(part) for part in parts):
                self._place(feed, parts, message, sending.info)
            else:  # an empty list has no place
                self._emit(feed, parts, message)

    def _wants_key_frame(self, rule: SendRule) -> bool:
        """Tell whether a peer waits for a key frame."""
        return self._link.link.takes_key_frame(('VIDEO', rule.device))

    def _send_poses(
        self,
        topic: str,
        rule: SendRule,
        writer: PoseWriter,
        poses: Sequence[tuple[int, Sequence[float]]],
    ) -> None:
        """Send poses: stamp (ns), position (m) and quaternion (x, y, z, w), as `_send` would."""
        has_own_time = not self._node.get_clock().ros_time_is_active
        key = 'TRANSFORM', rule.device
        self._claim(key, topic)
        ready: list[Outgoing] = []
        excluded: tuple[Peer, ...] = ()
        for stamp_ns, numbers in poses:
            time_ns = stamp_ns if stamp_ns > 0 and has_own_time else time.time_ns()
            with self._reporting(topic):
                outgoing = writer.write(stamp_ns, time_ns, numbers)
                origin = self._echo.origin_of(topic, key, stamp_ns)
                but_for = self._excluded(rule.device, origin)
                if ready and but_for != excluded:
                    self._link.send_many(ready, excluded)
                    ready = []
                excluded = but_for
                ready.append(outgoing)
        if ready:
            with self._reporting(topic):
                self._link.send_many(ready, excluded)

    def _send_order(self, topic: str, rule: SendRule, message: RosString) -> None:
        """Send a command; each is one of its own, so none makes another a new one."""
        with self._reporting(topic):
            origin = self._echo.origin(topic, ('COMMAND', rule.device), message, ())
            exclude = self._excluded(rule.device, origin)
            self._order(topic, message.data, rule.device, exclude)

    @contextmanager
    def _reporting(self, topic: str, lose: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Report why a message is not sent, which is lost; the node goes on."""
        try:
            yield
        except Exception as error:
            lose()
            self._tell_unsent(topic, error)

    def _tell_unsent(self, topic: str, error: Exception) -> None:
        if isinstance(error, (ConversionError, EncodeError)):
            self._report.problem(topic, f'{topic}: not sent: {error}')
        else:
            self._report.problem(topic, f'{topic}: not sent, error in the bridge: {error!r}')

    def _place(
        self,
        feed: _Feed,
        parts: tuple[Message, ...],
        message: Any,
        info: Mapping[str, Any],
    ) -> None:
        """
        Send messages, once they are in the frame that their rule asks for.

        :param info: what is said of them.
        """
        rule = feed.rule
        if isinstance(message, Handed):
            info = message.info
            frame, stamp_ns = place_of_ros(message.ros_message)[0], message.stamp_ns
        else:
            frame, stamp_ns = place_of_ros(message)
        frames = frames_of_tools(parts[0], info, frame)

        def emit(poses: Poses) -> None:
            with self._reporting(feed.topic, feed.sent_chain.lose):
                moved = tuple(
                    part if part.device_name == rule.header
                    else moved_for_wire(
                        part, [poses[frame] for frame in frames], rule.to_frame, rule.wire_unit)
                    for part in parts
                )
                self._emit(feed, moved, message)

        self._wait.submit(Placement(
            key=id(feed),
            what=feed.topic,
            frames=frames,
            to_frame=rule.to_frame,
            stamp_ns=stamp_ns or self._now_ns(),
            size=sum(map(weight, parts)),
            go=emit,
            lost=feed.sent_chain.lose,
        ))

    def _emit(self, feed: _Feed, parts: tuple[Message, ...], message: Any) -> None:
        """Send messages, if they say something that the peers do not know."""
        rule = feed.rule
        with feed.lock:
            if feed.expiry is not None and not any(map(is_emergency, parts)):
                if self._is_too_old(feed, message):
                    feed.sent_chain.lose()
                    return
                parts = tuple(feed.expiry.note(parts))
            if rule.on_change and not any(map(_is_chained, parts)):
                values = [value_of(part, rule.wire_unit) for part in parts]
                if len(values) == len(feed.values) and not any(
                    is_emergency(part) for part in parts
                ) and not any(
                    value.differs(old, rule.eps) for value, old in zip(values, feed.values)
                ):
                    self._report.skip(f'{rule.device}: unchanged')
                    return
                feed.values = values
            sent: list[tuple[Message, tuple[Peer, ...]]] = []
            for part in parts:
                follows = part.follows if isinstance(part, Video) else None
                if follows is not None and not feed.sent_chain.admits(follows):
                    self._skip_frame(feed)
                    self._link.link.want_key_frame(('VIDEO', rule.device))
                    continue
                self._claim((part.type_name, full_name(part)), feed.topic)
                exclude = self._not_for(feed.topic, part, message)
                if not follows:  # twice, it would change the picture twice
                    sent.append((part, exclude))
                self._link.send(part, exclude=exclude)
            if feed.keeper is not None:
                feed.sent = sent
                feed.keeper.reset()

    def _not_for(self, topic: str, part: Message, message: Any) -> tuple[Peer, ...]:
        """Find out from whom a value came that is about to be sent."""
        key = part.type_name, full_name(part)
        if isinstance(message, Handed):
            froms = dict.fromkeys((message.origin, message.first))
            return tuple(peer for origin in froms for peer in self._excluded(key[1], origin))
        origin = self._echo.origin(topic, key, message, self._link.link.peers)
        return self._excluded(key[1], origin)

    def _claim(self, key: tuple[str, str], source: str) -> None:
        """Report a device that several sources send by turns, who are one for the peers."""
        other = self._sources.other(key, source, time.monotonic())
        if other is not None:
            what = ' '.join(key)
            self._report.problem(
                f'{what}: two sources', f'{what} is sent from {source} and from {other}')

    def _excluded(self, device: str, origin: Peer | None) -> tuple[Peer, ...]:
        """Leave out whom a value came from, if it would get it."""
        if origin is None or origin not in self._link.link.peers:
            return ()
        self._report.skip(f'{device}: echo')
        return (origin,)

    def _expiry(self, rule: SendRule, is_handed: bool = False) -> Expiry:
        key = rule, is_handed
        known = self._expired.pop(key, None)
        expiry = self._expiries[key] = known or Expiry(rule, self._link, self._report)
        return expiry

    def _is_too_old(self, feed: _Feed, message: Any) -> bool:
        """Withhold a message that is older than its rule allows."""
        now_s = time.monotonic()
        if feed.expiry is None or (
            feed.expiry.age.is_fresh(_stamp_of(message), self._now_ns(), now_s)
        ):
            return False
        self._report.withheld_by(
            f'{feed.topic}: max_age', f'{feed.topic}: not sent: its stamp is too old')
        self._expire(feed)
        return True

    def _look_at_age(self, feed: _Feed) -> None:
        """Take back what was sent of a topic, once it is older than its rule allows."""
        with feed.lock:
            expiry = feed.expiry
            if expiry is not None and expiry.age.is_over(self._now_ns(), time.monotonic()):
                self._expire(feed)

    def _expire(self, feed: _Feed) -> None:
        feed.sent, feed.values = [], []
        if feed.expiry is not None:
            feed.expiry.expire(f'{feed.topic} says nothing new')

    def _keep_alive(self, feed: _Feed) -> None:
        """Send the last value again; not that of somebody who does not publish any more."""
        self._look_at_age(feed)
        is_there = feed.is_alive() if feed.ros_type is Handed else (
            self._node.count_publishers(feed.topic) > 0)
        if feed.sent and not is_there:
            feed.sent = []
            self._report.problem(
                f'{feed.topic}: keepalive',
                f'{feed.topic}: {feed.rule.device!r} is not repeated any more, '
                'nobody publishes the topic',
            )
        if feed.sent and feed.origin is not None and not feed.origin.is_answering:
            what = f'{feed.topic}: no answer'
            self._report.stays_stale(what, f'{what} of {feed.origin.address}: not repeated')
            return
        for message, exclude in feed.sent:
            self._link.send(message, exclude=exclude)

    # -- frames of tf

    def _start_tf(self, tf: TfSource, rule: SendRule) -> Timer:
        return self._timer(1.0 / (rule.rate or 1.0), self._tf_sender(rule, tf))

    def _tf_sender(self, rule: SendRule, tf: TfSource) -> Callable[[], None]:
        """Make what sends frames of tf, to be called at the rate of the rule."""
        if rule.is_tracking:
            frames = TfSet(rule, tf, self._report)

            def look() -> tuple[Message, int]:
                elements, stamp_ns = frames.look()
                envelope = self._envelope(rule, rule.tf_target, stamp_ns)
                return TrackingData(elements, **envelope), stamp_ns
        else:

            def look() -> tuple[Message, int]:
                matrix, stamp_ns = tf.lookup(rule.tf_target, rule.tf_source)
                envelope = self._envelope(rule, rule.tf_target, stamp_ns)
                return Transform(matrix_from_metres(matrix, rule.wire_unit), **envelope), stamp_ns

        source = f'{", ".join(rule.tf_sources)} on tf'
        expiry = self._expiry(rule)
        age = expiry.age
        last: tuple[Value, int] | None = None
        due = 0.0

        def on_timer() -> None:
            nonlocal last, due
            try:
                message, stamp_ns = look()
                value = value_of(message, rule.wire_unit)
            except (ConversionError, EncodeError) as error:
                self._report.problem(f'tf {rule.device}', f'{rule.device} is not sent: {error}')
                if age.is_over(self._now_ns(), time.monotonic()):
                    last = None
                    expiry.expire(str(error))
                return
            now = time.monotonic()
            if not age.is_fresh(stamp_ns, self._now_ns(), now):
                last = None
                expiry.expire(f'tf knows nothing new of {", ".join(rule.tf_sources)}')
                return
            if last is not None and now < due and not value.differs(last[0], rule.eps):
                if rule.on_change:
                    self._report.skip(f'{rule.device}: unchanged')
                    return
                if stamp_ns == last[1]:
                    return
            last = value, stamp_ns
            self._claim((message.type_name, rule.device), source)
            due = now + (rule.keepalive or (math.inf if rule.on_change else _TF_REPEAT_S))
            for part in expiry.note([message]):
                self._link.send(part)

        return on_timer

    def _envelope(self, rule: SendRule, frame: str, stamp_ns: int) -> dict[str, Any]:
        header = Header(stamp=time_from_ns(stamp_ns or self._now_ns()), frame_id=frame)
        return self._sending(rule).envelope(header)


def type_name(ros_type: type) -> str:
    """Name a type as the graph does, such as 'std_msgs/msg/String'."""
    return f'{ros_type.__module__.partition(".")[0]}/msg/{ros_type.__name__}'


def stamp_of_info(info: Mapping[str, Any]) -> int:
    """Tell the stamp of what `info` describes; 0 if it does not say."""
    stamp = info.get('stamp')
    try:
        return int(stamp['sec']) * 10**9 + int(stamp['nanosec'])  # type: ignore[index]
    except (TypeError, KeyError, ValueError, OverflowError):
        return 0


def _was_heard(feed: _Feed, message: Any) -> bool:
    """Tell whether a message came before already, over the subscription that was there first."""
    if feed.is_early:
        if feed.ros_type.__name__ not in _LARGE and len(feed.heard) < _MAX_HEARD:
            feed.heard.append(message)
        return False
    if message not in feed.heard:
        feed.heard.clear()  # what comes from now on is newer
        return False
    # the last of equal ones: rather one value twice than one too few
    del feed.heard[:len(feed.heard) - feed.heard[::-1].index(message)]
    return True


def message_class(name: str) -> type:
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


def _stamp_of(message: Any) -> int:
    """Tell when what is to be sent is of, in ns; 0 if it does not say."""
    if isinstance(message, Handed):
        return message.stamp_ns
    return stamp_of_ros(message)


def _follows(message: Any) -> bool | None:
    """Tell whether something that is to be sent is a frame of video that needs others."""
    if isinstance(message, Handed):
        frame = message.message
        return frame.follows if isinstance(frame, Video) else None
    return follows_of(message)


def _is_chained(message: Message) -> bool:
    return isinstance(message, Video) and message.follows is not None


def _takes_long(ros_type: type, rule: SendRule) -> bool:
    """Tell whether messages are converted aside: pictures to be decoded, video, large meshes."""
    return rule.type == 'VIDEO' or ros_type.__name__ in _TAKE_LONG


def _check_type(found: type, wanted: type) -> None:
    if found is not wanted:
        raise ConversionError(f'its type is {found.__name__}, wanted {wanted.__name__}')
