"""The monitor's server: the page, and a WebSocket for each browser that looks at it."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from ..errors import PeerError, printable
from .guard import HEADERS, Guard
from .model import Monitor
from .orders import order_of
from .robots import Robot
from .values import Json
from .viewer import Pace, RequestError, Viewer, blob_of

if TYPE_CHECKING:
    from .bag_source import BagSource
    from .sources import LiveLinks

PAGE = Path(__file__).parent / 'page'
FILES = {
    '/': ('index.html', 'text/html'),
    '/app.js': ('app.js', 'text/javascript'),
    '/app.css': ('app.css', 'text/css'),
    '/licenses.txt': ('licenses.txt', 'text/plain'),
}
_MAX_VIEWERS = 8
_MAX_REQUEST = 1 << 17
_TOKEN_S = 10.0
#: a browser that takes nothing for so long is let go
_STALLED_S = 30.0
_OVERVIEW_S = 1.0
_WRONG_TOKEN = 4401
_TOO_MANY = 4429

_log = logging.getLogger(__name__)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PageServer:
    """
    Serve the page and what it shows.

    :param source: where messages come from.
    :param guard: which browsers may see the page.
    :param fps: how often a browser is told what is new, at most.
    :param control: whether a browser may send something to devices.
    :param robots: shown besides what devices send.
    """

    def __init__(
        self, monitor: Monitor, source: LiveLinks | BagSource, guard: Guard, *,
        fps: float = 10.0, control: bool = False, robots: Sequence[Robot] = (),
    ) -> None:
        self._monitor = monitor
        self._source = source
        self._guard = guard
        self._fps = fps
        self._robots = robots
        self._control = control and not source.is_bag
        self._command_ids = itertools.count(1)
        #: by which a page knows that this is another monitor than before
        self._instance = secrets.token_hex(8)
        self._sockets: set[web.WebSocketResponse] = set()
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """
        Listen.

        :returns: where.
        :raises PeerError: if that is not possible.
        """
        app = web.Application(middlewares=[self._check])
        app.router.add_get('/ws', self._talk)
        for path in FILES:
            app.router.add_get(path, self._file)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise PeerError(f'{host}:{port}: cannot listen: {error.strerror or error}') from error
        address = self._runner.addresses[0]
        return str(address[0]), int(address[1])

    async def stop(self) -> None:
        """Let all browsers go, and listen no more."""
        for socket in list(self._sockets):
            await socket.close(code=1001)
        if self._runner is not None:
            await self._runner.cleanup()

    # -- requests

    @web.middleware
    async def _check(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Refuse requests that a page from elsewhere has led here."""
        guard, host = self._guard, request.headers.get('Host', '')
        if not guard.is_host(host):
            raise web.HTTPForbidden(text='this server is not called like that', headers=HEADERS)
        if not guard.is_origin(request.headers.get('Origin'), host, request.scheme):
            raise web.HTTPForbidden(text='the request comes from another page', headers=HEADERS)
        try:
            response = await handler(request)
        except web.HTTPException as error:
            error.headers.update(HEADERS)
            raise
        return response

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name, kind = FILES[request.path]
        try:
            body = (PAGE / name).read_bytes()
        except OSError as error:
            raise web.HTTPNotFound(text=f'{name}: {error.strerror}') from error
        return web.Response(body=body, content_type=kind, charset='utf-8', headers=HEADERS)

    async def _talk(self, request: web.Request) -> web.StreamResponse:
        # to compress pixels takes longer than to send them, and aiohttp has tasks for it that
        # outlive the connection
        socket = web.WebSocketResponse(
            heartbeat=20.0, max_msg_size=_MAX_REQUEST, compress=False)
        await socket.prepare(request)
        if len(self._sockets) >= _MAX_VIEWERS:
            await socket.close(code=_TOO_MANY, message=b'too many browsers look already')
            return socket
        self._sockets.add(socket)
        try:
            if await self._is_known(socket):
                await self._serve(socket)
        finally:
            self._sockets.discard(socket)
        return socket

    async def _is_known(self, socket: web.WebSocketResponse) -> bool:
        """Wait for the token: nothing is told before that, nor listened to."""
        if not self._guard.wants_token:
            return True
        try:
            first = await asyncio.wait_for(socket.receive(), _TOKEN_S)
            asked = json.loads(first.data) if first.type == WSMsgType.TEXT else {}
        except (asyncio.TimeoutError, ValueError, RecursionError):
            asked = {}
        if isinstance(asked, dict) and self._guard.knows(asked.get('token')):
            return True
        await socket.close(code=_WRONG_TOKEN, message=b'wrong token')
        return False

    async def _serve(self, socket: web.WebSocketResponse) -> None:
        viewer = Viewer(self._monitor)
        pace = Pace(self._fps, asyncio.get_running_loop().time())
        telling = asyncio.create_task(self._tell(socket, viewer, pace))
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    await self._answer(socket, viewer, pace, message.data)
        finally:
            viewer.close()
            telling.cancel()
            (end,) = await asyncio.gather(telling, return_exceptions=True)
            if isinstance(end, Exception):
                _log.error('nothing more is sent to a browser', exc_info=end)

    async def _answer(
        self, socket: web.WebSocketResponse, viewer: Viewer, pace: Pace, text: str
    ) -> None:
        """Do what a browser asks for, and tell it what came of that."""
        answer: Json = {'kind': 'answer', 'error': ''}
        try:
            asked = json.loads(text)
        except (ValueError, RecursionError):
            asked = None
        try:
            if not isinstance(asked, dict):
                raise RequestError('wanted a JSON object')
            answer['to'] = asked.get('number')
            if 'want' in asked:
                viewer.want(asked['want'])
                return
            if 'fps' in asked:
                pace.ask(asked['fps'])
                return
            if 'steer' in asked:
                answer['error'] = self._source.steer(asked['steer'])
            elif 'send' in asked:
                answer.update(self._send(asked))
            elif 'token' not in asked:
                raise RequestError('wanted want, fps, steer or send')
        except RequestError as error:
            answer['error'] = str(error)
        await socket.send_json(answer)

    def _send(self, asked: Json) -> Json:
        if not self._control:
            raise RequestError('send: not allowed; start igtl monitor with --control')
        link = asked.get('link', 0)
        if not isinstance(link, int):
            raise RequestError(f'link: {link!r}, allowed a whole number')
        number = next(self._command_ids)
        message = order_of(asked['send'], number)
        error = self._source.send(link, message)
        sent = f'{message.type_name} {message.device_name!r}'
        _log.info('a browser sent %s%s', printable(sent), f': {error}' if error else '')
        return {'error': error, 'sent': message.type_name, 'command_id': number}

    # -- what browsers are told

    async def _tell(self, socket: web.WebSocketResponse, viewer: Viewer, pace: Pace) -> None:
        """Tell a browser what is new, again and again, when it has taken what was before."""
        clock = asyncio.get_running_loop().time
        more = {'control': self._control, 'instance': self._instance}
        source = self._source
        known, overview_s = 0, 0.0
        try:
            await asyncio.wait_for(self._tell_robots(socket), 2 * _STALLED_S)
            while not socket.closed:
                await asyncio.sleep(pace.wait_s(clock()))
                if clock() >= overview_s and (news := source.overview_since(known)):
                    known, overview = news
                    overview_s = clock() + _OVERVIEW_S
                    await socket.send_json({'kind': 'overview', **overview})
                await asyncio.wait_for(self._frame(socket, viewer, {
                    **more, 'fps': pace.fps, 'links': source.tell(), 'left_out': pace.left_out,
                    'timeline': source.timeline(), 'wall_ms': source.wall_ms(),
                }), _STALLED_S)
        except (asyncio.TimeoutError, ConnectionError):
            _log.info('a browser takes nothing more')
        finally:
            await socket.close(code=1001)

    async def _tell_robots(self, socket: web.WebSocketResponse) -> None:
        """Send robots once, each behind its shapes."""
        for robot in self._robots:
            for blob in await asyncio.to_thread(robot.blobs):
                await socket.send_bytes(blob)
            await socket.send_json(robot.tell())

    async def _frame(
        self, socket: web.WebSocketResponse, viewer: Viewer, more: dict[str, Any]
    ) -> None:
        now_s = self._source.now_s()
        await socket.send_str(viewer.state(now_s, **more))
        for blob in viewer.blobs_due():
            await socket.send_bytes(await asyncio.to_thread(blob_of, *blob))
