"""A slice of an image, and the shape of a mesh, as bytes for the page."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..codec.messages.image import Image
from ..codec.messages.mesh import AttributeType, PolyData
from .values import Json, rows_of

#: a larger slice is thinned out, which the page says
MAX_PIXELS = 1 << 20
#: a larger mesh is not drawn, which the page says
MAX_MESH_BYTES = 32 << 20
AXES = ('i', 'j', 'k')
_ALIGN = 8

Array = NDArray[Any]


class Cut(NamedTuple):
    """Which slice of an image is wanted: at which index across which axis; None: the middle."""

    axis: str = 'k'
    at: int | None = None


def slice_of(image: Image, cut: Cut, max_pixels: int = MAX_PIXELS) -> tuple[Json, Array]:
    """
    Cut a slice out of the voxels of an image.

    The numbers are those that came. Columns and rows are i and j across k, i and k across j, j
    and k across i.

    :returns: what there is to know about it, and (rows, columns) or (rows, columns, components).
    """
    axis = AXES.index(cut.axis)
    pixels = image.pixels
    depth = pixels.shape[2 - axis]
    index = depth // 2 if cut.at is None else min(max(cut.at, 0), max(depth - 1, 0))
    if pixels.size:
        part: Array = np.take(pixels, index, axis=2 - axis)
    else:
        part = np.zeros((0, 0, *pixels.shape[3:]), pixels.dtype)
    step = 1
    while part.shape[0] // step * (part.shape[1] // step) > max_pixels:
        step += 1
    part = part[::step, ::step]
    across, down = (n for n in range(3) if n != axis)
    matrix = image.ijk_to_ras()
    # of a block of a volume, its voxels begin at the offset
    with np.errstate(all='ignore'):
        origin = matrix[:3, :3] @ np.array(image.offset) + matrix[:3, 3]
        placed = np.eye(4)
        placed[:3, 0] = matrix[:3, across] * step
        placed[:3, 1] = matrix[:3, down] * step
        placed[:3, 2] = matrix[:3, axis]
        placed[:3, 3] = origin + matrix[:3, axis] * index
    finite = part[np.isfinite(part)] if part.dtype.kind == 'f' else part
    low, high = (finite.min().item(), finite.max().item()) if finite.size else (0, 0)
    return {
        'axis': cut.axis, 'index': index, 'depth': depth, 'step': step,
        'rows': part.shape[0], 'columns': part.shape[1], 'components': image.components,
        'scalar': part.dtype.newbyteorder('=').name, 'low': low, 'high': high,
        'matrix': rows_of(placed),
    }, part


def shape_of(mesh: PolyData) -> tuple[Json, list[Array]]:
    """
    Give what is drawn of a mesh: points, triangles, pieces of lines, colours of points.

    :returns: what there is to know about it, with `fault` if it is not drawn.
    """
    points = mesh.points
    triangles = mesh.triangles()
    pieces = _pieces(mesh)
    colours = np.zeros((0, 4), np.uint8)
    for attribute in mesh.attributes:
        if attribute.type == AttributeType.POINT_RGBA and attribute.values.shape[1] == 4:
            scaled = 255 * np.clip(np.nan_to_num(attribute.values), 0, 1)
            colours = np.rint(scaled).astype(np.uint8)
    told: Json = {
        'points': len(points), 'triangles': len(triangles), 'pieces': len(pieces),
        'colours': len(colours),
    }
    arrays: list[Array] = [points, triangles, pieces, colours]
    size = sum(array.nbytes for array in arrays)
    fault = ''
    if size > MAX_MESH_BYTES:
        fault = f'{size} bytes are too many to draw, at most {MAX_MESH_BYTES}'
    elif not np.isfinite(points).all():
        fault = 'a point is not finite'
    if fault:
        return {**told, 'points': 0, 'triangles': 0, 'pieces': 0, 'colours': 0,
                'fault': fault}, [array[:0] for array in arrays]
    return told, arrays


def _pieces(mesh: PolyData) -> NDArray[np.uint32]:
    """Cut polylines into pieces of two points each."""
    cells = mesh.lines
    if not len(cells):
        return np.zeros((0, 2), np.uint32)
    ends = np.cumsum(cells.sizes) - 1
    inner = np.ones(len(cells.indices), bool)
    inner[ends[cells.sizes > 0]] = False  # nothing follows the last point of a line
    first = np.flatnonzero(inner)
    return np.stack([cells.indices[first], cells.indices[first + 1]], axis=1)


def packed(head: Json, *arrays: Array) -> bytes:
    """
    Make one message for the page: length of the head, the head, and arrays behind it.

    Numbers are little-endian, and each array begins at a multiple of 8 bytes.
    """
    # NaN and infinity were made words before
    text = json.dumps(head, allow_nan=False).encode()
    text += b' ' * (-(4 + len(text)) % _ALIGN)
    parts = [len(text).to_bytes(4, 'little'), text]
    for array in arrays:
        data = np.ascontiguousarray(array, array.dtype.newbyteorder('<')).tobytes()
        parts += [data, b'\0' * (-len(data) % _ALIGN)]
    return b''.join(parts)
