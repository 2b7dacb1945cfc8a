"""A place of a bag whose messages are lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone


@dataclass(slots=True)
class Lost:
    """A place of a bag whose messages are lost."""

    file: str
    offset: int
    size: int
    #: they are not before the one and not after the other; 0: nobody knows
    start_ns: int = 0
    end_ns: int = 0
    #: how many; None: nobody knows
    messages: int | None = None
    why: str = 'damaged'

    def words(self, begin_ns: int) -> str:
        """Say what is lost of a bag that begins at a time."""
        if self.start_ns and self.end_ns:
            span = f'from {_when(self.start_ns, begin_ns)} to {_when(self.end_ns, begin_ns)}'
        elif self.start_ns:
            span = f'after {_when(self.start_ns, begin_ns)}'
        elif self.end_ns:
            span = f'before {_when(self.end_ns, begin_ns)}'
        else:
            span = 'at times that nothing tells'
        number = 'messages' if self.messages is None else f'{self.messages} messages'
        many = '' if self.messages is not None else ', how many is not known'
        place = f'{self.file}, {self.size} bytes at {self.offset}: {self.why}'
        return f'{number} {span}{many} ({place})'


def _when(time_ns: int, begin_ns: int) -> str:
    try:
        day = datetime.fromtimestamp(time_ns // 10**9, timezone.utc).strftime('%Y-%m-%d %H:%M:%S')
    except (OverflowError, ValueError, OSError):
        day = f'{time_ns // 10**9}'
    text = f'{day}.{time_ns % 10**9 // 10**6:03} UTC'
    return f'{(time_ns - begin_ns) / 1e9:.3f} s ({text})' if begin_ns else text
