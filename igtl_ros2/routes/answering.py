"""
Somebody hears of each message whether it was published, or why not.

The peer does with `answer: true`, and commands that move a robot to what was sent.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..codec import Message
from ..codec.lists import ElementList
from ..codec.message import has_points
from ..codec.messages.text import Status, StatusCode
from ..codec.short_names import NAME_BYTES, short_name
from ..converters.places import place_of
from ..converters.pose import is_valid
from ..converters.registry import Converted
from ..converters.units import ros_text
from ..errors import ConversionError
from ..rules import ReceiveRule
from .effects import Effect, Publish, Reply, Tell
from .inbound import REPEATED, Inbound
from .passage import Passage
from .targets import Targets

#: endings of the names of what is answered: how it went, and what was published
STATE_ENDING, TAKEN_ENDING = '_state', '_taken'
_MAX_TEXT = 500
_MAX_ERROR_NAME = 19
# what is no word about the message itself
_BESIDE = ('geometry', 'info', 'raw')


def inbound_of(rule: ReceiveRule, key: tuple[str, str], targets: Targets) -> type[Inbound]:
    """Choose the steps of a device: nobody hears of most; what is an answer itself gets none."""
    type_name, name = key
    is_target = name in targets.names and has_points(type_name)
    is_heard_of = is_target or rule.answer and _may_be_answered(name, type_name)
    return Answering if is_heard_of else Inbound


class Answering(Inbound):
    """
    The steps of a device of which somebody wants to know what became of each message.

    With `answer` its sender does. What was published goes back as it came, as `<device>_taken`,
    then a STATUS `<device>_state` with the code OK. What was not, or not as a whole, gets the
    STATUS alone, with the reason. They are named otherwise than the device: 3D Slicer sends
    nothing under a name that it gets.
    """

    def take(self, passage: Passage) -> list[Effect]:
        """Take a message through its steps; one that fails is answered as well."""
        try:
            return super().take(passage)
        except ConversionError as error:
            return [self.fault(str(error)), *self._refusal(passage, str(error))]

    def finish(self, passage: Passage) -> list[Effect]:
        """Do what all do, then answer; a repetition is none of the sender's business."""
        effects = super().finish(passage)
        if passage.source != REPEATED:
            effects += self._answer(passage, effects)
        return effects

    def lost(self, passage: Passage, why: str) -> list[Effect]:
        """Answer a message that tf could not move in time."""
        return [*super().lost(passage, why), *self._refusal(
            passage, f'not moved into {self.rule.to_frame}: {why}')]

    def _answer(self, passage: Passage, effects: list[Effect]) -> list[Effect]:
        outputs = {effect.leaf: effect.ros_message for effect in effects
                   if isinstance(effect, Publish) and effect.leaf not in _BESIDE}
        # entry and target by their labels, not as they come in the list
        path = [outputs.pop(leaf) for leaf in ('trajectory',) if leaf in outputs]
        published = [*path, *outputs.values()]
        result, message = passage.result, passage.message
        assert result is not None
        passage.not_on_tf = next((
            effect.text for effect in effects
            if isinstance(effect, Tell) and effect.what.startswith('tf ') and effect.text), '')
        # a list is published as far as gates and numbers let it
        no_path = ''
        if 'partial' in result.info and result.info['partial']:
            no_path = 'of paths without an entry or without a target no topic is made'
        elif 'trajectory' in result.info:
            no_path = f'no trajectory: {result.info["trajectory"]}'
        is_stopped = passage.gate is not None and bool(passage.gate.withheld)
        is_whole = not isinstance(message, ElementList) or not (no_path or is_stopped) and (
            result.kept is None or len(result.kept) == message.count)
        if published and is_whole:
            if self._is_target(passage):
                self._take_target(passage, result, published)
            if not self.rule.answer:
                return []
            sent = (passage.unmoved or passage).message
            named: dict[str, Any] = {
                'device_name': _named(self.key[1], TAKEN_ENDING), 'metadata': {}}
            taken: Message = replace(sent, **named)
            return [Reply(taken), _state(
                self.key[1], StatusCode.OK, '', f'published on {self.topic}')]
        told = [effect.text.removeprefix(f'{self.what}: ') for effect in effects
                if isinstance(effect, Tell) and effect.text]
        if no_path and no_path not in told:
            told.append(no_path)
        why = '; '.join(told) or result.state or 'no topic is made of it'
        is_some = isinstance(message, ElementList) and place_of(published) is not None
        return self._refusal(passage, f'not all of it: {why}' if is_some else why)

    def _take_target(self, passage: Passage, result: Converted, published: list[Any]) -> None:
        """Let something be moved to, unless what was published is not quite what was sent."""
        targets, which = self._around.targets, (passage.peer, self.key[1], passage.frame)
        faults = [*result.errors, *([] if is_valid(result.state) else [str(result.state)])]
        if faults:
            targets.refused(*which, '; '.join(faults))
            return
        # one that is in several frames has no place in one of them
        place = None if 'frames' in result.info else place_of(published)
        targets.took(*which, place, passage.gate)

    def _is_target(self, passage: Passage) -> bool:
        return passage.source != REPEATED and self.key[1] in self._around.targets.names

    def _refusal(self, passage: Passage, why: str) -> list[Effect]:
        if passage.source == REPEATED:
            return []
        if self._is_target(passage):
            self._around.targets.refused(passage.peer, self.key[1], passage.frame, why)
        return [*refusal(self.rule, self.key[1], passage.frame, why)]


def refusal(rule: ReceiveRule, name: str, message: Message, why: str) -> list[Reply]:
    """Give what the sender of a message is answered that is not published, if anything."""
    if not rule.answer or not _may_be_answered(name, message.type_name):
        return []
    return [_state(name, StatusCode.NOT_READY, 'not published', why)]


def amended(reply: Reply, not_on_tf: str) -> Reply | None:
    """Say instead of an answer that something of the message is not on tf; None: say nothing."""
    message = reply.message
    if not isinstance(message, Status):
        return None
    if message.code != StatusCode.OK:
        return reply
    text = f'{message.message}, but not on tf: {not_on_tf}'
    return Reply(replace(
        message, code=StatusCode.NOT_READY, error_name='not on tf', message=text[:_MAX_TEXT]))


def _may_be_answered(name: str, type_name: str) -> bool:
    """Tell whether a message is a place, and none that is an answer itself."""
    return has_points(type_name) and not name.endswith(TAKEN_ENDING)


def _state(name: str, code: StatusCode, error_name: str, text: str) -> Reply:
    return Reply(Status(
        code, error_name=error_name[:_MAX_ERROR_NAME], message=ros_text(text)[:_MAX_TEXT],
        device_name=_named(name, STATE_ENDING)))


def _named(name: str, ending: str) -> str:
    return short_name(name, NAME_BYTES - len(ending)) + ending
