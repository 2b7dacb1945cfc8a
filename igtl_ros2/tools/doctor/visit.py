"""What `igtl doctor` does: look, judge, say."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from contextlib import suppress

from ...config.address import Address, parse_url, url_of
from ...errors import ConfigError
from ...mapping import load_links
from ..program import say
from ..terminal import has_colour
from ..words import note_signals, read_settings
from .datagrams import DatagramProbe
from .findings import is_healthy
from .judge import judge
from .probe import Probe, Wanted
from .report import as_json, as_text
from .ros_probe import has_ros, look_at_ros

_ANYWHERE = '0.0.0.0'
_FOR_EVER_S = 1e9


def visit(arguments: argparse.Namespace) -> int:
    """
    Look at a peer and say what is wrong.

    :returns: 0 if nothing is, else 1.
    :raises ConfigError: if an argument is wrong.
    """
    wanted = _wanted(arguments)
    links = load_links({'mapping_file': arguments.mapping}) if arguments.mapping else ()
    stopped = note_signals()
    is_udp = wanted.settings.address.scheme == 'udp'
    probe = (DatagramProbe if is_udp else Probe)(wanted, stopped)
    if wanted.settings.mode == 'server':
        say(f'waiting at {wanted.settings.address} for a device to connect')
        observed = probe.wait()
    else:
        observed = probe.look()
    observed.links = links
    if not arguments.no_ros and observed.sessions and has_ros() and not stopped:
        observed.ros = look_at_ros(observed.reach, stopped)
    findings = judge(observed)
    with suppress(BrokenPipeError):  # who reads the first lines alone hears of the rest as well
        if arguments.json:
            print(json.dumps(as_json(observed, findings), indent=2))
        else:
            width = shutil.get_terminal_size((100, 24)).columns
            for line in as_text(observed, findings, width, has_colour(sys.stdout)):
                print(line)
    return 0 if is_healthy(findings) else 1


def _wanted(arguments: argparse.Namespace) -> Wanted:
    listens, host, port = arguments.listen is not None, arguments.host, arguments.port
    if arguments.listen:
        is_port = arguments.listen.isdigit()
        if port is not None or host is not None and not is_port:
            raise ConfigError(f'--listen: found {arguments.listen!r} besides another address; '
                              'allowed one of them')
        host, port = (host, int(arguments.listen)) if is_port else (arguments.listen, None)
    if host is None and (port is None or not listens):
        raise ConfigError('HOST: missing; wanted a name or an address, or --listen PORT')
    address = _address(host or _ANYWHERE, port)
    settings = read_settings('server' if listens else 'client', str(address), arguments.settings)
    timeout_s = arguments.timeout or None
    return Wanted(
        settings, seconds=arguments.duration or _FOR_EVER_S, wait_s=timeout_s or 30.0,
        connect_s=timeout_s or 3.0, connections=arguments.connections, ask=arguments.ask,
        passive=arguments.passive, for_slicer=not arguments.no_slicer)


def _address(text: str, port: int | None) -> Address:
    """Read HOST, HOST:PORT or a URL; `ConfigError` if it is none, or says another port."""
    address = parse_url(url_of(text))
    if port is None or address.port == port:
        return address
    if not 1 <= port <= 65535:
        raise ConfigError(f'port: found {port}; allowed 1 to 65535')
    # a host without a port has got the usual one
    if str(address.port) == text.rstrip('/').rpartition(':')[2].rpartition(']')[2]:
        raise ConfigError(f'--port: found {port}, and {text} says {address.port}; allowed one')
    return address._replace(port=port)
