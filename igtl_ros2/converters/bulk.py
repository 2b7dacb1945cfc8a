"""Large fields of ROS messages, filled with as few copies as rclpy lets us."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: whether a message looks at the memory it was made from, rather than copy it: such a one is good
#: for being published while that memory does not change
by_view = False
#: whether lists of points in a message are `Rows`, rather than objects of their own
by_row = False
# both are off until somebody has seen that the installed rclpy takes it

_DTYPES = {'double': np.float64, 'float': np.float32}
_PIECE = 2000


def fill(message: Any, values: Any) -> None:
    """
    Set the field `data` of a message, an array of numbers, from C-contiguous memory.

    Assigning an ndarray to the field checks it number by number, 77 ms for an image of 640x480.
    """
    view = memoryview(values).cast('B') if np.size(values) else memoryview(b'')
    if by_view:
        # the property's setter would copy; what publishes reads any buffer
        message._data = view if message.data.typecode == 'B' else np.frombuffer(
            view, message.data.typecode)
    else:
        message.data.frombytes(view)


@lru_cache(maxsize=64)
def scalar_name(dtype: np.dtype[Any]) -> str:
    """Name what an array holds, such as int16: numpy makes the name anew each time."""
    return dtype.newbyteorder('=').name


class Rows(Sequence[Any]):
    """
    A list of small ROS messages, such as points, that are the rows of an array until looked at.

    A hundred thousand points take 140 ms to make, and rclpy another 40 to read.

    :param kind: the type of a message; all its fields are numbers of one type, or messages like
        it, such as the position and the orientation of a pose.
    :param values: (n, how many numbers it has); or their bytes, of which an array is made when
        somebody asks for it: numpy takes long where it is not needed all the time.
    """

    def __init__(self, kind: type, values: Any) -> None:
        self.kind = kind
        self._make, self._form, self._dtype = _maker_of(kind)
        if isinstance(values, memoryview):
            self._values: Any = values
            self._count = len(values) // self._form.size
        else:
            self._values = np.ascontiguousarray(values, self._dtype)
            self._count = len(self._values)

    @property
    def values(self) -> NDArray[Any]:
        """All numbers, a row for each message."""
        if isinstance(self._values, memoryview):
            numbers = np.frombuffer(self._values, self._dtype)
            self._values = numbers.reshape(self._count, -1)
        values: NDArray[Any] = self._values
        return values

    @property
    def data(self) -> memoryview:
        """The bytes of all."""
        values = self._values
        return values if isinstance(values, memoryview) else values.data

    def numbers(self) -> Iterable[Sequence[float]]:
        """Go through the numbers of each."""
        if isinstance(self._values, memoryview):
            return self._form.iter_unpack(self._values)
        # one call for all would keep all other threads waiting
        pieces = (self.values[n:n + _PIECE] for n in range(0, self._count, _PIECE))
        return (row for piece in pieces for row in piece.tolist())

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return list(Rows(self.kind, self.values[index]))
        return self._make(iter(self.values[index].tolist()))

    def __iter__(self) -> Iterator[Any]:
        return (self._make(iter(row)) for row in self.numbers())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # like a list


@cache
def _maker_of(kind: type) -> tuple[Callable[[Iterator[float]], Any], struct.Struct, Any]:
    """Give what makes a message of its numbers, what reads these, and their type."""
    make, numbers = _maker(kind)
    (number,) = set(numbers)
    return make, struct.Struct(f'<{len(numbers)}{number[0]}'), _DTYPES[number]


def _maker(kind: type) -> tuple[Callable[[Iterator[float]], Any], list[str]]:
    parts: dict[str, Callable[[Iterator[float]], Any]] = {}
    numbers: list[str] = []
    for name, number in kind.get_fields_and_field_types().items():  # type: ignore[attr-defined]
        if number in _DTYPES:
            parts[name] = next
            numbers.append(number)
        else:
            parts[name], inner = _maker(type(getattr(kind(), name)))
            numbers += inner

    def make(row: Iterator[float]) -> Any:
        return kind(**{name: part(row) for name, part in parts.items()})

    return make, numbers


def set_rows(message: Any, name: str, kind: type, values: Any) -> None:
    """Set a field of a message that is a list of small messages, see `Rows`."""
    rows = Rows(kind, values)
    if by_row and len(rows):
        # the property's setter would look at each of them
        setattr(message, f'_{name}', rows)
    else:
        setattr(message, name, list(rows))


def fill_rows(message: Any, name: str, kind: type, values: Any, chosen: Any) -> None:
    """
    Set a field of a message that is a list of small messages.

    :param name: the field.
    :param kind: see `Rows`.
    :param values: see `Rows`.
    :param chosen: which rows of them, any as often as wanted; whole numbers (n,).
    """
    if by_row and len(chosen):
        set_rows(message, name, kind, values.take(chosen, axis=0))
    elif len(chosen):
        made = list(Rows(kind, values))  # each once, however often it is wanted
        setattr(message, name, [made[index] for index in chosen.tolist()])
