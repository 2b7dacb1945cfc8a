"""A robot of a URDF file, with the files of shapes that it names, for the page of the monitor."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import numpy as np

from ..converters.mesh_files import find_file, read_shape
from ..errors import ConfigError, ConversionError
from ..web.robots import Robot, Shape

_MAX_BYTES = 1 << 22
_MAX_SHAPE_BYTES = 256 << 20


def read_robot(path: Path) -> Robot:
    """
    Read a URDF file; a shape that cannot be read costs no other.

    :raises ConfigError: if it is none.
    """
    try:
        with path.open('rb') as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f'--urdf {path}: {error.strerror or error}') from error
    if len(data) > _MAX_BYTES:
        raise ConfigError(f'--urdf {path}: it is larger than {_MAX_BYTES} bytes')
    try:
        text = data.decode()
        robot = ElementTree.fromstring(text)
    except (UnicodeDecodeError, ElementTree.ParseError) as error:
        raise ConfigError(f'--urdf {path}: it is no XML: {error}') from error
    if robot.tag != 'robot':
        raise ConfigError(f'--urdf {path}: its outermost element is {robot.tag!r}, wanted robot')
    if any(part.tag.partition('}')[0].endswith('ros.org/wiki/xacro') for part in robot.iter()
           if isinstance(part.tag, str)):
        raise ConfigError(f'--urdf {path}: it is a xacro file; run xacro on it first')
    shapes: dict[str, Shape] = {}
    faults = []
    size = 0
    for mesh in robot.findall('link/visual/geometry/mesh'):
        url = mesh.get('filename', '')
        if url in shapes:
            continue
        try:
            shape = _shape(url, path)
            size += shape.points.nbytes + shape.triangles.nbytes + shape.rgba.nbytes
            if size > _MAX_SHAPE_BYTES:
                raise ConversionError(f'with it the robot has over {_MAX_SHAPE_BYTES} bytes')
            shapes[url] = shape
        except ConversionError as error:
            faults.append(f'{url}: {error}')
    return Robot(path.name, text, shapes, tuple(dict.fromkeys(faults)))


def _shape(url: str, urdf: Path) -> Shape:
    read = read_shape(_file_of(url, urdf))
    rgba = np.zeros((0, 4), np.uint8)
    if read.colours is not None:
        rgba = np.rint(255 * read.colours).astype(np.uint8)
    return Shape(read.points.astype(np.float32), read.faces.astype(np.uint32), rgba)


def _file_of(url: str, urdf: Path) -> Path:
    """Find a file that a robot names as ROS does, else beside it; `ConversionError` if none is."""
    if '://' not in url:
        return urdf.parent / url
    try:
        return find_file(url)
    except ConversionError:
        parts = urlsplit(url)
        if parts.scheme != 'package':
            raise
        # a package that is not installed: the description mostly lies in it
        for above in urdf.resolve().parents:
            if above.name == parts.netloc:
                return above / unquote(parts.path).lstrip('/')
        raise
