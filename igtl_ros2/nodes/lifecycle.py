"""The states of a managed node: how a step that fails is told, and what is left after it."""

from __future__ import annotations

import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from rclpy.impl.implementation_singleton import rclpy_implementation as _rclpy
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn

from ..errors import ConfigError, PeerError


class ManagedNode(LifecycleNode, ABC):
    """
    A lifecycle node whose steps say by an exception that they failed.

    `ConfigError` and `PeerError` leave the node in the state in which it was, with the reason in
    the log; after any other it is unconfigured.
    """

    _failure: Exception | None = None
    _logs_failures = True

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

    @abstractmethod
    def configure(self) -> None:
        """Read and check all that a user has written; open nothing."""

    @abstractmethod
    def activate(self) -> None:
        """Begin to work; where that fails, leave nothing behind."""

    @abstractmethod
    def deactivate(self) -> None:
        """Fall silent."""

    @abstractmethod
    def cleanup(self) -> None:
        """Forget what `configure` has read; called in whatever state the node is."""

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

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Do the step of that name."""
        return self._take(self.configure)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Do the step of that name."""
        return self._take(self.activate)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Do the step of that name."""
        return self._take(self.deactivate)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Do the step of that name."""
        return self._take(self.cleanup)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """End what goes on; the process goes on until it is told to stop."""
        return self._take(self.cleanup)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Begin anew after an error in the program."""
        return self._take(self.cleanup)

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
