"""A peer asks ROS: its GET_, STT_ and STP_ are answered with what was sent last."""

from __future__ import annotations

from collections.abc import Iterable

from ..codec import Message
from ..codec.messages.bundle import GetBind, StartBind
from ..codec.messages.query import Capability, Query, Response, StartTracking, StartVideo
from ..codec.messages.text import Status, StatusCode
from ..config import ros_text
from ..errors import EncodeError
from .interfaces import Log, Peer, Problem
from .queries import queried_type, query_facts, unmet, unmet_but_done
from .streams import MAX_STREAMS, Streams

_NOTHING = 'nothing to answer it with'


class Replies:
    """
    Reply to the queries of the peers of one link.

    :param streams: what they ask for with STT_ and STP_.
    :param types: what CAPABILITY says that is understood here.
    """

    def __init__(
        self, streams: Streams, types: Iterable[str], problem: Problem, log: Log
    ) -> None:
        self._streams = streams
        self._types = tuple(sorted({*types, 'COMMAND', 'GET_STATUS', 'GET_CAPABIL'}))
        self._problem = problem
        self._log = log

    def handle(self, peer: Peer, message: Message, now: float) -> bool:
        """
        Reply to a query.

        :returns: whether it was one.
        """
        if isinstance(message, StartTracking):
            self._start(peer, message, message.type_name[4:], message.interval_ms / 1000, now)
        elif isinstance(message, StartVideo):
            self._start(peer, message, 'VIDEO', message.interval_ms / 1000, now)
        elif isinstance(message, (GetBind, StartBind)):
            self._respond(peer, 'BIND', message, False, _NOTHING)
        elif isinstance(message, Query):
            if message.verb == 'GET':
                self._get(peer, message)
            elif message.verb == 'STT':
                self._start(peer, message, message.subject, message.interval_ns / 1e9, now)
            else:
                self._stop(peer, message)
        else:
            return False
        return True

    def _get(self, peer: Peer, query: Query) -> None:
        type_name = queried_type(query.subject)
        held = self._streams.link.held(type_name, query.device_name)
        if type_name == 'CAPABILITY':
            peer.send_as_is(Capability(self._types, device_name=query.device_name))
        elif held:
            for outgoing in held:
                peer.post(outgoing)
            peer.pump()
        elif type_name == 'STATUS':
            peer.send_as_is(Status(StatusCode.OK, device_name=query.device_name))
        else:
            self._respond(peer, query.subject, query, False, _NOTHING)
            return
        self._log_reply(peer, query, True, type_name)

    def _start(
        self, peer: Peer, query: Message, subject: str, interval_s: float, now: float
    ) -> None:
        key = queried_type(subject), query.device_name
        held = [outgoing.message for outgoing in self._streams.link.held(*key)]
        why = '' if held else _NOTHING
        if held and not self._streams.takes_more(peer, key):
            why = f'{MAX_STREAMS} streams are sent to it already'
        why = why or next(filter(None, (unmet(query, message) for message in held)), '')
        if why:
            self._respond(peer, subject, query, False, why)
            return
        frame = query.coordinate_name if isinstance(query, StartTracking) else ''
        stream = self._streams.start(peer, key, interval_s, frame)
        notes = filter(None, (unmet_but_done(query, message) for message in held))
        self._respond(peer, subject, query, True, next(notes, ''))
        self._streams.tick(peer, key, stream, now)

    def _stop(self, peer: Peer, query: Query) -> None:
        key = queried_type(query.subject), query.device_name
        possible = self._streams.takes_more(peer, key)
        if possible:
            self._streams.stop(peer, key)
        self._respond(peer, query.subject, query, possible, '' if possible else _NOTHING)

    def _respond(
        self, peer: Peer, subject: str, query: Message, success: bool, why: str
    ) -> None:
        """
        Send the RTS_ of a query; a STATUS where the protocol has none.

        :param why: what stands in the way, if it is no success; else what is not as it was asked.
        """
        device = query.device_name
        if not success:
            self._problem(
                f'{query.type_name} unanswered',
                ros_text(f'{peer.address}: {query.type_name} {device!r}: {why}'),
            )
        answer: Message
        try:
            answer = Response(f'RTS_{subject}', 0 if success else 1, device_name=device)
        except EncodeError:
            code = StatusCode.OK if success else StatusCode.NOT_FOUND
            answer = Status(code, 0, query.type_name, ros_text(why), device_name=device)
        peer.send_as_is(answer)
        self._log_reply(peer, query, success, answer.type_name)

    def _log_reply(self, peer: Peer, query: Message, success: bool, answer: str) -> None:
        self._log(query_facts(query, 'peer', peer=peer.address, success=success, answer=answer))
