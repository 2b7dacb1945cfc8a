"""What commands and their answers say: the little XML of them, and values by name."""

from __future__ import annotations

import html
import json
import re
from typing import Any
from xml.sax.saxutils import quoteattr

from ..config import ros_text
from ..errors import ConversionError


def command_reply(name: str, success: bool, text: str) -> str:
    """Write the answer to a command as PLUS does."""
    status = 'SUCCESS' if success else 'FAIL'
    return (
        f'<CommandReply Name={quoteattr(name)} Status="{status}" Message={quoteattr(text)}/>'
    )


def attributes(text: str) -> dict[str, str]:
    """
    Read the attributes of the first element; none if the text does not begin with one.

    No XML parser sees what a peer sends: entities could make it grow without end.
    """
    return dict(_pairs(text))


def _pairs(text: str) -> list[tuple[str, str]]:
    head = re.match(r'\s*(?:<\?[^<>]*\?>\s*)?<\w+\s([^<>]*)>', text)
    found = re.findall(r'(?:^|\s)(\w+)\s*=\s*(?:"([^"]*)"|\'([^\']*)\')', head[1] if head else '')
    return [(name, html.unescape(double or single)) for name, double, single in found]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make values by name of what says each once: nobody knows which of two is meant."""
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise ConversionError(f'{ros_text(name[:60])!r} is said twice')
        values[name] = value
    return values


def command_values(name: str, content: str) -> dict[str, Any]:
    """
    Give the values that a command says: attributes of XML, keys of JSON, or the text alone.

    ``command`` and ``content`` are its name and all that it says.

    :raises ConversionError: if it says one of them twice.
    """
    values: dict[str, Any] = {}
    text = content.strip()
    if text.startswith('<'):
        values.update(_once(_pairs(text)))
    elif text.startswith('{'):
        try:
            found = json.loads(text, object_pairs_hook=_once)
        except (ValueError, RecursionError):
            found = {}
        values.update(found)
    return {**values, 'command': name, 'content': content}
