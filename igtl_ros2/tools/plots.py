"""What `igtl plot` draws: values over time, intervals and latencies of each device."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .. import files
from ..codec import Message
from ..codec.messages.arrays import Sensor
from ..codec.messages.pose import Position, Transform
from ..codec.messages.tracking import QuaternionTrackingData, TrackingData
from ..errors import ConfigError, DecodeError, FileError, printable
from .history import History, Key, late_s
from .recordings import Seen
from .survey import go_through

#: the parts of a plot: positions of tools in mm and readings of sensors; the time from one message
#: to the next; how much longer one took than the fastest around it (arrival less stamp)
PARTS = ('values', 'jitter', 'latency')
FORMATS = ('.png', '.svg', '.pdf')
_MOST_LINES = 20
_MOST_POINTS = 20_000
_WIDTH_IN, _HEIGHT_IN = 10.0, 3.0
# what is larger has no place on an axis
_MOST_VALUE = 1e100
_MOST_LABEL = 60


class Series:
    """Values of a device or tool over time."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.times_s: list[float] = []
        self.values: list[list[float]] = []

    def add(self, time_s: float, values: Sequence[float]) -> None:
        """Add values of one time; of another number than before there is no line."""
        if not self.values or len(values) == len(self.values[0]):
            self.times_s.append(time_s)
            self.values.append(list(values))


class Plot:
    """What there is to draw of a recording."""

    def __init__(self) -> None:
        #: by name and unit: a sensor may change its own
        self.series: dict[tuple[str, str], Series] = {}
        self.histories: dict[str, History] = {}
        self.begin_ns: int | None = None
        self._names: dict[Key, str] = {}

    def take(self, key: Key, seen: Seen, message: Message | DecodeError) -> None:
        """Take in a message of a recording."""
        if self.begin_ns is None:
            self.begin_ns = seen.time_ns
        name = self._name(key)
        self.histories.setdefault(name, History()).take(
            seen.time_ns, seen.header, seen.size)
        if isinstance(message, DecodeError):
            return
        time_s = (seen.time_ns - self.begin_ns) / 1e9
        for tool, unit, values in _values(message):
            full = f'{name}/{tool}' if tool else name
            self.series.setdefault((full, unit), Series(unit)).add(time_s, values)

    def _name(self, key: Key) -> str:
        """Name a stream: as its device, with more where that does not tell it from others."""
        name = self._names.get(key)
        if name is None:
            taken = set(self._names.values())
            name = next(
                (name for name in (key.device, f'{key.device} ({key.type})')
                 if name and name not in taken), f'{key.device} ({key.type}, {key.source})')
            self._names[key] = name
        return name


def _values(message: Message) -> list[tuple[str, str, Sequence[float]]]:
    if isinstance(message, Transform):
        return [('', 'mm', message.affine[9:])]
    if isinstance(message, Position):
        return [('', 'mm', message.pose[:3])]
    if isinstance(message, TrackingData):
        return [(e.name, 'mm', e.matrix[:3, 3].tolist()) for e in message.elements]
    if isinstance(message, QuaternionTrackingData):
        return [(e.name, 'mm', e.position.tolist()) for e in message.elements]
    if isinstance(message, Sensor):
        return [('', message.unit_text, message.values.tolist())]
    return []


def plot(
    path: str, output: Path, devices: Sequence[str], parts: Sequence[str], dpi: int
) -> dict[str, int]:
    """
    Draw a recording into a file.

    :param parts: of `PARTS`.
    :returns: how many lines each part has.
    :raises IgtlError: if it cannot be read, or the plot not be drawn.
    """
    if output.suffix.lower() not in FORMATS:
        raise ConfigError(f'{output}: wanted the name of a file with {", ".join(FORMATS)}')
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError as error:
        raise FileError(
            f'{output}: to draw plots: pip install "igtl_ros2[plots]" ({error})') from error
    found = Plot()
    go_through(path, devices, found.take)
    drawn: dict[str, int] = {}
    figures = _panels(found, parts)
    if not figures:
        return drawn
    # texts stay texts in SVG, which can be searched
    with matplotlib.rc_context({'svg.fonttype': 'none'}), files.faults_of(output):
        figure = Figure((_WIDTH_IN, _HEIGHT_IN * len(figures)), layout='constrained')
        for axes, (part, title, label, lines) in zip(
            np.ravel(figure.subplots(len(figures), 1, sharex=True)), figures
        ):
            odd = 0
            for name, times, values in lines[:_MOST_LINES]:
                drawable = np.abs(values) < _MOST_VALUE
                odd += int(np.count_nonzero(~drawable))
                times, values = _thinned(times, np.where(drawable, values, np.nan))
                line, = axes.plot(times, values, linewidth=0.8, marker='.', markersize=2)
                # not as an argument, which hides a label that begins with _
                line.set_label(_label(name))
            axes.set_title(', '.join([
                title, *([f'{more} more not drawn'] if (more := len(lines) - _MOST_LINES) > 0
                         else []),
                *([f'{odd} values not finite or too large'] if odd else [])]))
            axes.set_ylabel(_label(label))
            axes.grid(True, alpha=0.3)
            axes.legend(
                handles=axes.lines, labels=[line.get_label() for line in axes.lines],
                loc='center left', bbox_to_anchor=(1.0, 0.5), fontsize='x-small')
            drawn[part] = drawn.get(part, 0) + min(len(lines), _MOST_LINES)
        axes.set_xlabel('s from the beginning')
        figure.savefig(output, dpi=dpi)
    return drawn


def _label(name: str) -> str:
    """Give a name as it may be drawn: a peer may have put formulas into it."""
    shown = printable(name)
    shown = shown if len(shown) <= _MOST_LABEL else f'{shown[:_MOST_LABEL]}...'
    return shown.replace('$', r'\$')


def _panels(found: Plot, parts: Sequence[str]) -> list[tuple[str, str, str, list[Any]]]:
    """Gather lines by what they have in common: part, title, label, (name, times, values)."""
    panels: list[tuple[str, str, str, list[Any]]] = []
    if 'values' in parts:
        for unit in dict.fromkeys(one.unit for one in found.series.values()):
            lines = []
            for (name, _), series in found.series.items():
                if series.unit == unit:
                    columns = np.array(series.values).T
                    letters = 'xyz' if unit == 'mm' and len(columns) == 3 else range(len(columns))
                    lines += [
                        (f'{name} {letter}', np.array(series.times_s), column)
                        for letter, column in zip(letters, columns)]
            title = 'positions' if unit == 'mm' else 'readings'
            panels.append(('values', title, unit or 'no unit', lines))
    jitter, latency = [], []
    for name, history in found.histories.items():
        arrivals = history.arrivals_s(found.begin_ns or 0)
        jitter.append((name, arrivals[1:], np.diff(arrivals) * 1e3))
        stamped, stamps_ns = history.stamps_ns()
        lags = arrivals[stamped] - (stamps_ns - (found.begin_ns or 0)) / 1e9
        if len(lags) > 1:
            latency.append((name, arrivals[stamped], late_s(lags) * 1e3))
    if 'jitter' in parts:
        panels.append(('jitter', 'intervals', 'ms', [line for line in jitter if len(line[1])]))
    if 'latency' in parts:
        panels.append(('latency', 'latency over the fastest', 'ms', latency))
    return [panel for panel in panels if panel[3]]


def _thinned(times: Any, values: Any) -> tuple[Any, Any]:
    """Take the least and the largest of so many neighbours: no peak is lost."""
    step = -(-len(times) // _MOST_POINTS)
    if step < 2:
        return times, values
    step *= 2
    whole = len(times) // step * step
    blocks = values[:whole].reshape(-1, step)
    starts = np.arange(0, whole, step)
    gaps = np.isnan(blocks)
    least, most = (
        np.where(gaps, np.inf, blocks).argmin(1), np.where(gaps, -np.inf, blocks).argmax(1))
    places = np.sort(np.stack([least, most], 1) + starts[:, None], 1)
    chosen = np.concatenate([places.ravel(), np.arange(whole, len(times))])
    return times[chosen], values[chosen]
