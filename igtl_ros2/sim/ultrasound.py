"""
A simulated tracked ultrasound, as an OpenIGTLink server; it needs no ROS.

It sends what PLUS sends for a probe and a stylus under a tracker, and prints what its clients
send. What happens is a function of time alone, see `Scene`, so that a receiver can compute from
its time stamp what must be in it.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..codec import Message
from ..codec.messages.image import Image
from ..codec.messages.points import Point, PointList
from ..codec.messages.pose import Transform
from ..codec.messages.text import Status, StatusCode, String
from ..server import Server
from .arguments import ULTRASOUND, add_ultrasound_arguments
from .devices import Matrix, turned, wave
from .serving import Task, run_device, serve_tasks

PROBE = 'ProbeToTracker'
STYLUS = 'StylusToTracker'
IMAGE = 'Image_Reference'
FIDUCIALS = 'Fiducials'
TRACKER = 'Tracker'
WORKSTEP = 'Workstep'

#: mm from one pixel to the next
SPACING_MM = 0.2
WORKSTEPS = ('Calibrate the stylus', 'Touch the fiducials', 'Sweep the probe', 'Plan the target')

_NS = 1_000_000_000
_WORKSTEP_NS = 3 * _NS
# The stylus is out of view for the last part of every turn
_STYLUS_TURN_NS, _STYLUS_SEEN_NS = 4 * _NS, 3 * _NS
_TISSUE_TURN_S = 5
_DEPTH_OF_FIRST_ROW_MM = 10.0

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class _Path:
    """A smooth way through space: each coordinate swings round its centre at its own pace."""

    centres_mm: tuple[float, float, float]
    swings_mm: tuple[float, float, float]
    swings_rad: tuple[float, float, float]
    periods_s: tuple[int, int, int]

    def pose(self, t_ns: int, phases: Sequence[float]) -> Matrix:
        """Compute the (4, 4) pose in mm at a time."""
        waves = [wave(t_ns, period, phase) for period, phase in zip(self.periods_s, phases)]
        matrix = np.eye(4)
        for axis, (swing, part) in enumerate(zip(self.swings_rad, reversed(waves))):
            matrix = turned(axis, swing * part) @ matrix
        matrix[:3, 3] = [c + s * w for c, s, w in zip(self.centres_mm, self.swings_mm, waves)]
        return matrix


_PATHS = {
    PROBE: _Path(
        (40.0, -20.0, -900.0), (60.0, 35.0, 20.0), (0.5, 0.4, 0.9), (7, 5, 11),
    ),
    STYLUS: _Path(
        (-50.0, 30.0, -850.0), (45.0, 55.0, 30.0), (0.3, 0.7, 1.2), (5, 8, 6),
    ),
}


class Scene:
    """
    All there is to see, as a function of time in nanoseconds since 1970 (UTC).

    Lengths are in mm. There is no reference marker: Reference is the frame of the tracker.

    :param seed: another seed is another place in the paths, other speckle, other fiducials.
    :param image_size: columns and rows.
    """

    def __init__(self, seed: int = 0, image_size: tuple[int, int] = (640, 480)) -> None:
        random = np.random.default_rng(seed)
        self._phases = {name: random.uniform(0, 2 * math.pi, 3).tolist() for name in _PATHS}
        columns, rows = image_size
        self._image_to_probe = np.diag([SPACING_MM, SPACING_MM, SPACING_MM, 1.0])
        self._image_to_probe[0, 3] = -SPACING_MM * (columns - 1) / 2
        self._image_to_probe[1, 3] = _DEPTH_OF_FIRST_ROW_MM
        # Speckle that fades with depth, and a bright round target that moves through it
        fading = np.linspace(1.0, 0.3, rows)[:, None]
        self._speckle = (random.random((rows, columns)) * 120 * fading).astype(np.uint8)
        radius = min(columns, rows) // 8
        across = np.arange(2 * radius)[:, None] - radius + 0.5
        self._target = np.where(across**2 + across.T**2 <= radius**2, 255, 0).astype(np.uint8)
        self.fiducials = tuple(
            Point(f'F-{number}', random.uniform((-80, -60, -950), (80, 60, -850)).round(2),
                  group='Fiducial', rgba=(255, 200, 0, 255), diameter=3.0)
            for number in range(1, 5))

    def pose(self, tool: str, t_ns: int) -> Matrix:
        """Compute where a tool is: (4, 4), from its frame to the tracker's."""
        return _PATHS[tool].pose(t_ns, self._phases[tool])

    def in_view(self, tool: str, t_ns: int) -> bool:
        """Tell whether the tracker sees a tool."""
        return tool != STYLUS or t_ns % _STYLUS_TURN_NS < _STYLUS_SEEN_NS

    def image_to_reference(self, t_ns: int) -> Matrix:
        """Compute where the image is: (4, 4), from column, row, slice to mm."""
        return self.pose(PROBE, t_ns) @ self._image_to_probe

    def pixels(self, t_ns: int) -> Pixels:
        """Draw the image, (rows, columns)."""
        pixels = self._speckle.copy()
        size = len(self._target)
        column, row = (
            round((room - size) * (0.5 + 0.5 * wave(t_ns, _TISSUE_TURN_S, phase)))
            for room, phase in zip(reversed(pixels.shape), (0.0, math.pi / 3))
        )
        part = pixels[row : row + size, column : column + size]
        np.maximum(part, self._target, out=part)
        return pixels

    def workstep(self, t_ns: int) -> str:
        """Tell what the user is asked to do."""
        return WORKSTEPS[t_ns // _WORKSTEP_NS % len(WORKSTEPS)]

    # -- the same as messages

    def tool_message(self, tool: str, t_ns: int) -> Transform:
        """TRANSFORM of a tool, with the metadata of PLUS; the identity while it is not seen."""
        seen = self.in_view(tool, t_ns)
        metadata = {'IGTL_DEVICE_NAME': tool, 'TransformStatus': 'OK' if seen else 'OUT_OF_VIEW',
                    'TransformValid': str(int(seen))}
        return Transform(
            self.pose(tool, t_ns) if seen else np.eye(4), device_name=tool, timestamp_ns=t_ns,
            metadata=metadata)

    def image_message(self, t_ns: int) -> Image:
        """IMAGE of the probe."""
        return Image.from_array(self.pixels(t_ns), self.image_to_reference(t_ns),
                                device_name=IMAGE, timestamp_ns=t_ns)

    def fiducials_message(self, t_ns: int) -> PointList:
        """POINT of the fiducials."""
        return PointList(self.fiducials, device_name=FIDUCIALS, timestamp_ns=t_ns)

    def status_message(self, t_ns: int) -> Status:
        """STATUS of the tracker."""
        seen = sum(self.in_view(tool, t_ns) for tool in _PATHS)
        return Status(StatusCode.OK, message=f'{seen} of {len(_PATHS)} tools in view',
                      device_name=TRACKER, timestamp_ns=t_ns)

    def workstep_message(self, t_ns: int) -> String:
        """STRING of the work step."""
        return String(self.workstep(t_ns), device_name=WORKSTEP, timestamp_ns=t_ns)


# -- the program


def run(arguments: argparse.Namespace, stopped: list[int]) -> None:
    """
    Serve until the time is over or a signal is in `stopped`.

    :raises PeerError: if the address cannot be listened on.
    :raises ConfigError: if a setting is wrong.
    """
    scene = Scene(arguments.seed, arguments.image_size)

    def tasks(server: Server) -> list[Task]:
        last_text = ''

        def send_tools() -> None:
            t_ns = time.time_ns()
            for tool in _PATHS:
                # header version 1 has no room to say that a pose is not valid
                if server.settings.header_version == '2' or scene.in_view(tool, t_ns):
                    server.send(scene.tool_message(tool, t_ns))

        def send_workstep() -> None:
            nonlocal last_text
            message = scene.workstep_message(time.time_ns())
            if message.text != last_text:
                last_text = message.text
                server.send(message)

        def send(make: Callable[[int], Message]) -> Callable[[], None]:
            return lambda: server.send(make(time.time_ns()))

        return [
            Task(round(_NS / arguments.tracker_rate), send_tools),
            Task(round(_NS / arguments.image_rate), send(scene.image_message)),
            Task(1 * _NS, send(scene.status_message)),
            Task(3 * _NS, send(scene.fiducials_message)),
            Task(_NS // 10, send_workstep),
        ]

    serve_tasks(arguments, tasks, stopped)


def main(args: Sequence[str] | None = None) -> int:
    """
    Run igtl_sim.

    :returns: the exit code.
    """
    parser = argparse.ArgumentParser(prog='igtl_sim', description=ULTRASOUND)
    add_ultrasound_arguments(parser)
    arguments = parser.parse_args(args)
    return run_device('igtl_sim', lambda stopped: run(arguments, stopped))


if __name__ == '__main__':
    sys.exit(main())
