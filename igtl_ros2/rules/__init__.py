"""
Rules: what becomes of each device on its way to the other side, as converters and nodes read it.

`mapping` reads them from a mapping file.
"""

from __future__ import annotations

from .frame_names import is_pattern, parse_xtoy
from .keys import Key, keys_of
from .kinds import PICTURES, streams
from .mapping import Mapping
from .moveit import MoveItRule
from .phases import ANY, Phase, PhaseTable, PhaseTransform
from .receive import IF_DECODED, MotionLimits, ReceiveRule, SliceView, Workspace
from .send import TF_RATE_HZ, RobotSource, SendRule, TfFrame
from .services import TIMEOUT_S, CommandRule, QueryRule, ServeRule, ShownPlace

__all__ = [
    'ANY', 'CommandRule', 'IF_DECODED', 'Key', 'Mapping', 'MotionLimits', 'MoveItRule',
    'PICTURES', 'Phase', 'PhaseTable', 'PhaseTransform', 'QueryRule', 'ReceiveRule',
    'RobotSource', 'SendRule', 'ServeRule', 'ShownPlace', 'SliceView', 'TF_RATE_HZ', 'TIMEOUT_S',
    'TfFrame', 'Workspace', 'is_pattern', 'keys_of', 'parse_xtoy', 'streams',
]
