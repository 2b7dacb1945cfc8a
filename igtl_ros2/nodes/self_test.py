"""The service `~/self_test`: what stands in the way of a bridge, and what to do about it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rclpy.node import Node
from rclpy.serialization import serialize_message

from ..client import Client
from ..codec import decode, encode
from ..codec.messages.pose import Transform
from ..converters.loopback import try_received, try_sent
from ..converters.registry import load_converters
from ..converters.tf_tree import LookupFailed
from ..converters.units import ros_text
from ..errors import ConversionError, IgtlError
from ..mapping import LinkConfig, ReceiveRule, SendRule
from ..server import Server
from .diagnostics import OVER
from .discovery import message_class
from .tf import TfSource

#: a link that is open, and what it looks frames up with
OpenLink = tuple[LinkConfig, 'Client | Server', 'TfSource | None']
#: level, as DiagnosticStatus calls it, and text
Finding = tuple[str, str]

_MATRIX = np.array([[0, -1, 0, 10], [1, 0, 0, -20], [0, 0, 1, 30.5], [0, 0, 0, 1]], float)
# a TRANSFORM as the protocol has it: header of version 1, checksum, three columns and a place
_WIRE = bytes.fromhex(
    '00015452414e53464f524d00000053656c66546573740000000000000000000000000123456789ab'
    'cdef00000000000000309c7663f5f9cd7b70000000003f80000000000000bf800000000000000000'
    '000000000000000000003f80000041200000c1a0000041f40000'
)
_YEAR_2020 = 1_577_836_800


@dataclass(eq=False)
class SelfTest:
    """
    Offer the service; nothing is sent, and nobody is asked.

    :param state: tells the state of the node.
    :param configs: gives the links that are known.
    :param links: gives those that are open.
    """

    _node: Node
    _state: Callable[[], str]
    _configs: Callable[[], Sequence[LinkConfig]]
    _links: Callable[[], Sequence[OpenLink]]

    def __post_init__(self) -> None:
        try:
            from diagnostic_msgs.srv import SelfTest as Service
        except ModuleNotFoundError:
            return
        self._node.create_service(Service, '~/self_test', self._on_call)

    def _on_call(self, request: Any, response: Any) -> Any:
        from diagnostic_msgs.msg import DiagnosticStatus

        links = self._links()
        found = [
            ('node', self._look_at_state()),
            ('codec', look_at_codec()),
            ('packages', look_at_packages()),
            ('clock', self._look_at_clock()),
        ]
        for config, link, tf in links:
            where = f'{config.name}: ' if config.name else ''
            found.append((f'{where}link', look_at_link(config, link)))
            found += [(f'{where}tf', finding) for finding in look_at_tf(config, tf)]
        rules = [rule for config in self._configs() for rule in self._look_at_rules(config)]
        found += rules
        response.id = self._node.get_fully_qualified_name()
        response.status = [
            DiagnosticStatus(
                name=ros_text(name), level=getattr(DiagnosticStatus, level), message=ros_text(text)
            )
            for name, (level, text) in found
        ]
        if rules:
            response.status.append(_summed_up(rules))
        passed = all(level != 'ERROR' for _, (level, _) in found)
        response.passed = b'\1' if passed else b'\0'
        return response

    def _look_at_rules(self, config: LinkConfig) -> Iterator[tuple[str, Finding]]:
        """Try each rule with samples."""
        mapping, where = config.mapping, f'{config.name}: ' if config.name else ''
        for number, received in enumerate(mapping.receive, 1):
            if received.type == '*' or received.action == 'drop':
                continue
            name = f'{where}receive {number}: {received.type} of {received.device!r}'
            yield name, look_at_received(received, config.settings.frame_prefix)
        for number, sent in enumerate(mapping.send, 1):
            name = f'{where}send {number}: {sent.type or sent.topic or "tf"} as {sent.device!r}'
            yield name, self._look_at_sent(sent, mapping.profile)

    def _look_at_sent(self, rule: SendRule, profile: str) -> Finding:
        ros_type = None
        if rule.topic:
            topic = self._node.resolve_topic_name(rule.topic)
            publishers = self._node.get_publishers_info_by_topic(topic)
            types = sorted({publisher.topic_type for publisher in publishers})
            if len(types) > 1:
                return 'ERROR', f'{topic} has more than one type: {", ".join(types)}'
            if not types and not rule.type:
                return 'WARN', f'not tried: nobody publishes {topic}, so its type is not known'
            try:
                ros_type = message_class(types[0]) if types else None
            except ConversionError as error:
                return 'ERROR', str(error)
        return look_at_sent(rule, profile, ros_type)

    def _look_at_state(self) -> Finding:
        state = self._state()
        if state == 'active':
            return 'OK', state
        name = self._node.get_fully_qualified_name()
        step = {'unconfigured': 'configure', 'inactive': 'activate'}.get(state)
        todo = f'ros2 lifecycle set {name} {step}' if step else 'start it again'
        return 'ERROR', f'the node is {state}, its links are closed: {todo}'

    def _look_at_clock(self) -> Finding:
        clock = self._node.get_clock()
        if clock.ros_time_is_active and not clock.now().nanoseconds:
            return 'ERROR', 'use_sim_time is true, but nobody publishes /clock: start what does'
        if time.time() < _YEAR_2020:
            return 'ERROR', f'the clock of this computer says {time.ctime()}: set it'
        return 'OK', 'simulated time' if clock.ros_time_is_active else 'wall clock'


def look_at_codec() -> Finding:
    """Write and read a message of which every byte is known."""
    try:
        message = decode(_WIRE)
        written = encode(Transform(_MATRIX, device_name='SelfTest', timestamp=message.timestamp))
        right = isinstance(message, Transform) and np.array_equal(message.matrix, _MATRIX)
    except IgtlError as error:
        return 'ERROR', f'a known message cannot be read: {error}; install igtl_ros2 again'
    if not right or written != _WIRE:
        return 'ERROR', 'a known message is not read and written as it is; install igtl_ros2 again'
    return 'OK', 'a known message is read and written'


def look_at_received(rule: ReceiveRule, prefix: str = '') -> Finding:
    """Take a sample from the wire to ROS."""
    try:
        result = try_received(rule, prefix)
        if result is None:
            return 'WARN', f'not tried: there is no sample of {rule.type}'
        for message in (*result.outputs.values(), *result.transforms):
            serialize_message(message)
    except Exception as error:
        return 'ERROR', _reason(error)
    leaves = [*result.outputs, *(['raw'] if rule.raw else [])]
    return 'OK', ', '.join([*leaves, *(['tf'] if result.transforms else [])]) or 'nothing'


def look_at_sent(rule: SendRule, profile: str, ros_type: type | None) -> Finding:
    """Take a sample from ROS to the wire."""
    try:
        made = try_sent(rule, profile, ros_type)
    except Exception as error:
        return 'ERROR', _reason(error)
    return 'OK', ', '.join(message.type_name for message in made)


def look_at_packages() -> Finding:
    """Tell which messages cannot become topics here."""
    missing = load_converters()
    if missing:
        return 'WARN', f'not converted, a package is missing: {"; ".join(map(str, missing))}'
    return 'OK', 'all converters are there'


def look_at_link(config: LinkConfig, link: Client | Server) -> Finding:
    """Tell whether anybody is at the other end."""
    address, peers = link.address, link.peers
    if link.state in OVER:
        return 'ERROR', (
            f'{address}: {link.state}: {link.last_error}; deactivate and activate the node'
        )
    if not peers and config.settings.mode == 'client':
        return 'ERROR', (
            f'{address}: not connected: {link.last_error or "no answer yet"}; is the device on, '
            f'are host and port right, is there a firewall?'
        )
    if not peers:
        return 'WARN', f'{address}: listening, but nobody has connected: connect the peer to it'
    trips = [peer.round_trip_s for peer in peers]
    measured = [f'{1e3 * trip:.1f} ms' for trip in trips if trip is not None]
    if measured:
        text = f'round trip {", ".join(measured)}'
    elif config.mapping.profile == 'slicer':
        text = 'round trip not measured: 3D Slicer crashes on queries'
    elif config.settings.ping_period:
        return 'WARN', f'{address}: {len(peers)} connected, but no answer to GET_STATUS yet'
    else:
        text = 'round trip not measured: ping_period is 0'
    return 'OK', f'{address}: {len(peers)} connected; {text}'


def look_at_tf(config: LinkConfig, tf: TfSource | None) -> Iterator[Finding]:
    """Look up what the rules send."""
    if not config.mapping.reads_tf:
        return
    if tf is None:
        yield 'ERROR', 'tf2_msgs is not installed: install it'
        return
    failed = False
    for rule in config.mapping.send:
        frames = [(frame.target, frame.source) for frame in rule.tf_list]
        if rule.tf_source and not rule.is_tracking:
            frames.append((rule.tf_target, rule.tf_source))
        for target, source in frames:
            try:
                tf.lookup(target, source)
            except LookupFailed as error:
                failed = True
                yield 'ERROR', (
                    f'{rule.device} is not sent: {error}; start what publishes {source} '
                    f'and {target}'
                )
    if not failed:
        yield 'OK', 'tf knows the frames that are sent by name'


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, IgtlError) else f'error in the bridge: {error!r}'


def _summed_up(rules: Sequence[tuple[str, Finding]]) -> Any:
    """Make one status of all rules, with what was found of each as JSON."""
    from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

    report = json.dumps([{'name': name, 'level': level, 'message': text}
                         for name, (level, text) in rules], ensure_ascii=False)
    levels = [level for _, (level, _) in rules]
    worst = next(level for level in ('ERROR', 'WARN', 'OK') if level in levels)
    counts = ', '.join(f'{levels.count(level)} {level}' for level in dict.fromkeys(levels))
    return DiagnosticStatus(
        name='mapping',
        level=getattr(DiagnosticStatus, worst),
        message=f'{len(rules)} rules tried with samples: {counts}',
        values=[KeyValue(key='report', value=ros_text(report))],
    )
