"""Device names as ROS names."""

from __future__ import annotations

import re
import unicodedata

# a device of this name would be taken for the topics that are to be sent
_RESERVED = 'to_igtl'
# metadata may give a name of any length; a whole topic name has at most 247 characters
_MAX_LENGTH = 100


def ros_name(device: str) -> str:
    """
    Make a ROS name token of a device name: 'Stylus-Tip 1' gives 'Stylus_Tip_1'.

    Letters lose their accents, anything else becomes '_', a digit in front gets 'd_'.
    """
    letters = unicodedata.normalize('NFKD', device[:_MAX_LENGTH])
    plain = ''.join(char for char in letters if not unicodedata.combining(char))
    name = re.sub(r'[^a-zA-Z0-9]+', '_', plain)[:_MAX_LENGTH].strip('_')
    if not name:
        return 'unnamed'
    return f'd_{name}' if name[0].isdigit() or name == _RESERVED else name
