"""URDF, the description of a robot: its links and what each of them looks like."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np

from ..codec.geometry import quaternion_to_matrix
from ..config.numbers import float_in
from ..errors import ConversionError
from .loose_xml import read_elements
from .metres import Matrix

# many times that of the largest robots; what XML takes in memory is a multiple of its length
MAX_TEXT = 1 << 22
MAX_LINKS = 1000
_MAX_VISUALS = 5000
#: the numbers that say how large a shape is
_SIZES = {'box': {'size': 3}, 'cylinder': {'radius': 1, 'length': 1}, 'sphere': {'radius': 1}}


@dataclass(frozen=True, slots=True, eq=False)
class Visual:
    """
    A shape that can be seen, in metres.

    :param origin: (4, 4), its pose in the link.
    :param kind: box, cylinder, sphere or mesh.
    :param sizes: edges of a box; radius and length of a cylinder; radius of a sphere; scale of
        a mesh along x, y and z.
    :param url: where the file of a mesh is.
    :param colour: red, green, blue and alpha from 0 to 1; None if nothing is said.
    """

    origin: Matrix
    kind: str
    sizes: tuple[float, ...]
    url: str = ''
    colour: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RobotDescription:
    """
    What a URDF says about links.

    :param root: the link that hangs on no other.
    :param links: the shapes of each link, by its name, in the order of the file.
    :param faults: what cannot be shown, as (link, why).
    :param name: of the robot; may be empty.
    :param parents: the link that each link hangs on, by its name; the root has none.
    """

    root: str
    links: dict[str, tuple[Visual, ...]]
    faults: tuple[tuple[str, str], ...]
    name: str = ''
    parents: dict[str, str] = field(default_factory=dict)


def read_urdf(text: str) -> RobotDescription:
    """
    Read a URDF; a shape with a mistake costs no other.

    :raises ConversionError: if it is none.
    """
    if len(text) > MAX_TEXT:
        raise ConversionError(f'it has {len(text)} characters, allowed {MAX_TEXT}')
    outermost = read_elements(text)
    robot = next((element for element in outermost if element.tag == 'robot'), None)
    if robot is None:
        raise ConversionError(f'its outermost element is {outermost[0].tag!r}, wanted robot')
    count, shapes = len(robot.findall('link')), len(robot.findall('link/visual'))
    if count > MAX_LINKS or shapes > _MAX_VISUALS:
        raise ConversionError(f'it has {count} links and {shapes} shapes; allowed '
                              f'{MAX_LINKS} and {_MAX_VISUALS}')
    links: dict[str, tuple[Visual, ...]] = {}
    faults = []
    materials = _Materials(robot)
    for link in robot.findall('link'):
        name = link.get('name', '')
        if not name or name in links:
            why = f'two links are called {name!r}' if name else 'a link has no name'
            raise ConversionError(why)
        visuals = []
        for number, visual in enumerate(link.findall('visual'), 1):
            try:
                shape = _visual(visual)
            except ConversionError as error:
                faults.append((name, f'visual {number}: {error}'))
                continue
            try:
                shape = replace(shape, colour=materials.colour(visual.find('material')))
            except ConversionError as error:
                faults.append((name, f'colour of visual {number}: {error}'))
            visuals.append(shape)
        links[name] = tuple(visuals)
    parents = dict(map(ends_of, robot.findall('joint')))
    roots = [name for name in links if name not in parents]
    if len(roots) != 1:
        which = f': {", ".join(roots)}' if roots else ''
        raise ConversionError(f'{len(roots)} of {len(links)} links hang on no other{which}; '
                              'wanted one, the root')
    return RobotDescription(roots[0], links, tuple(faults), robot.get('name', ''), parents)


def ends_of(joint: Element) -> tuple[str, str]:
    """Name the child and the parent of a joint; empty where it has none."""
    ends = [joint.find(end) for end in ('child', 'parent')]
    child, parent = ('' if end is None else end.get('link', '') for end in ends)
    return child, parent


class _Materials:
    """Colours by name, as in urdfdom: of the robot first, then each that a shape brings along."""

    def __init__(self, robot: Element) -> None:
        self._known: dict[str, tuple[float, ...] | None] = {}
        self._faults: dict[str, ConversionError] = {}
        for material in robot.findall('material'):
            name = material.get('name', '')
            try:
                self._known.setdefault(name, _colour(material))
            except ConversionError as error:
                self._faults[name] = error  # raised where it is used

    def colour(self, material: Element | None) -> tuple[float, ...] | None:
        """Find the colour of a shape; None if it has none."""
        if material is None:
            return None
        name = material.get('name', '')
        if name and name in self._known:
            return self._known[name]
        colour = _colour(material)
        if name and colour is None and material.find('texture') is None:
            raise self._faults.get(name) or ConversionError(f'material {name!r} is not defined')
        if name:
            self._known[name] = colour
        return colour


def _colour(material: Element) -> tuple[float, ...] | None:
    colour = material.find('color')
    if colour is None:
        return None
    rgba = tuple(numbers_of(colour, 'rgba', 4))
    if not 0 <= min(rgba) <= max(rgba) <= 1:
        raise ConversionError(f'rgba is {colour.get("rgba")!r}, wanted 0 to 1')
    return rgba


def _visual(visual: Element) -> Visual:
    origin = pose_of(visual.find('origin'))
    for kind, sizes in _SIZES.items():
        shape = visual.find(f'geometry/{kind}')
        if shape is not None:
            numbers = [n for key, count in sizes.items() for n in numbers_of(shape, key, count)]
            if min(numbers) <= 0:
                raise ConversionError(f'{kind}: a size of {min(numbers):g} m, wanted more than 0')
            return Visual(origin, kind, tuple(numbers))
    mesh = visual.find('geometry/mesh')
    if mesh is None:
        found = ', '.join(shape.tag for shape in visual.findall('geometry/*')) or 'nothing'
        raise ConversionError(f'its shape is {found}; possible: {", ".join(_SIZES)}, mesh')
    scale = tuple(numbers_of(mesh, 'scale', 3, '1 1 1'))
    if 0 in scale:
        raise ConversionError('mesh: a scale of 0')
    url = mesh.get('filename', '')
    if not url:
        raise ConversionError('mesh: it has no filename')
    return Visual(origin, 'mesh', scale, url)


def pose_of(origin: Element | None) -> Matrix:
    """Make the 4x4 of an origin; without one nothing is moved."""
    pose = np.eye(4)
    if origin is None:
        return pose
    pose[:3, 3] = numbers_of(origin, 'xyz', 3, '0 0 0')
    if 'quat_xyzw' in origin.keys():
        pose[:3, :3] = quaternion_to_matrix(numbers_of(origin, 'quat_xyzw', 4))
        return pose
    # about the fixed axes x, y, z, one after the other
    for axis, angle in enumerate(numbers_of(origin, 'rpy', 3, '0 0 0')):
        turn = np.eye(3)
        a, b = (axis + 1) % 3, (axis + 2) % 3
        turn[a, a] = turn[b, b] = math.cos(angle)
        turn[b, a] = math.sin(angle)
        turn[a, b] = -turn[b, a]
        pose[:3, :3] = turn @ pose[:3, :3]
    return pose


def numbers_of(element: Any, key: str, count: int, default: str = '') -> list[float]:
    """
    Read the numbers of an attribute.

    :raises ConversionError: if they are not so many, or not finite.
    """
    text = element.get(key, default)
    try:
        numbers = [float_in(word) for word in text.split()]
    except ValueError:
        numbers = []
    if len(numbers) != count or not all(map(math.isfinite, numbers)):
        raise ConversionError(f'{element.tag}: {key} is {text[:60]!r}, wanted {count} '
                              f'number{"s" if count > 1 else ""}')
    return numbers
