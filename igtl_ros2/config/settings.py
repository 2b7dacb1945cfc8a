"""Every setting of igtl_ros2: one home for names, defaults, units and checks."""

from __future__ import annotations

import collections.abc as abc
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from ..errors import ConfigError
from .address import DEFAULT_PORT, PROTOCOLS, Address, ip_address, ip_network, parse_url
from .words import FRAME_NAME, hint, show

T = TypeVar('T')

_WORDS = {bool: 'true or false', int: 'a whole number', float: 'a number', str: 'text',
          tuple: 'a list of text'}
#: settings of the bridge as a whole, which are not those of one of its links
OF_THE_NODE = ('mapping_file', 'autostart')
_POLICIES = ('newest', 'all')


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known about one parameter: enough to declare, explain and check it."""

    name: str
    #: the name as ROS parameter, where it stands in a group, such as tls.ca_file
    parameter: str
    default: bool | int | float | str | tuple[str, ...]
    help: str
    unit: str = ''
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        """What may be given, in words."""
        if self.choices:
            return ', '.join(map(show, self.choices))
        unit = f' {self.unit}' if self.unit else ''
        words = _WORDS[type(self.default)]
        if self.minimum is not None:
            words += f' from {self.minimum:.15g}{unit}'
        if self.maximum is not None:
            words += f' to {self.maximum:.15g}{unit}'
        return words

    def check(self, value: Any) -> Any:
        """
        Give back the value in the type of the default, or refuse it.

        :param value: a whole number is taken for a float, a list of text for a tuple.
        :raises ConfigError: the type, the range or the choice is wrong.
        """
        kind = type(self.default)
        if kind is float and type(value) is int:
            fits = True
        elif kind is tuple:
            fits = isinstance(value, (list, tuple)) and all(isinstance(v, str) for v in value)
        else:
            fits = type(value) is kind
        if not fits or not (  # written so that NaN fails as well
            (self.minimum is None or value >= self.minimum)
            and (self.maximum is None or value <= self.maximum)
            and (not self.choices or value in self.choices)
        ):
            raise ConfigError(f'{self.name}: found {show(value)}; allowed {self.allowed}'
                              + hint(value, self.choices))
        return kind(value)


def _is_host(host: str) -> bool:
    """Whether the name can be looked up at all: the resolver's own rule, before any thread."""
    try:
        host.encode('idna')
    except UnicodeError:
        return False
    return host != '' and host.isprintable()


def _setting(default: T, help: str, *, group: str = '', **facts: Any) -> T:
    """
    Write a setting where its attribute is declared, so that its default stands once.

    :param group: the group of the ROS parameter; an attribute `tls_ca_file` of the group `tls` is
        the parameter `tls.ca_file`.
    """
    return field(default=default,
                 metadata={'default': default, 'help': help, 'group': group, **facts})


@dataclass(frozen=True, slots=True)
class Settings:
    """The parameters of one bridge or one connection; a wrong one cannot be made."""

    mode: str = _setting(
        'server', 'Wait for peers (server) or connect to one (client).',
        choices=('server', 'client'))
    url: str = _setting(
        '',
        'Protocol, host and port together, such as tcp://192.168.0.10:18944, tls://... or '
        'udp://...; empty: protocol, host and port are used.')
    protocol: str = _setting(
        'tcp', 'Transport: tcp, tls (encrypted tcp) or udp.', choices=PROTOCOLS)
    host: str = _setting(
        '127.0.0.1', 'Address to listen on (server; 0.0.0.0 for all) or address of the peer '
        '(client); with udp also a multicast group.')
    port: int = _setting(
        DEFAULT_PORT, 'Port to listen on or to connect to; 0 takes any free port, for a server '
        'only.', minimum=0, maximum=65535)
    header_version: str = _setting(
        'auto', 'OpenIGTLink header to send: auto (1 until the peer has shown 2; like 2 with '
        'profile plus), 1 (never 2), '
        '2 (open with a STATUS in version 2, so that peers such as PLUS send metadata).',
        choices=('auto', '1', '2'))
    compat: str = _setting(
        'auto', 'What the peer can take: auto (recognised by what it sends), plain (everything), '
        'slicer (3D Slicer), plus (PLUS server), library1 (built on OpenIGTLink 1: header 1 '
        'only).',
        choices=('auto', 'plain', 'slicer', 'plus', 'library1'))
    client_info: str = _setting(
        '', 'XML that a client sends to a PLUS server in a CLIENTINFO when connected: what it '
        'wants to get.')
    ping_period: float = _setting(
        0.0, 'Interval of GET_STATUS queries that measure the round trip, in seconds; 0: never, '
        'because 3D Slicer crashes on queries. With compat auto a peer is asked once it has sent '
        'something.', unit='s', minimum=0, maximum=3600)
    check_crc: bool = _setting(
        True, 'Refuse messages whose checksum is wrong.')
    strict: bool = _setting(
        False, 'Refuse messages that break the protocol although they can be understood.')
    connect_timeout: float = _setting(
        5.0, 'How long a client waits for a connection, in seconds; a server for the TLS '
        'handshake.', unit='s', minimum=0.01, maximum=3600)
    reconnect: bool = _setting(
        True, 'A client connects again when the connection is lost or refused.',
        parameter='reconnect.enabled')
    reconnect_delay: float = _setting(
        0.2, 'Pause before a client first tries again, in seconds.', group='reconnect',
        unit='s', minimum=0.01, maximum=3600)
    reconnect_factor: float = _setting(
        2.0, 'How much longer each pause is than the one before.', group='reconnect',
        minimum=1, maximum=100)
    reconnect_jitter: float = _setting(
        0.25, 'Random fraction of each pause, so that many clients do not all reconnect at the '
        'same moment.', group='reconnect', minimum=0, maximum=1)
    reconnect_max_delay: float = _setting(
        5.0, 'Longest pause before a client tries again, in seconds.', group='reconnect',
        unit='s', minimum=0.01, maximum=3600)
    reconnect_attempts: int = _setting(
        0, 'How often a client tries before it gives up; 0: it never gives up.',
        group='reconnect', minimum=0, maximum=1_000_000)
    tls_ca_file: str = _setting(
        '', 'PEM file of the authorities whose certificates are accepted. Client: empty for those '
        'of the system. Server: with it, clients must show a certificate.', group='tls')
    tls_cert_file: str = _setting(
        '', 'PEM file of the certificate to show, with its intermediate certificates; a '
        'server needs one.', group='tls')
    tls_key_file: str = _setting(
        '',
        'PEM file of the private key, without a passphrase; empty: it is in tls.cert_file.',
        group='tls')
    tls_allowed_names: tuple[str, ...] = _setting(
        (), "Names of which a client's certificate must have one (DNS name, IP address, e-mail "
        'address or common name; * for any text); empty: any that the authority signed.',
        group='tls')
    tls_server_name: str = _setting(
        '', "Name that the server's certificate must have; empty: the host that is connected to.",
        group='tls')
    tls_insecure: bool = _setting(
        False, "Do not check the server's certificate: anybody can pose as the server.",
        group='tls')
    udp_rtp: bool = _setting(
        False, 'Send messages of any size in several datagrams, in the RTP frame of the C++ '
        'library; both forms are received.', group='udp')
    udp_payload_bytes: int = _setting(
        1400, 'Longest datagram to send, in bytes, without the RTP header of 12 bytes; the C++ '
        'library must be set to the same (there: 8900).', group='udp',
        unit='bytes', minimum=100, maximum=65495)
    udp_targets: tuple[str, ...] = _setting(
        (), 'HOST:PORT of peers to which a server sends everything; others get answers only.',
        group='udp')
    udp_interface: str = _setting(
        '', 'Network interface for multicast: its name, or with IPv4 also its address; empty: the '
        'system chooses.',
        group='udp')
    udp_ttl: int = _setting(
        1, 'Time to live of multicast datagrams: 1 keeps them in the local network.', group='udp',
        minimum=0, maximum=255)
    tcp_nodelay: bool = _setting(
        True, 'Send small messages at once (TCP_NODELAY).', group='tcp')
    tcp_keepalive: float = _setting(
        25.0, 'Time after which a lost machine of a peer is noticed, in seconds, but not before '
        'limits.send_timeout; 0: never.', group='tcp', unit='s', minimum=0, maximum=7200)
    send_buffer_bytes: int = _setting(
        0, "Size of the socket's send buffer, in bytes; 0: system default.",
        group='socket', unit='bytes', minimum=0, maximum=1 << 30)
    receive_buffer_bytes: int = _setting(
        0, "Size of the socket's receive buffer, in bytes; 0: system default.",
        group='socket', unit='bytes', minimum=0, maximum=1 << 30)
    allow: tuple[str, ...] = _setting(
        (), 'Networks or addresses from which a server takes connections, such as 10.0.0.0/24; '
        'empty: any.', group='limits')
    max_clients: int = _setting(
        128, 'How many clients may be connected to a server at once.', group='limits',
        minimum=1, maximum=65535)
    max_clients_per_address: int = _setting(
        0, 'How many of them may come from one IP address, so that no host takes all places; 0 '
        'for any number.', group='limits', minimum=0, maximum=65535)
    max_body_bytes: int = _setting(
        1 << 29, 'Largest message body that is accepted, in bytes; a peer that announces more is '
        'disconnected.', group='limits', unit='bytes', minimum=0, maximum=(1 << 31) - 1)
    max_elements: int = _setting(
        100_000, 'How many elements a list may have that is received: points, paths, tools, '
        'entries of lists of images, types of CAPABILITY, messages in a BIND with all that is in '
        'them; a message with more is skipped and counted as ContentError.', group='limits',
        minimum=1, maximum=10_000_000)
    idle_timeout: float = _setting(
        0.0, 'Disconnect a client that has sent nothing for so long, in seconds; 0 for never: '
        'many only listen.', group='limits', unit='s', minimum=0, maximum=86400)
    stall_timeout: float = _setting(
        5.0, 'Disconnect a peer that stops in the middle of a message for so long, in seconds, or '
        'sends less than 1024 bytes of it in that time; 0 for never.', group='limits',
        unit='s', minimum=0, maximum=3600)
    send_timeout: float = _setting(
        10.0, 'Disconnect a peer that reads nothing for so long, in seconds; 0 for never.',
        group='limits', unit='s', minimum=0, maximum=3600)
    queue_messages: int = _setting(
        1000, 'How many messages may wait to be sent to one peer, wait to be received, or be held '
        'for late joiners.', group='limits',
        minimum=1, maximum=1_000_000)
    queue_bytes: int = _setting(
        1 << 28, 'How many bytes may wait to be sent to one peer, wait to be received, or be held '
        'for late joiners.', group='limits',
        unit='bytes', minimum=1, maximum=1 << 40)
    queue_policy: tuple[str, ...] = _setting(
        (), 'TYPE=newest or TYPE=all: what a peer that does not keep up gets of a message type; '
        'TRANSFORM, IMAGE and other streams are newest, all the rest is all.', group='limits')
    max_waiting_bytes: int = _setting(
        1 << 30, 'How many bytes of incomplete messages may be kept for all peers together, but '
        'always one of max_body_bytes; over that, the peer whose large message takes '
        'longest is disconnected.', group='limits', unit='bytes', minimum=0, maximum=1 << 40)
    held_max_age: float = _setting(
        0.0, 'Oldest value that a peer gets when it connects, asks for it or by ~/resend, in '
        'seconds; 0 for the last one however old it is. An emergency is sent until it is over.',
        group='limits', unit='s', minimum=0, maximum=86400)
    mapping_file: str = _setting(
        '', 'YAML file with the rules for each device; empty: publish everything.')
    autostart: bool = _setting(
        True, 'Activate at the start; false: start unconfigured, as other lifecycle nodes.')
    default_frame: str = _setting(
        'ras', 'frame_id if neither the mapping nor the device name (XToY) gives one.')
    frame_prefix: str = _setting(
        '', 'Prefix of every frame name that comes from the network.')
    stamp: str = _setting(
        'auto', 'Time stamp of what is received: of the device (device), of arrival (receive), or '
        'of the device when it is set and within max_skew of now, else of arrival (auto).',
        choices=('auto', 'device', 'receive'))
    max_skew: float = _setting(
        1.0, "How far the device's clock may be off, in seconds, before stamp auto takes the time "
        'of arrival.', unit='s', minimum=0, maximum=86400)
    stale_after: float = _setting(
        2.0, 'A tracker that keeps sending while its time stamp stands still is stale after so '
        'long, in seconds; 0: never.', unit='s', minimum=0, maximum=86400)
    info_rate: float = _setting(
        1.0, 'How often an unchanged info is repeated for a stream, in Hz; 0 for only when '
        'something changed.', unit='Hz', minimum=0, maximum=1000)
    discover: bool = _setting(
        True, 'Look for topics named to_igtl/<device>/<leaf> and send them.')
    discover_period: float = _setting(
        1.0, 'Interval of the search for topics to send, in seconds.',
        unit='s', minimum=0.1, maximum=3600)
    send_allow: tuple[str, ...] = _setting(
        ('*',), 'Patterns of the device names that discover may send.')
    send_deny: tuple[str, ...] = _setting(
        (), 'Patterns of the device names that discover must not send; they win over send_allow.')
    raw_deny: tuple[str, ...] = _setting(
        (), 'Patterns of the message types whose frames are never published on raw, such as '
        'IMGMETA and VIDEOMETA, which name patients.')
    log_queries: bool = _setting(
        False, 'Publish queries of peers and services and their results on ~/queries, as JSON.')

    def __post_init__(self) -> None:
        for name, setting in SETTINGS.items():
            object.__setattr__(self, name, setting.check(getattr(self, name)))
        if self.url:
            self._take_url()
        if not _is_host(self.host):
            raise ConfigError(f'host: found {show(self.host)}; allowed a host name or an '
                              'IP address')
        if self.mode == 'client' and self.port == 0:
            raise ConfigError('port: found 0 with mode client; allowed 1 to 65535, '
                              'only a server can take any free port')
        for name, setting in SETTINGS.items():
            if getattr(self, name) != setting.default:
                refuse_misfit(name, self.mode, self.protocol)
        if self.reconnect_delay > self.reconnect_max_delay:
            raise ConfigError(
                f'reconnect_delay: found {self.reconnect_delay!r}; allowed at most '
                f'reconnect_max_delay, which is {self.reconnect_max_delay!r} s')
        if self.tls_key_file and not self.tls_cert_file:
            raise ConfigError('tls_key_file: found without tls_cert_file; allowed both or none')
        if self.tls_allowed_names and not self.tls_ca_file:
            raise ConfigError('tls_allowed_names: found without tls_ca_file; allowed only with '
                              "the authority of the clients' certificates")
        if self.tls_insecure and (self.tls_ca_file or self.tls_server_name):
            raise ConfigError('tls_insecure: found true with tls_ca_file or tls_server_name; '
                              'allowed either the one or the other')
        if self.compat == 'library1' and self.header_version == '2':
            raise ConfigError("header_version: found '2' with compat library1, which cannot read "
                              'it; allowed auto or 1')
        if '\0' in self.client_info or len(self.client_info.encode(errors='replace')) > 0xFFFF:
            raise ConfigError('client_info: found NUL, or more than 65535 bytes; allowed XML that '
                              'fits a message')
        if self.udp_rtp and (self.header_version == '1' or self.compat == 'library1'):
            raise ConfigError('udp_rtp: found true with header version 1; the RTP frame has room '
                              'for version 2 only')
        for text in self.allow:
            _check_network(text)
        for text in self.udp_targets:
            _read_url('udp_targets', f'udp://{text}')
        self.policies()
        if self.default_frame[:1] in ('', '/'):
            raise ConfigError(f'default_frame: found {show(self.default_frame)}; '
                              f'allowed {FRAME_NAME}')
        if self.frame_prefix.startswith('/'):
            raise ConfigError(f'frame_prefix: found {show(self.frame_prefix)}; '
                              'allowed text that does not start with /')

    def _take_url(self) -> None:
        """Take protocol, host and port from the URL; given besides, they must say the same."""
        address = _read_url('url', self.url)
        for name, value in zip(('protocol', 'host', 'port'), address):
            found = getattr(self, name)
            if found not in (SETTINGS[name].default, value):
                raise ConfigError(f'{name}: found {show(found)} besides url {show(self.url)}; '
                                  'allowed either the one or the other')
            object.__setattr__(self, name, value)

    @property
    def address(self) -> Address:
        """Where to listen or to connect to."""
        return Address(self.protocol, self.host, self.port)

    def allows(self, host: str) -> bool:
        """Tell whether `allow` lets in a peer with this IP address."""
        if not self.allow:
            return True
        address = ip_address(host)
        return any(address in ip_network(network) for network in self.allow)

    def policies(self) -> dict[str, str]:
        """Give `queue_policy` as a dict of type name to newest or all."""
        result = {}
        for text in self.queue_policy:
            kind, _, policy = text.partition('=')
            if not kind or policy not in _POLICIES:
                raise ConfigError(f'queue_policy: found {show(text)}; allowed TYPE=newest or '
                                  f'TYPE=all{hint(policy, _POLICIES)}')
            result[kind] = policy
        return result

    @classmethod
    def from_values(cls, values: abc.Mapping[str, Any]) -> Settings:
        """
        Make settings from values by name; what is not named keeps its default.

        What makes no sense with the mode and the protocol may not be named at all.

        :raises ConfigError: a name is unknown, a value is wrong, or two do not fit together.
        """
        if not isinstance(values, abc.Mapping):
            raise ConfigError(f'settings: found {values!r}; allowed values by name')
        refuse_unknown(values)
        settings = cls(**values)
        for name in values:
            refuse_misfit(name, settings.mode, settings.protocol)
        return settings


def refuse_unknown(names: abc.Iterable[str], beside: abc.Iterable[str] = ()) -> None:
    """
    Refuse names that no setting has.

    :param beside: other names that may have been meant.
    :raises ConfigError: one is none.
    """
    for name in names:
        if name not in SETTINGS:
            more = hint(name, (*SETTINGS, *beside)) or f'; allowed {", ".join(SETTINGS)}'
            raise ConfigError(f'{name}: there is no such parameter{more}')


def as_parameter(error: str) -> str:
    """Name the setting in front of an error as users write it: tls.ca_file for tls_ca_file."""
    name, colon, text = error.partition(': ')
    return f'{SETTINGS[name].parameter}{colon}{text}' if name in SETTINGS else error


def refuse_misfit(name: str, mode: str, protocol: str) -> None:
    """
    Refuse a setting that can have no effect with a mode and a protocol.

    :raises ConfigError: it cannot.
    """
    group = SETTINGS[name].parameter.partition('.')[0]
    if group in ('tls', 'udp') and protocol != group:
        raise ConfigError(f'{name}: found with protocol {protocol}; allowed only with {group}')
    of_connections = ('client_info', 'max_clients_per_address')
    if (group in ('tcp', 'reconnect') or name in of_connections) and protocol == 'udp':
        raise ConfigError(f'{name}: found with protocol udp, which has no connections; '
                          'allowed only with tcp and tls')
    client_only = ('tls_server_name', 'tls_insecure', 'client_info')
    server_only = ('tls_allowed_names', 'udp_targets', 'allow', 'max_clients',
                   'max_clients_per_address', 'idle_timeout')
    if mode == 'server' and (group == 'reconnect' or name in client_only):
        raise ConfigError(f'{name}: found with mode server; allowed only with mode client')
    if mode == 'client' and name in server_only:
        raise ConfigError(f'{name}: found with mode client; allowed only with mode server')


def _read_url(name: str, url: str) -> Address:
    try:
        return parse_url(url)
    except ConfigError as error:
        raise ConfigError(f'{name}: {error}') from error


def _check_network(text: str) -> None:
    try:
        ip_network(text)
    except ValueError as error:
        raise ConfigError(f'allow: found {show(text)}; allowed addresses and networks such as '
                          f'10.0.0.5 and 10.0.0.0/24: {error}') from error


def _read(name: str, facts: dict[str, Any]) -> Setting:
    group = facts.pop('group')
    inside = f'{group}.{name.removeprefix(group + "_")}' if group else name
    return Setting(name, facts.pop('parameter', inside), **facts)


SETTINGS: dict[str, Setting] = {f.name: _read(f.name, dict(f.metadata)) for f in fields(Settings)}
