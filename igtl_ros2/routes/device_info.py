"""What `info` tells of a device."""

from __future__ import annotations

from math import inf
from typing import Any

from ..converters.details import json_pieces
from ..converters.details import told as made
from ..converters.registry import Converted, Route
from ..converters.units import ros_text, time_from_ns
from .effects import ShowInfo
from .passage import Passage

_NOTHING: dict[str, Any] = {}
# where frames are published as they came, whatever is withheld
_RAW = frozenset(('raw',))


class DeviceInfo:
    """
    What is told of the messages of a device.

    :param key: its type and name.
    :param route: what converters know of it.
    :param rate_hz: how often a stream tells what has not changed; 0: never.
    """

    def __init__(
        self, key: tuple[str, str], route: Route, is_stream: bool, rate_hz: float
    ) -> None:
        self._type_name = key[0]
        self._route = route
        # what is no stream tells what is new with each message
        self._period_s = -inf if not is_stream else 1.0 / rate_hz if rate_hz else inf
        self._info: dict[str, Any] = {}
        self._due = 0.0
        #: what it was last made of
        self._told: tuple[Any, ...] = ()

    def news(self, passage: Passage, result: Converted) -> ShowInfo | None:
        """
        Tell what is new; of a stream only what has changed besides time, or once a while.

        Of what a gate withholds that it does and why, but not each time which numbers it had.
        """
        message, gate = passage.message, passage.gate
        metadata: Any = message.metadata
        if gate is not None and gate.withheld and not _passes(result):
            metadata = tuple(metadata)
        told = (
            message.version, passage.peer.address, passage.source, result.state,
            result.more.get('info', _NOTHING) if result.more else _NOTHING, metadata,
        )
        is_due = passage.now_s >= self._due
        if not is_due and told == self._told:
            return None
        metadata = {ros_text(k): ros_text(v) for k, v in message.metadata.items()}
        info: dict[str, Any] = {
            'version': message.version, 'peer': passage.peer.address,
            'stamp_source': passage.source, 'state': result.state and ros_text(result.state),
            'metadata': {k: v for k, v in metadata.items() if not _is_time(k)},
            **told[4],
        }
        self._told = told
        if not is_due and info == self._info:
            return None
        self._info = info
        self._due = passage.now_s + self._period_s
        route, stamp = self._route, time_from_ns(passage.stamp_ns)
        return ShowInfo(json_pieces({
            'device': ros_text(route.device), 'device_name': ros_text(message.device_name),
            'type': ros_text(self._type_name),
            'stamp': {'sec': stamp.sec, 'nanosec': stamp.nanosec},
            'timestamp': f'0x{message.timestamp:016x}', 'message_id': message.message_id,
            'frame_id': route.frame_id, 'child_frame_id': route.child_frame_id, **made(info),
            'metadata': metadata,
        }))


def _passes(result: Converted) -> bool:
    """Tell whether there is anything that a gate did not withhold."""
    kept = result.kept  # None: all of a list, or it is none
    return bool(result.outputs.keys() - _RAW) if kept is None else len(kept) > 0


def _is_time(key: str) -> bool:
    """Tell whether a metadata entry is a time or a counter, which changes with every message."""
    key = key.lower()
    return 'time' in key or 'stamp' in key or 'framenumber' in key
