"""Robots that are shown although no device sends them: a description and the shapes it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .pictures import packed
from .values import Json


@dataclass(frozen=True)
class Shape:
    """
    Triangles of a file.

    :param points: float32 (n, 3) in m.
    :param triangles: uint32 (m, 3).
    :param rgba: uint8 (n, 4); none: it has the colour that the robot says.
    """

    points: Any
    triangles: Any
    rgba: Any = field(default_factory=lambda: np.zeros((0, 4), np.uint8))


@dataclass(frozen=True)
class Robot:
    """
    A robot.

    :param name: where it is from.
    :param text: its description, URDF.
    :param shapes: by what the description calls their files.
    :param faults: what of it cannot be shown.
    """

    name: str
    text: str
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    faults: Sequence[str] = ()

    def tell(self) -> Json:
        """Tell it, without its shapes, which come first."""
        return {'kind': 'robot', 'name': self.name, 'text': self.text, 'faults': list(self.faults)}

    def blobs(self) -> list[bytes]:
        """Write its shapes for the page."""
        return [
            packed(
                {
                    'kind': 'shape', 'robot': self.name, 'file': url,
                    'points': len(shape.points), 'triangles': len(shape.triangles), 'pieces': 0,
                    'colours': len(shape.rgba),
                },
                np.asarray(shape.points, np.float32), np.asarray(shape.triangles, np.uint32),
                np.zeros((0, 2), np.uint32), np.asarray(shape.rgba, np.uint8))
            for url, shape in self.shapes.items()
        ]
