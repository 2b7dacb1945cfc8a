"""Messages that are a list of elements of one size, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from .fields import Buffer, check_element_bytes, check_elements
from .message import Envelope, Message

_set = object.__setattr__


class Element(Protocol):
    """What an element of a list message can do."""

    SIZE: ClassVar[int]

    def encode(self) -> bytes:
        """Write the element, `SIZE` bytes."""

    @classmethod
    def decode(cls, data: memoryview, offset: int) -> Any:
        """Read the element at an offset; `SIZE` bytes are there."""


@dataclass(frozen=True, slots=True, eq=False)
class ElementList(Message):
    """
    A list of elements; an empty list is a valid message.

    :param elements: tuple of the class's elements, at most 100000.
    """

    element_class: ClassVar[type[Element]]

    elements: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        """Take the elements as a tuple."""
        Message.__post_init__(self)
        _set(self, 'elements', check_elements(self.elements, self.element_class))

    def encode_content(self) -> Sequence[Buffer]:
        """Write one element after the other."""
        return (b''.join(element.encode() for element in self.elements),)

    @classmethod
    def decode_content(cls, content: memoryview, envelope: Envelope) -> ElementList:
        """Read as many elements as there are."""
        element = cls.element_class
        check_element_bytes(content, element.SIZE, 'elements')
        message: ElementList = cls.from_wire(
            envelope,
            elements=tuple(
                element.decode(content, start) for start in range(0, len(content), element.SIZE)
            ),
        )
        return message
