"""Hands each message that arrives on a link to the part that asks, or the one that answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from ..codec import Message
from ..codec.messages.bundle import Bind, GetBind, StartBind
from ..codec.messages.query import Query, Response, StartTracking, StartVideo
from ..codec.messages.text import Command, CommandResponse, String
from ..rules import Mapping, ServeRule
from .action_calls import Actions, RosAction
from .interfaces import FindTarget, Log, Peer, Problem, RosService
from .phase_server import PhaseServer
from .plan_server import PlanServer
from .replies import Replies
from .requests import Requests
from .served_commands import ServedCommands
from .streams import Streams
from .timers import Timers

_ASKS_OR_ANSWERS = (
    Query, StartTracking, StartVideo, GetBind, StartBind, Response, Command, CommandResponse,
    String, Bind,
)


class Dialogue:
    """
    All that is asked and answered on one link, in the network's thread.

    :param types: that are understood here.
    :param find: gives the ROS service of a rule.
    :param find_action: gives the ROS action of a rule.
    :param is_emergency: tells whether a device has called an emergency.
    :param find_target: gives what a peer has sent by a device, see `interfaces.FindTarget`.
    :param command_id: number of the last command.
    :param receive: publishes a message of a peer.
    :param show: gives a reply as ROS may see it, at once or later, to the function behind it.
    """

    #: of a robot with phases, if there is one
    phases: PhaseServer | None = None
    #: of a robot that goes where its peers say, if there is one
    plans: PlanServer | None = None

    def __init__(
        self,
        mapping: Mapping,
        types: Iterable[str],
        find: Callable[[ServeRule], RosService],
        command_id: int,
        problem: Problem,
        log: Log,
        timers: Timers,
        receive: Callable[[Any, Message], None],
        show: Callable[[Any, Message, Callable[[Message, float], None]], None],
        find_action: Callable[[ServeRule], RosAction],
        is_emergency: Callable[[], bool],
        find_target: FindTarget,
    ) -> None:
        self._problem = problem
        self._receive = receive
        self._show = show
        #: the streams that peers have asked for
        self.streams = Streams(problem, timers)
        self.requests = Requests(mapping.profile, log, timers, command_id)
        self._replies = Replies(self.streams, types, problem, log)
        #: that rules of the link call
        self.actions = Actions(find_action, self.streams, timers, problem)
        self.served_commands = ServedCommands(
            mapping.serve, find, problem, timers, self.actions, is_emergency,
            find_target)

    def start(self, link: Any) -> None:
        """Begin, with a link."""
        self.streams.link = self.requests.link = link

    def is_data(self, message: Message) -> bool:
        """Tell whether a message has only to be published."""
        return not (self.phases or self.plans or self.requests.waiting
                    or _asks_or_answers(type(message)))

    def are_data(self, messages: Iterable[Message]) -> bool:
        """Tell it of several."""
        if self.phases or self.plans or self.requests.waiting:
            return False
        return True not in map(_asks_or_answers, map(type, messages))

    def take(self, peer: Peer, message: Message, now: float) -> None:
        """Hand a message to the part that it concerns."""
        for part in _parts(message):
            self._hear(peer, part, part is not message, now)
        if self.plans is not None and self.plans.handle(peer, message, now):
            self._receive(peer, message)
            return
        if self.phases is not None and self.phases.handle(peer, message, now):
            return
        if self._replies.handle(peer, message, now):
            return
        if isinstance(message, (Response, CommandResponse)):
            self._show(peer, message, lambda reply, now: self._take_reply(
                peer, message, reply, now))
            return
        self._receive(peer, message)  # first: the data are published when the reply is known
        self.served_commands.handle(peer, message, now)
        self.requests.handle(peer, message, now)

    def _hear(self, peer: Peer, message: Message, is_bound: bool, now: float) -> None:
        """Stop what a message wants to end, before anything else is done, also in a BIND."""
        self.served_commands.stop(peer, message, now)
        plans, phases = self.plans, self.phases
        if phases is not None and (plans or is_bound) and (phase := phases.stops(message)):
            if plans is not None:
                plans.stop(phase)
            if is_bound:
                phases.handle(peer, message, now)
        if plans is not None:
            plans.hear(peer, message, is_bound)

    def _take_reply(self, peer: Peer, message: Message, reply: Message, now: float) -> None:
        """Hand on a reply, without names of patients, to the request that waits for it."""
        if not self.requests.handle(peer, reply, now):
            kind = f'{message.type_name} nobody waits for'
            self._problem(kind, f'{peer.address}: {kind}: it is late, or came twice')
            self._receive(peer, message)

    def left(self, peer: Peer, now: float) -> None:
        """Forget a peer that is gone; of `requests` it is told when its last reply was shown."""
        self.streams.left(peer)
        self.served_commands.left(peer, now)
        if self.phases is not None:
            self.phases.left(peer, now)
        if self.plans is not None:
            self.plans.left(peer)


def _parts(message: Message) -> Iterator[Message]:
    """Give a message, or instead of a BIND what is in it."""
    if isinstance(message, Bind):
        for child in message.children:
            yield from _parts(child)
    else:
        yield message


@cache
def _asks_or_answers(kind: type[Message]) -> bool:
    """Tell whether a type can be a query, a command, the reply to one, or hold one."""
    return issubclass(kind, _ASKS_OR_ANSWERS)
