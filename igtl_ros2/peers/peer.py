"""What all peers share: what is counted, what they get, how they are asked for a sign of life."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Sequence
from itertools import compress
from typing import Any, Protocol

from ..codec import Buffer, Message
from ..codec.key_frames import Chains
from ..codec.messages.query import Query
from ..codec.messages.text import Status
from ..codec.messages.video import Video
from ..config import Settings
from ..errors import DecodeError, EncodeError
from ..transport.network import Network
from .compat import Compat
from .mailbox import Key, Mailbox
from .outgoing import Outgoing, ready_to_send

# A peer can make up any number of type names: count the rest together, but for VIDEO
_MAX_KINDS = 200
_NO_KEY_FRAME = 'a frame before it was lost, and no key frame has come since'
_PING = 'igtl_ros2 ping'
# it goes on with a number: an answer that comes late is none to the next one
_PINGS = 10
# a peer without a connection gives no other sign of life than what it sends
_SIGN_OF_LIFE_S = 1.0


class Host(Protocol):
    """What a peer needs to know of the link that it belongs to."""

    network: Network

    def joined(self, peer: Any) -> None:
        """Take in a peer that is there now."""

    def received_many(self, peer: Any, messages: list[Message], sizes: list[int]) -> None:
        """Take messages that came from a peer, and how many bytes each had."""

    def left(self, peer: Any, why: str) -> None:
        """Let a peer go."""

    def post_to(self, peers: Sequence[Any], outgoing: Outgoing) -> None:
        """Give a message to some peers."""

    def refuse_if_over(self) -> None:
        """Refuse to send what nobody can get any more."""

    def want_key_frame(self, key: Key) -> None:
        """Note that a peer waits for a key frame of a video."""

    def say(
        self, kind: str, level: int, text: str, error: Exception | None = None, peer: str = '',
    ) -> None:
        """Log, at a limited rate."""


class Peer:
    """
    The other end of a connection, whatever carries it.

    All its methods but `send` and `post` belong to the network's thread.
    """

    def __init__(self, link: Host, settings: Settings) -> None:
        self._link = link
        self._settings = settings
        self._complaints: dict[str, float] = {}
        self._why_cut_off = ''
        self.last_received = time.monotonic()
        self._idle_timeout = settings.idle_timeout
        self._pinged: float | None = None
        self._unanswered = self._ping_number = 0
        self._next_ping = self.last_received
        self._compat = Compat(settings)
        self.mailbox = Mailbox(settings.queue_messages, settings.queue_bytes, settings.policies())
        self.closed = asyncio.Event()
        #: why it was lost, where that took something that had not left yet
        self.lost_unsent = ''
        #: when the message that is incomplete now began to come
        self.pending_since = self.last_received
        self.address = ''
        #: the name of its certificate, if it has shown one, and all names there
        self.name = ''
        self.names: tuple[str, ...] = ()
        #: what it says about itself, such as the types that it understands
        self.facts: dict[str, Any] = {}
        #: of the videos that it sends, whether a frame was lost since a key frame
        self._videos = Chains()
        self.received: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.received_bytes = 0
        self.sent_bytes = 0
        #: header versions that it has sent
        self.seen_versions: set[int] = set()
        #: highest header version that it is known to read, because it writes it rightly
        self.seen_version = 0
        #: whether it gets what is sent to all
        self.gets_all = True
        #: seconds between the last GET_STATUS and its answer, see `Settings.ping_period`
        self.round_trip_s: float | None = None

    def __repr__(self) -> str:
        return f'<Peer {self.address or "not connected"}>'

    @property
    def version(self) -> int:
        """Highest header version that may be sent to this peer."""
        return self._compat.version(self.seen_version)

    @property
    def compat(self) -> str:
        """The program of the peer, as far as it is known: slicer, plus, ...; see `compat.py`."""
        return self._compat.name

    def send(self, message: Message, *, stamp: bool = True, copy: bool = True) -> None:
        """
        Send a message to this peer alone; never blocks, callable from any thread.

        A message to a peer that has left is counted and logged.

        :param stamp: as in `send` of a client or server.
        :param copy: as there.
        :raises PeerError: if this side has closed the link, or it gave up.
        :raises EncodeError: if it is not a message.
        """
        message = ready_to_send(message, stamp=stamp, copy=copy)
        self._link.refuse_if_over()
        if self.closed.is_set():
            self.errors['PeerError'] += 1
            self.complain('PeerError', f'not sent: {message.type_name}: the peer has left')
            return
        self.send_as_is(message)

    def send_as_is(self, message: Message) -> None:
        """Send a message whose arrays nobody changes, with the time stamp that it has, if any."""
        self._link.post_to([self], Outgoing(message))

    def takes_long(self, outgoing: Outgoing) -> bool:
        """Tell whether `post` would keep other peers waiting."""
        return outgoing.takes_long(self._compat, self.seen_version)

    def refusal(self, message: Message) -> str:
        """Tell why this peer must not get a message; empty if it may. For any thread."""
        return self.write(Outgoing(message))

    def write(self, outgoing: Outgoing) -> str:
        """Encode what may be sent next; tells why not, if not. For any thread."""
        try:
            outgoing.parts(self._compat, self.seen_version)
        except EncodeError as error:
            return str(error)
        return ''

    def post(self, outgoing: Outgoing) -> bool:
        """
        Send a message, or queue it for the network's thread; callable from any thread.

        It is encoded here and not in the network's thread, where the checksum of a large image
        would keep all other peers waiting.

        :returns: whether it waits.
        """
        try:
            parts = outgoing.parts(self._compat, self.seen_version)
        except EncodeError as error:
            self.errors['EncodeError'] += 1
            self.complain('EncodeError', f'not sent: {outgoing.key}: {error}')
            return False
        follows = outgoing.follows
        if follows is not None and not self.mailbox.admits(outgoing.key, follows):
            self._link.want_key_frame(outgoing.key)
            return False
        if self._send_now(outgoing.key[0], parts):
            return False
        key, now_s = outgoing.key, time.monotonic()
        if not self.mailbox.put(key, parts, urgent=outgoing.urgent, follows=follows, now_s=now_s):
            self._link.want_key_frame(key)
        return True

    def post_many(self, outgoings: Sequence[Outgoing]) -> bool:
        """
        Send messages of one type as `post` does, the oldest first.

        :returns: whether any of them waits.
        """
        return any([self.post(outgoing) for outgoing in outgoings])

    def _send_now(self, kind: str, parts: list[Buffer], count: int = 1) -> bool:
        """Send from the thread that calls, if nothing waits and that takes no time."""
        return False

    # -- for what carries the connection

    def start(self) -> None:
        """Greet the peer, then let the link know."""
        for greeting in self._compat.greeting():
            self.post(Outgoing(greeting))
        self._link.joined(self)
        self.pump()

    def hand_on(self, messages: list[Message], sizes: list[int]) -> None:
        """Count messages that have arrived, of so many bytes each, and hand them to the link."""
        received, versions = self.received, self.seen_versions
        for message in messages:
            kind = message.type_name
            if kind not in received and len(received) >= _MAX_KINDS and kind != 'VIDEO':
                kind = 'other'
            received[kind] += 1
            versions.add(message.version)
        if self._compat.looking or self._unanswered or 'VIDEO' in received:
            kept = [self._lets_by(message) for message in messages]
            messages, sizes = list(compress(messages, kept)), list(compress(sizes, kept))
        if messages:
            self._link.received_many(self, messages, sizes)

    def _lets_by(self, message: Message) -> bool:
        """Tell whether the link is given a message: no answer to us, and it can be decoded."""
        device = message.device_name
        if isinstance(message, Video) and not self._videos.of(device).admits(message.follows):
            self.errors['frame behind a lost one'] += 1
            self.complain('video', f'dropped: VIDEO {device!r}: {_NO_KEY_FRAME}')
            return False
        if self._compat.looking and (name := self._compat.saw(message)):
            text = f'{self.address}: recognised as {name}'
            self._link.say('recognised', logging.INFO, text, peer=self.address)
        if self._unanswered and device.startswith(_PING) and isinstance(message, Status):
            if not message.is_emergency:
                self._take_pong(device)
                return False
        return True

    def take_error(self, error: DecodeError) -> None:
        """Count and log a message that could not be read; close what is out of step."""
        name = self._count_error(error)
        if error.in_step:
            self.complain(name, f'skipped a message: {name}: {error}')
        else:
            self.disconnect(f'{name}: {error}')

    def _count_error(self, error: DecodeError) -> str:
        name = type(error).__name__
        self.errors[name] += 1
        if error.type_name == 'VIDEO':
            self._videos.of(error.device_name).lose()
        return name

    def lose_frames(self) -> None:
        """Note that something was lost, maybe a frame of any video."""
        self._videos.lose()

    # -- called by the link

    def pump(self) -> None:
        """Write what waits, as far as the peer takes it."""
        raise NotImplementedError

    @property
    def is_idle(self) -> bool:
        """Whether everything that was to be sent has left, or never will."""
        raise NotImplementedError

    def disconnect(self, why: str, linger_s: float = 0.0) -> None:
        """
        Close the connection; what it has received and not handed on yet is lost.

        :param linger_s: how long what is written already may take to leave.
        """
        raise NotImplementedError

    def refuse(self, status: Status, why: str) -> None:
        """Tell a refused peer the reason, if possible, and close."""
        self.disconnect(why)

    def probe_often(self) -> None:
        """Notice within about a second, from now on, that its machine is gone."""

    @property
    def link(self) -> Any:
        """The link that it is at the other end of."""
        return self._link

    @property
    def is_answering(self) -> bool:
        """Whether there was a sign of life from it in about the last second. For any thread."""
        return time.monotonic() - self.last_received < _SIGN_OF_LIFE_S

    def check_time_outs(self) -> None:
        """Disconnect a peer that timed out; ask the others how far away they are."""
        now = time.monotonic()
        idle, period = self._idle_timeout, self._settings.ping_period
        if idle and not self._waits_for_us and now - self.last_received > idle:
            self.disconnect(f'sent nothing for {idle:g} s')
        elif period and now >= self._next_ping and self._may_be_pinged:
            self._next_ping = now + period
            self._unanswered += 1
            if self._pinged is not None:
                self.round_trip_s = None  # the last answer is lost, or was never sent
            self._pinged = now
            self._ping_number = (self._ping_number + 1) % _PINGS
            self.send_as_is(Query('GET_STATUS', device_name=self._ping_name))

    @property
    def _may_be_pinged(self) -> bool:
        """Whether it is not Slicer, which its first message would show."""
        is_known = self._settings.compat != 'auto' or bool(self.received)
        return is_known and self.compat != 'slicer'

    @property
    def _ping_name(self) -> str:
        return f'{_PING} {self._ping_number}'

    def _take_pong(self, device: str) -> None:
        self._unanswered -= 1
        if self._pinged is not None and device == self._ping_name:
            self.round_trip_s = time.monotonic() - self._pinged
            self._pinged = None

    @property
    def pending_bytes(self) -> int:
        """Bytes that came of a message that is not complete yet."""
        return 0

    @property
    def _waits_for_us(self) -> bool:
        """Whether it may send something that is not read yet."""
        return False

    @property
    def cut_off(self) -> bool:
        """Whether this side closed the connection."""
        return bool(self._why_cut_off)

    def pause_reading(self) -> bool:
        """Let the peer wait until `resume_reading`; false if nothing can make it wait."""
        return False

    def resume_reading(self) -> None:
        """Read again."""

    def let_wait(self, waits: bool) -> None:
        """Pause reading, or go on with it; callable from any thread."""
        self._link.network.post(self.pause_reading if waits else self.resume_reading)

    def complain(self, kind: str, text: str, error: Exception | None = None) -> None:
        """
        Log a warning, at most one of each kind in 5 s.

        :param error: show its traceback as well.
        """
        now = time.monotonic()
        if now - self._complaints.get(kind, -5.0) >= 5.0:
            self._complaints[kind] = now
            self._link.say(kind, logging.WARNING, f'{self.address}: {text}', error, self.address)
