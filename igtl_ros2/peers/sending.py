"""What a link sends: to all its peers, and held for late joiners."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from ..codec import Message
from ..codec.frame import wire_names
from ..codec.short_names import NAME_BYTES, short_name
from ..config import Settings
from ..errors import PeerError, PeerTimeoutError, printable
from ..transport.network import Network
from .held import Held
from .link_state import LinkState, log
from .mailbox import Key, stream_types
from .outgoing import Outgoing
from .peer import Peer
from .reading_thread import worker

# Asked once and answered once: nothing for late joiners
_NOT_HELD = ('GET_', 'STT_', 'STP_', 'RTS_', 'COMMAND', 'QUERY')
_MAX_WANTED = 1000
_MAX_NAMES = 1000


class SendingLink(LinkState):
    """A link that sends, from any thread."""

    def __init__(self, settings: Settings, network: Network) -> None:
        super().__init__(settings, network)
        self._held = Held(settings)
        #: videos of which a peer waits for a key frame
        self._key_frames_wanted: set[Key] = set()
        self._said_held = False
        #: names of devices, with the short ones that are sent
        self._names: dict[str, str] = {}
        self._wake_posted = False
        #: messages that never left, by (type, device): nobody was connected, or the peer was lost
        self.not_sent: Counter[Key] = Counter()
        #: what a client that is not connected keeps until it is
        self._kept: set[Key] = set()
        self._said_unsent = False
        self._stream_types = stream_types(settings.policies())

    def _note_name(self, name: str) -> None:
        short = short_name(name)
        if len(self._names) < _MAX_NAMES:
            self._names[name] = short
            if short != name:
                text = 'device name %r is sent as %r: the field has %d bytes'
                log.warning(text, name, short, NAME_BYTES)

    @property
    def short_names(self) -> dict[str, str]:
        """The names for which the wire has no room, with those that are sent; for any thread."""
        names = self._names.copy()
        return {name: short for name, short in names.items() if name != short}

    def send(
        self, message: Message, *, hold: bool | None = None, exclude: Iterable[Peer] = ()
    ) -> None:
        """
        Send a message to all peers; never blocks.

        A message that cannot be encoded, or that a peer cannot take, is counted and logged.

        :param hold: keep it for late joiners; default: yes, unless it is a query.
        :param exclude: peers that shall not get it.
        """
        self.send_many((Outgoing(message),), hold=hold, exclude=exclude)

    def send_many(
        self, outgoings: Sequence[Outgoing], *, hold: bool | None = None,
        exclude: Iterable[Peer] = (),
    ) -> None:
        """
        Send messages of one type and device to all peers as `send` does, the oldest first.

        :param hold: keep the last one for late joiners, see `send`; if it cannot be written, the
            one before them is kept.
        """
        last = outgoings[-1]
        if hold is None:
            hold = not last.key[0].startswith(_NOT_HELD)
        name = last.key[1]
        if len(name) > NAME_BYTES // 4 and name not in self._names:
            self._note_name(name)
        excluded = set(exclude) if exclude else ()
        size, gone = last.known_size, None
        with self.lock:
            if hold:
                gone = self._held.put(last, size)
            peers = self._peers.copy()
        if not peers and self.settings.mode == 'client':
            self._not_connected(last.key, len(outgoings), hold)
        waits, is_one = False, len(outgoings) == 1
        for peer in peers:
            if peer.gets_all and peer not in excluded:
                waits |= peer.post(last) if is_one else peer.post_many(outgoings)
        if waits:
            self._wake_soon()
        if hold and size is None:  # it is written now
            size = last.size()
            with self.lock:
                gone = self._held.measure(last, size)
        if gone is not None and not self._said_held:
            self._tell_gone(gone)

    def check(self, outgoing: Outgoing, excluded: Collection[Peer] = ()) -> None:
        """
        See to it that a message can be written; what a peer gets of it is written once.

        For any thread.

        :raises EncodeError: if not, which is not for a peer that must not get it.
        """
        for peer in self.peers:
            if peer.gets_all and peer not in excluded and not peer.write(outgoing):
                return
        outgoing.check()

    def _not_connected(self, key: Key, count: int, hold: bool) -> None:
        """Count what a client that is not connected cannot keep, and say so once."""
        if hold:
            if key[0] in self._stream_types:
                return  # a newer value takes its place, as always
            with self.lock:
                count -= key not in self._kept
                self._kept.add(key)
        if not count:
            return
        self.count_unsent(Counter({key: count}))
        with self.lock:
            is_told, self._said_unsent = self._said_unsent, True
        if not is_told:
            what = f'{self.address}: not connected: {key[0]} {key[1]!r} is not sent'
            self.say('not sent', logging.WARNING, (
                f'{what}: of each type and device the last message is kept, of commands and '
                "queries none; facts['messages not sent'] counts"))

    def _all_kept(self) -> None:
        """Start anew, as what was kept is sent now; with `changed` held."""
        self._kept.clear()
        self._said_unsent = False

    def count_unsent(self, unsent: Counter[Key]) -> None:
        """Count what never left, by (type, device); for any thread."""
        with self.lock:
            for key, count in unsent.items():
                is_new = key not in self.not_sent and len(self.not_sent) >= _MAX_NAMES
                self.not_sent[('other', '') if is_new else key] += count

    def _drop_unsent(self, peer: Peer) -> str:
        """
        Count what waits for a peer that is gone; gives it in words.

        These are empty for values of streams alone: of them there is always one on its way.
        """
        unsent = peer.mailbox.drop_all()
        self.count_unsent(unsent)
        events = Counter({k: n for k, n in unsent.items() if k[0] not in self._stream_types})
        if not events:
            return ''
        (kind, device), _ = events.most_common(1)[0]
        return f'{events.total()} messages were not sent, such as {kind} {device!r}'

    def _tell_gone(self, gone: Key) -> None:
        self._said_held = True
        text = '%s: %s %r is not held any more for who joins later: there is too much (%s)'
        limits = 'limits.queue_messages, limits.queue_bytes; said once'
        log.warning(text, self.address, printable(gone[0]), gone[1], limits)

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
                and device in ('', *wire_names(outgoing.key[1]))]

    def forget_value(self, type_name: str, device: str) -> None:
        """Hold nothing of a type and device for late joiners any more; for any thread."""
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

    def post_to(self, peers: Iterable[Peer], outgoing: Outgoing) -> None:
        """Send a message; wake the network's thread, if it is not awake yet, where it waits."""
        if True in [peer.post(outgoing) for peer in peers]:
            self._wake_soon()

    def _wake_soon(self) -> None:
        with self.lock:
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
        Wait until everything that was sent has been written to the network.

        Values held for a peer that is not connected are not waited for.

        :raises PeerTimeoutError: if it takes longer.
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

    def _post_held(self, peer: Peer) -> None:
        """Give a new peer what is held, with `changed` held."""
        held = self._held.current() if peer.gets_all else []
        # a video stays in its order
        late = {outgoing.key for outgoing in held if peer.takes_long(outgoing)}
        for outgoing in held:
            if outgoing.key in late:
                worker.call(self._write_held, peer, outgoing)
            else:
                peer.post(outgoing)

    def _write_held(self, peer: Peer, outgoing: Outgoing) -> None:
        """Write values held for a new peer in the worker, and give it what is held still."""
        peer.write(outgoing)
        self.network.post(self._give_held, peer, outgoing)

    def _give_held(self, peer: Peer, outgoing: Outgoing) -> None:
        with self.changed:
            if peer in self._peers and outgoing in self._held.current():
                peer.post(outgoing)
        peer.pump()
