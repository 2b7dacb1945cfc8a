"""
Every setting of igtl_ros2 and the mapping file: one home of names, defaults, units and checks.

:class:`Settings` are the parameters of the bridge and of a connection. A :class:`Mapping` says
what becomes of each device; it is read from YAML by :func:`load_mapping`. Whatever a user can
get wrong is a :class:`~igtl_ros2.errors.ConfigError` that names the place and what is allowed.
"""

from __future__ import annotations

from .address import DEFAULT_PORT, Address, parse_url
from .document import mapping_schema
from .links import LinkConfig, load_links
from .mapping import (
    AS_OF,
    ASKED_OF,
    BOXED_TYPES,
    GATED_TYPES,
    HELD_TYPES,
    TF_RATE_HZ,
    TOLD_OF,
    Mapping,
    MotionLimits,
    ReceiveRule,
    RobotSource,
    SendRule,
    SliceView,
    TfFrame,
    Workspace,
    default_mapping,
    is_pattern,
    load_mapping,
    parse_xtoy,
)
from .protocol import ANY, PROTOCOLS, Phase, PhaseTable, PhaseTransform, protocol_table
from .quantities import DIMENSIONS, FIELD_UNITS, dimension
from .ros_names import is_ros_name, is_start_of, marked_name, ros_name, whole_characters
from .services import STREAMED_TYPES, TIMEOUT_S, CommandRule, QueryRule, ServeRule
from .settings import SETTINGS, Setting, Settings, refuse_misfit
from .words import MAX_DEVICE_BYTES

__all__ = [
    'ANY',
    'ASKED_OF',
    'AS_OF',
    'BOXED_TYPES',
    'DEFAULT_PORT',
    'DIMENSIONS',
    'FIELD_UNITS',
    'GATED_TYPES',
    'HELD_TYPES',
    'MAX_DEVICE_BYTES',
    'PROTOCOLS',
    'SETTINGS',
    'STREAMED_TYPES',
    'TF_RATE_HZ',
    'TIMEOUT_S',
    'TOLD_OF',
    'Address',
    'CommandRule',
    'LinkConfig',
    'Mapping',
    'MotionLimits',
    'Phase',
    'PhaseTable',
    'PhaseTransform',
    'QueryRule',
    'ReceiveRule',
    'RobotSource',
    'SendRule',
    'ServeRule',
    'Setting',
    'Settings',
    'SliceView',
    'TfFrame',
    'Workspace',
    'default_mapping',
    'dimension',
    'is_pattern',
    'is_ros_name',
    'is_start_of',
    'load_links',
    'load_mapping',
    'mapping_schema',
    'marked_name',
    'parse_url',
    'parse_xtoy',
    'protocol_table',
    'refuse_misfit',
    'ros_name',
    'whole_characters',
]
