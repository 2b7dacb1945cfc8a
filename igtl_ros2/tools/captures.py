"""Captures of packets (pcap, pcapng): what TCP and UDP carried in each."""

from __future__ import annotations

import gzip
import ipaddress
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from ..errors import FileError

_PCAP = {0xA1B2C3D4: 10**6, 0xA1B23C4D: 10**9}  # fractions of a second, by magic
_PCAPNG = 0x0A0D0D0A
_BYTE_ORDER = 0x1A2B3C4D
_INTERFACE, _SIMPLE, _ENHANCED, _OLD_PACKET = 1, 3, 6, 2
_MAX_BYTES = 1 << 28  # of a packet or block: what claims more is none
#: a time of as many nanoseconds since 1970 is none: it does not fit 63 bits
MAX_NS = 1 << 63
_TCP, _UDP = 6, 17
_IPV4, _IPV6 = 0x0800, 0x86DD
_VLANS = (0x8100, 0x88A8, 0x9100)
# headers of IPv6 that stand in front of what is carried
_OPTIONS = (0, 43, 60)
_FRAGMENT = 44
# where the EtherType is, and where it ends, by link type
_WITH_TYPE = {1: 12, 113: 14, 276: 0}
_START = {1: 14, 113: 16, 276: 20}
_RAW = (12, 14, 101, 228, 229)
_LOOPBACK = (0, 108)
# of what is packed with gzip and damaged or cut off
_UNPACKABLE = (gzip.BadGzipFile, EOFError, zlib.error)


class Packet(NamedTuple):
    """A packet of a network, from its network card on."""

    time_ns: int
    link: int
    data: bytes


class _Interface(NamedTuple):
    """
    A network card in a pcapng file.

    :param ticks: units of its times in a second.
    :param offset_s: what its times are from, in seconds since 1970.
    """

    link: int
    ticks: int
    offset_s: int


class Segment(NamedTuple):
    """
    What TCP or UDP carried in a packet.

    :param missing: bytes behind the payload that the capture has cut off.
    :param sequence: number of the first byte; -1 for UDP.
    """

    time_ns: int
    source: str
    target: str
    sequence: int
    flags: int
    payload: bytes
    missing: int


def is_capture(path: Path) -> bool:
    """Tell whether a file begins as captures do."""
    try:
        with _opened(path) as file:
            magic = file.read(4)
    except _UNPACKABLE:
        return False
    numbers = {int.from_bytes(magic, 'little'), int.from_bytes(magic, 'big')}
    return len(magic) == 4 and bool(numbers & {*_PCAP, _PCAPNG})


def _opened(path: Path) -> IO[bytes]:
    with open(path, 'rb') as start:
        packed = start.read(2) == b'\x1f\x8b'
    file: Any = gzip.open(path) if packed else open(path, 'rb')
    return file


class Capture:
    """
    The packets of a capture, one after the other.

    A file that ends within a packet, as one that is being written does, is read up to there, and a
    packed one as far as it can be unpacked.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        #: packets that are parts of one that IP has cut up
        self.fragments = 0
        #: where the file ends in the middle of a packet
        self.cut_at: int | None = None

    def packets(self) -> Iterator[Packet]:
        """
        Give the packets.

        :raises FileError: if it is no capture.
        """
        try:
            with _opened(self.path) as file:
                head = file.read(4)
                for order in '<>':
                    (magic,) = struct.unpack(f'{order}I', head.ljust(4, b'\0'))
                    if magic in _PCAP:
                        yield from self._pcap(file, order, _PCAP[magic])
                        return
                if head != _PCAPNG.to_bytes(4, 'big'):
                    raise FileError(f'{self.path}: no capture: begins with {head.hex(" ")!r}')
                yield from self._pcapng(file)
        except (OSError, *_UNPACKABLE) as error:
            raise FileError(f'{self.path}: {error}') from error

    def _pcap(self, file: IO[bytes], order: str, unit: int) -> Iterator[Packet]:
        head = file.read(20)
        if len(head) < 20:
            raise FileError(f'{self.path}: the head ends at byte {4 + len(head)} of 24')
        link = struct.unpack_from(f'{order}I', head, 16)[0] & 0xFFFF
        shape = struct.Struct(f'{order}IIII')
        while entry := self._read(file, shape.size, may_end=True):
            seconds, fraction, size, _ = shape.unpack(entry)
            if size > _MAX_BYTES:
                raise FileError(
                    f'{self.path}, byte {file.tell() - 16}: a packet of {size} bytes')
            data = self._read(file, size)
            if data is not None:
                yield Packet(seconds * 10**9 + fraction * 10**9 // unit, link, data)

    def _read(self, file: IO[bytes], size: int, *, may_end: bool = False) -> bytes | None:
        """Read bytes; None at the end, also where some are missing."""
        try:
            data = file.read(size)
        except _UNPACKABLE:
            data, may_end = b'', False
        if len(data) == size:
            return data
        if data or not may_end:
            self.cut_at = file.tell()
        return None

    def _pcapng(self, file: IO[bytes]) -> Iterator[Packet]:
        file.seek(0)
        order, interfaces = '<', list[_Interface]()
        while head := self._read(file, 8, may_end=True):
            if head[:4] == _PCAPNG.to_bytes(4, 'big'):
                mark = self._read(file, 4)
                if mark is None:
                    return
                order = '<' if int.from_bytes(mark, 'little') == _BYTE_ORDER else '>'
                if struct.unpack(f'{order}I', mark)[0] != _BYTE_ORDER:
                    raise FileError(f'{self.path}, byte {file.tell() - 4}: no byte order')
                file.seek(-4, 1)
                interfaces = []
            kind, size = struct.unpack(f'{order}II', head)
            if not 12 <= size <= _MAX_BYTES or size % 4:
                raise FileError(f'{self.path}, byte {file.tell() - 8}: a block of {size} bytes')
            body = self._read(file, size - 8)
            if body is None:
                return
            place = file.tell() - size
            try:
                packet = self._block(order, kind, body[:-4], interfaces)
            except (struct.error, IndexError, ValueError) as error:
                raise FileError(f'{self.path}, byte {place}: a damaged block: {error}') from error
            if packet is not None:
                yield packet

    def _block(
        self, order: str, kind: int, body: bytes, interfaces: list[_Interface]
    ) -> Packet | None:
        if kind == _INTERFACE:
            (link,) = struct.unpack_from(f'{order}H', body)
            interfaces.append(_Interface(link, *_clock(order, body[8:])))
        elif kind in (_ENHANCED, _OLD_PACKET):
            form = 'IIIII' if kind == _ENHANCED else 'HHIIII'
            values = struct.unpack_from(order + form, body)
            high, low, size, _ = values[-4:]
            link, ticks, offset_s = interfaces[values[0]]
            start = struct.calcsize(order + form)
            time_ns = ((high << 32) + low) * 10**9 // ticks + offset_s * 10**9
            if not 0 <= time_ns < MAX_NS:
                raise ValueError(f'a packet of {time_ns // 10**9} s')
            return Packet(time_ns, link, body[start : start + size])
        elif kind == _SIMPLE:
            (size,) = struct.unpack_from(f'{order}I', body)
            return Packet(0, interfaces[0].link, body[4 : 4 + size])
        return None

    def segments(self) -> Iterator[Segment]:
        """
        Give what TCP and UDP carried.

        :raises FileError: if it is no capture.
        """
        for packet in self.packets():
            try:
                segment = self._segment(packet)
            except (struct.error, IndexError, ValueError):
                segment = None
            if segment is not None:
                yield segment

    def _segment(self, packet: Packet) -> Segment | None:
        kind, start = _network(packet)
        data = packet.data
        if kind == _IPV4:
            head = (data[start] & 15) * 4
            total, _, part = struct.unpack_from('>HHH', data, start + 2)
            protocol, end = data[start + 9], start + total
            hosts = data[start + 12 : start + 16], data[start + 16 : start + 20]
            if part & 0x3FFF:
                self.fragments += 1
                return None
            # network cards that cut up what is sent themselves leave the size to be 0
            end = end if total else len(data)
            start += head
        elif kind == _IPV6:
            size, protocol = struct.unpack_from('>HB', data, start + 4)
            hosts = data[start + 8 : start + 24], data[start + 24 : start + 40]
            end = start + 40 + size if size else len(data)
            start += 40
            while protocol in _OPTIONS:
                protocol, start = data[start], start + 8 + 8 * data[start + 1]
            if protocol == _FRAGMENT:
                self.fragments += 1
                return None
        else:
            return None
        ports = struct.unpack_from('>HH', data, start)
        source, target = (
            _address(host, port) for host, port in zip(hosts, ports))
        sequence, flags = -1, 0
        if protocol == _TCP:
            (sequence,) = struct.unpack_from('>I', data, start + 4)
            flags = data[start + 13]
            start += (data[start + 12] >> 4) * 4
        elif protocol == _UDP:
            start += 8
        else:
            return None
        payload = data[start:end]
        return Segment(
            packet.time_ns, source, target, sequence, flags, payload,
            max(0, end - start - len(payload)))


def _network(packet: Packet) -> tuple[int, int]:
    """Find what network protocol a packet has, and where it begins."""
    link, data = packet.link, packet.data
    if link in _WITH_TYPE:
        (kind,) = struct.unpack_from('>H', data, _WITH_TYPE[link])
        start = _START[link]
        while kind in _VLANS:
            (kind,) = struct.unpack_from('>H', data, start + 2)
            start += 4
        return kind, start
    start = 4 if link in _LOOPBACK else 0
    if link in _RAW or link in _LOOPBACK:
        return {4: _IPV4, 6: _IPV6}.get(data[start] >> 4, 0), start
    return 0, 0


def _address(host: bytes, port: int) -> str:
    address = ipaddress.ip_address(host)
    return f'[{address}]:{port}' if address.version == 6 else f'{address}:{port}'


def _clock(order: str, options: bytes) -> tuple[int, int]:
    """Find the units of time of an interface in a second, and what to add, in seconds."""
    place, ticks, offset_s = 0, 10**6, 0
    while place + 4 <= len(options):
        code, size = struct.unpack_from(f'{order}HH', options, place)
        if not code:
            break
        if code == 9 and size == 1:
            power: Any = options[place + 4]
            ticks = 2 ** (power & 0x7F) if power & 0x80 else 10**power
        elif code == 14 and size == 8:
            (offset_s,) = struct.unpack_from(f'{order}q', options, place + 4)
        place += 4 + size + -size % 4
    return ticks, offset_s
