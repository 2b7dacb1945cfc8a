"""What a link has received: taken in order, by name, or only looked at."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from ..codec import Message
from ..config import Settings
from ..errors import ConfigError, PeerTimeoutError
from ..transport.network import Network
from .inbox import Inbox, names_asked, names_of, urgent_first
from .link_state import LinkState
from .peer import Peer

# A program that is so far behind is told so, and how far, once in a while
_LAG_S = 1.0
_LAG_PERIOD_S = 30.0

OnMessage = Callable[[Peer, Message], None]
OnMessages = Callable[[Peer, list[Message]], None]
OnSized = Callable[[Peer, Sequence[tuple[Message, int]]], None]


class ReceivingLink(LinkState):
    """A link whose messages are taken by any thread, or given to a callback."""

    def __init__(self, settings: Settings, network: Network) -> None:
        super().__init__(settings, network)
        #: messages that nobody took in time, and whose sender was not made to wait
        self.not_taken = 0
        #: values that a newer one replaced before a function could be called with them
        self.replaced_in_line = 0
        self._on_message: OnMessage | None = None
        self._on_messages: OnMessages | None = None
        self._on_sized: OnSized | None = None
        self._inbox = Inbox(settings)
        #: functions that are called with messages of a device or type
        self._handlers: dict[str, list[OnMessage]] = {}
        self._paused: set[Peer] = set()
        #: whether messages are asked for by name, so that those of other names are left over
        self._asks_by_name = False
        #: whether nothing is taken, but looked at: what waits says nothing of the program then
        self._only_looks = False
        self._told_replaced = 0
        self._next_lag_s = 0.0

    # -- with `changed` held

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
        Note that only some messages are asked for: from now on the others are dropped first.

        :raises ConfigError: if that is no name, or messages are given to a callback.
        """
        if not isinstance(name, str):
            raise ConfigError(f'name: found {name!r}; allowed the name of a device or type')
        self._refuse_callbacks()
        self._asks_by_name = True
        self._inbox.ask(name)
        self._give_way()

    def _refuse_callbacks(self) -> None:
        for name in ('on_message', 'on_messages', 'on_sized'):
            if getattr(self, f'_{name}') is not None:
                raise ConfigError(f'{name}: found; what it is called with cannot be asked for')

    def handle(self, name: str, handler: OnMessage) -> None:
        """
        Call back with each message of a device or type, those that wait first; for any thread.

        What nobody asks for is dropped first, as in `ask_by_name`.

        :raises ConfigError: if messages are given to a callback.
        """
        self._refuse_callbacks()
        self.network.post(self._start_to_handle, name, handler)

    def _give_way(self) -> None:
        if self._paused and not self._inbox.has_only_urgent:
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
            asked = name.rstrip('\0')
            raise PeerTimeoutError(f'{self.address}: no {asked!r} within {timeout_s} s')
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

    def newest(self) -> list[tuple[Peer, Message, float]]:
        """Give the newest message of each device and type, with its peer and when it came."""
        return self._inbox.newest()

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

    # -- in the network's thread

    def _start_to_handle(self, name: str, handler: OnMessage) -> None:
        waiting: list[tuple[Peer, Message]] = []
        with self.changed:
            self._only_looks = True
            while (item := self._inbox.take_of(name)) is not None:
                waiting.append(item)
            for asked in names_asked(name):
                self._handlers.setdefault(asked, []).append(handler)
            self._give_way()
            self._let_go_on()
        for peer, message in waiting:
            self._tell(handler, peer, message)

    def _handlers_of(self, message: Message) -> list[OnMessage]:
        """List the functions that handle a message, each once."""
        found: list[OnMessage] = []
        for name in names_of(message):
            found += [one for one in self._handlers.get(name, ()) if one not in found]
        return found

    def _handle(
        self, peer: Peer, items: Sequence[tuple[Message, int]]
    ) -> Sequence[tuple[Message, int]]:
        """Call the functions that handle messages, and give the messages without one."""
        left = []
        for item in items:
            if handlers := self._handlers_of(item[0]):
                with self.changed:
                    self._inbox.note(peer, *item, time.monotonic())
                for handler in handlers:
                    self._tell(handler, peer, item[0])
                if peer.cut_off:
                    break  # as in `tell_each`
            else:
                left.append(item)
        return left

    def _resume(self) -> None:
        with self.changed:
            resumed, self._paused = self._paused, set()
        for peer in resumed:
            peer.resume_reading()

    def received_many(self, peer: Peer, messages: list[Message], sizes: list[int]) -> None:
        """Hand messages on in the order in which they came; `sizes` are the bytes of each."""
        if self._on_messages is not None:
            self._tell(self._on_messages, peer, messages)
            return
        if self._on_sized is not None:
            self._tell(self._on_sized, peer, list(zip(messages, sizes)))
            return
        if len(messages) > 1:
            messages, sizes = urgent_first(messages, sizes)
        if self._on_message is not None:
            self.tell_each(self._on_message, peer, messages)
        else:
            items: Sequence[tuple[Message, int]] = list(zip(messages, sizes))
            if self._handlers:
                items = self._handle(peer, items)
            with self.changed:
                now_s = time.monotonic()
                for message, size in items:
                    self._put(peer, message, size, now_s)
                self._notify()

    def tell_each(self, callback: OnMessage, peer: Peer, messages: Sequence[Message]) -> None:
        """Call back with each message; none is lost because of what goes wrong with another."""
        for message in messages:
            self._tell(callback, peer, message)
            if peer.cut_off:
                break  # as if the rest had not been read yet

    def _put(self, peer: Peer, message: Message, size: int, now_s: float) -> None:
        if not self._inbox.put(peer, message, size, now_s):
            self.count_not_taken(peer, message.type_name, message.device_name)
        elif self._inbox.is_full:
            # what a program does not ask for must not keep it from what it does ask for
            may_wait = not (self._asks_by_name or self._handlers) or self._inbox.has_only_urgent
            if may_wait and peer.pause_reading():
                self._paused.add(peer)
            else:
                self._drop_over(peer)

    def _drop_over(self, peer: Peer) -> None:
        """Drop what nobody has taken in time."""
        for kind, device in self._inbox.drop_over():
            self.count_not_taken(peer, kind, device)

    def count_not_taken(self, peer: Peer, kind: str, device: str) -> None:
        """Count and log a message that was dropped because too much waits."""
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
