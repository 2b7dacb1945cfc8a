"""A ROS action at which one goal at a time is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..action_client import ActionThread, GoalCall

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
