"""What the value of a key may be: pieces of JSON schema, of which `title` says it in words."""

from __future__ import annotations

import collections.abc as abc
from typing import Any

from ..config.words import FRAME_NAME

Schema = dict[str, Any]

BOOLEAN: Schema = {'title': 'true or false', 'type': 'boolean'}
TEXT: Schema = {'title': 'text', 'type': 'string'}
NAMES: Schema = {'title': 'a list of names', 'type': 'array', 'items': TEXT}


def one_of(*values: Any) -> Schema:
    """Allow some values."""
    return {'enum': list(values)}


def text(title: str, least: int = 0, most: int = 0, pattern: str = '') -> Schema:
    """Allow text of a length, in characters; 0 for any."""
    bounds = {'minLength': least, 'maxLength': most, 'pattern': pattern}
    return {'title': title, 'type': 'string', **{key: x for key, x in bounds.items() if x}}


def numbers(
    least: float | None = None, most: float | None = None, unit: str = '', *,
    over: float | None = None, whole: bool = False,
) -> Schema:
    """Allow numbers from `least`, or over `over`, to `most`."""
    title, end = 'a whole number' if whole else 'a number', f' {unit}' if unit else ''
    schema: Schema = {'type': 'integer' if whole else 'number'}
    if least is not None:
        title += f' from {least}{end}'
        schema['minimum'] = least
    if over is not None:
        title += f' over {over}{end}'
        schema['exclusiveMinimum'] = over
    if most is not None:
        title += f'{" to" if over is None else " and up to"} {most}{end}'
        schema['maximum'] = most
    return {'title': title, **schema}


def several(title: str, items: Schema, least: int = 0, most: int = 0) -> Schema:
    """Allow lists."""
    bounds = {'minItems': least, 'maxItems': most}
    return {'title': title, 'type': 'array', **{key: x for key, x in bounds.items() if x},
            'items': items}


def group(title: str, keys: abc.Mapping[str, Schema], needed: abc.Iterable[str] = ()) -> Schema:
    """Allow maps with these keys, of which some are needed."""
    required = {'required': list(needed)} if needed else {}
    return {'title': title, 'type': 'object', 'additionalProperties': False, **required,
            'properties': dict(keys)}


def about(value: Schema, meaning: str) -> Schema:
    """Say what a value means."""
    return {**value, 'description': meaning} if meaning else value


def read(value: Any, schema: Schema) -> Any:
    """Turn what stands in a file into what rules hold: lists into tuples, numbers as allowed."""
    kind = schema.get('type')
    if isinstance(value, list):
        return tuple(read(item, schema['items']) for item in value)
    if kind == 'number':
        return float(value)
    return int(value) if kind == 'integer' else value


FRAME = text(FRAME_NAME, pattern='^[^/]')
DEVICE = text('a device name of 1 to 20 bytes (UTF-8)', 1, 20)
TOPIC = text('a ROS topic name such as /camera/image_raw',
             pattern='^(/|~/)?[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)*$')
RATE = numbers(over=0, most=1000, unit='Hz')
NAME = text('a name of letters, digits and _ that does not start with a digit',
            pattern='^[A-Za-z_][A-Za-z0-9_]*$')
SECONDS = numbers(over=0, most=3600, unit='s')
