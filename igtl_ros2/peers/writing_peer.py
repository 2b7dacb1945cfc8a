"""What is written to a peer of a stream: at once where nothing waits, else as it takes it."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import chain

from ..codec import Buffer
from ..config import Settings
from ..errors import EncodeError
from ..transport.tcp import Stream
from .outgoing import Outgoing
from .peer import Host, Peer

# asyncio copies what the socket does not take at once: never more than this
_PIECE_BYTES = 1 << 18
# How much one peer may write before the others get their turn
_TURN_BYTES = 1 << 22
# Less than this is not worth a call of the system of its own
_BATCH_BYTES = 1 << 13
_TURN_MESSAGES = 64


class WritingPeer(Peer):
    """A peer of a stream, as far as it is written to."""

    def __init__(self, link: Host, settings: Settings) -> None:
        super().__init__(link, settings)
        self._stream: Stream | None = None
        self._pieces: deque[memoryview] = deque()
        #: whether all that was written had left when that was last looked at
        self._is_clear = False

    def pump(self) -> None:
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
        if self._is_clear:
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
            if not self._is_clear or self._pieces or self.mailbox.bytes or self._why_cut_off:
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
        now_s = time.monotonic()
        while size < _BATCH_BYTES and not large:
            taken = self.mailbox.take(now_s)
            if taken is None:
                break
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
    def is_idle(self) -> bool:
        stream = self._stream
        if stream is None:
            return True
        waits = not stream.is_closing and (len(self.mailbox) or self._pieces)
        return not waits and not stream.unsent_bytes


def _pieces(parts: list[Buffer]) -> Iterable[memoryview]:
    for part in parts:
        view = memoryview(part)
        for start in range(0, len(view), _PIECE_BYTES):
            yield view[start : start + _PIECE_BYTES]
