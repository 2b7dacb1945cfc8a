"""COMMANDs of peers that ROS services carry out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rclpy.client import Client
from rclpy.node import Node
from rclpy.task import Future
from std_srvs.srv import SetBool, Trigger

from ..codec import Message
from ..codec.messages.text import Command, CommandResponse, String
from ..codec.patients import hidden_text
from ..converters.units import ros_text
from ..errors import EncodeError
from ..mapping import LinkConfig, ServeRule
from ..peers import Link, Peer
from .command_xml import attributes, command_reply
from .report import Report

# How many commands of one peer may be carried out at a time
_MAX_RUNNING = 16
_LEGACY = 'CMD_'
_LEGACY_ANSWER = 'ACK_'
_MAX_TEXT = 60_000  # STRING holds 65535 bytes, and XML makes text longer
_MAX_NAME = 128
_YES = ('true', 'on', '1')
_NO = ('false', 'off', '0')

#: gives the answer to the peer: (success, text)
_Answer = Callable[[bool, str], None]


@dataclass(slots=True, eq=False)
class _Running:
    """A command that is being carried out."""

    key: tuple[Peer, str, Any]
    answer: _Answer
    timer: asyncio.TimerHandle | None = None


class Serving:
    """
    Carry out the COMMANDs of the peers of one link, and answer each one once.

    All is done in the network's thread; a ROS service that hangs keeps nothing waiting.
    """

    #: set once there is a link, before anything else is called
    link: Link

    def __init__(self, node: Node, config: LinkConfig, report: Report) -> None:
        """Make a client for every service that the mapping names."""
        self._report = report
        self._rules: dict[str, tuple[ServeRule, Client[Any, Any, Any]]] = {
            rule.command: (
                rule,
                node.create_client(SetBool if rule.type == 'set_bool' else Trigger, rule.call),
            )
            for rule in config.mapping.serve
        }
        self._running: dict[tuple[Peer, str, Any], _Running] = {}

    def handle(self, peer: Peer, message: Message) -> None:
        """Carry out what is a command; whatever it is, it is published as well."""
        if isinstance(message, Command):
            self._begin(
                (peer, 'COMMAND', message.command_id),
                message.name,
                message.content,
                lambda success, text: _respond(peer, message, success, text),
            )
        elif (
            self._rules
            and isinstance(message, String)
            and message.device_name.startswith(_LEGACY)
        ):
            name = attributes(message.text).get('Name') or message.text.strip()
            number = message.device_name[len(_LEGACY) :]
            self._begin(
                (peer, 'STRING', number),
                name,
                message.text,
                lambda success, text: peer.send_as_is(
                    String(
                        command_reply(_safe(name), success, _safe(text)),
                        device_name=_LEGACY_ANSWER + number,
                    )
                ),
            )

    def left(self, peer: Peer) -> None:
        """Forget who waits for an answer; what was begun goes on."""
        for key in [key for key in self._running if key[0] is peer]:
            self._end(self._running[key])

    def _begin(
        self, key: tuple[Peer, str, Any], name: str, content: str, answer: _Answer
    ) -> None:
        # of a STRING it may be all that it says; no command is called by so much
        shown = hidden_text(name) if len(name) <= _MAX_NAME else f'of {len(name)} letters'
        if key in self._running:
            # A robot must not do twice what came twice; the answer to the first is on its way
            self._report.problem(
                'command twice', f'{key[0].address}: command {ros_text(shown)!r} came twice'
            )
            return
        try:
            rule, client = self._rules[name]
        except KeyError:
            self._refuse(key[0], name, answer, f'unknown command {shown!r}')
            return
        request = _request(rule, content)
        if request is None:
            text = f'{shown}: wanted {", ".join((*_YES, *_NO))} as content'
            self._refuse(key[0], name, answer, text)
        elif sum(running[0] is key[0] for running in self._running) >= _MAX_RUNNING:
            self._refuse(key[0], name, answer, f'{_MAX_RUNNING} commands are not done yet')
        elif not client.service_is_ready():
            self._refuse(key[0], name, answer, f'the ROS service {rule.call} is not there')
        else:
            self._call(_Running(key, answer), rule, client, request)

    def _refuse(self, peer: Peer, name: str, answer: _Answer, text: str) -> None:
        self._report.problem('command refused', ros_text(f'{peer.address}: {text}'))
        answer(False, text)

    def _call(
        self, running: _Running, rule: ServeRule, client: Client[Any, Any, Any], request: Any
    ) -> None:
        network = self.link.network
        self._running[running.key] = running
        future = client.call_async(request)

        def done(future: Future[Any]) -> None:
            error = future.exception()
            if error is not None:
                network.post(self._finish, running, False, f'{rule.call}: {error}')
            elif (response := future.result()) is not None:
                network.post(self._finish, running, response.success, response.message)

        def too_late() -> None:
            client.remove_pending_request(future)
            text = f'the ROS service {rule.call} did not answer within {rule.timeout:g} s'
            self._report.problem(f'{rule.call} hangs', text)
            self._finish(running, False, text)

        running.timer = network.loop.call_later(rule.timeout, too_late)
        future.add_done_callback(done)

    def _finish(self, running: _Running, success: bool, text: str) -> None:
        if self._running.get(running.key) is running:
            self._end(running)
            running.answer(success, text)

    def _end(self, running: _Running) -> None:
        if running.timer is not None:
            running.timer.cancel()
        del self._running[running.key]


def _request(rule: ServeRule, content: str) -> Any:
    """Make what the service gets; None if the content does not say true or false."""
    if rule.type != 'set_bool':
        return Trigger.Request()
    data = rule.data
    if data is None:
        word = content.strip().lower()
        if word not in _YES + _NO:
            return None
        data = word in _YES
    return SetBool.Request(data=data)


def _respond(peer: Peer, command: Command, success: bool, text: str) -> None:
    """
    Answer as PLUS does, in metadata, and as XML to those who speak XML.

    Header version 1 has no metadata: there XML is the only way to say that it failed.
    """
    text = _safe(text)
    metadata = {'Status': 'SUCCESS' if success else 'FAIL', 'Message': text}
    if not success:
        # Slicer reads no other than ErrorMessage
        metadata.update(Error=text, ErrorMessage=text)
    is_xml = command.content.lstrip().startswith('<') or peer.version < 2
    content = command_reply(_safe(command.name), success, text) if is_xml else text
    answer: dict[str, Any] = dict(
        device_name=command.device_name, message_id=command.message_id, metadata=metadata
    )
    try:
        response = CommandResponse(command.command_id, command.name, content, **answer)
    except EncodeError:  # a name that no sender should have been able to write
        response = CommandResponse(command.command_id, '', content, **answer)
    peer.send_as_is(response)


def _safe(text: str) -> str:
    """Leave out what the wire cannot carry."""
    return ros_text(text).replace('\0', '')[: _MAX_TEXT // 12]

