"""UDP sockets: datagrams to and from one address, many, or a multicast group."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from struct import Struct
from typing import Any, Protocol

from ..config import Address, Settings
from ..errors import PeerError
from .names import look_up
from .sockets import set_buffers

#: Host and port, and for IPv6 flow and scope: what the socket calls an address.
SocketAddress = tuple[str, int] | tuple[str, int, int, int]

# a group, the IPv4 address and the index of the interface; either or both may be zero
_GROUP_4 = Struct('=4s4si')
_GROUP_6 = Struct('=16sI')


class Sink(Protocol):
    """What takes the datagrams of one socket."""

    def datagram_received(self, data: bytes, source: SocketAddress) -> None:
        """Take one datagram."""

    def trouble(self, error: OSError) -> None:
        """Tell that a datagram could not be sent, or that one sent before was refused."""

    def writable_again(self) -> None:
        """Tell that the socket takes datagrams again."""


class Datagrams(asyncio.DatagramProtocol):
    """One UDP socket; nothing that a peer does closes it."""

    def __init__(self, sink: Sink, address: Address, remote: SocketAddress | None) -> None:
        self._sink = sink
        self._transport: asyncio.DatagramTransport | None = None
        self._keeps_up = True
        #: where a server listens, or where a client sends to
        self.address = address
        #: where a client sends to; None for a server
        self.remote = remote

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._sink.datagram_received(data, addr)

    def error_received(self, exc: Exception) -> None:
        """Pass on what the system says about datagrams that were sent."""
        if isinstance(exc, OSError):
            self._sink.trouble(exc)

    def pause_writing(self) -> None:
        self._keeps_up = False

    def resume_writing(self) -> None:
        self._keeps_up = True
        self._sink.writable_again()

    @property
    def is_closing(self) -> bool:
        """Whether nothing that is sent now would leave any more."""
        return self._transport is None or self._transport.is_closing()

    @property
    def writable(self) -> bool:
        """Whether datagrams leave as fast as we send them."""
        return self._keeps_up and not self.is_closing

    def send(self, data: bytes, address: SocketAddress | None = None) -> None:
        """
        Send a datagram, or keep it until the network takes it: see `writable`.

        What goes wrong is told to `Sink.trouble`.

        :param address: where to; None for a client's `remote`.
        """
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, address or self.remote)

    async def look_up(self, address: Address, timeout_s: float) -> SocketAddress:
        """
        Find what a server's socket can send to.

        :raises PeerError: if the name has no address that it reaches, or none is found in time.
        """
        family = socket.AF_INET6 if ':' in self.address.host else socket.AF_INET
        return (await _look_up(address, timeout_s, str(address), family))[0]

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def find(settings: Settings) -> list[SocketAddress]:
    """
    Find the addresses that `open_datagrams` may use.

    :raises PeerError: if the name has none, or none is found within `connect_timeout`.
    """
    return await _look_up(settings.address, settings.connect_timeout, _what(settings))


def _what(settings: Settings) -> str:
    is_server = settings.mode == 'server'
    return f'cannot listen on {settings.address}' if is_server else str(settings.address)


async def open_datagrams(
    settings: Settings, sink: Sink, found: list[SocketAddress] | None = None
) -> Datagrams:
    """
    Open the UDP socket that settings ask for.

    A server listens on its address, and joins it if it is a multicast group. A client takes
    datagrams only from the address that it sends to; from anybody if that is a group, because
    the answers come from its members.

    :param found: what `find` has found; by default it is looked up.
    :raises PeerError: if that fails, or the socket cannot be opened.
    """
    loop = asyncio.get_running_loop()
    found = found or await find(settings)
    try:
        sock, remote = _open_first(settings, found)
    except OSError as error:
        raise PeerError(f'{_what(settings)}: {error.strerror or error}') from error
    host, port = (remote or sock.getsockname())[:2]
    datagrams = Datagrams(sink, Address('udp', host, port), remote)
    try:
        await loop.create_datagram_endpoint(lambda: datagrams, sock=sock)
    except BaseException:
        sock.close()
        raise
    return datagrams


async def _look_up(
    address: Address, timeout_s: float, what: str, family: int = socket.AF_UNSPEC
) -> list[SocketAddress]:
    try:
        found = await asyncio.wait_for(
            look_up(address.host, address.port, socket.SOCK_DGRAM, family), timeout_s)
    except asyncio.TimeoutError as error:
        raise PeerError(f'{what}: the name was not found within {timeout_s} s') from error
    except OSError as error:
        raise PeerError(f'{what}: {error.strerror or error}') from error
    return [entry[4] for entry in found]


def _open_first(
    settings: Settings, found: list[Any]
) -> tuple[socket.socket, SocketAddress | None]:
    """Open a socket with the first of several addresses that the system takes."""
    for number, address in enumerate(found, 1):
        try:
            return _open(settings, address)
        except OSError:
            if number == len(found):
                raise
    raise OSError('the name has no address')


def _open(settings: Settings, address: Any) -> tuple[socket.socket, SocketAddress | None]:
    family = socket.AF_INET if len(address) == 2 else socket.AF_INET6
    is_group = ipaddress.ip_address(address[0].partition('%')[0]).is_multicast
    interface, index = _find_interface(settings.udp_interface, family)
    if is_group and family == socket.AF_INET6:
        index = index or address[3]
        address = (*address[:3], index)
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        _set_options(sock, settings, interface, index)
        if settings.mode == 'server':
            if is_group:
                # several programs of a machine may listen to a group, and each gets everything
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(address)
            if is_group:
                _join(sock, address[0], interface, index)
            return sock, None
        if not is_group:  # nobody's datagrams come from a group
            sock.connect(address)
        return sock, address
    except BaseException:
        sock.close()
        raise


def _find_interface(name: str, family: socket.AddressFamily) -> tuple[bytes, int]:
    """Give the IPv4 address or the index of a network interface; the other one is zero."""
    if not name:
        return bytes(4), 0
    try:
        address = ipaddress.IPv4Address(name).packed
    except ValueError:
        try:
            return bytes(4), socket.if_nametoindex(name)
        except OSError as error:
            raise OSError(
                f'udp_interface {name!r} is neither an IPv4 address nor the name of an interface'
            ) from error
    if family == socket.AF_INET6:
        raise OSError(f'udp_interface {name!r}: with IPv6 wanted the name of the interface')
    return address, 0


def _set_options(sock: socket.socket, settings: Settings, interface: bytes, index: int) -> None:
    set_buffers(sock, settings)
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # as with TCP
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, settings.udp_ttl)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    else:
        chosen = _GROUP_4.pack(bytes(4), interface, index)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, settings.udp_ttl)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, chosen)


def _join(sock: socket.socket, group: str, interface: bytes, index: int) -> None:
    raw = socket.inet_pton(sock.family, group.partition('%')[0])
    if sock.family == socket.AF_INET6:
        membership = _GROUP_6.pack(raw, index)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, membership)
    else:
        membership = _GROUP_4.pack(raw, interface, index)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
