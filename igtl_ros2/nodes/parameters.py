"""The settings of `config` as ROS parameters."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import Any

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import ParameterException
from rclpy.node import Node

from ..config import SETTINGS, Setting
from ..errors import ConfigError

#: begin of the names of parameters with fields of commands, which the mapping file names
COMMAND_FIELDS = 'command.'
# parameters that rclpy and qos_overrides declare themselves, or `services.py`
_OTHERS = ('use_sim_time', 'start_type_description_service', 'qos_overrides.', COMMAND_FIELDS)


def declare_settings(node: Node) -> dict[str, Any]:
    """
    Declare every setting as a parameter, with its description and range.

    :returns: by name, those that were given: what has no effect on a link may not be given.
    :raises ConfigError: if a value is wrong, or was given for a parameter that does not exist.
    """
    _check_names(node)
    given = getattr(node, '_parameter_overrides', {})
    declared = {name: _declare(node, setting) for name, setting in SETTINGS.items()}
    return {name: value for name, value in declared.items() if SETTINGS[name].parameter in given}


def _check_names(node: Node) -> None:
    """Refuse parameters that do not exist: ROS would ignore a slip of the pen."""
    names = [setting.parameter for setting in SETTINGS.values()]
    for name in getattr(node, '_parameter_overrides', {}):
        if name not in names and not name.startswith(_OTHERS):
            near = difflib.get_close_matches(name, names, 1)
            hint = f'did you mean {near[0]}?' if near else f'there are {", ".join(names)}'
            raise ConfigError(f'there is no parameter {name!r}; {hint}')


def _declare(node: Node, setting: Setting) -> Any:
    # Dynamic, so that 5 does for 5.0 and the check, and its text, are those of config
    descriptor = ParameterDescriptor(
        description=setting.help,
        additional_constraints=f'one of {", ".join(setting.choices)}' if setting.choices else '',
        read_only=True,
        dynamic_typing=True,
    )
    low, high = setting.minimum, setting.maximum
    if low is None or high is None:
        pass
    elif isinstance(setting.default, int):
        descriptor.integer_range = [IntegerRange(from_value=int(low), to_value=int(high))]
    elif isinstance(setting.default, float):
        # an int in the place of a float is garbage for some releases, and refused by others
        limits = FloatingPointRange(from_value=float(low), to_value=float(high))
        descriptor.floating_point_range = [limits]
    default = list(setting.default) if isinstance(setting.default, tuple) else setting.default
    given = getattr(node, '_parameter_overrides', {}).get(setting.parameter)
    if given is not None:
        replace(setting, name=setting.parameter).check(_plain(setting, given.value))
    try:
        value = node.declare_parameter(setting.parameter, default, descriptor).value
    except ParameterException as error:
        raise ConfigError(f'{setting.parameter}: {error}') from error
    return _plain(setting, value)


def _plain(setting: Setting, value: Any) -> Any:
    """Undo what ROS makes of some values in YAML."""
    if isinstance(setting.default, str) and type(value) in (int, float):
        return str(value)  # header_version: 2
    if isinstance(setting.default, tuple) and value is None:
        return ()  # an empty list has no type there
    return value
