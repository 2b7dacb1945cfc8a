"""The joints of a URDF, and where they put the links: forward kinematics."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import numpy as np

from ..errors import ConversionError
from .loose_xml import read_elements
from .units import Matrix
from .urdf import ends_of, numbers_of, pose_of

_TURNS = ('revolute', 'continuous')
_MOVABLE = (*_TURNS, 'prismatic')


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """
    A joint, in metres and radians.

    :param kind: revolute, continuous, prismatic; all others stand still, as fixed ones do.
    :param origin: (4, 4), where the child is in the parent while the joint is at 0.
    :param axis: (3,), of length 1, in the frame of the child.
    :param mimic: the joint that it follows, with factor and offset; None if it follows none.
    """

    name: str
    kind: str
    parent: str
    child: str
    origin: Matrix
    axis: Matrix
    lower: float
    upper: float
    velocity: float
    mimic: tuple[str, float, float] | None

    @property
    def moves(self) -> bool:
        """Tell whether it is one that a position belongs to."""
        return self.kind in _MOVABLE and self.mimic is None

    @property
    def position_of(self) -> str:
        """Name the joint by whose position it moves; empty if it stands still."""
        if self.kind not in _MOVABLE:
            return ''
        return self.name if self.mimic is None else self.mimic[0]

    def pose(self, position: float) -> Matrix:
        """Compute where the child is in the parent: (4, 4)."""
        if self.kind not in _MOVABLE:
            return self.origin
        x, y, z = self.axis.tolist()
        if self.kind == 'prismatic':
            moved = np.eye(4)
            moved[:3, 3] = x * position, y * position, z * position
            return self.origin @ moved
        sin, cos = math.sin(position), math.cos(position)
        rest = 1.0 - cos
        a, b, c = x * y * rest, x * z * rest, y * z * rest
        return self.origin @ np.array([
            [cos + x * x * rest, a - z * sin, b + y * sin, 0.0],
            [a + z * sin, cos + y * y * rest, c - x * sin, 0.0],
            [b - y * sin, c + x * sin, cos + z * z * rest, 0.0],
            [0.0, 0.0, 0.0, 1.0],
        ])


class Skeleton:
    """
    The joints of a robot.

    :param joints: in any order.
    :raises ConversionError: if they are no tree.
    """

    def __init__(self, joints: Iterable[Joint]) -> None:
        joints = list(joints)
        children = [joint.child for joint in joints]
        if len(set(children)) != len(children):
            twice = next(name for name in children if children.count(name) > 1)
            raise ConversionError(f'the link {twice!r} hangs on two joints')
        roots = {joint.parent for joint in joints} - set(children)
        if len(roots) != 1:
            raise ConversionError(f'its joints hang on {len(roots)} links, wanted one root')
        self.root = roots.pop()
        placed, self.joints = {self.root}, []
        while joints:
            ready = [joint for joint in joints if joint.parent in placed]
            if not ready:
                raise ConversionError(f'the joint {joints[0].name!r} hangs on itself')
            self.joints += ready
            placed.update(joint.child for joint in ready)
            joints = [joint for joint in joints if joint.child not in placed]
        #: those that have a position, as they come from the root outwards
        self.movable = [joint for joint in self.joints if joint.moves]
        self.links = [self.root, *(joint.child for joint in self.joints)]

    def poses(self, positions: Mapping[str, float]) -> dict[str, Matrix]:
        """
        Compute where all links are in the root: (4, 4) each, metres.

        :param positions: of joints by name; those that are missing are at 0.
        :raises ConversionError: if a position is not finite, or a link is too far away.
        """
        found = {self.root: np.eye(4)}
        for joint in self.joints:
            name, factor, offset = joint.mimic or (joint.name, 1.0, 0.0)
            position = factor * positions.get(name, 0.0) + offset
            if not math.isfinite(position):
                raise ConversionError(f'the joint {joint.name!r} is at {position}')
            with np.errstate(all='ignore'):
                pose = found[joint.child] = found[joint.parent] @ joint.pose(position)
            if not np.isfinite(pose).all():
                raise ConversionError(f'the link {joint.child!r} is too far away')
        return found

    def chain(self, tip: str) -> list[Joint]:
        """
        List the joints from the root to a link.

        :raises ConversionError: if there is no such link.
        """
        above = {joint.child: joint for joint in self.joints}
        if tip not in self.links:
            raise ConversionError(f'it has no link {tip!r}; there are {", ".join(self.links)}')
        found = []
        while tip in above:
            found.append(above[tip])
            tip = above[tip].parent
        return found[::-1]


def read_joints(text: str) -> Skeleton:
    """
    Read the joints of a URDF that `read_urdf` takes.

    :raises ConversionError: if they cannot be understood.
    """
    robot = next((found for found in read_elements(text) if found.tag == 'robot'), None)
    if robot is None:
        raise ConversionError('it has no element robot')
    return Skeleton(map(_joint, robot.findall('joint')))


def _joint(element: Element) -> Joint:
    name, kind = element.get('name', ''), element.get('type', '')
    try:
        child, parent = ends_of(element)
        if not parent or not child:
            raise ConversionError('it has no parent or no child')
        axis, limit = element.find('axis'), element.find('limit')
        along = np.array(numbers_of(axis, 'xyz', 3) if axis is not None else (1.0, 0.0, 0.0))
        # the squares of what is very small or large are no numbers
        along /= float(np.abs(along).max()) or 1.0
        length = float(np.linalg.norm(along))
        if kind in _MOVABLE and not length:
            raise ConversionError('axis: a length of 0')
        lower = upper = velocity = math.inf
        if limit is not None:
            velocity, = numbers_of(limit, 'velocity', 1, '0')
        if limit is not None and kind != 'continuous':
            lower, = numbers_of(limit, 'lower', 1, '0')
            upper, = numbers_of(limit, 'upper', 1, '0')
        else:
            lower = -upper
        followed = element.find('mimic')
        mimic = None
        if followed is not None:
            factor, = numbers_of(followed, 'multiplier', 1, '1')
            offset, = numbers_of(followed, 'offset', 1, '0')
            mimic = followed.get('joint', ''), factor, offset
        return Joint(
            name, kind, parent, child, pose_of(element.find('origin')), along / (length or 1.0),
            lower, upper, velocity, mimic)
    except ConversionError as error:
        raise ConversionError(f'joint {name!r}: {error}') from error
