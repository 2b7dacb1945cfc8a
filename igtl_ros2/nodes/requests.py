"""ROS asks a peer: queries, streams and commands that wait for their answers."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from ..codec import Message
from ..codec.fields import checked_text
from ..codec.messages.query import Query, Response, StartTracking, StartVideo
from ..codec.messages.text import Command, CommandResponse, String
from ..converters.units import ros_text
from ..errors import EncodeError
from ..mapping import TIMEOUT_S, QueryRule
from ..peers import Link, Peer
from .command_xml import attributes
from .outcomes import Outcomes
from .queries import SUBJECTS
from .query_log import QueryLog

#: who waits for an answer gets (success, text, the answer if there is one)
OnAnswer = Callable[[bool, str, 'Message | None'], None]
_NO_QUERIES = 'queries are not sent with profile slicer: 3D Slicer crashes on them'
# At most so many may wait: a peer that never answers must not cost memory without end
_MAX_WAITING = 1000
# An order is carried out by each who gets it: that one refuses is said although another obeys
_GRACE_S = 0.2
_MAX_NAME = 127


@dataclass(slots=True, eq=False)
class _Waiting:
    """A question that was sent."""

    what: str
    peers: set[Peer]
    #: tells what a message of one of these peers means for it: None if nothing
    judge: Callable[[Message], tuple[bool, str] | None]
    on_answer: OnAnswer
    timeout: float
    #: type and device of an RTS_ that answers it
    key: tuple[str, str] = ('', '')
    #: how long to wait for the others once one has succeeded
    grace_s: float = 0.0
    #: why peers were not asked, by address
    refused: dict[str, str] = field(default_factory=dict)
    timer: asyncio.TimerHandle | None = field(default=None)
    outcomes: Outcomes = field(default_factory=Outcomes)


@dataclass(frozen=True, slots=True)
class Order:
    """
    A command to be sent.

    :param encoding: IANA MIBenum number of the content; 0: the one that suits it.
    :param legacy: send STRING CMD_<number> instead, which STRING ACK_<number> answers.
    """

    name: str
    content: str = ''
    device: str = ''
    encoding: int = 0
    timeout: float = TIMEOUT_S
    legacy: bool = False


class Requests:
    """
    Questions to the peers of one link, and who waits for their answers.

    Everything but `get`, `stream` and `command` is done in the network's thread. An answer that
    nobody waits for any more, because it is late or came twice, changes nothing.
    """

    #: set once there is a link, before anything else is called
    link: Link

    def __init__(self, profile: str, log: QueryLog) -> None:
        """Wait for nothing."""
        self._profile = profile
        self._log = log
        self._waiting: list[_Waiting] = []
        # PLUS ignores the ids that it had last, also those from before this node started
        self._command_id = int(time.time()) & 0x7FFFFFFF

    # -- for any thread

    def get(self, rule: QueryRule, on_answer: OnAnswer) -> None:
        """Ask for a message; its data take the usual way."""

        def judge(message: Message) -> tuple[bool, str] | None:
            if _is_data(message, rule):
                return True, _summary(message)
            if _is_response(message, rule) and not message.ok and rule.type != 'POLYDATA':
                return False, f'the peer answered {message.type_name} with an error'
            return None

        query = _query('GET', rule)
        self.link.network.post(self._ask, 'GET', rule, query, judge, on_answer)

    def stream(self, rule: QueryRule, start: bool, on_answer: OnAnswer) -> None:
        """Start or stop a stream: an RTS_ is the answer, of a start also the first data."""

        def judge(message: Message) -> tuple[bool, str] | None:
            if _is_response(message, rule) and (rule.type != 'POLYDATA' or not start):
                if message.ok or rule.type == 'POLYDATA':
                    return True, f'{message.type_name}: success'
                return False, f'the peer answered {message.type_name} with an error'
            if start and _is_data(message, rule):
                return True, _summary(message)
            return None

        verb = 'STT' if start else 'STP'
        query = _start(rule) if start else _query('STP', rule)
        self.link.network.post(self._ask, verb, rule, query, judge, on_answer)

    def command(
        self, order: Order, on_answer: OnAnswer, exclude: Collection[Peer] = ()
    ) -> None:
        """
        Send a COMMAND; the RTS_COMMAND with its number is the answer.

        :param exclude: peers that shall not get it.
        """
        self.link.network.post(self._command, order, on_answer, exclude)

    # -- asking

    def _ask(
        self,
        verb: str,
        rule: QueryRule,
        query: Message,
        judge: Callable[[Message], tuple[bool, str] | None],
        on_answer: OnAnswer,
    ) -> None:
        def tell(success: bool, text: str, answer: Message | None) -> None:
            self._log.ros_asked(query, success, answer, text)
            on_answer(success, text, answer)

        key = rule.type, rule.device
        others = [w for w in self._waiting if w.key == key]
        rivals = [w for w in others if not w.what.startswith(verb)]
        if self._profile == 'slicer':
            tell(False, _NO_QUERIES, None)
        elif rivals:
            # The answer to one could not be told from that to the other
            tell(False, f'{rivals[0].what} still waits for its answer', None)
        else:
            what = f'{query.type_name} {rule.device}'.rstrip()
            self._send(query, _Waiting(what, set(), judge, tell, rule.timeout, key), others)

    def _command(
        self, order: Order, on_answer: OnAnswer, exclude: Collection[Peer]
    ) -> None:
        self._command_id = number = self._command_id % 0x7FFFFFFF + 1
        name, content = order.name, order.content
        try:
            # of a name that fills its field the C++ library reads on
            checked_text(name, _MAX_NAME, 'name')
            command = String(content or name, device_name=f'CMD_{number}') if order.legacy else (
                Command(number, name, content, order.encoding, device_name=order.device))
        except EncodeError as error:
            on_answer(False, str(error), None)
            return

        def judge(message: Message) -> tuple[bool, str] | None:
            if order.legacy:
                if isinstance(message, String) and message.device_name == f'ACK_{number}':
                    return _legacy_outcome(message.text)
            elif isinstance(message, CommandResponse) and message.command_id == number:
                return _outcome(message)
            return None

        what = f'{command.type_name} {name}'
        waiting = _Waiting(what, set(), judge, on_answer, order.timeout, grace_s=_GRACE_S)
        self._send(command, waiting, exclude=exclude)

    def _send(
        self,
        message: Message,
        waiting: _Waiting,
        joined: Iterable[_Waiting] = (),
        exclude: Collection[Peer] = (),
    ) -> None:
        """
        Send a question to every peer that may get it, and wait.

        :param joined: who asked the same before and waits still: it is not asked again.
        """
        peers = self.link.peers
        reasons = {
            peer: 'it came from there' if peer in exclude else peer.refusal(message)
            for peer in peers
        }
        waiting.peers = {peer for peer, reason in reasons.items() if not reason}
        asked = {peer for other in joined for peer in other.peers}
        if not peers:
            waiting.on_answer(False, self.link.last_error or 'no peer is connected', None)
        elif not waiting.peers:
            reason = '; '.join(dict.fromkeys(reasons.values()))
            waiting.on_answer(False, f'{waiting.what} is not sent: {reason}', None)
        elif len(self._waiting) >= _MAX_WAITING:
            waiting.on_answer(False, f'{_MAX_WAITING} questions wait for answers already', None)
        else:
            self._waiting.append(waiting)
            waiting.refused = {
                peer.address: f'not sent: {reason}'
                for peer, reason in reasons.items() if reason and peer not in exclude
            }
            waiting.timer = self.link.network.loop.call_later(
                waiting.timeout,
                self._finish,
                waiting,
                f'no answer to {waiting.what} within {waiting.timeout:g} s',
            )
            for peer in waiting.peers - asked:
                peer.send_as_is(message)

    # -- answers

    @property
    def waits(self) -> bool:
        """Whether somebody waits for an answer."""
        return bool(self._waiting)

    def handle(self, peer: Peer, message: Message) -> bool:
        """
        Look whether a message is an answer; called when its data are published.

        :returns: whether somebody waited for it.
        """
        answered = False
        for waiting in list(self._waiting):
            verdict = waiting.judge(message) if peer in waiting.peers else None
            if verdict is None:
                continue
            answered = True
            success, text = verdict
            waiting.peers.discard(peer)
            had_success = waiting.outcomes.success
            waiting.outcomes.add(peer.address, success, text, message)
            if not waiting.peers or success and not waiting.grace_s:
                self._finish(waiting)
            elif success and not had_success:
                self._wait_for_others(waiting)
        return answered

    def left(self, peer: Peer) -> None:
        """Give up what only a peer could have answered that is gone."""
        for waiting in list(self._waiting):
            if peer in waiting.peers:
                waiting.peers.discard(peer)
                text = f'{waiting.what}: the peer is gone'
                waiting.outcomes.add(peer.address, False, text)
                if not waiting.peers:
                    self._finish(waiting)

    def _wait_for_others(self, waiting: _Waiting) -> None:
        """Give those who have not answered yet a moment, as one has succeeded."""
        if waiting.timer is not None:
            waiting.timer.cancel()
        waiting.timer = self.link.network.loop.call_later(
            waiting.grace_s, self._finish, waiting, 'no answer yet'
        )

    def _finish(self, waiting: _Waiting, silent: str = '') -> None:
        """
        Give the answer.

        :param silent: what is said of those who have not answered.
        """
        if waiting.timer is not None:
            waiting.timer.cancel()
        self._waiting.remove(waiting)
        outcomes = waiting.outcomes
        rest = {peer.address: silent for peer in waiting.peers if silent}
        if not outcomes.success:
            rest.update(waiting.refused)
        text = outcomes.text(rest)
        waiting.on_answer(outcomes.success, text, outcomes.answer)


def _query(verb: str, rule: QueryRule) -> Message:
    return Query(f'{verb}_{SUBJECTS.get(rule.type, rule.type)}', device_name=rule.device)


def _start(rule: QueryRule) -> Message:
    if rule.type == 'VIDEO':
        return StartVideo(interval_ms=rule.interval_ms, device_name=rule.device)
    if rule.type in ('TDATA', 'QTDATA'):
        return StartTracking(
            f'STT_{rule.type}', rule.interval_ms, rule.coordinate_name, device_name=rule.device
        )
    return _query('STT', rule)


def _is_data(message: Message, rule: QueryRule) -> bool:
    if message.type_name != rule.type:
        return False
    full = message.metadata.get('IGTL_DEVICE_NAME', '')
    return rule.device in ('', message.device_name, full)


def _is_response(message: Message, rule: QueryRule) -> TypeGuard[Response]:
    """Tell whether it is the RTS_ of what was asked for; some leave the device name out."""
    subject = SUBJECTS.get(rule.type, rule.type)
    return (
        isinstance(message, Response)
        and message.subject == subject
        and (not rule.device or message.device_name in ('', rule.device))
    )


def _summary(message: Message) -> str:
    """Say in JSON what has come."""
    size = sum(memoryview(part).nbytes for part in message.encode_content())
    stamp, rest = divmod(message.timestamp_ns, 10**9)
    facts = {
        'type': message.type_name,
        'device': ros_text(message.device_name),
        'stamp': {'sec': stamp, 'nanosec': rest},
        'size': size,
    }
    return json.dumps(facts, ensure_ascii=False)


def _outcome(message: CommandResponse) -> tuple[bool, str]:
    """Tell what an RTS_COMMAND says; Slicer writes SUCCESS whatever happened, and why besides."""
    facts = {key.lower(): value for key, value in attributes(message.content).items()}
    facts.update((key.lower(), value) for key, value in message.metadata.items() if value)
    error = facts.get('errormessage') or facts.get('error') or ''
    text = message.content or facts.get('message', '')
    failed = bool(error) or facts.get('status', '').upper() in ('FAIL', 'FAILED', 'ERROR')
    if failed:
        text = error or facts.get('message') or text or 'the peer says that it failed'
    return not failed, ros_text(text)


def _legacy_outcome(text: str) -> tuple[bool, str]:
    """Tell what a STRING ACK_ says: XML as in later versions, or words."""
    facts = attributes(text)
    failed = facts.get('Status', '').upper() in ('FAIL', 'FAILED', 'ERROR')
    return not failed, ros_text(facts.get('Message') or text)


def answer_facts(message: Message | None) -> dict[str, Any]:
    """Give what `~/command_reply` says about an RTS_COMMAND."""
    if not isinstance(message, CommandResponse):
        return {}
    return {
        'name': ros_text(message.name),
        'content': ros_text(message.content),
        'metadata': {ros_text(k): ros_text(v) for k, v in message.metadata.items()},
    }
