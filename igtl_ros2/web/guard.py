"""Access to the page: names in Host and Origin, the token, and what a browser may load."""

from __future__ import annotations

import contextlib
import hmac
import ipaddress
import secrets
from collections.abc import Collection
from urllib.parse import urlsplit

#: the page and nothing else: no script in the text, nothing from elsewhere, in no frame
HEADERS = {
    'Content-Security-Policy': (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-store',
}
_LOCAL = frozenset(('localhost', '127.0.0.1', '::1'))


def new_token() -> str:
    """Make a token that nobody can guess."""
    return secrets.token_urlsafe(24)


def is_this_machine(address: str) -> bool:
    """Tell whether a server at this address is reached from this machine alone."""
    found = _address_of(address)
    return address == 'localhost' if found is None else found.is_loopback


class Guard:
    """
    Decides which browsers may see the page.

    :param address: where the server listens.
    :param token: what a browser has to know; empty: nothing.
    :param names: by which the server is called besides its address.
    """

    def __init__(self, address: str, token: str, names: Collection[str] = ()) -> None:
        self._token = token.encode()
        self._any_address = not is_this_machine(address)
        self._names = _LOCAL | {address.lower(), *(name.lower() for name in names)}

    @property
    def wants_token(self) -> bool:
        """Whether there is a token to know."""
        return bool(self._token)

    def knows(self, token: object) -> bool:
        """Tell whether a token is the right one, in the same time for all wrong ones."""
        given = token.encode('utf-8', 'surrogatepass') if isinstance(token, str) else b''
        return not self._token or hmac.compare_digest(given, self._token)

    def is_host(self, host: str) -> bool:
        """
        Tell whether a request was meant for this server.

        A page from elsewhere can have its own name lead here, but not change the name.
        """
        name = _name_of(host)
        return name in self._names or self._any_address and _address_of(name) is not None

    def is_origin(self, origin: str | None, host: str, scheme: str) -> bool:
        """Tell whether it is this server's own page that asks; programs say no origin."""
        return origin is None or origin.lower() == f'{scheme}://{host}'.lower()


def _name_of(host: str) -> str:
    try:
        return (urlsplit(f'//{host}').hostname or '').lower()
    except ValueError:
        return ''


def _address_of(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(name)
    return None
