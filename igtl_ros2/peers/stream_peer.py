"""A peer of a TCP or TLS connection: its bytes become messages, what waits for it is written."""

from __future__ import annotations

import asyncio
import time

from ..codec import Decoder, Message, encode_parts
from ..codec.frame import Header
from ..codec.messages.text import Status
from ..config import Settings
from ..errors import DecodeError
from ..transport.tcp import Stream
from .peer import Host
from .reading_thread import LITTLE_BYTES, takes_long, worker
from .writing_peer import WritingPeer

# how many messages are handed on at once
_MOST_AT_ONCE = 32
# What a peer must at least send of a message while `stall_timeout` passes
_PROGRESS_BYTES = 1024
# How long what one peer has sent may be handled before the others get their turn
_TURN_S = 0.001
_REFUSAL_S = 1.0

_steady_s = time.monotonic


class StreamPeer(WritingPeer):
    """The other end of a TCP or TLS connection."""

    def __init__(self, link: Host, settings: Settings) -> None:
        super().__init__(link, settings)
        self._decoder = Decoder(
            max_body_bytes=settings.max_body_bytes,
            check_crc=settings.check_crc,
            strict=settings.strict,
            max_elements=settings.max_elements,
        )
        #: bytes that had left for the peer when it was last seen reading
        self._left_bytes = 0
        #: receives into the memory of the decoder
        self.get_buffer = self._decoder.get_buffer
        self._last_sent = self.last_received
        #: when it was last seen that the message that is incomplete now makes progress; what had
        #: come then, and what of it was whole messages
        self._progress = (self.last_received, 0, 0)
        self._reading_paused = False
        #: whether there are messages whose turn comes next
        self._has_more = False
        #: whether one is being read in another thread
        self._is_reading = False
        #: how many messages are handed on in about the time of a turn
        self._most_at_once = _MOST_AT_ONCE
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

    def buffer_updated(self, size: int) -> None:
        """Take out the messages that are whole now, in turns."""
        if self._why_cut_off:
            return
        self.last_received = now = _steady_s()
        decoder = self._decoder
        if not decoder.pending_bytes:
            self.pending_since = now
        self.received_bytes += size
        if decoder.buffer_updated(size) and not self._has_more:
            self._take_turn(now)

    def _take_turn(self, now: float | None = None) -> None:
        """Take out messages for a while; what is left then waits until the others had a turn."""
        if now is None:
            now = _steady_s()
        until = now + _TURN_S
        while not self._why_cut_off:
            messages: list[Message] = []
            sizes: list[int] = []
            trouble = None
            try:
                may_be_more = self._read_some(messages, sizes, until)
            except DecodeError as error:
                trouble, may_be_more = error, error.in_step
            finally:  # what came before goes first
                if messages:
                    self._hand_over(messages, sizes, now)
            if trouble is not None and not self._why_cut_off:
                self.take_error(trouble)
            if not may_be_more:
                break
            if _steady_s() >= until and self._decoder.pending_bytes:
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

    def _read_some(self, messages: list[Message], sizes: list[int], until: float) -> bool:
        """
        Read the messages that are next, for a while; tells whether there may be more.

        :param messages: takes them.
        :param sizes: takes how many bytes each had.
        :raises DecodeError: if one cannot be read.
        """
        decoder, most = self._decoder, self._most_at_once
        while (whole := decoder.next_frame()) is not None:
            header, frame = whole
            if header[4] > LITTLE_BYTES and takes_long(header, frame):
                self._read_elsewhere(header, frame)
                return False
            messages.append(decoder.read(header, frame))
            sizes.append(decoder.frame_bytes)
            if not decoder.pending_bytes:
                return False
            if len(messages) >= most or _steady_s() >= until:
                return True
        return False

    def _hand_over(self, messages: list[Message], sizes: list[int], now: float) -> None:
        self.pending_since = now
        self.seen_version = self._decoder.seen_version
        count = len(messages)
        if count == 1 and self._most_at_once == _MOST_AT_ONCE:
            self.hand_on(messages, sizes)
            return
        begin = _steady_s()
        self.hand_on(messages, sizes)
        # a peer whose messages take long is given fewer at once, so that others get their turn
        each_s = (_steady_s() - begin) / count
        self._most_at_once = min(_MOST_AT_ONCE, max(1, int(_TURN_S / (each_s + 1e-9))))

    def _read_elsewhere(self, header: Header, frame: memoryview) -> None:
        """Read a message in another thread; this peer alone waits for that."""
        self._has_more = self._is_reading = True
        if self._stream is not None:
            self._stream.pause_reading()
        loop = self._link.network.loop
        reading = asyncio.wrap_future(worker.call(self._decoder.read, header, frame), loop=loop)
        reading.add_done_callback(self._has_read)

    def _has_read(self, reading: asyncio.Future[Message]) -> None:
        """Hand on what was read, and go on."""
        self._is_reading = False
        try:
            if not self.cut_off:
                message = reading.result()
                self._hand_over([message], [self._decoder.frame_bytes], _steady_s())
        except DecodeError as error:
            self.take_error(error)
        finally:
            self._take_turn()

    def writable_again(self) -> None:
        """Go on writing."""
        self._last_sent = _steady_s()
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

    @property
    def pending_bytes(self) -> int:
        """Bytes that came of a message that is not complete yet."""
        return self._decoder.pending_bytes

    def check_time_outs(self) -> None:
        """Disconnect a peer that stopped in the middle of a message, or does not read."""
        if self._stream is None or self.cut_off:
            return
        super().check_time_outs()
        now = _steady_s()
        stall, send = self._settings.stall_timeout, self._settings.send_timeout
        pending = self._decoder.pending_bytes
        # What waits may well grow: what matters is whether any of it leaves
        left, waiting, under_way = self._stream.look_at_leaving()
        if not waiting or left > self._left_bytes:
            self._left_bytes, self._last_sent = left, now
        since, received, whole = self._progress
        # A byte now and then is no progress: a peer could hold its place for ever that way
        moves = self.received_bytes - received >= _PROGRESS_BYTES
        if not pending or moves or whole != self.received_bytes - pending or self._waits_for_us:
            self._progress = now, self.received_bytes, self.received_bytes - pending
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
        """Notice within about a second, from now on, that its machine is gone."""
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
        self.last_received = _steady_s()
        if self._stream is not None:
            self._stream.resume_reading()
