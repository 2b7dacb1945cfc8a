"""Messages of which some fields are made when somebody looks at them, and nothing before."""

from __future__ import annotations

from collections.abc import Callable
from types import MemberDescriptorType
from typing import Any, ClassVar

from .message import Message

_new = object.__new__
_set = object.__setattr__


class Lazy(Message):
    """
    A message that holds what it was received as until somebody looks at its fields.

    With a `__getattr__` every look at any field would take longer, which is why it has none.
    """

    __slots__ = ('_held',)

    #: the fields that are made of what is held
    lazy: ClassVar[tuple[str, ...]] = ()
    #: None of a message that was given these fields
    _held: Any

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name in cls.lazy:
            slot = cls.__dict__.get(name)
            if isinstance(slot, MemberDescriptorType):
                setattr(cls, name, _lazy_field(slot))

    def _made(self) -> tuple[Any, ...]:
        """Make the fields."""
        raise NotImplementedError

    def __reduce__(self) -> tuple[Any, ...]:
        made: Any = self
        return _copied, (type(self), made.__getstate__())


# found once, because it is called for every pose
set_held: Callable[[Lazy, Any], None] = Lazy.__dict__['_held'].__set__


def _lazy_field(slot: MemberDescriptorType) -> property:
    get = slot.__get__

    def look(message: Lazy) -> Any:
        try:
            return get(message)
        except AttributeError:
            if message._held is None:
                raise
        for name, value in zip(message.lazy, message._made()):
            _set(message, name, value)
        return get(message)

    return property(look, slot.__set__, slot.__delete__)


def _copied(cls: Any, fields: Any) -> Lazy:
    message: Lazy = _new(cls)
    set_held(message, None)
    made: Any = message
    made.__setstate__(fields)
    return message
