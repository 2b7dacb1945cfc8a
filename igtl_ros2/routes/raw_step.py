"""The frame as it came, on `raw`."""

from __future__ import annotations

from fnmatch import fnmatchcase

from ..codec import Message, Unknown
from ..codec.messages.bundle import Bind
from ..converters.frames import raw_frame
from ..errors import ConversionError
from .passage import Passage
from .surroundings import Surroundings


class RawStep:
    """
    Publish whole frames, if a rule asks for that or nothing else can be made of them.

    :param what: type and name of the device.
    """

    def __init__(self, what: str, is_asked: bool, around: Surroundings) -> None:
        self._what = what
        self._is_asked = is_asked
        self._deny = around.raw_deny

    def add_raw(self, passage: Passage) -> None:
        """Add the frame to what a message has become, unless its type is kept off `raw`."""
        result, frame = passage.result, passage.frame
        assert result is not None
        if self._denies(frame):
            if result.outputs.pop('raw', None) is not None or self._is_asked:
                result.left_out.append(f'{self._what}: raw')
        elif passage.gate is not None and passage.gate.gates.is_blind:
            pass  # it is told of by the gate
        elif isinstance(frame, Unknown):
            result.left_out.append(f'{self._what}: unknown type, on raw only')
        elif self._is_asked:
            try:
                result.outputs['raw'] = raw_frame(frame)
            except ConversionError as error:
                result.errors.append(str(error))

    def is_off(self, type_name: str) -> bool:
        """Tell whether a type is kept off."""
        return any(fnmatchcase(type_name, deny) for deny in self._deny)

    def _denies(self, message: Message) -> bool:
        """Tell whether a frame, or one inside it, is of a type that is kept off."""
        if isinstance(message, Bind) and any(map(self._denies, message.children)):
            return True
        return self.is_off(message.type_name)
