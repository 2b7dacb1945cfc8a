"""The services `command/<name>`: COMMANDs that ROS sends to peers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from xml.sax.saxutils import quoteattr

from rcl_interfaces.msg import ParameterDescriptor
from rclpy.node import Node
from std_srvs.srv import Trigger

from ..codec.messages.text import CommandResponse
from ..converters.ros_types import fields_of, find_type, value_at
from ..converters.templates import MessageTemplate, filled_text
from ..dialogue.command_text import command_values
from ..dialogue.commands import CommandText, filled
from ..dialogue.requests import OnReply
from ..errors import ConfigError, ConversionError
from ..mapping import CommandRule, LinkConfig
from ..rosio.service_answers import ServiceCall, put_words, serve_later
from .parameters import COMMAND_FIELDS
from .report import Report

#: sends a command; the second argument gets the outcome
_Send = Callable[[CommandText, OnReply], None]


def offer_command(
    node: Node, config: LinkConfig, rule: CommandRule, send: _Send, report: Report
) -> None:
    """Create the service of a rule."""
    name = f'{config.name}/command/{rule.name}' if config.name else f'command/{rule.name}'

    def order(content: str, call: ServiceCall) -> None:
        command = CommandText(
            rule.command, content, rule.device, timeout=rule.timeout, legacy=rule.legacy)
        send(command, call.answer)

    if rule.type == 'trigger':
        _offer_trigger(node, config, rule, name, order)
    else:
        _offer_any(node, rule, name, order, report)


def _offer_trigger(
    node: Node, config: LinkConfig, rule: CommandRule, name: str,
    order: Callable[[str, ServiceCall], None],
) -> None:
    parameters = _field_parameters(config, rule)
    for field, parameter in parameters.items():
        if not node.has_parameter(parameter):
            descriptor = ParameterDescriptor(
                description=f'{{{field}}} of the command {rule.name}', dynamic_typing=True)
            node.declare_parameter(parameter, None, descriptor)

    def handle(request: Trigger.Request, call: ServiceCall) -> None:
        values = {f: node.get_parameter(p).value for f, p in parameters.items()}
        for field, value in values.items():
            if value is None:
                call.answer(False, f'the parameter {parameters[field]} is not set')
                return
        order(filled(rule.content, values), call)

    serve_later(node, Trigger, name, handle)


def _offer_any(
    node: Node, rule: CommandRule, name: str, order: Callable[[str, ServiceCall], None],
    report: Report,
) -> None:
    """Offer a service of any type, of which templates say what it means."""
    ros_type = find_type(rule.type)
    known = fields_of(ros_type.Response)
    usual = {field: f'{{{field}}}' for field in ('success', 'message') if field in known}
    template = MessageTemplate(ros_type.Response, rule.reply if rule.reply is not None else usual)
    is_xml = rule.content.lstrip().startswith('<')

    def handle(request: Any, call: ServiceCall) -> None:
        order(filled_text(
            rule.content, lambda path: value_at(request, path),
            (lambda text: quoteattr(text, {'"': '&quot;'})[1:-1]) if is_xml else str), call)

    def put(response: Any, success: bool, message: str, about: Any) -> None:
        values: dict[str, Any] = {'content': ''}
        try:
            if isinstance(about, CommandResponse):
                values = {**command_values(rule.command, about.content), **about.metadata}
            made = template.fill({**values, 'success': success, 'message': message})
        except ConversionError as error:
            what = f'command/{rule.name}'
            report.problem(what, f'{what}: {error}' if success else f'{what}: {message}')
            if known.keys() >= {'success', 'message'}:
                put_words(response, False, str(error) if success else message, None)
            return
        for field in known:
            setattr(response, field, getattr(made, field))

    serve_later(node, ros_type, name, handle, put)


def check_fields(node: Node, configs: Iterable[LinkConfig]) -> None:
    """
    Refuse parameters of commands that no command has.

    :raises ConfigError: naming the first.
    """
    known = {
        name
        for config in configs
        for rule in config.mapping.commands
        for name in _field_parameters(config, rule).values()
    }
    for name in getattr(node, '_parameter_overrides', {}):
        if name.startswith(COMMAND_FIELDS) and name not in known:
            raise ConfigError(
                f'there is no parameter {name!r}; it would be command.<name>.<field> of a command '
                f'in the mapping file, command.<link>.<name>.<field> with links'
            )


def _field_parameters(config: LinkConfig, rule: CommandRule) -> dict[str, str]:
    """Name the parameter of each field of a command."""
    link = f'{config.name}.' if config.name else ''
    return {field: f'{COMMAND_FIELDS}{link}{rule.name}.{field}' for field in rule.fields}
