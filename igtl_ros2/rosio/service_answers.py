"""ROS services that are answered later, without anything waiting for that."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any

from rclpy.node import Node

#: what a call is answered: whether it was successful, words, and what they came of
_Answer = tuple[bool, str, Any]


class ServiceCall(Future[_Answer]):
    """One call of a service, to be answered once, from any thread."""

    #: an empty answer, to be filled in
    response: Any

    def answer(self, success: bool, message: str, about: Any = None) -> None:
        """Answer it; what is said after that is not heard."""
        with suppress(InvalidStateError):
            self.set_result((success, message, about))


def put_words(response: Any, success: bool, message: str, about: Any) -> None:
    """Answer a Trigger or SetBool."""
    response.success, response.message = success, message


def serve_later(
    node: Node,
    service_type: type[Any],
    name: str,
    handle: Callable[[Any, ServiceCall], None],
    put: Callable[[Any, bool, str, Any], None] = put_words,
) -> None:
    """
    Create a service that answers when `ServiceCall.answer` is called.

    A coroutine would do as well, but the executors of rclpy poll one that waits, without pause:
    a whole core for each. They hand what the callback gives back to `send_response` of the
    service, which is where the answer is held back here.

    :param handle: called with (request, call); must not wait.
    :param put: puts what the call is answered into the response.
    """

    def callback(request: Any, response: Any) -> Any:
        call = ServiceCall()
        call.response = response
        handle(request, call)
        return call

    service = node.create_service(service_type, name, callback)
    send_response = service.send_response

    def hold_back(call: ServiceCall, header: Any) -> None:
        def send(answer: Future[_Answer]) -> None:
            put(call.response, *answer.result())
            send_response(call.response, header)

        call.add_done_callback(send)

    service.send_response = hold_back
