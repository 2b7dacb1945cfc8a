"""What is ready to be done for messages that came together."""

from __future__ import annotations

from .device import Device
from .effects import Broadcast, Effect, Publish, ShowInfo
from .passage import Passage

#: of devices, what is to be done for which of their messages
Ready = list[tuple[Device, Passage, Effect]]

#: so many poses on tf are read without ROS where that is fast, see `rosio/reader.py`
TOGETHER = 8
# what a pose on tf may come behind although it was ready before
_PASSES = (Publish, ShowInfo)


def with_joint_broadcasts(ready: Ready) -> Ready:
    """
    Have poses of one frame that came together broadcast together, `TOGETHER` at a time.

    Each message wakes every listener of tf, this node as well. Fewer than that go one by one, so
    that there are two forms of them and no more; and none goes behind what is no pose.
    """
    kept: list[tuple[Device, Passage, Effect] | None] = []
    waiting: dict[Device, list[int]] = {}
    for one in ready:
        device, passage, effect = one
        kept.append(one)
        if type(effect) is Broadcast and len(effect.offered) == 1 and not effect.is_static:
            places = waiting.setdefault(device, [])
            places.append(len(kept) - 1)
            if len(places) == TOGETHER:
                kept[-1] = device, passage, _joint(kept, places)
                del waiting[device]
        elif not isinstance(effect, _PASSES):
            waiting.clear()
    return [one for one in kept if one is not None]


def _joint(kept: list[tuple[Device, Passage, Effect] | None], places: list[int]) -> Broadcast:
    """Take broadcasts out, and make one of them."""
    offered = []
    for place in places:
        one, kept[place] = kept[place], None
        assert one is not None and isinstance(one[2], Broadcast)
        offered += one[2].offered
    return Broadcast(offered, is_static=False)
