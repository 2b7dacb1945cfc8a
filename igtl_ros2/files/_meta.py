"""MetaImage: the header of .mha and .mhd files, and where their voxels are."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ..config.numbers import float_in
from ..errors import FileError
from ._volumes import FLIP, replacing

TYPES = {
    'MET_CHAR': 'i1', 'MET_UCHAR': 'u1', 'MET_SHORT': 'i2', 'MET_USHORT': 'u2',
    'MET_INT': 'i4', 'MET_UINT': 'u4', 'MET_LONG': 'i4', 'MET_ULONG': 'u4',
    'MET_LONG_LONG': 'i8', 'MET_ULONG_LONG': 'u8', 'MET_FLOAT': 'f4', 'MET_DOUBLE': 'f8',
}
NAMES = {form: name for name, form in reversed(TYPES.items())}
# in mm; what is not said is taken for that
_UNITS = {'mm': 1.0, '?': 1.0, 'um': 1e-3, 'cm': 10.0, 'm': 1000.0}
_MAX_HEADER_BYTES = 1 << 28
_MAX_LINE_BYTES = 1 << 20
_READ_BYTES = 1 << 20
# how many times smaller zlib makes zeros, about
_MOST_PACKED = 1100


@dataclass(slots=True)
class Meta:
    """
    A header.

    :param fields: by name, in their order.
    :param data: the file with the voxels.
    :param start: where they begin in it.
    """

    path: Path
    fields: dict[str, str]
    lines: dict[str, int]
    data: Path
    start: int

    def fault(self, name: str, text: str) -> FileError:
        """Make the error about a field."""
        return FileError(f'{self.where(name)}: {text}')

    def where(self, name: str) -> str:
        """Say where a field is."""
        line = f', line {self.lines[name]}' if name in self.lines else ''
        return f'{self.path}{line}: {name}'

    def numbers(self, names: tuple[str, ...], default: str, count: int) -> list[float]:
        """Read the numbers of a field that has several names."""
        name = next((name for name in names if name in self.fields), names[0])
        text = self.fields.get(name, default)
        try:
            values = [float_in(word) for word in text.split()]
        except ValueError as error:
            raise self.fault(name, f'{text!r}, wanted numbers') from error
        if len(values) != count or not all(map(math.isfinite, values)):
            raise self.fault(name, f'{text!r}, wanted {count} finite numbers')
        return values

    def is_true(self, *names: str) -> bool:
        """Tell whether one of some fields says yes."""
        return any(self.fields.get(name, '').lower() == 'true' for name in names)

    @property
    def size(self) -> list[int]:
        """The numbers of voxels along each axis."""
        dimensions = self.numbers(('NDims',), '0', 1)[0]
        if dimensions not in (2, 3, 4):
            raise self.fault('NDims', f'{dimensions:g}, wanted 2, 3 or 4')
        sizes = self.numbers(('DimSize',), '', int(dimensions))
        if any(size != int(size) or size < 0 for size in sizes):
            raise self.fault('DimSize', f'{sizes}, wanted whole numbers')
        return [int(size) for size in sizes]

    @property
    def components(self) -> int:
        """Values of each voxel."""
        count = self.numbers(('ElementNumberOfChannels',), '1', 1)[0]
        if not 1 <= count <= 255 or count != int(count):
            raise self.fault('ElementNumberOfChannels', f'{count:g}, wanted 1 to 255')
        return int(count)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of a value."""
        name = self.fields.get('ElementType', '')
        form = TYPES.get(name.removesuffix('_ARRAY'))
        if form is None:
            raise self.fault('ElementType', f'{name!r}, wanted one of {", ".join(TYPES)}')
        big = self.is_true('BinaryDataByteOrderMSB', 'ElementByteOrderMSB')
        return np.dtype(form).newbyteorder('>' if big else '<')

    def ijk_to_ras(self, axes: int) -> NDArray[Any]:
        """
        Compute the (4, 4) matrix that takes indices to mm in RAS; on disk it is LPS.

        :param axes: how many of the axes are in space, the first ones.
        """
        total = len(self.size)
        spacing = self.numbers(('ElementSpacing', 'ElementSize'), '1 ' * total, total)
        origin = self.numbers(('Offset', 'Position', 'Origin'), '0 ' * total, total)
        identity = ' '.join(str(n) for n in np.eye(total).ravel())
        turn = self.numbers(('TransformMatrix', 'Rotation', 'Orientation'), identity, total**2)
        # directions of the axes one behind the other
        directions = np.reshape(turn, (total, total)).T
        matrix = np.eye(4)
        matrix[:axes, :axes] = (directions * spacing)[:axes, :axes]
        matrix[:axes, 3] = origin[:axes]
        unit = self.fields.get('DistanceUnits', '?')
        if unit not in _UNITS:
            raise self.fault('DistanceUnits', f'{unit!r}, wanted one of {", ".join(_UNITS)}')
        matrix[:axes] *= _UNITS[unit]
        return FLIP @ matrix

    def voxels(self, shape: tuple[int, ...]) -> NDArray[Any]:
        """Give all voxels: a view of the file, or what was compressed in it."""
        dtype = self.dtype
        if self.is_true('CompressedData'):
            wanted = math.prod(shape) * dtype.itemsize
            if wanted > _MOST_PACKED * max(self.data.stat().st_size, 1):
                raise self.fault('DimSize', f'{self.fields["DimSize"]}: {wanted} bytes of voxels, '
                                 f'more than such a file can hold')
            voxels = np.empty(shape, dtype)
            into, done = voxels.reshape(-1).view(np.uint8), 0
            for piece in self._unpacked():
                if done + len(piece) > len(into):
                    raise FileError(
                        f'{self.data}: more than the {len(into)} bytes of voxels announced')
                into[done : done + len(piece)] = np.frombuffer(piece, np.uint8)
                done += len(piece)
            self._check(done, len(into))
            return voxels
        wanted = math.prod(shape) * dtype.itemsize
        start = self.start if self.start >= 0 else self.data.stat().st_size - wanted
        self._check(max(0, self.data.stat().st_size - start), wanted)
        if not wanted:
            return np.empty(shape, dtype)
        return np.memmap(self.data, dtype, 'r', start, shape)

    def frames(self, shape: tuple[int, ...], count: int) -> Iterator[NDArray[Any]]:
        """Give frames of the same shape one after the other, of which one is in the memory."""
        if not self.is_true('CompressedData'):
            yield from self.voxels((count, *shape))
            return
        size = math.prod(shape) * self.dtype.itemsize
        held, done = bytearray(), 0
        for piece in self._unpacked():
            held += piece
            while len(held) >= size and done < count and size:
                yield np.frombuffer(bytes(held[:size]), self.dtype).reshape(shape)
                del held[:size]
                done += 1
        self._check(done * size + len(held), count * size)

    def _check(self, found: int, wanted: int) -> None:
        if found < wanted:
            raise FileError(
                f'{self.data}: {found} bytes of voxels, the header announces {wanted}')

    def _unpacked(self) -> Iterator[bytes]:
        unpacker = zlib.decompressobj()
        with open(self.data, 'rb') as file:
            file.seek(max(self.start, 0))
            while piece := file.read(_READ_BYTES):
                try:
                    while piece:
                        yield unpacker.decompress(piece, _READ_BYTES)
                        piece = unpacker.unconsumed_tail
                except zlib.error as error:
                    raise FileError(
                        f'{self.data}, before byte {file.tell()}: not what zlib has packed '
                        f'({error})') from error
        yield unpacker.flush()


def read_header(path: Path) -> Meta:
    """
    Read a header.

    :raises FileError: if it is none.
    """
    fields: dict[str, str] = {}
    lines: dict[str, int] = {}
    number = 0
    with open(path, 'rb') as file:
        while 'ElementDataFile' not in fields:
            number += 1
            raw = file.readline(_MAX_LINE_BYTES)
            name, mark, value = raw.decode('utf-8', 'replace').partition('=')
            if not raw or not mark or file.tell() > _MAX_HEADER_BYTES:
                if raw and not raw.strip() and file.tell() < _MAX_HEADER_BYTES:
                    continue
                what = 'a line such as "NDims = 3"' if raw else 'ElementDataFile before the end'
                raise FileError(f'{path}, line {number}: no header of a MetaImage, wanted {what}')
            fields[name.strip()] = value.strip()
            lines[name.strip()] = number
        start = file.tell()
    meta = Meta(path, fields, lines, path, start)
    where = fields['ElementDataFile']
    if where.upper() != 'LOCAL':
        if where.upper().startswith('LIST') or '%' in where:
            raise meta.fault('ElementDataFile', 'one file for each slice is not read')
        meta.data = path.parent / where
        meta.start = int(meta.numbers(('HeaderSize',), '0', 1)[0])
        if not meta.data.is_file():
            raise meta.fault('ElementDataFile', f'there is no file {meta.data}')
    if fields.get('ObjectType', 'Image') != 'Image':
        raise meta.fault('ObjectType', f'{fields["ObjectType"]!r}, wanted Image')
    if fields.get('BinaryData', 'True').lower() != 'true':
        raise meta.fault('BinaryData', 'voxels written as text are not read')
    return meta


def numbers_text(numbers: Any) -> str:
    """Write numbers as a header has them, so that they are read as they were."""
    return ' '.join(repr(float(number)) for number in np.ravel(numbers))


@contextmanager
def open_voxels(path: Path, fields: Iterable[tuple[str, str]]) -> Iterator[IO[bytes]]:
    """Open what gets the voxels behind a header: the same file, or for .mhd a .raw one."""
    is_local = path.suffix.lower() == '.mha'
    data = path if is_local else path.with_suffix('.raw')
    lines = [*fields, ('ElementDataFile', 'LOCAL' if is_local else data.name)]
    head = ''.join(f'{name} = {value}\n' for name, value in lines).encode()
    with replacing(data) as unfinished, open(unfinished, 'wb') as file:
        if is_local:
            file.write(head)
        yield file
    if not is_local:
        path.write_bytes(head)
