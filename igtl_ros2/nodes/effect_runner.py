"""What the steps of a message have asked for is done: published, looked up, done in the worker."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from std_msgs.msg import String as RosString

from ..codec import Message
from ..codec.messages.bundle import Bind
from ..codec.short_names import full_name
from ..converters.lazy import LazyPose
from ..converters.placing import weight
from ..converters.units import ros_text
from ..errors import ConversionError, PeerError
from ..peers import Peer
from ..peers.worker import Worker
from ..routes.answering import amended
from ..routes.device import Device
from ..routes.effects import (
    Broadcast,
    Effect,
    Forget,
    Hold,
    Later,
    LookUp,
    Measure,
    Publish,
    Reply,
    ShowInfo,
    ShowState,
    Take,
    Tell,
)
from ..routes.inbound_times import InboundTimes
from ..routes.passage import Passage
from ..routes.ready import TOGETHER, Ready, with_joint_broadcasts
from ..routes.transform_queue import Placement, Poses
from .held_values import HeldValues
from .link_output import LinkOutput
from .report import Report
from .transform_wait import TransformWait

# how long the worker publishes before others may, and how long it lets them
_STEP_S = 0.002
_BREATH_S = 0.0005
# with so many effects poses may have come together
_MANY = 2 * TOGETHER
#: what needs no lock; None: nothing
_Write = Callable[[], None] | None


def answer(peer: Any, replies: Iterable[Reply]) -> None:
    """Send something to the sender of a message; after the end there is none to read it."""
    with suppress(PeerError):
        for reply in replies:
            peer.send(reply.message)


class OrderedWork:
    """
    Do what takes long, with backpressure on peers that send too much of it.

    :param lock: held while what waits is counted.
    """

    def __init__(self, lock: threading.RLock, report: Report) -> None:
        self._lock = lock
        self._report = report
        self.worker = Worker('converting', self._let_go_on)
        #: whose messages have to wait for those that are converted in the worker
        self._waiting_peers: set[Peer] = set()
        #: whose BIND is in the worker, or what came behind it: that is of the same devices
        self.bound: Counter[Peer] = Counter()

    def do(
        self, device: Device | None, peer: Peer, message: Message, job: Callable[[], None]
    ) -> None:
        """
        Do something, which raises nothing, after what came before; called with the lock.

        :param device: whose messages wait until it is done; None: all of the peer.
        """
        is_bound = device is None or isinstance(message, Bind)

        def work() -> None:
            try:
                job()
            finally:
                with self._lock:
                    count(-1)

        def count(more: int) -> None:
            if device is not None:
                device.way.waiting += more
            if is_bound:
                self.bound[peer] += more
                if not self.bound[peer]:
                    del self.bound[peer]

        count(1)
        try:
            has_room = self.worker.do(work, weight(message))
        except ConversionError as error:
            what = ros_text(f'{message.type_name} {full_name(message)}')
            self._report.problem(what, f'{what}: {error}')
            if device is not None:
                device.way.has_lost = True
            count(-1)
            return
        if not has_room:
            self._waiting_peers.add(peer)
            peer.let_wait(True)

    def _let_go_on(self) -> None:
        """Take in again what peers send, now that less waits to be converted."""
        with self._lock:
            peers, self._waiting_peers = self._waiting_peers, set()
        for peer in peers:
            peer.let_wait(False)


@dataclass(eq=False)
class EffectRunner:
    """
    Do what steps ask for, in the threads of the network, of the executor and of a worker.

    :param lock: held but for what needs no lock in the worker.
    :param wait: where messages wait for tf.
    :param take: takes a message out of another one through its steps.
    :param is_current: tells whether the rules are still those that a device was made with.
    :param times: takes notes of how long it all takes.
    """

    _lock: threading.RLock
    _output: LinkOutput
    _work: OrderedWork
    wait: TransformWait
    _take: Callable[[Passage, Take, Ready], None]
    _is_current: Callable[[Device], bool]
    _times: InboundTimes
    _report: Report

    def begin(self, held: HeldValues) -> None:
        """Know what holds values."""
        output = self._output
        self._does: dict[type, Callable[[Device, Passage, Any], None]] = {
            Publish: output.publish,
            ShowState: lambda device, passage, effect: output.publish_state(
                device, effect.state, passage.stamp_ns),
            Broadcast: output.broadcast,
            Hold: lambda device, passage, effect: held.hold(device, effect.passage),
            Later: self._go_on_later,
            Tell: lambda device, passage, effect: self._report.tell(effect),
            LookUp: self._look_up,
            Forget: output.forget_names,
            Measure: self._times.published,
            Reply: self._reply,
        }

    def _reply(self, device: Device, passage: Passage, effect: Reply) -> None:
        """Answer a message, of which tf has decided by now."""
        why = passage.not_on_tf
        reply = amended(effect, why) if why else effect
        if reply is not None:
            answer(passage.peer, [reply])

    def steps(self, device: Device, passage: Passage) -> list[Effect]:
        """Take steps; whatever a message holds, the node goes on."""
        try:
            return device.way.take(passage)
        except Exception as error:
            self.tell_error(device, error)
            return []

    def tell_error(self, device: Device, error: Exception, number: int = 1) -> None:
        """Report why so many messages of a device are not published."""
        what = str(error) if isinstance(error, ConversionError) else (
            # its text may quote names of patients
            f'not published, error in the bridge: {type(error).__name__}')
        told = device.way.fault(what)
        told.number = number
        self._report.tell(told)

    def _try(self, device: Device, job: Callable[[], None]) -> None:
        """Do something; an error in the bridge is reported."""
        try:
            job()
        except Exception as error:
            self.tell_error(device, error)

    def carry_out(self, ready: Ready) -> None:
        """Do what steps have asked for; called with the lock."""
        does = self._does
        all_ready = ready if len(ready) < _MANY else with_joint_broadcasts(ready)
        for device, passage, effect in all_ready:
            try:
                if (do := does.get(type(effect))) is not None:
                    do(device, passage, effect)
                else:
                    for write in self._do(device, passage, effect):
                        if write is not None:
                            write()
            except Exception as error:
                self.tell_error(
                    device, error, len(effect.offered) if isinstance(effect, Broadcast) else 1)
        ready.clear()

    def go_on(self, device: Device, passage: Passage) -> None:
        """Go on with a message where it has stopped."""
        effects = self._times.with_measure(passage, self.steps(device, passage))
        self.carry_out([(device, passage, effect) for effect in effects])

    def _do(self, device: Device, passage: Passage, effect: Effect) -> Iterator[_Write]:
        """
        Do what a step has asked for, in pieces if that takes long.

        :returns: what has to be done before the next piece, and needs no lock.
        """
        do = self._does.get(type(effect))
        if isinstance(effect, Publish) and effect.leaf != 'status':
            writer = self._output.writer_of(device, effect)
            if writer is not None:
                write = partial(self._output.publish, device, passage, effect, writer)
                if isinstance(effect.ros_message, LazyPose):
                    write()  # it is short, and stays in the order of its topic
                else:
                    yield write
        elif do is not None:
            do(device, passage, effect)
        elif isinstance(effect, ShowInfo):
            pieces = []
            for piece in effect.pieces:
                pieces.append(piece)
                yield None
            self._output.say(f'{device.topic}/info', 'info', RosString(data=''.join(pieces)))
        elif isinstance(effect, Take):
            ready: Ready = []
            self._take(passage, effect, ready)
            self.carry_out(ready)
        yield None

    def _look_up(self, device: Device, passage: Passage, effect: LookUp) -> None:
        """Go on with a message once it is known where its frames are."""
        trace = self._times.take_over(passage)

        def go(poses: Poses) -> None:
            if self._is_current(device):
                device.way.moved(passage, effect.frames, poses)
                self._times.go_on(passage, trace, 'tf_wait')
                if not self._output.late.is_over:
                    self._output.late.forget(device.topic)
                self.go_on(device, passage)

        def lost(why: str) -> None:
            effects = device.way.lost(passage, why)
            self.carry_out([(device, passage, effect) for effect in effects])

        if self._is_current(device):
            self.wait.submit(Placement(device.slot, device.way.what, effect, go, lost))

    # -- in the worker

    def _go_on_later(self, device: Device, passage: Passage, effect: Later) -> None:
        """Go on with a message in the worker."""
        trace = self._times.take_over(passage)

        def go_on() -> None:
            passage.in_worker = True
            self._times.go_on(passage, trace, 'worker_wait')
            # where a gate remembers what was published, which it does of few
            with self._lock if device.way.remembers else nullcontext():
                effects = self.steps(device, passage)
            if passage.result is not None and not effects:
                with self._lock:
                    if not self._is_current(device):
                        return
                    if not self._output.late.is_over:
                        self._output.late.forget(device.topic)
                    effects = device.way.finish(passage)
            effects = self._times.with_measure(passage, effects)
            doing = (one for effect in effects for one in self._do(device, passage, effect))
            while self._does_more(device, doing):
                time.sleep(_BREATH_S)  # a thread that waits for the lock gets it

        self._work.do(device, passage.peer, passage.message, partial(self._try, device, go_on))

    def _does_more(self, device: Device, doing: Iterator[_Write]) -> bool:
        """Do what was asked for, for a moment; tells whether there is more."""
        until = time.monotonic() + _STEP_S
        while time.monotonic() < until:
            with self._lock:
                if not self._is_current(device):
                    return False
                try:
                    write = next(doing)
                except StopIteration:
                    return False
            if write is not None:
                write()
        return True
