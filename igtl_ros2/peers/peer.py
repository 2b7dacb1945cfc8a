"""One connection's life: what arrives becomes messages, what is sent waits in a mailbox."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from ..codec import HEADER_SIZE, Buffer, Decoder, Message, encode_parts, from_ns
from ..codec.datagram import with_message_id
from ..codec.decoder import Bare
from ..codec.frame import Header, message_start
from ..codec.key_frames import Chain
from ..codec.messages.query import Query
from ..codec.messages.text import Status
from ..codec.messages.video import Video
from ..codec.short_names import with_short_name
from ..codec.snapshot import snapshot
from ..config import Settings
from ..errors import DecodeError, EncodeError
from .compat import Compat
from .mailbox import Key, Mailbox
from .reading_thread import takes_long, worker

if TYPE_CHECKING:
    from ..transport.tcp import Stream
    from .link import Link

# asyncio copies what the socket does not take at once: never more than this
_PIECE_BYTES = 1 << 18
# How much one peer may write before the others get their turn
_TURN_BYTES = 1 << 22
# Less than this is not worth a call of the system of its own
_BATCH_BYTES = 1 << 13
_TURN_MESSAGES = 64
# how many poses are handled at once, and before the clock is looked at
_TURN_POSES = 16
# A peer can make up any number of type names: count the rest together
_MAX_KINDS = 200
# a peer may make up names without end; of so many devices none is known at a time
_MAX_WAYS = 5000
_MAX_VIDEOS = 1000
# What a peer must at least send of a message while `stall_timeout` passes
_PROGRESS_BYTES = 1024
# How long what one peer has sent may be handled before the others get their turn
_TURN_S = 0.001
_REFUSAL_S = 1.0
# to write more takes some milliseconds
_LONG_BYTES = 1 << 18
_PING = 'igtl_ros2 ping'
# who has no connection gives no other sign of life than what it sends
_SIGN_OF_LIFE_S = 1.0


def ready_to_send(message: Message, *, stamp: bool, copy: bool) -> Message:
    """
    Give a message as it is now, with a time stamp.

    :raises EncodeError: if it is no message.
    """
    return snapshot(message, timestamp=from_ns(time.time_ns()) if stamp else 0, copy=copy)


class Outgoing:
    """A message on its way to any number of peers, encoded once for all that take one form."""

    #: of a frame of video whether it needs those before it, see `Video.follows`
    follows: bool | None

    __slots__ = (
        '_message', 'key', 'urgent', 'follows', '_parts', '_forms', '_numbered', '_size')

    def __init__(self, message: Message) -> None:
        """Keep the message."""
        self._message = with_short_name(message)
        is_urgent = isinstance(message, Status) and message.is_emergency
        self._begin((message.type_name, message.device_name), is_urgent)
        if isinstance(message, Video):
            self.follows = message.follows

    def _begin(self, key: Key, urgent: bool) -> None:
        self.key: Key = key
        #: an emergency waits for nothing, and only a newer one of its device takes its place
        self.urgent = urgent
        self.follows = None
        self._parts: dict[tuple[str, int], list[Buffer]] = {}
        self._forms: list[tuple[Message, int, list[Buffer]]] = []
        self._numbered: Outgoing | None = None
        self._size: int | None = None

    @property
    def message(self) -> Message:
        """The message."""
        return self._message

    def parts(self, compat: Compat, seen_version: int) -> list[Buffer]:
        """
        Encode for a peer.

        :param compat: what it can take.
        :param seen_version: the highest header version that it is known to read.
        :raises EncodeError: if the message cannot be written, or the peer must not get it.
        """
        version = compat.version(seen_version)
        who = compat.name, version
        parts = self._parts.get(who)
        if parts is None:
            message = compat.prepare(self.message, seen_version)
            parts = self._parts[who] = self._encoded(message, min(message.version, version))
        return parts

    def _encoded(self, message: Message, version: int) -> list[Buffer]:
        for known, its_version, parts in self._forms:
            if known is message and its_version == version:
                return parts
        parts = encode_parts(message, version)
        self._forms.append((message, version, parts))
        return parts

    def numbered(self, numbers: Iterator[int]) -> Outgoing:
        """Give the same message in header version 2 with a number; it is made once."""
        if self._numbered is None:
            self._numbered = Outgoing(with_message_id(self.message, next(numbers)))
        return self._numbered

    def size(self) -> int:
        """Tell how many bytes it takes, in one form or another."""
        for _, _, parts in (self._numbered or self)._forms:
            return sum(map(len, parts))
        if self._size is None:
            try:
                self._size = HEADER_SIZE + sum(map(len, self.message.encode_content()))
            except EncodeError:
                self._size = 0
        return self._size

    def takes_long(self, compat: Compat, seen_version: int) -> bool:
        """Tell whether `parts` would keep other peers waiting."""
        is_made = (compat.name, compat.version(seen_version)) in self._parts
        return not is_made and self.size() > _LONG_BYTES


class Peer:
    """
    The other end of a connection, whatever carries it.

    All its methods but `send` and `post` belong to the network's thread.
    """

    def __init__(self, link: Link, settings: Settings) -> None:
        """Wait for a connection."""
        self._link = link
        self._settings = settings
        self._complaints: dict[str, float] = {}
        self._why_cut_off = ''
        self.last_received = time.monotonic()
        self._idle_timeout = settings.idle_timeout
        self._pinged: float | None = None
        self._unanswered = 0
        self._next_ping = self.last_received
        self._compat = Compat(settings)
        self.mailbox = Mailbox(
            settings.queue_messages, settings.queue_bytes, settings.policies()
        )
        self.closed = asyncio.Event()
        #: why it was lost, where that took something that had not left yet
        self.lost_unsent = ''
        #: when the message that is incomplete now began to come
        self.pending_since = self.last_received
        self.address = ''
        #: who it is, where it has shown that: the name of its certificate, and all names there
        self.name = ''
        self.names: tuple[str, ...] = ()
        #: what it says about itself, such as the types that it understands
        self.facts: dict[str, Any] = {}
        #: of the videos that it sends, whether a frame was lost since a key frame
        self._videos: dict[str, Chain] = {}
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
        """Tell who it is."""
        return f'<Peer {self.address or "not connected"}>'

    @property
    def version(self) -> int:
        """Highest header version that may be sent to this peer."""
        return self._compat.version(self.seen_version)

    @property
    def compat(self) -> str:
        """What program it is, as far as that is known: slicer, plus, ...; see `compat.py`."""
        return self._compat.name

    def send(self, message: Message, *, stamp: bool = True, copy: bool = True) -> None:
        """
        Send a message to this peer alone; never blocks, callable from any thread.

        To a peer that has left nothing is sent, which is counted and logged.

        :param stamp: as in `send` of a client or server.
        :param copy: as there.
        :raises PeerError: if this side has closed the link, or it gave up.
        :raises EncodeError: if it is no message.
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
        Send a message, or let it wait until the network's thread does; callable from any thread.

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
        if not self.mailbox.put(outgoing.key, parts, urgent=outgoing.urgent, follows=follows):
            self._link.want_key_frame(outgoing.key)
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

    def hand_on(self, message: Message, size: int) -> None:
        """Count a message of so many bytes that has arrived and hand it to the link."""
        kind = message.type_name
        if kind not in self.received and len(self.received) >= _MAX_KINDS:
            kind = 'other'
        self.received[kind] += 1
        self.seen_versions.add(message.version)
        if isinstance(message, Video) and not self._video(message.device_name).admits(
                message.follows):
            self.errors['frame behind a lost one'] += 1
            self.complain('video', (
                f'left out: VIDEO {message.device_name!r}: a frame before it was lost, and no '
                'key frame has come since'))
            return
        if self._compat.looking and (name := self._compat.saw(message)):
            self._link.say('is taken for', logging.INFO, f'{self.address}: is taken for {name}')
        if self._unanswered and message.device_name == _PING and _is_calm_status(message):
            self._take_pong()
        else:
            self._link.received(self, message, size)

    def _video(self, device: str) -> Chain:
        chain = self._videos.get(device)
        if chain is None:
            chain = Chain(is_whole=True)
            if len(self._videos) < _MAX_VIDEOS:
                self._videos[device] = chain
        return chain

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
            self._video(error.device_name).lose()
        return name

    def lose_frames(self) -> None:
        """Note that something was lost, maybe a frame of any video."""
        for video in self._videos.values():
            video.lose()

    def let_poses_by(
        self, like: Message, way: Any, take: Callable[[list[Bare[Any]]], int]
    ) -> None:
        """
        Give TRANSFORMs to somebody before messages are made, if this can be done.

        :param like: one of them; what has its version, type and device is meant.
        :param way: with what they are handed out.
        :param take: takes some and tells how many it has taken, see `Decoder.hand_out`; there is
            one for each peer.
        """

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
        """Tell a peer that was not let in why, as far as that is possible, and close."""
        self.disconnect(why)

    def probe_often(self) -> None:
        """Find out within about a second, from now on, when its machine is gone."""

    @property
    def link(self) -> Link:
        """The link that it is at the other end of."""
        return self._link

    @property
    def is_answering(self) -> bool:
        """Whether there was a sign of life from it in about the last second. For any thread."""
        return time.monotonic() - self.last_received < _SIGN_OF_LIFE_S

    def check_time_outs(self) -> None:
        """Cut off a peer that was silent for too long; ask the others how far away they are."""
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
            self.send_as_is(Query('GET_STATUS', device_name=_PING))

    @property
    def _may_be_pinged(self) -> bool:
        """Whether it is not Slicer, which its first message would show."""
        is_known = self._settings.compat != 'auto' or bool(self.received)
        return is_known and self.compat != 'slicer'

    def _take_pong(self) -> None:
        self._unanswered -= 1
        if self._pinged is not None:
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
            self._link.say(kind, logging.WARNING, f'{self.address}: {text}', error)


class StreamPeer(Peer):
    """The other end of a TCP or TLS connection."""

    def __init__(self, link: Link, settings: Settings) -> None:
        """Wait for a connection."""
        super().__init__(link, settings)
        self._decoder = Decoder(
            max_body_bytes=settings.max_body_bytes,
            check_crc=settings.check_crc,
            strict=settings.strict,
            max_elements=settings.max_elements,
        )
        self._stream: Stream | None = None
        self._pieces: deque[memoryview] = deque()
        #: whether all that was written had left when that was last looked at
        self._is_clear = False
        #: bytes that had left for the peer when it was last seen reading
        self._left_bytes = 0
        self._last_sent = self.last_received
        #: when and where the message that is incomplete now last made some progress
        self._progress = (self.last_received, 0)
        self._reading_paused = False
        #: whether there are messages whose turn comes next
        self._has_more = False
        #: whether one is being read in another thread
        self._is_reading = False
        self._pose_ways: dict[bytes, Any] = {}
        self._take_poses: Callable[[list[Bare[Any]]], int] | None = None
        self._lost: tuple[Exception | None] | None = None
        #: whether the peer closed the connection, between two messages
        self.closed_in_order = False

    # -- called by the stream

    def connected(self, stream: Stream) -> None:
        """Start."""
        self._stream = stream
        self.address = stream.address
        self.name, self.names = stream.peer_name, stream.peer_names
        self.start()

    def get_buffer(self, size_hint: int) -> memoryview:
        """Receive into the decoder's memory."""
        return self._decoder.get_buffer(size_hint)

    def buffer_updated(self, size: int) -> None:
        """Take out the messages that are whole now, in turns."""
        if self.cut_off:
            return
        self.last_received = now = time.monotonic()
        if not self._decoder.pending_bytes:
            self.pending_since = now
        self.received_bytes += size
        self._decoder.buffer_updated(size)
        if not self._has_more:
            self._take_turn()

    def _take_turn(self) -> None:
        """Take out messages for a while; what is left then waits until the others had a turn."""
        now = time.monotonic()
        until = now + _TURN_S
        while not self.cut_off:
            try:
                if not (self._pass_on_poses() or self._hand_on_next()):
                    break
            except DecodeError as error:
                self.take_error(error)
                if not error.in_step:
                    break
            else:
                self._progress = now, self.received_bytes
                self.pending_since = now
            if time.monotonic() >= until and self._decoder.pending_bytes:
                self._has_more = True
                if self._stream is not None:
                    self._stream.pause_reading()
                self._link.network.loop.call_soon(self._take_turn)
                return
        if self._is_reading:
            return
        if self._has_more:
            self._has_more = False
            self._read_on()
            if self._lost is not None:
                self._leave(*self._lost)

    def _hand_on_next(self) -> bool:
        """Hand on the message that is next; tells whether there was one."""
        whole = self._decoder.next_frame()
        if whole is None:
            return False
        if takes_long(*whole):
            self._read_elsewhere(*whole)
            return False
        self._hand_over(self._decoder.made(*self._decoder.read(*whole)))
        return True

    def _hand_over(self, message: Message) -> None:
        self.seen_version = self._decoder.seen_version
        self.hand_on(message, self._decoder.frame_bytes)

    def _read_elsewhere(self, header: Header, frame: memoryview) -> None:
        """Read a message in another thread; this peer alone waits for that."""
        self._has_more = self._is_reading = True
        if self._stream is not None:
            self._stream.pause_reading()
        loop = self._link.network.loop
        reading = asyncio.wrap_future(worker.do(self._decoder.read, header, frame), loop=loop)
        reading.add_done_callback(self._has_read)

    def _has_read(self, reading: asyncio.Future[tuple[Message, bool]]) -> None:
        """Hand on what was read, and go on."""
        self._is_reading = False
        try:
            if not self.cut_off:
                self._hand_over(self._decoder.made(*reading.result()))
        except DecodeError as error:
            self.take_error(error)
        finally:
            self._take_turn()

    def let_poses_by(
        self, like: Message, way: Any, take: Callable[[list[Bare[Any]]], int]
    ) -> None:
        """Give TRANSFORMs with the names of this one to somebody, before messages are made."""
        if len(self._pose_ways) >= _MAX_WAYS:
            self._pose_ways.clear()  # poses go the usual way all the same
        self._pose_ways[message_start(like)] = way
        self._take_poses = take

    def _pass_on_poses(self) -> bool:
        """Give away the poses that are next, if they are; tells whether any were taken."""
        if self._take_poses is None or self._compat.looking:
            return False
        count = self._decoder.hand_out(self._pose_ways, _TURN_POSES, self._take_poses)
        if count:
            self.received['TRANSFORM'] += count
        return bool(count)

    def writable_again(self) -> None:
        """Go on writing."""
        self._last_sent = time.monotonic()
        self.pump()

    def lost(self, error: Exception | None) -> None:
        """Clean up after the connection is gone, and all that came is handed on."""
        self._stream = None
        self._lost = (error,)
        if not self._has_more:
            self._leave(error)

    def _leave(self, error: Exception | None) -> None:
        self.closed.set()
        why = self._why_cut_off
        pending = self._decoder.pending_bytes
        self.closed_in_order = not (why or error or pending)
        if not why:
            why = 'closed by the peer'
            if error is not None:
                why = getattr(error, 'strerror', None) or str(error) or type(error).__name__
            if pending:
                why += f', {pending} bytes into a message'
        # what the system had not taken yet is lost with it, but for an end in good order
        if error or self._pieces or len(self.mailbox):
            self.lost_unsent = self.lost_unsent or why
        self._link.left(self, why)

    # -- called by the link

    def pump(self) -> None:
        """Write what waits, as far as the peer takes it."""
        stream = self._stream
        if stream is None or self.cut_off:
            return
        messages = written = 0
        with stream.writing:
            while stream.writable:
                if not self._pieces:
                    taken = self._take()
                    if not taken:
                        break
                    messages += taken
                piece = self._pieces.popleft()
                stream.write(piece)
                written += len(piece)
                if written > _TURN_BYTES or messages > _TURN_MESSAGES:
                    self._link.network.post(self.pump)
                    break
            self.sent_bytes += written
            self.mailbox.congested = not stream.writable
            self._is_clear = not stream.unsent_bytes

    def post_many(self, outgoings: Sequence[Outgoing]) -> bool:
        """Send them in one piece, if they are small and nothing waits before them."""
        if len(outgoings) > 1 and self._is_clear:
            with contextlib.suppress(EncodeError):  # of each of them `post` tells why
                parts = [o.parts(self._compat, self.seen_version) for o in outgoings]
                kind = outgoings[0].key[0]
                if self._send_now(kind, [b''.join(chain.from_iterable(parts))], len(parts)):
                    return False
        return super().post_many(outgoings)

    def _send_now(self, kind: str, parts: list[Buffer], count: int = 1) -> bool:
        """
        Send a small message from the thread that calls, if nothing waits before it.

        That spares it the way through the network's thread, most of what sending it takes.

        :param count: how many messages it is in truth.
        """
        stream, data = self._stream, parts[0]
        if stream is None or len(parts) != 1 or len(data) > _BATCH_BYTES:
            return False
        if not stream.writing.acquire(blocking=False):
            return False
        try:
            if not self._is_clear or self._pieces or len(self.mailbox) or self.cut_off:
                return False
            sent = stream.write_now(data)
            if not sent:
                return False
            self.sent[kind] += count
            self.sent_bytes += sent
            if sent < len(data):
                self._pieces.append(memoryview(data)[sent:])
                self._link.network.post(self.pump)
            return True
        finally:
            stream.writing.release()

    def _take(self) -> int:
        """
        Take out the message that is next, with the small ones behind it: one call sends them all.

        :returns: how many there were.
        """
        small: list[Buffer] = []
        size = count = 0
        large: list[Buffer] = []
        while size < _BATCH_BYTES and not large and (taken := self.mailbox.take()) is not None:
            (kind, _), parts = taken
            self.sent[kind] += 1
            count += 1
            if len(parts) == 1 and len(parts[0]) < _BATCH_BYTES:
                small.append(parts[0])
                size += len(parts[0])
            else:
                large = parts
        if small:
            self._pieces.append(memoryview(small[0] if len(small) == 1 else b''.join(small)))
        self._pieces.extend(_pieces(large))
        return count

    @property
    def pending_bytes(self) -> int:
        """Bytes that came of a message that is not complete yet."""
        return self._decoder.pending_bytes

    @property
    def is_idle(self) -> bool:
        """Whether everything that was to be sent has left, or never will."""
        stream = self._stream
        if stream is None:
            return True
        waits = not stream.is_closing and (len(self.mailbox) or self._pieces)
        return not waits and not stream.unsent_bytes

    def check_time_outs(self) -> None:
        """Cut off a peer that stopped in the middle of a message, or does not read."""
        if self._stream is None or self.cut_off:
            return
        super().check_time_outs()
        now = time.monotonic()
        stall, send = self._settings.stall_timeout, self._settings.send_timeout
        pending = self._decoder.pending_bytes
        # What waits may well grow: what matters is whether any of it leaves
        left, waiting, under_way = self._stream.look_at_leaving()
        if not waiting or left > self._left_bytes:
            self._left_bytes, self._last_sent = left, now
        since, received = self._progress
        # A byte now and then is no progress: a peer could hold its place for ever that way
        moves = self.received_bytes - received >= _PROGRESS_BYTES
        if not pending or moves or self._waits_for_us:
            self._progress = now, self.received_bytes
        elif stall and now - since > stall:
            self.disconnect(f'stopped {pending} bytes into a message for {stall:g} s')
        # What is under way and not acknowledged says that the network does not carry it. The
        # system has a time-out of its own for that, and a better reason.
        patience = 2 * send + self._settings.tcp_keepalive if under_way else send
        if send and now - self._last_sent > patience:
            what = 'took nothing' if under_way else 'did not read'
            self.disconnect(f'{what} for {patience:g} s')

    def disconnect(self, why: str, linger_s: float = 0.0) -> None:
        """Close the connection; what it has received and not handed on yet is lost."""
        if not self.is_idle:
            self.lost_unsent = self.lost_unsent or why
        self._why_cut_off = self._why_cut_off or why
        if self._stream is None:
            return
        if linger_s:
            self._stream.close()
            self._link.network.loop.call_later(linger_s, self._stream.abort)
        else:
            self._stream.abort()

    def refuse(self, status: Status, why: str) -> None:
        """Tell a peer that was not let in why, and close."""
        self._why_cut_off = why
        stream = self._stream
        if stream is not None:
            for part in encode_parts(status, 1):
                stream.write(memoryview(part))
            # What it sends is read, and dropped, until it closes: a reset would take the
            # status from it
            stream.close()
            self._link.network.loop.call_later(_REFUSAL_S, stream.abort)

    def probe_often(self) -> None:
        """Find out within about a second, from now on, when its machine is gone."""
        if self._stream is not None:
            self._stream.probe_often()

    @property
    def is_answering(self) -> bool:
        """Whether there was a sign of life from it in about the last second. For any thread."""
        stream = self._stream
        return stream is None or stream.is_answering

    def pause_reading(self) -> bool:
        """Let the peer wait until `resume_reading`."""
        self._reading_paused = True
        if self._stream is not None:
            self._stream.pause_reading()
        return True

    def resume_reading(self) -> None:
        """Read again."""
        self._reading_paused = False
        self._read_on()

    @property
    def _waits_for_us(self) -> bool:
        return self._reading_paused or self._has_more

    def _read_on(self) -> None:
        if self._waits_for_us:
            return
        self.last_received = time.monotonic()
        if self._stream is not None:
            self._stream.resume_reading()


def _is_calm_status(message: Message) -> bool:
    return isinstance(message, Status) and not message.is_emergency


def _pieces(parts: list[Buffer]) -> Iterable[memoryview]:
    for part in parts:
        view = memoryview(part)
        for start in range(0, len(view), _PIECE_BYTES):
            yield view[start : start + _PIECE_BYTES]
