"""Options of sockets, and their errors in words."""

from __future__ import annotations

import contextlib
import math
import os
import socket
import struct
import sys

from ..config import Settings

if sys.platform == 'linux':
    import fcntl

_NOTSENT_LOWAT = getattr(socket, 'TCP_NOTSENT_LOWAT', 25 if sys.platform == 'linux' else None)
_SIOCOUTQ, _SIOCOUTQNSD = 0x5411, 0x894B
# So much may wait in the system for the network: it takes megabytes otherwise, and a peer that
# reads slowly gets values that are minutes old instead of the newest
_UNSENT_BYTES = 1 << 14
# The beginning of Linux's tcp_info: how often what was sent last was sent again, milliseconds
# since the last acknowledgement, and microseconds of the round trip
_TCP_INFO = struct.Struct('=2xB53xI8xI')
# for how many bytes more the machine of the peer has room, in its place since Linux 5.4
_ROOM = struct.Struct('=228xI')
_MOST_PROBES = 120  # the system counts up to 127
# A probe a second after the last sign of life, and some time for timers of the system
_SILENT_S = 1.1
# What is sent twice again without an answer is so after 0.6 s or more
_UNANSWERED_S = 0.5


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


def probe_often(sock: socket.socket, settings: Settings) -> None:
    """Ask a silent peer every second for a sign of life, and give it up no sooner than before."""
    silence_s = settings.tcp_keepalive
    if sys.platform != 'linux' or silence_s == 0:
        return
    pause_s = math.ceil(silence_s / _MOST_PROBES)
    for option, value in (
        (socket.TCP_KEEPIDLE, 1), (socket.TCP_KEEPINTVL, pause_s),
        (socket.TCP_KEEPCNT, max(3, math.ceil((silence_s - 1) / pause_s))),
    ):
        sock.setsockopt(socket.IPPROTO_TCP, option, value)


def is_answering(sock: socket.socket) -> bool:
    """
    Tell whether the machine of a peer that is asked with `probe_often` still gives signs of life.

    It is taken to do so where the system does not tell. Whether the program at the other end does
    anything, nobody can see from here.
    """
    if sys.platform != 'linux':
        return True
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
        retransmits, silent_ms, round_trip_us = _TCP_INFO.unpack(info)
        is_asked = sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    except (OSError, struct.error):
        return True  # it is closed, or the system is an old one
    silent_s, round_trip_s = silent_ms / 1e3, round_trip_us / 1e6
    if retransmits >= 2 and silent_s > _UNANSWERED_S:
        return False
    return not is_asked or silent_s <= _SILENT_S + 2 * round_trip_s


def queued_bytes(sock: socket.socket) -> tuple[int, int]:
    """
    Count what the system has taken and not sent yet, and what the network does not carry.

    That was sent and is not acknowledged, though the machine of the peer has said that there is
    room: where it has none left, what was sent waits until the peer reads. Both are 0 where the
    system does not tell.
    """
    if sys.platform == 'linux':
        with contextlib.suppress(OSError):
            not_sent, not_acknowledged = (
                int.from_bytes(fcntl.ioctl(sock.fileno(), request, bytes(4)), sys.byteorder)
                for request in (_SIOCOUTQNSD, _SIOCOUTQ))
            under_way = max(0, not_acknowledged - not_sent)
            return not_sent, under_way if under_way and _has_room(sock) else 0
    return 0, 0


def _has_room(sock: socket.socket) -> bool:
    """Tell whether the machine of the peer takes more; it is taken to where that is not told."""
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _ROOM.size)
    return len(info) < _ROOM.size or _ROOM.unpack(info)[0] > 0
