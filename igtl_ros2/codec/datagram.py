"""
Messages in datagrams (UDP): one in each, or a large one in several inside an RTP frame.

::

    plain:  header 58 | body
    RTP:    RTP header 12 | header 58 | extended header 8 | id 2 | fragment 2 | chunk of the body

The RTP frame is that of the C++ library and carries header version 2 only. Every fragment has
the header of the whole message. Of the extended header the message id, its last four bytes, is
replaced by the lower half of the id and the number of the fragment::

    0x0000      all of the message
    0x8000 + k  fragment k, counted from 0; more follow
    0xE000 + k  fragment k, the last
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Sequence
from struct import Struct

from ..errors import DecodeError, EncodeError, HeaderError
from .decoder import decode_whole
from .fields import MAX_ELEMENTS, Buffer, check_int
from .frame import HEADER_SIZE, Header, check_body_size, content_error, decode_header
from .message import Message

MAX_DATAGRAM_BYTES = 65507  # of UDP over IPv4
MAX_FRAGMENTS = 8192
MAX_BODY_BYTES = 64 << 20
#: Ids for messages in RTP; the C++ library tells the fragments of one from another by no more.
MESSAGE_IDS = range(1, 256)

_RTP = Struct('>HHII')
_RTP_WORD = 0x8060  # version 2, payload type 96
_SIZE_AT = 42
_KEPT_SIZE = HEADER_SIZE + 8  # header and what is kept of the extended header
_FRAGMENT = Struct('>HH')
_EXTENDED_SIZE = 12
_REPEATED_SIZE = _KEPT_SIZE + _FRAGMENT.size
_CHUNK_AT = _RTP.size + _REPEATED_SIZE
_MORE = 0x8000
_LAST = 0xE000

_WINDOW = 256  # datagrams of a stream within which a second copy is recognized
_MAX_STREAMS = 64
_MAX_DEVICES = 1024


# --- writing --------------------------------------------------------------------------------


def plain_datagram(
    message: bytes | Sequence[Buffer], max_bytes: int = MAX_DATAGRAM_BYTES
) -> bytes:
    """
    Put an encoded message into a datagram of its own.

    :param message: what `encode` or `encode_parts` gave.
    :raises EncodeError: if it is larger than `max_bytes`, or than UDP can carry.
    """
    data = _joined(message)
    limit = min(max_bytes, MAX_DATAGRAM_BYTES)
    if len(data) > limit:
        raise EncodeError(
            f'{len(data)} bytes do not fit a datagram of {limit}; '
            'in the RTP frame a message takes several')
    return data


def with_message_id(message: Message, message_id: int) -> Message:
    """
    Give a message the form that the RTP frame carries: header version 2, and an id.

    :param message_id: one of `MESSAGE_IDS`, in turn; an id that the message has already stays.
    """
    if message.version == 2 and message.message_id:
        return message
    return dataclasses.replace(message, version=2, message_id=message.message_id or message_id)


def _joined(message: bytes | Sequence[Buffer]) -> bytes:
    return message if isinstance(message, bytes) else b''.join(message)


class RtpWriter:
    """
    One stream of datagrams in the RTP frame, to one receiver or group.

    :param payload_bytes: longest datagram without the RTP header of 12 bytes. The C++ library
        must be set to the same, 8900 if nothing was said.
    :param ssrc: 32-bit number of the stream, best chosen at random.
    :param sequence: 16-bit number of the first datagram.
    :raises EncodeError: if one of them is out of range.
    """

    def __init__(self, payload_bytes: int, ssrc: int, sequence: int = 0) -> None:
        most = MAX_DATAGRAM_BYTES - _RTP.size
        check_int(payload_bytes, _REPEATED_SIZE + 1, most, 'payload_bytes')
        self._chunk_bytes = payload_bytes - _REPEATED_SIZE
        self._ssrc = check_int(ssrc, 0, 2**32 - 1, 'ssrc')
        self._sequence = check_int(sequence, 0, 2**16 - 1, 'sequence')

    def datagrams(self, message: bytes | Sequence[Buffer], now_s: float) -> list[bytes]:
        """
        Write an encoded message as datagrams.

        :param message: what `encode` or `encode_parts` gave, with header version 2.
        :param now_s: Unix time for the RTP header.
        :raises EncodeError: if the frame cannot carry it.
        """
        data = _joined(message)
        count = self._count_fragments(data)
        kept = data[:_KEPT_SIZE]
        chunks = memoryview(data)[HEADER_SIZE + _EXTENDED_SIZE :]
        message_id = int.from_bytes(data[_KEPT_SIZE : _KEPT_SIZE + 4], 'big')
        time = round(now_s * 100) % 2**32
        result = []
        for index in range(count):
            field = 0 if count == 1 else index + (_LAST if index == count - 1 else _MORE)
            start = index * self._chunk_bytes
            head = _RTP.pack(_RTP_WORD, self._sequence, time, self._ssrc)
            chunk = chunks[start : start + self._chunk_bytes]
            result.append(b''.join((head, kept, _FRAGMENT.pack(message_id, field), chunk)))
            self._sequence = (self._sequence + 1) % 2**16
        return result

    def _count_fragments(self, data: bytes) -> int:
        """Count the datagrams that a message takes; refuse what would not arrive as it is."""
        if len(data) < HEADER_SIZE:
            raise EncodeError(f'{len(data)} bytes are no message, a header takes {HEADER_SIZE}')
        version = int.from_bytes(data[:2], 'big')
        if version != 2:
            raise EncodeError(f'header version {version}: the RTP frame carries only version 2')
        size = int.from_bytes(data[_SIZE_AT : _SIZE_AT + 8], 'big')
        if HEADER_SIZE + size != len(data):
            raise EncodeError(
                f'{len(data) - HEADER_SIZE} bytes of body, the header announces {size}')
        rest = size - _EXTENDED_SIZE
        if rest < 0:
            raise EncodeError(
                f'a body of {size} bytes, its extended header takes {_EXTENDED_SIZE}')
        count = max(1, -(-rest // self._chunk_bytes))
        if count > MAX_FRAGMENTS:
            raise EncodeError(
                f'a body of {size} bytes takes {count} datagrams of {self._chunk_bytes} bytes, '
                f'the RTP frame counts to {MAX_FRAGMENTS}')
        message_id = int.from_bytes(data[_KEPT_SIZE : _KEPT_SIZE + 4], 'big')
        most = 0xFFFF if count == 1 else 0xFF  # the C++ library loses the upper half
        if message_id > most:
            raise EncodeError(
                f'message_id {message_id}: the RTP frame carries at most {most} with a message '
                f'of {count} datagrams')
        return count


# --- reading --------------------------------------------------------------------------------


@dataclasses.dataclass(slots=True)
class DatagramCounts:
    """What became of the datagrams that a `Reassembler` was fed."""

    #: all of them
    datagrams: int = 0
    #: messages given out
    messages: int = 0
    #: copies that were ignored
    duplicates: int = 0
    #: datagrams that came after one that was sent later
    reordered: int = 0
    #: datagrams missing from the sequence of an RTP stream, so far
    lost: int = 0
    #: messages given up because the rest did not come in time
    expired: int = 0
    #: messages given up to make room
    evicted: int = 0
    #: whole messages dropped because a newer one of the device was there already
    outdated: int = 0
    #: messages whose layout broke the protocol but was understood
    nonconforming: int = 0
    #: errors raised, by the name of their class
    refused: Counter[str] = dataclasses.field(default_factory=Counter)


@dataclasses.dataclass(slots=True)
class _Partial:
    """A message of which some fragments are there."""

    started_s: float
    chunks: dict[int, bytes] = dataclasses.field(default_factory=dict)
    size: int = 0
    total: int | None = None  # fragments; known when the last one is there


@dataclasses.dataclass(slots=True)
class _Stream:
    """What is remembered of the datagrams of one RTP stream."""

    first: int
    newest: int
    seen: dict[int, tuple[int, int]] = dataclasses.field(default_factory=dict)


_Key = tuple[Hashable, bytes]


class Reassembler:
    """
    Make messages of datagrams, plain or in the RTP frame, in whatever order they come.

    Datagrams of several senders may be mixed. An error concerns one datagram, whatever its
    `in_step` says: the next one is read as if nothing had been.

    :param max_body_bytes: refuse larger bodies before any of it is kept.
    :param max_age_s: how long to wait for the rest of a message.
    :param max_open: how many messages may be incomplete at once.
    :param max_bytes: how much may be kept of incomplete messages, in bytes.
    :param check_crc: whether to compare bodies with the CRC-64 of their headers.
    :param strict: refuse layouts that break the protocol but can be understood.
    :param newest_only: wire names of streams. Of these, a message is dropped when its time
        stamp is before that of the one that the same sender gave last for the device, by no more
        than `max_age_s`: a clock that is further behind was set back.
    :param max_elements: refuse longer lists, as `Decoder` does.
    """

    def __init__(
        self, *, max_body_bytes: int = MAX_BODY_BYTES, max_age_s: float = 1.0, max_open: int = 64,
        max_bytes: int = 256 << 20, check_crc: bool = True, strict: bool = False,
        newest_only: Collection[str] = (), max_elements: int = MAX_ELEMENTS,
    ) -> None:
        self._max_elements = max_elements
        self._max_body_bytes = max_body_bytes
        self._max_age_s = max_age_s
        self._max_open = max_open
        self._max_bytes = max(max_bytes, max_body_bytes)  # one message must be possible
        self._check_crc = check_crc
        self._strict = strict
        self._newest_only = frozenset(newest_only)
        self._open: dict[_Key, _Partial] = {}  # oldest first
        self._streams: dict[tuple[Hashable, int], _Stream] = {}
        self._newest: dict[tuple[Hashable, str, str], int] = {}
        self.counts = DatagramCounts()
        #: bytes of the last message
        self.message_bytes = 0
        #: bytes kept of messages that are not complete
        self.pending_bytes = 0
        #: highest header version that the sender of the last message is known to read
        self.seen_version = 0

    def feed(self, datagram: bytes, source: Hashable, now_s: float) -> Message | None:
        """
        Take in a datagram; give the message that is whole now, if there is one.

        :param source: who sent it.
        :param now_s: the time on a clock that is never set back.
        :raises DecodeError: if there is something wrong with it; only this datagram is lost, or
            with a `CrcError` or a `ContentError` the message that it completed.
        """
        self.expire(now_s)
        self.counts.datagrams += 1
        try:
            message = self._read(datagram, source, now_s)
        except DecodeError as error:
            self.counts.refused[type(error).__name__] += 1
            raise
        if message is None or self._is_outdated(message, source):
            return None
        self.counts.messages += 1
        return message

    def expire(self, now_s: float) -> None:
        """Give up the messages whose rest did not come in time."""
        while self._open:
            key, oldest = next(iter(self._open.items()))
            if now_s - oldest.started_s <= self._max_age_s:
                break
            self._remove(key)
            self.counts.expired += 1

    def _read(self, datagram: bytes, source: Hashable, now_s: float) -> Message | None:
        size = len(datagram)
        if size >= HEADER_SIZE and 1 <= int.from_bytes(datagram[:2], 'big') <= 3:
            header = decode_header(datagram)
            check_body_size(header, self._max_body_bytes)
            return self._decode(datagram[: HEADER_SIZE + header.body_size])
        if size >= _CHUNK_AT and datagram[0] >> 6 == 2:
            return self._read_rtp(datagram, source, now_s)
        raise HeaderError(
            f'a datagram of {size} bytes that starts with {datagram[:2].hex() or "nothing"}: '
            'neither an OpenIGTLink message nor a part of one in RTP')

    def _read_rtp(self, datagram: bytes, source: Hashable, now_s: float) -> Message | None:
        if datagram[0] != 0x80:
            raise HeaderError(
                f'RTP header that starts with {datagram[0]:02x}, wanted 80: no padding, no '
                'extension, no contributing sources')
        if self._is_duplicate(datagram, source):
            self.counts.duplicates += 1
            return None
        header = decode_header(datagram, _RTP.size)
        if header.version != 2:
            raise HeaderError(
                f'header version {header.version} in RTP, which cannot carry it: wanted 2',
                type_name=header.type_name,
                device_name=header.device_name)
        check_body_size(header, self._max_body_bytes)
        _, field = _FRAGMENT.unpack_from(datagram, _RTP.size + _KEPT_SIZE)
        if not field:
            return self._assemble(header, datagram, [datagram[_CHUNK_AT:]])
        return self._add(header, datagram, field, source, now_s)

    def _add(
        self, header: Header, datagram: bytes, field: int, source: Hashable, now_s: float
    ) -> Message | None:
        """Keep a fragment; give the message if it was the last that was missing."""
        is_last = field >= _LAST
        index = field - (_LAST if is_last else _MORE)
        # one that is not the last must leave a number for the last
        if not 0 <= index < MAX_FRAGMENTS - (not is_last):
            raise content_error(header, f'fragment {field:04x}: there is no such number')
        # the stream's number, the header, what is kept of the extended header, and the id
        key = (source, datagram[8 : _CHUNK_AT - 2])
        partial = self._open.get(key)
        chunk = datagram[_CHUNK_AT:]
        if partial is not None:
            if partial.chunks.get(index) == chunk and is_last == (index + 1 == partial.total):
                self.counts.duplicates += 1
                return None
            _check_fits(header, partial, index, is_last)
        size = len(chunk) + (0 if partial is None else partial.size)
        if size + _EXTENDED_SIZE > header.body_size:
            raise content_error(
                header,
                f'fragments of {size} bytes so far for a body of {header.body_size} with its '
                f'extended header of {_EXTENDED_SIZE}')
        if partial is None:
            while len(self._open) >= self._max_open:
                self._evict(lambda partial: 1)
            partial = self._open[key] = _Partial(now_s)
        partial.chunks[index] = chunk
        partial.size = size
        if is_last:
            partial.total = index + 1
        self.pending_bytes += len(chunk)
        if len(partial.chunks) == partial.total:
            self._remove(key)
            chunks = [partial.chunks[number] for number in range(partial.total)]
            return self._assemble(header, datagram, chunks)
        while self.pending_bytes > self._max_bytes:
            self._evict(lambda partial: partial.size, keep=key)
        return None

    def _assemble(self, header: Header, datagram: bytes, chunks: list[bytes]) -> Message:
        size = _EXTENDED_SIZE + sum(map(len, chunks))
        if size != header.body_size:
            raise content_error(
                header, f'fragments make a body of {size} bytes, announced are {header.body_size}')
        at = _RTP.size + _KEPT_SIZE
        head = (datagram[_RTP.size : at], b'\0\0', datagram[at : at + 2])
        return self._decode(b''.join((*head, *chunks)))

    def _decode(self, data: bytes) -> Message:
        message, conforming = decode_whole(
            data, check_crc=self._check_crc, strict=self._strict, max_elements=self._max_elements)
        self.counts.nonconforming += not conforming
        self.message_bytes = len(data)
        self.seen_version = message.version if conforming else 1
        return message

    def _remove(self, key: _Key) -> None:
        self.pending_bytes -= self._open.pop(key).size

    def _evict(self, weight: Callable[[_Partial], int], keep: _Key | None = None) -> None:
        """Give up the oldest message of the sender that takes most, so that others lose none."""
        use: Counter[Hashable] = Counter()
        for key, partial in self._open.items():
            if key != keep:
                use[key[0]] += weight(partial)
        greedy = max(use, key=use.__getitem__)
        self._remove(next(key for key in self._open if key[0] == greedy and key != keep))
        self.counts.evicted += 1

    def _is_duplicate(self, datagram: bytes, source: Hashable) -> bool:
        """
        Follow the sequence numbers of an RTP stream; tell whether a datagram came before.

        The number alone does not say so: a sender that is started again counts from 0 again.
        """
        _, sequence, _, ssrc = _RTP.unpack_from(datagram)
        mark = hash(datagram)
        stream = self._streams.pop((source, ssrc), None)
        if stream is not None:
            step = (sequence - stream.newest + 0x8000) % 0x10000 - 0x8000
            number = stream.newest + step
            before = stream.seen.get(number % _WINDOW)
            if before == (number, mark):
                self._streams[source, ssrc] = stream
                return True
            if step <= -_WINDOW or (before is not None and before[0] == number):
                stream = None  # started again
            elif step > 0:
                self.counts.lost += step - 1
                stream.newest = number
            else:
                self.counts.reordered += 1
                self.counts.lost -= number > stream.first
        if stream is None:
            number = sequence
            stream = _Stream(number, number)
        stream.seen[number % _WINDOW] = (number, mark)
        self._streams[source, ssrc] = stream
        if len(self._streams) > _MAX_STREAMS:
            del self._streams[next(iter(self._streams))]
        return False

    def _is_outdated(self, message: Message, source: Hashable) -> bool:
        if not message.timestamp or message.type_name not in self._newest_only:
            return False
        key = (source, message.type_name, message.device_name)
        newest = self._newest.pop(key, 0)
        outdated = 0 < newest - message.timestamp <= self._max_age_s * 2**32
        self._newest[key] = newest if outdated else message.timestamp
        if len(self._newest) > _MAX_DEVICES:
            del self._newest[next(iter(self._newest))]
        self.counts.outdated += outdated
        return outdated


def _check_fits(header: Header, partial: _Partial, index: int, is_last: bool) -> None:
    """Refuse a fragment that contradicts those that are there."""
    total = partial.total
    if index in partial.chunks:
        raise content_error(header, f'fragment {index} came before and was different')
    if total is not None and index >= total:
        raise content_error(header, f'fragment {index} of a message of {total} fragments')
    if is_last and max(partial.chunks) > index:
        raise content_error(
            header, f'fragment {index} as the last, but {max(partial.chunks)} came before')
