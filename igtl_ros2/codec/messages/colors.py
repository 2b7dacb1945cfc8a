"""COLORT: the colours of label values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy import typing as npt

from ...errors import ContentError, EncodeError
from ..fields import Buffer, as_array, wire_bytes
from ..layout import Numbers, Record
from ..message import Envelope, Message, Place, register

_set = object.__setattr__
_HEAD = Record(('index_type', 'i1'), ('map_type', 'i1'))
_ENTRIES = {3: 256, 5: 65536}  # by index type: uint8, uint16
_UINT8, _UINT16, _RGB = 3, 5, 19
_FORMATS = {_UINT8: 'u1', _UINT16: 'u2', _RGB: 'u1'}


@register('COLORT', aliases=['COLORTABLE'])
@dataclass(frozen=True, slots=True, eq=False)
class ColorTable(Message):
    """
    COLORT: what a label value looks like.

    :param table: uint8 or uint16 (n,), or uint8 (n, 3) for red, green, blue; n is 256 for uint8
        labels and 65536 for uint16 labels.
    """

    place = Place.NOWHERE
    layout = (_HEAD, Numbers('table', 'map_type', of=tuple(_FORMATS.items())))

    table: npt.NDArray[Any] = field(repr=False)

    def __post_init__(self) -> None:
        Message.__post_init__(self)
        table = as_array(self.table, 'table')
        kind = f'{table.dtype.kind}{table.dtype.itemsize}'
        colours = table.shape[1:] == (3,) and kind == 'u1'
        plain = table.ndim == 1 and kind in ('u1', 'u2')
        if not (colours or plain) or len(table) not in _ENTRIES.values():
            raise EncodeError(
                f'table: {table.dtype} {table.shape}, wanted uint8 or uint16 (n,) or uint8 (n, 3) '
                f'with n 256 or 65536')
        _set(self, 'table', table)

    @property
    def index_type(self) -> int:
        """Type of the labels: 3 uint8, 5 uint16."""
        return 3 if len(self.table) == 256 else 5

    @property
    def map_type(self) -> int:
        """Type of the entries: 3 uint8, 5 uint16, 19 red, green, blue."""
        if self.table.ndim == 2:
            return _RGB
        return _UINT8 if self.table.dtype.itemsize == 1 else _UINT16

    def brief(self) -> str:
        return f'{len(self.table)} entries'

    def encode_content(self) -> Sequence[Buffer]:
        table = self.table.astype('>u2' if self.map_type == _UINT16 else 'u1', copy=False)
        return _HEAD.pack(self.index_type, self.map_type), wire_bytes(table)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> ColorTable:
        index_type, map_type = _HEAD.start_of(content)
        if index_type not in _ENTRIES:
            raise ContentError(f'index type {index_type}, wanted 3 (uint8) or 5 (uint16)')
        if map_type not in (_UINT8, _UINT16, _RGB):
            raise ContentError(f'map type {map_type}, wanted 3 (uint8), 5 (uint16) or 19 (RGB)')
        entries = _ENTRIES[index_type]
        wanted = entries * {_UINT8: 1, _UINT16: 2, _RGB: 3}[map_type]
        if len(content) - _HEAD.size != wanted:
            raise ContentError(f'{len(content) - _HEAD.size} bytes of table, wanted {wanted}')
        dtype = '>u2' if map_type == _UINT16 else 'u1'
        table = np.frombuffer(content, dtype, offset=_HEAD.size)
        return cls.from_wire(
            envelope, table=table.reshape(entries, 3) if map_type == _RGB else table)
