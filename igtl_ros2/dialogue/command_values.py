"""What a COMMAND says by its content: values by name, for the placeholders of templates."""

from __future__ import annotations

import json
from typing import Any

from .command_xml import attributes


def command_values(name: str, content: str) -> dict[str, Any]:
    """
    Give the values that a command says: attributes of XML, keys of JSON, or the text alone.

    ``command`` and ``content`` are its name and all that it says.
    """
    values: dict[str, Any] = {}
    text = content.strip()
    if text.startswith('<'):
        values.update(attributes(text))
    elif text.startswith('{'):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = {}
        values.update(found)
    return {**values, 'command': name, 'content': content}
