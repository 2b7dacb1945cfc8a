"""The services of one link, and where each message that arrives on it goes."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Collection
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rclpy.node import Node
from rclpy.qos import QoSProfile
from std_msgs.msg import String as RosString
from std_srvs.srv import SetBool, Trigger

from ..codec import Message
from ..codec.message import registered
from ..converters.heavy import is_heavy
from ..converters.placing import weight
from ..converters.registry import typed_classes
from ..converters.units import ros_text
from ..dialogue.commands import CommandText, read_command, reply_facts
from ..dialogue.dialogue import Dialogue
from ..dialogue.plan_server import EMERGENCY
from ..dialogue.requests import OnReply
from ..dialogue.timers import Timers
from ..errors import ConversionError
from ..mapping import LinkConfig, QueryRule, streams
from ..peers import Link, OnPeer, Peer
from ..peers.worker import Worker
from ..rosio.qos import RAW_QOS
from ..rosio.service_answers import ServiceCall, serve_later
from ..rosio.subscriptions import EVENT_DEPTH, Losses, subscribe
from ..rules import ServeRule
from .action_client import ActionThread, RosAction
from .command_services import offer_command
from .emergency import Emergency
from .moveit import planner_class
from .receive import Receiver
from .report import Report
from .robot_phases import RobotPhases
from .service_client import ServiceClient
from .tf import TfSource

if TYPE_CHECKING:  # it needs moveit_msgs, which may not be there
    from .moveit.planner import MoveItPlanner


class Services:
    """
    The services of one link.

    `start` comes first, once there is a link; no message arrives before it is over.

    :param receiver: takes what arrives and is no query, and all that is data alone.
    :param on_peer: called as well when a peer comes or goes.
    :param emergency: in which no goal of an action goes on.
    """

    def __init__(
        self,
        node: Node,
        config: LinkConfig,
        report: Report,
        receiver: Receiver,
        on_peer: OnPeer,
        emergency: Emergency,
        tf: TfSource | None,
    ) -> None:
        self._node = node
        self._config = config
        self._report = report
        self._receiver = receiver
        self._receive_all = receiver.handle_all
        self._tell = on_peer
        self._prefix = f'{config.name}/' if config.name else ''
        own = f'~/{self._prefix}'
        self._query_log = (
            node.create_publisher(RosString, own + 'queries', RAW_QOS)
            if config.settings.log_queries else None
        )
        self._emergency = emergency
        self._actions: ActionThread | None = None
        self._timers = Timers(self._wake)
        self._alarm: asyncio.TimerHandle | None = None
        # PLUS ignores the ids that it had last, also those from before this node started
        command_id = int(time.time()) & 0x7FFFFFFF
        self._dialogue = Dialogue(
            config.mapping, _understood(), lambda rule: ServiceClient(node, rule, self._post),
            command_id, report.problem, self._log_query, self._timers, receiver.handle,
            self._show, self._find_action, lambda: emergency.is_on, receiver.targets.value)
        #: the streams that peers have asked for
        self.streams = self._dialogue.streams
        self._phases: RobotPhases | None = None
        if config.mapping.phases is not None:
            self._phases = RobotPhases(
                node, config, config.mapping.phases, report, self._dialogue, self._timers,
                receiver, self._post, emergency)
        self._planner: MoveItPlanner | None = None
        if config.mapping.moveit is not None:
            self._planner = planner_class()(
                node, config, config.mapping.moveit, report, self._dialogue, self._timers,
                receiver, self._post, self._now, emergency, tf)
        self._aside = Worker('replies')
        #: replies that are in there
        self._hiding = 0
        self._starting = threading.Lock()
        self._has_started = False
        for query in config.mapping.queries:
            self._offer_query(query)
        for command in config.mapping.commands:
            offer_command(node, config, command, self._command, report)
        serve_later(node, Trigger, own + 'resend', self._resend)
        serve_later(node, Trigger, own + 'reconnect', self._reconnect)
        self._command_replies = node.create_publisher(RosString, own + 'command_reply', 10)
        subscribe(
            node, RosString, own + 'command',
            lambda message: self.send_command('~/command', message.data),
            QoSProfile(depth=EVENT_DEPTH),
            Losses(lambda count: report.problem(
                '~/command: lost', f'~/command: {count} commands were lost on their way', count)),
        )

    def start(self, link: Link) -> None:
        """Begin, with a link; its first peer may be there while it is still being opened."""
        with self._starting:
            if self._has_started:
                return
            self._link = link
            self._dialogue.start(link)
            for robot in (self._phases, self._planner):
                if robot is not None:
                    self._post(robot.server.start)
            self._emergency.tell(self._stop_all)
            self._has_started = True

    def change(self, config: LinkConfig, changed: Collection[str]) -> None:
        """
        Follow other rules of what peers send; in the thread of the executor.

        :param changed: names of devices of which they say something else.
        """
        if self._planner is not None:
            self._planner.change(config)
        if self._phases is not None:
            self._post(self._phases.server.withdraw, changed, 'the rules have changed')

    def _stop_all(self) -> None:
        """Stop whatever moves, as there is an emergency."""
        if self._planner is not None:
            self._post(self._planner.server.stop, EMERGENCY)
        self._post_now(self._dialogue.served_commands.stop_all, 'an emergency')

    def end_goals(self, why: str) -> threading.Event:
        """Stop what moves; what is given is set when no goal of an action of rules is left."""
        ended = threading.Event()
        if self._has_started and self._planner is not None:
            self._post(self._planner.server.stop, why)
        if self._has_started and self._actions is not None:
            end = self._dialogue.served_commands.end_goals
            self._post(lambda: end(why, self._now(), ended.set))
        else:
            ended.set()
        return ended

    def close(self) -> None:
        """Give up what is looked at in another thread."""
        self._aside.close()
        for ending in (self._actions, self._planner):
            if ending is not None:
                ending.close()

    def _find_action(self, rule: ServeRule) -> RosAction:
        """Give the action that a rule calls; all are called in one thread."""
        if self._actions is None:
            name = self._config.name
            self._actions = ActionThread(self._node, f'{name}_actions' if name else 'actions')
        return RosAction(
            self._actions, rule.call, rule.type, self._post_now, self._report.problem)

    def _now(self) -> float:
        return self._link.network.loop.time()

    def _post(self, function: Callable[..., Any], *args: Any) -> None:
        self._link.network.post(function, *args)

    def _post_now(self, function: Callable[..., Any], *args: Any) -> None:
        """Have a function called that is told the time as well."""
        self._post(lambda: function(*args, self._now()))

    def _log_query(self, facts: dict[str, Any]) -> None:
        """Say on `~/queries` which peer asked for what, and the outcome; from any thread."""
        if self._query_log is None:
            return
        seconds, rest = divmod(self._node.get_clock().now().nanoseconds, 10**9)
        entry = {'stamp': {'sec': seconds, 'nanosec': rest}, **facts}
        self._query_log.publish(RosString(data=json.dumps(entry, ensure_ascii=False)))

    # -- in the network's thread

    def _wake(self, due: float) -> None:
        """Set the alarm to when a timer is due next."""
        if self._alarm is not None:
            self._alarm.cancel()
        loop = self._link.network.loop
        self._alarm = loop.call_at(due, lambda: self._timers.run(self._now()))

    def on_messages(self, peer: Peer, messages: list[Message]) -> None:
        """Take messages that came in one piece; what is data alone is handed on together."""
        if self._dialogue.are_data(messages):  # nearly always
            self._receive_all(peer, messages)
            return
        for is_data, group in groupby(messages, self._dialogue.is_data):
            if is_data:
                peer.link.tell_each(self._receive_all, peer, [tuple(group)])
            else:
                peer.link.tell_each(self.on_message, peer, tuple(group))
            if peer.cut_off:
                break

    def on_message(self, peer: Peer, message: Message) -> None:
        """Hand a message to the part that it concerns."""
        self._dialogue.take(peer, message, self._now())

    def _show(
        self, peer: Peer, reply: Message, take: Callable[[Message, float], None]
    ) -> None:
        """Take names of patients out of a reply, of a long one in the worker."""
        if not is_heavy(reply):
            take(self._receiver.hidden(peer, reply), self._now())
            return

        def shown(visible: Message) -> None:
            self._hiding -= 1
            take(visible, self._now())

        self._hiding += self._work(
            lambda: self._post(shown, self._receiver.hidden(peer, reply)), reply)

    def _work(self, job: Callable[[], None], reply: Message) -> bool:
        """Do something with a long reply in the worker; tells whether it will be done."""
        try:
            self._aside.do(job, weight(reply))
        except ConversionError as error:
            what = f'{reply.type_name} {ros_text(reply.device_name)}'
            self._report.problem(what, f'{what}: {error}')
            return False
        return True

    def on_peer(self, peer: Peer, joined: bool) -> None:
        """Take notice of a peer that comes or goes."""
        self.start(peer.link)
        self._tell(peer, joined)
        if not joined:
            self._dialogue.left(peer, self._now())
            self._receiver.targets.left(peer)
            left = self._dialogue.requests.left
            if self._hiding:  # its reply may be among them
                self._aside.do(partial(self._post, left, peer))
            else:
                left(peer)

    # -- services

    def _offer_query(self, rule: QueryRule) -> None:
        if rule.type != 'VIDEO':  # the protocol has no GET_VIDEO
            serve_later(
                self._node, Trigger, f'{self._prefix}get/{rule.name}',
                lambda request, call: self._query('GET', rule, call))
        if rule.type in streams():
            serve_later(
                self._node, SetBool, f'{self._prefix}stream/{rule.name}',
                lambda request, call: self._query('STT' if request.data else 'STP', rule, call))

    def _query(self, verb: str, rule: QueryRule, call: ServiceCall) -> None:
        requests = self._dialogue.requests
        self._post(lambda: requests.query(verb, rule, call.answer, self._now()))

    def _command(
        self, command: CommandText, on_reply: OnReply, exclude: Collection[Peer] = ()
    ) -> None:
        requests = self._dialogue.requests
        self._post(lambda: requests.command(command, on_reply, self._now(), exclude))

    def _resend(self, request: Trigger.Request, call: ServiceCall) -> None:
        held = self._link.held()
        peers = [peer for peer in self._link.peers if peer.gets_all]
        for outgoing in held:
            self._link.post_to(peers, outgoing)
        call.answer(bool(peers), f'{len(held)} messages to {len(peers)} peers')

    def _reconnect(self, request: Trigger.Request, call: ServiceCall) -> None:
        settings = self._config.settings
        if settings.mode == 'client' and not settings.reconnect:
            call.answer(False, 'reconnect.enabled is false: the link would be over')
            return
        count = len(self._link.peers)
        self._link.drop_peers('~/reconnect was called')
        call.answer(True, f'{count} connections closed')

    # -- commands that topics say

    def send_command(
        self, topic: str, text: str, device: str = '', exclude: Collection[Peer] = ()
    ) -> None:
        """
        Send the COMMAND that a topic says, and tell on `~/command_reply` what came of it.

        :param topic: for reports.
        :param device: the device whose rule sends it; empty for `~/command`.
        :param exclude: peers that shall not get it.
        """
        number = None

        def reply(success: bool, words: str, answer: Message | None = None) -> None:
            facts = {'id': number, 'success': success, 'message': words, **reply_facts(answer)}
            self._command_replies.publish(RosString(data=json.dumps(facts, ensure_ascii=False)))

        def tell(success: bool, words: str, answer: Message | None) -> None:
            if not success:
                # the words of a peer may quote names of patients
                why = 'it failed, see ~/command_reply' if answer else words
                self._report.problem(topic, f'{topic}: {why}')
            if answer is not None and is_heavy(answer):
                self._work(partial(reply, success, words, answer), answer)
            else:
                reply(success, words, answer)

        try:
            command, number = read_command(text, device)
        except ConversionError as error:
            self._report.problem(topic, f'{topic}: not sent: {error}')
            reply(False, str(error))
            return
        self._command(command, tell, exclude)


def _understood() -> list[str]:
    """Name the types that become more than `raw` here."""
    known = typed_classes()
    return [name for name, kind in registered().items() if kind in known and len(name) <= 12]
