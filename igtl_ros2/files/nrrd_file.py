"""NRRD (.nrrd, .nhdr): IMAGE, written in LPS, read in LPS, RAS and LAS; by pynrrd."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..codec.messages.image import Image
from ..errors import FileError
from . import Timed
from ._volumes import FLIP, little, make_image, place_of

EXTENSIONS = ('.nrrd', '.nhdr')
WRITES = (Image,)
_AXES = {
    'left-posterior-superior': FLIP, 'lps': FLIP,
    'right-anterior-superior': np.eye(4), 'ras': np.eye(4),
    'left-anterior-superior': np.diag((-1.0, 1.0, 1.0, 1.0)), 'las': np.diag((-1.0, 1, 1, 1)),
}
_UNITS = {'mm': 1.0, 'millimeter': 1.0, 'millimetre': 1.0, 'm': 1000.0, 'cm': 10.0, 'um': 1e-3}
_NO_UNIT = {'', '???', 'none'}
_FRAMES = ('list', 'time')
_IN_SPACE = ('domain', 'space', '???', 'none', 'scalar')
_COMPONENTS = {1: 'scalar', 3: 'RGB-color', 4: 'RGBA-color'}


def read(path: Path) -> Iterator[Timed]:
    """Read the image; without a `space` it is taken for LPS, as ITK does."""
    import nrrd

    try:
        voxels, header = nrrd.read(str(path), index_order='C')
    except nrrd.NRRDError as error:
        raise FileError(f'{path}: {error}') from error
    except OSError:
        raise
    except Exception as error:  # whatever its reader stumbles over
        raise FileError(f'{path}: no header or voxels of a NRRD file: {error}') from error
    # in the order of memory: the last axis of the file comes first
    directions = header.get('space directions')
    axis = _component_axis(path, header, voxels.ndim, directions)
    if axis is not None:
        voxels = np.moveaxis(voxels, voxels.ndim - 1 - axis, -1)
    spatial = voxels.ndim - (axis is not None)
    if spatial not in (2, 3):
        raise FileError(f'{path}: sizes: {spatial} axes in space, wanted 2 or 3')
    if spatial == 2:
        voxels = voxels[None]
    yield 0.0, make_image(path, voxels, _place(path, header, directions, axis, spatial))


def _component_axis(path: Path, header: Any, axes: int, directions: Any) -> int | None:
    """Find the axis of the file along which the components of a voxel are."""
    kinds = header.get('kinds') or ['domain'] * axes
    found = [n for n, kind in enumerate(kinds) if str(kind).lower() not in _IN_SPACE]
    if directions is not None:
        rows = np.atleast_2d(np.asarray(directions, np.float64))
        found = sorted({*found, *(n for n, row in enumerate(rows) if np.isnan(row).any())})
    if len(found) > 1:
        raise FileError(f'{path}: kinds: {kinds}, wanted at most one axis that is not in space')
    if found and str(kinds[found[0]]).lower() in _FRAMES:
        raise FileError(f'{path}: kinds: {kinds}: sequences are not read from NRRD files')
    return found[0] if found else None


def _place(
    path: Path, header: Any, directions: Any, component_axis: int | None, spatial: int
) -> Any:
    space = str(header.get('space', 'left-posterior-superior')).lower()
    if space not in _AXES:
        raise FileError(f'{path}: space: {space!r}, wanted one of {", ".join(_AXES)}')
    matrix = np.eye(4)
    if directions is not None:
        rows = np.atleast_2d(np.asarray(directions, np.float64))
        rows = np.delete(rows, component_axis, 0) if component_axis is not None else rows
        if rows.shape not in ((spatial, 3), (spatial, spatial)):  # ITK has spaces of 2 numbers
            raise FileError(
                f'{path}: space directions: {rows.tolist()}, wanted {spatial} of 3 numbers')
        matrix[: rows.shape[1], :spatial] = rows.T
    elif 'spacings' in header:
        spacings = np.delete(header['spacings'], component_axis) \
            if component_axis is not None else np.asarray(header['spacings'])
        for axis, spacing in enumerate(np.nan_to_num(spacings, nan=1.0)[:spatial]):
            matrix[axis, axis] = spacing
    if 'space origin' in header:
        origin = np.asarray(header['space origin'], np.float64).ravel()
        if len(origin) not in (spatial, 3):
            raise FileError(f'{path}: space origin: {origin.tolist()}, wanted 3 numbers')
        matrix[: len(origin), 3] = origin
    matrix[:3] *= _unit(path, header, component_axis)
    if spatial == 2:  # across the slice, 1 mm
        across = np.cross(matrix[:3, 0], matrix[:3, 1])
        matrix[:3, 2] = across / (float(np.linalg.norm(across)) or 1.0)
    return _AXES[space] @ matrix


def _unit(path: Path, header: Any, component_axis: int | None) -> float:
    """Find the unit of lengths, in mm: of the space, or of the axes where there is none."""
    named = [*header.get('space units', ()), *(
        unit for axis, unit in enumerate(header.get('units', ())) if axis != component_axis)]
    units = {str(unit).strip('"').lower() for unit in named} - _NO_UNIT
    scales = {_UNITS.get(unit, 0.0) for unit in units} or {1.0}
    scale = scales.pop()
    if scales or not scale:
        name = 'space units' if 'space units' in header else 'units'
        raise FileError(
            f'{path}: {name}: {sorted(units)}, wanted one of {", ".join(_UNITS)} for all axes')
    return scale


def write(path: Path, image: Image) -> None:
    """Write the image, compressed with gzip."""
    import nrrd

    place = FLIP @ place_of(image)
    directions = place[:3, :3].T
    kinds = ['domain'] * 3
    if image.components > 1:
        directions = np.vstack([np.full(3, np.nan), directions])
        kinds.insert(0, _COMPONENTS.get(image.components, 'vector'))
    header = {
        'space': 'left-posterior-superior', 'space directions': directions,
        'space origin': place[:3, 3], 'kinds': kinds, 'space units': ['mm', 'mm', 'mm'],
    }
    nrrd.write(str(path), little(image.pixels), header, index_order='C', compression_level=1)
