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
    HELD_TYPES,
    MAX_DEVICE_BYTES,
    TF_RATE_HZ,
    Mapping,
    ReceiveRule,
    SendRule,
    SliceView,
    TfFrame,
    default_mapping,
    is_pattern,
    load_mapping,
    parse_xtoy,
)
from .settings import SETTINGS, Setting, Settings, refuse_misfit

__all__ = [
    'DEFAULT_PORT',
    'HELD_TYPES',
    'MAX_DEVICE_BYTES',
    'SETTINGS',
    'TF_RATE_HZ',
    'Address',
    'LinkConfig',
    'Mapping',
    'ReceiveRule',
    'SendRule',
    'Setting',
    'Settings',
    'SliceView',
    'TfFrame',
    'default_mapping',
    'is_pattern',
    'load_links',
    'load_mapping',
    'mapping_schema',
    'parse_url',
    'parse_xtoy',
    'refuse_misfit',
]
