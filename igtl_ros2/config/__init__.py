"""
Every setting of igtl_ros2: one home of names, defaults, units and checks.

:class:`Settings` are the parameters of the bridge and of a connection. Whatever a user can get
wrong is a :class:`~igtl_ros2.errors.ConfigError` that names the place and what is allowed.
"""

from __future__ import annotations

from .address import DEFAULT_PORT, Address, parse_url, url_of
from .quantities import DIMENSIONS, FIELD_UNITS, dimension
from .ros_names import is_ros_name, is_start_of, marked_name, ros_name, ros_text, whole_characters
from .settings import SETTINGS, Setting, Settings, refuse_misfit
from .words import MAX_DEVICE_BYTES

__all__ = [
    'Address', 'DEFAULT_PORT', 'DIMENSIONS', 'FIELD_UNITS', 'MAX_DEVICE_BYTES', 'SETTINGS',
    'Setting', 'Settings', 'dimension', 'is_ros_name', 'is_start_of', 'marked_name', 'parse_url',
    'url_of', 'refuse_misfit', 'ros_name', 'ros_text', 'whole_characters',
]
