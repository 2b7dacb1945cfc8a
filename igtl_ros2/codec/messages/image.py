"""IMAGE: a 2-D image or a volume, with its place in space."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy import typing as npt

from ...errors import ContentError, EncodeError
from ..brief import html_picture, sizes_text
from ..fields import (
    Buffer,
    Floats,
    Triple,
    affine_of,
    as_array,
    check_affine,
    check_int,
    check_triple,
    matrix_of,
    pack,
    wire_bytes,
)
from ..geometry import GRID, grid_of, identity, ijk_to_ras, moved_matrix, ras_to_wire, with_axes
from ..geometry import LPS as LPS  # users find the frames here
from ..geometry import RAS as RAS
from ..layout import Numbers, Record
from ..message import Envelope, Message, Place, register
from ..scalars import BIG_ENDIAN, COMPLEX, LITTLE_ENDIAN, scalar_code, scalar_dtype

_set = object.__setattr__
_DESCRIPTION = Record(
    ('version', 'u2'), ('components', 'u1'), ('scalar_type', 'u1'), ('endian', 'u1'),
    ('coordinates', 'u1'),
) + GRID
# the size of an image of which only the pixels are given
_OF_PIXELS = (-1, -1, -1)
# rows and columns from which on three bytes are taken for a colour
_PICTURE = 16
_IMAGE_VERSION = 1


def _looks_like_rgb(pixels: npt.NDArray[Any]) -> bool:
    """Tell whether an array is rather an image of colours than a volume."""
    height, width, colours = pixels.shape
    return pixels.dtype == np.uint8 and colours in (3, 4) and min(height, width) >= _PICTURE


@register('IMAGE')
@dataclass(frozen=True, slots=True, eq=False)
class Image(Message):
    """
    IMAGE: voxels and where they are.

    :param pixels: (k, j, i) or, with more than one component, (k, j, i, components); i is the
        column, j the row, k the slice. (j, i) is taken as one slice. Any of int8, uint8, int16,
        uint16, int32, uint32, float32, float64 in either byte order. Decoded images hold a
        read-only view of the bytes received.
    :param matrix: float64 (4, 4) as on the wire: columns 0 to 2 are the directions of i, j, k
        times the spacing (mm per voxel), column 3 is the centre of the full volume in mm, midway
        between the centres of its first and its last voxel. `ijk_to_ras` gives the usual form.
    :param coordinates: 1 RAS (also 0), 2 LPS: the frame of `matrix`.
    :param size: voxels of the full volume along i, j, k; default: those of `pixels`.
    :param offset: place of `pixels` in the full volume along i, j, k.
    :param endian: byte order of the pixels on the wire, 1 big, 2 little; that of `pixels` unless
        they are single bytes.
    """

    is_stream = True
    place = Place.BODY
    layout = (_DESCRIPTION, Numbers('pixels', 'scalar_type', endian='endian'))

    pixels: npt.NDArray[Any] = field(repr=False)
    matrix: Floats = field(default_factory=identity)
    coordinates: int = RAS
    size: Triple = _OF_PIXELS
    offset: Triple = (0, 0, 0)
    endian: int = -1

    def __post_init__(self) -> None:
        Message.__post_init__(self)
        pixels = as_array(self.pixels, 'pixels')
        if scalar_code(pixels.dtype) in (None, COMPLEX):
            raise EncodeError(
                f'pixels: dtype {pixels.dtype}, wanted int8 to int32, uint8 to uint32, '
                f'float32 or float64')
        size = check_triple(self.size, 'size', -1)
        # a caller that gives the size means it, as do copies of what was received
        if pixels.ndim == 3 and size == _OF_PIXELS and _looks_like_rgb(pixels):
            raise EncodeError(
                f'pixels: shape {pixels.shape} would be {len(pixels)} slices of '
                f'{pixels.shape[2]} columns; use Image.rgb for colours, or shape '
                f'{(*pixels.shape, 1)} for such a volume')
        if pixels.ndim == 2:
            pixels = pixels[None]
        if pixels.ndim == 4 and pixels.shape[3] == 1:
            pixels = pixels[..., 0]
        if pixels.ndim not in (3, 4) or pixels.ndim == 4 and not 1 <= pixels.shape[3] <= 255:
            raise EncodeError(
                f'pixels: shape {pixels.shape}, wanted (k, j, i) or (k, j, i, components)')
        block = pixels.shape[2::-1]
        if size == _OF_PIXELS:
            size = check_triple(block, 'shape of pixels')
        offset = check_triple(self.offset, 'offset')
        for axis, (n, start, part) in enumerate(zip(size, offset, block)):
            if start + part > n:
                raise EncodeError(
                    f'offset[{axis}] {start} + {part} voxels of pixels exceed size[{axis}] {n}')
        _set(self, 'pixels', pixels)
        _set(self, 'size', size)
        _set(self, 'offset', offset)
        _set(self, 'matrix', check_affine(self.matrix, 'matrix'))
        _set(self, 'coordinates', check_int(self.coordinates, 0, LPS, 'coordinates'))
        endian = check_int(self.endian, -1, LITTLE_ENDIAN, 'endian')
        if pixels.dtype.itemsize > 1 or endian == -1:
            endian = BIG_ENDIAN if pixels.dtype.str[0] == '>' else LITTLE_ENDIAN
        _set(self, 'endian', endian)

    def __reduce__(self) -> tuple[Any, ...]:
        made: Any = self
        return _unpickled, (type(self), made.__getstate__())

    @classmethod
    def from_array(cls, pixels: Any, ijk_to_ras: Any = None, **fields: Any) -> Image:
        """
        Make an image of voxels and their place.

        :param pixels: as for the class.
        :param ijk_to_ras: (4, 4), takes voxel indices i, j, k to mm in RAS; identity by default.
        :param fields: what all messages share, such as `device_name`.
        :raises EncodeError: if it cannot be sent.
        """
        if 'matrix' in fields:
            raise EncodeError(
                'matrix: give ijk_to_ras here, or Image(pixels, matrix) one as on the wire')
        image = cls(pixels, **fields)
        matrix = check_affine(identity() if ijk_to_ras is None else ijk_to_ras, 'ijk_to_ras')
        _set(image, 'matrix', ras_to_wire(matrix, image.size, image.coordinates))
        return image

    @classmethod
    def rgb(cls, pixels: Any, ijk_to_ras: Any = None, **fields: Any) -> Image:
        """
        Make an image of colours and its place.

        :param pixels: (j, i, 3) or (j, i, 4), or of a volume (k, j, i, 3) or (k, j, i, 4).
        :param ijk_to_ras: as for `from_array`.
        :param fields: what all messages share, such as `device_name`.
        :raises EncodeError: if it cannot be sent.
        """
        colours = as_array(pixels, 'pixels')
        if colours.ndim not in (3, 4) or colours.shape[-1] not in (3, 4):
            raise EncodeError(
                f'pixels: shape {colours.shape}, wanted (j, i, 3), (j, i, 4), (k, j, i, 3) or '
                f'(k, j, i, 4)')
        colours = colours[None] if colours.ndim == 3 else colours
        return cls.from_array(colours, ijk_to_ras, **fields)

    @property
    def components(self) -> int:
        """Values per voxel."""
        return self.pixels.shape[3] if self.pixels.ndim == 4 else 1

    @property
    def scalar_type(self) -> int:
        """Code of the type of a value: 2 int8 ... 11 float64."""
        return scalar_code(self.pixels.dtype) or 0

    @property
    def is_whole(self) -> bool:
        """Whether `pixels` is the full volume rather than a block of it."""
        return self.pixels.shape[2::-1] == self.size

    def ijk_to_ras(self, coordinates: int | None = None) -> Floats:
        """
        Compute the (4, 4) matrix that takes voxel indices of the full volume to mm in RAS.

        An axis without a direction (all zeros: the sender never set it) counts as 1 mm along
        the axis of the same number.

        :param coordinates: frame of the numbers in `matrix`, if not the one the message claims.
        """
        frame = self.coordinates if coordinates is None else coordinates
        return ijk_to_ras(self.matrix, self.size, frame)

    def moved(self, matrices: Sequence[Floats]) -> Image:
        (matrix,) = matrices
        return replace(self, matrix=moved_matrix(matrix, with_axes(self.matrix)))

    def brief(self) -> str:
        spacing = np.linalg.norm(self.matrix[:3, :3], axis=0).tolist()
        colours = f', {self.components} components' if self.components > 1 else ''
        return (
            f'{sizes_text(self.size)} {self.pixels.dtype.name}{colours}, {sizes_text(spacing)} mm')

    def _repr_html_(self) -> str:
        """Add the slice in the middle."""
        middle = self.pixels[len(self.pixels) // 2] if self.pixels.size else self.pixels
        return self.html(html_picture(middle))

    def encode_content(self) -> Sequence[Buffer]:
        """Write the 72 bytes that describe the voxels; the voxels follow without a copy."""
        head = pack(
            _DESCRIPTION, 'matrix', _IMAGE_VERSION, self.components, self.scalar_type,
            self.endian, self.coordinates, *self.size, *affine_of(self.matrix), *self.offset,
            *self.pixels.shape[2::-1])
        return head, wire_bytes(self.pixels)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> Image:
        version, components, code, endian, coordinates, *grid = _DESCRIPTION.start_of(content)
        size, affine, offset, (ni, nj, nk) = grid_of(grid)
        dtype = scalar_dtype(code, endian)
        if version != _IMAGE_VERSION:
            raise ContentError(f'image version {version}, wanted {_IMAGE_VERSION}')
        if dtype is None or code == COMPLEX:
            raise ContentError(f'scalar type {code}, wanted 2 to 7, 10 or 11')
        if endian > LITTLE_ENDIAN or endian == 0 and dtype.itemsize > 1:
            raise ContentError(f'endian {endian}, wanted 1 or 2')
        if coordinates > LPS:
            raise ContentError(f'coordinate system {coordinates}, wanted 1 (RAS) or 2 (LPS)')
        if components == 0:
            raise ContentError('0 components, wanted 1 to 255')
        for axis, (n, start, part) in enumerate(zip(size, offset, (ni, nj, nk))):
            if start + part > n:
                raise ContentError(
                    f'axis {axis}: block of {part} voxels at {start} exceeds the volume of {n}')
        wanted = components * dtype.itemsize * math.prod((ni, nj, nk))
        found = len(content) - _DESCRIPTION.size
        if found != wanted:
            raise ContentError(f'{found} bytes of voxels, wanted {wanted}')
        shape = (nk, nj, ni) if components == 1 else (nk, nj, ni, components)
        pixels = np.frombuffer(content, dtype, offset=_DESCRIPTION.size).reshape(shape)
        return cls.from_wire(
            envelope, pixels=pixels, matrix=matrix_of(affine), coordinates=coordinates, size=size,
            offset=offset, endian=endian)


def _unpickled(cls: Any, fields: Any) -> Image:
    made: Any = object.__new__(cls)
    made.__setstate__(fields)
    pixels = made.pixels
    if pixels.dtype.itemsize > 1:
        # numpy makes them native on their way to another process
        order = '>' if made.endian == BIG_ENDIAN else '<'
        _set(made, 'pixels', pixels.astype(pixels.dtype.newbyteorder(order), copy=False))
    image: Image = made
    return image
