"""Message types in bags: their definitions, and the one that frames are in."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from rosbags.typesys import Stores, get_typestore

from ..errors import BagError

#: what the topics `raw` of the bridge have
RAW_TYPE = 'std_msgs/msg/UInt8MultiArray'
_LAYOUT = 'std_msgs/msg/MultiArrayLayout'


class MessageTypes:
    """The message types of the ROS 2 that is in use, or of the latest one."""

    def __init__(self) -> None:
        name = f'ROS2_{os.environ.get("ROS_DISTRO", "").upper()}'
        self._store = get_typestore(Stores.__members__.get(name, Stores.LATEST))
        self._definitions: dict[str, str] = {}

    def knows(self, type_name: str) -> bool:
        """Tell whether there is a definition of a type."""
        return type_name in self._store.types

    def definition(self, type_name: str) -> str:
        """
        Give the text that says what a message of the type consists of.

        :raises BagError: if it is not known.
        """
        text = self._definitions.get(type_name)
        if text is None:
            if not self.knows(type_name):
                raise BagError(f'there is no definition of the message type {type_name}')
            text, _ = self._store.generate_msgdef(type_name, ros_version=2)
            self._definitions[type_name] = text
        return text

    def pack(self, frame: Any) -> bytes:
        """Make the message of a frame, in CDR, as the bridge publishes it."""
        types = self._store.types
        layout = types[_LAYOUT](dim=[], data_offset=0)
        message = types[RAW_TYPE](layout=layout, data=np.frombuffer(frame, np.uint8))
        return bytes(self._store.serialize_cdr(message, RAW_TYPE))

    def unpack(self, data: bytes) -> bytes:
        """
        Take the bytes out of a message.

        :raises BagError: if it is none of the type.
        """
        try:
            message: Any = self._store.deserialize_cdr(data, RAW_TYPE)
        except Exception as error:  # rosbags lets through whatever its generated code raises
            raise BagError(f'no {RAW_TYPE}: {error!r}') from error
        return bytes(message.data)
