"""Messages of topics taken in a thread of their own, as many at once as there are."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

from rclpy.guard_condition import GuardCondition
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.subscription import Subscription

from .callback_errors import CallbackErrors
from .subscriptions import Losses, subscribe

try:
    from rclpy.impl.implementation_singleton import rclpy_implementation as _rclpy
except ImportError:  # it is private
    _rclpy = None  # type: ignore[assignment]

#: gets messages, the oldest first: as bytes, if it was subscribed so
Take = Callable[[list[Any]], None]

#: how many small messages of one topic are handed on together
MOST = 32
# so many times, before the other topics have their turn
_BATCHES = 4
_WAIT_NS = 1_000_000_000
# after so many waits in a row that end at once with nothing there, the next is put off a little
_EMPTY_WAITS = 3
_EMPTY_S = 0.1
_EMPTY_REST_S = 0.002

_log = logging.getLogger(__name__)


class _Target(NamedTuple):
    take: Take
    losses: Losses
    most: int
    first: bool
    #: batches that were read and not handed on yet, the oldest first
    read: deque[list[Any]]


class Intake:
    """
    Take what subscriptions get in place of the executor.

    An executor calls back once for each message, and the events executor has DDS count all that
    wait whenever one comes: what comes faster than it is taken then takes ever longer. Here a wait
    ends when something is there, and all of it is taken.

    What rclpy has no public name for is tried out by the first subscription; where it is not
    there, they stay with the executor.

    :param lock: held while messages are handed on.
    """

    def __init__(self, node: Node, lock: threading.RLock) -> None:
        self._node = node
        self._lock = lock
        self._errors = CallbackErrors(_log)
        self._targets: dict[Subscription, _Target] = {}
        # held while subscriptions are read or replaced, within `lock` or without; the first one
        # tries a turn while it is held
        self._reads = threading.RLock()
        #: for how long to let gather what comes next, once all is taken: seconds
        self.rest_s = 0.0
        # how often in a row a wait has ended at once with nothing there, and when it last did
        self._empty, self._empty_at = 0, 0.0
        #: which targets there are: another number for others
        self._version = 0
        self._guard: GuardCondition | None = None
        self._thread: threading.Thread | None = None

    def subscribe(
        self, ros_type: type, topic: str, take: Take, profile: QoSProfile, losses: Losses, *,
        most: int = 1, stays: bool = False, first: bool = False, old: Subscription | None = None,
        overlap: bool = False, **options: Any,
    ) -> Subscription:
        """
        Subscribe, and take what comes; call it in the thread of the executor.

        :param most: how many messages are handed on together.
        :param stays: leave it to the executor, as what takes them makes timers.
        :param first: take them before what has come of other topics, which they describe.
        :param old: the subscription in whose place it comes; all that it has got is handed on.
        :param overlap: destroy that one afterwards: rather something comes twice than not at all.
        """

        def take_one(message: Any) -> None:
            with self._lock:
                take([message])

        # nothing is read in between: what describes a message may go to another one than before
        with self._lock, self._reads:
            if old is not None and not overlap:
                self._finish(old)
            subscription = subscribe(
                self._node, ros_type, topic, take_one, profile, losses, **options)
            if not stays:
                self._move(subscription, _Target(take, losses, most, first, deque()))
            if old is not None and overlap:
                self._finish(old)
        return subscription

    def finish(self, subscription: Subscription) -> None:
        """Hand on what has come to a subscription, and destroy it."""
        with self._lock, self._reads:
            self._finish(subscription)

    def _finish(self, subscription: Subscription) -> None:
        target = self._targets.get(subscription)
        if target is not None:
            for _ in range(subscription.qos_profile.depth):  # somebody may go on publishing
                if not _read(subscription, target):
                    break
            for _ in range(len(target.read)):
                self._hand_on(subscription, target)
        self.remove(subscription)

    def _move(self, subscription: Subscription, target: _Target) -> None:
        """Take what a new subscription gets; where it cannot be done, the executor goes on."""
        subscriptions = getattr(self._node, '_subscriptions', None)
        if not isinstance(subscriptions, list) or subscription not in subscriptions:
            return
        try:
            if self._thread is None:
                self._start()
            _read(subscription, target)
        except (AttributeError, TypeError) as error:
            _log.info('%s is taken by the executor: %s', subscription.topic_name, error)
            return
        # the executor sees only what is there when its callback, in which this runs, is over
        subscriptions.remove(subscription)
        with self._lock:
            self._targets[subscription] = target
            self._version += 1
        self._wake()

    @property
    def subscriptions(self) -> list[Subscription]:
        """Those whose messages are taken here."""
        return list(self._targets)

    def remove(self, subscription: Subscription) -> None:
        """Destroy a subscription, whose messages may be taken here or not."""
        with self._lock:
            is_here = self._targets.pop(subscription, None) is not None
            self._version += is_here
        if is_here:
            self._node._subscriptions.append(subscription)  # where it is looked for
        self._node.destroy_subscription(subscription)
        if is_here:
            self._wake()

    def close(self) -> None:
        """Take no more, and destroy the subscriptions."""
        for subscription in list(self._targets):
            self.remove(subscription)
        thread, self._thread = self._thread, None
        if thread is not None:
            self._wake()
            thread.join()
        if self._guard is not None:
            self._guard.destroy()
            self._guard = None

    def _start(self) -> None:
        """
        Start the thread, if one turn without subscriptions shows that this rclpy can do it.

        :raises AttributeError, TypeError: if it cannot.
        """
        guard = GuardCondition(None, None, self._node.context)
        try:
            guard.trigger()
            self._turns(self._node.context, guard)
        except (AttributeError, TypeError):
            guard.destroy()
            raise
        self._guard = guard
        self._thread = threading.Thread(target=self._run, name='igtl-intake', daemon=True)
        self._thread.start()

    def _wake(self) -> None:
        if self._guard is not None:
            self._guard.trigger()

    def _run(self) -> None:
        context, guard = self._node.context, self._guard
        assert guard is not None
        while self._thread is threading.current_thread() and context.ok():
            try:
                self._turns(context, guard)
            except Exception as error:
                if not context.ok():
                    return
                self._errors.tell(error)

    def _turns(self, context: Any, guard: GuardCondition) -> None:
        """Wait until there is something and take it, again and again with the same targets."""
        with ExitStack() as held:  # what is destroyed meanwhile goes when this is over
            held.enter_context(context.handle)
            held.enter_context(guard.handle)
            targets, version = {}, self._version
            for subscription, target in list(self._targets.items()):
                try:
                    held.enter_context(subscription.handle)
                except _rclpy.InvalidHandle:  # it is being destroyed
                    continue
                targets[subscription] = target
            wait_set = _rclpy.WaitSet(len(targets), 1, 0, 0, 0, 0, context.handle)
            held.enter_context(wait_set)
            handles = [subscription.handle for subscription in targets]
            add, add_guard = wait_set.add_subscription, guard.handle
            in_order = sorted(targets.items(), key=lambda one: one[1].first)
            for one in reversed(in_order):  # what describes others first
                if one[1].read:  # when it was tried
                    self._hand_on(*one)
            # a wait set of its own for each turn takes 25 us
            while True:
                wait_set.clear_entities()
                for handle in handles:
                    add(handle)
                wait_set.add_guard_condition(add_guard)
                wait_set.wait(_WAIT_NS)
                if rest_s := self._rest_s(self._take(in_order, version)):
                    time.sleep(rest_s)
                is_mine = self._thread is threading.current_thread()
                if self._version != version or not (is_mine and context.ok()):
                    return

    def _take(self, targets: Sequence[tuple[Subscription, _Target]], version: int) -> bool:
        """
        Take what is there, but for what there is too much of; tells whether that is all.

        :param targets: those last that are `first`.
        """
        is_all = True
        with self._reads:
            if self._version != version:
                return False
            taken = [(*one, count) for one in targets if (count := _read(*one))]
        if taken:
            self._empty = 0
        else:
            before, self._empty_at = self._empty_at, time.monotonic()
            self._empty = self._empty + 1 if self._empty_at - before < _EMPTY_S else 0
        if len(taken) > 1:  # read last and handed on first: it was said before what it describes
            taken.sort(key=lambda one: not one[1].first)
        for subscription, target, count in taken:
            self._hand_on(subscription, target)
            for _ in range(_BATCHES - 1):
                if count < target.most:
                    break
                with self._reads:  # who replaces a subscription has read all of it
                    count = _read(subscription, target) if self._version == version else 0
                if count:
                    self._hand_on(subscription, target)
            is_all = is_all and count < target.most
        return is_all

    def _rest_s(self, is_all: bool) -> float:
        """
        Tell for how long to rest before the next wait, in seconds.

        Once a publisher has gone, Fast DDS 3 may end each wait of a subscription at once, though
        there is nothing to take; without a rest that takes a core until something comes.
        """
        if self._empty > _EMPTY_WAITS:
            return max(self.rest_s, _EMPTY_REST_S)
        return self.rest_s if is_all else 0.0

    def _hand_on(self, subscription: Subscription, target: _Target) -> None:
        """Hand on the oldest batch, if nobody else has done it."""
        with self._lock:
            if subscription not in self._targets or not target.read:
                return
            batch = target.read.popleft()
            try:
                target.take(batch)
            except Exception as error:  # the others have come as well
                if self._node.context.ok():
                    self._errors.tell(error)


def _read(subscription: Subscription, target: _Target) -> int:
    """Read a batch of what waits, up to as much as is handed on together; tell how much it is."""
    take, kind, is_raw = (
        subscription.handle.take_message, subscription.msg_type, subscription.raw)
    most, note = target.most, target.losses.note
    batch: list[Any] = []
    while len(batch) < most and (taken := take(kind, is_raw)) is not None:
        batch.append(taken[0])
        note(taken[1])
    if batch:
        target.read.append(batch)
    return len(batch)
