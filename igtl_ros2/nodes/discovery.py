"""Topics that are sent are subscribed to, in a quality that hears all who publish them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.subscription import Subscription

from ..converters.registry import is_large, usual_type
from ..converters.ros_types import find_type
from ..errors import ConversionError
from ..rosio.intake import MOST, Intake
from ..rosio.long_messages import is_taken_serialised
from ..rosio.qos import Quality, quality_for, subscription_overrides
from ..rosio.reader import reader_of
from ..rosio.subscriptions import STREAM_DEPTH, Losses, depth_of
from ..rules import SendRule
from .report import Report

_MAX_HEARD = 100


@dataclass(slots=True, eq=False)
class Topic:
    """
    A topic that is sent by one rule.

    :param take: gets its messages, as bytes those of types that are `is_taken_serialised`.
    :param close: ends what takes them; gets why.
    :param lose: is told that messages were lost.
    :param hold: is told whether publishers hold their last message.
    :param is_first: goes before all that came at the same time.
    :param wire_type: as what it is sent; empty if that depends on what comes.
    """

    name: str
    rule: SendRule
    ros_type: type
    take: Callable[[list[Any]], None]
    close: Callable[[str], None] = lambda why: None
    lose: Callable[[], None] = lambda: None
    hold: Callable[[bool], None] = lambda is_held: None
    is_first: bool = False
    wire_type: str = ''
    subscription: Subscription | None = None
    qos: Quality | None = None
    #: whether it was subscribed to before anybody published it, in the quality that is usual
    is_early: bool = False
    #: what came that early, as long as it may come again in a better quality
    heard: list[Any] = field(default_factory=list)

    @property
    def depth(self) -> int:
        """How many messages may wait."""
        return depth_of(self.name, self.ros_type, self.wire_type)


@dataclass(eq=False)
class Discovery:
    """
    Subscribe to what rules name, and to what is published in a folder.

    :param folder: topics in it are sent without a rule.
    :param make: makes what takes the messages of a topic: by its name and type.
    :param is_handed_over: tells of topics that other links of the node publish.
    """

    _node: Node
    _intake: Intake
    _folder: str
    _make: Callable[[str, type], list[Topic]]
    _is_handed_over: Callable[[str], bool]
    _report: Report

    def __post_init__(self) -> None:
        self._rules: Mapping[str, list[SendRule]] = {}
        self._beside: Collection[str] = ()
        #: what takes the messages of topics, and their types where there are others besides
        self.topics: dict[str, list[Topic]] = {}
        self._types: dict[str, str] = {}
        self._mixed: set[tuple[str, ...]] = set()
        self._refused: set[tuple[str, ...]] = set()

    def follow(
        self, rules: Mapping[str, list[SendRule]], beside: Collection[str],
        kept: Collection[str] = (), why: str = '',
    ) -> None:
        """
        Look for other topics from now on.

        It takes up to a second to discover publishers, and a value that is published once
        would be gone by then: what is named and of a known type is subscribed to at once.

        :param rules: by the topics that they name.
        :param beside: topics that describe those.
        :param kept: of those before, the topics that stay as they are.
        :param why: the others do not.
        """
        for topic in [topic for topic in self.topics if topic not in kept]:
            self._forget(topic, why)
        self._refused.clear()
        self._rules, self._beside = rules, beside
        for topic in (*rules, *beside):
            ros_type = usual_type(topic.rpartition('/')[2], rules.get(topic, ()))
            if ros_type is None or topic in self.topics or self._is_handed_over(topic):
                continue
            try:
                self._begin(topic, ros_type)
                for one in self.topics[topic]:
                    one.is_early = True
                    self._subscribe(one, [])
            except Exception as error:
                self._report.problem(topic, f'{topic}: not sent: {error}')

    def look_around(self) -> None:
        """Subscribe to what somebody publishes by now, in the quality that they offer."""
        for topic, _ in self._node.get_topic_names_and_types():
            is_sent = topic in self._rules or topic.startswith(self._folder)
            if not is_sent and topic not in self._beside:
                continue
            # types of the graph would be those of subscriptions as well, our own among them
            publishers = self._publishers_of(topic)
            types = sorted({publisher.topic_type for publisher in publishers})
            if not types or (topic, *types) in self._refused:
                continue
            try:
                self._look_at(topic, types, publishers)
            except ConversionError as error:
                self._refused.add((topic, *types))
                if is_sent:
                    self._report.problem(topic, f'{topic} is not sent: {error}')
                else:  # beside a topic that is sent, and may be something else
                    self._node.get_logger().info(f'{topic} describes nothing: {error}')
            except Exception as error:  # DDS: this process has the topic as another type
                self._report.problem(topic, f'{topic} is not subscribed to: {error}')

    def _publishers_of(self, topic: str) -> list[Any]:
        """List the publishers of a topic, but for the links of this node, which hand it over."""
        publishers = self._node.get_publishers_info_by_topic(topic)
        if not self._is_handed_over(topic):
            return publishers
        me = self._node.get_name(), self._node.get_namespace()
        return [p for p in publishers if (p.node_name, p.node_namespace) != me]

    def _look_at(self, topic: str, types: list[str], publishers: list[Any]) -> None:
        known = self._types.get(topic)
        if known is not None and known not in types:
            # it is published as another type now; for DDS the old subscription is only gone when
            # this callback is over
            self._forget(topic, 'it has another type')
            return
        if known is not None and len(types) > 1 and (topic, *types) not in self._mixed:
            self._mixed.add((topic, *types))
            others = ', '.join(name for name in types if name != known)
            self._report.problem(topic, f'{topic} is sent as {known} only, not as {others}')
        if topic not in self.topics:
            if len(types) != 1:
                raise ConversionError(f'it has more than one type: {", ".join(types)}')
            self._begin(topic, message_class(types[0]))
        for one in self.topics[topic]:
            self._subscribe(one, publishers)

    def _begin(self, topic: str, ros_type: type) -> None:
        self.topics[topic] = self._make(topic, ros_type)
        self._types[topic] = f'{ros_type.__module__.partition(".")[0]}/msg/{ros_type.__name__}'

    def _forget(self, topic: str, why: str) -> None:
        """Send a topic no longer, but for what has come of it."""
        for one in self.topics.pop(topic):
            if one.subscription is not None:
                self._intake.finish(one.subscription)
            one.close(why)
        del self._types[topic]

    def _subscribe(self, topic: Topic, publishers: list[Any]) -> None:
        """Subscribe so that every publisher is heard; again if one offers less than before."""
        # what was ordered before must not be done once more when the bridge starts
        is_order = topic.rule.type == 'COMMAND'
        kept = DurabilityPolicy.VOLATILE if is_order else DurabilityPolicy.TRANSIENT_LOCAL
        if topic.is_early and not publishers:
            kept = DurabilityPolicy.VOLATILE  # which every publisher offers
        at_most = not topic.is_early and topic.qos or (ReliabilityPolicy.RELIABLE, kept)
        qos = quality_for([publisher.qos_profile for publisher in publishers], at_most)
        is_over = topic.is_early and bool(publishers)
        if qos == topic.qos:
            topic.is_early = topic.is_early and not is_over
            if not topic.is_early:
                topic.heard.clear()  # nothing comes again
            return
        # not info and geometry, which describe another topic
        if topic.subscription is None and topic.rule.device:
            self._node.get_logger().info(f'{topic.name} -> {topic.rule.device!r}')
        topic.hold(qos[1] == DurabilityPolicy.TRANSIENT_LOCAL)
        read = reader_of(topic.ros_type)
        topic.subscription = self._intake.subscribe(
            topic.ros_type,
            topic.name,
            partial(self._take, topic, read),
            QoSProfile(depth=topic.depth, reliability=qos[0], durability=qos[1]),
            Losses(partial(self._tell_lost, topic)),
            most=1 if read is None else MOST,
            first=topic.is_first,
            stays=topic.rule.robot is not None,
            qos_overriding_options=subscription_overrides(self._node, topic.name),
            raw=read is not None or is_taken_serialised(topic.ros_type),
            old=topic.subscription,
            overlap=is_over,
        )
        topic.is_early = topic.is_early and not is_over
        topic.qos = qos

    def _take(
        self, topic: Topic, read: Callable[[bytes], Any] | None, batch: list[Any]
    ) -> None:
        values = batch
        if read is not None:
            values = []
            for data in batch:
                try:
                    values.append(read(data))
                except ConversionError as error:
                    self._report.problem(topic.name, f'{topic.name}: not sent: {error}')
        if topic.is_early or topic.heard:
            values = [value for value in values if not _was_heard(topic, value)]
        if values:
            topic.take(values)

    def _tell_lost(self, topic: Topic, count: int) -> None:
        topic.lose()
        name = topic.name
        if topic.depth <= STREAM_DEPTH:  # the newest counts
            self._report.skip(f'{name}: newer ones came before they were taken', count)
            return
        self._report.problem(
            f'{name}: lost', f'{name}: {count} messages were lost on their way to the bridge',
            count)


def message_class(name: str) -> type:
    """
    Find the class of a type such as 'std_msgs/msg/String'.

    :raises ConversionError: if its package is not installed.
    """
    try:
        found: type = find_type(name)
    except ConversionError as error:
        raise ConversionError(f'its type {name} is not installed') from error
    return found


def _was_heard(topic: Topic, message: Any) -> bool:
    """Tell whether a message came before already, over the subscription that was there first."""
    if topic.is_early:
        # large ones cost nobody anything if they come twice, but memory if they are remembered
        if not is_large(topic.ros_type) and len(topic.heard) < _MAX_HEARD:
            topic.heard.append(message)
        return False
    if message not in topic.heard:
        topic.heard.clear()  # what comes from now on is newer
        return False
    # the last of equal ones: rather one value twice than one too few
    del topic.heard[:len(topic.heard) - topic.heard[::-1].index(message)]
    return True
