"""Files with meshes, read by trimesh: triangles in metres, and their colours."""

from __future__ import annotations

import io
import json
import math
import os
import re
import struct
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from ..codec.fields import Floats as Matrix
from ..codec.libraries import library
from ..config.numbers import float_in
from ..errors import ConversionError

_PACKAGE = re.compile('[A-Za-z][A-Za-z0-9_.-]*')
_FORMATS = ('stl', 'obj', 'dae', 'ply', 'glb', 'gltf')
_MAX_FILE_BYTES = 1 << 28
_DRACO, _MESHOPT = 'KHR_draco_mesh_compression', 'EXT_meshopt_compression'
# other readers do not mind what stands in them
_COMMENTS = re.compile(b'<!--.*?-->', re.DOTALL)
_EDGES = re.compile(rb'(^|[\r\n])element[ \t]+edge\b')
_STL_HEAD_BYTES, _STL_FACE_BYTES = 84, 50
# of a DAE file; what else it has is not looked at
_DAE_COLOURS = frozenset('library_materials library_effects library_images'.split())
_DAE_USED = _DAE_COLOURS | frozenset(
    'asset scene library_visual_scenes library_geometries library_nodes'.split())


@dataclass(slots=True, eq=False)
class Shape:
    """
    Triangles.

    :param points: (n, 3).
    :param faces: (m, 3), numbers of points.
    :param colours: (n, 4) from 0 to 1, where the file says any.
    :param faults: what is dropped of it, and why.
    """

    points: Matrix
    faces: NDArray[np.uint32]
    colours: NDArray[np.float32] | None = None
    faults: tuple[str, ...] = ()


def find_file(url: str) -> Path:
    """
    Find the file that a robot or a marker names, as package://<package>/<path> or file:///<path>.

    :raises ConversionError: if there is no such package, or it is named in another way.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ConversionError(f'it is no URL: {error}') from error
    path = unquote(parts.path)
    if parts.scheme == 'file' and parts.netloc in ('', 'localhost'):
        return Path(path)
    if parts.scheme != 'package' or not parts.netloc:
        raise ConversionError('wanted package://<package>/<path> or file:///<path>')
    # where ament_index_python would look, which converters do not need for that
    for prefix in os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep):
        share = Path(prefix) / 'share'
        index = share / 'ament_index' / 'resource_index' / 'packages'
        if prefix and _PACKAGE.fullmatch(parts.netloc) and (index / parts.netloc).is_file():
            return share / parts.netloc / path.lstrip('/')
    raise ConversionError(f'the package {parts.netloc!r} is not found')


def read_again(path: Path) -> Shape:
    """
    Read a file as `read_shape` does, but only if it has changed since it was read last.

    :raises ConversionError: if it holds no mesh that can be read.
    """
    try:
        about = path.stat()
    except OSError as error:
        raise ConversionError(f'it cannot be read: {error!r}') from error
    return _read_once(path, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=8)
def _read_once(path: Path, changed_ns: int, size: int) -> Shape:
    return read_shape(path)


def read_shape(path: Path) -> Shape:
    """
    Read a file.

    :raises ConversionError: if it holds no mesh that can be read.
    """
    form = path.suffix[1:].lower()
    if form not in _FORMATS:
        raise ConversionError(f'files of this kind are not read; possible: {", ".join(_FORMATS)}')
    trimesh = library('trimesh', 'trimesh', 'the shape of a link')
    faults: tuple[str, ...] = ()
    try:
        if not path.is_file():
            raise ConversionError(f'there is no file {path}')
        data = _bytes_of(path)
        if form == 'stl':
            data = _without_tail(data)
        elif form == 'obj':
            data = _in_utf8(data)
        elif form == 'ply':
            head, end, rest = data.partition(b'end_header')
            # of edges trimesh makes lines, which needs more libraries; under another name they
            # are passed over
            head = _EDGES.sub(rb'\1element lines', head)
            data = _in_utf8(head) + end + rest
        elif form == 'dae':
            data, faults = _without_broken_references(_COMMENTS.sub(b'', data).lstrip())
        else:
            _refuse_packed(data)
        # as it is: what else trimesh does is to leave out what is not finite
        scene = trimesh.load_scene(
            io.BytesIO(data), file_type=form, resolver=_resolver(trimesh, path), process=False)
        _forget_made_up(trimesh, scene)
        shapes = []
        # not `dump`: its copies have colours of points, which takes more libraries to make of
        # those of faces
        for node in scene.graph.nodes_geometry:
            place, name = scene.graph[node]
            part = scene.geometry[name]
            if isinstance(part, trimesh.Trimesh) and len(part.faces):
                shapes.append(_shape_of(trimesh, part, place))
        if not shapes:
            raise ConversionError('; '.join(['it has no triangles', *faults]))
        shape = joined(shapes)  # which it may not be: points of two numbers
    except ConversionError:
        raise
    except Exception as error:  # whatever its readers stumble over
        raise ConversionError(f'it cannot be read: {error!r}') from error
    shape.faults = faults
    return shape


def joined(shapes: list[Shape], plain: tuple[float, ...] = (0.8, 0.8, 0.8, 1.0)) -> Shape:
    """
    Put shapes together.

    :param plain: colour of those that have none, where others have some.
    """
    points: list[Any] = [np.zeros((0, 3))]
    faces: list[Any] = [np.zeros((0, 3), np.uint32)]
    colours: list[Any] = [np.zeros((0, 4), np.float32)]
    count = 0
    for shape in shapes:
        points.append(shape.points)
        faces.append(shape.faces + np.uint32(count))
        own = shape.colours
        colours.append(each(plain, len(shape.points)) if own is None else own)
        count += len(shape.points)
    has_colours = any(shape.colours is not None for shape in shapes)
    return Shape(
        np.concatenate(points), np.concatenate(faces),
        np.concatenate(colours) if has_colours else None,
        tuple(fault for shape in shapes for fault in shape.faults))


def each(colour: Sequence[float], count: int) -> NDArray[np.float32]:
    """Give the same colour to so many points."""
    return np.tile(np.asarray(colour, np.float32), (count, 1))


def _bytes_of(path: Path) -> bytes:
    with path.open('rb') as file:
        data = file.read(_MAX_FILE_BYTES + 1)
    if len(data) > _MAX_FILE_BYTES:
        raise ConversionError(f'the file is larger than {_MAX_FILE_BYTES} bytes')
    return data


def _resolver(trimesh: Any, path: Path) -> Any:
    """Make what finds the files that a file names: materials, pictures, blocks of numbers."""

    class Beside(trimesh.resolvers.FilePathResolver):
        def get(self, name: str) -> bytes:
            data = _bytes_of(path.parent / unquote(name.removeprefix('file://')))
            return _in_utf8(data) if name.lower().endswith('.mtl') else data

    return Beside(str(path))


def _without_tail(data: bytes) -> bytes:
    """Cut off what stands behind the triangles of a binary STL file."""
    if len(data) < _STL_HEAD_BYTES:
        return data
    (count,) = struct.unpack_from('<I', data, _STL_HEAD_BYTES - 4)
    end = _STL_HEAD_BYTES + _STL_FACE_BYTES * count
    # where the number stands, a text has letters: that would be more triangles than fit
    if count and end <= len(data):
        return data[:end]
    if count and not data.lstrip(b'\xef\xbb\xbf \t\r\n')[:5].lower() == b'solid':
        there = (len(data) - _STL_HEAD_BYTES) // _STL_FACE_BYTES
        raise ConversionError(f'it cannot be read: {there} of the {count} triangles are there')
    return _in_utf8(data)


def _in_utf8(data: bytes) -> bytes:
    """Give a text in UTF-8; in another encoding it has names and comments alone."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode('latin-1').encode()
    return data


def _refuse_packed(data: bytes) -> None:
    """Refuse a glTF file with points that trimesh takes for others without a word."""
    if data[:4] == b'glTF':
        data = data[20 : 20 + int.from_bytes(data[12:16], 'little')]
    tree = json.loads(data)
    for name in tree.get('extensionsRequired', ()):
        if name == _MESHOPT or name == _DRACO and not find_spec('DracoPy'):
            raise ConversionError(f'it is packed with {name}, which is not read')
    for mesh in tree.get('meshes', ()):
        for part in mesh['primitives']:
            place = part['attributes'].get('POSITION')
            if place is not None and tree['accessors'][place].get('normalized'):
                raise ConversionError('its points are normalised numbers, which are not read')


def _without_broken_references(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Take out materials that cannot be used: their triangles would be lost with them."""
    collada = library('collada', 'pycollada', 'a DAE file')

    def mistakes(text: bytes) -> tuple[list[Any], set[str]]:
        # what is wrong is noted by it rather than raised
        read = collada.Collada(io.BytesIO(text), ignore=[collada.common.DaeError])
        usable = {f'#{m.id}' for m in read.materials if getattr(m, 'effect', None) is not None}
        return list(read.errors), usable

    tree = ElementTree.fromstring(data)
    prefix = tree.tag[: tree.tag.rfind('}') + 1]
    for part in list(tree):
        if part.tag.removeprefix(prefix) not in _DAE_USED:
            tree.remove(part)
    unit = tree.find(f'{prefix}asset/{prefix}unit')
    if unit is not None:
        _read_unit(unit)
    nodes = [node for node in tree.iter() if isinstance(node.tag, str)]

    def without(kept: Container[str | None], *names: str) -> bytes:
        for node in nodes:
            for child in list(node):
                if child.tag in names and child.get('target') not in kept:
                    node.remove(child)
        text: bytes = ElementTree.tostring(tree, 'utf-8')
        return text

    text = without((), f'{prefix}instance_light', f'{prefix}instance_camera')
    errors, usable = mistakes(text)
    if not errors:
        return text, ()
    text = without(usable, f'{prefix}instance_material')
    # of the mistakes those that are left without any colour are mistakes of shapes
    for part in list(tree):
        if part.tag.removeprefix(prefix) in _DAE_COLOURS:
            tree.remove(part)
    errors, _ = mistakes(without((), f'{prefix}instance_material'))
    return text, tuple(f'a part of it is dropped: {error}' for error in errors[:3])


def _read_unit(unit: ElementTree.Element) -> None:
    """Write the unit of a DAE file as all read it; what is no number would be taken for metres."""
    text = unit.get('meter', '1')
    try:
        metres = float_in(text.replace(',', '.'))  # as some write it, and others read it
    except ValueError:
        metres = 0.0
    if not 0 < metres < math.inf:
        raise ConversionError(f'its unit is {text[:60]!r}, wanted a length in metres')
    unit.set('meter', repr(metres))


def _forget_made_up(trimesh: Any, scene: Any) -> None:
    """Take away the grey picture that trimesh gives to what has places in a picture and none."""
    grey = trimesh.visual.material.color_image()  # without Pillow, something that no one may copy
    for part in scene.geometry.values():
        material = getattr(getattr(part, 'visual', None), 'material', None)
        picture = getattr(material, 'image', None)
        if picture is grey or picture is not None and picture == grey:
            part.visual = trimesh.visual.ColorVisuals(part)


def _shape_of(trimesh: Any, part: Any, place: Matrix) -> Shape:
    """Take a mesh at a place; corners of neighbours in one place and colour are one point."""
    colours = _colours_of(part)
    scale = trimesh.units.unit_conversion(part.units, 'meters') if part.units else 1.0
    points = np.asarray(part.vertices, float) @ place[:3, :3].T + place[:3, 3]
    faces = np.asarray(part.faces, np.int64)
    if np.linalg.det(place[:3, :3]) < 0:
        faces = faces[:, ::-1]  # what is mirrored is turned around
    if not np.isfinite(points).all():
        raise ConversionError('it has points that are not finite')
    if not 0 <= int(faces.min()) <= int(faces.max()) < len(points):
        raise ConversionError('it has triangles of points that it does not have')
    if colours is not None and part.visual.kind == 'face':
        points, colours = points[faces.reshape(-1)], np.repeat(colours, 3, axis=0)
        faces = np.arange(len(points)).reshape(-1, 3)
    key = points if colours is None else np.concatenate([points, colours], axis=1)
    first, numbers = trimesh.grouping.unique_rows(key)
    return Shape(points[first] * scale, numbers[faces].astype(np.uint32),
                 None if colours is None else colours[first])


def _colours_of(part: Any) -> NDArray[np.float32] | None:
    """Give the colours of the points or the faces of a mesh; None where it has none."""
    look = part.visual
    if look.kind in ('vertex', 'face'):
        rgba = look.vertex_colors if look.kind == 'vertex' else look.face_colors
    elif look.kind == 'texture':
        material = look.material
        texture = getattr(material, 'image', None) or getattr(material, 'baseColorTexture', None)
        if texture is not None and look.uv is not None:
            rgba = look.to_color().vertex_colors
        elif getattr(material, 'baseColorFactor', True) is None or texture is not None:
            return None
        else:
            rgba = np.tile(material.main_color, (len(part.vertices), 1))
    else:
        return None
    colours = np.asarray(rgba, np.float32) / np.float32(255)
    if not colours[:, 3].any():
        colours[:, 3] = 1  # writers of DAE do not agree on what is transparent
    return colours
