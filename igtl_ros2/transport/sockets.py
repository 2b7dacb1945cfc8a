"""Options of sockets, and their errors in words."""

from __future__ import annotations

import contextlib
import math
import os
import socket
import sys

from ..config import Settings

if sys.platform == 'linux':
    import fcntl

_NOTSENT_LOWAT = getattr(socket, 'TCP_NOTSENT_LOWAT', 25 if sys.platform == 'linux' else None)
_SIOCOUTQ, _SIOCOUTQNSD = 0x5411, 0x894B
# So much may wait in the system for the network: it takes megabytes otherwise, and a peer that
# reads slowly gets values that are minutes old instead of the newest
_UNSENT_BYTES = 1 << 14


def reason(error: OSError) -> str:
    """Say what the system says."""
    # asyncio replaces the system's words by its own
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or str(error)


def set_buffers(sock: socket.socket, settings: Settings) -> None:
    """Set the sizes of the buffers, which TCP takes only before the connection is made."""
    for option, size in ((socket.SO_SNDBUF, settings.send_buffer_bytes),
                         (socket.SO_RCVBUF, settings.receive_buffer_bytes)):
        if size:
            sock.setsockopt(socket.SOL_SOCKET, option, size)


def set_tcp_options(sock: socket.socket, settings: Settings) -> None:
    """Set what a connection shall be like."""
    # asyncio sets it on its own
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, settings.tcp_nodelay)
    if _NOTSENT_LOWAT is not None:
        with contextlib.suppress(OSError):  # not on every system
            sock.setsockopt(socket.IPPROTO_TCP, _NOTSENT_LOWAT, _UNSENT_BYTES)
    silence_s = settings.tcp_keepalive
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, silence_s > 0)
    if silence_s == 0:
        return
    probes = (('TCP_KEEPIDLE', 0.4 * silence_s), ('TCP_KEEPINTVL', 0.2 * silence_s),
              ('TCP_KEEPCNT', 3))
    for option, value in probes:
        if hasattr(socket, option):  # not on every system
            whole = max(1, math.floor(value))
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), whole)
    if settings.send_timeout and hasattr(socket, 'TCP_USER_TIMEOUT'):
        # The probes are not sent while something of ours is on its way. For the system a peer
        # that does not read is as good as gone, but that one has `send_timeout`.
        patience_s = max(silence_s, settings.send_timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(1000 * patience_s))


def queued_bytes(sock: socket.socket) -> tuple[int, int]:
    """
    Count what the system has taken and not sent yet, and what was sent and not acknowledged.

    Both are 0 where the system does not tell.
    """
    if sys.platform == 'linux':
        with contextlib.suppress(OSError):
            not_sent, not_acknowledged = (
                int.from_bytes(fcntl.ioctl(sock.fileno(), request, bytes(4)), sys.byteorder)
                for request in (_SIOCOUTQNSD, _SIOCOUTQ)
            )
            return not_sent, max(0, not_acknowledged - not_sent)
    return 0, 0
