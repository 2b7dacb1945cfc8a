"""An action server whose goals take their time, and nobody asks again and again for their end."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from types import coroutine
from typing import Any

from rclpy.action import ActionServer
from rclpy.node import Node
from rclpy.task import Future


@coroutine
def until(future: Future[Any]) -> Generator[Future[Any], None, Any]:
    """Wait for a future in what a `GoalServer` executes; gives its result."""
    if not future.done():
        yield future
    return future.result()


class GoalServer(ActionServer):
    """
    An action server for coroutines that wait by `until`.

    What awaits a future of rclpy is taken up again at each turn of its executor, without a pause:
    an arm would need a whole core as long as it is on its way.

    :param execute: called with the handle of a goal; its result is that of the goal.
    """

    def __init__(self, node: Node, kind: Any, name: str, execute: Any, **options: Any) -> None:
        self._owner, self._execute = node, execute
        super().__init__(node, kind, name, execute, **options)

    def notify_execute(self, goal_handle: Any, execute_callback: Any) -> None:
        """Begin with a goal."""
        self._go_on(goal_handle, self._execute(goal_handle))

    def _go_on(self, goal_handle: Any, way: Coroutine[Future[Any], None, Any]) -> None:
        ended: Future[Any] = Future()
        try:
            future = way.send(None)
        except StopIteration as end:
            ended.set_result(end.value)
        except Exception as error:
            ended.set_exception(error)
        else:
            # at another turn: who ends the future may not have told the handle yet why
            future.add_done_callback(
                lambda _: self._owner.executor.create_task(self._go_on, goal_handle, way))
            return
        super().notify_execute(goal_handle, lambda _: ended.result())
