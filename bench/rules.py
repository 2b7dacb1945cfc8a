"""
What one pose costs the bridge under the rules that people write, both ways.

Sender, bridge and receiver are processes of their own; what is told is the CPU time of the whole
process of the bridge, divided by the poses that were sent to it, which move. Each rule is measured
by turns with the first of its table, where nobody has asked for anything, and with the bridge of
another tree (--against); ratios are of the same turn, and their median counts. (The first is
compared with another bridge that does the same.) 'in-process' is the thread time of
`Receiver.handle` alone, for messages that no network has brought. 'flood' sends 15,000 poses a
second through profile plus with gates, with the room that
docs/explanation/performance.md describes.

Prints tables; writes rules.json into the folder of --output. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle, islice
from operator import truediv
from pathlib import Path

from ends.run import Process, ends_of, prepare, run, warm_up
from ends.workloads import POSES
from rich.table import Table

RATE_HZ = 1000
DEPTH = 1000
TF_FRAMES = ('base', 'ras')
FIRST_VALUES_S = 6.0
ARRIVE_S = 0.1
FLOOD_HZ = 15_000
FLOOD_S = 10
FLOOD_DEPTH = 20_000

GATES = ('max_age: 2.0, max_jump: {m: 0.1, deg: 30}, max_speed: {m_s: 1000, deg_s: 1000000}, '
         'workspace: {min: [-1, -1, -1], max: [1, 1, 1]}')
XTOY = 'ProbeToTracker'
TOPIC = 'tracker/transform'
PLUS_GATES = f'profile: plus\nreceive: [{{device: "*", {GATES}}}]'
PLUS_ALL = f'profile: plus\nreceive: [{{device: "*", pose: true, {GATES}}}]'


@dataclass(frozen=True)
class Row:
    """
    One rule.

    :param mapping: the mapping file; empty: none.
    :param topic: where the poses are published that are sent; empty: where they always are sent.
    """

    name: str
    work: str = 'POSE'
    device: str = 'Tool'
    mapping: str = ''
    topic: str = ''
    clients: int = 1


TO_ROS = (
    Row('no rule'),
    Row('header 2, TransformStatus', 'POSE of PLUS'),
    Row('profile: plus', 'POSE of PLUS', XTOY, 'profile: plus'),
    Row('profile: slicer', 'POSE', XTOY, 'profile: slicer'),
    Row('profile: robot', 'POSE', XTOY, 'profile: robot'),
    Row('pose: true', mapping='receive: [{device: "*", pose: true}]'),
    Row('gates', mapping=f'receive: [{{device: "*", {GATES}}}]'),
    Row('plus, pose, gates', 'POSE of PLUS', XTOY, PLUS_ALL),
)


def sends(keys=''):
    """Make the mapping that sends a topic."""
    return f'send: [{{topic: {TOPIC}, device: Tool{keys}}}]'


def from_ros(rate):
    """List the rules for what is sent."""
    return (
        Row('no rule'),
        Row('topic', mapping=sends(), topic=TOPIC),
        Row('tf, half of them', 'TFMessage', topic='tf', mapping=(
            f'send: [{{tf: {{source: Tool, target: ras, rate: {rate / 2:g}}}, device: Tool}}]')),
        Row('rate: half of them', mapping=sends(f', rate: {rate / 2:g}'), topic=TOPIC),
        Row('on_change', mapping=sends(', on_change: true'), topic=TOPIC),
        Row('to_frame', mapping=sends(f', to_frame: {TF_FRAMES[0]}'), topic=TOPIC),
        Row('3 peers', clients=3),
        Row('profile: slicer', device=XTOY, mapping='profile: slicer'),
        Row('profile: plus', device=XTOY, mapping='profile: plus'),
    )


class Lane:
    """One rule in the bridge of one tree, ready to be measured."""

    def __init__(self, stack, way, row, python, folder):
        self.way, self._row = way, row
        parameters = {'stamp': 'device'}
        if row.mapping:
            file = Path(tempfile.mkstemp(suffix='.yaml', dir=folder)[1])
            file.write_text(row.mapping + '\n')
            parameters['mapping_file'] = file
        if way == 'in process':
            parameters.update(mode='client', url='tcp://127.0.0.1:1')
            told = [f'{name}:={value}' for name, value in parameters.items()]
            self._middle = Process(
                stack, 'ends', 'handler', row.work, row.device, *told, by=(python, '-m'))
            return
        if way == 'to ROS':
            del parameters['stamp']  # ends_of says it
        space = f'/bench_{Path(folder).name}_{id(self)}'  # bridges side by side do not meet
        topic = f'{space}/{row.topic or f"to_igtl/{row.device}/transform"}'
        if way == 'from ROS':
            parameters[f'qos_overrides.{topic}.subscription.depth'] = DEPTH
        self._sender, self._receiver, self._middle = ends_of(
            stack, way, POSES[row.work], 'bytes', DEPTH,
            {'space': space, 'python': python, **parameters}, (row.device,), row.clients,
            [topic] if way == 'from ROS' else ())

    def begin(self):
        """Wait until it is ready; leave it alone after that for as long as it repeats values."""
        if self.way == 'in process':
            self._middle.hear()
            self.cost(RATE_HZ, RATE_HZ)
        else:
            warm_up(self._sender, self._receiver)

    def cost(self, rate, count):
        """Measure: microseconds a pose, and which share of the poses came through."""
        if self.way == 'in process':
            told = self._middle.ask(count=count)
            return told['us'], told['handled'] / count
        self._receiver.ask(forget=True)
        cpu = self._middle.cpu_s()
        self._sender.ask(count=count, rate=rate)
        arrived = -1
        while arrived != (arrived := len(self._receiver.ask(count=0)['times'])):
            time.sleep(ARRIVE_S)
        cost = (self._middle.cpu_s() - cpu) / count * 1e6
        return cost, arrived / count / self._row.clients


def measure(console, way, rows, pythons, rate, count, turns_of_each):
    """Measure every rule of a table by turns with the first one."""
    facts = []
    with ExitStack() as always:
        folder = always.enter_context(tempfile.TemporaryDirectory())
        if way == 'from ROS':
            Process(always, 'ends', 'static_tf', *TF_FRAMES).hear()
        first = Lane(always, way, rows[0], sys.executable, folder)
        first.begin()
        for row in rows:
            with ExitStack() as stack:
                lanes = [first, *(Lane(stack, way, row, python, folder) for python in pythons)]
                for lane in lanes[1:]:
                    lane.begin()
                if way != 'in process':
                    time.sleep(FIRST_VALUES_S)
                turns = [[lane.cost(rate, count) for lane in lanes[::order]][::order]
                         for order in islice(cycle((1, -1)), turns_of_each)]
            facts.append(fact_of(way, row, turns))
            console.log(f'{way}, {row.name}: {facts[-1]["us"]:.1f} us')
    return facts


def fact_of(way, row, turns):
    """Put together what was measured of the first rule, of this one, and of the other tree."""
    first, own, *other = ([lane[0] for lane in lanes] for lanes in zip(*turns))
    fact = {'way': way, 'rule': row.name, 'us': statistics.median(own), 'least_us': min(own),
            'of_first': statistics.median(map(truediv, own, first)),
            'arrived': statistics.mean(turn[1][1] for turn in turns)}
    for old in other:
        fact.update(old_us=statistics.median(old), least_old_us=min(old),
                    of_old=statistics.median(map(truediv, own, old)),
                    old_arrived=statistics.mean(turn[2][1] for turn in turns))
    return fact


def show(console, way, facts):
    """Print a table."""
    table = Table(title=f'CPU of one pose {way}, microseconds')
    table.add_column('')
    names = [name for name in facts[0] if name not in ('way', 'rule')]
    for name in names:
        table.add_column(name.replace('_', ' '), justify='right')
    for fact in facts:
        table.add_row(fact['rule'], *(
            f'{fact[name]:.0%}' if 'arrived' in name else f'{fact[name]:.2f}'
            if name.startswith('of') else f'{fact[name]:.1f}' for name in names))
    console.print(table)


def flood(console, pythons):
    """Send more poses than usual through what costs most."""
    facts = []
    room = {f'qos_overrides./bench/{XTOY}/transform.publisher.depth': FLOOD_DEPTH,
            'limits.queue_messages': 100_000, 'limits.queue_policy': '[TRANSFORM=all]'}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / 'plus.yaml'
        file.write_text(PLUS_GATES)
        for name, python in zip(('this tree', 'the other'), pythons):
            r = run('to ROS', POSES['POSE of PLUS'], 'bytes', FLOOD_HZ, FLOOD_HZ * FLOOD_S,
                    FLOOD_DEPTH, FLOOD_HZ // 1000, (XTOY,), python=python, mapping_file=file,
                    **room)
            facts.append({'way': 'flood', 'tree': name, **r.facts()})
            console.print(f'flood, {name}: {r.received}/{r.sent} poses at {r.received_hz:.0f}/s, '
                          f'sent at {r.sent_hz:.0f}/s, {r.cpu_us:.1f} us each')
    return facts


WAYS = ('to-ros', 'from-ros', 'in-process', 'flood')


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('ways', nargs='*', help=f'{", ".join(WAYS)}; without one, all')
    parser.add_argument('--against', type=Path, metavar='TREE',
                        help='another checkout with its own .venv, measured by turns')
    parser.add_argument('--turns', type=int, default=5, help='of each rule (default 5)')
    parser.add_argument('--seconds', type=float, default=1.0, help='of each turn (default 1)')
    parser.add_argument('--rate', type=float, default=RATE_HZ, help='poses a second (1000)')
    parser.add_argument('--output', type=Path, help='where JSON goes')
    arguments = parser.parse_args()
    for way in arguments.ways:
        if way not in WAYS:
            parser.error(f'{way!r}: there are {", ".join(WAYS)}')
    pythons = [sys.executable]
    if arguments.against:
        pythons.append(str(arguments.against.resolve() / '.venv/bin/python'))
    console = prepare()
    wanted = arguments.ways or WAYS
    facts = flood(console, pythons) if 'flood' in wanted else []
    for way in [way for way in wanted if way != 'flood']:
        rows = from_ros(arguments.rate) if way == 'from-ros' else TO_ROS
        spoken = way.replace('-', ' ').replace('ros', 'ROS')
        found = measure(
            console, spoken, rows, pythons, arguments.rate,
            int(arguments.rate * arguments.seconds), arguments.turns)
        show(console, spoken, found)
        facts += found
    if arguments.output:
        arguments.output.mkdir(parents=True, exist_ok=True)
        (arguments.output / 'rules.json').write_text(json.dumps(facts, indent=1))


if __name__ == '__main__':
    main()
