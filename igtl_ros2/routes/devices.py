"""The devices of a link: the chain for a message, its name in ROS, and which peer may send it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..codec import Message, registered
from ..codec.message import has_poses
from ..codec.short_names import full_name
from ..codec.volume_blocks import VolumeMerger
from ..config import Settings
from ..converters.claims import Place
from ..converters.device_clock import DeviceClock
from ..converters.gates import Gates
from ..converters.outputs import takes_long
from ..converters.placing import has_place
from ..converters.registry import Route, route_of
from ..converters.topic_holder import leaves_of, names_of, numbered
from ..converters.units import ros_text
from ..converters.volumes import SliceViewer
from ..errors import ConversionError, printable
from ..rules import Mapping, ReceiveRule
from ..rules.receive import SliceView
from .answering import inbound_of, refusal
from .device import Device, Slot
from .device_limits import Known, NewDevices, host_of, whom_to_forget
from .effects import Reply
from .gate_memory import GateMemory
from .inbound import Inbound
from .left_devices import LeftDevices, terms_of
from .surroundings import Source, Surroundings
from .topic_names import TopicNames

#: a peer may make up names without end; each costs publishers
MAX_DEVICES = 1000
# why something is not published
_BY_RULE, _BY_ANOTHER = 'no rule publishes it', 'another peer sends it'
# peers of which it is known which rules are for them
_MAX_PEERS = 1000


class _TooManyError(ConversionError):
    """There is no room for another device."""


class Devices:
    """
    The devices that a link has shown.

    :param around: what their steps share.
    :param is_connected: tells whether a peer is still there.
    :param log: says something, at the level 'info' or 'warning'.
    :param drop: gives up what the node keeps of a device; the other topics that there are.
    :param slices: adds and removes the parameters of slices.
    """

    def __init__(
        self,
        mapping: Mapping,
        settings: Settings,
        prefix: str,
        around: Surroundings,
        is_connected: Callable[[Any], bool],
        log: Callable[[str, str], None],
        drop: Callable[[Device, set[str] | None], None],
        slices: Any,
    ) -> None:
        self._mapping = mapping
        self._settings = settings
        self._prefix = prefix
        self._around = around
        self._report = around.report
        self._is_connected = is_connected
        self._log = log
        self._drop_of_node = drop
        self._slices = slices
        self.all: dict[Slot, Device] = {}
        #: devices that a rule drops
        self._dropped: set[Slot] = set()
        self._left = LeftDevices(prefix)
        self._called: dict[Any, tuple[str, ...]] = {}  #: for which rules peers are meant
        #: the topics, and which device has each
        self.topics = TopicNames(prefix, around, is_connected, log)
        self._new_devices = NewDevices()
        self._gates = GateMemory()

    def change(self, mapping: Mapping) -> list[Device]:
        """
        Follow other rules; gives the devices that begin anew with their next message.

        Topics stay.
        """
        self._mapping = mapping
        self._called.clear()
        changed = [device for device in self.all.values() if not self._is_same(device)]
        for device in changed:
            self._left[device.slot] = self.all.pop(device.slot)
        self._left.follow(self._around.claims, self.rules_for, self.all.values())
        self._dropped.clear()
        while len(self._left) > MAX_DEVICES:
            self._drop(self._left.pop(next(iter(self._left))))
        return changed

    def watched(self) -> list[Device]:
        """List those that may become silent: also those that other rules wait for."""
        return [*self.all.values(), *self._left.watched()]

    def _is_same(self, device: Device) -> bool:
        """Tell whether the rules still say of a device what they said when it came."""
        way, peers = device.way, self.rules_for(device.peer)
        if device.slot != self._slot(way.key, device.peer, device.label):
            return False
        try:
            place = self._around.claims.place(way.key[1], way.key[0], peers)
        except ConversionError:
            return False
        then = way.topic.removeprefix(self._prefix), way.rule, way.closed
        if then != (numbered(place.topic, device.label), place.rule, place.closed):
            return False
        way.follow(place.number)
        device.is_expected = not device.label and _is_expected(place, *way.key)
        return True

    def is_current(self, device: Device) -> bool:
        """Tell whether the rules are still those that a device was made with."""
        is_current = self.all.get(device.slot, device) is device
        if not is_current:
            self._report.skip(f'{device.way.what}: the rules have changed')
        return is_current

    # -- finding

    def hear(self, peer: Source, message: Message, name: str, now_s: float) -> Device | str:
        """
        Find what is known of the device of a message that has come, and note that it has.

        :returns: why it is not published, if it is not.
        """
        device = None if self._mapping.peers else self.all.get((message.type_name, name))
        if device is None:
            found = self.find(peer, message, name, now_s)
            if isinstance(found, str):
                return found
            device = found
        holder = device.holder
        if holder is not None:
            if holder.peer is not peer:
                shared = self._share(device, peer, message, now_s)
                if isinstance(shared, str):
                    return shared
                device, holder = shared, shared.holder
            if holder is not None and holder.peer is peer:
                holder.hear(now_s, message.timestamp != 0, device.terms)
        device.received += 1
        device.heard_s, device.is_stale = now_s, False
        if device.peer is not peer:
            device.peer, device.way.has_lost = peer, True
        return device

    def find(
        self, peer: Source, message: Message, name: str, now_s: float, label: str = ''
    ) -> Device | str:
        """
        Find what is known of the device of a message.

        :param label: what tells the peer apart, if it has a topic of its own.
        :returns: why it is not published, if it is not.
        """
        key = message.type_name, name
        slot = self._slot(key, peer, label) if label or self._mapping.peers else key
        device = self.all.get(slot)
        if device is not None:
            return device
        what = ros_text(' '.join(key))
        if slot not in self._dropped:
            try:
                device = self._new(peer, message, name, label, now_s)
            except ConversionError as error:
                kind = 'too many devices' if isinstance(error, _TooManyError) else f'{what}: name'
                self._report.problem(kind, ros_text(str(error)))
                return str(error)
            if device is not None:
                self.all[slot] = device
                return device
            if len(self._dropped) >= 10 * MAX_DEVICES:
                self._dropped.clear()  # they are found again by the rules
            self._dropped.add(slot)
        self._report.skip(f'{what}: by rule')
        return _BY_RULE

    def refusal(self, peer: Source, message: Message, name: str, why: str) -> list[Reply]:
        """
        Note that a message is not published, for what waits for its fate.

        :param why: what `find` or `share` has told.
        :returns: what its sender is answered.
        """
        if name in self._around.targets.names:
            self._around.targets.refused(peer, name, message, why, is_told=False)
        elif why is _BY_RULE:
            return []
        rule = self._mapping.receive_rule(name, message.type_name, self.rules_for(peer))
        return refusal(rule, name, message, why)

    def _slot(self, key: tuple[str, str], peer: Source, label: str) -> Slot:
        """Tell where a device is found."""
        slot: Slot = key
        if self._mapping.peers:
            slot = (*key, *self.rules_for(peer))
        return (*slot, '', label) if label else slot

    def rules_for(self, peer: Source) -> tuple[str, ...]:
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
        self, device: Device, peer: Source, message: Message, now_s: float
    ) -> Device | str:
        """
        Decide on a message for a topic that another peer has, or that nobody has.

        :returns: what is known of the device on the topic of this peer; why it is withheld if it
            is.
        """
        label = self.topics.label_for(device, peer, message, now_s)
        if label is None:
            return _BY_ANOTHER
        return self.find(peer, message, device.key[1], now_s, label) if label else device

    def rule_of(self, peer: Source, name: str, type_name: str, now_s: float) -> ReceiveRule:
        """
        Find the rule by which the messages of a device are published where others look for them.

        :raises ConversionError: if they are not.
        """
        place = self._around.claims.place(name, type_name, self.rules_for(peer))
        rule, terms = place.rule, terms_of(place.rule, type_name)
        if place.note or rule.action == 'drop':
            raise ConversionError(place.note or _BY_RULE)
        holder = self.topics.held_by_another(peer, place.topic, type_name)
        if holder is not None and holder.judge(peer, now_s, terms) in ('first', 'number'):
            raise ConversionError(_BY_ANOTHER)
        return rule

    def phi_of(self, peer: Source, message: Message) -> str:
        """Tell what the rule of the device of a message says of patients."""
        name, peers = full_name(message), self.rules_for(peer)
        return self._mapping.receive_rule(name, message.type_name, peers).phi

    # -- making

    def _new(
        self, peer: Source, message: Message, name: str, label: str, now_s: float
    ) -> Device | None:
        """
        Make what is kept of a device; None if a rule drops it.

        :param label: what tells the peer apart, if it has a topic of its own.
        :raises ConversionError: if there are too many.
        """
        type_name, claims = message.type_name, self._around.claims
        peers = self.rules_for(peer)
        if self._mapping.receive_rule(name, type_name, peers).action == 'drop':
            return None
        place = claims.place(name, type_name, peers)
        slot = self._slot((type_name, name), peer, label)
        is_expected = not label and _is_expected(place, type_name, name)
        if not is_expected:
            self._make_room(peer, slot, now_s)
        topic, rule = self.topics.take(name, place, label), place.rule
        self._log('info', printable(f'{type_name} {name!r} -> {topic}'))
        left = self._left.take(slot, label)
        before = None if left is None else left.way
        route = route_of(
            name, rule, self._settings.frame_prefix, topic.removeprefix(self._prefix), type_name,
            self._mapping.profile)
        if before is not None:
            route = _follow(route, before, topic, rule, self._slices)
        if rule.slice is not None and type_name == 'IMAGE' and 'slice' not in route.state:
            _offer_slices(topic, route, rule.slice, self._slices, self._report)
        gates = self._gates.gates_of(topic, rule, type_name, before)
        way = _way_of(message, (type_name, name), route, topic, place, before, gates, self._around)
        way.has_lost = left is None or left.peer is not peer
        return Device(
            way, peer, slot, label,
            holder=None if label else self.topics.holder(topic, leaves_of(type_name)),
            terms=terms_of(rule, type_name),
            is_expected=is_expected,
            watch=gates,
            received=left.received if left is not None else 0,
        )

    # -- making room

    def _make_room(self, peer: Source, slot: Slot, now_s: float) -> None:
        """
        Forget a device, if there are too many; those that rules name always get in.

        :raises ConversionError: if a new one has to wait, or there is no room.
        """
        type_name, name, *_ = slot
        host = host_of(peer.address)
        if slot not in self._left and not self._new_devices.admits(host, now_s):
            raise _TooManyError(
                f'{type_name} {name!r} is not published yet: too many new devices at once')
        if not self._forget_one(host, now_s):
            raise _TooManyError(
                f'{type_name} {name!r} is not published: {MAX_DEVICES} devices are known')

    def _forget_one(self, host: str, now_s: float) -> bool:
        """Make room for one device of a host; false if there is none."""
        if sum(not device.is_expected for device in self.all.values()) < MAX_DEVICES:
            return True
        known = (
            Known(slot, host_of(device.peer.address), not self._is_connected(device.peer),
                  now_s - device.heard_s)
            for slot, device in self.all.items()
            if not device.is_expected and not device.way.waiting)
        found = whom_to_forget(known, host)
        if found is None:
            return False
        device = self.all.pop(found)
        self._report.skip('devices that were forgotten to make room')
        self._log('info', f'{device.way.what} is forgotten to make room')
        self._drop(device)
        return True

    def _drop(self, device: Device) -> None:
        way, topic = device.way, device.topic
        self._slices.remove(way.route.state.get('slice'))
        topics = {other.topic for other in (*self.all.values(), *self._left.values())}
        self._drop_of_node(device, None if topic in topics else topics)
        if topic in topics:
            return
        self.topics.free(device)
        if way.gates is not None:
            self._gates.keep(topic, way.gates)


def _follow(
    route: Route, before: Inbound, topic: str, rule: ReceiveRule, slices: Any
) -> Route:
    """
    Keep what a device has had under the rules before.

    That is the decoder of a video, names that were given, and the slice that was chosen, unless
    the rule has another one now, or another topic for its parameters.
    """
    state = dict(before.route.state)
    if (before.topic, before.rule.slice) != (topic, rule.slice):
        slices.remove(state.pop('slice', None))
    return replace(route, state=state, names=before.route.names)


def _offer_slices(topic: str, route: Route, view: SliceView, slices: Any, report: Any) -> None:
    """Let a slice of the volumes of a device be chosen."""
    viewer = route.state['slice'] = SliceViewer(view)
    try:
        slices.add(topic, viewer)
    except ConversionError as error:
        report.problem(f'{route.device}: slice', str(error))


def _way_of(
    message: Message,
    key: tuple[str, str],
    route: Route,
    topic: str,
    place: Place,
    before: Inbound | None,
    gates: Gates | None,
    around: Surroundings,
) -> Inbound:
    """
    Make the steps of the messages of a device.

    :param message: the first of them.
    :param before: those under the rules before.
    """
    rule, (type_name, _), start, merger = place.rule, key, None, None
    if rule.to_frame and has_place(message, rule):
        start = route
        # tools have no frame of their own any more
        there = replace(rule, frame=rule.to_frame)
        route = replace(route, frame_id=rule.to_frame, rule=there)
    if rule.subvolume == 'merge' and type_name == 'IMAGE':
        merger = (before and before.merger) or VolumeMerger()
    return inbound_of(rule, key, around.targets)(
        key, rule, route, topic,
        _clock_of(rule, type_name, None if before is None else before.clock),
        around,
        start=start,
        merger=merger,
        gates=gates,
        closed=place.closed,
        number=place.number,
        takes_long=takes_long(rule, type_name),
        state=before.state if before is not None and before.topic == topic else None,
    )


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
