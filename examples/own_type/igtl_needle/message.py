"""NEEDLE: the tip of a needle and where it points."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from igtl_ros2.codec import Message, register
from igtl_ros2.codec.fields import check_array
from igtl_ros2.codec.geometry import moved_point, turned_quaternion
from igtl_ros2.codec.layout import Record
from igtl_ros2.codec.message import Content, Place
from igtl_ros2.errors import ContentError

_NUMBERS = Record(('tip', 'f4', (3,)), ('quaternion', 'f4', (4,)))


@register('NEEDLE', has_queries=True)
@dataclass(frozen=True, slots=True, eq=False)
class Needle(Message):
    """
    The tip of a needle, and the turn of its axis.

    :param tip: float64 (3,), mm.
    :param quaternion: float64 (4,), x y z w.
    """

    # late joiners get the last one, a slow peer the newest; gates look at it; to_frame moves it
    is_stream = can_be_held = True
    place = Place.POSES
    # for Wireshark
    layout = (_NUMBERS,)

    tip: Any
    quaternion: Any = (0.0, 0.0, 0.0, 1.0)

    def __post_init__(self):
        """Check the numbers."""
        Message.__post_init__(self)
        for name, size in (('tip', 3), ('quaternion', 4)):
            object.__setattr__(self, name, check_array(getattr(self, name), (size,), name))

    def moved(self, matrices):
        """Move it into another frame."""
        (m,) = matrices
        turn = turned_quaternion(m, self.quaternion)
        return replace(self, tip=moved_point(m, self.tip), quaternion=turn)

    def says(self):
        """Tell lengths, other numbers and the rest, for `on_change`."""
        return Content(self.tip, self.quaternion, self.type_name)

    def encode_content(self):
        """Write seven floats."""
        return (_NUMBERS.pack(*self.tip.tolist(), *self.quaternion.tolist()),)

    @classmethod
    def decode_content(cls, content, envelope):
        """Read seven floats."""
        if len(content) != _NUMBERS.size:
            raise ContentError(f'{len(content)} bytes of content, wanted {_NUMBERS.size}')
        numbers = np.array(_NUMBERS.unpack(content))
        return cls.from_wire(envelope, tip=numbers[:3], quaternion=numbers[3:])
