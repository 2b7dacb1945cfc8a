"""A ROS action that is asked for something and may be cancelled at any time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from action_msgs.msg import GoalStatus
from rclpy.action import ActionClient
from rclpy.task import Future

from ..action_client import ActionThread, begin_goal

#: gets what came of a goal: (whether it succeeded, why not, the result or None)
OnEnd = Callable[[bool, str, Any], None]
_STATES = {
    GoalStatus.STATUS_ABORTED: 'aborted', GoalStatus.STATUS_CANCELED: 'cancelled',
    GoalStatus.STATUS_SUCCEEDED: '',
}


class ActionCall:
    """
    One goal at an action.

    :param on_end: called once, however it ends.
    """

    def __init__(
        self, client: ActionClient[Any, Any, Any], ros_type: Any, goal: Any, on_end: OnEnd
    ) -> None:
        self._on_end = on_end
        self._is_cancelled = self._is_over = False
        self._handle, future = begin_goal(client, ros_type, goal)
        future.add_done_callback(self._answered)

    def cancel(self) -> None:
        """Cancel the goal, and once more when it is accepted."""
        self._is_cancelled = True
        self._handle.cancel_goal_async()

    def cancel_again(self) -> None:
        """Ask again if it was to be cancelled: the server may not have heard it, or refused."""
        if self._is_cancelled:
            self.cancel()

    def drop(self, why: str) -> None:
        """Take note that nobody waits for it any more; should it be accepted, it is cancelled."""
        self._is_cancelled = True
        self._end(False, why, None)

    def _answered(self, future: Future[Any]) -> None:
        error = future.exception()
        if error is not None:
            self._end(False, str(error), None)
            return
        self._handle = future.result()
        if not self._handle.accepted:
            self._end(False, 'it was not accepted', None)
            return
        self._handle.get_result_async().add_done_callback(self._ended)
        if self._is_cancelled:
            self._handle.cancel_goal_async()

    def _ended(self, future: Future[Any]) -> None:
        error = future.exception()
        if error is not None:
            self._end(False, str(error), None)
            return
        found = future.result()
        why = _STATES.get(found.status, f'it ended in state {found.status}')
        self._end(not why, why, found.result)

    def _end(self, success: bool, why: str, result: Any) -> None:
        if not self._is_over:
            self._is_over = True
            self._on_end(success, why, result)


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
        self._call: ActionCall | None = None
        #: what its server has that is gone
        self._lost: list[ActionCall] = []

    def is_there(self) -> bool:
        """Tell whether its server is there."""
        return self._client.server_is_ready()

    @property
    def is_idle(self) -> bool:
        """Whether no goal is waited for."""
        return self._call is None

    def begin(self, number: int, goal: Any, on_end: OnEnd) -> None:
        """Send a goal; the one before it is not wanted any more."""
        def ended(success: bool, why: str, result: Any) -> None:
            if self._number == number:
                self._call = None
            on_end(success, why, result)

        self.look_around()
        self._number = number
        self._call = ActionCall(self._client, self._type, goal, ended)

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
