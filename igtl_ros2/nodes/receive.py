"""Network to ROS: what arrives from peers is converted and published."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING, Any

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.timer import Timer
from std_msgs.msg import String as RosString

from ..codec import Message, Unknown, registered
from ..codec.message import has_poses, is_stream
from ..codec.messages.bundle import Bind
from ..codec.messages.image import Image
from ..codec.messages.text import Status
from ..codec.patients import hidden
from ..converters.claims import Claims, Place
from ..converters.device_clock import DeviceClock
from ..converters.frames import raw_frame
from ..converters.gates import Gate, Gates, withheld_by
from ..converters.handover import Handed, handed
from ..converters.heavy import is_heavy
from ..converters.image import VolumeMerger
from ..converters.json_text import json_pieces
from ..converters.lazy import LazyPose, ros_type_of
from ..converters.lazy import frames_of as frames_of_transform
from ..converters.outputs import STREAM, kind_of, takes_long
from ..converters.placing import frames_of, has_place, moved_received, weight
from ..converters.pose import is_valid
from ..converters.registry import (
    Converted,
    Route,
    convert_to_ros,
    full_name,
    route_of,
)
from ..converters.tf_owners import Sender
from ..converters.topic_holder import (
    SILENT_S,
    Terms,
    TopicHolder,
    leaves_of,
    names_of,
    numbered,
)
from ..converters.units import ros_text, time_from_ns
from ..converters.video import FRAME_LOST
from ..converters.volumes import SliceViewer
from ..errors import ConversionError, printable
from ..mapping import LinkConfig, ReceiveRule
from ..peers import Peer
from ..rosio.writers import Writer, Writers
from .aside import Aside
from .device_limits import Known, NewDevices, host_of, whom_to_forget
from .echo import EchoGuard
from .emergency import Emergency
from .first_values import FirstValues
from .gates import SilenceWatch, open_gate, tell_withheld
from .relay import Relays
from .report import Report
from .slices import SliceParameters
from .tf import OwnFrames, TfBroadcaster, TfSource
from .waiting import FrameWait, Placement, Poses

if TYPE_CHECKING:  # it needs diagnostic_msgs, which may not be there
    from ..converters.status import StatusTopic

#: a peer may make up names without end; each costs publishers
MAX_DEVICES = 1000
# what `info` says of the stamp of a repetition
_REPEATED = 'hold'
# how long the worker publishes before others may, and how long it lets them
_STEP_S = 0.002
_BREATH_S = 0.0005
_SILENT = withheld_by('max_age')
_FROZEN = 'stale: its time stamp stands still'
_UNANSWERED = 'stale: its peer gives no sign of life'
# what has sent nothing since is not said to be stale any more, nor its clock to be off
_LATELY_S = 3.0
# tools of one device whose last stamp on tf is known
_MAX_TOOLS = 1000
# peers of which it is known which rules are for them
_MAX_PEERS = 1000
#: type, device, the `peer` of rules that are for who sends it, and what tells him apart
_Slot = tuple[str, ...]
#: what is done between two steps, and needs no lock; None: nothing
_Step = Callable[[], None] | None


class _TooManyError(ConversionError):
    """There is no room for another device."""


@dataclass(slots=True)
class _Device:
    """A (type, device) pair that has arrived before, of peers for which the same rules hold."""

    rule: ReceiveRule
    route: Route
    key: tuple[str, str]
    topic: str
    is_stream: bool
    clock: DeviceClock
    merger: VolumeMerger | None = None
    info: dict[str, Any] = field(default_factory=dict)
    info_due: float = 0.0
    state: str | None = None
    geometry: list[float] = field(default_factory=list)
    received: int = 0
    #: what `to_frame` moves it from; None if it stays where it is
    source: Route | None = None
    held: _Arrival | None = None
    repeater: Timer | None = None
    gates: Gates | None = None
    #: when its last message came, by the steady clock
    heard_s: float = 0.0
    #: whether it is converted in the worker
    takes_long: bool = False
    #: messages of it that are in the worker, before which no other may be published
    waiting: int = 0
    #: whether the one before the next was dropped, or never came
    has_lost: bool = False
    is_stale: bool = False
    #: first parts of the leaves before which gates stand that do not look at it
    closed: frozenset[str] = frozenset()
    #: of its rule among those of the mapping
    number: int | None = None
    #: who has sent its last message
    peer: Peer | None = None
    #: whether a rule names it
    is_expected: bool = False
    #: the last stamp on tf of each frame and parent, in nanoseconds
    broadcast: dict[tuple[str, str], int] = field(default_factory=dict)
    #: where it is found
    slot: _Slot = ()
    #: what tells its peer apart, where that has a topic of its own
    label: str = ''
    #: who publishes on its topic; None where several peers may, or only one can
    holder: TopicHolder[Peer] | None = None
    terms: Terms = Terms('mix')

    def hear(self, now_s: float) -> None:
        """Note that a message has come."""
        self.received += 1
        self.heard_s = now_s
        self.is_stale = False


@dataclass(frozen=True, slots=True)
class _Arrival:
    """
    A message on its way.

    :param message: without what `phi` hides.
    :param frame: the message as it came, for `raw: true`.
    :param came_s: when it came, by the steady clock; a repetition came when the first did.
    :param source: whose clock the stamp is from, for `info`.
    :param origin: for `info`, what the message came in.
    """

    peer: Peer
    message: Message
    frame: Message
    came_s: float
    arrival_ns: int
    stamp_ns: int
    source: str
    origin: dict[str, Any]
    #: whether the one before it was dropped
    after_loss: bool = False
    #: whether it takes long to convert
    is_heavy: bool = False


class Receiver:
    """
    Publish what peers send.

    `handle` runs in the network thread; rclpy publishers can be used from any thread. What waits
    for tf, and what is repeated, is published in the thread of the executor, under a lock.

    :param broadcaster: needed if a rule of the mapping asks for tf.
    :param tf: needed if a rule moves something into another frame.
    :param own_frames: never broadcast.
    :param is_connected: tells whether a peer is still there.
    """

    def __init__(
        self,
        node: Node,
        config: LinkConfig,
        report: Report,
        echo: EchoGuard,
        emergency: Emergency,
        now_ns: Callable[[], int],
        broadcaster: TfBroadcaster | None,
        tf: TfSource | None,
        own_frames: OwnFrames,
        is_connected: Callable[[Peer], bool],
        relays: Relays,
    ) -> None:
        """Take in what the mapping says; publishers come with the first message of a device."""
        self._node = node
        self._link_name = config.name
        self._prefix = f'{config.name}/' if config.name else ''
        self._settings = config.settings
        self._mapping = config.mapping
        self._report = report
        self._echo = echo
        self._now_ns = now_ns
        self._own_frames = own_frames
        self._is_connected = is_connected
        self._broadcaster = broadcaster
        self._relays = relays
        self._lock = threading.RLock()
        self._wait = FrameWait(node, tf, report, self._lock)
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._devices: dict[_Slot, _Device] = {}
        #: devices that a rule drops
        self._dropped: set[_Slot] = set()
        #: as they were under the rules before a change
        self._left: dict[_Slot, _Device] = {}
        #: by topic and leaves, who publishes there
        self._holders: dict[str, dict[str, TopicHolder[Peer]]] = {}
        #: for which rules peers are meant
        self._called: dict[Peer, tuple[str, ...]] = {}
        #: by topic, the device whose name has become that
        self._named: dict[str, str] = {}
        self._claims = self.prepare(config)
        self._keep_frames()
        self._new_devices = NewDevices()
        self._writers = Writers(node)
        self._gates: dict[str, Gates] = {}
        #: whether some of what gates have known was forgotten
        self._is_wary = False
        self._states: dict[str, StatusTopic] = {}
        self._aside = Aside('converting', self._let_go_on)
        #: whose messages have to wait for those that are converted aside
        self._waiting_peers: set[Peer] = set()
        #: whose BIND is in the worker: what comes behind is of the same devices
        self._bound: Counter[Peer] = Counter()
        self._slices = SliceParameters(node, self._publish_slice)
        self._emergency = emergency
        self._first = FirstValues(node)
        self._silence = SilenceWatch(node, self._look_for_silence)

    @property
    def devices(self) -> dict[tuple[str, str], int]:
        """How many messages have arrived, by (type, device)."""
        counts: Counter[tuple[str, str]] = Counter()
        for device in list(self._devices.values()):
            counts[device.key] += device.received
        return dict(counts)

    @property
    def conflicts(self) -> dict[str, str]:
        """By topic, the peers that send it at once."""
        now_s = time.monotonic()
        found = {}
        for topic, holders in list(self._holders.items()):
            for holder in list(holders.values()):
                who = holder.conflict(now_s)
                if who:
                    found[topic] = who
        return found

    @property
    def stale(self) -> list[str]:
        """The devices that have sent nothing for the `max_age` of their rule, or nothing new."""
        lately_s = time.monotonic() - _LATELY_S
        return [
            ros_text(' '.join(device.key))
            for device in list(self._devices.values())
            if device.is_stale or device.clock.is_frozen and device.heard_s > lately_s
        ]

    @property
    def clocks(self) -> dict[str, float]:
        """By how much the clocks of devices are behind, in seconds, if it is over `max_skew`."""
        now_s, now_ns, wall_ns = time.monotonic(), self._now_ns(), time.time_ns()
        found = {}
        for device in list(self._devices.values()):
            if device.clock.far_s <= now_s - _LATELY_S:
                continue
            # the wall clock: stamps of devices are nothing that simulated time says
            rule, clock = device.rule, device.clock
            base_ns = now_ns if rule.stamp == 'device' else wall_ns
            behind_s = (base_ns - clock.far_ns) / 1e9 - (now_s - clock.far_s)
            if abs(behind_s) > rule.max_skew:
                found[ros_text(' '.join(device.key))] = behind_s
        return found

    def change(
        self,
        config: LinkConfig,
        claims: Claims,
        broadcaster: TfBroadcaster | None,
        tf: TfSource | None,
    ) -> None:
        """
        Follow other rules from now on; what they leave as it was goes on as before.

        What is published for a device starts with its next message, and topics stay.

        :param claims: what `prepare` has found out.
        """
        with self._lock:
            self._wait.close('the rules have changed')
            self._wait = FrameWait(self._node, tf, self._report, self._lock)
            self._mapping = config.mapping
            if self._broadcaster is not None:
                self._broadcaster.release(self._link_name)
            self._broadcaster = broadcaster
            self._claims = claims
            self._keep_frames()
            self._called.clear()
            for slot, device in list(self._devices.items()):
                if self._is_same(device):
                    continue
                if device.repeater is not None:
                    self._node.destroy_timer(device.repeater)
                    device.repeater = None
                device.held = None
                self._first.forget(device.topic)
                self._left[slot] = device
                del self._devices[slot]
            self._dropped.clear()
            while len(self._left) > MAX_DEVICES:
                self._drop(self._left.pop(next(iter(self._left))))

    def close(self) -> None:
        """End what would outlive the publishers and timers."""
        self._aside.close()
        self._wait.close('the link was closed')
        self._slices.close()

    def handle(self, peer: Peer, message: Message, device: str = '') -> None:
        """
        Convert and publish one message.

        :param device: the device that it is of, where its own name has a number as well.
        """
        # before the lock: whatever else is going on
        self._look_for_emergency(peer, message)
        with self._lock:
            arrival_ns = self._now_ns()
            if not self._bound[peer]:
                self._handle(peer, message, arrival_ns, {}, device)
                return

            def publish() -> None:
                with self._lock:
                    self._handle(peer, message, arrival_ns, {}, device)

            self._work(None, peer, message, publish)

    def forget(self, name: str) -> None:
        """Give nobody the last value of a device who has not got it yet: it holds no more."""
        with self._lock:
            for device in self._devices.values():
                if device.key[1] == name:
                    self._first.forget(device.topic)

    def _look_for_emergency(self, peer: Peer, message: Message) -> None:
        """Tell of an emergency, or of its end; no rule, gate or queue is in the way."""
        if isinstance(message, Status):
            name = full_name(message)
            device, calls = (self._link_name, name), message.is_emergency
            if not self._emergency.set(device, calls, peer, self._is_connected):
                what = ros_text(f'STATUS {name}: emergency')
                self._report.problem(
                    what, f'{what}: not ended by {peer.address}: another peer has called it'
                )
        elif isinstance(message, Bind):
            for child in message.children:
                self._look_for_emergency(peer, child)

    def rule_of(self, peer: Peer, name: str, type_name: str) -> ReceiveRule:
        """
        Find the rule by which the messages of a device are published where others look for them.

        :raises ConversionError: if they are not.
        """
        with self._lock:
            peers = self._rules_for(peer)
            place = self._claims.place(name, type_name, peers)
            rule = place.rule
            if place.note or rule.action == 'drop':
                raise ConversionError(place.note or 'a rule drops it')
            holder = self._holders.get(self._prefix + place.topic, {}).get(leaves_of(type_name))
            if holder is None or holder.peer in (None, peer):
                return rule
            verdict = holder.judge(peer, time.monotonic(), _terms_of(rule, type_name))
            if verdict in ('first', 'number'):
                raise ConversionError('another peer sends it')
            return rule

    def hidden(self, peer: Peer, message: Message) -> Message:
        """Give a message as the rule of its device lets ROS see it."""
        with self._lock:
            rule = self._mapping.receive_rule(
                full_name(message), message.type_name, self._rules_for(peer))
        return hidden(message, rule.phi)

    def _handle(
        self,
        peer: Peer,
        message: Message,
        arrival_ns: int,
        origin: dict[str, Any],
        known_as: str = '',
    ) -> None:
        """
        Convert and publish one message, and those inside it.

        :param origin: for `info`, what the message came in.
        """
        frame = message
        name = known_as or full_name(message)
        if name in self._claims.phased and not known_as and message.type_name == 'TRANSFORM':
            what = ros_text(f'TRANSFORM {name}')
            text = f'{what}: not published: no phase has accepted it'
            self._report.withheld_by(f'{what}: phase', text)
            return
        device = self._find(peer, message, name)
        if device is None:
            return
        now_s = time.monotonic()
        holder = device.holder
        if holder is not None:
            if holder.peer is peer:
                holder.hear(now_s, message.timestamp != 0, device.terms)
            else:
                shared = self._share(holder, device, peer, message, now_s)
                if shared is None:
                    return
                device = shared
        device.hear(now_s)
        if device.peer is not peer:
            device.peer, device.has_lost = peer, True
        if not self._first.is_over:
            self._first.forget(device.topic)
        merge: Callable[[], Image] | None = None
        if device.merger is not None and isinstance(message, Image):
            merge = partial(device.merger.merge, message)
            if not (device.waiting or device.merger.takes_long(message)):
                try:
                    message, merge = merge(), None
                except ConversionError as error:
                    self._complain(device, str(error))
                    return
        stamp_ns, source = device.clock.choose(
            message.timestamp_ns, arrival_ns, device.heard_s)
        arrival = _Arrival(
            peer, message, frame, device.heard_s, arrival_ns, stamp_ns, source, origin,
            device.has_lost, is_heavy(message),
        )
        device.has_lost = False
        device.held = None  # there is a newer one, which may never get through
        if merge is not None:
            self._work(device, peer, message, partial(self._merge, device, merge, arrival))
        elif device.waiting or arrival.is_heavy:
            self._work(device, peer, message, partial(self._arrive, device, arrival, True))
        else:
            self._arrive(device, arrival)

    def _merge(
        self, device: _Device, merge: Callable[[], Image], arrival: _Arrival
    ) -> None:
        """Paste a block into its volume in the worker, and go on with the whole."""
        try:
            message = merge()
        except ConversionError as error:
            self._complain(device, str(error))
        else:
            self._arrive(device, replace(arrival, message=message), True)

    def _find(
        self, peer: Peer, message: Message, name: str, label: str = ''
    ) -> _Device | None:
        """
        Find what is known of the device of a message; None if it is not published.

        :param label: what tells the peer apart, if it has a topic of its own.
        """
        key = (message.type_name, name)
        slot = self._slot(key, peer, label)
        device = self._devices.get(slot)
        if device is not None:
            return device
        if slot not in self._dropped:
            try:
                device = self._new_device(peer, message, name, label)
            except _TooManyError as error:
                self._report.problem('too many devices', ros_text(str(error)))
                return None
            except ConversionError as error:
                self._report.problem(ros_text(f'{" ".join(key)}: name'), ros_text(str(error)))
                return None
            if device is not None:
                self._devices[slot] = device
                return device
            if len(self._dropped) >= 10 * MAX_DEVICES:
                self._dropped.clear()  # they are found again by the rules
            self._dropped.add(slot)
        self._report.skip(ros_text(f'{" ".join(key)}: by rule'))
        return None

    def _slot(self, key: tuple[str, str], peer: Peer, label: str) -> _Slot:
        """Tell where a device is found."""
        slot: _Slot = key
        if self._mapping.peers:
            slot = (*key, *self._rules_for(peer))
        return (*slot, '', label) if label else slot

    def _rules_for(self, peer: Peer) -> tuple[str, ...]:
        """List what stands as `peer` in the rules that are for a peer."""
        if not self._mapping.peers:
            return ()
        found = self._called.get(peer)
        if found is None:
            if len(self._called) >= _MAX_PEERS:
                self._called.clear()
            names = names_of(peer.address, peer.names)
            found = self._called[peer] = tuple(sorted(self._mapping.peers_called(names)))
        return found

    def _share(
        self,
        holder: TopicHolder[Peer],
        device: _Device,
        peer: Peer,
        message: Message,
        now_s: float,
    ) -> _Device | None:
        """
        Decide on a message for a topic that another peer has, or that nobody has.

        :returns: what is known of the device on the topic of this peer; None if it is withheld.
        """
        what, topic = ros_text(' '.join(device.key)), ros_text(device.topic)
        verdict = holder.judge(peer, now_s, device.terms)
        before = holder.peer
        if verdict == 'take' or before is None:
            if before is not None and (holder.other is peer or self._is_connected(before)):
                text = f'{topic} is sent by {peer.address} now, it was by {before.address}'
                self._node.get_logger().info(printable(text))
            holder.take(peer, now_s, message.timestamp != 0, device.terms)
            return device
        both = f'{before.address} and {peer.address} both send {what} onto {topic}'
        if verdict == 'number':
            label = holder.label(peer)
            if holder.is_news(peer):
                there = ros_text(numbered(device.topic, label))
                self._node.get_logger().warning(printable(
                    f'{both}: that of {peer.address} is published as {there}'))
            return self._find(peer, message, device.key[1], label)
        if verdict == 'mix':
            if holder.is_news(peer):
                self._report.mixes(
                    f'{topic}: {leaves_of(device.key[0])} of several peers',
                    f'{both}; on_conflict or peer in its rule tells them apart')
            return device
        if isinstance(message, Status) and holder.passes(peer, message.is_emergency):
            return device
        if verdict == 'first':
            before.probe_often()
        self._report.withheld_by(
            f'{what}: another peer', f'{both}: that of {peer.address} is not published')
        return None

    def _arrive(self, device: _Device, arrival: _Arrival, in_worker: bool = False) -> None:
        """
        Hide who the patient is, and go on to where a message is placed.

        :param in_worker: whether this is the thread of the worker; else the lock is held.
        """
        phi = device.route.rule.phi
        shown = hidden(arrival.message, phi)
        if shown is not arrival.message:
            arrival = replace(arrival, message=shown, origin={**arrival.origin, 'phi': phi})
        frames: list[str] = []
        if device.source is not None:
            try:
                frames = frames_of(shown, device.source)
            except ConversionError as error:
                self._complain(device, str(error))
                return
        elif in_worker:
            self._publish_slowly(device, self._published(device, arrival, arrival, None))
            return
        with self._lock:
            if self._is_current(device):
                self._place(device, arrival, frames)

    def _is_current(self, device: _Device) -> bool:
        """Tell whether the rules are still those that a device was made with."""
        is_current = self._devices.get(device.slot, device) is device
        if not is_current:
            self._report.skip(ros_text(f'{" ".join(device.key)}: the rules have changed'))
        return is_current

    def _work(
        self, device: _Device | None, peer: Peer, message: Message, job: Callable[[], None]
    ) -> None:
        """
        Do something in the worker, in the order in which messages came; called with the lock.

        :param device: whose messages wait until it is done.
        """
        is_bind = isinstance(message, Bind)

        def work() -> None:
            try:
                if device is None:
                    job()
                else:
                    with self._going_on(device):
                        job()
            finally:
                with self._lock:
                    count(-1)

        def count(more: int) -> None:
            if device is not None:
                device.waiting += more
            if is_bind:
                self._bound[peer] += more
                if not self._bound[peer]:
                    del self._bound[peer]

        count(1)
        try:
            has_room = self._aside.do(work, weight(message))
        except ConversionError as error:
            what = ros_text(f'{message.type_name} {full_name(message)}')
            self._report.problem(what, f'{what}: {error}')
            if device is not None:
                device.has_lost = True
            count(-1)
            return
        if not has_room:
            self._waiting_peers.add(peer)
            peer.let_wait(True)

    def _place(self, device: _Device, arrival: _Arrival, frames: list[str]) -> None:
        """Publish a message, once it is in the frame that its rule asks for."""
        start = device.source
        if start is None:
            self._publish(device, arrival, arrival)
            return

        def publish(poses: Poses) -> None:
            def move() -> _Arrival:
                message = moved_received(arrival.message, start, poses)
                origin = {**arrival.origin, 'moved_from': list(dict.fromkeys(frames))}
                return replace(arrival, message=message, origin=origin)

            self._publish(device, arrival, arrival, move)

        self._wait.submit(Placement(
            key=device.slot,
            what=ros_text(' '.join(device.key)),
            frames=frames,
            to_frame=start.rule.to_frame,
            stamp_ns=arrival.stamp_ns,
            size=weight(arrival.message),
            go=publish,
            lost=partial(_lose_frame, device),
        ))

    def _complain(self, device: _Device, text: str) -> None:
        kind = ros_text(' '.join(device.key))
        self._report.problem(kind, f'{kind}: {text}')

    def _publish(
        self,
        device: _Device,
        arrival: _Arrival,
        unmoved: _Arrival,
        move: Callable[[], _Arrival] | None = None,
    ) -> None:
        """
        Publish one message; whatever it holds, the node goes on.

        :param unmoved: what it was before it was moved into another frame.
        :param move: gives it in another frame.
        """
        steps = self._published(device, arrival, unmoved, move)
        if device.takes_long or device.waiting or arrival.is_heavy:
            job = partial(self._publish_slowly, device, steps)
            self._work(device, arrival.peer, arrival.message, job)
            return
        with self._going_on(device):
            for step in steps:
                if step is not None:
                    step()

    def _publish_slowly(self, device: _Device, steps: Iterator[_Step]) -> None:
        """Publish one message in the worker."""
        # what takes longest comes first: nobody waits for that, but where a gate remembers it,
        # which it does of few
        remembers = device.gates is not None and has_poses(device.key[0])
        with self._lock if remembers else nullcontext():
            next(steps)
        while self._goes_on(device, steps):
            time.sleep(_BREATH_S)  # who waits for the lock gets it

    def _goes_on(self, device: _Device, steps: Iterator[_Step]) -> bool:
        """Publish for a moment; tells whether there is more."""
        until = time.monotonic() + _STEP_S
        while time.monotonic() < until:
            with self._lock:
                if not self._is_current(device):
                    return False
                try:
                    step = next(steps)
                except StopIteration:
                    return False
            if step is not None:
                step()
        return True

    def _published(
        self,
        device: _Device,
        arrival: _Arrival,
        unmoved: _Arrival,
        move: Callable[[], _Arrival] | None,
    ) -> Iterator[_Step]:
        """Move and convert a message as the first step, which needs no lock; then publish it."""
        try:
            arrival = arrival if move is None else move()
            made = self._convert(device, arrival)
        except ConversionError as error:
            self._complain(device, str(error))
            yield None
            return
        yield None
        yield from self._give_out(device, arrival, unmoved, *made)

    def _let_go_on(self) -> None:
        """Take in again what peers send, now that less waits to be converted."""
        with self._lock:
            peers, self._waiting_peers = self._waiting_peers, set()
        for peer in peers:
            peer.let_wait(False)

    @contextmanager
    def _going_on(self, device: _Device) -> Iterator[None]:
        """Report an error in the bridge, and go on."""
        try:
            yield
        except Exception as error:  # its text may quote names of patients
            kind = type(error).__name__
            self._complain(device, f'not published, error in the bridge: {kind}')

    def _convert(self, device: _Device, arrival: _Arrival) -> tuple[Converted, Gate | None]:
        """Convert one message."""
        rule = device.route.rule
        route, gate = device.route, None
        if arrival.after_loss:
            _lose_frame(device)
        if device.gates is not None:
            gate = open_gate(
                device.gates, arrival.message, rule.stamp, arrival.stamp_ns, self._now_ns(),
                arrival.came_s, arrival.peer.address, arrival.source != _REPEATED,
            )
            route = replace(route, gate=gate)
        try:
            result = convert_to_ros(arrival.message, route, arrival.stamp_ns)
        except ConversionError as error:
            result = Converted(errors=[str(error)])
        return result, gate

    def _give_out(
        self,
        device: _Device,
        arrival: _Arrival,
        unmoved: _Arrival,
        result: Converted,
        gate: Gate | None,
    ) -> Iterator[_Step]:
        """
        Publish what has become of a message, step by step.

        :returns: what has to be done before the next step, without the lock.
        """
        key, rule, peer = device.key, device.route.rule, arrival.peer
        if not self._first.is_over:
            self._first.forget(device.topic)  # also what waited for tf meanwhile
        for name in device.route.names.take_forgotten():
            for folder in ('tools', 'labels', 'paths'):
                self._writers.destroy_below(f'{device.topic}/{folder}/{name}', set())
        if self._denies_raw(arrival.frame):
            if result.outputs.pop('raw', None) is not None or rule.raw:
                self._report.skip(ros_text(f'{" ".join(key)}: raw'))
        elif gate is not None and gate.gates.is_blind:
            pass  # it is told of below
        elif isinstance(arrival.frame, Unknown):
            self._report.skip(ros_text(f'{" ".join(key)}: unknown type, on raw only'))
        elif rule.raw:
            try:
                result.outputs['raw'] = raw_frame(arrival.frame)
            except ConversionError as error:
                result.errors.append(str(error))
        result.info.update(arrival.origin)
        if gate is not None:
            tell_withheld(gate, ros_text(' '.join(key)), self._report, result)
        for text in result.errors:
            self._complain(device, text)
        for text in result.notes:
            what = ros_text(f'{" ".join(key)}: {text}')
            self._report.problem(what, what)
        if device.clock.is_frozen and arrival.source != _REPEATED:
            self._tell_frozen(device, result)
        if not is_valid(result.state) or result.errors:
            device.held = None
        elif rule.hold_hz and arrival.message.can_be_held and arrival.source != _REPEATED:
            # what the device has stamped is of that moment, and stays where it was then
            keeps = device.clock.has_own_stamp(arrival.message.timestamp_ns)
            self._hold(device, arrival if keeps else unmoved)
        yield from self._publish_info(device, arrival, result)
        for leaf, ros_message in result.outputs.items():
            if leaf == 'geometry' and self._is_old(device, ros_message):
                continue
            topic = f'{device.topic}/{leaf}'
            kind = leaf.partition('/')[0]
            if kind in device.closed:
                self._report.withheld_by(
                    f'{" ".join(map(ros_text, key))}: type',
                    f'{topic}: not published: the gates before this topic do not look at '
                    f'{ros_text(" ".join(key))}',
                )
                continue
            if kind == 'array' and key[0] == 'IMAGE':
                kind = 'volume'  # it may be as large, and holds until the next one
            ros_type = ros_type_of(ros_message)
            writer = self._writers.get(topic, kind, ros_type)
            if writer.ros_type is not ros_type:
                self._report.problem(
                    topic,
                    f'{topic}: not published as {ros_type.__name__}: the topic has the '
                    f'type {writer.ros_type.__name__} since its first message',
                )
                continue
            if leaf == 'status':
                ros_message.status = self._status_of(device.topic).hear(ros_message.status[0])
            write = partial(
                self._write, device, arrival, leaf, kind, writer, ros_message, result)
            if device.waiting and not isinstance(ros_message, LazyPose):
                yield write  # in the worker: it may be large
            else:
                write()
                yield None
        if result.state != device.state:
            self._publish_state(device, result.state, time_from_ns(arrival.stamp_ns))
        if result.transforms and self._broadcaster is not None:
            self._broadcast(self._broadcaster, device, result, arrival.stamp_ns)
        peer.facts.update(result.peer)
        for child in result.children:
            self._handle(peer, child, arrival.arrival_ns, {'bind': ros_text(key[1])})
            yield None

    def _write(
        self,
        device: _Device,
        arrival: _Arrival,
        leaf: str,
        kind: str,
        writer: Writer,
        ros_message: Any,
        result: Converted,
    ) -> None:
        """Write a topic: it takes as long as to copy the message, some 100 ms for the largest."""
        self._echo.published(arrival.peer, writer.topic, device.key, ros_message)
        if self._relays.is_used and self._relays.watches(writer.topic):
            if isinstance(ros_message, LazyPose):  # others look at it, in their threads
                ros_message.become()
            self._hand_on(device, arrival, leaf, writer.topic, ros_message, result)
        ready = writer.ready(ros_message)
        if not self._first.is_over and kind_of(kind) is STREAM:
            self._first.hold(device.topic, writer.publisher, ready)
        writer.write(ready, arrival.message)

    def _hand_on(
        self,
        device: _Device,
        arrival: _Arrival,
        leaf: str,
        topic: str,
        ros_message: Any,
        result: Converted,
    ) -> None:
        """Hand what is published to those who send the topic on to other peers."""
        route, peer = device.route, arrival.peer
        value = handed(
            peer, arrival.message, leaf, ros_message, route.frame_id, arrival.stamp_ns,
            route.rule, result, partial(self._is_connected, peer),
        )
        if not self._relays.offer(topic, value):
            self._report.skip(ros_text(f'{" ".join(device.key)}: echo in a circle'))

    def _denies_raw(self, message: Message) -> bool:
        """Tell whether a frame, or one inside it, is of a type that is kept off `raw`."""
        if isinstance(message, Bind) and any(map(self._denies_raw, message.children)):
            return True
        return any(fnmatchcase(message.type_name, deny) for deny in self._settings.raw_deny)

    # -- repeating

    def _hold(self, device: _Device, arrival: _Arrival) -> None:
        """Repeat a message from now on, in place of the one before."""
        arrival.peer.probe_often()
        device.held = arrival
        if device.repeater is None:
            period = 1.0 / device.route.rule.hold_hz
            device.repeater = self._node.create_timer(
                period, lambda: self._repeat(device), clock=self._steady
            )
        device.repeater.reset()

    def _repeat(self, device: _Device) -> None:
        """
        Publish the held message again; never that of a peer that is gone.

        With the stamp that its device gave it, or as of now if it gave none: what 3D Slicer has
        set holds until it sets something else.
        """
        with self._lock:
            held = device.held
            if held is None:
                return
            if not self._is_connected(held.peer) or self._has_gone_silent(device):
                device.held = None
                return
            if not held.peer.is_answering:
                self._tell_unanswered(device)
                return
            device.is_stale = False
            if device.clock.has_own_stamp(held.message.timestamp_ns):
                again = replace(held, source=_REPEATED)
                self._publish(device, again, again)
                return
            now_ns = self._now_ns()
            self._arrive(
                device, replace(held, arrival_ns=now_ns, stamp_ns=now_ns, source=_REPEATED)
            )

    # -- silence

    def _look_for_silence(self) -> None:
        with self._lock:
            for device in self._devices.values():
                self._has_gone_silent(device)

    def _has_gone_silent(self, device: _Device) -> bool:
        """Tell whether a device has sent nothing for too long; say so the first time."""
        quiet_s = time.monotonic() - device.heard_s
        if device.gates is None or not device.gates.is_silent(quiet_s):
            return False
        if not device.is_stale:
            device.is_stale = True
            device.held = None
            self._first.forget(device.topic)
            what = ros_text(' '.join(device.key))
            self._report.withheld_by(
                f'{what}: silent', f'{what}: stale: nothing came for {quiet_s:.3g} s'
            )
            self._publish_state(device, _SILENT, time_from_ns(self._now_ns()))
        return True

    def _tell_unanswered(self, device: _Device) -> None:
        """Say that nothing is repeated while the peer gives no sign of life."""
        what = ros_text(' '.join(device.key))
        self._report.stays_stale(f'{what}: no answer', f'{what}: {_UNANSWERED}: not repeated')
        if not device.is_stale:
            device.is_stale = True
            self._first.forget(device.topic)
            self._publish_state(device, _UNANSWERED, time_from_ns(self._now_ns()))

    def _tell_frozen(self, device: _Device, result: Converted) -> None:
        """Say of a message that it tells nothing new, as its stamp has stood still for long."""
        what = ros_text(' '.join(device.key))
        self._report.stays_stale(f'{what}: time stamp', f'{what}: {_FROZEN}')
        result.state = _FROZEN if is_valid(result.state) else f'{_FROZEN}, {result.state}'

    # -- devices and names

    def _new_device(
        self, peer: Peer, message: Message, name: str, label: str
    ) -> _Device | None:
        """
        Make what is kept of a device; None if a rule drops it.

        :param label: what tells the peer apart, if it has a topic of its own.
        :raises ConversionError: if there are too many.
        """
        type_name = message.type_name
        peers = self._rules_for(peer)
        rule = self._mapping.receive_rule(name, type_name, peers)
        if rule.action == 'drop':
            return None
        place = self._claims.place(name, type_name, peers)
        slot = self._slot((type_name, name), peer, label)
        is_expected = not label and _is_expected(place, type_name, name)
        if not is_expected:
            self._make_room(peer, slot)
        topic = self._prefix + self._topic(name, place, label)
        rule = place.rule
        self._node.get_logger().info(printable(f'{type_name} {name!r} -> {topic}'))
        route = route_of(
            name, rule, self._settings.frame_prefix, topic.removeprefix(self._prefix), type_name,
            self._mapping.profile)
        left = self._left.pop(slot, None)
        if left is None and not label:
            # other rules may be for its peer than before
            old = next((s for s in self._left if s[:2] == slot[:2] and '' not in s[2:]), None)
            left = None if old is None else self._left.pop(old)
        if left is not None:
            # the decoder of a video, names that were given; the slice that was chosen, unless
            # the rule has another one now, or another topic for its parameters
            state = dict(left.route.state)
            if (left.topic, left.rule.slice) != (topic, rule.slice):
                self._slices.remove(state.pop('slice', None))
            route = replace(route, state=state, names=left.route.names)
        if rule.slice is not None and type_name == 'IMAGE' and 'slice' not in route.state:
            viewer = route.state['slice'] = SliceViewer(rule.slice)
            try:
                self._slices.add(topic, viewer)
            except ConversionError as error:
                self._report.problem(f'{name}: slice', str(error))
        source = None
        if rule.to_frame and has_place(message, rule):
            source = route
            # tools have no frame of their own any more
            there = replace(rule, frame=rule.to_frame)
            route = replace(route, frame_id=rule.to_frame, rule=there)
        merger = None
        if rule.subvolume == 'merge':
            merger = (left.merger if left is not None else None) or VolumeMerger()
        # whoever publishes on a topic is compared with who did so before
        memory = self._gates.get(topic) or (left.gates if left is not None else None)
        gates = Gates.of(rule, type_name, memory)
        if gates is not None:
            if memory is None and self._is_wary:
                gates.doubt()
            self._gates[topic] = gates
            if rule.max_age:
                self._silence.start()
        return _Device(
            rule=rule,
            route=route,
            source=source,
            key=(type_name, name),
            topic=topic,
            is_stream=is_stream(type_name),
            clock=_clock_of(rule, type_name, left.clock if left is not None else None),
            merger=merger,
            received=left.received if left is not None else 0,
            state=left.state if left is not None and left.topic == topic else None,
            gates=gates,
            takes_long=takes_long(rule, type_name),
            closed=place.closed,
            number=place.number,
            peer=peer,
            has_lost=left is None or left.peer is not peer,
            is_expected=is_expected,
            slot=slot,
            label=label,
            holder=None if label else self._holder(topic, leaves_of(type_name)),
            terms=_terms_of(rule, type_name),
        )

    def _holder(self, topic: str, leaves: str) -> TopicHolder[Peer] | None:
        """Give what is known of who publishes on some leaves of a topic."""
        if not leaves:
            return None
        holders = self._holders.setdefault(topic, {})
        if leaves not in holders:
            holders[leaves] = TopicHolder(self._is_connected)
        return holders[leaves]

    def _make_room(self, peer: Peer, slot: _Slot) -> None:
        """
        Forget a device, if there are too many; those that rules name always get in.

        :raises ConversionError: if a new one has to wait, or there is no room.
        """
        type_name, name, *_ = slot
        host = host_of(peer.address)
        if slot not in self._left and not self._new_devices.admits(host, time.monotonic()):
            raise _TooManyError(
                f'{type_name} {name!r} is not published yet: too many new devices at once'
            )
        if not self._forget_one(host):
            text = f'{type_name} {name!r} is not published: {MAX_DEVICES} devices are known'
            raise _TooManyError(text)

    def _forget_one(self, host: str) -> bool:
        """Make room for one device of a host; false if there is none."""
        if sum(not device.is_expected for device in self._devices.values()) < MAX_DEVICES:
            return True
        now_s = time.monotonic()
        known = (
            Known(slot, host_of(device.peer.address), not self._is_connected(device.peer),
                  now_s - device.heard_s)
            for slot, device in self._devices.items()
            if device.peer is not None and not device.is_expected and not device.waiting
        )
        found = whom_to_forget(known, host)
        if found is None:
            return False
        device = next(d for slot, d in self._devices.items() if slot == found)
        del self._devices[device.slot]
        what = ros_text(' '.join(device.key))
        self._report.skip('devices that were forgotten to make room')
        self._node.get_logger().info(f'{what} is forgotten to make room')
        self._drop(device)
        return True

    def _drop(self, device: _Device) -> None:
        """Give up what costs something of a device that is not known any more."""
        device.held = None
        if device.repeater is not None:
            self._node.destroy_timer(device.repeater)
            device.repeater = None
        self._slices.remove(device.route.state.get('slice'))
        self._first.forget(device.topic)
        others = [*self._devices.values(), *self._left.values()]
        if any(other.topic == device.topic for other in others):
            return
        self._writers.destroy_below(device.topic, {other.topic for other in others})
        self._holders.pop(device.topic, None)
        self._states.pop(device.topic, None)
        name = device.topic.removeprefix(self._prefix)
        if self._named.get(name) == _named_for(device.key[1], device.label):
            del self._named[name]
        if self._broadcaster is not None:
            self._broadcaster.forget(Sender(self._link_name, device.topic))
        if device.gates is not None:
            # the newest of those that were forgotten, last
            self._gates[device.topic] = self._gates.pop(device.topic, device.gates)
        while len(self._gates) > 2 * MAX_DEVICES:
            del self._gates[next(iter(self._gates))]
            self._is_wary = True

    def prepare(self, config: LinkConfig) -> Claims:
        """Find out what `change` has to know of other rules, of which there may be very many."""
        own_topic = '' if self._prefix else self._node.get_name()
        claims = Claims(config.mapping, self._settings.frame_prefix, own_topic)
        claims.prepare(list(self.devices))
        return claims

    def _keep_frames(self) -> None:
        """Keep the frames that rules name for them."""
        if self._broadcaster is not None:
            self._broadcaster.claim(self._link_name, self._claims.children)

    def _is_same(self, device: _Device) -> bool:
        """Tell whether the rules still say of a device what they said when it came."""
        peers = () if device.peer is None else self._rules_for(device.peer)
        if device.peer is not None and device.slot != self._slot(
            device.key, device.peer, device.label
        ):
            return False
        try:
            place = self._claims.place(device.key[1], device.key[0], peers)
        except ConversionError:
            return False
        then = device.topic.removeprefix(self._prefix), device.rule, device.closed
        if then != (numbered(place.topic, device.label), place.rule, place.closed):
            return False
        device.number = place.number
        device.is_expected = not device.label and _is_expected(place, *device.key)
        return True

    def _topic(self, device: str, place: Place, label: str) -> str:
        """
        Find the topic of a device, and tell if it is not the usual one.

        :raises ConversionError: if another device has the same one.
        """
        topic, mine = numbered(place.topic, label), _named_for(device, label)
        if label and self._claims.is_named(topic):
            raise ConversionError(f'{mine!r} is not published: a rule names {topic}')
        if topic != place.rule.name:
            first = self._named.setdefault(topic, mine)
            if first != mine:
                raise ConversionError(
                    f'{device!r} is not published: {first!r} is called {topic} too'
                )
        if place.note:
            self._report.problem(ros_text(f'{device}: name'), ros_text(place.note))
        return topic

    def _publish_slice(self, topic: str, image: Any) -> None:
        self._say(f'{topic}/slice', 'slice', image)

    def _say(self, topic: str, leaf: str, ros_message: Any) -> None:
        """Publish what is the bridge's own word, and hand it to those who send the topic on."""
        writer = self._writers.get(topic, leaf, type(ros_message))
        if self._relays.watches(writer.topic):
            self._relays.offer(writer.topic, Handed(
                None, None, leaf, ros_message, '', self._now_ns(), self._mapping.fallback))
        writer.write(ros_message)

    # -- info, state, tf

    def _publish_info(
        self, device: _Device, arrival: _Arrival, result: Converted
    ) -> Iterator[None]:
        """
        Publish `info`, step by step.

        For a stream only when something but time changed, or once a while.
        """
        message = arrival.message
        metadata = {ros_text(k): ros_text(v) for k, v in message.metadata.items()}
        info: dict[str, Any] = {
            'version': message.version,
            'peer': arrival.peer.address,
            'stamp_source': arrival.source,
            'state': result.state and ros_text(result.state),
            'metadata': {k: v for k, v in metadata.items() if not _is_time(k)},
            **result.info,
        }
        now = time.monotonic()
        if device.is_stream and info == device.info and now < device.info_due:
            return
        rate = self._settings.info_rate
        device.info = info
        device.info_due = now + 1.0 / rate if rate else float('inf')
        route, stamp = device.route, time_from_ns(arrival.stamp_ns)
        whole = {
            'device': ros_text(route.device),
            'device_name': ros_text(message.device_name),
            'type': ros_text(device.key[0]),
            'stamp': {'sec': stamp.sec, 'nanosec': stamp.nanosec},
            'timestamp': f'0x{message.timestamp:016x}',
            'message_id': message.message_id,
            'frame_id': route.frame_id,
            'child_frame_id': route.child_frame_id,
            **info,
            'metadata': metadata,
        }
        pieces = []
        for piece in json_pieces(whole):
            pieces.append(piece)
            yield
        text = RosString(data=''.join(pieces))
        self._say(f'{device.topic}/info', 'info', text)

    def _is_old(self, device: _Device, geometry: Any) -> bool:
        """Tell whether a geometry is the one that is known, so that it need not be repeated."""
        values = list(geometry.data)
        old, device.geometry = device.geometry == values, values
        return old

    def _publish_state(self, device: _Device, state: str | None, stamp: Any) -> None:
        """Publish on `status` that a tool became valid or invalid."""
        device.state = state
        try:
            from ..converters.status import OK, STALE, WARN, diagnostic
        except ModuleNotFoundError:
            return  # said once at the start
        is_stale = state in (_SILENT, _UNANSWERED) or (state or '').startswith(_FROZEN)
        level = OK if is_valid(state) else STALE if is_stale else WARN
        text = ros_text(state or 'OK')
        status = diagnostic(device.route.device, level, text, {'state': text}, stamp)
        status.status = self._status_of(device.topic).tell(device.key, status.status[0])
        self._say(f'{device.topic}/status', 'status', status)

    def _status_of(self, topic: str) -> StatusTopic:
        """Give what is told on the `status` of a device, which only a STATUS or a state needs."""
        if topic not in self._states:
            from ..converters.status import StatusTopic

            self._states[topic] = StatusTopic()
        return self._states[topic]

    def _is_on_tf(self, device: _Device, frames: tuple[str, str], stamp_ns: int) -> bool:
        """Tell whether child and parent were broadcast with this stamp, and need not be again."""
        known = device.broadcast
        if known.get(frames) == stamp_ns:
            return device.route.rule.tf != 'static'
        if len(known) >= _MAX_TOOLS and frames not in known:
            known.clear()
        known[frames] = stamp_ns
        return False

    def _broadcast(
        self, broadcaster: TfBroadcaster, device: _Device, result: Converted, stamp_ns: int
    ) -> None:
        mine = []
        for transform in result.transforms:
            parent, child = frames_of_transform(transform)
            if self._is_on_tf(device, (child, parent), stamp_ns):
                self._report.skip(f'tf {child}: stamp that was there before')
            elif broadcaster.name(child) in self._own_frames:
                self._report.problem(
                    f'tf {child}: own',
                    f'{child} is not broadcast on tf: this bridge sends that frame to the '
                    f'network, it would get two parents',
                )
            elif child == parent:
                self._report.problem(
                    f'tf {child}: loop',
                    f'{device.route.device!r} is not broadcast on tf: parent and child are both '
                    f'{child}',
                )
            else:
                mine.append(transform)
        static = device.route.rule.tf == 'static'
        link, topic, is_gated = self._link_name, device.topic, device.gates is not None
        offered = [
            (t, Sender(link, topic, parent), self._claims.rank(device.number, child, is_gated))
            for t in mine for parent, child in (frames_of_transform(t),)
        ]
        for child, kind, why in broadcaster.offer(offered, static):
            self._report.problem_once(f'tf {child}: {kind}', why)


def _clock_of(rule: ReceiveRule, type_name: str, memory: DeviceClock | None) -> DeviceClock:
    """Make the clock of a device; only trackers send what has to be new all the time."""
    can_be_stale = has_poses(type_name) and rule.tf != 'static'
    stale_after_s = rule.stale_after if can_be_stale else 0.0
    return DeviceClock(rule.stamp, rule.max_skew, stale_after_s, memory)


def _is_expected(place: Place, type_name: str, name: str) -> bool:
    """Tell whether a rule names a device: of these there are only so many."""
    rule = place.rule
    is_known_type = rule.type == type_name or type_name in registered()
    return place.number is not None and rule.device == name and is_known_type


def _terms_of(rule: ReceiveRule, type_name: str) -> Terms:
    return Terms(rule.conflict_policy(type_name), max(SILENT_S, rule.max_age))


def _named_for(device: str, label: str) -> str:
    """Name who has a topic, by device and by what tells its peer apart."""
    return f'{device} of {label}' if label else device


def _lose_frame(device: _Device) -> None:
    """Note that a message was lost: a video goes on with a key frame."""
    if device.key[0] == 'VIDEO':
        device.route.state[FRAME_LOST] = True


def _is_time(key: str) -> bool:
    """Tell whether a metadata entry is a time or a counter, which changes with every message."""
    key = key.lower()
    return 'time' in key or 'stamp' in key or 'framenumber' in key
