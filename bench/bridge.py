"""
What the bridge adds to what ROS and the network cost anyway.

For each kind of traffic three things are measured in the same run: the way through the bridge,
out of one process through the bridge's into a third; the same ROS message from one plain rclpy
process to another; and the same bytes over a plain socket. The last two together are the floor.
All processes have the settings of Fast DDS that the bridge brings along, or, with --default-dds,
those of ROS. 'typed' subscribers take messages as tutorials do, 'bytes' serialised ones as fast as
rclpy can.

Where the C++ library's examples are installed, one of them sends poses too ('C++' to a plain
socket, 'C++ to ROS' to the bridge), and another receives, for what a received message costs.

Prints a table; writes bridge.json and bridge.png into the folder of --output. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from ends import cpp
from ends.run import (
    Process,
    bridge,
    ends_of,
    prepare,
    result_of,
    run,
    server_bridge,
)
from ends.workloads import WORKLOADS
from rich.table import Table

MOST_MESSAGES = 3000
LEAST_MESSAGES = 20
FLOODS_HZ = (5_000, 10_000, 15_000, 20_000, 30_000)
FLOOD_DEPTH = 20_000
FLOOD_S = 10
MOST_FLOODED = 200_000
SLOWER = 0.95
PYIGTL_PAUSE_S = 0.01
# it has a class for POLYDATA, which fails on every message that comes
PYIGTL_READS = ('TRANSFORM', 'IMAGE')
STARTS = 3
MOST_START_TRIES = 10
SETTLE_S = 0.2


def median_run(runs, way, *arguments):
    """Measure several times; give the run in the middle, by its p50."""
    results = sorted((way(*arguments) for _ in range(runs)), key=lambda r: r.p50_us)
    return results[len(results) // 2]


def run_cpp(program, way, form, rate, count):
    """Measure poses of the C++ library's TrackerClient, which sets their stamps as it sends."""
    work = WORKLOADS['TRANSFORM']
    with ExitStack() as stack:
        middle = None
        if way == 'C++':
            receiver = Process(stack, 'ends', 'igtl_receiver', 0)
            port = receiver.hear()['port']
        else:
            receiver = Process(
                stack, 'ends', 'ros_receiver', work.name, form, 10, '/bench/Tracker/transform')
            receiver.hear()
            middle, port = server_bridge(stack, stamp='device')
        Process(stack, program, '127.0.0.1', port, rate, talks=False, by=())
        if way == 'C++':
            receiver.hear()
        if not receiver.ask(count=1)['times']:
            raise RuntimeError(f'nothing arrives from {program.name}')
        time.sleep(1)
        receiver.ask(forget=True)
        cpu = middle.cpu_s() if middle else 0.0
        got = receiver.ask(count=count)
        number = len(got['times'])
        result = result_of(way, form, work.name, rate, number, 0.0, got['times'], got['stamps'])
        result.sent_hz = result.received_hz  # it sleeps for whole milliseconds
        if middle:
            result.cpu_us = (middle.cpu_s() - cpu) / number * 1e6
            result.peak_mib = middle.peak_mib()
        return result


def latencies(console, names, seconds, runs, programs):
    """Measure every kind of traffic on every way."""
    results = []
    for name in names:
        work = WORKLOADS[name]
        for rate in work.rates:
            count = int(min(MOST_MESSAGES, max(LEAST_MESSAGES, rate * seconds)))
            results.append(median_run(runs, run, 'socket', work, '', rate, count))
            if name.startswith(PYIGTL_READS):
                results.append(median_run(runs, run, 'pyigtl', work, '', rate, count))
            if programs and name == 'TRANSFORM':
                for way, form in (('C++', ''), ('C++ to ROS', 'typed'), ('C++ to ROS', 'bytes')):
                    results.append(median_run(
                        runs, run_cpp, programs['TrackerClient'], way, form, rate, count))
            for form in ('typed', 'bytes'):
                for way in ('rclpy', 'to ROS', 'from ROS'):
                    results.append(median_run(runs, run, way, work, form, rate, count))
                    console.log(f'{name} {rate:g} Hz {form} {way}: {results[-1].p50_us:.0f} us')
    return results


def show(console, results):
    """Print latencies next to their floors."""
    table = Table(title='from sending to receiving, milliseconds')
    for column in ('', 'Hz', 'way', 'got', 'p50', 'p99', 'max', 'p50/floor', 'p99/floor',
                   'CPU us', 'of a core', 'peak MiB'):
        table.add_column(column, justify='left' if column in ('', 'way') else 'right')
    floors = {}
    for r in results:
        floors[r.work, r.rate_hz, r.way, r.form] = r
    for r in results:
        row = [r.work, f'{r.rate_hz:g}', f'{r.way} {r.form}', f'{r.received}/{r.sent}',
               *(f'{value / 1000:.3f}' for value in (r.p50_us, r.p99_us, r.max_us))]
        if r.cpu_us is not None:
            plain = 'C++' if r.way == 'C++ to ROS' else 'socket'
            socket = floors[r.work, r.rate_hz, plain, '']
            ros = floors[r.work, r.rate_hz, 'rclpy', r.form]
            row += [f'{r.p50_us / (socket.p50_us + ros.p50_us):.2f}',
                    f'{r.p99_us / (socket.p99_us + ros.p99_us):.2f}',
                    f'{r.cpu_us:.0f}', f'{r.cpu_us * r.rate_hz / 1e4:.1f} %',
                    f'{r.peak_mib:.0f}']
        table.add_row(*row)
    console.print(table)


def receivers(console, seconds, programs):
    """Measure what a received message costs in the C++ library, here, and in pyigtl."""
    ways = {'igtl_ros2.connect': ('connect_receiver',), 'pyigtl': ('pyigtl_receiver',),
            'plain socket': ('igtl_receiver',)}
    if programs:
        ways = {'C++ ReceiveClient': (), **ways}
    table = Table(title='CPU per received message, microseconds (and received of those sent)')
    table.add_column('')
    results = []
    cases = (('TRANSFORM', 1000), ('IMAGE 640x480 RGB', 60))
    for name, rate in cases:
        table.add_column(f'{name}, {rate} Hz', justify='right')
    for way, role in ways.items():
        row = [way]
        for name, rate in cases:
            count = max(LEAST_MESSAGES, int(rate * seconds))
            with ExitStack() as stack:
                sender = Process(stack, 'ends', 'igtl_sender', name)
                port = sender.hear()['port']
                if role:
                    # pyigtl's own way to wait looks every 10 ms and takes the newest
                    more = (PYIGTL_PAUSE_S,) if way == 'pyigtl' else ()
                    receiver = Process(stack, 'ends', *role, port, *more)
                    receiver.hear()
                else:
                    receiver = Process(stack, programs['ReceiveClient'], '127.0.0.1', port,
                                       talks=False, by=())
                sender.hear()
                sender.ask(count=rate, rate=rate)
                time.sleep(SETTLE_S)
                if role:
                    receiver.ask(forget=True)
                cpu = receiver.cpu_s()
                sender.ask(count=count, rate=rate)
                time.sleep(SETTLE_S)
                cpu_us = (receiver.cpu_s() - cpu) / count * 1e6
                got = len(receiver.ask(count=count)['times']) if role else None
            results.append({'way': way, 'work': name, 'rate_hz': rate, 'sent': count,
                            'received': got, 'cpu_us': cpu_us})
            row.append(f'{cpu_us:.1f}' + (f' ({got}/{count})' if role else ''))
        table.add_row(*row)
    console.print(table)
    return results


def floods(console):
    """
    Find out how many poses a second go through without a loss.

    With more room than the usual depth of 10: see docs/explanation/performance.md.
    """
    table = Table(title='TRANSFORM, many a second: received of those sent')
    table.add_column('Hz')
    results = []
    ways = (('to ROS', 'bytes'), ('from ROS', 'bytes'), ('rclpy', 'bytes'))
    for way, form in ways:
        table.add_column(f'{way} {form}', justify='right')
    deep = {'qos_overrides./bench/Tool/transform.publisher.depth': FLOOD_DEPTH,
            'qos_overrides./bench/to_igtl/Tool/transform.subscription.depth': FLOOD_DEPTH,
            'limits.queue_messages': 100_000, 'limits.queue_policy': '[TRANSFORM=all]'}
    for rate in FLOODS_HZ:
        row = [f'{rate}']
        for way, form in ways:
            r = run(way, WORKLOADS['TRANSFORM'], form, rate, min(FLOOD_S * rate, MOST_FLOODED),
                    FLOOD_DEPTH, burst=max(1, rate // 1000), **(deep if way != 'rclpy' else {}))
            results.append(r)
            late = f', sent at {r.sent_hz:.0f}/s' if r.sent_hz < SLOWER * rate else ''
            row.append(f'{r.received}/{r.sent} at {r.received_hz:.0f}/s{late}')
        table.add_row(*row)
    console.print(table)
    return results


def idle_and_start(console):
    """Measure a bridge that has a peer and nothing to do, and how soon it bridges once started."""
    work = WORKLOADS['TRANSFORM']
    with ExitStack() as stack:
        _, _, middle = ends_of(stack, 'to ROS', work, 'bytes', 10, {})
        time.sleep(6)
        cpu = middle.cpu_s()
        time.sleep(10)
        idle = (middle.cpu_s() - cpu) / 10
    starts = sorted(start_s(work) for _ in range(STARTS))
    console.print(f'idle with one peer: {100 * idle:.2f} % of a core; from start to the first '
                  f'bridged message: {", ".join(f"{start:.2f}" for start in starts)} s')
    return {'idle': idle, 'starts_s': starts}


def start_s(work):
    """Measure from the start of the bridge to the first message that comes out of it."""
    with ExitStack() as stack:
        receiver = Process(stack, 'ends', 'ros_receiver', work.name, 'bytes', 10,
                           '/bench/Tool/transform')
        receiver.hear()
        sender = Process(stack, 'ends', 'igtl_sender', work.name)
        url = f'tcp://127.0.0.1:{sender.hear()["port"]}'
        begun = time.time_ns()
        bridge(stack, mode='client', url=url)
        sender.hear()
        # more, should DDS be slow to find the two
        for _ in range(MOST_START_TRIES):
            receiver.order(count=1)
            sender.ask(count=100, rate=50)
            if times := receiver.hear()['times']:
                return (times[0] - begun) / 1e9
    raise RuntimeError('nothing arrives')


def plot(results, file):
    """Draw how many messages took how long."""
    import matplotlib

    matplotlib.use('Agg')
    from matplotlib import pyplot

    cases = list(dict.fromkeys((r.work, r.rate_hz) for r in results))
    columns = 3
    rows = -(-len(cases) // columns)
    figure, axes = pyplot.subplots(rows, columns, figsize=(5 * columns, 3.5 * rows), squeeze=False)
    for axis, (work, rate) in zip(axes.flat, cases):
        for r in results:
            if (r.work, r.rate_hz) == (work, rate) and r.latencies_us:
                values = sorted(value / 1000 for value in r.latencies_us)
                share = [(n + 1) / len(values) for n in range(len(values))]
                axis.plot(values, share, label=f'{r.way} {r.form}')
        axis.set_title(f'{work}, {rate:g} Hz', fontsize=9)
        axis.set_xscale('log')
        axis.set_xlabel('ms')
        axis.legend(fontsize=6)
    figure.tight_layout()
    figure.savefig(file, dpi=110)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('names', nargs='*', help='kinds of traffic; without one, all')
    parser.add_argument('--seconds', type=float, default=3.0, help='of each run (default 3)')
    parser.add_argument('--runs', type=int, default=3, help='of which the median counts')
    parser.add_argument('--default-dds', action='store_true', help='the settings of ROS itself')
    parser.add_argument('--output', type=Path, help='where JSON and plot go')
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in WORKLOADS:
            parser.error(f'{name!r}: no such traffic, there are {", ".join(WORKLOADS)}')
    console = prepare(arguments.default_dds)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        try:
            programs = cpp.build(folder, 'TrackerClient', 'ReceiveClient')
        except FileNotFoundError as error:
            programs = {}
            console.print(error)
        results = latencies(console, arguments.names or list(WORKLOADS), arguments.seconds,
                            arguments.runs, programs)
        costs = receivers(console, arguments.seconds, programs)
    show(console, results)
    more = floods(console) if 'TRANSFORM' in (arguments.names or WORKLOADS) else []
    facts = idle_and_start(console)
    if arguments.output:
        arguments.output.mkdir(parents=True, exist_ok=True)
        facts['receivers'] = costs
        facts['results'] = [r.facts() for r in (*results, *more)]
        (arguments.output / 'bridge.json').write_text(json.dumps(facts, indent=1))
        plot(results, arguments.output / 'bridge.png')
        console.print(f'written: {arguments.output}/bridge.json and bridge.png')


if __name__ == '__main__':
    main()
