"""What was seen of a peer: facts without an opinion. Judges get nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from ...codec.message import message_class
from ...mapping import LinkConfig, ReceiveRule

Place = tuple[float, float, float]


class Tool(NamedTuple):
    """
    A pose in a message.

    :param name: of the element of a list; empty where the device is the tool.
    :param turn: determinant of the rotation part, or length of the quaternion.
    :param state: what metadata says of it, such as MISSING; empty if nothing.
    :param off: how far the matrix is from a rotation, or the length of the quaternion from 1.
    :param reads: how else its numbers would be a rotation: 'rows', 'bytes' or 'degrees'.
    """

    name: str
    position: Place
    turn: float = 1.0
    state: str = ''
    is_identity: bool = False
    off: float = 0.0
    reads: str = ''


class Box(NamedTuple):
    """Around the points of a message, or along the edges of an image."""

    low: Place
    high: Place
    are_whole: bool
    are_finite: bool = True
    #: as they would be with their bytes the other way round, they are better
    are_swapped: bool = False


class Picture(NamedTuple):
    """An image, without its pixels."""

    scalar_type: str
    components: int
    is_lps: bool
    shape: tuple[int, int, int]


class State(NamedTuple):
    """A STATUS."""

    code: int
    name: str
    text: str


class Values(NamedTuple):
    """What judges look at inside a message."""

    tools: tuple[Tool, ...] = ()
    box: Box | None = None
    picture: Picture | None = None
    state: State | None = None
    vertex_cells: int = 0
    #: of a list; -1 if it is none
    length: int = -1
    #: labels of points, names of paths
    labels: tuple[str, ...] = ()
    #: of a frame of video: whether a decoder needs those before it; None if it needs none
    follows: bool | None = None


@dataclass(slots=True)
class Seen:
    """
    A message that came.

    :param at_s: seconds since the doctor began, by a clock that never jumps.
    :param arrival_ns: since 1970, by the clock of this machine.
    :param took_s: from its first byte to its last.
    :param stamp: 64 bits, as on the wire.
    :param version: of the header, as it says.
    :param fault: what is wrong with it on the wire: 'crc', 'content', 'length' or 'layout'.
    :param about: what exactly.
    :param full_name: where metadata says a name that is not that of the header.
    :param connection: a number; after a peer has hung up, it is the next one.
    """

    type_name: str
    device: str
    at_s: float = 0.0
    arrival_ns: int = 0
    stamp: int = 0
    version: int = 1
    size: int = 0
    fault: str = ''
    about: str = ''
    full_name: str = ''
    mark: str = ''
    connection: int = 0
    values: Values = Values()
    took_s: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong with what it says on the wire."""
        return self.fault in ('', 'layout')

    @property
    def began_ns(self) -> int:
        """When its first byte came: how long the rest takes says nothing of the clock."""
        return self.arrival_ns - round(self.took_s * 1e9)


@dataclass(slots=True)
class Session:
    """
    A connection, from its beginning to its end.

    :param first_bytes: what came first, whatever it is.
    :param lost: why the stream cannot be understood any more; empty if it can.
    :param lost_kind: 'version', 'size' or 'step'.
    :param pending: of a message that has begun and has not ended: type, device, bytes that it
        announces and bytes that came.
    """

    began_s: float = 0.0
    ended_s: float = 0.0
    hung_up: bool = False
    received: int = 0
    first_bytes: bytes = b''
    lost: str = ''
    lost_kind: str = ''
    pending: tuple[str, str, int, int] | None = None
    pending_s: float = 0.0
    error: str = ''


@dataclass(slots=True)
class Reach:
    """
    What it took to get to the peer.

    :param addresses: what the name stands for.
    :param name_error: why there are none.
    :param errors: by address, why there was no connection: 'refused', 'timeout', 'unreachable' or
        a text.
    :param reached: the address that answered.
    :param answers: as what a silent peer answered when asked: 'tls', 'http', 'echo', 'other' or
        empty.
    :param answer: the first bytes of that.
    :param listens_on: addresses of this machine where somebody listens on that port, if the peer
        is on this machine and can be looked up.
    :param own_addresses: those of this machine, for others to connect to.
    """

    scheme: str
    host: str
    port: int
    addresses: tuple[str, ...] = ()
    name_error: str = ''
    errors: dict[str, str] = field(default_factory=dict)
    reached: str = ''
    tls_error: str = ''
    answers: str = ''
    answer: bytes = b''
    listens_on: tuple[str, ...] = ()
    own_addresses: tuple[str, ...] = ()
    #: it was waited for, see `--listen`
    is_server: bool = False
    #: what became of further connections at the same time: 'heard', 'silent' or 'closed'
    others: tuple[str, ...] = ()
    #: of UDP: datagrams with parts of messages, how many of them are missing, and messages too
    datagrams: tuple[int, int, int] = (0, 0, 0)


class Offer(NamedTuple):
    """A publisher or subscription of a topic: its node, and the QoS it offers or asks for."""

    node: str
    reliable: bool
    transient_local: bool
    type_name: str = ''


class Topic(NamedTuple):
    """A topic of a bridge, and what is at its two ends."""

    name: str
    publishers: tuple[Offer, ...]
    subscriptions: tuple[Offer, ...]


class Process(NamedTuple):
    """A process on this machine that holds a connection to the peer, as its environment says."""

    pid: int
    name: str
    domain: str = '0'
    rmw: str = ''
    range: str = ''


class Health(NamedTuple):
    """What a bridge says of the link to the peer on /diagnostics."""

    name: str
    level: str
    text: str
    facts: dict[str, str]


@dataclass(slots=True)
class Ros:
    """
    What was seen of ROS; None in place of it where rclpy cannot be imported.

    :param bridges: full names of the bridges in the graph.
    :param processes: bridges on this machine that are connected to the peer.
    """

    domain: str = '0'
    rmw: str = ''
    range: str = ''
    bridges: tuple[str, ...] = ()
    processes: tuple[Process, ...] = ()
    topics: tuple[Topic, ...] = ()
    health: tuple[Health, ...] = ()


@dataclass(slots=True)
class Observation:
    """
    All that was seen.

    :param seconds: for how long was listened.
    :param for_slicer: whether 3D Slicer is to show it.
    :param links: of the mapping file that was given.
    :param stalled_s: the longest time that this machine let the doctor wait: what came in time
        then looks late.
    """

    reach: Reach
    seconds: float = 0.0
    sessions: list[Session] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    for_slicer: bool = True
    links: tuple[LinkConfig, ...] = ()
    ros: Ros | None = None
    stalled_s: float = 0.0

    @property
    def link(self) -> LinkConfig | None:
        """The link of the mapping file that leads to the peer; None if there is none."""
        reach, links = self.reach, self.links
        if len(links) == 1 and not links[0].name:
            return links[0]  # its address is among the parameters of the node
        hosts = {reach.host, reach.reached, *reach.addresses}
        mode = 'server' if reach.is_server else 'client'
        for link in links:
            address = link.settings.address
            if link.settings.mode == mode and address.port == reach.port and (
                reach.is_server or address.host in hosts
            ):
                return link
        return None

    def rule_of(self, device: Device) -> ReceiveRule | None:
        """Find the rule for a device; None if no mapping file was given."""
        link = self.link
        if link is None:
            return None
        return link.mapping.receive_rule(device.full_name, device.type_name)

    def devices(self) -> list[Device]:
        """Give what came by type and name, in the order in which they first came."""
        found: dict[tuple[str, str], list[Seen]] = {}
        for seen in self.seen:
            found.setdefault((seen.type_name, seen.device), []).append(seen)
        return [Device(kind, name, tuple(seen)) for (kind, name), seen in found.items()]


class Device(NamedTuple):
    """The messages of one type and name."""

    type_name: str
    name: str
    seen: tuple[Seen, ...]

    @property
    def title(self) -> str:
        """Say whose they are, in a sentence."""
        return f'{self.type_name} {self.name!r}'

    @property
    def full_name(self) -> str:
        """Its name as the bridge knows it."""
        return next((seen.full_name for seen in self.seen if seen.full_name), self.name)

    @property
    def good(self) -> list[Seen]:
        """Those with which nothing is wrong on the wire."""
        return [seen for seen in self.seen if seen.is_good]

    @property
    def is_stream(self) -> bool:
        """Whether it is a stream of poses or images rather than single events."""
        found = message_class(self.type_name)
        return found is not None and found.is_stream

    def by_connection(self) -> list[list[Seen]]:
        """Give them connection by connection, of which there may be several at once."""
        parts: dict[int, list[Seen]] = {}
        for seen in self.seen:
            parts.setdefault(seen.connection, []).append(seen)
        return list(parts.values())

    def tools(self) -> dict[str, list[tuple[Seen, Tool]]]:
        """Give the poses by the names of tools."""
        found: dict[str, list[tuple[Seen, Tool]]] = {}
        for seen in self.good:
            for tool in seen.values.tools:
                found.setdefault(tool.name, []).append((seen, tool))
        return found
