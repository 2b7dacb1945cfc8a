"""VTK (.vtp): a whole POLYDATA, with lines, strips and attributes, in LPS on disk."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np

from ..codec.messages.mesh import Attribute, AttributeType, Cells, PolyData
from .meshes import in_lps

EXTENSIONS = ('.vtp',)
WRITES = (PolyData,)
_TYPES = {'float32': 'Float32', 'int64': 'Int64', 'uint8': 'UInt8'}
_SECTIONS = (
    ('Verts', 'vertices'), ('Lines', 'lines'), ('Polys', 'polygons'),
    ('Strips', 'triangle_strips'),
)
_ROLES: dict[int, str] = {
    AttributeType.POINT_SCALARS: 'Scalars', AttributeType.POINT_VECTORS: 'Vectors',
    AttributeType.POINT_NORMALS: 'Normals', AttributeType.POINT_TENSORS: 'Tensors',
    AttributeType.POINT_TCOORDS: 'TCoords',
}
_RGBA = (AttributeType.POINT_RGBA, AttributeType.CELL_RGBA)


def write(path: Path, mesh: PolyData) -> None:
    """Write the mesh; the field SPACE says LPS, as 3D Slicer does."""
    mesh = in_lps(mesh)
    counts = {f'NumberOf{name}': len(getattr(mesh, field)) for name, field in _SECTIONS}
    numbers = ' '.join(f'{name}="{count}"' for name, count in counts.items())
    space = ' '.join(str(byte) for byte in b'LPS\0')
    parts = [
        '<?xml version="1.0"?>\n'
        '<VTKFile type="PolyData" version="1.0" byte_order="LittleEndian" '
        'header_type="UInt64">\n<PolyData>\n',
        f'<FieldData>\n<DataArray type="String" Name="SPACE" NumberOfTuples="1" '
        f'format="ascii">{space}</DataArray>\n</FieldData>\n',
        f'<Piece NumberOfPoints="{len(mesh.points)}" {numbers}>\n',
        _attributes('PointData', [a for a in mesh.attributes if not a.is_per_cell]),
        _attributes('CellData', [a for a in mesh.attributes if a.is_per_cell]),
        '<Points>\n', _array('Points', mesh.points, 3), '</Points>\n',
        *(_cells(name, getattr(mesh, field)) for name, field in _SECTIONS),
        '</Piece>\n</PolyData>\n</VTKFile>\n',
    ]
    path.write_text(''.join(parts), encoding='utf-8')


def _cells(name: str, cells: Cells) -> str:
    return (
        f'<{name}>\n' + _array('connectivity', cells.indices.astype(np.int64), 1)
        + _array('offsets', np.cumsum(cells.sizes, dtype=np.int64), 1) + f'</{name}>\n'
    )


def _attributes(name: str, attributes: list[Attribute]) -> str:
    roles: dict[str, str] = {}
    for attribute in attributes:
        # those of cells are numbered from 16 on
        if role := _ROLES.get(attribute.type & 0xF):
            roles.setdefault(role, attribute.name)
    said = ''.join(f' {role}={quoteattr(named)}' for role, named in roles.items())
    arrays = [_array(a.name, _values(a), a.values.shape[1]) for a in attributes]
    return f'<{name}{said}>\n{"".join(arrays)}</{name}>\n'


def _values(attribute: Attribute) -> Any:
    if attribute.type in _RGBA:  # VTK takes bytes for colours
        return np.rint(np.clip(attribute.values, 0, 1) * 255).astype(np.uint8)
    return attribute.values


def _array(name: str, values: Any, components: int) -> str:
    raw = np.ascontiguousarray(values, values.dtype.newbyteorder('<')).tobytes()
    # the size in front, both together in base 64
    data = base64.b64encode(np.uint64(len(raw)).tobytes() + raw).decode()
    return (
        f'<DataArray type="{_TYPES[values.dtype.name]}" Name={quoteattr(name)} '
        f'NumberOfComponents="{components}" format="binary">{data}</DataArray>\n'
    )
