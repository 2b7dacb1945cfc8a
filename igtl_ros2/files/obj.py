"""OBJ (.obj): the triangles of a POLYDATA, in LPS on disk; by trimesh."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ..codec.messages.mesh import PolyData
from . import Timed, only
from ._meshes import SPACE, read_mesh, triangles

EXTENSIONS = ('.obj',)
WRITES = (PolyData,)
HOLDS_ONE = True


def read(path: Path) -> Iterator[Timed]:
    """Read the triangles; a comment that says SPACE=RAS is believed, all else is LPS."""
    yield 0.0, read_mesh(path)


def write(path: Path, messages: Iterable[Timed]) -> None:
    """Write points and triangles."""
    mesh, points = triangles(path, only(messages))
    lines = [f'# igtl_ros2, mm. {SPACE}']
    lines += [f'v {x!r} {y!r} {z!r}' for x, y, z in points.tolist()]
    lines += [f'f {a} {b} {c}' for a, b, c in (mesh.faces + 1).tolist()]
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8')
