"""What this machine knows of its own connections; empty where the system does not tell."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ...config.address import ip_address
from .observation import Process

_PROC = Path('/proc')
_LISTENS, _CONNECTED = '0A', '01'
# nobody answers there, and nothing is sent: the system only tells which way it would go
_SOMEWHERE = ((socket.AF_INET, '192.0.2.1'), (socket.AF_INET6, '2001:db8::1'))
_BRIDGE = ('igtl_bridge', 'igtl_ros2.nodes.bridge')
RMW, DOMAIN, RANGE = 'RMW_IMPLEMENTATION', 'ROS_DOMAIN_ID', 'ROS_AUTOMATIC_DISCOVERY_RANGE'


class _Socket(NamedTuple):
    local: str
    local_port: int
    remote: str
    remote_port: int
    state: str
    inode: str


def own_addresses() -> tuple[str, ...]:
    """List addresses under which others may reach this machine."""
    found = []
    for family, address in _SOMEWHERE:
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect((address, 9))
            found.append(str(sock.getsockname()[0]))
    return tuple(address for address in found if not ip_address(address).is_loopback)


def listeners(address: str, port: int) -> tuple[str, ...]:
    """List where on this machine somebody listens on a port, if an address is of this machine."""
    if not _is_own(address):
        return ()
    return tuple(dict.fromkeys(
        s.local for s in _sockets() if s.state == _LISTENS and s.local_port == port))


def _is_own(address: str) -> bool:
    try:
        return ip_address(address).is_loopback or address in own_addresses()
    except ValueError:
        return False


def bridges_at(address: str, port: int) -> tuple[Process, ...]:
    """Find bridges on this machine that are connected to a peer, or serve at its address."""
    own = _is_own(address)
    inodes = {
        s.inode for s in _sockets()
        if s.state == _CONNECTED and (s.remote, s.remote_port) == (address, port)
        or own and s.state == _LISTENS and s.local_port == port
    }
    found = []
    for folder in _PROC.glob('[0-9]*'):
        if int(folder.name) == os.getpid():
            continue
        try:  # most belong to others, and some have ended meanwhile
            words = (folder / 'cmdline').read_bytes().decode(errors='replace').split('\0')
            if not any(name in word for word in words for name in _BRIDGE):
                continue
            held = {os.readlink(link) for link in (folder / 'fd').iterdir()}
            if not any(f'socket:[{inode}]' in held for inode in inodes):
                continue
            environ = dict(
                line.partition('=')[::2] for line in
                (folder / 'environ').read_bytes().decode(errors='replace').split('\0'))
        except OSError:
            continue
        found.append(Process(
            int(folder.name), 'igtl_bridge', environ.get(DOMAIN) or '0', environ.get(RMW, ''),
            environ.get(RANGE, '')))
    return tuple(found)


def _sockets() -> Iterator[_Socket]:
    for name in ('tcp', 'tcp6'):
        try:
            lines = (_PROC / 'net' / name).read_text().splitlines()[1:]
        except OSError:  # another system
            continue
        for line in lines:
            words = line.split()
            yield _Socket(*_end(words[1]), *_end(words[2]), words[3], words[9])


def _end(text: str) -> tuple[str, int]:
    """Read an address as the kernel writes it: words of 4 bytes, in the order of this machine."""
    host, _, port = text.partition(':')
    raw = bytes.fromhex(host)
    swapped = b''.join(raw[start:start + 4][::-1] for start in range(0, len(raw), 4))
    family = socket.AF_INET if len(raw) == 4 else socket.AF_INET6
    return str(ip_address(socket.inet_ntop(family, swapped))), int(port, 16)
