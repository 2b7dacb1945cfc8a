"""ROS asks its peers: queries and commands that wait for their replies."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..codec import Message
from ..config import ros_text
from ..errors import EncodeError
from ..rules import QueryRule
from .commands import CommandText
from .interfaces import Log, Peer
from .queries import query_facts, query_of, query_outcome
from .timers import Timer, Timers

#: called with the outcome of a request: (success, text, the reply if there is one)
OnReply = Callable[[bool, str, 'Message | None'], None]
_NO_QUERIES = 'queries are not sent with profile slicer: 3D Slicer crashes on them'
# At most so many may wait: a peer that never answers must not cost memory without end
_MAX_WAITING = 1000
# Every peer that gets a command carries it out: a refusal is reported although another one obeys
_GRACE_S = 0.2


@dataclass(slots=True)
class Outcomes:
    """
    What the peers did, by their addresses, in the order in which it became known.

    A question has succeeded if one peer says so: of several, one may have what the others do not.
    """

    #: whether it succeeded there, and what is said of it
    said: dict[str, tuple[bool, str]] = field(default_factory=dict)
    #: the answer to hand on: the first that succeeded, else the last that came
    answer: Message | None = None

    @property
    def success(self) -> bool:
        """Whether one has succeeded."""
        return any(success for success, _ in self.said.values())

    def add(self, address: str, success: bool, text: str, answer: Message | None = None) -> None:
        """Note what one peer answered, or why it will not."""
        if answer is not None and not self.success:
            self.answer = answer
        self.said[address] = success, text

    def text(self, silent: Mapping[str, str] | None = None) -> str:
        """
        Say what each did.

        :param silent: why there is nothing of those that are left, by address.
        """
        parts = {address: text for address, (_, text) in self.said.items()}
        failed = [address for address, (success, _) in self.said.items() if not success]
        for address, text in (silent or {}).items():
            parts[address] = text
            failed.append(address)
        if len(set(parts.values())) == 1:
            return next(iter(parts.values()))
        if not self.success:
            return '; '.join(f'{address}: {text}' for address, text in parts.items())
        done = dict.fromkeys(text for success, text in self.said.values() if success)
        rest = [f'{address}: {parts[address] or "it failed"}' for address in failed]
        return '; '.join([*(text for text in done if text), *rest])


@dataclass(slots=True, eq=False)
class _Request:
    """A request that was sent."""

    what: str
    #: tells what a message of a peer means for it: None if nothing
    judge: Callable[[Message], tuple[bool, str] | None]
    on_reply: OnReply
    timeout: float
    #: verb, type and device of a query
    query: tuple[str, str, str] = ('', '', '')
    #: how long to wait for the others once one has succeeded
    grace_s: float = 0.0
    #: peers that were asked and have not answered
    peers: set[Peer] = field(default_factory=set)
    #: why peers were not asked, by address
    refused: dict[str, str] = field(default_factory=dict)
    timer: Timer | None = None
    outcomes: Outcomes = field(default_factory=Outcomes)


@dataclass(eq=False)
class Requests:
    """
    Requests to the peers of one link, and what waits for their replies.

    A reply that nobody waits for any more, because it is late or came twice, changes nothing.

    :param command_id: number of the last command; PLUS ignores those that it had last.
    """

    _profile: str
    _log: Log
    _timers: Timers
    _command_id: int
    #: a `peers.Link`, set once there is one, before anything else is called
    link: Any = field(default=None, init=False)
    #: the requests that wait for a reply
    waiting: list[_Request] = field(default_factory=list, init=False)

    def query(self, verb: str, rule: QueryRule, on_reply: OnReply, now: float) -> None:
        """
        Ask for a message, or start or stop a stream; data take the usual way.

        :param verb: GET, STT or STP.
        """
        query = query_of(verb, rule)

        def tell(success: bool, text: str, reply: Message | None) -> None:
            kind = '' if reply is None else ros_text(reply.type_name)
            self._log(query_facts(query, 'ros', success=success, answer=kind, message=text))
            on_reply(success, text, reply)

        others = [w for w in self.waiting if w.query[1:] == (rule.type, rule.device)]
        rivals = [w for w in others if w.query[0] != verb]
        if self._profile == 'slicer':
            tell(False, _NO_QUERIES, None)
        elif rivals:
            # The reply to one could not be told from that to the other
            tell(False, f'{rivals[0].what} still waits for its answer', None)
        else:
            self._send(query, _Request(
                f'{query.type_name} {rule.device}'.rstrip(),
                lambda message: query_outcome(verb, rule, message),
                tell, rule.timeout, (verb, rule.type, rule.device),
            ), now, others)

    def command(
        self, command: CommandText, on_reply: OnReply, now: float, exclude: Collection[Peer] = ()
    ) -> None:
        """
        Send a COMMAND; the RTS_COMMAND with its number is the reply.

        :param exclude: peers that shall not get it.
        """
        self._command_id = number = self._command_id % 0x7FFFFFFF + 1
        try:
            message = command.message(number)
        except EncodeError as error:
            on_reply(False, str(error), None)
            return
        self._send(message, _Request(
            f'{message.type_name} {command.name}',
            lambda reply: command.outcome(number, reply),
            on_reply, command.timeout, grace_s=_GRACE_S,
        ), now, exclude=exclude)

    def _send(
        self,
        message: Message,
        request: _Request,
        now: float,
        joined: Iterable[_Request] = (),
        exclude: Collection[Peer] = (),
    ) -> None:
        """
        Send a request to every peer that may get it, and wait.

        :param joined: requests for the same that still wait: it is not asked again.
        """
        peers: list[Peer] = self.link.peers
        reasons = {
            peer: 'it came from there' if peer in exclude else peer.refusal(message)
            for peer in peers
        }
        request.peers = {peer for peer, reason in reasons.items() if not reason}
        asked = {peer for other in joined for peer in other.peers}
        if not peers:
            request.on_reply(False, self.link.last_error or 'no peer is connected', None)
        elif not request.peers:
            reason = '; '.join(dict.fromkeys(reasons.values()))
            request.on_reply(False, f'{request.what} is not sent: {reason}', None)
        elif len(self.waiting) >= _MAX_WAITING:
            request.on_reply(False, f'{_MAX_WAITING} questions wait for answers already', None)
        else:
            self.waiting.append(request)
            request.refused = {
                peer.address: f'not sent: {reason}'
                for peer, reason in reasons.items() if reason and peer not in exclude
            }
            silent = f'no answer to {request.what} within {request.timeout:g} s'
            self._finish_at(now + request.timeout, request, silent)
            for peer in request.peers - asked:
                peer.send_as_is(message)

    # -- replies

    def handle(self, peer: Peer, message: Message, now: float) -> bool:
        """
        Look whether a message is a reply; called when its data are published.

        :returns: whether somebody waited for it.
        """
        answered = False
        for request in list(self.waiting):
            verdict = request.judge(message) if peer in request.peers else None
            if verdict is None:
                continue
            answered = True
            success, text = verdict
            request.peers.discard(peer)
            had_success = request.outcomes.success
            request.outcomes.add(peer.address, success, text, message)
            if not request.peers or success and not request.grace_s:
                self._finish(request)
            elif success and not had_success:  # the others have a moment
                self._finish_at(now + request.grace_s, request, 'no answer yet')
        return answered

    def left(self, peer: Peer) -> None:
        """Give up what only a peer could have answered that is gone."""
        for request in list(self.waiting):
            if peer in request.peers:
                request.peers.discard(peer)
                request.outcomes.add(peer.address, False, f'{request.what}: the peer is gone')
                if not request.peers:
                    self._finish(request)

    def _finish_at(self, due: float, request: _Request, silent: str) -> None:
        self._timers.cancel(request.timer)
        request.timer = self._timers.at(due, lambda now: self._finish(request, silent))

    def _finish(self, request: _Request, silent: str = '') -> None:
        """
        Give the reply.

        :param silent: what is said of those who have not answered.
        """
        self._timers.cancel(request.timer)
        self.waiting.remove(request)
        outcomes = request.outcomes
        rest = {peer.address: silent for peer in request.peers if silent}
        if not outcomes.success:
            rest.update(request.refused)
        request.on_reply(outcomes.success, outcomes.text(rest), outcomes.answer)
