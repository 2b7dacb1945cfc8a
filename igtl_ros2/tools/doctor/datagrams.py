"""Look at a peer over UDP: wait for its datagrams, or knock where it should listen."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence

from ...codec import HEADER_SIZE, Header, decode_header, encode
from ...codec.datagram import Reassembler
from ...codec.messages.query import Query, StartTracking
from ...errors import CrcError, DecodeError, HeaderError
from ..tcp_flows import may_be_header
from .network import own_addresses
from .observation import Observation, Reach, Seen, Session
from .probe import Wanted, begin_waiting, cannot_bind, family_of, look_up
from .walk import Walker

_TURN_S = 0.05
_LARGEST = 65535
_RTP_BYTES = 12
_ROOM = 1 << 22
_MOST_SENDERS = 20
_KNOCK = Query('GET_CAPABIL')
_ASKED = StartTracking('STT_TDATA', 50)


class DatagramProbe:
    """
    Look at what is sent to a port of this machine, or at one address.

    :param stopped: not empty as soon as the user does not want to wait any more.
    """

    def __init__(self, wanted: Wanted, stopped: Sequence[int] = ()) -> None:
        self._wanted = wanted
        self._stopped = stopped
        self._start_s = time.monotonic()
        self._walkers: dict[str, Walker] = {}
        self._parts = Reassembler()
        self.observed = Observation(
            Reach(*wanted.settings.address), wanted.seconds, for_slicer=wanted.for_slicer)

    def wait(self) -> Observation:
        """Wait for datagrams on the port, and listen."""
        observed, wanted = self.observed, self._wanted
        reach = observed.reach
        begin_waiting(reach)
        with socket.socket(family_of(reach.host), socket.SOCK_DGRAM) as sock:
            try:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _ROOM)
                sock.bind((reach.host, reach.port))
            except OSError as error:
                cannot_bind(reach, error)
                return observed
            reach.port = sock.getsockname()[1]
            sock.settimeout(_TURN_S)
            self._listen(sock, time.monotonic() + wanted.wait_s)
        self._finish()
        return observed

    def look(self) -> Observation:
        """Listen to one address; if it says nothing, ask it what it is."""
        observed, wanted = self.observed, self._wanted
        reach = observed.reach
        if not look_up(reach, socket.SOCK_DGRAM):
            return observed
        address = reach.addresses[0]
        reach.own_addresses = own_addresses()
        with socket.socket(family_of(address), socket.SOCK_DGRAM) as sock:
            try:
                sock.connect((address, reach.port))
                if not wanted.passive:
                    sock.send(encode(_ASKED if wanted.ask else _KNOCK))
                sock.settimeout(_TURN_S)
                self._listen(sock, time.monotonic() + wanted.seconds)
                reach.reached = address
            except ConnectionRefusedError:
                reach.errors[address] = 'refused'
            except OSError as error:
                reach.errors[address] = error.strerror or str(error)
        if reach.reached and not observed.sessions:
            observed.sessions.append(Session())
        self._finish()
        return observed

    def _listen(self, sock: socket.socket, first_until_s: float) -> None:
        """Take datagrams until the first has not come in time, or for as long as is wanted."""
        began_s = time.monotonic()
        until_s = first_until_s
        while time.monotonic() < until_s and not self._stopped:
            try:
                data, source = sock.recvfrom(_LARGEST)
            except TimeoutError:
                continue
            if not self.observed.reach.reached:
                self.observed.reach.reached = source[0]
            if not self._walkers:
                began_s = time.monotonic()
                until_s = began_s + self._wanted.seconds
            self._take(data, f'{source[0]}:{source[1]}')
        self.observed.seconds = round(time.monotonic() - began_s, 1)

    def _clock(self) -> tuple[float, int]:
        return time.monotonic() - self._start_s, time.time_ns()

    def _take(self, data: bytes, source: str) -> None:
        """Read one datagram: a message, or a part of one."""
        observed = self.observed
        if source not in self._walkers:
            if len(self._walkers) >= _MOST_SENDERS:
                return
            number = len(self._walkers)
            observed.sessions.append(Session(began_s=self._clock()[0]))
            self._walkers[source] = Walker(
                observed.sessions[-1], number, self._clock, observed.seen.append)
        number = list(self._walkers).index(source)
        walker, session = self._walkers[source], observed.sessions[number]
        if may_be_header(data, _RTP_BYTES) and data[0] >> 6 == 2:
            self._take_part(data, source, session, number)
            return
        if len(data) < HEADER_SIZE:  # no message, and not the beginning of one
            session.first_bytes = session.first_bytes or data
            session.received += len(data)
            return
        try:
            header: Header | None = decode_header(data)
        except HeaderError:
            header = None
        if header is None or len(data) == HEADER_SIZE + header.body_size:
            walker.feed(data)  # it notes what is no message at all
            return
        session.received += len(data)
        session.first_bytes = session.first_bytes or data
        self._note(header, data, number, 'length', (
            f'its header announces {header.body_size} bytes, the datagram has '
            f'{len(data) - HEADER_SIZE}'))

    def _note(self, header: Header, data: bytes, number: int, fault: str, about: str) -> None:
        """Note a message of which not all is there, or right."""
        self.observed.seen.append(Seen(
            header.type_name, header.device_name, *self._clock(), header.timestamp,
            header.version, len(data), fault, about, connection=number))

    def _take_part(self, data: bytes, source: str, session: Session, number: int) -> None:
        """Put the parts of a message together."""
        session.first_bytes = session.first_bytes or data[_RTP_BYTES:]
        session.received += len(data)
        try:
            message = self._parts.feed(data, source, self._clock()[0])
        except DecodeError as error:
            fault, about = ('crc', '') if isinstance(error, CrcError) else ('content', str(error))
            self._note(decode_header(data, _RTP_BYTES), data, number, fault, about)
            return
        if message is not None:
            received = session.received
            self._walkers[source].feed(encode(message))
            session.received = received

    def _finish(self) -> None:
        self._parts.expire(self._clock()[0])
        for walker in self._walkers.values():
            walker.finish()
        counts = self._parts.counts
        self.observed.reach.datagrams = (
            counts.datagrams, counts.lost, counts.expired + counts.evicted)
        for session in self.observed.sessions:
            session.ended_s = session.pending_s = self._clock()[0]
