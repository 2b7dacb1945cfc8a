"""How an arm moves: along points in time, in steps, until it is there or is told to stop."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .kinematics import ArmModel, Refused, Vector

#: how far from where the arm is a trajectory may begin, rad or m
START_TOLERANCE = 0.01
# the greatest speed of a smooth motion, of its mean
_PEAK = 15.0 / 8.0
_POINT_S = 0.1
_MAX_POINTS = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Trajectory:
    """
    Joints at points in time; straight in between.

    :param times: (n,), seconds since its start, going up.
    :param positions: (n, joints), in the order of the model.
    """

    times: Vector
    positions: Vector

    @property
    def duration(self) -> float:
        """Tell how long it takes, in seconds."""
        return float(self.times[-1])

    def at(self, seconds: float) -> Vector:
        """Compute where the joints are so long after its start."""
        return np.array([np.interp(seconds, self.times, row) for row in self.positions.T])


def plan(model: ArmModel, begin: Vector, end: Vector, speed: float = 1.0) -> Trajectory:
    """
    Go from one place to another so that all joints start and stop together, smoothly.

    :param speed: of the greatest that the joints may have, more than 0 and at most 1.
    """
    seconds = float(np.max(np.abs(end - begin) / (model.velocity * speed))) * _PEAK
    count = max(2, math.ceil(seconds / _POINT_S) + 1)
    share = np.linspace(0.0, 1.0, count)
    smooth = share**3 * (10.0 - 15.0 * share + 6.0 * share**2)
    return Trajectory(share * max(seconds, 1e-3), begin + smooth[:, None] * (end - begin))


def checked(
    model: ArmModel,
    names: Sequence[str],
    times: Sequence[float],
    points: Sequence[Sequence[float]],
    here: Vector,
) -> Trajectory:
    """
    Look whether the arm may and can go along points.

    :param names: of the joints, in the order of the points.
    :param here: where the joints are.
    :raises Refused: if it may not.
    """
    if sorted(names) != sorted(model.names):
        raise Refused(f'the joints are {", ".join(names) or "none"}; wanted '
                      f'{", ".join(model.names)}')
    if not 0 < len(points) <= _MAX_POINTS:
        raise Refused(f'it has {len(points)} points, wanted 1 to {_MAX_POINTS}')
    if any(len(point) != len(names) for point in points):
        raise Refused(f'not every point has {len(names)} positions')
    order = [list(names).index(name) for name in model.names]
    positions, seconds = np.array(points, float)[:, order], np.array(times, float)
    if not (np.isfinite(positions).all() and np.isfinite(seconds).all()):
        raise Refused('its numbers are not all finite')
    if seconds[0] < 0 or (np.diff(seconds) <= 0).any():
        raise Refused('its times do not go up')
    for position in positions:
        model.check_limits(position)
    if seconds[0] == 0:
        far = np.abs(positions[0] - here)
        if far.max() > START_TOLERANCE:
            which = int(far.argmax())
            raise Refused(f'it begins with {model.names[which]} at {positions[0][which]:.3f}, '
                          f'which is at {here[which]:.3f}')
    else:
        seconds, positions = np.r_[0.0, seconds], np.vstack([here, positions])
    speeds = np.abs(np.diff(positions, axis=0)) / np.diff(seconds)[:, None]
    too_fast = speeds.max(axis=0, initial=0.0) > model.velocity * 1.001
    if too_fast.any():
        which = int(too_fast.argmax())
        raise Refused(f'{model.names[which]} would turn at {speeds[:, which].max():.2f} rad/s, '
                      f'allowed {model.velocity[which]:g}')
    return Trajectory(seconds, positions)


class Motion:
    """
    What an arm is doing; times are in seconds.

    :param positions: where its joints are.
    """

    def __init__(self, positions: Vector) -> None:
        self.positions = positions
        self._trajectory: Trajectory | None = None
        self._started = 0.0

    @property
    def is_moving(self) -> bool:
        """Tell whether it is on its way."""
        return self._trajectory is not None

    def start(self, trajectory: Trajectory, now: float) -> None:
        """
        Go along a trajectory.

        :raises Refused: if it is on its way already.
        """
        if self.is_moving:
            raise Refused('the arm is moving; wait, or cancel that')
        self._trajectory, self._started = trajectory, now

    def step(self, now: float) -> Vector:
        """Take a step of the simulation, and tell where the joints are."""
        if self._trajectory is not None:
            seconds = max(0.0, now - self._started)
            self.positions = self._trajectory.at(seconds)
            if seconds >= self._trajectory.duration:
                self._trajectory = None
        return self.positions

    def stop(self) -> None:
        """Stay where the last step has put it."""
        self._trajectory = None
