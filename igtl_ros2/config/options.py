"""
The options of `connect` and `serve` for type checkers: which go with which kind of URL.

Their meaning, defaults and checks stand in `settings.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict


class LinkOptions(TypedDict, total=False):
    """Options of every link."""

    header_version: str
    compat: str
    ping_period: float
    check_crc: bool
    strict: bool
    connect_timeout: float
    send_buffer_bytes: int
    receive_buffer_bytes: int
    max_body_bytes: int
    max_elements: int
    stall_timeout: float
    send_timeout: float
    queue_messages: int
    queue_bytes: int
    queue_policy: Sequence[str]
    max_waiting_bytes: int
    held_max_age: float


class StreamOptions(LinkOptions, total=False):
    """Options of `tcp://` and `tls://`; those of TLS for `tls://` only."""

    tls_ca_file: str
    tls_cert_file: str
    tls_key_file: str
    tcp_nodelay: bool
    tcp_keepalive: float


class ClientOptions(StreamOptions, total=False):
    """Options of `connect` with `tcp://` and `tls://`."""

    client_info: str
    reconnect: bool
    reconnect_delay: float
    reconnect_factor: float
    reconnect_jitter: float
    reconnect_max_delay: float
    reconnect_attempts: int
    tls_server_name: str
    tls_insecure: bool


class ServerOptions(StreamOptions, total=False):
    """Options of `serve` with `tcp://` and `tls://`."""

    tls_allowed_names: Sequence[str]
    allow: Sequence[str]
    max_clients: int
    max_clients_per_address: int
    idle_timeout: float


class DatagramClientOptions(LinkOptions, total=False):
    """Options of `connect` with `udp://`, which a server has too."""

    udp_rtp: bool
    udp_payload_bytes: int
    udp_interface: str
    udp_ttl: int


class DatagramServerOptions(DatagramClientOptions, total=False):
    """Options of `serve` with `udp://`."""

    udp_targets: Sequence[str]
    allow: Sequence[str]
    max_clients: int
    idle_timeout: float
