"""VIDEO: one encoded frame of a video stream."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
from numpy import typing as npt

from ...errors import ContentError, EncodeError
from ..brief import sizes_text
from ..fields import (
    Buffer,
    Floats,
    Triple,
    affine_of,
    as_array,
    check_affine,
    check_int,
    check_triple,
    checked_text,
    fixed_text,
    matrix_of,
    pack,
    wire_bytes,
)
from ..geometry import GRID, RAS, grid_of, identity, ijk_to_ras, moved_matrix, with_axes
from ..key_frames import INTER_CODED, starts
from ..layout import Record, Rest
from ..message import Envelope, Message, Place, register
from ..scalars import LITTLE_ENDIAN

_set = object.__setattr__
_DESCRIPTION = Record(
    ('version', 'u2'), ('endian', 'u1'), ('codec', 'S4'), ('frame_type', 'u2'),
    ('coordinates', 'u1'),
) + GRID
_VIDEO_VERSION = 1
_KEY_FRAME = 1

#: what the codec field says, and the name that other programs know it by
CODECS = {
    'I420': 'raw',
    'H264': 'h264',
    'VP90': 'vp9',
    'X265': 'h265',
    'O265': 'h265',
    'AV10': 'av1',
}


@register('VIDEO')
@dataclass(frozen=True, slots=True, eq=False)
class Video(Message):
    """
    VIDEO: one frame as its encoder wrote it.

    :param frame: uint8 (n,), the bitstream; decoded messages hold a read-only view of the bytes
        received. For I420: the Y plane, then U and V at a quarter of its size.
    :param codec: four characters, see `CODECS`.
    :param size: pixels of the full frame along i, j, k; k is 1.
    :param frame_type: 1 key, 2 intra, 3 inter, 4 skip, 5 unknown, 0 invalid; the same times 256
        for gray frames. Some encoders send other values.
    :param matrix: float64 (4, 4) as in IMAGE: directions times spacing, and the centre, in mm.
    :param coordinates: 1 RAS, 2 LPS: the frame of `matrix`.
    :param endian: 1 big, 2 little; means nothing for encoded frames.
    :param offset: place of the frame in the full one.
    :param block: pixels of the frame along i, j, k; default: `size`.
    """

    default_version: ClassVar[int] = 2  # the C++ library reads no other reliably
    is_stream = True
    place = Place.BODY
    layout = (_DESCRIPTION, Rest('frame'))

    frame: npt.NDArray[np.uint8] = field(repr=False)
    codec: str
    size: Triple
    frame_type: int = _KEY_FRAME
    matrix: Floats = field(default_factory=identity)
    coordinates: int = RAS
    endian: int = LITTLE_ENDIAN
    offset: Triple = (0, 0, 0)
    block: Triple = (-1, -1, -1)

    def __post_init__(self) -> None:
        Message.__post_init__(self)
        if isinstance(self.frame, (bytes, bytearray, memoryview)):
            _set(self, 'frame', np.frombuffer(self.frame, np.uint8))
        frame = as_array(self.frame, 'frame')
        if frame.dtype != np.uint8 or frame.ndim != 1:
            raise EncodeError(f'frame: {frame.dtype} {frame.shape}, wanted uint8 of shape (n,)')
        _set(self, 'frame', frame)
        checked_text(self.codec, 4, 'codec')
        _set(self, 'size', check_triple(self.size, 'size'))
        _set(self, 'offset', check_triple(self.offset, 'offset'))
        block = check_triple(self.block, 'block', -1)
        left_out = block == (-1, -1, -1)
        _set(self, 'block', self.size if left_out else check_triple(block, 'block'))
        _set(self, 'frame_type', check_int(self.frame_type, 0, 0xFFFF, 'frame_type'))
        _set(self, 'matrix', check_affine(self.matrix, 'matrix'))
        _set(self, 'coordinates', check_int(self.coordinates, 0, 255, 'coordinates'))
        _set(self, 'endian', check_int(self.endian, 0, 255, 'endian'))
        try:
            _check_raw_size(self.codec, self.block, len(frame))
        except ContentError as error:
            raise EncodeError(str(error)) from error

    @property
    def codec_name(self) -> str:
        """Name of the codec as other programs know it; '' for one without."""
        return CODECS.get(self.codec, '')

    @property
    def is_gray(self) -> bool:
        """Whether the frame has no colours."""
        return self.frame_type > 0xFF

    @property
    def is_key(self) -> bool:
        """Whether its encoder says that a decoder can start here."""
        return self.frame_type in (_KEY_FRAME, _KEY_FRAME << 8)

    @property
    def follows(self) -> bool | None:
        """
        Whether it can be decoded only behind the frames before it, as far back as a key frame.

        The frame itself tells, else its `frame_type`. None if all frames of such a stream stand
        alone, or nothing is known of its codec.
        """
        if self.codec not in INTER_CODED:
            return None
        begins = starts(self.codec, wire_bytes(self.frame))
        return not (self.is_key if begins is None else begins)

    def ijk_to_ras(self) -> Floats:
        """
        Compute the (4, 4) matrix that takes pixel indices of the full frame to mm in RAS.

        A matrix with NaN or infinity counts as the identity: the C++ library sends memory as it
        was where a program gives a frame no place.
        """
        matrix = self.matrix if np.isfinite(self.matrix).all() else identity()
        return ijk_to_ras(matrix, self.size, self.coordinates)

    def moved(self, matrices: Sequence[Floats]) -> Video:
        (matrix,) = matrices
        return replace(self, matrix=moved_matrix(matrix, with_axes(self.matrix)))

    def brief(self) -> str:
        kind = 'delta' if self.follows else 'key'
        return f'{sizes_text(self.size)} {self.codec}, {kind} frame of {self.frame.nbytes} bytes'

    def encode_content(self) -> Sequence[Buffer]:
        """Write the 76 bytes that describe the frame; the frame follows without a copy."""
        codec = checked_text(self.codec, 4, 'codec')
        head = pack(
            _DESCRIPTION, 'matrix', _VIDEO_VERSION, self.endian, codec, self.frame_type,
            self.coordinates, *self.size, *affine_of(self.matrix), *self.offset, *self.block)
        return head, wire_bytes(self.frame)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> Video:
        version, endian, codec, frame_type, coordinates, *grid = _DESCRIPTION.start_of(content)
        size, affine, offset, block = grid_of(grid)
        if version != _VIDEO_VERSION:
            raise ContentError(f'video version {version}, wanted {_VIDEO_VERSION}')
        name = fixed_text(codec)
        _check_raw_size(name, block, len(content) - _DESCRIPTION.size)
        return cls.from_wire(
            envelope, frame=np.frombuffer(content, np.uint8, offset=_DESCRIPTION.size), codec=name,
            size=size, frame_type=frame_type, matrix=matrix_of(affine), coordinates=coordinates,
            endian=endian, offset=offset, block=block)


def _check_raw_size(codec: str, block: Triple, size: int) -> None:
    """Check the size of raw frames; that of encoded ones is the encoder's business."""
    if codec == 'I420':
        wanted = math.prod(block) * 3 // 2
        if block[0] % 2 or block[1] % 2 or size != wanted:
            raise ContentError(
                f'a raw frame of {block[0]} x {block[1]} pixels in {size} bytes, wanted even '
                f'numbers of pixels and {wanted} bytes')
