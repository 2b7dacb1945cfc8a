"""A ROS action that is asked for something and may be cancelled at any time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from action_msgs.msg import GoalStatus
from rclpy.action import ActionClient
from rclpy.task import Future

from ..action_client import begin_goal

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
        """Send the goal."""
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
