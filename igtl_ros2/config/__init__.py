"""
Every setting of igtl_ros2 and the mapping file: one home of names, defaults, units and checks.

:class:`Settings` are the parameters of the bridge and of a connection. A :class:`Mapping` says
what becomes of each device; it is read from YAML by :func:`load_mapping`. Whatever a user can
get wrong is a :class:`~igtl_ros2.errors.ConfigError` that names the place and what is allowed.
"""

from __future__ import annotations

from .address import DEFAULT_PORT, Address, parse_url
from .links import LinkConfig, load_links
from .mapping import (
    MAX_DEVICE_BYTES,
    TF_RATE_HZ,
    Mapping,
    ReceiveRule,
    SendRule,
    SliceView,
    default_mapping,
    load_mapping,
    parse_xtoy,
)
from .services import STREAMED_TYPES, TIMEOUT_S, CommandRule, QueryRule, ServeRule
from .settings import SETTINGS, Setting, Settings, refuse_misfit

__all__ = [
    'DEFAULT_PORT',
    'MAX_DEVICE_BYTES',
    'SETTINGS',
    'STREAMED_TYPES',
    'TF_RATE_HZ',
    'TIMEOUT_S',
    'Address',
    'CommandRule',
    'LinkConfig',
    'Mapping',
    'QueryRule',
    'ReceiveRule',
    'SendRule',
    'ServeRule',
    'Setting',
    'Settings',
    'SliceView',
    'default_mapping',
    'load_links',
    'load_mapping',
    'parse_url',
    'parse_xtoy',
    'refuse_misfit',
]
