"""What one side of a TCP connection said, put together from the packets of a capture."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..codec import HEADER_SIZE, MAX_BODY_BYTES, Header, decode_header, message_class
from ..errors import HeaderError
from .captures import Segment

_SYN = 2
_WRAP = 1 << 32
# what is kept until a packet comes that is late; then it is taken for lost
_MOST_HELD_BYTES = 1 << 24
_MOST_HELD = 4096
# own types may be called what they like
_TYPE = re.compile(rb'[!-~]+\0*')
_VERSIONS = re.compile(rb'\0[\1-\3]')


def may_be_header(data: bytes | bytearray, at: int = 0) -> bool:
    """Tell whether bytes look like a header of a message that somebody would send."""
    if len(data) - at < HEADER_SIZE or not _TYPE.fullmatch(data[at + 2 : at + 14]):
        return False
    try:
        return decode_header(data, at).body_size <= MAX_BODY_BYTES
    except HeaderError:
        return False


def _ahead(sequence: int, expected: int) -> int:
    """Tell how many bytes one number is behind another, less than 0 if it is before that."""
    return (sequence - expected + _WRAP // 2) % _WRAP - _WRAP // 2


class Flow:
    """One direction of a connection."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._held: dict[int, tuple[bytes, int]] = {}
        self._held_bytes = 0
        self._data = bytearray()
        #: whether the beginning of a message has been found
        self.in_step = False
        self._was_cut = False
        #: bytes that the capture lacks, bytes passed over to find a message again
        self.missing_bytes = self.skipped_bytes = 0
        #: packets that came again
        self.again = 0
        self.messages = 0

    def take(self, segment: Segment) -> Iterator[tuple[Header, bytes]]:
        """Take in a packet; gives the messages that are whole with it."""
        sequence, payload, missing = segment.sequence, segment.payload, segment.missing
        if segment.flags & _SYN:
            if self._next == (sequence + 1) % _WRAP:
                return  # again
            yield from self.end()
            self._next = (sequence + 1) % _WRAP
            return
        if not payload and not missing:
            return
        if self._next is None:
            self._next, self._was_cut = sequence, True  # the capture began later
        ahead = _ahead(sequence, self._next)
        if ahead > 0:
            if sequence not in self._held or len(self._held[sequence][0]) < len(payload):
                self._held[sequence] = payload, missing
                self._held_bytes += len(payload)
            if self._held_bytes > _MOST_HELD_BYTES or len(self._held) > _MOST_HELD:
                yield from self._pass_over()
            return
        yield from self._append(-ahead, payload, missing)
        yield from self._release()

    def _append(self, known: int, payload: bytes, missing: int) -> Iterator[tuple[Header, bytes]]:
        assert self._next is not None
        if known:
            self.again += 1
        if known >= len(payload) + missing:
            return
        self._next = (self._next + len(payload) + missing - known) % _WRAP
        self._data += payload[known:]
        yield from self._messages()
        if missing:
            self._lose(missing - max(0, known - len(payload)))

    def _release(self) -> Iterator[tuple[Header, bytes]]:
        """Take in what came too early and is due now."""
        while self._held and self._next is not None:
            expected = self._next
            ready = [at for at in self._held if _ahead(at, expected) <= 0]
            if not ready:
                return
            for at in ready:
                payload, missing = self._held.pop(at)
                self._held_bytes -= len(payload)
                known = (self._next - at) % _WRAP
                yield from self._append(known, payload, missing)

    def _pass_over(self) -> Iterator[tuple[Header, bytes]]:
        """Go on behind what is missing."""
        assert self._next is not None
        expected = self._next
        first = min(self._held, key=lambda at: (at - expected) % _WRAP)
        self._lose((first - expected) % _WRAP)
        self._next = first
        yield from self._release()

    def _lose(self, size: int) -> None:
        self.missing_bytes += size
        if self.in_step:
            self.skipped_bytes += len(self._data)
        self._data.clear()
        self.in_step, self._was_cut = False, True

    def end(self) -> Iterator[tuple[Header, bytes]]:
        """Take in what is left, at the end of a connection or of the capture."""
        while self._held:
            yield from self._pass_over()
        if self.in_step:
            self.skipped_bytes += len(self._data)
        self._data.clear()
        self.in_step = self._was_cut = False
        self._next = None

    def _messages(self) -> Iterator[tuple[Header, bytes]]:
        data = self._data
        while len(data) >= HEADER_SIZE:
            if not may_be_header(data) or self._was_cut and not self.in_step and not _is_known(
                data
            ):
                if not self._find():
                    return
            header = decode_header(data)
            self.in_step = True
            size = HEADER_SIZE + header.body_size
            if len(data) < size:
                return
            self.messages += 1
            yield header, bytes(data[:size])
            del data[:size]

    def _find(self) -> bool:
        """Look for the next beginning of a message; what is before it is passed over."""
        data = self._data
        was_igtl, self.in_step = self.messages > 0, False
        self._was_cut = True
        start = 0 if not may_be_header(data) else 1
        for found in _VERSIONS.finditer(bytes(data), start):
            at = found.start()
            if at + HEADER_SIZE > len(data):
                break
            if may_be_header(data, at) and _is_known(data, at):
                self.skipped_bytes += at
                del data[:at]
                return True
        rest = HEADER_SIZE - 1
        if was_igtl:
            self.skipped_bytes += max(0, len(data) - rest)
        del data[:-rest]
        return False


def _is_known(data: bytes | bytearray, at: int = 0) -> bool:
    """Tell whether a header is of a type that has a class: amid data, others are chance."""
    name = bytes(data[at + 2 : at + 14]).rstrip(b'\0')
    return message_class(name.decode('ascii')) is not None
