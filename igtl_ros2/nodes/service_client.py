"""ROS services that are called, without anything waiting for their answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rclpy.node import Node
from std_srvs.srv import SetBool, Trigger

from ..converters.ros_types import find_type
from ..converters.templates import MessageTemplate, ServiceAnswer
from ..rules import ServeRule
from .action_client import filled

_SHORT = {'trigger': Trigger, 'set_bool': SetBool}


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
