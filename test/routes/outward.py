"""A way out in a test: values take all their steps, and no thread, clock or topic is needed."""

from geometry_msgs.msg import TransformStamped
from std_msgs.msg import String as RosString

from igtl_ros2.converters.lazy import LazyTransform
from igtl_ros2.converters.registry import load_converters, sender
from igtl_ros2.routes.descriptions import Descriptions
from igtl_ros2.routes.effects import Retract, Send, Tell
from igtl_ros2.routes.now import Now
from igtl_ros2.routes.outbound import outbound_route
from igtl_ros2.routes.outbound_steps import WireSources
from igtl_ros2.routes.source_age import Expiry
from igtl_ros2.routes.sources import TfSource, TopicSource
from igtl_ros2.rules import SendRule

load_converters()

NS = 10**9
TURN = (0.0, 0.0, 0.5**0.5, 0.5**0.5)


class Peers:
    """Who gets what is sent, and who has said what."""

    def __init__(self):
        self.peers = ['a', 'b']
        self.from_whom = {}
        self.wants_key_frame = False

    def takes_key_frame(self, key):
        return self.wants_key_frame

    def origin(self, topic, key, message, peers):
        return self.from_whom.get(key[1])

    def origin_of(self, topic, key, stamp_ns):
        return self.from_whom.get(key[1]) if stamp_ns else None


def at(seconds):
    return Now(round(seconds * NS), round(seconds * NS), seconds)


def tf_route(**keys):
    rule = SendRule('Tool', **{
        'tf_source': 'tool', 'tf_target': 'base', 'type': 'TRANSFORM', 'rate': 9.0, **keys})
    return outbound_route(rule, TfSource(rule), WireSources(), expiry=Expiry(rule))


def topic(peers, ros_type=TransformStamped, name='/a/Tool/transform', depth=3, said=None,
          is_long=lambda value: len(getattr(value, 'data', '')) > 9, **keys):
    rule = SendRule('Tool', topic=name, **keys)
    said = said or Descriptions('plain')
    convert = sender(ros_type, rule.type) if rule.type != 'COMMAND' else None
    source = TopicSource(
        name, rule, ros_type, convert, said, peers, peers, whole=lambda value: value,
        stamp_of_value=lambda value: 7, is_long=is_long,
        is_published=lambda: peers.peers != [])
    return outbound_route(
        rule, source, WireSources(), ros_type=ros_type, depth=depth,
        expiry=Expiry(rule) if rule.max_age else None)


def posed(x, stamp=1.0, frame='base'):
    return LazyTransform(round(stamp * NS), (frame, 'tool'), (x, 0.0, 0.0, *TURN))


def words(number):
    return RosString(data=str(number))


def sent(effects):
    """List what is sent, with who does not get it."""
    return [(message, one.exclude) for one in effects if isinstance(one, Send)
            for message in one.messages]


def places(effects):
    return [round(message.affine[9]) for message, _ in sent(effects)]


def told(effects):
    return [(one.count, one.what) for one in effects if isinstance(one, Tell)]


class Feed:
    """
    A route and the clock of the test: all that a feed of a node does as time goes on.

    :param look: looks a frame of tf up; None for a topic.
    """

    def __init__(self, route, look=None, *, max_age=None, keepalive=None, rate=None):
        self.route, self.now_s, self.out, self._look = route, 100.0, [], look
        self._every = [(0.05, self._take_tf)] if look else [
            (period_s, call) for period_s, call in (
                (max_age and max_age / 4, self._look_at_age),
                (keepalive, lambda: self.out.extend(route.repeat(at(self.now_s)))),
                (rate and 1 / rate, self._release)) if period_s]
        self._due = [self.now_s + period_s for period_s, _ in self._every]

    def take(self, *values):
        self.out += self.route.take(values, at(self.now_s))

    def wait(self, seconds, tick_s=0.01):
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s += tick_s
            for number, (period_s, call) in enumerate(self._every):
                if self.now_s >= self._due[number]:
                    self._due[number] += period_s
                    call()

    def _take_tf(self):
        self.take(self._look)
        self._look_at_age()

    def _look_at_age(self):
        self.out += self.route.look_at_age(at(self.now_s))

    def _release(self):
        now = at(self.now_s)
        items = self.route.convert(self.route.release(now, self.out), now, self.out)
        self.route.finish(items, now, self.out)

    @property
    def states(self):
        """What peers were told of the pose, message by message."""
        messages = []
        for effect in self.out:
            if isinstance(effect, Send):
                messages += effect.messages
            elif isinstance(effect, Retract) and effect.state is not None:
                messages.append(effect.state)
        return [message.metadata.get('TransformStatus') for message in messages]
