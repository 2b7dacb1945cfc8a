"""Poses on their way to peers: encoded once, and filled in for each."""

from __future__ import annotations

from collections.abc import Sequence

from ..codec import Buffer
from ..codec.fields import floats_to_wire
from ..codec.messages.pose import Transform
from ..codec.short_names import with_short_name
from ..codec.timestamp import from_ns
from ..converters.registry import envelope_of
from ..converters.spliced import MARK_NS, SplicedFrame
from ..converters.units import affine_from_numbers, pose_from_numbers
from ..errors import ConversionError
from ..mapping import SendRule
from ..peers import Outgoing
from ..peers.compat import Compat

# no name of a device or a frame looks like that
_MARK = (1.2345678, -8.7654321, 3.1415926, 0.5, -0.5, 0.5, 0.5)


class PoseWriter:
    """Write poses as TRANSFORMs, all of one device and in one frame; see `SplicedFrame`."""

    def __init__(self, rule: SendRule, frame_id: str) -> None:
        """Have nothing encoded yet."""
        self._rule = rule
        self._frame_id = frame_id
        #: by the profile of a peer and the header version that it gets; None: cannot be spliced
        self._frames: dict[tuple[str, int], SplicedFrame | None] = {}

    def write(self, stamp_ns: int, time_ns: int, numbers: Sequence[float]) -> Outgoing:
        """
        Write a pose.

        :param stamp_ns: of the ROS message, 0 if it has none.
        :param time_ns: what is sent as the time.
        :param numbers: position (m) and quaternion (x, y, z, w).
        :raises ConversionError: if it is not finite or the quaternion is zero.
        :raises EncodeError: if it does not fit the wire.
        """
        return _Pose(self, stamp_ns, time_ns, numbers)

    @property
    def device(self) -> str:
        """The name of the device."""
        return self._rule.device

    def message(self, stamp_ns: int, time_ns: int, numbers: Sequence[float]) -> Transform:
        """Make the message of a pose."""
        matrix = pose_from_numbers(numbers[:3], numbers[3:], self._rule.wire_unit)
        return with_short_name(Transform(
            matrix, **envelope_of(self._rule.device, self._frame_id, stamp_ns, time_ns)))

    def affine(self, numbers: Sequence[float]) -> bytes:
        """Make the content of the message of a pose."""
        affine = affine_from_numbers(numbers[:3], numbers[3:], self._rule.wire_unit)
        return floats_to_wire(affine, 'matrix')

    def frame(self, compat: Compat, seen_version: int) -> SplicedFrame | None:
        """
        Find what is filled in for a peer; None if what it gets has to be encoded.

        :raises EncodeError: if it must not get poses.
        """
        which = compat.name, compat.version(seen_version)
        if which not in self._frames:
            marked = Outgoing(self.message(MARK_NS, MARK_NS, _MARK))
            data = b''.join(marked.parts(compat, seen_version))
            try:
                self._frames[which] = SplicedFrame(data, self.affine(_MARK))
            except ConversionError:
                self._frames[which] = None
        return self._frames[which]


class _Pose(Outgoing):
    """A TRANSFORM of which a message is made only for who needs one."""

    __slots__ = ('_writer', '_stamp_ns', '_time_ns', '_numbers', '_timestamp', '_affine')

    def __init__(
        self, writer: PoseWriter, stamp_ns: int, time_ns: int, numbers: Sequence[float]
    ) -> None:
        self._writer = writer
        self._stamp_ns, self._time_ns, self._numbers = stamp_ns, time_ns, numbers
        self._timestamp, self._affine = from_ns(time_ns), writer.affine(numbers)
        self._begin(('TRANSFORM', writer.device), False)

    @property
    def message(self) -> Transform:
        """The message, made anew each time."""
        return self._writer.message(self._stamp_ns, self._time_ns, self._numbers)

    def parts(self, compat: Compat, seen_version: int) -> list[Buffer]:
        """Encode for a peer."""
        who = compat.name, compat.version(seen_version)
        parts = self._parts.get(who)
        if parts is None:
            frame = self._writer.frame(compat, seen_version) if self._stamp_ns > 0 else None
            data = frame and frame.filled(self._timestamp, self._affine, self._stamp_ns)
            if not data:
                return super().parts(compat, seen_version)
            parts = self._parts[who] = [data]
        return parts

    def size(self) -> int:
        """Tell how many bytes it takes, in one form or another."""
        for parts in self._parts.values():
            return sum(map(len, parts))
        return super().size()
