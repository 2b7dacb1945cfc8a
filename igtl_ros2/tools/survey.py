"""A recording read through once: what `igtl info` tells and `igtl plot` draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ..codec import Message
from ..codec.short_names import full_name
from ..errors import DecodeError
from .history import History, Key, facts
from .progress import progress
from .recordings import Recorded, Seen, open_recording
from .streams import Wanted

_PROGRESS_MESSAGES = 1000


def go_through(
    path: str | Path,
    devices: Sequence[str],
    take: Callable[[Key, Seen, Message | DecodeError], None],
    has: Callable[[Seen], bool] = lambda seen: True,
) -> Recorded:
    """
    Read a recording through.

    :param devices: patterns of device names; none: all.
    :param take: called for each message, or for why it cannot be read.
    :param has: tells of what is of these devices whether it is wanted.
    :returns: what was recorded, which now knows what was passed over.
    :raises IgtlError: if it cannot be read.
    """
    wanted = Wanted(devices)
    with progress('igtl') as show, open_recording(path, show) as recorded:
        for number, seen in enumerate(recorded):
            header = seen.header
            full = device = header.device_name
            message: Message | DecodeError
            try:
                message = seen.message
                full = full_name(message)
            except DecodeError as error:
                message = error
            if wanted.has(device, header.type_name, full) and has(seen):
                take(Key(seen.source, full, header.type_name), seen, message)
            if number % _PROGRESS_MESSAGES == 0:
                show(f'{number} messages read')
    return recorded


def survey(path: str | Path, devices: Sequence[str] = ()) -> dict[str, Any]:
    """
    Tell what is in a recording, as plain data for JSON.

    :raises IgtlError: if it cannot be read.
    """
    histories: dict[Key, History] = {}
    times: list[int] = []

    def take(key: Key, seen: Seen, message: Message | DecodeError) -> None:
        history = histories.setdefault(key, History())
        history.take(seen.time_ns, seen.header, seen.size)
        times[:] = [min([*times[:1], seen.time_ns]), max([*times[1:], seen.time_ns])]
        if isinstance(message, DecodeError):
            history.spoil(str(message))

    recorded = go_through(path, devices, take)
    begin, end = times or (0, 0)
    told = [facts(key, history, begin) for key, history in sorted(histories.items())]
    return {
        'path': str(path),
        'kind': recorded.kind,
        'begin': _day(begin) if recorded.kind != 'file' and times else None,
        'begin_ns': begin,
        'duration_s': (end - begin) / 1e9,
        'messages': sum(one['messages'] for one in told),
        'bytes': sum(one['bytes'] for one in told),
        'devices': told,
        'notes': recorded.notes(),
    }


def _day(time_ns: int) -> str:
    try:
        at = datetime.fromtimestamp(time_ns // 10**9, timezone.utc)
    except (OverflowError, ValueError, OSError):
        return f'{time_ns / 1e9:.3f} s'
    return at.strftime('%Y-%m-%d %H:%M:%S UTC')
