"""The states of a managed node: how a step that fails is told, and what is left after it."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

from rclpy.impl.implementation_singleton import rclpy_implementation as _rclpy
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn

from ..errors import ConfigError, PeerError


def _step(name: str) -> Callable[[Any, LifecycleState], TransitionCallbackReturn]:
    """Make the callback of a transition that does a step of a node."""
    return lambda node, state: node._take(getattr(node, name))


class ManagedNode(LifecycleNode):
    """
    A lifecycle node whose steps say by an exception that they failed.

    These are `configure`, which reads and checks all that a user has written and opens nothing;
    `activate`, which leaves nothing behind where it fails; `deactivate`, which falls silent; and
    `cleanup`, which forgets what `configure` has read, in whatever state the node is.

    `ConfigError` and `PeerError` leave the node in the state in which it was, with the reason in
    the log; after any other it is unconfigured.
    """

    _failure: Exception | None = None
    _logs_failures = True

    on_configure = _step('configure')
    on_activate = _step('activate')
    on_deactivate = _step('deactivate')
    # after a shutdown the process goes on until it is told to stop, after an error it begins anew
    on_cleanup = on_shutdown = on_error = _step('cleanup')

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        service = self._service_change_state
        change = service.callback

        def change_or_refuse(request: Any, response: Any) -> Any:
            try:
                return change(request, response)
            except _rclpy.RCLError as error:  # before Kilted, for a step that is not possible
                self.get_logger().error(f'{self.state}: {error}')
                response.success = False
                return response

        service.callback = change_or_refuse

    @property
    def state(self) -> str:
        """The state of the node, such as inactive."""
        return str(self._state_machine.current_state[1])

    def start(self) -> None:
        """
        Configure and activate, without a word about it.

        :raises IgtlError: if that failed.
        """
        self._logs_failures = False
        for step in (self.trigger_configure, self.trigger_activate):
            if step() != TransitionCallbackReturn.SUCCESS:
                raise self._failure or RuntimeError(f'{step.__name__} failed')
        self._logs_failures = True

    def destroy_node(self) -> None:
        """Destroy the node and its services of a managed node, which rclpy leaves behind."""
        super().destroy_node()
        self._state_machine.destroy_when_not_in_use()

    def _take(self, step: Callable[[], None]) -> TransitionCallbackReturn:
        try:
            step()
        except Exception as error:
            self._failure = error
            expected = isinstance(error, (ConfigError, PeerError))
            if self._logs_failures:
                text = str(error) if expected else traceback.format_exc()
                self.get_logger().error(f'{step.__name__} failed: {text}')
            return TransitionCallbackReturn.FAILURE if expected else TransitionCallbackReturn.ERROR
        self._failure = None
        if self._logs_failures:
            self.get_logger().info(f'{step.__name__}: done')
        return TransitionCallbackReturn.SUCCESS
