"""
The mapping file: what becomes of each device, its rules, queries, commands and phases.

A :class:`Mapping` is read from YAML by :func:`load_mapping`; several links by :func:`load_links`.
Whatever a user can get wrong is a :class:`~igtl_ros2.errors.ConfigError` that names file, line and
key, what was found, and what is allowed.
"""

from __future__ import annotations

from ..rules import (
    ANY,
    PICTURES,
    TF_RATE_HZ,
    TIMEOUT_S,
    CommandRule,
    Mapping,
    MotionLimits,
    Phase,
    PhaseTable,
    PhaseTransform,
    QueryRule,
    ReceiveRule,
    RobotSource,
    SendRule,
    ServeRule,
    SliceView,
    TfFrame,
    Workspace,
    is_pattern,
    keys_of,
    parse_xtoy,
    streams,
)
from .links import LinkConfig, load_links
from .protocol import PROTOCOLS, protocol_table
from .reading import default_mapping, load_mapping
from .schema import mapping_schema

__all__ = [
    'PICTURES',
    'streams',
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
    'keys_of',
    'load_links',
    'load_mapping',
    'mapping_schema',
    'parse_xtoy',
    'protocol_table',
]
