"""Poses on their way to peers: encoded once, and filled in for each."""

from __future__ import annotations

from collections.abc import Sequence

from ..codec import Buffer
from ..codec.crc64 import crc64
from ..codec.fields import floats_to_wire
from ..codec.frame import HEADER_SIZE, START_SIZE, pack_rest
from ..codec.messages.pose import Transform
from ..codec.timestamp import from_ns
from ..config import SendRule
from ..converters.registry import envelope_of
from ..converters.units import affine_from_numbers, pose_from_numbers
from ..errors import ConversionError
from ..peers import Outgoing
from ..peers.compat import Compat

_NS = 1_000_000_000
# no pose and no name of a frame looks like these
_MARK_NS = 1_513_818_972 * _NS + 791_351_767
_MARK = (1.2345678, -8.7654321, 3.1415926, 0.5, -0.5, 0.5, 0.5)


class PoseWriter:
    """
    Write poses as TRANSFORMs, all of one device and in one frame.

    What the codec has encoded of one is taken as it is, but for numbers and stamps in places
    where it has put others. It costs a fourth of making a message and having it encoded.
    """

    def __init__(self, rule: SendRule, frame_id: str) -> None:
        """Have nothing encoded yet."""
        self._rule = rule
        self._frame_id = frame_id
        #: by the profile of a peer and the header version that it gets
        self._forms: dict[tuple[str, int], _Form | None] = {}

    def write(self, stamp_ns: int, time_ns: int, numbers: Sequence[float]) -> Outgoing:
        """
        Write a pose.

        :param stamp_ns: of the ROS message, 0 if it has none.
        :param time_ns: what is sent as the time.
        :param numbers: position (m) and quaternion (x, y, z, w).
        :raises ConversionError: if it is not finite or the quaternion is zero.
        :raises EncodeError: if it does not fit the wire.
        """
        affine = affine_from_numbers(numbers[:3], numbers[3:], self._rule.wire_unit)
        wire = floats_to_wire(affine, 'matrix')
        return _Pose(self, stamp_ns, time_ns, numbers, from_ns(time_ns), wire)

    @property
    def device(self) -> str:
        """The name of the device."""
        return self._rule.device

    def message(self, stamp_ns: int, time_ns: int, numbers: Sequence[float]) -> Transform:
        """Make the message of a pose."""
        matrix = pose_from_numbers(numbers[:3], numbers[3:], self._rule.wire_unit)
        return Transform(
            matrix, **envelope_of(self._rule.device, self._frame_id, stamp_ns, time_ns))

    def form(self, compat: Compat, seen_version: int) -> _Form | None:
        """
        Find the form for a peer; None if what it gets has to be encoded.

        :raises EncodeError: if it must not get poses.
        """
        which = compat.name, compat.version(seen_version)
        try:
            return self._forms[which]
        except KeyError:
            marked = Outgoing(self.message(_MARK_NS, _MARK_NS, _MARK))
            data = b''.join(marked.parts(compat, seen_version))
            affine = affine_from_numbers(_MARK[:3], _MARK[3:], self._rule.wire_unit)
            try:
                form = _Form(data, floats_to_wire(affine, 'matrix'))
            except ConversionError:
                form = None
            self._forms[which] = form
            return form


class _Form:
    """
    The bytes of a TRANSFORM with a marked pose.

    :raises ConversionError: if stamp and numbers cannot be told from the rest of them.
    """

    def __init__(self, data: bytes, affine: bytes) -> None:
        text = _stamp_text(_MARK_NS)
        if data.count(affine) != 1 or data.count(text) > 1:
            raise ConversionError('the encoded message has another form than expected')
        self._data = data
        self._affine = slice(data.index(affine), data.index(affine) + len(affine))
        at = data.find(text)
        self._text = slice(at, at + len(text)) if at >= 0 else None

    def filled(self, timestamp: int, affine: bytes, stamp_ns: int) -> bytearray | None:
        """Fill in a pose; None if it does not fit."""
        data = bytearray(self._data)
        data[self._affine] = affine
        if self._text is not None:
            text = _stamp_text(stamp_ns)
            if len(text) != self._text.stop - self._text.start:
                return None
            data[self._text] = text
        pack_rest(
            data, START_SIZE, timestamp, len(data) - HEADER_SIZE,
            crc64(memoryview(data)[HEADER_SIZE:]),
        )
        return data


def _stamp_text(stamp_ns: int) -> bytes:
    """Write a stamp as `envelope_of` does."""
    return b'%d.%09d' % divmod(stamp_ns, _NS)


class _Pose(Outgoing):
    """A TRANSFORM of which a message is made only for who needs one."""

    __slots__ = ('_writer', '_stamp_ns', '_time_ns', '_numbers', '_timestamp', '_affine')

    def __init__(
        self,
        writer: PoseWriter,
        stamp_ns: int,
        time_ns: int,
        numbers: Sequence[float],
        timestamp: int,
        affine: bytes,
    ) -> None:
        self._writer = writer
        self._stamp_ns, self._time_ns, self._numbers = stamp_ns, time_ns, numbers
        self._timestamp, self._affine = timestamp, affine
        self._message = None
        self._begin(('TRANSFORM', writer.device), False)

    def _make(self) -> Transform:
        return self._writer.message(self._stamp_ns, self._time_ns, self._numbers)

    def parts(self, compat: Compat, seen_version: int) -> list[Buffer]:
        """Encode for a peer."""
        who = compat.name, compat.version(seen_version)
        parts = self._parts.get(who)
        if parts is None:
            form = self._writer.form(compat, seen_version) if self._stamp_ns > 0 else None
            data = form and form.filled(self._timestamp, self._affine, self._stamp_ns)
            if not data:
                return super().parts(compat, seen_version)
            parts = self._parts[who] = [data]
        return parts

    def size(self) -> int:
        """Tell how many bytes it takes, in one form or another."""
        for parts in self._parts.values():
            return sum(map(len, parts))
        return super().size()
