"""A peer asks ROS: its GET_, STT_ and STP_ are answered with what was sent last."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from ..codec import Message
from ..codec.frame import wire_names
from ..codec.message import registered
from ..codec.messages.bundle import GetBind, StartBind
from ..codec.messages.query import Capability, Query, Response, StartTracking, StartVideo
from ..codec.messages.text import Status, StatusCode
from ..converters.registry import typed_classes
from ..converters.units import ros_text
from ..errors import EncodeError
from ..peers import Link, Outgoing, Peer
from .query_log import QueryLog
from .query_wishes import not_in_frame, unmet, unmet_but_done
from .report import Report

#: how types are spelt in queries, where that differs
SUBJECTS = {'TRANSFORM': 'TRANS', 'VIDEOMETA': 'VMETA', 'CAPABILITY': 'CAPABIL'}
_TYPES = {subject: type_name for type_name, subject in SUBJECTS.items()}
# Nothing is sent more often than this to a peer that asks for an interval
_MIN_INTERVAL_S = 0.005
# A peer may make up names without end
_MAX_STREAMS = 1000
_NOTHING = 'nothing to answer it with'

_Key = tuple[str, str]


@dataclass(slots=True, eq=False)
class _Stream:
    """What a peer asked to get of one (type, device on the wire), device '' for all."""

    #: 0: all that is sent; None: nothing
    interval_s: float | None = 0.0
    #: frame that it was asked for in; '' for any
    coordinates: str = ''
    sent: dict[_Key, Outgoing] = field(default_factory=dict)
    timer: asyncio.TimerHandle | None = None


class Queries:
    """
    Answer the queries of the peers of one link.

    Every peer gets all that is sent, until it asks otherwise: with STT_ at a resolution it gets
    the last value at that interval, if it is new; after STP_ it gets none until it asks again.
    A query has a device by its name on the wire; one of 20 bytes means all that begin with it.
    Its streams end with it. All is done in the network's thread, but `send`.
    """

    #: set once there is a link, before anything else is called
    link: Link

    def __init__(self, report: Report, log: QueryLog) -> None:
        """Know of no streams."""
        self._report = report
        self._log = log
        #: by peer
        self.streams: dict[Peer, dict[_Key, _Stream]] = {}
        # values go back to where they came from only when they are asked for by GET_
        self._origins: dict[_Key, frozenset[Peer]] = {}

    # -- for any thread

    def send(
        self, message: Message, *, hold: bool | None = None, exclude: Iterable[Peer] = ()
    ) -> None:
        """Send a message to all peers but those who asked to get it otherwise."""
        key = message.type_name, message.device_name
        self.link.send(message, hold=hold, exclude=self._excluded(key, exclude))

    def send_many(self, outgoings: Sequence[Outgoing], exclude: Iterable[Peer] = ()) -> None:
        """Send messages of one type and device likewise, the oldest first; the last is held."""
        exclude = self._excluded(outgoings[0].key, exclude)
        self.link.send_many(outgoings, hold=True, exclude=exclude)

    def retract(self, last: Message, state: Message | None) -> None:
        """
        Take back what was sent last of a device.

        :param state: says so to the peers that read metadata; None if there is nothing to say.
        """
        key = last.type_name, last.device_name
        self.link.forget_value(*key)
        if state is not None:
            blind = [peer for peer in self.link.peers if peer.version < 2]
            exclude = self._excluded(key, blind)
            # who asked for its values at times of its own is told at once; who wants none, not
            paced = [peer for peer in exclude if self._streams_of(peer, key)]
            self.link.send(state, hold=False, exclude=set(exclude) - set(paced))

    def _streams_of(self, peer: Peer, key: _Key) -> bool:
        """Tell whether a peer gets a device at an interval that it has asked for."""
        streams = self.streams.get(peer, {})
        stream = next((streams[x] for x in (*_asked(key), (key[0], '')) if x in streams), None)
        return peer.version >= 2 and stream is not None and stream.interval_s is not None

    def _excluded(self, key: _Key, exclude: Iterable[Peer]) -> Collection[Peer]:
        """Add those who asked for a device to get it otherwise."""
        origins = self._origins[key] = frozenset(exclude)
        if not self.streams:
            return origins
        asked = _asked(key)
        asked.append((key[0], ''))
        paced = []
        for peer, streams in list(self.streams.items()):
            stream = next((streams[one] for one in asked if one in streams), None)
            if stream is not None and stream.interval_s != 0.0:
                paced.append(peer)
        return (*origins, *paced)

    # -- queries

    def handle(self, peer: Peer, message: Message) -> bool:
        """
        Answer a query.

        :returns: whether it was one.
        """
        if isinstance(message, StartTracking):
            interval_s = message.interval_ms / 1000
            if message.coordinate_name:  # each message is looked at then
                interval_s = max(interval_s, _MIN_INTERVAL_S)
            self._start(peer, message, message.type_name[4:], interval_s)
        elif isinstance(message, StartVideo):
            self._start(peer, message, 'VIDEO', message.interval_ms / 1000)
        elif isinstance(message, (GetBind, StartBind)):
            self._respond(peer, 'BIND', message, False)
        elif isinstance(message, Query):
            if message.verb == 'GET':
                self._get(peer, message)
            elif message.verb == 'STT':
                self._start(peer, message, message.subject, message.interval_ns / 1e9)
            else:
                self._stop(peer, message)
        else:
            return False
        return True

    def left(self, peer: Peer) -> None:
        """End the streams of a peer that is gone."""
        for stream in self.streams.pop(peer, {}).values():
            if stream.timer is not None:
                stream.timer.cancel()

    def _get(self, peer: Peer, query: Query) -> None:
        type_name = _TYPES.get(query.subject, query.subject)
        held = self.link.held(type_name, query.device_name)
        if type_name == 'CAPABILITY':
            peer.send_as_is(Capability(_understood(), device_name=query.device_name))
        elif held:
            for outgoing in held:
                peer.post(outgoing)
            peer.pump()
        elif type_name == 'STATUS':
            peer.send_as_is(Status(StatusCode.OK, device_name=query.device_name))
        else:
            self._respond(peer, query.subject, query, False)
            return
        self._log.peer_asked(peer.address, query, True, type_name)

    def _start(self, peer: Peer, query: Message, subject: str, interval_s: float) -> None:
        key = _TYPES.get(subject, subject), query.device_name
        streams = self.streams.setdefault(peer, {})
        held = [outgoing.message for outgoing in self.link.held(*key)]
        why = '' if held else _NOTHING
        if held and not (key in streams or len(streams) < _MAX_STREAMS):
            why = f'{_MAX_STREAMS} streams are sent to it already'
        why = why or next(filter(None, (unmet(query, message) for message in held)), '')
        if why:
            self._respond(peer, subject, query, False, why)
            return
        self._forget(peer, key)
        if interval_s:
            interval_s = max(interval_s, _MIN_INTERVAL_S)
        coordinates = query.coordinate_name if isinstance(query, StartTracking) else ''
        stream = streams[key] = _Stream(interval_s, coordinates)
        notes = filter(None, (unmet_but_done(query, message) for message in held))
        self._respond(peer, subject, query, True, next(notes, ''))
        self._tick(peer, key, stream)

    def _stop(self, peer: Peer, query: Query) -> None:
        key = _TYPES.get(query.subject, query.subject), query.device_name
        streams = self.streams.setdefault(peer, {})
        possible = key in streams or len(streams) < _MAX_STREAMS
        if possible:
            self._forget(peer, key)
            streams[key] = _Stream(None)
        self._respond(peer, query.subject, query, possible)

    def _forget(self, peer: Peer, key: _Key) -> None:
        """End a stream; one of all devices ends those of each."""
        streams = self.streams[peer]
        for old in [old for old in streams if old == key or key == (old[0], '')]:
            stream = streams.pop(old)
            if stream.timer is not None:
                stream.timer.cancel()

    def _tick(self, peer: Peer, key: _Key, stream: _Stream) -> None:
        """Send what is new since the last time."""
        own = self.streams[peer]
        held = self.link.held(*key)
        # of a video all frames are held since a key frame: those behind the last one are new
        known = {o.key for o in held if stream.sent.get(o.key) is o}
        for outgoing in held:
            if outgoing.key in known:
                if stream.sent[outgoing.key] is outgoing:
                    known.discard(outgoing.key)
                continue
            # of a device with a stream of its own that stream takes care
            other = key[1] == '' and outgoing.key[1] and any(
                one in own for one in _asked(outgoing.key))
            other = other or peer in self._origins.get(outgoing.key, ())
            if not other and stream.sent.get(outgoing.key) is not outgoing:
                stream.sent[outgoing.key] = outgoing
                if stream.coordinates and (
                    why := not_in_frame(outgoing.message, stream.coordinates)
                ):
                    self._report.problem(f'{key[0]} in another frame', f'{peer.address}: {why}')
                    continue
                peer.post(outgoing)
        peer.pump()
        if stream.interval_s:
            stream.timer = self.link.network.loop.call_later(
                stream.interval_s, self._tick, peer, key, stream
            )

    def _respond(
        self, peer: Peer, subject: str, query: Message, success: bool, why: str = ''
    ) -> None:
        """
        Send the RTS_ of a query; a STATUS where the protocol has none.

        :param why: what stands in the way, if it is no success; else what is not as it was asked.
        """
        device = query.device_name
        if not success:
            why = why or _NOTHING
            kind = f'{query.type_name} unanswered'
            self._report.problem(
                kind, ros_text(f'{peer.address}: {query.type_name} {device!r}: {why}')
            )
        answer: Message
        try:
            answer = Response(f'RTS_{subject}', 0 if success else 1, device_name=device)
        except EncodeError:
            code = StatusCode.OK if success else StatusCode.NOT_FOUND
            answer = Status(code, 0, query.type_name, ros_text(why), device_name=device)
        peer.send_as_is(answer)
        self._log.peer_asked(peer.address, query, success, answer.type_name)


def _asked(key: _Key) -> list[_Key]:
    """List the keys of the queries for a message: they know no more of its name than the wire."""
    return [(key[0], name) for name in wire_names(key[1])]


def _understood() -> tuple[str, ...]:
    """Name the types that become more than `raw` here."""
    known = typed_classes()
    names = [name for name, kind in registered().items() if kind in known and len(name) <= 12]
    return tuple(sorted({*names, 'COMMAND', 'GET_STATUS', 'GET_CAPABIL'}))
