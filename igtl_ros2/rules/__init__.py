"""
Rules: what becomes of each device on its way to the other side, as converters and nodes read it.

How they come out of a mapping file is told in `mapping`.
"""

from __future__ import annotations

from .frame_names import is_pattern, parse_xtoy
from .kinds import AS_OF, PICTURES, allow_key, asked_of, streams, told_of, types_of
from .phases import ANY, Phase, PhaseTable, PhaseTransform
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
    'AS_OF', 'PICTURES', 'allow_key', 'asked_of', 'streams', 'told_of', 'types_of',
    'ANY', 'CommandRule', 'Mapping', 'MotionLimits', 'Phase', 'PhaseTable', 'PhaseTransform',
    'QueryRule', 'ReceiveRule', 'RobotSource', 'SendRule', 'ServeRule', 'SliceView', 'TF_RATE_HZ',
    'TIMEOUT_S', 'TfFrame', 'Workspace', 'is_pattern', 'parse_xtoy',
]
