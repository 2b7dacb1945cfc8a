"""Connections with messages on them: peers, their mailboxes, and the links they belong to."""

from __future__ import annotations

from typing import Any

from ..config import Settings
from ..errors import ConfigError
from ..transport.network import Network
from ..transport.tls import Tls
from .datagrams import DatagramLink
from .dialer import Dialer
from .link import Link, OnPeer
from .listener import Listener
from .outgoing import Outgoing
from .peer import Peer
from .receiving import OnMessage

__all__ = ['Link', 'OnMessage', 'OnPeer', 'Outgoing', 'Peer', 'make_link']


def make_link(
    settings: Settings, network: Network, *, tls_context: Any = None, **callbacks: Any
) -> Link:
    """
    Make the link that the settings ask for; `Link.open` opens it.

    :param network: where its work is done.
    :param tls_context: an `ssl.SSLContext` in place of the files of the settings.
    :param callbacks: `on_message`, `on_messages` or `on_sized`, and `on_peer`, see `Link`.
    :raises ConfigError: if the files for TLS do not fit, or nothing is encrypted.
    """
    if tls_context is not None and settings.protocol != 'tls':
        raise ConfigError(
            f'tls_context: found with protocol {settings.protocol}; allowed only with tls')
    if settings.protocol == 'udp':
        return DatagramLink(settings, network, **callbacks)
    tls = Tls(settings, tls_context) if settings.protocol == 'tls' else None
    kind = Dialer if settings.mode == 'client' else Listener
    return kind(settings, network, tls, **callbacks)
