"""Poses on their way to peers: encoded once, and filled in for each."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from ..codec import HEADER_SIZE, Buffer
from ..codec.fields import floats_to_wire
from ..codec.messages.pose import Transform
from ..converters.registry import stamp_text
from ..converters.spliced import MARK_NS, SplicedFrame
from ..converters.units import affine_from_numbers
from ..errors import ConversionError
from ..peers import Outgoing
from ..peers.compat import Compat

# no name of a device or a frame looks like that
_MARK = affine_from_numbers((1.2345678, -8.7654321, 3.1415926), (0.5, -0.5, 0.5, 0.5))
_STAMP = 'ros_stamp'
_MOST = 4096
# without what else is said of a pose
_SIZE = HEADER_SIZE + 48


class PoseFrames:
    """What TRANSFORMs that were encoded have in common with those that come after them."""

    def __init__(self) -> None:
        #: None: cannot be filled in
        self._frames: dict[Hashable, SplicedFrame | None] = {}

    def filled(
        self, message: Transform, affine: bytes, form: tuple[str, int], compat: Compat,
        seen_version: int,
    ) -> bytearray | None:
        """
        Fill a message in for a peer; None if what it gets has to be encoded.

        :param affine: its numbers, as on the wire.
        :param form: see `Compat.form`.
        :raises EncodeError: if it must not get poses.
        """
        said = message.metadata.copy()
        stamp = said.pop(_STAMP, None)
        if stamp is None or message.message_id or message.metadata_encodings:
            return None
        key = message.device_name, message.version, form, *said.items()
        try:
            frame = self._frames[key]
        except KeyError:
            if len(self._frames) >= _MOST:
                self._frames.clear()
            frame = self._frames[key] = _frame_of(message, compat, seen_version)
        return None if frame is None else frame.filled(message.timestamp, affine, stamp)


def _frame_of(message: Transform, compat: Compat, seen_version: int) -> SplicedFrame | None:
    marked = Transform.from_affine(
        _MARK, device_name=message.device_name, version=message.version,
        metadata={**message.metadata, _STAMP: stamp_text(MARK_NS)})
    data = b''.join(Outgoing(marked).parts(compat, seen_version))
    try:
        return SplicedFrame(data, floats_to_wire(_MARK, 'matrix'))
    except ConversionError:
        return None


class PoseOutgoing(Outgoing):
    """
    A TRANSFORM that is filled into one that was encoded before.

    :raises EncodeError: if its numbers cannot be written.
    """

    __slots__ = ('_frames', '_affine')

    def __init__(self, message: Transform, frames: PoseFrames) -> None:
        super().__init__(message)
        self._frames = frames
        self._affine = floats_to_wire(message.affine, 'matrix')
        self.known_size = _SIZE + sum(map(len, message.metadata.values()))

    def parts(self, compat: Compat, seen_version: int) -> list[Buffer]:
        form = compat.form(seen_version)
        parts = self._parts.get(form)
        if parts is not None:
            return parts
        message: Any = self._message
        data = self._frames.filled(message, self._affine, form, compat, seen_version)
        if data is None:
            return super().parts(compat, seen_version)
        parts = self._parts[form] = [data]
        return parts

    def size(self) -> int:
        for parts in self._parts.values():
            return sum(map(len, parts))
        return super().size()
