"""The server of Foxglove, and what it shows, until it is stopped."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import foxglove
from foxglove.websocket import (
    Capability,
    PlaybackCommand,
    PlaybackState,
    PlaybackStatus,
    ServerListener,
)

from ...config import Settings
from ...errors import PeerError
from ...web.bag_source import BagSource
from ...web.sources import LiveLinks
from .stream import Choice, Stream

_LOOK_S = 0.05


class Options(NamedTuple):
    """
    What is shown, and where.

    :param target: settings of the link to look at, or the folder or file of a bag.
    :param host: where it is served.
    """

    target: Settings | Path
    host: str
    port: int
    choice: Choice


class _Listener(ServerListener):
    """What viewers ask for; called by the threads of the server."""

    def __init__(self, loop: asyncio.AbstractEventLoop, stream: Stream) -> None:
        self._loop = loop
        self._stream = stream
        self.bag: BagSource | None = None

    def on_subscribe(self, client: Any, channel: Any) -> None:
        """Give what came last on a topic to a viewer that subscribes to it."""
        self._loop.call_soon_threadsafe(self._stream.show_again, channel.topic)

    def on_playback_control_request(self, playback_control_request: Any) -> Any:
        """Stop, go on, or go to another place of the bag."""
        request, bag = playback_control_request, self.bag
        if bag is None:
            return None
        asked: dict[str, Any] = {
            'playing': request.playback_command == PlaybackCommand.Play,
            'rate': request.playback_speed,
        }
        begin_ns = int(bag.timeline()['begin_ns'])
        if request.seek_time is not None:
            asked['place'] = (request.seek_time - begin_ns) / 1e9
        error = bag.steer(asked)
        if error:
            self._loop.call_soon_threadsafe(
                self._stream.note_error, 'warning', error, bag.now_s())
        return _state(bag, did_seek=request.seek_time is not None, request=request.request_id)


def _state(bag: BagSource, *, did_seek: bool = False, request: str = '') -> PlaybackState:
    """Tell where in a bag it is."""
    told = bag.timeline()
    status = PlaybackStatus.Playing if told['playing'] else (
        PlaybackStatus.Ended if told['place'] >= told['duration'] else PlaybackStatus.Paused)
    return PlaybackState(
        status=status, current_time=_time_ns(told), playback_speed=told['rate'],
        did_seek=did_seek, request_id=request)


def _time_ns(told: dict[str, Any]) -> int:
    return int(told['begin_ns']) + round(told['place'] * 1e9)


async def serve(options: Options, stopped: Sequence[int], say: Callable[[str], None]) -> Stream:
    """
    Serve until a signal is in `stopped`.

    :param say: is told where it is.
    :returns: what was shown.
    :raises PeerError: if an address cannot be listened on.
    :raises BagError: if the bag cannot be read.
    """
    context = foxglove.Context()
    stream = Stream(context, options.choice, time.time_ns())
    listener = _Listener(asyncio.get_running_loop(), stream)
    source: BagSource | LiveLinks
    more: dict[str, Any] = {}
    if isinstance(options.target, Path):
        source = listener.bag = BagSource(stream, options.target)
        await source.open()
        told = source.timeline()
        begin_ns = int(told['begin_ns'])
        more = {
            'capabilities': [Capability.Time, Capability.PlaybackControl],
            'playback_time_range': (begin_ns, begin_ns + round(told['duration'] * 1e9)),
        }
    else:
        source = LiveLinks(stream, [options.target])
    try:
        try:
            server = foxglove.start_server(
                name='igtl foxglove', host=options.host, port=options.port, context=context,
                server_listener=listener, **more)
        except (OSError, RuntimeError) as error:
            raise PeerError(
                f'{options.host}:{options.port}: cannot be listened on: {error}') from error
        try:
            if isinstance(source, LiveLinks):
                await source.open()
            host = f'[{options.host}]' if ':' in options.host else options.host
            say(f'open ws://{host}:{server.port} in Foxglove (Open connection, WebSocket)')
            await _until_stopped(stopped, server, listener.bag)
        finally:
            server.stop()
    finally:
        await source.close()
    return stream


async def _until_stopped(stopped: Sequence[int], server: Any, bag: BagSource | None) -> None:
    """Wait; of a bag tell meanwhile which time it is there."""
    before = None
    while not stopped:
        if bag is not None:
            told = bag.timeline()
            server.broadcast_time(_time_ns(told))
            now = told['playing'], told['rate']
            if now != before:
                server.broadcast_playback_state(_state(bag))
                before = now
        await asyncio.sleep(_LOOK_S)
