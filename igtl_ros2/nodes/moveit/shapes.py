"""What a plan looks like: the way of a link, the robot at points of it, and its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...codec import Message
from ...codec.messages.mesh import Attribute, AttributeType, Cells, PolyData
from ...codec.messages.pose import Transform
from ...converters.joints import Skeleton, read_joints
from ...converters.link_meshes import link_shape
from ...converters.mesh_files import Shape, find_file, joined
from ...converters.units import Matrix, matrix_from_metres, positions_from_ros
from ...converters.urdf import read_urdf
from ...errors import ConversionError
from ...rules import MoveItRule

#: how much of what is behind a ghost is seen
OPACITY = 0.35
_MAX_GHOST_POINTS = 300_000

Positions = Mapping[str, float]


class RobotShapes:
    """
    A robot of which plans are shown.

    :param description: URDF.
    :raises ConversionError: if it is none.
    """

    def __init__(self, description: str) -> None:
        self.skeleton: Skeleton = read_joints(description)
        #: what is not shown, and why
        self.faults: list[str] = []
        self._shapes: dict[str, Shape] = {}
        for name, visuals in read_urdf(description).links.items():
            try:
                shape, faults = link_shape(visuals, find_file)
            except ConversionError as error:  # without trimesh there are paths only
                self.faults.append(f'link {name!r}: {error}')
                continue
            self.faults += [f'link {name!r}: {fault}' for fault in faults]
            if len(shape.points):
                self._shapes[name] = shape

    @property
    def root(self) -> str:
        """The link that all others hang on."""
        return self.skeleton.root

    def pose(self, link: str, positions: Positions) -> Matrix:
        """
        Compute where a link is in the root: (4, 4), metres.

        :raises ConversionError: if there is no such link, or nobody knows where it is.
        """
        for joint in self.skeleton.chain(link):
            if joint.position_of and joint.position_of not in positions:
                raise ConversionError(f'it is not known where the joint {joint.position_of} is')
        return self.skeleton.poses(positions)[link]

    def shown(
        self, rule: MoveItRule, number: int, way: Sequence[Positions], place: Matrix, unit: str
    ) -> list[Message]:
        """
        Make what a plan looks like.

        :param way: where the joints are at its points.
        :param place: (4, 4), where the root is in the frame of those who look at it, metres.
        :param unit: of lengths on the wire.
        """
        about: dict[str, Any] = {'metadata': {'plan': str(number)}}
        poses = [place @ self.pose(rule.link, positions) for positions in way]
        points: Any = positions_from_ros(np.array([pose[:3, 3] for pose in poses]), unit)
        lines = [list(range(len(points)))] if len(points) > 1 else []
        path = PolyData(points, lines=Cells.of(lines), device_name=rule.path_device, **about)
        goal = Transform(
            matrix_from_metres(poses[-1], unit), device_name=rule.goal_device, **about)
        ghost = self._ghost(way, rule.ghosts, place)
        attributes = []
        if ghost.colours is not None:
            attributes = [Attribute('RGBA', AttributeType.POINT_RGBA, ghost.colours)]
        corners: Any = positions_from_ros(ghost.points, unit)
        return [path, PolyData(
            corners, polygons=Cells.of(ghost.faces), attributes=tuple(attributes),
            device_name=rule.ghost_device, **about), goal]

    def _ghost(self, way: Sequence[Positions], count: int, place: Matrix) -> Shape:
        """Put together the robot at so many points of its way, the last one among them."""
        size = sum(len(shape.points) for shape in self._shapes.values())
        count = min(count, len(way), max(1, _MAX_GHOST_POINTS // max(size, 1)))
        # not where it stands now: there it is seen itself
        chosen = np.linspace(0, len(way) - 1, count + 1).round().astype(int)[1:]
        found = []
        for index in sorted(set(chosen.tolist())):
            links = self.skeleton.poses(way[index])
            for name, shape in self._shapes.items():
                pose = place @ links[name]
                points = shape.points @ pose[:3, :3].T + pose[:3, 3]
                colours = shape.colours
                if colours is not None:
                    colours = colours * np.array([1, 1, 1, OPACITY], np.float32)
                found.append(Shape(points, shape.faces, colours))
        return joined(found, (0.8, 0.8, 0.8, OPACITY))


def nothing_shown(rule: MoveItRule) -> list[Message]:
    """Make what takes the place of a plan that is not shown any more."""
    none: Any = np.zeros((0, 3), np.float32)
    return [PolyData(none, device_name=name) for name in (rule.path_device, rule.ghost_device)]
