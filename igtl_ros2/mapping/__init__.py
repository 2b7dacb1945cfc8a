"""
The mapping file: what becomes of each device, its rules, queries, commands and phases.

A :class:`Mapping` is read from YAML by :func:`load_mapping`; several links by :func:`load_links`.
Whatever a user can get wrong is a :class:`~igtl_ros2.errors.ConfigError` that names file, line and
key, what was found, and what is allowed.
"""

from __future__ import annotations

from .. import rules
from ..rules import *  # noqa: F403
from .links import LinkConfig, load_links
from .protocol import PROTOCOLS, protocol_table
from .reading import default_mapping, load_mapping
from .schema import mapping_schema

__all__ = [
    'PROTOCOLS', 'LinkConfig', 'default_mapping', 'load_links', 'load_mapping', 'mapping_schema',
    'protocol_table',
]
__all__ += rules.__all__
