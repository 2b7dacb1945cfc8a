"""POINT, TRAJ, the tools of TDATA, and POLYDATA: what stands in the 3-D scene."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from foxglove import messages as fox
from numpy.typing import NDArray

from ...codec.messages.mesh import AttributeType, PolyData
from ...codec.messages.points import PointList, Trajectories
from ...config import ros_text
from ...converters.metres import length_to_ros
from ...web.pictures import shape_of
from .made import PLAIN, Context, Made, colour, packed, pose, vector
from .poses import Placed

_SIZE_M = 0.005  # as the markers of a bridge
_LINE_M = 0.001
_TEXT_M = 0.008
_TOOL = 1.0, 0.8, 0.2, 1.0
_ENTRY_ONLY, _TARGET_ONLY = 1, 2


def points(message: PointList, about: Context) -> Made:
    """POINT: a sphere and a label for each, in one entity."""
    kept = _finite(message.elements, about, lambda point: (point.position,))

    def make() -> fox.SceneUpdate:
        spheres, texts = [], []
        for point in kept:
            place = length_to_ros(point.position, about.unit).tolist()
            rgba = [value / 255 for value in point.rgba]
            spheres.append(_sphere(place, _size(point.diameter, about), rgba))
            texts.append(_text(place, point.name, rgba))
        return _scene(about, spheres=spheres, texts=texts)

    return Made('markers', 'SceneUpdate', make)


def paths(message: Trajectories, about: Context) -> Made:
    """TRAJ: a line from each entry to its target, or a sphere where one end is known alone."""
    kept = _finite(message.elements, about, _ends)

    def make() -> fox.SceneUpdate:
        lines, spheres, texts = [], [], []
        for path in kept:
            rgba = [value / 255 for value in path.rgba]
            size = _size(path.diameter, about)
            ends = [length_to_ros(end, about.unit).tolist() for end in _ends(path)]
            if len(ends) == 2:
                lines.append(fox.LinePrimitive(
                    type=fox.LinePrimitiveLineType.LineStrip, pose=pose((0, 0, 0)), thickness=size,
                    points=_points(ends), color=colour(rgba)))
            else:
                spheres.append(_sphere(ends[0], size, rgba))
            texts.append(_text(ends[-1], path.name, rgba))
        return _scene(about, lines=lines, spheres=spheres, texts=texts)

    return Made('markers', 'SceneUpdate', make)


def _ends(path: Any) -> tuple[Any, ...]:
    if path.type == _ENTRY_ONLY:
        return (path.entry,)
    return (path.target,) if path.type == _TARGET_ONLY else (path.entry, path.target)


def _finite(elements: Iterable[Any], about: Context, places: Any) -> list[Any]:
    kept = []
    for element in elements:
        if all(np.isfinite(place).all() for place in places(element)):
            kept.append(element)
        else:
            about.tell(f'{element.name!r} is dropped: its position is not finite')
    return kept


def tools(placed: Sequence[Placed], about: Context, gone: Iterable[str]) -> Made:
    """
    TDATA: a sphere and the name of each tool that is seen; those that were and are not go.

    :param gone: names of tools that were shown before.
    """
    gone = list(gone)

    def make() -> fox.SceneUpdate:
        return fox.SceneUpdate(
            deletions=[fox.SceneEntityDeletion(timestamp=about.stamp, id=ros_text(name))
                       for name in gone],
            entities=[fox.SceneEntity(
                timestamp=about.stamp, frame_id=tool.frames.parent, id=ros_text(tool.name),
                spheres=[_sphere(tool.position, _SIZE_M, _TOOL)],
                texts=[_text(tool.position, tool.name, _TOOL)]) for tool in placed])

    return Made('markers', 'SceneUpdate', make)


def mesh(message: PolyData, about: Context) -> Iterator[Made]:
    """POLYDATA: triangles and lines as one entity; of points alone a cloud."""
    def remove() -> fox.SceneUpdate:
        return fox.SceneUpdate(deletions=[
            fox.SceneEntityDeletion(timestamp=about.stamp, id=ros_text(about.device))])

    # what was shown before is not the model any more
    removed = Made('markers', 'SceneUpdate', remove)
    told, (corners, triangles, pieces, colours) = shape_of(message)
    if told.get('fault'):
        about.tell(f'it is not shown: {told["fault"]}')
        yield removed
        return
    places = length_to_ros(corners.astype(np.float64), about.unit)
    if not len(triangles) and not len(pieces):
        yield removed
        yield Made('cloud', 'PointCloud', lambda: _cloud(places, message, about))
        return

    def make() -> fox.SceneUpdate:
        shown = _points(places.tolist())
        tint: dict[str, Any] = {'color': colour(PLAIN)}
        if len(colours):
            tint = {'colors': [colour(rgba) for rgba in (colours / 255).tolist()]}
        parts: dict[str, Any] = {}
        if len(triangles):
            parts['triangles'] = [fox.TriangleListPrimitive(
                pose=pose((0, 0, 0)), points=shown, indices=triangles.reshape(-1).tolist(),
                **tint)]
        if len(pieces):
            parts['lines'] = [fox.LinePrimitive(
                type=fox.LinePrimitiveLineType.LineList, pose=pose((0, 0, 0)), thickness=_LINE_M,
                points=shown, indices=pieces.reshape(-1).tolist(), **tint)]
        return _scene(about, **parts)

    yield Made('markers', 'SceneUpdate', make)


def _cloud(places: NDArray[np.float64], message: PolyData, about: Context) -> fox.PointCloud:
    """Pack points, and the scalars and colours that they have, one behind the other."""
    columns: list[tuple[str, Any]] = [(axis, places[:, at]) for at, axis in enumerate('xyz')]
    for attribute in message.attributes:
        values = attribute.values
        if attribute.type == AttributeType.POINT_RGBA:
            scaled = np.rint(255 * np.clip(np.nan_to_num(values), 0, 1)).astype(np.uint8)
            columns += list(zip(('red', 'green', 'blue', 'alpha'), scaled.T))
        elif attribute.type == AttributeType.POINT_SCALARS and values.shape[1] == 1:
            columns.append((attribute.name or 'value', values[:, 0]))
    known: dict[str, Any] = {}
    for name, values in columns:  # of two with one name the first
        known.setdefault(name, values)
    rows = np.empty(len(places), [
        (name, np.uint8 if values.dtype == np.uint8 else np.float32)
        for name, values in known.items()])
    for name, values in known.items():
        rows[name] = values
    return fox.PointCloud(
        timestamp=about.stamp, frame_id=about.parent, pose=pose((0, 0, 0)),
        point_stride=rows.dtype.itemsize, data=rows.tobytes(), fields=[
            packed(name, offset, kind)
            for name, (kind, offset, *_) in (rows.dtype.fields or {}).items()])


def _scene(about: Context, **parts: Any) -> fox.SceneUpdate:
    return fox.SceneUpdate(entities=[fox.SceneEntity(
        timestamp=about.stamp, frame_id=about.parent, id=ros_text(about.device), **parts)])


def _size(diameter: float, about: Context) -> float:
    size = length_to_ros(float(diameter), about.unit)
    return float(size) if np.isfinite(size) and size > 0 else _SIZE_M


def _points(places: Iterable[Sequence[float]]) -> list[fox.Point3]:
    return [fox.Point3(x=x, y=y, z=z) for x, y, z in places]


def _sphere(place: Sequence[float], size: float, rgba: Sequence[float]) -> fox.SpherePrimitive:
    return fox.SpherePrimitive(
        pose=pose(place), size=vector((size, size, size)), color=colour(rgba))


def _text(place: Sequence[float], text: str, rgba: Sequence[float]) -> fox.TextPrimitive:
    return fox.TextPrimitive(
        pose=pose(place), billboard=True, font_size=_TEXT_M, color=colour(rgba),
        text=ros_text(text))
