"""A link in a test: messages take all their steps, and no thread, clock or topic is needed."""

import json
from collections import Counter, defaultdict

import numpy as np
import yaml

from igtl_ros2.codec import from_ns
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.codec.short_names import full_name
from igtl_ros2.config import Settings
from igtl_ros2.converters.claims import Claims
from igtl_ros2.converters.lazy import LazyPose
from igtl_ros2.converters.registry import load_converters
from igtl_ros2.converters.tf_tree import TfTree
from igtl_ros2.mapping.reading import make_mapping
from igtl_ros2.routes.devices import Devices
from igtl_ros2.routes.effects import (
    Broadcast,
    Count,
    Hold,
    Later,
    LookUp,
    Publish,
    Reply,
    ShowInfo,
    ShowState,
    Take,
    Tell,
)
from igtl_ros2.routes.now import Clocks, Now
from igtl_ros2.routes.passage import Passage
from igtl_ros2.routes.repetition import Repetition
from igtl_ros2.routes.surroundings import Surroundings
from igtl_ros2.routes.transform_queue import Placement, TransformQueue
from igtl_ros2.rules import Mapping, ReceiveRule

load_converters()

NS = 10**9
START_NS = 1_790_000_000 * NS
TICK_S = 0.01


class Peer:
    """Who sends."""

    name = ''
    names = ()
    is_answering = True

    def __init__(self, address='tcp://10.0.0.1:4000'):
        self.address = address
        self.facts = {}
        self.probed = 0

    def probe_often(self):
        self.probed += 1


HOW = {
    Count.LEFT_OUT: 'skip', Count.PROBLEM: 'problem', Count.WITHHELD: 'withheld_by',
    Count.STALE: 'stays_stale'}


class Report:
    """What was counted, by how."""

    def __init__(self):
        self.counts = Counter()

    def __getattr__(self, how):
        return lambda kind, *_: self.counts.update([(how, kind)])

    def tell(self, effect):
        self.counts[(HOW[effect.count], effect.what)] += effect.number

    def of(self, how):
        """Give what was counted in one way, as `Report` of a node has it."""
        return {kind: count for (by, kind), count in self.counts.items() if by == how}


class Link:
    """
    A link and the clock of the test.

    :param text: rules as a mapping file has them.
    :param stale_after: the setting.
    :param rule: in their place, one rule for all devices.
    """

    def __init__(self, text='', *, has_tf=True, raw_deny=(), stale_after=1.0, **rule):
        self.report, self.peer, self.now_s = Report(), Peer(), 100.0
        #: how far the time of ROS is ahead of that of the test
        self.ros_ahead_s = 0.0
        self.gone = set()
        self.tf = TfTree()
        #: by topic; of tf, all that was offered
        self.published, self.info, self.states = (defaultdict(list) for _ in range(3))
        self.broadcast = []
        #: what the peer is answered
        self.replies = []
        mapping = self.mapping_of(text, stale_after) if text else Mapping(
            receive=(ReceiveRule(device='*', **rule),))
        self.around = Surroundings(
            link='', info_rate=1.0, raw_deny=raw_deny, claims=Claims(mapping), own_frames=(),
            has_tf=has_tf, frame_name=str, report=self.report,
            clocks=Clocks(
                lambda: self.now().wall_ns, lambda: self.now().ros_ns, lambda: self.now_s))
        self.table = Devices(
            mapping, Settings(), '', self.around, self.is_connected, lambda *_: None,
            lambda *_: None, None)
        self.queue = TransformQueue(self.tf, self.report)
        self.repetition = Repetition(self.report, self.is_connected, self._show)
        self._due = {}
        self._do = {
            Publish: self._publish, ShowInfo: self._show_info, Hold: self._hold,
            LookUp: self._look_up,
            ShowState: lambda device, passage, effect: self._show(device, effect.state),
            Broadcast: lambda device, passage, effect: self.broadcast.extend(
                transform for transform, *_ in effect.offered),
            Reply: lambda device, passage, effect: self.replies.append(effect.message),
            Later: self._later, Take: self._take_out,
            Tell: lambda device, passage, effect: self.report.tell(effect),
        }

    @staticmethod
    def mapping_of(text, stale_after=1.0):
        return make_mapping(yaml.safe_load(text), Settings(stale_after=stale_after), '')

    def change(self, text):
        """Follow other rules."""
        mapping = self.mapping_of(text)
        self.around.claims = Claims(mapping)
        for device in self.table.change(mapping):
            self.repetition.leave(device)

    def is_connected(self, peer):
        return peer not in self.gone

    # -- time

    @property
    def now_ns(self):
        return START_NS + round((self.now_s - 100.0) * NS)

    def now(self):
        return Now(self.now_ns, self.now_ns + round(self.ros_ahead_s * NS), self.now_s)

    def wait(self, seconds):
        """Let time pass: what is held is repeated, what waits for tf goes on, silence is noted."""
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s += TICK_S
            self.queue.retry(self.now_s)
            for device in self.table.watched():
                self.repetition.has_gone_silent(device, self.now_s)
                if device.held is not None and self.now_s >= self._due[device.slot]:
                    self._due[device.slot] += 1 / device.way.rule.hold_hz
                    found = self.repetition.next(device, self.now())
                    if found is not None:
                        self._carry_out(device, found)

    # -- one message

    def device(self, message):
        return self.table.find(self.peer, message, message.device_name, self.now_s)

    def passage(self, message):
        return Passage(self.peer, message, self.now_s, self.now().ros_ns, {})

    def take(self, message, after_s=TICK_S):
        """Take a message through all its steps; gives what is to be done besides counting."""
        self.now_s += after_s
        effects = self.device(message).way.take(self.passage(message))
        for effect in effects:
            if isinstance(effect, Tell):
                self.report.tell(effect)
        return [effect for effect in effects if not isinstance(effect, Tell)]

    def send(self, *messages, peer=None, origin=None):
        """Have messages come, and done what they ask for; time goes on a little before each."""
        peer = peer or self.peer
        for message in messages:
            self.now_s += TICK_S
            self._come(peer, message, {} if origin is None else origin)

    def _come(self, peer, message, origin):
        name, targets = full_name(message), self.around.targets
        if name in targets.names:
            targets.begin(peer, name, message)
        device = self.table.hear(peer, message, name, self.now_s)
        if isinstance(device, str):
            self.replies += [reply.message for reply in
                             self.table.refusal(peer, message, name, device)]
            return
        device.held = None
        self._carry_out(device, Passage(peer, message, self.now_s, self.now().ros_ns, origin))

    def _carry_out(self, device, passage):
        for effect in device.way.take(passage):
            self._do[type(effect)](device, passage, effect)

    # -- what steps ask for

    def _publish(self, device, passage, effect):
        message = effect.ros_message
        if isinstance(message, LazyPose):
            message.become()
        self.published[f'{device.topic}/{effect.leaf}'].append(message)

    def _show_info(self, device, passage, effect):
        self.info[device.topic].append(json.loads(''.join(effect.pieces)))

    def _show(self, device, state):
        device.way.state = state
        self.states[device.topic].append(state)

    def _hold(self, device, passage, effect):
        device.held = effect.passage
        if effect.passage is not None:
            self._due[device.slot] = self.now_s + 1 / device.way.rule.hold_hz

    def _look_up(self, device, passage, effect):
        def go(poses):
            device.way.moved(passage, effect.frames, poses)
            self._carry_out(device, passage)

        def lost(why):
            for one in device.way.lost(passage, why):
                self._do[type(one)](device, passage, one)

        self.queue.submit(
            Placement(device.slot, device.way.what, effect, go, lost), self.now_s)

    def _later(self, device, passage, effect):
        passage.in_worker = True
        effects = device.way.take(passage) or device.way.finish(passage)
        for one in effects:
            self._do[type(one)](device, passage, one)

    def _take_out(self, device, passage, effect):
        self._come(passage.peer, effect.message, effect.origin)


def pose(x_mm=0.0, name='Tool', ns=0, **fields):
    """Make a pose that is that far along x."""
    matrix = np.eye(4)
    matrix[0, 3] = x_mm
    return Transform(matrix, device_name=name, timestamp=from_ns(ns), **fields)


def stamps(messages):
    """List the stamps of ROS messages, in ns."""
    return [m.header.stamp.sec * NS + m.header.stamp.nanosec for m in messages]


def xs(messages):
    """Tell where poses are, in mm."""
    return [round(1000 * m.pose.position.x) for m in messages]
