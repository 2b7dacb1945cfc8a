"""Where the joints of an arm put its tool, and which joints put it where it is wanted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ...converters.joints import Skeleton
from ...converters.units import Matrix
from ...errors import IgtlError

Vector = NDArray[np.float64]

#: how far from its target a tool may be: metres, and radians
TOLERANCE = 1e-9
# steps from one beginning, how often it is asked whether they help, and how many beginnings
_STEPS, _LOOK_AFTER, _BEGINNINGS = 100, 12, 24
_LARGEST_STEP, _MOST_DAMPING = 0.5, 1e3  # rad


class Refused(IgtlError):
    """The arm does not do that."""


class ArmModel:
    """
    The joints between the root of a robot and its tool.

    :param tip: link of the tool.
    :raises ConversionError: if there is no such link.
    """

    def __init__(self, skeleton: Skeleton, tip: str) -> None:
        self.skeleton = skeleton
        self.tip = tip
        self._chain = skeleton.chain(tip)
        movable = [joint for joint in self._chain if joint.moves]
        self.names = tuple(joint.name for joint in movable)
        self.lower = np.array([joint.lower for joint in movable])
        self.upper = np.array([joint.upper for joint in movable])
        self.velocity = np.array([joint.velocity for joint in movable])
        self._slides = np.array([[joint.kind == 'prismatic'] for joint in movable])

    def links(self, positions: Sequence[float] | Vector) -> dict[str, Matrix]:
        """Compute where all links are in the root: (4, 4) each, metres."""
        return self.skeleton.poses(dict(zip(self.names, map(float, positions))))

    def pose(self, positions: Sequence[float] | Vector) -> Matrix:
        """Compute where the tool is in the root: (4, 4), metres."""
        return self.links(positions)[self.tip]

    def check_limits(self, positions: Sequence[float] | Vector) -> None:
        """
        Look whether joints may be there.

        :raises Refused: if they may not.
        """
        for name, value, low, high in zip(self.names, positions, self.lower, self.upper):
            if not low <= value <= high:
                raise Refused(f'{name} would be at {value:.3f}; allowed {low:g} to {high:g}')

    def solve(self, target: Matrix, begin: Vector) -> Vector:
        """
        Find joints that put the tool where it is wanted, near others if that is possible.

        Damped least squares within the limits, from `begin` first and then from other places,
        always the same ones.

        :param target: (4, 4) in the root, metres.
        :raises Refused: if none are found.
        """
        nearest = np.inf
        for start in self._beginnings(begin):
            found, off = self._descend(target, start)
            if np.linalg.norm(off) <= TOLERANCE:
                return found
            nearest = min(nearest, float(np.linalg.norm(off[:3])))
        place = ', '.join(f'{number:.3f}' for number in target[:3, 3])
        raise Refused(f'the target at ({place}) m cannot be reached in that direction, '
                      f'at best {1000 * nearest:.0f} mm away')

    def _beginnings(self, begin: Vector) -> Iterator[Vector]:
        yield np.clip(begin, self.lower, self.upper)
        low, high = np.maximum(self.lower, -np.pi), np.minimum(self.upper, np.pi)
        random = np.random.default_rng(1)
        for _ in range(_BEGINNINGS):
            yield random.uniform(low, high)

    def _descend(self, target: Matrix, positions: Vector) -> tuple[Vector, Vector]:
        """Go towards a target until it is reached or comes no nearer; tell how far it is."""
        damping = 1e-2
        pose, jacobian = self._forward(positions)
        off = _way(pose, target)
        before = math.inf
        for step_number in range(_STEPS):
            far = float(np.linalg.norm(off))
            if far <= TOLERANCE or damping > _MOST_DAMPING:
                break
            if step_number % _LOOK_AFTER == 0:
                if far > 0.9 * before:
                    break
                before = far
            square = jacobian @ jacobian.T
            square.flat[::7] += damping
            step = jacobian.T @ np.linalg.solve(square, off)
            step *= min(1.0, _LARGEST_STEP / max(float(np.abs(step).max()), 1e-300))
            tried = np.clip(positions + step, self.lower, self.upper)
            pose, tried_jacobian = self._forward(tried)
            tried_off = _way(pose, target)
            if np.linalg.norm(tried_off) < far:
                positions, off, jacobian = tried, tried_off, tried_jacobian
                damping *= 0.2
            else:
                damping *= 10.0
        return positions, off

    def _forward(self, positions: Vector) -> tuple[Matrix, Vector]:
        """Compute the pose of the tool and its derivatives: a way and a turn for each joint."""
        frame, values = np.eye(4), iter(positions.tolist())
        axes, origins = [], []
        for joint in self._chain:
            position = next(values) if joint.moves else 0.0
            frame = frame @ joint.pose(position)
            if joint.moves:
                axes.append(frame[:3, :3] @ joint.axis)
                origins.append(frame[:3, 3])
        ahead, reach = np.array(axes), frame[:3, 3] - np.array(origins)
        slides = self._slides
        ways = np.where(slides, ahead, _cross(ahead, reach))
        return frame, np.hstack([ways, np.where(slides, 0.0, ahead)]).T


def _way(pose: Matrix, target: Matrix) -> Vector:
    """Tell how far a pose is from a target: a way in m, and a rotation vector."""
    turn = rotation_vector(target[:3, :3] @ pose[:3, :3].T)
    return np.concatenate([target[:3, 3] - pose[:3, 3], turn])


def _cross(left: Vector, right: Vector) -> Vector:
    """Multiply rows; np.cross takes three times as long."""
    after, then = [1, 2, 0], [2, 0, 1]
    return left[:, after] * right[:, then] - left[:, then] * right[:, after]


def rotation_vector(rotation: Matrix) -> Vector:
    """Give the axis of a rotation (3, 3), as long as its angle."""
    twice = np.array([rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0],
                      rotation[1, 0] - rotation[0, 1]])
    sine, cosine = float(np.linalg.norm(twice)) / 2.0, (float(np.trace(rotation)) - 1.0) / 2.0
    angle = float(np.arctan2(sine, cosine))
    if sine > 1e-9:
        return twice * (angle / (2.0 * sine))
    if cosine > 0.0:
        return twice / 2.0
    # half a turn: any column of R + 1 that is not 0 lies along the axis
    columns = rotation + np.eye(3)
    axis = columns[:, int(np.argmax(np.abs(columns).max(axis=0)))]
    return axis * (angle / np.linalg.norm(axis))
