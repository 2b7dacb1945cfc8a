"""Where a peer is: `tcp://host:port`."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from ..errors import ConfigError

DEFAULT_PORT = 18944
PROTOCOLS = ('tcp', 'tls', 'udp')
_WANTED = 'wanted tcp://HOST:PORT, tls://HOST:PORT or udp://HOST:PORT'


class Address(NamedTuple):
    """Scheme, host and port of a URL."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """Write it as a URL."""
        host = f'[{self.host}]' if ':' in self.host else self.host
        return f'{self.scheme}://{host}:{self.port}'


def parse_url(url: str) -> Address:
    """
    Take a URL such as `tcp://192.168.0.10:18944` apart; the port may be left out.

    :raises ConfigError: if it is no such URL.
    """
    if not isinstance(url, str):
        raise ConfigError(f'{url!r}: {_WANTED}')
    try:
        parts = urlsplit(url)
        port = DEFAULT_PORT if parts.port is None else parts.port
    except ValueError as error:
        raise ConfigError(f'{url!r}: {error}; {_WANTED}') from error
    if parts.scheme not in PROTOCOLS or not parts.hostname:
        raise ConfigError(f'{url!r}: {_WANTED}')
    if parts.path not in ('', '/') or parts.query or parts.fragment or parts.username is not None:
        raise ConfigError(f'{url!r}: {_WANTED} and nothing more')
    return Address(parts.scheme, parts.hostname, port)
