"""ROS actions that are called without waiting for them, in a thread of their own."""

from __future__ import annotations

import math
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import rclpy
from action_msgs.msg import GoalStatus
from action_msgs.srv import CancelGoal
from rclpy.action import ActionClient
from rclpy.action.client import ClientGoalHandle
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from unique_identifier_msgs.msg import UUID

from ..converters.gates import Gates
from ..converters.places import shown_message
from ..converters.ros_types import find_type
from ..converters.template_places import frames_in, positions_in
from ..converters.templates import MessageTemplate, TextTemplate
from ..dialogue.action_calls import ActionCalls
from ..dialogue.goals import CANCELS, IS_OVER, REFUSES, UNKNOWN
from ..errors import ConversionError
from ..rules import ReceiveRule, ServeRule
from .spin import Turns

_TURN_S = 1.0
#: how a goal ends that is never carried out
REFUSED = 'REFUSED'
_ENDS = {
    GoalStatus.STATUS_SUCCEEDED: 'SUCCEEDED',
    GoalStatus.STATUS_CANCELED: 'CANCELED',
    GoalStatus.STATUS_ABORTED: 'ABORTED',
}
_CANCELLED = {
    CancelGoal.Response.ERROR_NONE: CANCELS,
    CancelGoal.Response.ERROR_REJECTED: REFUSES,
    CancelGoal.Response.ERROR_UNKNOWN_GOAL_ID: UNKNOWN,
    CancelGoal.Response.ERROR_GOAL_TERMINATED: IS_OVER,
}


def filled(template: MessageTemplate, rule: ServeRule, tree: Any, values: Any) -> Any:
    """
    Fill a template, and let what is in it through the gate of its rule.

    :param tree: what it was made of.
    :raises ConversionError: if the values do not fit, or a place is outside of the workspace.
    """
    message = template.fill(values)
    if rule.workspace is not None:
        frames = frames_in(type(message), tree)
        for name, device in rule.targets:
            if (found := values[name].header.frame_id) not in frames:
                raise ConversionError(
                    f'workspace: {device} is in {found}, not in {"".join(frames)}')
        gates = Gates(ReceiveRule(workspace=rule.workspace))
        for gate, why in gates.about_box(positions_in(message, tree)).items():
            raise ConversionError(f'{gate}: {why}')
    return message


class GoalCall:
    """
    One goal at an action, which may be cancelled at any time; used in the thread of actions alone.

    :param on_end: gets how it ended (SUCCEEDED, CANCELED, ABORTED, or REFUSED if it was never
        carried out), why if that is known, and its result or None; called once.
    :param on_accept: called when the server has accepted it.
    :param told: gets feedback.
    """

    def __init__(
        self, client: ActionClient[Any, Any, Any], ros_type: Any, goal: Any,
        on_end: Callable[[str, str, Any], None], on_accept: Callable[[], None] = lambda: None,
        told: Callable[[Any], None] | None = None,
    ) -> None:
        """Send the goal."""
        self._on_end, self._on_accept = on_end, on_accept
        self._is_cancelled = self._is_over = False
        goal_id = UUID(uuid=list(uuid.uuid4().bytes))
        # by this it can be cancelled should the answer never come
        self._handle = ClientGoalHandle(client, goal_id, ros_type.Impl.SendGoalService.Response())
        client.send_goal_async(goal, told, goal_id).add_done_callback(self._answered)

    def cancel(self, on_answer: Callable[[Any], None] | None = None) -> None:
        """
        Cancel the goal, and once more when it is accepted.

        :param on_answer: gets what the server says to that, and sees to the rest itself.
        """
        future = self._handle.cancel_goal_async()
        if on_answer is None:
            self._is_cancelled = True
        else:
            future.add_done_callback(on_answer)

    def cancel_again(self) -> None:
        """Ask again if it was to be cancelled: the server may not have heard it, or refused."""
        if self._is_cancelled:
            self.cancel()

    def drop(self, why: str) -> None:
        """Take note that nobody waits for it any more; should it be accepted, it is cancelled."""
        self._is_cancelled = True
        self._end('ABORTED', why, None)

    def _answered(self, future: Any) -> None:
        if future.exception() is not None:
            self._end(REFUSED, str(future.exception()), None)
            return
        handle: ClientGoalHandle = future.result()
        if not handle.accepted:
            self._end(REFUSED, 'the action does not accept it', None)
            return
        self._handle = handle
        if self._is_cancelled:
            handle.cancel_goal_async()
        if not self._is_over:
            self._on_accept()
            handle.get_result_async().add_done_callback(self._ended)

    def _ended(self, future: Any) -> None:
        if future.exception() is not None:
            self._end('ABORTED', str(future.exception()), None)
            return
        response = future.result()
        self._end(_ENDS.get(response.status, 'ABORTED'), '', response.result)

    def _end(self, state: str, why: str, result: Any) -> None:
        if not self._is_over:
            self._is_over = True
            self._on_end(state, why, result)


class ActionThread:
    """
    Call actions in a thread of their own.

    Goals are cancelled there whatever the executor of the bridge does, also while it deactivates
    the bridge. Clients of actions in rclpy may be used by one thread alone: of a goal that is
    sent while its answer comes in another, some releases never hear whether it was accepted.
    """

    def __init__(self, node: Node, name: str) -> None:
        """
        Start a node, hidden from lists, beside the one of the bridge.

        :param name: end of its name, in which it differs from others beside the same one.
        """
        self._resolve = node.resolve_service_name
        self._node = Node(
            f'_{node.get_name()}_{name}',
            namespace=node.get_namespace(),
            context=node.context,
            use_global_arguments=False,  # which may give all nodes of the program one name
            enable_rosout=False,
            start_parameter_services=False,
        )
        self.clients: dict[tuple[str, Any], ActionClient] = {}
        self._work: deque[Callable[[], None]] = deque()
        self._is_over = False
        self._wake = self._node.create_guard_condition(self._do_work)
        self._executor = SingleThreadedExecutor(context=node.context)
        self._executor.add_node(self._node)
        self._thread = threading.Thread(target=self._run, name='actions', daemon=True)
        self._thread.start()

    def post(self, function: Callable[[], None]) -> None:
        """Have a function called in the thread; callable from any thread."""
        self._work.append(function)
        self._wake.trigger()

    def client(self, name: str, ros_type: Any) -> ActionClient:
        """
        Give the client of an action; it is not used yet, so any thread may make it.

        :param name: as the node of the bridge resolves it, with what it is remapped to.
        """
        key = name, ros_type
        if key not in self.clients:
            self.clients[key] = ActionClient(self._node, ros_type, self._resolve(name))
        return self.clients[key]

    def _do_work(self) -> None:
        try:
            while self._work:
                self._work.popleft()()
        finally:
            if self._work:  # one that fails keeps none waiting, such as one that cancels
                self._wake.trigger()

    def _run(self) -> None:
        turns = Turns(self._executor)
        while not self._is_over and rclpy.ok(context=self._node.context):
            turns.turn(_TURN_S)

    def close(self) -> None:
        """End the thread and the clients."""
        self._is_over = True
        self._wake.trigger()
        self._thread.join()
        self._executor.remove_node(self._node)
        self._executor.shutdown()
        for client in self.clients.values():
            client.destroy()
        self._node.destroy_node()


@dataclass(eq=False)
class RosAction:
    """
    A ROS action, called by the goals of one link, see `dialogue.action_calls.RosAction`.

    :param post: has a function called, with the time behind its arguments, in the thread that is
        told what comes of goals.
    :param problem: counts and tells what goes wrong: (kind, text).
    """

    _thread: ActionThread
    _name: str
    _type_name: str
    _post: Callable[..., None]
    _problem: Callable[[str, str], None]

    def __post_init__(self) -> None:
        self._type = find_type(self._type_name)
        self._client = self._thread.client(self._name, self._type)
        self._calls: dict[int, tuple[GoalCall, ActionCalls]] = {}
        self._templates: dict[str, tuple[MessageTemplate, TextTemplate | None,
                                         TextTemplate | None]] = {}

    def is_there(self) -> bool:
        return self._client.server_is_ready()

    def _of(self, rule: ServeRule) -> Any:
        """Give the templates of a rule: of goal, feedback and result."""
        if rule.command not in self._templates:
            feedback, result = rule.feedback, rule.result
            self._templates[rule.command] = (
                MessageTemplate(self._type.Goal, rule.goal or {}),
                None if feedback is None else TextTemplate(self._type.Feedback, feedback),
                None if result is None else TextTemplate(self._type.Result, result))
        return self._templates[rule.command]

    def fill(self, rule: ServeRule, values: Mapping[str, Any]) -> Any:
        return filled(self._of(rule)[0], rule, rule.goal, values)

    def send(self, number: int, rule: ServeRule, goal: Any, listener: ActionCalls) -> None:
        self._thread.post(partial(self._send, number, rule, goal, listener))

    def cancel(self, number: int) -> None:
        def answered(listener: ActionCalls, future: Any) -> None:
            if future.exception() is None:
                response = future.result()
                outcome = _CANCELLED.get(response.return_code, REFUSES)
                if outcome == CANCELS and not response.goals_canceling:
                    outcome = REFUSES
                self._post(listener.cancel_answered, number, outcome)

        def cancel() -> None:
            if number in self._calls:
                call, listener = self._calls[number]
                call.cancel(partial(answered, listener))

        self._thread.post(cancel)

    def forget(self, number: int) -> None:
        def forget() -> None:
            call, _ = self._calls.pop(number, (None, None))
            if call is not None:
                call.drop('nobody waits for it any more')

        self._thread.post(forget)

    # -- in the thread of actions

    def _send(self, number: int, rule: ServeRule, goal: Any, listener: ActionCalls) -> None:
        _, feedback, result = self._of(rule)
        post = self._post

        shown_at = -math.inf

        def told(message: Any) -> None:
            nonlocal shown_at
            if time.monotonic() >= shown_at + 1 / rule.feedback_rate:
                shown_at = time.monotonic()
                show('feedback', message.feedback)
            if feedback is not None:
                post(listener.told, number, feedback.text(message.feedback))

        def show(of: str, message: Any) -> None:
            for place in rule.show:
                if place.of == of:
                    try:
                        made = shown_message(place, message, time.time_ns())
                    except ConversionError as error:
                        self._problem(f'{self._name}: {place.device}', (
                            f'{self._name}: {place.device} is not shown: {error}'))
                        continue
                    if made is not None:
                        post(listener.show, number, made)

        def ended(state: str, why: str, found: Any) -> None:
            if number not in self._calls:
                return  # nobody waits for it any more
            if state == REFUSED:
                post(listener.refused, number, why)
                return
            text = why
            try:  # whatever is wrong with what it says, it is over
                if found is not None:
                    show('result', found)
                    text = '' if result is None else result.text(found)
            finally:
                post(listener.ended, number, state, text)

        try:
            call = GoalCall(
                self._client, self._type, goal, ended, partial(post, listener.accepted, number),
                told)
        except Exception as error:
            post(listener.refused, number, f'it cannot be sent: {error}')
            raise
        self._calls[number] = call, listener
