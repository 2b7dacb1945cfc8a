"""Whether a peer is there and speaks OpenIGTLink; and what to type into 3D Slicer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...codec import registered
from ...config.address import DEFAULT_PORT
from ...errors import printable
from .findings import Finding, Severity, fault, note, warning
from .observation import Observation, Reach, Session

NAME_UNKNOWN = fault(
    'name-unknown', 'the name of the host has no address',
    'Type the IP address instead (`ip addr` on the other machine shows it), or put the name into '
    '/etc/hosts.')
PORT_CLOSED = fault(
    'port-closed', 'the machine answers, and nobody listens on the port',
    f'Start the server there, and look which port it says (OpenIGTLink: {DEFAULT_PORT}). If it '
    'runs: does it listen on 127.0.0.1 alone? Then let it listen on 0.0.0.0.')
NO_ANSWER = fault(
    'no-answer', 'the machine does not answer on the port',
    'Is it on, and in this network (`ping`)? If so, its firewall drops the connection: allow the '
    'port there.')
UNREACHABLE = fault(
    'unreachable', 'there is no way to that network',
    'Look at cable, WLAN and VPN; both machines need addresses of one network.')
NOT_CONNECTED = fault(
    'not-connected', 'the system refuses the connection',
    'The text is that of the system; the address and the rights of this user are what it is '
    'about.')
PORT_TAKEN = fault(
    'port-taken', 'another program listens on this port',
    'End that program (`ss -ltnp` names it), or wait on another port.')
NOBODY_CAME = fault(
    'nobody-came', 'nobody connected in time',
    'Set the other program to client, with the address of this machine and this port; if it is '
    'so already, a firewall on this machine may drop it.')
IS_TLS = fault(
    'is-tls', 'the port expects TLS, the connection was plain',
    'Use tls:// in front of the host, in the bridge `protocol: tls`. 3D Slicer does not support '
    'TLS: give it a server without TLS, on 127.0.0.1.')
NOT_TLS = fault(
    'not-tls', 'the connection uses TLS, and the port does not',
    'Use tcp:// in front of the host, or turn TLS on in the server.')
TLS_REFUSED = fault(
    'tls-refused', 'the server uses TLS, and the handshake failed',
    'It may want a certificate from clients: give it with `--set tls.cert_file=FILE` and `--set '
    'tls.key_file=FILE`.')
NOT_IGTL = fault(
    'not-igtl', 'something answers on the port that is not OpenIGTLink',
    f'It is another program: the port is wrong. OpenIGTLink has {DEFAULT_PORT} unless it is set '
    'otherwise.')
CLOSED_AT_ONCE = fault(
    'closed-at-once', 'the server accepts the connection and closes it at once',
    'It may have its maximum of clients (end one of them, or raise its limit), or an allow list '
    'without this machine; its log says which.')
SILENT = fault(
    'silent', 'connected, but nothing arrives',
    'One of these: its source is not started (tracker off, no tool connected; of a bridge: nobody '
    'publishes on its topics `to_igtl`); it serves one client at a time and has one; it sends '
    'only what changes (3D Slicer) or only when asked (try `--ask`, but not with a 3D Slicer, '
    'which crashes on some questions).')
HANGS_UP = warning(
    'hangs-up', 'the server ends connections soon after they have begun',
    'Look into its log. Bridge and Slicer connect again by themselves, and lose what is sent in '
    'between.')
HUNG_UP = note(
    'hung-up', 'the server ended the connection after a while',
    'Bridge and Slicer connect again by themselves, and lose what is sent meanwhile.')
ONE_CLIENT = warning(
    'one-client', 'of several simultaneous connections, not all received something',
    'Connect one client to it, such as the bridge of this package, which serves any number.')
DATAGRAMS_LOST = warning(
    'datagrams-lost', 'datagrams of messages in several parts are missing',
    'Send less at once (smaller images, fewer a second), or over TCP; larger receive buffers help '
    'where this machine is too slow (`sysctl net.core.rmem_max`).')
ANOTHER_ADDRESS = note(
    'another-address', 'the name has several addresses, of which not all answer',
    'Type the address that answers instead of the name.')
TLS_UNKNOWN = note(
    'tls-untrusted', 'the certificate of the server is not one that this machine trusts',
    'Give the file of the authority that has signed it: `tls.ca_file`, here `--set '
    'tls.ca_file=FILE`.')
ONLY_LOCAL = note(
    'only-local', 'the server listens on its own machine only',
    'For others to connect, let it listen on 0.0.0.0 or on the address of the network.')
SLICER_ADDRESS = note(
    'slicer-address', 'what to type into 3D Slicer',
    'In the module OpenIGTLinkIF: a new connector, type Client, this hostname and this port, then '
    'Active.')

# what a node of ROS 1 says of itself: fields with their lengths, which are little-endian
_TCPROS = (rb'.{3}\0.{2}\0\0(callerid|message_definition|md5sum|topic|type|error|latching|'
           rb'tcp_nodelay|service|probe)=')
_SPEAKS = (
    (_TCPROS, 'TCPROS, as ROS 1 does'),
    (rb'RTSP/', 'RTSP, as cameras do'),
    (rb'\0\0.\x04\0\0\0\0\0', 'HTTP/2, as gRPC does'),
    (rb'-ERR |-NOAUTH ', 'the protocol of a database'),
    (rb'HTTP/|<!DOCTYPE|<html|GET |POST |HEAD |OPTIONS ', 'HTTP, as web servers do'),
    (rb'SSH-', 'SSH'),
    (rb'RFB ', 'VNC'),
    (rb'220[ -]', 'FTP or mail'),
    (rb'\* OK|\+OK', 'mail'),
    (rb'.\0\0\0\x0a|.\0\0\0\xff', 'the protocol of a database'),
    (rb'RTPS', 'DDS, as ROS 2 does'),
)
_TLS = re.compile(rb'[\x14-\x17]\x03[\0-\4]')
_SOON_S = 0.5
_FEW = 10


def judge(observed: Observation) -> Iterator[Finding]:
    """Judge how far one gets, up to the first message."""
    reach = observed.reach
    where = where_of(reach)
    if reach.name_error:
        yield NAME_UNKNOWN.of(f'{reach.host!r} has no address: {reach.name_error}.')
        return
    if reach.is_server:
        yield from _waited(observed)
    elif not reach.reached:
        yield from _not_reached(reach)
        return
    elif reach.scheme == 'udp':
        if observed.for_slicer:
            yield SLICER_ADDRESS.of('3D Slicer cannot hear this: it does no UDP.', remedy=(
                'Run a bridge that hears it over UDP and serves Slicer over TCP.'))
    else:
        yield from _reached(reach, observed.for_slicer)
    if reach.tls_error and not observed.sessions:
        yield from _no_tls(reach, where)
        return
    if reach.tls_error and not reach.is_server:
        yield TLS_UNKNOWN.of(f'The server at {where} {reach.tls_error}.')
    yield from _spoken(observed)


def _no_tls(reach: Reach, where: str) -> Iterator[Finding]:
    if reach.tls_error == 'no TLS':
        if reach.is_server:
            yield NOT_TLS.of(
                f'Who connects to port {reach.port} from {reach.reached} does not begin with TLS.',
                remedy='Use tls:// in the other program, or wait without TLS here. 3D Slicer '
                'cannot do TLS.')
        else:
            yield NOT_TLS.of(f'What answers on {where} is not TLS.')
    elif reach.is_server:
        yield TLS_REFUSED.of(
            f'With who connected from {reach.reached} TLS fails: it {reach.tls_error}.',
            remedy='It may not trust the certificate that was given here: give it the file of the '
            'authority (`tls.ca_file`). Or it gives none itself, and `tls.ca_file` here wants '
            'one.')
    else:
        yield TLS_REFUSED.of(f'The server at {where} {reach.tls_error}.')


def _waited(observed: Observation) -> Iterator[Finding]:
    reach = observed.reach
    own = ' or '.join(reach.own_addresses) or reach.host
    if 'taken' in reach.errors.values():
        yield PORT_TAKEN.of(f'Port {reach.port} of this machine is taken.')
    elif reach.errors:
        for address, error in reach.errors.items():
            yield NOT_CONNECTED.of(f'On {address}:{reach.port} cannot be listened: {error}.')
    elif reach.reached or observed.sessions:
        return
    elif reach.scheme == 'udp':
        yield NOBODY_CAME.of(
            f'In {observed.seconds:g} s no datagram came to UDP port {reach.port} of this machine '
            f'({own}).', remedy='Over UDP nobody connects: let the device send to this address '
            'and port; if it does so already, a firewall on this machine may drop it.')
    else:
        yield NOBODY_CAME.of(f'In {observed.seconds:g} s nobody connected to port {reach.port} of '
                             f'this machine ({own}).')


def _not_reached(reach: Reach) -> Iterator[Finding]:
    for address, error in reach.errors.items():
        where = where_of(reach) if address == reach.host else (
            f'{reach.host} ({address}), port {reach.port},')
        if error == 'refused':
            yield PORT_CLOSED.of(f'{where} refuses: nobody listens there.')
        elif error == 'timeout':
            yield NO_ANSWER.of(f'{where} does not answer.')
        elif error == 'unreachable':
            yield UNREACHABLE.of(f'{where} cannot be reached from this machine.')
        else:
            yield NOT_CONNECTED.of(f'No connection to {where}: {error}.')


def _reached(reach: Reach, for_slicer: bool) -> Iterator[Finding]:
    if reach.errors:
        failed = ', '.join(f'{address} ({error})' for address, error in reach.errors.items())
        yield ANOTHER_ADDRESS.of(
            f'{reach.host} is {reach.reached}, which answers, and {failed}, which does not.')
    local = [address for address in reach.listens_on if _is_local(address)]
    if local and len(local) == len(reach.listens_on):
        yield ONLY_LOCAL.of(f'Port {reach.port} is open on {", ".join(local)} alone.')
    if not for_slicer:
        return
    if reach.scheme == 'tls':
        yield SLICER_ADDRESS.of('3D Slicer cannot connect here: it does no TLS.', remedy=(
            'Run a bridge that connects here with TLS and serves Slicer on 127.0.0.1.'))
        return
    if ':' in reach.reached:
        yield _only_ipv6(reach)
        return
    others = ''
    if _is_local(reach.reached) and reach.own_addresses and not (
        local and len(local) == len(reach.listens_on)
    ):
        others = f'; on another machine {" or ".join(reach.own_addresses)}'
    here = 'on this machine ' if _is_local(reach.reached) else ''
    yield SLICER_ADDRESS.of(
        f'3D Slicer, {here}hostname {reach.reached}, port {reach.port}{others}.')


def _only_ipv6(reach: Reach) -> Finding:
    """Tell what Slicer, which knows addresses of IPv4 alone, has to be given."""
    ipv4 = [address for address in reach.addresses if ':' not in address]
    if ipv4:
        return SLICER_ADDRESS.of(
            f'3D Slicer, hostname {ipv4[0]}, port {reach.port}, if the server listens there too: '
            f'here {reach.reached} answered, and Slicer knows IPv4 alone.')
    return SLICER_ADDRESS.of(
        f'3D Slicer cannot connect here: {reach.reached} is IPv6, and Slicer knows IPv4 alone.',
        remedy='Let the server listen on 0.0.0.0 or on an IPv4 address too, or run a bridge that '
        'connects here and serves Slicer.')


def where_of(reach: Reach) -> str:
    """Write host and port."""
    return f'[{reach.host}]:{reach.port}' if ':' in reach.host else f'{reach.host}:{reach.port}'


def _is_local(address: str) -> bool:
    return address.startswith('127.') or address == '::1'


def _spoken(observed: Observation) -> Iterator[Finding]:
    """Judge what kind of answer came."""
    reach, sessions = observed.reach, observed.sessions
    yield from _others(reach)
    parts, lost, messages = reach.datagrams
    if lost:  # what has begun before, or not ended yet, is not whole either
        yield DATAGRAMS_LOST.of(
            f'Of {parts + lost} datagrams with parts of messages {lost} are missing, and '
            f'{messages} messages were never whole.')
    if observed.seen:
        yield from _ends(observed)
        return
    spoke = next((session for session in sessions if session.first_bytes), None)
    if spoke is not None:
        yield from _other_protocol(reach, spoke)
        return
    where = where_of(reach)
    if not reach.answers and any(session.hung_up for session in sessions):
        ends = [s for s in sessions if s.hung_up]
        passed = min(s.ended_s - s.began_s for s in ends)
        how = 'at once' if passed < _SOON_S else f'after {passed:.1f} s'
        yield CLOSED_AT_ONCE.of(
            f'{where} takes the connection and closes it {how}, without a word.')
    elif reach.answers == 'tls':
        yield IS_TLS.of(f'{where} says nothing to who does not begin with TLS.')
    elif reach.answers == 'http':
        yield NOT_IGTL.of(f'{where} waits for HTTP: it is a web server.')
    elif reach.answers == 'echo':
        yield NOT_IGTL.of(f'{where} sends back what it gets, and nothing else.')
    elif reach.answers and not looks_like_igtl(reach.answer):
        yield from _foreign(where, reach.answer)
    elif sessions and reach.is_server:
        yield SILENT.of(
            f'Somebody connected to port {reach.port} and sent nothing in '
            f'{observed.seconds:g} s.', severity=Severity.NOTE, remedy=(
                'That is what clients do that only receive; 3D Slicer sends what changes in it.'))
    elif sessions and reach.scheme == 'udp':
        yield SILENT.of(f'Nothing came from {where} over UDP in {observed.seconds:g} s.', remedy=(
            'Over UDP a device sends only to addresses that it was told, and answers few '
            'questions: let it send to this machine, and wait there with `igtl doctor --listen '
            f'udp://0.0.0.0:{reach.port}`.'))
    elif sessions:
        yield SILENT.of(f'{where} is connected, and nothing came in {observed.seconds:g} s.')


def _other_protocol(reach: Reach, spoke: Session) -> Iterator[Finding]:
    """Judge bytes of which no message could be made."""
    where, first = where_of(reach), spoke.first_bytes
    if looks_like_igtl(first):
        return  # what is wrong with it, `about_wire` tells
    if _TLS.match(first):
        yield IS_TLS.of(f'{where} speaks TLS.')
        return
    yield from _foreign(where, first)


def _foreign(where: str, first: bytes) -> Iterator[Finding]:
    """Name the protocol that begins so."""
    for pattern, name in _SPEAKS:
        if re.match(pattern, first.lstrip(b' \r\n'), re.IGNORECASE | re.DOTALL):
            yield NOT_IGTL.of(f'{where} speaks {name}.')
            return
    shown = printable(first[:24].decode('latin-1'))
    yield NOT_IGTL.of(f'What {where} says is not OpenIGTLink; it begins with {shown!r}.')


def looks_like_igtl(first: bytes) -> bool:
    """Tell whether bytes may be those of OpenIGTLink, if not as they should be."""
    raw = first[2:14]
    name = raw.split(b'\0', 1)[0]
    if len(first) < 2 or len(raw) < 12:
        # too short to tell: but a version that there is
        return first[:2] in (b'\0\1', b'\0\2', b'\0\3')
    if first[:2] in (b'\0\1', b'\0\2', b'\0\3'):
        return True
    return name.decode('latin-1').upper() in registered() and not raw[len(name):].strip(b'\0 ')


def _ends(observed: Observation) -> Iterator[Finding]:
    """Judge ends of connections over which something had come."""
    reach = observed.reach
    ended = [(number, s) for number, s in enumerate(observed.sessions) if s.hung_up]
    if not ended or reach.is_server:
        return
    counts = [sum(seen.connection == number for seen in observed.seen) for number, _ in ended]
    passed = [session.ended_s - session.began_s for _, session in ended]
    few, soon = max(counts), max(passed)
    text = (f'The server ended the connection after {few} message{"s" * (few != 1)} and '
            f'{soon:.1f} s{f", {len(ended)} times" if len(ended) > 1 else ""}.')
    yield (HANGS_UP if soon < _SOON_S and few < _FEW else HUNG_UP).of(text)


def _others(reach: Reach) -> Iterator[Finding]:
    """Judge what became of several connections at once."""
    total = 1 + len(reach.others)
    closed, silent = reach.others.count('closed'), reach.others.count('silent')
    if closed:
        yield ONE_CLIENT.of(f'Of {total} connections at once, the server closed {closed}.')
    if silent:
        yield ONE_CLIENT.of(f'Of {total} connections at once, {silent} got nothing.')
