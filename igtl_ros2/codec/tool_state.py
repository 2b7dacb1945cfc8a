"""Whether a tool is seen, as PLUS and 3D Slicer say it in metadata."""

from __future__ import annotations

from .message import Message

_FALSE = ('0', 'false')


def tool_state(message: Message, tool: str = '') -> str | None:
    """
    Read the state of a tool from the metadata that PLUS and Slicer send.

    :param tool: name of an element of a list; its state is in `<tool>Status`.
    :returns: 'OK' or what is wrong; None if the sender says nothing.
    """
    metadata = message.metadata
    if not metadata:
        return None
    state = metadata.get(f'{tool}Status') if tool else None
    if state is None:
        state = metadata.get('TransformStatus', metadata.get('Status'))
    state = state or None
    if is_valid(state) and metadata.get('TransformValid', '').lower() in _FALSE:
        return 'INVALID'
    return state


def is_valid(state: str | None) -> bool:
    """Tell whether a pose in this state may be used."""
    return state in (None, 'OK')
