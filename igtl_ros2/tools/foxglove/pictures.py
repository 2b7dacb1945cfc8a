"""IMAGE and VIDEO: a picture, the same as a plane in space, and volumes as voxels."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from foxglove import messages as fox
from numpy.typing import NDArray

from ...codec.geometry import matrix_to_quaternion
from ...codec.messages.image import Image
from ...codec.messages.video import Video
from ...codec.tool_state import is_valid, tool_state
from ...converters.metres import RIGID_TOLERANCE, Matrix, affine_to_metres, distance_from_rotation
from ...errors import ConversionError
from ...web.pictures import Cut, slice_of
from .made import Context, Made, packed, pose, vector

#: more voxels are thinned out
MAX_VOXELS = 1 << 20
# what Foxglove plays
_PLAYED = {'H264': 'h264', 'X265': 'h265', 'O265': 'h265', 'VP90': 'vp9', 'AV10': 'av1'}
_RAW, _MJPEG = 'I420', 'MJPG'
_COLOURS = ('red', 'green', 'blue', 'alpha')

Array = NDArray[Any]


def image(message: Image, about: Context) -> list[Made]:
    """IMAGE: the picture and its plane; of a volume its middle slice, and its voxels."""
    pictures = [
        Made('image', 'RawImage', lambda: _raw_image(_slice(message)[1], about)),
        *_plane(message, about),
    ]
    if message.pixels.shape[0] > 1:
        pictures += _voxels(message, about)
    return pictures


def _slice(message: Image) -> tuple[Matrix, Array]:
    """
    Take the middle slice.

    :returns: (4, 4), takes its columns and rows to mm; and its pixels.
    """
    told, pixels = slice_of(message, Cut())
    placed = np.eye(4)
    placed[:3] = np.array([float(value) for value in told['matrix']]).reshape(3, 4)
    return placed, pixels


def _raw_image(pixels: Array, about: Context) -> fox.RawImage:
    """Write pixels in one of the few forms that Foxglove draws, so that no value changes."""
    kind, components = pixels.dtype.str[1:], 1 if pixels.ndim == 2 else pixels.shape[2]
    if kind == 'u1' and components in (1, 3, 4):
        form = {1: 'mono8', 3: 'rgb8', 4: 'rgba8'}[components]
    elif kind == 'u2' and components == 1:
        form = 'mono16'
    elif components == 1:
        form = '32FC1'
        pixels = _as_float32(pixels, about)
    elif kind == 'u2' and components in (3, 4):
        form = {3: 'rgb8', 4: 'rgba8'}[components]
        about.tell('its colours of 16 bits are shown with 8')
        pixels = (pixels >> 8).astype(np.uint8)
    else:
        form = '32FC1'
        about.tell(f'of {components} values for each pixel the first is shown')
        pixels = _as_float32(pixels[..., 0], about)
    pixels = _little(pixels)
    return fox.RawImage(
        timestamp=about.stamp, frame_id=about.parent, width=pixels.shape[1],
        height=pixels.shape[0], encoding=form, step=pixels[:1].nbytes, data=pixels.tobytes())


def _as_float32(pixels: Array, about: Context) -> Array:
    with np.errstate(all='ignore'):
        shown = pixels.astype(np.float32)
    if pixels.dtype.itemsize > 2 and pixels.dtype.kind != 'f' and (
        shown.astype(np.float64) != pixels
    ).any():
        about.tell('its whole numbers are too large to be shown exactly')
    return shown


def _little(pixels: Array) -> Array:
    return np.ascontiguousarray(pixels, pixels.dtype.newbyteorder('<'))


class _Axes(NamedTuple):
    """
    Where a grid begins and how it lies, in metres.

    :param spacing: along its columns, rows and slices.
    """

    corner: list[float]
    turn: list[float]
    spacing: list[float]


def _axes(matrix: Matrix, unit: str, *, is_flat: bool) -> _Axes:
    """
    Turn the matrix of voxel centres into a grid of cells, whose corner it begins at.

    :param is_flat: whether its third axis is the normal, whatever the matrix says.
    :raises ConversionError: if its axes are at no right angles.
    """
    if not np.isfinite(matrix).all():
        raise ConversionError('its matrix is not finite')
    metric = affine_to_metres(matrix, unit)
    spacing = np.linalg.norm(metric[:3, :3], axis=0)
    if not (spacing[: 2 if is_flat else 3] > 0).all():
        raise ConversionError('its matrix has an axis without a length')
    axes = metric[:3, :3] / np.where(spacing > 0, spacing, 1.0)
    if is_flat:
        axes[:, 2] = np.cross(axes[:, 0], axes[:, 1])
        spacing[2] = 0.0
    if distance_from_rotation(axes.tolist()) > RIGID_TOLERANCE:
        raise ConversionError('its axes are not at right angles')
    corner = metric[:3, 3] - axes @ (spacing / 2)
    return _Axes(corner.tolist(), list(matrix_to_quaternion(axes)), spacing.tolist())


def _plane(message: Image, about: Context) -> list[Made]:
    """Give a slice as a grid of cells in space; none if it has no place there."""
    state = tool_state(message)
    if not is_valid(state):
        about.tell(f'its plane is not shown in 3-D: its sender says {state}')
        return []

    def make() -> fox.Grid | None:
        matrix, pixels = _slice(message)
        try:
            axes = _axes(matrix, about.unit, is_flat=True)
        except ConversionError as error:
            about.tell(f'its plane is not shown in 3-D: {error}')
            return None
        cells, fields, stride = _cells(pixels, 2)
        return fox.Grid(
            timestamp=about.stamp, frame_id=about.parent, pose=pose(axes.corner, axes.turn),
            column_count=pixels.shape[1], row_stride=pixels.shape[1] * stride, cell_stride=stride,
            cell_size=fox.Vector2(x=axes.spacing[0], y=axes.spacing[1]), fields=fields,
            data=cells.tobytes())

    return [Made('plane', 'Grid', make)]


def _voxels(message: Image, about: Context) -> list[Made]:
    """Give a volume as voxels, of a large one every second, third ... along each axis."""
    if not is_valid(tool_state(message)):
        return []

    def make() -> fox.VoxelGrid | None:
        pixels = message.pixels
        step = 1
        while math.prod(-(-n // step) for n in pixels.shape[:3]) > MAX_VOXELS:
            step += 1
        matrix = message.ijk_to_ras()
        if not np.isfinite(matrix).all():
            about.tell('its voxels are not shown: its matrix is not finite')
            return None
        matrix[:3, 3] += matrix[:3, :3] @ np.array(message.offset, float)
        pixels = pixels[::step, ::step, ::step]
        matrix[:3, :3] *= step
        if np.linalg.det(matrix[:3, :3]) < 0:  # mirrored: the same slices, the last one first
            matrix[:3, 3] += matrix[:3, 2] * (pixels.shape[0] - 1)
            matrix[:3, 2] = -matrix[:3, 2]
            pixels = pixels[::-1]
        try:
            axes = _axes(matrix, about.unit, is_flat=False)
        except ConversionError as error:
            about.tell(f'its voxels are not shown: {error}')
            return None
        if step > 1:
            about.tell(f'of its voxels every {step}th along each axis is shown')
        cells, fields, stride = _cells(pixels, 3)
        _, rows, columns = pixels.shape[:3]
        return fox.VoxelGrid(
            timestamp=about.stamp, frame_id=about.parent, pose=pose(axes.corner, axes.turn),
            row_count=rows, column_count=columns, cell_size=vector(axes.spacing),
            slice_stride=rows * columns * stride, row_stride=columns * stride,
            cell_stride=stride, fields=fields, data=cells.tobytes())

    return [Made('volume', 'VoxelGrid', make)]


def _cells(pixels: Array, dims: int) -> tuple[Array, list[fox.PackedElementField], int]:
    """Give values as cells: grey of 8 bits and colours as colours, all else as it is."""
    components = 1 if pixels.ndim == dims else pixels.shape[dims]
    if pixels.dtype == np.uint8 and components in (1, 3, 4):
        wide = np.full((*pixels.shape[:dims], 4), 255, np.uint8)
        wide[..., : max(components, 3)] = pixels[..., None] if components == 1 else pixels
        return wide, [packed(name, at, wide.dtype) for at, name in enumerate(_COLOURS)], 4
    cells = _little(pixels)
    size = cells.dtype.itemsize
    names = ['value'] if components == 1 else [f'value{at}' for at in range(components)]
    fields = [packed(name, at * size, cells.dtype) for at, name in enumerate(names)]
    return cells, fields, components * size


def video(message: Video, about: Context) -> list[Made]:
    """VIDEO: the frame as it is where Foxglove plays it, else as a picture."""
    form, data = _PLAYED.get(message.codec), message.frame

    def common() -> dict[str, Any]:
        return {'timestamp': about.stamp, 'frame_id': about.parent, 'data': data.tobytes()}

    if form:
        return [Made('video', 'CompressedVideo', lambda: fox.CompressedVideo(
            format=form, **common()))]
    if message.codec == _MJPEG:
        return [Made('video', 'CompressedImage', lambda: fox.CompressedImage(
            format='jpeg', **common()))]
    if message.codec == _RAW and data.size:
        return [Made('image', 'RawImage', lambda: _raw_image(_rgb(message), about))]
    about.tell(f'a video in {message.codec!r} is not shown')
    return []


def _rgb(message: Video) -> Array:
    """Turn the planes Y, U and V of a raw frame into colours (BT.601), or take Y of a grey one."""
    columns, rows, _ = message.block
    planes = message.frame
    size = columns * rows
    y = planes[:size].reshape(rows, columns)
    if message.is_gray:
        return y
    u, v = (
        planes[start : start + size // 4].reshape(rows // 2, columns // 2).astype(np.float32)
        .repeat(2, axis=0).repeat(2, axis=1) - 128
        for start in (size, size + size // 4))
    bright = 1.164383 * (y.astype(np.float32) - 16)
    mixed = (bright + 1.596027 * v, bright - 0.391762 * u - 0.812968 * v, bright + 2.017232 * u)
    return np.rint(np.clip(np.stack(mixed, axis=2), 0, 255)).astype(np.uint8)
