"""Which messages take so long to convert that nobody else may wait for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from ..codec import Message, Unknown, message_class
from ..codec.lists import ElementList
from ..codec.messages.arrays import NDArray
from ..codec.messages.bundle import Bind, element_count
from ..codec.messages.image import Image
from ..codec.messages.mesh import PolyData
from ..codec.messages.query import Capability
from ..codec.messages.text import ClientInfo, Command, CommandResponse, Status, String
from ..codec.messages.video import Video

# What takes some milliseconds: of lists some ten microseconds each, of texts that are searched
# some hundred nanoseconds a letter, of arrays what is copied more than once
_MOST_ELEMENTS = 200
_MOST_CHILDREN = 20
_MOST_METADATA = 200
_MOST_LETTERS = 1 << 14
_MOST_CELLS = 20_000
_MOST_BYTES = 1 << 25
_MOST_VALUES_BYTES = 1 << 22


def is_heavy(message: Message) -> bool:
    """Tell whether to convert a message takes more than some milliseconds, by its size."""
    metadata = message.metadata
    if metadata and (
        len(metadata) > _MOST_METADATA or sum(map(len, metadata.values())) > _MOST_LETTERS
    ):
        return True
    measure = _measure_of(type(message))
    return measure is not None and measure(message)


def may_be_heavy(type_name: str) -> bool:
    """Tell whether messages of a wire name can be heavy for more than their metadata."""
    kind = message_class(type_name)
    return kind is None or _measure_of(kind) is not None


@cache
def _measure_of(kind: type) -> Callable[[Any], bool] | None:
    return _list if issubclass(kind, ElementList) else _MEASURES.get(kind)


def _list(message: ElementList) -> bool:
    return message.count > _MOST_ELEMENTS


def _bind(message: Bind) -> bool:
    return (
        len(message.children) > _MOST_CHILDREN
        or element_count(message) > _MOST_ELEMENTS
        or any(map(is_heavy, message.children)))


def _mesh(message: PolyData) -> bool:
    cells = (message.vertices, message.lines, message.polygons, message.triangle_strips)
    return len(message.points) + sum(len(kind.indices) for kind in cells) > _MOST_CELLS


_MEASURES: dict[type, Callable[[Any], bool]] = {
    Bind: _bind,
    PolyData: _mesh,
    Image: lambda message: message.pixels.nbytes > _MOST_BYTES,
    Video: lambda message: message.frame.nbytes > _MOST_VALUES_BYTES,
    NDArray: lambda message: message.array.nbytes > _MOST_VALUES_BYTES,
    Command: lambda message: len(message.content) > _MOST_LETTERS,
    CommandResponse: lambda message: len(message.content) > _MOST_LETTERS,
    String: lambda message: len(message.text) > _MOST_LETTERS,
    ClientInfo: lambda message: len(message.text) > _MOST_LETTERS,
    Status: lambda message: len(message.message) > _MOST_LETTERS,
    Capability: lambda message: len(message.types) > _MOST_ELEMENTS,
    Unknown: lambda message: len(message.content) > _MOST_VALUES_BYTES,
}
