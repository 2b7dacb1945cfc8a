"""
What it costs a bridge that somebody looks on: the page of `igtl monitor`, `igtl relay` between.

A device sends TRANSFORM at a rate to a bridge, and a ROS subscriber compares the moment of sending
with that of arrival. By turns, with the same bridge: nobody looks; the monitor runs, as
`web:=true` starts it; its page is open in a browser without a screen (with Playwright and
Chromium, else in a program that takes what a browser takes). Another bridge is behind
`igtl relay`. All processes share the cores of the machine. Ratios are of the medians of the turns.
'least' is of the best turn: in the rest is what other programs do. Nothing is asserted.

The browser has no more rights than that of a user: one that is started by root gives its threads
precedence over all others. With `--realtime` device, bridge and subscriber have the scheduling
that is for robots, and no other program has it.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import re
import shutil
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from ends.run import Process, bridge, measure, prepare, settle
from ends.workloads import WORKLOADS
from rich.table import Table

# what a program does that has just started or ended, and its queues, is over by then: there is
# nothing that says so
SETTLE_S = 2.0
FLAGS = ['--enable-unsafe-swiftshader']
REALTIME = ('chrt', '-r', '10')
_PR_CAPBSET_DROP, _CAP_SYS_NICE = 24, 23


def says(process, pattern):
    """Wait until a program has said something; gives the match."""
    for line in process.stdout:
        if found := re.search(pattern, line):
            return found
    raise RuntimeError(f'{process.args} ended without {pattern!r}')


@contextlib.contextmanager
def igtl(*words, by=()):
    """Run a verb of `igtl` meanwhile."""
    command = [*by, sys.executable, '-u', '-m', 'igtl_ros2.tools.igtl', *map(str, words)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


@contextlib.contextmanager
def listening(url):
    """Take all that a browser takes, and show nothing."""
    code = (
        'import asyncio, sys, aiohttp\n'
        'async def main(url):\n'
        '    async with aiohttp.ClientSession() as s, s.ws_connect(url) as socket:\n'
        '        await socket.send_json({"token": ""})\n'
        '        print("open", flush=True)\n'
        '        async for message in socket: pass\n'
        'asyncio.run(main(sys.argv[1]))\n')
    process = subprocess.Popen(
        [sys.executable, '-c', code, f'{url}ws'], stdout=subprocess.PIPE, text=True)
    try:
        says(process, 'open')
        yield
    finally:
        process.kill()
        process.communicate()


def chromium(stack):
    """Start a browser; gives what opens a page in it, or None where there is none."""
    program = shutil.which('chromium') or shutil.which('chromium-browser')
    sys.path.append(str(Path(sys.prefix) / 'browser'))  # where the tests have it
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        program = None
    if program is None:
        return None
    driver = stack.enter_context(sync_playwright())
    # without a graphics card it may draw with the processor, as `chromium` itself does
    browser = driver.chromium.launch(executable_path=program, args=FLAGS)
    stack.callback(browser.close)

    @contextlib.contextmanager
    def looking(url):
        page = browser.new_page(viewport={'width': 1280, 'height': 900})
        page.goto(url)
        page.wait_for_selector('#devices tbody tr')
        try:
            yield
        finally:
            page.close()

    return looking


def lose_precedence():
    """Start no program any more that may give itself precedence over others."""
    # who has no right to do that has nothing to lose
    ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_SYS_NICE, 0, 0, 0)


class Way:
    """A device, a bridge and a subscriber, with something between the first two or not."""

    def __init__(self, stack, name, work, relayed=False, by=()):
        """Start them, and wait until all arrives."""
        self._work = work
        python = (*by, sys.executable, '-m')
        self.receiver = Process(
            stack, 'ends', 'ros_receiver', work.name, 'bytes', 1000,
            f'/{name}/{work.device}/{work.leaf}', by=python)
        self.receiver.hear()
        self.sender = Process(stack, 'ends', 'igtl_sender', work.name, by=python)
        self.device = self.url = f'tcp://127.0.0.1:{self.sender.hear()["port"]}'
        if relayed:
            relay = stack.enter_context(igtl('relay', self.url, 'tcp://127.0.0.1:0'))
            self.url = says(relay, r'clients at (tcp:\S+)')[1]
        self.bridge = bridge(stack, f'/{name}', by=by, mode='client', url=self.url, stamp='device')
        self.sender.hear()
        settle(self.sender, self.receiver, 100, 20)

    def measure(self, way, rate, seconds):
        """Send for so long; gives what came of that."""
        return measure(way, 'bytes', self._work.name, self.sender, self.receiver, rate,
                       round(rate * seconds), self.bridge)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('--rate', type=float, default=1000, help='messages a second')
    parser.add_argument('--seconds', type=float, default=8, help='how long each turn sends')
    parser.add_argument('--rounds', type=int, default=5, help='turns of each way')
    parser.add_argument(
        '--no-browser', action='store_true', help='take what a browser takes, and show nothing')
    parser.add_argument(
        '--realtime', action='store_true',
        help=f'start device, bridge and subscriber with `{" ".join(REALTIME)}`')
    arguments = parser.parse_args()
    console = prepare()
    by = REALTIME if arguments.realtime else ()
    found = {}
    with ExitStack() as stack:
        plain = Way(stack, 'plain', WORKLOADS['TRANSFORM'], by=by)
        relayed = Way(stack, 'relayed', WORKLOADS['TRANSFORM'], relayed=True, by=by)
        lose_precedence()
        looking = None if arguments.no_browser else chromium(stack)
        console.print('the page is open in Chromium' if looking else
                      'a program takes what a browser takes')

        def turn(name, way):
            time.sleep(SETTLE_S)
            found.setdefault(name, []).append(way.measure(
                name, arguments.rate, arguments.seconds))

        for _ in range(arguments.rounds):
            turn('nobody looks', plain)
            # as the launch files start it
            with igtl('monitor', plain.device, '--port', '0', '--ros',
                      by=('nice', '-n', '10')) as monitor:
                url = says(monitor, r'the page is at (\S+)')[1]
                turn('the monitor runs', plain)
                with (looking or listening)(url):
                    turn('the page is open', plain)
            turn('through a relay', relayed)
    table = Table('', 'p50 us', 'p99 us', 'least', 'CPU us/message', 'lost', 'ratio of p50', 'p99',
                  'least p99', 'CPU')
    base = None
    for name, results in found.items():
        p50, p99, cpu = (statistics.median(getattr(one, key) for one in results)
                         for key in ('p50_us', 'p99_us', 'cpu_us'))
        least = min(one.p99_us for one in results)
        base = base or (p50, p99, least, cpu)
        table.add_row(
            name, f'{p50:.0f}', f'{p99:.0f}', f'{least:.0f}', f'{cpu:.0f}',
            str(sum(one.sent - one.received for one in results)),
            *(f'{own / usual:.2f}' for own, usual in zip((p50, p99, least, cpu), base)))
    console.print(f'{arguments.rate:.0f} messages a second, {arguments.rounds} turns of '
                  f'{arguments.seconds:.0f} s')
    console.print(table)


if __name__ == '__main__':
    main()
