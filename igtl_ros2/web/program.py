"""The monitor as a program: what is looked at, where the page is, until it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..config import Settings
from ..errors import ConfigError
from .bridges import Status
from .guard import Guard, is_this_machine, new_token
from .model import Monitor
from .robots import Robot
from .server import PageServer

if TYPE_CHECKING:
    from .bag_source import BagSource
    from .sources import LiveLinks

DEFAULT_PORT = 8944
#: listens to `/diagnostics`, and hands over what it hears, in any thread
Hear = Callable[[Callable[[Sequence[Status]], None]], AbstractContextManager[object]]
_LOOK_S = 0.1


@dataclass(frozen=True)
class Options:
    """
    What the page shows, and which browsers may see it.

    :param links: settings of the links to look at; none: the bag.
    :param bag: its folder or file.
    :param host: where the page is served.
    :param token: what a browser has to know; empty: one is made where one is needed.
    :param control: whether the page may send something.
    :param names: by which the server is called besides its address.
    :param phi: redact, hash or pass.
    :param robots: shown besides what devices send.
    """

    links: Sequence[Settings] = ()
    bag: Path | None = None
    host: str = '127.0.0.1'
    port: int = DEFAULT_PORT
    token: str = ''
    control: bool = False
    fps: float = 10.0
    names: Sequence[str] = ()
    phi: str = 'redact'
    robots: Sequence[Robot] = ()


def token_of(options: Options) -> str:
    """Give the token: one is needed if other machines reach the page, or if it may send."""
    needed = options.control or not is_this_machine(options.host)
    return options.token or (new_token() if needed else '')


def _source(options: Options, monitor: Monitor) -> LiveLinks | BagSource:
    if options.bag is not None:
        from .bag_source import BagSource

        return BagSource(monitor, options.bag)
    from .sources import LiveLinks

    return LiveLinks(monitor, options.links)


def _hearing(
    monitor: Monitor, source: LiveLinks | BagSource, hear: Hear | None
) -> AbstractContextManager[object]:
    """Have the monitor told what bridges say."""
    if hear is None:
        return contextlib.nullcontext()
    loop = asyncio.get_running_loop()

    def take(statuses: Sequence[Status]) -> None:
        monitor.bridges.take(statuses, source.now_s())

    def heard(statuses: Sequence[Status]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: it is over
            loop.call_soon_threadsafe(take, statuses)

    monitor.bridges.is_heard = True
    return hear(heard)


async def serve(
    options: Options, stopped: Sequence[int], say: Callable[[str], None],
    hear: Hear | None = None,
) -> None:
    """
    Serve the page until a signal is in `stopped`.

    :param say: is told where the page is.
    :param hear: listens to what bridges say; None: nobody does.
    :raises PeerError: if an address cannot be listened on.
    :raises BagError: if the bag cannot be read.
    :raises ConfigError: if there is nothing to look at, or control of a bag is wanted.
    """
    if not options.links and options.bag is None:
        raise ConfigError('there is nothing to look at; wanted the address of a device or a bag')
    if options.bag is not None and options.control:
        raise ConfigError('--control: nothing can be sent to a bag')
    if options.bag is not None and hear is not None:
        raise ConfigError('--ros: what bridges say now is not about a bag')
    decoding = ThreadPoolExecutor(1, 'decoding')
    monitor = Monitor(options.phi, decoding.submit)
    token = token_of(options)
    names = (*options.names, socket.gethostname())
    source = _source(options, monitor)
    server = PageServer(
        monitor, source, Guard(options.host, token, names), fps=options.fps,
        control=options.control, robots=options.robots)
    host, port = await server.start(options.host, options.port)
    try:
        await source.open()
        shown = f'[{host}]' if ':' in host else host
        say(f'the page is at http://{shown}:{port}/' + (f'#token={token}' if token else ''))
        with _hearing(monitor, source, hear):
            while not stopped:
                await asyncio.sleep(_LOOK_S)
    finally:
        await server.stop()
        await source.close()
        decoding.shutdown(cancel_futures=True)
