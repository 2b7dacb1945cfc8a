"""A ROS service that is called without waiting for its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from rclpy.task import Future
from std_srvs.srv import SetBool, Trigger


class ServiceClient:
    """
    Call a Trigger, or a SetBool.

    :param post: has a function called in the thread that is told the answers.
    """

    def __init__(
        self, node: Node, name: str, takes_data: bool, post: Callable[..., None]
    ) -> None:
        """Look for the service."""
        self._name = name
        self._type = SetBool if takes_data else Trigger
        self._client = node.create_client(self._type, name)
        self._post = post

    def is_there(self) -> bool:
        """Tell whether it can be called."""
        return self._client.service_is_ready()

    def call(
        self, on_done: Callable[[bool, str], None], data: bool | None = None
    ) -> Callable[[], None]:
        """
        Call it.

        :param data: what a SetBool is called with.
        :returns: what to call when nobody waits for the answer any more.
        """
        fields = {} if data is None else {'data': data}
        future = self._client.call_async(self._type.Request(**fields))

        def done(future: Future[Any]) -> None:
            error = future.exception()
            response = None if error is not None else future.result()
            if error is not None:
                self._post(on_done, False, f'{self._name}: {error}')
            elif response is not None:
                self._post(on_done, response.success, response.message)

        future.add_done_callback(done)
        return lambda: self._client.remove_pending_request(future)
