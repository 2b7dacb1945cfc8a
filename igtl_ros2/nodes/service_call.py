"""ROS services whose answer comes later, without anything waiting for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from rclpy.node import Node


class ServiceCall:
    """
    One call of a service, to be answered once, from any thread.

    :param response: an empty answer, to be filled in.
    """

    def __init__(self, response: Any) -> None:
        """Wait for an answer."""
        self.response = response
        self._lock = threading.Lock()
        self._send: Callable[[], None] | None = None
        self._answered = False

    def answer(self, success: bool, message: str) -> None:
        """Answer a Trigger or SetBool; what is said after that is not heard."""
        with self._lock:
            if self._answered:
                return
            self.response.success, self.response.message = success, message
            self._answered = True
            send = self._send
        if send is not None:
            send()

    def bind(self, send: Callable[[], None]) -> None:
        """Take in how the answer is sent, now or when there is one."""
        with self._lock:
            self._send = send
            answered = self._answered
        if answered:
            send()


def serve_later(
    node: Node, service_type: type[Any], name: str, handle: Callable[[Any, ServiceCall], None]
) -> None:
    """
    Create a service that answers when `ServiceCall.answer` is called.

    A coroutine would do as well, but the executors of rclpy poll one that waits, without pause:
    a whole core for each. They hand what the callback gives back to `send_response` of the
    service, which is where the answer is held back here.

    :param handle: called with (request, call); must not wait.
    """

    def callback(request: Any, response: Any) -> Any:
        call = ServiceCall(response)
        handle(request, call)
        return call

    service = node.create_service(service_type, name, callback)
    send_response = service.send_response

    def hold_back(call: Any, header: Any) -> None:
        call.bind(lambda: send_response(call.response, header))

    service.send_response = hold_back
