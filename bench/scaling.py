"""
What a message costs the bridge as there are more devices, more clients, more bytes.

Sender, bridge and receiver are processes of their own; the rate of all devices together stays the
same as their number grows, so that only their number can make a message dearer. Each bridge is
left alone until it no longer repeats its first values. Where the cost grows, it should grow along
a straight line: titles tell the one that fits best, all points counting alike, and how far the
worst point is off it.

Prints tables; writes scaling.json and scaling.png into the folder of --output. Nothing is
asserted.
"""

from __future__ import annotations

import argparse
import json
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from ends.run import Result, ends_of, measure, prepare, settle
from ends.workloads import PAYLOADS, SIDES, WORKLOADS, Workload
from rich.table import Table

POSE = WORKLOADS['TRANSFORM']
POSE_BYTES = 48
IMAGE_BYTES = 72  # in front of the pixels
DEVICES = (1, 10, 50, 100, 200)
DEVICES_HZ = 500
CLIENTS = (1, 10, 30, 100)
CLIENTS_HZ = 100
PAYLOAD_POSE_HZ = 250
LEAST_MESSAGES = 10
DEPTH = 1000


@dataclass
class Series:
    """
    What was measured as one thing grew.

    :param unit: of that which grows, for a slope.
    :param scale: how many make that unit.
    """

    name: str
    panel: str
    unit: str
    scale: float = 1.0
    at: list[float] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)

    def add(self, at, result):
        """Note one more point."""
        self.at.append(at)
        self.results.append(result)

    def values(self, name):
        """Give one number of each result."""
        return np.array([getattr(result, name) for result in self.results])

    def line(self, name):
        """Fit a straight line: base, slope per unit, and the worst deviation as a share."""
        x, y = np.array(self.at) / self.scale, self.values(name)
        slope, base = np.polyfit(x, y, 1, w=1 / y)
        return base, slope, float(np.abs((base + slope * x) / y - 1).max())

    def line_text(self, name):
        """Say the straight line."""
        if len(self.at) < 3:
            return 'too few points for a line'
        base, slope, off = self.line(name)
        sign = '-' if slope < 0 else '+'
        return (f'{base:.1f} us {sign} {abs(slope):.4g} us per {self.unit}, '
                f'{100 * off:.0f} % off at most')

    def show(self, console):
        """Print the table."""
        table = Table(title=f'{self.name}\nCPU: {self.line_text("cpu_us")}\n'
                            f'p50: {self.line_text("p50_us")}')
        columns = [self.panel, 'Hz', 'got', 'p50 ms', 'p99 ms', 'peak MiB', 'CPU us']
        if self.panel == 'clients':
            columns.append('and client')
        for column in columns:
            table.add_column(column, justify='right')
        for at, r in zip(self.at, self.results):
            copies = at if self.panel == 'clients' else 1
            row = [f'{at}', f'{r.rate_hz:g}', f'{r.received}/{r.sent * copies}',
                   f'{r.p50_us / 1000:.3f}', f'{r.p99_us / 1000:.3f}', f'{r.peak_mib:.0f}',
                   f'{r.cpu_us:.1f}']
            if self.panel == 'clients':
                row.append(f'{r.cpu_us / at:.1f}')
            table.add_row(*row)
        console.print(table)

    def facts(self):
        """Give all of it for JSON."""
        points = [{'at': at, **r.facts()} for at, r in zip(self.at, self.results)]
        facts = {'name': self.name, 'unit': self.unit, 'points': points}
        if len(self.at) > 2:
            for name in ('cpu_us', 'p50_us'):
                facts[f'{name}_line'] = dict(zip(('base', 'slope', 'off'), self.line(name)))
        return facts


def measure_point(way, work: Workload, rate, seconds, devices=(), clients=1):
    """Measure a bridge of its own that has been warmed up."""
    with ExitStack() as stack:
        sender, receiver, middle = ends_of(
            stack, way, work, 'bytes', DEPTH, {}, devices=devices, clients=clients)
        settle(sender, receiver, rate, max(1, len(devices)), clients)
        count = max(LEAST_MESSAGES, int(rate * seconds))
        return measure(way, 'bytes', work.name, sender, receiver, rate, count, middle,
                       copies=clients)


def devices(console, seconds):
    """Let more and more devices share a rate."""
    for way in ('to ROS', 'from ROS'):
        series = Series(f'TRANSFORM {way}, {DEVICES_HZ} Hz in all', 'devices', 'device')
        for number in DEVICES:
            names = tuple(f'Tool{n}' for n in range(number))
            series.add(number, measure_point(way, POSE, DEVICES_HZ, seconds, names))
            console.log(f'{number} devices {way}: {series.results[-1].cpu_us:.1f} us')
        yield series


def clients(console, seconds):
    """Let one stream from ROS go to more and more clients."""
    series = Series('TRANSFORM from ROS to all clients of a server', 'clients', 'client')
    for number in CLIENTS:
        series.add(number, measure_point('from ROS', POSE, CLIENTS_HZ, seconds, clients=number))
        console.log(f'{number} clients: {series.results[-1].cpu_us:.1f} us')
    yield series


def payload(console, seconds):
    """Let messages grow, from a pose to an image of 52 MB."""
    sizes = [(POSE_BYTES, POSE, PAYLOAD_POSE_HZ)]
    sizes += [(IMAGE_BYTES + SIDES[name] ** 2, work, work.rates[0])
              for name, work in PAYLOADS.items()]
    for way in ('to ROS', 'from ROS'):
        series = Series(f'TRANSFORM, then IMAGE, {way}', 'bytes', 'MB', 1e6)
        for size, work, rate in sizes:
            series.add(size, measure_point(way, work, rate, seconds))
            console.log(f'{size} bytes {way}: {series.results[-1].cpu_us:.1f} us')
        yield series


PANELS = {panel.__name__: panel for panel in (devices, clients, payload)}


def plot(series, file):
    """Draw one panel for each thing that grows, with the lines that fit."""
    import matplotlib

    matplotlib.use('Agg')
    from matplotlib import pyplot

    panels = list(dict.fromkeys(one.panel for one in series))
    figure, axes = pyplot.subplots(
        1, len(panels), figsize=(5.5 * len(panels), 4.5), squeeze=False)
    for axis, panel in zip(axes.flat, panels):
        for one in series:
            if one.panel != panel:
                continue
            for name, what in (('cpu_us', 'CPU'), ('p50_us', 'p50')):
                (points,) = axis.plot(one.at, one.values(name), 'o', label=f'{what}, {one.name}')
                if len(one.at) > 2:
                    base, slope, _ = one.line(name)
                    x = np.geomspace(one.at[0], one.at[-1], 100)
                    axis.plot(x, base + slope * x / one.scale, '--', color=points.get_color(),
                              linewidth=1)
        if panel == 'bytes':
            axis.set_xscale('log')
            axis.set_yscale('log')
        else:
            axis.set_ylim(bottom=0)
        axis.set_xlabel(panel)
        axis.set_ylabel('us per message')
        axis.legend(fontsize=6)
    figure.tight_layout()
    figure.savefig(file, dpi=110)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('names', nargs='*', help=f'what is to grow: {", ".join(PANELS)}; or all')
    parser.add_argument('--seconds', type=float, default=3.0, help='of each run (default 3)')
    parser.add_argument('--default-dds', action='store_true', help='the settings of ROS itself')
    parser.add_argument('--output', type=Path, help='where JSON and plot go')
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in PANELS:
            parser.error(f'{name!r}: there are {", ".join(PANELS)}')
    console = prepare(arguments.default_dds)
    series = []
    for name in arguments.names or PANELS:
        for one in PANELS[name](console, arguments.seconds):
            one.show(console)
            series.append(one)
    if arguments.output:
        arguments.output.mkdir(parents=True, exist_ok=True)
        facts = [one.facts() for one in series]
        (arguments.output / 'scaling.json').write_text(json.dumps(facts, indent=1))
        plot(series, arguments.output / 'scaling.png')
        console.print(f'written: {arguments.output}/scaling.json and scaling.png')


if __name__ == '__main__':
    main()
