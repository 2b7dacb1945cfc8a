"""The state of the link, for people and for `rqt`: `/diagnostics` and `~/peers`."""

from __future__ import annotations

import json
from typing import Any

from rclpy.node import Node
from std_msgs.msg import String as RosString

from ..client import Client
from ..peers import Peer
from ..server import Server
from .receive import STATE_QOS, Receiver
from .report import Report

_PERIOD_S = 1.0


class Diagnostics:
    """Publish `/diagnostics` once a second, and `~/peers` whenever something in it changes."""

    def __init__(self, node: Node, report: Report) -> None:
        """Publish an empty list of peers."""
        self._node = node
        self._report = report
        self._peers: dict[Peer, None] = {}
        self._peers_text = ''
        self._peers_publisher = node.create_publisher(RosString, '~/peers', STATE_QOS)
        self._publish_peers()

    def start(self, link: Client | Server, receiver: Receiver) -> None:
        """Report on a link every second, if diagnostic_msgs is installed."""
        try:
            from diagnostic_msgs.msg import DiagnosticArray
        except ModuleNotFoundError:
            return  # said once at the start of the node
        self._link = link
        self._receiver = receiver
        self._publisher = self._node.create_publisher(DiagnosticArray, '/diagnostics', 10)
        self._node.create_timer(_PERIOD_S, self._publish)

    def on_peer(self, peer: Peer, joined: bool) -> None:
        """Note that a peer came or went; called in the network thread."""
        if joined:
            self._peers[peer] = None
        else:
            self._peers.pop(peer, None)
        self._publish_peers()

    def _publish_peers(self) -> None:
        peers = [{'address': peer.address, **peer.facts} for peer in list(self._peers)]
        text = json.dumps(peers)
        if text != self._peers_text:
            self._peers_text = text
            self._peers_publisher.publish(RosString(data=text))

    def _publish(self) -> None:
        from ..converters.status import OK, WARN, diagnostic

        self._publish_peers()  # what a peer says about itself comes after the peer
        link = self._link
        peers = link.peers
        level, text = OK, f'{len(peers)} connected'
        if isinstance(link, Client) and not peers:
            level, text = WARN, f'not connected: {link.last_error}'
        facts: dict[str, Any] = {
            'address': link.address,
            'peers': len(peers),
            'devices': len(self._receiver.devices),
        }
        for peer in peers:
            facts[f'{peer.address} header version'] = peer.version
            facts[f'{peer.address} received'] = _counts(dict(peer.received))
            facts[f'{peer.address} received bytes'] = peer.received_bytes
            facts[f'{peer.address} sent'] = _counts(dict(peer.sent))
            facts[f'{peer.address} sent bytes'] = peer.sent_bytes
            facts[f'{peer.address} errors'] = _counts(dict(peer.errors))
            dropped = {' '.join(key): n for key, n in peer.mailbox.dropped.items()}
            facts[f'{peer.address} dropped'] = _counts(dropped)
        problems = dict(self._report.counts)
        facts.update({f'problem {kind}': number for kind, number in problems.items()})
        name = f'{self._node.get_fully_qualified_name()}: OpenIGTLink'
        stamp = self._node.get_clock().now().to_msg()
        strings = {key: str(value) for key, value in facts.items()}
        self._publisher.publish(diagnostic(name, level, text, strings, stamp))


def _counts(counter: dict[str, int]) -> str:
    return ', '.join(f'{key} {number}' for key, number in sorted(counter.items())) or 'none'
