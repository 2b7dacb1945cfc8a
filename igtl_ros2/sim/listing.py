"""What a simulated device prints of what its clients send."""

from __future__ import annotations

import json
import time
import zlib
from typing import Any

import numpy as np

from ..codec import Message, Unknown
from ..codec.brief import age_text, position_text, quoted, sizes_text
from ..codec.messages.image import Image
from ..codec.messages.points import PointList
from ..codec.messages.pose import Position, Transform
from ..codec.messages.text import Status, String
from ..codec.patients import hidden
from ..peers import Peer


def facts(message: Message) -> dict[str, Any]:
    """List what a message holds, as plain data for JSON; lengths in mm."""
    if isinstance(message, Transform):
        return {'matrix': message.matrix.tolist()}
    if isinstance(message, Position):
        return {'position': message.position.tolist(), 'quaternion': message.quaternion.tolist()}
    if isinstance(message, PointList):
        return {'points': [p.position.tolist() for p in message.elements],
                'labels': [p.name for p in message.elements]}
    if isinstance(message, Image):
        return {
            'size': list(message.size), 'components': message.components,
            'scalar_type': message.pixels.dtype.name,
            'ijk_to_ras': message.ijk_to_ras().tolist(),
            'crc32': zlib.crc32(message.pixels.tobytes())}
    if isinstance(message, Status):
        return {'code': message.code, 'code_name': message.code_name, 'text': message.message}
    if isinstance(message, String):
        return {'text': message.text}
    if isinstance(message, Unknown):
        return {'content_bytes': len(message.content)}
    return {}


def describe(found: dict[str, Any], unit: str = 'mm') -> str:
    """
    Say in a few words what `facts` found of poses, points, images and texts, as `brief` does.

    :param unit: of the lengths in it, mm or m.
    """
    if 'matrix' in found:
        return position_text([row[3] for row in found['matrix'][:3]], unit)
    if 'points' in found:
        points = found['points']
        first = f', the first at {position_text(points[0], unit)}' if points else ''
        return f'{len(points)} points{first}'
    if 'size' in found:
        text = f'{sizes_text(found["size"])} {found["scalar_type"]}'
        if 'ijk_to_ras' in found:
            spacing = np.linalg.norm(np.array(found['ijk_to_ras'])[:3, :3], axis=0).tolist()
            text += f', {sizes_text(spacing)} {unit}'
        return text
    # texts of a client must not reach the terminal as they are: they may hold control codes
    if 'code' in found:
        return f'{found["code_name"]} {quoted(found["text"])}'
    return quoted(found['text']) if 'text' in found else ''


class Listing:
    """
    Print what clients send, for people or as JSON.

    For people the first message of a kind is printed at once, and after that the newest once a
    second, with how many there were.
    """

    def __init__(self, as_json: bool, quiet: bool) -> None:
        self._as_json = as_json
        self._quiet = quiet
        self._streams: dict[tuple[Peer, str, str], tuple[float, int, str]] = {}

    def listening(self, url: str) -> None:
        """Print where clients find us."""
        self._print(f'listening on {url}', {'event': 'listening', 'url': url})

    def peer(self, peer: Peer, is_there: bool) -> None:
        """Print that a client came or went."""
        if not self._quiet:
            event = 'connected' if is_there else 'disconnected'
            self._print(f'{peer.address} {event}', {'event': event, 'peer': peer.address})

    def message(self, peer: Peer, message: Message) -> None:
        """Print a message, now or soon, without names of patients."""
        if self._quiet:
            return
        message = hidden(message)
        arrival_ns = time.time_ns()
        if self._as_json:
            self._print('', {
                'event': 'message', 'peer': peer.address, 'type': message.type_name,
                'device': message.device_name, 'stamp_ns': message.timestamp_ns,
                'arrival_ns': arrival_ns, 'metadata': message.metadata, **facts(message)})
            return
        line = (
            f'{peer.address} {message.type_name!a} {message.device_name!a} '
            f'{message.brief()}, {age_text(message.timestamp_ns, arrival_ns)}'
        )
        key = (peer, message.type_name, message.device_name)
        if key in self._streams:
            since, count, _ = self._streams[key]
            self._streams[key] = since, count + 1, line
        else:
            self._streams[key] = time.monotonic(), 0, ''
            self._print(line, {})

    def flush(self) -> None:
        """Print the streams whose second is over; forget those that have ended."""
        now = time.monotonic()
        for key, (since, count, line) in list(self._streams.items()):
            if now - since < 1.0:
                continue
            if count:
                self._streams[key] = now, 0, ''
                self._print(f'{line}, {count / (now - since):.1f} Hz', {})
            else:
                del self._streams[key]

    def _print(self, text: str, event: dict[str, Any]) -> None:
        line = json.dumps(event) if self._as_json else f'igtl_sim: {text}'
        # at once with its end: else what goes to stderr may come in between, where both are one
        print(f'{line}\n', end='', flush=True)
