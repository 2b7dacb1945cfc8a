"""
The state of every link, for people and for `rqt`: `/diagnostics` and `~/peers`.

When a link is OK, WARN, ERROR or STALE is in docs/reference/diagnostics.md, and done by
`LinkHealth`.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from rclpy.node import Node
from std_msgs.msg import String as RosString

from ..converters.units import ros_text
from ..errors import printable
from ..face import Face
from ..mapping import LinkConfig
from ..peers import Peer
from ..rosio.clock import STEADY
from ..rosio.qos import STATE_QOS
from .latency_facts import latency_facts
from .receive import Receiver
from .report import Report
from .send import Sender

PERIOD_S = 1.0
# Peers may come and go in a loop: they are told together
_SOON_S = 0.05
#: a client that is not connected for so long is an error, a silent server of it is stale
_PATIENCE_S = 10.0
# A server may have thousands of clients and of devices: so many are told one by one
_MAX_ROWS = 50
_MAX_LISTED = 10
_FLOWS = ('received messages', 'received bytes', 'sent messages', 'sent bytes')
#: states that a link does not leave
OVER = ('closed', 'failed', 'ended')


class LinkHealth:
    """What has passed over one link, and what went wrong there."""

    def __init__(self, config: LinkConfig, report: Report, changed: Callable[[], None]) -> None:
        self.name = config.name
        self._report = report
        self._changed = changed
        self._client = config.settings.mode == 'client'
        self._pings = config.settings.ping_period > 0
        self._may_be_silent = config.mapping.profile == 'slicer'
        self._lock = threading.Lock()
        self._counts: dict[Peer, Counter[Any]] = {}
        self._gone: set[Peer] = set()
        self._total: Counter[Any] = Counter()
        self._problems: Counter[str] = Counter()
        self._withheld: Counter[str] = Counter()
        self._reconnects = 0
        self._when = self._connected = time.monotonic()
        self._heard: float | None = None

    def on_peer(self, peer: Peer, joined: bool) -> None:
        """Note that a peer came or went; called in the network thread."""
        with self._lock:
            if joined:
                self._counts[peer] = Counter()
                self._heard = None
            else:
                self._gone.add(peer)
        self._changed()

    @property
    def peers(self) -> list[Peer]:
        """The peers that are connected."""
        with self._lock:
            return [peer for peer in self._counts if peer not in self._gone]

    def look(
        self, link: Face, receiver: Receiver, sender: Sender
    ) -> tuple[str, str, dict[str, Any]]:
        """Tell level, text and facts, and what is new since the last look."""
        now = time.monotonic()
        passed, self._when = max(now - self._when, 1e-3), now
        new, by_peer = self._take_new()
        problems = Counter(dict(self._report.counts))
        new_problems, self._problems = (problems - self._problems).total(), problems
        withheld = Counter(dict(self._report.withheld))
        new_withheld, self._withheld = (withheld - self._withheld).total(), withheld
        new_reconnects, self._reconnects = link.reconnects - self._reconnects, link.reconnects
        peers = self.peers
        if peers:
            self._connected = now
        if new['received messages']:
            self._heard = now
        troubles = {
            'CRC errors': new['CRC errors'],
            'other errors': new['other errors'],
            'messages dropped': new['dropped messages'],
            'messages not converted': new_problems,
            'poses withheld': new_withheld,
            'reconnects': new_reconnects,
        }
        clocks = {what: _offset(behind_s) for what, behind_s in receiver.clocks.items()}
        conflicts = receiver.conflicts
        unsent = sender.stale
        silent_s = now - self._heard if self._heard is not None else 0.0
        if link.state in OVER:
            level, text = 'ERROR', f'{link.state}: {link.last_error}'
        elif self._client and not peers:
            alone_s = now - self._connected
            level = 'ERROR' if alone_s > _PATIENCE_S else 'WARN'
            text = f'not connected for {alone_s:.0f} s: {link.last_error}'
        elif self._client and not self._may_be_silent and silent_s > _PATIENCE_S:
            level, text = 'STALE', f'connected, but nothing was received for {silent_s:.0f} s'
        elif receiver.stale:
            level, text = 'STALE', f'nothing new from {", ".join(receiver.stale[:_MAX_LISTED])}'
        elif unsent:
            level, text = 'STALE', f'not sent, nothing new of {", ".join(unsent[:_MAX_LISTED])}'
        elif any(troubles.values()) or clocks or conflicts or receiver.frames_not_held:
            level = 'WARN'
            text = ', '.join([
                *(f'{child} is not broadcast on tf' for child in receiver.frames_not_held),
                *(f'{number} {what}' for what, number in troubles.items() if number),
                *(f'the clock of {what} is {off}' for what, off in clocks.items()),
                *(f'{topic} is sent by {who}' for topic, who in conflicts.items()),
            ][:_MAX_LISTED])
        else:
            level, text = 'OK', f'{len(peers)} connected'
        facts: dict[str, Any] = {'state': link.state, 'address': link.address}
        facts.update(peers=len(peers), devices=len(receiver.devices))
        for what in _FLOWS:
            facts[f'{what}/s'] = f'{new[what] / passed:.1f}'
            facts[what] = self._total[what]
        facts['CRC errors'] = self._total['CRC errors']
        facts['other errors'] = _one_by_one(self._total, 'error')
        facts['dropped'] = _one_by_one(self._total, 'dropped')
        facts.update(reconnects=link.reconnects, **link.facts)
        for peer in peers[:_MAX_ROWS]:
            facts[f'peer {peer.address}'] = self._about(peer, by_peer.get(peer, Counter()), passed)
        for name, short in list(link.link.short_names.items())[:_MAX_ROWS]:
            facts[f'sent as {short}'] = name
        facts.update(_most('left out', self._report.left_out))
        facts.update({f'clock {k}': off for k, off in list(clocks.items())[:_MAX_ROWS]})
        facts.update({f'sent at once {k}': who for k, who in list(conflicts.items())[:_MAX_ROWS]})
        facts.update(latency_facts(receiver.latency, sender.latency, peers, now))
        facts.update(_most('stale', self._report.stale))
        facts.update(_most('problem', self._report.mixed))
        facts.update(_most('withheld', withheld))
        facts.update(_most('problem', problems))
        return level, text, facts

    def _take_new(self) -> tuple[Counter[Any], dict[Peer, Counter[Any]]]:
        """Count what passed since the last time, also for peers that have gone since."""
        by_peer = {}
        with self._lock:
            for peer, before in self._counts.items():
                counts = _counts(peer)
                by_peer[peer] = counts - before
                self._counts[peer] = counts
            for peer in self._gone:
                self._counts.pop(peer, None)
            self._gone.clear()
        new: Counter[Any] = sum(by_peer.values(), Counter())
        self._total += new
        return new, by_peer

    def _about(self, peer: Peer, new: Counter[Any], passed: float) -> str:
        parts = [
            *([f'name {peer.name}'] if peer.name else []),
            f'compat {peer.compat or "not known"}',
            f'header version {" and ".join(map(str, _versions(peer))) or "not seen"}',
            *(f'{what} {new[what] / passed:.1f}/s' for what in _FLOWS),
        ]
        if self._pings:
            seconds = peer.round_trip_s
            parts.append('round trip ' + ('?' if seconds is None else f'{1e3 * seconds:.1f} ms'))
        return ', '.join(parts)


class Diagnostics:
    """Publish `/diagnostics` once a second, and `~/peers` whenever something in it changes."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._links: list[LinkHealth] = []
        self._open: list[tuple[LinkHealth, Face, Receiver, Sender]] = []
        self._peers_text = ''
        self._peers_publisher = node.create_publisher(RosString, '~/peers', STATE_QOS)
        self._publish_peers()
        # both go on while simulated time stands still
        self._soon = node.create_timer(_SOON_S, self._publish_soon, clock=STEADY)
        self._soon.cancel()
        try:
            from diagnostic_msgs.msg import DiagnosticArray
        except ModuleNotFoundError:
            self._publisher = None  # said once at the start of the node
        else:
            self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 10)
        node.create_timer(PERIOD_S, self._on_timer, clock=STEADY)

    def watch(self, config: LinkConfig, report: Report) -> LinkHealth:
        """Take a link in; what is given back is to be told of its peers."""
        health = LinkHealth(config, report, self._peers_changed)
        self._links.append(health)
        return health

    def start(self, health: LinkHealth, link: Face, receiver: Receiver, sender: Sender) -> None:
        """Report every second on a link that is open now."""
        self._open.append((health, link, receiver, sender))

    def _peers_changed(self) -> None:
        """Publish soon; called in the network thread, which has no time for it."""
        if self._soon.is_canceled():
            self._soon.reset()

    def _publish_soon(self) -> None:
        self._soon.cancel()  # first: peers that come from now on may be missing below
        self._publish_peers()

    def _publish_peers(self) -> None:
        text = json.dumps([
            {
                'link': health.name,
                'address': peer.address,
                'name': ros_text(peer.name),
                'compat': peer.compat,
                'versions': _versions(peer),
                **peer.facts,
            }
            for health in self._links
            for peer in health.peers[:_MAX_ROWS]
        ])
        if text != self._peers_text:
            self._peers_text = text
            self._peers_publisher.publish(RosString(data=text))

    def _on_timer(self) -> None:
        self._publish_peers()  # what a peer is may show long after it has come
        found = [
            (health, link, health.look(link, receiver, sender))
            for health, link, receiver, sender in self._open
        ]
        if self._publisher is None:
            return
        from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

        array = DiagnosticArray()
        array.header.stamp = self._node.get_clock().now().to_msg()
        for health, link, (level, text, facts) in found:
            array.status.append(DiagnosticStatus(
                level=getattr(DiagnosticStatus, level),
                name=status_name(self._node, health.name),
                hardware_id=str(link.address),
                message=printable(ros_text(text)),
                values=[KeyValue(key=printable(ros_text(k)), value=printable(ros_text(str(v))))
                        for k, v in facts.items()],
            ))
        self._publisher.publish(array)


def tell_inactive(node: Node, configs: Sequence[LinkConfig], why: str) -> None:
    """
    Publish on `/diagnostics` once a second that the links are closed.

    :param why: what went wrong when they were to be opened; empty if nothing did.
    """
    try:
        from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
    except ModuleNotFoundError:
        return  # said once at the start of the node
    array = DiagnosticArray(status=[
        DiagnosticStatus(
            level=DiagnosticStatus.ERROR if why else DiagnosticStatus.STALE,
            name=status_name(node, config.name),
            hardware_id=str(config.settings.address),
            message=ros_text(f'inactive, could not be activated: {why}' if why else 'inactive'),
        )
        for config in configs
    ])
    publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 10)

    def publish() -> None:
        array.header.stamp = node.get_clock().now().to_msg()
        publisher.publish(array)

    node.create_timer(PERIOD_S, publish, clock=STEADY)


def status_name(node: Node, link: str) -> str:
    """Name the status of a link."""
    return f'{node.get_fully_qualified_name()}: {link or "OpenIGTLink"}'


def _counts(peer: Peer) -> Counter[Any]:
    """Read what the network thread counts; errors and drops also one by one, as tuples."""
    errors = dict(peer.errors)
    dropped = peer.mailbox.dropped
    counts: Counter[Any] = Counter({
        'received messages': sum(dict(peer.received).values()),
        'received bytes': peer.received_bytes,
        'sent messages': sum(dict(peer.sent).values()),
        'sent bytes': peer.sent_bytes,
        'CRC errors': errors.pop('CrcError', 0),
        'other errors': sum(errors.values()),
        'dropped messages': dropped.total(),
    })
    counts.update({('error', kind): number for kind, number in errors.items()})
    counts.update({('dropped', *key): number for key, number in dropped.items()})
    return counts


def _most(what: str, counts: Counter[str]) -> dict[str, int]:
    counts = Counter(dict(counts))  # other threads count on
    return {f'{what} {kind}': number for kind, number in counts.most_common(_MAX_ROWS)}


def _offset(behind_s: float) -> str:
    """Say how far a clock is off."""
    return f'{abs(behind_s):.3f} s {"behind" if behind_s > 0 else "ahead"}'


def _one_by_one(total: Counter[Any], what: str) -> str:
    """Tell the largest of some counts, as many as are read easily."""
    found = Counter({' '.join(key[1:]): number for key, number in total.items()
                     if isinstance(key, tuple) and key[0] == what})
    most = [f'{key} {number}' for key, number in found.most_common(_MAX_LISTED)]
    return ', '.join([*most, *(['...'] if len(found) > _MAX_LISTED else [])]) or 'none'


def _versions(peer: Peer) -> list[int]:
    return sorted(peer.seen_versions.copy())
