"""What stands in the way of an arm, as boxes around it."""

from __future__ import annotations

import numpy as np

from .kinematics import ArmModel, Vector
from .motion import Trajectory

# half the thickness of a link, and how far apart points along it are looked at
_MARGIN, _APART = 0.03, 0.02
_STEP = 0.05  # rad, between places that are looked at


class Obstacles:
    """
    The obstacles of a scene.

    A planner looks at the shapes themselves; here the box around each is enough.
    """

    def __init__(self) -> None:
        self._boxes: dict[str, tuple[Vector, Vector]] = {}

    def put(self, name: str, points: Vector) -> None:
        """Place an obstacle: (n, 3) in the root, metres."""
        self._boxes[name] = points.min(axis=0), points.max(axis=0)

    def remove(self, name: str) -> bool:
        """Take an obstacle away, all of them without a name; tells whether it was there."""
        if name:
            return self._boxes.pop(name, None) is not None
        self._boxes.clear()
        return True

    def hit(self, model: ArmModel, positions: Vector) -> str:
        """Name what the arm would touch; empty if it touches nothing."""
        if not self._boxes:
            return ''
        places = model.links(positions)
        ends = np.array([pose[:3, 3] for pose in places.values()])
        points = [ends]
        for begin, end in zip(ends, ends[1:]):
            count = int(np.linalg.norm(end - begin) / _APART) + 1
            points.append(begin + np.linspace(0.0, 1.0, count)[:, None] * (end - begin))
        arm = np.concatenate(points)
        for name, (low, high) in self._boxes.items():
            if ((arm > low - _MARGIN) & (arm < high + _MARGIN)).all(axis=1).any():
                return name
        return ''

    def in_the_way(self, model: ArmModel, trajectory: Trajectory) -> str:
        """Name what the arm would touch on its way; empty if it touches nothing."""
        way = trajectory.positions
        for begin, end in zip(way, way[1:]):
            count = int(np.abs(end - begin).max() / _STEP) + 1
            for share in np.arange(count) / count:
                if name := self.hit(model, begin + share * (end - begin)):
                    return name
        return self.hit(model, way[-1])
