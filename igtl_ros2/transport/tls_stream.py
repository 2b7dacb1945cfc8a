"""
One TLS connection, with the ssl module over memory.

asyncio's own TLS ends a failed handshake without sending the alert that tells the other side why,
counts unsent bytes differently in each version of Python, and can hand bytes on before it is
known whose they are.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable

from ..config import Settings
from ..config.address import parse_url
from .handshakes import Handshakes
from .stream import CLOSE_S, Sink, Stream
from .tls import Tls, peer_names, tls_reason

_RAW_BYTES = 1 << 16
# An alert in plain text, "handshake failure": what somebody who has not spoken TLS may be told
_ALERT = b'\x15\x03\x03\x00\x02\x02\x28'
_HANDSHAKE_TYPES = (0x14, 0x15, 0x16)
_IGTL_STARTS = (b'\x00\x01', b'\x00\x02')


class TlsStream(Stream):
    """
    One TCP connection with TLS in it.

    :param handshake_s: how long the handshake may take.
    :param handshakes: in which the stream is while it is neither open nor gone.
    """

    scheme = 'tls'

    def __init__(
        self, settings: Settings, make_sink: Callable[[], Sink],
        refused: Callable[[str, str], None], admit: Callable[[str], str], tls: Tls,
        handshake_s: float, handshakes: Handshakes,
    ) -> None:
        super().__init__(settings, make_sink, refused, admit)
        self._tls = tls
        self._handshake_s = handshake_s
        self._handshakes = handshakes
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._session: ssl.SSLObject | None = None
        self._raw = memoryview(bytearray(_RAW_BYTES))
        self._first = b''
        self._paused = False
        self._peer_names: tuple[str, ...] = ()
        self._eof = False
        self.host = ''
        self.began_s = 0.0

    @property
    def peer_names(self) -> tuple[str, ...]:
        return self._peer_names

    # -- handshake

    def _begin(self) -> None:
        self.host = parse_url(self.address).host
        self.began_s = self._loop.time()
        self._handshakes.add(self)
        self._start_timer(self._handshake_s, self._too_slow)
        self._session = self._tls.wrap(self._incoming, self._outgoing)
        self._shake_hands(self._session)

    @property
    def is_silent(self) -> bool:
        """Whether nothing has come from it yet, or it was refused and only has to close."""
        return self._ending or not self._first

    def give_way(self, why: str) -> None:
        """End the handshake at once: its place is needed."""
        self._stop_timer()
        if not self._ending:
            self._refused(self.address, why)
        self.abort()

    def _too_slow(self) -> None:
        within_s = self._settings.connect_timeout
        self._refuse_aloud(f'no TLS handshake within {within_s:g} s{self._hint}')

    @property
    def _hint(self) -> str:
        role = 'client' if self._tls.server_side else 'server'
        return '' if self._first else f'; does the {role} speak TLS?'

    def _shake_hands(self, session: ssl.SSLObject) -> None:
        try:
            session.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
            return
        except ssl.SSLEOFError:
            self._refuse(self._gone)
            return
        except ssl.SSLError as error:
            self._flush()  # the alert
            self._refuse(tls_reason(error))
            return
        why_not = self._tls.refusal(session)
        if why_not:
            self._say_goodbye(session)
            self._refuse(why_not)
            return
        self._stop_timer()
        self._handshakes.discard(self)
        self._peer_names = tuple(peer_names(session))
        self._flush()
        self._open()
        self._read(session)

    @property
    def _gone(self) -> str:
        return f'closed the connection during the TLS handshake{self._hint}'

    def _refuse_aloud(self, why: str) -> None:
        if self._transport is not None:
            self._transport.write(_ALERT)
        self._refuse(why)

    def _speaks_tls(self) -> bool:
        """Tell from the first bytes; refuse what is something else."""
        if self._first[0] in _HANDSHAKE_TYPES:
            return True
        if self._first in _IGTL_STARTS:
            self._refuse_aloud('speaks plain OpenIGTLink, not TLS')
        else:
            self._refuse_aloud(f'does not speak TLS: its first bytes are {self._first.hex(" ")}')
        return False

    # -- called by asyncio

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._raw

    def buffer_updated(self, nbytes: int) -> None:
        session = self._session
        if self._ending or session is None:
            return
        if len(self._first) < 2:
            self._first += bytes(self._raw[: min(nbytes, 2 - len(self._first))])
            if len(self._first) == 2 and not self._speaks_tls():
                return
        self._incoming.write(self._raw[:nbytes])
        self._advance(session)

    def eof_received(self) -> bool:
        """Hand on what came before the end, then close."""
        if self._ending or self._session is None:
            return False
        self._eof = True
        self._incoming.write_eof()
        self._advance(self._session)
        return not self._ending

    def _advance(self, session: ssl.SSLObject) -> None:
        if self._sink is None:
            self._shake_hands(session)
        else:
            self._read(session)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._sink is None and self._session is not None and not self._ending:
            self._refused(self.address, f'{self._gone}{f" ({exc})" if exc else ""}')
        self._handshakes.discard(self)
        super().connection_lost(exc)

    # -- once it is open

    def _read(self, session: ssl.SSLObject) -> None:
        full = True
        while full and not self._paused and not self._ending and self._sink is not None:
            buffer = self._sink.get_buffer(-1)
            size, full, end = _decrypt(session, buffer)
            if size:
                self._received_any = True
                self._sink.buffer_updated(size)
            if end is not None and not self._ending:
                self._flush()  # an alert, if there is one
                self._finish(end)
        self._flush()

    def _finish(self, why: str) -> None:
        if why:
            self._fail(why)
        elif not self._received_any and self._settings.tls_cert_file and not self._tls.server_side:
            # refused after a handshake that was fine, for which TLS has no alert
            self._fail('closed by the peer, which sent nothing; it may not allow the name in '
                       "this side's certificate")
        else:
            self.close()

    def _flush(self) -> None:
        if self._outgoing.pending and self._transport is not None and not self._ending:
            data = self._outgoing.read()
            self._written += len(data)
            self._transport.write(data)

    def _plain_fd(self, sock: socket.socket) -> int:
        return -1

    def write(self, data: memoryview) -> None:
        """Encrypt and send bytes, or keep them until the peer takes them: see `writable`."""
        if self.is_closing or self._session is None:
            return
        try:
            sent = 0
            while sent < len(data):
                sent += self._session.write(data[sent:])
        except ssl.SSLError as error:
            self._flush()
            self._fail(tls_reason(error))
        self._flush()

    def pause_reading(self) -> None:
        self._paused = True
        super().pause_reading()

    def resume_reading(self) -> None:
        """Read again, first what was received already."""
        self._paused = False
        super().resume_reading()
        self._loop.call_soon(self._read_on)

    def _read_on(self) -> None:
        if self._session is not None and not self._ending:
            self._read(self._session)

    def close(self) -> None:
        """Send what was written and the goodbye of TLS, then close; see `Stream.close`."""
        if not self.is_closing and self._session is not None:
            self._say_goodbye(self._session)
            self._end(CLOSE_S)

    def _say_goodbye(self, session: ssl.SSLObject) -> None:
        # having written its own goodbye, it wants to read that of the peer, which nobody needs:
        # the end of the connection follows
        with contextlib.suppress(ssl.SSLError):
            session.unwrap()
        self._flush()

    def _end(self, within_s: float) -> None:
        super()._end(within_s)
        if self._eof and self._transport is not None:
            self._transport.close()


def _decrypt(session: ssl.SSLObject, buffer: memoryview) -> tuple[int, bool, str | None]:
    """
    Fill the buffer as far as there is something.

    :returns: how many bytes, whether there may be more, and why there never will be; empty: the
        peer closed the connection.
    """
    size = 0
    try:
        while size < len(buffer):
            count: int = session.read(  # type: ignore[assignment]  # bytes only without a buffer
                len(buffer) - size, buffer[size:])
            if not count:
                return size, False, ''
            size += count
    except ssl.SSLWantReadError:
        return size, False, None
    except ssl.SSLError as error:
        return size, False, tls_reason(error)
    return size, True, None
