"""ROS to network: what rules name, and what appears in `to_igtl/`, becomes feeds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from rclpy.node import Node
from std_msgs.msg import Float64MultiArray
from std_msgs.msg import String as RosString

from ..converters.registry import leaf_wire_type, sender, usual_wire_type
from ..dialogue.streams import Streams
from ..errors import ConversionError
from ..mapping import LinkConfig
from ..peers import Peer
from ..rosio.intake import Intake
from ..rosio.long_messages import is_long, is_taken_serialised, made, may_be_long, stamp_of
from ..routes.descriptions import Again, Descriptions
from ..routes.outbound import outbound_route
from ..routes.outbound_steps import two_sources
from ..routes.source_age import Expiry
from ..routes.sources import LinkSource, TfSource, TopicSource
from ..routes.surroundings import Key
from ..rules import SendRule
from .discovery import Discovery, Topic
from .echo import EchoGuard
from .feed import Feed, FrameFeed, Shared
from .outlets import Outlets
from .relay import Outlet, Relays
from .report import Report
from .robot import RobotFeed
from .tf import OwnFrames
from .tf import TfSource as Tf
from .tf_sets import TfSet
from .transform_wait import TransformWait

#: leaves that do not become messages but describe those of their device
_DESCRIPTIONS = {'info': RosString, 'geometry': Float64MultiArray}
_HANDED_DEPTH = 10
_CHANGED = 'the rules have changed'
#: tells of a topic all that decides what takes its messages
_Asked = Callable[[str], Any]
#: a rule, and whether another link receives what it sends
_Aged = tuple[SendRule, bool]


class Sender:
    """
    Send what the mapping names, and what appears as `to_igtl/<device>/<leaf>`.

    Topics are taken in a thread of their own, what time does is done in the executor's, and what
    takes long in a worker; sending never blocks.
    """

    def __init__(
        self,
        node: Node,
        config: LinkConfig,
        link: Streams,
        order: Callable[[str, str, str, tuple[Peer, ...]], None],
        report: Report,
        echo: EchoGuard,
        tf: Tf | None,
        own_frames: OwnFrames,
        relays: Relays,
    ) -> None:
        """
        Start the timers; what the mapping names is subscribed to, the rest when it is published.

        :param order: sends a COMMAND: topic, text, device and the peers that do not get it.
        """
        self._node = node
        self._settings = config.settings
        self._name = config.name
        self._mapping = config.mapping
        self._report = report
        self._echo = echo
        self._own_frames = own_frames
        self._relays = relays
        self._tf = tf
        self._said = Descriptions(config.mapping.profile)
        self._shared = Shared(
            node, link, order, report, self._said, self._frame_wait(tf))
        self._lock = self._shared.lock
        #: how long it takes to send
        self.latency = self._shared.latency
        #: of the rules that there are, each for either way that it takes; those of a robot come
        #: and go
        self._expiries: WeakValueDictionary[_Aged, Expiry] = WeakValueDictionary()
        #: of those before a change
        self._expired: dict[_Aged, Expiry] = {}
        #: what describes the devices of topics, by the topic that says it
        self._beside: dict[str, str] = {}
        self._rules: dict[str, list[SendRule]] = {}
        self._outlets = Outlets(self._outlet_feed)
        #: what ends what the rules have started
        self._ends: list[Callable[[], Any]] = []
        self._intake = Intake(node, self._lock)
        own = f'{config.name}/to_igtl' if config.name else 'to_igtl'
        self._prefix = node.resolve_topic_name(own) + '/'
        self._discovery = Discovery(
            node, self._intake, self._prefix, self._topics_of, self._is_handed_over, report)
        self._follow()

    def _frame_wait(self, tf: Tf | None) -> TransformWait:
        return TransformWait(self._node, tf, self._report, threading.RLock())

    def _is_handed_over(self, topic: str) -> bool:
        return self._relays.hands_over(self._name, topic)

    def _follow(self, before: _Asked | None = None) -> None:
        """
        Start what the mapping asks for.

        :param before: what was asked for until now.
        """
        for rule in self._mapping.send:
            read = rule.robot.description if rule.robot else rule.topic
            if read:
                topic = self._node.resolve_topic_name(read)
                self._rules.setdefault(topic, []).append(rule)
                if rule.topic:
                    folder = topic.rpartition('/')[0]
                    self._beside.update((f'{folder}/{leaf}', folder) for leaf in _DESCRIPTIONS)
            elif self._tf is not None:
                self._ends.append(self._start_tf(rule).end)
        lost = self._relays.open(self._name, self, {
            topic: [self._outlet(topic, rule) for rule in rules if rule.topic]
            for topic, rules in self._rules.items() if self._is_handed_over(topic)
        })
        if lost:
            self._report.problem(
                'other links', f'{lost} values of other links came before this one was open')
        with self._lock:
            kept = self._unchanged(before) if before else set()
            self._said.forget_values(self._mapping.profile, kept)
            self._discovery.follow(self._rules, self._beside, kept, _CHANGED)
            if self._rules or self._settings.discover:
                look = self._discovery.look_around
                timer = self._shared.timer(self._settings.discover_period, look)
                self._ends.append(partial(self._node.destroy_timer, timer))
                look()

    def change(self, config: LinkConfig, tf: Tf | None) -> None:
        """Follow other rules from now on; call it in the thread of the executor."""
        with self._lock:
            self._end_all()
            self._relays.follow([config])
            if tf is not self._tf:
                self._shared.wait.close(_CHANGED)
                self._shared.wait = self._frame_wait(tf)
            self._tf = tf
            before = self._asked
            self._mapping = config.mapping
            self._ends, self._rules, self._beside = [], {}, {}
            self._expired = dict(self._expiries)
            self._expiries.clear()
            self._outlets.change()
            self._follow(before)
            self._outlets.end_others(_CHANGED)
            self._shared.wire_sources.forget()

    @property
    def _asked(self) -> _Asked:
        """Tell what takes the messages of a topic now: what that is made of."""
        rules, beside, unit = self._rules, self._beside, self._mapping.fallback.wire_unit
        return lambda topic: (rules.get(topic), beside.get(topic), unit)

    def _unchanged(self, before: _Asked) -> set[str]:
        """List the topics that stay as they are; what a robot is made of comes again."""
        kept = set()
        for topic in self._discovery.topics:
            rules = self._rules.get(topic, [])
            if before(topic) == self._asked(topic) and not any(rule.robot for rule in rules):
                kept.add(topic)
                for rule in filter(lambda rule: rule.max_age, rules):
                    self._expiry(rule)
        return kept

    def _end_all(self) -> None:
        self._relays.close(self)
        for end in self._ends:
            end()

    def close(self) -> None:
        """Give up what waits for tf, and what other threads are about to send."""
        self._relays.close(self)
        self._shared.close()
        self._intake.close()
        self._end_all()
        self._shared.wait.close('the link was closed')
        self._outlets.change()
        self._outlets.end_others('the link was closed')

    @property
    def stale(self) -> list[str]:
        """The devices that are not sent because their sources say nothing new."""
        expiries = list(self._expiries.values())
        return sorted({expiry.device for expiry in expiries if expiry.is_stale})

    # -- topics

    def _topics_of(self, topic: str, ros_type: type) -> list[Topic]:
        """Make what takes the messages of a topic."""
        made = [self._topic(topic, ros_type, rule) for rule in self._rules.get(topic, ())]
        if topic in self._beside:
            made.append(self._description(topic, ros_type, self._beside[topic]))
        return made or self._discovered(topic, ros_type)

    def _discovered(self, topic: str, ros_type: type) -> list[Topic]:
        """Make it for `to_igtl/<device>/<leaf>` or `to_igtl/raw`; nothing for other names."""
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
        return [self._topic(topic, ros_type, rule, leaf_wire_type(leaf, ros_type))]

    def _topic(
        self, name: str, ros_type: type, rule: SendRule, wire_type: str = ''
    ) -> Topic:
        """Make what takes the messages of a topic, for one rule."""
        if rule.robot or rule.type == 'COMMAND':
            _check_type(ros_type, RosString)
        if rule.robot:
            return self._robot(name, ros_type, rule)
        convert: Any = None
        if rule.type != 'COMMAND':
            convert = sender(
                ros_type, rule.type, usual=wire_type, profile=self._mapping.profile)

        def is_own(value: Any) -> bool:
            message = made(value, ros_type)
            return self._echo.origin(name, ('', rule.device), message, ()) is not None

        topic = Topic(
            name, rule, ros_type, lambda values: None,
            wire_type=rule.type or wire_type or usual_wire_type(ros_type) or '')
        link = self._shared.link.link
        source = TopicSource(
            name, rule, ros_type, convert, self._said, self._echo, link,
            whole=(lambda value: made(value, ros_type)) if is_taken_serialised(ros_type) else None,
            stamp_of_value=lambda value: stamp_of(value, ros_type),
            is_long=is_long if may_be_long(ros_type) else None,
            is_published=lambda: self._node.count_publishers(name) > 0,
        )
        route = outbound_route(
            rule, source, self._shared.wire_sources,
            ros_type=ros_type,
            depth=topic.depth,
            expiry=self._expiry(rule) if rule.max_age else None,
            is_own=is_own if self._is_handed_over(name) else None,
        )
        feed = Feed(self._shared, rule, route)
        feed.pace()
        topic.take, topic.close = feed.take, feed.close
        topic.lose, topic.hold = route.lose_before, route.hold
        topic.is_first = source.may_be_urgent or rule.type == 'COMMAND'
        return topic

    def _robot(self, name: str, ros_type: type, rule: SendRule) -> Topic:
        assert rule.robot is not None
        shared = self._shared
        robot = RobotFeed(
            self._node, rule, rule.robot, shared.link, self._report,
            lambda rule: self._said.teller(rule, '')(shared.now(), 0),
            None if self._tf is None else self._start_tf, self._own_frames, self._claim)
        self._ends.append(robot.close)

        def take(values: list[Any]) -> None:
            for value in values:
                robot.take(value)

        return Topic(name, rule, ros_type, take)

    def _claim(self, key: Key, source: str) -> None:
        """Note that something else than a feed sends a device."""
        other = self._shared.wire_sources.other(key, source, self._shared.now().steady_s)
        if other is not None:
            self._report.tell(two_sources(key, source, other))

    def _description(self, topic: str, ros_type: type, device: str) -> Topic:
        """Make what takes what describes a device, or the device of a topic."""
        leaf = topic.rpartition('/')[2]
        _check_type(ros_type, _DESCRIPTIONS[leaf])
        describe = self._said.take_info if leaf == 'info' else self._said.take_geometry

        def take(values: Iterable[Any]) -> None:
            for value in values:
                again: list[Again] = []
                try:
                    again = describe(device, value.data)
                except ConversionError as error:
                    self._report.problem(f'{device}: info', str(error))
                for send_again in again:
                    send_again()

        return Topic(topic, SendRule(device, topic=topic), ros_type, take, is_first=True)

    # -- what other links receive, and frames of tf

    def _outlet(self, topic: str, rule: SendRule) -> Outlet:
        """Give what takes the values that a link of this node receives on a topic."""
        feed = self._outlets.of(topic, rule)
        if rule.max_age:
            self._expiry(rule, True)
        return lambda value: feed.take([value])

    def _outlet_feed(self, topic: str, rule: SendRule) -> Feed:
        source = LinkSource(topic, rule, self._said, self._shared.link.link)
        route = outbound_route(
            rule, source, self._shared.wire_sources, depth=_HANDED_DEPTH,
            expiry=self._expiry(rule, True) if rule.max_age else None)
        feed = Feed(self._shared, rule, route)
        feed.pace()
        return feed

    def _start_tf(self, rule: SendRule) -> FrameFeed:
        """Look frames of tf up at the rate of a rule, and send them."""
        tf = self._tf
        assert tf is not None  # else nobody asks
        look: Callable[[], Any] = partial(tf.lookup, rule.tf_target, rule.tf_source)
        if rule.is_tracking:
            look = TfSet(rule, tf, self._report).look
        route = outbound_route(
            rule, TfSource(rule), self._shared.wire_sources, expiry=self._expiry(rule))
        feed = FrameFeed(
            self._shared, Feed(self._shared, rule, route), 1.0 / (rule.rate or 1.0), look)
        feed.start()
        return feed

    def _expiry(self, rule: SendRule, is_handed: bool = False) -> Expiry:
        key = rule, is_handed
        known = self._expired.pop(key, None) or self._expiries.get(key)
        expiry = self._expiries[key] = known or Expiry(rule)
        return expiry


def _check_type(found: type, wanted: type) -> None:
    if found is not wanted:
        raise ConversionError(f'its type is {found.__name__}, wanted {wanted.__name__}')
