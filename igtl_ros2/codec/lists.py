"""Messages that are a list of elements of one size, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from struct import Struct
from struct import error as StructError
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..errors import EncodeError
from .fields import (
    Buffer,
    Floats,
    check_element_bytes,
    check_elements,
    no_float32,
    text_bytes,
    texts_of,
    wire_bytes,
)
from .geometry import columns_of, matrices_of, quaternions_to_matrices, rotations_to_quaternions
from .layout import Record
from .lazy import Lazy, set_held
from .message import Envelope, Message, Place, plain
from .timestamp import wire_time

_set = object.__setattr__
#: of a list up to this long the elements are a tuple, and do not keep the memory around them
FEW = 64
_SHOWN = 5
_FEW_NAMES = 3
# fields that `Table.moved` moves, and one that stays what it is wherever something is
_IN_SPACE = frozenset(('matrix', 'quaternion', 'position', 'entry', 'target'))
_ANYWHERE = frozenset(('diameter',))


class Element:
    """
    An element of a list message of the codec; its fields are those of its record, by name.

    One of another package has, without this class, `SIZE`, `WIRE`, `encode`, `decode`, `from_row`,
    and `to_row`, which gives the values of the fields of `WIRE`.
    """

    __slots__ = ()

    RECORD: ClassVar[Record]
    SIZE: ClassVar[int]
    #: how elements lie one behind the other on the wire; its names are those of the fields
    WIRE: ClassVar[np.dtype[Any]]
    #: what of it has numbers that may not fit, for the error
    _numbers: ClassVar[str] = ''

    name: str

    def __init_subclass__(cls) -> None:
        cls.SIZE, cls.WIRE = cls.RECORD.size, cls.RECORD.dtype

    def _values(self) -> tuple[Any, ...]:
        """Give what the record packs."""
        raise NotImplementedError

    @classmethod
    def _of(cls, values: Sequence[Any]) -> Any:
        """Make an element of what the record has unpacked."""
        raise NotImplementedError

    def encode(self) -> bytes:
        """Write the element, `SIZE` bytes."""
        try:
            return self.RECORD.pack(*self._values())
        except (OverflowError, StructError) as error:
            raise no_float32(f'{self._numbers} {self.name!r}') from error

    @classmethod
    def decode(cls, data: Buffer, offset: int) -> Any:
        """Read the element at an offset; `SIZE` bytes are there."""
        return cls._of(cls.RECORD.unpack_from(data, offset))

    @classmethod
    def from_row(cls, row: tuple[Any, ...]) -> Any:
        """Make an element of these values."""
        values: list[Any] = []
        for value in row:
            values += value.ravel().tolist() if isinstance(value, np.ndarray) else [value]
        return cls._of(values)


def _wide(wire: np.dtype[Any]) -> np.dtype[Any]:
    """Give what holds the fields of elements that were not received: floats are exact."""
    fields = []
    for name in wire.names or ():
        field = wire[name]
        base = np.dtype(np.float64) if field.base.kind == 'f' else field.base.newbyteorder('=')
        fields.append((name, base, field.shape))
    return np.dtype(fields)


@cache
def _floats(kind: type[Any], name: str) -> Struct:
    """Lay out the floats of one field of an element, and nothing else."""
    fields: Any = kind.WIRE.fields
    base, offset = fields[name]
    rest = kind.SIZE - offset - base.itemsize
    return Struct(f'>{offset}x{base.itemsize // base.base.itemsize}f{rest}x')


@lru_cache(maxsize=64)
def _heads(whole: int, size: int, count: int) -> Struct:
    return Struct(f'{size}s{whole - size}x' * count)


class Table(Sequence[Any]):
    """
    Elements side by side in an array; each is made when somebody looks at it.

    It can be used as a tuple of elements. A program with much to do takes the columns:
    a hundred thousand points take seconds to make, and some milliseconds to go through so.

    :param kind: the class of the elements.
    :param rows: structured array (n,) with the fields of `kind.WIRE`, not to be changed.
    """

    __slots__ = ('kind', '_count', '_made', '_rows', '_wire', '_written')

    def __init__(
        self, kind: type[Any], rows: NDArray[Any] | Callable[[], NDArray[Any]], *,
        wire: Buffer | None = None, written: Buffer | None = None,
    ) -> None:
        self.kind = kind
        #: they, or what makes them: numpy takes long where it is not needed all the time
        self._rows = rows
        self._made: list[Any] | None = None
        #: what elements are read from; where there is nothing, from the rows
        self._wire = wire
        #: what `encode` gives, where that is known
        self._written = written
        known = written if wire is None else wire
        self._count = len(self.rows) if known is None else len(known) // kind.SIZE

    @classmethod
    def from_wire(cls, kind: type[Any], content: memoryview) -> Table:
        """Take elements as they lie on the wire; a few do not keep the memory around them."""
        wire = content if len(content) > FEW * kind.SIZE else content.tobytes()
        return cls(kind, partial(np.frombuffer, wire, kind.WIRE), wire=wire)

    @classmethod
    def written(
        cls, kind: type[Any], wire: Buffer, make_rows: Callable[[], NDArray[Any]]
    ) -> Table:
        """
        Take elements that are written already.

        :param make_rows: gives the rows, their numbers as exact as they were.
        """
        return cls(kind, make_rows, written=wire)

    def __reduce__(self) -> tuple[type[Table], tuple[type[Any], NDArray[Any]]]:
        return Table, (self.kind, self.rows)  # what is held on the wire cannot be pickled

    @property
    def rows(self) -> NDArray[Any]:
        """The elements in an array."""
        rows = self._rows
        if not isinstance(rows, np.ndarray):
            rows = self._rows = rows()
        return rows

    @classmethod
    def of(cls, kind: type[Any], elements: Iterable[Any]) -> Table:
        """
        Put elements side by side.

        :raises EncodeError: if a text of them cannot be written.
        """
        if isinstance(elements, Table):
            return elements
        made, wide = list(elements), _wide(kind.WIRE)
        rows: NDArray[Any]
        if issubclass(kind, Element):
            pack = kind.RECORD.pack_exact
            rows = np.ndarray(len(made), wide, b''.join([pack(*one._values()) for one in made]))
        else:
            rows = np.array([element.to_row() for element in made], wide)
        table = cls(kind, rows)
        table._made = made
        return table

    def __len__(self) -> int:
        return self._count

    @property
    def nbytes(self) -> int:
        """How many bytes they take."""
        return self._count * self.kind.SIZE if callable(self._rows) else self._rows.nbytes

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return tuple(map(self._at, range(*index.indices(len(self)))))
        return self._at(range(len(self))[index])

    def __iter__(self) -> Iterator[Any]:
        if self._made is None and self._wire is not None and len(self) <= FEW:
            kind, wire = self.kind, self._wire
            if issubclass(kind, Element):
                self._made = list(map(kind._of, kind.RECORD.iter_unpack(wire)))
            else:
                self._made = [kind.decode(wire, n * kind.SIZE) for n in range(len(self))]
        return map(self._at, range(len(self)))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (tuple, Table)):
            return self is other or len(self) == len(other) and tuple(self) == tuple(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __add__(self, other: Any) -> tuple[Any, ...]:
        return tuple(self) + tuple(other)

    def __radd__(self, other: Any) -> tuple[Any, ...]:
        return tuple(other) + tuple(self)

    def __repr__(self) -> str:
        shown = [repr(element) for element in self[:_SHOWN]]
        more = len(self) - len(shown)
        return f'({", ".join(shown)}{f", ... and {more} more" if more else ""})'

    def _at(self, place: int) -> Any:
        if self._made is None:
            self._made = [None] * len(self)
        element = self._made[place]
        if element is None:
            if self._wire is None:
                element = self.kind.from_row(self.rows[place].item())
            else:
                element = self.kind.decode(self._wire, place * self.kind.SIZE)
            self._made[place] = element
        return element

    def texts(self, name: str) -> list[str]:
        """List a field that is a text."""
        return texts_of(self.rows[name])

    def heads(self, size: int) -> tuple[bytes, ...]:
        """List the first bytes of each element as they are on the wire."""
        wire = self.encode() if self._wire is None else self._wire
        return _heads(self.kind.SIZE, size, len(self)).unpack(wire)

    def numbers(self, name: str) -> Iterable[Sequence[float]]:
        """Give the floats of a field of each element; of a few that were received, fastest so."""
        if self._wire is not None and len(self) <= FEW:
            kind: Any = self.kind
            return _floats(kind, name).iter_unpack(self._wire)
        if not len(self):
            return ()
        column = self.rows[name]
        listed: list[list[float]] = column.reshape(-1, column[0].size).tolist()
        return listed

    def ordered(self, places: Sequence[int]) -> Table:
        """Give those at some places, in that order."""
        wire, size = self._written, self.kind.SIZE
        if wire is None:
            return Table(self.kind, self.rows[[*places]])
        parts = [wire[place * size : (place + 1) * size] for place in places]
        return Table.written(self.kind, b''.join(parts), lambda: self.rows[[*places]])

    def taken(self, chosen: NDArray[Any]) -> Table:
        """Give some of them: a mask, or their places."""
        return Table(self.kind, self.rows[chosen])

    def changed(self, **columns: NDArray[Any]) -> Table:
        """Put other numbers in some fields; they are kept as exact as they are."""
        rows = self.rows.astype(_wide(self.kind.WIRE))
        for name, values in columns.items():
            rows[name] = values
        return Table(self.kind, rows)

    @property
    def can_be_moved(self) -> bool:
        """Whether `moved` knows what all of their floats mean: those of other packages say it."""
        wire = self.kind.WIRE
        if not self.kind.__module__.startswith(f'{__package__}.'):
            return False
        floats = {name for name in wire.names or () if wire[name].base.kind == 'f'}
        return floats <= _IN_SPACE | _ANYWHERE

    def moved(self, matrices: Sequence[Floats]) -> Table:
        """Move all together, each by its own (4, 4) matrix or all by one."""
        many = np.array(matrices)
        columns: dict[str, Any] = {}
        for name in self.rows.dtype.names or ():
            values = self.rows[name]
            if name == 'matrix':
                placed = matrices_of(values)
                placed[:, :3] = many[:, :3] @ placed
                columns[name] = columns_of(placed)
            elif name == 'quaternion':
                turned = values.astype(np.float64)
                rotations, is_turn = quaternions_to_matrices(values)
                moved, _ = rotations_to_quaternions(many @ rotations)
                turned[is_turn] = moved[is_turn]
                columns[name] = turned
            elif name in ('position', 'entry', 'target'):
                places = values.astype(np.float64)[:, :, None]
                columns[name] = (many[:, :3, :3] @ places)[:, :, 0] + many[:, :3, 3]
        return self.changed(**columns)

    def retold(self, name: str, change: Callable[[str], str]) -> Table:
        """Change a field that is a text, of which nothing is left."""
        rows = self.rows.copy()
        told: dict[str, bytes] = {}
        for text in set(self.texts(name)):
            told[text] = text_bytes(change(text), name)
        rows[name] = [told[text] for text in self.texts(name)]
        return Table(self.kind, rows)

    def encode(self) -> Buffer:
        """
        Write one element after the other.

        :raises EncodeError: if a number is too large for float32.
        """
        if self._written is not None:
            return self._written
        wire = self.kind.WIRE
        result = np.zeros(len(self), wire)
        name = ''
        try:
            with np.errstate(over='raise', invalid='ignore'):
                for name in wire.names or ():
                    result[name] = self._clean(name)
        except FloatingPointError as error:
            for element in self if len(self) <= FEW else ():
                element.encode()  # which says more
            raise EncodeError(f'{name}: a number does not fit float32') from error
        return wire_bytes(result)

    def _clean(self, name: str) -> NDArray[Any]:
        """Give a column; behind the first NUL of a text may be what was left in the memory."""
        column = self.rows[name]
        field: np.dtype[Any] = self.kind.WIRE[name]
        if field.kind != 'S':
            return column
        if len(self) <= FEW and not any(b'\0' in text for text in column.tolist()):
            return column
        letters = np.ascontiguousarray(column).view(np.uint8).reshape(len(self), -1)
        column = letters * np.logical_and.accumulate(letters != 0, axis=1)
        return column.view(field).reshape(-1)


@dataclass(frozen=True, slots=True, eq=False)
class ElementList(Lazy):
    """
    A list of elements; an empty list is a valid message.

    :param elements: tuple of the class's elements, at most 100000; of a long list that was
        received a `Table`, which is like one.
    """

    element_class: ClassVar[type[Any]]
    lazy = ('elements',)

    elements: Sequence[Any] = ()

    def __post_init__(self) -> None:
        Message.__post_init__(self)
        elements, held = self.elements, None
        if type(elements) is not Table or elements.kind is not self.element_class:
            _set(self, 'elements', check_elements(elements, self.element_class))
        elif len(elements) <= FEW:
            held = elements
            object.__delattr__(self, 'elements')
        set_held(self, held)

    def brief(self) -> str:
        names = [f'{element.name!a}' for element in self.elements[:_FEW_NAMES]]
        more = ', ...' if len(self.elements) > len(names) else ''
        text = f'{len(self.elements)} elements'
        return f'{text}: {", ".join(names)}{more}' if names else text

    @classmethod
    def of(cls, table: Table, **envelope: Any) -> Any:
        """
        Make a message of elements that lie side by side.

        :param envelope: name of the device, time in ns and metadata, as of all messages.
        :raises EncodeError: if one of them cannot be written.
        """
        message: Any = None
        if len(table) <= FEW:
            name, time_ns, metadata = (
                envelope[key] for key in ('device_name', 'timestamp_ns', 'metadata'))
            message = plain(cls, name, wire_time(time_ns), metadata)
        if message is None:
            return cls(elements=table, **envelope)
        set_held(message, table)
        return message

    @property
    def count(self) -> int:
        """How many elements there are."""
        return len(self.elements if self._held is None else self._held)

    def table(self) -> Table:
        """Give the elements side by side."""
        return self.columns or Table.of(self.element_class, self.elements)

    @property
    def columns(self) -> Table | None:
        """The elements side by side, if that is how they came."""
        held: Table | None = self._held
        if held is None and type(self.elements) is Table:
            return self.elements
        return held

    def _made(self) -> tuple[Any, ...]:
        return (tuple(self._held),)

    def moved(self, matrices: Sequence[Floats]) -> ElementList:
        if self.place < Place.BODY or not hasattr(self.element_class, 'moved'):
            Message.moved(self, matrices)  # it refuses
        columns = self.columns
        if columns is not None and columns.can_be_moved:
            return replace(self, elements=columns.moved(matrices))
        elements = self.elements
        each = matrices if self.has_tools else list(matrices) * len(elements)
        return replace(self, elements=tuple(e.moved(m) for e, m in zip(elements, each)))

    def encode_content(self) -> Sequence[Buffer]:
        columns = self.columns
        if columns is not None:
            return (columns.encode(),)
        return (b''.join(element.encode() for element in self.elements),)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> ElementList:
        """Read as many elements as there are; each is made when somebody looks at it."""
        element = cls.element_class
        check_element_bytes(content, element.SIZE, 'elements', envelope.max_elements)
        table = Table.from_wire(element, content) if len(content) else None
        if table is not None and len(table) <= FEW:
            return cls.from_wire(envelope, _held=table)
        return cls.from_wire(envelope, elements=table or (), _held=None)
