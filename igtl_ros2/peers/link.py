"""What all links share: their peers, held state, sending and receiving."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

from ..codec import Message
from ..codec.frame import wire_names
from ..codec.short_names import NAME_BYTES, short_name
from ..config import Address, Settings
from ..errors import ConfigError, PeerError, PeerTimeoutError, printable
from ..transport.network import Network
from .held import Held
from .inbox import Inbox
from .mailbox import Key
from .outgoing import Outgoing
from .peer import Peer
from .reading_thread import worker

_HOUSEKEEPING_S = 0.25
# Asked once and answered once: nothing that a peer who joins later should be told
_NOT_HELD = ('GET_', 'STT_', 'STP_', 'RTS_', 'COMMAND', 'QUERY')
# Peers that come and go in a loop must not fill the disk: so many lines in so many seconds
_LOG_LINES = 50
_MAX_WANTED = 1000
_LOG_PERIOD_S = 10.0

_MAX_NAMES = 1000

# A program that is so far behind is told so, and how far, once in a while
_LAG_S = 1.0
_LAG_PERIOD_S = 30.0

_log = logging.getLogger(__name__)
OnMessage = Callable[[Peer, Message], None]
OnPeer = Callable[[Peer, bool], None]


class Link:
    """
    One end of an OpenIGTLink network: a server with its clients, or a client with its server.

    It never waits: the blocking face (`client.py`, `server.py`) and that for asyncio (`aio.py`)
    do. All its work is done in the network's thread; what other threads may call says so.

    :param settings: see `config.Settings`.
    :param network: where its work is done.
    :param on_message: called with (peer, message) in the network's thread; without it, messages
        wait for `next_item`, and peers wait when too many do.
    :param on_peer: called with (peer, True or False) when one joins or leaves.
    """

    def __init__(
        self,
        settings: Settings,
        network: Network,
        *,
        on_message: OnMessage | None = None,
        on_peer: OnPeer | None = None,
    ) -> None:
        """Start with no peers; `open` gets them."""
        self.settings = settings
        self.network = network
        #: where it listens or what it connects to
        self.address: Address = settings.address
        #: how often a connection came back
        self.reconnects = 0
        #: connections that were refused
        self.refusals = 0
        #: messages that nobody took in time, from peers that could not be made to wait
        self.not_taken = 0
        #: what went wrong last
        self.last_error = ''
        #: guards what follows; whoever waits for a peer or a message waits here
        self.changed = threading.Condition()
        #: called, with `changed` held, after every change
        self.on_change: Callable[[], None] | None = None
        self._on_message = on_message
        self._on_peer = on_peer
        self._peers: list[Peer] = []
        self._held = Held(settings)
        #: videos of which a peer waits for a key frame
        self._key_frames_wanted: set[Key] = set()
        self._said_held = False
        #: names of devices, with the short ones that are sent
        self._names: dict[str, str] = {}
        self._wake_posted = False
        self._inbox = Inbox(settings)
        self._paused: set[Peer] = set()
        #: whether messages are asked for by name, so that those of other names are left over
        self._asks_by_name = False
        #: whether nothing is taken, but looked at: what waits says nothing of the program then
        self._only_looks = False
        self._told_replaced = 0
        self._next_lag_s = 0.0
        self._closed = False
        self._failure: PeerError | None = None
        self._ended = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._log_counts: Counter[str] = Counter()
        self._log_since = 0.0
        self._log_lock = threading.Lock()

    @property
    def peers(self) -> list[Peer]:
        """The peers that are connected now; for any thread."""
        with self.changed:
            return list(self._peers)

    @property
    def state(self) -> str:
        """What it is doing, in a word; for any thread."""
        if self._closed:
            return 'closed'
        return 'failed' if self._failure is not None else 'ended' if self._ended else self._state()

    @property
    def facts(self) -> dict[str, int]:
        """What has been counted besides what peers count; for any thread."""
        return {
            'refused': self.refusals,
            'held no more': self._held.dropped,
            'replaced before received': self._inbox.replaced,
        }

    def _note_name(self, name: str) -> None:
        short = short_name(name)
        if len(self._names) < _MAX_NAMES:
            self._names[name] = short
            if short != name:
                text = 'device name %r is sent as %r: the field has %d bytes'
                _log.warning(text, name, short, NAME_BYTES)

    @property
    def short_names(self) -> dict[str, str]:
        """The names for which the wire has no room, with those that are sent; for any thread."""
        names = self._names.copy()
        return {name: short for name, short in names.items() if name != short}

    def _state(self) -> str:
        """Tell the state of a link that is in use."""
        raise NotImplementedError

    # -- sending, from any thread

    def send(
        self, message: Message, *, hold: bool | None = None, exclude: Iterable[Peer] = ()
    ) -> None:
        """
        Send a message to all peers; never blocks.

        A message that cannot be encoded, or that a peer cannot take, is counted and logged.

        :param hold: keep it for peers who join later; left out: yes, unless it is a query.
        :param exclude: peers that shall not get it.
        """
        if hold is None:
            hold = not message.type_name.startswith(_NOT_HELD)
        self.send_many((Outgoing(message),), hold=hold, exclude=exclude)

    def send_many(
        self, outgoings: Sequence[Outgoing], *, hold: bool, exclude: Iterable[Peer] = ()
    ) -> None:
        """
        Send messages of one type and device to all peers as `send` does, the oldest first.

        :param hold: keep the last one for peers who join later.
        """
        last = outgoings[-1]
        name = last.key[1]
        if len(name) > NAME_BYTES // 4 and name not in self._names:
            self._note_name(name)
        excluded = set(exclude) if exclude else ()
        with self.changed:
            if hold:
                self._held.put(last)
            peers = [peer for peer in self._peers if peer.gets_all and peer not in excluded]
        self._wake_for([peer.post_many(outgoings) for peer in peers])
        if hold:
            self._measure(last)

    def _measure(self, outgoing: Outgoing) -> None:
        size = outgoing.size()
        with self.changed:
            gone = self._held.measure(outgoing, size)
            if gone is None or self._said_held:
                return
            self._said_held = True
        text = '%s: %s %r is not held any more for who joins later: there is too much (%s)'
        limits = 'limits.queue_messages, limits.queue_bytes; said once'
        _log.warning(text, self.address, printable(gone[0]), gone[1], limits)

    def held(self, type_name: str = '*', device: str = '') -> list[Outgoing]:
        """
        Give the last messages that were sent and are held, but for those that are too old.

        For any thread.

        :param type_name: of which type, '*' for all.
        :param device: of which device, by the name that it has on the wire, or of all whose names
            begin with these 20 bytes; empty for all.
        """
        with self.changed:
            return [
                outgoing
                for outgoing in self._held.current()
                if type_name in ('*', outgoing.key[0])
                and device in ('', *wire_names(outgoing.key[1]))
            ]

    def forget_value(self, type_name: str, device: str) -> None:
        """Hold nothing of a type and device any more, for peers who join later; for any thread."""
        with self.changed:
            self._held.forget((type_name, device))

    def want_key_frame(self, key: Key) -> None:
        """Note that a peer waits for a key frame of a video; for any thread."""
        with self.changed:
            if len(self._key_frames_wanted) < _MAX_WANTED:
                self._key_frames_wanted.add(key)

    def takes_key_frame(self, key: Key) -> bool:
        """Tell, once, whether a peer waits for a key frame of a video; for any thread."""
        with self.changed:
            is_wanted = key in self._key_frames_wanted
            self._key_frames_wanted.discard(key)
            return is_wanted

    def drop_peers(self, why: str) -> None:
        """Close all connections; a client connects again. For any thread."""
        for peer in self.peers:
            self.network.post(peer.disconnect, why)

    def post_to(self, peers: Iterable[Peer], outgoing: Outgoing) -> None:
        """Send a message; wake the network's thread, if it is not awake yet, where it waits."""
        self._wake_for([peer.post(outgoing) for peer in peers])

    def _wake_for(self, waits: list[bool]) -> None:
        if not any(waits):
            return
        with self.changed:
            wake, self._wake_posted = not self._wake_posted, True
        if wake:
            self.network.post(self._wake)

    def _wake(self) -> None:
        with self.changed:
            self._wake_posted = False
        for peer in self.peers:
            peer.pump()

    async def flush(self, timeout_s: float | None = None) -> None:
        """
        Wait until everything that was sent has left for the network.

        What is held for a peer that is not connected is not waited for.

        :raises PeerTimeoutError: if it has not in time.
        :raises PeerError: if it never will: a peer was lost meanwhile, or the link is closed.
        """
        until = None if timeout_s is None else self.network.loop.time() + timeout_s
        before: list[Peer] = []
        while True:
            if self._closed:
                raise PeerError('the link is closed')
            waiting = [peer for peer in self.peers if not peer.is_idle]
            if not waiting:
                await asyncio.sleep(0)  # that a connection failed may only be told next
            for peer in before:
                if peer.lost_unsent:
                    raise PeerError(f'{peer.address}: not everything left: {peer.lost_unsent}')
            if not waiting:
                return
            before = waiting
            if until is not None and self.network.loop.time() >= until:
                names = ', '.join(peer.address for peer in waiting)
                raise PeerTimeoutError(f'{names}: not everything left within {timeout_s:g} s')
            await asyncio.sleep(0.005)

    # -- receiving, from any thread, with `changed` held

    def has_news(self) -> bool:
        """Tell whether `next_item` has an answer."""
        return bool(self._inbox) or self.is_over

    def has_more(self) -> bool:
        """
        Tell whether a message waits; false at the end.

        :raises PeerError: if the link gave up.
        """
        if not self._inbox and self._failure is not None:
            raise self._failure
        return bool(self._inbox)

    def next_item(self, timeout_s: float | None = None) -> tuple[Peer, Message]:
        """
        Take the oldest message that waits.

        :param timeout_s: how long was waited for it, for the text of the error.
        :raises PeerTimeoutError: if there is none.
        :raises PeerError: if there will never be one.
        """
        self._asks_by_name = self._only_looks = False
        if not self._inbox:
            self._raise_over()
            raise PeerTimeoutError(f'{self.address}: no message within {timeout_s} s')
        item = self._inbox.take()
        self._let_go_on()
        return item

    def _let_go_on(self) -> None:
        if self._paused and self._inbox.has_room:
            self.network.post(self._resume)

    def ask_by_name(self, name: str) -> None:
        """
        Note that only some messages are asked for: from now on the others give way.

        :raises ConfigError: if that is no name, or messages are given to a callback.
        """
        if not isinstance(name, str):
            raise ConfigError(f'name: found {name!r}; allowed the name of a device or type')
        if self._on_message is not None:
            raise ConfigError('on_message: found; what it is called with cannot be asked for')
        self._asks_by_name = True
        self._inbox.ask(name)
        if self._paused:
            self._drop_over(next(iter(self._paused)))
            self.network.post(self._resume)

    def has_of(self, name: str) -> bool:
        """Tell whether `next_of` has an answer."""
        return self._inbox.has(name) or self.is_over

    def next_of(self, name: str, timeout_s: float | None = None) -> tuple[Peer, Message]:
        """
        Take the oldest message of a device or type.

        :param timeout_s: how long was waited for it, for the text of the error.
        :raises PeerTimeoutError: if there is none.
        :raises PeerError: if there will never be one.
        """
        self._only_looks = False
        item = self._inbox.take_of(name)
        if item is None:
            self._raise_over()
            raise PeerTimeoutError(f'{self.address}: no {name!r} within {timeout_s} s')
        self._let_go_on()
        return item

    def latest(self, name: str, max_age_s: float | None) -> tuple[Peer, Message] | None:
        """Give the newest message of a device or type of a peer that is there."""
        self._only_looks = True
        found = self._inbox.latest(name)
        if found is None:
            return None
        peer, message, came_s = found
        is_old = max_age_s is not None and time.monotonic() - came_s > max_age_s
        return None if is_old else (peer, message)

    def has_peers(self) -> bool:
        """Tell whether `a_peer` has an answer."""
        return bool(self._peers) or self.is_over

    def a_peer(self, timeout_s: float | None = None) -> Peer:
        """
        Give the peer that is connected longest.

        :param timeout_s: how long was waited for it, for the text of the error.
        :raises PeerTimeoutError: if there is none.
        :raises PeerError: if there will never be one.
        """
        if not self._peers:
            if self._ended and self._inbox:
                # It came, said something, such as why it refuses us, and left: that can be read
                return self._inbox.first_peer
            self._raise_over()
            nothing = f'{self.address}: no connection within {timeout_s} s'
            raise PeerTimeoutError(self.last_error or nothing)
        return self._peers[0]

    @property
    def is_over(self) -> bool:
        """Whether no message will come any more."""
        return self._closed or self._ended

    @property
    def failure(self) -> PeerError | None:
        """Why it gave up, if it did."""
        return self._failure

    def refuse_if_over(self) -> None:
        """
        Refuse to send what nobody can get any more; for any thread.

        :raises PeerError: if there are no connections and will be none.
        """
        with self.changed:
            if self.is_over and not (self._peers and not self._closed):
                self._raise_over()

    def _raise_over(self) -> None:
        if self._failure is not None:
            raise self._failure
        if self._closed:
            raise PeerError('the link is closed')
        if self._ended:
            raise PeerError(self.last_error)

    def _resume(self) -> None:
        with self.changed:
            resumed, self._paused = self._paused, set()
        for peer in resumed:
            peer.resume_reading()

    # -- called by peers

    def joined(self, peer: Peer) -> None:
        """Take a new peer in and give it what is held."""
        with self.changed:
            if self.is_over:
                peer.disconnect('this side closed the link')
                return
            self._peers.append(peer)
            held = self._held.current() if peer.gets_all else []
            # a video stays in its order
            late = {outgoing.key for outgoing in held if peer.takes_long(outgoing)}
            for outgoing in held:
                if outgoing.key in late:
                    worker.do(self._write_held, peer, outgoing)
                else:
                    peer.post(outgoing)
            self._notify()
        self.say('connected', logging.INFO, f'{peer.address}: connected')
        self._tell(self._on_peer, peer, True)

    def _write_held(self, peer: Peer, outgoing: Outgoing) -> None:
        """Write what is held for a new peer in the worker, and give it what is held still."""
        peer.write(outgoing)
        self.network.post(self._give_held, peer, outgoing)

    def _give_held(self, peer: Peer, outgoing: Outgoing) -> None:
        with self.changed:
            if peer in self._peers and outgoing in self._held.current():
                peer.post(outgoing)
        peer.pump()

    def left(self, peer: Peer, why: str) -> None:
        """Forget a peer whose connection is gone."""
        with self.changed:
            if peer not in self._peers:
                return  # it was refused
            self._peers.remove(peer)
            self._paused.discard(peer)
            self._inbox.forget_latest(peer)
            self._notify()
        self.last_error = f'{peer.address}: {why}'
        if not self._closed:
            level = logging.WARNING if peer.cut_off else logging.INFO
            self.say('disconnected', level, f'{peer.address}: disconnected: {why}')
        self._tell(self._on_peer, peer, False)

    def received(self, peer: Peer, message: Message, size: int) -> None:
        """Hand a message of so many bytes on."""
        if self._on_message is not None:
            self._tell(self._on_message, peer, message)
            return
        with self.changed:
            if not self._inbox.put(peer, message, size, time.monotonic()):
                self._not_taken(peer, message.type_name, message.device_name)
                return
            if self._inbox.is_full:
                # what a program does not ask for must not keep it from what it does ask for
                if not self._asks_by_name and peer.pause_reading():
                    self._paused.add(peer)
                else:
                    self._drop_over(peer)
            self._notify()

    def _drop_over(self, peer: Peer) -> None:
        """Drop what nobody has taken in time."""
        for kind, device in self._inbox.drop_over():
            self._not_taken(peer, kind, device)

    def _not_taken(self, peer: Peer, kind: str, device: str) -> None:
        self.not_taken += 1
        peer.complain('not taken', f'dropped {kind} {device!r}: too much waits to be received')

    def _look_at_lag(self) -> None:
        """Say how far behind a program is that receives too slowly."""
        now_s = time.monotonic()
        with self.changed:
            count, replaced = len(self._inbox), self._inbox.replaced
            lag_s = self._inbox.lag_s(now_s)
        skipped = replaced - self._told_replaced
        if self._only_looks or now_s < self._next_lag_s or not (lag_s > _LAG_S or skipped):
            return
        self._next_lag_s, self._told_replaced = now_s + _LAG_PERIOD_S, replaced
        what = f'{count} messages wait to be received' if count else 'nothing waits now'
        self.say('lag', logging.WARNING, (
            f'{self.address}: the program is {lag_s:.2f} s behind: {what}, and {skipped} values '
            f'of streams were replaced by newer ones before it took them'
        ))

    def _tell(self, callback: Callable[..., None] | None, peer: Peer, value: Any) -> None:
        """Call back; what goes wrong there must not end the connection of a peer."""
        try:
            if callback is not None:
                callback(peer, value)
        except Exception as error:
            if self._closed and isinstance(error, PeerError):
                return  # it sends although the program has closed the link meanwhile
            peer.errors['callback'] += 1
            peer.complain('callback', f'error in {callback!r}', error)

    def _notify(self) -> None:
        self.changed.notify_all()
        if self.on_change is not None:
            self.on_change()

    def say(
        self, kind: str, level: int, text: str, error: Exception | None = None
    ) -> None:
        """
        Log a line, unless there were too many of its kind just now; for any thread.

        :param error: show its traceback as well.
        """
        left_out: dict[str, int] = {}
        now = time.monotonic()
        with self._log_lock:
            if now - self._log_since >= _LOG_PERIOD_S:
                left_out = {k: n - _LOG_LINES for k, n in self._log_counts.items()}
                self._log_counts.clear()
                self._log_since = now
            self._log_counts[kind] += 1
            is_told = self._log_counts[kind] <= _LOG_LINES
        for name, more in left_out.items():
            if more > 0:
                _log.warning('%s: %d more lines like "%s"', self.address, more, name)
        if is_told:
            # types, texts of a STATUS and names in certificates are whatever a peer sends
            _log.log(level, '%s', printable(text), exc_info=error)

    # -- life

    async def open(self) -> None:
        """
        Start to listen, or to connect.

        :raises PeerError: if an address cannot be listened on.
        """
        self.add_task(self._housekeeping())

    def add_task(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine until the link is closed."""
        task = self.network.loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._task_done)

    def _task_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error('%s: the link stopped working', self.address, exc_info=error)
            self.end(PeerError(f'{self.address}: internal error: {error!r}'))

    async def _housekeeping(self) -> None:
        while True:
            await asyncio.sleep(_HOUSEKEEPING_S)
            self._keep_house()

    def _keep_house(self) -> None:
        for peer in self.peers:
            peer.check_time_outs()
        self._limit_waiting()
        self._look_at_lag()

    def _limit_waiting(self) -> None:
        """Cut off who sends a large message most slowly, if too much waits for its rest."""
        waiting = [peer for peer in self.peers if peer.pending_bytes and not peer.cut_off]
        size = sum(peer.pending_bytes for peer in waiting)
        limit = max(self.settings.max_waiting_bytes, self.settings.max_body_bytes)
        while size > limit:
            share = size / len(waiting)  # who has sent less is not the cause
            slowest = min(
                (peer for peer in waiting if peer.pending_bytes >= share),
                key=lambda peer: peer.pending_since,
            )
            pending = slowest.pending_bytes
            slowest.disconnect(
                f'{pending} bytes into a message, and {size} bytes of incomplete ones are too '
                f'much: limits.max_waiting_bytes is {self.settings.max_waiting_bytes}'
            )
            waiting.remove(slowest)
            size -= pending

    def end(self, failure: PeerError | None = None) -> None:
        """
        Note that there will be no more connections; what has arrived can still be read.

        :param failure: why, if that is an error.
        """
        with self.changed:
            self._ended = True
            self._failure = failure
            self._notify()

    def mark_closed(self) -> None:
        """Note that the user is done with it; for any thread."""
        with self.changed:
            self._closed = True
            self._notify()

    async def _stop(self) -> None:
        """Stop what makes new connections; for subclasses."""

    async def shut_down(self, linger_s: float) -> None:
        """
        Close all connections.

        :param linger_s: how long messages that are not sent yet may take to leave.
        """
        self.mark_closed()
        for task in list(self._tasks):
            task.cancel()
        await self._stop()
        until = self.network.loop.time() + linger_s
        while self.network.loop.time() < until and not all(p.is_idle for p in self.peers):
            await asyncio.sleep(0.005)
        peers = self.peers
        for peer in peers:
            peer.disconnect('this side closed the link', linger_s)
        await asyncio.gather(*(peer.closed.wait() for peer in peers))
