"""Large fields of ROS messages, filled with as few copies as rclpy lets us."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_by_view = False
_by_row = False

_DTYPES = {'double': np.float64, 'float': np.float32}


def use_views(yes: bool) -> None:
    """
    Let a message look at the memory it was made from, rather than copy it.

    Such a message is good for being published, and while that memory does not change. It is off
    until somebody has seen that the installed rclpy takes it.
    """
    global _by_view
    _by_view = yes


def fill(message: Any, values: Any) -> None:
    """
    Set the field `data` of a message, an array of numbers, from C-contiguous memory.

    Assigning an ndarray to the field checks it number by number, 77 ms for an image of 640x480.
    """
    view = memoryview(values).cast('B') if np.size(values) else memoryview(b'')
    if _by_view:
        # the property's setter would copy; what publishes reads any buffer
        message._data = view if message.data.typecode == 'B' else np.frombuffer(
            view, message.data.typecode
        )
    else:
        message.data.frombytes(view)


def use_rows(yes: bool) -> None:
    """
    Let lists of points in a message be `Rows`, rather than objects of their own.

    It is off until somebody has seen that the installed rclpy takes it.
    """
    global _by_row
    _by_row = yes


class Rows(Sequence[Any]):
    """
    A list of small ROS messages, such as points, that are the rows of an array until looked at.

    A hundred thousand points take 140 ms to make, and rclpy another 40 to read.

    :param kind: the type of a message; all its fields are numbers of one type.
    :param values: (n, number of fields).
    """

    def __init__(self, kind: type, values: Any) -> None:
        """Lay the rows side by side, as they are serialised."""
        types = kind.get_fields_and_field_types()  # type: ignore[attr-defined]
        self._names = tuple(types)
        (number,) = set(types.values())
        self.kind = kind
        self.values: NDArray[Any] = np.ascontiguousarray(values, _DTYPES[number])

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.values)

    def __getitem__(self, index: Any) -> Any:
        """Make the message of a row, or a list of those of several."""
        if isinstance(index, slice):
            return list(Rows(self.kind, self.values[index]))
        return self._made(self.values[index].tolist())

    def __iter__(self) -> Iterator[Any]:
        """Make the message of each row."""
        return map(self._made, self.values.tolist())

    def __eq__(self, other: object) -> bool:
        """Tell whether all messages are the same."""
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # like a list

    def _made(self, row: list[float]) -> Any:
        return self.kind(**dict(zip(self._names, row)))


def fill_rows(message: Any, name: str, kind: type, values: Any, chosen: Any) -> None:
    """
    Set a field of a message that is a list of small messages.

    :param name: the field.
    :param kind: see `Rows`.
    :param values: see `Rows`.
    :param chosen: which rows of them, any as often as wanted; whole numbers (n,).
    """
    if _by_row and len(chosen):
        # the property's setter would look at each of them
        setattr(message, f'_{name}', Rows(kind, values.take(chosen, axis=0)))
    elif len(chosen):
        made = list(Rows(kind, values))  # each once, however often it is wanted
        setattr(message, name, [made[index] for index in chosen.tolist()])
