"""
The mapping file: what becomes of each device, its rules, queries, commands and phases.

A :class:`Mapping` is read from YAML by :func:`load_mapping`; several links by :func:`load_links`.
Whatever a user can get wrong is a :class:`~igtl_ros2.errors.ConfigError` that names file, line and
key, what was found, and what is allowed.
"""

from __future__ import annotations

from .document import mapping_schema
from .frame_names import is_pattern, parse_xtoy
from .kinds import AS_OF, PICTURES, allow_key, asked_of, streams, told_of, types_of
from .links import LinkConfig, load_links
from .protocol import ANY, PROTOCOLS, Phase, PhaseTable, PhaseTransform, protocol_table
from .reading import default_mapping, load_mapping
from .rules import (
    TF_RATE_HZ,
    Mapping,
    MotionLimits,
    ReceiveRule,
    RobotSource,
    SendRule,
    SliceView,
    TfFrame,
    Workspace,
)
from .services import TIMEOUT_S, CommandRule, QueryRule, ServeRule

__all__ = [
    'AS_OF',
    'PICTURES',
    'allow_key',
    'asked_of',
    'streams',
    'told_of',
    'types_of',
    'ANY',
    'CommandRule',
    'LinkConfig',
    'Mapping',
    'MotionLimits',
    'PROTOCOLS',
    'Phase',
    'PhaseTable',
    'PhaseTransform',
    'QueryRule',
    'ReceiveRule',
    'RobotSource',
    'SendRule',
    'ServeRule',
    'SliceView',
    'TF_RATE_HZ',
    'TIMEOUT_S',
    'TfFrame',
    'Workspace',
    'default_mapping',
    'is_pattern',
    'load_links',
    'load_mapping',
    'mapping_schema',
    'parse_xtoy',
    'protocol_table',
]
