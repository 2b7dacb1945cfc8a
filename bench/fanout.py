"""
What 120 clients cost, one of them frozen and one reading a byte at a time, next to one client.

The server is a process of its own and sends a TRANSFORM 60 times a second. Another process has the
clients and compares the moment of sending, which the message carries as its time stamp, with that
of arrival; a third one has the two that do harm. The server's socket buffers are small, or the
system would take what the frozen one does not for minutes. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import platform
import selectors
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from igtl_ros2 import codec, serve
from igtl_ros2.codec.messages.pose import Transform
from igtl_ros2.config import Address

RATE_HZ = 60
CLIENTS = 120
SMALL_BYTES = 4096
SEND_TIMEOUT_S = 5.0


def peak_mib():
    """Ask the kernel how many MiB of memory this process had in use at most."""
    status = dict(
        line.split(':', 1) for line in Path('/proc/self/status').read_text().splitlines()
    )
    return int(status['VmHWM'].split()[0]) / 1024


def run_server(seconds):
    """Serve; when told to on standard input, send for so long, then print what that cost."""
    left = {}

    def on_peer(peer, joined):
        if not joined:
            left[peer.address] = time.monotonic()

    with serve(
        'tcp://127.0.0.1:0',
        on_peer=on_peer,
        send_timeout=SEND_TIMEOUT_S,
        send_buffer_bytes=SMALL_BYTES,
        max_clients=CLIENTS,
    ) as server:
        print(server.address.port, flush=True)
        sys.stdin.readline()
        clients = len(server.peers)
        begun, cpu = time.monotonic(), time.process_time()
        number = int(seconds * RATE_HZ)
        matrix = np.eye(4)
        for step in range(number):
            time.sleep(max(0.0, begun + step / RATE_HZ - time.monotonic()))
            matrix[0, 3] = step
            stamp = time.monotonic_ns()
            server.send(Transform(matrix, device_name='Tool', timestamp=stamp), hold=False)
        cpu_percent = 100 * (time.process_time() - cpu) / (time.monotonic() - begun)
        time.sleep(0.5)  # until the last one has arrived
        print(
            json.dumps(
                {
                    'clients': clients,
                    'sent': number,
                    'cpu_percent': cpu_percent,
                    'peak_mib': peak_mib(),
                    'left_after_s': {name: at - begun for name, at in left.items()},
                }
            ),
            flush=True,
        )


class Client:
    """A client that notes when which pose came."""

    def __init__(self, port, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect(('127.0.0.1', port))
        self.name = str(Address('tcp', *self.socket.getsockname()))
        self.numbers = []
        self.latencies_us = []
        self._decoder = codec.Decoder()

    def read(self):
        """Take what has come; false at the end."""
        size = self.socket.recv_into(self._decoder.get_buffer())
        now = time.monotonic_ns()
        self._decoder.buffer_updated(size)
        while (message := self._decoder.next_message()) is not None:
            self.numbers.append(int(message.matrix[0, 3]))
            self.latencies_us.append((now - message.timestamp) / 1000)
        return size > 0


def run_harmful(port):
    """Be the client that never reads, and the one that reads a byte every millisecond."""
    frozen, slow = Client(port, SMALL_BYTES), Client(port, SMALL_BYTES)
    print(json.dumps([frozen.name, slow.name]), flush=True)
    try:
        while slow.socket.recv(1):
            time.sleep(0.001)
    except ConnectionResetError:
        print('the slow one was cut off', file=sys.stderr)


def start(*words):
    """Start this program in another role."""
    command = [sys.executable, __file__, *map(str, words)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def stop(process):
    """End it."""
    process.kill()
    process.communicate()


def measure(clients, seconds):
    """Let a server serve so many clients, and tell what came of it."""
    server = start('--server', '--seconds', seconds)
    port = int(server.stdout.readline())
    harmful, names = None, []
    if clients > 2:
        harmful = start('--harmful', port)
        names = json.loads(harmful.stdout.readline())
    crowd = [Client(port) for _ in range(clients - len(names))]
    with selectors.DefaultSelector() as selector:
        for client in crowd:
            selector.register(client.socket, selectors.EVENT_READ, client)
        selector.register(server.stdout, selectors.EVENT_READ)
        time.sleep(0.5)  # until the server has taken up all of them
        server.stdin.write('go\n')
        server.stdin.flush()
        over = False
        while not over:
            for key, _ in selector.select():
                if key.data is None:
                    over = True
                elif not key.data.read():
                    selector.unregister(key.fileobj)
    result = json.loads(server.stdout.readline())
    for process in filter(None, (server, harmful)):
        stop(process)
    left = result.pop('left_after_s')
    wanted = set(range(result['sent']))
    latencies = np.concatenate([client.latencies_us for client in crowd])
    return {
        **result,
        'p50_us': float(np.percentile(latencies, 50)),
        'p99_us': float(np.percentile(latencies, 99)),
        'max_us': float(latencies.max()),
        'received': len(latencies),
        'missed': sum(len(wanted.difference(client.numbers)) for client in crowd),
        'frozen_cut_off_after_s': left.get(names[0]) if names else None,
        'slow_cut_off_after_s': left.get(names[1]) if names else None,
        'others_cut_off': sum(client.name in left for client in crowd),
    }


ROWS = (
    ('latency p50, us', 'p50_us', '.0f'),
    ('latency p99, us', 'p99_us', '.0f'),
    ('latency max, us', 'max_us', '.0f'),
    ('messages received', 'received', 'd'),
    ('messages missed by the others', 'missed', 'd'),
    ('CPU of the server, % of a core', 'cpu_percent', '.1f'),
    ('peak memory of the server, MiB', 'peak_mib', '.1f'),
    ('frozen client cut off after, s', 'frozen_cut_off_after_s', '.1f'),
    ('slow client cut off after, s', 'slow_cut_off_after_s', '.1f'),
    ('others cut off', 'others_cut_off', 'd'),
)


def show(one, many):
    """Print the table."""
    table = Table('', f'{one["clients"]} client', f'{many["clients"]} clients', 'ratio')
    for words, name, form in ROWS:
        shown = [
            '-' if result[name] is None else format(result[name], form) for result in (one, many)
        ]
        ratio = f'{many[name] / one[name]:.1f}' if one[name] else ''
        table.add_row(words, *shown, ratio)
    console = Console()
    console.print(f'Python {platform.python_version()}, {platform.machine()}; {one["sent"]} poses '
                  f'at {RATE_HZ} Hz, send_timeout {SEND_TIMEOUT_S:g} s')
    console.print(table)
    if many['frozen_cut_off_after_s'] is None:
        console.print('-: not cut off yet when the run ended; give it more --seconds')


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument(
        '--seconds', type=float, default=10.0,
        help=f'how long each run sends; the frozen client goes after {SEND_TIMEOUT_S:g} s or more',
    )
    parser.add_argument('--json', action='store_true', help='print all numbers as JSON')
    parser.add_argument('--server', action='store_true', help=argparse.SUPPRESS)
    parser.add_argument('--harmful', type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.server:
        run_server(arguments.seconds)
    elif arguments.harmful:
        run_harmful(arguments.harmful)
    else:
        one, many = (measure(clients, arguments.seconds) for clients in (1, CLIENTS))
        if arguments.json:
            print(json.dumps({'one': one, 'many': many}, indent=2))
        else:
            show(one, many)


if __name__ == '__main__':
    main()
