"""`~/queries`: who asked for what, and what came of it."""

from __future__ import annotations

import json
from typing import Any

from rclpy.node import Node
from std_msgs.msg import String

from ..codec import Message
from ..converters.units import ros_text
from .qos import RAW_QOS


class QueryLog:
    """
    Publish queries with their answers as JSON, once they are answered; from any thread.

    :param is_wanted: otherwise there is no topic, and nothing is written.
    """

    def __init__(self, node: Node, topic: str, is_wanted: bool) -> None:
        """Advertise the topic."""
        self._clock = node.get_clock()
        self._publisher = node.create_publisher(String, topic, RAW_QOS) if is_wanted else None

    def peer_asked(self, address: str, query: Message, success: bool, answer: str) -> None:
        """
        Write what a peer asked.

        :param answer: wire type of what it was answered with.
        """
        self._write(query, asked_by='peer', peer=address, success=success, answer=answer)

    def ros_asked(self, query: Message, success: bool, answer: Message | None, text: str) -> None:
        """
        Write what a service asked.

        :param answer: None if there was none.
        :param text: what the service answers.
        """
        kind = '' if answer is None else ros_text(answer.type_name)
        self._write(query, asked_by='ros', success=success, answer=kind, message=text)

    def _write(self, query: Message, **facts: Any) -> None:
        if self._publisher is None:
            return
        seconds, rest = divmod(self._clock.now().nanoseconds, 10**9)
        entry = {
            'stamp': {'sec': seconds, 'nanosec': rest},
            'query': query.type_name,
            'device': ros_text(query.device_name),
            **facts,
        }
        self._publisher.publish(String(data=json.dumps(entry, ensure_ascii=False)))
