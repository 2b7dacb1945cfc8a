"""Which frames of a video a decoder can start with, and what may go on after one was lost."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from .fields import Buffer

#: codecs on the wire whose frames are decoded with the help of those before them
INTER_CODED = frozenset(('H264', 'X265', 'O265', 'VP90', 'AV10'))
_UNIT = b'\0\0\1'
_AV1_SEQUENCE, _AV1_DELIMITER, _AV1_FRAMES = 1, 2, (3, 6)
_MOST_UNITS = 1000
_MOST_DEVICES = 1000


def starts(codec: str, frame: Buffer) -> bool | None:
    """
    Tell by its bits whether a decoder can start with a frame; None if they do not say.

    :param codec: four characters as on the wire.
    """
    if codec == 'H264':
        return _first(_units(frame, 0, 0x1F), range(1, 6), (5,), (7, 8))
    if codec in ('X265', 'O265'):
        return _first(_units(frame, 1, 0x3F), range(32), range(16, 24), range(32, 35))
    if codec == 'VP90':
        return _vp9_starts(frame)
    if codec == 'AV10':
        return _av1_starts(frame)
    return None


def _units(frame: Buffer, shift: int, mask: int) -> Iterator[int]:
    """Give the types of the units of H.264 and H.265, as they come."""
    data = bytes(frame)
    place = data.find(_UNIT)
    while 0 <= place < len(data) - len(_UNIT):
        yield data[place + 3] >> shift & mask
        place = data.find(_UNIT, place + 3)


def _first(
    units: Iterator[int], pictures: range, keys: Collection[int], sets: Collection[int]
) -> bool | None:
    """Go by the first picture; parameters alone come before a key frame, which needs them."""
    has_set = None
    for kind in units:
        if kind in pictures:
            return kind in keys
        has_set = has_set or kind in sets or None
    return has_set


def _vp9_starts(frame: Buffer) -> bool | None:
    if not len(frame) or frame[0] >> 6 != 2:
        return None
    # profile 3 has one bit more
    shift = 0 if frame[0] & 0x30 == 0x30 else 1
    shows_existing, is_inter = frame[0] >> shift + 2 & 1, frame[0] >> shift + 1 & 1
    return not shows_existing and not is_inter


def _av1_starts(frame: Buffer) -> bool | None:
    """Look for a sequence header before the first frame: encoders write one with key frames."""
    place = 0
    for _ in range(_MOST_UNITS):
        if place >= len(frame):
            return None
        head = frame[place]
        kind = head >> 3 & 0xF
        if kind == _AV1_SEQUENCE:
            return True
        if kind in _AV1_FRAMES:
            return False
        if head & 0x80 or not head & 2:
            return None
        place += 2 if head & 4 else 1
        size = shift = 0
        while place < len(frame):
            size |= (frame[place] & 0x7F) << shift
            shift += 7
            place += 1
            if not frame[place - 1] & 0x80 or shift > 56:
                break
        place += size
    return None


class Chain:
    """
    Frames of one stream, of which each needs those before it since a key frame.

    :param is_whole: whether the one that comes first need not be a key frame.
    """

    __slots__ = ('is_whole',)

    def __init__(self, is_whole: bool = False) -> None:
        self.is_whole = is_whole

    def lose(self) -> None:
        """Note that a frame is lost: what follows means nothing until a key frame."""
        self.is_whole = False

    def admits(self, follows: bool | None) -> bool:
        """
        Tell whether a frame can be decoded behind those that went before.

        :param follows: `Video.follows`; None for what stands alone.
        """
        if follows is None:
            return True
        self.is_whole = self.is_whole or not follows
        return self.is_whole


class Chains:
    """The chains of all videos of one sender, which begin whole, by their devices."""

    def __init__(self) -> None:
        self._chains: dict[str, Chain] = {}

    def of(self, device: str) -> Chain:
        """Give the one of a device; a sender may make up names without end."""
        chain = self._chains.get(device)
        if chain is None:
            chain = Chain(is_whole=True)
            if len(self._chains) < _MOST_DEVICES:
                self._chains[device] = chain
        return chain

    def lose(self) -> None:
        """Note that something was lost, maybe a frame of any of them."""
        for chain in self._chains.values():
            chain.lose()
