"""
What lies where in a message: declared once, for what reads and writes it and for the dissector.

A `Record` is used as a `Struct` is. What follows one in a content (texts, numbers, lists) is
declared with the other classes here, in order, as the `layout` of a message class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from struct import Struct
from typing import Any, NamedTuple

import numpy as np

from ..errors import ContentError

_LETTERS = {
    'u1': 'B', 'u2': 'H', 'u4': 'I', 'u8': 'Q', 'i1': 'b', 'i2': 'h', 'i4': 'i', 'i8': 'q',
    'f4': 'f', 'f8': 'd',
}


class Record:
    """
    Fields of a fixed size one behind the other, big-endian, without gaps.

    :param fields: (name, format) or (name, format, shape), formats as numpy has them: 'u2',
        'f4', 'S20'. Those without a name are written as zeros and not read.
    """

    __slots__ = ('fields', 'iter_unpack', 'pack', 'pack_exact', 'size', 'unpack', 'unpack_from')

    def __init__(self, *fields: Any) -> None:
        #: name, format, shape
        self.fields: tuple[tuple[str, str, tuple[int, ...]], ...] = tuple(
            (name, form, shape[0] if shape else ()) for name, form, *shape in fields)
        struct = Struct('>' + ''.join(map(_letters, self.fields)))
        self.size = struct.size
        self.pack: Callable[..., bytes] = struct.pack
        self.unpack: Callable[..., tuple[Any, ...]] = struct.unpack
        named = [(name, form.replace('f4', 'f8'), of) for name, form, of in self.fields if name]
        #: packs what has a name in the order of this machine, with floats as exact as they are
        self.pack_exact: Callable[..., bytes] = Struct('=' + ''.join(map(_letters, named))).pack
        self.iter_unpack: Callable[..., Iterator[tuple[Any, ...]]] = struct.iter_unpack
        self.unpack_from: Callable[..., tuple[Any, ...]] = struct.unpack_from

    def start_of(self, content: memoryview) -> tuple[Any, ...]:
        """
        Unpack what a content begins with.

        :raises ContentError: if it is shorter.
        """
        if len(content) < self.size:
            raise ContentError(f'{len(content)} bytes of content, wanted {self.size} or more')
        return self.unpack_from(content)

    def __add__(self, other: Record) -> Record:
        return Record(*self.fields, *other.fields)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The same for numpy, as rows of an array."""
        names, formats, offsets = [], [], []
        size = 0
        for name, form, shape in self.fields:
            kind: np.dtype[Any] = np.dtype((form if form[0] == 'S' else f'>{form}', shape))
            if name:
                names.append(name)
                formats.append(kind)
                offsets.append(size)
            size += kind.itemsize
        layout: Any = {'names': names, 'formats': formats, 'offsets': offsets, 'itemsize': size}
        result: np.dtype[Any] = np.dtype(layout)
        return result


def _letters(field: tuple[str, str, tuple[int, ...]]) -> str:
    name, form, shape = field
    count = prod(shape)
    if not name:
        return f'{count * int(form[1:])}x'
    if form[0] == 'S':
        return f'{form[1:]}s' * count
    return f'{count}{_LETTERS[form]}' if count > 1 else _LETTERS[form]


class Each(NamedTuple):
    """
    Elements of one size.

    :param rows: their fields.
    :param counted: the field that counts them; none: as many as there is room for.
    """

    name: str
    rows: np.dtype[Any]
    counted: str = ''


class Numbers(NamedTuple):
    """
    Numbers of one kind.

    :param form: as in `Record`, or the field with the code of their type.
    :param counted: the field that counts them; none: as many as there is room for.
    :param endian: the field that says their byte order; none: big-endian.
    :param of: what other codes mean than those of IMAGE.
    """

    name: str
    form: str
    counted: str = ''
    endian: str = ''
    of: tuple[tuple[int, str], ...] = ()


class Text(NamedTuple):
    """
    A text.

    :param size: the field with its bytes; none: all that is left.
    :param encoding: the field with its MIBenum; none: UTF-8.
    """

    name: str
    size: str = ''
    encoding: str = ''


class Rest(NamedTuple):
    """Bytes up to the end."""

    name: str


class Lists(NamedTuple):
    """
    Lists of indices (u4), each with how many there are (u4) in front.

    :param counted: the field that counts the lists.
    :param size: the field with their bytes.
    """

    name: str
    counted: str
    size: str


class Attributes(NamedTuple):
    """
    Numbers that belong to points or cells: heads, then names, then the numbers of all.

    :param heads: has the fields `components` and `rows`.
    :param counted: the field that counts them.
    """

    name: str
    heads: np.dtype[Any]
    counted: str


class Names(NamedTuple):
    """
    Texts, each with a NUL behind.

    :param size: the field with the bytes of all.
    """

    name: str
    size: str


class Contents(NamedTuple):
    """
    The contents of other messages, each padded to an even size.

    :param of: the elements with `type_name` and `size` of each.
    """

    name: str
    of: str


Part = Record | Each | Numbers | Text | Rest | Lists | Attributes | Names | Contents
#: what a content is made of, in order; it may end before any of them
Layout = tuple[Part, ...]
