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
#: and one that is let go has so long to hear why
_GOODBYE_S = 1.0
#: a connection with no request is closed after so long
_IDLE_S = 10.0
_MAX_CONNECTIONS = 64
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
        self._sockets: dict[web.WebSocketResponse, web.Request] = {}
        self._listener: asyncio.Server | None = None
        self._watching: asyncio.Task[None] | None = None
        #: connections in which no request runs, and since when
        self._idle: dict[Any, float] = {}
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
            self._listener = await asyncio.get_running_loop().create_server(
                self._accept, host, port)
        except OSError as error:
            await self._runner.cleanup()
            raise PeerError(f'{host}:{port}: cannot listen: {error.strerror or error}') from error
        self._watching = asyncio.create_task(self._watch())
        address = self._listener.sockets[0].getsockname()
        return str(address[0]), int(address[1])

    async def stop(self) -> None:
        """Let all browsers go, and listen no more."""
        if self._listener is not None:
            self._listener.close()
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await asyncio.gather(*(
            _let_go(socket, request, 1001) for socket, request in list(self._sockets.items())))
        if self._runner is not None:
            await self._runner.cleanup()

    # -- connections

    def _accept(self) -> asyncio.BaseProtocol:
        """Take a connection; beyond a number it is closed at once: descriptors are not many."""
        server = self._runner.server if self._runner is not None else None
        if server is None or len(server.connections) >= _MAX_CONNECTIONS:
            return _Refused()
        connection = server()
        self._idle[connection] = asyncio.get_running_loop().time()
        return connection

    async def _watch(self) -> None:
        """Close connections in which nobody asks for anything: whoever holds them."""
        while True:
            await asyncio.sleep(_IDLE_S / 10)
            now_s = asyncio.get_running_loop().time()
            for connection, since_s in list(self._idle.items()):
                if connection.transport is None:
                    del self._idle[connection]
                elif now_s - since_s > _IDLE_S:
                    connection.transport.abort()

    # -- requests

    @web.middleware
    async def _check(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Answer a request: in its connection somebody does ask for something."""
        self._idle.pop(request.protocol, None)
        try:
            return await self._judged(request, handler)
        finally:
            self._idle[request.protocol] = asyncio.get_running_loop().time()

    async def _judged(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
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
        if not await self._is_known(socket):
            await _let_go(socket, request, _WRONG_TOKEN, b'wrong token')
        elif len(self._sockets) >= _MAX_VIEWERS:
            await _let_go(socket, request, _TOO_MANY, b'too many browsers look already')
        else:
            self._sockets[socket] = request
            try:
                await self._serve(socket, request)
            finally:
                del self._sockets[socket]
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
        return isinstance(asked, dict) and self._guard.knows(asked.get('token'))

    async def _serve(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        viewer = Viewer(self._monitor)
        pace = Pace(self._fps, asyncio.get_running_loop().time())
        telling = asyncio.create_task(self._tell(socket, request, viewer, pace))
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    await self._answer(socket, viewer, pace, message.data)
        except ConnectionError:
            pass  # it takes nothing more, which was told
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

    async def _tell(
        self, socket: web.WebSocketResponse, request: web.Request, viewer: Viewer, pace: Pace
    ) -> None:
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
                    await asyncio.wait_for(
                        socket.send_json({'kind': 'overview', **overview}), _STALLED_S)
                await asyncio.wait_for(self._frame(socket, viewer, {
                    **more, 'fps': pace.fps, 'links': source.tell(), 'left_out': pace.left_out,
                    'timeline': source.timeline(), 'wall_ms': source.wall_ms(),
                }), _STALLED_S)
        except (asyncio.TimeoutError, ConnectionError):
            _log.info('a browser takes nothing more')
        finally:
            await _let_go(socket, request, 1001)

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


class _Refused(asyncio.Protocol):
    """A connection that is one too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Close it."""
        if isinstance(transport, asyncio.Transport):
            transport.abort()


async def _let_go(
    socket: web.WebSocketResponse, request: web.Request, code: int, why: bytes = b''
) -> None:
    """Say good-bye to a browser, and wait no longer for one that does not listen."""
    try:
        await asyncio.wait_for(socket.close(code=code, message=why), _GOODBYE_S)
    except (asyncio.TimeoutError, ConnectionError):
        if request.transport is not None:
            request.transport.abort()
