"""
The sockets of a simulated 3D Slicer.

They are its own, apart from `igtl_ros2.connect` and `igtl_ros2.serve`: those hold values for peers
that join later, wait for a peer to show header version 2, and greet it in their own way, none of
which Slicer does. So a mistake there cannot hide by being made on both sides, either.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from ..codec import Decoder, Message
from ..config.address import Address, parse_url
from ..errors import ConfigError, DecodeError, PeerError

RECONNECT_S = 0.1
_CONNECT_S = 5.0


class Connection:
    """
    One peer.

    :param number: 0 for the server that Slicer is a client of; clients are counted from 1.
    """

    def __init__(self, number: int, sock: socket.socket) -> None:
        sock.settimeout(None)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number = number
        self.address = str(Address('tcp', *sock.getpeername()[:2]))
        self._socket = sock
        self._sending = threading.Lock()

    def send(self, data: bytes) -> None:
        """Send and wait until the system has taken it, as Slicer does; a lost peer is no error."""
        with self._sending, suppress(OSError):
            self._socket.sendall(data)

    def receive(self, decoder: Decoder) -> bool:
        """Wait for bytes; false at the end of the connection."""
        try:
            size = self._socket.recv_into(decoder.get_buffer())
        except OSError:
            return False
        decoder.buffer_updated(size)
        return size > 0

    def close(self) -> None:
        """End the connection; threads that wait in `send` or `receive` are woken."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def dispose(self) -> None:
        """Give the socket back, when nobody uses it any more."""
        with self._sending:
            self._socket.close()


class Connector:
    """
    A client that connects again and again every 100 ms, or a server.

    All callbacks are called in the threads that receive, one for each peer.

    :param on_peer: called with (connection, whether it is there).
    :param on_message: called with (connection, message).
    :param on_error: called with what was wrong with a message.
    :raises ConfigError: if the URL is not one of tcp.
    :raises PeerError: if the address cannot be listened on.
    """

    def __init__(
        self, url: str, serve: bool, check_crc: bool, on_peer: Callable[[Connection, bool], None],
        on_message: Callable[[Connection, Message], None], on_error: Callable[[str], None],
    ) -> None:
        self.address = parse_url(url)
        if self.address.scheme != 'tcp':
            raise ConfigError(f'{url!r}: wanted tcp://HOST:PORT, Slicer speaks nothing else')
        self.last_error = f'{self.address}: no connection'
        self._check_crc = check_crc
        self._on_peer, self._on_message, self._on_error = on_peer, on_message, on_error
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._connections: list[Connection] = []
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None
        if serve:
            family = socket.AF_INET6 if ':' in self.address.host else socket.AF_INET
            try:
                self._listener = socket.create_server(self.address[1:], family=family)
            except OSError as error:
                raise PeerError(f'cannot listen on {self.address}: {error}') from error
            self.address = Address('tcp', *self._listener.getsockname()[:2])

    @property
    def connections(self) -> list[Connection]:
        """The peers that are there now."""
        with self._lock:
            return list(self._connections)

    def start(self) -> None:
        """Connect, or accept."""
        listener = self._listener
        self._spawn(self._keep_connected if listener is None else partial(self._accept, listener))

    def _spawn(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name='igtl_sim_slicer', daemon=True)
        self._threads.append(thread)
        thread.start()

    def _keep_connected(self) -> None:
        while not self._closed.is_set():
            try:
                sock = socket.create_connection(self.address[1:], _CONNECT_S)
            except OSError as error:
                self.last_error = f'{self.address}: {error}'
            else:
                self._run(0, sock)
            self._closed.wait(RECONNECT_S)

    def _accept(self, listener: socket.socket) -> None:
        number = 0
        with listener:
            while True:
                try:
                    sock, _ = listener.accept()
                except OSError:
                    return  # closed
                number += 1
                self._spawn(partial(self._run, number, sock))

    def _run(self, number: int, sock: socket.socket) -> None:
        """Receive from one peer until it is gone."""
        try:
            connection = Connection(number, sock)
        except OSError:
            sock.close()
            return  # gone already
        with self._lock:
            self._connections.append(connection)
            if self._closed.is_set():
                connection.close()
        self._on_peer(connection, True)
        decoder = Decoder(check_crc=self._check_crc)
        while connection.receive(decoder) and self._take_out(decoder, connection):
            pass
        with self._lock:
            self._connections.remove(connection)
        connection.close()
        connection.dispose()
        self._on_peer(connection, False)

    def _take_out(self, decoder: Decoder, connection: Connection) -> bool:
        """Hand on the messages that are whole; false when the stream is out of step."""
        while not self._closed.is_set():
            try:
                message = decoder.next_message()
            except DecodeError as error:
                self._on_error(str(error))
                if not error.in_step:
                    return False
                continue
            if message is None:
                return True
            self._on_message(connection, message)
        return False

    def stop(self) -> None:
        """End all connections and make no new ones; callable from any thread."""
        self._closed.set()
        if self._listener is not None:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept
        for connection in self.connections:
            connection.close()

    def join(self) -> None:
        """Wait for the end of all threads; not for those that receive to call."""
        for thread in self._threads:
            thread.join()
