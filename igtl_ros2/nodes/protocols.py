"""Robots with phases over OpenIGTLink: peers command, ROS services carry out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from rclpy.client import Client
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.task import Future
from std_msgs.msg import String as RosString
from std_srvs.srv import Trigger

from ..codec import Message
from ..codec.messages.pose import Transform
from ..codec.messages.text import Status, String
from ..converters.gates import Gates
from ..converters.pose import NOT_RIGID, is_valid, tool_state
from ..converters.registry import full_name
from ..converters.units import RIGID_TOLERANCE, pose_to_ros, ros_text
from ..dialogue.phases import (
    Accept,
    Acknowledge,
    Call,
    Enter,
    Forget,
    Note,
    Phases,
    SendBack,
    Step,
    Tell,
)
from ..dialogue.streams import Streams
from ..errors import ConversionError
from ..mapping import LinkConfig, PhaseTable, ReceiveRule
from ..peers import Link, Peer
from .qos import STATE_QOS
from .report import Report

# How often is looked whether the services of the robot are still there
_LOOK_S = 0.5
_MAX_TEXT = 1000
_MAX_ERROR_NAME = 19


class PhaseServer:
    """
    The phases of the robot behind one link.

    All is done in the network's thread; a ROS service that hangs keeps nothing waiting.

    :param publish: who publishes what came, under its prefix: every number would be a device
        with topics of its own. What is refused is not handed on.
    :param forget: who is told that what was published of a prefix does not hold any more.
    :param rule_of: finds the rule by which a peer, a device and a type are published.
    """

    #: set once there is a link, before anything else is called
    link: Link

    def __init__(
        self,
        node: Node,
        config: LinkConfig,
        table: PhaseTable,
        report: Report,
        streams: Streams,
        publish: Callable[[Peer, Message, str], None],
        forget: Callable[[str], None],
        rule_of: Callable[[Peer, str, str], ReceiveRule],
    ) -> None:
        """Make a client for every service that the table names."""
        self._table = table
        self._report = report
        self._streams = streams
        self._publish = publish
        self._forget_value = forget
        self._rule_of = rule_of
        prefix = f'{config.name}/' if config.name and table.topic[0] not in '/~' else ''
        self._phase = node.create_publisher(RosString, prefix + table.topic, STATE_QOS)
        self._clients: dict[str, Client[Any, Any, Any]] = {
            name: node.create_client(Trigger, name) for name in table.services
        }
        self._calls: dict[int, tuple[Client[Any, Any, Any], Future[Any]]] = {}
        self._transforms = {about.prefix: about for about in table.transforms}
        self._last: dict[str, Transform] = {}
        self._current = Status(device_name=table.status, error_name=table.initial)
        self._timer: asyncio.TimerHandle | None = None
        self._were_there: set[str] = set()
        self._phases = Phases(table, lambda name: self._clients[name].service_is_ready())
        if self._clients:
            clock = Clock(clock_type=ClockType.STEADY_TIME)
            node.create_timer(_LOOK_S, self._look_around, clock=clock)

    def start(self, link: Link) -> None:
        """Begin, with a link."""
        self.link = link
        link.network.post(lambda: self._do(self._phases.start()))

    # -- in the network's thread

    def handle(self, peer: Peer, message: Message) -> bool:
        """
        Take what belongs to the protocol, and publish it unless it is refused.

        :returns: whether it belongs to it.
        """
        if message.type_name == 'GET_STATUS' and message.device_name == self._table.status:
            peer.send_as_is(self._current)
            return True
        prefix, _, number = full_name(message).partition('_')
        if isinstance(message, String) and prefix == self._table.device:
            # programs in C may send more than one NUL at the end, which nothing can be sent with
            message = replace(message, text=message.text.partition('\0')[0])
            steps = self._phases.command(peer, number, message.text, time.monotonic())
            # a robot that has to stop does not wait until that is published
            self._do(steps, peer, message)
            self._publish(peer, message, prefix)
        elif isinstance(message, Transform) and prefix in self._transforms:
            steps = self._phases.transform(
                prefix, number, self._fault(peer, prefix, message), time.monotonic()
            )
            self._do(steps, peer, message)
        else:
            return False
        return True

    def left(self, peer: Peer) -> None:
        """Take note that a peer is gone."""
        self._phases.left(peer)

    def _fault(self, peer: Peer, prefix: str, message: Transform) -> str:
        """Tell why a transform is no pose that a robot could use; empty if it is one."""
        state = tool_state(message)
        if not is_valid(state):
            return f'its state is {ros_text(state or "")}'
        try:
            rule = self._rule_of(peer, prefix, 'TRANSFORM')
            pose, distance = pose_to_ros(message.matrix, rule.wire_unit, rule.wire_axes)
        except ConversionError as error:
            return str(error)
        if distance > RIGID_TOLERANCE:
            return NOT_RIGID.partition(':')[0]
        at = pose.position
        # what is withheld must not be moved to
        return Gates(rule).about_box([(at.x, at.y, at.z)]).get('workspace', '')

    # -- steps

    def _do(
        self, steps: Sequence[Step], peer: Peer | None = None, message: Message | None = None
    ) -> None:
        """
        Do what the phases ask for.

        :param peer: from whom the message is that they are about.
        """
        for step in steps:
            self._step(step, peer, message)
        for prefix in self._last.keys() - self._phases.accepted:
            del self._last[prefix]
            self._forget_value(prefix)
        self._wind_up()

    def _step(self, step: Step, peer: Peer | None, message: Message | None) -> None:
        if isinstance(step, Tell):
            self._tell(step)
        elif isinstance(step, Enter):
            self._phase.publish(RosString(data=step.phase))
        elif isinstance(step, Call):
            self._call(step)
        elif isinstance(step, Forget):
            self._forget(step.number)
        elif isinstance(step, SendBack):
            again = replace(self._last[step.prefix], device_name=step.device)
            self._streams.send(again, hold=False)
        elif isinstance(step, Note):
            where = f'{peer.address}: ' if peer is not None else ''
            self._report.problem(step.kind, ros_text(where + step.text))
        elif peer is not None and message is not None:
            self._answer(step, peer, message)

    def _answer(self, step: Acknowledge | Accept, peer: Peer, message: Message) -> None:
        """Do what concerns the message that has just come."""
        if isinstance(step, Acknowledge):
            echo: dict[str, Any] = dict(device_name=step.device, metadata={})
            peer.send_as_is(replace(message, **echo))
            peer.pump()
            self._check_time(peer, step.device)
        elif isinstance(message, Transform):
            prefix = full_name(message).partition('_')[0]
            self._last[prefix] = replace(message, metadata={})
            self._publish(peer, message, prefix)

    def _check_time(self, peer: Peer, device: str) -> None:
        """Report an acknowledgement that has waited behind something else."""
        taken = time.monotonic() - peer.last_received
        if taken > self._table.ack_timeout:
            self._report.problem('acknowledgement late', (
                f'{peer.address}: {ros_text(device)} left {1000 * taken:.0f} ms after the command '
                f'had come, wanted {1000 * self._table.ack_timeout:g} ms'
            ))

    def _tell(self, step: Tell) -> None:
        text = ros_text(step.message).replace('\0', '')[:_MAX_TEXT]
        name = step.error_name.encode()[:_MAX_ERROR_NAME].decode(errors='ignore')
        status = Status(step.code, error_name=name, message=text, device_name=step.device)
        if step.held:
            self._current = status
        self._streams.send(status, hold=step.held and self._table.greet)

    def _call(self, step: Call) -> None:
        client = self._clients[step.service]
        network = self.link.network
        future = client.call_async(Trigger.Request())
        self._calls[step.number] = client, future

        def done(future: Future[Any]) -> None:
            error = future.exception()
            response = None if error is not None else future.result()
            if error is not None:
                network.post(self._answered, step.number, False, f'{step.service}: {error}')
            elif response is not None:
                network.post(self._answered, step.number, response.success, response.message)

        future.add_done_callback(done)

    def _answered(self, number: int, success: bool, text: str) -> None:
        self._calls.pop(number, None)
        self._do(self._phases.answered(number, success, text))

    def _forget(self, number: int) -> None:
        client, future = self._calls.pop(number)
        client.remove_pending_request(future)

    def _wind_up(self) -> None:
        """Set the alarm clock to the next time-out."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self._phases.due
        if due is not None:
            delay = max(0.0, due - time.monotonic())
            self._timer = self.link.network.loop.call_later(delay, self._tick)

    def _tick(self) -> None:
        self._do(self._phases.tick(time.monotonic()))

    # -- in the executor's thread

    def _look_around(self) -> None:
        """Look whether the robot is still there."""
        there = {name for name, client in self._clients.items() if client.service_is_ready()}
        gone = self._were_there - there
        self._were_there = there
        if gone:
            self.link.network.post(partial(self._lost, gone))

    def _lost(self, services: set[str]) -> None:
        self._do(self._phases.lost(services))
