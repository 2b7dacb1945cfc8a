"""How things are, in plain words: the link, the robot, gates, tools, what devices say."""

from __future__ import annotations

from dataclasses import dataclass

from .mrml import (
    CONNECTED,
    OFF,
    RECEIVED,
    STATUS,
    TRANSFORM,
    WAITING,
    attribute,
    nodes,
)

GOOD, WARNING, BAD = 'good', 'warning', 'bad'
STALE_S = 2.0
_LINK = {
    OFF: (BAD, 'not connected: press Connect'),
    WAITING: (BAD, 'waiting for the bridge: is it started, and are host and port right?'),
}
_NO_ROBOT = (
    'no robot is announced: has the mapping of the bridge a rule robot:, and does '
    'robot_state_publisher run?'
)
#: codes of STATUS that are no failure
_NOT_READY = {6, 13, 14, 15, 19}
#: what a tracker may say of a tool, and what that means
_TOOL_WORDS = {
    'OUT_OF_VIEW': 'is out of view',
    'MISSING': 'is missing',
    'DISABLED': 'is switched off',
    'OUT_OF_VOLUME': 'is out of the field of the tracker',
    'INVALID': 'has no valid pose',
    'TOOL_OUT_OF_VIEW': 'is out of view',
    'TOOL_OUT_OF_VOLUME': 'is out of the field of the tracker',
    'TOOL_MISSING': 'is missing',
}


@dataclass(frozen=True)
class Line:
    """
    One thing that a user should know.

    :param about: link, robot, gate, tool or device.
    :param level: good, warning or bad.
    """

    about: str
    level: str
    text: str


class Watch:
    """
    Count how often transforms that are received move, and how long ago the last one did.

    How old a pose was when it came is not told: Slicer keeps no stamp of what it receives.

    :param window_s: how far back it counts.
    """

    def __init__(self, window_s=2.0):
        """See nothing yet."""
        self._window_s = window_s
        self._times = []
        self._last = None

    def moved(self, now):
        """
        Take note of one update.

        :param now: seconds by a clock that is not set.
        """
        self._times.append(now)
        self._last = now
        while self._times and now - self._times[0] > self._window_s:
            self._times.pop(0)

    def rate(self, now):
        """Give updates per second."""
        recent = [time for time in self._times if now - time <= self._window_s]
        if len(recent) < 2:
            return 0.0
        return (len(recent) - 1) / max(recent[-1] - recent[0], 1e-9)

    def age(self, now):
        """Give the seconds since the last update; None before the first."""
        return None if self._last is None else now - self._last

    def line(self, now):
        """Say it for people."""
        age = self.age(now)
        if age is None:
            return Line('link', WARNING, 'no pose has arrived yet')
        if age > STALE_S:
            text = f'no pose for {age:.0f} s: the robot stands still, or is lost'
            return Line('link', WARNING, text)
        return Line('link', GOOD, f'{self.rate(now):.0f} poses a second')


def state(scene, connector, watch, found, now):
    """
    Say how things are, the worst first.

    :param watch: a `Watch` of the poses.
    :param found: what `assemble` gave.
    """
    link = connector.GetState()
    if link != CONNECTED:
        level, text = _LINK.get(link, (BAD, 'not connected'))
        return [Line('link', level, text)]
    where = f'{connector.GetServerHostname()}:{connector.GetServerPort()}'
    lines = [Line('link', GOOD, f'connected to {where}'), watch.line(now)]
    if not found:
        lines.append(Line('robot', WARNING, _NO_ROBOT))
    for robot in found:
        lines.append(Line('robot', GOOD if robot.is_whole else WARNING, robot.describe()))
    lines += devices(scene) + tools(scene)
    order = (BAD, WARNING, GOOD)
    return sorted(lines, key=lambda line: order.index(line.level))


def devices(scene):
    """Say what devices and gates tell of themselves by STATUS."""
    lines = []
    for node in nodes(scene, STATUS):
        if node.GetDescription() != RECEIVED:
            continue
        code, text = node.GetCode(), node.GetStatusString() or ''
        name = node.GetName()
        about = 'device'
        if name.endswith('_state'):
            about, name = 'gate', name[: -len('_state')]
        if code == 1:
            level = GOOD
        else:
            level = WARNING if code in _NOT_READY else BAD
        text = text or node.GetErrorName() or ('OK' if code == 1 else f'code {code}')
        lines.append(Line(about, level, f'{name}: {text}'))
    return lines


def tools(scene):
    """Say which tools are not seen."""
    lines = []
    for node in nodes(scene, TRANSFORM):
        said = attribute(node, 'TransformStatus') or attribute(node, 'OpenIGTLink.TransformStatus')
        if node.GetDescription() == RECEIVED and said not in ('', 'OK'):
            what = _TOOL_WORDS.get(said.upper(), f'says {said}')
            lines.append(Line('tool', WARNING, f'{node.GetName()} {what}'))
    return lines
