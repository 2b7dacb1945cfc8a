"""Device names as ROS names."""

from __future__ import annotations

import re
import unicodedata

from ..errors import ConversionError

# a device of this name would be taken for the topics that are to be sent
_RESERVED = 'to_igtl'
# metadata may give a name of any length; a whole topic name has at most 247 characters
_MAX_LENGTH = 100


def ros_name(device: str) -> str:
    """
    Make a ROS name token of a device name: 'Stylus-Tip 1' gives 'Stylus_Tip_1'.

    Letters lose their accents, anything else becomes '_', a digit in front gets 'd_'.
    """
    letters = unicodedata.normalize('NFKD', device[:_MAX_LENGTH])
    plain = ''.join(char for char in letters if not unicodedata.combining(char))
    name = re.sub(r'[^a-zA-Z0-9]+', '_', plain)[:_MAX_LENGTH].strip('_')
    if not name:
        return 'unnamed'
    return f'd_{name}' if name[0].isdigit() or name == _RESERVED else name


class NameTable:
    """ROS names of things with names of their own: each keeps its name, two never share one."""

    def __init__(self, limit: int = 1000) -> None:
        """
        Start without names.

        :param limit: a peer may make up names without end; each costs a publisher.
        """
        self._limit = limit
        self._by_text: dict[str, str] = {}
        self._by_name: dict[str, str] = {}

    def claim(self, text: str) -> tuple[str, str | None]:
        """
        Find the ROS name of a text.

        The second result is the text that has the name it would have got; only the first time.

        :raises ConversionError: if there are too many names.
        """
        name = self._by_text.get(text)
        if name is not None:
            return name, None
        if len(self._by_text) >= self._limit:
            raise ConversionError(f'{text!r}: {self._limit} names are known already')
        wanted = name = ros_name(text)
        number = 1
        while name in self._by_name:
            number += 1
            name = f'{wanted}_{number}'
        self._by_text[text], self._by_name[name] = name, text
        return name, self._by_name[wanted] if number > 1 else None
