"""STL (.stl): the triangles of a POLYDATA, in LPS on disk; by trimesh."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ..codec.messages.mesh import PolyData
from . import Timed, only
from ._meshes import SPACE, read_mesh, triangles

EXTENSIONS = ('.stl',)
WRITES = (PolyData,)
HOLDS_ONE = True
_HEAD = f'igtl_ros2, mm. {SPACE}'.encode().ljust(80, b'\0')


def read(path: Path) -> Iterator[Timed]:
    """Read the triangles; a header that says SPACE=RAS is believed, all else is LPS."""
    yield 0.0, read_mesh(path)


def write(path: Path, messages: Iterable[Timed]) -> None:
    """Write the triangles, in binary form."""
    mesh, _ = triangles(path, only(messages))
    data: bytes = mesh.export(file_type='stl')
    path.write_bytes(_HEAD + data[len(_HEAD) :])
