"""Profiles: defaults for what is on the other side of a link."""

from __future__ import annotations

from typing import Any

#: what a profile sets where neither a rule nor the defaults of the file do
PROFILES: dict[str, dict[str, Any]] = {
    'plain': {},
    # tf auto: names that read as XToY are broadcast
    'slicer': {'tf': 'auto'},
    'plus': {'tf': 'auto'},
    'robot': {'tf': 'auto', 'pose': True, 'split': True},
    'moveit': {'tf': 'auto'},
}
#: the program on the other side, where it is not called as the profile is
_SIDES = {'moveit': 'slicer'}
PROFILES_HELP = (
    'Sets defaults only. plain: none. slicer, moveit, plus, robot: a received TRANSFORM named '
    'XToY is broadcast on tf unless its rule says otherwise. slicer: frames of tf are sent when '
    'they change (on_change). robot: TRANSFORM as PoseStamped as well (pose), and a topic for '
    'each tool, label and path (split). plus: the link opens with header version 2, and a client '
    'takes its peer for a PLUS server. slicer: no queries are sent, because 3D Slicer crashes on '
    'them. slicer, plus: RAS, Ras and ras are one frame. plus: IMAGE and VIDEO called '
    '<image>_<frame> are in that frame. moveit: all that slicer does, and targets become plans of'
    ' MoveIt, which are shown and carried out on a second command, see `moveit`.')


def side_of(profile: str) -> str:
    """Name the program on the other side of a link with a profile."""
    return _SIDES.get(profile, profile)
