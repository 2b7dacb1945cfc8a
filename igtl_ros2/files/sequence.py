"""Sequences as PLUS and 3D Slicer record them (.igs.mha, .seq.mha): IMAGE and TRANSFORM."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..codec import Message
from ..codec.messages.image import Image
from ..codec.messages.pose import Transform
from . import Timed
from ._meta import Meta, read_header
from ._rows import seconds
from ._tracked import Tracked
from ._volumes import make_image

WRITES = (Image, Transform)
#: what collects the messages of a file, which is written when it is closed
Lines = Tracked
EXTENSIONS = ('.igs.mha', '.seq.mha', '.igs.mhd', '.seq.mhd')
_log = logging.getLogger(__name__)
_FIELD = re.compile(r'Seq_Frame(\d+)_(\w+)')
_TRANSFORM = 'Transform'
_STATUS = 'TransformStatus'


def read(path: Path) -> Iterator[Timed]:
    """
    Read frame by frame: what tracked it as TRANSFORM, then the image, called Image.

    What is not OK is dropped, as PLUS does: a peer that reads header version 1 alone would take
    such a pose for a good one. How many those are is logged. Images are turned into the
    orientation MF (marked side, far), in which PLUS sends them and calibrates.
    """
    meta = read_header(path)
    size = meta.size
    if len(size) < 3:
        raise meta.fault('NDims', 'a sequence has its frames along the third or fourth axis')
    frames = _frames(meta, size[-1])
    shape: tuple[int, ...] = tuple(reversed([*size[:-1], 1][:3]))
    if meta.components > 1:
        shape += (meta.components,)
    flips = _flips(meta)
    place = meta.ijk_to_ras(len(size) - 1)
    begin: float | None = None
    left_out: Counter[str] = Counter()
    for number, voxels in enumerate(meta.frames(shape, size[-1])):
        names = frames.get(number, {})
        time_s = float(number)
        if 'Timestamp' in names:
            time_s = seconds(meta.fields[names['Timestamp']], meta.where(names['Timestamp']))
        begin = time_s if begin is None else begin
        for message in _transforms(meta, names, left_out):
            yield time_s - begin, message
        state = _state(meta, names, 'ImageStatus')
        if state != 'OK' and voxels.size:
            left_out[f'Image ({state})'] += 1
        elif state == 'OK' and voxels.size:
            turned: NDArray[Any] = np.flip(voxels, flips) if flips else voxels
            yield time_s - begin, make_image(path, turned, place, device_name='Image')
    for what, count in left_out.items():
        _log.warning('%s: %s in %d of %d frames, dropped there', path, what, count, size[-1])


def _frames(meta: Meta, count: int) -> dict[int, dict[str, str]]:
    """Find what the fields of each frame are called in the file; some write fewer zeros."""
    frames: dict[int, dict[str, str]] = {}
    for name in meta.fields:
        if found := _FIELD.fullmatch(name):
            if int(found[1]) >= count:
                raise meta.fault(name, f'there are {count} frames')
            frames.setdefault(int(found[1]), {})[found[2]] = name
    return frames


def _state(meta: Meta, names: dict[str, str], field: str) -> str:
    return meta.fields[names[field]] if field in names else 'OK'


def _transforms(
    meta: Meta, names: dict[str, str], left_out: Counter[str]
) -> Iterator[Message]:
    for field, full in names.items():
        if not field.endswith(_TRANSFORM) or field == _TRANSFORM:
            continue
        state = _state(meta, names, f'{field}Status')
        matrix = np.reshape(meta.numbers((full,), '', 16), (4, 4))
        if matrix[3].tolist() != [0.0, 0.0, 0.0, 1.0]:
            raise meta.fault(full, f'last row {matrix[3].tolist()}, wanted 0 0 0 1')
        name = field.removesuffix(_TRANSFORM)
        if state != 'OK':
            left_out[f'{name} ({state})'] += 1
            continue
        yield Transform(matrix, device_name=name, metadata={_STATUS: state})


def _flips(meta: Meta) -> tuple[int, ...]:
    """Tell which axes of (k, j, i) to turn round so that the first is marked, the second far."""
    name = 'UltrasoundImageOrientation'
    orientation = meta.fields.get(name, 'MFA').upper()
    if not re.fullmatch('[MU][FN][AD]?|X+', orientation):
        raise meta.fault(name, f'{orientation!r} is not read; wanted MF, MN, UF or UN')
    axes = {'D': 0, 'N': 1, 'U': 2}
    return tuple(axes[letter] for letter in orientation if letter in axes)
