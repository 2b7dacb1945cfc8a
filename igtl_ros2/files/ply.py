"""PLY (.ply): the triangles of a POLYDATA and the colours of its points, in LPS on disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ..codec.messages.mesh import PolyData
from . import Timed, only
from ._meshes import SPACE, read_mesh, triangles

EXTENSIONS = ('.ply',)
WRITES = (PolyData,)
HOLDS_ONE = True


def read(path: Path) -> Iterator[Timed]:
    """Read the triangles; a comment that says SPACE=RAS is believed, all else is LPS."""
    yield 0.0, read_mesh(path)


def write(path: Path, messages: Iterable[Timed]) -> None:
    """Write points, triangles and colours, in binary form."""
    mesh, _ = triangles(path, only(messages))
    data: bytes = mesh.export(file_type='ply')
    head, mark, rest = data.partition(b'\nelement')
    path.write_bytes(head + f'\ncomment {SPACE}'.encode() + mark + rest)
