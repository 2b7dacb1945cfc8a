"""What `profile: moveit` does in ROS: targets in; plans and motions by the actions of MoveIt."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from geometry_msgs.msg import PoseStamped
from moveit_msgs.action import ExecuteTrajectory, MoveGroup
from rclpy.node import Node
from sensor_msgs.msg import JointState
from std_msgs.msg import String as RosString

from ...codec import Message
from ...codec.messages.mesh import PolyData
from ...codec.short_names import full_name
from ...converters.tf_tree import LookupFailed
from ...converters.units import Matrix, pose_from_ros
from ...dialogue.dialogue import Dialogue
from ...dialogue.plan_server import PlanServer
from ...dialogue.plans import Plan
from ...dialogue.timers import Timers
from ...errors import ConversionError
from ...mapping import LinkConfig
from ...peers import Peer
from ...peers.worker import Worker
from ...rosio.clock import STEADY
from ...rosio.qos import STATE_QOS
from ...rules import MoveItRule
from ..action_client import ActionThread, GoalCall
from ..emergency import Emergency
from ..receive import Receiver
from ..report import Report
from ..tf import TfSource
from .messages import code_name, plan_goal, plan_of
from .scene import Scene
from .shapes import RobotShapes, nothing_shown

# What is older says nothing of where a joint is
_JOINTS_FRESH_S = 1.0
# How often is looked whether move_group is still there, and how long an end is waited for
_LOOK_S, _END_S = 0.5, 2.0
# how far from its target a plan may end: there is a mistake in units, frames or links else
_END_M, _END_RAD = 1e-3, 1e-2
# nor may its target move further with its frame. And how far the frame may move in which it is
# shown: metres, and parts of a rotation
_STILL = 1e-4
_OBSTACLES = 'obstacles have changed'


#: gets what came of a goal: (whether it succeeded, why not, the result or None)
OnEnd = Callable[[bool, str, Any], None]


class OneAction:
    """
    An action at which one goal at a time is wanted; used in the thread of actions alone.

    :param name: of the action.
    """

    def __init__(self, thread: ActionThread, name: str, ros_type: Any) -> None:
        self.name = name
        self._type = ros_type
        self._client = thread.client(name, ros_type)
        self._number = 0
        self._call: GoalCall | None = None
        #: what its server has that is gone
        self._lost: list[GoalCall] = []

    def is_there(self) -> bool:
        """Tell whether its server is there."""
        return self._client.server_is_ready()

    @property
    def is_idle(self) -> bool:
        """Whether no goal is waited for."""
        return self._call is None

    def begin(self, number: int, goal: Any, on_end: OnEnd) -> None:
        """Send a goal; the one before it is not wanted any more."""
        def ended(state: str, why: str, result: Any) -> None:
            if self._number == number:
                self._call = None
            success = state == 'SUCCEEDED'
            on_end(success, '' if success else why or state.lower(), result)

        self.look_around()
        self._number = number
        self._call = GoalCall(self._client, self._type, goal, ended)

    def cancel(self, number: int) -> None:
        """Cancel a goal, if it goes on."""
        if self._call is not None and self._number == number:
            self._call.cancel()

    def cancel_all(self) -> None:
        """Cancel what goes on, as far as that is known."""
        for call in (*self._lost, *([self._call] if self._call is not None else [])):
            call.cancel()

    def look_around(self) -> None:
        """Look whether the server is still there, or there again; it is asked again to cancel."""
        if self.is_there():
            for call in self._lost:  # it may still do what it was given before
                call.cancel()
            self._lost.clear()
            if self._call is not None:
                self._call.cancel_again()
        elif self._call is not None:
            self._lost.append(self._call)
            self._call.drop(f'the action {self.name} is gone')


@dataclass(frozen=True, slots=True, eq=False)
class _Target:
    """
    Where the link is to get to.

    :param pose: (4, 4), in the root of the robot, metres.
    :param frame: in which it was published, and `place` where that was in the root.
    :param is_point: the orientation is none of the frame.
    """

    pose: Matrix
    frame: str
    place: Matrix
    is_point: bool

    def moved(self, place: Matrix) -> tuple[float, float]:
        """Tell how far it has moved with its frame, which is at a place now: metres, radians."""
        far, turned = _apart(place @ np.linalg.inv(self.place) @ self.pose, self.pose)
        return far, 0.0 if self.is_point else turned


class MoveItPlanner:
    """
    Plan to what comes as a target, and carry out what is commanded.

    What comes from ROS is taken in the thread of the executor, actions are asked in one of their
    own; `PlanServer`, which decides, is in that of the network.

    :param post: has a function called in the network's thread.
    :param now: the clock of that thread.
    :param tf: places frames in each other.
    """

    def __init__(
        self,
        node: Node,
        config: LinkConfig,
        rule: MoveItRule,
        report: Report,
        dialogue: Dialogue,
        timers: Timers,
        receiver: Receiver,
        post: Callable[..., None],
        now: Callable[[], float],
        emergency: Emergency,
        tf: TfSource | None,
    ) -> None:
        self._node, self._rule, self._report = node, rule, report
        self._tf, self._post, self._now = tf, post, now
        #: decides, in the network's thread
        self.server = dialogue.plans = PlanServer(
            rule, self, full_name, lambda: emergency.is_on, dialogue.streams, timers,
            report.problem)
        dialogue.served_commands.know_stops(rule.stop)
        receiver.targets.listen(rule.target, self.target)
        self._robot: RobotShapes | None = None
        self._text = ''
        self._joints: dict[str, tuple[float, float]] = {}
        self._worker = Worker('plans')
        self._actions = ActionThread(node, f'{config.name}_moveit' if config.name else 'moveit')
        # ~ is the bridge, not the node of the thread
        self._plan, self._execute = (
            OneAction(self._actions, node.resolve_service_name(name), kind)
            for name, kind in ((rule.plan, MoveGroup), (rule.execute, ExecuteTrajectory)))
        self._idle = threading.Event()
        self._is_closing = False
        self._scene = Scene(
            node, rule.scene, self._place, receiver.rule_of, self._problem)
        self._unit = config.mapping.fallback.wire_unit
        node.create_subscription(RosString, rule.description, self._take_description, STATE_QOS)
        node.create_subscription(JointState, rule.joint_states, self._take_joints, 10)
        node.create_timer(_LOOK_S, self._look_around, clock=STEADY)

    def change(self, config: LinkConfig) -> None:
        """Follow other rules, by which targets and obstacles may be elsewhere, or none."""
        self._unit = config.mapping.fallback.wire_unit
        self._post(self.server.withdraw, 'the rules have changed')
        self._place_again(self._scene.all())

    def close(self) -> None:
        """Cancel what goes on, wait until it has ended, and ask for nothing more."""
        def cancel() -> None:
            self._is_closing = True
            for action in (self._plan, self._execute):
                action.cancel_all()
            self._look_for_end()

        self._actions.post(cancel)
        if not self._idle.wait(_END_S):
            self._problem(f'{self._rule.execute} has not ended within {_END_S:g} s')
        self._actions.close()
        self._worker.close()

    # -- what comes from ROS, in the executor's thread

    def _take_description(self, message: RosString) -> None:
        if message.data == self._text:
            return
        self._text = message.data

        def read() -> None:
            try:
                robot = RobotShapes(message.data)
            except ConversionError as error:
                self._problem(f'{self._rule.description}: {error}')
                return
            for fault in robot.faults:
                self._problem(f'{self._rule.description}: ghost without {fault}')
            self._robot = robot
            self._post(self.server.ready)
            self._place_again(self._scene.all())

        self._worker.do(read)

    def _take_joints(self, message: JointState) -> None:
        told = time.monotonic()
        for name, position in zip(message.name, message.position):
            self._joints[name] = position, told

    def target(self, message: Message, place: Any, why: str) -> None:
        """
        Plan to what has passed the gates of the target; in the thread in which it is published.

        :param place: PoseStamped, or PoseArray of several points.
        :param why: it is no target.
        """
        is_point = message.type_name == 'POINT'
        try:
            if not is_point and message.type_name != 'TRANSFORM':
                raise ConversionError(
                    f'the target is a {message.type_name}; wanted TRANSFORM or POINT')
            if why:
                raise ConversionError(f'the target was not taken: {why}')
            if not isinstance(place, PoseStamped):
                raise ConversionError(f'{len(place.poses)} points; wanted one')
            robot = self._robot
            if robot is None:
                raise ConversionError(
                    f'{self._rule.description} has not told yet what the robot is')
            pose = place.pose
            frame = place.header.frame_id
            there = self._place(robot.root, frame)
            target = there @ pose_from_ros(pose.position, pose.orientation, 'm')
            if is_point:  # the link gets there as it is turned now
                now = robot.pose(self._rule.link, self.joints())
                target[:3, :3] = now[:3, :3]
        except ConversionError as error:
            reason = str(error)
            self._post(lambda: self.server.refused(reason))
            return
        found = _Target(target, frame, there, is_point)
        self._post(lambda: self.server.target(found, self._now()))

    def _place(self, target: str, source: str) -> Matrix:
        """Tell where a frame is in another one: (4, 4), metres."""
        if target == source:
            return np.eye(4)
        if self._tf is None:
            raise ConversionError(f'where {source} is in {target} is not known without tf')
        try:
            return self._tf.lookup(target, source)[0]
        except LookupFailed as error:
            raise ConversionError(
                f'where {source} is in {target} is not known: {error}') from error

    def _look_around(self) -> None:
        """Look whether move_group is still there, or there again."""
        for action in (self._plan, self._execute):
            self._actions.post(action.look_around)
        self._scene.look_around()
        self._place_again(self._scene.due())

    # -- what the plan asks for, in the network's thread, see `dialogue.plan_server.Planner`

    def joints(self) -> Mapping[str, float]:
        since = time.monotonic() - _JOINTS_FRESH_S
        return {name: position for name, (position, told) in list(self._joints.items())
                if told >= since}

    def ask(self, number: int, target: Any) -> None:
        self._actions.post(partial(self._ask, number, target))

    def withdraw(self, number: int) -> None:
        self._actions.post(partial(self._plan.cancel, number))

    def go(self, number: int, plan: Plan) -> None:
        self._actions.post(partial(self._go, number, plan))

    def halt(self, number: int) -> None:
        self._actions.post(partial(self._execute.cancel, number))

    def shown(self, plan: Plan | None) -> Sequence[Message]:
        return nothing_shown(self._rule) if plan is None else plan.looks

    # -- actions, in the thread of actions

    def _ask(self, number: int, target: _Target) -> None:
        robot, goal, why = self._robot, None, ''
        if robot is None:
            why = 'the robot is not known'
        elif not self._plan.is_there():
            why = f'the action {self._rule.plan} is not there'
        elif self._scene.unconfirmed:
            why = f'the scene has not taken {", ".join(sorted(self._scene.unconfirmed))} yet'
        else:
            try:
                goal = plan_goal(self._rule, robot.root, target.pose)
            except ConversionError as error:
                why = str(error)
        if robot is None or goal is None:
            self._post(lambda: self.server.planned(number, None, why, self._now()))
            return
        self._plan.begin(number, goal, partial(self._planned, number, robot, target))

    def _planned(
        self, number: int, robot: RobotShapes, target: _Target, success: bool, why: str,
        result: Any,
    ) -> None:
        self._look_for_end()
        others = self.joints()

        def show() -> None:
            plan, reason = None, why
            try:
                if result is None:
                    raise ConversionError(why)
                plan = self._with_looks(number, robot, target, others, result)
            except ConversionError as error:
                reason = str(error)
            except Exception as error:  # the peer that waits for the plan gets it as the reason
                reason = f'error in the bridge: {error!r}'
            self._post(lambda: self.server.planned(number, plan, reason, self._now()))

        self._worker.do(show)

    def _with_looks(
        self, number: int, robot: RobotShapes, target: _Target, others: Mapping[str, float],
        result: MoveGroup.Result,
    ) -> Plan:
        """Read a plan and make what it looks like."""
        plan, way = plan_of(result)
        way = [{**others, **positions} for positions in way]
        end = robot.pose(self._rule.link, way[-1])
        far, turned = _apart(end, target.pose)
        if not (far <= _END_M and turned <= _END_RAD):
            raise ConversionError(f'the plan that was made ends {1000 * far:.1f} mm and '
                                  f'{math.degrees(turned):.1f} degrees from the target')
        seen_from = self._rule.seen_from or robot.root
        place = self._place(seen_from, robot.root)

        def why_not() -> str:
            """Look whether all is still where it was: somebody may have registered."""
            try:
                far = float(np.abs(self._place(seen_from, robot.root) - place).max())
                moved, turned = target.moved(self._place(robot.root, target.frame))
            except ConversionError as error:
                return str(error)
            elsewhere = [*([] if far <= _STILL else [seen_from]), *(
                [] if moved <= _END_M and turned <= _END_RAD else [target.frame])]
            return '' if not elsewhere else (
                f'{elsewhere[0]} is elsewhere since plan {number} was made; '
                'send the target again')

        looks = robot.shown(self._rule, number, way, place, self._unit)
        return plan.with_looks(looks, why_not)

    def _go(self, number: int, plan: Plan) -> None:
        if not self._execute.is_there():
            why = f'the action {self._rule.execute} is not there'
            self._post(self.server.ended, number, False, why)
            return
        goal = ExecuteTrajectory.Goal(trajectory=plan.body)
        self._execute.begin(number, goal, partial(self._ended, number))

    def _ended(self, number: int, success: bool, why: str, result: Any) -> None:
        self._look_for_end()
        if result is not None and result.error_code.val != result.error_code.SUCCESS:
            success, why = False, code_name(result.error_code.val)
        self._post(self.server.ended, number, success, why)

    def _look_for_end(self) -> None:
        if self._is_closing and self._plan.is_idle and self._execute.is_idle:
            self._idle.set()

    def obstacle(self, peer: Peer, message: PolyData, device: str) -> None:
        if self._scene.is_new(peer, device, message):
            self.server.stop(_OBSTACLES)
            self._worker.do(lambda: self._scene.take(device, self._robot))

    def _place_again(self, devices: Iterable[str]) -> None:
        """Have obstacles where they are now."""
        for device in self._scene.again(devices):
            self._post(self.server.stop, _OBSTACLES)
            self._worker.do(partial(self._scene.take, device, self._robot))

    def _problem(self, text: str) -> None:
        self._report.problem(text.partition(':')[0], text)


def _apart(one: Matrix, other: Matrix) -> tuple[float, float]:
    """Give the distance of two poses (4, 4): metres, radians."""
    return float(np.linalg.norm(one[:3, 3] - other[:3, 3])), _angle(one[:3, :3].T @ other[:3, :3])


def _angle(rotation: Matrix) -> float:
    """Give the angle of a rotation (3, 3), in radians."""
    twice = [rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0],
             rotation[1, 0] - rotation[0, 1]]
    return math.atan2(float(np.linalg.norm(twice)), float(np.trace(rotation)) - 1.0)
