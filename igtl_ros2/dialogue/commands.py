"""COMMANDs that ROS sends: how they are written, and what their replies mean."""

from __future__ import annotations

import json
import string
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from ..codec import Message
from ..codec.fields import checked_text
from ..codec.messages.text import Command, CommandResponse, String
from ..config import ros_text
from ..errors import ConversionError
from ..rules import TIMEOUT_S
from .command_text import attributes

_MAX_TIMEOUT_S = 3600.0
_MAX_NAME = 127
_FAILURES = ('FAIL', 'FAILED', 'ERROR')


@dataclass(frozen=True, slots=True)
class CommandText:
    """
    A command to be sent.

    :param encoding: IANA MIBenum number of the content; 0: the one that suits it.
    :param legacy: send STRING CMD_<number> instead, which STRING ACK_<number> answers.
    """

    name: str
    content: str = ''
    device: str = ''
    encoding: int = 0
    timeout: float = TIMEOUT_S
    legacy: bool = False

    def message(self, number: int) -> Message:
        """
        Make the message.

        :raises EncodeError: if the protocol has no room for it.
        """
        # of a name that fills its field the C++ library reads on
        checked_text(self.name, _MAX_NAME, 'name')
        if self.legacy:
            return String(self.content or self.name, device_name=f'CMD_{number}')
        return Command(number, self.name, self.content, self.encoding, device_name=self.device)

    def outcome(self, number: int, message: Message) -> tuple[bool, str] | None:
        """Tell what a message says of the command with a number; None if it is no reply to it."""
        if self.legacy:
            if isinstance(message, String) and message.device_name == f'ACK_{number}':
                return _legacy_outcome(message.text)
        elif isinstance(message, CommandResponse) and message.command_id == number:
            return _outcome(message)
        return None


def read_command(text: str, device: str) -> tuple[CommandText, Any]:
    """
    Read a command in JSON, and the id that its sender knows it by.

    :param device: what device and name are when they are dropped; then text that is no JSON is
        the content.
    :raises ConversionError: if it is no command.
    """
    if device and not text.lstrip().startswith('{'):
        return CommandText(attributes(text).get('Name') or device, text, device), None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConversionError(f'found no JSON: {error}') from error
    if not isinstance(found, dict) or not found.get('name', device):
        raise ConversionError('wanted a JSON object with at least a name')
    for key in ('name', 'device', 'content'):
        if not isinstance(found.get(key, ''), str):
            raise ConversionError(f'{key}: found {type(found[key]).__name__}, wanted text')
    timeout = found.get('timeout', TIMEOUT_S)
    if type(timeout) not in (int, float) or not 0 < timeout <= _MAX_TIMEOUT_S:
        raise ConversionError(f'timeout: found {timeout!r}, wanted 0 to {_MAX_TIMEOUT_S:g} s')
    encoding = found.get('encoding', 0)
    if type(encoding) is not int or not 0 <= encoding <= 0xFFFF:
        raise ConversionError(f'encoding: found {encoding!r}, wanted a MIBenum number')
    command = CommandText(
        found.get('name', device),
        found.get('content', ''),
        found.get('device', device),
        encoding,
        float(timeout),
    )
    return command, found.get('id')


def filled(content: str, values: dict[str, Any]) -> str:
    """Fill in the fields; in XML so that no value can be taken for more than text."""
    is_xml = content.lstrip().startswith('<')
    texts = {}
    for field, value in values.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        texts[field] = escape(text, {'"': '&quot;', "'": '&apos;'}) if is_xml else text
    return string.Formatter().vformat(content, (), texts)


def reply_facts(message: Message | None) -> dict[str, Any]:
    """Give what `~/command_reply` says about an RTS_COMMAND."""
    if not isinstance(message, CommandResponse):
        return {}
    return {
        'name': ros_text(message.name),
        'content': ros_text(message.content),
        'metadata': {ros_text(k): ros_text(v) for k, v in message.metadata.items()},
    }


def _outcome(message: CommandResponse) -> tuple[bool, str]:
    """Tell what an RTS_COMMAND says; Slicer writes SUCCESS whatever happened, and why besides."""
    facts = {key.lower(): value for key, value in attributes(message.content).items()}
    facts.update((key.lower(), value) for key, value in message.metadata.items() if value)
    error = facts.get('errormessage') or facts.get('error') or ''
    text = message.content or facts.get('message', '')
    failed = bool(error) or facts.get('status', '').upper() in _FAILURES
    if failed:
        text = error or facts.get('message') or text or 'the peer says that it failed'
    return not failed, ros_text(text)


def _legacy_outcome(text: str) -> tuple[bool, str]:
    """Tell what a STRING ACK_ says: XML as in later versions, or words."""
    facts = attributes(text)
    failed = facts.get('Status', '').upper() in _FAILURES
    return not failed, ros_text(facts.get('Message') or text)
