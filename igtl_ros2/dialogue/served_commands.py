"""COMMANDs of peers that ROS services and actions carry out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from ..codec import Message
from ..codec.messages.text import Command, CommandResponse, String
from ..codec.patients import hidden_text
from ..config import ros_text
from ..errors import ConversionError, EncodeError
from ..rules import ServeRule
from .action_calls import ActionCalls, Actions
from .command_text import attributes, command_reply, command_values
from .interfaces import FindTarget, OnDone, Peer, Problem, RosService
from .timers import Timer, Timers

# How many commands of one peer may be carried out at a time
_MAX_RUNNING = 16
_LEGACY = 'CMD_'
_LEGACY_ANSWER = 'ACK_'
_MAX_TEXT = 60_000  # STRING holds 65535 bytes, and XML makes text longer
_MAX_NAME = 128
# around a word that stops a robot, as programs in C may send it
_BLANKS = ' \t\r\n\0'
_YES = ('true', 'on', '1')
_NO = ('false', 'off', '0')
# How often is looked whether a target was published
_LOOK_S = 0.02

_Key = tuple[Peer, str, Any]


class ServedCommands:
    """
    Carry out the COMMANDs of the peers of one link, and answer each one once.

    A ROS service that hangs keeps nothing waiting.

    :param find: gives the ROS service of a rule.
    :param actions: the ROS actions of all rules of the link.
    :param is_emergency: tells whether a device has called an emergency.
    :param find_target: gives what a peer has sent by a device.
    """

    def __init__(
        self,
        rules: Iterable[ServeRule],
        find: Callable[[ServeRule], RosService],
        problem: Problem,
        timers: Timers,
        actions: Actions,
        is_emergency: Callable[[], bool],
        find_target: FindTarget,
    ) -> None:
        self._problem = problem
        self._timers = timers
        self._is_emergency = is_emergency
        self._find_target = find_target
        self._all = actions
        #: commands whose target may still be published
        self._waiting: dict[_Key, tuple[ServeRule, OnDone]] = {}
        self._rules: dict[str, ServeRule] = {rule.command: rule for rule in rules}
        self._services: dict[str, RosService] = {}
        #: by the name of the command
        self._actions: dict[str, ActionCalls] = {}
        #: by what cancels them, the rules of actions; the stops in capitals
        self._stops: dict[str, list[ServeRule]] = {}
        self._cancels: dict[str, list[ServeRule]] = {}
        for name, rule in self._rules.items():
            if rule.is_action:
                self._actions[name] = actions.of(rule)
                self._cancels.setdefault(rule.cancelled_by.strip(_BLANKS), []).append(rule)
                for phrase in rule.stop:
                    self._stops.setdefault(stop_word(phrase), []).append(rule)
            else:
                self._services[name] = find(rule)
        #: with when it is too late for their answers
        self._running: dict[_Key, Timer] = {}

    def handle(self, peer: Peer, message: Message, now: float) -> None:
        """Carry out what is a command; whatever it is, it is published as well."""
        if isinstance(message, Command):
            key = peer, 'COMMAND', message.command_id
            answer = partial(respond, peer, message)
            self._begin(key, message.name, message.content, answer, now)
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

    def know_stops(self, phrases: Iterable[str]) -> None:
        """Know words that stop something else; a peer that sends one as a command is answered."""
        for phrase in phrases:
            self._stops.setdefault(stop_word(phrase), [])

    def stop(self, peer: Peer, message: Message, now: float) -> None:
        """Cancel the goals that a message wants to end, before anything else is done with it."""
        word = word_of(message)
        if not self._actions or not word:
            return
        is_order = isinstance(message, Command) or message.device_name.startswith(_LEGACY)
        cancelled = self._cancels.get(word, ()) if is_order else ()
        for rule in (*cancelled, *self._stops.get(stop_word(word), ())):
            self._cancel(rule, f'{word} of {peer.address}', now)

    def _cancel(self, rule: ServeRule, why: str, now: float) -> None:
        """Cancel the goals of a rule, and those that are not sent yet."""
        self._drop_waiting(why, rule)
        self._actions[rule.command].cancel(why, now, rule.command)

    def _drop_waiting(self, why: str, only: ServeRule | None = None) -> None:
        for key, (rule, answer) in list(self._waiting.items()):
            if only in (None, rule):
                del self._waiting[key]
                self._timers.cancel(self._running.pop(key))
                answer(False, f'canceled: {why}')

    def stop_all(self, why: str, now: float) -> None:
        """Cancel all goals, and those that are not sent yet."""
        self._drop_waiting(why)
        self._all.stop(why, now)

    def end_goals(self, why: str, now: float, on_end: Callable[[], None]) -> None:
        """Cancel all goals, take none any more, and say when all are over."""
        self._drop_waiting(why)
        self._all.end(why, now, on_end)

    def left(self, peer: Peer, now: float) -> None:
        """Forget a peer that is gone; what services do for it goes on, goals of actions do not."""
        for key in [key for key in self._running if key[0] is peer]:
            self._timers.cancel(self._running.pop(key))
            self._waiting.pop(key, None)
        for action in self._all:
            action.left(peer, now)

    def _begin(self, key: _Key, name: str, content: str, answer: OnDone, now: float) -> None:
        # of a STRING it may be all that it says; no command is called by so much
        shown = hidden_text(name) if len(name) <= _MAX_NAME else f'of {len(name)} letters'
        if key in self._running:
            # A robot must not do twice what came twice; the answer to the first is on its way
            self._problem(
                'command twice', f'{key[0].address}: command {ros_text(shown)!r} came twice'
            )
            return
        rule = self._rules.get(name)
        if rule is None and self._is_stop(name):
            answer(True, 'the goals are cancelled')
            return
        if rule is None:
            self._refuse(key, f'unknown command {shown!r}', answer)
        else:
            self._carry_out(key, rule, content, answer, now, now + rule.timeout)

    def _refuse(self, key: _Key, why: str, answer: OnDone) -> None:
        self._problem('command refused', ros_text(f'{key[0].address}: {why}'))
        answer(False, why)

    def _carry_out(
        self, key: _Key, rule: ServeRule, content: str, answer: OnDone, now: float, until: float
    ) -> None:
        """Call what a rule names, once it is known what becomes of its targets."""
        why = self._why_not(key[0], rule, content)
        if why:
            self._refuse(key, why, answer)
            return
        try:
            values = self._values(key[0], rule, content, now)
            if values is None:
                if now >= until:
                    raise ConversionError('nobody knows whether its target is published')
                self._waiting[key] = rule, answer
                self._running[key] = self._timers.at(now + _LOOK_S, lambda now: self._again(
                    key, rule, content, answer, now, until))
            elif rule.is_action:
                self._actions[rule.command].begin(rule, key[0], values, answer, now)
            else:
                self._call(key, rule, content, values, answer, now)
        except ConversionError as error:
            self._refuse(key, f'{rule.command}: {error}', answer)

    def _again(
        self, key: _Key, rule: ServeRule, content: str, answer: OnDone, now: float, until: float
    ) -> None:
        del self._waiting[key], self._running[key]
        self._carry_out(key, rule, content, answer, now, until)

    def _values(
        self, peer: Peer, rule: ServeRule, content: str, now: float
    ) -> dict[str, Any] | None:
        """
        Give what placeholders stand for; None while it is not known what becomes of a target.

        :raises ConversionError: if there is no target, or it must not be moved to.
        """
        values = command_values(rule.command, content)
        for name, device in rule.targets:
            values[name] = self._find_target(peer, device, now)
            if values[name] is None:
                return None
        return values

    def _is_stop(self, name: str) -> bool:
        word = name.strip(_BLANKS)
        return bool(word) and (word in self._cancels or stop_word(word) in self._stops)

    def _why_not(self, peer: Peer, rule: ServeRule, content: str) -> str:
        """Tell why a command is not carried out; empty if it can be."""
        if rule.is_action:
            if self._is_emergency():
                return f'{rule.command}: there is an emergency'
            if not self._actions[rule.command].is_there():
                return f'the ROS action {rule.call} is not there'
            return ''
        if rule.type == 'set_bool' and _data(rule, content) is None:
            return f'{rule.command}: wanted {", ".join((*_YES, *_NO))} as content'
        if sum(running[0] is peer for running in self._running) >= _MAX_RUNNING:
            return f'{_MAX_RUNNING} commands are not done yet'
        if not self._services[rule.command].is_there():
            return f'the ROS service {rule.call} is not there'
        return ''

    def _call(
        self, key: _Key, rule: ServeRule, content: str, values: dict[str, Any], answer: OnDone,
        now: float,
    ) -> None:
        service = self._services[rule.command]
        data = _data(rule, content)
        if '/' in rule.type:
            data = service.fill(values)

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
        forget = service.call(finish, data)


def _data(rule: ServeRule, content: str) -> Any:
    """Tell what a SetBool is called with; None for a Trigger, or if the content does not say."""
    if rule.type != 'set_bool':
        return None
    if rule.data is not None:
        return rule.data
    word = content.strip().lower()
    return word in _YES if word in _YES + _NO else None


def word_of(message: Message) -> str:
    """Give what a COMMAND or a STRING asks for; empty for all others, and for long texts."""
    word = ''
    if isinstance(message, Command):
        word = message.name
    elif isinstance(message, String):
        word = attributes(message.text).get('Name') or message.text
    word = word.strip(_BLANKS)
    return word if len(word) <= _MAX_NAME else ''


def stop_word(phrase: str) -> str:
    """Give a phrase that stops as it is compared."""
    return phrase.strip(_BLANKS).upper()


def respond(peer: Peer, command: Command, success: bool, text: str) -> None:
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
    answer: dict[str, Any] = {
        'device_name': command.device_name, 'message_id': command.message_id,
        'metadata': metadata,
    }
    try:
        response = CommandResponse(command.command_id, command.name, content, **answer)
    except EncodeError:  # a name that no sender should have been able to write
        response = CommandResponse(command.command_id, '', content, **answer)
    peer.send_as_is(response)


def _safe(text: str) -> str:
    """Leave out what the wire cannot carry."""
    return ros_text(text)[: _MAX_TEXT // 12]
