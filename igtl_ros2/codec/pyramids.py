"""
Points of a POLYDATA as small pyramids, for 3D Slicer.

Its reader writes beyond its memory where a mesh has more than one vertex cell, and of one cell
it shows the first point alone. Lines and polygons of one point do no harm, but VTK draws nothing
of them. So each point gets a tetrahedron around it: one strip of triangles, which is one cell.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .messages.mesh import Attribute, Cells, PolyData

# A regular tetrahedron with edges of 1 around the origin
_CORNERS = np.array([(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]) / np.sqrt(8)
# Its faces, all facing outwards. The triangle that the last place adds ends in the point itself:
# it is inside, where nobody sees it, and says which point this is
_STRIP = np.array([0, 1, 2, 3, 0, 1])
_STRIP_SIZE = len(_STRIP) + 1
# Edges as parts of the size of the whole: seen when all of it fills a small window, and with many
# points no larger than their distance asks for
_LARGEST, _SMALLEST = 0.01, 0.007
_MANY_POINTS = 2500  # from here on they get smaller
_SAMPLE = 10_000


def with_pyramids(mesh: PolyData) -> PolyData:
    """
    Give each point that is a vertex cell, or part of one, a pyramid instead.

    All points stay where they are in their array, the corners of pyramids come behind them. What
    has at most one vertex cell of one point is given back as it is.
    """
    chosen = mesh.vertices.indices
    count = len(chosen)
    if count < 2:
        return mesh
    first = len(mesh.points)
    corners = _CORNERS * _edge(mesh.points, count)
    placed = mesh.points[chosen, None] + corners.astype(np.float32)
    strips = np.empty((count, _STRIP_SIZE), np.uint32)
    strips[:, :-1] = first + len(_CORNERS) * np.arange(count)[:, None] + _STRIP
    strips[:, -1] = chosen
    point_rows = np.concatenate([np.arange(first), np.repeat(chosen, len(_CORNERS))])
    vertex_rows = np.repeat(np.arange(len(mesh.vertices)), mesh.vertices.sizes)
    cell_rows = np.concatenate([np.arange(len(mesh.vertices), mesh.cell_count), vertex_rows])
    return replace(
        mesh, points=np.concatenate([mesh.points, placed.reshape(-1, 3)]), vertices=Cells.of([]),
        triangle_strips=_joined(mesh.triangle_strips, Cells.of(strips)),
        attributes=_chosen(mesh, point_rows, cell_rows))


def without_pyramids(mesh: PolyData) -> PolyData:
    """Give back the mesh that `with_pyramids` was given; any other as it is."""
    strips = mesh.triangle_strips
    # Pyramids are the last points and the last strips, and nothing stands behind them
    is_other = np.flatnonzero(strips.sizes != _STRIP_SIZE)
    most = len(strips) - (int(is_other[-1]) + 1 if len(is_other) else 0)
    most = min(most, len(mesh.points) // (len(_CORNERS) + 1))
    if most < 2 or len(mesh.vertices):
        return mesh
    table = strips.indices[-most * _STRIP_SIZE:].reshape(most, _STRIP_SIZE).astype(np.int64)
    ends = len(mesh.points) - len(_CORNERS) * np.arange(most, 0, -1)
    fits = (table[:, :-1] == ends[:, None] + _STRIP).all(axis=1)
    is_other = np.flatnonzero(~fits)
    count = most - (int(is_other[-1]) + 1 if len(is_other) else 0)
    chosen = table[most - count:, -1]
    first = len(mesh.points) - len(_CORNERS) * count
    if count < 2 or int(chosen.max()) >= first:
        return mesh
    whole = mesh.cell_count
    cell_rows = np.concatenate([np.arange(whole - count, whole), np.arange(whole - count)])
    rest = Cells(strips.indices[: -count * _STRIP_SIZE], strips.sizes[:-count])
    if any(len(cells.indices) and int(cells.indices.max()) >= first
           for cells in (mesh.lines, mesh.polygons, rest)):
        return mesh
    return replace(
        mesh, points=mesh.points[:first], vertices=Cells.of(chosen[:, None]), triangle_strips=rest,
        attributes=_chosen(mesh, np.arange(first), cell_rows))


def _edge(points: NDArray[np.float32], count: int) -> float:
    """Tell how long the edges of so many pyramids should be, in the unit of the points."""
    sample = points[:: max(1, len(points) // _SAMPLE)].astype(float)
    sample = sample[np.isfinite(sample).all(axis=1)]
    if not len(sample):
        return 1.0
    # one stray point must not make all of them large
    low, high = np.percentile(sample, (1, 99), axis=0)
    size = float(np.linalg.norm(high - low)) or float(np.linalg.norm(np.ptp(sample, axis=0)))
    share = np.clip(_LARGEST * np.sqrt(_MANY_POINTS / count), _SMALLEST, _LARGEST)
    # in coarse steps, so that the points of a sensor do not grow and shrink all the time
    return float(2 ** (np.ceil(2 * np.log2(size * share)) / 2)) if size else 1.0


def _joined(first: Cells, second: Cells) -> Cells:
    return Cells(
        np.concatenate([first.indices, second.indices]),
        np.concatenate([first.sizes, second.sizes]))


def _chosen(mesh: PolyData, point_rows: Any, cell_rows: Any) -> tuple[Attribute, ...]:
    return tuple(
        replace(attribute, values=attribute.values[
            cell_rows if attribute.is_per_cell else point_rows])
        for attribute in mesh.attributes)
