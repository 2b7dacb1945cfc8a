"""Device names as ROS names."""

from __future__ import annotations

import re
import unicodedata

# a device of this name would be taken for the topics that are to be sent
_RESERVED = 'to_igtl'


def ros_name(device: str) -> str:
    """
    Make a ROS name token of a device name: 'Stylus-Tip 1' gives 'Stylus_Tip_1'.

    Letters lose their accents, anything else becomes '_', a digit in front gets 'd_'.
    """
    plain = unicodedata.normalize('NFKD', device).encode('ascii', 'ignore').decode()
    name = re.sub(r'[^a-zA-Z0-9]+', '_', plain).strip('_')
    if not name:
        return 'unnamed'
    return f'd_{name}' if name[0].isdigit() or name == _RESERVED else name
