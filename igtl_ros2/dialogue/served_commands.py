"""COMMANDs of peers that ROS services carry out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from ..codec import Message
from ..codec.messages.text import Command, CommandResponse, String
from ..codec.patients import hidden_text
from ..config import ros_text
from ..errors import EncodeError
from ..rules import ServeRule
from .command_xml import attributes, command_reply
from .interfaces import OnDone, Peer, Problem, RosService
from .timers import Timer, Timers

# How many commands of one peer may be carried out at a time
_MAX_RUNNING = 16
_LEGACY = 'CMD_'
_LEGACY_ANSWER = 'ACK_'
_MAX_TEXT = 60_000  # STRING holds 65535 bytes, and XML makes text longer
_MAX_NAME = 128
_YES = ('true', 'on', '1')
_NO = ('false', 'off', '0')

_Key = tuple[Peer, str, Any]


class ServedCommands:
    """
    Carry out the COMMANDs of the peers of one link, and answer each one once.

    A ROS service that hangs keeps nothing waiting.

    :param find: gives the ROS service of a rule.
    """

    def __init__(
        self,
        rules: Iterable[ServeRule],
        find: Callable[[ServeRule], RosService],
        problem: Problem,
        timers: Timers,
    ) -> None:
        """Know the services that the mapping names."""
        self._problem = problem
        self._timers = timers
        self._rules = {rule.command: (rule, find(rule)) for rule in rules}
        #: with when it is too late for their answers
        self._running: dict[_Key, Timer] = {}

    def handle(self, peer: Peer, message: Message, now: float) -> None:
        """Carry out what is a command; whatever it is, it is published as well."""
        if isinstance(message, Command):
            key = peer, 'COMMAND', message.command_id
            respond = partial(_respond, peer, message)
            self._begin(key, message.name, message.content, respond, now)
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
                now,
            )

    def left(self, peer: Peer) -> None:
        """Forget who waits for an answer; what was begun goes on."""
        for key in [key for key in self._running if key[0] is peer]:
            self._timers.cancel(self._running.pop(key))

    def _begin(self, key: _Key, name: str, content: str, answer: OnDone, now: float) -> None:
        # of a STRING it may be all that it says; no command is called by so much
        shown = hidden_text(name) if len(name) <= _MAX_NAME else f'of {len(name)} letters'
        if key in self._running:
            # A robot must not do twice what came twice; the answer to the first is on its way
            self._problem(
                'command twice', f'{key[0].address}: command {ros_text(shown)!r} came twice'
            )
            return
        rule, service = self._rules.get(name, (None, None))
        if rule is None or service is None:
            why = f'unknown command {shown!r}'
        elif rule.type == 'set_bool' and _data(rule, content) is None:
            why = f'{shown}: wanted {", ".join((*_YES, *_NO))} as content'
        elif sum(running[0] is key[0] for running in self._running) >= _MAX_RUNNING:
            why = f'{_MAX_RUNNING} commands are not done yet'
        elif not service.is_there():
            why = f'the ROS service {rule.call} is not there'
        else:
            self._call(key, rule, service, content, answer, now)
            return
        self._problem('command refused', ros_text(f'{key[0].address}: {why}'))
        answer(False, why)

    def _call(
        self,
        key: _Key,
        rule: ServeRule,
        service: RosService,
        content: str,
        answer: OnDone,
        now: float,
    ) -> None:
        def finish(success: bool, text: str) -> None:
            if self._running.get(key) is timer:
                self._timers.cancel(self._running.pop(key))
                answer(success, text)

        def too_late(now: float) -> None:
            forget()
            text = f'the ROS service {rule.call} did not answer within {rule.timeout:g} s'
            self._problem(f'{rule.call} hangs', text)
            finish(False, text)

        timer = self._running[key] = self._timers.at(now + rule.timeout, too_late)
        forget = service.call(finish, _data(rule, content))


def _data(rule: ServeRule, content: str) -> bool | None:
    """Tell what a SetBool is called with; None for a Trigger, or if the content does not say."""
    if rule.type != 'set_bool':
        return None
    if rule.data is not None:
        return rule.data
    word = content.strip().lower()
    return word in _YES if word in _YES + _NO else None


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

