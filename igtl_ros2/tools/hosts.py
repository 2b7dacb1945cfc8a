"""HOST on a command line, and the link to it that verbs of `igtl` look at and talk over."""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..config.address import url_of
from ..config.numbers import seconds
from ..errors import ConfigError, PeerError
from .program import name, say
from .words import read_settings

if TYPE_CHECKING:
    from ..client import Client
    from ..config import Settings
    from ..server import Server

TIMEOUT_S = 5.0
_TURN_S = 0.02


def url(text: str) -> str:
    """Read a HOST for argparse."""
    try:
        return url_of(text)
    except ConfigError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def add_link_arguments(parser: argparse.ArgumentParser) -> None:
    """Say how a link is made that some verb needs."""
    add_host(parser)
    add_link_options(parser)


def add_host(parser: argparse.ArgumentParser) -> None:
    """Say where a link is made to."""
    parser.add_argument(
        'host', type=url, metavar='HOST',
        help='host, host:port or URL of the device; with --listen the address to listen on')


def add_link_options(parser: argparse.ArgumentParser) -> None:
    """Say what else a link is made with."""
    parser.add_argument(
        '--listen', action='store_true',
        help='listen for a device that is a client, as 3D Slicer often is')
    parser.add_argument(
        '--timeout', type=seconds, default=TIMEOUT_S, metavar='S',
        help='give up after so many seconds without a connection or a message; 0: never; '
        f'default: {TIMEOUT_S:g}')
    add_settings(parser)


def add_settings(
    parser: argparse.ArgumentParser, of: str = 'connection', such_as: str = 'tls.ca_file=ca.pem'
) -> None:
    """Say that settings may be given, see `read_settings`."""
    parser.add_argument(
        '--set', action='append', default=[], metavar='NAME=VALUE', dest='settings',
        help=f'a setting of the {of}, named as the parameters of a bridge, such as {such_as}; may '
        'be repeated')


def settings_for(arguments: argparse.Namespace) -> Settings:
    """
    Make the settings of the link that the arguments ask for.

    :raises ConfigError: if one is wrong, or they do not fit together.
    """
    mode = 'server' if arguments.listen else 'client'
    return read_settings(mode, arguments.host, arguments.settings)


@contextmanager
def open_link(arguments: argparse.Namespace, **callbacks: Any) -> Iterator[Client | Server]:
    """
    Give the link that the arguments ask for, once somebody is connected.

    :raises PeerError: if nobody is in time.
    :raises ConfigError: if a setting is wrong.
    """
    from ..client import Client
    from ..server import Server

    logging.basicConfig(level=logging.WARNING, format=f'{name()}: %(message)s')
    settings = settings_for(arguments)
    link = (Server if arguments.listen else Client)(settings, **callbacks)
    try:
        if arguments.listen:
            say(f'waiting at {link.address} for a device to connect')
        link.wait_connected(arguments.timeout or None)
        yield link
    finally:
        link.close()


@contextmanager
def in_network(make: Callable[[], Any]) -> Iterator[Any]:
    """
    Start something in the thread of a network of its own, and stop it behind the block.

    :param make: gives what is started and stopped; called in that thread.
    """
    from ..transport.network import NetworkThread

    made = None

    async def start() -> Any:
        nonlocal made
        made = make()
        await made.start()
        return made

    async def stop() -> None:
        if made is not None:
            await made.stop()

    network = NetworkThread()
    try:
        yield network.run(start())
    finally:
        network.stop(stop)


def nothing_came(link: Client | Server, since_s: float) -> PeerError:
    """Make the error that says that a link is silent, and what to do about it."""
    waited = time.monotonic() - since_s
    who = ', '.join(peer.address for peer in link.peers)
    what = f'connected to {who}' if who else link.last_error or 'nobody is connected'
    return PeerError(
        f'{what}, and nothing came in {waited:.1f} s that was asked for; igtl doctor '
        f'{link.address} looks for the reason')


def wait_until(condition: Callable[[], bool], due_s: float) -> bool:
    """Wait until something is so or a monotonic time; tells whether it is."""
    while not condition():
        rest = due_s - time.monotonic()
        if rest <= 0:
            return condition()
        time.sleep(min(_TURN_S, rest))
    return True
