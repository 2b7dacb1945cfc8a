"""ROS services that are called and served, without anything waiting for their answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any

from rclpy.node import Node
from std_srvs.srv import SetBool, Trigger

from ..converters.ros_types import find_type
from ..converters.templates import MessageTemplate, ServiceAnswer
from ..rules import ServeRule
from .action_client import filled

_SHORT = {'trigger': Trigger, 'set_bool': SetBool}

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


class ServiceClient:
    """
    Call a service: a Trigger, a SetBool, or any other by the templates of its rule.

    Its methods are those of `dialogue.interfaces.RosService`.

    :param post: has a function called in the thread that is told the answers.
    """

    def __init__(self, node: Node, rule: ServeRule, post: Callable[..., None]) -> None:
        self._rule = rule
        self._name = rule.call
        self._type = _SHORT.get(rule.type) or find_type(rule.type)
        self._template = MessageTemplate(self._type.Request, rule.request or {})
        self._answer = ServiceAnswer(self._type.Response, rule.reply, rule.success)
        self._client = node.create_client(self._type, self._name)
        self._post = post

    def is_there(self) -> bool:
        return self._client.service_is_ready()

    def fill(self, values: Mapping[str, Any]) -> Any:
        return filled(self._template, self._rule, self._rule.request, values)

    def call(
        self, on_done: Callable[[bool, str], None], data: Any = None
    ) -> Callable[[], None]:
        if data is None or isinstance(data, bool):
            data = self._type.Request(**({} if data is None else {'data': data}))
        future = self._client.call_async(data)

        def done(future: Any) -> None:
            error = future.exception()
            response = None if error is not None else future.result()
            if error is not None:
                self._post(on_done, False, f'{self._name}: {error}')
            elif response is not None:
                self._post(on_done, *self._answer.of(response))

        future.add_done_callback(done)
        return lambda: self._client.remove_pending_request(future)
