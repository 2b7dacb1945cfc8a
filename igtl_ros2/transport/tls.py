"""TLS: from settings and files to contexts, and every failure in words."""

from __future__ import annotations

import ipaddress
import logging
import os
import ssl
from fnmatch import fnmatchcase
from ssl import SSLContext as SSLContext  # for the parts that may not import ssl
from typing import Any, NoReturn

from ..config import Settings
from ..errors import ConfigError

_FILES = ('tls_ca_file', 'tls_cert_file', 'tls_key_file')
_NAME_KINDS = ('DNS', 'IP Address', 'email')

# numbers of OpenSSL (x509_vfy.h)
_NOT_YET_VALID, _EXPIRED = 9, 10
_HOST_MISMATCH, _IP_MISMATCH = 62, 64
_VERIFY_WORDS = {
    _NOT_YET_VALID: 'is not valid yet (or the clock of this machine is wrong)',
    _EXPIRED: 'has expired (or the clock of this machine is wrong)',
    18: 'is self-signed and not among the accepted ones (tls_ca_file)',
    **dict.fromkeys(
        (19, 20, 21), 'was signed by an authority that is not accepted here (tls_ca_file)'),
    26: 'was not made for this side of a connection (extended key usage)',
}
# what the other side says with an alert; looked for in the text of OpenSSL, which is the same
# in all versions of Python
_ALERT_WORDS = {
    'alert certificate required': 'demands a certificate from this side (tls_cert_file)',
    'alert unknown ca': "does not accept the authority of this side's certificate",
    'alert certificate expired': "says that this side's certificate has expired",
    'alert certificate revoked': "says that this side's certificate was revoked",
    'alert bad certificate': "does not accept this side's certificate (name or contents)",
    'alert certificate unknown': "does not accept this side's certificate",
    'alert unsupported certificate': "does not accept this side's kind of certificate",
    'alert protocol version': 'does not speak the TLS versions of this side (1.2 or newer)',
    'alert handshake failure': 'refused the TLS handshake: certificate, TLS version or ciphers '
                               'do not suit it, or it took too long',
    'peer did not return a certificate': 'showed no certificate, and this side demands one',
    'unsupported protocol': 'speaks a TLS version that is too old: wanted 1.2 or newer',
    'no shared cipher': 'has no cipher in common with this side',
    'no protocols available': 'has no TLS version in common with this side',
    'unexpected eof': 'ended the connection without the goodbye of TLS',
}

_log = logging.getLogger(__name__)


class Tls:
    """
    Makes the TLS side of connections, with certificates that may change while it runs.

    :param context: instead of the files in the settings.
    :raises ConfigError: files, certificates or the context cannot work.
    """

    def __init__(self, settings: Settings, context: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self.server_side = settings.mode == 'server'
        self._own = context is not None
        if context is not None:
            if not isinstance(context, ssl.SSLContext):
                raise ConfigError(f'tls_context: found {context!r}; allowed an ssl.SSLContext')
            for name in (*_FILES, 'tls_insecure'):
                if getattr(settings, name):
                    raise ConfigError(f'{name}: found besides a TLS context; allowed either the '
                                      'one or the other')
        elif self.server_side and not settings.tls_cert_file:
            raise ConfigError('tls_cert_file: found nothing; a TLS server needs the PEM file of '
                              'its certificate')
        self._seen = self._look()
        self._context = context or self._load()
        self._try(self._context)
        if not self.server_side and self._context.verify_mode != ssl.CERT_REQUIRED:
            _log.warning(
                '%s: INSECURE: the certificate of the server is not checked (%s): anybody on the '
                'network can pose as the server, read and change everything that is sent',
                settings.address, 'TLS context' if self._own else 'tls_insecure')

    def current(self) -> ssl.SSLContext:
        """
        Give the context for the next connection.

        Files that changed are read again; if that fails, the log says so and the last context
        that worked is used. Connections that are open stay as they are.
        """
        seen = self._look()
        if seen != self._seen:
            self._seen = seen
            try:
                context = self._load()
                self._try(context)
            except ConfigError as error:
                _log.error('changed TLS files are not used, those from before are: %s', error)
            else:
                self._context = context
                _log.info('TLS files were read again')
        return self._context

    def wrap(self, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO) -> ssl.SSLObject:
        return self._wrap(self.current(), incoming, outgoing)

    def refusal(self, session: ssl.SSLObject) -> str:
        """Tell why a peer with a valid certificate is refused; empty if it is not."""
        allowed = self._settings.tls_allowed_names
        names = peer_names(session)
        if not allowed or any(fnmatchcase(name, text) for name in names for text in allowed):
            return ''
        return (f'its certificate has the names {", ".join(map(repr, names)) or "(none)"}; '
                f'tls_allowed_names allows {", ".join(map(repr, allowed))}')

    def _wrap(
        self, context: ssl.SSLContext, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO
    ) -> ssl.SSLObject:
        name = None
        if not self.server_side:
            name = self._settings.tls_server_name or self._settings.host
        return context.wrap_bio(
            incoming, outgoing, server_side=self.server_side, server_hostname=name)

    def _try(self, context: ssl.SSLContext) -> None:
        try:
            self._wrap(context, ssl.MemoryBIO(), ssl.MemoryBIO())
        except (ValueError, ssl.SSLError) as error:
            side = self._settings.mode
            # a server is given no name; without one Python refuses a context of clients so
            if side == 'client' and not isinstance(error, ssl.SSLError):
                raise ConfigError(f'tls_server_name (or host): {error}') from error
            raise ConfigError(f'TLS context: not for a {side}: {_words(error)}') from error

    def _look(self) -> list[tuple[int, ...]]:
        """Take the marks by which a changed file is known."""
        if self._own:
            return []
        return [_mark(getattr(self._settings, name)) for name in _FILES]

    def _load(self) -> ssl.SSLContext:
        settings = self._settings
        for name in _FILES:
            _check_readable(name, getattr(settings, name))
        purpose = ssl.Purpose.CLIENT_AUTH if self.server_side else ssl.Purpose.SERVER_AUTH
        # with authorities of our own, those of the system are not accepted
        context = _with_authorities(purpose, settings.tls_ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options |= ssl.OP_NO_RENEGOTIATION
        if self.server_side:
            # nothing resumes sessions: a client shows its certificate each time
            context.options |= ssl.OP_NO_TICKET
            context.num_tickets = 0
            if settings.tls_ca_file:
                context.verify_mode = ssl.CERT_REQUIRED
        elif settings.tls_insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if settings.tls_cert_file:
            _load_certificate(context, settings.tls_cert_file, settings.tls_key_file)
            _check_certificate(
                settings.tls_cert_file, settings.tls_key_file, server_side=self.server_side)
        return context


def _mark(path: str) -> tuple[int, ...]:
    try:
        facts = os.stat(path)
    except OSError:
        return ()
    return facts.st_mtime_ns, facts.st_size, facts.st_ino, facts.st_dev


def _check_readable(name: str, path: str) -> None:
    if not path:
        return
    try:
        with open(path, 'rb'):
            pass
    except OSError as error:
        raise ConfigError(f'{name}: cannot read {path}: {error.strerror}') from error


def _with_authorities(purpose: ssl.Purpose, path: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(purpose, cafile=path or None)
    except ssl.SSLError as error:
        raise ConfigError(f'tls_ca_file: {path}: no certificate in PEM form: '
                          f'{_words(error)}') from error


def _load_certificate(context: ssl.SSLContext, cert: str, key: str) -> None:
    key_setting = 'tls_key_file' if key else 'tls_cert_file'

    def refuse_passphrase() -> NoReturn:
        raise ConfigError(f'{key_setting}: {key or cert}: the key has a passphrase; '
                          'allowed one without')

    try:
        # only to tell a file without certificate from one without key
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cert)
    except ssl.SSLError as error:
        raise ConfigError(f'tls_cert_file: {cert}: no certificate in PEM form: '
                          f'{_words(error)}') from error
    try:
        context.load_cert_chain(cert, key or None, refuse_passphrase)
    except ssl.SSLError as error:
        words = _words(error)
        if 'mismatch' in words:
            raise ConfigError(f'{key_setting}: {key or cert}: not the key of the certificate in '
                              f'{cert}') from error
        raise ConfigError(f'{key_setting}: {key or cert}: no private key in PEM form that can '
                          f'be used with {cert}: {words}') from error


def _check_certificate(cert: str, key: str, *, server_side: bool) -> None:
    """
    Show a certificate to somebody who trusts it, so that an expired one stops the start.

    :raises ConfigError: everybody would refuse it.
    """
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    judge = client if server_side else server
    for context in (server, client):
        context.verify_mode = ssl.CERT_REQUIRED if context is judge else ssl.CERT_NONE
        _load_certificate(context, cert, key)
    judge.load_verify_locations(cert)
    judge.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [client.wrap_bio(to_client, to_server),
             server.wrap_bio(to_server, to_client, server_side=True)]
    while sides:
        for side in list(sides):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError as error:
                raise ConfigError(
                    f'tls_cert_file: {cert}: the certificate {_verdict(error)}') from error
            except ssl.SSLError as error:
                raise ConfigError(f'tls_cert_file: {cert}: {_words(error)}') from error
            sides.remove(side)


def peer_names(session: ssl.SSLObject) -> list[str]:
    """Give the names in the certificate of the peer: DNS, IP address, e-mail, common name."""
    certificate: dict[str, Any] = session.getpeercert() or {}
    found = certificate.get('subjectAltName', ())
    names = [_plain(kind, value) for wanted in _NAME_KINDS for kind, value in found
             if kind == wanted]
    names += [value for part in certificate.get('subject', ()) for kind, value in part
              if kind == 'commonName']
    return names


def _plain(kind: str, name: str) -> str:
    # OpenSSL writes ::1 as 0:0:0:0:0:0:0:1, and an address of a wrong length as <invalid>
    try:
        return str(ipaddress.ip_address(name.strip())) if kind == 'IP Address' else name
    except ValueError:
        return name


def _verdict(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in (_HOST_MISMATCH, _IP_MISMATCH):
        return f'is for another name: {error.verify_message.rstrip(".")} (tls_server_name)'
    return _VERIFY_WORDS.get(error.verify_code) or f'is refused: {error.verify_message}'


def _words(error: Exception) -> str:
    # '[SSL: SOME_REASON] some reason (_ssl.c:2580)': neither the code nor the place in Python
    return str(error.args[-1]).rpartition('] ')[2].partition(' (_ssl')[0]


def tls_reason(error: ssl.SSLError) -> str:
    """Say what went wrong, as a sentence about the peer without its subject."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f'showed a certificate that {_verdict(error)}'
    text = str(error).lower().replace('_', ' ')
    for mark, words in _ALERT_WORDS.items():
        if mark in text:
            return words
    return f'failed in TLS: {_words(error)}'
