"""Which peer gets what is sent, and when: streams at the intervals that peers have asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..codec import Message
from ..codec.frame import wire_names
from ..codec.messages.text import Status, StatusCode
from ..config import ros_text
from .interfaces import Peer, Problem
from .queries import not_in_frame
from .timers import Timer, Timers

# Nothing is sent more often than this to a peer that asks for an interval
_MIN_INTERVAL_S = 0.005
#: that a peer may have: it may make up names without end
MAX_STREAMS = 1000
_MAX_TEXT = 1000
_MAX_ERROR_NAME = 19

_Key = tuple[str, str]


@dataclass(slots=True, eq=False)
class _Stream:
    """What a peer asked to get of one (type, device on the wire), device '' for all."""

    #: 0: all that is sent; None: nothing
    interval_s: float | None = 0.0
    #: frame that it was asked for in; '' for any
    coordinates: str = ''
    sent: dict[_Key, Any] = field(default_factory=dict)
    timer: Timer | None = None


@dataclass(eq=False)
class Streams:
    """
    Send to the peers of one link.

    Every peer gets all that is sent, until it asks otherwise: with STT_ at a resolution it gets
    the last value at that interval, if it is new; after STP_ it gets none until it asks again.
    A query has a device by its name on the wire; one of 20 bytes means all that begin with it.
    Its streams end with it.
    """

    _problem: Problem
    _timers: Timers
    #: a `peers.Link`, set once there is one, before anything else is called
    link: Any = field(default=None, init=False)
    #: by peer
    streams: dict[Peer, dict[_Key, _Stream]] = field(default_factory=dict, init=False)
    # values go back to where they came from only when they are asked for by GET_
    _origins: dict[_Key, frozenset[Peer]] = field(default_factory=dict, init=False)

    # -- for any thread

    def send(
        self, message: Message, *, hold: bool | None = None, exclude: Iterable[Peer] = ()
    ) -> None:
        """Send a message to all peers but those who asked to get it otherwise."""
        key = message.type_name, message.device_name
        self.link.send(message, hold=hold, exclude=self._excluded(key, exclude))

    def tell(
        self, code: StatusCode, error_name: str, text: str, device: str, *,
        hold: bool | None = None,
    ) -> Status:
        """Send a STATUS likewise, with as much of its words as there is room for; gives it."""
        name = error_name.encode()[:_MAX_ERROR_NAME].decode(errors='ignore')
        words = ros_text(text)[:_MAX_TEXT]
        status = Status(code, error_name=name, message=words, device_name=device)
        self.send(status, hold=hold)
        return status

    def send_many(self, outgoings: Sequence[Any], exclude: Iterable[Peer] = ()) -> None:
        """Send messages of one type and device likewise, the oldest first; the last is held."""
        exclude = self._excluded(outgoings[0].key, exclude)
        self.link.send_many(outgoings, exclude=exclude)

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
            # a peer that asked for an interval is told at once, one that asked for none is not
            paced = [peer for peer in exclude if self._has_pace(peer, key)]
            self.link.send(state, hold=False, exclude=set(exclude) - set(paced))

    def _has_pace(self, peer: Peer, key: _Key) -> bool:
        """Tell whether a peer gets a device at an interval that it has asked for."""
        stream = _stream_for(key, self.streams.get(peer, {}))
        return peer.version >= 2 and stream is not None and stream.interval_s is not None

    def _excluded(self, key: _Key, exclude: Iterable[Peer]) -> Collection[Peer]:
        """Add those who asked for a device to get it otherwise."""
        origins = self._origins[key] = frozenset(exclude)
        if not self.streams:
            return origins
        paced = []
        for peer, streams in list(self.streams.items()):
            stream = _stream_for(key, streams)
            if stream is not None and stream.interval_s != 0.0:
                paced.append(peer)
        return (*origins, *paced)

    # -- in the network's thread

    def takes_more(self, peer: Peer, key: _Key) -> bool:
        """Tell whether a peer may have this stream besides those that it has."""
        streams = self.streams.get(peer, {})
        return key in streams or len(streams) < MAX_STREAMS

    def start(self, peer: Peer, key: _Key, interval_s: float, coordinates: str) -> _Stream:
        """Send a device, or all of a type, to a peer otherwise from now on; `tick` begins it."""
        if interval_s or coordinates:  # in a frame each message is looked at
            interval_s = max(interval_s, _MIN_INTERVAL_S)
        return self._replace(peer, key, _Stream(interval_s, coordinates))

    def stop(self, peer: Peer, key: _Key) -> None:
        """Send nothing more of a device, or of all of a type, to a peer."""
        self._replace(peer, key, _Stream(None))

    def left(self, peer: Peer) -> None:
        """End the streams of a peer that is gone."""
        for stream in self.streams.pop(peer, {}).values():
            self._timers.cancel(stream.timer)

    def _replace(self, peer: Peer, key: _Key, stream: _Stream) -> _Stream:
        """End a stream for another one; one of all devices ends those of each."""
        streams = self.streams.setdefault(peer, {})
        for old in [old for old in streams if old == key or key == (old[0], '')]:
            self._timers.cancel(streams.pop(old).timer)
        streams[key] = stream
        return stream

    def tick(self, peer: Peer, key: _Key, stream: _Stream, now: float) -> None:
        """Send what is new since the last time."""
        own = self.streams[peer]
        held = self.link.held(*key)
        # of a video all frames are held since a key frame: those behind the last one are new
        sent = set(stream.sent.values())
        known = {outgoing.key for outgoing in held if outgoing in sent}
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
                    self._problem(f'{key[0]} in another frame', f'{peer.address}: {why}')
                    continue
                peer.post(outgoing)
        peer.pump()
        if stream.interval_s:
            stream.timer = self._timers.at(
                now + stream.interval_s, lambda now: self.tick(peer, key, stream, now))


def _asked(key: _Key) -> list[_Key]:
    """List the keys of the queries for a message: they know no more of its name than the wire."""
    return [(key[0], name) for name in wire_names(key[1])]


def _stream_for(key: _Key, streams: dict[_Key, _Stream]) -> _Stream | None:
    """Find the stream of a peer that a message belongs to."""
    keys = (*_asked(key), (key[0], ''))
    return next(filter(None, map(streams.get, keys)), None)
