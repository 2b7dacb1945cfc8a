"""What a message says, in a few words for a line of a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..codec import Message
from ..codec.messages.arrays import NDArray, Sensor
from ..codec.messages.bundle import Bind
from ..codec.messages.colors import ColorTable
from ..codec.messages.mesh import PolyData
from ..codec.messages.query import Response
from ..codec.messages.text import ClientInfo, Command, CommandResponse
from ..codec.messages.video import Video
from ..sim.listing import describe, facts

_MOST_VALUES = 6


def _numbers(values: Any) -> str:
    shown = ' '.join(f'{value:.4g}' for value in values[:_MOST_VALUES])
    return shown if len(values) <= _MOST_VALUES else f'{shown} ... of {len(values)}'


def _order(message: Any) -> str:
    return f'{message.command_id} {message.name!a} {message.content[:60]!a}'


_BRIEF: dict[type[Message], Callable[[Any], str]] = {
    Sensor: lambda m: f'{_numbers(m.values)} {m.unit_text}'.rstrip(),
    NDArray: lambda m: f'{" x ".join(map(str, m.array.shape))} {m.array.dtype.name}',
    Bind: lambda m: f'{len(m.children)} messages',
    PolyData: lambda m: f'{len(m.points)} points, {len(m.polygons)} polygons, '
    f'{len(m.triangle_strips)} strips, {len(m.lines)} lines',
    Command: _order,
    CommandResponse: _order,
    ClientInfo: lambda m: f'{m.text[:80]!a}',
    Response: lambda m: 'success' if m.ok else 'error',
    Video: lambda m: f'{" x ".join(map(str, m.size))} {m.codec}, '
    f'{"delta" if m.follows else "key"} frame of {m.frame.nbytes} bytes',
    ColorTable: lambda m: f'{len(m.table)} entries',
}


def brief(message: Message) -> str:
    """Say in a few words what a message says; lengths in mm, texts with escapes."""
    if (made := _BRIEF.get(type(message))) is not None:
        return made(message)
    if said := describe(facts(message)):
        return said
    elements = getattr(message, 'elements', None)
    if elements is None:
        return ''
    names = [f'{element.name!a}' for element in elements[:3]]
    more = ', ...' if len(elements) > len(names) else ''
    return f'{len(elements)} elements' + (f': {", ".join(names)}{more}' if names else '')
