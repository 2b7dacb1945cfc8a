"""Look at a peer over the network: get there, listen, and ask a silent one what it is."""

from __future__ import annotations

import contextlib
import errno
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...codec import encode
from ...codec.messages.query import Query, StartTracking
from ...config import Settings
from ...transport.tls import Tls, tls_reason
from .network import listeners, own_addresses
from .observation import Observation, Reach, Session
from .walk import Walker

# what a silent peer is asked, one after the other until it says something
_QUESTIONS = (
    StartTracking('STT_TDATA', 50), StartTracking('STT_QTDATA', 50), Query('GET_CAPABIL'),
    Query('GET_STATUS'), Query('GET_POINT'), Query('GET_IMGMETA'), Query('GET_LBMETA'),
    Query('GET_POLYDATA'), Query('GET_IMAGE'),
)
_TURN_S = 0.05
_PULSE_S = 0.02
_SHOWN = 256
_NO_TLS = 'no TLS'
_ASK_AFTER_S = 0.5
_ANSWER_S = 1.0
_PAUSE_S = 0.1
_MOST_CONNECTIONS = 20
_BLOCK = 1 << 18
_REFUSED = (errno.ECONNREFUSED, errno.ECONNRESET)
_UNREACHABLE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN)
_PLAIN_ANSWERS = ('WRONG_VERSION_NUMBER', 'UNKNOWN_PROTOCOL', 'RECORD_LAYER_FAILURE',
                  'PACKET_LENGTH_TOO_LONG', 'BAD_RECORD_TYPE', 'INVALID_LENGTH', 'HTTP_REQUEST',
                  'UNEXPECTED_MESSAGE')


@dataclass(frozen=True)
class Wanted:
    """
    What to look at.

    :param settings: where it is, and what TLS needs.
    :param seconds: how long to listen.
    :param wait_s: how long to wait for somebody who connects.
    :param connect_s: how long to wait for a connection.
    :param connections: how many at once.
    :param ask: whether to ask a silent peer for poses.
    :param passive: whether never to send a byte.
    """

    settings: Settings
    seconds: float = 5.0
    wait_s: float = 30.0
    connect_s: float = 3.0
    connections: int = 1
    ask: bool = False
    passive: bool = False
    for_slicer: bool = True


def family_of(host: str) -> socket.AddressFamily:
    """Tell the kind of an address."""
    return socket.AF_INET6 if ':' in host else socket.AF_INET


def look_up(reach: Reach, kind: socket.SocketKind) -> bool:
    """Find the addresses of a name; false if there are none."""
    try:
        found = socket.getaddrinfo(reach.host, reach.port, type=kind)
    except (OSError, UnicodeError) as error:
        reach.name_error = getattr(error, 'strerror', None) or str(error)
        return False
    reach.addresses = tuple(dict.fromkeys(str(address[0]) for *_, address in found))
    return True


def begin_waiting(reach: Reach) -> None:
    """Note that a client is waited for, and the addresses of this machine that it can use."""
    reach.is_server = True
    reach.own_addresses = own_addresses() if reach.host in ('0.0.0.0', '::') else ()


def cannot_bind(reach: Reach, error: OSError) -> None:
    """Note why no client can be waited for."""
    taken = error.errno == errno.EADDRINUSE
    reach.errors[reach.host] = 'taken' if taken else error.strerror or str(error)


@contextlib.contextmanager
def _pulse_felt(observed: Observation) -> Iterator[None]:
    """Measure for how long this machine, or this process, lets a thread wait meanwhile."""
    ended = threading.Event()

    def feel() -> None:
        before_s = time.monotonic()
        while not ended.wait(_PULSE_S):
            now_s = time.monotonic()
            observed.stalled_s = max(observed.stalled_s, now_s - before_s - _PULSE_S)
            before_s = now_s

    pulse = threading.Thread(target=feel)
    pulse.start()
    try:
        yield
    finally:
        ended.set()
        pulse.join()


class Probe:
    """
    Look at one peer.

    :param stopped: not empty as soon as the user does not want to wait any more.
    :raises ConfigError: if a certificate cannot be read.
    """

    def __init__(self, wanted: Wanted, stopped: Sequence[int] = ()) -> None:
        self._wanted = wanted
        self._stopped = stopped
        address = wanted.settings.address
        self._tls = Tls(wanted.settings) if address.scheme == 'tls' else None
        self._start_s = time.monotonic()
        self._beside = threading.Lock()
        self.observed = Observation(
            Reach(*address), wanted.seconds, for_slicer=wanted.for_slicer)

    def look(self) -> Observation:
        """Connect and listen."""
        observed = self.observed
        reach = observed.reach
        sock = self._reach()
        if sock is None:
            return observed
        with contextlib.ExitStack() as ends:
            others, refused = self._others()
            for other in others:
                ends.enter_context(other)
            self._listen_on(sock)
            reach.others = (*map(_state_of, others), *['closed'] * refused)
        if self._may_ask() and not reach.answers:
            self._what_are_you()
        return observed

    def _may_ask(self) -> bool:
        """Tell whether a peer says nothing, and may be asked what it is."""
        is_silent = not any(session.received for session in self.observed.sessions)
        return is_silent and not (self._wanted.passive or self._stopped or self._tls)

    def wait(self) -> Observation:
        """Wait for somebody who connects, and listen."""
        observed, wanted = self.observed, self._wanted
        reach = observed.reach
        begin_waiting(reach)
        with socket.socket(family_of(reach.host), socket.SOCK_STREAM) as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                server.bind((reach.host, reach.port))
                server.listen(8)
            except OSError as error:
                cannot_bind(reach, error)
                return observed
            reach.port = server.getsockname()[1]
            server.settimeout(_TURN_S)
            until = time.monotonic() + wanted.wait_s
            observed.seconds = wanted.wait_s
            while time.monotonic() < until and not self._stopped:
                try:
                    sock, peer = server.accept()
                except TimeoutError:
                    continue
                reach.reached = peer[0]
                secure = self._accepted(sock)
                if secure is not None:
                    self._listen_on(secure, server)
                break
        return observed

    def _accepted(self, sock: socket.socket) -> socket.socket | None:
        """Begin TLS with a peer that has connected, where that is wanted; None if it fails."""
        if self._tls is None:
            return sock
        sock.settimeout(self._wanted.connect_s)
        try:
            return self._tls.current().wrap_socket(sock, server_side=True)
        except TimeoutError:
            self.observed.reach.tls_error = _NO_TLS
        except ssl.SSLError as error:
            self.observed.reach.tls_error = _tls_error(error)
        except OSError as error:
            self.observed.reach.tls_error = f'ended the connection ({_error(error)})'
        sock.close()
        return None

    # -- getting there

    def _reach(self) -> socket.socket | None:
        """Connect to one address of the peer after the other."""
        reach = self.observed.reach
        if not look_up(reach, socket.SOCK_STREAM):
            return None
        for address in reach.addresses:
            # what comes over a connection must not wait for this
            own, listening = own_addresses(), listeners(address, reach.port)
            try:
                sock = self._connect(address)
            except ssl.SSLError as error:
                reach.reached = address
                reach.tls_error = _tls_error(error)
                return None
            except OSError as error:
                reach.errors[address] = _error(error)
                continue
            reach.reached = address
            reach.own_addresses, reach.listens_on = own, listening
            return sock
        return None

    def _connect(self, address: str) -> socket.socket:
        sock = self._socket(address)
        if self._tls is None:
            return sock
        try:
            return self._with_tls(sock, self._tls.current())
        except ssl.SSLCertVerificationError as error:
            # it is looked at all the same: that nobody trusts it is what is told
            self.observed.reach.tls_error = tls_reason(error)
            context = Tls(self._wanted.settings).current()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            return self._with_tls(self._socket(address), context)

    def _socket(self, address: str) -> socket.socket:
        at = address, self.observed.reach.port
        return socket.create_connection(at, self._wanted.connect_s)

    def _with_tls(self, sock: socket.socket, context: ssl.SSLContext) -> socket.socket:
        settings = self._wanted.settings
        try:
            return context.wrap_socket(
                sock, server_hostname=settings.tls_server_name or settings.host)
        except TimeoutError as error:
            sock.close()
            raise ssl.SSLError(_NO_TLS) from error
        except OSError:
            sock.close()
            raise

    def _others(self) -> tuple[list[socket.socket], int]:
        """Connect more often, if that is wanted; tell how often it was refused."""
        others, refused = list[socket.socket](), 0
        for _ in range(self._wanted.connections - 1):
            try:
                others.append(self._connect(self.observed.reach.reached))
            except OSError:
                refused += 1
        return others, refused

    # -- listening

    def _clock(self) -> tuple[float, int]:
        return time.monotonic() - self._start_s, time.time_ns()

    def _listen_on(self, sock: socket.socket, server: socket.socket | None = None) -> None:
        """Listen for as long as is wanted, or as the user waits."""
        start_s = time.monotonic()
        until = start_s + self._wanted.seconds
        with _pulse_felt(self.observed):
            if server is None:
                self._listen_again_and_again(sock, until)
            else:
                others = threading.Thread(target=self._hear_others, args=(server, until))
                others.start()
                with sock:
                    self._listen(sock, until)
                others.join()
        self.observed.seconds = round(time.monotonic() - start_s, 1)

    def _hear_others(self, server: socket.socket, until: float) -> None:
        """Listen to further clients, beside the first or after it."""
        threads: list[threading.Thread] = []
        while time.monotonic() < until and not self._stopped:
            try:
                sock, _ = server.accept()
            except OSError:  # nobody yet
                continue
            if len(threads) >= _MOST_CONNECTIONS:
                sock.close()
                continue
            threads.append(threading.Thread(target=self._hear, args=(sock, until)))
            threads[-1].start()
        for thread in threads:
            thread.join()

    def _hear(self, sock: socket.socket, until: float) -> None:
        secure = self._accepted(sock)
        if secure is not None:
            with secure:
                self._listen(secure, until)

    def _listen_again_and_again(self, sock: socket.socket, until: float) -> None:
        """Listen over as many connections as the peer makes of it."""
        sessions = self.observed.sessions
        while True:
            with sock:
                session = self._listen(sock, until)
            if session is None or not session.hung_up or len(sessions) >= _MOST_CONNECTIONS:
                return
            if not session.received and len(sessions) > 1:
                return
            again = self._again(until)
            if again is None:
                return
            sock = again

    def _again(self, until: float) -> socket.socket | None:
        """Get the next connection."""
        while time.monotonic() < until and not self._stopped:
            try:
                time.sleep(_PAUSE_S)
                return self._connect(self.observed.reach.reached)
            except OSError:
                time.sleep(_TURN_S)  # it may be about to listen again
        return None

    def _listen(self, sock: socket.socket, until: float) -> Session | None:
        """Read until the time is over or the peer ends it; None if TLS fails after all."""
        observed = self.observed
        session = Session(began_s=self._clock()[0])
        with self._beside:
            observed.sessions.append(session)
            number = len(observed.sessions) - 1
        walker = Walker(session, number, self._clock, observed.seen.append)
        sock.settimeout(_TURN_S)
        questions = list(_QUESTIONS if self._wanted.ask and not self._wanted.passive else ())
        due_s = session.began_s + _ASK_AFTER_S
        # a device that sends every few seconds is not silent yet
        more_s = 0.0 if observed.reach.is_server else self._wanted.seconds
        while not self._stopped:
            if time.monotonic() >= until:
                if session.received or not more_s:
                    break
                until, more_s = until + more_s, 0.0
            try:
                data = sock.recv(_BLOCK)
            except (TimeoutError, ssl.SSLWantReadError):
                if questions and not session.received and self._clock()[0] > due_s:
                    due_s += _ASK_AFTER_S / 2
                    with contextlib.suppress(OSError):  # that it has gone shows when reading
                        sock.sendall(encode(questions.pop(0)))
                continue
            except ssl.SSLError as error:
                if not session.received:
                    observed.reach.tls_error = _tls_error(error)
                    with self._beside:
                        if observed.sessions[-1] is session:  # the others keep their numbers
                            observed.sessions.pop()
                    return None
                data = b''
            except OSError as error:
                session.error, data = _error(error), b''
            if not data:
                session.hung_up = True
                break
            walker.feed(data)
        session.ended_s = self._clock()[0]
        walker.finish()
        if not session.hung_up and self._may_ask() and not observed.reach.is_server:
            # a server that takes TLS from one client at a time waits for it here
            self._ask(sock, _client_hello())
        return session

    # -- what a silent peer is

    def _what_are_you(self) -> None:
        """Say to a silent peer what others would say; each on a connection of its own."""
        questions = [b'GET / HTTP/1.0\r\n\r\n']
        if all(session.hung_up for session in self.observed.sessions):
            questions.insert(0, _client_hello())  # nobody has said it yet
        for question in questions:
            try:
                with self._socket(self.observed.reach.reached) as sock:
                    self._ask(sock, question)
            except OSError:
                return  # it has gone meanwhile
            if self.observed.reach.answers:
                return

    def _ask(self, sock: socket.socket, question: bytes) -> None:
        """Note what a peer answers, and what kind of answer that is."""
        answer = self._answer_on(sock, question)
        # a server that sends back all that it gets speaks nothing
        kind = 'echo' if answer and question.startswith(answer) else _kind_of(answer)
        self.observed.reach.answers, self.observed.reach.answer = kind, answer[:_SHOWN]

    def _answer_on(self, sock: socket.socket, question: bytes) -> bytes:
        until = time.monotonic() + _ANSWER_S
        try:
            sock.sendall(question)
            sock.settimeout(_TURN_S)
            while time.monotonic() < until and not self._stopped:
                with contextlib.suppress(TimeoutError):
                    return sock.recv(_BLOCK)
        except OSError:
            return b''  # it does not like the question, which is no answer either
        return b''


def _kind_of(answer: bytes) -> str:
    """Name the protocol of an answer; empty if that is not known."""
    if answer[:1] in (b'\x15', b'\x16') and answer[1:2] == b'\x03':
        return 'tls'
    start = answer[:200].lstrip().lower()
    if start.startswith((b'http/', b'<!doc', b'<html')):
        return 'http'
    return 'other' if answer else ''


def _client_hello() -> bytes:
    """Make the first bytes of TLS."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    out = ssl.MemoryBIO()
    tls = context.wrap_bio(ssl.MemoryBIO(), out)
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    return out.read()


def _state_of(sock: socket.socket) -> str:
    """Tell what became of a connection that nobody has read from."""
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        if not selector.select(0):
            return 'silent'
    try:
        return 'heard' if sock.recv(1) else 'closed'
    except OSError:
        return 'closed'


def _error(error: OSError) -> str:
    if isinstance(error, (TimeoutError, socket.timeout)) or error.errno == errno.ETIMEDOUT:
        return 'timeout'
    if error.errno in _REFUSED:
        return 'refused'
    if error.errno in _UNREACHABLE:
        return 'unreachable'
    return error.strerror or str(error)


def _tls_error(error: ssl.SSLError) -> str:
    is_plain = error.args[:1] == (_NO_TLS,) or error.reason in _PLAIN_ANSWERS
    return _NO_TLS if is_plain else tls_reason(error)
