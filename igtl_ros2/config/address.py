"""Where a peer is: `tcp://host:port`."""

from __future__ import annotations

import ipaddress
from typing import NamedTuple
from urllib.parse import urlsplit

from ..errors import ConfigError

DEFAULT_PORT = 18944
PROTOCOLS = ('tcp', 'tls', 'udp')
_FORMS = [f'{name}://HOST:PORT' for name in PROTOCOLS]
_WANTED = f'wanted {", ".join(_FORMS[:-1])} or {_FORMS[-1]}'


class Address(NamedTuple):
    """Scheme, host and port of a URL."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f'[{self.host}]' if ':' in self.host else self.host
        return f'{self.scheme}://{host}:{self.port}'


def ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """
    Read the address of a peer; an IPv4 address mapped to IPv6 is an IPv4 address.

    :raises ValueError: if it is none.
    """
    address = ipaddress.ip_address(host.partition('%')[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def ip_network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """
    Read a network or an address, as `ip_address` does: ::ffff:10.0.0.0/104 is 10.0.0.0/8.

    :raises ValueError: if it is none.
    """
    network = ipaddress.ip_network(text)
    if isinstance(network, ipaddress.IPv6Network) and network.prefixlen >= 96:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return ipaddress.IPv4Network((mapped, network.prefixlen - 96))
    return network


def same_host(host: str) -> str:
    """Give one text for a host, whatever form its address has."""
    try:
        return str(ip_address(host))
    except ValueError:
        return host


def network_of(host: str) -> str:
    """Name the owner of an address: the host, or its /64 network for IPv6."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((int(address), 64), strict=False))


def parse_url(url: str) -> Address:
    """
    Take a URL such as `tcp://192.168.0.10:18944` apart; the port may be omitted.

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
    if url.split() != [url] or url.count(']') > 1:  # urlsplit takes some of it away
        raise ConfigError(f'{url!r}: found white space or a stray bracket; {_WANTED}')
    if parts.path not in ('', '/') or parts.query or parts.fragment or parts.username is not None:
        raise ConfigError(f'{url!r}: {_WANTED} and nothing more')
    return Address(parts.scheme, parts.hostname, port)


def url_of(text: str, port: int | None = None) -> str:
    """
    Give the URL of a host, of host:port, or of what is a URL already.

    :param port: of a host that is given alone.
    :raises ConfigError: if it is none of them, or has a port already.
    """
    if isinstance(text, str) and '://' not in text:
        is_bare_ipv6 = text.count(':') > 1 and '[' not in text and ']' not in text
        text = f'tcp://[{text}]' if is_bare_ipv6 else f'tcp://{text}'
    address = parse_url(text)
    if port is None:
        return str(address)
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65535:
        raise ConfigError(f'port: found {port!r}; allowed a whole number from 0 to 65535')
    if urlsplit(text).port not in (None, port):
        raise ConfigError(f'{text!r}: found together with port {port}; allowed one of them')
    return str(address._replace(port=port))
