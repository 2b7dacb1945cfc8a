"""A robot with phases in ROS: its services, its topic, and what is published of its commands."""

from __future__ import annotations

import time
from collections.abc import Callable

from rclpy.node import Node
from std_msgs.msg import String as RosString

from ..codec.messages.pose import Transform
from ..codec.short_names import full_name
from ..converters.gates import Gates
from ..converters.metres import RIGID_TOLERANCE, pose_to_numbers
from ..converters.pose import NOT_RIGID, is_valid, tool_state
from ..converters.units import ros_text
from ..dialogue.action_calls import ActionCalls
from ..dialogue.dialogue import Dialogue
from ..dialogue.phase_server import PhaseServer
from ..dialogue.timers import Timers
from ..errors import ConversionError
from ..mapping import LinkConfig, PhaseTable
from ..peers import Peer
from ..rosio.clock import STEADY
from ..rosio.qos import STATE_QOS
from ..rules import ServeRule
from .emergency import Emergency
from .receive import Receiver
from .report import Report
from .service_client import ServiceClient

# How often is looked whether the services of the robot are still there
_LOOK_S = 0.5


class RobotPhases:
    """
    What ROS sees of the robot behind one link, see `dialogue.phase_server.Robot`.

    :param receiver: publishes what came, under its prefix. What is refused is not handed on.
    :param post: has a function called in the network's thread.
    """

    def __init__(
        self,
        node: Node,
        config: LinkConfig,
        table: PhaseTable,
        report: Report,
        dialogue: Dialogue,
        timers: Timers,
        receiver: Receiver,
        post: Callable[..., None],
        emergency: Emergency,
    ) -> None:
        self._table = table
        self._report = report
        self.name = full_name
        self.publish = receiver.handle
        self.forget = receiver.forget
        self._rule_of = receiver.rule_of
        self._post = post
        prefix = f'{config.name}/' if config.name and table.topic[0] not in '/~' else ''
        self._phase = node.create_publisher(RosString, prefix + table.topic, STATE_QOS)
        acting = {phase.call: phase.served for phase in table.phases if phase.is_action}
        self._services: dict[str, ServiceClient | ActionCalls] = {
            name: dialogue.actions.of(acting[name]) if name in acting
            else ServiceClient(node, ServeRule('', name), post) for name in table.services}
        self._were_there: set[str] = set()
        #: decides, in the network's thread
        self.server = dialogue.phases = PhaseServer(
            table, self._services, self, dialogue.streams, timers, report.problem,
            receiver.targets.value, lambda: emergency.is_on)
        if self._services:
            node.create_timer(_LOOK_S, self._look_around, clock=STEADY)

    # -- in the network's thread

    def enter(self, phase: str) -> None:
        self._phase.publish(RosString(data=phase))

    def fault(self, peer: Peer, prefix: str, message: Transform) -> str:
        state = tool_state(message)
        if not is_valid(state):
            return f'its state is {ros_text(state or "")}'
        try:
            rule = self._rule_of(peer, prefix, 'TRANSFORM')
            position, _, distance = pose_to_numbers(
                message.matrix, rule.wire_unit, rule.wire_axes)
        except ConversionError as error:
            return str(error)
        if distance > RIGID_TOLERANCE:
            return NOT_RIGID.partition(':')[0]
        # what is withheld must not be moved to
        return Gates(rule).about_box([position]).get('workspace', '')

    def acknowledged(self, peer: Peer, device: str) -> None:
        """Report an acknowledgement that has waited behind something else."""
        taken = time.monotonic() - peer.last_received
        if taken > self._table.ack_timeout:
            self._report.problem('acknowledgement late', (
                f'{peer.address}: {ros_text(device)} left {1000 * taken:.0f} ms after the command '
                f'had come, wanted {1000 * self._table.ack_timeout:g} ms'
            ))

    # -- in the executor's thread

    def _look_around(self) -> None:
        """Look whether the robot is still there."""
        there = {name for name, service in self._services.items() if service.is_there()}
        gone = self._were_there - there
        self._were_there = there
        if gone:
            self._post(self.server.lost, gone)
