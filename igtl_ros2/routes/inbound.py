"""
From the network to ROS: the chain of steps of what one device sends.

stamp -> merge -> patient -> place -> gate, convert -> raw -> tell, hold, info, outputs, state, tf.
A step that its rule does not ask for is not in the chain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Any

from ..codec.message import has_poses, is_stream, message_class
from ..codec.messages.image import Image
from ..codec.patients import hidden, may_name
from ..codec.timestamp import wire_ns
from ..codec.volume_blocks import VolumeMerger
from ..converters.details import Detail
from ..converters.device_clock import DeviceClock
from ..converters.gates import Gate, Gates, age_s
from ..converters.heavy import is_heavy, may_be_heavy
from ..converters.outputs import Kind, kind_of
from ..converters.placing import frames_of, moved_received, weight
from ..converters.pose import is_valid
from ..converters.registry import Converted, Route, converted
from ..converters.units import ros_text
from ..converters.video import FRAME_LOST
from ..errors import ConversionError
from ..rules import ReceiveRule
from .device_info import DeviceInfo
from .effects import (
    Effect,
    Forget,
    Hold,
    Later,
    LookUp,
    Poses,
    Publish,
    ShowState,
    Take,
    Tell,
    left_out,
    problem,
    stale,
    withheld,
)
from .passage import Passage
from .raw_step import RawStep
from .surroundings import Surroundings
from .tf_offers import TfOffers

#: what `info` says of the stamp of a repetition
REPEATED = 'hold'
FROZEN = 'stale: its time stamp stands still'
# folders of topics that are called like what is in a message
_FOLDERS = ('tools', 'labels', 'paths')
# parts of what was converted that are told
_TROUBLE = frozenset(('errors', 'notes', 'left_out'))


class Inbound:
    """
    What is known of a device, and the steps that its messages take.

    :param key: type and device name.
    :param route: what converters know of it.
    :param start: what `to_frame` moves it from; None if it stays where it is.
    :param closed: first parts of the leaves before which gates stand that do not look at it.
    :param number: of its rule among those of the mapping.
    :param takes_long: whether it is converted in the worker.
    """

    def __init__(
        self,
        key: tuple[str, str],
        rule: ReceiveRule,
        route: Route,
        topic: str,
        clock: DeviceClock,
        around: Surroundings,
        *,
        start: Route | None = None,
        merger: VolumeMerger | None = None,
        gates: Gates | None = None,
        closed: frozenset[str] = frozenset(),
        number: int | None = None,
        takes_long: bool = False,
        state: str | None = None,
    ) -> None:
        """Put the steps together that the rule asks for."""
        self.key = key
        self.what = ros_text(' '.join(key))
        self.rule = rule
        self.route = route
        self.topic = topic
        self.clock = clock
        self.start = start
        self.merger = merger
        self.gates = gates
        self.closed = closed
        self.state = state
        #: whether the one before the next was dropped, or never came
        self.has_lost = False
        self.is_stream = is_stream(key[0])
        self._is_held = bool(rule.hold_hz)
        self._is_special = self._is_held or gates is not None
        # of leaves that are no more than published, what each is
        self._kinds: dict[str, Kind] = {}
        #: messages of it that are in the worker, before which no other may be published
        self.waiting = 0
        self.has_max_age = gates is not None and bool(rule.max_age)
        #: whether gates remember what was published
        self.remembers = gates is not None and (has_poses(key[0]) or bool(gates.of_poses))
        self._around = around
        clocks = around.clocks
        self._steady_s = clocks.steady_s
        #: the clock that its stamps are compared with
        self._stamps_ns = clocks.ros_ns if rule.stamp == 'device' else clocks.wall_ns
        self._info = DeviceInfo(key, route, self.is_stream, around.info_rate)
        self._geometry: Any = None
        self._tf = TfOffers(topic, rule, route, gates is not None, around)
        self._tf.number = number
        steps: list[Callable[[Passage], Effect | None]] = [self._stamp]
        if merger is not None:
            steps.append(self._merge)
        self._has_measure = may_be_heavy(key[0])
        steps.append(self._let_worker)
        #: where a repetition begins that is stamped anew
        self.again_at = len(steps)
        if rule.phi != 'pass':
            steps.append(self._hide)
        if start is not None:
            steps.append(self._place)
        #: where a repetition begins that keeps its place and stamp
        self.placed_at = len(steps)
        if takes_long or start is not None:
            steps.append(self._let_worker_convert)
        self._takes_long = takes_long
        if start is not None:
            steps.append(self._move)
        if gates is not None:
            steps.append(self._open_gate)
        steps.append(self._convert)
        raw = RawStep(self.what, rule.raw, around)
        if rule.raw or message_class(key[0]) is None or raw.is_off(key[0]):
            steps.append(raw.add_raw)
        self._steps = tuple(steps)
        #: the steps of a message with harmless metadata, if nothing else can name a patient
        self._bare_steps = self._steps if may_name(key[0]) else tuple(
            step for step in steps
            if step != self._hide and (self._has_measure or step != self._let_worker))

    #: metadata that are not heavy and name no patient: none, and those that came last
    _harmless: tuple[Mapping[str, str], ...] = ({},)

    def take(self, passage: Passage) -> list[Effect]:
        """
        Take a message through the steps that it has before it, as far as it gets.

        In the worker `finish` is left to do.

        :raises ConversionError: if it is not published.
        """
        steps, step = self._steps, passage.step
        if step:
            steps = steps[step:]
        elif not self.waiting and passage.message.metadata in self._harmless:
            steps = self._bare_steps
        for take in steps:
            if (found := take(passage)) is not None:
                return [found]
        return [] if passage.in_worker else self.finish(passage)

    def again(self, held: Passage, now_s: float, now_ns: int) -> Passage:
        """Begin a repetition of what is held."""
        again = held.again(now_s)
        again.source, again.step = REPEATED, self.placed_at
        if not self.clock.has_own_stamp(held.message.timestamp_ns):
            again.step = self.again_at
            again.arrival_ns = again.stamp_ns = now_ns
        return again

    def follow(self, number: int | None) -> None:
        """Note that the rules have changed, but say the same of the device."""
        self._tf.follow(number)

    def _stamp(self, passage: Passage) -> None:
        passage.stamp_ns, passage.source = self.clock.choose(
            wire_ns(passage.message.timestamp), passage.arrival_ns, passage.came_s)

    def _merge(self, passage: Passage) -> Effect | None:
        """Paste a block into its volume; what takes long is pasted in the worker."""
        message = passage.message
        if self.merger is not None and isinstance(message, Image):
            if not passage.in_worker and (self.waiting or self.merger.takes_long(message)):
                return _later(passage, self._steps.index(self._merge))
            passage.message = self.merger.merge(message)
        return None

    def _let_worker(self, passage: Passage) -> Effect | None:
        if self._has_measure or passage.message.metadata:
            passage.is_heavy = is_heavy(passage.message)
        if not passage.in_worker and (self.waiting or passage.is_heavy):
            return _later(passage, self.again_at)
        return None

    def _hide(self, passage: Passage) -> None:
        """Hide names of patients."""
        message, phi = passage.message, self.rule.phi
        shown = hidden(message, phi)
        if shown is not message:
            passage.message = shown
            passage.origin = {**passage.origin, 'phi': phi}
        elif not passage.is_heavy:
            self._harmless = {}, message.metadata

    def _place(self, passage: Passage) -> Effect:
        """Have it moved into the frame that the rule asks for, once that is known."""
        start, message = self.start, passage.message
        assert start is not None
        passage.step = self.placed_at
        return LookUp(
            passage, frames_of(message, start), start.rule.to_frame, passage.stamp_ns,
            weight(message))

    def moved(self, passage: Passage, frames: Sequence[str], poses: Poses) -> None:
        """Take in where the frames are of what was waiting for tf, which then goes on."""
        passage.unmoved = copy(passage)
        passage.in_worker = False
        passage.poses = poses
        passage.origin = {**passage.origin, 'moved_from': list(dict.fromkeys(frames))}

    def _let_worker_convert(self, passage: Passage) -> Effect | None:
        if not passage.in_worker and (self._takes_long or self.waiting or passage.is_heavy):
            return _later(passage, self.placed_at)
        return None

    def _move(self, passage: Passage) -> None:
        if passage.poses is not None and self.start is not None:
            passage.message = moved_received(passage.message, self.start, passage.poses)

    def _open_gate(self, passage: Passage) -> None:
        """Make the gate for a message that is about to be published."""
        assert self.gates is not None
        now_s, now_ns = self._steady_s(), self._stamps_ns()
        age = age_s(passage.message, self.rule.stamp, now_ns, now_ns)
        # what has waited for tf, or is repeated, has grown older since its stamp was chosen
        waited_s = now_s - passage.came_s
        passage.gate = Gate(
            self.gates,
            passage.stamp_ns,
            now_s,  # what has waited is published, and moves, only now
            waited_s if abs(waited_s) >= abs(age) else age,
            passage.peer.address,
            passage.source != REPEATED,
        )

    def _convert(self, passage: Passage) -> None:
        route = self.route
        if passage.after_loss:
            self.lose_frame()
        route.gate = passage.gate
        try:
            passage.result = converted(passage.message, route, passage.stamp_ns)
        except ConversionError as error:
            passage.result = Converted(errors=[str(error)])

    def lose_frame(self) -> None:
        """Note that a message was lost: a video goes on with a key frame."""
        if self.key[0] == 'VIDEO':
            self.route.state[FRAME_LOST] = True

    def lost(self, passage: Passage, why: str) -> list[Effect]:
        """Note that a message is dropped, which tf could not move in time."""
        self.lose_frame()
        return []

    # -- what becomes of it

    def finish(self, passage: Passage) -> list[Effect]:
        """Tell, hold and publish what a message has become."""
        result = passage.result
        assert result is not None
        effects: list[Effect] = []
        more = result.more  # of what is not there, a property would make something empty
        if (more or self._is_special or passage.origin or self.clock.is_frozen
                or self.route.names.forgotten):
            self._look_closer(passage, result, effects)
        if (told := self._info.news(passage, result)) is not None:
            effects.append(told)
        for leaf, ros_message in result.outputs.items():
            kind = self._kinds.get(leaf)
            if kind is not None:
                effects.append(Publish(leaf, kind, ros_message))
            else:
                self._add_output(leaf, ros_message, effects)
        if result.state != self.state:
            self.state = result.state
            effects.append(ShowState(result.state))
        if not more:
            return effects
        if self._around.has_tf and (transforms := more.get('transforms')):
            self._tf.offer(transforms, passage.stamp_ns, effects, self.clock.is_frozen)
        if 'peer' in more:
            passage.peer.facts.update(result.peer)
        for child in more.get('children', ()):
            effects.append(Take(child, {'bind': ros_text(self.key[1])}))
        return effects

    def _look_closer(self, passage: Passage, result: Converted, effects: list[Effect]) -> None:
        """Look after what most messages have not got."""
        gate = passage.gate
        if self.route.names.forgotten:
            forgotten = self.route.names.take_forgotten()
            effects.append(Forget([f'{folder}/{n}' for folder in _FOLDERS for n in forgotten]))
        if passage.origin:
            result.info.update(passage.origin)
        if gate is not None and gate.withheld:
            _tell_withheld(self.what, gate, result, effects)
        if result.more and not _TROUBLE.isdisjoint(result.more):
            _tell_trouble(self.what, result.more, effects)
        is_new = passage.source != REPEATED
        if self.clock.is_frozen and is_new:
            effects.append(stale(f'{self.what}: time stamp', f'{self.what}: {FROZEN}'))
            result.state = FROZEN if is_valid(result.state) else f'{FROZEN}, {result.state}'
        if self._is_held:
            effects += self._held(passage, result, is_new)

    def fault(self, text: str) -> Tell:
        """Tell what is wrong with a message."""
        return _fault(self.what, text)

    def _held(self, passage: Passage, result: Converted, is_new: bool) -> list[Effect]:
        """Have a good message repeated, and none that was before a bad one."""
        if not is_valid(result.state) or result.errors:
            return [Hold(None)]
        if not is_new or not passage.message.can_be_held:
            return []
        # what the device has stamped is of that moment, and stays where it was then
        keeps = self.clock.has_own_stamp(passage.message.timestamp_ns)
        return [Hold(passage if keeps else passage.unmoved or passage)]

    def _add_output(self, leaf: str, ros_message: Any, effects: list[Effect]) -> None:
        if leaf == 'geometry':
            if ros_message is self._geometry or ros_message == self._geometry:
                return
            self._geometry = ros_message
        part, _, rest = leaf.partition('/')
        if part in self.closed:
            effects.append(withheld(
                f'{self.what}: type',
                f'{self.topic}/{leaf}: not published: the gates before this topic do not '
                f'look at {self.what}',
            ))
            return
        kind = kind_of(part, self.key[0])
        effects.append(Publish(leaf, kind, ros_message))
        if not rest and leaf != 'geometry':  # names there may be without end
            self._kinds[leaf] = kind


def _later(passage: Passage, step: int) -> Later:
    """Have it go on with a step in the worker."""
    passage.step = step
    return Later()


def _fault(what: str, text: str) -> Tell:
    return problem(what, f'{what}: {text}')


def _tell_trouble(what: str, more: Mapping[str, Any], effects: list[Effect]) -> None:
    """Count and log what is wrong with a message, and what of it is dropped."""
    effects += [_fault(what, text) for text in more.get('errors', ())]
    for text in more.get('notes', ()):
        note = f'{what}: {ros_text(text)}'
        effects.append(problem(note, note))
    effects += map(left_out, more.get('left_out', ()))


def _tell_withheld(what: str, gate: Gate, result: Converted, effects: list[Effect]) -> None:
    """Count, log and put into `info` what a gate has withheld."""
    for (tool, name), why in gate.withheld.items():
        where = f'{ros_text(tool)} {name}'.strip()
        result.info.setdefault('gates', {})[where] = Detail(str, why)
        effects.append(withheld(f'{what}: {name}', f'{what}: {where}: not published: {why}'))
