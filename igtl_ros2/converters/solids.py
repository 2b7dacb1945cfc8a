"""Boxes, spheres, cylinders and arrows as triangles that face outwards."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .units import Matrix

#: points (n, 3) and triangles (m, 3)
Solid = tuple[Matrix, NDArray[np.uint32]]
_AROUND = 32
_HEAD = 0.23  # of the length of an arrow, as in RViz


@cache
def box() -> Solid:
    """Make a cube with edges of 1 around the origin."""
    corners = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) / 2
    squares = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = [(s[0], s[i], s[i + 1]) for s in squares for i in (1, 2)]
    return _fixed(corners, faces)


@cache
def sphere(around: int = _AROUND) -> Solid:
    """Make a sphere with a diameter of 1 around the origin, of so many points around z."""
    heights = np.linspace(0, np.pi, around // 2 + 1)
    rings = [(np.sin(height) / 2, -np.cos(height) / 2) for height in heights]
    return _turned(rings, around)


@cache
def cylinder() -> Solid:
    """Make a cylinder with a diameter and a height of 1 around the origin, upright on z."""
    return _turned([(0, -0.5), (0.5, -0.5), (0.5, 0.5), (0, 0.5)], _AROUND)


def arrow(length: float, shaft: float, head: float, head_length: float = 0.0) -> Solid:
    """
    Make an arrow from the origin along x.

    :param shaft: diameter of the shaft.
    :param head: diameter of the head.
    :param head_length: 0 for the usual part of the length.
    """
    neck = max(length - (head_length or _HEAD * length), 0.0)
    rings = [(0, 0), (shaft / 2, 0), (shaft / 2, neck), (head / 2, neck), (0, length)]
    points, faces = _turned(rings, _AROUND)
    return points[:, [2, 0, 1]], faces  # z becomes x without a mirror


def _turned(rings: list[tuple[float, float]], around: int) -> Solid:
    """Turn a line of (radius, height), from below, around z; it begins and ends on the axis."""
    angles = 2 * np.pi * np.arange(around) / around
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    points: list[Any] = [(0.0, 0.0, rings[0][1])]
    for radius, height in rings[1:-1]:
        points += [(x, y, height) for x, y in (radius * circle).tolist()]
    points.append((0.0, 0.0, rings[-1][1]))
    faces = []
    top, count = len(points) - 1, len(rings) - 2
    for number in range(around):
        after = (number + 1) % around
        faces.append((0, 1 + after, 1 + number))
        for ring in range(count - 1):
            low, high = 1 + ring * around, 1 + (ring + 1) * around
            faces.append((low + number, low + after, high + after))
            faces.append((low + number, high + after, high + number))
        last = 1 + (count - 1) * around
        faces.append((last + number, last + after, top))
    return _fixed(np.array(points), faces)


def _fixed(points: Matrix, faces: Any) -> Solid:
    return np.asarray(points, float), np.array(faces, np.uint32)
