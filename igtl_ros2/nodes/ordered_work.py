"""What takes long to convert is done in a worker, in the order in which messages came."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from ..codec import Message
from ..codec.messages.bundle import Bind
from ..converters.placing import weight
from ..converters.registry import full_name
from ..converters.units import ros_text
from ..errors import ConversionError
from ..peers import Peer
from ..peers.worker import Worker
from ..routes.device import Device
from .report import Report


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
